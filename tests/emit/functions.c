/* The program `functions`. Written by pkdc 0.1.0 from functions.pkd: to change it, edit that
 * file and run pkdc build again. */
#include "functions.pkd.h"
#include <math.h>
#include <pkd/arith.h>
#include <pkd/program.h>
#include <pkd/text.h>
#include <string.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods look_methods;
extern const struct pkd_methods keep_methods;
extern const struct pkd_methods named_methods;

enum {
	NODE_s,
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
	NODE_keep_15,
	NODE_named,
	NODE_expression_1,
	NODE_expression_2,
	NODE_expression_3,
	NODE_expression_5,
	NODE_expression_7,
	NODE_expression_9,
	NODE_expression_12,
	NODE_expression_14,
	NODE_expression_16,
};

enum {
	STREAM_s_found,
	STREAM_s_many,
	STREAM_s_a,
	STREAM_s_n,
	STREAM_s_speed,
	STREAM_s_at,
	STREAM_s_mode,
	STREAM_expression_1_value,
	STREAM_expression_2_value,
	STREAM_expression_2_value_2,
	STREAM_expression_3_value,
	STREAM_expression_3_value_2,
	STREAM_expression_5_value,
	STREAM_expression_5_value_2,
	STREAM_expression_7_value,
	STREAM_expression_9_value,
	STREAM_expression_9_value_2,
	STREAM_expression_9_value_3,
	STREAM_expression_9_value_4,
	STREAM_expression_9_value_5,
	STREAM_expression_12_value,
	STREAM_expression_14_value,
	STREAM_expression_16_value,
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
static const struct pkd_type type_i16 = {
	.kind = PKD_I16,
	.name = "i16",
	.size = 2,
	.align = 2,
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
static const struct pkd_field type_Found_fields[] = {
	{"label", &type_string_15, offsetof(struct Found, label)},
	{"score", &type_f32, offsetof(struct Found, score)},
	{"x", &type_i16, offsetof(struct Found, x)},
	{"id", &type_u32, offsetof(struct Found, id)},
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
	.size = 516,
	.align = 4,
	.n = 16,
	.items_offset = 4,
	.item = &type_Found,
};
static const struct pkd_type type_list_Found_200 = {
	.kind = PKD_LIST,
	.name = "list<Found, 200>",
	.size = 6404,
	.align = 4,
	.n = 200,
	.items_offset = 4,
	.item = &type_Found,
};
static const struct pkd_type type_i32 = {
	.kind = PKD_I32,
	.name = "i32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_time = {
	.kind = PKD_TIME,
	.name = "time",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};
static const char *const type_Mode_names[] = {"low", "high"};
static const struct pkd_type type_Mode = {
	.kind = PKD_ENUM,
	.name = "Mode",
	.size = 4,
	.align = 4,
	.flat = true,
	.n = 2,
	.names = type_Mode_names,
};
static const struct pkd_type type_f64 = {
	.kind = PKD_F64,
	.name = "f64",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_i64 = {
	.kind = PKD_I64,
	.name = "i64",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_string_16 = {
	.kind = PKD_STRING,
	.name = "string<16>",
	.size = 24,
	.align = 4,
	.n = 16,
};
static const struct pkd_field type_record_1_fields[] = {
	{"who", &type_string_16, offsetof(struct functions_record_1, who)},
	{"half", &type_f32, offsetof(struct functions_record_1, half)},
};
static const struct pkd_type type_record_1 = {
	.kind = PKD_RECORD,
	.name = "record_1",
	.size = sizeof(struct functions_record_1),
	.align = _Alignof(struct functions_record_1),
	.n = 2,
	.fields = type_record_1_fields,
};
static const struct pkd_type type_list_record_1_16 = {
	.kind = PKD_LIST,
	.name = "list<record_1, 16>",
	.size = 452,
	.align = 4,
	.n = 16,
	.items_offset = 4,
	.item = &type_record_1,
};
static const struct pkd_type type_string_12 = {
	.kind = PKD_STRING,
	.name = "string<12>",
	.size = 20,
	.align = 4,
	.n = 12,
};

/* What the program's options set. */
struct functions_params {
	int32_t share;
	float gain;
	const char *folder;
};

static struct functions_params options = {
	.share = 2,
	.gain = 0.5f,
	.folder = "out",
};

static const struct pkd_param option_table[] = {
	{
		.name = "share",
		.doc = "",
		.kind = PKD_I32,
		.offset = offsetof(struct functions_params, share),
		.initial = "2",
	},
	{
		.name = "gain",
		.doc = "",
		.kind = PKD_F32,
		.offset = offsetof(struct functions_params, gain),
		.initial = "0.5",
	},
	{
		.name = "folder",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct functions_params, folder),
		.initial = "\"out\"",
	},
};

static struct look_params s_params;
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
static struct keep_params keep_15_params;
static struct named_params named_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	keep_params = (struct keep_params){.T = &type_f32};
	keep_2_params = (struct keep_params){.T = &type_f64};
	keep_3_params = (struct keep_params){.T = &type_i32};
	keep_4_params = (struct keep_params){.T = &type_i64};
	keep_5_params = (struct keep_params){.T = &type_i64};
	keep_6_params = (struct keep_params){.T = &type_i64};
	keep_7_params = (struct keep_params){.T = &type_f64};
	keep_8_params = (struct keep_params){.T = &type_f64};
	keep_9_params = (struct keep_params){.T = &type_i64};
	keep_10_params = (struct keep_params){.T = &type_f64};
	keep_11_params = (struct keep_params){.T = &type_Found};
	keep_12_params = (struct keep_params){.T = &type_string_15};
	keep_13_params = (struct keep_params){.T = &type_list_Found_16};
	keep_14_params = (struct keep_params){.T = &type_list_Found_200};
	keep_15_params = (struct keep_params){.T = &type_list_record_1_16};
	char t1[PKD_NUMBER_SIZE];
	pkd_text_i64(options.share, t1);
	const char *t2 = pkd_text_joined(4, options.folder, "/", t1, ".csv");
	if (!t2)
		return "named.title = folder + \"/\" + text(share) + \".csv\" has no value of type "
			       "string";
	const float t3 = options.gain * 10.0f;
	if (!pkd_i32_holds_f64(t3))
		return "named.least = i32(gain * 10) has no value of type i32";
	named_params = (struct named_params){.title = t2, .least = (int32_t)t3};
	return NULL;
}

static const struct pkd_param named_param_table[] = {
	{
		.name = "title",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct named_params, title),
		.initial = "\"\"",
	},
	{
		.name = "least",
		.doc = "",
		.kind = PKD_I32,
		.offset = offsetof(struct named_params, least),
		.initial = "0",
	},
};

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

/* list<Found, 16> */
struct value_list_Found_16 {
	uint32_t len;
	struct Found items[16];
};

/* list<record_1, 16> */
struct value_list_record_1_16 {
	uint32_t len;
	struct functions_record_1 items[16];
};

/* string<15> */
struct value_string_15 {
	uint32_t len;
	char text[16];
};

/* list<Found, 200> */
struct value_list_Found_200 {
	uint32_t len;
	struct Found items[200];
};

/* string<12> */
struct value_string_12 {
	uint32_t len;
	char text[13];
};

/* functions.pkd:21: keep(sqrt(s.speed) + gain * abs(s.speed)) */
struct functions_expression_1_1_in {
	const float *speed; /* f32 */
};
struct functions_expression_1_1_out {
	float *value; /* f32 */
};

static int functions_expression_1_1_step(void *node, const void *inputs, void *outputs,
                                         struct pkd_ctx *ctx)
{
	const struct functions_expression_1_1_in *in = inputs;
	struct functions_expression_1_1_out *out = outputs;

