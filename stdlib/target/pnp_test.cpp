// target.pnp: corners that cv::projectPoints has made come back as the poses they were made of.
#include <target/pnp.pkd.h>

#include <array>
#include <cmath>
#include <opencv2/calib3d.hpp>

#include "../test/filter_run.hpp"
#include "../test/lens_file.hpp"

extern "C" const struct pkd_methods target_pnp_methods;

namespace
{

constexpr uint32_t N = 4;
constexpr double wide = 0.6, high = 0.3;
const cv::Matx33d camera(620, 0, 330, 0, 610, 235, 0, 0, 1);
const std::vector<double> lens = {-0.2, 0.05, 0.001, -0.002, 0.01};

struct placer {
	std::string path;
	struct target_pnp_params params = {};
	std::unique_ptr<filter_run> run;
	struct target_pnp_targets *targets;
	struct target_pnp_places *places;
	struct target_Pose *pose;

	explicit placer(const std::string &calibration)
		: path(calibration),
		  targets(static_cast<struct target_pnp_targets *>(
			  fake_slot(sizeof(uint32_t) * 2 + N * sizeof(struct target_Target)))),
		  places(static_cast<struct target_pnp_places *>(
			  fake_slot(sizeof(uint64_t) + N * sizeof(struct target_Placed)))),
		  pose(static_cast<struct target_Pose *>(fake_slot(sizeof(*pose))))
	{
		params.N = N;
		params.max_ambiguity = 0.2f;
		params.width = wide;
		params.height = high;
		params.calibration = path.c_str();
		targets->len = 0;
	}
	~placer()
	{
		fake_slot_free(targets);
		fake_slot_free(places);
		fake_slot_free(pose);
	}
	placer(const placer &) = delete;
	placer &operator=(const placer &) = delete;

