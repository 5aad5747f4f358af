/* Sets of numbers that share what they have in common. There is one of each set: two are equal
 * where their addresses are. */
#ifndef BASE_SET_H
#define BASE_SET_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

/* A tree over the bits of the numbers, the highest first; NULL is the empty set. */
struct set {
	uint32_t lowest;
	uint32_t bit; /* in which the numbers of left and right differ; 0: one number */
	const struct set *left, *right; /* without the bit, with it */
};

/* All sets, and what was asked of them; all zeroes but for the arena. */
struct sets {
	struct arena *arena;
	struct set_entry *table; /* open addressing */
	size_t n, cap;
};

const struct set *set_of(struct sets *sets, uint32_t number);

/* The numbers of either. What they share with sets that were united before costs nothing. */
const struct set *set_unite(struct sets *sets, const struct set *a, const struct set *b);

/* The numbers of `a` that are not in `b`. */
const struct set *set_subtract(struct sets *sets, const struct set *a, const struct set *b);

#endif
