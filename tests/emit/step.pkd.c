/* The steps in step.pkd. Written by pkdc: edit that file, not this one. */
#include "step.pkd.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __clang__
#pragma GCC diagnostic error "-Wincompatible-pointer-types-discards-qualifiers"
#else
#pragma GCC diagnostic error "-Wdiscarded-qualifiers"
#endif

/* Nodes that the program leaves out may be the only ones that use some of this. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#line 3 "step.pkd"

#include <sys/socket.h> /* its bind is not that of the program */

/* The smallest of the numbers that count. */
static int32_t at_least(int32_t a, int32_t b)
{
    return a > b ? a : b;
}
#line 30 "step.pkd.c"
#pragma GCC diagnostic pop

/* step.pkd:55: node tick */
struct tick {
	const struct tick_params *params;
	int32_t n;
};

int tick_init(struct tick *self, const struct tick_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

void tick_finish(struct tick *self)
{
	(void)self;
}

int tick_step(struct tick *self, const struct tick_in *in, struct tick_out *out,
              struct pkd_ctx *ctx)
{
	const struct tick_params *params = self->params;

	(void)in, (void)out, (void)ctx, (void)params;
	/* in, out: the values; params; self: what is kept from firing to firing; ctx for
	 * <pkd/node.h>. */
	{
#line 58 "step.pkd"

        if (self->n == 100)
            return PKD_SKIP;
        *out->n = self->n++;
#line 65 "step.pkd.c"
	}
	return PKD_OK;
}

PKD_NODE(tick);

/* step.pkd:14: node tally */
struct tally {
	const struct tally_params *params;
	uint32_t seen; /* so far */
	struct {
		uint32_t len;
		struct {
			uint32_t len;
			char text[8];
		} items[3];
	} words;
#line 18 "step.pkd"
             FILE *log;
#line 85 "step.pkd.c"
};

int tally_init(struct tally *self, const struct tally_params *params, struct pkd_ctx *ctx)
{
	const struct tally_state *state = tally_get_state(ctx);

	(void)ctx, (void)state;
	self->params = params;
	{
#line 21 "step.pkd"

        self->log = tmpfile();
        if (!self->log)
            return pkd_error(ctx, errno, "no file at %lld", (long long)state->total);
#line 100 "step.pkd.c"
	}
	return PKD_OK;
}

void tally_finish(struct tally *self)
{
	const struct tally_params *params = self->params;

	(void)self, (void)params;
	{
#line 47 "step.pkd"
              fclose(self->log);
#line 113 "step.pkd.c"
	}
}

int tally_changed(struct tally *self, const struct tally_params *params, struct pkd_ctx *ctx)
{
	const struct tally_state *state = tally_get_state(ctx);

	(void)self, (void)params, (void)ctx, (void)state;
	{
#line 26 "step.pkd"

        if (params->least > 100 && state->total > 0)
            return pkd_error(ctx, ERANGE, "too late for %d", params->least);
        self->seen = 0;
#line 128 "step.pkd.c"
	}
	return PKD_OK;
}

int tally_step(struct tally *self, const struct tally_in *in, struct tally_out *out,
               struct pkd_ctx *ctx)
{
	struct tally_state *state = tally_get_state(ctx);
	const struct tally_params *params = self->params;

	(void)in, (void)out, (void)ctx, (void)params, (void)state;
	/* in, out: the values; params; self: what is kept from firing to firing; state: what
	 * survives a crash; ctx for <pkd/node.h>. */
	{
#line 31 "step.pkd"

        int32_t most = at_least(INT32_MIN, params->least);
        for (uint32_t i = 0; i < params->K; i++) {
            if (!in->values[i] || *in->values[i] < params->least)
                continue;
            state->total += *in->values[i];
            self->seen++;
            if (*in->values[i] > most)
                most = *in->values[i];
        }
        *out->total = in->last ? *in->last : state->total;
        if (out->most)
            *out->most = most;
        if (!self->seen)
            tally_absent_most(ctx);
#line 159 "step.pkd.c"
	}
	return PKD_OK;
}

PKD_LIVE_NODE(tally);

/* step.pkd:50: node half */
struct half {
	const struct half_params *params;
};

int half_init(struct half *self, const struct half_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

void half_finish(struct half *self)
{
	(void)self;
}

int half_step(struct half *self, const struct half_in *in, struct half_out *out,
              struct pkd_ctx *ctx)
{
	const struct half_params *params = self->params;

	(void)in, (void)out, (void)ctx, (void)params;
	/* in, out: the values; params; self: what is kept from firing to firing; ctx for
	 * <pkd/node.h>. */
	{
#line 52 "step.pkd"
            *out->y = *in->x / 2;
#line 194 "step.pkd.c"
	}
	return PKD_OK;
}

PKD_NODE(half);
