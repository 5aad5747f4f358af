/* All analyses of one program, what is printed of it, large programs, and broken graphs. */
#include "emit/emit.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pass_graph.h"

static void people_passes(void **state)
{
	(void)state;
	make_people();
	run_all();
	assert_clean();
	for (uint32_t n = 0; n < graph->nodes.n; n++)
		assert_int_equal(a->origin[n], CAM);
	assert_false(a->may_be_absent[0]);
	assert_true(a->may_be_absent[1]);
	assert_false(a->may_be_absent[2]);
	/* 768 * 576 * 3 and two headers of 64, in pages */
	assert_int_equal(a->memory[0].slot_size, 1331200);
	assert_int_equal(a->memory[0].n_slots, 4);
	assert_int_equal(a->memory[1].ring_size, 1); /* 6404 bytes: not small */
	assert_int_equal(a->memory[1].n_slots, 4);
	assert_int_equal(a->memory_total, 2 * 4 * 1331200 + 4 * 8192);
}

static void report_of_people_fits_a_slide(void **state)
{
	size_t n_lines = 0, length = 0;

	(void)state;
	make_people();
	run_all();
	const char *text = printed(print_report);
	for (const char *p = text; *p; p++) {
		length = *p == '\n' ? 0 : length + 1;
		n_lines += *p == '\n';
		assert_true(length <= 100);
	}
	assert_true(n_lines < 40);
	assert_says(text, "show waits for cam, view, write, csv; found is not among them");
	assert_says(text, "found fires on 'latest cam', which drops frames");
	assert_says(text, "4 =    2 +    1 +   1   5 324 800  'cam' of view");
	assert_says(text, "'cam' of view, 'view' of write, 'cam' of csv");
	if (getenv("SHOW"))
		fputs(text, stderr);
}

static void dumps_are_stable_and_name_everything(void **state)
{
	struct buf dot;

	(void)state;
	make_people();
	run_all();
	const char *text = printed(print_graph);
	assert_string_equal(text, printed(print_graph));
	assert_says(text, "in in0 = latest stream 0 (cam.out0)  edge 0");
	assert_says(text, "assert independent(show, found)");
	assert_says(printed(print_tables), "node 3 show: waits for cam, view, write, csv\n");
	buf_init(&dot);
	emit_dot(a, &dot);
	assert_says(dot.text, "subgraph cluster_");
	assert_says(dot.text, "n0 -> n1 [style=dashed, label=\"latest\"]");
	assert_says(dot.text, "n0 -> n2 [style=solid, label=\"queue(1)\"]");
	assert_says(dot.text, "independent(show, found)");
	buf_finish(&dot);
}

/* ---- Size ---- */

static void long_chain_is_no_trouble(void **state)
{
	(void)state;
	add_node("n", "", "!");
	for (uint32_t i = 1; i < LARGE; i++) {
		add_node("n", "!", i + 1 < LARGE ? "!" : "");
		plain(i - 1, i, 0);
	}
	add_assert(ASSERT_LIVE, 0, LARGE - 1, 0);
	run_all();
	assert_clean();
	add_assert(ASSERT_INDEPENDENT, LARGE - 1, 0, 0);
	run_all();
	assert_only("E0604", "and so on, 9991 more steps, to 'n'");
	printed(print_tables);
	printed(print_report);
}

static void wide_fan_out_is_no_trouble(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!");
	for (uint32_t i = 0; i < LARGE; i++) {
		uint32_t x = add_node("x", "!", "");
		plain(cam, x, 0);
		if (i % 2)
			share(x, 1);
	}
	add_assert(ASSERT_INDEPENDENT, cam, 1, 0);
	run_all();
	assert_only("E0604", "'cam' waits for room until 'x' has taken a frame");
	printed(print_tables);
	printed(print_report);
}

/* ---- verify ---- */

static void assert_aborts(void)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		fclose(stderr);
		graph_verify(graph);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void broken_graphs_are_noticed(void **state)
{
	(void)state;
	make_people();
	graph_verify(graph);
	graph->edges.items[1].input = 1;
	assert_aborts();
	graph->edges.items[1].input = 0;
	graph->streams.items[0].edges.items[2] = 0;
	assert_aborts();
	graph->streams.items[0].edges.items[2] = 6;
	graph->nodes.items[SHOW].process = 0;
	assert_aborts();
	graph->nodes.items[SHOW].process = graph->nodes.items[VIEW].process;
	graph->asserts.items[0].b = 6;
	assert_aborts();
	graph->asserts.items[0].b = FOUND;
	graph->edges.items[0].max_age_ns = 1;
	assert_aborts();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(people_passes),
		TEST(report_of_people_fits_a_slide),
		TEST(dumps_are_stable_and_name_everything),
		TEST(long_chain_is_no_trouble),
		TEST(wide_fan_out_is_no_trouble),
		TEST(broken_graphs_are_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
