#include <string.h>

#include "hammer.pkd.h"
#include "pattern.h"

struct shot {
	uint64_t frames;
};

int shot_init(struct shot *self, const struct shot_params *params, struct pkd_ctx *ctx)
{
	self->frames = params->frames;
	pkd_expect_frames(ctx, params->frames);
	return PKD_OK;
}

int shot_step(struct shot *self, const struct shot_in *in, struct shot_out *out,
              struct pkd_ctx *ctx)
{
	uint64_t id = pkd_number(ctx);
	struct Shot *shot = out->shot;
	uint8_t *pixels;

	(void)in;
	if (id > self->frames)
		return PKD_SKIP;
	if (!shot)
		return PKD_OK;
	shot->id = id;
	shot->n = boxes_of(id);
	pkd_image_set(&shot->picture.head, PKD_GRAY8, WIDTH, HEIGHT);
	pixels = shot->picture.pixels;
	for (uint32_t i = 0; i < WIDTH * HEIGHT / sizeof(id); i++)
		memcpy(pixels + i * sizeof(id), &id, sizeof(id));
	shot->boxes.len = shot->n;
	for (uint32_t i = 0; i < shot->n; i++)
		shot->boxes.items[i] = (struct Box){(float)id, (float)i, 1, 1};
	shot->checksum = checksum_of(shot);
	return PKD_OK;
}

void shot_finish(struct shot *self)
{
	(void)self;
}

PKD_NODE(shot);
