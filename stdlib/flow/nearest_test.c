/* flow.nearest: its policy (pairing.h) on cases made from the published description of ROS's
 * ApproximateTime, and the node. */
#include "pairing.h"

#include <flow/nearest.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods flow_nearest_methods;

enum { QUEUE = 4, ROOM = 128, SECOND = 1000000000 };

/* ---- The policy ---- */

struct match {
	struct pairing pairing;
	int64_t times[PAIRING_INPUTS][ROOM + 1];
	char text[64 * ROOM]; /* "0+1 3+4 " */
};

static void start(struct match *match, uint32_t size, int64_t within, int64_t min_gap)
{
	memset(match, 0, sizeof(*match));
	match->pairing.within = within;
	match->pairing.min_gap = min_gap;
	match->pairing.size = size;
	for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
		match->pairing.queues[i].times = match->times[i];
}

static void find(struct match *match)
{
	struct pairing_queue *queues = match->pairing.queues;

	while (pairing_find(&match->pairing)) {
		size_t n = strlen(match->text);

		snprintf(match->text + n, sizeof(match->text) - n, "%lld+%lld ",
		         (long long)queues[0].times[queues[0].first],
		         (long long)queues[1].times[queues[1].first]);
		pairing_take(&match->pairing);
	}
}

/* A value of stream a at this time; `gives`: the pairs that are given then. */
static void add(struct match *match, uint32_t input, int64_t time, const char *gives)
{
	match->text[0] = '\0';
	pairing_add(&match->pairing, input, time);
	find(match);
	assert_string_equal(match->text, gives);
}

static void a(struct match *match, int64_t time, const char *gives)
{
	add(match, 0, time, gives);
}

static void b(struct match *match, int64_t time, const char *gives)
{
	add(match, 1, time, gives);
}

static void ends(struct match *match, const char *gives)
{
	match->pairing.has_ended = true;
	match->text[0] = '\0';
	find(match);
	assert_string_equal(match->text, gives);
}

static void equal_times_are_a_pair_at_once(void **state)
{
	struct match m;

	(void)state;
	start(&m, 10, SECOND, 0);
	a(&m, 0, "");
	b(&m, 0, "0+0 ");
	b(&m, 3, "");
	a(&m, 3, "3+3 ");
	ends(&m, "");
}

/* b may be followed by another value of a that is closer, until the next one has come. */
static void a_pair_waits_for_what_may_be_better(void **state)
{
	struct match m;

	(void)state;
	start(&m, 10, SECOND, 0);
	a(&m, 0, "");
	b(&m, 1, "");
	a(&m, 3, "0+1 ");
	b(&m, 4, "");
	a(&m, 6, "3+4 ");
	b(&m, 7, "");
	ends(&m, "6+7 ");
}

static void a_lower_bound_gives_pairs_earlier(void **state)
{
	struct match m;

	(void)state;
	start(&m, 10, SECOND, 3);
	a(&m, 0, "");
	b(&m, 1, "0+1 ");
	a(&m, 3, "");
	b(&m, 4, "3+4 ");
	start(&m, 10, SECOND, 1); /* 1.1 * (1 - 1) < 1 - 0: it may still come */
	a(&m, 0, "");
	b(&m, 1, "");
}

static void a_better_one_replaces_the_first_candidate(void **state)
{
	struct match m;

	(void)state;
	start(&m, 10, SECOND, 0);
	a(&m, 0, "");
	b(&m, 7, "");
	a(&m, 12, "12+7 ");
	assert_int_equal(m.pairing.queues[0].n_left, 1);
	a(&m, 17, "");
	b(&m, 18, "");
	ends(&m, "17+18 ");
	assert_int_equal(m.pairing.queues[0].n_left, 1);
}

static void a_later_one_must_be_better_by_a_tenth(void **state)
{
	struct match m;

	(void)state;
	start(&m, 10, SECOND, 0);
	a(&m, 0, "");
	b(&m, 100, "");
	a(&m, 191, "0+100 "); /* 1.1 * 91 > 100 */
	start(&m, 10, SECOND, 0);
	a(&m, 0, "");
	b(&m, 100, "");
	a(&m, 190, "190+100 ");
}

