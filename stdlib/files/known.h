/* What a watch knows of the files and directories in its tree, by path, and of the latter by their
 * watch descriptors. */
#ifndef PKD_FILES_KNOWN_H
#define PKD_FILES_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct known {
	struct known *next; /* in its bucket */
	struct known *next_watched;
	uint64_t hash;
	uint64_t inode, size;
	int64_t modified;
	uint32_t seen; /* the last scan that found it */
	int watch;     /* of a directory; -1: none */
	bool is_directory;
	bool is_settling; /* it is to be given if the next look finds it the same */
	bool is_open;     /* made, and not closed yet */
	bool is_unseen;   /* only that */
	uint8_t kind;
	uint32_t length;
	char path[];
};

struct known_table {
	struct known **by_path, **by_watch;
	size_t n_buckets, n;
};

int files_known_init(struct known_table *table);
void files_known_finish(struct known_table *table);

struct known *files_known_find(const struct known_table *table, const char *path, size_t length);
/* Finds or adds it; NULL: no memory. */
struct known *files_known_add(struct known_table *table, const char *path, size_t length,
                              bool *ret_is_new);
void files_known_remove(struct known_table *table, struct known *known);

void files_known_set_watch(struct known_table *table, struct known *known, int watch);
struct known *files_known_find_watch(const struct known_table *table, int watch);

/* Removes all for which `test` says so, having called it once for each. */
void files_known_sweep(struct known_table *table, bool (*test)(void *to, struct known *known),
                       void *to);

#endif
