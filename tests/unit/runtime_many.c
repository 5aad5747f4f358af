/* Nodes that fire on any input: in what order, with many values of one input, at the end of all
 * inputs; each also after a restart. */
#include "runtime_driven.h"

/* ---- Which input fires ---- */

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
	assert_int_equal(firings_of(A).refused, 8);
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
		assert_int_equal(firings_of(NODE).refused, paced ? 0 : 12 - ROOM);
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
/* ---- Many values of one input ---- */

static void fire_once(void)
{
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_READY);
	assert_int_equal(pkdi_node_fire(&run.nodes[NODE]), 1);
}

static int fire_and_fail(void)
{
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_READY);
	return pkdi_node_fire(&run.nodes[NODE]);
}

static void assert_part(uint32_t i, uint32_t input, uint64_t part)
{
	assert_int_equal(fired[i].number, i + 1);
	assert_int_equal(fired[i].input, input);
	assert_int_equal(fired[i].part, part);
}

static void each_of_many_values_is_a_firing_of_the_same_input(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)), showing(QUEUE(B)));
	n_parts = 3;
	play(B, "x");
	play(A, "..x");
	fire_once();
	assert_int_equal(published(), 1);
	assert_int_equal(pkdi_read(&run.nodes[NODE].inputs[1].words->cursor), 1);
	drive_both();
	assert_int_equal(n_fired, 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_part(i, i < 3, i % 3);
	ASSERT_FIRED(2, 3, 3, 1);
	ASSERT_FIRED(5, 6, 3, 1);
	assert_int_equal(published(), 6);
	assert_int_equal(pkdi_read(&run.nodes[NODE].inputs[1].words->cursor), 2);
}

/* After each of its firings, and although the other's claims to be older, as one that was published
 * at about the same time may. */
static void many_values_go_on_with_the_same_input_after_a_restart(void **state)
{
	(void)state;
	for (uint32_t killed = 1; killed <= 3; killed++) {
		BEGIN_ANY(PKD_PACED, showing(QUEUE(A)), showing(QUEUE(B)));
		n_parts = 4;
		play(B, "x");
		for (uint32_t i = 0; i < killed; i++)
			fire_once();
		*run.nodes[A].now_ns = 1;
		play(A, "..x");
		restart();
		drive_both();
		assert_int_equal(n_fired, 8);
		for (uint32_t i = 0; i < 8; i++)
			assert_part(i, i < 4, i % 4);
		if (killed < 3)
			pkdi_run_finish(&run);
	}
}

static void a_part_that_was_not_committed_is_made_again(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)));
	n_parts = 3;
	play(A, "x");
	fire_once();
	/* As if killed with all of the next record written, but not the commit. */
	run.nodes[NODE].words->record.leftover[0] = (struct pkdi_leftover){.n_parts = 2};
	restart();
	drive_both();
	assert_int_equal(n_fired, 3);
	assert_part(1, 0, 1);
	assert_part(2, 0, 2);
}

static void a_part_committed_but_not_applied_is_applied_once(void **state)
{
	struct pkdi_node *node;

	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)));
	node = &run.nodes[NODE];
	n_parts = 2;
	play(A, "xx");
	fire_once();
	for (int i = 0; i < 2; i++) {
		atomic_fetch_sub(&node->words->record.applied, 1);
		restart();
		assert_int_equal(published(), 1);
		assert_int_equal(pkdi_read(&node->inputs[0].words->cursor), 1);
	}
	fire_once();
	assert_part(1, 0, 1);
	atomic_fetch_sub(&node->words->record.applied, 1);
	restart();
	assert_int_equal(published(), 2);
	assert_int_equal(pkdi_read(&node->inputs[0].words->cursor), 2);
	drive_both();
	assert_int_equal(n_fired, 4);
	assert_int_equal(fired[2].part, 0);
	ASSERT_FIRED(3, 4, 2);
}

static void many_values_are_of_what_latest_has_chosen(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(back(LATEST(A), -1, 0)), showing(QUEUE(B)));
	n_parts = 3;
	play(A, "xx");
	fire_once();
	ASSERT_FIRED(0, 1, 1, 2, 0);
	play(A, "xxxxxxxx");
	fire_once();
	ASSERT_FIRED(1, 2, 1, 2, 0);
	restart();
	fire_once();
	ASSERT_FIRED(2, 3, 1, 2, 0);
	assert_part(2, 0, 2);
	fire_once();
	ASSERT_FIRED(3, 4, 7, 8, 0);
	assert_part(3, 0, 0);
}

static void each_of_many_values_waits_for_room(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)));
	n_parts = 2 * ROOM + 1;
	play(A, "x");
	assert_int_equal(drive(NODE), PKDI_POLL_IDLE);
	assert_int_equal(n_fired, ROOM);
	restart();
	assert_int_equal(drive(NODE), PKDI_POLL_IDLE);
	drive_both();
	assert_int_equal(n_fired, 2 * ROOM + 1);
	assert_int_equal(published(), 2 * ROOM + 1);
}

