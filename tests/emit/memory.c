/* The program `p`. Written by pkdc 0.1.0 from memory.pkd: to change it, edit that file and run
 * pkdc build again. */
#include "memory.pkd.h"
#include <pkd/program.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods source_methods;
extern const struct pkd_methods hold_methods;

enum {
	NODE_s,
	NODE_a,
	NODE_b,
};

enum {
	STREAM_s_p,
	STREAM_s_n,
};

/* Types as they are known at run time: to nodes, and to what checks their values. */
static const struct pkd_type type_f32 = {
	.kind = PKD_F32,
	.name = "f32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};
static const struct pkd_field type_Point_fields[] = {
	{"x", &type_f32, offsetof(struct Point, x)},
	{"y", &type_f32, offsetof(struct Point, y)},
};
static const struct pkd_type type_Point = {
	.kind = PKD_RECORD,
	.name = "Point",
	.size = sizeof(struct Point),
	.align = _Alignof(struct Point),
	.plain = true,
	.flat = true,
	.n = 2,
	.fields = type_Point_fields,
};
static const struct pkd_type type_u8 = {
	.kind = PKD_U8,
	.name = "u8",
	.size = 1,
	.align = 1,
	.plain = true,
	.flat = true,
};

static struct source_params s_params;
static struct hold_params a_params;
static struct hold_params b_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	a_params = (struct hold_params){.T = &type_Point, .N = 4};
	b_params = (struct hold_params){.T = &type_u8, .N = 7};
	return NULL;
}

static const struct pkd_reader s_p_readers[] = {{NODE_a, 0}};
static const struct pkd_reader s_n_readers[] = {{NODE_b, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* Point; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.p",
		.type = "Point",
		.writer = NODE_s,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_p_readers,
		.n_readers = 1,
	},
	/* u8; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "s.n",
		.type = "u8",
		.writer = NODE_s,
		.output = 1,
		.value_size = 1,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = s_n_readers,
		.n_readers = 1,
	},
};

static const struct pkd_output s_outputs[] = {
	{.name = "p", .stream = STREAM_s_p, .type = &type_Point},
	{.name = "n", .stream = STREAM_s_n, .type = &type_u8},
};

static const struct pkd_input a_inputs[] = {
	{
		.name = "value",
		.at = "memory.pkd:17:14",
		.stream = STREAM_s_p,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output a_outputs[] = {
	{.name = "same", .stream = PKD_NONE, .type = &type_Point},
};

static const struct pkd_memory a_memories[] = {
	{40}, /* times: [time; 5] */
	{32}, /* waiting: [Point; 4] */
	{16}, /* memory: bytes<10> */
};

static const struct pkd_input b_inputs[] = {
	{
		.name = "value",
		.at = "memory.pkd:18:14",
		.stream = STREAM_s_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output b_outputs[] = {
	{.name = "same", .stream = PKD_NONE, .type = &type_u8},
};

static const struct pkd_memory b_memories[] = {
	{64}, /* times: [time; 8] */
	{7}, /* waiting: [u8; 7] */
	{16}, /* memory: bytes<10> */
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "s",
		.kind = "source",
		.at = "memory.pkd:16:5",
		.methods = &source_methods,
		.params = &s_params,
		.outputs = s_outputs,
		.n_outputs = 2,
		.origin = PKD_PACED,
	},
	{
		.name = "a",
		.kind = "hold",
		.at = "memory.pkd:17:5",
		.methods = &hold_methods,
		.params = &a_params,
		.inputs = a_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = a_outputs,
		.n_outputs = 1,
		.state_size = sizeof(struct hold_state),
		.memories = a_memories,
		.n_memories = 3,
	},
	{
		.name = "b",
		.kind = "hold",
		.at = "memory.pkd:18:5",
		.methods = &hold_methods,
		.params = &b_params,
		.inputs = b_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = b_outputs,
		.n_outputs = 1,
		.state_size = sizeof(struct hold_state),
		.memories = b_memories,
		.n_memories = 3,
	},
};

static const uint32_t s_nodes[] = {NODE_s};
static const uint32_t a_nodes[] = {NODE_a};
static const uint32_t b_nodes[] = {NODE_b};

static const struct pkd_process processes[] = {
	{
		.name = "s",
		.nodes = s_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
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
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "p",
	.doc = "",
	.source = "memory.pkd",
	.streams = streams,
	.n_streams = 2,
	.nodes = nodes,
	.n_nodes = 3,
	.processes = processes,
	.n_processes = 3,
	.memory = 8192, /* 8 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