	(void)node;
	(void)ctx;

	*out->value = (float)sqrt(*in->speed) + options.gain * pkd_abs_f32(*in->speed);
	return PKD_OK;
}

static const struct pkd_methods functions_expression_1_1_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = functions_expression_1_1_step,
	.finish = expression_finish,
};

/* functions.pkd:22: keep(hypot(s.speed, 3) / pow(s.a, 2)) */
struct functions_expression_2_2_in {
	const float *speed; /* f32 */
	const int32_t *a;   /* i32 */
};
struct functions_expression_2_2_out {
	double *value;    /* f64 */
	int64_t *value_2; /* i64 */
};

/* functions.pkd:22: keep(hypot(s.speed, 3) / pow(s.a, 2)) */
static void functions_expression_2_2_value(const struct functions_expression_2_2_in *in,
                                           const struct functions_expression_2_2_out *out)
{
	*out->value = (double)(float)hypot(*in->speed, 3.0f) / pow((double)*in->a, 2.0);
}

/* functions.pkd:24: keep(i8(s.speed) + u8(s.a)) */
static void functions_expression_2_2_value_2(const struct functions_expression_2_2_in *in,
                                             const struct functions_expression_2_2_out *out)
{
	const int64_t t1 = (int64_t)pkd_i8_from_f64(*in->speed);
	*out->value_2 = pkd_add_i64(t1, (int64_t)pkd_u8_from_i64(*in->a));
}

static int functions_expression_2_2_step(void *node, const void *inputs, void *outputs,
                                         struct pkd_ctx *ctx)
{
	const struct functions_expression_2_2_in *in = inputs;
	struct functions_expression_2_2_out *out = outputs;

	(void)node;
	(void)ctx;

	functions_expression_2_2_value(in, out);
	functions_expression_2_2_value_2(in, out);
	return PKD_OK;
}

static const struct pkd_methods functions_expression_2_2_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = functions_expression_2_2_step,
	.finish = expression_finish,
};

/* functions.pkd:23: keep(clamp(s.a, -share, share) + sign(s.a)) */
struct functions_expression_3_3_in {
	const int32_t *a; /* i32 */
};
struct functions_expression_3_3_out {
	int32_t *value;  /* i32 */
	double *value_2; /* f64 */
};

/* functions.pkd:23: keep(clamp(s.a, -share, share) + sign(s.a)) */
static void functions_expression_3_3_value(const struct functions_expression_3_3_in *in,
                                           const struct functions_expression_3_3_out *out)
{
	const int32_t t1 = pkd_clamp_i32(*in->a, pkd_neg_i32(options.share), options.share);
	*out->value = pkd_add_i32(t1, pkd_sign_i32(*in->a));
}

