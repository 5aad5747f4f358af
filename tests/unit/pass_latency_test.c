/* Bounds of latency, also against plays of the firing rules with random times. */
#include "pass_graph.h"

#define MS INT64_C(1000000)
#define N 8u
#define ROUNDS 200u

/* cam -> view -> show and view -> write at 20 frames a second; the edge of show. */
enum { V_CAM, V_VIEW, V_SHOW, V_WRITE };
static uint32_t make_view(uint64_t limit)
{
	add_node("cam", "", "!");
	add_node("view", "!", "!");
	add_node("show", "!", "");
	add_node("write", "!", "");
	set_rate(V_CAM, 20);
	set_budget(V_VIEW, 15 * MS);
	set_budget(V_SHOW, 10 * MS);
	set_budget(V_WRITE, 30 * MS);
	plain(V_CAM, V_VIEW, 0);
	uint32_t e = plain(V_VIEW, V_SHOW, 0);
	plain(V_VIEW, V_WRITE, 0);
	add_assert(ASSERT_LATENCY, V_CAM, V_SHOW, limit);
	return e;
}

static void chain_takes_the_sum_of_its_budgets(void **state)
{
	(void)state;
	make_view(25 * MS);
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, 25 * MS);
	assert_string_equal(a->latency[0].path, "cam -> view -> show");
	assert_string_equal(a->latency[0].terms, "view 15 ms, show 10 ms");
	const char *text = printed(print_report);
	assert_says(text, "cam -> show: a frame takes at most 25 ms, within the 25 ms asserted");
	assert_says(text, "if every firing keeps to its budget");
	graph->asserts.items[0].limit--;
	run_all();
	assert_only("E0608", "a frame may take 25 ms from 'cam' to 'show', 1 ns more");
	assert_says(printed(print_messages), "'show' takes up to 10 ms: until 25 ms");
}

static void latest_waits_for_the_firing_before(void **state)
{
	(void)state;
	uint32_t e = make_view(35 * MS);
	graph->edges.items[e].policy = EDGE_LATEST;
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, 35 * MS);
	assert_says(a->latency[0].terms, "show 10 ms, after up to 10 ms for the firing before");
	set_budget(V_SHOW, 300 * MS); /* longer than a period: frames are dropped */
	graph->edges.items[e].count = 3;
	graph->asserts.items[0].limit = (15 + 4 * 300) * MS;
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, (15 + 4 * 300) * MS);
}

static void origin_counts_its_budget(void **state)
{
	(void)state;
	make_view(30 * MS);
	set_budget(V_CAM, 5 * MS);
	run_all();
	assert_clean();
	assert_string_equal(a->latency[0].terms, "cam 5 ms, view 15 ms, show 10 ms");
}

static void nodes_of_a_process_take_turns(void **state)
{
	(void)state;
	make_view(50 * MS);
	share(V_SHOW, V_VIEW);
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, 50 * MS); /* 25 for each */
	assert_says(a->latency[0].terms, "view 25 ms, with the other nodes of process 'view'");
	graph->asserts.items[0].limit = 30 * MS;
	run_all();
	assert_only("E0608", "write '<= 50ms'");
	assert_says(printed(print_messages), "give 'show' a process of its own");
}

static void budget_is_asked_for(void **state)
{
	(void)state;
	make_view(100 * MS);
	set_budget(V_WRITE, 0); /* view waits for room until it has taken a frame */
	run_all();
	assert_only("E0607", "it is not known how long 'write' takes");
	assert_says(printed(print_messages), "write 'budget write = 20ms'");
}

static void budget_of_what_cannot_delay_is_not(void **state)
{
	(void)state;
	make_view(100 * MS);
	set_budget(V_WRITE, 0);
	graph->edges.items[2].policy = EDGE_LATEST;
	run_all();
	assert_clean();
	share(V_WRITE, V_SHOW);
	run_all();
	assert_only("E0607", "it is not known how long 'write' takes"); /* in turns with show */
}

static void rate_is_asked_for(void **state)
{
	(void)state;
	make_view(100 * MS);
	set_rate(V_CAM, 0);
	run_all();
	assert_only("E0607", "it is not known how often 'cam' makes a frame");
}

