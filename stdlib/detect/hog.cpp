// See hog.h.
#include "hog.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <numeric>
#include <opencv2/core.hpp>
#include <opencv2/objdetect.hpp>
#include <vector>

#include "../base/mat.hpp"

namespace
{

// From one size of window to the next. 1.05, OpenCV's default, takes almost twice as long and
// finds the same people in the clip that the tests use.
constexpr double scale_step = 1.1;

} // namespace

struct detect_hog {
	cv::HOGDescriptor descriptor;
	std::vector<cv::Rect> rects;
	std::vector<double> weights;
	std::vector<size_t> order;
};

struct detect_hog *detect_hog_create(void)
try {
	cv::setNumThreads(1);
	auto *hog = new detect_hog;
	try {
		hog->descriptor.setSVMDetector(cv::HOGDescriptor::getDefaultPeopleDetector());
	} catch (...) {
		delete hog;
		throw;
	}
	return hog;
} catch (...) {
	return nullptr;
}

void detect_hog_destroy(struct detect_hog *hog)
{
	delete hog;
}

static void sort_by_weight(struct detect_hog *hog)
{
	const std::vector<double> &weights = hog->weights;

	hog->order.resize(hog->rects.size());
	std::iota(hog->order.begin(), hog->order.end(), size_t{0});
	std::stable_sort(hog->order.begin(), hog->order.end(),
	                 [&weights](size_t a, size_t b) { return weights[a] > weights[b]; });
}

static void find(struct detect_hog *hog, const cv::Mat &image, int32_t step, float threshold)
{
	const int group_threshold = 0; // every window, ungrouped

	hog->rects.clear();
	hog->weights.clear();
	hog->descriptor.detectMultiScale(image, hog->rects, hog->weights,
	                                 static_cast<double>(threshold), cv::Size(step, step),
	                                 cv::Size(), scale_step, group_threshold, false);
}

int detect_hog_find(struct detect_hog *hog, const uint8_t *pixels, uint32_t width, uint32_t height,
                    uint32_t stride, int32_t step, float threshold, uint32_t capacity,
                    struct detect_hog_window *ret_windows, uint32_t *ret_n)
try {
	uint32_t n = 0;

	if (width >= DETECT_HOG_WIDTH && height >= DETECT_HOG_HEIGHT) {
		const cv::Mat image = mat_over(pixels, width, height, stride, 3);

		find(hog, image, step, threshold);
		sort_by_weight(hog);
		for (size_t i = 0; i < hog->order.size() && n < capacity; i++, n++) {
			const cv::Rect &rect = hog->rects[hog->order[i]];

			ret_windows[n] = {rect.x, rect.y, rect.width, rect.height,
			                  static_cast<float>(hog->weights[hog->order[i]])};
		}
	}
	*ret_n = n;
	return 0;
} catch (const std::bad_alloc &) {
	return -ENOMEM;
} catch (...) {
	return -EIO;
}
