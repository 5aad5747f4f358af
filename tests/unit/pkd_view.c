/* What is computed from a program's answers, and what `pkd top` draws of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pkd/top_view.h"
#include "pkd/view.h"

static struct pkdi_json_value values[256];
static struct view view;
static struct talk talk = {.pid = 4711, .name = "robot"};

static void line(void (*take)(struct view *view, const struct pkdi_json *json, uint32_t parameters),
                 const char *text)
{
	struct pkdi_json json = {.values = values, .max_values = 256};

	assert_true(pkdi_json_read(&json, text, strlen(text)));
	take(&view, &json, 0);
}

static int describe(void **state)
{
	(void)state;
	line(view_take_description, "{\"process\":{\"name\":\"cam\"}}");
	line(view_take_description, "{\"process\":{\"name\":\"rest\"}}");
	line(view_take_description,
	     "{\"node\":{\"name\":\"cam\",\"kind\":\"camera\",\"at\":\"a:1\","
	     "\"process\":\"cam\",\"origin\":\"live\"}}");
	line(view_take_description,
	     "{\"node\":{\"name\":\"found\",\"kind\":\"detect\",\"at\":\"a:2\","
	     "\"process\":\"rest\",\"origin\":\"none\",\"new\":[1]}}");
	line(view_take_description,
	     "{\"stream\":{\"name\":\"cam.n\",\"type\":\"i32\",\"node\":\"cam\","
	     "\"slots\":4,\"bytes\":512}}");
	line(view_take_description,
	     "{\"edge\":{\"stream\":\"cam.n\",\"node\":\"found\",\"input\":\"n\","
	     "\"policy\":\"queue\",\"window\":10,\"at\":\"a:2\"}}");
	line(view_take_description,
	     "{\"edge\":{\"stream\":\"cam.n\",\"node\":\"found\",\"input\":\"m\","
	     "\"policy\":\"latest\",\"window\":1,\"at\":\"a:2\"}}");
	line(view_take_description, "{\"of another version\":{}}");
	line(view_take_description,
	     "{\"program\":{\"name\":\"robot\",\"doc\":\"\",\"source\":\"a\",\"bytes\":512}}");
	view.age_ns = INT64_C(125000000000);
	view.share = 0.5;
	view.usage = (struct usage){true, 3 << 20, 0, 3};
	return 0;
}

static int forget(void **state)
{
	(void)state;
	view_finish(&view);
	return 0;
}

/* A status at that second: of the camera so many frames, of the other node so many firings. */
static void sample(int seconds, int frames, int firings, const char *calling)
{
	char text[512];

	snprintf(text, sizeof(text), "{\"process\":{\"name\":\"cam\",\"pid\":12,\"restarts\":0}}");
	line(view_take_status, text);
	snprintf(text, sizeof(text),
	         "{\"process\":{\"name\":\"rest\",\"pid\":13,\"restarts\":2%s}}", calling);
	line(view_take_status, text);
	snprintf(text, sizeof(text),
	         "{\"node\":{\"name\":\"cam\",\"state\":\"running\",\"frame\":%d,\"firings\":%d,"
	         "\"busy_ns\":%d,\"longest_ns\":2000,\"refused\":3,\"failed\":0}}",
	         frames, frames, 1000 * frames);
	line(view_take_status, text);
	snprintf(text, sizeof(text),
	         "{\"node\":{\"name\":\"found\",\"state\":\"running\",\"frame\":%d,\"firings\":%d,"
	         "\"busy_ns\":%lld,\"longest_ns\":60000000,\"refused\":0,\"failed\":1}}",
	         frames, firings, 50000000LL * firings);
	line(view_take_status, text);
	snprintf(text, sizeof(text),
	         "{\"edge\":{\"stream\":\"cam.n\",\"node\":\"found\",\"input\":\"n\","
	         "\"published\":%d,\"taken\":%d,\"dropped\":0}}",
	         frames, frames - 9);
	line(view_take_status, text);
	snprintf(text, sizeof(text),
	         "{\"edge\":{\"stream\":\"cam.n\",\"node\":\"found\",\"input\":\"m\","
	         "\"published\":%d,\"dropped\":%d}}",
	         frames, frames / 2);
	line(view_take_status, text);
	snprintf(text, sizeof(text), "{\"program\":{\"phase\":\"running\",\"now_ns\":%lld}}",
	         1000000000LL * seconds);
	line(view_take_status, text);
	view_settle(&view);
}

