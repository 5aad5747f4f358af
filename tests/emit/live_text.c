/* The program `live_text`. Written by pkdc 0.1.0 from live_text.pkd: to change it, edit that
 * file and run pkdc build again. */
#include "live_text.pkd.h"
#include <pkd/arith.h>
#include <pkd/program.h>
#include <pkd/text.h>
#include <string.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods lamp_methods;
extern const struct pkd_methods show_methods;

enum {
	NODE_a,
	NODE_b,
	NODE_c,
	NODE_show,
	NODE_show_2,
	NODE_show_3,
	NODE_expression_1,
	NODE_d_y,
	NODE_e_y,
};

enum {
	STREAM_a_n,
	STREAM_b_n,
	STREAM_c_n,
	STREAM_expression_1_value,
	STREAM_d_y_value,
	STREAM_e_y_value,
};

/* Types as they are known at run time: to nodes, and to what checks their values. */
static const struct pkd_type type_i64 = {
	.kind = PKD_I64,
	.name = "i64",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_string_12 = {
	.kind = PKD_STRING,
	.name = "string<12>",
	.size = 20,
	.align = 4,
	.n = 12,
};
static const struct pkd_type type_bool = {
	.kind = PKD_BOOL,
	.name = "bool",
	.size = 1,
	.align = 1,
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
static const struct pkd_type type_string_13 = {
	.kind = PKD_STRING,
	.name = "string<13>",
	.size = 20,
	.align = 4,
	.n = 13,
};
static const struct pkd_field type_record_1_fields[] = {
	{"n", &type_i64, offsetof(struct live_text_record_1, n)},
	{"name", &type_string_12, offsetof(struct live_text_record_1, name)},
	{"same", &type_bool, offsetof(struct live_text_record_1, same)},
	{"length", &type_u32, offsetof(struct live_text_record_1, length)},
	{"both", &type_string_13, offsetof(struct live_text_record_1, both)},
};
static const struct pkd_type type_record_1 = {
	.kind = PKD_RECORD,
	.name = "record_1",
	.size = sizeof(struct live_text_record_1),
	.align = _Alignof(struct live_text_record_1),
	.n = 5,
	.fields = type_record_1_fields,
};
static const struct pkd_type type_string_32 = {
	.kind = PKD_STRING,
	.name = "string<32>",
	.size = 40,
	.align = 4,
	.n = 32,
};
static const struct pkd_field type_Both_fields[] = {
	{"n", &type_i64, offsetof(struct Both, n)},
	{"text", &type_string_32, offsetof(struct Both, text)},
};
static const struct pkd_type type_Both = {
	.kind = PKD_RECORD,
	.name = "Both",
	.size = sizeof(struct Both),
	.align = _Alignof(struct Both),
	.n = 2,
	.fields = type_Both_fields,
};

/* What the program's options set. */
struct live_text_params {
	struct {
		uint32_t len;
		char text[13];
	} name;
	const char *open;
	struct {
		uint32_t len;
		char text[33];
	} room;
};

static struct live_text_params options = {
	.name = {6, "a lamp"},
};

static const struct pkd_param option_table[] = {
	{
		.name = "name",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct live_text_params, name),
		.initial = "\"a lamp\"",
		.capacity = 12,
	},
	{
		.name = "open",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct live_text_params, open),
	},
	{
		.name = "room",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct live_text_params, room),
		.capacity = 32,
	},
};

static struct lamp_params a_params;
static struct lamp_params b_params;
static struct lamp_params c_params;
static struct show_params show_params;
static struct show_params show_2_params;
static struct show_params show_3_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	a_params = (struct lamp_params){.plain = options.name.text};
	if (!pkd_bind_string(&a_params.name.len, a_params.name.text, sizeof(a_params.name.text),
	                     options.name.text))
		return "a.name = name has no value of type string<12>";
	const char *t1 = pkd_text_joined(2, "to ", options.room.text);
	if (!t1)
		return "b.plain = \"to \" + room has no value of type string";
	b_params = (struct lamp_params){.plain = t1};
	if (!pkd_bind_string(&b_params.name.len, b_params.name.text, sizeof(b_params.name.text),
	                     options.open))
		return "b.name = open has no value of type string<12>";
	c_params = (struct lamp_params){.name = {5, "north"}, .plain = options.open};
	show_params = (struct show_params){.T = &type_record_1};
	show_2_params = (struct show_params){.T = &type_Both};
	show_3_params = (struct show_params){.T = &type_Both};
	return NULL;
}

