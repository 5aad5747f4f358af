/* The program `demo`. Written by pkdc 0.1.0 from commands.pkd: to change it, edit that file and
 * run pkdc build again. */
#include "commands.pkd.h"
#include <pkd/program.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods camera_methods;
extern const struct pkd_methods sink_methods;

enum {
	NODE_cam,
	NODE_sink,
};

enum {
	STREAM_cam_n,
};

/* Types as they are known at run time: to nodes, and to what checks their values. */
static const struct pkd_type type_u32 = {
	.kind = PKD_U32,
	.name = "u32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_string_8 = {
	.kind = PKD_STRING,
	.name = "string<8>",
	.size = 16,
	.align = 4,
	.n = 8,
};
static const struct pkd_type type_f32 = {
	.kind = PKD_F32,
	.name = "f32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_array_f32_2 = {
	.kind = PKD_ARRAY,
	.name = "[f32; 2]",
	.size = 8,
	.align = 4,
	.plain = true,
	.flat = true,
	.n = 2,
	.item = &type_f32,
};
static const struct pkd_field type_camera_reset_fields[] = {
	{"to", &type_u32, offsetof(struct camera_reset_args, to)},
	{"name", &type_string_8, offsetof(struct camera_reset_args, name)},
	{"at", &type_array_f32_2, offsetof(struct camera_reset_args, at)},
};
static const struct pkd_type type_camera_reset = {
	.kind = PKD_RECORD,
	.name = "camera.reset",
	.size = sizeof(struct camera_reset_args),
	.align = _Alignof(struct camera_reset_args),
	.n = 3,
	.fields = type_camera_reset_fields,
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
static const char *const type_Mode_names[] = {"slow", "fast"};
static const struct pkd_type type_Mode = {
	.kind = PKD_ENUM,
	.name = "Mode",
	.size = 4,
	.align = 4,
	.flat = true,
	.n = 2,
	.names = type_Mode_names,
};
static const struct pkd_type type_time = {
	.kind = PKD_TIME,
	.name = "time",
	.size = 8,
	.align = 8,
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
static const struct pkd_field type_camera_turn_fields[] = {
	{"to", &type_Point, offsetof(struct camera_turn_args, to)},
	{"mode", &type_Mode, offsetof(struct camera_turn_args, mode)},
	{"pause", &type_time, offsetof(struct camera_turn_args, pause)},
	{"by", &type_f64, offsetof(struct camera_turn_args, by)},
	{"switch", &type_bool, offsetof(struct camera_turn_args, switch_)},
};
static const struct pkd_type type_camera_turn = {
	.kind = PKD_RECORD,
	.name = "camera.turn",
	.size = sizeof(struct camera_turn_args),
	.align = _Alignof(struct camera_turn_args),
	.flat = true,
	.n = 5,
	.fields = type_camera_turn_fields,
};
static const struct pkd_type type_u8 = {
	.kind = PKD_U8,
	.name = "u8",
	.size = 1,
	.align = 1,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_list_u8_4 = {
	.kind = PKD_LIST,
	.name = "list<u8, 4>",
	.size = 8,
	.align = 4,
	.n = 4,
	.items_offset = 4,
	.item = &type_u8,
};
static const struct pkd_field type_camera_home_fields[] = {
	{"rows", &type_list_u8_4, offsetof(struct camera_home_args, rows)},
};
static const struct pkd_type type_camera_home = {
	.kind = PKD_RECORD,
	.name = "camera.home",
	.size = sizeof(struct camera_home_args),
	.align = _Alignof(struct camera_home_args),
	.n = 1,
	.fields = type_camera_home_fields,
};

static struct camera_params cam_params;
static struct sink_params sink_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	return NULL;
}

static const struct pkd_reader cam_n_readers[] = {{NODE_sink, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* u32; 66 slots = 65 in the ring + 1 loaned; 12 KiB */
	{
		.name = "cam.n",
		.type = "u32",
		.writer = NODE_cam,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 65,
		.n_slots = 66,
		.readers = cam_n_readers,
		.n_readers = 1,
	},
};

static int camera_call_reset(void *self, const void *args, void *answer, struct pkd_ctx *ctx)
{
	return camera_reset(self, args, answer, ctx);
}

static const struct pkd_param camera_reset_arguments[] = {
	{
		.name = "to",
		.doc = "",
		.kind = PKD_U32,
		.offset = offsetof(struct camera_reset_args, to),
		.initial = "3",
		.has_range = true,
		.min.whole = 0,
		.max.whole = 1000,
	},
	{
		.name = "name",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct camera_reset_args, name),
		.initial = "\"a\\\"b\"",
		.capacity = 8,
	},
	{
		.name = "at",
		.doc = "",
		.kind = PKD_F32,
		.n = 2,
		.offset = offsetof(struct camera_reset_args, at),
		.initial = "[0.5, 1]",
		.has_range = true,
		.min.number = 0.0,
		.max.number = 1.0,
	},
};

static const struct camera_reset_args camera_reset_defaults = {
	.to = 3,
	.name = {3, "a\"b"},
	.at = {0.5f, 1.0f},
};

static int camera_call_turn(void *self, const void *args, void *answer, struct pkd_ctx *ctx)
{
	(void)answer;
	return camera_turn(self, args, ctx);
}

static const struct pkd_param camera_turn_arguments[] = {
	{
		.name = "to",
		.doc = "",
		.kind = PKD_RECORD,
		.offset = offsetof(struct camera_turn_args, to),
	},
	{
		.name = "mode",
		.doc = "",
		.kind = PKD_ENUM,
		.offset = offsetof(struct camera_turn_args, mode),
		.initial = "fast",
		.type = &type_Mode,
	},
	{
		.name = "pause",
		.doc = "",
		.kind = PKD_TIME,
		.offset = offsetof(struct camera_turn_args, pause),
		.initial = "20ms",
		.has_range = true,
		.min.whole = 1000000,
		.max.whole = 1000000000,
	},
	{
		.name = "by",
		.doc = "",
		.kind = PKD_F64,
		.offset = offsetof(struct camera_turn_args, by),
		.has_range = true,
		.min.number = -1.0,
		.max.number = 1.0,
	},
	{
		.name = "switch",
		.doc = "",
		.kind = PKD_BOOL,
		.offset = offsetof(struct camera_turn_args, switch_),
		.initial = "true",
	},
};

static const struct camera_turn_args camera_turn_defaults = {
	.mode = Mode_fast,
	.pause = 20000000,
	.switch_ = true,
};

static int camera_call_home(void *self, const void *args, void *answer, struct pkd_ctx *ctx)
{
	(void)answer;
	return camera_home(self, args, ctx);
}

static const struct pkd_param camera_home_arguments[] = {
	{
		.name = "rows",
		.doc = "",
		.kind = PKD_LIST,
		.offset = offsetof(struct camera_home_args, rows),
	},
};

static int camera_call_stop(void *self, const void *args, void *answer, struct pkd_ctx *ctx)
{
	(void)args;
	(void)answer;
	return camera_stop(self, ctx);
}

static const struct pkd_command camera_commands[] = {
	{
		.name = "reset",
		.doc = "Goes on from another number.",
		.args = &type_camera_reset,
		.arguments = camera_reset_arguments,
		.defaults = &camera_reset_defaults,
		.answer = &type_u32,
		.call = camera_call_reset,
	},
	{
		.name = "turn",
		.doc = "Turns.",
		.args = &type_camera_turn,
		.arguments = camera_turn_arguments,
		.defaults = &camera_turn_defaults,
		.call = camera_call_turn,
	},
	{
		.name = "home",
		.doc = "",
		.args = &type_camera_home,
		.arguments = camera_home_arguments,
		.call = camera_call_home,
	},
	{
		.name = "stop",
		.doc = "",
		.call = camera_call_stop,
	},
};

static const struct pkd_output cam_outputs[] = {
	{.name = "n", .stream = STREAM_cam_n, .type = &type_u32},
};

static const struct pkd_input sink_inputs[] = {
	{
		.name = "n",
		.at = "commands.pkd:20:10",
		.stream = STREAM_cam_n,
		.policy = PKD_QUEUE,
		.window = 65, /* 64 come while its reader is held up: 'camera' states no rate */
	},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "cam",
		.kind = "camera",
		.at = "commands.pkd:19:5",
		.methods = &camera_methods,
		.params = &cam_params,
		.outputs = cam_outputs,
		.n_outputs = 1,
		.origin = PKD_LIVE,
		.commands = camera_commands,
		.n_commands = 4,
	},
	{
		.name = "sink",
		.kind = "sink",
		.at = "commands.pkd:20:5",
		.methods = &sink_methods,
		.params = &sink_params,
		.inputs = sink_inputs,
		.n_inputs = 1,
		.n_ports = 1,
	},
};

static const uint32_t cam_nodes[] = {NODE_cam};
static const uint32_t sink_nodes[] = {NODE_sink};

static const struct pkd_process processes[] = {
	{
		.name = "cam",
		.nodes = cam_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "sink",
		.nodes = sink_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "demo",
	.doc = "",
	.source = "commands.pkd",
	.streams = streams,
	.n_streams = 1,
	.nodes = nodes,
	.n_nodes = 2,
	.processes = processes,
	.n_processes = 2,
	.memory = 12288, /* 12 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
