// OpenCV's part of networks: pictures as inputs, and its own engine. No exception leaves it.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <thread>
#include <vector>

#include "engine.h"

#include "../base/mat.hpp"

namespace
{

struct engine_of_opencv {
	detect_engine engine; // the first member: its address is that of the whole
	cv::dnn::Net net;
	cv::Mat input;
	std::vector<cv::String> names;
	std::vector<cv::Mat> results;
	detect_tensor *outputs;
};

engine_of_opencv *whole(detect_engine *engine)
{
	return reinterpret_cast<engine_of_opencv *>(engine);
}

// OpenCV's messages have its version and places in its source: the first line, and of that what is
// behind them.
void say(const std::exception &error, char *ret_why)
{
	const char *text = error.what();
	const char *behind = std::strstr(text, "error: ");

	std::snprintf(ret_why, DETECT_WHY_SIZE, "%s", behind ? behind + 7 : text);
	ret_why[std::strcspn(ret_why, "\r\n")] = '\0';
}

bool run(detect_engine *engine, char *ret_why)
try {
	auto *opencv = whole(engine);

	opencv->net.setInput(opencv->input);
	opencv->net.forward(opencv->results, opencv->names);
	for (size_t i = 0; i < opencv->results.size(); i++) {
		const cv::Mat &result = opencv->results[i];
		detect_tensor &output = opencv->outputs[i];

		if (result.type() != CV_32F || result.dims > DETECT_MAX_DIMS ||
		    !result.isContinuous()) {
			std::snprintf(ret_why, DETECT_WHY_SIZE,
			              "an output is not of 32-bit floats, or has more "
			              "than 6 dimensions");
			return false;
		}
		output.data = result.ptr<float>();
		output.shape.n = static_cast<uint32_t>(result.dims);
		for (int k = 0; k < result.dims; k++)
			output.shape.dims[k] = static_cast<uint32_t>(result.size[k]);
	}
	return true;
} catch (const std::exception &error) {
	say(error, ret_why);
	return false;
} catch (...) {
	std::snprintf(ret_why, DETECT_WHY_SIZE, "it failed without saying why");
	return false;
}

void destroy(detect_engine *engine)
{
	delete whole(engine);
}

// OpenCV prints and logs what it throws; it is said once, by the node.
int print_nothing(int, const char *, const char *, const char *, int, void *)
{
	return 0;
}

} // namespace

detect_engine *detect_opencv_create(const detect_task *task, char *ret_why)
try {
	auto *opencv = new engine_of_opencv{};
	int sizes[DETECT_MAX_DIMS];

	cv::redirectError(print_nothing);
	cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
	try {
		for (uint32_t i = 0; i < task->input_shape.n; i++)
			sizes[i] = static_cast<int>(task->input_shape.dims[i]);
		opencv->net = cv::dnn::readNetFromONNX(reinterpret_cast<const char *>(task->file),
		                                       task->size);
		opencv->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
		opencv->input = cv::Mat(static_cast<int>(task->input_shape.n), sizes, CV_32F,
		                        task->input);
		opencv->names.assign(task->output_names, task->output_names + task->n_outputs);
	} catch (...) {
		delete opencv;
		throw;
	}
	std::snprintf(opencv->engine.name, sizeof(opencv->engine.name), "OpenCV %s", CV_VERSION);
	opencv->engine.run = run;
	opencv->engine.destroy = destroy;
	opencv->outputs = task->outputs;
	return &opencv->engine;
} catch (const std::exception &error) {
	say(error, ret_why);
	return nullptr;
} catch (...) {
	std::snprintf(ret_why, DETECT_WHY_SIZE, "it failed without saying why");
	return nullptr;
}

// ---- The picture ----

struct detect_picture {
	const detect_sidecar *sidecar;
	cv::Mat canvas; // the input as bytes: resized there, then looked up
	cv::Rect filled;
	float table[3][256]; // what each byte becomes, by channel of the frame: b, g, r
};

