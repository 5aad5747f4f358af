/* See assign.h. The Hungarian method (H. W. Kuhn, "The Hungarian method for the assignment
 * problem", Naval Research Logistics Quarterly 2, 1955) by shortest augmenting paths: rows come
 * one by one, and each looks for the cheapest way to a free column, on which others may change
 * theirs. O(n³). */
#include "assign.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FREE UINT32_MAX

int track_assign_init(struct track_assign *assign, uint32_t n)
{
	size_t room = (size_t)n + 1;

	memset(assign, 0, sizeof(*assign));
	assign->n = n;
	assign->row_price = calloc(room, sizeof(double));
	assign->column_price = calloc(room, sizeof(double));
	assign->least = calloc(room, sizeof(double));
	assign->row_of = calloc(room, sizeof(uint32_t));
	assign->before = calloc(room, sizeof(uint32_t));
	assign->reached = calloc(room, 1);
	if (assign->row_price && assign->column_price && assign->least && assign->row_of &&
	    assign->before && assign->reached)
		return 0;
	track_assign_finish(assign);
	return -ENOMEM;
}

void track_assign_finish(struct track_assign *assign)
{
	free(assign->row_price);
	free(assign->column_price);
	free(assign->least);
	free(assign->row_of);
	free(assign->before);
	free(assign->reached);
	memset(assign, 0, sizeof(*assign));
}

/* The cheapest column that was not reached yet, after the ways over `row`, which column `from`
 * has, were looked at. */
static uint32_t next_column(struct track_assign *a, const double *costs, uint32_t n, uint32_t row,
                            uint32_t from)
{
	uint32_t next = FREE;

	for (uint32_t column = 0; column < n; column++) {
		double more;

		if (a->reached[column])
			continue;
		more = costs[column] - a->row_price[row] - a->column_price[column];
		if (more < a->least[column]) {
			a->least[column] = more;
			a->before[column] = from;
		}
		if (next == FREE || a->least[column] < a->least[next])
			next = column;
	}
	return next;
}

/* No reduced cost, which is the cost less both prices, gets below 0, and those of the pairs stay
 * 0: that is why the total is least. */
static void raise_prices(struct track_assign *a, uint32_t n, double by)
{
	for (uint32_t column = 0; column <= n; column++) {
		if (a->reached[column]) {
			a->row_price[a->row_of[column]] += by;
			a->column_price[column] -= by;
		} else {
			a->least[column] -= by;
		}
	}
}

/* Column n is none of the matrix: it stands for the row that has no column yet. */
static void place(struct track_assign *a, const double *cost, uint32_t n, uint32_t row)
{
	uint32_t column = n;

	a->row_of[n] = row;
	memset(a->reached, 0, (size_t)n + 1);
	for (uint32_t i = 0; i <= n; i++)
		a->least[i] = (double)INFINITY;
	while (a->row_of[column] != FREE) {
		uint32_t at = a->row_of[column], next;

		a->reached[column] = 1;
		next = next_column(a, cost + (size_t)at * n, n, at, column);
		raise_prices(a, n, a->least[next]);
		column = next;
	}
	while (column != n) {
		a->row_of[column] = a->row_of[a->before[column]];
		column = a->before[column];
	}
}

void track_assign(struct track_assign *assign, const double *cost, uint32_t n,
                  uint32_t *ret_columns)
{
	memset(assign->row_price, 0, ((size_t)n + 1) * sizeof(double));
	memset(assign->column_price, 0, ((size_t)n + 1) * sizeof(double));
	for (uint32_t column = 0; column <= n; column++)
		assign->row_of[column] = FREE;
	for (uint32_t row = 0; row < n; row++)
		place(assign, cost, n, row);
	for (uint32_t column = 0; column < n; column++)
		ret_columns[assign->row_of[column]] = column;
}
