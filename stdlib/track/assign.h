/* Who is paired with whom, so that all pairs together cost least. */
#ifndef PKD_TRACK_ASSIGN_H
#define PKD_TRACK_ASSIGN_H

#include <stddef.h>
#include <stdint.h>

/* Working memory for `n` rows and columns: n numbers and n + 1 indices of each kind. */
struct track_assign {
	uint32_t n;
	double *row_price, *column_price, *least;
	uint32_t *row_of, *before;
	uint8_t *reached;
};

/* 0 or -ENOMEM. */
int track_assign_init(struct track_assign *assign, uint32_t n);
void track_assign_finish(struct track_assign *assign);

/* The assignment of least total cost of the square matrix of n rows, `cost[row * n + column]`, all
 * of them finite, `n` at most that of init. `ret_columns[row]` is the row's column. */
void track_assign(struct track_assign *assign, const double *cost, uint32_t n,
                  uint32_t *ret_columns);

#endif
