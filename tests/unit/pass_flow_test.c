/* Where frames come from and where they may be lacking: causality, origin, presence, unused. */
#include "pass_graph.h"

/* ---- causality ---- */

static void cycle_is_shown_once(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!!", "!");
	uint32_t y = add_node("y", "!", "!");
	plain(cam, x, 0);
	plain(y, x, 1);
	plain(x, y, 0);
	run_all();
	assert_only("E0601", "y -> x -> y");
	assert_false(a->done[PASS_causality]);
	assert_null(a->origin); /* skipped, for it needs an order */
	assert_non_null(a->has_channel);
	printed(print_report); /* tells what is not known */
}

static void node_that_fires_itself_is_a_cycle(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!?", "!");
	plain(cam, x, 0);
	plain(x, x, 1);
	run_all();
	assert_only("E0601", "x -> x");
	assert_says(printed(print_messages), "write 'sample x' here");
}

static void sample_breaks_a_cycle(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!?", "!");
	plain(cam, x, 0);
	sample(x, x, 1);
	run_all();
	assert_clean();
}

static void each_knot_has_its_own_message(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		uint32_t x = add_node(i == 0 ? "a" : i == 1 ? "b" : "c", "!", "!");
		uint32_t y = add_node("y", "!", "!");
		plain(x, y, 0);
		plain(y, x, 0);
	}
	run_all();
	assert_int_equal(diags.n_errors, 3);
}

static void long_cycle_is_shortened(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < LARGE; i++)
		add_node("n", "!", "!");
	for (uint32_t i = 0; i < LARGE; i++)
		plain(i, (i + 1) % LARGE, 0);
	run_all();
	assert_only("E0601", "... 9990 more ...");
}

/* ---- origin ---- */

static void node_that_only_samples_is_refused(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "?", "!");
	uint32_t y = add_node("y", "!", "");
	sample(cam, x, 0);
	plain(x, y, 0);
	run_all();
	assert_only("E0403", "nothing fires 'x'"); /* and nothing about y */
	assert_says(printed(print_messages), "write 'latest cam'");
}

static void node_without_inputs_must_be_an_origin(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	face_of(cam)->origin = ORIGIN_NONE;
	plain(cam, x, 0);
	run_all();
	assert_only("E0403", "'origin paced'");
}

static void origin_may_sample(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), timer = add_node("timer", "?", "!");
	uint32_t x = add_node("x", "!", "");
	face_of(timer)->origin = ORIGIN_LIVE;
	sample(cam, timer, 0);
	plain(timer, x, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->origin[x], timer);
}

static void fired_origin_is_refused(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), timer = add_node("timer", "?", "");
	face_of(timer)->origin = ORIGIN_LIVE;
	plain(cam, timer, 0);
	run_all();
	assert_only("E0404", "'timer' is an origin");
}

static void two_origins_are_named(void **state)
{
	(void)state;
	uint32_t left = add_node("left", "", "!"), right = add_node("right", "", "!");
	uint32_t edges = add_node("edges", "!", "!"), join = add_node("join", "!?", "!");
	uint32_t sink = add_node("sink", "!", "");
	plain(right, edges, 0);
	plain(left, join, 0);
	plain(edges, join, 1);
	plain(join, sink, 0);
	run_all();
	assert_only("E0404", "'join' joins frames of two origins: 'left' and 'right'");
	assert_says(printed(print_messages), "write 'sample edges'");
}

static void sample_is_proposed_where_the_port_allows_it(void **state)
{
	(void)state;
	uint32_t left = add_node("left", "", "!"), right = add_node("right", "", "!");
	uint32_t join = add_node("join", "?!", "");
	plain(left, join, 0);
	plain(right, join, 1);
	run_all();
	assert_only("E0404", "write 'sample left'");
}

static void two_latest_are_refused(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t join = add_node("join", "!?", "");
	plain(cam, x, 0);
	latest(cam, join, 0);
	latest(x, join, 1);
	run_all();
	assert_only("E0405", "write 'sample x'");
}

