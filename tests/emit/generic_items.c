/* The program `generic_items`. Written by pkdc 0.1.0 from generic_items.pkd: to change it, edit
 * that file and run pkdc build again. */
#include "generic_items.pkd.h"
#include <pkd/program.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods origin_spot_methods;
extern const struct pkd_methods origin_name_methods;
extern const struct pkd_methods gather_methods;
extern const struct pkd_methods first_methods;
extern const struct pkd_methods end_methods;

enum {
	NODE_a,
	NODE_b,
	NODE_spots,
	NODE_names,
	NODE_spot,
	NODE_name,
	NODE_end,
	NODE_end_2,
};

enum {
	STREAM_a_spot,
	STREAM_b_name,
	STREAM_spots_all,
	STREAM_names_all,
	STREAM_spot_value,
	STREAM_name_value,
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
static const struct pkd_type type_u8 = {
	.kind = PKD_U8,
	.name = "u8",
	.size = 1,
	.align = 1,
	.plain = true,
	.flat = true,
};
static const struct pkd_field type_Spot_fields[] = {
	{"x", &type_f32, offsetof(struct Spot, x)},
	{"n", &type_u8, offsetof(struct Spot, n)},
};
static const struct pkd_type type_Spot = {
	.kind = PKD_RECORD,
	.name = "Spot",
	.size = sizeof(struct Spot),
	.align = _Alignof(struct Spot),
	.plain = true,
	.flat = true,
	.n = 2,
	.fields = type_Spot_fields,
};
static const struct pkd_type type_string_5 = {
	.kind = PKD_STRING,
	.name = "string<5>",
	.size = 12,
	.align = 4,
	.n = 5,
};
static const struct pkd_type type_list_Spot_3 = {
	.kind = PKD_LIST,
	.name = "list<Spot, 3>",
	.size = 28,
	.align = 4,
	.n = 3,
	.items_offset = 4,
	.item = &type_Spot,
};
static const struct pkd_type type_list_string_5_2 = {
	.kind = PKD_LIST,
	.name = "list<string<5>, 2>",
	.size = 28,
	.align = 4,
	.n = 2,
	.items_offset = 4,
	.item = &type_string_5,
};

static struct origin_spot_params a_params;
static struct origin_name_params b_params;
static struct gather_params spots_params;
static struct gather_params names_params;
static struct first_params spot_params;
static struct first_params name_params;
static struct end_params end_params;
static struct end_params end_2_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	spots_params = (struct gather_params){.T = &type_Spot, .N = 3};
	names_params = (struct gather_params){.T = &type_string_5, .N = 2};
	spot_params = (struct first_params){.T = &type_Spot, .N = 3};
	name_params = (struct first_params){.T = &type_string_5, .N = 2};
	end_params = (struct end_params){.T = &type_Spot};
	end_2_params = (struct end_params){.T = &type_string_5};
	return NULL;
}

static const struct pkd_reader a_spot_readers[] = {{NODE_spots, 0}};
static const struct pkd_reader b_name_readers[] = {{NODE_names, 0}, {NODE_names, 1}};
static const struct pkd_reader spots_all_readers[] = {{NODE_spot, 0}};
static const struct pkd_reader names_all_readers[] = {{NODE_name, 0}};
static const struct pkd_reader spot_value_readers[] = {{NODE_end, 0}};
static const struct pkd_reader name_value_readers[] = {{NODE_end_2, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* Spot; 5 slots = 4 in the ring + 1 loaned; 4 KiB */
	{
		.name = "a.spot",
		.type = "Spot",
		.writer = NODE_a,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 4,
		.n_slots = 5,
		.readers = a_spot_readers,
		.n_readers = 1,
	},
	/* string<5>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "b.name",
		.type = "string<5>",
		.writer = NODE_b,
		.output = 0,
		.value_size = 12,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = b_name_readers,
		.n_readers = 2,
	},
	/* list<Spot, 3>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "spots.all",
		.type = "list<Spot, 3>",
		.writer = NODE_spots,
		.output = 0,
		.value_size = 28,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = spots_all_readers,
		.n_readers = 1,
	},
	/* list<string<5>, 2>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "names.all",
		.type = "list<string<5>, 2>",
		.writer = NODE_names,
		.output = 0,
		.value_size = 28,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = names_all_readers,
		.n_readers = 1,
	},
	/* Spot; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "spot.value",
		.type = "Spot",
		.writer = NODE_spot,
		.output = 0,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = spot_value_readers,
		.n_readers = 1,
	},
	/* string<5>; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "name.value",
		.type = "string<5>",
		.writer = NODE_name,
		.output = 0,
		.value_size = 12,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = name_value_readers,
		.n_readers = 1,
	},
};

static const struct pkd_output a_outputs[] = {
	{.name = "spot", .stream = STREAM_a_spot, .type = &type_Spot},
};

static const struct pkd_output b_outputs[] = {
	{.name = "name", .stream = STREAM_b_name, .type = &type_string_5},
};

static const struct pkd_input spots_inputs[] = {
	{
		.name = "values",
		.at = "generic_items.pkd:14:20",
		.stream = STREAM_a_spot,
		.policy = PKD_QUEUE,
		.window = 4, /* one waiting, one in hand, 2 looked back at */
		.optional = true,
		.many = true,
		.first = -2,
		.last = 0,
	},
};