static void a_part_that_was_fatal_twice_takes_the_rest_of_its_input_with_it(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)));
	run.nodes[NODE].orders = &(struct pkdi_orders){.failed_number = 2};
	n_parts = 3;
	play(A, "xx");
	drive_both();
	assert_int_equal(n_fired, 4);
	ASSERT_FIRED(0, 1, 1);
	ASSERT_FIRED(1, 3, 2);
	assert_int_equal(fired[1].part, 0);
	assert_int_equal(fired[3].part, 2);
	assert_int_equal(published(), 4);
}

static void only_what_fires_on_any_input_may_make_more(void **state)
{
	(void)state;
	BEGIN(required(QUEUE(A)));
	n_parts = 2;
	play(A, "x");
	assert_true(fire_and_fail() < 0);
	assert_int_equal(published(), 0);
}

static void more_values_than_are_declared_are_an_error(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)));
	nodes[NODE].makes = 2;
	n_parts = 2;
	play(A, "xx");
	fire_once();
	fire_once();
	n_parts = 3;
	fire_once();
	assert_true(fire_and_fail() < 0);
	assert_int_equal(published(), 3);
}

/* ---- Capture times ---- */

static void a_time_that_is_set_never_goes_back(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)));
	n_parts = 3;
	play(A, "xxxxx");
	fire_once();
	assert_int_equal(fired[0].capture_ns, 1000000);
	sets_time_ns = 1500000;
	fire_once();
	fire_once();
	/* Also where the input's own time is earlier, and after a restart. */
	sets_time_ns = 0;
	restart();
	fire_once();
	assert_int_equal(fired[3].capture_ns, 2000000);
	sets_time_ns = 1999999;
	assert_true(fire_and_fail() < 0);
	sets_time_ns = 9000000;
	restart();
	fire_once();
	sets_time_ns = 0;
	assert_true(fire_and_fail() < 0);
	assert_int_equal(published(), 5);
}

static void times_that_are_not_set_are_those_of_the_inputs(void **state)
{
	(void)state;
	BEGIN_ANY(PKD_PACED, showing(QUEUE(A)), showing(QUEUE(B)));
	play(A, "...x");
	drive_both();
	play(B, "x");
	drive_both();
	assert_int_equal(fired[0].capture_ns, 4000000);
	assert_int_equal(fired[1].capture_ns, 1000000);
}

static void what_a_join_makes_keeps_the_time_of_its_frame(void **state)
{
	(void)state;
	BEGIN(required(QUEUE(A)));
	sets_time_ns = 9000000;
	play(A, "x");
	drive(NODE);
	assert_int_equal(run.nodes[NODE].outputs[0].header->capture_ns, 1000000);
}

/* ---- Flushes ---- */

static void begin_flushing(uint64_t n, uint32_t n_list, const struct pkd_input *list)
{
	set_inputs(n_list, list);
	nodes[NODE].fires_any = true;
	nodes[NODE].origin = PKD_PACED;
	nodes[NODE].flushes = true;
	start();
	n_flushed = n;
}

static void begin_flushing_a(uint64_t n)
{
	begin_flushing(n, 1, (struct pkd_input[]){showing(QUEUE(A))});
}

static void a_flush_comes_at_the_end_of_all_inputs(void **state)
{
	(void)state;
	begin_flushing(2, 3, (struct pkd_input[]){showing(QUEUE(A)), showing(QUEUE(B)), SAMPLE(A)});
	play(A, "xE");
	drive_both();
	assert_int_equal(drive(NODE), PKDI_POLL_IDLE);
	assert_int_equal(n_fired, 2);
	play(B, "E");
	drive_both();
	assert_int_equal(n_fired, 6);
	for (uint32_t i = 3; i < 6; i++) {
		assert_part(i, UINT32_MAX, i - 3);
		ASSERT_FIRED(i, i + 1, 0, 0, 0);
		assert_int_equal(fired[i].capture_ns, 1000000);
	}
	assert_int_equal(published(), 5); /* the last one has skipped */
	assert_int_equal(settled(), UINT64_MAX);
	assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
}

static void the_last_values_of_a_flush_may_count(void **state)
{
	(void)state;
	begin_flushing_a(1);
	flush_ends = PKD_END;
	play(A, "E");
	drive_both();
	assert_int_equal(n_fired, 3);
	assert_int_equal(published(), 3);
	assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
}

static void a_flush_without_any_input_before_has_the_time_of_the_call(void **state)
{
	int64_t before_ns = pkd_now();

	(void)state;
	begin_flushing_a(1);
	pkdi_node_leave(&run.nodes[A]);
	drive_both();
	assert_int_equal(n_fired, 2);
	assert_true(fired[0].capture_ns >= before_ns);
}

static void a_flush_goes_on_after_a_restart(void **state)
{
	(void)state;
	begin_flushing_a(4);
	n_parts = 2;
	play(A, "E");
	for (uint32_t i = 0; i < 4; i++)
		fire_once();
	restart();
	drive_both();
	assert_int_equal(n_fired, 7);
	assert_part(1, 0, 1);
	for (uint32_t i = 2; i < 7; i++)
		assert_part(i, UINT32_MAX, i - 2);
	assert_int_equal(published(), 6);
}