/* Between two pairs at least one stream has left out nothing. */
static void what_lies_between_is_left_out_of_one_stream(void **state)
{
	struct match m;

	(void)state;
	start(&m, 10, SECOND, 0);
	a(&m, 0, "");
	b(&m, 1, "");
	a(&m, 2, "0+1 ");
	a(&m, 3, "");
	b(&m, 5, "");
	a(&m, 6, "6+5 ");
	b(&m, 7, "");
	ends(&m, "");
	assert_int_equal(m.pairing.queues[0].n_left, 2);
	assert_int_equal(m.pairing.queues[0].n, 0);
	assert_int_equal(m.pairing.queues[1].n, 1);
}

static void no_pair_is_longer_than_within(void **state)
{
	struct match m;

	(void)state;
	start(&m, 10, 5, 0);
	a(&m, 0, "");
	b(&m, 6, "");
	assert_int_equal(m.pairing.queues[0].n_left, 1);
	a(&m, 11, ""); /* 5: as long as may be */
	ends(&m, "11+6 ");
}

static void a_full_queue_leaves_out_its_oldest(void **state)
{
	struct match m;

	(void)state;
	start(&m, 2, SECOND, 0);
	for (int64_t time = 0; time < 5; time++)
		a(&m, 10 * time, "");
	assert_int_equal(m.pairing.queues[0].n_left, 3);
	assert_int_equal(m.pairing.queues[0].n, 2);
	/* 30 may not be its pivot: one that was left out was nearer to 5. */
	b(&m, 5, "");
	assert_int_equal(m.pairing.queues[1].n_left, 1);
	b(&m, 41, "");
	ends(&m, "40+41 ");
}

static void a_value_that_goes_back_is_left_out(void **state)
{
	struct match m;

	(void)state;
	start(&m, 4, SECOND, 0);
	a(&m, 5, "");
	b(&m, 5, "5+5 ");
	a(&m, 4, "");
	b(&m, 4, "");
	assert_int_equal(m.pairing.queues[0].n_left + m.pairing.queues[1].n_left, 2);
	a(&m, INT64_MAX, "");
	b(&m, INT64_MAX, "9223372036854775807+9223372036854775807 ");
}

/* ---- The same by definition, with all values at hand ---- */

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	return *seed ^= *seed << 17;
}

static void fill(int64_t *times, uint32_t n, uint64_t *seed)
{
	int64_t time = 0;

	for (uint32_t i = 0; i < n; i++)
		times[i] = time += (int64_t)(random_next(seed) % 40);
}

/* Of the other stream the last value that is not after the pivot, or the first one after it where
 * that is nearer by more than the penalty. */
static uint32_t best_for(int64_t pivot, const int64_t *times, uint32_t from, uint32_t n)
{
	uint32_t best = from, i = from;

	for (; i + 1 < n && times[i + 1] <= pivot; i++)
		if (times[i + 1] > times[best])
			best = i + 1;
	if (i + 1 < n && (double)(times[i + 1] - pivot) * 1.1 < (double)(pivot - times[best]))
		best = i + 1;
	return best;
}

static void pair_all(int64_t times[2][ROOM], uint32_t n, int64_t within, char *ret_text)
{
	uint32_t at[2] = {0, 0};

	*ret_text = '\0';
	while (at[0] < n && at[1] < n) {
		uint32_t p = times[1][at[1]] >= times[0][at[0]], other = 1 - p;
		int64_t pivot = times[p][at[p]];
		uint32_t best;

		if (pivot - times[other][at[other]] > within) {
			at[other]++;
			continue;
		}
		best = best_for(pivot, times[other], at[other], n);
		ret_text += sprintf(ret_text, "%lld+%lld ", (long long)(p ? times[0][best] : pivot),
		                    (long long)(p ? pivot : times[1][best]));
		at[p]++;
		at[other] = best + 1;
	}
}