static const struct pkd_output spots_outputs[] = {
	{.name = "all", .stream = STREAM_spots_all, .type = &type_list_Spot_3},
};

static const struct pkd_input names_inputs[] = {
	{
		.name = "values",
		.at = "generic_items.pkd:15:21",
		.stream = STREAM_b_name,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
		.many = true,
	},
	{
		.name = "values",
		.at = "generic_items.pkd:15:24",
		.stream = STREAM_b_name,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
		.many = true,
	},
};

static const struct pkd_output names_outputs[] = {
	{.name = "all", .stream = STREAM_names_all, .type = &type_list_string_5_2},
};

static const struct pkd_input spot_inputs[] = {
	{
		.name = "all",
		.at = "generic_items.pkd:16:18",
		.stream = STREAM_spots_all,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output spot_outputs[] = {
	{.name = "value", .stream = STREAM_spot_value, .type = &type_Spot, .optional = true},
};

static const struct pkd_input name_inputs[] = {
	{
		.name = "all",
		.at = "generic_items.pkd:17:18",
		.stream = STREAM_names_all,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output name_outputs[] = {
	{.name = "value", .stream = STREAM_name_value, .type = &type_string_5, .optional = true},
};

static const struct pkd_input end_inputs[] = {
	{
		.name = "value",
		.at = "generic_items.pkd:18:9",
		.stream = STREAM_spot_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input end_2_inputs[] = {
	{
		.name = "value",
		.at = "generic_items.pkd:19:9",
		.stream = STREAM_name_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "a",
		.kind = "origin_spot",
		.at = "generic_items.pkd:12:5",
		.methods = &origin_spot_methods,
		.params = &a_params,
		.outputs = a_outputs,
		.n_outputs = 1,
		.origin = PKD_PACED,
	},
	{
		.name = "b",
		.kind = "origin_name",
		.at = "generic_items.pkd:13:5",
		.methods = &origin_name_methods,
		.params = &b_params,
		.outputs = b_outputs,
		.n_outputs = 1,
		.origin = PKD_PACED,
	},
	{
		.name = "spots",
		.kind = "gather",
		.at = "generic_items.pkd:14:5",
		.methods = &gather_methods,
		.params = &spots_params,
		.inputs = spots_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = spots_outputs,
		.n_outputs = 1,
	},
	{
		.name = "names",
		.kind = "gather",
		.at = "generic_items.pkd:15:5",
		.methods = &gather_methods,
		.params = &names_params,
		.inputs = names_inputs,
		.n_inputs = 2,
		.n_ports = 1,
		.outputs = names_outputs,
		.n_outputs = 1,
	},
	{
		.name = "spot",
		.kind = "first",
		.at = "generic_items.pkd:16:5",
		.methods = &first_methods,
		.params = &spot_params,
		.inputs = spot_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = spot_outputs,
		.n_outputs = 1,
	},
	{
		.name = "name",
		.kind = "first",
		.at = "generic_items.pkd:17:5",
		.methods = &first_methods,
		.params = &name_params,
		.inputs = name_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = name_outputs,
		.n_outputs = 1,
	},
	{
		.name = "end",
		.kind = "end",
		.at = "generic_items.pkd:18:5",
		.methods = &end_methods,
		.params = &end_params,
		.inputs = end_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
	{
		.name = "end_2",
		.kind = "end",
		.at = "generic_items.pkd:19:5",
		.methods = &end_methods,
		.params = &end_2_params,
		.inputs = end_2_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
};

static const uint32_t a_nodes[] = {NODE_a};
static const uint32_t b_nodes[] = {NODE_b};
static const uint32_t spots_nodes[] = {NODE_spots};
static const uint32_t names_nodes[] = {NODE_names};
static const uint32_t spot_nodes[] = {NODE_spot};
static const uint32_t name_nodes[] = {NODE_name};
static const uint32_t end_nodes[] = {NODE_end};
static const uint32_t end_2_nodes[] = {NODE_end_2};

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
		.name = "spots",
		.nodes = spots_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "names",
		.nodes = names_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "spot",
		.nodes = spot_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "name",
		.nodes = name_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "end",
		.nodes = end_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "end_2",
		.nodes = end_2_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "generic_items",
	.doc = "",
	.source = "generic_items.pkd",
	.streams = streams,
	.n_streams = 6,
	.nodes = nodes,
	.n_nodes = 8,
	.processes = processes,
	.n_processes = 8,
	.memory = 24576, /* 24 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
