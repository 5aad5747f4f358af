// image.undistort beside cv::initUndistortRectifyMap, cv::remap and cv::undistort; and the files
// that it reads.
#include <image/undistort.pkd.h>

#include <cmath>
#include <opencv2/calib3d.hpp>

#include "../test/filter_run.hpp"

extern "C" const struct pkd_methods image_undistort_methods;

namespace
{

constexpr uint32_t W = 320, H = 240;

// A lens with much distortion, whose numbers suit 320x240.
const cv::Matx33d camera(250, 0, 155, 0, 255, 122, 0, 0, 1);
const std::vector<double> brown = {-0.3, 0.1, 0.001, -0.002, 0.02};
const std::vector<double> fisheye = {0.05, -0.01, 0.003, -0.001};

struct image_undistort_params defaults()
{
	struct image_undistort_params params = {};

	params.calibration = "";
	params.cx = params.cy = -1;
	return params;
}

struct image_undistort_params of_numbers()
{
	struct image_undistort_params params = defaults();

	params.fx = camera(0, 0);
	params.fy = camera(1, 1);
	params.cx = camera(0, 2);
	params.cy = camera(1, 2);
	params.k1 = brown[0];
	params.k2 = brown[1];
	params.p1 = brown[2];
	params.p2 = brown[3];
	params.k3 = brown[4];
	return params;
}

cv::Mat bare(const cv::Mat &frame, const cv::Matx33d &from, const std::vector<double> &distortion,
             double alpha)
{
	const cv::Size size = frame.size();
	cv::Mat places, fractions, made;
	cv::Mat to = alpha < 0 || std::min(size.width, size.height) < 2
	                     ? cv::Mat(from)
	                     : cv::getOptimalNewCameraMatrix(from, distortion, size, alpha);

	cv::initUndistortRectifyMap(from, distortion, cv::noArray(), to, size, CV_16SC2, places,
	                            fractions);
	cv::remap(frame, made, places, fractions, cv::INTER_LINEAR);
	return made;
}

cv::Mat bare_fisheye(const cv::Mat &frame, double alpha)
{
	const cv::Size size = frame.size();
	cv::Mat places, fractions, made;
	cv::Matx33d to = camera;

	if (alpha >= 0)
		cv::fisheye::estimateNewCameraMatrixForUndistortRectify(
			camera, fisheye, size, cv::Matx33d::eye(), to, alpha);
	cv::fisheye::initUndistortRectifyMap(camera, fisheye, cv::Matx33d::eye(), to, size,
	                                     CV_16SC2, places, fractions);
	cv::remap(frame, made, places, fractions, cv::INTER_LINEAR);
	return made;
}

// A photograph of 320x240 without its distortion, or the reason why there is none.
struct photograph {
	filter_image frame{PKD_BGR24, W, H}, view{PKD_BGR24, W, H};
	std::string error;

	// It is read once: every test has it.
	static cv::Mat &building()
	{
		static cv::Mat mat;

		return mat;
	}

	explicit photograph(struct image_undistort_params params)
	{
		struct image_undistort_in in = {frame.image};
		struct image_undistort_out out = {view.image};

		if (building().empty()) {
			frame.load("building.jpg");
			frame.const_mat().copyTo(building());
		}
		building().copyTo(frame.mat());
		params.FORMAT = PKD_BGR24;
		params.W = W;
		params.H = H;
		filter_run run(image_undistort_methods, &params);
		if (run.result || run.step(&in, &out) != PKD_OK)
			error = run.ctx->error;
	}
};

void assert_fails(const struct image_undistort_params &params, const char *text)
{
	const photograph made(params);

	if (made.error.find(text) == std::string::npos)
		fail_msg("'%s' is not in '%s'", text, made.error.c_str());
}

void write_file(const char *path, const std::string &text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text.data(), 1, text.size(), file), text.size());
	fclose(file);
}

struct image_undistort_params of_file(const std::string &text)
{
	struct image_undistort_params params = defaults();
	static char path[256];

	snprintf(path, sizeof(path), "%s", fake_path("calibration"));
	write_file(path, text);
	params.calibration = path;
	return params;
}

// ---- Tests ----

void it_is_as_opencv_does_it(void **)
{
	struct image_undistort_params params = of_numbers();

	for (const float alpha : {0.f, 0.5f, 1.f, -1.f}) {
		params.alpha = alpha;
		params.fx = params.fy = 120;
		params.cx = 70;
		params.cy = 55;
		const cv::Matx33d small(120, 0, 70, 0, 120, 55, 0, 0, 1);
		filter_compare<image_undistort_in, image_undistort_out>(
			image_undistort_methods, &params, filter_formats, 0,
			[&](const cv::Mat &frame, uint32_t) {
				return bare(frame, small, brown, static_cast<double>(alpha));
			});
	}
}

