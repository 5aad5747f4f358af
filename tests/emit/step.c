/* The program `step`. Written by pkdc 0.1.0 from step.pkd: to change it, edit that file and run
 * pkdc build again. */
#include "step.pkd.h"
#include <pkd/arith.h>
#include <pkd/program.h>
#include <string.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods tick_methods;
extern const struct pkd_methods tally_methods;
extern const struct pkd_methods half_methods;
extern const struct pkd_methods keep_methods;

enum {
	NODE_n,
	NODE_sums,
	NODE_halves,
	NODE_keep,
	NODE_keep_2,
	NODE_keep_3,
	NODE_halves_2,
	NODE_halves_y,
};

enum {
	STREAM_n_n,
	STREAM_sums_total,
	STREAM_halves_y,
	STREAM_halves_2_y,
	STREAM_halves_y_y,
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
static const struct pkd_type type_i64 = {
	.kind = PKD_I64,
	.name = "i64",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};

static struct tick_params n_params;
static struct tally_params sums_params;
static struct half_params halves_params;
static struct keep_params keep_params;
static struct keep_params keep_2_params;
static struct keep_params keep_3_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	sums_params = (struct tally_params){.least = 3, .K = 3};
	return NULL;
}

static const struct pkd_param tally_param_table[] = {
	{
		.name = "least",
		.doc = "what counts",
		.kind = PKD_I32,
		.offset = offsetof(struct tally_params, least),
		.initial = "2",
		.live = true,
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

/* The expression has no value for this frame. */
static int absent(struct pkd_ctx *ctx)
{
	pkd_absent(ctx, 0);
	return PKD_OK;
}

/* step.pkd:69: halves = half(sums.total)
 * (the order of workers) */
struct step_merge_2_y_in {
	const int64_t *worker_1; /* i64?: NULL when absent */
	const int64_t *worker_2; /* i64?: NULL when absent */
};
struct step_merge_2_y_out {
	int64_t *y; /* i64 */
};

static int step_merge_2_y_step(void *node, const void *inputs, void *outputs, struct pkd_ctx *ctx)
{
	const struct step_merge_2_y_in *in = inputs;
	struct step_merge_2_y_out *out = outputs;

	(void)node;

	if (in->worker_1) {
		*out->y = *in->worker_1;
	} else {
		if (!in->worker_2)
			return absent(ctx);
		*out->y = *in->worker_2;
	}
	return PKD_OK;
}

static const struct pkd_methods step_merge_2_y_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = step_merge_2_y_step,
	.finish = expression_finish,
};

static const struct pkd_reader n_n_readers[] = {{NODE_sums, 0}, {NODE_keep_3, 0}};
static const struct pkd_reader sums_total_readers[] = {
	{NODE_halves, 0},
	{NODE_keep_2, 0},
	{NODE_halves_2, 0},
};
static const struct pkd_reader halves_y_readers[] = {{NODE_halves_y, 0}};
static const struct pkd_reader halves_2_y_readers[] = {{NODE_halves_y, 1}};
static const struct pkd_reader halves_y_y_readers[] = {{NODE_keep, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* i32; 68 slots = 67 in the ring + 1 loaned; 12 KiB */
	{
		.name = "n.n",
		.type = "i32",
		.writer = NODE_n,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 67,
		.n_slots = 68,
		.readers = n_n_readers,
		.n_readers = 2,
	},
	/* i64; 4 slots = 3 in the ring + 1 loaned; 4 KiB */
	{
		.name = "sums.total",
		.type = "i64",
		.writer = NODE_sums,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 3,
		.n_slots = 4,
		.readers = sums_total_readers,
		.n_readers = 3,
	},
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "halves.y",
		.type = "i64",
		.writer = NODE_halves,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = halves_y_readers,
		.n_readers = 1,
	},
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "halves_2.y",
		.type = "i64",
		.writer = NODE_halves_2,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = halves_2_y_readers,
		.n_readers = 1,
	},
	/* i64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "halves_y.y",
		.type = "i64",
		.writer = NODE_halves_y,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = halves_y_y_readers,
		.n_readers = 1,
	},
};

static const struct pkd_output n_outputs[] = {
	{.name = "n", .stream = STREAM_n_n, .type = &type_i32},
};

static const struct pkd_input sums_inputs[] = {
	{
		.name = "values",
		.at = "step.pkd:68:18",
		.stream = STREAM_n_n,
		.policy = PKD_QUEUE,
		.window = 67, /* 64 come while its reader is held up: 'tick' states no rate, 2
		                 looked back at */
		.optional = true,
		.many = true,
		.first = -2,
		.last = 0,
	},
	{
		.name = "last",
		.at = "step.pkd:68:5",
		.stream = PKD_NONE,
		.policy = PKD_SAMPLE,
		.optional = true,
		.port = 1,
	},
};

static const struct pkd_output sums_outputs[] = {
	{.name = "total", .stream = STREAM_sums_total, .type = &type_i64},
	{.name = "most", .stream = PKD_NONE, .type = &type_i32, .optional = true},
};

static const struct pkd_input halves_inputs[] = {
	{
		.name = "x",
		.at = "step.pkd:69:19",
		.stream = STREAM_sums_total,
		.policy = PKD_QUEUE,
		.window = 3, /* one waiting, one in the hand of each of 2 workers */
		.every_n = 2,
	},
};

