/* A walk through a tree of directories, entry by entry, in an order that names alone decide, so
 * that a new walk finds the place where another one stopped. Descriptors are few and memory is
 * that of the largest directories, however deep the tree; no path goes to the kernel as a whole. */
#ifndef PKD_FILES_TREE_H
#define PKD_FILES_TREE_H

#include "ahead.h"
#include "listing.h"
#include "spool.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum tree_kind { TREE_FILE, TREE_DIRECTORY, TREE_LINK, TREE_OTHER };
enum tree_links { TREE_LINKS_GIVE, TREE_LINKS_FOLLOW, TREE_LINKS_SKIP };
enum tree_mounts { TREE_MOUNTS_ENTER, TREE_MOUNTS_GIVE, TREE_MOUNTS_SKIP };

struct tree_rules {
	bool hidden;      /* names that begin with "." */
	const char *skip; /* globs of names that are left out, separated by "|" */
	enum tree_links links;
	enum tree_mounts mounts;
	uint32_t stop_level; /* nothing below; 0: no limit */
	uint32_t longest;    /* path, in bytes */
	bool stats;          /* each entry, not only where it decides */
	uint32_t ahead;      /* threads that look before it does */
};

struct tree_entry {
	const char *path; /* below the root, without its slash at the end; of the root itself "." */
	size_t length;
	const char *name;
	size_t name_length;
	enum tree_kind kind;
	uint32_t depth;  /* of the root 0 */
	uint64_t parent; /* the number of its directory, as files_tree_number gave it */
	bool has_stat, is_entered, has_link; /* it, or one above it, was followed */
	struct stat stat;
	/* Of what failed: the entry is whole but for that. EOVERFLOW: of its name there is only the
	 * beginning. A directory that could not be read (any
	 * more) after it had been given comes once more, as `is_late`. */
	int error;
	const char *verb;
	bool is_late;
};

/* A directory on the way down. */
struct tree_level {
	int fd; /* -1: closed meanwhile */
	struct listing list;
	uint32_t next, ahead; /* where the walk is in it, and those who look ahead */
	bool is_dropped;      /* its list is to be read again */
	bool has_link;        /* it was reached by one */
	size_t length;        /* of its path; of the root 0 */
	uint64_t number;
	dev_t device;
	ino_t inode;
};

/* A directory that breadth first has not read yet; its path follows. */
struct tree_waiting {
	uint64_t number;
	uint32_t length;
	bool has_link;
};

struct tree {
	int root;
	struct tree_rules rules;
	dev_t device;        /* of the root */
	struct ahead *ahead; /* NULL: nobody */
	bool has_begun;
	char *path; /* of the last entry, or of a directory; `rules.longest` and a name have room */

	/* Depth first. */
	struct tree_level *levels;
	uint32_t n, room;
	size_t held;      /* bytes in the lists of all levels */
	size_t most_held; /* from how many on the lists that are not at hand are dropped */
	size_t lost;      /* 1 + the length of the path that a new walk could not read again */
	int lost_error;

	/* Breadth first. */
	struct spool *reads, *fills;
	struct tree_level current;
	uint32_t depth;
	bool has_next; /* the last entry is a directory, to be spooled */
	struct tree_waiting next;

	uint64_t *number_to; /* the number of the last entry, if it was entered */
};

/* Takes `root`, a descriptor. 0 or a negative errno. */
int files_tree_init(struct tree *tree, int root, const struct tree_rules *rules, bool is_breadth);
void files_tree_finish(struct tree *tree);

/* The next entry, its texts good until the next call. 1; 0: at the end; a negative errno: cannot
 * go on. */
int files_tree_next(struct tree *tree, struct tree_entry *ret_entry);

/* The number of the entry that came last: the `parent` of what is in it. */
void files_tree_number(struct tree *tree, uint64_t number);

/* Depth first, before anything else: goes on behind the entry with this path, which was entered
 * or not. `numbers` are those of the directories on the way, by depth. What has gone meanwhile
 * is passed. */
int files_tree_resume(struct tree *tree, const char *path, size_t length, bool was_entered,
                      const uint64_t *numbers);

/* In the order of breadth first: below, at or above 0. "a/" is the place before what is in "a". */
int files_tree_compare(const char *a, size_t a_length, const char *b, size_t b_length);

/* Whether a name is matched by one of the globs. */
bool files_tree_matches(const char *globs, const char *name);

/* ---- For its parts ---- */

enum {
	TREE_SKIPPED = 2,
	TREE_NAME = LISTING_NAME,
};

bool files_tree_leaves_out(const void *rules, const char *name);

/* Looks at item `i` of a directory whose path is in tree->path; fills in *entry, TREE_SKIPPED
 * where it is left out. *ret_fd: what is to be entered, else -1. */
int files_tree_look(struct tree *tree, struct tree_level *in, uint32_t i, uint32_t depth,
                    struct tree_entry *entry, int *ret_fd);

/* Has others look at what comes next in this directory. */
void files_tree_look_ahead(struct tree *tree, struct tree_level *in);

/* The root's own entry. */
int files_tree_look_at_root(struct tree *tree, struct tree_entry *entry, int *ret_fd);

/* The directory with the first `length` bytes of tree->path, again. */
int files_tree_open_again(struct tree *tree, size_t length);

/* The entry of a directory that cannot be read any more. */
void files_tree_tell_late(struct tree *tree, size_t length, uint32_t depth, int error,
                          struct tree_entry *entry);

int files_tree_depth_next(struct tree *tree, struct tree_entry *entry);
int files_tree_breadth_next(struct tree *tree, struct tree_entry *entry);

#endif