#define assert_near(is, wanted) assert_true((is) > (wanted)-1e-6 && (is) < (wanted) + 1e-6)

/* ---- Rates ---- */

static void a_first_sample_has_no_rates(void **state)
{
	(void)state;
	sample(1, 100, 10, "");
	assert_int_equal(view.n_nodes, 2);
	assert_int_equal(view.n_edges, 2);
	assert_int_equal(view.n_streams, 1);
	assert_ptr_equal(view_origin(&view), &view.nodes[0]);
	assert_near(view.nodes[0].rate, 0);
	assert_near(view.nodes[1].mean_ns, 5e7);
	assert_int_equal(view.nodes[1].restarts, 2);
}

static void what_is_fast_counts_since_the_last_sample(void **state)
{
	(void)state;
	sample(1, 100, 10, "");
	sample(2, 150, 14, "");
	sample(3, 250, 16, "");
	assert_near(view.nodes[0].rate, 100);
	assert_near(view.nodes[0].frame_rate, 100);
	assert_near(view.edges[0].rate, 100);
	assert_near(view.edges[1].drop_rate, 50);
}

static void what_is_slow_counts_over_more_of_them(void **state)
{
	(void)state;
	sample(1, 100, 10, "");
	sample(2, 150, 14, "");
	sample(3, 250, 16, "");
	/* Six in two seconds. */
	assert_near(view.nodes[1].rate, 3);
	assert_near(view.nodes[1].busy, 0.15);
	assert_near(view.nodes[1].mean_ns, 5e7);
	for (int i = 4; i < 40; i++)
		sample(i, 250, 16, "");
	assert_near(view.nodes[1].rate, 0);
	assert_near(view.nodes[0].rate, 0);
}

static void counters_that_go_back_are_no_rate(void **state)
{
	(void)state;
	sample(1, 100, 10, "");
	sample(2, 50, 5, "");
	assert_near(view.nodes[0].rate, 0);
	assert_near(view.nodes[1].rate, 0);
}

static void a_step_that_does_not_end_is_busy(void **state)
{
	(void)state;
	sample(1, 100, 10, ",\"calling\":\"found\",\"since_ns\":500000000");
	sample(3, 200, 10, ",\"calling\":\"found\",\"since_ns\":500000000");
	assert_true(view.nodes[1].in_call_ns == INT64_C(2500000000));
	assert_near(view.nodes[1].busy, 1);
	assert_near(view.nodes[0].busy, 100 * 1000 / 2e9);
}

static void edges_know_what_they_hold(void **state)
{
	(void)state;
	sample(1, 100, 10, "");
	assert_true(view_is_lossless(&view.edges[0]));
	assert_int_equal(view_depth(&view.edges[0]), 9);
	assert_false(view_is_lossless(&view.edges[1]));
	assert_true(view.edges[1].has_left);
	assert_int_equal(view_depth(&view.edges[1]), 0);
}

static void lines_too_many_are_let_be(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		line(view_take_status, "{\"node\":{\"name\":\"x\",\"state\":\"running\"}}");
		line(view_take_status, "{\"edge\":{}}");
		line(view_take_status, "{\"process\":{}}");
		line(view_take_status, "{\"of another version\":3}");
		line(view_take_status, "{}");
	}
	line(view_take_status, "{\"program\":{}}");
	view_settle(&view);
	assert_string_equal(view.phase, "?");
}

/* ---- The screen ---- */

static struct top_state top;
static char row[1024];

static void draw(int rows, int columns, int which)
{
	struct canvas canvas;

	canvas_begin(&canvas, rows, columns, false);
	top_draw(&canvas, &top, &view, &talk);
	canvas_row(&canvas, which, row, sizeof(row));
	canvas_finish(&canvas);
}

static void assert_row(int rows, int columns, int which, const char *text)
{
	draw(rows, columns, which);
	assert_string_equal(row, text);
}

