/* draw.fiducials: the frame with an outline around each AprilTag, and its id. */
#include "quad.h"
#include "stroke.h"

#include <draw/fiducials.pkd.h>
#include <pkd/text.h>

struct draw_fiducials {
	const struct draw_fiducials_params *params;
	struct colour colour;
	bool has_colour;
	struct letters *letters; /* NULL without a font */
};

int draw_fiducials_init(struct draw_fiducials *self, const struct draw_fiducials_params *params,
                        struct pkd_ctx *ctx)
{
	self->params = params;
	if (paint_read_colour(params->colour, ctx, &self->colour, &self->has_colour) != PKD_OK)
		return -EINVAL;
	self->letters = letters_create(ctx, "tags are drawn without their ids");
	return PKD_OK;
}

int draw_fiducials_step(struct draw_fiducials *self, const struct draw_fiducials_in *in,
                        struct draw_fiducials_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = in->tags ? pkd_length(&in->tags->len, self->params->N) : 0;
	struct quad_way way = {self->colour, 0, self->letters};
	bool ok = true;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	if (quad_begin(&way, out->view, in->frame, self->params->thickness, self->params->text_size,
	               ctx) != PKD_OK)
		return -ENOMEM;
	for (uint32_t i = 0; ok && i < n; i++) {
		const struct detect_Tag *tag = &in->tags->items[i];
		const struct draw_place first = {tag->corners[0].x, tag->corners[0].y};
		char id[PKD_NUMBER_SIZE];

		if (!self->has_colour)
			way.colour = paint_colour_of_number(tag->id);
		ok = quad_draw(out->view, tag->corners, &way, id, pkd_text_u64(tag->id, id)) &&
		     draw_dot(out->view, first, 4 * way.thickness, way.colour);
	}
	return quad_end(ok, ctx);
}

void draw_fiducials_finish(struct draw_fiducials *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_fiducials);
