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
	assert_null(a->has_channel);
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
	assert_says(printed(print_messages), "go back in time: write 'x[-1]' here, or 'sample x'");
}

static void sample_breaks_a_cycle(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!?", "!");
	uint32_t end = add_node("end", "!", "");
	plain(cam, x, 0);
	sample(x, x, 1);
	plain(x, end, 0);
	run_all();
	assert_clean();
}

static void history_breaks_a_cycle(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!?", "!");
	uint32_t y = add_node("y", "!", "!");
	plain(cam, x, 0);
	uint32_t end = add_node("end", "!", "");
	history(y, x, 1);
	plain(x, y, 0);
	plain(x, end, 0);
	run_all();
	assert_clean();
	assert_says(printed(print_report), "of which those that look");
}

static void window_in_a_cycle_fires(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!?", "!");
	make_bank(x, 1);
	plain(cam, x, 0);
	look_back(plain(x, x, 1), -7, 0);
	run_all();
	assert_only("E0601", "write 'x[-8..-1]' here");
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
	uint32_t join = add_node("join", "!!", "");
	plain(cam, x, 0);
	plain(cam, join, 0);
	latest(x, join, 1);
	run_all();
	assert_only("W0602", "and write 'sample x' at 'join'");
}

static void latest_beside_plain_loses_nothing_at_an_optional_port(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t join = add_node("join", "!?", "");
	plain(cam, x, 0);
	plain(cam, join, 0);
	latest(x, join, 1);
	run_all();
	assert_clean();
}

static void node_that_only_looks_back_is_refused(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "?", "");
	history(cam, x, 0);
	run_all();
	assert_only("E0403", "'cam[-1]' looks back only when something else fires 'x'");
	assert_says(printed(print_messages), "or 'cam' to fire on every frame");
}

static void history_needs_the_same_origin(void **state)
{
	(void)state;
	uint32_t left = add_node("left", "", "!"), right = add_node("right", "", "!");
	uint32_t x = add_node("x", "!?", "");
	plain(left, x, 0);
	history(right, x, 1);
	run_all();
	assert_only("E0404",
	            "'right[-1]' looks back at frames of the origin 'right', and 'x' fires "
	            "on frames of 'left'");
}

static void choice_that_fires_nothing_is_refused(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!?", "");
	plain(cam, x, 0);
	look_back(latest(cam, x, 1), -3, -1);
	run_all();
	assert_only("E0408", "write 'latest cam[-3..0]'");
}

static void node_that_fires_on_any_is_an_origin(void **state)
{
	(void)state;
	uint32_t left = add_node("left", "", "!"), right = add_node("right", "", "!");
	uint32_t any = add_node("any", "????", "!"), sink = add_node("sink", "!", "");
	set_any(any);
	latest(left, any, 0);
	latest(right, any, 1);
	plain(left, any, 2);
	history(any, any, 3); /* its own frames */
	plain(any, sink, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->origin[any], any);
	assert_int_equal(a->origin[sink], any);
	assert_false(a->may_be_absent[graph->nodes.items[any].outputs[0]]);
	/* it samples what does not fire it, and gives the frames of a queue back when it has seen
	 * them */
	assert_int_equal(a->pins[2], 1);
	assert_int_equal(a->pins[3], 0);
}

static void node_that_fires_on_any_needs_optional_inputs(void **state)
{
	(void)state;
	uint32_t left = add_node("left", "", "!"), right = add_node("right", "", "!");
	uint32_t any = add_node("any", "?!", "");
	set_any(any);
	plain(left, any, 0);
	plain(right, any, 1);
	run_all();
	assert_only("E0406", "declare the port 'in1: u32?': 'any' fires on any of its inputs");
}

static void node_that_fires_on_any_needs_one(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), any = add_node("any", "?", "");
	set_any(any);
	sample(cam, any, 0);
	run_all();
	assert_only("E0403", "nothing fires 'any'");
}

/* ---- choice ---- */

/* cam -> found and cam -> faces by `latest`, joined; returns the join. */
static uint32_t make_apart(const char *ports)
{
	uint32_t cam = add_node("cam", "", "!"), found = add_node("found", "!", "!");
	uint32_t faces = add_node("faces", "!", "!"), join = add_node("join", ports, "");
	latest(cam, found, 0);
	latest(cam, faces, 0);
	plain(found, join, 0);
	plain(faces, join, 1);
	return join;
}

