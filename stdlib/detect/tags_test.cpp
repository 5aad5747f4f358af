// detect.tags beside pictures with known corners and poses (Debian's visp-images-data, where
// tests/setup.sh has fetched it), and beside tags that are drawn at known places.
#include <detect/tags.pkd.h>

#include <cmath>
#include <fstream>
#include <sched.h>

#include "../test/filter_run.hpp"
#include "../test/tag_picture.hpp"

#include <apriltag/tag16h5.h>

extern "C" const struct pkd_methods detect_tags_methods;

namespace
{

constexpr uint32_t W = 640, H = 480;

struct detect_tags_params defaults()
{
	struct detect_tags_params params = {};

	params.FORMAT = PKD_GRAY8;
	params.W = W;
	params.H = H;
	params.families = "tag36h11";
	params.max_hamming = 1;
	params.min_margin = 20;
	params.decimate = 1;
	params.refine = true;
	params.sharpen = 0.25f;
	params.threads = 1;
	params.calibration = "";
	params.size = 0.2;
	return params;
}

// A node, and the tags of the last frame.
struct tagger {
	struct detect_tags_params params;
	filter_run run;
	struct detect_tags_tags *tags;

	explicit tagger(const struct detect_tags_params &with)
		: params(with), run(detect_tags_methods, &params),
		  tags(static_cast<struct detect_tags_tags *>(fake_slot(sizeof(*tags))))
	{
		if (run.result)
			fail_msg("%s", run.ctx->error);
	}
	~tagger()
	{
		fake_slot_free(tags);
	}
	tagger(const tagger &) = delete;
	tagger &operator=(const tagger &) = delete;

	int step(const struct pkd_image *image)
	{
		struct detect_tags_in in = {image};
		struct detect_tags_out out = {tags};

		return run.step(&in, &out);
	}
	void look(const struct pkd_image *image)
	{
		if (step(image) != PKD_OK)
			fail_msg("%s", run.ctx->error);
	}
	const struct detect_Tag *of(uint32_t id) const
	{
		for (uint32_t i = 0; i < tags->len; i++)
			if (tags->items[i].id == id)
				return &tags->items[i];
		fail_msg("there is no tag %u", id);
		return nullptr;
	}
};

void assert_refused(struct detect_tags_params params, const char *text)
{
	const auto ctx = std::make_unique<struct pkd_ctx>();
	void *self = fake_self(&detect_tags_methods);

	assert_int_equal(detect_tags_methods.init(self, &params, ctx.get()), -EINVAL);
	assert_int_equal(ctx->n_errors, 1);
	if (!std::strstr(ctx->error, text))
		fail_msg("'%s' does not say '%s'", ctx->error, text);
	free(self);
}

const char *write_file(const char *name, const std::string &text)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s", fake_path(name));
	std::ofstream(path) << text;
	return path;
}

const char *write_calibration(double fx, double fy, double cx, double cy,
                              const std::vector<double> &k, int width, int height)
{
	cv::FileStorage file("a", cv::FileStorage::WRITE | cv::FileStorage::MEMORY |
	                                  cv::FileStorage::FORMAT_YAML);

	file << "image_width" << width << "image_height" << height;
	file << "camera_matrix" << cv::Mat(cv::Matx33d(fx, 0, cx, 0, fy, cy, 0, 0, 1));
	file << "distortion_coefficients" << cv::Mat(k);
	return write_file("camera.yml", file.releaseAndGetString());
}

const tag_camera plain = {{600, 0, 319.5, 0, 600, 239.5, 0, 0, 1}, {}, W, H};

const char *write_camera(const tag_camera &camera)
{
	return write_calibration(
		camera.matrix(0, 0), camera.matrix(1, 1), camera.matrix(0, 2), camera.matrix(1, 2),
		camera.distortion.empty() ? std::vector<double>(5) : camera.distortion,
		camera.width, camera.height);
}

// In pixels, of the four corners. The middle of the first pixel is 0.5, 0.5.
double farthest_corner(const struct detect_Tag *tag, const std::array<cv::Point2d, 4> &wanted)
{
	double most = 0;

	for (size_t i = 0; i < 4; i++)
		most = std::max(
			most, std::hypot(static_cast<double>(tag->corners[i].x) * W - wanted[i].x,
		                         static_cast<double>(tag->corners[i].y) * H - wanted[i].y));
	return most;
}

