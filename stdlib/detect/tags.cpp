// detect.tags: libapriltag over the snapshot itself where that has its brightness by itself (see
// tag_detector.hpp), and poses by OpenCV.
#include <detect/tags.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <iterator>
#include <memory>
#include <tuple>
#include <vector>

#include "../base/gray.hpp"
#include "../target/square.hpp"
#include "tag_detector.hpp"

namespace
{

// The library keeps twice a pixel's place in 16 bits, and looks at tiles of four.
constexpr uint32_t longest = 32767, shortest = 8;

struct finder {
	const struct detect_tags_params *params; // some may change between steps
	tag_detector detector;
	bool has_lens = false;
	calibration given, scaled; // as the file says, and for frames of the last size
	cv::Size size;
	cv::Mat gray;
};

// As the library takes it: fractions count only at 1.5, and others would move its corners.
float decimation(float wanted)
{
	return wanted < 1.25f ? 1.f : wanted < 1.75f ? 1.5f : std::max(2.f, std::floor(wanted));
}

void set_up(finder *finder)
{
	const struct detect_tags_params *params = finder->params;
	apriltag_detector_t *library = finder->detector.library;

	library->quad_decimate = decimation(params->decimate);
	library->quad_sigma = params->blur;
	library->refine_edges = params->refine;
	library->decode_sharpening = static_cast<double>(params->sharpen);
}

// The surest ones that there is room for, in their order.
std::vector<const apriltag_detection_t *> choose(const finder *finder, const zarray_t *all,
                                                 size_t capacity)
{
	std::vector<const apriltag_detection_t *> chosen;

	for (int i = 0; i < zarray_size(all); i++) {
		const apriltag_detection_t *one;

		zarray_get(all, i, &one);
		if (one->decision_margin >= finder->params->min_margin)
			chosen.push_back(one);
	}
	std::stable_sort(chosen.begin(), chosen.end(),
	                 [](auto *a, auto *b) { return a->decision_margin > b->decision_margin; });
	chosen.resize(std::min(chosen.size(), capacity));
	std::stable_sort(chosen.begin(), chosen.end(), [finder](auto *a, auto *b) {
		return std::make_tuple(tag_detector_family(&finder->detector, a), a->id) <
		       std::make_tuple(tag_detector_family(&finder->detector, b), b->id);
	});
	return chosen;
}

struct detect_Point point_of(const double *at, const struct pkd_image *frame)
{
	return {static_cast<float>(at[0] / frame->width),
	        static_cast<float>(at[1] / frame->height)};
}

// The library's pixels have their middle at 0.5, 0.5.
void set_pose(const finder *finder, const apriltag_detection_t *found, struct detect_Tag *tag)
{
	std::array<cv::Point2d, 4> corners;
	const double size = finder->params->size;
	seen_square square;

	tag->ambiguity = -1;
	for (size_t i = 0; i < 4; i++)
		corners[i] = {found->p[i][0] - 0.5, found->p[i][1] - 0.5};
	if (!finder->has_lens || !square_find(finder->scaled, corners, size, size, &square))
		return;
	tag->pose = rigid_pose(square.at[0], finder->params->axes);
	tag->other = rigid_pose(square.at[1], finder->params->axes);
	tag->ambiguity = static_cast<float>(square_ambiguity(square));
}

void fill(const finder *finder, const apriltag_detection_t *found, const struct pkd_image *frame,
          struct detect_Tag *tag)
{
	*tag = {};
	tag->id = static_cast<uint32_t>(found->id);
	tag->family = tag_detector_family(&finder->detector, found);
	tag->hamming = static_cast<uint32_t>(found->hamming);
	tag->margin = found->decision_margin;
	tag->centre = point_of(found->c, frame);
	for (int i = 0; i < 4; i++)
		tag->corners[i] = point_of(found->p[i], frame);
	set_pose(finder, found, tag);
}

int scale(finder *finder, cv::Size size, struct pkd_ctx *ctx)
{
	if (!finder->has_lens || finder->size == size)
		return PKD_OK;
	finder->scaled = finder->given;
	if (!calibration_scale(&finder->scaled, size.width, size.height))
		return pkd_error(
			ctx, EINVAL,
			"the frames are %dx%d, and the camera was calibrated with %.0fx%.0f, which "
			"is of another shape: have image.crop before it make them of one",
			size.width, size.height, finder->given.width, finder->given.height);
	finder->size = size;
	return PKD_OK;
}

int find(finder *finder, const struct pkd_image *frame, struct detect_tags_tags *tags,
         struct pkd_ctx *ctx)
{
	const cv::Size size(static_cast<int>(frame->width), static_cast<int>(frame->height));
	const float least = shortest * decimation(finder->params->decimate);
	const int error = scale(finder, size, ctx);

	tags->len = 0;
	if (error)
		return error;
	if (std::max(frame->width, frame->height) > longest)
		return pkd_error(ctx, EINVAL,
		                 "frames of more than %u pixels across, as of %ux%u, "
		                 "cannot be searched: have image.scale before it",
		                 longest, frame->width, frame->height);
	if (static_cast<float>(std::min(frame->width, frame->height)) < least)
		return PKD_OK;
	set_up(finder);
	const tag_detections all = tag_detector_look(&finder->detector,
	                                             gray_of(frame, finder->gray));

	for (const apriltag_detection_t *found : choose(finder, all.get(), std::size(tags->items)))
		fill(finder, found, frame, &tags->items[tags->len++]);
	return PKD_OK;
}

} // namespace

struct detect_tags {
	finder *with;
};

int detect_tags_init(struct detect_tags *self, const struct detect_tags_params *params,
                     struct pkd_ctx *ctx)
try {
	int error = gray_check(params->FORMAT, ctx);

	if (error)
		return error;
	cv::setNumThreads(1);
	auto made = std::make_unique<finder>();

	made->params = params;
	made->has_lens = params->calibration[0] != '\0';
	if (made->has_lens)
		error = calibration_take(params->calibration, &made->given, ctx);
	if (error)
		return error;
	error = tag_detector_add(&made->detector, params->families, params->max_hamming, ctx);
	if (error)
		return error;
	tag_detector_start(&made->detector, params->threads);
	self->with = made.release();
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "the tags cannot be made ready: %s", error.what());
}

int detect_tags_step(struct detect_tags *self, const struct detect_tags_in *in,
                     struct detect_tags_out *out, struct pkd_ctx *ctx)
try {
	return pkd_wanted(ctx, 0) ? find(self->with, in->frame, out->tags, ctx) : PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot look at the frame: %s", error.what());
}

void detect_tags_finish(struct detect_tags *self)
{
	delete self->with;
}

PKD_NODE(detect_tags);
