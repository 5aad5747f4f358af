/* The program `expressions`. Written by pkdc 0.1.0 from expressions.pkd: to change it, edit that
 * file and run pkdc build again. */
#include "expressions.pkd.h"
#include <pkd/arith.h>
#include <pkd/program.h>
#include <string.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods look_methods;
extern const struct pkd_methods rows_methods;
extern const struct pkd_methods keep_methods;

enum {
	NODE_s,
	NODE_rows,
	NODE_keep,
	NODE_keep_2,
	NODE_keep_3,
	NODE_keep_4,
	NODE_keep_5,
	NODE_keep_6,
	NODE_keep_7,
	NODE_keep_8,
	NODE_keep_9,
	NODE_keep_10,
	NODE_keep_11,
	NODE_keep_12,
	NODE_keep_13,
	NODE_keep_14,
	NODE_shared,
	NODE_expression_2,
	NODE_large,
	NODE_smaller,
	NODE_tag,
	NODE_safe,
	NODE_either,
	NODE_change,
	NODE_fast,
	NODE_expression_15,
};

enum {
	STREAM_s_found,
	STREAM_s_best,
	STREAM_s_picture,
	STREAM_s_a,
	STREAM_s_b,
	STREAM_s_speed,
	STREAM_shared_value,
	STREAM_expression_2_value,
	STREAM_large_large,
	STREAM_large_tagged,
	STREAM_large_width,
	STREAM_smaller_smaller,
	STREAM_smaller_mean,
	STREAM_smaller_few,
	STREAM_tag_value,
	STREAM_safe_value,
	STREAM_either_value,
	STREAM_change_change,
	STREAM_change_late,
	STREAM_fast_value,
	STREAM_expression_15_value,
};

/* Types as they are known at run time: to nodes, and to what checks their values. */
static const struct pkd_type type_string_15 = {
	.kind = PKD_STRING,
	.name = "string<15>",
	.size = 20,
	.align = 4,
	.n = 15,
};
static const struct pkd_type type_f32 = {
	.kind = PKD_F32,
	.name = "f32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};
static const struct pkd_field type_Box_fields[] = {
	{"x", &type_f32, offsetof(struct Box, x)},
	{"y", &type_f32, offsetof(struct Box, y)},
	{"w", &type_f32, offsetof(struct Box, w)},
	{"h", &type_f32, offsetof(struct Box, h)},
};
static const struct pkd_type type_Box = {
	.kind = PKD_RECORD,
	.name = "Box",
	.size = sizeof(struct Box),
	.align = _Alignof(struct Box),
	.plain = true,
	.flat = true,
	.n = 4,
	.fields = type_Box_fields,
};
static const struct pkd_type type_string_7 = {
	.kind = PKD_STRING,
	.name = "string<7>",
	.size = 12,
	.align = 4,
	.n = 7,
};
static const struct pkd_type type_list_string_7_4 = {
	.kind = PKD_LIST,
	.name = "list<string<7>, 4>",
	.size = 52,
	.align = 4,
	.n = 4,
	.items_offset = 4,
	.item = &type_string_7,
};
static const struct pkd_field type_Found_fields[] = {
	{"label", &type_string_15, offsetof(struct Found, label)},
	{"score", &type_f32, offsetof(struct Found, score)},
	{"box", &type_Box, offsetof(struct Found, box)},
	{"tags", &type_list_string_7_4, offsetof(struct Found, tags)},
};
static const struct pkd_type type_Found = {
	.kind = PKD_RECORD,
	.name = "Found",
	.size = sizeof(struct Found),
	.align = _Alignof(struct Found),
	.n = 4,
	.fields = type_Found_fields,
};
static const struct pkd_type type_list_Found_16 = {
	.kind = PKD_LIST,
	.name = "list<Found, 16>",
	.size = 1476,
	.align = 4,
	.n = 16,
	.items_offset = 4,
	.item = &type_Found,
};
static const struct pkd_type type_image_gray8_8_8 = {
	.kind = PKD_IMAGE,
	.name = "image<gray8, 8, 8>",
	.size = 128,
	.align = 4,
	.format = 1,
	.width = 8,
	.height = 8,
};
static const struct pkd_type type_i32 = {
	.kind = PKD_I32,
	.name = "i32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_u32 = {
	.kind = PKD_U32,
	.name = "u32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_f64 = {
	.kind = PKD_F64,
	.name = "f64",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_bool = {
	.kind = PKD_BOOL,
	.name = "bool",
	.size = 1,
	.align = 1,
	.flat = true,
};
static const struct pkd_type type_list_i32_3 = {
	.kind = PKD_LIST,
	.name = "list<i32, 3>",
	.size = 16,
	.align = 4,
	.n = 3,
	.items_offset = 4,
	.item = &type_i32,
};
static const struct pkd_field type_record_1_fields[] = {
	{"right", &type_i32, offsetof(struct expressions_record_1, right)},
	{"words", &type_list_string_7_4, offsetof(struct expressions_record_1, words)},
};
static const struct pkd_type type_record_1 = {
	.kind = PKD_RECORD,
	.name = "record_1",
	.size = sizeof(struct expressions_record_1),
	.align = _Alignof(struct expressions_record_1),
	.n = 2,
	.fields = type_record_1_fields,
};
static const struct pkd_type type_time = {
	.kind = PKD_TIME,
	.name = "time",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};
static const struct pkd_field type_Row_fields[] = {
	{"n", &type_u32, offsetof(struct Row, n)},
	{"at", &type_time, offsetof(struct Row, at)},
	{"best", &type_f32, offsetof(struct Row, best)},
	{"word", &type_string_15, offsetof(struct Row, word)},
};
static const struct pkd_type type_Row = {
	.kind = PKD_RECORD,
	.name = "Row",
	.size = sizeof(struct Row),
	.align = _Alignof(struct Row),
	.n = 4,
	.fields = type_Row_fields,
};

/* What the program's options set. */
struct expressions_params {
	float least;
	int32_t share;
};

static struct expressions_params options = {
	.least = 0.5f,
	.share = 2,
};

static const struct pkd_param option_table[] = {
	{
		.name = "least",
		.doc = "",
		.kind = PKD_F32,
		.offset = offsetof(struct expressions_params, least),
		.initial = "0.5",
		.has_range = true,
		.min.number = 0.0,
		.max.number = 1.0,
	},
	{
		.name = "share",
		.doc = "",
		.kind = PKD_I32,
		.offset = offsetof(struct expressions_params, share),
		.initial = "2",
	},
};

static struct look_params s_params;
static struct rows_params rows_params;
static struct keep_params keep_params;
static struct keep_params keep_2_params;
static struct keep_params keep_3_params;
static struct keep_params keep_4_params;
static struct keep_params keep_5_params;
static struct keep_params keep_6_params;
static struct keep_params keep_7_params;
static struct keep_params keep_8_params;
static struct keep_params keep_9_params;
static struct keep_params keep_10_params;
static struct keep_params keep_11_params;
static struct keep_params keep_12_params;
static struct keep_params keep_13_params;
static struct keep_params keep_14_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	keep_params = (struct keep_params){.T = &type_u32};
	keep_2_params = (struct keep_params){.T = &type_list_Found_16};
	keep_3_params = (struct keep_params){.T = &type_f64};
	keep_4_params = (struct keep_params){.T = &type_i32};
	keep_5_params = (struct keep_params){.T = &type_string_7};
	keep_6_params = (struct keep_params){.T = &type_i32};
	keep_7_params = (struct keep_params){.T = &type_i32};
	keep_8_params = (struct keep_params){.T = &type_Found};
	keep_9_params = (struct keep_params){.T = &type_i32};
	keep_10_params = (struct keep_params){.T = &type_f32};
	keep_11_params = (struct keep_params){.T = &type_bool};
	keep_12_params = (struct keep_params){.T = &type_list_i32_3};
	keep_13_params = (struct keep_params){.T = &type_image_gray8_8_8};
	keep_14_params = (struct keep_params){.T = &type_record_1};
	return NULL;
}

/* ---- Expressions ---- */

static int expression_init(void *node, const void *params, struct pkd_ctx *ctx)
{
	(void)node;
	(void)params;
	(void)ctx;
	return PKD_OK;
}

static void expression_finish(void *node)
{
	(void)node;
}

/* The expression has no value for this frame. */
static int absent(struct pkd_ctx *ctx)
{
	pkd_absent(ctx, 0);
	return PKD_OK;
}

/* list<Found, 16> */
struct value_list_Found_16 {
	uint32_t len;
	struct Found items[16];
};

/* string<7> */
struct value_string_7 {
	uint32_t len;
	char text[8];
};

/* list<i32, 3> */
struct value_list_i32_3 {
	uint32_t len;
	int32_t items[3];
};

/* list<string<7>, 4> */
struct value_list_string_7_4 {
	uint32_t len;
	struct {
		uint32_t len;
		char text[8];
	} items[4];
};

/* expressions.pkd:42: shared = latest s.picture */
struct expressions_shared_1_in {
	const struct pkd_image *picture; /* image<gray8, 8, 8> */
};
struct expressions_shared_1_out {
	struct pkd_image *value; /* image<gray8, 8, 8> */
};

static int expressions_shared_1_step(void *node, const void *inputs, void *outputs,
                                     struct pkd_ctx *ctx)
{
	const struct expressions_shared_1_in *in = inputs;
	struct expressions_shared_1_out *out = outputs;

	(void)node;
	(void)ctx;

	pkd_copy_image(out->value, in->picture, 64);
	return PKD_OK;
}

static const struct pkd_methods expressions_shared_1_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = expressions_shared_1_step,
	.finish = expression_finish,
};

