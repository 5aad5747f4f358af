/* count.fps: intervals by their time, not the mean of their rates, which a short one would rule. */
#include <count/fps.pkd.h>

enum { MAX_TIMES = sizeof(((struct count_fps_state *)0)->times) / sizeof(int64_t) };

struct count_fps {
	const struct count_fps_params *params;
};

int count_fps_init(struct count_fps *self, const struct count_fps_params *params,
                   struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int count_fps_step(struct count_fps *self, const struct count_fps_in *in, struct count_fps_out *out,
                   struct pkd_ctx *ctx)
{
	struct count_fps_state *state = count_fps_get_state(ctx);
	int64_t now = self->params->by == count_Clock_arrival ? pkd_now() : pkd_time(ctx);
	uint64_t n = state->n, n_over = n < self->params->over ? n : self->params->over;
	int64_t over, all;

	(void)in;
	if (n > 0 && now < state->times[(n - 1) % MAX_TIMES])
		n = n_over = 0;
	if (n == 0)
		state->first = now;
	state->times[n % MAX_TIMES] = now;
	over = now - state->times[(n - n_over) % MAX_TIMES];
	all = now - state->first;
	state->n = n + 1;
	if (over > 0)
		*out->fps = (double)n_over / ((double)over / 1e9);
	else
		count_fps_absent_fps(ctx);
	if (all > 0)
		*out->mean = (double)n / ((double)all / 1e9);
	else
		count_fps_absent_mean(ctx);
	return PKD_OK;
}

void count_fps_finish(struct count_fps *self)
{
	(void)self;
}

PKD_NODE(count_fps);
