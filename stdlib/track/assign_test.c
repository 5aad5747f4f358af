/* track_assign beside trying every assignment, and on the largest matrices. */
#include "assign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LARGEST = 256, TRIED = 7 };

static uint32_t seed = 1;

static double random_cost(void)
{
	seed = seed * 1664525U + 1013904223U;
	return (double)(seed >> 24) / 16; /* exact, and often equal to another */
}

static double least_by_trying(const double *cost, uint32_t n, uint32_t row, uint32_t taken)
{
	double least = row == n ? 0 : 1e9;

	for (uint32_t column = 0; row < n && column < n; column++) {
		double total;

		if (taken >> column & 1)
			continue;
		total = cost[row * n + column] +
		        least_by_trying(cost, n, row + 1, taken | 1U << column);
		least = total < least ? total : least;
	}
	return least;
}

/* Each column once. */
static double total(const double *cost, uint32_t n, const uint32_t *columns)
{
	bool taken[LARGEST] = {false};
	double sum = 0;

	for (uint32_t row = 0; row < n; row++) {
		assert_true(columns[row] < n);
		assert_false(taken[columns[row]]);
		taken[columns[row]] = true;
		sum += cost[(size_t)row * n + columns[row]];
	}
	return sum;
}

static void costs_as_little_as_the_best_of_all(void **state)
{
	double cost[TRIED * TRIED];
	struct track_assign assign;
	uint32_t columns[TRIED];

	(void)state;
	assert_int_equal(track_assign_init(&assign, TRIED), 0);
	for (uint32_t run = 0; run < 400; run++) {
		uint32_t n = run % (TRIED + 1);

		for (uint32_t i = 0; i < n * n; i++)
			cost[i] = random_cost();
		track_assign(&assign, cost, n, columns);
		assert_true(total(cost, n, columns) == least_by_trying(cost, n, 0, 0));
	}
	track_assign_finish(&assign);
}

/* The cost of a permutation that was hidden among dearer ones. */
static void finds_a_hidden_assignment_of_many(void **state)
{
	static double cost[LARGEST * LARGEST];
	static uint32_t columns[LARGEST];
	struct track_assign assign;

	(void)state;
	assert_int_equal(track_assign_init(&assign, LARGEST), 0);
	for (size_t i = 0; i < LARGEST * LARGEST; i++)
		cost[i] = 1 + random_cost();
	for (size_t row = 0; row < LARGEST; row++)
		cost[row * LARGEST + (row * 101 + 7) % LARGEST] = 0;
	track_assign(&assign, cost, LARGEST, columns);
	for (uint32_t row = 0; row < LARGEST; row++)
		assert_int_equal(columns[row], (row * 101 + 7) % LARGEST);
	track_assign_finish(&assign);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_as_little_as_the_best_of_all),
		cmocka_unit_test(finds_a_hidden_assignment_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