static void choices_apart_are_warned_of(void **state)
{
	(void)state;
	make_apart("!!");
	run_all();
	assert_only("W0604", "'join' joins streams that select frames independently");
	assert_says(printed(print_messages), "write 'c = latest cam', and 'c' in both places");
}

static void merge_of_choices_is_none(void **state)
{
	(void)state;
	make_apart("??"); /* fires on each */
	run_all();
	assert_clean();
}

static void shared_choice_is_none(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), c = add_node("c", "!", "!");
	uint32_t found = add_node("found", "!", "!"), faces = add_node("faces", "!", "!");
	uint32_t join = add_node("join", "!!!", "");
	latest(cam, c, 0);
	plain(c, found, 0);
	plain(c, faces, 0);
	plain(found, join, 0);
	plain(faces, join, 1);
	every(2, c, join, 2); /* fewer of the same */
	run_all();
	assert_clean();
}

static void same_every_is_one_choice(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t y = add_node("y", "!", "!"), join = add_node("join", "!!", "");
	every(2, cam, x, 0);
	uint32_t e = every(4, cam, y, 0);
	plain(x, join, 0);
	plain(y, join, 1);
	run_all();
	assert_clean(); /* every fourth is every second */
	graph->edges.items[e].every_n = 3;
	run_all();
	assert_only("W0604", "choose once, before the ways part: write 'c = latest cam'");
}

/* ---- presence ---- */

static void every_leaves_out_frames(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t y = add_node("y", "!?", "!"), sink = add_node("sink", "??", "");
	every(2, cam, x, 0);
	plain(cam, y, 0);
	every(2, cam, y, 1); /* T? beside one that is always there */
	plain(x, sink, 0);
	plain(y, sink, 1);
	run_all();
	assert_int_equal(diags.n_errors, 0);
	assert_string_equal(a->absence[graph->nodes.items[x].outputs[0]],
	                    "x fires on 'every(2) cam', which leaves out frames");
	assert_false(a->may_be_absent[graph->nodes.items[y].outputs[0]]);
	assert_says(printed(print_report), "'every(2) cam' leaves out the other frames");
}

static void history_needs_an_optional_port(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!!", "");
	plain(cam, x, 0);
	history(cam, x, 1);
	run_all();
	assert_only("E0406", "'cam[-1]' may have no value yet");
	assert_says(printed(print_messages), "to say what is first");
}

static void window_needs_an_optional_port(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	make_bank(x, 1);
	look_back(plain(cam, x, 0), -7, 0);
	run_all();
	assert_only("E0406", "'cam[-7..0]' may have no value yet");
}

static void expression_may_have_no_value(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "?");
	uint32_t sink = add_node("sink", "?", "");
	plain(cam, x, 0);
	plain(x, sink, 0);
	make_expression(x);
	run_all();
	assert_clean();
	assert_string_equal(a->absence[graph->nodes.items[x].outputs[0]],
	                    "the expression of x may have no value");
}

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
		TEST(history_breaks_a_cycle),
		TEST(window_in_a_cycle_fires),
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
		TEST(latest_beside_plain_loses_nothing_at_an_optional_port),
		TEST(node_that_only_looks_back_is_refused),
		TEST(history_needs_the_same_origin),
		TEST(choice_that_fires_nothing_is_refused),
		TEST(node_that_fires_on_any_is_an_origin),
		TEST(node_that_fires_on_any_needs_optional_inputs),
		TEST(node_that_fires_on_any_needs_one),
		TEST(choices_apart_are_warned_of),
		TEST(merge_of_choices_is_none),
		TEST(shared_choice_is_none),
		TEST(same_every_is_one_choice),
		TEST(every_leaves_out_frames),
		TEST(history_needs_an_optional_port),
		TEST(window_needs_an_optional_port),
		TEST(expression_may_have_no_value),
		TEST(absence_goes_through_inputs_that_need_a_value),
		TEST(given_up_nodes_make_frames_absent),
		TEST(sample_needs_an_optional_port),
		TEST(two_outputs_cannot_be_sampled_apart),
		TEST(node_that_works_for_nobody_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
