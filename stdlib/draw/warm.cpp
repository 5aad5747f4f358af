// See warm.h.
#include "warm.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "../base/mat.hpp"

struct warm {
	std::vector<uint8_t> large, small; // the map, 0 … 255, as large as the image and as it is
	uint8_t colours[256][3];
};

struct warm *warm_create(size_t pixels, size_t cells)
try {
	auto *warm = new struct warm;

	try {
		cv::Mat ramp(256, 1, CV_8UC1), colours;

		cv::setNumThreads(1);
		warm->large.resize(pixels);
		warm->small.resize(cells);
		for (int i = 0; i < 256; i++)
			ramp.at<uint8_t>(i) = static_cast<uint8_t>(i);
		cv::applyColorMap(ramp, colours, cv::COLORMAP_TURBO);
		for (int i = 0; i < 256; i++)
			std::copy_n(colours.ptr(i), 3, warm->colours[i]);
	} catch (...) {
		delete warm;
		throw;
	}
	return warm;
} catch (...) {
	return nullptr;
}

void warm_destroy(struct warm *warm)
{
	delete warm;
}

static const float *row_of(const warm_map *map, uint32_t y)
{
	return reinterpret_cast<const float *>(static_cast<const uint8_t *>(map->rows) +
	                                       static_cast<size_t>(y) * map->stride);
}

static float largest(const warm_map *map)
{
	float most = 0;

	for (uint32_t y = 0; y < map->height; y++) {
		for (uint32_t x = 0; x < map->width; x++) {
			const float at = row_of(map, y)[x];

			most = std::isfinite(at) && at > most ? at : most;
		}
	}
	return most;
}

// In steps of 255ths of `most`.
static void scale(const warm_map *map, float most, uint8_t *to)
{
	for (uint32_t y = 0; y < map->height; y++) {
		const float *row = row_of(map, y);

		for (uint32_t x = 0; x < map->width; x++) {
			const float part = row[x] / most;

			*to++ = part > 0 ? static_cast<uint8_t>(std::min(part, 1.0f) * 255 + 0.5f)
			                 : uint8_t{0};
		}
	}
}

static void blend(const struct warm *warm, pkd_image *image, float opacity)
{
	const uint8_t *cover = warm->large.data();
	const auto share = static_cast<unsigned>(std::min(std::max(opacity, 0.0f), 1.0f) * 256);

	for (uint32_t y = 0; y < image->height; y++) {
		uint8_t *pixel = pkd_pixels(image) + static_cast<size_t>(y) * image->stride;

		for (uint32_t x = 0; x < image->width; x++, pixel += 3) {
			const uint8_t warmth = *cover++;
			const unsigned above = share * std::min(2u * warmth, 255u) / 255;
			const unsigned below = 256 - above;

			if (above == 0)
				continue;
			for (int i = 0; i < 3; i++)
				pixel[i] = static_cast<uint8_t>(
					(pixel[i] * below + warm->colours[warmth][i] * above) >> 8);
		}
	}
}

bool warm_draw(struct warm *warm, struct pkd_image *image, const struct warm_map *map, float most,
               float opacity)
try {
	cv::Mat small = mat_over(warm->small.data(), map->width, map->height, map->width, 1);
	cv::Mat large = mat_over(warm->large.data(), image->width, image->height, image->width, 1);

	most = most > 0 ? most : largest(map);
	if (!(most > 0))
		return true;
	scale(map, most, small.data);
	cv::resize(small, large, large.size(), 0, 0, cv::INTER_CUBIC);
	blend(warm, image, opacity);
	return true;
} catch (...) {
	return false;
}
