// image.equalize: histogram equalization by OpenCV, of the brightness (Y of YCrCb) where frames
// have colours.
#include <image/equalize.pkd.h>

#include <opencv2/imgproc.hpp>

#include "filter.hpp"

namespace
{

struct room {
	cv::Ptr<cv::CLAHE> clahe;
	cv::Mat ycrcb, dull, bright;
};

void adopt(room *room, const struct image_equalize_params *params)
{
	const int tiles = static_cast<int>(params->tiles);

	room->clahe->setClipLimit(static_cast<double>(params->clip));
	room->clahe->setTilesGridSize(cv::Size(tiles, tiles));
}

void spread(room *room, const cv::Mat &from, cv::Mat &to, uint32_t method)
{
	if (method == image_Equalization_clahe)
		room->clahe->apply(from, to);
	else
		cv::equalizeHist(from, to);
}

void spread_colours(room *room, const cv::Mat &from, cv::Mat &to, uint32_t method, bool is_rgb)
{
	cv::cvtColor(from, room->ycrcb, is_rgb ? cv::COLOR_RGB2YCrCb : cv::COLOR_BGR2YCrCb);
	cv::extractChannel(room->ycrcb, room->dull, 0);
	spread(room, room->dull, room->bright, method);
	cv::insertChannel(room->bright, room->ycrcb, 0);
	cv::cvtColor(room->ycrcb, to, is_rgb ? cv::COLOR_YCrCb2RGB : cv::COLOR_YCrCb2BGR,
	             to.channels());
	if (to.channels() == 4) {
		const int alpha[] = {3, 3};

		cv::mixChannels(&from, 1, &to, 1, alpha, 1);
	}
}

} // namespace

struct image_equalize {
	const struct image_equalize_params *params; // all but FORMAT may change between steps
	room *with;
};

int image_equalize_init(struct image_equalize *self, const struct image_equalize_params *params,
                        struct pkd_ctx *ctx)
try {
	const int error = filter_start(params->FORMAT, ctx);

	if (error)
		return error;
	self->params = params;
	self->with = new room{cv::createCLAHE(), {}, {}, {}};
	adopt(self->with, params);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "OpenCV cannot begin: %s", error.what());
}

int image_equalize_changed(struct image_equalize *self, const struct image_equalize_params *params,
                           struct pkd_ctx *ctx)
try {
	adopt(self->with, params);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EINVAL, "OpenCV cannot take these values: %s", error.what());
}

int image_equalize_step(struct image_equalize *self, const struct image_equalize_in *in,
                        struct image_equalize_out *out, struct pkd_ctx *ctx)
{
	const uint32_t format = in->frame->format, method = self->params->method;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make_like(out->view, in->frame);
	return filter_fill(out->view, "spread the brightness", ctx, [&](cv::Mat &to) {
		if (format == PKD_GRAY8)
			spread(self->with, mat_of(in->frame), to, method);
		else
			spread_colours(self->with, mat_of(in->frame), to, method,
			               format == PKD_RGB24 || format == PKD_RGBA32);
	});
}

void image_equalize_finish(struct image_equalize *self)
{
	delete self->with;
}

PKD_LIVE_NODE(image_equalize);
