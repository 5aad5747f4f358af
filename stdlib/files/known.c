/* See known.h. Two hash tables with chains, of one size. */
#include "known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 256 };

/* FNV-1a. */
static uint64_t hash_of(const char *path, size_t length)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)path[i]) * UINT64_C(1099511628211);
	return hash ^ hash >> 32;
}

int files_known_init(struct known_table *table)
{
	*table = (struct known_table){.n_buckets = FIRST_BUCKETS};
	table->by_path = calloc(table->n_buckets, sizeof(*table->by_path));
	table->by_watch = calloc(table->n_buckets, sizeof(*table->by_watch));
	if (table->by_path && table->by_watch)
		return 0;
	files_known_finish(table);
	return -ENOMEM;
}

void files_known_finish(struct known_table *table)
{
	for (size_t i = 0; i < table->n_buckets && table->by_path; i++) {
		struct known *known = table->by_path[i];

		while (known) {
			struct known *next = known->next;

			free(known);
			known = next;
		}
	}
	free(table->by_path);
	free(table->by_watch);
	*table = (struct known_table){0};
}

static struct known **bucket(const struct known_table *table, uint64_t hash)
{
	return &table->by_path[hash & (table->n_buckets - 1)];
}

static struct known **watch_bucket(const struct known_table *table, int watch)
{
	return &table->by_watch[(unsigned)watch & (table->n_buckets - 1)];
}

static void grow(struct known_table *table)
{
	struct known_table more = {.n_buckets = 2 * table->n_buckets, .n = table->n};

	more.by_path = calloc(more.n_buckets, sizeof(*more.by_path));
	more.by_watch = calloc(more.n_buckets, sizeof(*more.by_watch));
	if (!more.by_path || !more.by_watch) { /* the chains get longer */
		free(more.by_path);
		free(more.by_watch);
		return;
	}
	for (size_t i = 0; i < table->n_buckets; i++) {
		for (struct known *known = table->by_path[i], *next; known; known = next) {
			struct known **to = bucket(&more, known->hash);

			next = known->next;
			known->next = *to;
			*to = known;
			if (known->watch < 0)
				continue;
			to = watch_bucket(&more, known->watch);
			known->next_watched = *to;
			*to = known;
		}
	}
	free(table->by_path);
	free(table->by_watch);
	*table = more;
}

struct known *files_known_find(const struct known_table *table, const char *path, size_t length)
{
	uint64_t hash = hash_of(path, length);
	struct known *known = *bucket(table, hash);

	while (known && (known->hash != hash || known->length != length ||
	                 memcmp(known->path, path, length) != 0))
		known = known->next;
	return known;
}

struct known *files_known_add(struct known_table *table, const char *path, size_t length,
                              bool *ret_is_new)
{
	struct known *known = files_known_find(table, path, length), **at;

	*ret_is_new = !known;
	if (known)
		return known;
	if (table->n >= table->n_buckets)
		grow(table);
	known = calloc(1, sizeof(*known) + length + 1);
	if (!known)
		return NULL;
	known->hash = hash_of(path, length);
	known->watch = -1;
	known->length = (uint32_t)length;
	memcpy(known->path, path, length);
	at = bucket(table, known->hash);
	known->next = *at;
	*at = known;
	table->n++;
	return known;
}

void files_known_set_watch(struct known_table *table, struct known *known, int watch)
{
	struct known **at;

	if (known->watch == watch)
		return;
	if (known->watch >= 0) {
		at = watch_bucket(table, known->watch);
		while (*at != known)
			at = &(*at)->next_watched;
		*at = known->next_watched;
	}
	known->watch = watch;
	if (watch < 0)
		return;
	at = watch_bucket(table, watch);
	known->next_watched = *at;
	*at = known;
}

struct known *files_known_find_watch(const struct known_table *table, int watch)
{
	struct known *known = watch < 0 ? NULL : *watch_bucket(table, watch);

	while (known && known->watch != watch)
		known = known->next_watched;
	return known;
}

void files_known_remove(struct known_table *table, struct known *known)
{
	struct known **at = bucket(table, known->hash);

	files_known_set_watch(table, known, -1);
	while (*at != known)
		at = &(*at)->next;
	*at = known->next;
	table->n--;
	free(known);
}

void files_known_sweep(struct known_table *table, bool (*test)(void *to, struct known *known),
                       void *to)
{
	for (size_t i = 0; i < table->n_buckets; i++) {
		for (struct known *known = table->by_path[i], *next; known; known = next) {
			next = known->next;
			if (test(to, known))
				files_known_remove(table, known);
		}
	}
}