struct family {
	apriltag_family_t *at = tag36h11_create();
	~family()
	{
		tag36h11_destroy(at);
	}
};

// ---- Pictures of others ----

// The test is skipped without them.
std::ifstream open_truth(const char *name)
{
	const char *clip = getenv("PKD_TEST_CLIP"), *slash = clip ? strrchr(clip, '/') : nullptr;
	std::ifstream file((slash ? std::string(clip, slash + 1) : "") + "tags/" + name);

	if (!file) {
		print_message("no tags/%s: tests/setup.sh --tests\n", name);
		skip();
	}
	return file;
}

const struct {
	const char *name, *file;
} pictures[] = {
	{"tag16h5", "16_05"},          {"tag25h9", "25_09"},          {"tag36h11", "36_11"},
	{"tagCircle21h7", "21_07"},    {"tagCircle49h12", "49_12"},   {"tagCustom48h12", "48_12"},
	{"tagStandard41h12", "41_12"}, {"tagStandard52h13", "52_13"},
};

void each_family_has_its_corners(void **)
{
	for (const auto &picture : pictures) {
		const std::string at = std::string("benchmark/640x480/");
		std::ifstream truth =
			open_truth((at + "corners_tag" + picture.file + ".txt").c_str());
		struct detect_tags_params params = defaults();
		filter_image frame(PKD_GRAY8, W, H);
		double most = 0;
		uint32_t id, n = 0;

		frame.load(("tags/" + at + "tag" + picture.file + "_640x480.png").c_str());
		params.families = picture.name;
		tagger node(params);
		node.look(frame.image);
		while (truth >> id) {
			std::array<cv::Point2d, 4> corners;

			for (cv::Point2d &corner : corners)
				truth >> corner.x >> corner.y;
			most = std::max(most, farthest_corner(node.of(id), corners));
			n++;
		}
		print_message("%s: %u tags, %.4f pixels apart at most\n", picture.name, n, most);
		assert_int_equal(n, 5);
		assert_int_equal(node.tags->len, n);
		assert_true(most < 0.05);
	}
}

void a_photograph_has_all_its_tags(void **)
{
	std::ifstream truth = open_truth("ground_truth_detection.txt"),
		      poses = open_truth("ground_truth_pose.txt");
	struct detect_tags_params params = defaults();
	filter_image frame(PKD_GRAY8, W, H);
	std::string name, same;
	double most = 0, far = 0, turned = 0;
	uint32_t n = 0;

	frame.load("tags/AprilTag.pgm");
	// The camera's pixels have their middle at whole numbers of this file.
	params.calibration = write_calibration(615.1674805, 615.1675415, 312.1889954 - 0.5,
	                                       243.4373779 - 0.5, std::vector<double>(5), W, H);
	params.size = 0.053;
	tagger node(params);
	node.look(frame.image);
	while (std::getline(truth, name) && std::getline(poses, same)) {
		std::array<cv::Point2d, 4> corners;
		cv::Vec3d place, turn;
		cv::Matx33d m;

		if (name.compare(0, 10, "36h11_id:_") != 0)
			break;
		assert_string_equal(name.c_str(), same.c_str());
		for (cv::Point2d &corner : corners)
			truth >> corner.y >> corner.x; // row and column
		poses >> place[0] >> place[1] >> place[2] >> turn[0] >> turn[1] >> turn[2];
		std::getline(truth, same);
		std::getline(poses, same);
		const struct detect_Tag *tag =
			node.of(static_cast<uint32_t>(std::stoi(name.substr(10))));

		most = std::max(most, farthest_corner(tag, corners));
		cv::Rodrigues(turn, m); // its tags have y up and z out of them
		cv::Rodrigues(m * cv::Matx33d(1, 0, 0, 0, -1, 0, 0, 0, -1), turn);
		// Of the two places one is that of the file, which knows of no second.
		const bool is_first = tag_angle(tag->pose, turn) < tag_angle(tag->other, turn);
		const struct target_Pose &pose = is_first ? tag->pose : tag->other;
		const double apart = cv::norm(cv::Vec3d(pose.x, pose.y, pose.z) - place);

		print_message("%s: %.4f m, %.2f degrees, ambiguity %.2f\n", name.c_str(), apart,
		              tag_angle(pose, turn), static_cast<double>(tag->ambiguity));
		far = std::max(far, apart);
		turned = std::max(turned, tag_angle(pose, turn));
		n++;
	}
	print_message("%u tags: %.4f pixels, %.4f m, %.2f degrees\n", n, most, far, turned);
	assert_int_equal(n, 12);
	assert_true(most < 0.05 && far < 0.001 && turned < 0.5);
	fake_directory_remove();
}