static const struct pkd_param lamp_param_table[] = {
	{
		.name = "name",
		.doc = "on the door",
		.kind = PKD_STRING,
		.offset = offsetof(struct lamp_params, name),
		.initial = "\"lamp\"",
		.capacity = 12,
		.live = true,
	},
	{
		.name = "plain",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct lamp_params, plain),
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

/* live_text.pkd:22: show({ n: a.n, name: name, same: name == "lamp", length: len(name), both:
 * name + "!" }) */
struct live_text_expression_1_1_in {
	const int64_t *n; /* i64 */
};
struct live_text_expression_1_1_out {
	struct live_text_record_1 *value; /* record_1 */
};

static int live_text_expression_1_1_step(void *node, const void *inputs, void *outputs,
                                         struct pkd_ctx *ctx)
{
	const struct live_text_expression_1_1_in *in = inputs;
	struct live_text_expression_1_1_out *out = outputs;

	(void)node;
	(void)ctx;

	out->value->n = *in->n;
	pkd_copy_string(&out->value->name, &options.name, 12);
	out->value->same = pkd_string_is(&options.name, "lamp");
	out->value->length = pkd_length(&options.name.len, 12);
	out->value->both.len = 0;
	pkd_string_add(&out->value->both, options.name.text, pkd_length(&options.name.len, 12));
	pkd_string_add(&out->value->both, "!", 1);
	return PKD_OK;
}

static const struct pkd_methods live_text_expression_1_1_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = live_text_expression_1_1_step,
	.finish = expression_finish,
};

/* live_text.pkd:15: out y = Both(n: n, text: text) */
struct live_text_y_2_in {
	const int64_t *n; /* i64 */
};
struct live_text_y_2_out {
	struct Both *value; /* Both */
};

static int live_text_y_2_step(void *node, const void *inputs, void *outputs, struct pkd_ctx *ctx)
{
	const struct live_text_y_2_in *in = inputs;
	struct live_text_y_2_out *out = outputs;

	(void)node;
	(void)ctx;

	out->value->n = *in->n;
	pkd_copy_string(&out->value->text, &options.room, 32);
	return PKD_OK;
}

static const struct pkd_methods live_text_y_2_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = live_text_y_2_step,
	.finish = expression_finish,
};

/* live_text.pkd:15: out y = Both(n: n, text: text) */
struct live_text_y_3_in {
	const int64_t *n; /* i64 */
};
struct live_text_y_3_out {
	struct Both *value; /* Both */
};

static int live_text_y_3_step(void *node, const void *inputs, void *outputs, struct pkd_ctx *ctx)
{
	const struct live_text_y_3_in *in = inputs;
	struct live_text_y_3_out *out = outputs;

	(void)node;
	(void)ctx;

	out->value->n = *in->n;
	pkd_string_set(&out->value->text, "literal");
	return PKD_OK;
}

static const struct pkd_methods live_text_y_3_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = live_text_y_3_step,
	.finish = expression_finish,
};

static const struct pkd_reader a_n_readers[] = {{NODE_expression_1, 0}};
static const struct pkd_reader b_n_readers[] = {{NODE_d_y, 0}};
static const struct pkd_reader c_n_readers[] = {{NODE_e_y, 0}};
static const struct pkd_reader expression_1_value_readers[] = {{NODE_show, 0}};
static const struct pkd_reader d_y_value_readers[] = {{NODE_show_2, 0}};
static const struct pkd_reader e_y_value_readers[] = {{NODE_show_3, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "a.n",
		.type = "i64",
		.writer = NODE_a,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = a_n_readers,
		.n_readers = 1,
	},
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "b.n",
		.type = "i64",
		.writer = NODE_b,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = b_n_readers,
		.n_readers = 1,
	},
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "c.n",
		.type = "i64",
		.writer = NODE_c,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = c_n_readers,
		.n_readers = 1,
	},
	/* record_1; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_1.value",
		.type = "record_1",
		.writer = NODE_expression_1,
		.output = 0,
		.value_size = 56,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_1_value_readers,
		.n_readers = 1,
	},
	/* Both; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "d.y.value",
		.type = "Both",
		.writer = NODE_d_y,
		.output = 0,
		.value_size = 48,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = d_y_value_readers,
		.n_readers = 1,
	},
	/* Both; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "e.y.value",
		.type = "Both",
		.writer = NODE_e_y,
		.output = 0,
		.value_size = 48,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = e_y_value_readers,
		.n_readers = 1,
	},
};

static const struct pkd_derived a_derived[] = {
	{0, 0}, /* name: --name */
	{1, 0}, /* plain: --name */
};

static const struct pkd_output a_outputs[] = {
	{.name = "n", .stream = STREAM_a_n, .type = &type_i64},
};

static const struct pkd_derived b_derived[] = {
	{0, 1}, /* name: --open */
	{1, 2}, /* plain: --room */
};

static const struct pkd_output b_outputs[] = {
	{.name = "n", .stream = STREAM_b_n, .type = &type_i64},
};

static const struct pkd_derived c_derived[] = {
	{1, 1}, /* plain: --open */
};

static const struct pkd_output c_outputs[] = {
	{.name = "n", .stream = STREAM_c_n, .type = &type_i64},
};

