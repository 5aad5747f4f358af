/* draw.codes: the frame with an outline around each code, and what it says, below its lowest
 * corner. */
#include "stroke.h"
#include "tag.h"
#include "view.h"

#include <draw/codes.pkd.h>
#include <math.h>

struct draw_codes {
	const struct draw_codes_params *params;
	struct colour colour;
	struct letters *letters; /* NULL without a font */
};

/* Below the code where there is room, else at the frame's lower edge; not for places that are no
 * numbers. */
static void draw_label(const struct draw_codes *self, struct pkd_image *view, int32_t thickness,
                       const struct detect_Code *code)
{
	float left = 1, bottom = 0;

	for (int i = 0; i < 4; i++) {
		left = fminf(left, code->corners[i].x);
		bottom = fmaxf(bottom, code->corners[i].y);
	}
	tag_draw(self->letters, view, (int32_t)(fmaxf(left, 0) * (float)view->width),
	         (int32_t)(fminf(bottom, 1) * (float)view->height) + thickness, self->colour,
	         code->text.text, pkd_length(&code->text.len, sizeof(code->text.text) - 1));
}

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
	int32_t thickness;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	thickness = paint_line_width(out->view, self->params->thickness);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		const struct detect_Code *code = &in->codes->items[i];
		struct draw_place corners[4];

		for (int k = 0; k < 4; k++)
			corners[k] = (struct draw_place){code->corners[k].x, code->corners[k].y};
		if (!draw_stroke_edged(out->view, corners, 4, true, thickness, self->colour))
			return pkd_error(ctx, ENOMEM, "OpenCV cannot draw a line");
		if (self->letters)
			draw_label(self, out->view, thickness, code);
	}
	return PKD_OK;
}

void draw_codes_finish(struct draw_codes *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_codes);
