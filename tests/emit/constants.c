/* The program `constants`. Written by pkdc 0.1.0 from constants.pkd: to change it, edit that
 * file and run pkdc build again. */
#include "constants.pkd.h"
#include <pkd/arith.h>
#include <pkd/program.h>
#include <string.h>
#include <table/csv.pkd.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods origin__methods;
extern const struct pkd_methods table_csv_methods;

enum {
	NODE_cam_0,
	NODE_csv_0,
	NODE_cam_1,
	NODE_csv_1,
	NODE_csv,
	NODE_csv_2,
	NODE_csv_3,
	NODE_own_x,
	NODE_same_x,
	NODE_fixed_x,
	NODE_expression_1,
	NODE_expression_2,
	NODE_own_n,
	NODE_same_n,
	NODE_fixed_n,
};

enum {
	STREAM_cam_0_n,
	STREAM_cam_1_n,
	STREAM_own_x_n,
	STREAM_same_x_n,
	STREAM_fixed_x_n,
	STREAM_expression_1_value,
	STREAM_expression_2_value,
	STREAM_own_n_value,
	STREAM_same_n_value,
	STREAM_fixed_n_value,
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
static const struct pkd_type type_u32 = {
	.kind = PKD_U32,
	.name = "u32",
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
static const struct pkd_type type_array_u8_240 = {
	.kind = PKD_ARRAY,
	.name = "[u8; 240]",
	.size = 240,
	.align = 1,
	.plain = true,
	.flat = true,
	.n = 240,
	.item = &type_u8,
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
static const struct pkd_field type_record_1_fields[] = {
	{"n", &type_u32, offsetof(struct constants_record_1, n)},
	{"step", &type_f64, offsetof(struct constants_record_1, step)},
	{"most", &type_f64, offsetof(struct constants_record_1, most)},
	{"len", &type_i64, offsetof(struct constants_record_1, len)},
};
static const struct pkd_type type_record_1 = {
	.kind = PKD_RECORD,
	.name = "record_1",
	.size = sizeof(struct constants_record_1),
	.align = _Alignof(struct constants_record_1),
	.plain = true,
	.flat = true,
	.n = 4,
	.fields = type_record_1_fields,
};
static const struct pkd_type type_array_u8_160 = {
	.kind = PKD_ARRAY,
	.name = "[u8; 160]",
	.size = 160,
	.align = 1,
	.plain = true,
	.flat = true,
	.n = 160,
	.item = &type_u8,
};

/* What the program's options set. */
struct constants_params {
	const char *sources[2]; /* what to play */
	const char *names[3];
	double gains[3];
	uint32_t levels[2];
	const char *last;
};

static struct constants_params options = {
	.sources = {"a.mp4", "b.mp4"},
	.names = {
		"the first of a few long strings",
		"the second of a few long strings",
		"106.67",
	},
	.gains = {0.5, 1.0, 2.0},
	.levels = {Level_mid, Level_high},
	.last = "z.mp4",
};

static const struct pkd_param option_table[] = {
	{
		.name = "sources",
		.doc = "what to play",
		.kind = PKD_STRING,
		.n = 2,
		.offset = offsetof(struct constants_params, sources),
		.initial = "PATHS",
	},
	{
		.name = "names",
		.doc = "",
		.kind = PKD_STRING,
		.n = 3,
		.offset = offsetof(struct constants_params, names),
		.initial = "LONG",
	},
	{
		.name = "gains",
		.doc = "",
		.kind = PKD_F64,
		.n = 3,
		.offset = offsetof(struct constants_params, gains),
		.initial = "[0.5, 1, 2]",
		.has_range = true,
		.min.number = 0.0,
		.max.number = 10.0,
	},
	{
		.name = "levels",
		.doc = "",
		.kind = PKD_ENUM,
		.n = 2,
		.offset = offsetof(struct constants_params, levels),
		.initial = "[mid, high]",
		.type = &type_Level,
	},
	{
		.name = "last",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct constants_params, last),
		.initial = "\"z.mp4\"",
	},
};

static struct origin__params cam_0_params;
static struct table_csv_params csv_0_params;
static struct origin__params cam_1_params;
static struct table_csv_params csv_1_params;
static struct table_csv_params csv_params;
static struct table_csv_params csv_2_params;
static struct table_csv_params csv_3_params;
static struct origin__params own_x_params;
static struct origin__params same_x_params;
static struct origin__params fixed_x_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	cam_0_params = (struct origin__params){
		.path = options.sources[0],
		.gain = 2.0 * options.gains[0],
		.level = options.levels[0],
		.W = 480,
	};
	csv_0_params = (struct table_csv_params){
		.path = "zero.csv",
		.append = false,
		.untimed = false,
		.wall_clock = false,
		.digits = 0,
		.rotate_rows = 0,
		.rotate_bytes = 0,
		.rotate_after = 0,
		.name = "rows",
		.keep = 0,
		.T = &type_record_1,
	};
	cam_1_params = (struct origin__params){
		.path = options.sources[1],
		.gain = 2.0 * options.gains[1],
		.level = options.levels[1],
		.W = 480,
	};
	csv_1_params = (struct table_csv_params){
		.path = "cam1.csv",
		.append = false,
		.untimed = false,
		.wall_clock = false,
		.digits = 0,
		.rotate_rows = 0,
		.rotate_bytes = 0,
		.rotate_after = 0,
		.name = "rows",
		.keep = 0,
		.T = &type_record_1,
	};
	csv_params = (struct table_csv_params){
		.path = "own.csv",
		.append = false,
		.untimed = false,
		.wall_clock = false,
		.digits = 0,
		.rotate_rows = 0,
		.rotate_bytes = 0,
		.rotate_after = 0,
		.name = "rows",
		.keep = 0,
		.T = &type_u32,
	};
	csv_2_params = (struct table_csv_params){
		.path = "same.csv",
		.append = false,
		.untimed = false,
		.wall_clock = false,
		.digits = 0,
		.rotate_rows = 0,
		.rotate_bytes = 0,
		.rotate_after = 0,
		.name = "rows",
		.keep = 0,
		.T = &type_u32,
	};
	csv_3_params = (struct table_csv_params){
		.path = "fixed.csv",
		.append = false,
		.untimed = false,
		.wall_clock = false,
		.digits = 0,
		.rotate_rows = 0,
		.rotate_bytes = 0,
		.rotate_after = 0,
		.name = "rows",
		.keep = 0,
		.T = &type_u32,
	};
	own_x_params = (struct origin__params){
		.path = options.sources[1],
		.gain = 2.0,
		.level = Level_low,
		.W = 320,
	};
	same_x_params = (struct origin__params){
		.path = options.sources[1],
		.gain = 3.0,
		.level = Level_low,
		.W = 320,
	};
	fixed_x_params = (struct origin__params){
		.path = "b.mp4",
		.gain = 2.0,
		.level = Level_low,
		.W = 320,
	};
	return NULL;
}

static const struct pkd_param origin__param_table[] = {
	{
		.name = "path",
		.doc = "",
		.kind = PKD_STRING,
		.offset = offsetof(struct origin__params, path),
	},
	{
		.name = "gain",
		.doc = "",
		.kind = PKD_F64,
		.offset = offsetof(struct origin__params, gain),
		.initial = "1.0",
	},
	{
		.name = "level",
		.doc = "",
		.kind = PKD_ENUM,
		.offset = offsetof(struct origin__params, level),
		.initial = "low",
		.type = &type_Level,
	},
};

static const struct pkd_param table_csv_param_table[] = {
	{
		.name = "path",
		.doc = "the file; an old one is replaced. \"log/\": files in there",
		.kind = PKD_STRING,
		.offset = offsetof(struct table_csv_params, path),
	},
	{
		.name = "append",
		.doc = "an old one is kept and added to",
		.kind = PKD_BOOL,
		.offset = offsetof(struct table_csv_params, append),
		.initial = "false",
	},
	{
		.name = "untimed",
		.doc = "no `time_s`: two runs can then write the same bytes",
		.kind = PKD_BOOL,
		.offset = offsetof(struct table_csv_params, untimed),
		.initial = "false",
	},
	{
		.name = "wall_clock",
		.doc = "a column with the time of day, in UTC",
		.kind = PKD_BOOL,
		.offset = offsetof(struct table_csv_params, wall_clock),
		.initial = "false",
	},
	{
		.name = "digits",
		.doc = "decimals of a number or a time at most; 0: all that it has",
		.kind = PKD_U32,
		.offset = offsetof(struct table_csv_params, digits),
		.initial = "0",
		.has_range = true,
		.min.whole = 0,
		.max.whole = 9,
	},
	{
		.name = "rotate_rows",
		.doc = "rows of a file in a directory; 0: any number",
		.kind = PKD_U64,
		.offset = offsetof(struct table_csv_params, rotate_rows),
		.initial = "0",
	},
	{
		.name = "rotate_bytes",
		.doc = "one that has so many gets no more rows; 0: any number",
		.kind = PKD_U64,
		.offset = offsetof(struct table_csv_params, rotate_bytes),
		.initial = "0",
	},
	{
		.name = "rotate_after",
		.doc = "from the first capture time in it to the last; 0s: any time",
		.kind = PKD_TIME,
		.offset = offsetof(struct table_csv_params, rotate_after),
		.initial = "0s",
		.has_range = true,
		.min.whole = 0,
		.max.whole = 1317600000000000000,
	},
	{
		.name = "name",
		.doc = "what its name begins with",
		.kind = PKD_STRING,
		.offset = offsetof(struct table_csv_params, name),
		.initial = "\"rows\"",
	},
	{
		.name = "keep",
		.doc = "so many files stay, the oldest is removed; 0: all",
		.kind = PKD_U32,
		.offset = offsetof(struct table_csv_params, keep),
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

/* list<f64, 3> */
struct value_list_f64_3 {
	uint32_t len;
	double items[3];
};

/* constants.pkd:32: table.csv({ n: cam[i].n, step: STEPS[cam[i].n] ?? -1.0, most: max(STEPS),
 * len: len(PATHS) }, */
struct constants_expression_1_1_in {
	const uint32_t *n; /* u32 */
};
struct constants_expression_1_1_out {
	struct constants_record_1 *value; /* record_1 */
};

static int constants_expression_1_1_step(void *node, const void *inputs, void *outputs,
                                         struct pkd_ctx *ctx)
{
	const struct constants_expression_1_1_in *in = inputs;
	struct constants_expression_1_1_out *out = outputs;

	(void)node;
	(void)ctx;

	out->value->n = *in->n;
	bool has_value = false;
	{
		static const struct value_list_f64_3 t1 = {3, {0.5, 1.0, 2.0}};
		const int64_t at = (int64_t)*in->n;
		if (at < 0 || at >= pkd_length(&t1.len, 3))
			goto no_value;
		out->value->step = t1.items[at];
		has_value = true;
	}
no_value:
	if (!has_value) {
		out->value->step = -1.0;
	}
	out->value->most = 2.0;
	out->value->len = 2;
	return PKD_OK;
}

static const struct pkd_methods constants_expression_1_1_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = constants_expression_1_1_step,
	.finish = expression_finish,
};

/* constants.pkd:32: table.csv({ n: cam[i].n, step: STEPS[cam[i].n] ?? -1.0, most: max(STEPS),
 * len: len(PATHS) }, */
struct constants_expression_2_2_in {
	const uint32_t *n; /* u32 */
};
struct constants_expression_2_2_out {
	struct constants_record_1 *value; /* record_1 */
};

static int constants_expression_2_2_step(void *node, const void *inputs, void *outputs,
                                         struct pkd_ctx *ctx)
{
	const struct constants_expression_2_2_in *in = inputs;
	struct constants_expression_2_2_out *out = outputs;

	(void)node;
	(void)ctx;

	out->value->n = *in->n;
	bool has_value = false;
	{
		static const struct value_list_f64_3 t1 = {3, {0.5, 1.0, 2.0}};
		const int64_t at = (int64_t)*in->n;
		if (at < 0 || at >= pkd_length(&t1.len, 3))
			goto no_value;
		out->value->step = t1.items[at];
		has_value = true;
	}
no_value:
	if (!has_value) {
		out->value->step = -1.0;
	}
	out->value->most = 2.0;
	out->value->len = 2;
	return PKD_OK;
}

static const struct pkd_methods constants_expression_2_2_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = constants_expression_2_2_step,
	.finish = expression_finish,
};

/* constants.pkd:20: out n = x.n + K */
struct constants_n_3_in {
	const uint32_t *n; /* u32 */
};
struct constants_n_3_out {
	uint32_t *value; /* u32 */
};

static int constants_n_3_step(void *node, const void *inputs, void *outputs, struct pkd_ctx *ctx)
{
	const struct constants_n_3_in *in = inputs;
	struct constants_n_3_out *out = outputs;

	(void)node;
	(void)ctx;

	*out->value = pkd_add_u32(*in->n, 1);
	return PKD_OK;
}

static const struct pkd_methods constants_n_3_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = constants_n_3_step,
	.finish = expression_finish,
};

