/* What a node is given besides the frame that fires it: windows, histories, banks, thinned inputs,
 * firing by any input, and persistent state; each also after a restart. Driven step by step in one
 * process: two scripted sources, the node under test, and an echo that reads the node and may be
 * read by it. */
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
	uint32_t input;              /* pkd_fired */
	uint64_t values[MAX_VALUES]; /* 0 = absent */
};
static struct fired fired[MAX_FIRED];
static uint32_t n_fired;
static uint64_t absent_mask; /* bit n: the node's output is absent in frame n */
static int node_returns;
static uint64_t state_at_init;

struct state {
	uint64_t n, last;
};

static struct pkd_input inputs[MAX_INPUTS];
static uint32_t n_inputs;

/* Records what every slot holds, in order. */
static void record_values(const void *in, uint64_t *ret_values)
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

static int node_init(void *self, const void *given, struct pkd_ctx *ctx)
{
	const struct state *state = pkd_state(ctx);

	(void)self, (void)given;
	state_at_init = state ? state->n : 0;
	return PKD_OK;
}

/* Its value is 100 more than its last input's value, so that a loop counts. */
static int node_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	struct fired *record = &fired[n_fired++];
	struct state *state = pkd_state(ctx);
	uint64_t *const *outputs = out;
	uint32_t last = 0;

	(void)self;
	assert_true(n_fired <= MAX_FIRED);
	*record = (struct fired){.number = pkd_number(ctx), .input = pkd_fired(ctx)};
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
	return node_returns;
}

static int echo_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
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
static struct pkd_input slot(uint32_t stream, enum pkd_policy policy, uint32_t window)
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
static struct pkd_input back(struct pkd_input input, int32_t first, int32_t last)
{
	input.first = first;
	input.last = last;
	input.many = first != last;
	input.window += (uint32_t)-first;
	if (input.policy != PKD_QUEUE)
		input.n_pins += (uint32_t)-first;
	return input;
}

static struct pkd_input required(struct pkd_input input)
{
	input.optional = false;
	return input;
}

#define QUEUE(stream) slot(stream, PKD_QUEUE, ROOM)
#define LATEST(stream) slot(stream, PKD_LATEST, 1)
#define SAMPLE(stream) slot(stream, PKD_SAMPLE, 1)

static void add_reader(uint32_t stream, uint32_t node, uint32_t input, const struct pkd_input *decl)
{
	struct pkd_stream *to = &streams[stream];

	readers[stream][to->n_readers++] = (struct pkd_reader){node, input};
	if (decl->window > to->ring_size)
		to->ring_size = decl->window;
	to->n_slots += decl->n_pins;
}

static void make_tables(void)
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
static void set_inputs(uint32_t n, const struct pkd_input *list)
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
	state_at_init = 0;
	script[A] = script[B] = "";
	make_tables();
}

static void start(void)
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

#define BEGIN(...)                                                \
	do {                                                      \
		const struct pkd_input list[] = {__VA_ARGS__};    \
		set_inputs(sizeof(list) / sizeof(list[0]), list); \
		start();                                          \
	} while (0)

static int end(void **state)
{
	(void)state;
	pkdi_run_finish(&run);
	return 0;
}

/* Fires the node for as long as it has anything to do. */
static uint64_t settled_by(uint32_t stream)
{
	return pkdi_read(&run.streams[stream].words->settled);
}

/* Echo and node in turn, until neither moves. */
static void drive_both(void)
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
static void restart(void)
{
	pkdi_node_recover(&run.nodes[NODE]);
	assert_int_equal(pkdi_node_start(&run.nodes[NODE]), 0);
}

static uint64_t settled(void)
{
	return settled_by(NODE);
}

static uint64_t published(void)
{
	return pkdi_ring_newest(&run.nodes[NODE].outputs[0].ring, 1);
}

/* Firing `i` was of frame `number`; the values follow. */
#define ASSERT_FIRED(i, number, ...)                                                 \
	do {                                                                         \
		const uint64_t wanted[] = {__VA_ARGS__};                             \
		assert_fired(i, number, wanted, sizeof(wanted) / sizeof(wanted[0])); \
	} while (0)

static void assert_fired(uint32_t i, uint64_t number, const uint64_t *values, size_t n)
{
	assert_true(i < n_fired);
	assert_int_equal(fired[i].number, number);
	for (size_t k = 0; k < n; k++)
		assert_int_equal(fired[i].values[k], values[k]);
}