/* functions.pkd:28: keep(seconds(age(s.a))) */
static void functions_expression_3_3_value_2(const struct functions_expression_3_3_in *in,
                                             const struct functions_expression_3_3_out *out,
                                             struct pkd_ctx *ctx)
{
	*out->value_2 = (double)pkd_age(ctx, in->a) / 1000000000.0;
}

static int functions_expression_3_3_step(void *node, const void *inputs, void *outputs,
                                         struct pkd_ctx *ctx)
{
	const struct functions_expression_3_3_in *in = inputs;
	struct functions_expression_3_3_out *out = outputs;

	(void)node;

	functions_expression_3_3_value(in, out);
	functions_expression_3_3_value_2(in, out, ctx);
	return PKD_OK;
}

static const struct pkd_methods functions_expression_3_3_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = functions_expression_3_3_step,
	.finish = expression_finish,
};

/* functions.pkd:25: keep(s.n - 5) */
struct functions_expression_5_5_in {
	const uint32_t *n; /* u32 */
};
struct functions_expression_5_5_out {
	int64_t *value;   /* i64 */
	int64_t *value_2; /* i64 */
};

/* functions.pkd:25: keep(s.n - 5) */
static void functions_expression_5_5_value(const struct functions_expression_5_5_in *in,
                                           const struct functions_expression_5_5_out *out)
{
	*out->value = pkd_sub_unsigned(*in->n, 5);
}

/* functions.pkd:26: keep(-s.n) */
static void functions_expression_5_5_value_2(const struct functions_expression_5_5_in *in,
                                             const struct functions_expression_5_5_out *out)
{
	*out->value_2 = pkd_sub_unsigned(0, *in->n);
}

static int functions_expression_5_5_step(void *node, const void *inputs, void *outputs,
                                         struct pkd_ctx *ctx)
{
	const struct functions_expression_5_5_in *in = inputs;
	struct functions_expression_5_5_out *out = outputs;

	(void)node;
	(void)ctx;

	functions_expression_5_5_value(in, out);
	functions_expression_5_5_value_2(in, out);
	return PKD_OK;
}

static const struct pkd_methods functions_expression_5_5_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = functions_expression_5_5_step,
	.finish = expression_finish,
};

/* functions.pkd:27: keep(s.at / 1ms) */
struct functions_expression_7_7_in {
	const int64_t *at; /* time */
};
struct functions_expression_7_7_out {
	double *value; /* f64 */
};

static int functions_expression_7_7_step(void *node, const void *inputs, void *outputs,
                                         struct pkd_ctx *ctx)
{
	const struct functions_expression_7_7_in *in = inputs;
	struct functions_expression_7_7_out *out = outputs;

	(void)node;
	(void)ctx;

	*out->value = (double)*in->at / 1000000.0;
	return PKD_OK;
}

static const struct pkd_methods functions_expression_7_7_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = functions_expression_7_7_step,
	.finish = expression_finish,
};

/* functions.pkd:29: keep(sum(s.found, it.x * it.x)) */
struct functions_expression_9_9 {
	struct value_list_Found_16 t1;
};
struct functions_expression_9_9_in {
	const struct value_list_Found_16 *found; /* list<Found, 16> */
};
struct functions_expression_9_9_out {
	int64_t *value;                         /* i64 */
	double *value_2;                        /* f64 */
	struct Found *value_3;                  /* Found */
	struct value_list_Found_16 *value_4;    /* list<Found, 16> */
	struct value_list_record_1_16 *value_5; /* list<record_1, 16> */
};

/* functions.pkd:29: keep(sum(s.found, it.x * it.x)) */
static void functions_expression_9_9_value(const struct functions_expression_9_9_in *in,
                                           const struct functions_expression_9_9_out *out)
{
	int64_t sum = 0;
	for (uint32_t i = 0, end = pkd_length(&in->found->len, 16); i < end; i++) {
		const struct Found *it = &in->found->items[i];
		sum = pkd_add_i64(sum, pkd_mul_i64((int64_t)it->x, (int64_t)it->x));
	}
	*out->value = sum;
}

/* functions.pkd:30: keep(mean(s.found where it.score > gain, it.x)) */
static bool functions_expression_9_9_value_2(const struct functions_expression_9_9_in *in,
                                             const struct functions_expression_9_9_out *out)
{
	int64_t sum_2 = 0;
	uint32_t n = 0;
	for (uint32_t i = 0, end = pkd_length(&in->found->len, 16); i < end; i++) {
		const struct Found *it = &in->found->items[i];
		if (it->score > options.gain) {
			sum_2 = pkd_add_i64(sum_2, (int64_t)it->x);
			n++;
		}
	}
	if (n == 0)
		return false;
	*out->value_2 = (double)sum_2 / n;
	return true;
}

/* functions.pkd:31: keep(best(s.found, it.score)) */
static bool functions_expression_9_9_value_3(const struct functions_expression_9_9_in *in,
                                             const struct functions_expression_9_9_out *out)
{
	const struct Found *best = NULL;
	float most = 0;
	for (uint32_t i = 0, end = pkd_length(&in->found->len, 16); i < end; i++) {
		const struct Found *it = &in->found->items[i];
		if (!best || pkd_above_f32(it->score, most)) {
			best = &in->found->items[i];
			most = it->score;
		}
	}
	if (!best)
		return false;
	*out->value_3 = *best;
	return true;
}

