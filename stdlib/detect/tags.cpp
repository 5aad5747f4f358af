// detect.tags: libapriltag over the snapshot itself where that has its brightness by itself, and
// poses by OpenCV.
#include <detect/tags.pkd.h>

#include <algorithm>
#include <apriltag/apriltag.h>
#include <apriltag/tag16h5.h>
#include <apriltag/tag25h9.h>
#include <apriltag/tag36h10.h>
#include <apriltag/tag36h11.h>
#include <apriltag/tagCircle21h7.h>
#include <apriltag/tagCircle49h12.h>
#include <apriltag/tagCustom48h12.h>
#include <apriltag/tagStandard41h12.h>
#include <apriltag/tagStandard52h13.h>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "../base/cpus.h"
#include "../base/gray.hpp"
#include "../target/square.hpp"

namespace
{

// By the values of enum Family.
const struct {
	const char *name;
	apriltag_family_t *(*create)();
	void (*destroy)(apriltag_family_t *);
} kinds[] = {
	{"tag16h5", tag16h5_create, tag16h5_destroy},
	{"tag25h9", tag25h9_create, tag25h9_destroy},
	{"tag36h10", tag36h10_create, tag36h10_destroy},
	{"tag36h11", tag36h11_create, tag36h11_destroy},
	{"tagCircle21h7", tagCircle21h7_create, tagCircle21h7_destroy},
	{"tagCircle49h12", tagCircle49h12_create, tagCircle49h12_destroy},
	{"tagCustom48h12", tagCustom48h12_create, tagCustom48h12_destroy},
	{"tagStandard41h12", tagStandard41h12_create, tagStandard41h12_destroy},
	{"tagStandard52h13", tagStandard52h13_create, tagStandard52h13_destroy},
};
static_assert(std::size(kinds) == detect_Family_tagStandard52h13 + 1, "a row for each Family");

// The library keeps twice a pixel's place in 16 bits, and looks at tiles of four.
constexpr uint32_t longest = 32767, shortest = 8;
// Of the table of codes with wrong bits.
constexpr double most_bytes = 512 << 20;

struct finder {
	const struct detect_tags_params *params; // some may change between steps
	apriltag_detector_t *detector = nullptr;
	apriltag_family_t *families[std::size(kinds)] = {};
	bool has_lens = false;
	calibration given, scaled; // as the file says, and for frames of the last size
	cv::Size size;
	cv::Mat gray, copy;

	~finder()
	{
		if (detector)
			apriltag_detector_destroy(detector);
		for (size_t i = 0; i < std::size(kinds); i++)
			if (families[i])
				kinds[i].destroy(families[i]);
	}
};

using detections = std::unique_ptr<zarray_t, void (*)(zarray_t *)>;

// ---- What was given ----

// Bytes of the library's table: three times as many places as codes with up to so many wrong bits.
double table_bytes(const apriltag_family_t *family, uint32_t max_hamming)
{
	const double bits = family->nbits;
	double n = 1;

	if (max_hamming >= 1)
		n += bits;
	if (max_hamming >= 2)
		n += bits * (bits - 1) / 2;
	return n * family->ncodes * 3 * 16;
}

int add_family(finder *finder, const std::string &name, struct pkd_ctx *ctx)
{
	for (size_t i = 0; i < std::size(kinds); i++) {
		const uint32_t max_hamming = finder->params->max_hamming;

		if (name != kinds[i].name)
			continue;
		if (finder->families[i])
			return pkd_error(ctx, EINVAL, "`families` has '%s' twice", kinds[i].name);
		finder->families[i] = kinds[i].create();
		const double bytes = table_bytes(finder->families[i], max_hamming);

		if (bytes > most_bytes)
			return pkd_error(ctx, EINVAL,
			                 "%s with `max_hamming: %u` takes %.1f GB of memory: it "
			                 "must be less",
			                 kinds[i].name, max_hamming, bytes / 1e9);
		apriltag_detector_add_family_bits(finder->detector, finder->families[i],
		                                  static_cast<int>(max_hamming));
		return finder->families[i]->impl
		               ? PKD_OK
		               : pkd_error(ctx, ENOMEM, "no memory for the codes of %s",
		                           kinds[i].name);
	}
	return pkd_error(ctx, EINVAL,
	                 "`families` has '%.40s': it must be names of Family with commas, as in "
	                 "\"tag36h11, tag16h5\"",
	                 name.c_str());
}

int add_families(finder *finder, struct pkd_ctx *ctx)
{
	static const char blank[] = " \t";
	const char *text = finder->params->families;

	for (;;) {
		const char *begin = text + std::strspn(text, blank);
		size_t n = std::strcspn(begin, ",");
		const char *end = begin + n;

		while (n && std::strchr(blank, begin[n - 1]))
			n--;
		const int error = add_family(finder, std::string(begin, n), ctx);

		if (error || !*end)
			return error;
		text = end + 1;
	}
}

// ---- A frame ----

// As the library takes it: fractions count only at 1.5, and others would move its corners.
float decimation(float wanted)
{
	return wanted < 1.25f ? 1.f : wanted < 1.75f ? 1.5f : std::max(2.f, std::floor(wanted));
}

void set_up(const finder *finder)
{
	const struct detect_tags_params *params = finder->params;

	finder->detector->quad_decimate = decimation(params->decimate);
	finder->detector->quad_sigma = params->blur;
	finder->detector->refine_edges = params->refine;
	finder->detector->decode_sharpening = static_cast<double>(params->sharpen);
}

detections detect(finder *finder, const cv::Mat &gray)
{
	const uint8_t *pixels = gray.data;
	size_t stride = gray.step;

	// It blurs where it looks for squares, which is the frame itself where that is no smaller.
	if (finder->detector->quad_sigma != 0 && finder->detector->quad_decimate <= 1) {
		gray.copyTo(finder->copy);
		pixels = finder->copy.data;
		stride = finder->copy.step;
	}
	image_u8_t image = {gray.cols, gray.rows, static_cast<int32_t>(stride),
	                    const_cast<uint8_t *>(pixels)};

	return {apriltag_detector_detect(finder->detector, &image), apriltag_detections_destroy};
}

uint32_t family_of(const finder *finder, const apriltag_detection_t *found)
{
	uint32_t i = 0;

	while (i + 1 < std::size(kinds) && finder->families[i] != found->family)
		i++;
	return i;
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
		return std::make_tuple(family_of(finder, a), a->id) <
		       std::make_tuple(family_of(finder, b), b->id);
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
	tag->family = family_of(finder, found);
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
	const detections all = detect(finder, gray_of(frame, finder->gray));

	for (const apriltag_detection_t *found : choose(finder, all.get(), std::size(tags->items)))
		fill(finder, found, frame, &tags->items[tags->len++]);
	return PKD_OK;
}

// The library starts its threads when it first looks at a picture, and a node may start none after
// init.
void start_threads(finder *finder)
{
	constexpr int side = 64;
	const cv::Mat blank(side, side, CV_8UC1, cv::Scalar(255));

	finder->detector->nthreads = static_cast<int>(
		finder->params->threads ? finder->params->threads : std::max(cpus_given(), 1u));
	detect(finder, blank);
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
	made->detector = apriltag_detector_create();
	error = add_families(made.get(), ctx);
	if (error)
		return error;
	start_threads(made.get());
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
