// For `make bench-nodes`: what a node takes in `step`, beside the bare calls of its library that do
// the same.
//
// To add a row, write it into tests/bench/nodes/MODULE.cpp, a new file for a new module; nothing
// else is to be changed. A row is a function that is given to BENCH_ROW with its name, and returns
// two closures, of which each does the work for one frame once:
//
//   BENCH_ROW("image.flip", [] {
//       auto node = bench_node<image_flip_params, image_flip_in, image_flip_out>(
//               image_flip_methods, PKD_BGR24, bench_hd, PKD_BGR24, bench_hd);
//       auto room = bench_over(node->view, bench_hd, CV_8UC3);
//
//       node->params.FORMAT = PKD_BGR24;
//       node->params.flip = image_Flip_vertical;
//       return bench_pair{bench_step(node), [=] { cv::flip(node->seen(), *room, 0); }};
//   })
//
// Other inputs are given to bench_step in their order: bench_step(node, objects). The bare call
// writes to the same memory as the node; what else it needs, it has before (bench_room).
#ifndef PKD_BENCH_NODES_HPP
#define PKD_BENCH_NODES_HPP

#include <functional>
#include <memory>

#include "../../stdlib/test/image_run.hpp"

struct bench_pair {
	std::function<void()> node, bare;
	double most_us =
		0; // the node may not take longer than this, either; 0: as long as that of the bare call allows
};

using bench_make = bench_pair (*)();

// Returns something, so that it can stand outside of functions.
bool bench_add(const char *name, bench_make make);

#define BENCH_JOIN_(a, b) a##b
#define BENCH_JOIN(a, b) BENCH_JOIN_(a, b)
#define BENCH_ROW(name, ...) \
	static const bool BENCH_JOIN(bench_row_, __COUNTER__) = bench_add(name, __VA_ARGS__);

static const cv::Size bench_hd(1920, 1080);

// A picture as cameras make them: neither flat nor mere noise. Planes behind the first are noise.
static inline void bench_paint(struct pkd_image *image)
{
	cv::Mat first = mat_over(pkd_pixels(image), image->width, image->height, image->stride,
	                         static_cast<int>(pkd_pixel_size(image->format)));

	cv::GaussianBlur(first, first, {9, 9}, 0);
	cv::normalize(first, first, 0, 255, cv::NORM_MINMAX);
}

template <typename Params, typename In, typename Out>
std::shared_ptr<image_run<Params, In, Out>> bench_node(const struct pkd_methods &methods,
                                                       uint32_t format, cv::Size from,
                                                       uint32_t made, cv::Size to)
{
	auto node = std::make_shared<image_run<Params, In, Out>>(methods, format, from, made, to);

	bench_paint(node->frame);
	return node;
}

// For what the bare call makes: the memory of the node's output, which is large enough for it.
// Where in memory a picture lies makes a difference of some percent.
static inline std::shared_ptr<cv::Mat> bench_over(struct pkd_image *view, cv::Size size, int type)
{
	return std::make_shared<cv::Mat>(size, type, pkd_pixels(view));
}

// For what it needs beside that.
static inline std::shared_ptr<cv::Mat> bench_room(cv::Size size, int type)
{
	return std::make_shared<cv::Mat>(size, type, cv::Scalar::all(0));
}

template <typename Node, typename... More>
std::function<void()> bench_step(std::shared_ptr<Node> node, More... more)
{
	return [=] { node->fire(more...); };
}

#endif
