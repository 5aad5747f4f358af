/* draw.codes: the frame with an outline around each code, and what it says, below its lowest
 * corner. */
#include "quad.h"

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
	bool ok = true;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	if (quad_begin(&way, out->view, in->frame, self->params->thickness, self->params->text_size,
	               ctx) != PKD_OK)
		return -ENOMEM;
	for (uint32_t i = 0; ok && i < n; i++) {
		const struct detect_Code *code = &in->codes->items[i];

		ok = quad_draw(out->view, code->corners, &way, code->text.text,
		               pkd_length(&code->text.len, sizeof(code->text.text) - 1));
	}
	return quad_end(ok, ctx);
}

void draw_codes_finish(struct draw_codes *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_codes);
