// What detect.dnn takes for a frame, beside the engine alone with OpenCV's blobFromImage and a
// bare look for peaks: one process, the same threads, in turns. For `make bench-networks`; asserts
// nothing.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

extern "C" {
#include <detect/dnn.pkd.h>

#include "../../stdlib/test/fake_ctx.h"
extern const struct pkd_methods detect_dnn_methods;
}

#include "../../stdlib/detect/engine.h"
#include "../../stdlib/detect/sidecar.h"

namespace
{

constexpr int W = 1280, H = 720, n_rounds = 41;

double now_ms()
{
	return static_cast<double>(pkd_now()) / 1e6;
}

double cpu_ms()
{
	timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double median(std::vector<double> values)
{
	std::nth_element(values.begin(), values.begin() + n_rounds / 2, values.end());
	return values[n_rounds / 2];
}

std::vector<uint8_t> contents(const std::string &path)
{
	std::vector<uint8_t> bytes;
	FILE *file = std::fopen(path.c_str(), "rb");
	uint8_t part[65536];

	for (size_t n; file && (n = std::fread(part, 1, sizeof(part), file)) > 0;)
		bytes.insert(bytes.end(), part, part + n);
	if (file)
		std::fclose(file);
	return bytes;
}

// Every cell that is hot enough and a peak of its class.
size_t bare_peaks(const detect_tensor &heat, float min_score)
{
	const int C = 80, S = 128;
	size_t n = 0;

	for (int c = 0; c < C; c++) {
		const float *map = heat.data + c * S * S;

		for (int y = 1; y + 1 < S; y++)
			for (int x = 1; x + 1 < S; x++) {
				const float *at = map + y * S + x;

				if (*at < min_score)
					continue;
				float around = 0;
				for (int v = -1; v <= 1; v++)
					for (int u = -1; u <= 1; u++)
						around = std::max(around, at[v * S + u]);
				n += *at >= around;
			}
	}
	return n;
}

void measure(const std::string &folder, uint32_t kind)
{
	const bool ort = kind == detect_Engine_onnxruntime;
	const std::string library = folder + "onnxruntime/libonnxruntime.so.1";
	std::vector<uint8_t> file = contents(folder + "coco.onnx");
	char why[DETECT_WHY_SIZE] = "it is not there";

	// The node.
	pkd_ctx ctx{};
	detect_dnn_params params{};
	params.model = "coco";
	params.folder = folder.c_str();
	params.min_score = 0.4f;
	params.engine = kind;
	params.runtime = ort ? library.c_str() : "";
	void *self = fake_self(&detect_dnn_methods);
	pkd_image *frame = fake_image(PKD_BGR24, W, H);
	auto *objects = static_cast<detect_dnn_objects *>(fake_slot(sizeof(detect_dnn_objects)));
	if (detect_dnn_methods.init(self, &params, &ctx) != PKD_OK) {
		std::printf("%s\n", ctx.error);
		return;
	}

	// The bare one, with as many threads.
	std::vector<float> input(3 * 512 * 512);
	detect_tensor outputs[2] = {};
	detect_task task{};
	task.file = file.data();
	task.size = file.size();
	task.input_name = "input";
	task.input_shape = {4, {1, 3, 512, 512}};
	task.input = input.data();
	task.n_outputs = 2;
	task.output_names[0] = "heat";
	task.output_names[1] = "edges";
	task.outputs = outputs;
	task.n_threads = static_cast<uint32_t>(cv::getNumThreads());
	void *loaded = ort ? detect_ort_load(library.c_str(), why) : nullptr;
	detect_engine *engine = ort ? (loaded ? detect_ort_create(&task, loaded, why) : nullptr)
	                            : detect_opencv_create(&task, why);
	if (!engine || !engine->run(engine, why)) {
		std::printf("%s\n", why);
		return;
	}

	// blobFromImage writes where the engine reads: nothing is copied.
	const int sizes[] = {1, 3, 512, 512};
	cv::Mat picture(H, W, CV_8UC3, pkd_pixels(frame)), blob(4, sizes, CV_32F, input.data());
	std::vector<double> node, bare;
	const auto run_node = [&] {
		detect_dnn_in in{frame};
		detect_dnn_out out{objects};

		detect_dnn_methods.step(self, &in, &out, &ctx);
	};
	const auto run_bare = [&] {
		cv::dnn::blobFromImage(picture, blob, 1, cv::Size(512, 512), cv::Scalar(), true);
		if (blob.ptr<float>() != input.data())
			std::abort();
		engine->run(engine, why);
		volatile size_t n = bare_peaks(outputs[0], 0.4f);
		(void)n;
	};
	for (int i = 0; i < 2 * n_rounds; i++) {
		bool is_node = i % 4 == 0 || i % 4 == 3; // each is first in every second round
		double from = now_ms();

		if (is_node)
			run_node();
		else
			run_bare();
		(is_node ? node : bare).push_back(now_ms() - from);
	}
	// Of each two that ran one after the other: what else the machine does is in both.
	std::vector<double> ratios;
	for (int i = 0; i < n_rounds; i++)
		ratios.push_back(node[i] / bare[i]);
	const double ratio = median(ratios);
	std::printf("%-22s node %7.2f ms   bare %7.2f ms   %.3f, at most 1.02: %s\n", engine->name,
	            median(node), median(bare), ratio, ratio <= 1.02 ? "met" : "missed");

	// What is around the engine, by the CPU time of the process: on a busy machine the engine's own
	// time varies by more than all of this.
	static detect_sidecar sidecar;
	const std::vector<uint8_t> text = contents(folder + "coco.txt");
	const char *wrong;
	detect_sidecar_read(reinterpret_cast<const char *>(text.data()), text.size(), &sidecar,
	                    &wrong);
	detect_picture *filled = detect_picture_create(&sidecar, task.n_threads);
	detect_finder *finder = detect_finder_create(&sidecar, outputs);
	detect_placed placed;
	std::vector<double> node_around, bare_around;
	for (int i = 0; i < n_rounds; i++) {
		double from = cpu_ms();

		detect_picture_fill(filled, pkd_pixels(frame), W, H, frame->stride, input.data(),
		                    &placed);
		detect_find(finder, &sidecar, outputs, 0.4f, 64);
		node_around.push_back(cpu_ms() - from);
		from = cpu_ms();
		cv::dnn::blobFromImage(picture, blob, 1, cv::Size(512, 512), cv::Scalar(), true);
		volatile size_t n = bare_peaks(outputs[0], 0.4f);
		(void)n;
		bare_around.push_back(cpu_ms() - from);
	}
	std::printf("%-22s node %7.2f ms   bare %7.2f ms   CPU\n", "  around the engine",
	            median(node_around), median(bare_around));
	detect_finder_destroy(finder);
	detect_picture_destroy(filled);
	engine->destroy(engine);
	detect_dnn_methods.finish(self);
	std::free(self);
	fake_slot_free(frame);
	fake_slot_free(objects);
}

} // namespace

// FOLDER, with its slash: what `make models` has written.
int main(int argc, char **argv)
{
	const std::string folder = argc > 1 ? argv[1] : "build/models/";

	measure(folder, detect_Engine_onnxruntime);
	measure(folder, detect_Engine_opencv);
	return 0;
}