/* ---- Ports ---- */

static void a_port_of_many_is_given_its_slots_in_order(void **state)
{
	struct pkd_input first = QUEUE(A), second = QUEUE(B), third = SAMPLE(A);

	(void)state;
	first.port = second.port = 0;
	first.many = second.many = true;
	third.port = 1;
	BEGIN(first, second, third);
	play(A, "xx");
	play(B, "x.");
	drive(NODE);
	assert_int_equal(n_fired, 2);
	ASSERT_FIRED(0, 1, 1, 1, 2);
	ASSERT_FIRED(1, 2, 2, 0, 2);
}

static void an_unconnected_slot_of_many_is_absent(void **state)
{
	struct pkd_input first = QUEUE(A), second = QUEUE(B);

	(void)state;
	first.port = second.port = 0;
	first.many = second.many = true;
	set_inputs(2, (struct pkd_input[]){first, second});
	inputs[1].stream = PKD_NONE;
	streams[B].n_readers = 0;
	start();
	play(A, "x");
	drive(NODE);
	ASSERT_FIRED(0, 1, 1, 0);
}

/* ---- Windows ---- */

static void a_window_of_a_queue_has_what_was_published_before(void **state)
{
	(void)state;
	BEGIN(back(QUEUE(A), -2, 0));
	play(A, "xx.xx");
	drive(NODE);
	assert_int_equal(n_fired, 4);
	ASSERT_FIRED(0, 1, 0, 0, 1);
	ASSERT_FIRED(1, 2, 0, 1, 2);
	ASSERT_FIRED(2, 4, 1, 2, 4);
	ASSERT_FIRED(3, 5, 2, 4, 5);
	restart();
	play(A, "xx.xxx");
	drive(NODE);
	ASSERT_FIRED(4, 6, 4, 5, 6);
}

static void a_window_of_a_queue_stays_in_the_ring_while_the_writer_runs_ahead(void **state)
{
	(void)state;
	BEGIN(back(QUEUE(A), -2, 0));
	for (uint32_t i = 0; i < 4; i++) {
		play(A, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		/* Room for so many waiting and in hand, whatever is looked back at. */
		assert_int_equal(pkdi_ring_newest(&run.nodes[A].outputs[0].ring, 1),
		                 ROOM * (i + 1));
		drive_both();
	}
	assert_int_equal(n_fired, 4 * ROOM);
	for (uint32_t i = 2; i < n_fired; i++)
		ASSERT_FIRED(i, i + 1, i - 1, i, i + 1);
}

static void a_frame_that_an_input_lacks_has_its_past_nevertheless(void **state)
{
	(void)state;
	BEGIN(QUEUE(A), back(QUEUE(B), -1, 0));
	play(A, "xxx");
	play(B, "x.x");
	drive(NODE);
	ASSERT_FIRED(1, 2, 2, 1, 0);
	ASSERT_FIRED(2, 3, 3, 1, 3);
}

static void a_window_of_latest_is_pinned(void **state)
{
	struct pkdi_node *node;

	(void)state;
	BEGIN(back(LATEST(A), -2, 0));
	play(A, "xxxxx");
	node = &run.nodes[NODE];
	assert_int_equal(pkdi_node_poll(node, true), PKDI_POLL_READY);
	/* Nothing gates the writer; what the node has in hand stays. */
	play(A, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_int_equal(pkdi_node_fire(node), 1);
	ASSERT_FIRED(0, 5, 3, 4, 5);
	drive(NODE);
	ASSERT_FIRED(1, 30, 28, 29, 30);
	assert_int_equal(pkdi_read(&node->inputs[0].words->n_dropped), 28);
}

static void a_window_of_latest_is_kept_by_a_restart(void **state)
{
	(void)state;
	BEGIN(back(LATEST(A), -1, 0));
	play(A, "xxx");
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_READY);
	restart();
	play(A, "xxxxxxxxx");
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_READY);
	assert_int_equal(pkdi_node_fire(&run.nodes[NODE]), 1);
	ASSERT_FIRED(0, 3, 2, 3);
	assert_int_equal(pkdi_read(&run.nodes[NODE].inputs[0].words->n_dropped), 2);
}

