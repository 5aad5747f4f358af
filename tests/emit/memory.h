/* The interface of memory.pkd. Written by pkdc: edit that file, not this one. */
#ifndef PKD_MEMORY_PKD_H
#define PKD_MEMORY_PKD_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

struct Point {
	float x;
	float y;
};
PKD_CHECK_LAYOUT(struct Point, 8, y, 4);

struct source_params {
	char none;
};

struct source_in {
	char none;
};

struct source_out {
	struct Point *const p; /* Point */
	uint8_t *const n;      /* u8 */
};

struct source; /* defined by the node's author */

int source_init(struct source *self, const struct source_params *params, struct pkd_ctx *ctx);
int source_step(struct source *self, const struct source_in *in, struct source_out *out,
                struct pkd_ctx *ctx);
void source_finish(struct source *self);

/* Keeps values. */

struct hold_params {
	const struct pkd_type *T; /* inferred at each use */
	uint32_t N;               /* 4 where the use does not say */
};

struct hold_in {
	const void *value; /* T, as params->T describes it */
};

struct hold_out {
	void *const same; /* T, as params->T describes it */
};

/* Survives a crash of the node; all zeroes at first. */
struct hold_state {
	uint32_t n;
};

struct hold; /* defined by the node's author */

int hold_init(struct hold *self, const struct hold_params *params, struct pkd_ctx *ctx);
int hold_step(struct hold *self, const struct hold_in *in, struct hold_out *out,
              struct pkd_ctx *ctx);
void hold_finish(struct hold *self);

/* As the last firing left it. Changes count when the firing does; in init it is for reading. */
static inline struct hold_state *hold_get_state(struct pkd_ctx *ctx)
{
	return (struct hold_state *)pkd_state(ctx);
}

/* [time; N + 1], which survives a crash as it is */
static inline void *hold_get_times(struct pkd_ctx *ctx)
{
	return pkd_memory(ctx, 0);
}

/* [T; N], which survives a crash as it is; the first n count */
static inline void *hold_get_waiting(struct pkd_ctx *ctx)
{
	return pkd_memory(ctx, 1);
}

/* bytes<10>, which survives a crash as it is */
static inline void *hold_get_memory(struct pkd_ctx *ctx)
{
	return pkd_memory(ctx, 2);
}

#ifdef __cplusplus
}
#endif

#endif