void poses_are_those_of_the_pictures(void **)
{
	for (const double size : {0.2, 0.1}) {
		struct detect_tags_params params = defaults();
		filter_image frame(PKD_GRAY8, W, H);

		open_truth("AprilTag.pgm");
		frame.load("tags/benchmark/640x480/tag36_11_640x480.png");
		params.calibration = write_calibration(700, 700, 319.5, 239.5,
		                                       std::vector<double>(5), W, H);
		params.size = size;
		tagger node(params);
		node.look(frame.image);
		for (uint32_t id = size > 0.15 ? 0 : 3; id < (size > 0.15 ? 3 : 5); id++) {
			std::ifstream truth = open_truth(
				("benchmark/640x480/cMo_" + std::to_string(id) + ".txt").c_str());
			const struct detect_Tag *tag = node.of(id);
			cv::Matx44d m;
			cv::Vec3d turn;

			for (double &number : m.val)
				truth >> number;
			cv::Rodrigues(m.get_minor<3, 3>(0, 0) *
			                      cv::Matx33d(1, 0, 0, 0, -1, 0, 0, 0, -1),
			              turn);
			const cv::Vec3d place(m(0, 3), m(1, 3), m(2, 3));
			const double apart =
				cv::norm(cv::Vec3d(tag->pose.x, tag->pose.y, tag->pose.z) - place);

			print_message("%u: %.4f of %.3f m, %.2f degrees, ambiguity %.2f\n", id,
			              apart, cv::norm(place), tag_angle(tag->pose, turn),
			              static_cast<double>(tag->ambiguity));
			assert_true(apart < 0.02 * cv::norm(place));
			assert_true(tag_angle(tag->pose, turn) < 3);
		}
	}
	fake_directory_remove();
}

// ---- Tags at known places ----

const std::vector<tag_place> four = {
	{3, 0.2, {0.3, -0.5, 0.1}, {-0.4, -0.2, 1.6}},
	{7, 0.2, {-0.6, 0.4, -0.3}, {0.4, -0.2, 1.8}},
	{11, 0.2, {0.5, 0.6, 1.2}, {-0.4, 0.3, 2.0}},
	{20, 0.2, {-0.4, -0.5, 3.0}, {0.5, 0.35, 2.2}},
};

void draw(const tag_camera &camera, const std::vector<tag_place> &tags, filter_image *frame)
{
	const family family;

	tag_picture(camera, family.at, tags).copyTo(frame->mat());
}

// Corners are off by no side: places are not half a pixel apart.
void corners_and_poses_are_where_they_were_drawn(void **)
{
	double most = 0, far = 0, turned = 0;
	cv::Point2d sum;
	int n = 0;

	for (const double yaw : {-0.7, -0.3, 0.3, 0.7})
		for (const double pitch : {-0.5, 0.4})
			for (const double z : {0.8, 1.5, 2.5}) {
				const tag_place at = {
					5, 0.2, {pitch, yaw, 0.3 * z}, {0.1, -0.05, z}};
				struct detect_tags_params params = defaults();
				filter_image frame(PKD_GRAY8, W, H);

				draw(plain, {at}, &frame);
				params.calibration = write_camera(plain);
				tagger node(params);
				node.look(frame.image);
				const struct detect_Tag *tag = node.of(5);
				std::array<cv::Point2d, 4> corners = tag_corners(plain, at);

				for (size_t i = 0; i < 4; i++) {
					corners[i] += cv::Point2d(0.5, 0.5);
					sum += cv::Point2d(
						       static_cast<double>(tag->corners[i].x) * W,
						       static_cast<double>(tag->corners[i].y) * H) -
					       corners[i];
				}
				n += 4;
				most = std::max(most, farthest_corner(tag, corners));
				const bool is_first = tag_angle(tag->pose, at.turn) <
				                      tag_angle(tag->other, at.turn);
				const struct target_Pose &pose = is_first ? tag->pose : tag->other;

				assert_true(is_first || tag->ambiguity > 0.3f);
				far = std::max(
					far,
					cv::norm(cv::Vec3d(pose.x, pose.y, pose.z) - at.place) / z);
				turned = std::max(turned, tag_angle(pose, at.turn));
			}
	print_message("%.3f pixels, %.2f %%, %.2f degrees; to a side: %.3f, %.3f\n", most,
	              far * 100, turned, sum.x / n, sum.y / n);
	assert_true(most < 0.5 && far < 0.01 && turned < 3);
	assert_true(std::abs(sum.x / n) < 0.05 && std::abs(sum.y / n) < 0.05);
	fake_directory_remove();
}

