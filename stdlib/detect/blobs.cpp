// detect.blobs: connected components of what is brighter or darker than a threshold. No tracking:
// `id` counts the blobs of one frame, the largest first, and says nothing about other frames.
#include <detect/blobs.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <new>
#include <numeric>
#include <vector>

#include "../base/gray.hpp"

namespace
{

struct found {
	cv::Mat gray, mask, labels, boxes, centres;
	std::vector<int> order; // labels, the largest blob first
};

// False where all is of one brightness, and no threshold was given: there is nothing to tell apart.
bool divide(found *found, const cv::Mat &gray, const struct detect_blobs_params *params)
{
	const int kind = params->dark ? cv::THRESH_BINARY_INV : cv::THRESH_BINARY;
	double least, most;

	if (params->threshold > 0) {
		cv::threshold(gray, found->mask, params->threshold, 255, kind);
		return true;
	}
	cv::minMaxLoc(gray, &least, &most);
	if (least == most)
		return false;
	cv::threshold(gray, found->mask, 0, 255, kind | cv::THRESH_OTSU);
	return true;
}

int area_of(const found *found, int label)
{
	return found->boxes.at<int>(label, cv::CC_STAT_AREA);
}

void find(found *found, const struct pkd_image *frame, const struct detect_blobs_params *params)
{
	const double whole = static_cast<double>(frame->width) * frame->height;

	found->order.clear();
	if (!divide(found, gray_of(frame, found->gray), params))
		return;
	const int n = cv::connectedComponentsWithStats(found->mask, found->labels, found->boxes,
	                                               found->centres);
	for (int label = 1; label < n; label++) { // 0 is the rest
		const double area = area_of(found, label) / whole;

		if (area >= static_cast<double>(params->min_area) &&
		    area <= static_cast<double>(params->max_area))
			found->order.push_back(label);
	}
	std::stable_sort(found->order.begin(), found->order.end(),
	                 [found](int a, int b) { return area_of(found, a) > area_of(found, b); });
}

float share(double pixels, uint32_t all)
{
	return static_cast<float>(pixels / all);
}

struct detect_Blob blob_of(const found *found, int label, const struct pkd_image *frame)
{
	const int *box = found->boxes.ptr<int>(label);
	const double *centre = found->centres.ptr<double>(label); // of the pixels' corners
	const uint32_t W = frame->width, H = frame->height;
	struct detect_Blob blob = {};

	blob.box = {share(box[cv::CC_STAT_LEFT], W), share(box[cv::CC_STAT_TOP], H),
	            share(box[cv::CC_STAT_WIDTH], W), share(box[cv::CC_STAT_HEIGHT], H)};
	blob.centre = {share(centre[0] + 0.5, W), share(centre[1] + 0.5, H)};
	blob.area = static_cast<float>(box[cv::CC_STAT_AREA] / (static_cast<double>(W) * H));
	return blob;
}

void fill(const found *found, const struct pkd_image *frame, struct detect_blobs_out *out)
{
	const size_t n = std::min(found->order.size(), std::size(out->blobs->items));
	const size_t n_objects = std::min(n, std::size(out->objects->items));

	for (size_t i = 0; i < n; i++) {
		out->blobs->items[i] = blob_of(found, found->order[i], frame);
		out->blobs->items[i].id = static_cast<uint32_t>(i + 1);
	}
	out->blobs->len = static_cast<uint32_t>(n);
	for (size_t i = 0; i < n_objects; i++) {
		const struct detect_Blob *blob = &out->blobs->items[i];
		struct detect_Object *object = &out->objects->items[i];

		std::memset(object, 0, sizeof(*object));
		object->box = blob->box;
		pkd_string_set(&object->label, "blob");
		object->score = std::min(1.f, blob->area / (blob->box.w * blob->box.h));
		object->id = blob->id;
	}
	out->objects->len = static_cast<uint32_t>(n_objects);
}

} // namespace

struct detect_blobs {
	const struct detect_blobs_params *params; // all but FORMAT may change between steps
	found *result;
};

int detect_blobs_init(struct detect_blobs *self, const struct detect_blobs_params *params,
                      struct pkd_ctx *ctx)
{
	const int error = gray_check(params->FORMAT, ctx);

	if (error)
		return error;
	cv::setNumThreads(1);
	self->params = params;
	self->result = new (std::nothrow) found;
	return self->result ? PKD_OK : pkd_error(ctx, ENOMEM, "no memory for the blobs");
}

int detect_blobs_step(struct detect_blobs *self, const struct detect_blobs_in *in,
                      struct detect_blobs_out *out, struct pkd_ctx *ctx)
try {
	find(self->result, in->frame, self->params);
	fill(self->result, in->frame, out);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot find blobs: %s", error.what());
}

void detect_blobs_finish(struct detect_blobs *self)
{
	delete self->result;
}

PKD_NODE(detect_blobs);
