/* Looks at what it was given, and at the description of a type that it does not know. */
#include "kinds.pkd.h"
#include <errno.h>
#include <string.h>

struct taker {
	const struct taker_params *params;
};

int taker_init(struct taker *self, const struct taker_params *params, struct pkd_ctx *ctx)
{
	self->params = params;
	if (params->T && params->T->kind == PKD_LIST && strcmp(params->T->name, "list<Mark, 4>") != 0)
		return pkd_error(ctx, EINVAL, "the type is called '%s'", params->T->name);
	return PKD_OK;
}

int taker_step(struct taker *self, const struct taker_in *in, struct taker_out *out,
               struct pkd_ctx *ctx)
{
	(void)out;
	if (in->picture && pkd_const_pixels(in->picture)[5] != 7)
		return pkd_error(ctx, EINVAL, "the picture is damaged");
	if (in->best && in->best->level != Level_high)
		return pkd_error(ctx, EINVAL, "the best mark is damaged");
	if (in->row && self->params->T->kind == PKD_LIST && *(const uint32_t *)in->row != 1)
		return pkd_error(ctx, EINVAL, "the list is damaged");
	return PKD_OK;
}

void taker_finish(struct taker *self)
{
	(void)self;
}

PKD_NODE(taker);
