/* The program `t`. Written by pkdc 0.1.0 from arrays.pkd: to change it, edit that file and run
 * pkdc build again. */
#include "arrays.pkd.h"
#include <pkd/arith.h>
#include <pkd/program.h>
#include <pkd/text.h>
#include <string.h>
#include <table/csv.pkd.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods make_methods;
extern const struct pkd_methods table_csv_methods;

enum {
	NODE_n,
	NODE_csv,
	NODE_expression_1,
};

enum {
	STREAM_n_n,
	STREAM_expression_1_value,
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
static const struct pkd_type type_f32 = {
	.kind = PKD_F32,
	.name = "f32",
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
static const struct pkd_type type_string_8 = {
	.kind = PKD_STRING,
	.name = "string<8>",
	.size = 16,
	.align = 4,
	.n = 8,
};
static const struct pkd_type type_i32 = {
	.kind = PKD_I32,
	.name = "i32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};
static const struct pkd_field type_record_1_fields[] = {
	{"n", &type_u32, offsetof(struct t_record_1, n)},
	{"x8", &type_f32, offsetof(struct t_record_1, x8)},
	{"x10", &type_f32, offsetof(struct t_record_1, x10)},
	{"x0", &type_f32, offsetof(struct t_record_1, x0)},
	{"m", &type_f64, offsetof(struct t_record_1, m)},
	{"w", &type_string_8, offsetof(struct t_record_1, w)},
	{"d", &type_i32, offsetof(struct t_record_1, d)},
	{"all", &type_f64, offsetof(struct t_record_1, all)},
};
static const struct pkd_type type_record_1 = {
	.kind = PKD_RECORD,
	.name = "record_1",
	.size = sizeof(struct t_record_1),
	.align = _Alignof(struct t_record_1),
	.n = 8,
	.fields = type_record_1_fields,
};

static struct make_params n_params;
static struct table_csv_params csv_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	csv_params = (struct table_csv_params){
		.path = "-",
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
	return NULL;
}

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

/* list<pose.Person, 1> */
struct value_list_pose_Person_1 {
	uint32_t len;
	struct pose_Person items[1];
};

/* string<5> */
struct value_string_5 {
	uint32_t len;
	char text[6];
};

/* string<8> */
struct value_string_8 {
	uint32_t len;
	char text[9];
};

/* arrays.pkd:25: table.csv({ n: n, x8: p[0].points[8].x, x10: p[0].points[10].x, x0:
 * p[0].points[0].x, m: three.at[1], w: three.names[1], d: three.deep[1][0], all: three.at[0] +
 * three.at[2] }, path: "-") */
struct t_expression_1_1 {
	struct pose_Keypoint z;
	struct pose_Keypoint k;
	struct value_list_pose_Person_1 p;
	struct Three three;
};
struct t_expression_1_1_in {
	const uint32_t *n; /* u32 */
};
struct t_expression_1_1_out {
	struct t_record_1 *value; /* record_1 */
};

/* arrays.pkd:22: z = pose.Keypoint(x: 0.0, y: 0.0, score: 0.0) */
static void t_expression_1_1_z(struct t_expression_1_1 *self)
{
	self->z.x = 0.0f;
	self->z.y = 0.0f;
	self->z.score = 0.0f;
}

/* arrays.pkd:21: k = pose.Keypoint(x: x, y: 0.3, score: 1.0) */
static void t_expression_1_1_k(struct t_expression_1_1 *self, const struct t_expression_1_1_in *in)
{
	self->k.x = (float)*in->n * 0.5f;
	self->k.y = 0.3f;
	self->k.score = 1.0f;
}

/* arrays.pkd:23: p = [pose.Person(box: detect.Box(x: 0.0, y: 0.0, w: 1.0, h: 1.0), score: 1.0,
 * id: 0, points: [z, z, z, z, z, z, z, z, k, z, k, z, z, z, z, z, z])] */
static void t_expression_1_1_p(struct t_expression_1_1 *self)
{
	self->p.len = 1;
	self->p.items[0].box.x = 0.0f;
	self->p.items[0].box.y = 0.0f;
	self->p.items[0].box.w = 1.0f;
	self->p.items[0].box.h = 1.0f;
	self->p.items[0].score = 1.0f;
	self->p.items[0].id = 0;
	self->p.items[0].points[0] = self->z;
	self->p.items[0].points[1] = self->z;
	self->p.items[0].points[2] = self->z;
	self->p.items[0].points[3] = self->z;
	self->p.items[0].points[4] = self->z;
	self->p.items[0].points[5] = self->z;
	self->p.items[0].points[6] = self->z;
	self->p.items[0].points[7] = self->z;
	self->p.items[0].points[8] = self->k;
	self->p.items[0].points[9] = self->z;
	self->p.items[0].points[10] = self->k;
	self->p.items[0].points[11] = self->z;
	self->p.items[0].points[12] = self->z;
	self->p.items[0].points[13] = self->z;
	self->p.items[0].points[14] = self->z;
	self->p.items[0].points[15] = self->z;
	self->p.items[0].points[16] = self->z;
}

/* arrays.pkd:24: three = Three(at: [1.0, f64(n), 3.0], names: ["a", if n > 1 then "big" else
 * "small"], deep: [[1, 2], [i32(n), 4]]) */
static void t_expression_1_1_three(struct t_expression_1_1 *self,
                                   const struct t_expression_1_1_in *in)
{
	self->three.at[0] = 1.0;
	self->three.at[1] = (double)*in->n;
	self->three.at[2] = 3.0;
	pkd_string_set(&self->three.names[0], "a");
	self->three.names[1].len = 0;
	const struct value_string_5 *t3;
	if (*in->n > 1) {
		static const struct value_string_5 t1 = {3, "big"};
		t3 = (const void *)&t1;
	} else {
		static const struct value_string_5 t2 = {5, "small"};
		t3 = (const void *)&t2;
	}
	pkd_string_add(&self->three.names[1], t3->text, pkd_length(&t3->len, 5));
	self->three.deep[0][0] = 1;
	self->three.deep[0][1] = 2;
	self->three.deep[1][0] = pkd_i32_from_u64(*in->n);
	self->three.deep[1][1] = 4;
}

/* arrays.pkd:25: table.csv({ n: n, x8: p[0].points[8].x, x10: p[0].points[10].x, x0:
 * p[0].points[0].x, m: three.at[1], w: three.names[1], d: three.deep[1][0], all: three.at[0] +
 * three.at[2] }, path: "-") */
static bool t_expression_1_1_value(struct t_expression_1_1 *self,
                                   const struct t_expression_1_1_in *in,
                                   const struct t_expression_1_1_out *out)
{
	out->value->n = *in->n;
	if (pkd_length(&self->p.len, 1) == 0)
		return false;
	out->value->x8 = self->p.items[0].points[8].x;
	out->value->x10 = self->p.items[0].points[10].x;
	out->value->x0 = self->p.items[0].points[0].x;
	out->value->m = self->three.at[1];
	const struct value_string_8 *t4 = (const void *)&self->three.names[1];
	pkd_copy_string(&out->value->w, t4, 8);
	out->value->d = self->three.deep[1][0];
	out->value->all = self->three.at[0] + self->three.at[2];
	return true;
}

static int t_expression_1_1_step(void *node, const void *inputs, void *outputs, struct pkd_ctx *ctx)
{
	struct t_expression_1_1 *self = node;
	const struct t_expression_1_1_in *in = inputs;
	struct t_expression_1_1_out *out = outputs;

	t_expression_1_1_z(self);
	t_expression_1_1_k(self, in);
	t_expression_1_1_p(self);
	t_expression_1_1_three(self, in);
	if (!t_expression_1_1_value(self, in, out))
		pkd_absent(ctx, 0);
	return PKD_OK;
}

static const struct pkd_methods t_expression_1_1_methods = {
	.abi = PKD_ABI,
	.self_size = sizeof(struct t_expression_1_1),
	.init = expression_init,
	.step = t_expression_1_1_step,
	.finish = expression_finish,
};

static const struct pkd_reader n_n_readers[] = {{NODE_expression_1, 0}};
static const struct pkd_reader expression_1_value_readers[] = {{NODE_csv, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* u32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "n.n",
		.type = "u32",
		.writer = NODE_n,
		.output = 0,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = n_n_readers,
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

static const struct pkd_output n_outputs[] = {
	{.name = "n", .stream = STREAM_n_n, .type = &type_u32},
};

static const struct pkd_input csv_inputs[] = {
	{
		.name = "row",
		.at = "arrays.pkd:25:15",
		.stream = STREAM_expression_1_value,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
		.optional = true,
	},
	{
		.name = "at",
		.at = "arrays.pkd:25:5",
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

static const struct pkd_input expression_1_inputs[] = {
	{
		.name = "n",
		.at = "arrays.pkd:25:20",
		.stream = STREAM_n_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output expression_1_outputs[] = {
	{.name = "value", .stream = STREAM_expression_1_value, .type = &type_record_1},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "n",
		.kind = "make",
		.at = "arrays.pkd:19:5",
		.methods = &make_methods,
		.params = &n_params,
		.outputs = n_outputs,
		.n_outputs = 1,
		.origin = PKD_PACED,
		.declared = true,
	},
	{
		.name = "csv",
		.kind = "table.csv",
		.at = "arrays.pkd:25:5",
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
		.name = "expression_1",
		.kind = "an expression",
		.at = "arrays.pkd:25:15",
		.methods = &t_expression_1_1_methods,
		.inputs = expression_1_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = expression_1_outputs,
		.n_outputs = 1,
		.declared = true,
	},
};

static const uint32_t n_nodes[] = {NODE_n};
static const uint32_t csv_nodes[] = {NODE_csv, NODE_expression_1};

static const struct pkd_process processes[] = {
	{
		.name = "n",
		.nodes = n_nodes,
		.n_nodes = 1,
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
};

static const struct pkd_name names[] = {
{
	.name = "z",
	.node = "expression_1",
},
{
	.name = "x",
	.node = "expression_1",
},
{
	.name = "k",
	.node = "expression_1",
},
{
	.name = "p",
	.node = "expression_1",
},
{
	.name = "three",
	.node = "expression_1",
},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "t",
	.doc = "",
	.source = "arrays.pkd",
	.streams = streams,
	.n_streams = 2,
	.nodes = nodes,
	.n_nodes = 3,
	.processes = processes,
	.n_processes = 2,
	.names = names,
	.n_names = 5,
	.memory = 8192, /* 8 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
