// target.scene, and what image.inrange, target.tapes and target.contours make of it: the truth is
// what was drawn.
#include <apriltag/apriltag.h>
#include <apriltag/tag36h11.h>
#include <target/contours.pkd.h>
#include <target/pnp.pkd.h>

#include "../detect/families.h"
#include "../test/filter_run.hpp"
#include "../test/lens_file.hpp"
#include "../test/target_run.hpp"

extern "C" const struct pkd_methods target_contours_methods, target_pnp_methods;

namespace
{

void is_near(double found, double wanted, double within)
{
	if (!(std::fabs(found - wanted) <= within))
		fail_msg("%g, and not %g", found, wanted);
}

struct worst {
	double distance = 0, offset = 0; // as a share, in degrees
	int n = 0;
};

// The pose's distance and angle, against what is found.
void check(eyes *eyes, const struct target_Pose &pose, worst *worst)
{
	const double angle = lens_degrees(std::atan2(pose.x, pose.z));

	if (!eyes->sees(pose))
		fail_msg("no pair at %g, %g, %g", pose.x, pose.y, pose.z);
	worst->distance = std::max(worst->distance,
	                           std::fabs(wide(eyes->pair->distance) / pose.z - 1));
	worst->offset = std::max(worst->offset, std::fabs(wide(eyes->pair->offset) - angle));
	worst->n++;
}

void tell(const char *what, const worst &worst)
{
	print_message("%s, %d poses: distance within %.2f %%, offset within %.3f degrees\n", what,
	              worst.n, 100 * worst.distance, worst.offset);
	assert_true(worst.distance <= 0.02);
	assert_true(worst.offset <= 0.5);
}

// ---- Tests ----

void distance_and_offset_are_those_that_were_drawn(void **)
{
	eyes eyes(640, 480);
	worst worst;

	for (double z = 0.6; z < 4.1; z += 0.17)
		for (double angle = -17; angle < 17.5; angle += 3.4)
			for (double y = -0.1; y < 0.15; y += 0.1)
				if (std::fabs(z * std::tan(lens_radians(angle))) + 0.2 < z * 0.46)
					check(&eyes,
					      pose_at(z * std::tan(lens_radians(angle)), y * z, z),
					      &worst);
	tell("640 x 480", worst);
}

void so_they_are_in_frames_of_other_sizes(void **)
{
	const struct {
		uint32_t width, height;
		double far; // metres: at 320 x 240 a tape is as large as at twice that at 640 x 480
	} sizes[] = {{320, 240, 2}, {1280, 720, 6}, {1920, 1080, 8}, {641, 479, 3}};

	for (const auto &size : sizes) {
		eyes eyes(size.width, size.height);
		worst worst;

		for (double z = 0.7; z < size.far; z *= 1.2)
			for (double x = -0.15; x < 0.2; x += 0.1)
				check(&eyes, pose_at(x * z, 0.03 * z, z), &worst);
		tell((std::to_string(size.width) + " wide").c_str(), worst);
	}
}

void so_they_are_in_bad_pictures(void **)
{
	const struct {
		float brightness, blur, noise;
	} pictures[] = {{1, 0, 0}, {0.8f, 1.5f, 0}, {0.8f, 0.6f, 12}, {0.6f, 1, 6}, {0.5f, 0, 2}};

	for (const auto &picture : pictures) {
		eyes eyes(640, 480);
		worst worst;

		eyes.scene_with.brightness = picture.brightness;
		eyes.scene_with.blur = picture.blur;
		eyes.scene_with.noise = picture.noise;
		eyes.mask_with.v_min = static_cast<uint32_t>(255 * picture.brightness / 2);
		for (double z = 0.9; z < 3; z += 0.3)
			for (double x = -0.2; x < 0.25; x += 0.1)
				check(&eyes, pose_at(x * z, 0, z), &worst);
		tell("with blur and noise", worst);
	}
}

void turned_it_is_seen_from_the_side(void **)
{
	eyes eyes(640, 480);
	worst worst;

	for (double yaw = -6; yaw < 7; yaw += 3)
		for (double roll = -3; roll < 4; roll += 3)
			for (double z = 0.8; z < 3; z += 0.4)
				check(&eyes, pose_at(0.05, 0.02, z, yaw, roll), &worst);
	tell("turned", worst);
	assert_true(eyes.sees(pose_at(0, 0, 1.5, 30)));
	is_near(wide(eyes.pair->distance), 1.5 / std::cos(lens_radians(30)), 0.06);
}

void none_is_seen_where_there_is_none(void **)
{
	eyes eyes(640, 480);
	const struct target_Pose good = pose_at(0.1, 0, 1.5);

	assert_true(eyes.sees(good));
	for (const float noise : {0.f, 2.f, 30.f, 64.f}) {
		eyes.scene_with.noise = noise;
		for (int i = 0; i < 5; i++) {
			eyes.draw(nullptr);
			eyes.look();
			assert_false(eyes.find());
		}
	}
	eyes.scene_with.noise = 2;
	for (const uint32_t what : {target_Shown_left_tape, target_Shown_right_tape,
	                            target_Shown_swapped_tapes, target_Shown_tag}) {
		eyes.scene_with.what = what;
		for (double z = 0.5; z < 4; z += 0.3)
			assert_false(eyes.sees(pose_at(0.1, 0.05, z)));
	}
	eyes.scene_with.what = target_Shown_tapes;
	assert_false(eyes.sees(pose_at(0, 0, -1)));       // behind
	assert_false(eyes.sees(pose_at(3, 0, 1)));        // aside
	assert_false(eyes.sees(pose_at(0, 0, 0.2)));      // too near: neither is seen whole
	assert_false(eyes.sees(pose_at(0, 0, 1, 0, 90))); // lying
	assert_false(eyes.sees(pose_at(0, 0, 1, 0, 180)));
	for (double x = 0.36; x < 0.8; x += 0.02) // leaves by the right edge
		if (eyes.sees(pose_at(x, 0, 1)))
			is_near(wide(eyes.pair->distance), 1, 0.02);
	assert_true(eyes.sees(good));
}

void a_cutting_camera_is_no_crash(void **)
{
	eyes eyes(320, 240);

	for (int i = 0; i < 400; i++) {
		const double z = -0.2 + i * 0.001;

		eyes.sees(pose_at(0.001 * i, 0.0005 * i, z, i, 2 * i));
		eyes.scene_with.what = i % 2 ? target_Shown_tag : target_Shown_tapes;
	}
	eyes.sees({1e300, -1e300, 1e-300, 1, 0, 0, 0});
	eyes.sees({1e9, 1e9, 0.002, 1e-3, 1e3, 0, 0});
}

// ---- target.contours, of the same masks ----

struct target_contours_params contours_params()
{
	struct target_contours_params params = {};

