/* Windows and deadlocks, also against a simulation of the firing rules. */
#include "pass_graph.h"

/* ---- capacity ---- */

static void chain_holds_two_frames_an_edge(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t y = add_node("y", "!", "");
	plain(cam, x, 0);
	queue(7, x, y, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->window[0], 2);
	assert_int_equal(a->window[1], 8);
}

/* cam -> n stages -> join, and cam -> join; returns the short edge. */
static uint32_t make_fork_join(uint32_t n, int64_t budget_ns, double rate)
{
	uint32_t before = add_node("cam", "", "!"), join = add_node("join", "!!", "");

	face_of(before)->rate = rate;
	uint32_t e = plain(before, join, 0);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t x = add_node("stage", "!", "!");
		face_of(x)->budget_ns = budget_ns;
		plain(before, x, 0);
		before = x;
	}
	plain(before, join, 1);
	return e;
}

static void short_side_holds_a_frame_a_stage(void **state)
{
	(void)state;
	uint32_t e = make_fork_join(3, 0, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->window[e], 3 + 1 + 1);
	assert_string_equal(a->window_reason[e], "stage comes 3 stages later");
}

static void short_side_holds_latency_times_rate(void **state)
{
	(void)state;
	uint32_t e = make_fork_join(3, 20000000, 30); /* 60 ms at 30 fps: 1.8 frames */
	run_all();
	assert_clean();
	assert_int_equal(a->window[e], 2 + 1 + 1);
	assert_says(a->window_reason[e], "stage comes up to 60 ms later");
}

static void slow_stage_sets_the_pace(void **state)
{
	(void)state;
	/* Three firings of 100 ms: each stage takes every frame, so frames come every 100 ms. */
	uint32_t e = make_fork_join(3, 100000000, 30);
	run_all();
	assert_clean();
	assert_int_equal(a->window[e], 3 + 1 + 1);
}

static void latest_counts_its_wait(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), found = add_node("found", "!", "!");
	uint32_t join = add_node("join", "!!", "");
	face_of(cam)->rate = 10;
	face_of(found)->budget_ns = 300000000;
	latest(cam, found, 0);
	uint32_t e = plain(cam, join, 0);
	plain(found, join, 1);
	run_all();
	assert_clean();
	assert_int_equal(a->window[e], 6 + 1 + 1); /* 2 * 300 ms at 10 fps */
}

/* found fires every 300 ms at most, so what follows it needs room for few frames. */
static void thinned_frames_come_more_rarely(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), found = add_node("found", "!", "!");
	uint32_t pass = add_node("pass", "!", "!"), slow = add_node("slow", "!", "!");
	uint32_t join = add_node("join", "!!", "");
	face_of(cam)->rate = 10;
	face_of(found)->budget_ns = 300000000;
	face_of(slow)->budget_ns = 200000000;
	latest(cam, found, 0);
	plain(found, pass, 0);
	plain(pass, slow, 0);
	uint32_t e = plain(pass, join, 0);
	plain(slow, join, 1);
	run_all();
	assert_clean();
	assert_int_equal(a->window[e], 1 + 1 + 1);
}

static void small_explicit_queue_is_kept_and_explained(void **state)
{
	(void)state;
	uint32_t e = make_fork_join(5, 0, 0);
	graph->edges.items[e].count = 2;
	run_all();
	assert_clean();
	assert_int_equal(a->window[e], 3);
	assert_int_equal(a->window_wanted[e], 7);
	assert_says(printed(print_report),
	            "'queue(2) cam' may hold up cam, queue(6) would not: stage");
}

static void too_many_frames_are_refused(void **state)
{
	(void)state;
	make_fork_join(2, 100000000000, 1000);
	face_of(2)->budget_ns = 0; /* one stage of 1 ms, one of 100 s that sets the pace */
	uint32_t cam = add_node("cam2", "", "!"), x = add_node("x", "!", "");
	queue(5000, cam, x, 0);
	run_all();
	assert_only("E0606", "'queue(5000) cam2' needs room for 5001 frames");
}

static void latency_beyond_all_slots_is_refused(void **state)
{
	(void)state;
	make_fork_join(5000, 0, 0);
	run_all();
	assert_only("E0606", "'cam' needs room for 5002 frames");
}

/* When each node begins its firing number k, by the rules of the runtime: values of k in all inputs,
 * room in every output, its own last firing over, and the origin not before k * period. Returns
 * whether the origin was ever kept waiting. */
static bool is_slowed(const int64_t *time, int64_t period, uint32_t n_rounds)
{
	uint32_t n_nodes = (uint32_t)graph->nodes.n;
	int64_t *start = arena_alloc(arena, (size_t)n_nodes * n_rounds * sizeof *start);

	for (uint32_t k = 0; k < n_rounds; k++) {
		for (uint32_t n = 0; n < n_nodes; n++) {
			int64_t at = n ? 0 : k * period;
			if (k && start[(k - 1) * n_nodes + n] + time[n] > at)
				at = start[(k - 1) * n_nodes + n] + time[n];
			for (uint32_t e = 0; e < graph->edges.n; e++) {
				uint32_t from = edge_producer(graph, e),
					 to = graph->edges.items[e].node;
				int64_t other = 0;
				if (to == n)
					other = start[k * n_nodes + from] + time[from];
				else if (from == n && k >= a->window[e])
					other = start[(k - a->window[e]) * n_nodes + to] + time[to];
				if (other > at)
					at = other;
			}
			start[k * n_nodes + n] = at;
		}
		if (start[k * n_nodes] != k * period)
			return true;
	}
	return false;
}

