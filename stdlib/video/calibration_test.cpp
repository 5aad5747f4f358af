// video.calibration: files of each program, as values; and files that are wrong.
#include <video/calibration.pkd.h>

#include "../test/filter_run.hpp"
#include "../test/lens_file.hpp"

extern "C" const struct pkd_methods video_calibration_methods;

namespace
{

const cv::Matx33d camera(250, 0, 155, 0, 255, 122, 0, 0, 1);
const std::vector<double> lens = {-0.3, 0.1, 0.001, -0.002, 0.02};

struct video_Calibration read(const std::string &path, uint32_t width = 0, uint32_t height = 0)
{
	struct video_calibration_params params = {};
	struct video_Calibration made = {};
	struct video_calibration_in in = {};
	struct video_calibration_out out = {&made};

	params.path = path.c_str();
	params.width = width;
	params.height = height;
	filter_run run(video_calibration_methods, &params);
	if (run.result)
		fail_msg("%s", run.ctx->error);
	assert_int_equal(run.step(&in, &out), PKD_END);
	return made;
}

void assert_refused(const std::string &path, int error, const char *says, uint32_t width = 0,
                    uint32_t height = 0)
{
	struct video_calibration_params params = {};
	const auto ctx = std::make_unique<struct pkd_ctx>();
	void *self = fake_self(&video_calibration_methods);

	params.path = path.c_str();
	params.width = width;
	params.height = height;
	assert_int_equal(video_calibration_methods.init(self, &params, ctx.get()), -error);
	assert_int_equal(ctx->n_errors, 1);
	if (!std::strstr(ctx->error, says))
		fail_msg("'%s' does not say '%s'", ctx->error, says);
	free(self);
}

const char ros[] = "image_width: 320\nimage_height: 240\ncamera_matrix:\n  rows: 3\n  cols: 3\n"
		   "  data: [250.0, 0.0, 155.0, 0.0, 255.0, 122.0, 0.0, 0.0, 1.0]\n"
		   "distortion_model: plumb_bob\ndistortion_coefficients:\n  rows: 1\n  cols: 5\n"
		   "  data: [-0.3, 0.1, 0.001, -0.002, 0.02]\n";
const char photonvision[] =
	"{\"resolution\":{\"width\":320.0,\"height\":240.0},\"cameraIntrinsics\":{\"rows\":3,\"cols\":3,"
	"\"type\":6,\"data\":[250.0,0.0,155.0,0.0,255.0,122.0,0.0,0.0,1.0]},\"distCoeffs\":{\"rows\":1,"
	"\"cols\":5,\"type\":6,\"data\":[-0.3,0.1,0.001,-0.002,0.02]},\"observations\":[]}";

void files_of_each_program_are_one_value(void **)
{
	const std::string paths[] = {lens_write("ros.yaml", ros),
	                             lens_write("photon.json", photonvision),
	                             lens_file(camera, lens, 320, 240)};

	for (const std::string &path : paths) {
		const struct video_Calibration made = read(path);

		assert_true(made.width == 320 && made.height == 240);
		assert_true(made.fx == 250 && made.fy == 255 && made.cx == 155 && made.cy == 122);
		assert_int_equal(made.model, video_LensModel_brown5);
		for (size_t i = 0; i < 8; i++)
			assert_true(made.k[i] == (i < lens.size() ? lens[i] : 0));
	}
	fake_directory_remove();
}

void models_are_told_by_their_numbers(void **)
{
	const struct {
		std::vector<double> k;
		uint32_t model;
	} kinds[] = {
		{{0, 0, 0, 0}, video_LensModel_brown5},
		{{0.1, 0.2, 0.3, 0.4}, video_LensModel_brown5},
		{{1, 2, 3, 4, 5, 6, 7, 8}, video_LensModel_brown8},
		{{1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0}, video_LensModel_brown8},
	};

	for (const auto &kind : kinds)
		assert_int_equal(read(lens_file(camera, kind.k, 320, 240)).model, kind.model);
	const std::string text = std::string(ros).replace(std::string(ros).find("plumb_bob"), 9,
	                                                  "equidistant");
	std::string four = text;

	four.replace(four.find(", 0.02"), 6, "");
	assert_int_equal(read(lens_write("f.yaml", four)).model, video_LensModel_fisheye);
	assert_refused(lens_write("five.yaml", text), EINVAL, "a fisheye lens has 4 numbers");
	assert_refused(lens_file(camera, {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0}, 320, 240), EINVAL,
	               "has 9 numbers of distortion, and there is room for 8");
	fake_directory_remove();
}

void it_is_scaled_for_frames_of_its_shape(void **)
{
	const std::string path = lens_file(camera, lens, 320, 240);
	const struct video_Calibration made = read(path, 640, 480);

	assert_true(made.width == 640 && made.fx == 500 && made.cx == 310.5 && made.cy == 244.5);
	for (const uint32_t width : {640u, 0u}) { // one is enough: the file has the shape
		const auto by_one = read(path, width, width ? 0 : 480);

		assert_true(by_one.width == 640 && by_one.height == 480 && by_one.fx == 500);
	}
	assert_refused(path, EINVAL, "was calibrated with 320x240, and 640x360 is of another shape",
	               640, 360);
	fake_directory_remove();
}

void wrong_files_say_what_is_wrong(void **)
{
	assert_refused("/nowhere/camera.yml", ENOENT, "cannot read '/nowhere/camera.yml'");
	assert_refused(fake_directory(), EISDIR, "cannot read '");
	assert_refused(lens_file(camera, lens, 0, 0), EINVAL,
	               "does not say how large its pictures");
	assert_refused(lens_file(camera, lens, 70000, 240), EINVAL,
	               "cannot be: no picture has its width and height");
	assert_refused(lens_file({250, 1, 155, 1, 255, 122, 0, 0, 1}, lens, 320, 240), EINVAL,
	               "cannot be: its camera matrix is not [fx 0 cx; 0 fy cy; 0 0 1]");
	assert_refused(lens_write("words.yml", "camera_matrix: [one, two]\n"), EINVAL,
	               "is no calibration: it has no `camera_matrix` of nine numbers");
	fake_directory_remove();
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_each_program_are_one_value),
		cmocka_unit_test(models_are_told_by_their_numbers),
		cmocka_unit_test(it_is_scaled_for_frames_of_its_shape),
		cmocka_unit_test(wrong_files_say_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
