/* Two scripted sources, a node under test, and an echo that reads the node and may be read by it,
 * driven step by step in one process. */
#ifndef RUNTIME_DRIVEN_H
#define RUNTIME_DRIVEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "process/process.h"
#include "runtime_nodes.h"
#include "runtime_places.h"

enum { A, B, NODE, ECHO, N_NODES };
enum {
	MAX_INPUTS = 4,
	MAX_VALUES = 12,
	MAX_FIRED = 64,
	MAX_READERS = 8,
	ROOM = 8,
	SLOT_SIZE = 128,
};

/* ---- The nodes ---- */

#include "runtime_script.h"

struct fired {
	uint64_t number;
	uint32_t input; /* pkd_fired */
	uint64_t part;
	int64_t capture_ns;
	uint64_t values[MAX_VALUES]; /* 0 = absent */
};
static struct fired fired[MAX_FIRED];
static uint32_t n_fired;
static uint64_t absent_mask; /* bit n: the node's output is absent in frame n */
static int node_returns;
static uint64_t n_parts;     /* of each input … */
static uint64_t n_flushed;   /* … and flushes, … */
static int flush_ends;       /* … after which a flush returns this */
static int64_t sets_time_ns; /* 0 = none */
static uint64_t state_at_init;

struct state {
	uint64_t n, last;
};

static struct pkd_input inputs[MAX_INPUTS];
static uint32_t n_inputs;

/* Records what every slot holds, in order. */
static inline void record_values(const void *in, uint64_t *ret_values)
{
	const void *const *ports = in;
	uint32_t n = 0, in_port = 0;

	for (uint32_t i = 0; i < n_inputs; i++) {
		uint32_t n_values = (uint32_t)(inputs[i].last - inputs[i].first) + 1;

		in_port = i && inputs[i].port == inputs[i - 1].port ? in_port : 0;
		for (uint32_t k = 0; k < (inputs[i].many ? n_values : 1); k++) {
			const uint64_t *value = ports[inputs[i].port];

			if (inputs[i].many)
				value = ((const uint64_t *const *)value)[in_port++];
			assert_true(n < MAX_VALUES);
			ret_values[n++] = value ? *value : 0;
		}
	}
}

static inline int node_init(void *self, const void *given, struct pkd_ctx *ctx)
{
	const struct state *state = pkd_state(ctx);

	(void)self, (void)given;
	state_at_init = state ? state->n : 0;
	return PKD_OK;
}

/* Its value is 100 more than its last input's value, so that a loop counts. */
static inline int node_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	struct fired *record = &fired[n_fired++];
	struct state *state = pkd_state(ctx);
	uint64_t *const *outputs = out;
	uint32_t last = 0;

	(void)self;
	assert_true(n_fired <= MAX_FIRED);
	*record = (struct fired){
		.number = pkd_number(ctx),
		.input = pkd_fired(ctx),
		.part = pkd_part(ctx),
		.capture_ns = pkd_time(ctx),
	};
	record_values(in, record->values);
	for (uint32_t i = 0; i < n_inputs; i++)
		last += inputs[i].many ? (uint32_t)(inputs[i].last - inputs[i].first) + 1 : 1;
	if (state) {
		state->n++;
		state->last = pkd_number(ctx);
	}
	if (absent_mask >> pkd_number(ctx) & 1)
		pkd_absent(ctx, 0);
	else if (outputs[0])
		*outputs[0] = record->values[last - 1] + 100;
	if (sets_time_ns)
		pkd_set_time(ctx, sets_time_ns);
	if (pkd_flushing(ctx))
		return record->part < n_flushed ? PKD_OK : flush_ends;
	return record->part + 1 < n_parts ? PKD_MORE : node_returns;
}

static inline int echo_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *ports = in;
	uint64_t *const *outputs = out;

	(void)self, (void)ctx;
	if (outputs[0])
		*outputs[0] = *ports[0];
	return PKD_OK;
}

static const struct pkd_methods a_methods = METHODS(1, any_init, a_step, any_finish);
static const struct pkd_methods b_methods = METHODS(1, any_init, b_step, any_finish);
static const struct pkd_methods node_methods = METHODS(1, node_init, node_step, any_finish);
static const struct pkd_methods echo_methods = METHODS(1, any_init, echo_step, any_finish);