// A lens that bends much: with its numbers the places are right, without them they are not.
void the_lens_counts(void **)
{
	const tag_camera bent = {plain.matrix, {-0.35, 0.12, 0.002, -0.001, 0}, W, H};
	double apart[2] = {0, 0};
	filter_image frame(PKD_GRAY8, W, H);

	draw(bent, four, &frame);
	for (size_t k = 0; k < 2; k++) {
		struct detect_tags_params params = defaults();

		params.calibration = write_camera(k ? plain : bent);
		tagger node(params);
		node.look(frame.image);
		assert_int_equal(node.tags->len, four.size());
		for (const tag_place &at : four) {
			const struct target_Pose &pose =
				node.of(static_cast<uint32_t>(at.id))->pose;

			apart[k] = std::max(apart[k],
			                    cv::norm(cv::Vec3d(pose.x, pose.y, pose.z) - at.place));
		}
	}
	print_message("%.4f m apart with the lens, %.4f m without\n", apart[0], apart[1]);
	assert_true(apart[0] < 0.02 && apart[1] > 4 * apart[0]);
	fake_directory_remove();
}

void a_calibration_of_another_size_is_scaled(void **)
{
	struct detect_tags_params params = defaults();
	filter_image frame(PKD_GRAY8, W, H);
	const tag_camera twice = {{1200, 0, 639.5, 0, 1200, 479.5, 0, 0, 1}, {}, 2 * W, 2 * H};

	draw(plain, four, &frame);
	params.calibration = write_camera(twice);
	tagger node(params);
	node.look(frame.image);
	for (const tag_place &at : four) {
		const struct target_Pose &pose = node.of(static_cast<uint32_t>(at.id))->pose;

		assert_true(cv::norm(cv::Vec3d(pose.x, pose.y, pose.z) - at.place) < 0.02);
	}
	frame.image->height = 360;
	assert_int_equal(node.step(frame.image), -EINVAL);
	assert_true(node.run.says("the frames are 640x360, and the camera was calibrated with "
	                          "1280x960, which is of another shape"));
	fake_directory_remove();
}

// What stands before the camera and faces it: OpenCV's axes do not turn it, WPILib's by half.
void poses_have_the_axes_that_were_asked_for(void **)
{
	const tag_place at = {5, 0.2, {0.2, 0.3, 0.1}, {0.3, -0.1, 1.5}};
	struct detect_tags_params params = defaults();
	filter_image frame(PKD_GRAY8, W, H);

	draw(plain, {at}, &frame);
	params.calibration = write_camera(plain);
	tagger opencv(params);
	opencv.look(frame.image);
	params.axes = target_Axes_wpilib;
	tagger wpilib(params);
	wpilib.look(frame.image);
	const struct target_Pose a = opencv.of(5)->pose, b = wpilib.of(5)->pose;

	assert_true(std::abs(a.z - b.x) < 1e-9 && std::abs(a.x + b.y) < 1e-9 &&
	            std::abs(a.y + b.z) < 1e-9);
	assert_true(b.x > 1.4 && b.y < -0.25 && b.z > 0.05); // before, to the right, above
	// x of the tag points out of it, hence back at the camera; z up.
	const double out_x = 1 - 2 * (b.qy * b.qy + b.qz * b.qz),
		     up_z = 1 - 2 * (b.qx * b.qx + b.qy * b.qy);
	assert_true(out_x < -0.8 && up_z > 0.8);
	for (const struct target_Pose &pose : {a, b})
		assert_true(std::abs(pose.qw * pose.qw + pose.qx * pose.qx + pose.qy * pose.qy +
		                     pose.qz * pose.qz - 1) < 1e-9 &&
		            pose.qw >= 0);
	fake_directory_remove();
}

