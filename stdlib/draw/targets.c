/* draw.targets: the frame with what is aimed at, and where the camera looks. The first is drawn
 * last, on top. */
#include "quad.h"
#include "stroke.h"

#include <draw/targets.pkd.h>
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

/* "-12.3°", or "-12.3°  2.15 m". */
static uint32_t say(const struct target_Target *target, char text[static 64])
{
	int n = snprintf(text, 64, "%.1f\302\260", (double)target->yaw);

	if (target->distance >= 0 && n > 0 && n < 64)
		n += snprintf(text + n, 64 - (size_t)n, "  %.2f m", (double)target->distance);
	return n < 0 ? 0 : n < 64 ? (uint32_t)n : 63;
}

/* With a text where it has letters. */
static bool draw_target(struct pkd_image *view, const struct target_Target *target,
                        const struct quad_way *way)
{
	float x = 0, y = 0;
	char text[64];

	for (int i = 0; i < 4; i++) {
		x += target->corners[i].x / 4;
		y += target->corners[i].y / 4;
	}
	return draw_cross(view, x, y, 0.02F, 0, way->thickness, way->colour) &&
	       quad_draw(view, target->corners, way, text, say(target, text));
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
	struct quad_way way = {self->colour, 0, self->letters};
	bool ok = true;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	if (quad_begin(&way, out->view, in->frame, self->params->thickness, self->params->text_size,
	               ctx) != PKD_OK)
		return -ENOMEM;
	if (self->has_crosshair)
		ok = draw_cross(out->view, 0.5F, 0.5F, 0.06F, 0.015F, way.thickness,
		                self->crosshair);
	for (uint32_t i = n; ok && i-- > 0;) {
		way.colour = i == 0 ? self->colour : self->others;
		way.letters = i == 0 ? self->letters : NULL;
		ok = draw_target(out->view, &in->targets->items[i], &way);
	}
	return quad_end(ok, ctx);
}

void draw_targets_finish(struct draw_targets *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_targets);
