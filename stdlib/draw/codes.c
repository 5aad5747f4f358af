/* draw.codes: the frame with an outline around each code, and what it says, below its lowest
 * corner. */
#include "quad.h"
#include "view.h"

#include <draw/codes.pkd.h>

struct draw_codes {
	const struct draw_codes_params *params;
	struct colour colour;
	struct letters *letters; /* NULL without a font */
};

int draw_codes_init(struct draw_codes *self, const struct draw_codes_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	if (paint_read_colour(params->colour, ctx, &self->colour, NULL) != PKD_OK)
		return -EINVAL;
	self->letters = letters_create(ctx, "codes are drawn without their texts");
	return PKD_OK;
}

int draw_codes_step(struct draw_codes *self, const struct draw_codes_in *in,
                    struct draw_codes_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = in->codes ? pkd_length(&in->codes->len, self->params->N) : 0;
	struct quad_way way = {self->colour, 0, self->letters};

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	way.thickness = paint_line_width(out->view, self->params->thickness);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		const struct detect_Code *code = &in->codes->items[i];

		if (!quad_draw(out->view, code->corners, &way, code->text.text,
		               pkd_length(&code->text.len, sizeof(code->text.text) - 1)))
			return pkd_error(ctx, ENOMEM, "OpenCV cannot draw a line");
	}
	return PKD_OK;
}

void draw_codes_finish(struct draw_codes *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_codes);
