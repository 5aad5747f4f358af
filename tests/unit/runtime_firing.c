/* Joins, watermarks, loss, room, end and recovery, driven step by step in one process: two scripted
 * sources and the node under test, which copies what it was fired with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "process/process.h"
#include "runtime_nodes.h"
#include "runtime_places.h"
#include "runtime_trap.h"

enum { A, B, JOIN, SINK, N_NODES };
enum { ROOM = 16, SLOT_SIZE = 128, MAX_FIRED = 64 };

/* ---- The nodes ---- */

#include "runtime_script.h"

struct fired {
	uint64_t number;
	uint64_t a, b; /* the numbers of the values, 0 = absent */
};
static struct fired fired[MAX_FIRED];
static uint32_t n_fired;
static int join_returns;

static int join_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *inputs = in;
	uint64_t *const *outputs = out;

	(void)self;
	assert_true(n_fired < MAX_FIRED);
	fired[n_fired++] = (struct fired){
		pkd_number(ctx),
		inputs[0] ? *inputs[0] : 0,
		inputs[1] ? *inputs[1] : 0,
	};
	if (outputs[0])
		*outputs[0] = pkd_number(ctx);
	return join_returns;
}

static int sink_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in, (void)out, (void)ctx;
	return PKD_OK;
}

static const struct pkd_methods a_methods = METHODS(1, any_init, a_step, any_finish);
static const struct pkd_methods b_methods = METHODS(1, any_init, b_step, any_finish);
static const struct pkd_methods join_methods = METHODS(1, any_init, join_step, any_finish);
static const struct pkd_methods sink_methods = METHODS(1, any_init, sink_step, any_finish);

/* ---- The program: a and b -> join -> sink ---- */

static struct pkd_input join_inputs[2], sink_inputs[1];
static const struct pkd_output a_outputs[] = {{.name = "out", .stream = A}},
			       b_outputs[] = {{.name = "out", .stream = B}},
			       join_outputs[] = {{.name = "out", .stream = JOIN}};
static const struct pkd_reader a_readers[] = {{JOIN, 0}}, b_readers[] = {{JOIN, 1}},
			       join_readers[] = {{SINK, 0}};

#define STREAM(name, node, readers)                                                  \
	{                                                                            \
		name, "u64", node, 0, 8, SLOT_SIZE, ROOM, ROOM + 2, NULL, readers, 1 \
	}
static struct pkd_stream streams[] = {
	STREAM("a.out", A, a_readers),
	STREAM("b.out", B, b_readers),
	STREAM("join.out", JOIN, join_readers),
};

static struct pkd_node nodes[N_NODES];
static const uint32_t all_nodes[] = {A, B, JOIN, SINK};
static const struct pkd_process processes[] = {
	{.name = "all", .nodes = all_nodes, .n_nodes = N_NODES, .cpu = -1, .cpu_last = -1},
};
static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "test",
	.doc = "",
	.source = "test.pkd",
	.streams = streams,
	.n_streams = 3,
	.nodes = nodes,
	.n_nodes = N_NODES,
	.processes = processes,
	.n_processes = 1,
	.memory = 3 * 4096,
};

/* ---- Driving it ---- */

static struct pkd_input input(uint32_t stream, enum pkd_policy policy, uint32_t window,
                              bool optional)
{
	return (struct pkd_input){
		.name = stream == A ? "a" : "b",
		.at = "test.pkd:1:1",
		.stream = stream,
		.policy = policy,
		.window = window,
		.n_pins = policy == PKD_QUEUE ? 0 : 1,
		.optional = optional,
	};
}

static struct pkd_node node(const char *name, const struct pkd_methods *methods)
{
	return (struct pkd_node){
		.name = name, .kind = name, .at = "test.pkd:1:1", .methods = methods};
}

