// target.calibrate: views of a chessboard through a lens that is known give that lens back.
#include <target/calibrate.pkd.h>

#include <cmath>
#include <dirent.h>
#include <opencv2/calib3d.hpp>
#include <sys/stat.h>

#include "../test/filter_run.hpp"
#include "../test/lens_file.hpp"
#include "../video/calibration.hpp"

extern "C" const struct pkd_methods target_calibrate_methods;

namespace
{

constexpr uint32_t W = 640, H = 480;
constexpr int columns = 8, rows = 5, n_views = 12;
constexpr double square = 0.03;
const cv::Matx33d camera(560, 0, 325, 0, 565, 236, 0, 0, 1);

// Pictures of a camera: where each of its pixels, four times as many, looks.
struct eye {
	static constexpr int super = 2;
	std::vector<cv::Point2d> rays;

	eye(bool is_fisheye, const std::vector<double> &lens)
	{
		std::vector<cv::Point2d> pixels;

		for (int y = 0; y < static_cast<int>(H) * super; y++)
			for (int x = 0; x < static_cast<int>(W) * super; x++)
				pixels.emplace_back((x + 0.5) / super - 0.5,
				                    (y + 0.5) / super - 0.5);
		if (is_fisheye)
			cv::fisheye::undistortPoints(pixels, rays, camera, lens);
		else
			cv::undistortPoints(pixels, rays, camera, lens);
	}

	// The board's middle is at `place`; it is white around its squares.
	void look(const cv::Vec3d &rotation, const cv::Vec3d &place, struct pkd_image *to) const
	{
		cv::Mat large(H * super, W * super, CV_8UC1), small;
		cv::Matx33d turn;

		cv::Rodrigues(rotation, turn);
		// From a ray to the board: the plane's two axes and its place, reversed.
		const cv::Matx33d plane(turn(0, 0), turn(0, 1), place[0], turn(1, 0), turn(1, 1),
		                        place[1], turn(2, 0), turn(2, 1), place[2]);
		const cv::Matx33d back = plane.inv();

		for (size_t i = 0; i < rays.size(); i++) {
			const cv::Vec3d at = back * cv::Vec3d(rays[i].x, rays[i].y, 1);
			const double x = at[0] / at[2] / square + (columns + 1) / 2.0,
				     y = at[1] / at[2] / square + (rows + 1) / 2.0;
			const bool is_inside = x > 0 && y > 0 && x < columns + 1 && y < rows + 1;
			const bool is_near = x > -1 && y > -1 && x < columns + 2 && y < rows + 2;
			const bool is_black = is_inside &&
			                      (static_cast<int>(x) + static_cast<int>(y)) % 2 == 0;

			large.data[i] = is_black ? 20 : is_near ? 240 : 120;
		}
		cv::resize(large, small, cv::Size(W, H), 0, 0, cv::INTER_AREA);
		small.copyTo(mat_of(to));
	}
};

void view_of(int i, cv::Vec3d *ret_turn, cv::Vec3d *ret_place)
{
	*ret_turn = {0.5 * std::sin(2.1 * i), 0.5 * std::cos(1.7 * i), 0.3 * std::sin(0.9 * i)};
	*ret_place = {0.09 * std::sin(1.3 * i), 0.06 * std::cos(2.3 * i),
	              0.42 + 0.06 * std::sin(i)};
}

struct calibrator {
	std::string folder = std::string(fake_directory()) + "/";
	struct target_calibrate_params params = {};
	std::unique_ptr<filter_run> run;
	filter_image frame{PKD_GRAY8, W, H};
	uint32_t taken = 0;
	struct target_calibrate_corners *corners;
	float error = -1;
	struct video_Calibration made = {};

	calibrator()
		: corners(static_cast<struct target_calibrate_corners *>(
			  fake_slot(sizeof(*corners))))
	{
		params.FORMAT = PKD_GRAY8;
		params.W = W;
		params.H = H;
		params.columns = columns;
		params.rows = rows;
		params.square = square;
		params.views = n_views;
		params.moved = 0.03f;
		params.folder = folder.c_str();
		params.file = "lens.yml";
	}
	~calibrator()
	{
		fake_slot_free(corners);
	}
	calibrator(const calibrator &) = delete;
	calibrator &operator=(const calibrator &) = delete;

