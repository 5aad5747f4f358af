/* The interface of step.pkd. Written by pkdc: edit that file, not this one. */
#ifndef PKD_STEP_PKD_H
#define PKD_STEP_PKD_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Counts what is large enough. */

struct tally_params {
	int32_t least; /* what counts; may change as it runs */
	uint32_t K;    /* inferred at each use */
};

struct tally_in {
	const int32_t *const *values; /* [i32; K]: one for each stream, or each value of a
	                                 window, oldest first; NULL where absent */
	const int64_t *last;          /* i64?: NULL when absent */
};

struct tally_out {
	int64_t *const total; /* i64 */
	int32_t *const most;  /* i32? */
};

/* Survives a crash of the node; all zeroes at first. */
struct tally_state {
	int64_t total; /* of all that counted */
	int64_t since; /* ns */
};

struct tally; /* defined where its step is: in the program */

int tally_init(struct tally *self, const struct tally_params *params, struct pkd_ctx *ctx);
int tally_step(struct tally *self, const struct tally_in *in, struct tally_out *out,
               struct pkd_ctx *ctx);
void tally_finish(struct tally *self);
int tally_changed(struct tally *self, const struct tally_params *params, struct pkd_ctx *ctx);

/* As the last firing left it. Changes count when the firing does; in init it is for reading. */
static inline struct tally_state *tally_get_state(struct pkd_ctx *ctx)
{
	return (struct tally_state *)pkd_state(ctx);
}

/* In step: there is no `most` for this firing. */
static inline void tally_absent_most(struct pkd_ctx *ctx)
{
	pkd_absent(ctx, 1);
}

struct half_params {
	char none;
};

struct half_in {
	const int64_t *x; /* i64 */
};

struct half_out {
	int64_t *const y; /* i64 */
};

struct half; /* defined where its step is: in the program */

int half_init(struct half *self, const struct half_params *params, struct pkd_ctx *ctx);
int half_step(struct half *self, const struct half_in *in, struct half_out *out,
              struct pkd_ctx *ctx);
void half_finish(struct half *self);

struct tick_params {
	char none;
};

struct tick_in {
	char none;
};

struct tick_out {
	int32_t *const n; /* i32 */
};

struct tick; /* defined where its step is: in the program */

int tick_init(struct tick *self, const struct tick_params *params, struct pkd_ctx *ctx);
int tick_step(struct tick *self, const struct tick_in *in, struct tick_out *out,
              struct pkd_ctx *ctx);
void tick_finish(struct tick *self);

struct keep_params {
	char none;
};

struct keep_in {
	const void *value; /* any */
};

struct keep_out {
	char none;
};

struct keep; /* defined by the node's author */

int keep_init(struct keep *self, const struct keep_params *params, struct pkd_ctx *ctx);
int keep_step(struct keep *self, const struct keep_in *in, struct keep_out *out,
              struct pkd_ctx *ctx);
void keep_finish(struct keep *self);

#ifdef __cplusplus
}
#endif

#endif