// OpenCV starts its threads when it first needs them, and the node may start none after init: so
// each of them is given something to do, and waits until all have come. A time-out, for a pool may
// have fewer than it was told.
static void start_threads(uint32_t n)
{
	const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
	std::atomic<uint32_t> n_come{0};

	cv::setNumThreads(static_cast<int>(n));
	cv::parallel_for_(
		cv::Range(0, static_cast<int>(n)),
		[&](const cv::Range &) {
			n_come++;
			while (n_come < n && std::chrono::steady_clock::now() < end)
				std::this_thread::yield();
		},
		n);
}

detect_picture *detect_picture_create(const detect_sidecar *sidecar, uint32_t n_threads)
try {
	auto *picture = new detect_picture{};

	start_threads(n_threads);
	try {
		picture->sidecar = sidecar;
		picture->canvas.create(static_cast<int>(sidecar->height),
		                       static_cast<int>(sidecar->width), CV_8UC3);
	} catch (...) {
		delete picture;
		throw;
	}
	for (int c = 0; c < 3; c++) {
		int channel = sidecar->bgr ? c : 2 - c; // of the network

		for (int value = 0; value < 256; value++)
			picture->table[c][value] =
				(static_cast<float>(value) - sidecar->mean[channel]) *
				sidecar->scale[channel];
	}
	return picture;
} catch (...) {
	return nullptr;
}

void detect_picture_destroy(detect_picture *picture)
{
	delete picture;
}

// The part of the canvas that a frame fills.
static cv::Rect place(const cv::Mat &canvas, cv::Size frame, bool letterbox)
{
	cv::Rect all(0, 0, canvas.cols, canvas.rows);

	if (!letterbox)
		return all;
	double scale = std::min(static_cast<double>(all.width) / frame.width,
	                        static_cast<double>(all.height) / frame.height);
	int width = std::max(1, cvRound(frame.width * scale)),
	    height = std::max(1, cvRound(frame.height * scale));

	return {(all.width - width) / 2, (all.height - height) / 2, width, height};
}

static void spread(const detect_picture *picture, float *input)
{
	const bool nhwc = picture->sidecar->nhwc, bgr = picture->sidecar->bgr;
	const size_t n = picture->canvas.total();
	const uint8_t *from = picture->canvas.ptr();
	const float *b = picture->table[0], *g = picture->table[1], *r = picture->table[2];
	const size_t next = nhwc ? 3 : 1, plane = nhwc ? 1 : n;
	float *to_b = input + (bgr ? 0 : 2) * plane, *to_g = input + plane,
	      *to_r = input + (bgr ? 2 : 0) * plane;

	for (size_t i = 0; i < n; i++, from += 3) {
		to_b[i * next] = b[from[0]];
		to_g[i * next] = g[from[1]];
		to_r[i * next] = r[from[2]];
	}
}

int detect_picture_fill(detect_picture *picture, const uint8_t *pixels, uint32_t width,
                        uint32_t height, uint32_t stride, float *ret_input,
                        detect_placed *ret_placed)
try {
	const cv::Mat frame = mat_over(pixels, width, height, stride, 3);
	const cv::Rect at = place(picture->canvas, frame.size(), picture->sidecar->letterbox);

	if (at != picture->filled)
		picture->canvas.setTo(cv::Scalar::all(picture->sidecar->pad));
	picture->filled = at;
	cv::Mat part = picture->canvas(at);
	cv::resize(frame, part, at.size(), 0, 0, cv::INTER_LINEAR);
	spread(picture, ret_input);
	*ret_placed = {static_cast<float>(at.x), static_cast<float>(at.y),
	               static_cast<float>(at.width), static_cast<float>(at.height)};
	return 0;
} catch (const std::bad_alloc &) {
	return -ENOMEM;
} catch (...) {
	return -EIO;
}
