// image.scale: cv::resize into the output.
#include <image/scale.pkd.h>

#include <numeric>

#include "filter.hpp"
#include "fit.hpp"

struct image_scale {
	const struct image_scale_params *params; // fit and interpolation may change between steps
	cv::Scalar colour;
};

namespace
{

// The same ratio with smaller numbers, or nearly the same where these would not be of 31 bits.
void reduce(uint64_t *a, uint64_t *b)
{
	const uint64_t common = std::gcd(*a, *b);

	*a /= common;
	*b /= common;
	while ((*a | *b) >> 31) {
		*a = std::max<uint64_t>(*a >> 1, 1);
		*b = std::max<uint64_t>(*b >> 1, 1);
	}
}

// The view is stretched by as much as its pixels are then made narrower or wider.
void set_aspect(struct pkd_image *view, const struct pkd_image *frame)
{
	const bool has = frame->pixel_width > 0 && frame->pixel_height > 0;
	uint64_t across = has ? frame->pixel_width : 1, down = has ? frame->pixel_height : 1;
	uint64_t from = frame->width, to = view->width;

	reduce(&across, &down);
	reduce(&from, &to);
	across *= from;
	down *= to;
	reduce(&across, &down);
	from = view->height;
	to = frame->height;
	reduce(&from, &to);
	across *= from;
	down *= to;
	reduce(&across, &down);
	if (across == down)
		across = down = 0;
	view->pixel_width = static_cast<uint32_t>(across);
	view->pixel_height = static_cast<uint32_t>(down);
}

} // namespace

int image_scale_init(struct image_scale *self, const struct image_scale_params *params,
                     struct pkd_ctx *ctx)
{
	const int error = filter_start(params->FORMAT, ctx);

	self->params = params;
	return error ? error : filter_colour(params->colour, params->FORMAT, &self->colour, ctx);
}

int image_scale_step(struct image_scale *self, const struct image_scale_in *in,
                     struct image_scale_out *out, struct pkd_ctx *ctx)
{
	const struct image_scale_params *params = self->params;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make(out->view, params->FORMAT, params->W, params->H, in->frame);
	if (params->fit == image_Fit_stretch)
		set_aspect(out->view, in->frame);
	else
		out->view->pixel_width = out->view->pixel_height = 0;
	return filter_fill(out->view, "scale the frame", ctx, [&](cv::Mat &to) {
		const struct fit fit = fit_of(in->frame, to.size(), params->fit);

		fit_resize(mat_of(in->frame), to, fit, params->interpolation);
		fit_fill_around(to, {{}, to.size()}, fit.to, self->colour);
	});
}

void image_scale_finish(struct image_scale *self)
{
	(void)self;
}

PKD_NODE(image_scale);
