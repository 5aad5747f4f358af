// As the OpenCV program of the bench does it: cv::resize, bilinear.
#include <opencv2/imgproc.hpp>

extern "C" {
#include "pictures.pkd.h"

struct halve {
};

int halve_init(struct halve *, const struct halve_params *, struct pkd_ctx *)
{
	cv::setNumThreads(1);
	return PKD_OK;
}

int halve_step(struct halve *, const struct halve_in *in, struct halve_out *out, struct pkd_ctx *)
{
	const struct pkd_image *from = in->frame;
	const int width = static_cast<int>(from->width), height = static_cast<int>(from->height);

	pkd_image_set(out->small, PKD_BGR24, from->width / 2, from->height / 2);
	// cv::Mat has no const form; it only reads.
	const cv::Mat frame(height, width, CV_8UC3, const_cast<uint8_t *>(pkd_const_pixels(from)),
	                    from->stride);
	cv::Mat small(height / 2, width / 2, CV_8UC3, pkd_pixels(out->small), out->small->stride);
	cv::resize(frame, small, small.size());
	return PKD_OK;
}

void halve_finish(struct halve *)
{
}

PKD_NODE(halve);
}