void without_a_calibration_there_are_no_poses(void **)
{
	filter_image frame(PKD_GRAY8, W, H);
	const struct target_Pose none = {};

	draw(plain, four, &frame);
	tagger node(defaults());
	node.look(frame.image);
	assert_int_equal(node.tags->len, 4);
	for (uint32_t i = 0; i < 4; i++) {
		const struct detect_Tag *tag = &node.tags->items[i];

		assert_true(tag->ambiguity == -1);
		assert_memory_equal(&tag->pose, &none, sizeof(none));
		assert_memory_equal(&tag->other, &none, sizeof(none));
		assert_int_equal(tag->family, detect_Family_tag36h11);
		assert_int_equal(tag->hamming, 0);
		assert_true(tag->margin > 20);
		assert_true(i == 0 || tag->id > tag[-1].id);
	}
}

// ---- Formats ----

// The same picture in each format: colours that are gray.
void formats_are_all_alike(void **)
{
	const family family;
	const cv::Mat gray = tag_picture(plain, family.at, four);
	filter_image first(PKD_GRAY8, W, H);

	gray.copyTo(first.mat());
	tagger wanted(defaults());
	wanted.look(first.image);
	for (const uint32_t format :
	     {PKD_BGR24, PKD_RGB24, PKD_BGRA32, PKD_RGBA32, PKD_I420, PKD_NV12}) {
		struct detect_tags_params params = defaults();
		struct pkd_image *image = fake_image(format, W, H);

		for (uint32_t y = 0; y < H; y++)
			for (uint32_t x = 0; x < W; x++)
				memset(pkd_pixels(image) + y * image->stride +
				               x * pkd_pixel_size(format),
				       gray.at<uint8_t>(static_cast<int>(y), static_cast<int>(x)),
				       pkd_pixel_size(format));
		params.FORMAT = format;
		tagger node(params);
		node.look(image);
		assert_int_equal(node.tags->len, wanted.tags->len);
		assert_memory_equal(node.tags->items, wanted.tags->items,
		                    node.tags->len * sizeof(node.tags->items[0]));
		fake_slot_free(image);
	}
}

// A snapshot is not to be written, and the library blurs in place: it gets a copy then.
void the_frame_stays_as_it_was(void **)
{
	const family family;
	const cv::Mat gray = tag_picture(plain, family.at, four);
	filter_image frame(PKD_GRAY8, W, H);

	for (const float blur : {0.f, 0.8f, -0.8f, 3.f})
		for (const float decimate : {1.f, 1.5f, 2.f}) {
			struct detect_tags_params params = defaults();

			gray.copyTo(frame.mat());
			params.blur = blur;
			params.decimate = decimate;
			tagger node(params);
			node.look(frame.image);
			filter_image kept(PKD_GRAY8, W, H);
			gray.copyTo(kept.mat());
			for (int y = 0; y < static_cast<int>(H); y++)
				assert_memory_equal(frame.mat().ptr(y), kept.mat().ptr(y), W);
			if (blur < 3)
				assert_int_equal(node.tags->len, 4);
		}
}

void odd_decimations_move_no_corner(void **)
{
	filter_image frame(PKD_GRAY8, W, H);
	struct detect_tags_params params = defaults();

	draw(plain, four, &frame);
	for (const float decimate : {1.f, 1.2f, 1.5f, 1.6f, 2.f, 2.5f, 2.9f, 3.f}) {
		params.decimate = decimate;
		tagger node(params);
		node.look(frame.image);
		for (const tag_place &at : four) {
			std::array<cv::Point2d, 4> corners = tag_corners(plain, at);

			for (cv::Point2d &corner : corners)
				corner += cv::Point2d(0.5, 0.5);
			assert_true(farthest_corner(node.of(static_cast<uint32_t>(at.id)),
			                            corners) < 1);
		}
	}
}

// ---- Which tags ----

void several_families_are_found_at_once(void **)
{
	struct detect_tags_params params = defaults();
	filter_image frame(PKD_GRAY8, W, H);
	apriltag_family_t *other = tag16h5_create();
	const family family;

	tag_picture(plain, family.at, {four[0]}).copyTo(frame.mat());
	cv::Mat right = frame.mat().colRange(320, 640);
	tag_picture(plain, other, {four[1]}).colRange(320, 640).copyTo(right);
	tag16h5_destroy(other);
	params.families = " tag36h11 ,tag16h5";
	params.max_hamming = 0;
	tagger node(params);
	node.look(frame.image);
	assert_int_equal(node.tags->len, 2);
	assert_int_equal(node.tags->items[0].family, detect_Family_tag16h5);
	assert_int_equal(node.tags->items[0].id, 7);
	assert_int_equal(node.tags->items[1].family, detect_Family_tag36h11);
	assert_int_equal(node.tags->items[1].id, 3);
}