static void path_is_asked_for(void **state)
{
	(void)state;
	make_view(100 * MS);
	graph->asserts.items[0].a = V_WRITE;
	run_all();
	assert_only("E0607", "no frame of 'write' ever fires 'show'");
}

static void node_that_falls_behind_has_no_bound(void **state)
{
	(void)state;
	make_view(1000 * MS);
	set_budget(V_VIEW, 60 * MS);
	run_all();
	assert_only("E0607",
	            "'view' takes up to 60 ms for a frame, and the next may come 50 ms after it");
	diags_init(&diags, arena, &sources);
	graph->edges.items[0].every_n = 2;
	run_all();
	assert_clean();
	graph->edges.items[0].every_n = 0;
	graph->edges.items[0].every_ns = 100 *
	                                 MS; /* the first of each 100 ms may come 50 ms apart */
	run_all();
	assert_only("E0607", "the next may come 50 ms after it");
}

static void workers_keep_up_together(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), order = make_pool(cam, 150 * MS);
	set_rate(cam, 20);
	add_assert(ASSERT_LATENCY, cam, order, 151 * MS);
	run_all();
	assert_int_equal(diags.n_errors, 0);
	assert_int_equal(a->latency[0].bound_ns, 151 * MS); /* to put in order is an expression */
	set_budget(2, 151 * MS);
	run_all();
	assert_int_equal(diags.n_errors, 1);
	assert_says(printed(print_messages),
	            "'worker' takes up to 151 ms for a frame, and the next "
	            "may come 150 ms after it");
}

static void feedback_slower_than_frames_has_no_bound(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!?", "!");
	uint32_t y = add_node("y", "!", "!");
	set_rate(cam, 20);
	set_budget(x, 20 * MS);
	set_budget(y, 30 * MS);
	plain(cam, x, 0);
	plain(x, y, 0);
	history(y, x, 1);
	uint32_t end = add_node("end", "!", "");
	plain(y, end, 0);
	set_budget(end, MS);
	add_assert(ASSERT_LATENCY, cam, y, 50 * MS);
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, 50 * MS);
	set_budget(y, 31 * MS);
	run_all();
	assert_only("E0607", "these take longer than the 50 ms between two frames");
	assert_says(printed(print_messages), "each of these waits for the one before: ");
	assert_says(printed(print_messages), "look back at 'sample y'");
}

static void small_queue_in_a_fork_join_has_no_bound(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), fork = add_node("fork", "!", "!");
	uint32_t before = fork, join = add_node("join", "!!", "");
	set_rate(cam, 20);
	set_budget(fork, 50 * MS);
	set_budget(join, 50 * MS);
	plain(cam, fork, 0);
	for (int i = 0; i < 3; i++) {
		uint32_t x = add_node("stage", "!", "!");
		set_budget(x, 50 * MS);
		plain(before, x, 0);
		before = x;
	}
	plain(before, join, 0);
	uint32_t e = queue(4, fork, join, 1);
	add_assert(ASSERT_LATENCY, cam, join, 250 * MS);
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, 250 * MS);
	graph->edges.items[e].count = 2;
	run_all();
	assert_only("E0607", "these take longer than the 50 ms between two frames");
	assert_says(printed(print_messages), "write 'queue(4) fork' at 'join'");
}

static void node_that_fires_on_any_ends_the_way(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), mic = add_node("mic", "", "!");
	uint32_t any = add_node("any", "??", "!"), sink = add_node("sink", "!", "");
	set_makes(any, 1);
	set_rate(cam, 20);
	set_rate(any, 20);
	latest(cam, any, 0);
	latest(mic, any, 1);
	plain(any, sink, 0);
	set_budget(sink, 10 * MS);
	add_assert(ASSERT_LATENCY, any, sink, 10 * MS);
	run_all();
	assert_clean();
	add_assert(ASSERT_LATENCY, cam, sink, 10 * MS);
	run_all();
	assert_only("E0607", "write 'latency(any -> sink)' for the way behind it");
}

/* cam -> split -> sink, which takes 10 ms; the edge of the sink. */
enum { M_CAM, M_SPLIT, M_SINK };
static uint32_t make_split(uint32_t makes)
{
	add_node("cam", "", "!");
	add_node("split", "!", "!");
	add_node("sink", "!", "");
	set_makes(M_SPLIT, makes);
	set_rate(M_SPLIT, 20);
	set_budget(M_SINK, 10 * MS);
	plain(M_CAM, M_SPLIT, 0);
	uint32_t e = plain(M_SPLIT, M_SINK, 0);
	add_assert(ASSERT_LATENCY, M_SPLIT, M_SINK, INT64_MAX);
	return e;
}