static int show(void **state)
{
	describe(state);
	sample(1, 100, 10, "");
	sample(2, 200, 20, "");
	top_init(&top, 1000000000);
	return 0;
}

static void nodes_are_shown(void **state)
{
	(void)state;
	assert_row(
		24, 80, 0,
		"robot  running  up 2m 05s                                cam: frame 200, 100.0/s");
	draw(24, 80, 1);
	assert_memory_equal(row, "pid 4711  2 processes  memory 3.0 MiB  cpu 50.0%  100 dropped",
	                    61);
	assert_row(24, 140, 1,
	           "pid 4711  2 processes  memory 3.0 MiB  cpu 50.0%  100 dropped"
	           "                                                "
	           "2 restarts, 3 refused, 1 failed");
	assert_row(24, 80, 2, "[Nodes 2]  Edges 2   Processes 2");
	assert_row(24, 80, 3,
	           "node        state         frame  rate/s   busy     mean  longest  restarts");
	assert_row(24, 80, 4,
	           "cam         running         200   100.0   0.0%      1us      2us         0");
	assert_row(24, 80, 5,
	           "found       running         200    10.0  50.0%   50.0ms   60.0ms         2");
	assert_row(24, 80, 6, "");
}

static void edges_are_shown(void **state)
{
	(void)state;
	top_press(&top, &view, TOP_NEXT_TAB);
	assert_row(24, 80, 2, " Nodes 2  [Edges 2]  Processes 2");
	assert_row(24, 80, 3, "edge              policy    waiting  rate/s   dropped  drops/s");
	assert_row(24, 80, 4, "cam.n -> found.n  queue        9/10   100.0         0        0");
	assert_row(24, 80, 5, "cam.n -> found.m  latest      ended   100.0       100     50.0");
}

static void a_list_is_sorted_and_turned(void **state)
{
	(void)state;
	draw(24, 80, 0);
	for (int i = 0; i < 4; i++)
		top_press(&top, &view, '>');
	assert_row(24, 80, 3,
	           "node        state         frame  rate/sv  busy     mean  longest  restarts");
	draw(24, 80, 4);
	assert_memory_equal(row, "cam ", 4);
	top_press(&top, &view, 'r');
	draw(24, 80, 4);
	assert_memory_equal(row, "found ", 6);
	top_press(&top, &view, 'o');
	draw(24, 80, 4);
	assert_memory_equal(row, "cam ", 4);
	/* Backwards from none: the last that can be sorted by. */
	top_press(&top, &view, '<');
	draw(24, 80, 3);
	assert_non_null(strstr(row, "restartsv"));
}

static void scrolling_stays_within_the_list(void **state)
{
	(void)state;
	draw(6, 80, 0);
	top_press(&top, &view, TOP_UP);
	draw(6, 80, 4);
	assert_memory_equal(row, "cam ", 4);
	for (int i = 0; i < 5; i++)
		top_press(&top, &view, TOP_PAGE_DOWN);
	draw(6, 80, 4);
	assert_memory_equal(row, "found ", 6);
	top_press(&top, &view, TOP_HOME);
	draw(6, 80, 2);
	assert_non_null(strstr(row, "1-1 of 2"));
}

static void what_is_chosen_stays_chosen_in_another_order(void **state)
{
	(void)state;
	draw(24, 80, 0);
	top_press(&top, &view, 'j');
	assert_int_equal(top.chosen[TOP_NODES], 1);
	top_press(&top, &view, 'r');
	draw(6, 80, 4);
	assert_memory_equal(row, "found ", 6);
	top_press(&top, &view, TOP_DOWN);
	assert_int_equal(top.chosen[TOP_NODES], 0);
}

/* ---- Orders ---- */

static void type(const char *keys)
{
	for (; *keys; keys++)
		top_press(&top, &view, (unsigned char)*keys);
}

static void assert_order(enum top_wish wish, const char *method, const char *parameters)
{
	assert_int_equal(wish, TOP_ORDERS);
	assert_string_equal(top.order.method, method);
	if (parameters)
		assert_string_equal(top.order.parameters, parameters);
	else
		assert_null(top.order.parameters);
	order_finish(&top.order);
}