static void a_window_of_a_sample_is_the_newest_values(void **state)
{
	(void)state;
	BEGIN(required(QUEUE(A)), back(SAMPLE(B), -2, 0));
	play(B, "x");
	play(A, "x");
	drive_both();
	ASSERT_FIRED(0, 1, 1, 0, 0, 1);
	play(B, "xxxxxxx");
	play(A, "xx");
	drive_both();
	ASSERT_FIRED(1, 2, 2, 5, 6, 7);
	restart();
	play(A, "xxx");
	drive_both();
	ASSERT_FIRED(2, 3, 3, 5, 6, 7);
}

static void a_table_without_a_pin_for_each_value_is_refused(void **state)
{
	(void)state;
	set_inputs(1, (struct pkd_input[]){back(LATEST(A), -2, 0)});
	inputs[0].n_pins = 2;
	assert_true(pkdi_run_init(&run, &program,
	                          &(struct pkdi_options){.freeze = variant->freeze}) < 0);
}

/* ---- Histories ---- */

static void a_history_is_what_was_published_before_the_frame(void **state)
{
	(void)state;
	BEGIN(required(QUEUE(A)), back(QUEUE(B), -1, -1), back(QUEUE(B), -3, -2));
	play(A, "xxxxx");
	play(B, "x.");
	drive(NODE);
	assert_int_equal(n_fired, 3); /* frame 3 needs 2 to be settled, 4 needs 3 */
	ASSERT_FIRED(0, 1, 1, 0, 0, 0);
	ASSERT_FIRED(1, 2, 2, 1, 0, 0);
	ASSERT_FIRED(2, 3, 3, 1, 0, 0);
	play(B, "x.xx");
	drive(NODE);
	assert_int_equal(n_fired, 5);
	ASSERT_FIRED(3, 4, 4, 3, 0, 1);
	ASSERT_FIRED(4, 5, 5, 4, 1, 3);
	restart();
	play(B, "x.xxxx");
	play(A, "xxxxxx");
	drive(NODE);
	ASSERT_FIRED(5, 6, 6, 5, 3, 4);
}

static void a_history_that_has_ended_keeps_its_last_values(void **state)
{
	(void)state;
	BEGIN(required(QUEUE(A)), back(QUEUE(B), -1, -1));
	play(B, "xE");
	play(A, "xxxxx");
	drive(NODE);
	assert_int_equal(n_fired, 5);
	ASSERT_FIRED(4, 5, 5, 2);
	play(A, "xxxxxE");
	assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
}

static void a_history_gates_its_writer_by_what_it_may_still_need(void **state)
{
	struct pkd_input history = back(slot(B, PKD_QUEUE, 2), -2, -2);

	(void)state;
	BEGIN(required(QUEUE(A)), history);
	play(B, "xxxxxxxxxx");
	assert_int_equal(pkdi_ring_newest(&run.nodes[B].outputs[0].ring, 1), 4);
	play(A, "xxxx");
	drive(NODE);
	ASSERT_FIRED(3, 4, 4, 2);
	drive(NODE);
	play(B, "xxxxxxxxxx");
	/* Frame 5 may need 3, and 6 4: from 3 on four values fit. */
	assert_int_equal(pkdi_ring_newest(&run.nodes[B].outputs[0].ring, 1), 6);
	/* Frames that never fire move it as well. */
	play(A, "xxxx....");
	drive(NODE);
	drive(NODE);
	play(B, "xxxxxxxxxx");
	assert_int_equal(pkdi_ring_newest(&run.nodes[B].outputs[0].ring, 1), 8);
}

static void a_node_reads_its_own_output(void **state)
{
	(void)state;
	BEGIN(required(QUEUE(A)), back(slot(NODE, PKD_QUEUE, 1), -1, -1));
	for (uint32_t i = 0; i < 3; i++) {
		play(A, "xx.xxxxxxxxxxxxxxxxx");
		drive_both();
	}
	assert_int_equal(n_fired, 19);
	ASSERT_FIRED(0, 1, 1, 0);
	ASSERT_FIRED(1, 2, 2, 100);
	ASSERT_FIRED(2, 4, 4, 200);
	ASSERT_FIRED(18, 20, 20, 1800);
	restart();
	play(A, "xx.xxxxxxxxxxxxxxxxxx");
	drive_both();
	ASSERT_FIRED(19, 21, 21, 1900);
}

