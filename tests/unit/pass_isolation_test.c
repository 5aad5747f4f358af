/* Who can make whom wait, also against the closure of the steps, and restarts that forget. */
#include "pass_graph.h"

/* ---- isolation ---- */

static void plain_reader_holds_up_its_producer(void **state)
{
	(void)state;
	make_people();
	graph->edges.items[0].policy = EDGE_QUEUE; /* found reads every frame of cam */
	run_all();
	assert_only("E0604", "'show' can be made to wait by 'found'");
	const char *text = printed(print_messages);
	assert_says(text, "'show' waits for 'view', for it fires on 'latest view'");
	assert_says(text, "'view' waits for 'cam', for it fires on 'cam'");
	assert_says(text, "'cam' waits for room until 'found' has taken a frame");
	assert_says(text, "write 'latest cam' at 'found'");
}

static void live_origin_loses_instead(void **state)
{
	(void)state;
	make_people();
	face_of(CAM)->origin = ORIGIN_LIVE;
	graph->edges.items[0].policy = EDGE_QUEUE;
	run_all();
	assert_only("E0604", "'cam' loses whole frames while 'found' is behind");
}

static void shared_process_is_a_wait(void **state)
{
	(void)state;
	make_people();
	share(FOUND, CSV);
	run_all();
	assert_only("E0604", "'csv' waits while 'found' works, for both run in process 'csv'");
	assert_says(printed(print_messages), "give 'found' a process of its own");
}

static void node_is_not_independent_of_itself(void **state)
{
	(void)state;
	make_people();
	add_assert(ASSERT_INDEPENDENT, CAM, CAM, 0);
	run_all();
	assert_only("E0604", "'cam' cannot be independent of itself");
}

static void live_path_has_no_other_reader(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), view = add_node("view", "!", "!");
	uint32_t show = add_node("show", "!", ""), write = add_node("write", "!", "");
	plain(cam, view, 0);
	plain(view, show, 0);
	uint32_t e = latest(view, write, 0);
	add_assert(ASSERT_LIVE, cam, show, 0);
	run_all();
	assert_clean();
	assert_says(printed(print_report),
	            "show waits for cam, view; all of them lead from cam to show");
	graph->edges.items[e].policy = EDGE_QUEUE;
	run_all();
	assert_only("E0605",
	            "'show' can be made to wait by 'write', which is not between 'cam' and 'show'");
	assert_says(printed(print_messages), "write 'latest view' at 'write'");
}

static void live_needs_a_path(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t y = add_node("y", "!?", "");
	plain(cam, x, 0);
	plain(cam, y, 0);
	sample(x, y, 1);
	add_assert(ASSERT_LIVE, x, y, 0);
	run_all();
	assert_only("E0605", "no frame of 'x' ever fires 'y'");
}

static void waiting_is_the_closure_of_its_steps(void **state)
{
	enum { N = 10 };

	(void)state;
	for (random_state = 3; random_state < 3 + 100; random_state++) {
		uint32_t seed = random_state;
		bool waits[N][N] = {{false}};
		make_random_program(N);
		for (uint32_t e = 0; e < graph->edges.n; e++) {
			struct graph_edge *edge = &graph->edges.items[e];
			uint32_t from = edge_producer(graph, e);
			edge->policy = (enum edge_policy)random_below(3);
			waits[edge->node][from] |= edge->policy != EDGE_SAMPLE;
			waits[from][edge->node] |= edge->policy == EDGE_QUEUE;
		}
		share(3, 7);
		waits[3][7] = waits[7][3] = true;
		for (int k = 0; k < N; k++)
			for (int i = 0; i < N; i++)
				for (int j = 0; j < N; j++)
					waits[i][j] |= waits[i][k] && waits[k][j];
		a = arena_new(arena, struct analysis);
		*a = (struct analysis){.graph = graph, .arena = arena, .diags = &diags};
		pass_isolation(a);
		for (uint32_t i = 0; i < N; i++)
			for (uint32_t j = 0; j < N; j++)
				assert_int_equal(pass_waits_for(a, i, j), i == j || waits[i][j]);
		drop_graph();
		make_graph();
		random_state = seed;
	}
}

static void restart_that_forgets_is_warned_of(void **state)
{
	(void)state;
	make_people();
	face_of(FOUND)->stateless = false;
	run_all();
	assert_only("W0603", "a restart of 'found' forgets");
}

static void restarted_origin_numbers_on(void **state)
{
	(void)state;
	make_people();
	graph->processes.items[graph->nodes.items[CAM].process].n_restarts = 1;
	run_all();
	assert_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plain_reader_holds_up_its_producer),
		TEST(live_origin_loses_instead),
		TEST(shared_process_is_a_wait),
		TEST(node_is_not_independent_of_itself),
		TEST(live_path_has_no_other_reader),
		TEST(live_needs_a_path),
		TEST(waiting_is_the_closure_of_its_steps),
		TEST(restart_that_forgets_is_warned_of),
		TEST(restarted_origin_numbers_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