static void a_stop_is_asked_about(void **state)
{
	(void)state;
	assert_int_equal(top_press(&top, &view, 'x'), TOP_STAYS);
	assert_row(24, 80, 22, " Stop robot? y: yes, any other key: no");
	assert_int_equal(top_press(&top, &view, 'q'), TOP_STAYS);
	assert_int_equal(top_press(&top, &view, 'x'), TOP_STAYS);
	assert_order(top_press(&top, &view, 'y'), "stop", NULL);
	top_tell(&top, "told to stop", false);
	assert_row(24, 80, 22, "told to stop");
	assert_int_equal(top_press(&top, &view, 'q'), TOP_QUITS);
}

static void the_chosen_node_is_held_and_goes_on(void **state)
{
	(void)state;
	top_press(&top, &view, 'j');
	assert_order(top_press(&top, &view, 'p'), "pause", "{\"nodes\":[\"found\"]}");
	snprintf(view.nodes[1].state, sizeof(view.nodes[1].state), "paused");
	assert_row(24, 80, 23,
	           "q quit  p resume  s set  c call  x stop  tab list  < > r o sort  +- every 1s");
	assert_order(top_press(&top, &view, 'p'), "resume", "{\"nodes\":[\"found\"]}");
	top_press(&top, &view, '2');
	assert_int_equal(top_press(&top, &view, 'p'), TOP_STAYS);
	assert_row(24, 80, 22, "choose a node first: 1 shows them");
}

static void what_is_typed_becomes_an_order(void **state)
{
	(void)state;
	type("sa=1 'b=x y'");
	assert_row(24, 80, 22, "set a=1 'b=x y'");
	assert_order(top_press(&top, &view, TOP_ENTER), "set",
	             "{\"values\":{\"a\":\"1\",\"b\":\"x y\"},\"wait_ms\":1000}");
	type("ca.b.go to=\"\\\"1\"");
	assert_order(top_press(&top, &view, TOP_ENTER), "call",
	             "{\"node\":\"a.b\",\"command\":\"go\",\"wait_ms\":10000,"
	             "\"arguments\":{\"to\":\"\\\"1\"}}");
	/* Nothing is no order. */
	type("s  ");
	assert_int_equal(top_press(&top, &view, TOP_ENTER), TOP_STAYS);
	assert_int_equal(top.mode, TOP_WATCHES);
}

static void what_is_wrong_can_be_typed_on(void **state)
{
	(void)state;
	type("ca");
	assert_int_equal(top_press(&top, &view, TOP_ENTER), TOP_STAYS);
	assert_row(24, 80, 22, "call a");
	assert_row(24, 80, 23, "call needs NODE COMMAND, as in: call count reset to=0");
	type(".go");
	assert_order(top_press(&top, &view, TOP_ENTER), "call",
	             "{\"node\":\"a\",\"command\":\"go\",\"wait_ms\":10000,\"arguments\":{}}");
}

static void one_thing_is_asked_at_a_time(void **state)
{
	(void)state;
	assert_int_equal(top_press(&top, &view, 'p'), TOP_ORDERS);
	top.asked_ns = INT64_C(3000000000);
	assert_row(24, 80, 22, "asking for 3.0s ...  esc: give it up  pause cam");
	for (const char *key = "pscx"; *key; key++)
		assert_int_equal(top_press(&top, &view, *key), TOP_STAYS);
	assert_int_equal(top.mode, TOP_WATCHES);
	assert_int_equal(top_press(&top, &view, TOP_ESCAPE), TOP_GIVES_UP);
	order_finish(&top.order);
	assert_int_equal(top_press(&top, &view, TOP_ESCAPE), TOP_STAYS);
}