static void begin(struct pkd_input a, struct pkd_input b)
{
	join_inputs[0] = a;
	join_inputs[1] = b;
	join_inputs[1].port = 1;
	sink_inputs[0] = input(JOIN, PKD_QUEUE, ROOM, false);
	nodes[A] = node("a", &a_methods);
	nodes[A].outputs = a_outputs;
	nodes[B] = node("b", &b_methods);
	nodes[B].outputs = b_outputs;
	nodes[JOIN] = node("join", &join_methods);
	nodes[JOIN].inputs = join_inputs;
	nodes[JOIN].n_inputs = nodes[JOIN].n_ports = 2;
	nodes[JOIN].outputs = join_outputs;
	nodes[SINK] = node("sink", &sink_methods);
	nodes[SINK].inputs = sink_inputs;
	nodes[SINK].n_inputs = nodes[SINK].n_ports = 1;
	nodes[A].n_outputs = nodes[B].n_outputs = nodes[JOIN].n_outputs = 1;
	nodes[A].origin = nodes[B].origin = PKD_PACED;
	n_fired = n_finished = 0;
	join_returns = PKD_OK;
	script[A] = script[B] = "";
	for (uint32_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		streams[i].value_size = variant->value_size;
	assert_int_equal(
		pkdi_run_init(&run, &program, &(struct pkdi_options){.freeze = variant->freeze}),
		0);
	assert_int_equal(pkdi_process_attach(&run, 0), 0);
	for (uint32_t i = 0; i < N_NODES; i++) {
		pkdi_node_recover(&run.nodes[i]);
		assert_int_equal(pkdi_node_start(&run.nodes[i]), 0);
	}
}

static int end(void **state)
{
	(void)state;
	pkdi_run_finish(&run);
	return 0;
}

/* Fires the node for as long as it has anything to do. */
static uint64_t settled(void)
{
	return pkdi_read(&run.streams[JOIN].words->settled);
}

static uint64_t published(void)
{
	return pkdi_ring_newest(&run.nodes[JOIN].outputs[0].ring, 1);
}

static void assert_fired(uint32_t i, uint64_t number, uint64_t a, uint64_t b)
{
	assert_true(i < n_fired);
	assert_int_equal(fired[i].number, number);
	assert_int_equal(fired[i].a, a);
	assert_int_equal(fired[i].b, b);
}

#define QUEUE(stream) input(stream, PKD_QUEUE, ROOM, false)
#define OPTIONAL(stream) input(stream, PKD_QUEUE, ROOM, true)
#define LATEST(stream, n) input(stream, PKD_LATEST, n, false)
#define SAMPLE(stream) input(stream, PKD_SAMPLE, 1, true)
#define NONE() input(PKD_NONE, PKD_QUEUE, 0, true)

/* ---- Joins ---- */

static void a_join_fires_with_the_same_frame_of_each(void **state)
{
	(void)state;
	begin(QUEUE(A), QUEUE(B));
	play(A, "xx");
	drive(JOIN);
	assert_int_equal(n_fired, 0);
	play(B, "xxx");
	drive(JOIN);
	assert_int_equal(n_fired, 2);
	assert_fired(0, 1, 1, 1);
	assert_fired(1, 2, 2, 2);
	assert_int_equal(settled(), 2);
	assert_int_equal(published(), 2);
}

static void a_frame_that_a_required_input_lacks_is_passed_and_settled(void **state)
{
	(void)state;
	begin(QUEUE(A), QUEUE(B));
	play(A, "xxx");
	play(B, "x..");
	drive(JOIN);
	assert_int_equal(n_fired, 1);
	assert_int_equal(settled(), 3);
	assert_int_equal(published(), 1);
	assert_int_equal(pkdi_read(&run.nodes[JOIN].inputs[0].words->cursor), 4);
}

static void an_optional_input_is_absent_once_that_is_settled(void **state)
{
	(void)state;
	begin(QUEUE(A), OPTIONAL(B));
	play(A, "xx");
	drive(JOIN);
	assert_int_equal(n_fired, 0); /* it may still come */
	play(B, ".");
	drive(JOIN);
	assert_int_equal(n_fired, 1);
	assert_fired(0, 1, 1, 0);
	play(B, ".x");
	drive(JOIN);
	assert_fired(1, 2, 2, 2);
}

static void an_optional_input_can_fire_alone(void **state)
{
	(void)state;
	begin(OPTIONAL(A), OPTIONAL(B));
	play(A, ".x.");
	play(B, "x.x");
	drive(JOIN);
	assert_int_equal(n_fired, 3);
	assert_fired(0, 1, 0, 1);
	assert_fired(1, 2, 2, 0);
	assert_fired(2, 3, 0, 3);
}

static void watermarks_are_forwarded_when_nothing_fires(void **state)
{
	(void)state;
	begin(QUEUE(A), QUEUE(B));
	play(A, "....");
	drive(JOIN);
	assert_int_equal(settled(), 0); /* b might hold nothing or anything, a decides */
	play(B, "..");
	drive(JOIN);
	assert_int_equal(settled(), 2);
	play(B, "..x");
	drive(JOIN);
	assert_int_equal(settled(), 3); /* a is past 3 */
	play(B, "..xx");
	play(A, "....x");
	drive(JOIN);
	assert_int_equal(n_fired, 0);
	assert_int_equal(settled(), 4);
}

static void the_frame_at_a_cursor_bounds_the_watermark(void **state)
{
	(void)state;
	begin(QUEUE(A), QUEUE(B));
	play(A, "...x");
	play(B, "..");
	drive(JOIN);
	assert_int_equal(settled(), 2);
	play(B, "...");
	drive(JOIN);
	assert_int_equal(settled(), 3);
	assert_int_equal(n_fired, 0);
}

/* The watermark of b's stream as the join sees it. */
static struct pkdi_stream_words *seen_words;

static void have_b_publish(void)
{
	const struct pkdi_stream_words *words = run.streams[B].words;

	play(B, "x");
	atomic_store(&seen_words->head, pkdi_read(&words->head));
	atomic_store(&seen_words->settled, pkdi_read(&words->settled));
}

static void a_value_published_between_two_looks_is_not_taken_for_absent(void **state)
{
	(void)state;
	seen_words = (struct pkdi_stream_words *)(void *)trap_page();
	begin(QUEUE(A), OPTIONAL(B));
	play(A, "x");
	run.nodes[JOIN].inputs[1].ring.words = seen_words;
	/* b publishes at the moment when its watermark is looked at. */
	trap_set(0, (char *)seen_words, PROT_NONE, have_b_publish);
	while (pkdi_node_poll(&run.nodes[JOIN], true) == PKDI_POLL_MOVED)
		;
	assert_true(trap_was_touched(0));
	drive(JOIN);
	assert_int_equal(n_fired, 1);
	assert_fired(0, 1, 1, 1);
	munmap((void *)seen_words, TRAP_PAGE);
}

static void an_unconnected_input_is_absent(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xx");
	drive(JOIN);
	assert_int_equal(n_fired, 2);
	assert_fired(1, 2, 2, 0);
}

/* ---- Loss ---- */

static void latest_takes_the_newest_and_counts_the_rest(void **state)
{
	(void)state;
	begin(LATEST(A, 1), NONE());
	play(A, "xxxxx");
	drive(JOIN);
	assert_int_equal(n_fired, 1);
	assert_fired(0, 5, 5, 0);
	assert_int_equal(account_of(JOIN, 0).dropped, 4);
	assert_int_equal(settled(), 5);
}

static void dropped_frames_are_settled_before_the_step(void **state)
{
	(void)state;
	begin(LATEST(A, 1), NONE());
	play(A, "xxxxx");
	assert_int_equal(pkdi_node_poll(&run.nodes[JOIN], true), PKDI_POLL_READY);
	assert_int_equal(settled(), 4);
	assert_int_equal(published(), 0);
}

static void latest_of_three_keeps_three(void **state)
{
	(void)state;
	begin(LATEST(A, 3), NONE());
	play(A, "xxxxx");
	drive(JOIN);
	assert_int_equal(n_fired, 3);
	assert_fired(0, 3, 3, 0);
	assert_fired(2, 5, 5, 0);
	assert_int_equal(account_of(JOIN, 0).dropped, 2);
}

static void latest_in_a_join_waits_for_the_others_with_its_choice(void **state)
{
	(void)state;
	begin(LATEST(A, 1), QUEUE(B));
	play(A, "xx");
	drive(JOIN); /* chooses 2 */
	play(A, "xxxx");
	play(B, "x");
	drive(JOIN);
	assert_int_equal(n_fired, 0);
	play(B, "xx");
	drive(JOIN);
	assert_int_equal(n_fired, 1);
	assert_fired(0, 2, 2, 2);
	play(B, "xxxx");
	drive(JOIN);
	assert_int_equal(n_fired, 2);
	assert_fired(1, 4, 4, 4);
	assert_int_equal(settled(), 4);
}

static void a_sample_keeps_its_value_until_there_is_a_newer_one(void **state)
{
	(void)state;
	begin(QUEUE(A), SAMPLE(B));
	play(A, "x");
	drive(JOIN);
	play(B, "xxx");
	play(A, "xx");
	drive(JOIN);
	play(A, "xxx");
	drive(JOIN);
	play(B, "xxxE");
	play(A, "xxxxx");
	drive(JOIN);
	assert_int_equal(n_fired, 5);
	assert_fired(0, 1, 1, 0);
	assert_fired(1, 2, 2, 3);
	assert_fired(2, 3, 3, 3);
	assert_fired(3, 4, 4, 4);
	assert_fired(4, 5, 5, 4); /* an ended stream keeps its last value */
}

static void a_sample_is_never_overwritten_while_it_is_kept(void **state)
{
	(void)state;
	begin(QUEUE(A), SAMPLE(B));
	play(B, "x");
	play(A, "x");
	drive(JOIN);
	play(B, "x.................................................");
	play(A, "xx");
	drive(JOIN);
	assert_fired(1, 2, 2, 1);
}

static void a_sample_is_pinned_while_its_writer_runs_ahead(void **state)
{
	const uint64_t *value;

	(void)state;
	begin(QUEUE(A), SAMPLE(B));
	play(B, "x");
	play(A, "x");
	drive(JOIN);
	assert_fired(0, 1, 1, 1);
	value = run.nodes[JOIN].in[1];
	play(B, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_int_equal(*value, 1);
}

static void a_sample_too_old_is_absent(void **state)
{
	struct pkd_input b = SAMPLE(B);

	(void)state;
	b.max_age_ns = 1;
	begin(QUEUE(A), b);
	play(B, "x");
	play(A, "x");
	drive(JOIN);
	assert_fired(0, 1, 1, 0);
	assert_int_equal(account_of(JOIN, 1).n_absent, 1);
}

/* ---- Room ---- */

static void a_full_output_holds_the_node_up_and_nothing_is_lost(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	for (int i = 0; i < 3; i++) {
		play(A, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		drive(JOIN);
	}
	assert_int_equal(n_fired, ROOM);
	drive(SINK);
	drive(JOIN);
	assert_int_equal(n_fired, 2 * ROOM);
}

static void latest_chooses_once_there_is_room(void **state)
{
	const char *text = "xxxxxxxxxxxxxxxxxxxx"; /* ROOM + 4 */

	(void)state;
	begin(LATEST(A, 1), NONE());
	for (uint32_t i = 1; i <= ROOM + 4; i++) {
		play(A, text + ROOM + 4 - i);
		drive(JOIN);
	}
	assert_int_equal(n_fired, ROOM);
	/* Nothing is chosen yet; but of the four that have come since it will be the newest. */
	assert_int_equal(account_of(JOIN, 0).dropped, 3);
	assert_int_equal(account_of(JOIN, 0).in_flight, 1);
	drive(SINK);
	drive(JOIN);
	assert_int_equal(n_fired, ROOM + 1);
	assert_fired(ROOM, ROOM + 4, ROOM + 4, 0);
}

static void a_live_frame_without_room_is_refused_whole(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	nodes[A].origin = PKD_LIVE;
	play(A, "xxxxxxxxxxxxxxxxxxxx");
	assert_int_equal(firings_of(A).refused, 4);
	assert_int_equal(pkdi_account_refused_for(&run.nodes[A], 0, 0), 4);
	assert_int_equal(pkdi_read(&run.streams[A].words->settled), 20);
	drive(JOIN);
	play(A, "xxxxxxxxxxxxxxxxxxxxx");
	drive(SINK);
	drive(JOIN);
	assert_int_equal(n_fired, ROOM + 1);
	assert_int_equal(fired[ROOM].number, 21);
}

/* ---- End ---- */

static void a_required_input_that_has_ended_ends_the_node(void **state)
{
	(void)state;
	begin(QUEUE(A), QUEUE(B));
	play(A, "xE");
	play(B, "xxxx");
	assert_int_equal(drive(JOIN), PKDI_POLL_LEFT);
	assert_int_equal(n_fired, 2); /* what there was is worked off first */
	assert_int_equal(settled(), UINT64_MAX);
	assert_int_equal(pkdi_read(&run.nodes[JOIN].inputs[1].words->cursor), UINT64_MAX);
	/* The source of the other input has no reader any more. */
	assert_int_equal(drive(B), PKDI_POLL_LEFT);
	assert_int_equal(drive(SINK), PKDI_POLL_LEFT);
	assert_int_equal(n_finished, 4);
}

static void an_optional_input_that_has_ended_is_absent(void **state)
{
	(void)state;
	begin(QUEUE(A), OPTIONAL(B));
	play(B, "E");
	play(A, "xx");
	drive(JOIN);
	assert_int_equal(n_fired, 2);
	assert_fired(1, 2, 2, 0);
	play(A, "xxE");
	assert_int_equal(drive(JOIN), PKDI_POLL_LEFT);
	assert_int_equal(n_fired, 3);
}

static void the_last_frame_of_a_lossy_input_is_not_lost(void **state)
{
	(void)state;
	begin(LATEST(A, 1), NONE());
	play(A, "xxE");
	assert_int_equal(drive(JOIN), PKDI_POLL_LEFT);
	assert_int_equal(n_fired, 1);
	assert_fired(0, 3, 3, 0);
}

static void a_node_that_ends_itself_has_its_last_firing_count(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xxx");
	join_returns = PKD_END;
	assert_int_equal(drive(JOIN), PKDI_POLL_LEFT);
	assert_int_equal(n_fired, 1);
	assert_int_equal(published(), 1);
	assert_int_equal(settled(), UINT64_MAX);
}

static void a_writer_that_was_given_up_has_settled_for_ever(void **state)
{
	const struct pkdi_orders gone = {.gone = 1};

	(void)state;
	begin(QUEUE(A), OPTIONAL(B));
	play(A, "xx");
	play(B, "x");
	drive(JOIN);
	assert_int_equal(n_fired, 1);
	run.nodes[JOIN].inputs[1].writer_orders = &gone;
	drive(JOIN);
	assert_int_equal(n_fired, 2);
	assert_fired(1, 2, 2, 0);
}

static void a_reader_that_was_given_up_holds_nobody_up(void **state)
{
	const struct pkdi_orders gone = {.gone = 1};

	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xxxxxxxxxxxxxxxxxxxxxxxx");
	drive(JOIN);
	assert_int_equal(n_fired, ROOM);
	assert_false(pkdi_output_has_room(&run.nodes[JOIN].outputs[0]));
	run.nodes[JOIN].outputs[0].gates[0].orders = &gone;
	assert_true(pkdi_output_has_room(&run.nodes[JOIN].outputs[0]));
	/* It was the only reader: nobody wants anything of the node. */
	assert_int_equal(drive(JOIN), PKDI_POLL_LEFT);
	assert_int_equal(drive(A), PKDI_POLL_LEFT);
}

static void a_reader_that_has_left_holds_nobody_up(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xxxxxxxxxxxxxxxxxxxxxxxx");
	drive(JOIN);
	assert_false(pkdi_output_has_room(&run.nodes[JOIN].outputs[0]));
	atomic_store(&run.nodes[SINK].inputs[0].words->cursor, PKDI_ENDED);
	assert_true(pkdi_output_has_room(&run.nodes[JOIN].outputs[0]));
}

/* ---- Recovery ---- */

static void a_firing_committed_but_not_applied_is_applied_once(void **state)
{
	struct pkdi_node *join;
	struct pkdi_input_words *words;

	(void)state;
	begin(QUEUE(A), NONE());
	join = &run.nodes[JOIN];
	words = join->inputs[0].words;
	play(A, "xxx");
	assert_int_equal(pkdi_node_poll(join, true), PKDI_POLL_READY);
	assert_int_equal(pkdi_node_fire(join), 1);
	/* As if killed between the commit and any of its effects. */
	atomic_fetch_sub(&join->words->record.applied, 1);
	atomic_store(&run.streams[JOIN].words->ring[1], 0);
	atomic_store(&run.streams[JOIN].words->head, 0);
	atomic_store(&run.streams[JOIN].words->settled, 0);
	atomic_store(&words->cursor, 1);
	pkdi_node_recover(join);
	assert_int_equal(published(), 1);
	assert_int_equal(settled(), 1);
	assert_int_equal(pkdi_read(&words->cursor), 2);
	/* Killed at the end of apply: doing all of it again changes nothing. */
	atomic_fetch_sub(&join->words->record.applied, 1);
	pkdi_node_recover(join);
	assert_int_equal(published(), 1);
	assert_int_equal(pkdi_read(&words->cursor), 2);
	drive(JOIN);
	assert_int_equal(n_fired, 3);
	assert_fired(1, 2, 2, 0);
	assert_int_equal(published(), 3);
}

static void a_firing_not_committed_is_done_again_with_the_same_frame(void **state)
{
	struct pkdi_node *join;

	(void)state;
	begin(LATEST(A, 1), NONE());
	join = &run.nodes[JOIN];
	play(A, "xxx");
	assert_int_equal(pkdi_node_poll(join, true), PKDI_POLL_READY);
	assert_non_null(pkdi_input_held(&join->inputs[0], 3, 0));
	play(A, "xxxxx");
	pkdi_node_recover(join);
	assert_non_null(pkdi_input_held(&join->inputs[0], 3, 0));
	assert_int_equal(pkdi_node_poll(join, true), PKDI_POLL_READY);
	assert_int_equal(pkdi_node_fire(join), 1);
	assert_fired(0, 3, 3, 0);
	assert_int_equal(settled(), 3);
	/* Two before it; and of the two behind it, the newest will be taken. */
	assert_int_equal(account_of(JOIN, 0).dropped, 3);
	assert_int_equal(account_of(JOIN, 0).in_flight, 1);
	drive(JOIN);
	assert_int_equal(n_fired, 2);
	assert_fired(1, 5, 5, 0);
	assert_int_equal(account_of(JOIN, 0).dropped, 3);
}

static void what_was_held_before_it_was_chosen_is_no_choice(void **state)
{
	struct pkdi_node *join;

	(void)state;
	begin(LATEST(A, 1), NONE());
	join = &run.nodes[JOIN];
	play(A, "xxx");
	/* As if killed before the values behind it were held, too. */
	assert_non_null(pkdi_input_hold(&join->inputs[0], 2, 0));
	pkdi_node_recover(join);
	assert_null(pkdi_input_held(&join->inputs[0], 2, 0));
	drive(JOIN);
	assert_fired(0, 3, 3, 0);
}

static void a_sample_is_seen_again_after_a_restart(void **state)
{
	(void)state;
	begin(QUEUE(A), SAMPLE(B));
	play(B, "xxE");
	play(A, "x");
	drive(JOIN);
	assert_fired(0, 1, 1, 3);
	pkdi_node_recover(&run.nodes[JOIN]);
	play(A, "xx");
	drive(JOIN);
	assert_fired(1, 2, 2, 3);
}

static void a_restarted_source_counts_on(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xx");
	pkdi_node_recover(&run.nodes[A]);
	play(A, "xxx");
	drive(JOIN);
	assert_int_equal(n_fired, 3);
	assert_fired(2, 3, 3, 0);
}

static void a_firing_that_was_recorded_but_not_committed_skips_no_number(void **state)
{
	struct pkdi_record *record;

	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xx");
	/* As if killed between the number of frame 3 and the commit. */
	record = &run.nodes[A].words->record;
	atomic_store(&record->number[(pkdi_read(&record->committed) + 1) % 2], 3);
	pkdi_node_recover(&run.nodes[A]);
	play(A, "xxx");
	drive(JOIN);
	assert_int_equal(n_fired, 3);
	assert_fired(2, 3, 3, 0);
}

static void a_frame_that_was_fatal_twice_is_settled_without_a_step(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	run.nodes[JOIN].orders = &(struct pkdi_orders){.failed_number = 2};
	play(A, "xxx");
	drive(JOIN);
	assert_int_equal(n_fired, 2);
	assert_fired(1, 3, 3, 0);
	assert_int_equal(settled(), 3);
	assert_int_equal(published(), 2);
	assert_int_equal(firings_of(JOIN).failed, 1);
}

/* ---- What is not believed ---- */

/* The header of a value of A, as its writer's process could write to it. */
static struct pkd_frame *header_of(uint64_t seq)
{
	const struct pkdi_stream *stream = &run.streams[A];
	uint32_t slot = pkdi_ring_find(&run.nodes[A].outputs[0].ring, seq);

	assert_int_not_equal(slot, PKDI_NO_SLOT);
	/* Where published slots are closed to it, the test opens them again. */
	assert_int_equal(pkdi_map_protect(stream->map.address, stream->map.size, true), 0);
	return (struct pkd_frame *)(void *)(stream->map.address +
	                                    (size_t)slot * stream->decl->slot_size);
}

static bool complains(void)
{
	return pkdi_read(&run.nodes[JOIN].inputs[0].words->complaint) == 1 &&
	       pkdi_run_reporter(&run, 0);
}

static void assert_refused(uint32_t fired_before)
{
	drive(JOIN);
	assert_int_equal(n_fired, fired_before);
	assert_true(complains());
}

static void a_header_of_another_value_is_refused(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xx");
	header_of(1)->seq = 2;
	assert_refused(0);
}

static void a_number_that_does_not_grow_is_refused(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xxx");
	header_of(2)->number = 1;
	assert_refused(1);
}

static void a_number_that_its_writer_has_not_come_to_is_refused(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xx");
	header_of(2)->number = 500;
	assert_refused(1);
}

/* Frame 2 is settled as absent, and nothing of it can come. */
static void a_number_that_was_settled_is_refused(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "x..");
	drive(JOIN);
	assert_int_equal(n_fired, 1);
	play(A, "x..x");
	header_of(2)->number = 2;
	assert_refused(1);
}

static void a_latest_reader_refuses_as_well(void **state)
{
	(void)state;
	begin(LATEST(A, 1), NONE());
	play(A, "xx");
	header_of(2)->number = 500;
	assert_refused(0);
}

static void a_value_that_is_missing_in_the_ring_is_noticed_before_a_sleep(void **state)
{
	struct pkdi_ring *ring;

	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xx");
	ring = &run.nodes[A].outputs[0].ring;
	header_of(1); /* opens them */
	memset(ring->entries + 1 % ring->size * ring->stride, 0x41, sizeof(uint64_t));
	assert_refused(0);
}

/* A later value may be believed, and fire a frame that the writer has settled. */
static void what_is_refused_is_not_passed_on_as_absent(void **state)
{
	(void)state;
	begin(LATEST(A, 3), NONE());
	play(A, "x");
	drive(JOIN);
	play(A, "xxxx");
	header_of(2)->number = 500;
	assert_refused(1);
	assert_int_equal(settled(), 1);
	play(A, "xxxxx");
	drive(JOIN);
	drive(SINK);
	assert_int_equal(n_fired, 4);
	assert_fired(1, 3, 3, 0);
	assert_int_equal(pkdi_read(&run.nodes[SINK].inputs[0].words->complaint), 0);
}

/* Nothing comes of a writer that was given up, and nobody complains of it. */
static void what_is_refused_of_a_writer_that_is_gone_is_its_end(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "xxx");
	header_of(2)->number = 500;
	assert_refused(1);
	run.nodes[JOIN].inputs[0].writer_orders = &(struct pkdi_orders){.gone = 1};
	drive(JOIN);
	assert_int_equal(n_fired, 1);
	assert_int_equal(settled(), PKDI_ENDED);
}

static void gaps_are_believed(void **state)
{
	(void)state;
	begin(QUEUE(A), NONE());
	play(A, "..x...x");
	drive(JOIN);
	play(A, "..x...x..x");
	drive(JOIN);
	assert_int_equal(n_fired, 3);
	assert_fired(2, 10, 10, 0);
	assert_int_equal(pkdi_read(&run.nodes[JOIN].inputs[0].words->complaint), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_join_fires_with_the_same_frame_of_each),
		TEST(a_frame_that_a_required_input_lacks_is_passed_and_settled),
		TEST(an_optional_input_is_absent_once_that_is_settled),
		TEST(an_optional_input_can_fire_alone),
		TEST(watermarks_are_forwarded_when_nothing_fires),
		TEST(the_frame_at_a_cursor_bounds_the_watermark),
		TEST(a_value_published_between_two_looks_is_not_taken_for_absent),
		TEST(an_unconnected_input_is_absent),
		TEST(latest_takes_the_newest_and_counts_the_rest),
		TEST(dropped_frames_are_settled_before_the_step),
		TEST(latest_of_three_keeps_three),
		TEST(latest_in_a_join_waits_for_the_others_with_its_choice),
		TEST(a_sample_keeps_its_value_until_there_is_a_newer_one),
		TEST(a_sample_is_never_overwritten_while_it_is_kept),
		TEST(a_sample_is_pinned_while_its_writer_runs_ahead),
		TEST(a_sample_too_old_is_absent),
		TEST(a_full_output_holds_the_node_up_and_nothing_is_lost),
		TEST(latest_chooses_once_there_is_room),
		TEST(a_live_frame_without_room_is_refused_whole),
		TEST(a_required_input_that_has_ended_ends_the_node),
		TEST(an_optional_input_that_has_ended_is_absent),
		TEST(the_last_frame_of_a_lossy_input_is_not_lost),
		TEST(a_node_that_ends_itself_has_its_last_firing_count),
		TEST(a_writer_that_was_given_up_has_settled_for_ever),
		TEST(a_reader_that_was_given_up_holds_nobody_up),
		TEST(a_reader_that_has_left_holds_nobody_up),
		TEST(a_firing_committed_but_not_applied_is_applied_once),
		TEST(a_firing_not_committed_is_done_again_with_the_same_frame),
		TEST(what_was_held_before_it_was_chosen_is_no_choice),
		TEST(a_sample_is_seen_again_after_a_restart),
		TEST(a_restarted_source_counts_on),
		TEST(a_firing_that_was_recorded_but_not_committed_skips_no_number),
		TEST(a_frame_that_was_fatal_twice_is_settled_without_a_step),
		TEST(a_header_of_another_value_is_refused),
		TEST(a_number_that_does_not_grow_is_refused),
		TEST(a_number_that_its_writer_has_not_come_to_is_refused),
		TEST(a_number_that_was_settled_is_refused),
		TEST(a_latest_reader_refuses_as_well),
		TEST(a_value_that_is_missing_in_the_ring_is_noticed_before_a_sleep),
		TEST(what_is_refused_is_not_passed_on_as_absent),
		TEST(what_is_refused_of_a_writer_that_is_gone_is_its_end),
		TEST(gaps_are_believed),
	};

	return RUN_IN_ALL_PLACES(tests);
}
