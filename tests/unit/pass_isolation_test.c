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
		for (int k = 0; k < N; k++)
			for (int i = 0; i < N; i++)
				for (int j = 0; j < N; j++)
					waits[i][j] |= waits[i][k] && waits[k][j];
		/* Who waits for one of a process waits for the other at work, and for no more. */
		for (int i = 0; i < N; i++) {
			bool three = i == 3 || waits[i][3], seven = i == 7 || waits[i][7];
			waits[i][7] |= three;
			waits[i][3] |= seven;
		}
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

static void restarted_origin_begins_anew(void **state)
{
	(void)state;
	make_people();
	graph->processes.items[graph->nodes.items[CAM].process].n_restarts = 1;
	run_all();
	assert_only("W0603", "a restart of 'cam' begins its frames anew");
	assert_says(printed(print_messages),
	            "write 'persistent state' in the declaration of 'cam'");
}

static void persistent_state_is_not_forgotten(void **state)
{
	(void)state;
	make_people();
	graph->processes.items[graph->nodes.items[CAM].process].n_restarts = 1;
	vec_push(arena, &face_of(CAM)->persistent,
	         (struct state_field){.name = "offset", .type = type_scalar(TYPE_U64)});
	run_all();
	assert_clean();
	vec_push(arena, &face_of(CAM)->state,
	         (struct state_field){.name = "last", .type = type_scalar(TYPE_U64)});
	run_all();
	assert_only("W0603", "'cam' declares a 'state' that is not persistent");
}

static void history_is_a_wait_in_both_directions(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t y = add_node("y", "!?", "");
	plain(cam, x, 0);
	latest(cam, y, 0);
	history(x, y, 1);
	add_assert(ASSERT_INDEPENDENT, y, x, 0);
	add_assert(ASSERT_INDEPENDENT, x, y, 0);
	run_all();
	const char *text = printed(print_messages);
	assert_int_equal(diags.n_errors, 2);
	assert_says(text, "'y' waits for 'x', for it looks back at 'x[-1]'");
	assert_says(text, "'x' waits for room until 'y' has taken a frame");
	assert_says(text, "write 'sample x' at 'y', so that it cannot hold up 'x'");
}

/* The time that another takes is waited for; not what that one waits for. */
static void process_does_not_wait_with_one_of_its_nodes(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), c = add_node("c", "!", "!");
	uint32_t found = add_node("found", "!", ""), show = add_node("show", "!", "");
	latest(cam, c, 0);
	plain(c, found, 0);
	latest(cam, show, 0);
	share(c, cam);
	add_assert(ASSERT_INDEPENDENT, show, found, 0);
	run_all();
	assert_clean();
	assert_true(pass_waits_for(a, show, c));
}

static void node_that_fires_on_any_waits_for_none_of_them(void **state)
{
	(void)state;
	uint32_t left = add_node("left", "", "!"), right = add_node("right", "", "!");
	uint32_t any = add_node("any", "??", "!"), sink = add_node("sink", "!", "");
	set_any(any);
	plain(left, any, 0);
	latest(right, any, 1);
	plain(any, sink, 0);
	run_all();
	assert_clean();
	assert_false(pass_waits_for(a, any, left));
	assert_false(pass_waits_for(a, any, right));
	assert_true(pass_waits_for(a, any, sink));
	assert_true(pass_waits_for(a, left, any)); /* for room */
	assert_false(pass_waits_for(a, right, any));
}

static void node_that_fires_on_any_waits_for_what_all_wait_for(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t y = add_node("y", "!", "!"), any = add_node("any", "??", "");
	set_any(any);
	latest(cam, x, 0);
	latest(cam, y, 0);
	latest(x, any, 0);
	latest(y, any, 1);
	add_assert(ASSERT_INDEPENDENT, any, x, 0);
	run_all();
	assert_clean();
	add_assert(ASSERT_INDEPENDENT, any, cam, 0);
	run_all();
	assert_only("E0604", "'any' waits for 'cam', for whatever fires it does");
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
		TEST(restarted_origin_begins_anew),
		TEST(persistent_state_is_not_forgotten),
		TEST(history_is_a_wait_in_both_directions),
		TEST(process_does_not_wait_with_one_of_its_nodes),
		TEST(node_that_fires_on_any_waits_for_none_of_them),
		TEST(node_that_fires_on_any_waits_for_what_all_wait_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
