/* draw.targets: the frame with what is aimed at, and where the camera looks. The first is drawn
 * last, on top. */
#include "stroke.h"
#include "tag.h"
#include "view.h"

#include <draw/targets.pkd.h>
#include <math.h>
#include <stdio.h>

struct draw_targets {
	const struct draw_targets_params *params;
	struct colour colour, others, crosshair;
	bool has_crosshair;
	struct letters *letters; /* NULL without a font */
};

/* A cross of lines that are so long as shares of the frame's height, with a gap in its middle. */
static bool draw_cross(struct pkd_image *view, float x, float y, float size, float gap,
                       int32_t thickness, struct colour colour)
{
	const float squeeze = (float)view->height / (float)view->width;
	static const float ways[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};

	for (int i = 0; i < 4; i++) {
		const float dx = ways[i][0] * squeeze, dy = ways[i][1];
		const struct draw_place line[2] = {{x + dx * gap, y + dy * gap},
		                                   {x + dx * size, y + dy * size}};

		if (!draw_stroke_edged(view, line, 2, false, thickness, colour))
			return false;
	}
	return true;
}

static bool draw_target(struct pkd_image *view, const struct target_Target *target,
                        int32_t thickness, struct colour colour)
{
	struct draw_place corners[4];
	float x = 0, y = 0;

	for (int k = 0; k < 4; k++) {
		corners[k] = (struct draw_place){target->corners[k].x, target->corners[k].y};
		x += corners[k].x / 4;
		y += corners[k].y / 4;
	}
	return draw_stroke_edged(view, corners, 4, true, thickness, colour) &&
	       draw_cross(view, x, y, 0.02F, 0, thickness, colour);
}

/* "-12.3°", or "-12.3°  2.15 m", below the target; not for places that are no numbers. */
static void draw_label(const struct draw_targets *self, struct pkd_image *view,
                       const struct target_Target *target, int32_t thickness)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%.1f\302\260", (double)target->yaw);
	float left = 1, bottom = 0;

	if (target->distance >= 0 && n > 0 && (size_t)n < sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, "  %.2f m", (double)target->distance);
	for (int i = 0; i < 4; i++) {
		left = fminf(left, target->corners[i].x);
		bottom = fmaxf(bottom, target->corners[i].y);
	}
	tag_draw(self->letters, view, (int32_t)(fmaxf(left, 0) * (float)view->width),
	         (int32_t)(fminf(bottom, 1) * (float)view->height) + 2 * thickness, self->colour,
	         text, strlen(text));
}

int draw_targets_init(struct draw_targets *self, const struct draw_targets_params *params,
                      struct pkd_ctx *ctx)
{
	self->params = params;
	if (paint_read_colour(params->colour, ctx, &self->colour, NULL) != PKD_OK)
		return -EINVAL;
	if (!colour_read(params->others, &self->others))
		return pkd_error(ctx, EINVAL, "`others` is '%s': " COLOURS, params->others);
	self->has_crosshair = params->crosshair[0] != '\0';
	if (self->has_crosshair && !colour_read(params->crosshair, &self->crosshair))
		return pkd_error(ctx, EINVAL, "`crosshair` is '%s': " COLOURS, params->crosshair);
	self->letters = letters_create(ctx, "targets are drawn without their angles");
	return PKD_OK;
}

int draw_targets_step(struct draw_targets *self, const struct draw_targets_in *in,
                      struct draw_targets_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = in->targets ? pkd_length(&in->targets->len, self->params->N) : 0;
	int32_t thickness;
	bool ok = true;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	thickness = paint_line_width(out->view, self->params->thickness);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	if (self->has_crosshair)
		ok = draw_cross(out->view, 0.5F, 0.5F, 0.06F, 0.015F, thickness, self->crosshair);
	for (uint32_t i = n; ok && i-- > 0;)
		ok = draw_target(out->view, &in->targets->items[i], thickness,
		                 i == 0 ? self->colour : self->others);
	if (!ok)
		return pkd_error(ctx, ENOMEM, "OpenCV cannot draw a line");
	if (n > 0 && self->letters)
		draw_label(self, out->view, &in->targets->items[0], thickness);
	return PKD_OK;
}

void draw_targets_finish(struct draw_targets *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_targets);
