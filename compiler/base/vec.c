/* The part of a vector that does not know its type. */
#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The old items stay behind in the arena: doubling bounds what is lost by what is kept. */
void *vec_grow(struct arena *arena, void *items, size_t *cap, size_t item_size)
{
	size_t grown = *cap ? *cap * 2 : 8;
	if (grown < *cap || grown > SIZE_MAX / item_size) {
		fputs("pkdc: out of memory\n", stderr);
		exit(1);
	}
	void *moved = arena_alloc(arena, grown * item_size);
	if (*cap)
		memcpy(moved, items, *cap * item_size);
	*cap = grown;
	return moved;
}