/* ---- The program ---- */

static const char *const names[N_NODES] = {"a", "b", "node", "echo"};
static const struct pkd_output outputs[N_NODES] = {{.name = "out", .stream = A},
                                                   {.name = "out", .stream = B},
                                                   {.name = "out", .stream = NODE},
                                                   {.name = "out", .stream = ECHO}};
static struct pkd_input echo_input;
static struct pkd_reader readers[N_NODES][MAX_READERS];
static struct pkd_stream streams[N_NODES];
static struct pkd_node nodes[N_NODES];
static const uint32_t all_nodes[] = {A, B, NODE, ECHO};
static const struct pkd_process processes[] = {
	{.name = "all", .nodes = all_nodes, .n_nodes = N_NODES, .cpu = -1, .cpu_last = -1},
};
static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "test",
	.doc = "",
	.source = "test.pkd",
	.streams = streams,
	.n_streams = N_NODES,
	.nodes = nodes,
	.n_nodes = N_NODES,
	.processes = processes,
	.n_processes = 1,
	.memory = N_NODES * 4096,
};

/* An input of the node, on a port of its own. */
static inline struct pkd_input slot(uint32_t stream, enum pkd_policy policy, uint32_t window)
{
	return (struct pkd_input){
		.name = "in",
		.at = "test.pkd:1:1",
		.stream = stream,
		.policy = policy,
		.window = window,
		.n_pins = policy == PKD_QUEUE ? 0 : 1,
		.optional = true,
		.port = PKD_NONE,
	};
}

/* The same as a window x[first..last], an array. */
static inline struct pkd_input back(struct pkd_input input, int32_t first, int32_t last)
{
	input.first = first;
	input.last = last;
	input.many = first != last;
	input.window += (uint32_t)-first;
	if (input.policy != PKD_QUEUE)
		input.n_pins += (uint32_t)-first;
	return input;
}

static inline struct pkd_input required(struct pkd_input input)
{
	input.optional = false;
	return input;
}

#define QUEUE(stream) slot(stream, PKD_QUEUE, ROOM)
#define LATEST(stream) slot(stream, PKD_LATEST, 1)
#define SAMPLE(stream) slot(stream, PKD_SAMPLE, 1)

static inline void add_reader(uint32_t stream, uint32_t node, uint32_t input,
                              const struct pkd_input *decl)
{
	struct pkd_stream *to = &streams[stream];

	readers[stream][to->n_readers++] = (struct pkd_reader){node, input};
	if (decl->window > to->ring_size)
		to->ring_size = decl->window;
	to->n_slots += decl->n_pins;
}

static inline void make_tables(void)
{
	for (uint32_t i = 0; i < N_NODES; i++) {
		streams[i] = (struct pkd_stream){
			.name = names[i],
			.type = "u64",
			.writer = i,
			.value_size = variant->value_size,
			.slot_size = SLOT_SIZE,
			.ring_size = 1,
			.readers = readers[i],
		};
		nodes[i] = (struct pkd_node){
			.name = names[i],
			.kind = names[i],
			.at = "test.pkd:1:1",
			.outputs = &outputs[i],
			.n_outputs = 1,
		};
	}
	for (uint32_t i = 0; i < n_inputs; i++)
		add_reader(inputs[i].stream, NODE, i, &inputs[i]);
	echo_input = required(QUEUE(NODE));
	echo_input.port = 0;
	add_reader(NODE, ECHO, 0, &echo_input);
	for (uint32_t i = 0; i < N_NODES; i++)
		streams[i].n_slots += streams[i].ring_size + 1;
	nodes[A].methods = &a_methods;
	nodes[B].methods = &b_methods;
	nodes[NODE].methods = &node_methods;
	nodes[ECHO].methods = &echo_methods;
	nodes[A].origin = nodes[B].origin = PKD_PACED;
	nodes[NODE].inputs = inputs;
	nodes[NODE].n_inputs = n_inputs;
	nodes[NODE].n_ports = n_inputs ? inputs[n_inputs - 1].port + 1 : 0;
	nodes[ECHO].inputs = &echo_input;
	nodes[ECHO].n_inputs = nodes[ECHO].n_ports = 1;
}

