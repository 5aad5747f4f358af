/* The hash table: linear probing, at most half full. */
#include "base/map.h"

#include "base/hash.h"
#include "base/vec.h"
#include <stdint.h>
#include <string.h>

static size_t hash(const char *key)
{
	return hash_fold(hash_bytes(HASH_INIT, key, strlen(key)));
}

/* The place in the index of `key`, or the free one where it belongs. n_index is a power of two. */
static size_t probe(const struct map *map, const char *key)
{
	size_t i = hash(key) & (map->n_index - 1);
	while (map->index[i] && strcmp(map->entries[map->index[i] - 1].key, key) != 0)
		i = (i + 1) & (map->n_index - 1);
	return i;
}

static void rehash(struct arena *arena, struct map *map)
{
	map->n_index = map->n_index ? map->n_index * 2 : 16;
	map->index = arena_alloc(arena, map->n_index * sizeof *map->index);
	for (size_t e = 0; e < map->n; e++)
		map->index[probe(map, map->entries[e].key)] = e + 1;
}

void *map_get(const struct map *map, const char *key)
{
	if (!map->n)
		return NULL;
	size_t entry = map->index[probe(map, key)];
	return entry ? map->entries[entry - 1].value : NULL;
}

void *map_put(struct arena *arena, struct map *map, const char *key, void *value)
{
	if ((map->n + 1) * 2 > map->n_index)
		rehash(arena, map);
	size_t i = probe(map, key);
	if (map->index[i]) {
		struct map_entry *entry = &map->entries[map->index[i] - 1];
		void *replaced = entry->value;
		entry->value = value;
		return replaced;
	}
	if (map->n == map->cap)
		map->entries = vec_grow(arena, map->entries, &map->cap, sizeof *map->entries);
	map->entries[map->n++] = (struct map_entry){key, value};
	map->index[i] = map->n;
	return NULL;
}

const char *map_claim_name(struct arena *arena, struct map *names, const char *base)
{
	uintptr_t k = (uintptr_t)map_get(names, base);
	const char *name = base;
	for (k = k ? k : 1; map_get(names, name); k++)
		name = arena_printf(arena, "%s_%zu", base, (size_t)k + 1);
	map_put(arena, names, base, (void *)k);
	if (name != base)
		map_put(arena, names, name, (void *)1);
	return name;
}
