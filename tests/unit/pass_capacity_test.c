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

	set_rate(before, rate);
	uint32_t e = plain(before, join, 0);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t x = add_node("stage", "!", "!");
		set_budget(x, budget_ns);
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

/* cam -> split -> x -> y, split -> y: what is behind the node holds what it makes of one input. */
static void edges_hold_what_is_made_of_one_input(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), split = add_node("split", "!", "!");
	uint32_t x = add_node("x", "!", "!"), y = add_node("y", "!!", "");
	set_makes(split, 5);
	uint32_t before = plain(cam, split, 0), to_x = plain(split, x, 0);
	uint32_t to_y = plain(x, y, 0), past = plain(split, y, 1);
	run_all();
	assert_clean();
	assert_int_equal(a->window[before], 2);
	assert_int_equal(a->window[to_x], 5 + 1);
	assert_int_equal(a->window[to_y], 5 + 1);
	assert_int_equal(a->window[past], 2 * 5 + 1);
	assert_string_equal(a->window_reason[to_x],
	                    "5 of those that 'split' makes at once, one in hand");
	graph->edges.items[to_x].every_n = 2;
	run_all();
	assert_int_equal(a->window[to_y], 3 + 1);
}

static void room_for_large_values_made_at_once_is_bounded(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), split = add_node("split", "!", "!");
	uint32_t x = add_node("x", "!", "");
	set_makes(split, 1000);
	set_type(split, image_type(1920, 1080));
	plain(cam, split, 0);
	uint32_t e = plain(split, x, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->window[e], 2 + 1); /* 16 MiB */
	assert_int_equal(a->window_wanted[e], 1000 + 1);
	face_of(split)->makes = 1000000;
	set_type(split, type_scalar(TYPE_U32));
	run_all();
	assert_clean();
	assert_int_equal(a->window[e], 1024 + 1);
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
	set_rate(cam, 10);
	set_budget(found, 300000000);
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
	set_rate(cam, 10);
	set_budget(found, 300000000);
	set_budget(slow, 200000000);
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
	set_budget(2, 0); /* one stage of 1 ms, one of 100 s that sets the pace */
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

/* When each node begins its firing number k, by the rules of the runtime: values of k in all
 * inputs, room in every output, its own last firing over, and the origin not before k * period.
 * Returns whether the origin was ever kept waiting. */
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
				const struct graph_edge *edge = &graph->edges.items[e];
				uint32_t from = edge_producer(graph, e), to = edge->node;
				uint32_t back = edge_looks_back(edge);
				uint32_t room = a->window[e] - (uint32_t)-edge->first;
				int64_t other = 0;
				if (to == n && k >= back)
					other = start[(k - back) * n_nodes + from] + time[from];
				if (other > at)
					at = other;
				if (from == n && k >= room)
					other = start[(k - room) * n_nodes + to] + time[to];
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
		set_rate(0, 10);
		for (uint32_t n = 0; n < 12; n++)
			set_budget(n, time[n] = 1000000 * (1 + random_below(100)));
		run_all();
		assert_int_equal(diags.n_errors, 0);
		assert_false(is_slowed(time, 100000000, 60));
		drop_graph();
		make_graph();
		random_state = seed;
	}
}

/* Feedbacks, too: where one takes longer than a period, the origin is paced by it. */
static void chosen_windows_never_slow_an_origin_with_feedbacks(void **state)
{
	enum { N = 10 };
	int64_t time[N];

	(void)state;
	for (random_state = 5; random_state < 5 + 300u * 256; random_state += 256) {
		uint32_t seed = random_state;
		add_node("n", "", "!");
		for (uint32_t n = 1; n < N; n++) {
			add_node("n", "!!??", "!");
			plain(random_below(n), n, 0);
			plain(random_below(n), n, 1);
		}
		for (uint32_t n = 1; n < N; n++) {
			if (random_below(3) == 0)
				look_back(plain(random_below(N), n, 2),
				          -1 - (int32_t)random_below(3), -1);
			if (random_below(3) == 0)
				look_back(plain(random_below(n), n, 3), -(int32_t)random_below(4),
				          0);
		}
		set_rate(0, 10);
		for (uint32_t n = 0; n < N; n++)
			set_budget(n, time[n] = 1000000 * (1 + random_below(100)));
		graph_verify(graph);
		a = arena_new(arena, struct analysis);
		*a = (struct analysis){.graph = graph, .arena = arena, .diags = &diags};
		pass_origin(a);
		pass_capacity(a);
		assert_int_equal(diags.n_errors, 0);
		assert_true(a->paces[0].period >= 100000000);
		assert_false(is_slowed(time, a->paces[0].period, 100));
		drop_graph();
		make_graph();
		random_state = seed;
	}
}