/* Whatever the order in which values of different streams come, as long as there is room. */
static void pairs_depend_on_times_alone(void **state)
{
	static const int64_t limits[] = {SECOND, 20, 5, 0};
	static char expected[64 * ROOM];
	static struct match m;
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		int64_t times[2][ROOM], within = limits[round % 4];
		uint32_t n = 1 + (uint32_t)(random_next(&seed) % 40), at[2] = {0, 0};

		fill(times[0], n, &seed);
		fill(times[1], n, &seed);
		pair_all(times, n, within, expected);
		start(&m, ROOM, within, 0);
		while (at[0] < n || at[1] < n) {
			uint32_t i = random_next(&seed) % (1 + (uint64_t)(round % 5)) == 0;

			i = at[i] < n ? i : 1 - i;
			pairing_add(&m.pairing, i, times[i][at[i]++]);
			if (random_next(&seed) % 2)
				find(&m);
		}
		m.pairing.has_ended = true;
		find(&m);
		assert_string_equal(m.text, expected);
	}
}

/* ---- The node ---- */

static const struct pkd_type type_i64 = {.kind = PKD_I64, .size = 8, .align = 8};
static const struct pkd_type type_u8 = {.kind = PKD_U8, .size = 1, .align = 1};

struct run {
	struct pkd_ctx ctx;
	struct flow_nearest_params params;
	void *self;
	int64_t first;
	uint8_t second;
	struct flow_Pairing pairing;
	int64_t times[PAIRING_INPUTS][QUEUE + 1], firsts[QUEUE + 1];
	uint8_t seconds[QUEUE + 1];
};

static int fire(struct run *run, uint32_t fired, int64_t time)
{
	int64_t a_value = time;
	uint8_t b_value = (uint8_t)time;
	struct flow_nearest_in in = {fired == 0 ? &a_value : NULL, fired == 1 ? &b_value : NULL};
	struct flow_nearest_out out = {&run->first, &run->second, &run->pairing};

	run->ctx.absent = 0;
	run->ctx.fired = fired;
	run->ctx.time_ns = time;
	return fake_fire(&flow_nearest_methods, run->self, &in, &out, &run->ctx);
}

static void is_pair(const struct run *run, int64_t first, uint8_t second)
{
	assert_int_equal(run->ctx.absent, 0);
	assert_int_equal(run->first, first);
	assert_int_equal(run->second, second);
	assert_int_equal(run->pairing.first_at, first);
	assert_int_equal(run->pairing.second_at, second);
	assert_int_equal(run->ctx.set_time_ns, first > second ? first : second);
}