static void a_line_is_edited(void **state)
{
	static const int keys[] = {'a',           0xc3,     0xa9,       'b',  TOP_LEFT,
	                           TOP_LEFT,      'x',      TOP_END,    'y',  TOP_BACKSPACE,
	                           TOP_BACKSPACE, TOP_HOME, TOP_DELETE, 0x01, 'z'};
	struct prompt prompt;

	(void)state;
	prompt_begin(&prompt, "");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		prompt_press(&prompt, keys[i]);
	assert_string_equal(prompt.text, "zx\xc3\xa9");
	prompt_press(&prompt, TOP_RIGHT);
	prompt_press(&prompt, TOP_RIGHT);
	prompt_press(&prompt, TOP_RIGHT);
	prompt_press(&prompt, TOP_BACKSPACE);
	assert_string_equal(prompt.text, "zx");
	prompt_press(&prompt, TOP_CLEAR);
	assert_string_equal(prompt.text, "");
	prompt_press(&prompt, TOP_BACKSPACE);
	/* Nothing is written behind its end. */
	for (int i = 0; i < PROMPT_SIZE + 5; i++)
		prompt_press(&prompt, 'n');
	assert_int_equal(prompt.n, PROMPT_SIZE - 1);
	assert_int_equal(strlen(prompt.text), PROMPT_SIZE - 1);
}

static void words_are_those_of_a_shell(void **state)
{
	static const char *const wanted[] = {"a", "b c", "", "d\"e'", "\\f", "g h"};
	char **words;
	size_t n;

	(void)state;
	words = prompt_words("  a 'b c' '' \"d\\\"e'\"   '\\f' g\\ h ", &n);
	assert_non_null(words);
	assert_int_equal(n, 6);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(words[i], wanted[i]);
	free(words);
	assert_null(prompt_words("a 'b", &n));
	words = prompt_words("  ", &n);
	assert_int_equal(n, 0);
	free(words);
}

static void names_are_completed_as_far_as_they_are_the_same(void **state)
{
	static const char *const names[] = {"gain", "gate.in", "gate.out"};
	struct prompt prompt;
	char all[64];

	(void)state;
	prompt_begin(&prompt, "x=1 g");
	prompt_complete(&prompt, names, 3, "=", all, sizeof(all));
	assert_string_equal(prompt.text, "x=1 ga");
	assert_string_equal(all, "gain  gate.in  gate.out");
	prompt_press(&prompt, 't');
	prompt_complete(&prompt, names, 3, "=", all, sizeof(all));
	assert_string_equal(prompt.text, "x=1 gate.");
	prompt_press(&prompt, 'o');
	prompt_complete(&prompt, names, 3, "=", all, sizeof(all));
	assert_string_equal(prompt.text, "x=1 gate.out=");
	assert_string_equal(all, "");
	prompt_begin(&prompt, "no");
	prompt_complete(&prompt, names, 3, "=", all, sizeof(all));
	assert_string_equal(prompt.text, "no");
	assert_string_equal(all, "nothing begins with 'no'");
}

/* Also behind types, defaults and ranges that have commas themselves. */
static void arguments_are_completed_by_their_names(void **state)
{
	(void)state;
	line(view_take_description,
	     "{\"command\":{\"node\":\"found\",\"name\":\"go\",\"arguments\":["
	     "{\"name\":\"pairs\",\"type\":\"list<[f64; 2], 8>\",\"default\":[[1, 2], [3, 4]]},"
	     "{\"name\":\"said\",\"type\":\"string<20>\",\"default\":\"x, of: y, z: w\"},"
	     "{\"name\":\"to\",\"type\":\"i64\",\"range\":\"0..9\"}],\"answer\":\"i64\"}}");
	type("cfound.go ");
	top_press(&top, &view, TOP_NEXT_TAB);
	assert_row(24, 80, 23, "pairs  said  to");
	assert_int_equal(top_press(&top, &view, 't'), TOP_STAYS);
	top_press(&top, &view, TOP_NEXT_TAB);
	assert_row(24, 80, 22, "call found.go to=");
}

static void silence_is_shown(void **state)
{
	(void)state;
	top.silent_ns = INT64_C(4200000000);
	assert_row(24, 80, 22, "no answer for 4.2s; is it suspended?");
	draw(24, 80, 23);
	assert_memory_equal(row, "q quit", 6);
}

static void the_period_has_limits(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		top_press(&top, &view, '-');
	assert_true(top.period_ns == 100000000);
	for (int i = 0; i < 20; i++)
		top_press(&top, &view, '+');
	assert_true(top.period_ns == INT64_C(60000000000));
}

