// See obscure.h.
#include "obscure.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "../base/mat.hpp"

namespace
{

// Shrinks the area of the frame to a few means of what it shows, and makes it large again in the
// view.
void obscure(const pkd_image *frame, pkd_image *view, paint_area area, int32_t cells, int how)
{
	uint8_t room[OBSCURE_MOST_CELLS * OBSCURE_MOST_CELLS * 3];
	const cv::Rect where(cv::Point(area.x, area.y), cv::Point(area.x_end, area.y_end));
	const cv::Mat from = mat_of(frame)(where);
	cv::Mat to = mat_of(view)(where);
	const int longer = std::max(where.width, where.height);
	const int room_for = std::min(int{OBSCURE_MOST_CELLS}, std::max(longer / 2, 1));
	const int most = std::min(std::max(cells, 1), room_for);
	const int width = std::max((where.width * most + longer / 2) / longer, 1);
	const int height = std::max((where.height * most + longer / 2) / longer, 1);
	cv::Mat few(height, width, CV_8UC3, room);

	cv::setNumThreads(1);
	cv::resize(from, few, few.size(), 0, 0, cv::INTER_AREA);
	cv::resize(few, to, to.size(), 0, 0, how);
}

} // namespace

bool obscure_mosaic(const struct pkd_image *frame, struct pkd_image *view, struct paint_area area,
                    int32_t cells)
try {
	obscure(frame, view, area, cells, cv::INTER_NEAREST);
	return true;
} catch (...) {
	return false;
}

bool obscure_blur(const struct pkd_image *frame, struct pkd_image *view, struct paint_area area,
                  int32_t cells)
try {
	obscure(frame, view, area, cells, cv::INTER_CUBIC);
	return true;
} catch (...) {
	return false;
}
