/* The interface of live_text.pkd. Written by pkdc: edit that file, not this one. */
#ifndef PKD_LIVE_TEXT_PKD_H
#define PKD_LIVE_TEXT_PKD_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

struct Both {
	int64_t n;
	struct {
		uint32_t len;
		char text[33];
	} text;
};
PKD_CHECK_LAYOUT(struct Both, 48, text, 8);

struct live_text_record_1 {
	int64_t n;
	struct {
		uint32_t len;
		char text[13];
	} name;
	uint8_t same;
	uint32_t length;
	struct {
		uint32_t len;
		char text[14];
	} both;
};
PKD_CHECK_LAYOUT(struct live_text_record_1, 56, both, 36);

struct lamp_params {
	struct {
		uint32_t len;
		char text[13];
	} name; /* on the door; may change as it runs */
	const char *plain;
};

struct lamp_in {
	char none;
};

struct lamp_out {
	int64_t *const n; /* i64 */
};

struct lamp; /* defined by the node's author */

int lamp_init(struct lamp *self, const struct lamp_params *params, struct pkd_ctx *ctx);
int lamp_step(struct lamp *self, const struct lamp_in *in, struct lamp_out *out,
              struct pkd_ctx *ctx);
void lamp_finish(struct lamp *self);
int lamp_changed(struct lamp *self, const struct lamp_params *params, struct pkd_ctx *ctx);

struct show_params {
	const struct pkd_type *T; /* inferred at each use */
};

struct show_in {
	const void *x; /* T, as params->T describes it */
};

struct show_out {
	char none;
};

struct show; /* defined by the node's author */

int show_init(struct show *self, const struct show_params *params, struct pkd_ctx *ctx);
int show_step(struct show *self, const struct show_in *in, struct show_out *out,
              struct pkd_ctx *ctx);
void show_finish(struct show *self);

#ifdef __cplusplus
}
#endif

#endif