/* Nothing is drawn beyond the screen: a sanitizer would see it. */
static void any_size_can_be_drawn(void **state)
{
	(void)state;
	for (int tab = '1'; tab <= '3'; tab++) {
		top_press(&top, &view, tab);
		for (int rows = 1; rows < 30; rows++)
			for (int columns = 1; columns < 260; columns += 3)
				draw(rows, columns, rows - 1);
	}
}

static void a_canvas_keeps_to_its_cells(void **state)
{
	static const double course[] = {0, 1, 4, 8};
	struct canvas canvas;

	(void)state;
	canvas_begin(&canvas, 4, 8, true);
	assert_int_equal(
		canvas_text(&canvas, 0, 2, 20, LOOK_PLAIN, "a\x1b\xc3\xa9\xff\xe6\x97\xa5z"), 8);
	canvas_row(&canvas, 0, row, sizeof(row));
	assert_string_equal(row, "  a?\xc3\xa9??z");
	canvas_bar(&canvas, 1, 0, 4, LOOK_GOOD, 0.5);
	canvas_row(&canvas, 1, row, sizeof(row));
	assert_string_equal(row, "\u2588\u2588\u00b7\u00b7");
	canvas_course(&canvas, 2, 0, LOOK_GOOD, course, 4);
	canvas_row(&canvas, 2, row, sizeof(row));
	assert_string_equal(row, "\u2581\u2582\u2585\u2588");
	canvas_right(&canvas, 3, 0, 6, LOOK_PLAIN, "12");
	canvas_text(&canvas, 9, 0, 6, LOOK_PLAIN, "12");
	canvas_text(&canvas, -1, -4, 6, LOOK_PLAIN, "12");
	canvas_look(&canvas, 3, 6, 50, LOOK_HEAD);
	canvas_row(&canvas, 3, row, sizeof(row));
	assert_string_equal(row, "    12");
	canvas_finish(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_first_sample_has_no_rates, describe, forget),
		cmocka_unit_test_setup_teardown(what_is_fast_counts_since_the_last_sample, describe,
	                                        forget),
		cmocka_unit_test_setup_teardown(what_is_slow_counts_over_more_of_them, describe,
	                                        forget),
		cmocka_unit_test_setup_teardown(counters_that_go_back_are_no_rate, describe,
	                                        forget),
		cmocka_unit_test_setup_teardown(a_step_that_does_not_end_is_busy, describe, forget),
		cmocka_unit_test_setup_teardown(edges_know_what_they_hold, describe, forget),
		cmocka_unit_test_setup_teardown(lines_too_many_are_let_be, describe, forget),
		cmocka_unit_test_setup_teardown(nodes_are_shown, show, forget),
		cmocka_unit_test_setup_teardown(edges_are_shown, show, forget),
		cmocka_unit_test_setup_teardown(a_list_is_sorted_and_turned, show, forget),
		cmocka_unit_test_setup_teardown(scrolling_stays_within_the_list, show, forget),
		cmocka_unit_test_setup_teardown(what_is_chosen_stays_chosen_in_another_order, show,
	                                        forget),
		cmocka_unit_test_setup_teardown(a_stop_is_asked_about, show, forget),
		cmocka_unit_test_setup_teardown(the_chosen_node_is_held_and_goes_on, show, forget),
		cmocka_unit_test_setup_teardown(what_is_typed_becomes_an_order, show, forget),
		cmocka_unit_test_setup_teardown(what_is_wrong_can_be_typed_on, show, forget),
		cmocka_unit_test_setup_teardown(one_thing_is_asked_at_a_time, show, forget),
		cmocka_unit_test(a_line_is_edited),
		cmocka_unit_test(words_are_those_of_a_shell),
		cmocka_unit_test(names_are_completed_as_far_as_they_are_the_same),
		cmocka_unit_test_setup_teardown(arguments_are_completed_by_their_names, show,
	                                        forget),
		cmocka_unit_test_setup_teardown(silence_is_shown, show, forget),
		cmocka_unit_test_setup_teardown(the_period_has_limits, show, forget),
		cmocka_unit_test_setup_teardown(any_size_can_be_drawn, show, forget),
		cmocka_unit_test(a_canvas_keeps_to_its_cells),
	};

	return cmocka_run_group_tests_name("pkd_view", tests, NULL, NULL);
}