	void start()
	{
		run = std::make_unique<filter_run>(target_calibrate_methods, &params);
		if (run->result)
			fail_msg("%s", run->ctx->error);
	}
	int step()
	{
		struct target_calibrate_in in = {frame.image};
		struct target_calibrate_out out = {&taken, corners, &error, &made};

		corners->len = 0;
		run->ctx->absent = 0;
		return run->step(&in, &out);
	}
	void step_well()
	{
		if (step() != PKD_OK)
			fail_msg("%s", run->ctx->error);
	}
	bool is_made() const
	{
		return run->ctx->absent == 0;
	}
	// Until the calibration is there.
	int show(const eye &eye)
	{
		for (int i = 0; i < 60; i++) {
			cv::Vec3d turn, place;

			view_of(i, &turn, &place);
			eye.look(turn, place, frame.image);
			const int result = step();

			if (result || is_made())
				return result;
		}
		fail_msg("%u views only", taken);
		return -1;
	}
};

// Files in the test's directory that are no `.` or `..`.
int n_files()
{
	DIR *directory = opendir(fake_directory());
	int n = -2;

	while (readdir(directory))
		n++;
	closedir(directory);
	return n;
}

std::string read_file(const std::string &path)
{
	std::ifstream file(path);

	return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void assert_lens(const struct video_Calibration &made, const std::vector<double> &lens)
{
	print_message("fx %.1f fy %.1f cx %.1f cy %.1f k %.3f %.3f\n", made.fx, made.fy, made.cx,
	              made.cy, made.k[0], made.k[1]);
	assert_true(std::abs(made.fx - camera(0, 0)) < 3 && std::abs(made.fy - camera(1, 1)) < 3);
	assert_true(std::abs(made.cx - camera(0, 2)) < 3 && std::abs(made.cy - camera(1, 2)) < 3);
	assert_true(std::abs(made.k[0] - lens[0]) < 0.03);
	assert_int_equal(made.width, W);
	assert_int_equal(made.height, H);
}

void a_lens_comes_back_and_its_file_is_read(void **)
{
	const struct {
		uint32_t model;
		std::vector<double> lens;
	} kinds[] = {
		{video_LensModel_brown5, {-0.25, 0.08, 0.001, -0.001, 0}},
		{video_LensModel_fisheye, {0.05, -0.02, 0.004, 0}},
	};

	for (const auto &kind : kinds) {
		const bool is_fisheye = kind.model == video_LensModel_fisheye;
		const eye eye(is_fisheye, kind.lens);
		calibrator node;
		calibration read;

		node.params.model = kind.model;
		node.start();
		assert_int_equal(node.show(eye), PKD_OK);
		assert_int_equal(node.taken, n_views);
		assert_true(node.error >= 0 && node.error < 0.3f);
		assert_lens(node.made, kind.lens);
		assert_int_equal(node.made.model, kind.model);
		assert_int_equal(n_files(), 1);
		assert_null(calibration_read(read_file(node.folder + "lens.yml"), &read));
		assert_null(calibration_wrong(read));
		assert_int_equal(read.is_fisheye, is_fisheye);
		assert_true(read.camera(0, 0) == node.made.fx && read.camera(1, 2) == node.made.cy);
		assert_true(read.width == W && read.height == H);
		for (size_t i = 0; i < read.distortion.size(); i++)
			assert_true(read.distortion[i] == node.made.k[i]);
		fake_directory_remove();
	}
}

void the_rational_model_has_eight_numbers(void **)
{
	const eye eye(false, {-0.25, 0.08, 0.001, -0.001, 0});
	calibrator node;
	calibration read;

	node.params.model = video_LensModel_brown8;
	node.start();
	assert_int_equal(node.show(eye), PKD_OK);
	assert_null(calibration_read(read_file(node.folder + "lens.yml"), &read));
	assert_null(calibration_wrong(read));
	assert_int_equal(read.distortion.size(), 8);
	fake_directory_remove();
}

// The corners are where the board is; a board that stays is one view.
void a_board_that_stays_is_one_view(void **)
{
	const eye eye(false, {0, 0, 0, 0});
	const cv::Vec3d turn(0.2, -0.3, 0.1), place(0.02, -0.01, 0.45);
	std::vector<cv::Point3d> model;
	std::vector<cv::Point2d> seen;
	calibrator node;

	for (int y = 0; y < rows; y++)
		for (int x = 0; x < columns; x++)
			model.emplace_back((x - (columns - 1) / 2.0) * square,
			                   (y - (rows - 1) / 2.0) * square, 0);
	cv::projectPoints(model, turn, place, camera, cv::noArray(), seen);
	node.start();
	for (int i = 0; i < 3; i++) {
		eye.look(turn, place, node.frame.image);
		node.step_well();
		assert_int_equal(node.taken, 1);
		assert_false(node.is_made());
		assert_int_equal(node.corners->len, columns * rows);
	}
	for (uint32_t i = 0; i < node.corners->len; i++) {
		const struct detect_Point at = node.corners->items[i];
		double least = 1e9;

		for (const cv::Point2d &one : seen)
			least = std::min(least,
			                 std::hypot(static_cast<double>(at.x) * W - one.x - 0.5,
			                            static_cast<double>(at.y) * H - one.y - 0.5));
		assert_true(least < 0.3);
	}
	assert_int_equal(n_files(), 0);
	fake_directory_remove();
}

void frames_without_a_board_are_no_views(void **)
{
	calibrator node; // noise

	node.start();
	node.step_well();
	node.frame.mat().setTo(cv::Scalar(255));
	node.step_well();
	node.frame.image->width = node.frame.image->height = 1;
	node.step_well();
	assert_int_equal(node.taken, 0);
	assert_int_equal(node.corners->len, 0);
	assert_false(node.is_made());
	fake_directory_remove();
}

// An old file is there until the new one is whole.
void a_file_is_replaced_or_stays(void **)
{
	const eye eye(false, {-0.1, 0, 0, 0});
	calibrator node;

	lens_write("lens.yml", "old");
	lens_write(".lens.yml.new", "of a run that was killed");
	node.start();
	assert_string_equal(read_file(node.folder + "lens.yml").c_str(), "old");
	assert_int_equal(node.show(eye), PKD_OK);
	assert_true(read_file(node.folder + "lens.yml").compare(0, 5, "%YAML") == 0);
	assert_int_equal(n_files(), 1);
	fake_directory_remove();

	// A directory is in the way, told once: nothing is left beside it, and the views are kept.
	calibrator other;

	assert_int_equal(mkdir((other.folder + "lens.yml").c_str(), 0755), 0);
	other.start();
	assert_int_equal(other.show(eye), PKD_OK);
	for (int i = 0; i < 3; i++)
		other.step_well();
	assert_true(other.is_made());
	assert_int_equal(other.run->ctx->n_notes, 1);
	assert_int_equal(n_files(), 1);
	assert_int_equal(rmdir((other.folder + "lens.yml").c_str()), 0);
	other.step_well();
	assert_true(read_file(other.folder + "lens.yml").compare(0, 5, "%YAML") == 0);
	assert_int_equal(n_files(), 1);
	lens_write("lens.yml", "by hand"); // it is written once
	other.step_well();
	assert_string_equal(read_file(other.folder + "lens.yml").c_str(), "by hand");
	fake_directory_remove();
}

void names_that_are_none_are_refused(void **)
{
	for (const char *name : {"", "a/b.yml", "../lens.yml"}) {
		calibrator node;
		const auto ctx = std::make_unique<struct pkd_ctx>();
		void *self = fake_self(&target_calibrate_methods);

		node.params.file = name;
		assert_int_equal(target_calibrate_methods.init(self, &node.params, ctx.get()),
		                 -EINVAL);
		assert_non_null(std::strstr(ctx->error, "is no name of a file"));
		node.params.file = "lens.yml";
		node.params.folder = "/nowhere/";
		assert_int_equal(target_calibrate_methods.init(self, &node.params, ctx.get()),
		                 -ENOENT);
		free(self);
	}
	fake_directory_remove();
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lens_comes_back_and_its_file_is_read),
		cmocka_unit_test(the_rational_model_has_eight_numbers),
		cmocka_unit_test(a_board_that_stays_is_one_view),
		cmocka_unit_test(frames_without_a_board_are_no_views),
		cmocka_unit_test(a_file_is_replaced_or_stays),
		cmocka_unit_test(names_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
