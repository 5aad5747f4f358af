/* The program `ward`. Written by pkdc 0.1.0 from private.pkd: to change it, edit that file and
 * run pkdc build again. */
#include "private.pkd.h"
#include <pkd/program.h>

PKD_GENERATED_FOR(16);

extern const struct pkd_methods camera_methods;
extern const struct pkd_methods half_methods;
extern const struct pkd_methods show_methods;
extern const struct pkd_methods cover_methods;

enum {
	NODE_cam,
	NODE_small,
	NODE_show,
	NODE_show_2,
	NODE_view,
	NODE_show_3,
	NODE_show_4,
};

enum {
	STREAM_cam_frame,
	STREAM_cam_n,
	STREAM_small_small,
	STREAM_small_mean,
	STREAM_view_view,
};

/* Types as they are known at run time: to nodes, and to what checks their values. */
static const struct pkd_type type_image_gray8_8_8 = {
	.kind = PKD_IMAGE,
	.name = "image<gray8, 8, 8>",
	.size = 128,
	.align = 4,
	.format = 1,
	.width = 8,
	.height = 8,
};
static const struct pkd_type type_u64 = {
	.kind = PKD_U64,
	.name = "u64",
	.size = 8,
	.align = 8,
	.plain = true,
	.flat = true,
};
static const struct pkd_type type_image_gray8_4_4 = {
	.kind = PKD_IMAGE,
	.name = "image<gray8, 4, 4>",
	.size = 80,
	.align = 4,
	.format = 1,
	.width = 4,
	.height = 4,
};
static const struct pkd_type type_f32 = {
	.kind = PKD_F32,
	.name = "f32",
	.size = 4,
	.align = 4,
	.plain = true,
	.flat = true,
};

static struct camera_params cam_params;
static struct half_params small_params;
static struct show_params show_params;
static struct show_params show_2_params;
static struct cover_params view_params;
static struct show_params show_3_params;
static struct show_params show_4_params;

/* What the calls say of each node, once the options are known. Returns what has no value. */
static const char *bind(void)
{
	show_params = (struct show_params){.T = &type_image_gray8_4_4};
	show_2_params = (struct show_params){.T = &type_f32};
	show_3_params = (struct show_params){.T = &type_image_gray8_8_8};
	show_4_params = (struct show_params){.T = &type_u64};
	return NULL;
}

static const struct pkd_reader cam_frame_readers[] = {{NODE_small, 0}, {NODE_view, 0}};
static const struct pkd_reader cam_n_readers[] = {{NODE_show_4, 0}};
static const struct pkd_reader small_small_readers[] = {{NODE_show, 0}};
static const struct pkd_reader small_mean_readers[] = {{NODE_show_2, 0}};
static const struct pkd_reader view_view_readers[] = {{NODE_show_3, 0}};

/* In the order of their constants. */
static const struct pkd_stream streams[] = {
	/* 8 x 8 gray8; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "cam.frame",
		.type = "image<gray8, 8, 8>",
		.writer = NODE_cam,
		.output = 0,
		.value_size = 128,
		.slot_size = 192,
		.ring_size = 2,
		.n_slots = 3,
		.private_at = "private.pkd:8:5",
		.readers = cam_frame_readers,
		.n_readers = 2,
	},
	/* u64; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "cam.n",
		.type = "u64",
		.writer = NODE_cam,
		.output = 1,
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = cam_n_readers,
		.n_readers = 1,
	},
	/* 4 x 4 gray8; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "small.small",
		.type = "image<gray8, 4, 4>",
		.writer = NODE_small,
		.output = 0,
		.value_size = 80,
		.slot_size = 192,
		.ring_size = 2,
		.n_slots = 3,
		.private_at = "private.pkd:8:5",
		.readers = small_small_readers,
		.n_readers = 1,
	},
	/* f32; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "small.mean",
		.type = "f32",
		.writer = NODE_small,
		.output = 1,
		.value_size = 4,
		.slot_size = 128,
		.ring_size = 2,
		.n_slots = 3,
		.readers = small_mean_readers,
		.n_readers = 1,
	},
	/* 8 x 8 gray8; 3 slots = 2 in the ring + 1 loaned; 4 KiB */
	{
		.name = "view.view",
		.type = "image<gray8, 8, 8>",
		.writer = NODE_view,
		.output = 0,
		.value_size = 128,
		.slot_size = 192,
		.ring_size = 2,
		.n_slots = 3,
		.readers = view_view_readers,
		.n_readers = 1,
	},
};

