/* The interface of functions.pkd. Written by pkdc: edit that file, not this one. */
#ifndef PKD_FUNCTIONS_PKD_H
#define PKD_FUNCTIONS_PKD_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

enum Mode {
	Mode_low,
	Mode_high,
};

struct Found {
	struct {
		uint32_t len;
		char text[16];
	} label;
	float score;
	int16_t x;
	uint32_t id;
};
PKD_CHECK_LAYOUT(struct Found, 32, id, 28);

struct functions_record_1 {
	struct {
		uint32_t len;
		char text[17];
	} who;
	float half;
};
PKD_CHECK_LAYOUT(struct functions_record_1, 28, half, 24);

struct look_params {
	char none;
};

/* list<Found, 16> */
struct look_found {
	uint32_t len;
	struct Found items[16];
};

/* list<Found, 200> */
struct look_many {
	uint32_t len;
	struct Found items[200];
};

struct look_in {
	char none;
};

struct look_out {
	struct look_found *const found; /* list<Found, 16> */
	struct look_many *const many;   /* list<Found, 200> */
	int32_t *const a;               /* i32 */
	uint32_t *const n;              /* u32 */
	float *const speed;             /* f32 */
	int64_t *const at;              /* time, ns */
	uint32_t *const mode;           /* Mode, enum Mode */
};

struct look; /* defined by the node's author */

int look_init(struct look *self, const struct look_params *params, struct pkd_ctx *ctx);
int look_step(struct look *self, const struct look_in *in, struct look_out *out,
              struct pkd_ctx *ctx);
void look_finish(struct look *self);

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

struct named_params {
	const char *title;
	int32_t least;
};

/* string<12> */
struct named_value {
	uint32_t len;
	char text[13];
};

struct named_in {
	const struct named_value *value; /* string<12> */
};

struct named_out {
	char none;
};

struct named; /* defined by the node's author */

int named_init(struct named *self, const struct named_params *params, struct pkd_ctx *ctx);
int named_step(struct named *self, const struct named_in *in, struct named_out *out,
               struct pkd_ctx *ctx);
void named_finish(struct named *self);

#ifdef __cplusplus
}
#endif

#endif