void wrong_families_say_so(void **)
{
	struct detect_tags_params params = defaults();

	for (const char *wrong : {"", "tag36h12", "tag36h11,", "tag36h11 tag16h5", ","}) {
		params.families = wrong;
		assert_refused(params, "it must be names of Family with commas");
	}
	params.families = "tag36h11,tag36h11";
	assert_refused(params, "`families` has 'tag36h11' twice");
	params.families = "tagStandard52h13";
	params.max_hamming = 2;
	assert_refused(params, "tagStandard52h13 with `max_hamming: 2` takes 3.2 GB of memory");
}

// A bit of a tag is painted over.
void wrong_bits_are_counted(void **)
{
	filter_image frame(PKD_GRAY8, W, H);
	const tag_place at = {5, 0.2, {0, 0, 0}, {0, 0, 1}};
	uint32_t n_found = 0;

	draw(plain, {at}, &frame);
	const std::array<cv::Point2d, 4> corners = tag_corners(plain, at);
	const double bit = (corners[1].x - corners[0].x) / 8;
	const cv::Rect2d spot(corners[3].x + bit, corners[3].y + bit, bit, bit);
	cv::Mat mat = frame.mat();
	const int level = mat.at<uint8_t>(static_cast<int>(spot.y + bit / 2),
	                                  static_cast<int>(spot.x + bit / 2));

	cv::rectangle(mat, cv::Rect(spot), cv::Scalar(255 - level), cv::FILLED);
	for (const uint32_t max_hamming : {0u, 1u, 2u}) {
		struct detect_tags_params params = defaults();

		params.max_hamming = max_hamming;
		tagger node(params);
		node.look(frame.image);
		n_found += node.tags->len;
		assert_int_equal(node.tags->len, max_hamming > 0);
		if (max_hamming > 0)
			assert_int_equal(node.of(5)->hamming, 1);
	}
	assert_int_equal(n_found, 2);
}

void the_surest_are_kept(void **)
{
	const family family;
	filter_image frame(PKD_GRAY8, 1200, 900);
	struct detect_tags_params params = defaults();

	// 108 tags: strong ones, paler ones, and more than there is room for.
	frame.mat().setTo(cv::Scalar(255));
	for (int i = 0; i < 108; i++) {
		const cv::Mat print = tag_print(family.at, i, 8);
		cv::Mat pale;

		const double strength = i < 20 ? 1 : i < 64 ? 0.7 : 0.4;

		print.convertTo(pale, CV_8U, strength, (1 - strength) * 255);
		cv::Mat at = frame.mat()(
			cv::Rect(10 + i % 12 * 98, 10 + i / 12 * 98, print.cols, print.rows));
		pale.copyTo(at);
	}
	params.W = 1200;
	params.H = 900;
	tagger node(params);
	node.look(frame.image);
	assert_int_equal(node.tags->len, 64);
	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(node.tags->items[i].id, i);

	node.params.min_margin = 200; // it is live
	node.look(frame.image);
	assert_int_equal(node.tags->len, 20);
}

// ---- Bad frames ----

void frames_without_tags_have_none(void **)
{
	uint32_t random = 1;

	for (const auto &size : {cv::Size(1, 1),
	                         {1, 300},
	                         {300, 1},
	                         {3, 3},
	                         {4, 4},
	                         {7, 9},
	                         {8, 8},
	                         {9, 31},
	                         {16, 16},
	                         {33, 17},
	                         {640, 480}})
		for (const float decimate : {1.f, 1.5f, 2.f, 3.f, 16.f})
			for (const int kind : {0, 1, 2}) {
				struct detect_tags_params params = defaults();
				filter_image frame(PKD_GRAY8, static_cast<uint32_t>(size.width),
				                   static_cast<uint32_t>(size.height),
				                   random++); // of noise

				if (kind > 0)
					frame.mat().setTo(cv::Scalar(kind == 1 ? 0 : 255));
				if (size.width > 100 && kind == 0 && decimate < 2)
					continue; // in whose noise squares are looked for long
				params.decimate = decimate;
				params.blur = random % 2 ? 0.8f : 0;
				tagger node(params);
				node.look(frame.image);
				assert_int_equal(node.tags->len, 0);
			}
}

