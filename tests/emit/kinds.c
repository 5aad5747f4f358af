/* The program `kinds`. Written by pkdc 0.1.0 from kinds.pkd: to change it, edit that file and
 * run pkdc build again. */
#include "kinds.pkd.h"
#include <pkd/arith.h>
#include <pkd/program.h>
#include <string.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods maker_methods;
extern const struct pkd_methods taker_methods;

enum {
	NODE_made,
	NODE_taker,
	NODE_second,
};

enum {
	STREAM_made_picture,
	STREAM_made_marks,
	STREAM_made_best,
	STREAM_made_count,
};

/* Types as they are known at run time: to nodes, and to what checks their values. */
static const char *const type_Level_names[] = {"low", "mid", "high"};
static const struct pkd_type type_Level = {
	.kind = PKD_ENUM,
	.name = "Level",
	.size = 4,
	.align = 4,
	.flat = true,
	.n = 3,
	.names = type_Level_names,
};
static const struct pkd_type type_image_gray8_32_16 = {
	.kind = PKD_IMAGE,
	.name = "image<gray8, 32, 16>",
	.size = 576,
	.align = 4,
	.format = 1,
	.width = 32,
	.height = 16,
};
static const struct pkd_type type_f32 = {
	.kind = PKD_F32,
	.name = "f32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};
static const struct pkd_field type_Corner_fields[] = {
	{"x", &type_f32, offsetof(struct Corner, x)},
	{"y", &type_f32, offsetof(struct Corner, y)},
};
static const struct pkd_type type_Corner = {
	.kind = PKD_RECORD,
	.name = "Corner",
	.size = sizeof(struct Corner),
	.align = _Alignof(struct Corner),
	.plain = true,
	.flat = true,
	.n = 2,
	.fields = type_Corner_fields,
};
static const struct pkd_type type_array_Corner_4 = {
	.kind = PKD_ARRAY,
	.name = "[Corner; 4]",
	.size = 32,
	.align = 4,
	.plain = true,
	.flat = true,
	.n = 4,
	.item = &type_Corner,
};
static const struct pkd_type type_string_15 = {
	.kind = PKD_STRING,
	.name = "string<15>",
	.size = 20,
	.align = 4,
	.n = 15,
};
static const struct pkd_type type_bytes_8 = {
	.kind = PKD_BYTES,
	.name = "bytes<8>",
	.size = 12,
	.align = 4,
	.n = 8,
};
static const struct pkd_type type_time = {
	.kind = PKD_TIME,
	.name = "time",
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
static const struct pkd_type type_i16 = {
	.kind = PKD_I16,
	.name = "i16",
	.size = 2,
	.align = 2,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_list_i16_4 = {
	.kind = PKD_LIST,
	.name = "list<i16, 4>",
	.size = 12,
	.align = 4,
	.n = 4,
	.items_offset = 4,
	.item = &type_i16,
};
static const struct pkd_field type_Mark_fields[] = {
	{"corners", &type_array_Corner_4, offsetof(struct Mark, corners)},
	{"name", &type_string_15, offsetof(struct Mark, name)},
	{"code", &type_bytes_8, offsetof(struct Mark, code)},
	{"level", &type_Level, offsetof(struct Mark, level)},
	{"seen", &type_time, offsetof(struct Mark, seen)},
	{"ok", &type_bool, offsetof(struct Mark, ok)},
	{"history", &type_list_i16_4, offsetof(struct Mark, history)},
};
static const struct pkd_type type_Mark = {
	.kind = PKD_RECORD,
	.name = "Mark",
	.size = sizeof(struct Mark),
	.align = _Alignof(struct Mark),
	.n = 7,
	.fields = type_Mark_fields,
};
static const struct pkd_type type_list_Mark_4 = {
	.kind = PKD_LIST,
	.name = "list<Mark, 4>",
	.size = 392,
	.align = 8,
	.n = 4,
	.items_offset = 8,
	.item = &type_Mark,
};
static const struct pkd_type type_u64 = {
	.kind = PKD_U64,
	.name = "u64",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_string_31 = {
	.kind = PKD_STRING,
	.name = "string<31>",
	.size = 36,
	.align = 4,
	.n = 31,
};
static const struct pkd_type type_bytes_100 = {
	.kind = PKD_BYTES,
	.name = "bytes<100>",
	.size = 104,
	.align = 4,
	.n = 100,
};
static const struct pkd_type type_f64 = {
	.kind = PKD_F64,
	.name = "f64",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_array_f64_3 = {
	.kind = PKD_ARRAY,
	.name = "[f64; 3]",
	.size = 24,
	.align = 8,
	.plain = true,
	.flat = true,
	.n = 3,
	.item = &type_f64,
};

/* What the program's options set. */
struct kinds_params {
	float share; /* handed on */
	uint32_t level;
	int64_t twice;
	bool on;
};

static struct kinds_params options = {
	.share = 0.5f,
	.level = Level_high,
	.twice = 2,
	.on = false,
};

static const struct pkd_param option_table[] = {
	{
		.name = "share",
		.doc = "handed on",
		.kind = PKD_F32,
		.offset = offsetof(struct kinds_params, share),
		.initial = "0.5",
		.has_range = true,
		.min.number = 0.0,
		.max.number = 1.0,
	},
	{
		.name = "level",
		.doc = "",
		.kind = PKD_ENUM,
		.offset = offsetof(struct kinds_params, level),
		.initial = "high",
		.type = &type_Level,
	},
	{
		.name = "twice",
		.doc = "",
		.kind = PKD_I64,
		.offset = offsetof(struct kinds_params, twice),
		.initial = "2",
		.has_range = true,
		.min.whole = -2,
		.max.whole = 2,
	},
	{
		.name = "on",
		.doc = "",
		.kind = PKD_BOOL,
		.offset = offsetof(struct kinds_params, on),
		.initial = "false",
	},
};

static struct maker_params made_params;
static struct taker_params taker_params;
static struct taker_params second_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	int64_t t1;
	if (__builtin_mul_overflow(options.twice, 2, &t1))
		return "made.big = twice * 2 - 1 has no value of type i64";
	int64_t t2;
	if (__builtin_sub_overflow(t1, 1, &t2))
		return "made.big = twice * 2 - 1 has no value of type i64";
	made_params = (struct maker_params){
		.how = options.level,
		.share = options.share * 0.5f,
		.wait = 5000000,
		.big = t2,
		.name = "a \"name\"",
		.on = !options.on,
		.W = 32,
		.H = 16,
	};
	taker_params = (struct taker_params){
		.T = &type_list_Mark_4,
		.W = 32,
		.H = 16,
		.F = PKD_GRAY8,
	};
	second_params = (struct taker_params){.T = &type_Mark, .W = 0, .H = 0, .F = 0};
	return NULL;
}

static const struct pkd_param maker_param_table[] = {
	{
		.name = "how",
		.doc = "how sure to be",
		.kind = PKD_ENUM,
		.offset = offsetof(struct maker_params, how),
		.initial = "mid",
		.type = &type_Level,
	},
	{
		.name = "share",
		.doc = "of the whole",
		.kind = PKD_F32,
		.offset = offsetof(struct maker_params, share),
		.initial = "0.25",
		.has_range = true,
		.min.number = 0.0,
		.max.number = 1.0,
	},
	{
		.name = "wait",
		.doc = "",
		.kind = PKD_TIME,
		.offset = offsetof(struct maker_params, wait),
		.initial = "20ms",
		.has_range = true,
		.min.whole = 1000000,
		.max.whole = 1000000000,
	},
	{
		.name = "big",
		.doc = "",
		.kind = PKD_I64,
		.offset = offsetof(struct maker_params, big),
		.initial = "1",
		.has_range = true,
		.min.whole = -5,
		.max.whole = 5,
	},
	{
		.name = "name",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct maker_params, name),
		.initial = "\"a \\\"name\\\"\"",
	},
	{
		.name = "on",
		.doc = "",
		.kind = PKD_BOOL,
		.offset = offsetof(struct maker_params, on),
		.initial = "true",
	},
};

static const struct pkd_reader made_picture_readers[] = {{NODE_taker, 1}};
static const struct pkd_reader made_marks_readers[] = {{NODE_taker, 0}};
static const struct pkd_reader made_best_readers[] = {{NODE_taker, 3}, {NODE_second, 0}};
static const struct pkd_reader made_count_readers[] = {{NODE_taker, 2}, {NODE_second, 2}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* 32 x 16 gray8; 5 slots = 4 in the ring + 1 loaned; 4 KiB */
	{
		.name = "made.picture",
		.type = "image<gray8, 32, 16>",
		.writer = NODE_made,
		.output = 0,
		.value_size = 576,
		.slot_size = 640,
		.ring_size = 4,
		.n_slots = 5,
		.readers = made_picture_readers,
		.n_readers = 1,
	},
	/* list<Mark, 4>; 5 slots = 4 in the ring + 1 loaned; 4 KiB */
	{
		.name = "made.marks",
		.type = "list<Mark, 4>",
		.writer = NODE_made,
		.output = 1,
		.value_size = 392,
		.slot_size = 512,
		.ring_size = 4,
		.n_slots = 5,
		.readers = made_marks_readers,
		.n_readers = 1,
	},
	/* Mark; 7 slots = 4 in the ring + 2 pinned + 1 loaned; 4 KiB */
	{
		.name = "made.best",
		.type = "Mark",
		.writer = NODE_made,
		.output = 2,
		.value_size = 96,
		.slot_size = 192,
		.ring_size = 4,
		.n_slots = 7,
		.readers = made_best_readers,
		.n_readers = 2,
	},
	/* u64; 5 slots = 4 in the ring + 1 loaned; 4 KiB */
	{
		.name = "made.count",
		.type = "u64",
		.writer = NODE_made,
		.output = 3,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 4,
		.n_slots = 5,
		.readers = made_count_readers,
		.n_readers = 2,
	},
};

static const struct pkd_derived made_derived[] = {
	{0, 1}, /* how: --level */
	{1, 0}, /* share: --share */
	{3, 2}, /* big: --twice */
	{5, 3}, /* on: --on */
};

static const struct pkd_output made_outputs[] = {
	{.name = "picture", .stream = STREAM_made_picture, .type = &type_image_gray8_32_16},
	{.name = "marks", .stream = STREAM_made_marks, .type = &type_list_Mark_4},
	{.name = "best", .stream = STREAM_made_best, .type = &type_Mark, .optional = true},
	{.name = "count", .stream = STREAM_made_count, .type = &type_u64},
	{.name = "title", .stream = PKD_NONE, .type = &type_string_31},
	{.name = "raw", .stream = PKD_NONE, .type = &type_bytes_100},
	{.name = "weights", .stream = PKD_NONE, .type = &type_array_f64_3},
};

static const struct pkd_input taker_inputs[] = {
	{
		.name = "row",
		.at = "kinds.pkd:52:11",
		.stream = STREAM_made_marks,
		.policy = PKD_QUEUE,
		.window = 4, /* as many as 'queue(3) made.count' beside it */
		.optional = true,
	},
	{
		.name = "picture",
		.at = "kinds.pkd:52:23",
		.stream = STREAM_made_picture,
		.policy = PKD_QUEUE,
		.window = 4, /* as many as 'queue(3) made.count' beside it */
		.optional = true,
		.port = 1,
	},
	{
		.name = "at",
		.at = "kinds.pkd:52:41",
		.stream = STREAM_made_count,
		.policy = PKD_QUEUE,
		.window = 4, /* as written, and one in hand */
		.port = 2,
	},
	{
		.name = "best",
		.at = "kinds.pkd:52:68",
		.stream = STREAM_made_best,
		.policy = PKD_SAMPLE,
		.window = 1, /* the newest value */
		.n_pins = 1,
		.optional = true,
		.port = 3,
	},
};

static const struct pkd_input second_inputs[] = {
	{
		.name = "row",
		.at = "kinds.pkd:53:20",
		.stream = STREAM_made_best,
		.policy = PKD_SAMPLE,
		.window = 1, /* the newest value */
		.n_pins = 1,
		.optional = true,
	},
	{
		.name = "picture",
		.at = "kinds.pkd:53:5",
		.stream = PKD_NONE,
		.policy = PKD_SAMPLE,
		.optional = true,
		.port = 1,
	},
	{
		.name = "at",
		.at = "kinds.pkd:53:42",
		.stream = STREAM_made_count,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.port = 2,
	},
	{
		.name = "best",
		.at = "kinds.pkd:53:5",
		.stream = PKD_NONE,
		.policy = PKD_SAMPLE,
		.optional = true,
		.port = 3,
	},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "made",
		.kind = "maker",
		.at = "kinds.pkd:51:5",
		.methods = &maker_methods,
		.params = &made_params,
		.param_table = maker_param_table,
		.n_params = 6,
		.derived = made_derived,
		.n_derived = 4,
		.outputs = made_outputs,
		.n_outputs = 7,
		.origin = PKD_PACED,
	},
	{
		.name = "taker",
		.kind = "taker",
		.at = "kinds.pkd:52:5",
		.methods = &taker_methods,
		.params = &taker_params,
		.inputs = taker_inputs,
		.n_inputs = 4,
		.n_ports = 4,
	},
	{
		.name = "second",
		.kind = "taker",
		.at = "kinds.pkd:53:5",
		.methods = &taker_methods,
		.params = &second_params,
		.inputs = second_inputs,
		.n_inputs = 4,
		.n_ports = 4,
	},
};

static const uint32_t all_nodes[] = {NODE_made, NODE_second};
static const uint32_t taker_nodes[] = {NODE_taker};

static const struct pkd_process processes[] = {
	{
		.name = "all",
		.nodes = all_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "taker",
		.nodes = taker_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_ABSENT,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "kinds",
	.doc = "Shows every kind.",
	.source = "kinds.pkd",
	.streams = streams,
	.n_streams = 4,
	.nodes = nodes,
	.n_nodes = 3,
	.processes = processes,
	.n_processes = 2,
	.params = &options,
	.param_table = option_table,
	.n_params = 4,
	.memory = 16384, /* 16 KiB */
	.spin_ns = PKD_NO_SPIN,
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