/* expressions.pkd:43: rows({ n: n, at: time(s.a), best: widest, word: s.best.label }) */
struct expressions_expression_2_2 {
	struct value_list_Found_16 near;
};
struct expressions_expression_2_2_in {
	const struct value_list_Found_16 *found; /* list<Found, 16> */
	const int32_t *a;                        /* i32 */
	const struct Found *best;                /* Found */
};
struct expressions_expression_2_2_out {
	struct Row *value; /* Row */
};

/* expressions.pkd:26: near = s.found where it.score > least and it.label == "person" */
static void expressions_expression_2_2_near(struct expressions_expression_2_2 *self,
                                            const struct expressions_expression_2_2_in *in)
{
	uint32_t n = 0;
	for (uint32_t i = 0, end = pkd_length(&in->found->len, 16); i < end; i++) {
		const struct Found *it = &in->found->items[i];
		if (it->score > options.least && pkd_string_is(&it->label, "person")) {
			self->near.items[n++] = *it;
		}
	}
	self->near.len = n;
}

/* expressions.pkd:43: rows({ n: n, at: time(s.a), best: widest, word: s.best.label }) */
static void expressions_expression_2_2_value(struct expressions_expression_2_2 *self,
                                             const struct expressions_expression_2_2_in *in,
                                             const struct expressions_expression_2_2_out *out)
{
	out->value->n = pkd_length(&self->near.len, 16);
	out->value->at = pkd_frame_of(in->a)->capture_ns;
	bool has_value = false;
	{
		float most = 0;
		bool has_most = false;
		for (uint32_t i = 0, end = pkd_length(&self->near.len, 16); i < end; i++) {
			const struct Found *it = &self->near.items[i];
			most = has_most ? pkd_max_f32(most, it->box.w) : it->box.w;
			has_most = true;
		}
		if (!has_most)
			goto no_value;
		out->value->best = most;
		has_value = true;
	}
no_value:
	if (!has_value) {
		out->value->best = 0.0f;
	}
	pkd_copy_string(&out->value->word, &in->best->label, 15);
}

static int expressions_expression_2_2_step(void *node, const void *inputs, void *outputs,
                                           struct pkd_ctx *ctx)
{
	struct expressions_expression_2_2 *self = node;
	const struct expressions_expression_2_2_in *in = inputs;
	struct expressions_expression_2_2_out *out = outputs;

