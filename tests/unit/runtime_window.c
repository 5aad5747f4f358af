/* What a node is given besides the frame that fires it: windows, histories, banks, thinned inputs,
 * and persistent state; each also after a restart. */
#include "runtime_driven.h"

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
	assert_int_equal(account_of(NODE, 0).dropped, 28);
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
	/* Two before it; and of the six behind it, the newest will be taken. */
	assert_int_equal(account_of(NODE, 0).dropped, 2 + 5);
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
		TEST(state_changes_with_the_commit),
		TEST(state_of_a_firing_that_was_not_committed_is_as_before),
		TEST(state_survives_a_frame_that_is_settled_without_a_step),
	};

	return RUN_IN_ALL_PLACES(tests);
}