/* functions.pkd:33: keep(take(sorted(s.found, -it.score), share)) */
static void functions_expression_9_9_value_4(struct functions_expression_9_9 *self,
                                             const struct functions_expression_9_9_in *in,
                                             const struct functions_expression_9_9_out *out)
{
	struct pkd_order_f64 order[16];
	uint32_t n_2 = 0;
	for (uint32_t i = 0, end = pkd_length(&in->found->len, 16); i < end; i++) {
		const struct Found *it = &in->found->items[i];
		order[n_2++] = (struct pkd_order_f64){-it->score, i};
	}
	pkd_sort_f64(order, n_2);
	for (uint32_t i = 0; i < n_2; i++)
		self->t1.items[i] = in->found->items[order[i].at];
	self->t1.len = n_2;
	const int64_t most_2 = (int64_t)options.share;
	uint32_t n_3 = 0;
	for (uint32_t i = 0, end = pkd_length(&self->t1.len, 16); i < end; i++) {
		const struct Found *it = &self->t1.items[i];
		if (n_3 >= most_2)
			break;
		out->value_4->items[n_3] = *it;
		n_3++;
	}
	out->value_4->len = n_3;
}

/* functions.pkd:35: keep(s.found select { who: it.label + "!", half: it.score / 2 }) */
static void functions_expression_9_9_value_5(const struct functions_expression_9_9_in *in,
                                             const struct functions_expression_9_9_out *out)
{
	uint32_t n_4 = 0;
	for (uint32_t i = 0, end = pkd_length(&in->found->len, 16); i < end; i++) {
		const struct Found *it = &in->found->items[i];
		out->value_5->items[n_4].who.len = 0;
		pkd_string_add(&out->value_5->items[n_4].who, it->label.text,
		               pkd_length(&it->label.len, 15));
		pkd_string_add(&out->value_5->items[n_4].who, "!", 1);
		out->value_5->items[n_4].half = it->score / 2.0f;
		n_4++;
	}
	out->value_5->len = n_4;
}

static int functions_expression_9_9_step(void *node, const void *inputs, void *outputs,
                                         struct pkd_ctx *ctx)
{
	struct functions_expression_9_9 *self = node;
	const struct functions_expression_9_9_in *in = inputs;
	struct functions_expression_9_9_out *out = outputs;

	functions_expression_9_9_value(in, out);
	if (!functions_expression_9_9_value_2(in, out))
		pkd_absent(ctx, 1);
	if (!functions_expression_9_9_value_3(in, out))
		pkd_absent(ctx, 2);
	functions_expression_9_9_value_4(self, in, out);
	functions_expression_9_9_value_5(in, out);
	return PKD_OK;
}

static const struct pkd_methods functions_expression_9_9_methods = {
	.abi = PKD_ABI,
	.self_size = sizeof(struct functions_expression_9_9),
	.init = expression_init,
	.step = functions_expression_9_9_step,
	.finish = expression_finish,
};

/* functions.pkd:32: keep(first(s.found).label ?? "nobody") */
struct functions_expression_12_12_in {
	const struct value_list_Found_16 *found; /* list<Found, 16>?: NULL when absent */
};
struct functions_expression_12_12_out {
	struct value_string_15 *value; /* string<15> */
};

static int functions_expression_12_12_step(void *node, const void *inputs, void *outputs,
                                           struct pkd_ctx *ctx)
{
	const struct functions_expression_12_12_in *in = inputs;
	struct functions_expression_12_12_out *out = outputs;

	(void)node;
	(void)ctx;

	if (in->found && pkd_length(&in->found->len, 16) > 0) {
		const struct value_string_15 *t1 = (const void *)&in->found->items[0].label;
		pkd_copy_string(out->value, t1, 15);
	} else {
		pkd_string_set(out->value, "nobody");
	}
	return PKD_OK;
}

static const struct pkd_methods functions_expression_12_12_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = functions_expression_12_12_step,
	.finish = expression_finish,
};

/* functions.pkd:34: keep(sorted(s.many, it.id)) */
struct functions_expression_14_14 {
	struct pkd_order_u64 order[200];
};
struct functions_expression_14_14_in {
	const struct value_list_Found_200 *many; /* list<Found, 200> */
};
struct functions_expression_14_14_out {
	struct value_list_Found_200 *value; /* list<Found, 200> */
};

static int functions_expression_14_14_step(void *node, const void *inputs, void *outputs,
                                           struct pkd_ctx *ctx)
{
	struct functions_expression_14_14 *self = node;
	const struct functions_expression_14_14_in *in = inputs;
	struct functions_expression_14_14_out *out = outputs;

	(void)ctx;

	uint32_t n = 0;
	for (uint32_t i = 0, end = pkd_length(&in->many->len, 200); i < end; i++) {
		const struct Found *it = &in->many->items[i];
		self->order[n++] = (struct pkd_order_u64){it->id, i};
	}
	pkd_sort_u64(self->order, n);
	for (uint32_t i = 0; i < n; i++)
		out->value->items[i] = in->many->items[self->order[i].at];
	out->value->len = n;
	return PKD_OK;
}

static const struct pkd_methods functions_expression_14_14_methods = {
	.abi = PKD_ABI,
	.self_size = sizeof(struct functions_expression_14_14),
	.init = expression_init,
	.step = functions_expression_14_14_step,
	.finish = expression_finish,
};

