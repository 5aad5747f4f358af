/* The interface of generic_items.pkd. Written by pkdc: edit that file, not this one. */
#ifndef PKD_GENERIC_ITEMS_PKD_H
#define PKD_GENERIC_ITEMS_PKD_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Banks and lists of a type that only a use tells. */
struct Spot {
	float x;
	uint8_t n;
};
PKD_CHECK_LAYOUT(struct Spot, 8, n, 4);

struct origin_spot_params {
	char none;
};

struct origin_spot_in {
	char none;
};

struct origin_spot_out {
	struct Spot *const spot; /* Spot */
};

struct origin_spot; /* defined by the node's author */

int origin_spot_init(struct origin_spot *self, const struct origin_spot_params *params,
                     struct pkd_ctx *ctx);
int origin_spot_step(struct origin_spot *self, const struct origin_spot_in *in,
                     struct origin_spot_out *out, struct pkd_ctx *ctx);
void origin_spot_finish(struct origin_spot *self);

struct origin_name_params {
	char none;
};

/* string<5> */
struct origin_name_name {
	uint32_t len;
	char text[6];
};

struct origin_name_in {
	char none;
};

struct origin_name_out {
	struct origin_name_name *const name; /* string<5> */
};

struct origin_name; /* defined by the node's author */

int origin_name_init(struct origin_name *self, const struct origin_name_params *params,
                     struct pkd_ctx *ctx);
int origin_name_step(struct origin_name *self, const struct origin_name_in *in,
                     struct origin_name_out *out, struct pkd_ctx *ctx);
void origin_name_finish(struct origin_name *self);

struct gather_params {
	const struct pkd_type *T; /* inferred at each use */
	uint32_t N;               /* inferred at each use */
};

struct gather_in {
	const void *const *values; /* [T; N]: one for each stream, or each value of a window,
	                              oldest first, as params->T describes it; NULL where absent */
};

struct gather_out {
	void *const all; /* list<T, N>, an item as params->T describes it */
};

struct gather; /* defined by the node's author */

int gather_init(struct gather *self, const struct gather_params *params, struct pkd_ctx *ctx);
int gather_step(struct gather *self, const struct gather_in *in, struct gather_out *out,
                struct pkd_ctx *ctx);
void gather_finish(struct gather *self);

struct first_params {
	const struct pkd_type *T; /* inferred at each use */
	uint32_t N;               /* inferred at each use */
};

struct first_in {
	const void *all; /* list<T, N>, an item as params->T describes it */
};

struct first_out {
	void *const value; /* T?, as params->T describes it */
};

struct first; /* defined by the node's author */

int first_init(struct first *self, const struct first_params *params, struct pkd_ctx *ctx);
int first_step(struct first *self, const struct first_in *in, struct first_out *out,
               struct pkd_ctx *ctx);
void first_finish(struct first *self);

/* In step: there is no `value` for this firing. */
static inline void first_absent_value(struct pkd_ctx *ctx)
{
	pkd_absent(ctx, 0);
}

struct end_params {
	const struct pkd_type *T; /* inferred at each use */
};

struct end_in {
	const void *value; /* T, as params->T describes it */
};

struct end_out {
	char none;
};

struct end; /* defined by the node's author */

int end_init(struct end *self, const struct end_params *params, struct pkd_ctx *ctx);
int end_step(struct end *self, const struct end_in *in, struct end_out *out, struct pkd_ctx *ctx);
void end_finish(struct end *self);

#ifdef __cplusplus
}
#endif

#endif