static void run_start(struct run *run)
{
	*run = (struct run){.params = {SECOND, 0, &type_i64, &type_u8, QUEUE}};
	run->ctx.memories[0] = run->times[0];
	run->ctx.memories[1] = run->times[1];
	run->ctx.memories[2] = run->firsts;
	run->ctx.memories[3] = run->seconds;
	run->self = fake_self(&flow_nearest_methods);
	assert_int_equal(flow_nearest_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void run_end(struct run *run)
{
	flow_nearest_methods.finish(run->self);
	free(run->self);
}

static void the_node_gives_pairs_and_what_is_left(void **state)
{
	struct run run;

	(void)state;
	run_start(&run);
	assert_int_equal(fire(&run, 0, 10), PKD_OK);
	assert_int_equal(run.ctx.absent, 7);
	assert_int_equal(fire(&run, 0, 20), PKD_OK);
	assert_int_equal(fire(&run, 0, 30), PKD_OK);
	assert_int_equal(run.ctx.set_time_ns, 10);
	assert_int_equal(fire(&run, 1, 21), PKD_OK);
	is_pair(&run, 20, 21);
	assert_int_equal(run.pairing.first_left, 1);
	assert_int_equal(fire(&run, 1, 31), PKD_OK);
	assert_int_equal(run.ctx.absent, 7);
	assert_int_equal(run.ctx.set_time_ns, 21);
	assert_int_equal(fire(&run, 1, 40), PKD_OK);
	assert_int_equal(fire(&run, UINT32_MAX, 0), PKD_OK); /* nothing comes: it is the best */
	is_pair(&run, 30, 31);
	assert_int_equal(fire(&run, UINT32_MAX, 0), PKD_END);
	assert_int_equal(run.ctx.absent, 3);
	assert_int_equal(run.pairing.first_left, 1);
	assert_int_equal(run.pairing.second_left, 1);
	run_end(&run);
}

/* That 30 is not 1 decides on the first pair, and makes the second. */
static void two_pairs_of_one_value_are_two_firings(void **state)
{
	struct run run;

	(void)state;
	run_start(&run);
	fire(&run, 0, 0);
	fire(&run, 1, 1);
	fire(&run, 1, 30);
	assert_int_equal(fire(&run, 0, 30), PKD_MORE);
	is_pair(&run, 0, 1);
	run.ctx.part = 1;
	assert_int_equal(fire(&run, 0, 30), PKD_OK);
	is_pair(&run, 30, 30);
	assert_int_equal(run.pairing.first_left + run.pairing.second_left, 0);
	run.ctx.part = 0;
	assert_int_equal(fire(&run, UINT32_MAX, 0), PKD_END);
	run_end(&run);
}

static void restart(struct run *run)
{
	assert_int_equal(fake_restart(&flow_nearest_methods, &run->self, &run->params, &run->ctx),
	                 PKD_OK);
}

static void what_waits_survives_a_restart(void **state)
{
	struct run run;

	(void)state;
	run_start(&run);
	fire(&run, 0, 10);
	restart(&run);
	fire(&run, 0, 20);
	fire(&run, 0, 30);
	restart(&run);
	assert_int_equal(fire(&run, 1, 21), PKD_OK);
	is_pair(&run, 20, 21);
	assert_int_equal(run.pairing.first_left, 1);
	restart(&run);
	fire(&run, 1, 31);
	assert_int_equal(run.ctx.absent, 7);
	restart(&run);
	assert_int_equal(fire(&run, UINT32_MAX, 0), PKD_OK);
	is_pair(&run, 30, 31);
	run_end(&run);
}

/* The step has written its value, and its firing does not count. */
static void a_firing_that_is_done_again_adds_once(void **state)
{
	struct run run;
	int64_t value = 5;
	struct flow_nearest_in in = {.a = &value};
	struct flow_nearest_out out = {&run.first, &run.second, &run.pairing};

	(void)state;
	run_start(&run);
	for (int64_t time = 1; time <= QUEUE; time++)
		fire(&run, 0, time);
	for (int i = 0; i < 3; i++) {
		memcpy(run.ctx.state, run.ctx.committed_state, sizeof(run.ctx.state));
		run.ctx.fired = 0;
		run.ctx.time_ns = value;
		flow_nearest_methods.step(run.self, &in, &out, &run.ctx);
		restart(&run);
	}
	assert_int_equal(run.firsts[0], 1);
	fire(&run, 1, 1);
	is_pair(&run, 1, 1);
	run_end(&run);
}

static void counts_survive_a_restart(void **state)
{
	struct run run;

	(void)state;
	run_start(&run);
	fire(&run, 0, 10);
	fire(&run, 0, 20);
	fire(&run, 1, 20);
	is_pair(&run, 20, 20);
	restart(&run);
	fire(&run, 0, 25);
	fire(&run, 1, 25);
	is_pair(&run, 25, 25);
	assert_int_equal(run.pairing.first_left, 1);
	run_end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_times_are_a_pair_at_once),
		cmocka_unit_test(a_pair_waits_for_what_may_be_better),
		cmocka_unit_test(a_lower_bound_gives_pairs_earlier),
		cmocka_unit_test(a_better_one_replaces_the_first_candidate),
		cmocka_unit_test(a_later_one_must_be_better_by_a_tenth),
		cmocka_unit_test(what_lies_between_is_left_out_of_one_stream),
		cmocka_unit_test(no_pair_is_longer_than_within),
		cmocka_unit_test(a_full_queue_leaves_out_its_oldest),
		cmocka_unit_test(a_value_that_goes_back_is_left_out),
		cmocka_unit_test(pairs_depend_on_times_alone),
		cmocka_unit_test(the_node_gives_pairs_and_what_is_left),
		cmocka_unit_test(two_pairs_of_one_value_are_two_firings),
		cmocka_unit_test(what_waits_survives_a_restart),
		cmocka_unit_test(a_firing_that_is_done_again_adds_once),
		cmocka_unit_test(counts_survive_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
