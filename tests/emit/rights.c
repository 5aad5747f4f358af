/* The program `rights`. Written by pkdc 0.1.0 from rights.pkd: to change it, edit that file and
 * run pkdc build again. */
#include "rights.pkd.h"
#include <pkd/arith.h>
#include <pkd/program.h>
#include <string.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods tick_methods;
extern const struct pkd_methods copy_methods;
extern const struct pkd_methods old_methods;

enum {
	NODE_a,
	NODE_copy,
	NODE_copy_2,
	NODE_old,
	NODE_expression_1,
};

enum {
	STREAM_a_x,
	STREAM_expression_1_value,
};

/* Types as they are known at run time: to nodes, and to what checks their values. */
static const struct pkd_type type_i32 = {
	.kind = PKD_I32,
	.name = "i32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};

/* What the program's options set. */
struct rights_params {
	const char *file;
};

static struct rights_params options = {
	.file = "o.txt",
};

static const struct pkd_param option_table[] = {
	{
		.name = "file",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct rights_params, file),
		.initial = "\"o.txt\"",
	},
};

static struct tick_params a_params;
static struct copy_params copy_params;
static struct copy_params copy_2_params;
static struct old_params old_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	copy_params = (struct copy_params){.path = options.file, .append = false};
	copy_2_params = (struct copy_params){.path = "b.txt", .append = false};
	return NULL;
}

static const struct pkd_param copy_param_table[] = {
	{
		.name = "path",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct copy_params, path),
	},
	{
		.name = "append",
		.doc = "",
		.kind = PKD_BOOL,
		.offset = offsetof(struct copy_params, append),
		.initial = "false",
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

/* rights.pkd:26: copy(a + 1, path: "b.txt") */
struct rights_expression_1_1_in {
	const int32_t *a; /* i32 */
};
struct rights_expression_1_1_out {
	int32_t *value; /* i32 */
};

static int rights_expression_1_1_step(void *node, const void *inputs, void *outputs,
                                      struct pkd_ctx *ctx)
{
	const struct rights_expression_1_1_in *in = inputs;
	struct rights_expression_1_1_out *out = outputs;

	(void)node;
	(void)ctx;

	*out->value = pkd_add_i32(*in->a, 1);
	return PKD_OK;
}

static const struct pkd_methods rights_expression_1_1_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = rights_expression_1_1_step,
	.finish = expression_finish,
};

static const struct pkd_reader a_x_readers[] = {
	{NODE_copy, 0},
	{NODE_old, 0},
	{NODE_expression_1, 0},
};
static const struct pkd_reader expression_1_value_readers[] = {{NODE_copy_2, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* i32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "a.x",
		.type = "i32",
		.writer = NODE_a,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = a_x_readers,
		.n_readers = 3,
	},
	/* i32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_1.value",
		.type = "i32",
		.writer = NODE_expression_1,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_1_value_readers,
		.n_readers = 1,
	},
};

static const struct pkd_right copy_rights[] = {
	{
		.kind = PKD_WRITES,
		.param = 0, /* path */
		.when = PKD_NONE,
	},
	{
		.kind = PKD_APPENDS,
		.param = 0, /* path */
		.when = 1,  /* append */
	},
	{.kind = PKD_READS, .path = "/etc/\"copy\"/", .param = PKD_NONE, .when = PKD_NONE},
	{.kind = PKD_NETWORK, .param = PKD_NONE, .when = PKD_NONE},
	{.kind = PKD_EXECUTES, .param = PKD_NONE, .when = PKD_NONE},
};

static const struct pkd_output a_outputs[] = {
	{.name = "x", .stream = STREAM_a_x, .type = &type_i32},
};

static const struct pkd_derived copy_derived[] = {
	{0, 0}, /* path: --file */
};

static const struct pkd_input copy_inputs[] = {
	{
		.name = "x",
		.at = "rights.pkd:25:10",
		.stream = STREAM_a_x,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input copy_2_inputs[] = {
	{
		.name = "x",
		.at = "rights.pkd:26:10",
		.stream = STREAM_expression_1_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input old_inputs[] = {
	{
		.name = "x",
		.at = "rights.pkd:27:9",
		.stream = STREAM_a_x,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input expression_1_inputs[] = {
	{
		.name = "a",
		.at = "rights.pkd:26:10",
		.stream = STREAM_a_x,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_1_outputs[] = {
	{.name = "value", .stream = STREAM_expression_1_value, .type = &type_i32},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "a",
		.kind = "tick",
		.at = "rights.pkd:24:5",
		.methods = &tick_methods,
		.params = &a_params,
		.outputs = a_outputs,
		.n_outputs = 1,
		.origin = PKD_PACED,
		.declared = true,
	},
	{
		.name = "copy",
		.kind = "copy",
		.at = "rights.pkd:25:5",
		.methods = &copy_methods,
		.params = &copy_params,
		.param_table = copy_param_table,
		.n_params = 2,
		.derived = copy_derived,
		.n_derived = 1,
		.inputs = copy_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.rights = copy_rights,
		.n_rights = 5,
		.declared = true,
		.settled = true,
	},
	{
		.name = "copy_2",
		.kind = "copy",
		.at = "rights.pkd:26:5",
		.methods = &copy_methods,
		.params = &copy_2_params,
		.param_table = copy_param_table,
		.n_params = 2,
		.inputs = copy_2_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.rights = copy_rights,
		.n_rights = 5,
		.declared = true,
		.settled = true,
	},
	{
		.name = "old",
		.kind = "old",
		.at = "rights.pkd:27:5",
		.methods = &old_methods,
		.params = &old_params,
		.inputs = old_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "expression_1",
		.kind = "an expression",
		.at = "rights.pkd:26:10",
		.methods = &rights_expression_1_1_methods,
		.inputs = expression_1_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_1_outputs,
		.n_outputs = 1,
		.declared = true,
	},
};

static const uint32_t a_nodes[] = {NODE_a};
static const uint32_t copy_nodes[] = {NODE_copy};
static const uint32_t copy_2_nodes[] = {NODE_copy_2, NODE_expression_1};
static const uint32_t old_nodes[] = {NODE_old};

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
		.name = "copy",
		.nodes = copy_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "copy_2",
		.nodes = copy_2_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "old",
		.nodes = old_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "rights",
	.doc = "",
	.source = "rights.pkd",
	.streams = streams,
	.n_streams = 2,
	.nodes = nodes,
	.n_nodes = 5,
	.processes = processes,
	.n_processes = 4,
	.params = &options,
	.param_table = option_table,
	.n_params = 1,
	.memory = 8192, /* 8 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