	params.min_area = 0.0001f;
	params.calibration = "";
	params.max_area = params.max_fullness = 1;
	params.max_ratio = 1000;
	params.speckle = 0.05f;
	params.fov = 50.336f;
	params.cx = params.cy = -1;
	params.W = 640;
	params.H = 480;
	return params;
}

const struct target_contours_targets *contours(eyes *eyes,
                                               const struct target_contours_params &params)
{
	static struct target_contours_targets *targets =
		static_cast<struct target_contours_targets *>(fake_slot(sizeof(*targets)));
	filter_run run(target_contours_methods, &params);
	struct target_contours_in in = {eyes->mask.image};
	struct target_contours_out out = {targets};

	assert_int_equal(run.result, PKD_OK);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	return targets;
}

void contours_have_the_angles_that_were_drawn(void **)
{
	eyes eyes(640, 480);
	struct target_contours_params params = contours_params();

	for (double z = 0.8; z < 3; z += 0.5) {
		for (double x = -0.2; x < 0.25; x += 0.1) {
			const struct target_Pose pose = pose_at(x * z, -0.15 * z, z);

			params.group = target_Group_dual;
			params.intersection = target_Intersection_up;
			params.width = 0.2032f + 4 * 0.042078f; // both tapes leaning, and between
			eyes.sees(pose);
			const auto *targets = contours(&eyes, params);

			assert_int_equal(targets->len, 1);
			is_near(wide(targets->items[0].yaw), lens_degrees(std::atan2(pose.x, z)),
			        0.1);
			is_near(wide(targets->items[0].pitch),
			        lens_degrees(std::atan2(-pose.y, std::hypot(pose.x, z))), 0.2);
			is_near(wide(targets->items[0].distance) / z, 1, 0.02);
			params.intersection = target_Intersection_down;
			assert_int_equal(contours(&eyes, params)->len, 0);
			params.group = target_Group_single;
			assert_int_equal(contours(&eyes, params)->len, 2);
		}
	}
}

// A flat rectangle, which is one tape upright: through contours and pnp its pose comes back.
void a_rectangle_has_the_pose_that_was_drawn(void **)
{
	constexpr double w = 0.6, f = 681;
	const std::string path = lens_file({f, 0, 319.5, 0, f, 239.5, 0, 0, 1}, {0, 0, 0, 0, 0},
	                                   640, 480);
	struct target_contours_params params = contours_params();
	struct target_pnp_params pnp_with = {};
	auto *places = static_cast<struct target_pnp_places *>(
		fake_slot(sizeof(uint64_t) + 20 * sizeof(struct target_Placed)));
	auto *pose = static_cast<struct target_Pose *>(fake_slot(sizeof(struct target_Pose)));
	eyes eyes(640, 480);

	eyes.scene_with.what = target_Shown_left_tape;
	eyes.scene_with.tilt = eyes.scene_with.spacing = 0;
	eyes.scene_with.tape_width = static_cast<float>(w);
	eyes.scene_with.tape_height = 0.3f;
	pnp_with.width = w;
	pnp_with.height = 0.3;
	eyes.scene_with.fx = params.fx = static_cast<float>(f);
	pnp_with.calibration = path.c_str();
	pnp_with.max_ambiguity = 0.2f;
	pnp_with.N = 20;
	filter_run pnp(target_pnp_methods, &pnp_with);

	assert_int_equal(pnp.result, PKD_OK);
	for (double yaw = -60; yaw <= 60; yaw += 10) {
		const struct target_Pose at = pose_at(0.1, 0.05, 2, yaw);

		eyes.sees(at);
		const auto *targets = contours(&eyes, params);
		struct target_pnp_in in = {
			reinterpret_cast<const struct target_pnp_targets *>(targets)};
		struct target_pnp_out out = {places, pose};

		assert_int_equal(targets->len, 1);
		places->len = 0;
		pnp.ctx->absent = 0;
		assert_int_equal(pnp.step(&in, &out), PKD_OK);
		assert_true(!pnp.ctx->absent || std::fabs(yaw) < 15);
		if (pnp.ctx->absent)
			continue;
		const double dot = pose->qw * at.qw + pose->qx * at.qx + pose->qy * at.qy +
		                   pose->qz * at.qz;

		is_near(lens_degrees(2 * std::acos(std::min(1., std::fabs(dot)))), 0,
		        std::fabs(yaw) < 15 ? 4 : 2);
		// Its right edge is in the scene's origin.
		const double half = w / 2, a = lens_radians(yaw);

		is_near(pose->x, at.x - half * std::cos(a), 0.02);
		is_near(pose->y, at.y, 0.02);
		is_near(pose->z, at.z + half * std::sin(a), 0.02);
	}
	fake_slot_free(places);
	fake_slot_free(pose);
	fake_directory_remove();
}

// A camera 0.5 m above the floor that looks up by 20 degrees, and a target 1.5 m above it.
void a_height_tells_the_distance_beside_the_middle_too(void **)
{
	eyes eyes(640, 480);
	struct target_contours_params params = contours_params();
	const double pitch = lens_radians(20), up = 1;

	params.group = target_Group_dual;
	params.camera_height = 0.5f;
	params.target_height = 1.5f;
	params.camera_pitch = 20;
	for (double ahead = 1.8; ahead < 4; ahead += 0.4) {
		for (double x = -0.7; x < 0.8; x += 0.35) {
			const double y = ahead * std::sin(pitch) - up * std::cos(pitch);
			const double z = ahead * std::cos(pitch) + up * std::sin(pitch);

			eyes.sees(pose_at(x, y, z));
			const auto *targets = contours(&eyes, params);

			assert_int_equal(targets->len, 1);
			is_near(wide(targets->items[0].distance) / std::hypot(x, ahead), 1, 0.02);
		}
	}
	params.target_height = 0.2f; // below the camera, and seen above
	assert_true(contours(&eyes, params)->items[0].distance < 0);
}

// ---- The picture ----

void the_same_frame_is_the_same_picture(void **)
{
	eyes one(320, 240), other(320, 240);
	const struct target_Pose pose = pose_at(0.1, 0.05, 1.2, 10, 5);

	other.draw(nullptr);
	one.draw(&pose);
	assert_true(cv::norm(one.frame.mat(), other.frame.mat(), cv::NORM_INF) > 100);
	one.draw(&pose);
	other.draw(&pose);
	assert_true(cv::norm(one.frame.mat(), other.frame.mat(), cv::NORM_INF) == 0);
	one.draw(&pose); // other noise
	assert_in_range(
		static_cast<int>(cv::norm(one.frame.mat(), other.frame.mat(), cv::NORM_INF)), 1,
		30);
	one.draw(nullptr);
	cv::Scalar mean, deviation;
	cv::meanStdDev(one.frame.mat(), mean, deviation);
	for (int i = 0; i < 3; i++) {
		is_near(mean[i], 16, 0.1);
		is_near(deviation[i], 2, 0.1);
	}
}

void tags_are_read_where_they_were_drawn(void **)
{
	apriltag_family_t *family = tag36h11_create();
	apriltag_detector_t *detector = apriltag_detector_create();
	eyes eyes(640, 480);

	apriltag_detector_add_family(detector, family);
	detector->quad_decimate = 1;
	eyes.scene_with.what = target_Shown_tag;
	eyes.scene_with.id = 17;
	eyes.scene_with.noise = 1;
	for (double z = 0.4; z < 2; z += 0.2) {
		const struct target_Pose pose = pose_at(0.05 * z, -0.1 * z, z, 25, 10);
		cv::Mat gray;

		eyes.draw(&pose);
		cv::cvtColor(eyes.frame.mat(), gray, cv::COLOR_BGR2GRAY);
		image_u8_t image = {gray.cols, gray.rows, static_cast<int32_t>(gray.step),
		                    gray.data};
		zarray_t *tags = apriltag_detector_detect(detector, &image);

		assert_int_equal(zarray_size(tags), 1);
		apriltag_detection_t *tag;
		zarray_get(tags, 0, &tag);
		assert_int_equal(tag->id, 17);
		assert_int_equal(tag->hamming, 0);
		// The library's 0 is the corner of the first pixel, OpenCV's its middle.
		const double f = 320 / std::tan(lens_radians(50.336 / 2));
		is_near(tag->c[0], 320 + f * 0.05, 0.1);
		is_near(tag->c[1], 240 - f * 0.1, 0.1);
		apriltag_detections_destroy(tags);
	}
	apriltag_detector_destroy(detector);
	tag36h11_destroy(family);
}

void what_cannot_be_drawn_is_told(void **)
{
	struct target_scene_params params = scene_params(64, 48);
	const struct target_Pose nowhere = {0, 0, NAN, 1, 0, 0, 0},
				 unturned = {0, 0, 1, 0, 0, 0, 0};
	filter_image frame(PKD_BGR24, 64, 48);
	struct target_scene_out out = {frame.image};

	for (const struct target_Pose *pose : {&nowhere, &unturned}) {
		struct target_scene_in in = {pose};
		filter_run run(target_scene_methods, &params);

		assert_int_equal(run.step(&in, &out), -EINVAL);
		assert_true(run.says("`qw` is 1.0"));
	}
	params.colour = "greenish";
	assert_true(filter_run(target_scene_methods, &params).says("'greenish'"));
	params.colour = "green";
	params.family = detect_Family_tag16h5;
	params.id = 30;
	assert_true(filter_run(target_scene_methods, &params)
	                    .says("no tag 30 of tag16h5: the family has 30 tags, from 0"));
}

void every_family_can_be_drawn(void **)
{
	struct target_scene_params params = scene_params(64, 48);

	for (uint32_t i = 0; i < TAG_N_FAMILIES; i++) {
		params.family = i;
		assert_int_equal(filter_run(target_scene_methods, &params).result, PKD_OK);
	}
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_and_offset_are_those_that_were_drawn),
		cmocka_unit_test(so_they_are_in_frames_of_other_sizes),
		cmocka_unit_test(so_they_are_in_bad_pictures),
		cmocka_unit_test(turned_it_is_seen_from_the_side),
		cmocka_unit_test(none_is_seen_where_there_is_none),
		cmocka_unit_test(a_cutting_camera_is_no_crash),
		cmocka_unit_test(contours_have_the_angles_that_were_drawn),
		cmocka_unit_test(a_rectangle_has_the_pose_that_was_drawn),
		cmocka_unit_test(a_height_tells_the_distance_beside_the_middle_too),
		cmocka_unit_test(the_same_frame_is_the_same_picture),
		cmocka_unit_test(tags_are_read_where_they_were_drawn),
		cmocka_unit_test(what_cannot_be_drawn_is_told),
		cmocka_unit_test(every_family_can_be_drawn),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