static const struct pkd_input show_inputs[] = {
	{
		.name = "x",
		.at = "live_text.pkd:22:10",
		.stream = STREAM_expression_1_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input show_2_inputs[] = {
	{
		.name = "x",
		.at = "live_text.pkd:25:10",
		.stream = STREAM_d_y_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input show_3_inputs[] = {
	{
		.name = "x",
		.at = "live_text.pkd:26:10",
		.stream = STREAM_e_y_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input expression_1_inputs[] = {
	{
		.name = "n",
		.at = "live_text.pkd:22:15",
		.stream = STREAM_a_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_1_outputs[] = {
	{.name = "value", .stream = STREAM_expression_1_value, .type = &type_record_1},
};

static const struct pkd_input d_y_inputs[] = {
	{
		.name = "n",
		.at = "live_text.pkd:15:21",
		.stream = STREAM_b_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output d_y_outputs[] = {
	{.name = "value", .stream = STREAM_d_y_value, .type = &type_Both},
};

static const struct pkd_input e_y_inputs[] = {
	{
		.name = "n",
		.at = "live_text.pkd:15:21",
		.stream = STREAM_c_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output e_y_outputs[] = {
	{.name = "value", .stream = STREAM_e_y_value, .type = &type_Both},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "a",
		.kind = "lamp",
		.at = "live_text.pkd:19:5",
		.methods = &lamp_methods,
		.params = &a_params,
		.param_table = lamp_param_table,
		.n_params = 2,
		.derived = a_derived,
		.n_derived = 2,
		.outputs = a_outputs,
		.n_outputs = 1,
		.origin = PKD_PACED,
	},
	{
		.name = "b",
		.kind = "lamp",
		.at = "live_text.pkd:20:5",
		.methods = &lamp_methods,
		.params = &b_params,
		.param_table = lamp_param_table,
		.n_params = 2,
		.derived = b_derived,
		.n_derived = 2,
		.outputs = b_outputs,
		.n_outputs = 1,
		.origin = PKD_PACED,
	},
	{
		.name = "c",
		.kind = "lamp",
		.at = "live_text.pkd:21:5",
		.methods = &lamp_methods,
		.params = &c_params,
		.param_table = lamp_param_table,
		.n_params = 2,
		.derived = c_derived,
		.n_derived = 1,
		.outputs = c_outputs,
		.n_outputs = 1,
		.origin = PKD_PACED,
	},
	{
		.name = "show",
		.kind = "show",
		.at = "live_text.pkd:22:5",
		.methods = &show_methods,
		.params = &show_params,
		.inputs = show_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "show_2",
		.kind = "show",
		.at = "live_text.pkd:25:5",
		.methods = &show_methods,
		.params = &show_2_params,
		.inputs = show_2_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "show_3",
		.kind = "show",
		.at = "live_text.pkd:26:5",
		.methods = &show_methods,
		.params = &show_3_params,
		.inputs = show_3_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "expression_1",
		.kind = "an expression",
		.at = "live_text.pkd:22:10",
		.methods = &live_text_expression_1_1_methods,
		.inputs = expression_1_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_1_outputs,
		.n_outputs = 1,
		.declared = true,
		.reads_options = true,
	},
	{
		.name = "d.y",
		.kind = "an expression",
		.at = "live_text.pkd:15:13",
		.methods = &live_text_y_2_methods,
		.inputs = d_y_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = d_y_outputs,
		.n_outputs = 1,
		.declared = true,
		.reads_options = true,
	},
	{
		.name = "e.y",
		.kind = "an expression",
		.at = "live_text.pkd:15:13",
		.methods = &live_text_y_3_methods,
		.inputs = e_y_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = e_y_outputs,
		.n_outputs = 1,
		.declared = true,
	},
};

static const uint32_t a_nodes[] = {NODE_a};
static const uint32_t b_nodes[] = {NODE_b};
static const uint32_t c_nodes[] = {NODE_c};
static const uint32_t show_nodes[] = {NODE_show, NODE_expression_1};
static const uint32_t show_2_nodes[] = {NODE_show_2, NODE_d_y};
static const uint32_t show_3_nodes[] = {NODE_show_3, NODE_e_y};

static const struct pkd_process processes[] = {
	{
		.name = "a",
		.nodes = a_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "b",
		.nodes = b_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "c",
		.nodes = c_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "show",
		.nodes = show_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "show_2",
		.nodes = show_2_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "show_3",
		.nodes = show_3_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "live_text",
	.doc = "",
	.source = "live_text.pkd",
	.streams = streams,
	.n_streams = 6,
	.nodes = nodes,
	.n_nodes = 9,
	.processes = processes,
	.n_processes = 6,
	.params = &options,
	.param_table = option_table,
	.n_params = 3,
	.memory = 24576, /* 24 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
