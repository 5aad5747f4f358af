/* video/arrival.c: times of packets whose stamps are good, bad and missing. */
#include "arrival.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t MS = 1000000, SECOND = 1000000000;

/* As a network delays them: by 5 ms and up to 40 more. */
static int64_t delay(uint32_t i)
{
	return (5 + i * 7919 % 41) * MS;
}

static void they_are_spaced_as_they_were_sent(void **state)
{
	struct media_arrival arrival = {0};
	int64_t before = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		int64_t sent = 100 * SECOND + i * 40 * MS, now = sent + delay(i);
		int64_t time = media_arrival_time(&arrival, true, sent - 77 * SECOND, now);

		assert_true(time <= now);
		assert_true(now - time < 100 * MS);
		if (i > 100)
			assert_true(time - before > 38 * MS && time - before < 42 * MS);
		before = time;
	}
	assert_false(arrival.has_jumped);
}

static void a_clock_that_goes_wrong_is_followed(void **state)
{
	static const int64_t per_mille[] = {-1, 1};

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct media_arrival arrival = {0};

		for (int64_t i = 0; i < 100000; i++) {
			int64_t sent = i * 40 * MS, now = SECOND + sent + delay((uint32_t)i);
			int64_t stamp = sent + sent / 1000 * per_mille[k];
			int64_t time = media_arrival_time(&arrival, true, stamp, now);

			assert_true(time <= now && now - time < 200 * MS);
		}
		assert_false(arrival.has_jumped);
	}
}

static void stamps_that_jump_or_are_not_there_do_no_harm(void **state)
{
	static const int64_t jumps[] = {0, 3600 * 1000000000LL, -7200 * 1000000000LL, INT64_MAX,
	                                INT64_MIN};
	struct media_arrival arrival = {0};
	int64_t before = INT64_MIN;

	(void)state;
	for (int64_t i = 0; i < 500; i++) {
		int64_t now = SECOND + i * 40 * MS, stamp = jumps[i / 100];
		int64_t time;

		if (i / 100 < 3)
			stamp += i * 40 * MS;
		time = media_arrival_time(&arrival, i % 10 != 9, stamp, now);
		assert_true(time > before);
		assert_true(time <= now && now - time <= 4 * SECOND);
		before = time;
	}
	assert_true(arrival.has_jumped);
}

/* A network that holds all back for so long, and then sends it `speed` times as fast as it was
 * captured. */
static void stall(int64_t held_ns, int64_t speed)
{
	struct media_arrival arrival = {0};
	int64_t before = 0, last = 0;

	for (int64_t i = 0; i < 1000; i++) {
		int64_t sent = i * 40 * MS, now = SECOND + sent;
		int64_t freed = SECOND + 200 * 40 * MS + held_ns + (i - 200) * 40 * MS / speed;
		int64_t time;

		if (i >= 200 && freed > now)
			now = freed;
		assert_true(now >= last);
		last = now;
		time = media_arrival_time(&arrival, true, sent - 77 * SECOND, now);
		assert_true(time <= now);
		if (i > 0)
			assert_true(time - before > 25 * MS && time - before < 41 * MS);
		before = time;
	}
	assert_false(arrival.has_jumped);
}

static void what_comes_late_is_no_leap(void **state)
{
	(void)state;
	stall(900 * MS, 1000);
	stall(1500 * MS, 1000);
	stall(2900 * MS, 20);
	stall(10 * SECOND, 1000);
	stall(10 * SECOND, 2);
}

/* One packet now and then, and then all at once. */
static void a_network_that_hardly_works_is_no_leap(void **state)
{
	struct media_arrival arrival = {0};
	int64_t before = 0;

	(void)state;
	for (int64_t i = 0; i < 500; i++) {
		int64_t sent = i * 40 * MS, now = SECOND + sent;
		int64_t time;

		if (i >= 100 && i < 110)
			now += (i - 99) * 3 * SECOND;
		else if (i >= 110 && now < SECOND + 110 * 40 * MS + 30 * SECOND)
			now = SECOND + 110 * 40 * MS + 30 * SECOND;
		time = media_arrival_time(&arrival, true, sent, now);
		assert_true(time <= now);
		if (i > 0)
			assert_true(time - before > 25 * MS && time - before < 41 * MS);
		before = time;
	}
	assert_false(arrival.has_jumped);
}

/* The camera was busy, and its stamps with it: it stays behind, which is noticed. */
static void a_clock_that_has_stood_still_is_taken_anew(void **state)
{
	struct media_arrival arrival = {0};

	(void)state;
	for (int64_t i = 0; i < 300; i++) {
		int64_t now = SECOND + i * 40 * MS + (i >= 100 ? 3 * SECOND : 0);
		int64_t time = media_arrival_time(&arrival, true, i * 40 * MS, now);

		assert_true(time <= now && now - time <= 3 * SECOND);
		if (i > 100 + 52)
			assert_int_equal(time, now);
	}
	assert_true(arrival.has_jumped);
}

static void another_connection_goes_on(void **state)
{
	struct media_arrival arrival = {0};
	int64_t before;

	(void)state;
	media_arrival_time(&arrival, true, 5 * SECOND, SECOND);
	before = media_arrival_time(&arrival, true, 5 * SECOND + 40 * MS, SECOND + 40 * MS);
	media_arrival_begin(&arrival);
	assert_int_equal(media_arrival_time(&arrival, true, 0, 2 * SECOND), 2 * SECOND);
	assert_true(2 * SECOND > before);
	assert_false(arrival.has_jumped);
}

/* Twice the same, or out of order, or all at once. */
static void no_two_have_the_same(void **state)
{
	struct media_arrival arrival = {0};
	int64_t before = 0;

	(void)state;
	for (int64_t i = 0; i < 20; i++) {
		int64_t time = media_arrival_time(&arrival, true, (i % 3) * 40 * MS, SECOND);

		assert_true(time > before);
		before = time;
	}
	assert_true(before < SECOND + 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_spaced_as_they_were_sent),
		cmocka_unit_test(a_clock_that_goes_wrong_is_followed),
		cmocka_unit_test(stamps_that_jump_or_are_not_there_do_no_harm),
		cmocka_unit_test(what_comes_late_is_no_leap),
		cmocka_unit_test(a_network_that_hardly_works_is_no_leap),
		cmocka_unit_test(a_clock_that_has_stood_still_is_taken_anew),
		cmocka_unit_test(another_connection_goes_on),
		cmocka_unit_test(no_two_have_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
