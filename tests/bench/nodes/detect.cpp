// The rows of detect.tags: see ../nodes.hpp. The bare call makes the frame gray, has the library
// look at it, has OpenCV say where its tags are where the node does, and throws all of it away.
#if __has_include(<apriltag/apriltag.h>)
extern "C" {
#include <detect/tags.pkd.h>

extern const struct pkd_methods detect_tags_methods;
}

#include "../nodes.hpp"

#include <fstream>
#include <string>

#include "../../../stdlib/test/tag_picture.hpp"

namespace
{

const cv::Size vga(640, 480);

struct seeker {
	struct detect_tags_params params = {};
	struct pkd_image *frame;
	struct detect_tags_tags *tags;
	struct pkd_ctx ctx = {};
	void *self;
	apriltag_family_t *family = tag36h11_create();
	apriltag_detector_t *detector = apriltag_detector_create();
	cv::Mat gray;

	seeker(uint32_t format, cv::Size size, const char *calibration)
		: frame(fake_image(format, static_cast<uint32_t>(size.width),
	                           static_cast<uint32_t>(size.height))),
		  tags(static_cast<struct detect_tags_tags *>(fake_slot(sizeof(*tags))))
	{
		params.FORMAT = format;
		params.W = frame->width;
		params.H = frame->height;
		params.families = "tag36h11";
		params.max_hamming = 1;
		params.decimate = 2;
		params.refine = true;
		params.sharpen = 0.25f;
		params.threads = 1;
		params.calibration = calibration;
		params.size = 0.2;
		paint(size);
		self = fake_self(&detect_tags_methods);
		if (detect_tags_methods.init(self, &params, &ctx) != PKD_OK)
			std::fprintf(stderr, "%s\n", ctx.error);
		apriltag_detector_add_family_bits(detector, family, 1);
		detector->quad_decimate = 2;
		detector->nthreads = 1;
	}

	// Eight tags before a ground that is as even, and as noisy, as a wall.
	void paint(cv::Size size)
	{
		const double f = size.width;
		const tag_camera camera = {
			{f, 0, size.width / 2.0, 0, f, size.height / 2.0, 0, 0, 1},
			{},
			size.width,
			size.height};
		std::vector<tag_place> places;
		cv::Mat noise(size, CV_8UC1);

		for (int i = 0; i < 8; i++)
			places.push_back({i,
			                  0.2,
			                  {0.1 * i - 0.3, 0.3 - 0.1 * i, 0.2 * i},
			                  {i % 4 * 0.35 - 0.5, i / 4 * 0.4 - 0.2, 1.7}});
		const cv::Mat made = tag_picture(camera, family, places);

		cv::randn(noise, 0, 3);
		gray = made + noise;
		for (uint32_t y = 0; y < frame->height; y++)
			for (uint32_t x = 0; x < frame->width; x++)
				std::memset(
					pkd_pixels(frame) + y * frame->stride +
						x * pkd_pixel_size(frame->format),
					gray.at<uint8_t>(static_cast<int>(y), static_cast<int>(x)),
					pkd_pixel_size(frame->format));
	}

	void step()
	{
		const struct detect_tags_in in = {frame};
		struct detect_tags_out out = {tags};

		detect_tags_methods.step(self, &in, &out, &ctx);
	}

	// Both solutions with their errors, of what the lens has bent.
	void solve(const zarray_t *found, int i)
	{
		const double k[] = {-0.1, 0.05, 0.001, 0.001, 0.01}, h = params.size / 2;
		const std::vector<cv::Point3d> model = {
			{-h, h, 0}, {h, h, 0}, {h, -h, 0}, {-h, -h, 0}};
		std::vector<cv::Point2d> seen;
		std::vector<cv::Mat> turns, places;
		std::vector<double> errors;
		apriltag_detection_t *one;

		zarray_get(found, i, &one);
		for (int corner = 3; corner >= 0; corner--)
			seen.emplace_back(one->p[corner][0] - 0.5, one->p[corner][1] - 0.5);
		cv::solvePnPGeneric(model, seen, cv::Matx33d(640, 0, 320, 0, 640, 240, 0, 0, 1),
		                    cv::Mat(1, 5, CV_64F, const_cast<double *>(k)), turns, places,
		                    false, cv::SOLVEPNP_IPPE_SQUARE, cv::noArray(), cv::noArray(),
		                    errors);
	}

	void bare()
	{
		cv::Mat plane(gray.size(), CV_8UC1, pkd_pixels(frame), frame->stride);

		if (frame->format == PKD_BGR24) {
			cv::cvtColor(
				cv::Mat(gray.size(), CV_8UC3, pkd_pixels(frame), frame->stride),
				gray, cv::COLOR_BGR2GRAY);
			plane = gray;
		}
		image_u8_t image = {plane.cols, plane.rows, static_cast<int32_t>(plane.step),
		                    plane.data};

		zarray_t *found = apriltag_detector_detect(detector, &image);

		for (int i = 0; i < zarray_size(found) && *params.calibration; i++)
			solve(found, i);
		apriltag_detections_destroy(found);
	}
};

bench_pair seek(uint32_t format, cv::Size size, const char *calibration = "")
{
	auto with = std::make_shared<seeker>(format, size, calibration);

	with->step();
	if (*calibration)
		fake_directory_remove();
	if (with->tags->len != 8)
		std::fprintf(stderr, "%u tags of 8: %s\n", with->tags->len, with->ctx.error);
	return {[=] { with->step(); }, [=] { with->bare(); }};
}

const char *a_calibration()
{
	static std::string path;

	path = fake_path("camera.yml"); // which is read by init
	std::ofstream(path) << "image_width: 640\nimage_height: 480\n"
			       "camera_matrix: [640, 0, 320, 0, 640, 240, 0, 0, 1]\n"
			       "distortion_coefficients: [-0.1, 0.05, 0.001, 0.001, 0.01]\n";
	return path.c_str();
}

BENCH_ROW("detect.tags, VGA gray8", [] { return seek(PKD_GRAY8, vga); })
BENCH_ROW("detect.tags, VGA bgr24", [] { return seek(PKD_BGR24, vga); })
BENCH_ROW("detect.tags, VGA gray8, 8 poses", [] { return seek(PKD_GRAY8, vga, a_calibration()); })
BENCH_ROW("detect.tags, 1080p i420", [] { return seek(PKD_I420, bench_hd); })
BENCH_ROW("detect.tags, 1080p bgr24", [] { return seek(PKD_BGR24, bench_hd); })

} // namespace
#endif
