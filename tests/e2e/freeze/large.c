#include "freeze.pkd.h"

struct large {
	const struct large_params *params;
	struct Block *before; /* the last value, which is not the node's any more */
};

int large_init(struct large *self, const struct large_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int large_step(struct large *self, const struct large_in *in, struct large_out *out,
               struct pkd_ctx *ctx)
{
	size_t n = sizeof(out->block->words) / sizeof(out->block->words[0]);
	bool faulty = pkd_number(ctx) == self->params->at;
	volatile uint64_t *word;

	(void)in;
	if (faulty && self->params->fault == Fault_late)
		self->before->words[n - 1] = 0;
	if (faulty && self->params->fault == Fault_beyond) {
		word = out->block->words;
		for (size_t i = 0; i < n + 1024; i++)
			word[i] = 0;
	}
	if (faulty && self->params->fault == Fault_rewrite)
		self->before->words[0] = 0;
	for (size_t i = 0; i < n; i++)
		out->block->words[i] = pkd_number(ctx);
	self->before = out->block;
	return pkd_number(ctx) == 200 ? PKD_END : PKD_OK;
}

void large_finish(struct large *self)
{
	(void)self;
}

PKD_NODE(large);
