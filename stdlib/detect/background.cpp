// See background.h. The method is that of Z. Zivkovic, "Improved Adaptive Gaussian Mixture Model
// for Background Subtraction", ICPR 2004.
#include "background.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/background_segm.hpp>
#include <vector>

#include "../base/mat.hpp"

namespace
{

constexpr double shadow = 127; // what OpenCV marks a shadow by
// Specks of less are noise, and gaps of less are no borders, in pixels of what is looked at.
constexpr int speck = 3, gap = 9;

} // namespace

struct detect_background {
	uint32_t size = 0;
	cv::Ptr<cv::BackgroundSubtractorMOG2> model;
	cv::Size seen; // the last frame's; none: nothing is learnt yet
	cv::Mat small, mask, labels, boxes, centres;
	cv::Mat around_speck, around_gap;
	std::vector<detect_region> regions;
};

struct detect_background *detect_background_create(uint32_t memory, bool shadows, uint32_t size)
try {
	cv::setNumThreads(1);
	auto *background = new detect_background;
	try {
		background->size = size;
		background->model = cv::createBackgroundSubtractorMOG2(static_cast<int>(memory), 16,
		                                                       shadows);
		background->around_speck = cv::getStructuringElement(cv::MORPH_ELLIPSE,
		                                                     cv::Size(speck, speck));
		background->around_gap = cv::getStructuringElement(cv::MORPH_ELLIPSE,
		                                                   cv::Size(gap, gap));
	} catch (...) {
		delete background;
		throw;
	}
	return background;
} catch (...) {
	return nullptr;
}

void detect_background_destroy(struct detect_background *background)
{
	delete background;
}

// What is looked at: the frame itself where it is small enough. cv::Mat has no const form; nothing
// here writes to the frame.
static const cv::Mat &reduce(struct detect_background *background, const cv::Mat &frame)
{
	const int longer = std::max(frame.cols, frame.rows);
	const double scale = static_cast<double>(background->size) / longer;

	if (scale >= 1)
		return frame;
	cv::resize(frame, background->small,
	           cv::Size(std::max(1, cvRound(frame.cols * scale)),
	                    std::max(1, cvRound(frame.rows * scale))),
	           0, 0, cv::INTER_AREA);
	return background->small;
}

static void find_regions(struct detect_background *background, float min_area)
{
	const cv::Size size = background->mask.size();
	const float area = static_cast<float>(size.area());
	const float W = static_cast<float>(size.width), H = static_cast<float>(size.height);
	const int n = cv::connectedComponentsWithStats(background->mask, background->labels,
	                                               background->boxes, background->centres);

	background->regions.clear();
	for (int i = 1; i < n; i++) { // 0 is the background
		const int *box = background->boxes.ptr<int>(i);
		const float w = static_cast<float>(box[cv::CC_STAT_WIDTH]);
		const float h = static_cast<float>(box[cv::CC_STAT_HEIGHT]);

		if (w * h < min_area * area)
			continue;
		background->regions.push_back(
			{static_cast<float>(box[cv::CC_STAT_LEFT]) / W,
		         static_cast<float>(box[cv::CC_STAT_TOP]) / H, w / W, h / H,
		         static_cast<float>(box[cv::CC_STAT_AREA]) / (w * h)});
	}
	std::stable_sort(background->regions.begin(), background->regions.end(),
	                 [](const detect_region &a, const detect_region &b) {
				 return a.w * a.h > b.w * b.h;
			 });
}

int detect_background_find(struct detect_background *background, const uint8_t *pixels,
                           uint32_t width, uint32_t height, uint32_t stride, float threshold,
                           float min_area, uint32_t capacity, struct detect_region *ret_regions,
                           uint32_t *ret_n)
try {
	const cv::Mat frame = mat_over(pixels, width, height, stride, 3);
	const bool begins = background->seen != frame.size();
	const cv::Mat &seen = reduce(background, frame);
	uint32_t n = 0;

	background->seen = frame.size();
	background->model->setVarThreshold(static_cast<double>(threshold));
	background->model->apply(seen, background->mask, begins ? 1 : -1);
	*ret_n = 0;
	if (begins)
		return 0;
	cv::threshold(background->mask, background->mask, shadow, 255, cv::THRESH_BINARY);
	cv::morphologyEx(background->mask, background->mask, cv::MORPH_OPEN,
	                 background->around_speck);
	cv::morphologyEx(background->mask, background->mask, cv::MORPH_CLOSE,
	                 background->around_gap);
	find_regions(background, min_area);
	for (; n < capacity && n < background->regions.size(); n++)
		ret_regions[n] = background->regions[n];
	*ret_n = n;
	return 0;
} catch (const std::bad_alloc &) {
	return -ENOMEM;
} catch (...) {
	return -EIO;
}