static void feedback_sets_the_pace(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!?", "!");
	uint32_t y = add_node("y", "!", "!");
	set_rate(cam, 10);
	plain(cam, x, 0);
	plain(x, y, 0);
	uint32_t e = history(y, x, 1);
	plain(y, add_node("end", "!", ""), 0);
	set_budget(x, 80000000);
	set_budget(y, 70000000);
	run_all();
	assert_clean();
	assert_int_equal(a->paces[cam].period, 150000000);
	set_budget(y, 0); /* not known: taken to keep up */
	run_all();
	assert_int_equal(a->paces[cam].period, 100000000);
	assert_int_equal(a->window[e], 1 + 2);
}

static void windows_hold_what_is_looked_back_at(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "??", "!");
	uint32_t y = add_node("y", "?", "");
	make_bank(x, 1);
	make_bank(y, 1);
	uint32_t all = look_back(queue(3, cam, x, 1), -7, 0);
	uint32_t self = look_back(plain(x, x, 0), -2, -2);
	uint32_t newest = look_back(latest(cam, y, 0), -7, 0);
	plain(x, add_node("end", "!", ""), 0);
	run_all();
	assert_clean();
	assert_int_equal(a->window[all], 3 + 1 + 7);
	assert_int_equal(a->pins[all], 0);
	assert_int_equal(a->window[self], 2 + 2);
	assert_string_equal(a->window_reason[self], "two on the way, 2 looked back at");
	assert_int_equal(a->window[newest], 1 + 7);
	assert_int_equal(a->pins[newest], 1 + 7);
	assert_int_equal(a->memory[0].n_slots, 11 + 8 + 1);
}

static void every_holds_what_comes_meanwhile(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	set_rate(cam, 100);
	uint32_t e = every(10, cam, x, 0);
	run_all();
	assert_int_equal(a->window[e], 2);
	set_budget(x, 45000000); /* five frames of 10 ms */
	run_all();
	assert_clean();
	assert_int_equal(a->window[e], 5 + 1);
	assert_string_equal(a->window_reason[e], "one waiting, 5 come while one is worked on");
}

static void workers_hold_a_frame_each(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), order = make_pool(cam, 0);
	uint32_t join = add_node("join", "!!", "");
	uint32_t e = plain(cam, join, 0);
	plain(order, join, 1);
	run_all();
	assert_clean();
	assert_int_equal(a->window[0], 3 + 1);
	assert_string_equal(a->window_reason[0],
	                    "one waiting, one in the hand of each of 3 workers");
	assert_false(a->may_be_absent[graph->nodes.items[order].outputs[0]]);
	assert_int_equal(a->paces[order].period, 1);
	assert_true(a->paces[order].full);
	assert_true(a->window[e] >= 4);
	const char *text = printed(print_report);
	assert_says(text, "puts in order what 3 workers make");
	assert_says(text, "at 'cam' of first, 'cam' of worker, 'cam' of worker");
}

/* A stream that is thinned already stays so, whoever works on it. */
static void pool_is_as_thin_as_one_node(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), c = add_node("c", "!", "!");
	latest(cam, c, 0);
	uint32_t order = make_pool(c, 0), join = add_node("join", "!!", "");
	plain(c, join, 0);
	plain(order, join, 1);
	run_all();
	assert_clean(); /* the same choice */
	assert_string_equal(a->absence[graph->nodes.items[order].outputs[0]],
	                    "first fires only where c is present");
}

/* every(2) goes by the origin's numbers: of odd ones it takes all. */
static void every_of_every_is_the_common_multiple(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t y = add_node("y", "!", "!"), z = add_node("z", "!", "");
	set_rate(cam, 100);
	every(2, cam, x, 0);
	every(2, x, y, 0);
	every(3, y, z, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->paces[y].spacing, 20000000);
	assert_int_equal(a->paces[z].spacing, 60000000);
}

/* ---- plausibility ---- */

static void node_slower_than_a_live_origin_is_warned_of(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	set_rate(cam, 30);
	set_budget(x, 100000000);
	uint32_t e = plain(cam, x, 0);
	run_all();
	assert_clean(); /* a file waits */
	face_of(cam)->origin = ORIGIN_LIVE;
	face_of(x)->stateless = true;
	run_all();
	assert_only("W0605", "'x' takes up to 100 ms for a frame, and one comes every 33.3 ms");
	assert_says(printed(print_messages), "write 'workers x = 3' in a deploy, or 'latest cam'");
	diags_init(&diags, arena, &sources);
	graph->edges.items[e].every_n = 3;
	run_all();
	assert_clean();
	graph->edges.items[e].every_n = 0;
	graph->edges.items[e].policy = EDGE_LATEST;
	run_all();
	assert_clean();
}

