/* A hash table from names to pointers, in an arena; keeps the order of insertion. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

struct map_entry {
	const char *key;
	void *value;
};

/* All zeroes is an empty map. Walk it by entries[0 … n-1], in order of insertion. */
struct map {
	struct map_entry *entries;
	size_t n, cap;
	size_t *index; /* open addressing: 0 = free, else entry + 1 */
	size_t n_index;
};

/* NULL where the key is not in the map. */
void *map_get(const struct map *map, const char *key);

/* Adds or replaces; the key is not copied. Returns the value replaced, or NULL. */
void *map_put(struct arena *arena, struct map *map, const char *key, void *value);

/* `base`, or "base_2", "base_3" … where that is a key: the first that is none, which it then is.
 * The map has names alone: the value of one is the last number that was put behind it. */
const char *map_claim_name(struct arena *arena, struct map *names, const char *base);

#endif