static void values_of_one_input_come_at_once(void **state)
{
	(void)state;
	uint32_t e = make_split(4);
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, 40 * MS);
	assert_string_equal(a->latency[0].terms, "sink 40 ms for 4 frames at once");
	set_budget(M_SPLIT, 2 * MS);
	graph->edges.items[e].every_n = 2;
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, (4 * 2 + 2 * 10) * MS);
	graph->edges.items[e].every_n = 8; /* one of two bursts */
	set_budget(M_SINK, 90 * MS);
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, (4 * 2 + 90) * MS);
}

static void values_of_one_input_that_take_longer_than_to_the_next_have_no_bound(void **state)
{
	(void)state;
	make_split(6);
	run_all();
	assert_only("E0607", "'sink' takes up to 60 ms for 6 frames at once, and the next may come "
	                     "50 ms after them");
}

static void values_at_the_end_come_right_behind_the_last(void **state)
{
	(void)state;
	make_split(2);
	face_of(M_SPLIT)->flushes = true;
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, 40 * MS);
	face_of(M_SPLIT)->makes = 3;
	run_all();
	assert_only("E0607", "'sink' takes up to 60 ms for 6 frames at once");
}

static void how_many_values_are_made_of_one_input_is_asked_for(void **state)
{
	(void)state;
	make_split(0);
	run_all();
	assert_only("E0607", "it is not known how many values 'split' makes of one input");
	assert_says(printed(print_messages), "write 'makes <= 1', or how many values it makes");
}

static void room_at_a_node_that_fires_on_any_is_not_known(void **state)
{
	(void)state;
	make_view(100 * MS);
	uint32_t any = add_node("any", "?", "");
	set_any(any);
	plain(V_VIEW, any, 0);
	run_all();
	assert_only("E0607", "'view' may have to wait for room at 'any'");
	assert_says(printed(print_messages), "write 'latest view' at 'any'");
}

/* cam -> split -> sink, followed through the node in between. */
static void frames_are_followed_through_a_node_that_makes_many(void **state)
{
	(void)state;
	make_split(4);
	set_rate(M_SPLIT, 0);
	set_rate(M_CAM, 20);
	set_budget(M_SPLIT, 2 * MS);
	graph->asserts.items[0].a = M_CAM;
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, (4 * 2 + 4 * 10) * MS);
	assert_string_equal(a->latency[0].path, "cam -> split -> sink");
	/* Every other frame of the camera; then one more, which makes three of each. */
	graph->edges.items[graph->nodes.items[M_SPLIT].inputs[0]].every_n = 2;
	set_budget(M_SINK, 20 * MS);
	run_all();
	assert_clean();
	assert_int_equal(a->latency[0].bound_ns, (4 * 2 + 4 * 20) * MS);
	set_budget(M_SINK, 5 * MS);
	uint32_t second = add_node("second", "!", "!"), end = add_node("end", "!", "");
	set_makes(second, 3);
	set_budget(second, 1 * MS);
	set_budget(end, 6 * MS);
	plain(M_SPLIT, second, 0);
	plain(second, end, 0);
	add_assert(ASSERT_LATENCY, M_CAM, end, INT64_MAX);
	run_all();
	assert_clean();
	assert_int_equal(a->latency[1].bound_ns, (4 * 2 + 12 * 1 + 12 * 6) * MS);
}

static void how_many_it_makes_is_asked_for_on_the_way(void **state)
{
	(void)state;
	make_split(0);
	set_rate(M_CAM, 20);
	graph->asserts.items[0].a = M_CAM;
	run_all();
	assert_only("E0607", "it is not known how many values 'split' makes of one input");
}

/* ---- Against plays of the rules ---- */

static int64_t begin[ROUNDS][N], end[ROUNDS][N];

static int64_t later(int64_t x, int64_t y)
{
	return x > y ? x : y;
}

static int64_t up_to(int64_t budget)
{
	return random_below(3) ? budget : budget * random_below(100) / 100;
}

static uint32_t first[ROUNDS]; /* of the frames that come with it */