static void pool_is_warned_of_once(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), order = make_pool(cam, 100000000);
	plain(order, add_node("sink", "!", ""), 0);
	set_rate(cam, 30);
	face_of(cam)->origin = ORIGIN_LIVE;
	run_all();
	assert_clean(); /* 3 * 33.3 ms */
	for (uint32_t k = 1; k <= 3; k++)
		set_budget(k, 120000000);
	run_all();
	assert_only("W0605",
	            "'first' takes up to 120 ms for a frame, and to each of 3 workers one");
	assert_says(printed(print_messages), "write 'workers first = 4'");
}

static void process_slower_than_a_live_origin_is_warned_of(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	uint32_t y = add_node("y", "!", "");
	set_rate(cam, 100);
	face_of(cam)->origin = ORIGIN_LIVE;
	set_budget(x, 8000000);
	set_budget(y, 4000000);
	plain(cam, x, 0);
	plain(cam, y, 0);
	run_all();
	assert_clean();
	share(y, x);
	run_all();
	assert_only("W0605", "the nodes of process 'x' need 120% of the time between two frames");
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
				const struct graph_edge *edge = &graph->edges.items[e];
				uint32_t back = edge_looks_back(edge);
				uint32_t room = windows[e] - (uint32_t)-edge->first;
				if (edge->node == n && held[e] + back == 0)
					ready = false;
				if (edge_producer(graph, e) == n &&
				    (int32_t)held[e] >= (int32_t)room)
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
		for (uint32_t e = 0; e < graph->edges.n; e++) {
			windows[e] = random_below(8) ? 1 + random_below(2) : 0;
			if (random_below(4))
				continue;
			/* one that looks back, at any node: also at what follows */
			graph->edges.items[e].first = graph->edges.items[e].last = -1;
			graph->edges.items[e].stream = random_below(5);
			windows[e]++;
		}
		run_deadlock(windows);
		bool live = is_live(windows);
		assert_int_equal(live, diags.n_errors == 0);
		n_live += live;
		n_dead += !live;
		drop_graph();
		make_graph();
	}
}

static uint32_t tick(uint32_t root, uint32_t to, uint32_t input)
{
	uint32_t stream = graph_add_mark(graph, root, NO_ID);

	return link_output(root, graph->streams.items[stream].output, EDGE_QUEUE, 0, to, input);
}

/* origin -> choice -> x -> y -> z: a tick of the choice goes to y, and one of the origin to z. */
static void ticks_hold_what_is_under_way_of_values_alone(void **state)
{
	(void)state;
	uint32_t choice = add_node("choice", "!", "!"), origin = add_node("origin", "", "!");
	uint32_t x = add_node("x", "!", "!"), y = add_node("y", "??", "!");
	uint32_t z = add_node("z", "???", "");
	latest(origin, choice, 0);
	plain(choice, x, 0);
	plain(x, y, 0);
	uint32_t to_y = tick(choice, y, 1);
	plain(y, z, 0);
	plain(origin, z, 1);
	uint32_t to_z = tick(origin, z, 2);
	run_all();
	assert_clean();
	assert_int_equal(a->window[to_y], 1 + 2 * (2 + 1));
	assert_string_equal(a->window_reason[to_y], "as many as may be under way between");
	assert_int_equal(a->window[to_z], 1 + (1 + 1) + 3 * (2 + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chain_holds_two_frames_an_edge),
		TEST(short_side_holds_a_frame_a_stage),
		TEST(short_side_holds_latency_times_rate),
		TEST(edges_hold_what_is_made_of_one_input),
		TEST(room_for_large_values_made_at_once_is_bounded),
		TEST(slow_stage_sets_the_pace),
		TEST(latest_counts_its_wait),
		TEST(thinned_frames_come_more_rarely),
		TEST(small_explicit_queue_is_kept_and_explained),
		TEST(too_many_frames_are_refused),
		TEST(latency_beyond_all_slots_is_refused),
		TEST(chosen_windows_never_slow_the_origin),
		TEST(one_frame_less_slows_a_fork_join),
		TEST(chosen_windows_never_slow_an_origin_with_feedbacks),
		TEST(feedback_sets_the_pace),
		TEST(windows_hold_what_is_looked_back_at),
		TEST(every_holds_what_comes_meanwhile),
		TEST(workers_hold_a_frame_each),
		TEST(pool_is_as_thin_as_one_node),
		TEST(every_of_every_is_the_common_multiple),
		TEST(pool_is_warned_of_once),
		TEST(node_slower_than_a_live_origin_is_warned_of),
		TEST(process_slower_than_a_live_origin_is_warned_of),
		TEST(window_of_nothing_is_a_deadlock),
		TEST(cycle_of_firing_is_a_deadlock),
		TEST(deadlock_is_what_the_token_game_finds),
		TEST(ticks_hold_what_is_under_way_of_values_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
