/* The interface of kinds.pkd. Written by pkdc: edit that file, not this one. */
#ifndef PKD_KINDS_PKD_H
#define PKD_KINDS_PKD_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How sure. */
enum Level {
	Level_low,
	Level_mid,
	Level_high,
};

/* A corner. */
struct Corner {
	float x;
	float y;
};
PKD_CHECK_LAYOUT(struct Corner, 8, y, 4);

struct Mark {
	struct Corner corners[4];
	struct {
		uint32_t len;
		char text[16];
	} name; /* shown beside it */
	struct {
		uint32_t len;
		uint8_t data[8];
	} code;
	uint32_t level; /* enum Level */
	int64_t seen;   /* ns */
	uint8_t ok;
	struct {
		uint32_t len;
		int16_t items[4];
	} history;
};
PKD_CHECK_LAYOUT(struct Mark, 96, history, 84);

/* Makes marks. */

struct maker_params {
	uint32_t how; /* how sure to be; enum Level */
	float share;  /* of the whole */
	int64_t wait; /* ns */
	int64_t big;
	const char *name;
	bool on;
	uint32_t W; /* 32 where the use does not say */
	uint32_t H; /* 16 where the use does not say */
};

/* list<Mark, 4> */
struct maker_marks {
	uint32_t len;
	struct Mark items[4];
};

/* string<31> */
struct maker_title {
	uint32_t len;
	char text[32];
};

/* bytes<100> */
struct maker_raw {
	uint32_t len;
	uint8_t data[100];
};

struct maker_in {
	char none;
};

struct maker_out {
	struct pkd_image *const picture; /* image<gray8, W, H> */
	struct maker_marks *const marks; /* list<Mark, 4> */
	struct Mark *const best;         /* Mark? */
	uint64_t *const count;           /* u64 */
	struct maker_title *const title; /* string<31> */
	struct maker_raw *const raw;     /* bytes<100> */
	double *const weights;           /* [f64; 3], its first item */
};

struct maker; /* defined by the node's author */

int maker_init(struct maker *self, const struct maker_params *params, struct pkd_ctx *ctx);
int maker_step(struct maker *self, const struct maker_in *in, struct maker_out *out,
               struct pkd_ctx *ctx);
void maker_finish(struct maker *self);

/* In step: there is no `best` for this firing. */
static inline void maker_absent_best(struct pkd_ctx *ctx)
{
	pkd_absent(ctx, 2);
}

struct taker_params {
	const struct pkd_type *T; /* inferred at each use */
	uint32_t W;               /* inferred at each use */
	uint32_t H;               /* inferred at each use */
	uint32_t F;               /* enum pkd_format; inferred at each use */
};

struct taker_in {
	const void *row;                 /* T?, as params->T describes it: NULL when absent */
	const struct pkd_image *picture; /* image<F, W, H>?: NULL when absent */
	const void *at;                  /* any */
	const struct Mark *best;         /* Mark?: NULL when absent */
};

struct taker_out {
	char none;
};

struct taker; /* defined by the node's author */

int taker_init(struct taker *self, const struct taker_params *params, struct pkd_ctx *ctx);
int taker_step(struct taker *self, const struct taker_in *in, struct taker_out *out,
               struct pkd_ctx *ctx);
void taker_finish(struct taker *self);

#ifdef __cplusplus
}
#endif

#endif