	(void)ctx;

	expressions_expression_2_2_near(self, in);
	expressions_expression_2_2_value(self, in, out);
	return PKD_OK;
}

static const struct pkd_methods expressions_expression_2_2_methods = {
	.abi = PKD_ABI,
	.self_size = sizeof(struct expressions_expression_2_2),
	.init = expression_init,
	.step = expressions_expression_2_2_step,
	.finish = expression_finish,
};

/* expressions.pkd:28: large = count(near, it.box.w * it.box.h > 0.25) */
struct expressions_large_3 {
	struct value_list_Found_16 near;
};
struct expressions_large_3_in {
	const struct value_list_Found_16 *found; /* list<Found, 16> */
};
struct expressions_large_3_out {
	uint32_t *large;                    /* u32 */
	struct value_list_Found_16 *tagged; /* list<Found, 16> */
	double *width;                      /* f64 */
};

/* expressions.pkd:26: near = s.found where it.score > least and it.label == "person" */
static void expressions_large_3_near(struct expressions_large_3 *self,
                                     const struct expressions_large_3_in *in)
{
	uint32_t n = 0;
	for (uint32_t i = 0, end = pkd_length(&in->found->len, 16); i < end; i++) {
		const struct Found *it = &in->found->items[i];
		if (it->score > options.least && pkd_string_is(&it->label, "person")) {
			self->near.items[n++] = *it;
		}
	}
	self->near.len = n;
}

/* expressions.pkd:28: large = count(near, it.box.w * it.box.h > 0.25) */
static void expressions_large_3_large(struct expressions_large_3 *self,
                                      const struct expressions_large_3_out *out)
{
	uint32_t count = 0;
	for (uint32_t i = 0, end = pkd_length(&self->near.len, 16); i < end; i++) {
		const struct Found *it = &self->near.items[i];
		if (it->box.w * it->box.h > 0.25f)
			count++;
	}
	*out->large = count;
}

/* expressions.pkd:29: tagged = near where exists(it.tags, it == "red") or all(it.tags, it < "b") */
static void expressions_large_3_tagged(struct expressions_large_3 *self,
                                       const struct expressions_large_3_out *out)
{
	uint32_t n_2 = 0;
	for (uint32_t i = 0, end = pkd_length(&self->near.len, 16); i < end; i++) {
		const struct Found *it = &self->near.items[i];
		bool any = false;
		for (uint32_t i_2 = 0, end_2 = pkd_length(&it->tags.len, 4); i_2 < end_2; i_2++) {
			const struct value_string_7 *it_2 = (const void *)&it->tags.items[i_2];
			if (pkd_string_is(it_2, "red")) {
				any = true;
				break;
			}
		}
		bool t1 = any;
		if (!t1) {
			bool all = true;
			for (uint32_t i_2 = 0, end_2 = pkd_length(&it->tags.len, 4); i_2 < end_2; i_2++) {
				const struct value_string_7 *it_2 =
					(const void *)&it->tags.items[i_2];
				if (!(pkd_text_order(it_2->text, pkd_length(&it_2->len, 7), "b", 1) < 0)) {
					all = false;
					break;
				}
			}
			t1 = all;
		}
		if (t1) {
			out->tagged->items[n_2++] = *it;
		}
	}
	out->tagged->len = n_2;
}

/* expressions.pkd:30: width = sum(near, it.box.w) */
static void expressions_large_3_width(struct expressions_large_3 *self,
                                      const struct expressions_large_3_out *out)
{
	double sum = 0;
	for (uint32_t i = 0, end = pkd_length(&self->near.len, 16); i < end; i++) {
		const struct Found *it = &self->near.items[i];
		sum += (double)it->box.w;
	}
	*out->width = sum;
}

static int expressions_large_3_step(void *node, const void *inputs, void *outputs,
                                    struct pkd_ctx *ctx)
{
	struct expressions_large_3 *self = node;
	const struct expressions_large_3_in *in = inputs;
	struct expressions_large_3_out *out = outputs;

	(void)ctx;

	expressions_large_3_near(self, in);
	expressions_large_3_large(self, out);
	expressions_large_3_tagged(self, out);
	expressions_large_3_width(self, out);
	return PKD_OK;
}

static const struct pkd_methods expressions_large_3_methods = {
	.abi = PKD_ABI,
	.self_size = sizeof(struct expressions_large_3),
	.init = expression_init,
	.step = expressions_large_3_step,
	.finish = expression_finish,
};

/* expressions.pkd:32: smaller = min(s.a, s.b) */
struct expressions_smaller_6_in {
	const int32_t *a; /* i32 */
	const int32_t *b; /* i32 */
};
struct expressions_smaller_6_out {
	int32_t *smaller;             /* i32 */
	int32_t *mean;                /* i32 */
	struct value_list_i32_3 *few; /* list<i32, 3> */
};

/* expressions.pkd:32: smaller = min(s.a, s.b) */
static void expressions_smaller_6_smaller(const struct expressions_smaller_6_in *in,
                                          const struct expressions_smaller_6_out *out)
{
	*out->smaller = pkd_min_i32(*in->a, *in->b);
}

/* expressions.pkd:35: mean = s.a / s.b */
static bool expressions_smaller_6_mean(const struct expressions_smaller_6_in *in,
                                       const struct expressions_smaller_6_out *out)
{
	if (*in->b == 0)
		return false;
	*out->mean = pkd_div_i32(*in->a, *in->b);
	return true;
}

/* expressions.pkd:41: few = [s.a, s.b, -s.a] */
static void expressions_smaller_6_few(const struct expressions_smaller_6_in *in,
                                      const struct expressions_smaller_6_out *out)
{
	out->few->len = 3;
	out->few->items[0] = *in->a;
	out->few->items[1] = *in->b;
	out->few->items[2] = pkd_neg_i32(*in->a);
}