static const struct pkd_output halves_outputs[] = {
	{.name = "y", .stream = STREAM_halves_y, .type = &type_i64},
};

static const struct pkd_input keep_inputs[] = {
	{
		.name = "value",
		.at = "step.pkd:70:10",
		.stream = STREAM_halves_y_y,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input keep_2_inputs[] = {
	{
		.name = "value",
		.at = "step.pkd:71:10",
		.stream = STREAM_sums_total,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.every_n = 3,
	},
};

static const struct pkd_input keep_3_inputs[] = {
	{
		.name = "value",
		.at = "step.pkd:72:10",
		.stream = STREAM_n_n,
		.policy = PKD_QUEUE,
		.window = 65,           /* 64 come while its reader is held up: 'tick' states no
		                           rate */
		.every_ns = 1000000000, /* 1 s */
	},
};

static const struct pkd_input halves_2_inputs[] = {
	{
		.name = "x",
		.at = "step.pkd:69:19",
		.stream = STREAM_sums_total,
		.policy = PKD_QUEUE,
		.window = 3, /* one waiting, one in the hand of each of 2 workers */
		.every_n = 2,
		.every_from = 1,
	},
};

static const struct pkd_output halves_2_outputs[] = {
	{.name = "y", .stream = STREAM_halves_2_y, .type = &type_i64},
};

static const struct pkd_input halves_y_inputs[] = {
	{
		.name = "worker_1",
		.at = "step.pkd:69:5",
		.stream = STREAM_halves_y,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
	{
		.name = "worker_2",
		.at = "step.pkd:69:5",
		.stream = STREAM_halves_2_y,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
		.port = 1,
	},
};

static const struct pkd_output halves_y_outputs[] = {
	{.name = "y", .stream = STREAM_halves_y_y, .type = &type_i64},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "n",
		.kind = "tick",
		.at = "step.pkd:67:5",
		.methods = &tick_methods,
		.params = &n_params,
		.outputs = n_outputs,
		.n_outputs = 1,
		.origin = PKD_LIVE,
	},
	{
		.name = "sums",
		.kind = "tally",
		.at = "step.pkd:68:5",
		.methods = &tally_methods,
		.params = &sums_params,
		.param_table = tally_param_table,
		.n_params = 1,
		.inputs = sums_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.outputs = sums_outputs,
		.n_outputs = 2,
		.state_size = sizeof(struct tally_state),
	},
	{
		.name = "halves",
		.kind = "half",
		.at = "step.pkd:69:5",
		.methods = &half_methods,
		.params = &halves_params,
		.inputs = halves_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = halves_outputs,
		.n_outputs = 1,
	},
	{
		.name = "keep",
		.kind = "keep",
		.at = "step.pkd:70:5",
		.methods = &keep_methods,
		.params = &keep_params,
		.inputs = keep_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_2",
		.kind = "keep",
		.at = "step.pkd:71:5",
		.methods = &keep_methods,
		.params = &keep_2_params,
		.inputs = keep_2_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "keep_3",
		.kind = "keep",
		.at = "step.pkd:72:5",
		.methods = &keep_methods,
		.params = &keep_3_params,
		.inputs = keep_3_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "halves_2",
		.kind = "half",
		.at = "step.pkd:69:5",
		.methods = &half_methods,
		.params = &halves_params,
		.inputs = halves_2_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = halves_2_outputs,
		.n_outputs = 1,
	},
	{
		.name = "halves_y",
		.kind = "the order of workers",
		.at = "step.pkd:69:5",
		.methods = &step_merge_2_y_methods,
		.inputs = halves_y_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.outputs = halves_y_outputs,
		.n_outputs = 1,
		.declared = true,
		.orders = NODE_halves + 1,
	},
};

static const uint32_t worker_nodes[] = {NODE_halves};
static const uint32_t sum_nodes[] = {NODE_sums};
static const uint32_t n_nodes[] = {NODE_n};
static const uint32_t keep_nodes[] = {NODE_keep};
static const uint32_t keep_2_nodes[] = {NODE_keep_2};
static const uint32_t keep_3_nodes[] = {NODE_keep_3};
static const uint32_t worker_2_nodes[] = {NODE_halves_2};
static const uint32_t halves_y_nodes[] = {NODE_halves_y};

static const struct pkd_process processes[] = {
	{
		.name = "worker",
		.nodes = worker_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "sum",
		.nodes = sum_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_ABSENT,
		.stall_ns = 2000000000, /* 2 s */
		.cpu = 1,
		.cpu_last = 2,
		.priority = 5,
		.memory_limit = 536870912, /* 512 MiB */
		.no_processes = true,
	},
	{
		.name = "n",
		.nodes = n_nodes,
		.n_nodes = 1,
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
		.name = "worker_2",
		.nodes = worker_2_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "halves_y",
		.nodes = halves_y_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "step",
	.doc = "",
	.source = "step.pkd",
	.streams = streams,
	.n_streams = 5,
	.nodes = nodes,
	.n_nodes = 8,
	.processes = processes,
	.n_processes = 8,
	.memory = 28672,  /* 28 KiB */
	.spin_ns = 20000, /* 20 us */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
