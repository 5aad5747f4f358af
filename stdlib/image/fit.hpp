// Where a frame stands in a picture of another size, and how it gets there: for scale and grid.
#ifndef PKD_IMAGE_FIT_HPP
#define PKD_IMAGE_FIT_HPP

#include <image/scale.pkd.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>

struct fit {
	cv::Rect from, to; // of the frame, and of the picture
};

// A pixel's width, by its height.
static inline double fit_aspect(const struct pkd_image *frame)
{
	if (frame->pixel_width == 0 || frame->pixel_height == 0)
		return 1;
	return static_cast<double>(frame->pixel_width) / frame->pixel_height;
}

static inline int fit_round(double length, int most)
{
	return cvRound(std::min(std::max(length, 1.), static_cast<double>(most)));
}

// The middle of `whole`.
static inline cv::Rect fit_middle(cv::Size whole, double width, double height)
{
	const cv::Size size(fit_round(width, whole.width), fit_round(height, whole.height));

	return {cv::Point((whole.width - size.width) / 2, (whole.height - size.height) / 2), size};
}

// Into a picture of square pixels, but for `stretch`.
static inline struct fit fit_of(const struct pkd_image *frame, cv::Size to, uint32_t kind)
{
	const cv::Size from(static_cast<int>(frame->width), static_cast<int>(frame->height));
	const double aspect = fit_aspect(frame);
	const double x = to.width / (from.width * aspect);
	const double y = static_cast<double>(to.height) / from.height;
	const double by = kind == image_Fit_contain ? std::min(x, y) : std::max(x, y);

	if (kind == image_Fit_contain)
		return {{{}, from}, fit_middle(to, from.width * aspect * by, from.height * by)};
	if (kind == image_Fit_cover)
		return {fit_middle(from, to.width / (by * aspect), to.height / by), {{}, to}};
	return {{{}, from}, {{}, to}};
}

static inline int fit_interpolation(uint32_t kind, cv::Size from, cv::Size to)
{
	switch (kind) {
	case image_Interpolation_nearest:
		return cv::INTER_NEAREST;
	case image_Interpolation_linear:
		return cv::INTER_LINEAR;
	case image_Interpolation_cubic:
		return cv::INTER_CUBIC;
	case image_Interpolation_area:
		return cv::INTER_AREA;
	case image_Interpolation_lanczos4:
		return cv::INTER_LANCZOS4;
	default:
		return to.width <= from.width && to.height <= from.height ? cv::INTER_AREA
		                                                          : cv::INTER_CUBIC;
	}
}

// What of `whole` is not in `inner`.
static inline void fit_fill_around(cv::Mat &to, cv::Rect whole, cv::Rect inner,
                                   const cv::Scalar &colour)
{
	const int above = inner.y - whole.y, left = inner.x - whole.x;
	const cv::Rect parts[] = {
		{whole.x, whole.y, whole.width, above},
		{whole.x, inner.br().y, whole.width, whole.br().y - inner.br().y},
		{whole.x, inner.y, left, inner.height},
		{inner.br().x, inner.y, whole.br().x - inner.br().x, inner.height},
	};

	for (const cv::Rect &part : parts)
		if (!part.empty())
			to(part).setTo(colour);
}

// Into the part `fit.to` of `to`. Throws as OpenCV does.
static inline void fit_resize(const cv::Mat &from, cv::Mat &to, const struct fit &fit,
                              uint32_t interpolation)
{
	const cv::Mat source = from(fit.from);
	cv::Mat part = to(fit.to);
	const uint8_t *place = part.data;

	cv::resize(source, part, part.size(), 0, 0,
	           fit_interpolation(interpolation, source.size(), part.size()));
	CV_Assert(part.data == place);
}

#endif