static int expressions_smaller_6_step(void *node, const void *inputs, void *outputs,
                                      struct pkd_ctx *ctx)
{
	const struct expressions_smaller_6_in *in = inputs;
	struct expressions_smaller_6_out *out = outputs;

	(void)node;

	expressions_smaller_6_smaller(in, out);
	if (!expressions_smaller_6_mean(in, out))
		pkd_absent(ctx, 1);
	expressions_smaller_6_few(in, out);
	return PKD_OK;
}

static const struct pkd_methods expressions_smaller_6_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = expressions_smaller_6_step,
	.finish = expression_finish,
};

/* expressions.pkd:34: tag = s.found[s.a].tags[0] */
struct expressions_tag_7_in {
	const struct value_list_Found_16 *found; /* list<Found, 16> */
	const int32_t *a;                        /* i32 */
};
struct expressions_tag_7_out {
	struct value_string_7 *value; /* string<7> */
};

static int expressions_tag_7_step(void *node, const void *inputs, void *outputs,
                                  struct pkd_ctx *ctx)
{
	const struct expressions_tag_7_in *in = inputs;
	struct expressions_tag_7_out *out = outputs;

	(void)node;

	const int64_t at = (int64_t)*in->a;
	if (at < 0 || at >= pkd_length(&in->found->len, 16))
		return absent(ctx);
	const struct value_list_string_7_4 *list = (const void *)&in->found->items[at].tags;
	if (pkd_length(&list->len, 4) == 0)
		return absent(ctx);
	pkd_copy_string(out->value, &list->items[0], 7);
	return PKD_OK;
}

static const struct pkd_methods expressions_tag_7_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = expressions_tag_7_step,
	.finish = expression_finish,
};

/* expressions.pkd:36: safe = if s.b != 0 then s.a / s.b else share * 3 - 1 */
struct expressions_safe_9_in {
	const int32_t *b; /* i32 */
	const int32_t *a; /* i32?: NULL when absent */
};
struct expressions_safe_9_out {
	int32_t *value; /* i32 */
};

static int expressions_safe_9_step(void *node, const void *inputs, void *outputs,
                                   struct pkd_ctx *ctx)
{
	const struct expressions_safe_9_in *in = inputs;
	struct expressions_safe_9_out *out = outputs;

	(void)node;

	if (*in->b != 0) {
		if (!in->a)
			return absent(ctx);
		*out->value = pkd_div_i32(*in->a, *in->b);
	} else {
		*out->value = pkd_sub_i32(pkd_mul_i32(options.share, 3), 1);
	}
	return PKD_OK;
}

static const struct pkd_methods expressions_safe_9_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = expressions_safe_9_step,
	.finish = expression_finish,
};

/* expressions.pkd:37: either = s.best ?? first ?? s.found[0] */
struct expressions_either_10_in {
	const struct Found *best;                /* Found?: NULL when absent */
	const struct value_list_Found_16 *found; /* list<Found, 16>?: NULL when absent */
};
struct expressions_either_10_out {
	struct Found *value; /* Found */
};

static int expressions_either_10_step(void *node, const void *inputs, void *outputs,
                                      struct pkd_ctx *ctx)
{
	const struct expressions_either_10_in *in = inputs;
	struct expressions_either_10_out *out = outputs;

	(void)node;

	if (in->best) {
		*out->value = *in->best;
	} else {
		bool has_value = false;
		{
			if (!in->found)
				goto no_value;
			const struct Found *first = NULL;
			for (uint32_t i = 0, end = pkd_length(&in->found->len, 16); i < end; i++) {
				const struct Found *it = &in->found->items[i];
				if (it->score > 0.9f) {
					first = &in->found->items[i];
					break;
				}
			}
			if (!first)
				goto no_value;
			*out->value = *first;
			has_value = true;
		}
	no_value:
		if (!has_value) {
			if (!in->found)
				return absent(ctx);
			if (pkd_length(&in->found->len, 16) == 0)
				return absent(ctx);
			*out->value = in->found->items[0];
		}
	}
	return PKD_OK;
}

static const struct pkd_methods expressions_either_10_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = expressions_either_10_step,
	.finish = expression_finish,
};

/* expressions.pkd:38: change = s.a - (s.a[-1] ?? s.a) */
struct expressions_change_11_in {
	const int32_t *a;   /* i32 */
	const int32_t *a_2; /* i32?: NULL when absent */
};
struct expressions_change_11_out {
	int32_t *change; /* i32 */
	uint8_t *late;   /* bool */
};

/* expressions.pkd:38: change = s.a - (s.a[-1] ?? s.a) */
static void expressions_change_11_change(const struct expressions_change_11_in *in,
                                         const struct expressions_change_11_out *out)
{
	*out->change = pkd_sub_i32(*in->a, in->a_2 ? *in->a_2 : *in->a);
}

/* expressions.pkd:40: late = age(s.a) > 50ms or number(s.a) % 2 == 1 */
static void expressions_change_11_late(const struct expressions_change_11_in *in,
                                       const struct expressions_change_11_out *out,
                                       struct pkd_ctx *ctx)
{
	bool t1 = pkd_age(ctx, in->a) > 50000000;
	if (!t1) {
		t1 = pkd_mod_u64(pkd_frame_of(in->a)->number, 2) == 1;
	}
	*out->late = t1;
}

static int expressions_change_11_step(void *node, const void *inputs, void *outputs,
                                      struct pkd_ctx *ctx)
{
	const struct expressions_change_11_in *in = inputs;
	struct expressions_change_11_out *out = outputs;

	(void)node;

	expressions_change_11_change(in, out);
	expressions_change_11_late(in, out, ctx);
	return PKD_OK;
}

static const struct pkd_methods expressions_change_11_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = expressions_change_11_step,
	.finish = expression_finish,
};

/* expressions.pkd:39: fast = s.speed when present(s.speed) and s.speed > 1.5 */
struct expressions_fast_12_in {
	const float *speed; /* f32 */
};
struct expressions_fast_12_out {
	float *value; /* f32 */
};

