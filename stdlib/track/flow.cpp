// See flow.h. Points are followed by the pyramidal method of Lucas and Kanade (J.-Y. Bouguet,
// "Pyramidal Implementation of the Lucas Kanade Feature Tracker", 2000), there and back again, and
// those that do not come back are left out (Z. Kalal, K. Mikolajczyk and J. Matas,
// "Forward-Backward Error", ICPR 2010). Between the frame where boxes were found and the newest
// one the way is measured as a whole, so that no errors add up; it begins with what it was a frame
// before.
#include "flow.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>
#include <vector>

#include "../base/mat.hpp"

namespace
{

constexpr size_t grid = 8;     // points along each side of a box, and of the whole picture
constexpr float margin = 0.1f; // of a box, without points at each side
constexpr int window = 11;     // pixels around a point that are compared
// Halvings of the picture to find the way; where it was found a frame before, coarse pictures, in
// which an object is one with what it has passed since, would do harm.
constexpr int levels = 3, levels_next = 1;

// A point counts that comes back so near to where it began, in pixels.
constexpr float back = 1;
// It belongs to the object and not to what is behind, if it differs so far from the camera's
// motion …
constexpr float apart = 1;
// … and so large a share of the box's points does. Else the object stands.
constexpr float share = 0.2f;

struct picture {
	uint64_t number = 0;
	cv::Mat gray;
};

} // namespace

struct track_flow {
	uint32_t size = 0;
	std::vector<picture> pictures; // a ring
	uint64_t n_pictures = 0;       // that were added
	cv::Mat frame, small;

	// The picture where the boxes were found, its points, the box's one after another and last the
	// whole picture's, and how far boxes and picture have moved since.
	cv::Mat from;
	uint64_t from_number = 0, found_number = 0; // found_number: of `moves`
	size_t n_boxes = 0;
	std::vector<cv::Point2f> points, moves;
	std::vector<cv::Point2f> guesses; // of the points' ways

	std::vector<cv::Mat> from_pyramid, now_pyramid;
	std::vector<cv::Point2f> there, again, ways;
	std::vector<uint8_t> found, found_again;
	std::vector<float> errors, values;
};

struct track_flow *track_flow_create(uint32_t n_pictures, uint32_t size, uint32_t n_boxes)
try {
	cv::setNumThreads(1);
	auto *flow = new track_flow;
	try {
		flow->size = size;
		flow->pictures.resize(n_pictures);
		flow->points.reserve((n_boxes + size_t{1}) * grid * grid);
		flow->moves.reserve(n_boxes + size_t{1});
	} catch (...) {
		delete flow;
		throw;
	}
	return flow;
} catch (...) {
	return nullptr;
}

void track_flow_destroy(struct track_flow *flow)
{
	delete flow;
}

static const picture &newest(const struct track_flow *flow)
{
	return flow->pictures[(flow->n_pictures - 1) % flow->pictures.size()];
}

static void forget(struct track_flow *flow)
{
	flow->n_pictures = 0;
	flow->n_boxes = 0;
}

static void shrink(struct track_flow *flow, const cv::Mat &frame, cv::Mat &gray)
{
	int longer = std::max(frame.cols, frame.rows), size = static_cast<int>(flow->size);

	if (longer <= size) {
		cv::cvtColor(frame, gray, cv::COLOR_BGR2GRAY);
		return;
	}
	cv::Size to(std::max(frame.cols * size / longer, 1),
	            std::max(frame.rows * size / longer, 1));
	cv::resize(frame, flow->small, to, 0, 0, cv::INTER_AREA);
	cv::cvtColor(flow->small, gray, cv::COLOR_BGR2GRAY);
}

int track_flow_add(struct track_flow *flow, uint64_t number, const uint8_t *pixels, uint32_t width,
                   uint32_t height, uint32_t stride)
try {
	const cv::Mat frame = mat_over(pixels, width, height, stride, 3);

	if (flow->frame.size() != frame.size())
		forget(flow);
	flow->frame = frame;
	picture &place = flow->pictures[flow->n_pictures % flow->pictures.size()];
	shrink(flow, frame, place.gray);
	place.number = number;
	flow->n_pictures++;
	return 0;
} catch (const std::bad_alloc &) {
	return -ENOMEM;
} catch (...) {
	return -EIO;
}

// The kept picture next to `number`; none for one before or after all of them.
static const picture *kept(const struct track_flow *flow, uint64_t number)
{
	size_t n = std::min<uint64_t>(flow->n_pictures, flow->pictures.size());
	const picture *before = nullptr, *after = nullptr;

	for (size_t i = 0; i < n; i++) {
		const picture &p = flow->pictures[i];

		if (p.number <= number && (!before || p.number > before->number))
			before = &p;
		if (p.number >= number && (!after || p.number < after->number))
			after = &p;
	}
	if (!before || !after)
		return nullptr;
	return number - before->number <= after->number - number ? before : after;
}

static void add_points(struct track_flow *flow, const cv::Rect2f &area)
{
	for (size_t i = 0; i < grid * grid; i++) {
		float x = (static_cast<float>(i % grid) + 0.5f) / grid;
		float y = (static_cast<float>(i / grid) + 0.5f) / grid;

		flow->points.emplace_back(area.x + x * area.width, area.y + y * area.height);
	}
}

int track_flow_begin(struct track_flow *flow, uint64_t number, const struct track_flow_box *boxes,
                     uint32_t n)