static void latest_beside_plain_is_asked_about(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t join = add_node("join", "!?", "");
	plain(cam, x, 0);
	plain(cam, join, 0);
	latest(x, join, 1);
	run_all();
	assert_only("W0602", "did you mean 'sample x'?");
}

/* ---- presence ---- */

static void absence_goes_through_inputs_that_need_a_value(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!?"), x = add_node("x", "!", "!");
	uint32_t y = add_node("y", "!?", "!"), z = add_node("z", "?", "!");
	uint32_t sink = add_node("sink", "??", "");
	link_output(cam, 1, EDGE_QUEUE, 0, x, 0); /* T on a T? stream */
	plain(cam, y, 0);
	link_output(cam, 1, EDGE_QUEUE, 0, y, 1); /* T? beside one that is always there */
	link_output(cam, 1, EDGE_QUEUE, 0, z, 0); /* T? alone: nothing else fires z */
	plain(y, sink, 0);
	plain(z, sink, 1);
	run_all();
	assert_int_equal(diags.n_errors, 0);
	assert_false(a->may_be_absent[graph->nodes.items[cam].outputs[0]]);
	assert_string_equal(a->absence[graph->nodes.items[cam].outputs[1]],
	                    "cam declares it 'u32?'");
	assert_string_equal(a->absence[graph->nodes.items[x].outputs[0]],
	                    "x fires only where cam.out1 is present");
	assert_false(a->may_be_absent[graph->nodes.items[y].outputs[0]]);
	assert_true(a->may_be_absent[graph->nodes.items[z].outputs[0]]);
}

static void given_up_nodes_make_frames_absent(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), sink = add_node("sink", "!", "");
	graph->processes.items[0].end = FAILURE_ABSENT;
	plain(cam, sink, 0);
	run_all();
	assert_clean();
	assert_string_equal(a->absence[0], "cam may crash and be given up");
}

static void sample_needs_an_optional_port(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!!", "");
	plain(cam, x, 0);
	sample(cam, x, 1);
	run_all();
	assert_only("E0406", "declare the port 'in1: u32?'");
}

static void two_outputs_cannot_be_sampled_apart(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!!"), x = add_node("x", "!??", "");
	uint32_t y = add_node("y", "!?", ""), z = add_node("z", "!?", "");
	plain(cam, x, 0);
	plain(cam, y, 0);
	plain(cam, z, 0);
	sample(cam, y, 1);
	link_output(cam, 1, EDGE_SAMPLE, 0, z, 1); /* by two nodes: no matter */
	sample(cam, x, 1);
	link_output(cam, 1, EDGE_SAMPLE, 0, x, 2);
	run_all();
	assert_only("E0407", "samples two outputs of 'cam'");
}

/* ---- unused ---- */

static void node_that_works_for_nobody_is_warned_of(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!!"), x = add_node("x", "!", "!");
	plain(cam, x, 0);
	run_all();
	assert_only("W0601", "nobody reads what 'x' makes"); /* nothing about cam.out1 */
	assert_true(a->has_channel[0]);
	assert_false(a->has_channel[1]);
	assert_int_equal(a->memory[1].bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cycle_is_shown_once),
		TEST(node_that_fires_itself_is_a_cycle),
		TEST(sample_breaks_a_cycle),
		TEST(each_knot_has_its_own_message),
		TEST(long_cycle_is_shortened),
		TEST(node_that_only_samples_is_refused),
		TEST(node_without_inputs_must_be_an_origin),
		TEST(origin_may_sample),
		TEST(fired_origin_is_refused),
		TEST(two_origins_are_named),
		TEST(sample_is_proposed_where_the_port_allows_it),
		TEST(two_latest_are_refused),
		TEST(latest_beside_plain_is_asked_about),
		TEST(absence_goes_through_inputs_that_need_a_value),
		TEST(given_up_nodes_make_frames_absent),
		TEST(sample_needs_an_optional_port),
		TEST(two_outputs_cannot_be_sampled_apart),
		TEST(node_that_works_for_nobody_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