static void a_loop_skips_the_frames_that_were_settled_absent(void **state)
{
	(void)state;
	BEGIN(required(QUEUE(A)), back(slot(NODE, PKD_QUEUE, 1), -2, -1));
	absent_mask = 1 << 2 | 1 << 4 | 1 << 5;
	play(A, "xxxxxx");
	drive_both();
	assert_int_equal(n_fired, 6);
	ASSERT_FIRED(1, 2, 2, 0, 100);
	ASSERT_FIRED(2, 3, 3, 0, 100);
	ASSERT_FIRED(3, 4, 4, 100, 200);
	ASSERT_FIRED(5, 6, 6, 100, 200);
	assert_int_equal(published(), 3);
	assert_int_equal(settled(), 6);
}

static void a_loop_through_another_node_waits_for_it(void **state)
{
	(void)state;
	BEGIN(required(QUEUE(A)), back(slot(ECHO, PKD_QUEUE, 1), -1, -1));
	play(A, "xx.xxx");
	drive(NODE);
	assert_int_equal(n_fired, 1);
	drive_both();
	assert_int_equal(n_fired, 5);
	ASSERT_FIRED(1, 2, 2, 100);
	ASSERT_FIRED(4, 6, 6, 400);
	absent_mask = 1 << 7;
	restart();
	play(A, "xx.xxxxxx");
	drive_both();
	ASSERT_FIRED(6, 8, 8, 500);
	ASSERT_FIRED(7, 9, 9, 600);
}

static void a_loop_of_a_committed_but_not_applied_firing_is_finished(void **state)
{
	struct pkdi_node *node;

	(void)state;
	BEGIN(required(QUEUE(A)), back(slot(NODE, PKD_QUEUE, 1), -1, -1));
	node = &run.nodes[NODE];
	play(A, "xxx");
	drive(NODE);
	atomic_fetch_sub(&node->words->record.applied, 1);
	atomic_store(&run.streams[NODE].words->ring[3 % node->outputs[0].ring.size], 0);
	atomic_store(&run.streams[NODE].words->head, 2);
	atomic_store(&run.streams[NODE].words->settled, 2);
	restart();
	play(A, "xxxx");
	drive_both();
	ASSERT_FIRED(3, 4, 4, 300);
}

static void a_node_that_only_itself_reads_leaves_with_its_readers(void **state)
{
	(void)state;
	BEGIN(required(QUEUE(A)), back(slot(NODE, PKD_QUEUE, 1), -1, -1));
	play(A, "x");
	drive_both();
	pkdi_node_leave(&run.nodes[ECHO]);
	assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
}

/* ---- Thinned inputs ---- */

static void every_n_takes_the_first_of_each_n_frames(void **state)
{
	struct pkd_input input = QUEUE(A);

	(void)state;
	input.every_n = 3;
	BEGIN(input);
	play(A, "xxxxxxxx");
	drive_both();
	assert_int_equal(n_fired, 3);
	ASSERT_FIRED(1, 4, 4);
	ASSERT_FIRED(2, 7, 7);
	/* What is passed is settled, and leaves room. */
	assert_int_equal(settled(), 8);
	play(A, "xxxxxxxxxxxxxxxx");
	drive_both();
	assert_int_equal(n_fired, 6);
}

static void a_join_takes_frames_that_every_passes_as_absent(void **state)
{
	struct pkd_input thinned = QUEUE(B);

	(void)state;
	thinned.every_n = 2;
	BEGIN(required(QUEUE(A)), thinned);
	play(A, "xxx");
	play(B, "xxx");
	drive_both();
	assert_int_equal(n_fired, 3);
	ASSERT_FIRED(0, 1, 1, 1);
	ASSERT_FIRED(1, 2, 2, 0);
	ASSERT_FIRED(2, 3, 3, 3);
}

static void every_n_of_latest_takes_only_such_frames(void **state)
{
	struct pkd_input input = LATEST(A);

	(void)state;
	input.every_n = 2;
	BEGIN(input);
	play(A, "xx");
	drive_both();
	assert_int_equal(n_fired, 0);
	assert_int_equal(settled(), 2);
	play(A, "xxxxx");
	drive_both();
	assert_int_equal(n_fired, 1);
	ASSERT_FIRED(0, 5, 5);
}