/* Frames of the origin, or bursts of up to `makes`, come at least a period apart, and it waits for
 * room. */
static void play_exact(int64_t period, uint32_t makes)
{
	for (uint32_t k = 0; k < ROUNDS; k++) {
		bool begins = k == 0 || k - first[k - 1] == makes || random_below(4) == 0;
		first[k] = begins ? k : first[k - 1];
		for (uint32_t n = 0; n < N; n++) {
			int64_t at = k ? end[k - 1][n] : 0;
			if (n == 0 && k && begins)
				at = later(at, begin[first[k - 1]][0] + period +
				                       random_below(2) * random_below(90) * MS);
			for (uint32_t e = 0; e < graph->edges.n; e++) {
				const struct graph_edge *edge = &graph->edges.items[e];
				uint32_t from = edge_producer(graph, e), to = edge->node;
				uint32_t back = edge_looks_back(edge);
				if (from >= N)
					continue;
				uint32_t room = a->window[e] - (uint32_t)-edge->first;
				if (to == n && k >= back)
					at = later(at, end[k - back][from]);
				if (from == n && k >= room)
					at = later(at, end[k - room][to]);
			}
			begin[k][n] = at;
			end[k][n] = at + up_to(graph->nodes.items[n].budget_ns);
		}
	}
}

static int64_t longest(uint32_t n)
{
	int64_t most = 0;

	for (uint32_t k = 0; k < ROUNDS; k++)
		if (end[k][n] >= 0)
			most = later(most, end[k][n] - begin[first[k]][0]);
	return most;
}

static void no_play_of_lossless_edges_takes_longer(void **state)
{
	unsigned n_bounds = 0, n_reached = 0;

	(void)state;
	for (random_state = 11; n_bounds < 200;) {
		add_node("n", "", "!");
		set_budget(0, random_below(2) ? 0 : (1 + random_below(50)) * MS);
		set_rate(0, 10);
		for (uint32_t n = 1; n < N; n++) {
			add_node("n", "!!??", "!");
			set_budget(n, (1 + random_below(100)) * MS);
			plain(random_below(n), n, 0);
			queue(1 + random_below(4), random_below(n), n, 1);
		}
		for (uint32_t n = 1; n < N; n++) {
			if (random_below(3) == 0)
				look_back(plain(random_below(N), n, 2),
				          -1 - (int32_t)random_below(3), -1);
			if (random_below(3) == 0)
				look_back(plain(random_below(n), n, 3), -(int32_t)random_below(4),
				          0);
		}
		add_assert(ASSERT_LATENCY, 0, N - 1, INT64_MAX);
		run_all();
		if (a->latency[0].bound_ns >= 0) {
			play_exact(100 * MS, 1);
			assert_true(longest(N - 1) <= a->latency[0].bound_ns);
			n_reached += longest(N - 1) * 10 >= a->latency[0].bound_ns * 9;
			n_bounds++;
		}
		drop_graph();
		make_graph();
	}
	assert_true(n_reached > 100); /* the bound is not far from the truth */
}

/* The same with nodes that make many values of one input. */
static void no_play_of_bursts_takes_longer(void **state)
{
	unsigned n_bounds = 0, n_reached = 0;

	(void)state;
	for (random_state = 17; n_bounds < 200;) {
		uint32_t makes = 2 + random_below(3);
		add_node("n", "!", "!");
		set_makes(0, makes);
		set_budget(0, random_below(2) ? 0 : (1 + random_below(20)) * MS);
		set_rate(0, 10);
		for (uint32_t n = 1; n < N; n++) {
			add_node("n", "!!??", "!");
			set_budget(n, (1 + random_below(100 / makes)) * MS);
			plain(random_below(n), n, 0);
			if (random_below(2))
				plain(random_below(n), n, 1);
			else
				queue(1 + random_below(30), random_below(n), n, 1);
			if (random_below(3) == 0)
				look_back(plain(random_below(n), n, 2),
				          -1 - (int32_t)random_below(3), -1);
		}
		plain(add_node("cam", "", "!"), 0, 0);
		add_assert(ASSERT_LATENCY, 0, N - 1, INT64_MAX);
		run_all();
		if (a->latency[0].bound_ns >= 0) {
			play_exact(100 * MS, makes);
			assert_true(longest(N - 1) <= a->latency[0].bound_ns);
			n_reached += longest(N - 1) * 10 >= a->latency[0].bound_ns * 6;
			n_bounds++;
		}
		drop_graph();
		make_graph();
	}
	assert_true(n_reached > 50);
}

