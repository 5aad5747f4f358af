// detect.cascade: P. Viola and M. Jones, "Rapid Object Detection using a Boosted Cascade of Simple
// Features", CVPR 2001. No tracking: `id` counts the objects of one frame, the surest first, and
// says nothing about other frames.
#include "cascade.h"

#include <detect/cascade.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <new>
#include <numeric>
#include <opencv2/objdetect.hpp>
#include <unistd.h>
#include <vector>

#include "../base/fraction.h"
#include "../base/gray.hpp"
#include "../base/whole_file.hpp"

namespace
{

struct cascade {
	cv::CascadeClassifier classifier;
	cv::Mat gray;
	std::string label;
	std::vector<cv::Rect> rects;
	std::vector<int> agree; // windows, for each
	std::vector<size_t> order;
};

// ---- Where it is ----

const char *const folders[] = {
	"/usr/share/opencv4/haarcascades/",
	"/usr/share/opencv4/lbpcascades/",
	"/usr/local/share/opencv4/haarcascades/",
	"/usr/local/share/opencv4/lbpcascades/",
};

bool is_name(const std::string &model)
{
	return model.find('/') == std::string::npos && model.find('.') == std::string::npos;
}

bool is_there(const std::string &path)
{
	return access(path.c_str(), R_OK) == 0;
}

// "" where no such name is known. `frontalface` is haarcascade_frontalface_default.xml.
std::string path_of(const std::string &model)
{
	if (!is_name(model))
		return model;
	for (const char *folder : folders)
		for (const char *before : {"haarcascade_", "lbpcascade_", ""})
			for (const char *behind : {"_default.xml", ".xml"})
				if (is_there(folder + (before + model + behind)))
					return folder + (before + model + behind);
	return "";
}

// Of a path, the file's name without its ending.
std::string name_of(const std::string &model)
{
	const std::string name = model.substr(model.rfind('/') + 1);

	return name.substr(0, name.rfind(".xml"));
}

// Cascades are some hundred kilobytes.
constexpr off_t most_bytes = 16 << 20;

int find_file(const char *model, std::string *ret_path, std::string *ret_text, struct pkd_ctx *ctx)
{
	*ret_path = path_of(model);
	if (ret_path->empty())
		return pkd_error(ctx, ENOENT,
		                 "`model` is '%s': no cascade of this name is below "
		                 "/usr/share/opencv4, where Debian's package opencv-data puts "
		                 "them; a path has a / or ends with .xml",
		                 model);
	const int error = whole_file_read(*ret_path, most_bytes, ret_text);

	return error ? pkd_error(ctx, -error, "cannot read '%s': %s", ret_path->c_str(),
	                         std::strerror(-error))
	             : PKD_OK;
}

// ---- All of it ----

int load(cascade *cascade, const char *model, struct pkd_ctx *ctx)
{
	std::string path, text;
	int error = find_file(model, &path, &text, ctx);

	if (error)
		return error;
	const char *wrong = nullptr;
	try {
		const cv::FileStorage file(text, cv::FileStorage::READ | cv::FileStorage::MEMORY |
		                                         cv::FileStorage::FORMAT_XML);
		const cv::FileNode root = file.getFirstTopLevelNode();

		wrong = detect_cascade_wrong(root);
		if (!wrong && !cascade->classifier.read(root))
			wrong = "OpenCV cannot read it";
	} catch (const std::bad_alloc &) {
		throw;
	} catch (const std::exception &) {
		wrong = "it is damaged, or no XML";
	}
	return wrong ? pkd_error(ctx, EINVAL, "'%s' is no cascade that OpenCV can use: %s",
	                         path.c_str(), wrong)
	             : PKD_OK;
}

void find(cascade *cascade, const cv::Mat &gray, const struct detect_cascade_params *params)
{
	const cv::Size window = cascade->classifier.getOriginalWindowSize();
	const int height = cvRound(static_cast<double>(params->min_size) * gray.rows);
	const cv::Size least(
		static_cast<int>(static_cast<int64_t>(height) * window.width / window.height),
		height);

	cascade->classifier.detectMultiScale(gray, cascade->rects, cascade->agree,
	                                     static_cast<double>(params->scale),
	                                     static_cast<int>(params->neighbours), 0, least);
	cascade->order.resize(cascade->rects.size());
	std::iota(cascade->order.begin(), cascade->order.end(), size_t{0});
	std::stable_sort(
		cascade->order.begin(), cascade->order.end(),
		[cascade](size_t a, size_t b) { return cascade->agree[a] > cascade->agree[b]; });
}

void fill(const cascade *cascade, const struct pkd_image *frame,
          struct detect_cascade_objects *objects)
{
	const size_t n = std::min(cascade->order.size(), std::size(objects->items));
	const float W = static_cast<float>(frame->width), H = static_cast<float>(frame->height);

	for (size_t i = 0; i < n; i++) {
		const cv::Rect &rect = cascade->rects[cascade->order[i]];
		const float agree = static_cast<float>(cascade->agree[cascade->order[i]]);
		struct detect_Object *object = &objects->items[i];
		const float left = fraction_clamp(static_cast<float>(rect.x) / W);
		const float top = fraction_clamp(static_cast<float>(rect.y) / H);

		std::memset(object, 0, sizeof(*object));
		object->box = {left, top,
		               fraction_clamp(static_cast<float>(rect.x + rect.width) / W) - left,
		               fraction_clamp(static_cast<float>(rect.y + rect.height) / H) - top};
		pkd_string_set(&object->label, cascade->label.c_str());
		object->score = agree / (agree + 10);
		object->id = static_cast<uint32_t>(i + 1);
	}
	objects->len = static_cast<uint32_t>(n);
}

int print_nothing(int, const char *, const char *, const char *, int, void *)
{
	return 0;
}

} // namespace

struct detect_cascade {
	const struct detect_cascade_params *params; // some may change between steps
	cascade *with;
};

int detect_cascade_init(struct detect_cascade *self, const struct detect_cascade_params *params,
                        struct pkd_ctx *ctx)
try {
	int error = gray_check(params->FORMAT, ctx);

	if (error)
		return error;
	cv::setNumThreads(1);
	cv::redirectError(print_nothing); // what OpenCV throws is said once, here
	self->params = params;
	self->with = new cascade;
	self->with->label = *params->label ? params->label : name_of(params->model);
	error = load(self->with, params->model, ctx);
	if (error) {
		detect_cascade_finish(self);
		return error;
	}
	// OpenCV opens files and allocates when it first looks: now, as later it may open none.
	find(self->with,
	     cv::Mat::zeros(static_cast<int>(params->H), static_cast<int>(params->W), CV_8UC1),
	     params);
	return PKD_OK;
} catch (const std::exception &error) {
	detect_cascade_finish(self);
	return pkd_error(ctx, ENOMEM, "OpenCV's cascades cannot be made ready: %s", error.what());
}

int detect_cascade_step(struct detect_cascade *self, const struct detect_cascade_in *in,
                        struct detect_cascade_out *out, struct pkd_ctx *ctx)
try {
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	find(self->with, gray_of(in->frame, self->with->gray), self->params);
	fill(self->with, in->frame, out->objects);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot look for '%s': %s", self->with->label.c_str(),
	                 error.what());
}

void detect_cascade_finish(struct detect_cascade *self)
{
	delete self->with;
}

PKD_NODE(detect_cascade);