static int expressions_fast_12_step(void *node, const void *inputs, void *outputs,
                                    struct pkd_ctx *ctx)
{
	const struct expressions_fast_12_in *in = inputs;
	struct expressions_fast_12_out *out = outputs;

	(void)node;

	if (!(*in->speed > 1.5f))
		return absent(ctx);
	*out->value = *in->speed;
	return PKD_OK;
}

static const struct pkd_methods expressions_fast_12_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = expressions_fast_12_step,
	.finish = expression_finish,
};

/* expressions.pkd:57: keep({ left: s.a, more: { right: s.b, words: s.found[0].tags } }.more) */
struct expressions_expression_15_15_in {
	const int32_t *a;                        /* i32 */
	const int32_t *b;                        /* i32 */
	const struct value_list_Found_16 *found; /* list<Found, 16> */
};
struct expressions_expression_15_15_out {
	struct expressions_record_1 *value; /* record_1 */
};

static int expressions_expression_15_15_step(void *node, const void *inputs, void *outputs,
                                             struct pkd_ctx *ctx)
{
	const struct expressions_expression_15_15_in *in = inputs;
	struct expressions_expression_15_15_out *out = outputs;

	(void)node;

	struct expressions_record_2 t1;
	t1.left = *in->a;
	t1.more.right = *in->b;
	if (pkd_length(&in->found->len, 16) == 0)
		return absent(ctx);
	const struct value_list_string_7_4 *t2 = (const void *)&in->found->items[0].tags;
	pkd_copy_items(&t1.more.words, t2, 4, 4, sizeof t2->items[0]);
	*out->value = t1.more;
	return PKD_OK;
}

static const struct pkd_methods expressions_expression_15_15_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = expressions_expression_15_15_step,
	.finish = expression_finish,
};