static const struct pkd_output cam_outputs[] = {
	{.name = "frame", .stream = STREAM_cam_frame, .type = &type_image_gray8_8_8},
	{.name = "n", .stream = STREAM_cam_n, .type = &type_u64},
};

static const struct pkd_input small_inputs[] = {
	{
		.name = "frame",
		.at = "private.pkd:9:26",
		.stream = STREAM_cam_frame,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output small_outputs[] = {
	{.name = "small", .stream = STREAM_small_small, .type = &type_image_gray8_4_4},
	{.name = "mean", .stream = STREAM_small_mean, .type = &type_f32},
};

static const struct pkd_input show_inputs[] = {
	{
		.name = "value",
		.at = "private.pkd:10:10",
		.stream = STREAM_small_small,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input show_2_inputs[] = {
	{
		.name = "value",
		.at = "private.pkd:11:10",
		.stream = STREAM_small_mean,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input view_inputs[] = {
	{
		.name = "frame",
		.at = "private.pkd:12:18",
		.stream = STREAM_cam_frame,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_output view_outputs[] = {
	{.name = "view", .stream = STREAM_view_view, .type = &type_image_gray8_8_8},
};

static const struct pkd_input show_3_inputs[] = {
	{
		.name = "value",
		.at = "private.pkd:13:10",
		.stream = STREAM_view_view,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

static const struct pkd_input show_4_inputs[] = {
	{
		.name = "value",
		.at = "private.pkd:14:10",
		.stream = STREAM_cam_n,
		.policy = PKD_QUEUE,
		.window = 2, /* one waiting, one in hand */
	},
};

/* In the order of their constants. */
static const struct pkd_node nodes[] = {
	{
		.name = "cam",
		.kind = "camera",
		.at = "private.pkd:7:5",
		.methods = &camera_methods,
		.params = &cam_params,
		.outputs = cam_outputs,
		.n_outputs = 2,
		.origin = PKD_PACED,
		.declared = true,
	},
	{
		.name = "small",
		.kind = "half",
		.at = "private.pkd:9:5",
		.methods = &half_methods,
		.params = &small_params,
		.inputs = small_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = small_outputs,
		.n_outputs = 2,
		.declared = true,
	},
	{
		.name = "show",
		.kind = "show",
		.at = "private.pkd:10:5",
		.methods = &show_methods,
		.params = &show_params,
		.inputs = show_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.declared = true,
	},
	{
		.name = "show_2",
		.kind = "show",
		.at = "private.pkd:11:5",
		.methods = &show_methods,
		.params = &show_2_params,
		.inputs = show_2_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.declared = true,
	},
	{
		.name = "view",
		.kind = "cover",
		.at = "private.pkd:12:5",
		.methods = &cover_methods,
		.params = &view_params,
		.inputs = view_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.outputs = view_outputs,
		.n_outputs = 1,
		.declared = true,
	},
	{
		.name = "show_3",
		.kind = "show",
		.at = "private.pkd:13:5",
		.methods = &show_methods,
		.params = &show_3_params,
		.inputs = show_3_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.declared = true,
	},
	{
		.name = "show_4",
		.kind = "show",
		.at = "private.pkd:14:5",
		.methods = &show_methods,
		.params = &show_4_params,
		.inputs = show_4_inputs,
		.n_inputs = 1,
		.n_ports = 1,
		.declared = true,
	},
};

static const uint32_t cam_nodes[] = {NODE_cam};
static const uint32_t small_nodes[] = {NODE_small};
static const uint32_t show_nodes[] = {NODE_show};
static const uint32_t show_2_nodes[] = {NODE_show_2};
static const uint32_t view_nodes[] = {NODE_view};
static const uint32_t show_3_nodes[] = {NODE_show_3};
static const uint32_t show_4_nodes[] = {NODE_show_4};

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
		.name = "small",
		.nodes = small_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "show",
		.nodes = show_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "show_2",
		.nodes = show_2_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "view",
		.nodes = view_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "show_3",
		.nodes = show_3_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
	{
		.name = "show_4",
		.nodes = show_4_nodes,
		.n_nodes = 1,
		.end = PKD_FAIL_STOP,
		.cpu = -1,
		.cpu_last = -1,
	},
};

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "ward",
	.doc = "",
	.source = "private.pkd",
	.streams = streams,
	.n_streams = 5,
	.nodes = nodes,
	.n_nodes = 7,
	.processes = processes,
	.n_processes = 7,
	.memory = 20480, /* 20 KiB */
	.bind = bind,
};

int main(int argc, char **argv)
{
	return pkd_main(&program, argc, argv);
}