static void latest_of_every_n_is_found_behind_newer_frames(void **state)
{
	struct pkd_input input = LATEST(A);

	(void)state;
	input.every_n = 3;
	set_inputs(1, &input);
	streams[A].ring_size += 3;
	streams[A].n_slots += 3;
	start();
	play(A, "xxxxxx");
	drive_both();
	/* 4 is the newest that is taken; 5 and 6 are passed after it. */
	assert_int_equal(n_fired, 1);
	ASSERT_FIRED(0, 4, 4);
	assert_int_equal(settled(), 6);
	restart();
	play(A, "xxxxxxxxxxxx");
	drive_both();
	assert_int_equal(n_fired, 2);
	ASSERT_FIRED(1, 10, 10);
	assert_int_equal(settled(), 12);
}

static void every_n_may_begin_later(void **state)
{
	struct pkd_input input = QUEUE(A);

	(void)state;
	/* As a pool's third worker of three. */
	input.every_n = 3;
	input.every_from = 2;
	BEGIN(input);
	play(A, "xxxxxxx");
	drive_both();
	assert_int_equal(n_fired, 2);
	ASSERT_FIRED(0, 3, 3);
	ASSERT_FIRED(1, 6, 6);
	assert_int_equal(settled(), 7);
}

static void every_period_takes_the_first_frame_of_each(void **state)
{
	struct pkd_input input = QUEUE(A);

	(void)state;
	input.every_ns = 3000000;
	BEGIN(input);
	/* The first frame is number 2, at 2 ms: periods begin at 2, 5, 8, 11 … ms. */
	play(A, ".xxx.xx");
	drive_both();
	assert_int_equal(n_fired, 2);
	ASSERT_FIRED(0, 2, 2);
	ASSERT_FIRED(1, 6, 6);
	restart();
	play(A, ".xxx.xxx.x");
	drive_both();
	assert_int_equal(n_fired, 3);
	ASSERT_FIRED(2, 8, 8);
	play(A, ".xxx.xxx.x......x");
	drive_both();
	ASSERT_FIRED(3, 17, 17);
}

static void a_frame_taken_but_not_committed_is_taken_again(void **state)
{
	struct pkd_input input = QUEUE(A);

	(void)state;
	input.every_ns = 3000000;
	for (int stored = 0; stored < 2; stored++) {
		BEGIN(input);
		play(A, "x");
		assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_READY);
		restart();
		/* As if killed before the period was stored, or after it. */
		if (!stored)
			atomic_store(&run.nodes[NODE].inputs[0].words->every_period, 0);
		play(A, "xxxx");
		drive_both();
		assert_int_equal(n_fired, 2);
		ASSERT_FIRED(0, 1, 1);
		ASSERT_FIRED(1, 4, 4);
		if (!stored)
			pkdi_run_finish(&run);
	}
}

static void a_frame_that_was_passed_is_decided_before_its_writer_says_so(void **state)
{
	struct pkd_input thinned = QUEUE(B);

	(void)state;
	thinned.every_n = 2;
	BEGIN(required(QUEUE(A)), thinned);
	play(A, "xx");
	play(B, "xx");
	/* As if the writer were between publishing and settling frame 2. */
	atomic_store(&run.streams[B].words->settled, 1);
	drive(NODE);
	assert_int_equal(n_fired, 2);
	ASSERT_FIRED(1, 2, 2, 0);
}

static void room_that_is_made_without_a_firing_is_told(void **state)
{
	struct pkd_input thinned = QUEUE(A);

	(void)state;
	/* The writer has said already that nothing comes: only the cursor moves. */
	thinned.every_n = 100;
	BEGIN(required(thinned), back(QUEUE(B), -1, -1));
	play(A, "xx");
	drive_both();
	play(A, "xxx");
	atomic_store(&run.streams[A].words->settled, 2);
	run.nodes[NODE].outputs[0].settled = 3;
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_MOVED);
	drive_both();
	play(B, "xx");
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_MOVED);
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_IDLE);
}

/* ---- Firing by any input ---- */

static struct pkd_input showing(struct pkd_input input)
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

static void any_input_fires_in_the_order_of_publication(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)), showing(QUEUE(B)));
	play(B, "x");
	play(A, "..xx");
	play(B, "xx");
	drive_both();
	assert_int_equal(n_fired, 4);
	assert_int_equal(fired[0].input, 1);
	assert_int_equal(fired[1].input, 0);
	assert_int_equal(fired[2].input, 0);
	assert_int_equal(fired[3].input, 1);
	/* The others are shown as they are by then. */
	ASSERT_FIRED(0, 1, 4, 1);
	ASSERT_FIRED(1, 2, 3, 2);
	ASSERT_FIRED(2, 3, 4, 2);
	ASSERT_FIRED(3, 4, 4, 2);
	assert_int_equal(settled(), 4);
	play(A, "..xxx");
	drive_both();
	ASSERT_FIRED(4, 5, 5, 2);
	assert_int_equal(fired[4].input, 0);
}