static const struct pkd_reader s_found_readers[] = {
	{NODE_expression_2, 0},
	{NODE_large, 0},
	{NODE_tag, 0},
	{NODE_either, 1},
	{NODE_expression_15, 2},
};
static const struct pkd_reader s_best_readers[] = {{NODE_expression_2, 2}, {NODE_either, 0}};
static const struct pkd_reader s_picture_readers[] = {{NODE_shared, 0}};
static const struct pkd_reader s_a_readers[] = {
	{NODE_expression_2, 1},
	{NODE_smaller, 0},
	{NODE_tag, 1},
	{NODE_safe, 1},
	{NODE_change, 0},
	{NODE_change, 1},
	{NODE_expression_15, 0},
};
static const struct pkd_reader s_b_readers[] = {
	{NODE_smaller, 1},
	{NODE_safe, 0},
	{NODE_expression_15, 1},
};
static const struct pkd_reader s_speed_readers[] = {{NODE_fast, 0}};
static const struct pkd_reader shared_value_readers[] = {{NODE_keep_13, 0}};
static const struct pkd_reader expression_2_value_readers[] = {{NODE_rows, 0}};
static const struct pkd_reader large_large_readers[] = {{NODE_keep, 0}};
static const struct pkd_reader large_tagged_readers[] = {{NODE_keep_2, 0}};
static const struct pkd_reader large_width_readers[] = {{NODE_keep_3, 0}};
static const struct pkd_reader smaller_smaller_readers[] = {{NODE_keep_4, 0}};
static const struct pkd_reader smaller_mean_readers[] = {{NODE_keep_6, 0}};
static const struct pkd_reader smaller_few_readers[] = {{NODE_keep_12, 0}};
static const struct pkd_reader tag_value_readers[] = {{NODE_keep_5, 0}};
static const struct pkd_reader safe_value_readers[] = {{NODE_keep_7, 0}};
static const struct pkd_reader either_value_readers[] = {{NODE_keep_8, 0}};
static const struct pkd_reader change_change_readers[] = {{NODE_keep_9, 0}};
static const struct pkd_reader change_late_readers[] = {{NODE_keep_11, 0}};
static const struct pkd_reader fast_value_readers[] = {{NODE_keep_10, 0}};
static const struct pkd_reader expression_15_value_readers[] = {{NODE_keep_14, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* list<Found, 16>; 3 slots = 2 in the ring + 1 loaned; 8 KiB */
	{
		.name = "s.found",
		.type = "list<Found, 16>",
		.writer = NODE_s,
		.output = 0,
		.value_size = 1476,
		.slot_size = 1600,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_found_readers,
		.n_readers = 5,
	},
	/* Found; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.best",
		.type = "Found",
		.writer = NODE_s,
		.output = 1,
		.value_size = 92,
		.slot_size = 192,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_best_readers,
		.n_readers = 2,
	},
	/* 8 x 8 gray8; 6 slots = 4 in the ring + 1 pinned + 1 loaned; 4 KiB */
	{
		.name = "s.picture",
		.type = "image<gray8, 8, 8>",
		.writer = NODE_s,
		.output = 2,
		.value_size = 128,
		.slot_size = 192,
		.ring_size = 4,
		.n_slots = 6,
		.readers = s_picture_readers,
		.n_readers = 1,
	},
	/* i32; 4 slots = 3 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.a",
		.type = "i32",
		.writer = NODE_s,
		.output = 3,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 3,
		.n_slots = 4,
		.readers = s_a_readers,
		.n_readers = 7,
	},
	/* i32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.b",
		.type = "i32",
		.writer = NODE_s,
		.output = 4,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_b_readers,
		.n_readers = 3,
	},
	/* f32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.speed",
		.type = "f32",
		.writer = NODE_s,
		.output = 5,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_speed_readers,
		.n_readers = 1,
	},
	/* 8 x 8 gray8; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "shared.value",
		.type = "image<gray8, 8, 8>",
		.writer = NODE_shared,
		.output = 0,
		.value_size = 128,
		.slot_size = 192,
		.ring_size = 2,
		.n_slots = 3,
		.readers = shared_value_readers,
		.n_readers = 1,
	},
	/* Row; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_2.value",
		.type = "Row",
		.writer = NODE_expression_2,
		.output = 0,
		.value_size = 40,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_2_value_readers,
		.n_readers = 1,
	},
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "large.large",
		.type = "u32",
		.writer = NODE_large,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = large_large_readers,
		.n_readers = 1,
	},
	/* list<Found, 16>; 3 slots = 2 in the ring + 1 loaned; 8 KiB */
	{
		.name = "large.tagged",
		.type = "list<Found, 16>",
		.writer = NODE_large,
		.output = 1,
		.value_size = 1476,
		.slot_size = 1600,
		.ring_size = 2,
		.n_slots = 3,
		.readers = large_tagged_readers,
		.n_readers = 1,
	},
	/* f64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "large.width",
		.type = "f64",
		.writer = NODE_large,
		.output = 2,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = large_width_readers,
		.n_readers = 1,
	},
	/* i32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "smaller.smaller",
		.type = "i32",
		.writer = NODE_smaller,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = smaller_smaller_readers,
		.n_readers = 1,
	},
	/* i32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "smaller.mean",
		.type = "i32",
		.writer = NODE_smaller,
		.output = 1,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = smaller_mean_readers,
		.n_readers = 1,
	},
	/* list<i32, 3>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "smaller.few",
		.type = "list<i32, 3>",
		.writer = NODE_smaller,
		.output = 2,
		.value_size = 16,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = smaller_few_readers,
		.n_readers = 1,
	},
	/* string<7>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "tag.value",
		.type = "string<7>",
		.writer = NODE_tag,
		.output = 0,
		.value_size = 12,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = tag_value_readers,
		.n_readers = 1,
	},
	/* i32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "safe.value",
		.type = "i32",
		.writer = NODE_safe,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = safe_value_readers,
		.n_readers = 1,
	},
	/* Found; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "either.value",
		.type = "Found",
		.writer = NODE_either,
		.output = 0,
		.value_size = 92,
		.slot_size = 192,
		.ring_size = 2,
		.n_slots = 3,
		.readers = either_value_readers,
		.n_readers = 1,
	},
	/* i32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "change.change",
		.type = "i32",
		.writer = NODE_change,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = change_change_readers,
		.n_readers = 1,
	},
	/* bool; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "change.late",
		.type = "bool",
		.writer = NODE_change,
		.output = 1,
		.value_size = 1,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = change_late_readers,
		.n_readers = 1,
	},
	/* f32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "fast.value",
		.type = "f32",
		.writer = NODE_fast,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = fast_value_readers,
		.n_readers = 1,
	},
	/* record_1; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_15.value",
		.type = "record_1",
		.writer = NODE_expression_15,
		.output = 0,
		.value_size = 56,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_15_value_readers,
		.n_readers = 1,
	},
};

static const struct pkd_output s_outputs[] = {
	{.name = "found", .stream = STREAM_s_found, .type = &type_list_Found_16},
	{.name = "best", .stream = STREAM_s_best, .type = &type_Found, .optional = true},
	{.name = "picture", .stream = STREAM_s_picture, .type = &type_image_gray8_8_8},
	{.name = "a", .stream = STREAM_s_a, .type = &type_i32},
	{.name = "b", .stream = STREAM_s_b, .type = &type_i32},
	{.name = "speed", .stream = STREAM_s_speed, .type = &type_f32, .optional = true},
};

static const struct pkd_input rows_inputs[] = {
	{
		.name = "row",
		.at = "expressions.pkd:43:10",
		.stream = STREAM_expression_2_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:44:10",
		.stream = STREAM_large_large,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_2_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:45:10",
		.stream = STREAM_large_tagged,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_3_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:46:10",
		.stream = STREAM_large_width,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_4_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:47:10",
		.stream = STREAM_smaller_smaller,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_5_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:48:10",
		.stream = STREAM_tag_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_6_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:49:10",
		.stream = STREAM_smaller_mean,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_7_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:50:10",
		.stream = STREAM_safe_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_8_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:51:10",
		.stream = STREAM_either_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_9_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:52:10",
		.stream = STREAM_change_change,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_10_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:53:10",
		.stream = STREAM_fast_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_11_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:54:10",
		.stream = STREAM_change_late,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_12_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:55:10",
		.stream = STREAM_smaller_few,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_13_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:56:10",
		.stream = STREAM_shared_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_14_inputs[] = {
	{
		.name = "value",
		.at = "expressions.pkd:57:10",
		.stream = STREAM_expression_15_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input shared_inputs[] = {
	{
		.name = "picture",
		.at = "expressions.pkd:42:14",
		.stream = STREAM_s_picture,
		.policy = PKD_LATEST,
		.window = 1, /* the newest that wait */
		.n_pins = 1,
	},
};

static const struct pkd_output shared_outputs[] = {
	{.name = "value", .stream = STREAM_shared_value, .type = &type_image_gray8_8_8},
};

