// image.mask: the frame is copied, and what is hidden filled. What a polygon hides is kept as a
// picture until the text or the size of the frame changes.
#include <image/mask.pkd.h>

#include <new>
#include <opencv2/imgproc.hpp>

#include "filter.hpp"
#include "polygon.h"

namespace
{

struct covering {
	struct image_polygons polygons; // none: all of the frame is shown
	cv::Mat drawn;                  // the polygons in white; empty where it is to be drawn
	cv::Mat hidden;                 // of this frame, in white
};

// OpenCV takes places in 1/16 of a pixel, and its 0 is the middle of the first one.
constexpr int shift = 4;

int place_of(double fraction, int length)
{
	return cvRound((fraction * length - 0.5) * (1 << shift));
}

void draw(covering *cover, cv::Size size)
{
	cover->drawn = cv::Mat::zeros(size, CV_8UC1);
	for (uint32_t i = 0; i < cover->polygons.n; i++) {
		cv::Point points[IMAGE_MAX_CORNERS];
		const cv::Point *outline = points;
		const int n = static_cast<int>(cover->polygons.n_corners[i]);

		for (int k = 0; k < n; k++)
			points[k] = {place_of(cover->polygons.corners[i][k].x, size.width),
			             place_of(cover->polygons.corners[i][k].y, size.height)};
		cv::fillPoly(cover->drawn, &outline, &n, 1, cv::Scalar(255), cv::LINE_8, shift);
	}
}

// False where nothing is hidden.
bool find_hidden(covering *cover, const struct pkd_image *mask, cv::Size size, bool outside)
{
	const int unlike = outside ? cv::CMP_NE : cv::CMP_EQ;

	if (cover->polygons.n > 0 && cover->drawn.size() != size)
		draw(cover, size);
	if (cover->polygons.n > 0 && mask) {
		cv::bitwise_and(mat_of(mask), cover->drawn, cover->hidden);
		cv::compare(cover->hidden, 0, cover->hidden, unlike);
	} else if (cover->polygons.n > 0) {
		cv::compare(cover->drawn, 0, cover->hidden, unlike);
	} else if (mask) {
		cv::compare(mat_of(mask), 0, cover->hidden, unlike);
	} else if (outside) {
		cover->hidden.create(size, CV_8UC1);
		cover->hidden.setTo(255);
	}
	return cover->polygons.n > 0 || mask || outside;
}

} // namespace

struct image_mask {
	const struct image_mask_params *params; // polygon and outside may change between steps
	covering *cover;
	cv::Scalar colour;
};

static bool read(struct covering *cover, const struct image_mask_params *params,
                 char ret_wrong[IMAGE_WRONG_SIZE])
{
	struct image_polygons polygons = {};

	if (params->polygon.len > 0 &&
	    !image_polygons_read(params->polygon.text, params->W, params->H, &polygons, ret_wrong))
		return false;
	cover->polygons = polygons;
	cover->drawn.release();
	return true;
}

int image_mask_init(struct image_mask *self, const struct image_mask_params *params,
                    struct pkd_ctx *ctx)
{
	char wrong[IMAGE_WRONG_SIZE];
	int error = filter_start(params->FORMAT, ctx);

	if (!error)
		error = filter_colour(params->colour, params->FORMAT, &self->colour, ctx);
	if (error)
		return error;
	self->params = params;
	self->cover = new (std::nothrow) covering{};
	if (!self->cover)
		return pkd_error(ctx, ENOMEM, "no memory for a mask");
	if (read(self->cover, params, wrong))
		return PKD_OK;
	delete self->cover;
	return pkd_error(ctx, EINVAL, "`polygon`: %s", wrong);
}

// A text that cannot be read hides what the one before did.
int image_mask_changed(struct image_mask *self, const struct image_mask_params *params,
                       struct pkd_ctx *ctx)
{
	char wrong[IMAGE_WRONG_SIZE];

	if (!read(self->cover, params, wrong))
		pkd_log(ctx, PKD_LOG_WARNING, "`polygon` stays as it was: %s", wrong);
	return PKD_OK;
}

int image_mask_step(struct image_mask *self, const struct image_mask_in *in,
                    struct image_mask_out *out, struct pkd_ctx *ctx)
{
	const int error = in->mask ? filter_same_size(in->frame, in->mask, "mask", ctx) : PKD_OK;

	if (error || !pkd_wanted(ctx, 0))
		return error;
	filter_make_like(out->view, in->frame);
	return filter_fill(out->view, "hide a part of the frame", ctx, [&](cv::Mat &to) {
		mat_of(in->frame).copyTo(to);
		if (find_hidden(self->cover, in->mask, to.size(), self->params->outside))
			to.setTo(self->colour, self->cover->hidden);
	});
}

void image_mask_finish(struct image_mask *self)
{
	delete self->cover;
}

PKD_LIVE_NODE(image_mask);
