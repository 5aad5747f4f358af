/* draw.text: the frame with a text on it. */
#include "panel.h"
#include "view.h"

#include <draw/text.pkd.h>

struct draw_text {
	const struct draw_text_params *params;
	struct letters *letters; /* NULL without a font */
	struct panel panel;
};

int draw_text_init(struct draw_text *self, const struct draw_text_params *params,
                   struct pkd_ctx *ctx)
{
	self->params = params;
	if (paint_read_colour(params->colour, ctx, &self->panel.colour, NULL) != PKD_OK)
		return -EINVAL;
	self->letters = letters_create(ctx, "the text is not drawn");
	return PKD_OK;
}

static void split(struct panel *panel, const char *text, uint32_t n)
{
	panel->n_lines = 0;
	for (uint32_t i = 0, end; i < n; i = end + 1) {
		const char *feed = memchr(text + i, '\n', n - i);

		end = feed ? (uint32_t)(feed - text) : n;
		if (!panel_add(panel, (struct panel_line){.name = text + i, .n_name = end - i}))
			return;
	}
}

int draw_text_step(struct draw_text *self, const struct draw_text_in *in, struct draw_text_out *out,
                   struct pkd_ctx *ctx)
{
	uint32_t n = in->text ? pkd_length(&in->text->len, self->params->N) : 0;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	if (!self->letters || n == 0)
		return PKD_OK;
	self->panel.ground = self->params->ground;
	split(&self->panel, in->text->text, n);
	panel_draw_at(&self->panel, self->letters, out->view, self->params->x, self->params->y);
	return PKD_OK;
}

void draw_text_finish(struct draw_text *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_text);