static const struct pkd_input expression_2_inputs[] = {
	{
		.name = "found",
		.at = "expressions.pkd:26:12",
		.stream = STREAM_s_found,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
	{
		.name = "a",
		.at = "expressions.pkd:43:27",
		.stream = STREAM_s_a,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.port = 1,
	},
	{
		.name = "best",
		.at = "expressions.pkd:43:53",
		.stream = STREAM_s_best,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.port = 2,
	},
};

static const struct pkd_output expression_2_outputs[] = {
	{.name = "value", .stream = STREAM_expression_2_value, .type = &type_Row},
};

static const struct pkd_input large_inputs[] = {
	{
		.name = "found",
		.at = "expressions.pkd:26:12",
		.stream = STREAM_s_found,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output large_outputs[] = {
	{.name = "large", .stream = STREAM_large_large, .type = &type_u32},
	{.name = "tagged", .stream = STREAM_large_tagged, .type = &type_list_Found_16},
	{.name = "width", .stream = STREAM_large_width, .type = &type_f64},
};

static const struct pkd_input smaller_inputs[] = {
	{
		.name = "a",
		.at = "expressions.pkd:32:19",
		.stream = STREAM_s_a,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
	{
		.name = "b",
		.at = "expressions.pkd:32:24",
		.stream = STREAM_s_b,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.port = 1,
	},
};

static const struct pkd_output smaller_outputs[] = {
	{.name = "smaller", .stream = STREAM_smaller_smaller, .type = &type_i32},
	{.name = "mean", .stream = STREAM_smaller_mean, .type = &type_i32},
	{.name = "few", .stream = STREAM_smaller_few, .type = &type_list_i32_3},
};

static const struct pkd_input tag_inputs[] = {
	{
		.name = "found",
		.at = "expressions.pkd:34:11",
		.stream = STREAM_s_found,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
	{
		.name = "a",
		.at = "expressions.pkd:34:19",
		.stream = STREAM_s_a,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.port = 1,
	},
};

static const struct pkd_output tag_outputs[] = {
	{.name = "value", .stream = STREAM_tag_value, .type = &type_string_7},
};

static const struct pkd_input safe_inputs[] = {
	{
		.name = "b",
		.at = "expressions.pkd:36:15",
		.stream = STREAM_s_b,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
	{
		.name = "a",
		.at = "expressions.pkd:36:29",
		.stream = STREAM_s_a,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
		.port = 1,
	},
};

static const struct pkd_output safe_outputs[] = {
	{.name = "value", .stream = STREAM_safe_value, .type = &type_i32},
};

static const struct pkd_input either_inputs[] = {
	{
		.name = "best",
		.at = "expressions.pkd:37:14",
		.stream = STREAM_s_best,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
	{
		.name = "found",
		.at = "expressions.pkd:33:14",
		.stream = STREAM_s_found,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
		.port = 1,
	},
};

static const struct pkd_output either_outputs[] = {
	{.name = "value", .stream = STREAM_either_value, .type = &type_Found},
};

static const struct pkd_input change_inputs[] = {
	{
		.name = "a",
		.at = "expressions.pkd:38:14",
		.stream = STREAM_s_a,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
	{
		.name = "a_2",
		.at = "expressions.pkd:38:21",
		.stream = STREAM_s_a,
		.policy = PKD_QUEUE,
		.window = 3, /* two on the way, 1 looked back at */
		.optional = true,
		.port = 1,
		.first = -1,
		.last = -1,
	},
};

static const struct pkd_output change_outputs[] = {
	{.name = "change", .stream = STREAM_change_change, .type = &type_i32},
	{.name = "late", .stream = STREAM_change_late, .type = &type_bool},
};

static const struct pkd_input fast_inputs[] = {
	{
		.name = "speed",
		.at = "expressions.pkd:39:12",
		.stream = STREAM_s_speed,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output fast_outputs[] = {
	{.name = "value", .stream = STREAM_fast_value, .type = &type_f32},
};

static const struct pkd_input expression_15_inputs[] = {
	{
		.name = "a",
		.at = "expressions.pkd:57:18",
		.stream = STREAM_s_a,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
	{
		.name = "b",
		.at = "expressions.pkd:57:38",
		.stream = STREAM_s_b,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.port = 1,
	},
	{
		.name = "found",
		.at = "expressions.pkd:57:50",
		.stream = STREAM_s_found,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.port = 2,
	},
};

static const struct pkd_output expression_15_outputs[] = {
	{.name = "value", .stream = STREAM_expression_15_value, .type = &type_record_1},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "s",
		.kind = "look",
		.at = "expressions.pkd:25:5",
		.methods = &look_methods,
		.params = &s_params,
		.outputs = s_outputs,
		.n_outputs = 6,
		.origin = PKD_PACED,
	},
	{
		.name = "rows",
		.kind = "rows",
		.at = "expressions.pkd:43:5",
		.methods = &rows_methods,
		.params = &rows_params,
		.inputs = rows_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep",
		.kind = "keep",
		.at = "expressions.pkd:44:5",
		.methods = &keep_methods,
		.params = &keep_params,
		.inputs = keep_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_2",
		.kind = "keep",
		.at = "expressions.pkd:45:5",
		.methods = &keep_methods,
		.params = &keep_2_params,
		.inputs = keep_2_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_3",
		.kind = "keep",
		.at = "expressions.pkd:46:5",
		.methods = &keep_methods,
		.params = &keep_3_params,
		.inputs = keep_3_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_4",
		.kind = "keep",
		.at = "expressions.pkd:47:5",
		.methods = &keep_methods,
		.params = &keep_4_params,
		.inputs = keep_4_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_5",
		.kind = "keep",
		.at = "expressions.pkd:48:5",
		.methods = &keep_methods,
		.params = &keep_5_params,
		.inputs = keep_5_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_6",
		.kind = "keep",
		.at = "expressions.pkd:49:5",
		.methods = &keep_methods,
		.params = &keep_6_params,
		.inputs = keep_6_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_7",
		.kind = "keep",
		.at = "expressions.pkd:50:5",
		.methods = &keep_methods,
		.params = &keep_7_params,
		.inputs = keep_7_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_8",
		.kind = "keep",
		.at = "expressions.pkd:51:5",
		.methods = &keep_methods,
		.params = &keep_8_params,
		.inputs = keep_8_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_9",
		.kind = "keep",
		.at = "expressions.pkd:52:5",
		.methods = &keep_methods,
		.params = &keep_9_params,
		.inputs = keep_9_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_10",
		.kind = "keep",
		.at = "expressions.pkd:53:5",
		.methods = &keep_methods,
		.params = &keep_10_params,
		.inputs = keep_10_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_11",
		.kind = "keep",
		.at = "expressions.pkd:54:5",
		.methods = &keep_methods,
		.params = &keep_11_params,
		.inputs = keep_11_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_12",
		.kind = "keep",
		.at = "expressions.pkd:55:5",
		.methods = &keep_methods,
		.params = &keep_12_params,
		.inputs = keep_12_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_13",
		.kind = "keep",
		.at = "expressions.pkd:56:5",
		.methods = &keep_methods,
		.params = &keep_13_params,
		.inputs = keep_13_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_14",
		.kind = "keep",
		.at = "expressions.pkd:57:5",
		.methods = &keep_methods,
		.params = &keep_14_params,
		.inputs = keep_14_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "shared",
		.kind = "an expression",
		.at = "expressions.pkd:42:14",
		.methods = &expressions_shared_1_methods,
		.inputs = shared_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = shared_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "expression_2",
		.kind = "an expression",
		.at = "expressions.pkd:43:10",
		.methods = &expressions_expression_2_2_methods,
		.inputs = expression_2_inputs,
		.n_inputs = 3,
		.n_ports = 3,
		.outputs = expression_2_outputs,
		.n_outputs = 1,
		.declared = true,
		.reads_options = true,
	},
	{
		.name = "large",
		.kind = "an expression",
		.at = "expressions.pkd:28:13",
		.methods = &expressions_large_3_methods,
		.inputs = large_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = large_outputs,
		.n_outputs = 3,
		.declared = true,
		.reads_options = true,
	},
	{
		.name = "smaller",
		.kind = "an expression",
		.at = "expressions.pkd:32:15",
		.methods = &expressions_smaller_6_methods,
		.inputs = smaller_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.outputs = smaller_outputs,
		.n_outputs = 3,
		.declared = true,
	},
	{
		.name = "tag",
		.kind = "an expression",
		.at = "expressions.pkd:34:11",
		.methods = &expressions_tag_7_methods,
		.inputs = tag_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.outputs = tag_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "safe",
		.kind = "an expression",
		.at = "expressions.pkd:36:12",
		.methods = &expressions_safe_9_methods,
		.inputs = safe_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.outputs = safe_outputs,
		.n_outputs = 1,
		.declared = true,
		.reads_options = true,
	},
	{
		.name = "either",
		.kind = "an expression",
		.at = "expressions.pkd:37:14",
		.methods = &expressions_either_10_methods,
		.inputs = either_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.outputs = either_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "change",
		.kind = "an expression",
		.at = "expressions.pkd:38:14",
		.methods = &expressions_change_11_methods,
		.inputs = change_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.outputs = change_outputs,
		.n_outputs = 2,
		.declared = true,
	},
	{
		.name = "fast",
		.kind = "an expression",
		.at = "expressions.pkd:39:12",
		.methods = &expressions_fast_12_methods,
		.inputs = fast_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = fast_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "expression_15",
		.kind = "an expression",
		.at = "expressions.pkd:57:10",
		.methods = &expressions_expression_15_15_methods,
		.inputs = expression_15_inputs,
		.n_inputs = 3,
		.n_ports = 3,
		.outputs = expression_15_outputs,
		.n_outputs = 1,
		.declared = true,
	},
};

static const uint32_t s_nodes[] = {NODE_s, NODE_change, NODE_smaller, NODE_large};
static const uint32_t rows_nodes[] = {NODE_rows, NODE_expression_2};
static const uint32_t keep_nodes[] = {NODE_keep};
static const uint32_t keep_2_nodes[] = {NODE_keep_2};
static const uint32_t keep_3_nodes[] = {NODE_keep_3};
static const uint32_t keep_4_nodes[] = {NODE_keep_4};
static const uint32_t keep_5_nodes[] = {NODE_keep_5, NODE_tag};
static const uint32_t keep_6_nodes[] = {NODE_keep_6};
static const uint32_t keep_7_nodes[] = {NODE_keep_7, NODE_safe};
static const uint32_t keep_8_nodes[] = {NODE_keep_8, NODE_either};
static const uint32_t keep_9_nodes[] = {NODE_keep_9};
static const uint32_t keep_10_nodes[] = {NODE_keep_10, NODE_fast};
static const uint32_t keep_11_nodes[] = {NODE_keep_11};
static const uint32_t keep_12_nodes[] = {NODE_keep_12};
static const uint32_t keep_13_nodes[] = {NODE_keep_13, NODE_shared};
static const uint32_t keep_14_nodes[] = {NODE_keep_14, NODE_expression_15};

static const struct pkd_process processes[] = {
	{
		.name = "s",
		.nodes = s_nodes,
		.n_nodes = 4,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "rows",
		.nodes = rows_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep",
		.nodes = keep_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_2",
		.nodes = keep_2_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_3",
		.nodes = keep_3_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_4",
		.nodes = keep_4_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_5",
		.nodes = keep_5_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_6",
		.nodes = keep_6_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_7",
		.nodes = keep_7_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_8",
		.nodes = keep_8_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_9",
		.nodes = keep_9_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_10",
		.nodes = keep_10_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_11",
		.nodes = keep_11_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_12",
		.nodes = keep_12_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_13",
		.nodes = keep_13_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_14",
		.nodes = keep_14_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_name names[] = {
{
	.name = "near",
	.node = "expression_2",
},
{
	.name = "n",
	.node = "expression_2",
},
{
	.name = "widest",
	.node = "expression_2",
},
{
	.name = "large",
	.node = "large",
	.output = "large",
},
{
	.name = "tagged",
	.node = "large",
	.output = "tagged",
},
{
	.name = "width",
	.node = "large",
	.output = "width",
},
{
	.name = "smaller",
	.node = "smaller",
	.output = "smaller",
},
{
	.name = "mean",
	.node = "smaller",
	.output = "mean",
},
{
	.name = "few",
	.node = "smaller",
	.output = "few",
},
{
	.name = "first",
	.node = "either",
},
{
	.name = "change",
	.node = "change",
	.output = "change",
},
{
	.name = "late",
	.node = "change",
	.output = "late",
},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "expressions",
	.doc = "",
	.source = "expressions.pkd",
	.streams = streams,
	.n_streams = 21,
	.nodes = nodes,
	.n_nodes = 26,
	.processes = processes,
	.n_processes = 16,
	.names = names,
	.n_names = 12,
	.params = &options,
	.param_table = option_table,
	.n_params = 2,
	.memory = 94208, /* 92 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
