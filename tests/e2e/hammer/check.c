#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#include "hammer.pkd.h"
#include "pattern.h"

struct check {
	uint32_t patience;
	uint64_t last;
	uint64_t random;
};

int check_init(struct check *self, const struct check_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->patience = params->patience;
	self->random = 88172645463325252;
	return PKD_OK;
}

/* Waits for a random while, so that a writer that may overtake gets every chance to. */
static void dawdle(struct check *self)
{
	uint64_t n;

	self->random ^= self->random << 13;
	self->random ^= self->random >> 7;
	self->random ^= self->random << 17;
	if (!self->patience)
		return;
	n = self->random % self->patience;
	for (volatile uint64_t i = 0; i < n * 16; i++)
		;
}

/* Names the first part of the shot that does not belong to `id`; NULL when it is whole. */
static const char *fault_of(const struct Shot *shot, uint64_t id)
{
	if (shot->id != id)
		return "the id";
	if (shot->n != boxes_of(id) || shot->boxes.len != shot->n)
		return "the number of boxes";
	if (shot->picture.head.width != WIDTH || shot->picture.head.height != HEIGHT)
		return "the picture's size";
	for (uint32_t i = 0; i < WIDTH * HEIGHT / sizeof(id); i++)
		if (painted(shot->picture.pixels, i) != id)
			return "the picture";
	if (shot->checksum != checksum_of(shot))
		return "the checksum";
	return NULL;
}

int check_step(struct check *self, const struct check_in *in, struct check_out *out,
               struct pkd_ctx *ctx)
{
	const struct Shot *shot = in->shot;
	const char *fault;
	uint64_t id;

	(void)out;
	if (!shot)
		return PKD_OK;
	id = pkd_frame_of(shot)->number;
	if (id < self->last)
		return pkd_error(ctx, EILSEQ, "shot %" PRIu64 " came after shot %" PRIu64, id,
		                 self->last);
	self->last = id;
	fault = fault_of(shot, id);
	dawdle(self);
	if (!fault)
		fault = fault_of(shot, id);
	if (fault)
		return pkd_error(ctx, EBADMSG, "%s of shot %" PRIu64 " is of another shot", fault,
		                 id);
	return PKD_OK;
}

void check_finish(struct check *self)
{
	(void)self;
}

PKD_NODE(check);