/* cam -> x -> split -> y -> z: frame j of the first two, part k of the others. */
static int64_t play_through(uint32_t makes, const uint32_t *edges)
{
	int64_t cam = 0, x = 0, split_ends[ROUNDS], most = 0;
	uint32_t k = 0;

	for (uint32_t j = 0; j < ROUNDS && k + makes < ROUNDS; j++) {
		uint32_t room = a->window[edges[1]];
		cam += 100 * MS + random_below(2) * random_below(90) * MS;
		x = later(cam, x);
		if (j >= room)
			x = later(x, split_ends[j - room]);
		x += up_to(graph->nodes.items[1].budget_ns);
		for (uint32_t n = 1 + random_below(makes); n > 0; n--, k++) {
			begin[k][0] = cam;
			for (uint32_t node = 2; node < 5; node++) {
				uint32_t ahead = a->window[edges[node]];
				int64_t at = node == 2 ? x : end[k][node - 1];
				at = later(at, k ? end[k - 1][node] : 0);
				if (node < 4 && k >= ahead)
					at = later(at, end[k - ahead][node + 1]);
				end[k][node] = at + up_to(graph->nodes.items[node].budget_ns);
			}
			most = later(most, end[k][4] - cam);
		}
		split_ends[j] = end[k - 1][2];
	}
	return most;
}

static void no_play_through_a_node_that_makes_many_takes_longer(void **state)
{
	unsigned n_bounds = 0, n_reached = 0;

	(void)state;
	for (random_state = 19; n_bounds < 200;) {
		uint32_t makes = 1 + random_below(5), edges[5] = {0};
		add_node("n", "", "!");
		set_rate(0, 10);
		for (uint32_t n = 1; n < 5; n++) {
			add_node("n", "!", n < 4 ? "!" : "");
			set_budget(n, (1 + random_below(n > 1 ? 100 / makes : 90)) * MS);
			edges[n - 1] = random_below(2) ? plain(n - 1, n, 0)
			                               : queue(1 + random_below(9), n - 1, n, 0);
		}
		set_makes(2, makes);
		add_assert(ASSERT_LATENCY, 0, 4, INT64_MAX);
		run_all();
		if (a->latency[0].bound_ns >= 0) {
			int64_t most = play_through(makes, edges);
			assert_true(most <= a->latency[0].bound_ns);
			n_reached += most * 10 >= a->latency[0].bound_ns * 6;
			n_bounds++;
		}
		drop_graph();
		make_graph();
	}
	assert_true(n_reached > 100);
}

/* Frame by frame of one node: what it fires on is at hand at end[k][from], -1 where it is not. All
 * queues are long, so that none waits for room. */
static void play_node(uint32_t n)
{
	const struct graph_node *node = &graph->nodes.items[n];
	uint32_t choice = NO_ID;
	int64_t now = 0;

	for (uint32_t i = 0; i < node->n_inputs; i++)
		if (graph->edges.items[node->inputs[i]].policy == EDGE_LATEST)
			choice = edge_producer(graph, node->inputs[i]);
	for (uint32_t k = 0; k < ROUNDS; k++)
		end[k][n] = -1;
	for (uint32_t k = 0; k < ROUNDS; k++) {
		bool all = true;
		if (choice != NO_ID && end[k][choice] < 0)
			continue;
		if (choice != NO_ID) { /* idle: the newest that is there, or the next to come */
			now = later(now, end[k][choice]);
			for (uint32_t next = k + 1; next < ROUNDS; next++)
				if (end[next][choice] >= 0 && end[next][choice] <= now)
					k = next;
		}
		int64_t at = now;
		for (uint32_t i = 0; i < node->n_inputs; i++) {
			const struct graph_edge *edge = &graph->edges.items[node->inputs[i]];
			uint32_t from = edge_producer(graph, node->inputs[i]);
			uint32_t back = edge_looks_back(edge);
			if (back && k >= 1 && end[k - 1][from] >= 0)
				at = later(at, end[k - 1][from]);
			if (back)
				continue;
			all = all && end[k][from] >= 0;
			at = later(at, end[k][from]);
		}
		if (!all)
			continue;
		now = end[k][n] = at + up_to(node->budget_ns);
	}
}