/* constants.pkd:20: out n = x.n + K */
struct constants_n_4_in {
	const uint32_t *n; /* u32 */
};
struct constants_n_4_out {
	uint32_t *value; /* u32 */
};

static int constants_n_4_step(void *node, const void *inputs, void *outputs, struct pkd_ctx *ctx)
{
	const struct constants_n_4_in *in = inputs;
	struct constants_n_4_out *out = outputs;

	(void)node;
	(void)ctx;

	*out->value = pkd_add_u32(*in->n, 1);
	return PKD_OK;
}

static const struct pkd_methods constants_n_4_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = constants_n_4_step,
	.finish = expression_finish,
};

/* constants.pkd:20: out n = x.n + K */
struct constants_n_5_in {
	const uint32_t *n; /* u32 */
};
struct constants_n_5_out {
	uint32_t *value; /* u32 */
};

static int constants_n_5_step(void *node, const void *inputs, void *outputs, struct pkd_ctx *ctx)
{
	const struct constants_n_5_in *in = inputs;
	struct constants_n_5_out *out = outputs;

	(void)node;
	(void)ctx;

	*out->value = pkd_add_u32(*in->n, 1);
	return PKD_OK;
}

static const struct pkd_methods constants_n_5_methods = {
	.abi = PKD_ABI,
	.self_size = 1,
	.init = expression_init,
	.step = constants_n_5_step,
	.finish = expression_finish,
};