static void chosen_windows_never_slow_the_origin(void **state)
{
	int64_t time[12];

	(void)state;
	for (random_state = 1; random_state < 200u << 8; random_state += 256) {
		uint32_t seed = random_state;
		make_random_program(12);
		face_of(0)->rate = 10;
		for (uint32_t n = 0; n < 12; n++)
			face_of(n)->budget_ns = time[n] = 1000000 * (1 + random_below(100));
		run_all();
		assert_int_equal(diags.n_errors, 0);
		assert_false(is_slowed(time, 100000000, 60));
		drop_graph();
		make_graph();
		random_state = seed;
	}
}

static void one_frame_less_slows_a_fork_join(void **state)
{
	(void)state;
	for (uint32_t n = 1; n < 8; n++) {
		int64_t time[16];
		uint32_t e = make_fork_join(n, 0, 0);
		for (uint32_t i = 0; i < n + 2; i++)
			time[i] = 1;
		/* is_slowed goes by the numbers of nodes: the join comes last */
		run_all();
		assert_int_equal(a->window[e], n + 2);
		drop_graph();
		make_graph();
		uint32_t before = add_node("cam", "", "!");
		for (uint32_t i = 0; i < n; i++) {
			add_node("stage", "!", "!");
			plain(before + i, before + i + 1, 0);
		}
		uint32_t join = add_node("join", "!!", "");
		plain(n, join, 1);
		e = plain(before, join, 0);
		run_all();
		assert_false(is_slowed(time, 1, 50));
		a->window[e]--;
		assert_true(is_slowed(time, 1, 50));
		drop_graph();
		make_graph();
	}
}

/* ---- deadlock ---- */

static void run_deadlock(const uint32_t *windows)
{
	a = arena_new(arena, struct analysis);
	*a = (struct analysis){.graph = graph, .arena = arena, .diags = &diags};
	a->window = (uint32_t *)(uintptr_t)windows;
	pass_deadlock(a);
}

static void window_of_nothing_is_a_deadlock(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	plain(cam, x, 0);
	run_deadlock((uint32_t[]){0});
	assert_only("E0602", "write 'queue(1) cam'");
	assert_says(printed(print_messages), "cam -> x -> cam");
}

static void cycle_of_firing_is_a_deadlock(void **state)
{
	(void)state;
	uint32_t x = add_node("x", "!", "!"), y = add_node("y", "!", "!");
	plain(x, y, 0);
	latest(y, x, 0);
	run_deadlock((uint32_t[]){2, 1});
	assert_only("E0602", "x -> y -> x");
}

/* Plays the token game: does every node fire many times? */
static bool is_live(const uint32_t *windows)
{
	uint32_t n_nodes = (uint32_t)graph->nodes.n, fired[8] = {0}, held[32] = {0};
	bool moved = true;

	while (moved) {
		moved = false;
		for (uint32_t n = 0; n < n_nodes; n++) {
			bool ready = fired[n] < 20;
			for (uint32_t e = 0; e < graph->edges.n; e++) {
				if (graph->edges.items[e].node == n && held[e] == 0)
					ready = false;
				if (edge_producer(graph, e) == n && held[e] >= windows[e])
					ready = false;
			}
			if (!ready)
				continue;
			for (uint32_t e = 0; e < graph->edges.n; e++) {
				held[e] -= graph->edges.items[e].node == n;
				held[e] += edge_producer(graph, e) == n;
			}
			fired[n]++;
			moved = true;
		}
	}
	for (uint32_t n = 0; n < n_nodes; n++)
		if (fired[n] < 20)
			return false;
	return true;
}

static void deadlock_is_what_the_token_game_finds(void **state)
{
	unsigned n_live = 0, n_dead = 0;

	(void)state;
	for (random_state = 7; n_live < 300 || n_dead < 300;) {
		uint32_t windows[32];
		make_random_program(5);
		/* Once in a while an edge back, which makes a cycle of firing inputs. */
		if (random_below(4) == 0)
			graph->edges.items[graph->edges.n - 1].stream = 4;
		for (uint32_t e = 0; e < graph->edges.n; e++)
			windows[e] = random_below(8) ? 1 + random_below(2) : 0;
		run_deadlock(windows);
		bool live = is_live(windows);
		assert_int_equal(live, diags.n_errors == 0);
		n_live += live;
		n_dead += !live;
		drop_graph();
		make_graph();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chain_holds_two_frames_an_edge),
		TEST(short_side_holds_a_frame_a_stage),
		TEST(short_side_holds_latency_times_rate),
		TEST(slow_stage_sets_the_pace),
		TEST(latest_counts_its_wait),
		TEST(thinned_frames_come_more_rarely),
		TEST(small_explicit_queue_is_kept_and_explained),
		TEST(too_many_frames_are_refused),
		TEST(latency_beyond_all_slots_is_refused),
		TEST(chosen_windows_never_slow_the_origin),
		TEST(one_frame_less_slows_a_fork_join),
		TEST(window_of_nothing_is_a_deadlock),
		TEST(cycle_of_firing_is_a_deadlock),
		TEST(deadlock_is_what_the_token_game_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