static void what_any_shows_is_held(void **state)
{
	struct pkdi_node *node;

	(void)state;
	BEGIN_ANY(PKD_PACED, showing(slot(A, PKD_QUEUE, 2)), showing(back(LATEST(B), -1, 0)));
	node = &run.nodes[NODE];
	play(A, "xx");
	drive_both();
	play(B, "xxx");
	drive_both();
	ASSERT_FIRED(2, 3, 2, 2, 3);
	assert_int_equal(fired[2].input, 1);
	/* All that A's ring holds is newer, and its value is still there. */
	play(A, "xxxx");
	assert_non_null(pkdi_input_held(&node->inputs[0], 2, 0));
	assert_int_equal(*(const uint64_t *)node->in[0], 2);
	drive_both();
	ASSERT_FIRED(3, 4, 3, 2, 3);
	ASSERT_FIRED(4, 5, 4, 2, 3);
}

static void what_any_shows_is_never_overwritten(void **state)
{
	char a[64] = "", b[64] = "";
	struct pkdi_node *node;

	(void)state;
	BEGIN_ANY(PKD_PACED, showing(slot(A, PKD_QUEUE, 2)), showing(slot(B, PKD_QUEUE, 2)));
	/* One that takes a slot before it knows whether there is room for the frame. */
	nodes[A].origin = PKD_LIVE;
	node = &run.nodes[NODE];
	for (size_t round = 1; round <= 8; round++) {
		uint64_t shown;

		strcat(a, "x");
		play(A, a);
		drive_both();
		shown = strlen(a);
		strcat(b, "x");
		play(B, b);
		assert_int_equal(pkdi_node_poll(node, true), PKDI_POLL_READY);
		assert_int_equal(pkdi_node_fire(node), 1);
		strcat(a, "x");
		play(A, a);
		/* Wherever the writer begins to look for a free slot. */
		run.nodes[A].outputs[0].slots.hint =
			pkdi_entry_slot(pkdi_read(&node->inputs[0].words->pin));
		strcat(a, "xx");
		play(A, a);
		assert_int_equal(*(const uint64_t *)node->in[0], shown);
		drive_both();
	}
	assert_int_equal(pkdi_read(&run.nodes[A].words->n_refused), 8);
}

static void any_ends_when_all_its_inputs_have(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_LIVE, required(showing(QUEUE(A))), showing(QUEUE(B)));
	play(A, "xE");
	drive_both();
	assert_int_equal(drive(NODE), PKDI_POLL_IDLE);
	play(B, "xE");
	drive_both();
	assert_int_equal(n_fired, 4);
	assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
	assert_int_equal(settled(), UINT64_MAX);
}

static void any_counts_on_after_a_restart(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)), showing(QUEUE(B)));
	play(A, "xx");
	drive_both();
	restart();
	play(B, "x");
	drive_both();
	ASSERT_FIRED(2, 3, 2, 1);
}

static void any_that_is_live_is_refused_and_paced_waits(void **state)
{
	(void)state;
	for (int paced = 0; paced < 2; paced++) {
		BEGIN_ANY(paced ? PKD_PACED : PKD_LIVE, showing(slot(A, PKD_QUEUE, 2 * ROOM)));
		play(A, "xxxxxxxxxxxx");
		drive(NODE);
		assert_int_equal(n_fired, paced ? ROOM : 12);
		assert_int_equal(published(), ROOM);
		assert_int_equal(pkdi_read(&run.nodes[NODE].words->n_refused),
		                 paced ? 0 : 12 - ROOM);
		assert_int_equal(settled(), paced ? ROOM : 12);
		drive_both();
		assert_int_equal(n_fired, 12);
		assert_int_equal(published(), paced ? 12 : ROOM);
		if (!paced)
			pkdi_run_finish(&run);
	}
}

static void any_works_off_what_there_is_when_the_program_drains(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_LIVE, showing(QUEUE(A)));
	play(A, "xx");
	run.nodes[NODE].program_words = &(struct pkdi_program_words){.phase = PKDI_PHASE_DRAIN};
	drive_both();
	assert_int_equal(n_fired, 2);
}

