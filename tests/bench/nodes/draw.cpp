// The rows of draw: see ../nodes.hpp. The bare calls copy the frame and draw the same with OpenCV;
// what they write looks a little different, as its letters are other ones.
extern "C" {
#include <draw/border.pkd.h>
#include <draw/boxes.pkd.h>
#include <draw/lines.pkd.h>
#include <draw/mosaic.pkd.h>
#include <draw/stamp.pkd.h>
#include <draw/zones.pkd.h>

extern const struct pkd_methods draw_border_methods, draw_boxes_methods, draw_lines_methods,
	draw_mosaic_methods, draw_stamp_methods, draw_zones_methods;
}

#include "../nodes.hpp"

namespace
{

enum { N_DRAWN = 10 };

#define DRAW_NODE(NODE)                                                        \
	bench_node<draw_##NODE##_params, draw_##NODE##_in, draw_##NODE##_out>( \
		draw_##NODE##_methods, PKD_BGR24, bench_hd, PKD_BGR24, bench_hd)

cv::Rect place(int i)
{
	return {60 + i % 5 * 360, 120 + i / 5 * 480, 120, 300};
}

// As the list of any node lies in memory.
template <typename Objects> const Objects *objects()
{
	Objects *list = static_cast<Objects *>(
		fake_slot(sizeof(uint32_t) + N_DRAWN * sizeof(detect_Object)));

	std::memset(static_cast<void *>(list), 0,
	            sizeof(uint32_t) + N_DRAWN * sizeof(detect_Object));
	list->len = N_DRAWN;
	for (int i = 0; i < N_DRAWN; i++) {
		const cv::Rect at = place(i);
		detect_Object *object = &list->items[i];

		object->box = {static_cast<float>(at.x) / 1920, static_cast<float>(at.y) / 1080,
		               static_cast<float>(at.width) / 1920,
		               static_cast<float>(at.height) / 1080};
		object->score = 0.87f;
		pkd_string_set(&object->label, "person");
	}
	return list;
}

void write(cv::Mat &view, const char *text, cv::Point at, const cv::Scalar &ground)
{
	cv::rectangle(view, {at.x, at.y - 26, 160, 32}, ground, cv::FILLED);
	cv::putText(view, text, at, cv::FONT_HERSHEY_SIMPLEX, 0.9, cv::Scalar::all(255), 2,
	            cv::LINE_AA);
}

BENCH_ROW("draw.boxes, 10 of them", [] {
	auto node = DRAW_NODE(boxes);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);

	node->params.colour = "";
	node->params.N = N_DRAWN + 1;
	return bench_pair{bench_step(node, objects<draw_boxes_objects>()), [=] {
				  const cv::Scalar colour(80, 80, 255);

				  node->seen().copyTo(*room);
				  for (int i = 0; i < N_DRAWN; i++)
					  cv::rectangle(*room, place(i), colour, 4);
				  for (int i = 0; i < N_DRAWN; i++)
					  write(*room, "person 0.87", place(i).tl(), colour);
			  }};
})

BENCH_ROW("draw.lines, 10 of them", [] {
	auto node = DRAW_NODE(lines);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);
	auto *lines = static_cast<draw_lines_lines *>(
		fake_slot(sizeof(uint32_t) + N_DRAWN * sizeof(detect_Line)));

	lines->len = N_DRAWN;
	for (int i = 0; i < N_DRAWN; i++)
		lines->items[i] = {{0.1f, 0.08f * static_cast<float>(i)}, {0.9f, 0.9f}};
	node->params.thickness = 3;
	node->params.colour = "green";
	node->params.N = N_DRAWN;
	return bench_pair{bench_step(node, static_cast<const draw_lines_lines *>(lines)), [=] {
				  node->seen().copyTo(*room);
				  for (int i = 0; i < N_DRAWN; i++)
					  cv::line(*room, {192, 86 * i}, {1728, 972},
			                           cv::Scalar(0, 200, 0), 3, cv::LINE_AA);
			  }};
})

BENCH_ROW("draw.border", [] {
	auto node = DRAW_NODE(border);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);
	const uint8_t *always = nullptr;

	node->params.thickness = 16;
	node->params.colour = "red";
	return bench_pair{
		bench_step(node, always), [=] {
			node->seen().copyTo(*room);
			cv::rectangle(*room, {8, 8, 1904, 1064}, cv::Scalar(0, 0, 255), 16);
		}};
})

BENCH_ROW("draw.stamp", [] {
	auto node = DRAW_NODE(stamp);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);

	node->params.number = node->params.time = true;
	node->params.ground = 1;
	return bench_pair{
		bench_step(node), [=] {
			node->seen().copyTo(*room);
			write(*room, "#812  0:00:32.480", {1500, 1060}, cv::Scalar::all(0));
		}};
})

BENCH_ROW("draw.mosaic, 10 boxes", [] {
	auto node = DRAW_NODE(mosaic);
	auto room = bench_over(node->view, bench_hd, CV_8UC3), small = bench_room({4, 8}, CV_8UC3);

	node->params.cells = 8;
	node->params.N = N_DRAWN + 1;
	return bench_pair{bench_step(node, objects<draw_mosaic_objects>()), [=] {
				  node->seen().copyTo(*room);
				  for (int i = 0; i < N_DRAWN; i++) {
					  cv::Mat part = (*room)(place(i));

					  cv::resize(node->seen()(place(i)), *small, {4, 8}, 0, 0,
			                             cv::INTER_AREA);
					  cv::resize(*small, part, part.size(), 0, 0,
			                             cv::INTER_NEAREST);
				  }
			  }};
})

BENCH_ROW("draw.zones", [] {
	auto node = DRAW_NODE(zones);
	auto room = bench_over(node->view, bench_hd, CV_8UC3), area = bench_room(bench_hd, CV_8UC3);
	const std::vector<cv::Point> outline = {{384, 216}, {1536, 216}, {1728, 972}, {192, 972}};
	const draw_zones_counts *none = nullptr;

	node->params.zones = "0.2,0.2 0.8,0.2 0.9,0.9 0.1,0.9";
	node->params.resolution = "";
	node->params.opacity = 0.25f;
	node->params.thickness = 3;
	return bench_pair{
		bench_step(node, none), [=] {
			const cv::Rect around = cv::boundingRect(outline);
			cv::Mat part = (*room)(around), filled = (*area)(around);

			node->seen().copyTo(*room);
			part.copyTo(filled);
			cv::fillPoly(filled, std::vector<std::vector<cv::Point>>{outline},
		                     cv::Scalar(80, 80, 255), cv::LINE_AA, 0, -around.tl());
			cv::addWeighted(filled, 0.25, part, 0.75, 0, part);
			cv::polylines(*room, outline, true, cv::Scalar(20, 20, 60), 5, cv::LINE_AA);
			cv::polylines(*room, outline, true, cv::Scalar(80, 80, 255), 3,
		                      cv::LINE_AA);
		}};
})

} // namespace