// cv::undistort makes its maps in strips, and rounds otherwise: hardly a pixel differs.
void a_photograph_is_as_cv_undistort_makes_it(void **)
{
	struct image_undistort_params params = of_numbers();

	for (const float alpha : {0.f, 1.f}) {
		cv::Mat wanted, differ;

		params.alpha = alpha;
		const photograph made(params);
		assert_string_equal(made.error.c_str(), "");
		cv::undistort(made.frame.const_mat(), wanted, camera, brown,
		              cv::getOptimalNewCameraMatrix(camera, brown, cv::Size(W, H),
		                                            static_cast<double>(alpha)));
		cv::absdiff(made.view.const_mat(), wanted, differ);
		assert_true(cv::mean(differ)[1] < 0.1);
		assert_true(cv::norm(made.view.const_mat(), made.frame.const_mat(), cv::NORM_L1) >
		            W * H * 10);
	}
}

void without_distortion_nothing_changes(void **)
{
	struct image_undistort_params params = defaults();

	params.fx = 300;
	params.alpha = -1;
	const photograph made(params);

	assert_string_equal(made.error.c_str(), "");
	filter_assert_is(made.view.image, made.frame.const_mat());
}

// A grid that a lens has bent is straight again: what was distorted by OpenCV's own model comes
// back.
void bent_lines_become_straight(void **)
{
	struct image_undistort_params params = of_numbers();
	filter_image frame(PKD_GRAY8, W, H), view(PKD_GRAY8, W, H);
	struct image_undistort_in in = {frame.image};
	struct image_undistort_out out = {view.image};
	cv::Mat straight(H, W, CV_8UC1, cv::Scalar(255)), places(H, W, CV_32FC2), bent;

	for (int x = 10; x < static_cast<int>(W); x += 30)
		cv::line(straight, {x, 0}, {x, static_cast<int>(H)}, cv::Scalar(0), 3);
	for (int y = 0; y < places.rows; y++) {
		std::vector<cv::Point2f> from, to;

		for (int x = 0; x < places.cols; x++)
			from.emplace_back(x, y);
		cv::undistortPoints(from, to, camera, brown, cv::noArray(), camera);
		for (int x = 0; x < places.cols; x++)
			places.at<cv::Point2f>(y, x) = to[static_cast<size_t>(x)];
	}
	cv::remap(straight, bent, places, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
	bent.copyTo(frame.mat());
	params.FORMAT = PKD_GRAY8;
	params.W = W;
	params.H = H;
	params.alpha = -1;
	filter_run run(image_undistort_methods, &params);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	const cv::Rect middle(40, 40, W - 80, H - 80);
	cv::Mat before, after;
	cv::absdiff(bent(middle), straight(middle), before);
	cv::absdiff(view.const_mat()(middle), straight(middle), after);
	print_message("%.1f levels apart before, %.1f after\n", cv::mean(before)[0],
	              cv::mean(after)[0]);
	assert_true(cv::mean(after)[0] < cv::mean(before)[0] / 4);
}

void a_fisheye_lens_has_its_own_model(void **)
{
	struct image_undistort_params params = of_numbers();

	params.fisheye = true;
	params.k1 = fisheye[0];
	params.k2 = fisheye[1];
	params.k3 = fisheye[2];
	params.k4 = fisheye[3];
	for (const float alpha : {0.f, 1.f, -1.f}) {
		params.alpha = alpha;
		const photograph made(params);
		assert_string_equal(made.error.c_str(), "");
		filter_assert_is(made.view.image,
		                 bare_fisheye(made.frame.const_mat(), static_cast<double>(alpha)));
	}
}

// The same numbers in each program's own way.
const char ros[] = "image_width: 320\nimage_height: 240\ncamera_name: head\n"
		   "camera_matrix:\n  rows: 3\n  cols: 3\n"
		   "  data: [250.0, 0.0, 155.0, 0.0, 255.0, 122.0, 0.0, 0.0, 1.0]\n"
		   "distortion_model: plumb_bob\n"
		   "distortion_coefficients:\n  rows: 1\n  cols: 5\n"
		   "  data: [-0.3, 0.1, 0.001, -0.002, 0.02]\n"
		   "projection_matrix:\n  rows: 3\n  cols: 4\n"
		   "  data: [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]\n";
// By PyYAML, lists at the indentation of their keys, and long ones on two lines.
const char peekingduck[] = "camera_matrix:\n- [250.0, 0.0, 155.0]\n- [0.0, 255.0, 122.0]\n"
			   "- [0.0, 0.0, 1.0]\ndistortion_coeffs:\n"
			   "- [-0.3, 0.1, 0.001,\n  -0.002, 0.02]\n";
const char peekingduck_block[] =
	"camera_matrix:\n- - 250.0\n  - 0.0\n  - 155.0\n- - 0.0\n  - 255.0\n  - 122.0\n- - 0.0\n  - 0.0\n"
	"  - 1.0\ndistortion_coeffs:\n- - -0.3\n  - 0.1\n  - 0.001\n  - -0.002\n  - 0.02\n";
const char photonvision[] =
	"{\"resolution\":{\"width\":320.0,\"height\":240.0},\"cameraIntrinsics\":{\"rows\":3,\"cols\":3,"
	"\"type\":6,\"data\":[250.0,0.0,155.0,0.0,255.0,122.0,0.0,0.0,1.0]},\"distCoeffs\":{\"rows\":1,"
	"\"cols\":5,\"type\":6,\"data\":[-0.3,0.1,0.001,-0.002,0.02]},\"observations\":[]}";

std::string by_opencv(int format, int width, const std::vector<double> &distortion)
{
	cv::FileStorage file(format == cv::FileStorage::FORMAT_XML ? "a.xml" : "a",
	                     cv::FileStorage::WRITE | cv::FileStorage::MEMORY | format);

	file << "calibration_time"
	     << "Mon Jan  5 10:00:00 2026";
	file << "image_width" << width << "image_height" << width * 3 / 4;
	file << "camera_matrix" << cv::Mat(camera) << "distortion_coefficients"
	     << cv::Mat(distortion);
	return file.releaseAndGetString();
}

void files_of_each_program_are_read(void **)
{
	const photograph wanted(of_numbers());
	const std::string texts[] = {
		by_opencv(cv::FileStorage::FORMAT_YAML, 320, brown),
		by_opencv(cv::FileStorage::FORMAT_XML, 320, brown),
		by_opencv(cv::FileStorage::FORMAT_JSON, 320, brown),
		ros,
		std::string("---\r\n") + ros,
		std::string("# by hand\n") + ros,
		peekingduck,
		peekingduck_block,
		photonvision,
	};

	assert_string_equal(wanted.error.c_str(), "");
	for (const std::string &text : texts) {
		const photograph made(of_file(text));

		if (!made.error.empty())
			fail_msg("%s\n%s", made.error.c_str(), text.c_str());
		filter_assert_is(made.view.image, wanted.view.const_mat());
	}
	fake_directory_remove();
}

// A calibration of twice the size is that of a camera whose middle of the first pixel is at 0.5,
// 0.5.
void one_of_another_size_is_scaled(void **)
{
	struct image_undistort_params params = of_numbers();
	const photograph wanted(of_numbers());

	params.fx *= 2;
	params.fy *= 2;
	params.cx = (params.cx + 0.5) * 2 - 0.5;
	params.cy = (params.cy + 0.5) * 2 - 0.5;
	params.width = 640;
	params.height = 480;
	const photograph made(params);
	assert_string_equal(made.error.c_str(), "");
	filter_assert_is(made.view.image, wanted.view.const_mat());

	params.height = 360;
	assert_fails(params,
	             "the frames are 320x240, and the camera was calibrated with 640x360, which is "
	             "of another shape");
}

// Maps are made once for a size, and anew for the next.
void frames_may_change_their_size(void **)
{
	struct image_undistort_params params = of_numbers();
	filter_image frame(PKD_GRAY8, W, H), view(PKD_GRAY8, W, H);
	struct image_undistort_in in = {frame.image};
	struct image_undistort_out out = {view.image};

	params.FORMAT = PKD_GRAY8;
	params.W = W;
	params.H = H;
	filter_run run(image_undistort_methods, &params);
	for (const uint32_t width : {320u, 320u, 200u, 320u}) {
		frame.image->width = width;
		assert_int_equal(run.step(&in, &out), PKD_OK);
		filter_assert_is(view.image, bare(frame.const_mat(), camera, brown, 0));
	}
}

void the_middle_is_where_it_is_not_told(void **)
{
	struct image_undistort_params params = of_numbers();

	params.cx = params.cy = -1;
	params.fy = 0;
	params.alpha = -1;
	const photograph made(params);
	filter_assert_is(made.view.image,
	                 bare(made.frame.const_mat(),
	                      cv::Matx33d(250, 0, 159.5, 0, 250, 119.5, 0, 0, 1), brown, -1));
}

void bad_numbers_and_files_say_what_is_wrong(void **)
{
	struct image_undistort_params params = defaults();
	std::string text = ros;

	assert_fails(params, "by a file, `calibration`, or by `fx`");
	params = of_file(ros);
	params.fx = 100;
	assert_fails(params, "write one of them");
	params = defaults();
	params.calibration = "/nowhere/a.yml";
	assert_fails(params, "cannot read '/nowhere/a.yml': No such file");
	params = of_numbers();
	params.k1 = std::nan("");
	assert_fails(params, "not all of its numbers are numbers");
	assert_fails(of_file(""), "is no calibration: ");
	assert_fails(of_file("\n \n"), "is no calibration: ");
	assert_fails(of_file("camera_matrix: [1, 2"), "no `camera_matrix` of nine numbers");
	assert_fails(of_file("\x7f"
	                     "ELF\x02\x01\x01"),
	             "is no calibration: ");
	assert_fails(of_file("a: 1\n"), "no `camera_matrix` of nine numbers");
	assert_fails(of_file("camera_matrix: [1, 2, 3]\n"), "no `camera_matrix` of nine numbers");
	assert_fails(of_file("camera_matrix: [1, 0, 0, 0, 1, 0, 0, 0, one]\n"), "nine numbers");
	assert_fails(of_file("camera_matrix: [1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0]\n"),
	             "no `distortion_coefficients`");
	assert_fails(
		of_file("camera_matrix: [1.0, 0, 0, 0, -1.0, 0, 0, 0, 1.0]\ndistCoeffs: [0,0,0,0]\n"),
		"focal lengths");
	assert_fails(
		of_file("camera_matrix: [1.0, 0, 0, 0, 1.0, 0, 0, 0, 2.0]\ndistCoeffs: [0,0,0,0]\n"),
		"its camera matrix is not [fx 0 cx; 0 fy cy; 0 0 1]");
	assert_fails(
		of_file("camera_matrix: [1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0]\ndistCoeffs: [0,0,0]\n"),
		"4, 5, 8, 12 or 14 numbers");
	assert_fails(
		of_file("camera_matrix: [1.0, 0, 0, 0, 1.0, 0, 0, 0, nan]\ndistCoeffs: [0,0,0,0]\n"),
		"not all of its numbers are numbers");
	text.replace(text.find("plumb_bob"), 9, "thin_prism");
	assert_fails(of_file(text), "its `distortion_model` is not");
	fake_directory_remove();
}

// Cut off anywhere, and with any byte changed: an error, or numbers that OpenCV takes.
void damaged_files_do_no_harm(void **)
{
	const std::string whole[] = {ros, peekingduck, photonvision,
	                             by_opencv(cv::FileStorage::FORMAT_YAML, 320, brown),
	                             by_opencv(cv::FileStorage::FORMAT_XML, 320, brown)};
	uint32_t random = 3, n_refused = 0, n = 0;

	for (const std::string &from : whole) {
		for (size_t i = 0; i < 400; i++, n++) {
			std::string text = from;

			random = random * 1664525 + 1013904223;
			if (i % 2)
				text.resize(random / 16 % text.size());
			else
				text[random / 16 % text.size()] = static_cast<char>(random >> 24);
			struct image_undistort_params params = of_file(text);

			params.FORMAT = PKD_GRAY8;
			params.W = params.H = 16;
			filter_run run(image_undistort_methods, &params);
			n_refused += run.result != PKD_OK;
			assert_true(run.result == PKD_OK || run.result == -EINVAL);
		}
	}
	print_message("%u of %u refused\n", n_refused, n);
	assert_in_range(n_refused, n / 4, n - 1);
	fake_directory_remove();
}

void other_formats_are_refused(void **)
{
	struct image_undistort_params params = of_numbers();

	filter_assert_refuses(image_undistort_methods, &params);
}

void nothing_is_made_for_nobody(void **)
{
	struct image_undistort_params params = of_numbers();

	filter_assert_spares<image_undistort_in, image_undistort_out>(
		image_undistort_methods, &params, PKD_BGR24, PKD_BGR24);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_opencv_does_it),
		cmocka_unit_test(a_photograph_is_as_cv_undistort_makes_it),
		cmocka_unit_test(without_distortion_nothing_changes),
		cmocka_unit_test(bent_lines_become_straight),
		cmocka_unit_test(a_fisheye_lens_has_its_own_model),
		cmocka_unit_test(files_of_each_program_are_read),
		cmocka_unit_test(one_of_another_size_is_scaled),
		cmocka_unit_test(frames_may_change_their_size),
		cmocka_unit_test(the_middle_is_where_it_is_not_told),
		cmocka_unit_test(bad_numbers_and_files_say_what_is_wrong),
		cmocka_unit_test(damaged_files_do_no_harm),
		cmocka_unit_test(other_formats_are_refused),
		cmocka_unit_test(nothing_is_made_for_nobody),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