/* functions.pkd:36: named("m=" + text(s.mode) + text(s.speed, 1), title: folder + "/" +
 * text(share) + ".csv", least: i32(gain * 10)) */
struct functions_expression_16_16_in {
	const uint32_t *mode; /* Mode */
	const float *speed;   /* f32 */
};
struct functions_expression_16_16_out {
	struct value_string_12 *value; /* string<12> */
};

static int functions_expression_16_16_step(void *node, const void *inputs, void *outputs,
                                           struct pkd_ctx *ctx)
{
	const struct functions_expression_16_16_in *in = inputs;
	struct functions_expression_16_16_out *out = outputs;

	(void)node;
	(void)ctx;

	out->value->len = 0;
	pkd_string_add(out->value, "m=", 2);
	static const char *const t1[] = {"low", "high"};
	const uint32_t t2 = *in->mode;
	pkd_string_add_word(out->value, t2 < 2 ? t1[t2] : "?");
	pkd_string_add_fixed(out->value, (double)*in->speed, 1);
	return PKD_OK;
}

static const struct pkd_methods functions_expression_16_16_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = functions_expression_16_16_step,
	.finish = expression_finish,
};

static const struct pkd_reader s_found_readers[] = {
	{NODE_expression_9, 0},
	{NODE_expression_12, 0},
};
static const struct pkd_reader s_many_readers[] = {{NODE_expression_14, 0}};
static const struct pkd_reader s_a_readers[] = {{NODE_expression_2, 1}, {NODE_expression_3, 0}};
static const struct pkd_reader s_n_readers[] = {{NODE_expression_5, 0}};
static const struct pkd_reader s_speed_readers[] = {
	{NODE_expression_1, 0},
	{NODE_expression_2, 0},
	{NODE_expression_16, 1},
};
static const struct pkd_reader s_at_readers[] = {{NODE_expression_7, 0}};
static const struct pkd_reader s_mode_readers[] = {{NODE_expression_16, 0}};
static const struct pkd_reader expression_1_value_readers[] = {{NODE_keep, 0}};
static const struct pkd_reader expression_2_value_readers[] = {{NODE_keep_2, 0}};
static const struct pkd_reader expression_2_value_2_readers[] = {{NODE_keep_4, 0}};
static const struct pkd_reader expression_3_value_readers[] = {{NODE_keep_3, 0}};
static const struct pkd_reader expression_3_value_2_readers[] = {{NODE_keep_8, 0}};
static const struct pkd_reader expression_5_value_readers[] = {{NODE_keep_5, 0}};
static const struct pkd_reader expression_5_value_2_readers[] = {{NODE_keep_6, 0}};
static const struct pkd_reader expression_7_value_readers[] = {{NODE_keep_7, 0}};
static const struct pkd_reader expression_9_value_readers[] = {{NODE_keep_9, 0}};
static const struct pkd_reader expression_9_value_2_readers[] = {{NODE_keep_10, 0}};
static const struct pkd_reader expression_9_value_3_readers[] = {{NODE_keep_11, 0}};
static const struct pkd_reader expression_9_value_4_readers[] = {{NODE_keep_13, 0}};
static const struct pkd_reader expression_9_value_5_readers[] = {{NODE_keep_15, 0}};
static const struct pkd_reader expression_12_value_readers[] = {{NODE_keep_12, 0}};
static const struct pkd_reader expression_14_value_readers[] = {{NODE_keep_14, 0}};
static const struct pkd_reader expression_16_value_readers[] = {{NODE_named, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* list<Found, 16>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.found",
		.type = "list<Found, 16>",
		.writer = NODE_s,
		.output = 0,
		.value_size = 516,
		.slot_size = 640,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_found_readers,
		.n_readers = 2,
	},
	/* list<Found, 200>; 3 slots = 2 in the ring + 1 loaned; 24 KiB */
	{
		.name = "s.many",
		.type = "list<Found, 200>",
		.writer = NODE_s,
		.output = 1,
		.value_size = 6404,
		.slot_size = 8192,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_many_readers,
		.n_readers = 1,
	},
	/* i32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.a",
		.type = "i32",
		.writer = NODE_s,
		.output = 2,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_a_readers,
		.n_readers = 2,
	},
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.n",
		.type = "u32",
		.writer = NODE_s,
		.output = 3,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_n_readers,
		.n_readers = 1,
	},
	/* f32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.speed",
		.type = "f32",
		.writer = NODE_s,
		.output = 4,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_speed_readers,
		.n_readers = 3,
	},
	/* time; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.at",
		.type = "time",
		.writer = NODE_s,
		.output = 5,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_at_readers,
		.n_readers = 1,
	},
	/* Mode; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.mode",
		.type = "Mode",
		.writer = NODE_s,
		.output = 6,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_mode_readers,
		.n_readers = 1,
	},
	/* f32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_1.value",
		.type = "f32",
		.writer = NODE_expression_1,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_1_value_readers,
		.n_readers = 1,
	},
	/* f64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_2.value",
		.type = "f64",
		.writer = NODE_expression_2,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_2_value_readers,
		.n_readers = 1,
	},
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_2.value_2",
		.type = "i64",
		.writer = NODE_expression_2,
		.output = 1,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_2_value_2_readers,
		.n_readers = 1,
	},
	/* i32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_3.value",
		.type = "i32",
		.writer = NODE_expression_3,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_3_value_readers,
		.n_readers = 1,
	},
	/* f64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_3.value_2",
		.type = "f64",
		.writer = NODE_expression_3,
		.output = 1,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_3_value_2_readers,
		.n_readers = 1,
	},
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_5.value",
		.type = "i64",
		.writer = NODE_expression_5,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_5_value_readers,
		.n_readers = 1,
	},
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_5.value_2",
		.type = "i64",
		.writer = NODE_expression_5,
		.output = 1,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_5_value_2_readers,
		.n_readers = 1,
	},
	/* f64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_7.value",
		.type = "f64",
		.writer = NODE_expression_7,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_7_value_readers,
		.n_readers = 1,
	},
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_9.value",
		.type = "i64",
		.writer = NODE_expression_9,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_9_value_readers,
		.n_readers = 1,
	},
	/* f64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_9.value_2",
		.type = "f64",
		.writer = NODE_expression_9,
		.output = 1,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_9_value_2_readers,
		.n_readers = 1,
	},
	/* Found; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_9.value_3",
		.type = "Found",
		.writer = NODE_expression_9,
		.output = 2,
		.value_size = 32,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_9_value_3_readers,
		.n_readers = 1,
	},
	/* list<Found, 16>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_9.value_4",
		.type = "list<Found, 16>",
		.writer = NODE_expression_9,
		.output = 3,
		.value_size = 516,
		.slot_size = 640,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_9_value_4_readers,
		.n_readers = 1,
	},
	/* list<record_1, 16>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_9.value_5",
		.type = "list<record_1, 16>",
		.writer = NODE_expression_9,
		.output = 4,
		.value_size = 452,
		.slot_size = 576,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_9_value_5_readers,
		.n_readers = 1,
	},
	/* string<15>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_12.value",
		.type = "string<15>",
		.writer = NODE_expression_12,
		.output = 0,
		.value_size = 20,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_12_value_readers,
		.n_readers = 1,
	},
	/* list<Found, 200>; 3 slots = 2 in the ring + 1 loaned; 24 KiB */
	{
		.name = "expression_14.value",
		.type = "list<Found, 200>",
		.writer = NODE_expression_14,
		.output = 0,
		.value_size = 6404,
		.slot_size = 8192,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_14_value_readers,
		.n_readers = 1,
	},
	/* string<12>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_16.value",
		.type = "string<12>",
		.writer = NODE_expression_16,
		.output = 0,
		.value_size = 20,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_16_value_readers,
		.n_readers = 1,
	},
};

static const struct pkd_output s_outputs[] = {
	{.name = "found", .stream = STREAM_s_found, .type = &type_list_Found_16},
	{.name = "many", .stream = STREAM_s_many, .type = &type_list_Found_200},
	{.name = "a", .stream = STREAM_s_a, .type = &type_i32},
	{.name = "n", .stream = STREAM_s_n, .type = &type_u32},
	{.name = "speed", .stream = STREAM_s_speed, .type = &type_f32},
	{.name = "at", .stream = STREAM_s_at, .type = &type_time},
	{.name = "mode", .stream = STREAM_s_mode, .type = &type_Mode},
};

static const struct pkd_input keep_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:21:10",
		.stream = STREAM_expression_1_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_2_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:22:10",
		.stream = STREAM_expression_2_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_3_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:23:10",
		.stream = STREAM_expression_3_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_4_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:24:10",
		.stream = STREAM_expression_2_value_2,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_5_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:25:10",
		.stream = STREAM_expression_5_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_6_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:26:10",
		.stream = STREAM_expression_5_value_2,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_7_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:27:10",
		.stream = STREAM_expression_7_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_8_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:28:10",
		.stream = STREAM_expression_3_value_2,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_9_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:29:10",
		.stream = STREAM_expression_9_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_10_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:30:10",
		.stream = STREAM_expression_9_value_2,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_11_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:31:10",
		.stream = STREAM_expression_9_value_3,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_12_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:32:10",
		.stream = STREAM_expression_12_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_13_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:33:10",
		.stream = STREAM_expression_9_value_4,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_14_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:34:10",
		.stream = STREAM_expression_14_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_input keep_15_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:35:10",
		.stream = STREAM_expression_9_value_5,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_derived named_derived[] = {
	{0, 0}, /* title: --share */
	{0, 2}, /* title: --folder */
	{1, 1}, /* least: --gain */
};

