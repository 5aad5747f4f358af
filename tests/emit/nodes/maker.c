/* Fills one output of each kind; ends after three firings. */
#include "kinds.pkd.h"
#include <string.h>

struct maker {
	const struct maker_params *params;
	uint64_t n;
};

int maker_init(struct maker *self, const struct maker_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

static void fill_mark(struct Mark *mark, uint64_t n)
{
	memset(mark, 0, sizeof *mark);
	mark->corners[3].x = 0.5f;
	mark->level = Level_high;
	mark->history.len = 2;
	mark->history.items[1] = (int16_t)n;
	pkd_string_set(&mark->name, "a mark");
}

int maker_step(struct maker *self, const struct maker_in *in, struct maker_out *out,
               struct pkd_ctx *ctx)
{
	(void)in;
	self->n++;
	if (out->picture) {
		pkd_image_set(out->picture, PKD_GRAY8, self->params->W, self->params->H);
		memset(pkd_pixels(out->picture), 7, (size_t)self->params->W * self->params->H);
	}
	if (out->marks) {
		out->marks->len = 1;
		fill_mark(&out->marks->items[0], self->n);
	}
	if (out->best && self->n % 2)
		fill_mark(out->best, self->n);
	else
		maker_absent_best(ctx);
	if (out->count)
		*out->count = self->n;
	if (out->title)
		pkd_string_set(out->title, self->params->name);
	if (out->raw)
		out->raw->len = 0;
	if (out->weights)
		out->weights[2] = 1.0;
	return self->n < 3 ? PKD_OK : PKD_END;
}

void maker_finish(struct maker *self)
{
	(void)self;
}

PKD_NODE(maker);
