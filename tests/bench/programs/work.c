#include <string.h>
#include <time.h>

#include "bench.pkd.h"

struct work {
	struct timespec takes;
};

int work_init(struct work *self, const struct work_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->takes = (struct timespec){params->takes / 1000000000, params->takes % 1000000000};
	return PKD_OK;
}

int work_step(struct work *self, const struct work_in *in, struct work_out *out,
              struct pkd_ctx *ctx)
{
	const struct pkd_image *from = in->frame;
	struct pkd_image *to = out->same;

	(void)ctx;
	pkd_image_set(to, from->format, from->width, from->height);
	memcpy(pkd_pixels(to), pkd_const_pixels(from), (size_t)from->stride * from->height);
	/* It stands for work on another device: the CPUs are the other stages'. */
	if (self->takes.tv_sec || self->takes.tv_nsec)
		nanosleep(&self->takes, NULL);
	return PKD_OK;
}

void work_finish(struct work *self)
{
	(void)self;
}

PKD_NODE(work);