static const struct pkd_input named_inputs[] = {
	{
		.name = "value",
		.at = "functions.pkd:36:11",
		.stream = STREAM_expression_16_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input expression_1_inputs[] = {
	{
		.name = "speed",
		.at = "functions.pkd:21:15",
		.stream = STREAM_s_speed,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_1_outputs[] = {
	{.name = "value", .stream = STREAM_expression_1_value, .type = &type_f32},
};

static const struct pkd_input expression_2_inputs[] = {
	{
		.name = "speed",
		.at = "functions.pkd:22:16",
		.stream = STREAM_s_speed,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
	{
		.name = "a",
		.at = "functions.pkd:22:34",
		.stream = STREAM_s_a,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.port = 1,
	},
};

static const struct pkd_output expression_2_outputs[] = {
	{.name = "value", .stream = STREAM_expression_2_value, .type = &type_f64},
	{.name = "value_2", .stream = STREAM_expression_2_value_2, .type = &type_i64},
};

static const struct pkd_input expression_3_inputs[] = {
	{
		.name = "a",
		.at = "functions.pkd:23:16",
		.stream = STREAM_s_a,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_3_outputs[] = {
	{.name = "value", .stream = STREAM_expression_3_value, .type = &type_i32},
	{.name = "value_2", .stream = STREAM_expression_3_value_2, .type = &type_f64},
};

static const struct pkd_input expression_5_inputs[] = {
	{
		.name = "n",
		.at = "functions.pkd:25:10",
		.stream = STREAM_s_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_5_outputs[] = {
	{.name = "value", .stream = STREAM_expression_5_value, .type = &type_i64},
	{.name = "value_2", .stream = STREAM_expression_5_value_2, .type = &type_i64},
};

static const struct pkd_input expression_7_inputs[] = {
	{
		.name = "at",
		.at = "functions.pkd:27:10",
		.stream = STREAM_s_at,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_7_outputs[] = {
	{.name = "value", .stream = STREAM_expression_7_value, .type = &type_f64},
};

static const struct pkd_input expression_9_inputs[] = {
	{
		.name = "found",
		.at = "functions.pkd:29:14",
		.stream = STREAM_s_found,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_9_outputs[] = {
	{.name = "value", .stream = STREAM_expression_9_value, .type = &type_i64},
	{.name = "value_2", .stream = STREAM_expression_9_value_2, .type = &type_f64},
	{.name = "value_3", .stream = STREAM_expression_9_value_3, .type = &type_Found},
	{.name = "value_4", .stream = STREAM_expression_9_value_4, .type = &type_list_Found_16},
	{.name = "value_5", .stream = STREAM_expression_9_value_5, .type = &type_list_record_1_16},
};

static const struct pkd_input expression_12_inputs[] = {
	{
		.name = "found",
		.at = "functions.pkd:32:16",
		.stream = STREAM_s_found,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
};

static const struct pkd_output expression_12_outputs[] = {
	{.name = "value", .stream = STREAM_expression_12_value, .type = &type_string_15},
};

static const struct pkd_input expression_14_inputs[] = {
	{
		.name = "many",
		.at = "functions.pkd:34:17",
		.stream = STREAM_s_many,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_14_outputs[] = {
	{.name = "value", .stream = STREAM_expression_14_value, .type = &type_list_Found_200},
};

static const struct pkd_input expression_16_inputs[] = {
	{
		.name = "mode",
		.at = "functions.pkd:36:23",
		.stream = STREAM_s_mode,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
	{
		.name = "speed",
		.at = "functions.pkd:36:38",
		.stream = STREAM_s_speed,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.port = 1,
	},
};

static const struct pkd_output expression_16_outputs[] = {
	{.name = "value", .stream = STREAM_expression_16_value, .type = &type_string_12},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "s",
		.kind = "look",
		.at = "functions.pkd:20:5",
		.methods = &look_methods,
		.params = &s_params,
		.outputs = s_outputs,
		.n_outputs = 7,
		.origin = PKD_PACED,
	},
	{
		.name = "keep",
		.kind = "keep",
		.at = "functions.pkd:21:5",
		.methods = &keep_methods,
		.params = &keep_params,
		.inputs = keep_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_2",
		.kind = "keep",
		.at = "functions.pkd:22:5",
		.methods = &keep_methods,
		.params = &keep_2_params,
		.inputs = keep_2_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_3",
		.kind = "keep",
		.at = "functions.pkd:23:5",
		.methods = &keep_methods,
		.params = &keep_3_params,
		.inputs = keep_3_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_4",
		.kind = "keep",
		.at = "functions.pkd:24:5",
		.methods = &keep_methods,
		.params = &keep_4_params,
		.inputs = keep_4_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_5",
		.kind = "keep",
		.at = "functions.pkd:25:5",
		.methods = &keep_methods,
		.params = &keep_5_params,
		.inputs = keep_5_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_6",
		.kind = "keep",
		.at = "functions.pkd:26:5",
		.methods = &keep_methods,
		.params = &keep_6_params,
		.inputs = keep_6_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_7",
		.kind = "keep",
		.at = "functions.pkd:27:5",
		.methods = &keep_methods,
		.params = &keep_7_params,
		.inputs = keep_7_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_8",
		.kind = "keep",
		.at = "functions.pkd:28:5",
		.methods = &keep_methods,
		.params = &keep_8_params,
		.inputs = keep_8_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_9",
		.kind = "keep",
		.at = "functions.pkd:29:5",
		.methods = &keep_methods,
		.params = &keep_9_params,
		.inputs = keep_9_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_10",
		.kind = "keep",
		.at = "functions.pkd:30:5",
		.methods = &keep_methods,
		.params = &keep_10_params,
		.inputs = keep_10_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_11",
		.kind = "keep",
		.at = "functions.pkd:31:5",
		.methods = &keep_methods,
		.params = &keep_11_params,
		.inputs = keep_11_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_12",
		.kind = "keep",
		.at = "functions.pkd:32:5",
		.methods = &keep_methods,
		.params = &keep_12_params,
		.inputs = keep_12_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_13",
		.kind = "keep",
		.at = "functions.pkd:33:5",
		.methods = &keep_methods,
		.params = &keep_13_params,
		.inputs = keep_13_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_14",
		.kind = "keep",
		.at = "functions.pkd:34:5",
		.methods = &keep_methods,
		.params = &keep_14_params,
		.inputs = keep_14_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_15",
		.kind = "keep",
		.at = "functions.pkd:35:5",
		.methods = &keep_methods,
		.params = &keep_15_params,
		.inputs = keep_15_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "named",
		.kind = "named",
		.at = "functions.pkd:36:5",
		.methods = &named_methods,
		.params = &named_params,
		.param_table = named_param_table,
		.n_params = 2,
		.derived = named_derived,
		.n_derived = 3,
		.inputs = named_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "expression_1",
		.kind = "an expression",
		.at = "functions.pkd:21:10",
		.methods = &functions_expression_1_1_methods,
		.inputs = expression_1_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_1_outputs,
		.n_outputs = 1,
		.declared = true,
		.reads_options = true,
	},
	{
		.name = "expression_2",
		.kind = "an expression",
		.at = "functions.pkd:22:10",
		.methods = &functions_expression_2_2_methods,
		.inputs = expression_2_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.outputs = expression_2_outputs,
		.n_outputs = 2,
		.declared = true,
	},
	{
		.name = "expression_3",
		.kind = "an expression",
		.at = "functions.pkd:23:10",
		.methods = &functions_expression_3_3_methods,
		.inputs = expression_3_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_3_outputs,
		.n_outputs = 2,
		.declared = true,
		.reads_options = true,
	},
	{
		.name = "expression_5",
		.kind = "an expression",
		.at = "functions.pkd:25:10",
		.methods = &functions_expression_5_5_methods,
		.inputs = expression_5_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_5_outputs,
		.n_outputs = 2,
		.declared = true,
	},
	{
		.name = "expression_7",
		.kind = "an expression",
		.at = "functions.pkd:27:10",
		.methods = &functions_expression_7_7_methods,
		.inputs = expression_7_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_7_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "expression_9",
		.kind = "an expression",
		.at = "functions.pkd:29:10",
		.methods = &functions_expression_9_9_methods,
		.inputs = expression_9_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_9_outputs,
		.n_outputs = 5,
		.declared = true,
		.reads_options = true,
	},
	{
		.name = "expression_12",
		.kind = "an expression",
		.at = "functions.pkd:32:10",
		.methods = &functions_expression_12_12_methods,
		.inputs = expression_12_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_12_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "expression_14",
		.kind = "an expression",
		.at = "functions.pkd:34:10",
		.methods = &functions_expression_14_14_methods,
		.inputs = expression_14_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_14_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "expression_16",
		.kind = "an expression",
		.at = "functions.pkd:36:11",
		.methods = &functions_expression_16_16_methods,
		.inputs = expression_16_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.outputs = expression_16_outputs,
		.n_outputs = 1,
		.declared = true,
	},
};

static const uint32_t s_nodes[] = {
	NODE_s,
	NODE_expression_9,
	NODE_expression_5,
	NODE_expression_3,
	NODE_expression_2,
};
static const uint32_t keep_nodes[] = {NODE_keep, NODE_expression_1};
static const uint32_t keep_2_nodes[] = {NODE_keep_2};
static const uint32_t keep_3_nodes[] = {NODE_keep_3};
static const uint32_t keep_4_nodes[] = {NODE_keep_4};
static const uint32_t keep_5_nodes[] = {NODE_keep_5};
static const uint32_t keep_6_nodes[] = {NODE_keep_6};
static const uint32_t keep_7_nodes[] = {NODE_keep_7, NODE_expression_7};
static const uint32_t keep_8_nodes[] = {NODE_keep_8};
static const uint32_t keep_9_nodes[] = {NODE_keep_9};
static const uint32_t keep_10_nodes[] = {NODE_keep_10};
static const uint32_t keep_11_nodes[] = {NODE_keep_11};
static const uint32_t keep_12_nodes[] = {NODE_keep_12, NODE_expression_12};
static const uint32_t keep_13_nodes[] = {NODE_keep_13};
static const uint32_t keep_14_nodes[] = {NODE_keep_14, NODE_expression_14};
static const uint32_t keep_15_nodes[] = {NODE_keep_15};
static const uint32_t named_nodes[] = {NODE_named, NODE_expression_16};

static const struct pkd_process processes[] = {
	{
		.name = "s",
		.nodes = s_nodes,
		.n_nodes = 5,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep",
		.nodes = keep_nodes,
		.n_nodes = 2,
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
		.n_nodes = 1,
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
		.n_nodes = 1,
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
		.n_nodes = 1,
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
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "keep_13",
		.nodes = keep_13_nodes,
		.n_nodes = 1,
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
	{
		.name = "keep_15",
		.nodes = keep_15_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "named",
		.nodes = named_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "functions",
	.doc = "",
	.source = "functions.pkd",
	.streams = streams,
	.n_streams = 23,
	.nodes = nodes,
	.n_nodes = 26,
	.processes = processes,
	.n_processes = 17,
	.params = &options,
	.param_table = option_table,
	.n_params = 3,
	.memory = 135168, /* 132 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