/* ---- Persistent state ---- */

static const struct state *valid_state(void)
{
	const struct pkdi_node *node = &run.nodes[NODE];

	return node->states[pkdi_read(&node->words->record.committed) % 2];
}

static void begin_with_state(void)
{
	set_inputs(1, (struct pkd_input[]){QUEUE(A)});
	nodes[NODE].state_size = sizeof(struct state);
	start();
}

static void state_changes_with_the_commit(void **state)
{
	(void)state;
	begin_with_state();
	play(A, "xxx");
	drive_both();
	assert_int_equal(valid_state()->n, 3);
	restart();
	assert_int_equal(state_at_init, 3);
	play(A, "xxxx");
	drive_both();
	assert_int_equal(valid_state()->n, 4);
	assert_int_equal(valid_state()->last, 4);
}

static void state_of_a_firing_that_was_not_committed_is_as_before(void **state)
{
	(void)state;
	begin_with_state();
	play(A, "xx");
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_READY);
	assert_int_equal(pkdi_node_fire(&run.nodes[NODE]), 1);
	/* The next one fails after it has counted. */
	node_returns = -5;
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_READY);
	assert_true(pkdi_node_fire(&run.nodes[NODE]) < 0);
	assert_int_equal(valid_state()->n, 1);
	node_returns = PKD_OK;
	restart();
	assert_int_equal(state_at_init, 1);
	drive_both();
	assert_int_equal(valid_state()->n, 2);
}

static void state_survives_a_frame_that_is_settled_without_a_step(void **state)
{
	(void)state;
	begin_with_state();
	run.nodes[NODE].orders = &(struct pkdi_orders){.failed_number = 2};
	play(A, "xxx");
	drive_both();
	assert_int_equal(valid_state()->n, 2);
	assert_int_equal(valid_state()->last, 3);
}

#define TEST(name) cmocka_unit_test_teardown(name, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_port_of_many_is_given_its_slots_in_order),
		TEST(an_unconnected_slot_of_many_is_absent),
		TEST(a_window_of_a_queue_has_what_was_published_before),
		TEST(a_window_of_a_queue_stays_in_the_ring_while_the_writer_runs_ahead),
		TEST(a_frame_that_an_input_lacks_has_its_past_nevertheless),
		TEST(a_window_of_latest_is_pinned),
		TEST(a_window_of_latest_is_kept_by_a_restart),
		TEST(a_window_of_a_sample_is_the_newest_values),
		cmocka_unit_test(a_table_without_a_pin_for_each_value_is_refused),
		TEST(a_history_is_what_was_published_before_the_frame),
		TEST(a_history_that_has_ended_keeps_its_last_values),
		TEST(a_history_gates_its_writer_by_what_it_may_still_need),
		TEST(a_node_reads_its_own_output),
		TEST(a_loop_skips_the_frames_that_were_settled_absent),
		TEST(a_loop_through_another_node_waits_for_it),
		TEST(a_loop_of_a_committed_but_not_applied_firing_is_finished),
		TEST(a_node_that_only_itself_reads_leaves_with_its_readers),
		TEST(every_n_takes_the_first_of_each_n_frames),
		TEST(a_join_takes_frames_that_every_passes_as_absent),
		TEST(every_n_of_latest_takes_only_such_frames),
		TEST(latest_of_every_n_is_found_behind_newer_frames),
		TEST(every_n_may_begin_later),
		TEST(every_period_takes_the_first_frame_of_each),
		TEST(a_frame_taken_but_not_committed_is_taken_again),
		TEST(a_frame_that_was_passed_is_decided_before_its_writer_says_so),
		TEST(room_that_is_made_without_a_firing_is_told),
		TEST(any_input_fires_in_the_order_of_publication),
		TEST(what_any_shows_is_held),
		TEST(what_any_shows_is_never_overwritten),
		TEST(any_ends_when_all_its_inputs_have),
		TEST(any_counts_on_after_a_restart),
		TEST(any_that_is_live_is_refused_and_paced_waits),
		TEST(any_works_off_what_there_is_when_the_program_drains),
		TEST(state_changes_with_the_commit),
		TEST(state_of_a_firing_that_was_not_committed_is_as_before),
		TEST(state_survives_a_frame_that_is_settled_without_a_step),
	};

	return RUN_IN_ALL_PLACES(tests);
}