static const struct pkd_reader cam_0_n_readers[] = {{NODE_expression_1, 0}};
static const struct pkd_reader cam_1_n_readers[] = {{NODE_expression_2, 0}};
static const struct pkd_reader own_x_n_readers[] = {{NODE_own_n, 0}};
static const struct pkd_reader same_x_n_readers[] = {{NODE_same_n, 0}};
static const struct pkd_reader fixed_x_n_readers[] = {{NODE_fixed_n, 0}};
static const struct pkd_reader expression_1_value_readers[] = {{NODE_csv_0, 0}};
static const struct pkd_reader expression_2_value_readers[] = {{NODE_csv_1, 0}};
static const struct pkd_reader own_n_value_readers[] = {{NODE_csv, 0}};
static const struct pkd_reader same_n_value_readers[] = {{NODE_csv_2, 0}};
static const struct pkd_reader fixed_n_value_readers[] = {{NODE_csv_3, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "cam[0].n",
		.type = "u32",
		.writer = NODE_cam_0,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = cam_0_n_readers,
		.n_readers = 1,
	},
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "cam[1].n",
		.type = "u32",
		.writer = NODE_cam_1,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = cam_1_n_readers,
		.n_readers = 1,
	},
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "own.x.n",
		.type = "u32",
		.writer = NODE_own_x,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = own_x_n_readers,
		.n_readers = 1,
	},
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "same.x.n",
		.type = "u32",
		.writer = NODE_same_x,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = same_x_n_readers,
		.n_readers = 1,
	},
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "fixed.x.n",
		.type = "u32",
		.writer = NODE_fixed_x,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = fixed_x_n_readers,
		.n_readers = 1,
	},
	/* record_1; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_1.value",
		.type = "record_1",
		.writer = NODE_expression_1,
		.output = 0,
		.value_size = 32,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_1_value_readers,
		.n_readers = 1,
	},
	/* record_1; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "expression_2.value",
		.type = "record_1",
		.writer = NODE_expression_2,
		.output = 0,
		.value_size = 32,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = expression_2_value_readers,
		.n_readers = 1,
	},
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "own.n.value",
		.type = "u32",
		.writer = NODE_own_n,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = own_n_value_readers,
		.n_readers = 1,
	},
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "same.n.value",
		.type = "u32",
		.writer = NODE_same_n,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = same_n_value_readers,
		.n_readers = 1,
	},
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "fixed.n.value",
		.type = "u32",
		.writer = NODE_fixed_n,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = fixed_n_value_readers,
		.n_readers = 1,
	},
};

static const struct pkd_right table_csv_rights[] = {
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
};

static const struct pkd_derived cam_0_derived[] = {
	{0, 0}, /* path: --sources */
	{1, 2}, /* gain: --gains */
	{2, 3}, /* level: --levels */
};