try {
	const picture *where = kept(flow, number);

	flow->n_boxes = 0;
	if (!where)
		return -ENOENT;
	where->gray.copyTo(flow->from);
	flow->from_number = flow->found_number = where->number;
	cv::buildOpticalFlowPyramid(flow->from, flow->from_pyramid, cv::Size(window, window),
	                            levels);
	auto W = static_cast<float>(flow->from.cols), H = static_cast<float>(flow->from.rows);
	flow->points.clear();
	for (uint32_t i = 0; i < n; i++) {
		const track_flow_box &box = boxes[i];

		add_points(flow,
		           cv::Rect2f((box.x + box.w * margin) * W, (box.y + box.h * margin) * H,
		                      box.w * (1 - 2 * margin) * W, box.h * (1 - 2 * margin) * H));
	}
	add_points(flow, cv::Rect2f(0, 0, W, H));
	flow->moves.assign(n + size_t{1}, cv::Point2f(0, 0));
	flow->guesses.assign(flow->points.size(), cv::Point2f(0, 0));
	flow->n_boxes = n;
	return 0;
} catch (const std::bad_alloc &) {
	return -ENOMEM;
} catch (...) {
	return -EIO;
}

// How much longer the ways are by now, if all goes on as it did.
static float growth(const struct track_flow *flow, uint64_t now)
{
	if (flow->found_number <= flow->from_number || now <= flow->found_number)
		return 1;
	return static_cast<float>(now - flow->from_number) /
	       static_cast<float>(flow->found_number - flow->from_number);
}

// Where the points are now, from where they are guessed.
static void follow_points(struct track_flow *flow)
{
	const cv::Size size(window, window);
	const cv::TermCriteria enough(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 20, 0.03);
	const picture &now = newest(flow);
	const bool is_first = flow->found_number == flow->from_number;
	const int n_levels = is_first ? levels : levels_next;
	const float more = growth(flow, now.number);

	cv::buildOpticalFlowPyramid(now.gray, flow->now_pyramid, size, levels);
	flow->there = flow->points;
	for (size_t i = 0; i < flow->there.size(); i++)
		flow->there[i] += flow->guesses[i] * more;
	cv::calcOpticalFlowPyrLK(flow->from_pyramid, flow->now_pyramid, flow->points, flow->there,
	                         flow->found, flow->errors, size, n_levels, enough,
	                         cv::OPTFLOW_USE_INITIAL_FLOW);
	flow->again = flow->there;
	for (size_t i = 0; i < flow->again.size(); i++)
		flow->again[i] -= flow->moves[i / (grid * grid)] * more;
	cv::calcOpticalFlowPyrLK(flow->now_pyramid, flow->from_pyramid, flow->there, flow->again,
	                         flow->found_again, flow->errors, size, n_levels, enough,
	                         cv::OPTFLOW_USE_INITIAL_FLOW);
	flow->found_number = now.number;
}

static bool comes_back(const struct track_flow *flow, size_t point)
{
	cv::Point2f off = flow->again[point] - flow->points[point];

	return flow->found[point] && flow->found_again[point] && std::hypot(off.x, off.y) <= back;
}

// The ways of box number `box` that can be relied on, in flow->ways; the picture is the last box.
static void take_ways(struct track_flow *flow, size_t box)
{
	flow->ways.clear();
	for (size_t i = box * grid * grid; i < (box + 1) * grid * grid; i++) {
		if (comes_back(flow, i))
			flow->ways.push_back(flow->there[i] - flow->points[i]);
	}
}

// A point that was lost is looked for again where its box is.
static void guess_next(struct track_flow *flow)
{
	for (size_t i = 0; i < flow->points.size(); i++)
		flow->guesses[i] = comes_back(flow, i) ? flow->there[i] - flow->points[i]
		                                       : flow->moves[i / (grid * grid)];
}

static float median(std::vector<float> &values)
{
	auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);

	std::nth_element(values.begin(), middle, values.end());
	return *middle;
}

// By each axis. Without ways it is what it was.
static void take_median(struct track_flow *flow, cv::Point2f *move)
{
	if (flow->ways.empty())
		return;
	flow->values.clear();
	for (const cv::Point2f &way : flow->ways)
		flow->values.push_back(way.x);
	move->x = median(flow->values);
	flow->values.clear();
	for (const cv::Point2f &way : flow->ways)
		flow->values.push_back(way.y);
	move->y = median(flow->values);
}

// What is behind an object moves as the camera does: it goes, if enough is left.
static void leave_out_behind(struct track_flow *flow, cv::Point2f camera)
{
	auto is_apart = [camera](const cv::Point2f &way) {
		return std::hypot(way.x - camera.x, way.y - camera.y) >= apart;
	};
	auto end = std::stable_partition(flow->ways.begin(), flow->ways.end(), is_apart);
	auto n = static_cast<float>(end - flow->ways.begin());

	if (n >= share * static_cast<float>(flow->ways.size()) && n > 0)
		flow->ways.erase(end, flow->ways.end());
}

int track_flow_find(struct track_flow *flow, struct track_flow_move *ret_moves, uint32_t *ret_n)
try {
	const size_t n = flow->n_boxes;

	*ret_n = static_cast<uint32_t>(n);
	if (n == 0)
		return 0;
	follow_points(flow);
	take_ways(flow, n);
	take_median(flow, &flow->moves[n]);
	for (size_t i = 0; i < n; i++) {
		take_ways(flow, i);
		leave_out_behind(flow, flow->moves[n]);
		take_median(flow, &flow->moves[i]);
		ret_moves[i] = {flow->moves[i].x / static_cast<float>(flow->from.cols),
		                flow->moves[i].y / static_cast<float>(flow->from.rows)};
	}
	guess_next(flow);
	return 0;
} catch (const std::bad_alloc &) {
	return -ENOMEM;
} catch (...) {
	return -EIO;
}
