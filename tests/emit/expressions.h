/* The interface of expressions.pkd. Written by pkdc: edit that file, not this one. */
#ifndef PKD_EXPRESSIONS_PKD_H
#define PKD_EXPRESSIONS_PKD_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

struct Box {
	float x;
	float y;
	float w;
	float h;
};
PKD_CHECK_LAYOUT(struct Box, 16, h, 12);

struct Found {
	struct {
		uint32_t len;
		char text[16];
	} label;
	float score;
	struct Box box;
	struct {
		uint32_t len;
		struct {
			uint32_t len;
			char text[8];
		} items[4];
	} tags;
};
PKD_CHECK_LAYOUT(struct Found, 92, tags, 40);

struct Row {
	uint32_t n;
	int64_t at; /* ns */
	float best;
	struct {
		uint32_t len;
		char text[16];
	} word;
};
PKD_CHECK_LAYOUT(struct Row, 40, word, 20);

struct expressions_record_1 {
	int32_t right;
	struct {
		uint32_t len;
		struct {
			uint32_t len;
			char text[8];
		} items[4];
	} words;
};
PKD_CHECK_LAYOUT(struct expressions_record_1, 56, words, 4);

struct expressions_record_2 {
	int32_t left;
	struct expressions_record_1 more;
};
PKD_CHECK_LAYOUT(struct expressions_record_2, 60, more, 4);

struct look_params {
	char none;
};

/* list<Found, 16> */
struct look_found {
	uint32_t len;
	struct Found items[16];
};

struct look_in {
	char none;
};

struct look_out {
	struct look_found *const found;  /* list<Found, 16> */
	struct Found *const best;        /* Found? */
	struct pkd_image *const picture; /* image<gray8, 8, 8> */
	int32_t *const a;                /* i32 */
	int32_t *const b;                /* i32 */
	float *const speed;              /* f32? */
};

struct look; /* defined by the node's author */

int look_init(struct look *self, const struct look_params *params, struct pkd_ctx *ctx);
int look_step(struct look *self, const struct look_in *in, struct look_out *out,
              struct pkd_ctx *ctx);
void look_finish(struct look *self);

/* In step: there is no `best` for this firing. */
static inline void look_absent_best(struct pkd_ctx *ctx)
{
	pkd_absent(ctx, 1);
}

/* In step: there is no `speed` for this firing. */
static inline void look_absent_speed(struct pkd_ctx *ctx)
{
	pkd_absent(ctx, 5);
}

struct keep_params {
	const struct pkd_type *T; /* inferred at each use */
};

struct keep_in {
	const void *value; /* T?, as params->T describes it: NULL when absent */
};

struct keep_out {
	char none;
};

struct keep; /* defined by the node's author */

int keep_init(struct keep *self, const struct keep_params *params, struct pkd_ctx *ctx);
int keep_step(struct keep *self, const struct keep_in *in, struct keep_out *out,
              struct pkd_ctx *ctx);
void keep_finish(struct keep *self);

struct rows_params {
	char none;
};

struct rows_in {
	const struct Row *row; /* Row?: NULL when absent */
};

struct rows_out {
	char none;
};

struct rows; /* defined by the node's author */

int rows_init(struct rows *self, const struct rows_params *params, struct pkd_ctx *ctx);
int rows_step(struct rows *self, const struct rows_in *in, struct rows_out *out,
              struct pkd_ctx *ctx);
void rows_finish(struct rows *self);

#ifdef __cplusplus
}
#endif

#endif
