/* clock.age: from the capture of a value until now. */
#include <clock/age.pkd.h>

struct clock_age {
	char unused;
};

int clock_age_init(struct clock_age *self, const struct clock_age_params *params,
                   struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int clock_age_step(struct clock_age *self, const struct clock_age_in *in, struct clock_age_out *out,
                   struct pkd_ctx *ctx)
{
	(void)self, (void)in;
	*out->age = pkd_now() - pkd_time(ctx);
	return PKD_OK;
}

void clock_age_finish(struct clock_age *self)
{
	(void)self;
}

PKD_NODE(clock_age);