/* A choice that waits long for its other input, and the frame after it, which comes alone. */
static void choice_waits_for_the_wait_of_the_one_before(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "!");
	uint32_t y = add_node("y", "!", "!"), join = add_node("join", "!!", "");
	set_rate(cam, 10);
	set_budget(x, 90 * MS);
	set_budget(y, 90 * MS);
	set_budget(join, 150 * MS);
	queue(1000, cam, x, 0);
	queue(1000, x, y, 0);
	latest(cam, join, 0);
	queue(1000, y, join, 1);
	add_assert(ASSERT_LATENCY, cam, join, INT64_MAX);
	run_all();
	assert_int_equal(a->latency[0].bound_ns, (180 - 100 + 150 + 150) * MS);
	random_state = 1;
	for (uint32_t k = 0; k < ROUNDS; k++) {
		first[k] = k;
		begin[k][cam] = end[k][cam] = (k / 2 * 1000 + k % 2 * 100) * MS;
	}
	for (uint32_t n = 1; n <= join; n++)
		play_node(n);
	assert_int_equal(longest(join), a->latency[0].bound_ns);
}

static void no_play_with_latest_takes_longer(void **state)
{
	unsigned n_bounds = 0, n_reached = 0;

	(void)state;
	for (random_state = 13; n_bounds < 300;) {
		add_node("n", "", "!");
		set_rate(0, 10);
		for (uint32_t n = 1; n < N; n++) {
			bool chooses = random_below(2);
			add_node("n", random_below(2) ? "!!" : "!", "!");
			set_budget(n, (1 + random_below(chooses ? 400 : 100)) * MS);
			if (chooses)
				latest(random_below(n), n, 0);
			else
				queue(1000, random_below(n), n, 0);
			if (graph->nodes.items[n].n_inputs > 1)
				queue(1000, random_below(n), n, 1);
		}
		add_assert(ASSERT_LATENCY, 0, N - 1, INT64_MAX);
		run_all();
		if (a->latency[0].bound_ns >= 0) {
			for (uint32_t k = 0; k < ROUNDS; k++) {
				first[k] = k;
				begin[k][0] = end[k][0] = (k ? begin[k - 1][0] : 0) + 100 * MS +
				                          random_below(2) * random_below(200) * MS;
			}
			for (uint32_t n = 1; n < N; n++)
				play_node(n);
			assert_true(longest(N - 1) <= a->latency[0].bound_ns);
			n_reached += longest(N - 1) * 10 >= a->latency[0].bound_ns * 6;
			n_bounds++;
		}
		drop_graph();
		make_graph();
	}
	assert_true(n_reached > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chain_takes_the_sum_of_its_budgets),
		TEST(latest_waits_for_the_firing_before),
		TEST(origin_counts_its_budget),
		TEST(nodes_of_a_process_take_turns),
		TEST(budget_is_asked_for),
		TEST(budget_of_what_cannot_delay_is_not),
		TEST(rate_is_asked_for),
		TEST(path_is_asked_for),
		TEST(node_that_falls_behind_has_no_bound),
		TEST(workers_keep_up_together),
		TEST(feedback_slower_than_frames_has_no_bound),
		TEST(small_queue_in_a_fork_join_has_no_bound),
		TEST(node_that_fires_on_any_ends_the_way),
		TEST(values_of_one_input_come_at_once),
		TEST(values_of_one_input_that_take_longer_than_to_the_next_have_no_bound),
		TEST(values_at_the_end_come_right_behind_the_last),
		TEST(how_many_values_are_made_of_one_input_is_asked_for),
		TEST(frames_are_followed_through_a_node_that_makes_many),
		TEST(how_many_it_makes_is_asked_for_on_the_way),
		TEST(room_at_a_node_that_fires_on_any_is_not_known),
		TEST(no_play_of_lossless_edges_takes_longer),
		TEST(no_play_of_bursts_takes_longer),
		TEST(no_play_through_a_node_that_makes_many_takes_longer),
		TEST(choice_waits_for_the_wait_of_the_one_before),
		TEST(no_play_with_latest_takes_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
