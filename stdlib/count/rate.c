/* count.rate: those kept are at least a part of the window apart, so that there is room for all. */
#include <count/rate.pkd.h>
#include <math.h>
#include <string.h>

enum { MAX_KEPT = sizeof(((struct count_rate_state *)0)->kept.items) / sizeof(struct count_Event) };

struct count_rate {
	const struct count_rate_params *params;
};

int count_rate_init(struct count_rate *self, const struct count_rate_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

static void leave_out(struct count_rate_state *state, uint32_t n)
{
	state->kept.len -= n;
	memmove(state->kept.items, state->kept.items + n,
	        state->kept.len * sizeof(state->kept.items[0]));
}

static void add(struct count_rate_state *state, int64_t now, double n)
{
	struct count_Event *newest = state->kept.len > 0 ? &state->kept.items[state->kept.len - 1]
	                                                 : NULL;

	if (newest && now - newest->at < state->window / MAX_KEPT) {
		newest->n += n;
		return;
	}
	if (state->kept.len == MAX_KEPT)
		leave_out(state, 1);
	state->kept.items[state->kept.len++] = (struct count_Event){now, n};
}

int count_rate_step(struct count_rate *self, const struct count_rate_in *in,
                    struct count_rate_out *out, struct pkd_ctx *ctx)
{
	struct count_rate_state *state = count_rate_get_state(ctx);
	int64_t now = pkd_time(ctx), window = self->params->window, passed;
	uint32_t n_old = 0;
	double sum = 0;

	if (state->begun && (now < state->last || window > state->window ||
	                     __builtin_sub_overflow(now, state->first, &passed)))
		*state = (struct count_rate_state){0};
	if (!state->begun)
		state->first = now;
	else if (in->events && isfinite(*in->events) && *in->events != 0)
		add(state, now, *in->events);
	state->begun = true;
	state->last = now;
	state->window = window;
	while (n_old < state->kept.len && now - state->kept.items[n_old].at >= window)
		n_old++;
	leave_out(state, n_old);
	passed = now - state->first < window ? now - state->first : window;
	if (passed == 0) {
		count_rate_absent_rate(ctx);
		return PKD_OK;
	}
	for (uint32_t i = 0; i < state->kept.len; i++)
		sum += state->kept.items[i].n;
	*out->rate = sum / ((double)passed / 1e9);
	return PKD_OK;
}

void count_rate_finish(struct count_rate *self)
{
	(void)self;
}

PKD_NODE(count_rate);