/* Takes `n` inputs; those without a port get one each. */
static inline void set_inputs(uint32_t n, const struct pkd_input *list)
{
	n_inputs = n;
	for (uint32_t i = 0; i < n; i++) {
		inputs[i] = list[i];
		if (inputs[i].port == PKD_NONE)
			inputs[i].port = i;
	}
	n_fired = 0;
	absent_mask = 0;
	node_returns = PKD_OK;
	n_parts = n_flushed = 0;
	flush_ends = PKD_SKIP;
	sets_time_ns = 0;
	state_at_init = 0;
	script[A] = script[B] = "";
	make_tables();
}

static inline void start(void)
{
	assert_int_equal(
		pkdi_run_init(&run, &program, &(struct pkdi_options){.freeze = variant->freeze}),
		0);
	assert_int_equal(pkdi_process_attach(&run, 0), 0);
	for (uint32_t i = 0; i < N_NODES; i++) {
		pkdi_node_recover(&run.nodes[i]);
		assert_int_equal(pkdi_node_start(&run.nodes[i]), 0);
	}
}

/* After set_inputs: the node has no output, and nothing reads it. */
static inline void make_sink(void)
{
	nodes[NODE].n_outputs = 0;
	nodes[ECHO].n_inputs = nodes[ECHO].n_ports = 0;
	nodes[ECHO].origin = PKD_LIVE;
	streams[NODE].n_readers = 0;
	streams[NODE].writer = ECHO;
}

#define BEGIN(...)                                                \
	do {                                                      \
		const struct pkd_input list[] = {__VA_ARGS__};    \
		set_inputs(sizeof(list) / sizeof(list[0]), list); \
		start();                                          \
	} while (0)

static inline int end(void **state)
{
	(void)state;
	pkdi_run_finish(&run);
	return 0;
}

/* Fires the node for as long as it has anything to do. */
static inline uint64_t settled_by(uint32_t stream)
{
	return pkdi_read(&run.streams[stream].words->settled);
}

/* Echo and node in turn, until neither moves. */
static inline void drive_both(void)
{
	uint64_t before, after = 0;

	do {
		before = after;
		drive(ECHO);
		drive(NODE);
		after = n_fired + settled_by(NODE) + settled_by(ECHO);
	} while (after != before);
}

/* The node dies, and its next incarnation takes over. */
static inline void restart(void)
{
	pkdi_node_recover(&run.nodes[NODE]);
	assert_int_equal(pkdi_node_start(&run.nodes[NODE]), 0);
}

static inline uint64_t settled(void)
{
	return settled_by(NODE);
}

static inline uint64_t published(void)
{
	return pkdi_ring_newest(&run.nodes[NODE].outputs[0].ring, 1);
}

/* Firing `i` was of frame `number`; the values follow. */
#define ASSERT_FIRED(i, number, ...)                                                 \
	do {                                                                         \
		const uint64_t wanted[] = {__VA_ARGS__};                             \
		assert_fired(i, number, wanted, sizeof(wanted) / sizeof(wanted[0])); \
	} while (0)

static inline void assert_fired(uint32_t i, uint64_t number, const uint64_t *values, size_t n)
{
	assert_true(i < n_fired);
	assert_int_equal(fired[i].number, number);
	for (size_t k = 0; k < n; k++)
		assert_int_equal(fired[i].values[k], values[k]);
}

static inline struct pkd_input showing(struct pkd_input input)
{
	input.n_pins = 1 + (uint32_t)-input.first;
	return input;
}

#define BEGIN_ANY(kind, ...)                                      \
	do {                                                      \
		const struct pkd_input list[] = {__VA_ARGS__};    \
		set_inputs(sizeof(list) / sizeof(list[0]), list); \
		nodes[NODE].fires_any = true;                     \
		nodes[NODE].origin = (kind);                      \
		start();                                          \
	} while (0)

#define TEST(name) cmocka_unit_test_teardown(name, end)

#endif