void huge_frames_are_refused_or_searched(void **)
{
	struct detect_tags_params params = defaults();

	params.decimate = 2;
	tagger node(params);
	filter_image wide(PKD_GRAY8, 32768, 16);
	assert_int_equal(node.step(wide.image), -EINVAL);
	assert_true(node.run.says("frames of more than 32767 pixels across, as of 32768x16"));

	filter_image longest(PKD_GRAY8, 32767, 16);
	longest.mat().setTo(cv::Scalar(90));
	node.look(longest.image);
	assert_int_equal(node.tags->len, 0);
}

void wrong_calibrations_say_what_is_wrong(void **)
{
	struct detect_tags_params params = defaults();

	params.calibration = write_file("empty.yml", "");
	assert_refused(params, "is no calibration: it has no `camera_matrix` of nine numbers");
	params.calibration = write_calibration(-1, 600, 320, 240, {0, 0, 0, 0}, W, H);
	assert_refused(params, "cannot be: its focal lengths are not above 0");
	params.calibration = write_calibration(600, 600, 320, 240, {0, 0, 0}, W, H);
	assert_refused(params, "cannot be: a lens has 4, 5, 8, 12 or 14 numbers of distortion");
	fake_directory_remove();
}

// ---- Threads ----

int n_threads()
{
	std::ifstream file("/proc/self/status");
	std::string line;

	while (std::getline(file, line))
		if (line.compare(0, 8, "Threads:") == 0)
			return std::stoi(line.substr(8));
	return 0;
}

// All of them are there after init, and the tags are the same.
void it_has_as_many_threads_as_cpus_were_given(void **)
{
	struct detect_tags_params params = defaults();
	filter_image frame(PKD_GRAY8, W, H);
	const int before = n_threads();
	cpu_set_t all, one;

	draw(plain, four, &frame);
	tagger single(params);
	assert_int_equal(n_threads(), before);
	single.look(frame.image);
	params.threads = 3;
	{
		tagger three(params);

		assert_int_equal(n_threads(), before + 3);
		three.look(frame.image);
		assert_int_equal(n_threads(), before + 3);
		assert_int_equal(three.tags->len, single.tags->len);
		assert_memory_equal(three.tags->items, single.tags->items,
		                    single.tags->len * sizeof(single.tags->items[0]));
	}
	assert_int_equal(n_threads(), before);

	params.threads = 0;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
		if (CPU_ISSET(cpu, &all))
			CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	{
		tagger of_one(params);

		assert_int_equal(n_threads(), before);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

void other_formats_are_refused(void **)
{
	struct detect_tags_params params = defaults();

	params.FORMAT = PKD_GRAYF32;
	assert_refused(params, "it takes frames of gray8, bgr24");
}

void tags_that_nobody_reads_are_no_work(void **)
{
	filter_image frame(PKD_GRAY8, W, H);
	tagger node(defaults());

	draw(plain, four, &frame);
	node.run.ctx->unread = 1;
	node.tags->len = 0;
	assert_int_equal(node.step(frame.image), PKD_OK);
	assert_int_equal(node.tags->len, 0);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_family_has_its_corners),
		cmocka_unit_test(a_photograph_has_all_its_tags),
		cmocka_unit_test(poses_are_those_of_the_pictures),
		cmocka_unit_test(corners_and_poses_are_where_they_were_drawn),
		cmocka_unit_test(the_lens_counts),
		cmocka_unit_test(a_calibration_of_another_size_is_scaled),
		cmocka_unit_test(poses_have_the_axes_that_were_asked_for),
		cmocka_unit_test(without_a_calibration_there_are_no_poses),
		cmocka_unit_test(formats_are_all_alike),
		cmocka_unit_test(the_frame_stays_as_it_was),
		cmocka_unit_test(odd_decimations_move_no_corner),
		cmocka_unit_test(several_families_are_found_at_once),
		cmocka_unit_test(wrong_families_say_so),
		cmocka_unit_test(wrong_bits_are_counted),
		cmocka_unit_test(the_surest_are_kept),
		cmocka_unit_test(frames_without_tags_have_none),
		cmocka_unit_test(huge_frames_are_refused_or_searched),
		cmocka_unit_test(wrong_calibrations_say_what_is_wrong),
		cmocka_unit_test(it_has_as_many_threads_as_cpus_were_given),
		cmocka_unit_test(other_formats_are_refused),
		cmocka_unit_test(tags_that_nobody_reads_are_no_work),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
