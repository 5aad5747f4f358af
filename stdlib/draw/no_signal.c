/* draw.no_signal: the frame, or a card in its place. */
#include "card.h"
#include "link_words.h"
#include "view.h"

#include <draw/no_signal.pkd.h>

struct draw_no_signal {
	const struct draw_no_signal_params *params;
	struct letters *letters; /* NULL without a font */
};

int draw_no_signal_init(struct draw_no_signal *self, const struct draw_no_signal_params *params,
                        struct pkd_ctx *ctx)
{
	self->params = params;
	self->letters = letters_create(ctx, "its card has no words");
	return PKD_OK;
}

int draw_no_signal_step(struct draw_no_signal *self, const struct draw_no_signal_in *in,
                        struct draw_no_signal_out *out, struct pkd_ctx *ctx)
{
	struct draw_no_signal_state *state = draw_no_signal_get_state(ctx);
	const char *words = draw_link_words(in->link);
	struct draw_card card = {self->params->name, *words ? words : "no picture",
	                         pkd_time(ctx) - in->link->since};

	if (in->frame) {
		state->width = in->frame->width;
		state->height = in->frame->height;
	}
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	if (in->frame && in->link->state == video_LinkState_online) {
		draw_view_copy(out->view, in->frame);
		return PKD_OK;
	}
	pkd_image_set(out->view, PKD_BGR24, state->width ? state->width : self->params->W,
	              state->width ? state->height : self->params->H);
	draw_card(out->view, self->letters, &card);
	return PKD_OK;
}

void draw_no_signal_finish(struct draw_no_signal *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_no_signal);