static void a_flush_waits_for_room(void **state)
{
	(void)state;
	begin_flushing_a(2 * ROOM);
	play(A, "E");
	assert_int_equal(drive(NODE), PKDI_POLL_IDLE);
	assert_int_equal(n_fired, ROOM);
	drive_both();
	assert_int_equal(published(), 2 * ROOM + 1);
}

static void a_flush_that_was_fatal_twice_ends_the_node(void **state)
{
	(void)state;
	begin_flushing_a(4);
	run.nodes[NODE].orders = &(struct pkdi_orders){.failed_number = 3};
	play(A, "E");
	drive_both();
	assert_int_equal(n_fired, 2);
	assert_int_equal(published(), 2);
	assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
}

static void a_stop_that_is_cut_short_does_not_flush(void **state)
{
	(void)state;
	for (uint32_t phase = PKDI_PHASE_DRAIN; phase <= PKDI_PHASE_STOP; phase++) {
		begin_flushing_a(3);
		play(A, "E");
		run.nodes[NODE].program_words = &(struct pkdi_program_words){.phase = phase};
		drive_both();
		assert_int_equal(n_fired, phase == PKDI_PHASE_DRAIN ? 5 : 0);
		assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
		if (phase == PKDI_PHASE_DRAIN)
			pkdi_run_finish(&run);
	}
}

static void a_node_that_has_ended_itself_does_not_flush(void **state)
{
	(void)state;
	begin_flushing_a(3);
	node_returns = PKD_END;
	play(A, "xx");
	drive_both();
	assert_int_equal(n_fired, 1);
	assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
}

static void flushes_beyond_what_is_declared_are_an_error(void **state)
{
	(void)state;
	begin_flushing_a(3);
	nodes[NODE].makes = 2;
	play(A, "E");
	fire_once();
	fire_once();
	assert_true(fire_and_fail() < 0);
}

static void what_joins_and_has_outputs_does_not_flush(void **state)
{
	(void)state;
	set_inputs(1, (struct pkd_input[]){QUEUE(A)});
	nodes[NODE].flushes = true;
	assert_true(pkdi_run_init(&run, &program, &(struct pkdi_options){0}) < 0);
}

static void a_sink_that_joins_flushes_too(void **state)
{
	(void)state;
	set_inputs(2, (struct pkd_input[]){required(QUEUE(A)), required(QUEUE(B))});
	make_sink();
	nodes[NODE].flushes = true;
	start();
	n_flushed = 1;
	play(A, "xxx");
	play(B, "x.x");
	drive(NODE);
	assert_int_equal(n_fired, 2);
	pkdi_node_leave(&run.nodes[A]);
	fire_once();
	restart();
	assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
	ASSERT_FIRED(1, 3, 3, 3);
	ASSERT_FIRED(2, 4, 0, 0);
	ASSERT_FIRED(3, 5, 0, 0);
	assert_int_equal(n_fired, 4);
	assert_int_equal(fired[3].part, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_input_fires_in_the_order_of_publication),
		TEST(what_any_shows_is_held),
		TEST(what_any_shows_is_never_overwritten),
		TEST(any_ends_when_all_its_inputs_have),
		TEST(any_counts_on_after_a_restart),
		TEST(any_that_is_live_is_refused_and_paced_waits),
		TEST(any_works_off_what_there_is_when_the_program_drains),
		TEST(each_of_many_values_is_a_firing_of_the_same_input),
		TEST(many_values_go_on_with_the_same_input_after_a_restart),
		TEST(a_part_that_was_not_committed_is_made_again),
		TEST(a_part_committed_but_not_applied_is_applied_once),
		TEST(many_values_are_of_what_latest_has_chosen),
		TEST(each_of_many_values_waits_for_room),
		TEST(a_part_that_was_fatal_twice_takes_the_rest_of_its_input_with_it),
		TEST(only_what_fires_on_any_input_may_make_more),
		TEST(more_values_than_are_declared_are_an_error),
		TEST(a_time_that_is_set_never_goes_back),
		TEST(times_that_are_not_set_are_those_of_the_inputs),
		TEST(what_a_join_makes_keeps_the_time_of_its_frame),
		TEST(a_flush_comes_at_the_end_of_all_inputs),
		TEST(the_last_values_of_a_flush_may_count),
		TEST(a_flush_without_any_input_before_has_the_time_of_the_call),
		TEST(a_flush_goes_on_after_a_restart),
		TEST(a_flush_waits_for_room),
		TEST(a_flush_that_was_fatal_twice_ends_the_node),
		TEST(a_stop_that_is_cut_short_does_not_flush),
		TEST(a_node_that_has_ended_itself_does_not_flush),
		TEST(flushes_beyond_what_is_declared_are_an_error),
		TEST(what_joins_and_has_outputs_does_not_flush),
		TEST(a_sink_that_joins_flushes_too),
	};

	return RUN_IN_ALL_PLACES(tests);
}