	void start()
	{
		run = std::make_unique<filter_run>(target_pnp_methods, &params);
		if (run->result)
			fail_msg("%s", run->ctx->error);
	}
	void step()
	{
		struct target_pnp_in in = {targets};
		struct target_pnp_out out = {places, pose};

		places->len = 0;
		run->ctx->absent = 0;
		assert_int_equal(run->step(&in, &out), PKD_OK);
	}
	// Corners of the rectangle in a picture of 640x480.
	void add(uint32_t id, const cv::Vec3d &turn, const cv::Vec3d &place, double width = wide,
	         double height = high)
	{
		const double x = width / 2, y = height / 2;
		const std::vector<cv::Point3d> model = {
			{-x, y, 0}, {x, y, 0}, {x, -y, 0}, {-x, -y, 0}};
		struct target_Target *target = &targets->items[targets->len++];
		std::vector<cv::Point2d> seen;

		cv::projectPoints(model, turn, place, camera, lens, seen);
		*target = {};
		target->id = id;
		for (size_t i = 0; i < 4; i++)
			target->corners[i] = {static_cast<float>((seen[i].x + 0.5) / 640),
			                      static_cast<float>((seen[i].y + 0.5) / 480)};
	}
};

void assert_at(const struct target_Pose &pose, const cv::Vec3d &turn, const cv::Vec3d &place)
{
	const double angle = cv::norm(turn);
	const cv::Vec3d axis = turn * (std::sin(angle / 2) / angle);
	const double dot = pose.qw * std::cos(angle / 2) + pose.qx * axis[0] + pose.qy * axis[1] +
	                   pose.qz * axis[2];

	assert_true(cv::norm(cv::Vec3d(pose.x, pose.y, pose.z) - place) < 0.002);
	assert_true(std::abs(dot) > 0.99995);
}

const cv::Vec3d turn_a(0.3, -0.6, 0.2), place_a(-0.4, 0.1, 2.5);
const cv::Vec3d turn_b(-0.5, 0.4, -0.4), place_b(0.7, -0.3, 3);

void targets_are_where_they_were(void **)
{
	placer node(lens_file(camera, lens, 640, 480));

	node.start();
	node.add(7, turn_a, place_a);
	node.add(9, turn_b, place_b);
	node.step();
	assert_int_equal(node.places->len, 2);
	assert_int_equal(node.places->items[0].id, 7);
	assert_int_equal(node.places->items[1].id, 9);
	assert_at(node.places->items[0].pose, turn_a, place_a);
	assert_at(node.places->items[1].pose, turn_b, place_b);
	assert_at(*node.pose, turn_a, place_a);
	assert_true(node.places->items[0].ambiguity < 0.05f);
	fake_directory_remove();
}

void squares_are_found_as_well(void **)
{
	placer node(lens_file(camera, lens, 640, 480));

	node.params.width = node.params.height = 0.4;
	node.start();
	node.add(1, turn_a, place_a, 0.4, 0.4);
	node.step();
	assert_at(*node.pose, turn_a, place_a);
	fake_directory_remove();
}

// By WPILib's axes what is before the camera, to its right and above has x > 0, y < 0, z > 0.
void poses_have_the_axes_that_were_asked_for(void **)
{
	placer node(lens_file(camera, lens, 640, 480));

	node.params.axes = target_Axes_wpilib;
	node.start();
	node.add(1, turn_b, place_b);
	node.step();
	assert_true(std::abs(node.pose->x - 3) < 0.002 && std::abs(node.pose->y + 0.7) < 0.002 &&
	            std::abs(node.pose->z - 0.3) < 0.002);
	fake_directory_remove();
}

void no_target_has_no_pose(void **)
{
	placer node(lens_file(camera, lens, 640, 480));

	node.start();
	node.step();
	assert_int_equal(node.places->len, 0);
	assert_int_equal(node.run->ctx->absent, 2);
	fake_directory_remove();
}

// Corners in one point, on one line, not numbers, far away.
void hopeless_corners_do_no_harm(void **)
{
	const float values[] = {0, 0.5f, 1, -3, 1e30f, -1e30f, NAN, INFINITY};
	placer node(lens_file(camera, lens, 640, 480));
	uint32_t random = 7, n = 0;

	node.start();
	for (int i = 0; i < 2000; i++) {
		node.targets->len = N;
		for (uint32_t k = 0; k < N; k++) {
			for (struct detect_Point &corner : node.targets->items[k].corners) {
				random = random * 1664525 + 1013904223;
				corner = {values[random >> 29], values[random >> 20 & 7]};
			}
		}
		node.step();
		n += node.places->len;
		for (uint32_t k = 0; k < node.places->len; k++) {
			assert_true(std::isfinite(node.places->items[k].pose.z));
			assert_true(node.places->items[k].pose.z > 0);
		}
	}
	print_message("%u of %d are somewhere\n", n, 2000 * 4);
	fake_directory_remove();
}

// Frames of half the size, of another shape, and a file that says nothing of its own.
void the_size_of_frames_is_told_where_it_must_be(void **)
{
	const uint32_t half[][2] = {{320, 240}, {320, 0}, {0, 240}};

	for (const auto &size : half) {
		placer node(lens_file(camera, lens, 640, 480));

		node.params.frame_width = size[0];
		node.params.frame_height = size[1];
		node.start();
		node.add(7, turn_a, place_a);
		node.step();
		assert_at(*node.pose, turn_a, place_a);
	}
	struct {
		int width;
		uint32_t frame_width, frame_height;
		const char *says;
	} wrong[] = {
		{640, 640, 360, "was calibrated with 640x480, and 640x360 is of another shape"},
		{0, 0, 0, "does not say how large its pictures were: write `frame_width`"},
		{0, 640, 0, "does not say how large its pictures were: write `frame_width`"},
		{0, 0, 480, "does not say how large its pictures were: write `frame_width`"},
	};
	for (const auto &way : wrong) {
		placer node(lens_file(camera, lens, way.width, 480));
		const auto ctx = std::make_unique<struct pkd_ctx>();
		void *self = fake_self(&target_pnp_methods);

		node.params.frame_width = way.frame_width;
		node.params.frame_height = way.frame_height;
		assert_int_equal(target_pnp_methods.init(self, &node.params, ctx.get()), -EINVAL);
		if (!std::strstr(ctx->error, way.says))
			fail_msg("'%s' does not say '%s'", ctx->error, way.says);
		free(self);
	}
	fake_directory_remove();
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_where_they_were),
		cmocka_unit_test(squares_are_found_as_well),
		cmocka_unit_test(poses_have_the_axes_that_were_asked_for),
		cmocka_unit_test(no_target_has_no_pose),
		cmocka_unit_test(hopeless_corners_do_no_harm),
		cmocka_unit_test(the_size_of_frames_is_told_where_it_must_be),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