static const struct pkd_output cam_0_outputs[] = {
	{.name = "n", .stream = STREAM_cam_0_n, .type = &type_u32},
	{.name = "row", .stream = PKD_NONE, .type = &type_array_u8_240},
};

static const struct pkd_input csv_0_inputs[] = {
	{
		.name = "row",
		.at = "constants.pkd:32:19",
		.stream = STREAM_expression_1_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
	{
		.name = "at",
		.at = "constants.pkd:32:9",
		.stream = PKD_NONE,
		.policy = PKD_SAMPLE,
		.optional = true,
		.port = 1,
	},
};

static const struct pkd_memory csv_0_memories[] = {
	{8}, /* before: u64 */
	{48}, /* made: table.Mark */
};

static const struct pkd_derived cam_1_derived[] = {
	{0, 0}, /* path: --sources */
	{1, 2}, /* gain: --gains */
	{2, 3}, /* level: --levels */
};

static const struct pkd_output cam_1_outputs[] = {
	{.name = "n", .stream = STREAM_cam_1_n, .type = &type_u32},
	{.name = "row", .stream = PKD_NONE, .type = &type_array_u8_240},
};

static const struct pkd_input csv_1_inputs[] = {
	{
		.name = "row",
		.at = "constants.pkd:32:19",
		.stream = STREAM_expression_2_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
	{
		.name = "at",
		.at = "constants.pkd:32:9",
		.stream = PKD_NONE,
		.policy = PKD_SAMPLE,
		.optional = true,
		.port = 1,
	},
};

static const struct pkd_memory csv_1_memories[] = {
	{8}, /* before: u64 */
	{48}, /* made: table.Mark */
};

static const struct pkd_input csv_inputs[] = {
	{
		.name = "row",
		.at = "constants.pkd:38:15",
		.stream = STREAM_own_n_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
	{
		.name = "at",
		.at = "constants.pkd:38:5",
		.stream = PKD_NONE,
		.policy = PKD_SAMPLE,
		.optional = true,
		.port = 1,
	},
};

static const struct pkd_memory csv_memories[] = {
	{8}, /* before: u64 */
	{48}, /* made: table.Mark */
};

static const struct pkd_input csv_2_inputs[] = {
	{
		.name = "row",
		.at = "constants.pkd:39:15",
		.stream = STREAM_same_n_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
	{
		.name = "at",
		.at = "constants.pkd:39:5",
		.stream = PKD_NONE,
		.policy = PKD_SAMPLE,
		.optional = true,
		.port = 1,
	},
};

static const struct pkd_memory csv_2_memories[] = {
	{8}, /* before: u64 */
	{48}, /* made: table.Mark */
};

static const struct pkd_input csv_3_inputs[] = {
	{
		.name = "row",
		.at = "constants.pkd:40:15",
		.stream = STREAM_fixed_n_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
	{
		.name = "at",
		.at = "constants.pkd:40:5",
		.stream = PKD_NONE,
		.policy = PKD_SAMPLE,
		.optional = true,
		.port = 1,
	},
};

static const struct pkd_memory csv_3_memories[] = {
	{8}, /* before: u64 */
	{48}, /* made: table.Mark */
};

static const struct pkd_derived own_x_derived[] = {
	{0, 0}, /* path: --sources */
};

static const struct pkd_output own_x_outputs[] = {
	{.name = "n", .stream = STREAM_own_x_n, .type = &type_u32},
	{.name = "row", .stream = PKD_NONE, .type = &type_array_u8_160},
};

static const struct pkd_derived same_x_derived[] = {
	{0, 0}, /* path: --sources */
};

static const struct pkd_output same_x_outputs[] = {
	{.name = "n", .stream = STREAM_same_x_n, .type = &type_u32},
	{.name = "row", .stream = PKD_NONE, .type = &type_array_u8_160},
};

static const struct pkd_output fixed_x_outputs[] = {
	{.name = "n", .stream = STREAM_fixed_x_n, .type = &type_u32},
	{.name = "row", .stream = PKD_NONE, .type = &type_array_u8_160},
};

static const struct pkd_input expression_1_inputs[] = {
	{
		.name = "n",
		.at = "constants.pkd:32:24",
		.stream = STREAM_cam_0_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_1_outputs[] = {
	{.name = "value", .stream = STREAM_expression_1_value, .type = &type_record_1},
};

static const struct pkd_input expression_2_inputs[] = {
	{
		.name = "n",
		.at = "constants.pkd:32:24",
		.stream = STREAM_cam_1_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_2_outputs[] = {
	{.name = "value", .stream = STREAM_expression_2_value, .type = &type_record_1},
};

static const struct pkd_input own_n_inputs[] = {
	{
		.name = "n",
		.at = "constants.pkd:20:13",
		.stream = STREAM_own_x_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output own_n_outputs[] = {
	{.name = "value", .stream = STREAM_own_n_value, .type = &type_u32},
};

static const struct pkd_input same_n_inputs[] = {
	{
		.name = "n",
		.at = "constants.pkd:20:13",
		.stream = STREAM_same_x_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output same_n_outputs[] = {
	{.name = "value", .stream = STREAM_same_n_value, .type = &type_u32},
};

static const struct pkd_input fixed_n_inputs[] = {
	{
		.name = "n",
		.at = "constants.pkd:20:13",
		.stream = STREAM_fixed_x_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output fixed_n_outputs[] = {
	{.name = "value", .stream = STREAM_fixed_n_value, .type = &type_u32},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "cam[0]",
		.kind = "origin_",
		.at = "constants.pkd:31:9",
		.methods = &origin__methods,
		.params = &cam_0_params,
		.param_table = origin__param_table,
		.n_params = 3,
		.derived = cam_0_derived,
		.n_derived = 3,
		.outputs = cam_0_outputs,
		.n_outputs = 2,
		.origin = PKD_PACED,
	},
	{
		.name = "csv[0]",
		.kind = "table.csv",
		.at = "constants.pkd:32:9",
		.methods = &table_csv_methods,
		.params = &csv_0_params,
		.param_table = table_csv_param_table,
		.n_params = 10,
		.inputs = csv_0_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.state_size = sizeof(struct table_csv_state),
		.memories = csv_0_memories,
		.n_memories = 2,
		.rights = table_csv_rights,
		.n_rights = 2,
		.declared = true,
	},
	{
		.name = "cam[1]",
		.kind = "origin_",
		.at = "constants.pkd:31:9",
		.methods = &origin__methods,
		.params = &cam_1_params,
		.param_table = origin__param_table,
		.n_params = 3,
		.derived = cam_1_derived,
		.n_derived = 3,
		.outputs = cam_1_outputs,
		.n_outputs = 2,
		.origin = PKD_PACED,
	},
	{
		.name = "csv[1]",
		.kind = "table.csv",
		.at = "constants.pkd:32:9",
		.methods = &table_csv_methods,
		.params = &csv_1_params,
		.param_table = table_csv_param_table,
		.n_params = 10,
		.inputs = csv_1_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.state_size = sizeof(struct table_csv_state),
		.memories = csv_1_memories,
		.n_memories = 2,
		.rights = table_csv_rights,
		.n_rights = 2,
		.declared = true,
	},
	{
		.name = "csv",
		.kind = "table.csv",
		.at = "constants.pkd:38:5",
		.methods = &table_csv_methods,
		.params = &csv_params,
		.param_table = table_csv_param_table,
		.n_params = 10,
		.inputs = csv_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.state_size = sizeof(struct table_csv_state),
		.memories = csv_memories,
		.n_memories = 2,
		.rights = table_csv_rights,
		.n_rights = 2,
		.declared = true,
	},
	{
		.name = "csv_2",
		.kind = "table.csv",
		.at = "constants.pkd:39:5",
		.methods = &table_csv_methods,
		.params = &csv_2_params,
		.param_table = table_csv_param_table,
		.n_params = 10,
		.inputs = csv_2_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.state_size = sizeof(struct table_csv_state),
		.memories = csv_2_memories,
		.n_memories = 2,
		.rights = table_csv_rights,
		.n_rights = 2,
		.declared = true,
	},
	{
		.name = "csv_3",
		.kind = "table.csv",
		.at = "constants.pkd:40:5",
		.methods = &table_csv_methods,
		.params = &csv_3_params,
		.param_table = table_csv_param_table,
		.n_params = 10,
		.inputs = csv_3_inputs,
		.n_inputs = 2,
		.n_ports = 2,
		.state_size = sizeof(struct table_csv_state),
		.memories = csv_3_memories,
		.n_memories = 2,
		.rights = table_csv_rights,
		.n_rights = 2,
		.declared = true,
	},
	{
		.name = "own.x",
		.kind = "origin_",
		.at = "constants.pkd:19:5",
		.methods = &origin__methods,
		.params = &own_x_params,
		.param_table = origin__param_table,
		.n_params = 3,
		.derived = own_x_derived,
		.n_derived = 1,
		.outputs = own_x_outputs,
		.n_outputs = 2,
		.origin = PKD_PACED,
	},
	{
		.name = "same.x",
		.kind = "origin_",
		.at = "constants.pkd:19:5",
		.methods = &origin__methods,
		.params = &same_x_params,
		.param_table = origin__param_table,
		.n_params = 3,
		.derived = same_x_derived,
		.n_derived = 1,
		.outputs = same_x_outputs,
		.n_outputs = 2,
		.origin = PKD_PACED,
	},
	{
		.name = "fixed.x",
		.kind = "origin_",
		.at = "constants.pkd:19:5",
		.methods = &origin__methods,
		.params = &fixed_x_params,
		.param_table = origin__param_table,
		.n_params = 3,
		.outputs = fixed_x_outputs,
		.n_outputs = 2,
		.origin = PKD_PACED,
	},
	{
		.name = "expression_1",
		.kind = "an expression",
		.at = "constants.pkd:32:19",
		.methods = &constants_expression_1_1_methods,
		.inputs = expression_1_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_1_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "expression_2",
		.kind = "an expression",
		.at = "constants.pkd:32:19",
		.methods = &constants_expression_2_2_methods,
		.inputs = expression_2_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_2_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "own.n",
		.kind = "an expression",
		.at = "constants.pkd:20:13",
		.methods = &constants_n_3_methods,
		.inputs = own_n_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = own_n_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "same.n",
		.kind = "an expression",
		.at = "constants.pkd:20:13",
		.methods = &constants_n_4_methods,
		.inputs = same_n_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = same_n_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "fixed.n",
		.kind = "an expression",
		.at = "constants.pkd:20:13",
		.methods = &constants_n_5_methods,
		.inputs = fixed_n_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = fixed_n_outputs,
		.n_outputs = 1,
		.declared = true,
	},
};

static const uint32_t cam_0_nodes[] = {NODE_cam_0};
static const uint32_t csv_0_nodes[] = {NODE_csv_0, NODE_expression_1};
static const uint32_t cam_1_nodes[] = {NODE_cam_1};
static const uint32_t csv_1_nodes[] = {NODE_csv_1, NODE_expression_2};
static const uint32_t csv_nodes[] = {NODE_csv, NODE_own_n};
static const uint32_t csv_2_nodes[] = {NODE_csv_2, NODE_same_n};
static const uint32_t csv_3_nodes[] = {NODE_csv_3, NODE_fixed_n};
static const uint32_t own_x_nodes[] = {NODE_own_x};
static const uint32_t same_x_nodes[] = {NODE_same_x};
static const uint32_t fixed_x_nodes[] = {NODE_fixed_x};

static const struct pkd_process processes[] = {
	{
		.name = "cam[0]",
		.nodes = cam_0_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "csv[0]",
		.nodes = csv_0_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "cam[1]",
		.nodes = cam_1_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "csv[1]",
		.nodes = csv_1_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "csv",
		.nodes = csv_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "csv_2",
		.nodes = csv_2_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "csv_3",
		.nodes = csv_3_nodes,
		.n_nodes = 2,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "own.x",
		.nodes = own_x_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "same.x",
		.nodes = same_x_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "fixed.x",
		.nodes = fixed_x_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "constants",
	.doc = "",
	.source = "constants.pkd",
	.streams = streams,
	.n_streams = 10,
	.nodes = nodes,
	.n_nodes = 15,
	.processes = processes,
	.n_processes = 10,
	.params = &options,
	.param_table = option_table,
	.n_params = 5,
	.memory = 40960, /* 40 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
