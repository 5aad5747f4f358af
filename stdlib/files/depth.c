/* Depth first: the directories on the way down are a stack. Of these only the lowest are open, the
 * others are opened again on the way up; and where their lists are large, those of the highest are
 * dropped and read again, behind the name that the walk comes back from. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "tree.h"

#include <stdlib.h>

enum { OPEN_LEVELS = 32, FIRST_LEVELS = 16 };

static void close_level(struct tree_level *level)
{
	if (level->fd >= 0)
		close(level->fd);
	level->fd = -1;
}

static int read_level(struct tree *tree, struct tree_level *level)
{
	size_t before = files_listing_size(&level->list);
	int error = files_listing_read(&level->list, level->fd, files_tree_leaves_out,
	                               &tree->rules);

	tree->held += files_listing_size(&level->list) - before;
	level->is_dropped = false;
	level->next = level->ahead = 0;
	return error;
}

static void drop_list(struct tree *tree, struct tree_level *level, bool is_used)
{
	level->is_dropped = is_used && level->next < level->list.n;
	level->next = 0;
	tree->held -= files_listing_size(&level->list);
	files_listing_free(&level->list);
}

/* Of what is not at hand: those that are kept for their memory, then the highest. */
static void drop_lists(struct tree *tree)
{
	for (uint32_t i = tree->n; i < tree->room && tree->held > tree->most_held; i++)
		drop_list(tree, &tree->levels[i], false);
	for (uint32_t i = 0; i + 1 < tree->n && tree->held > tree->most_held; i++)
		if (!tree->levels[i].is_dropped)
			drop_list(tree, &tree->levels[i], true);
}

static int make_room(struct tree *tree)
{
	uint32_t room = tree->room ? 2 * tree->room : FIRST_LEVELS;
	struct tree_level *levels;

	if (tree->n < tree->room)
		return 0;
	levels = realloc(tree->levels, room * sizeof(*levels));
	if (!levels)
		return -ENOMEM;
	for (uint32_t i = tree->room; i < room; i++)
		levels[i] = (struct tree_level){.fd = -1};
	tree->levels = levels;
	tree->room = room;
	return 0;
}

/* Takes `fd`, also where it fails. */
static int push(struct tree *tree, int fd, size_t length, const struct stat *stat, bool has_link)
{
	int error = make_room(tree);
	struct tree_level *level = &tree->levels[tree->n];

	if (error) {
		close(fd);
		return error;
	}
	level->fd = fd;
	level->length = length;
	level->number = 0;
	level->device = stat->st_dev;
	level->inode = stat->st_ino;
	level->has_link = has_link;
	error = read_level(tree, level);
	if (error) {
		close_level(level);
		return error;
	}
	if (tree->n >= OPEN_LEVELS)
		close_level(&tree->levels[tree->n - OPEN_LEVELS]);
	tree->n++;
	drop_lists(tree);
	return 0;
}

/* ---- Up ---- */

/* By the way up from a directory in it, if that leads there. */
static int open_above(const struct tree_level *level, int below)
{
	struct stat now;
	int fd = below < 0 ? -1 : openat(below, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, &now) == 0 && now.st_dev == level->device &&
	    now.st_ino == level->inode)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Back in the level below the top, whose directory was at the end of the path. 0 or a negative
 * errno, where the rest of the level that is then the top cannot be read. */
static int pop(struct tree *tree)
{
	struct tree_level *top = &tree->levels[--tree->n], *level = top - 1;
	int error = 0;

	if (tree->n > 0 && level->fd < 0) {
		level->fd = open_above(level, top->fd);
		if (level->fd < 0) {
			int fd = files_tree_open_again(tree, level->length);

			level->fd = fd < 0 ? -1 : fd;
			error = fd < 0 ? fd : 0;
		}
	}
	close_level(top);
	if (tree->n > 0 && !error && level->is_dropped) {
		size_t name = level->length + (level->length > 0);

		error = lseek(level->fd, 0, SEEK_SET) < 0 ? -errno : read_level(tree, level);
		level->next = files_listing_behind(&level->list, tree->path + name,
		                                   top->length - name);
	}
	return error;
}

/* The top cannot be read: it is told, and the walk goes on above. */
static int lose(struct tree *tree, int error, struct tree_entry *entry)
{
	tree->levels[tree->n - 1].list.n = tree->levels[tree->n - 1].next = 0;
	tree->levels[tree->n - 1].is_dropped = false;
	files_tree_tell_late(tree, tree->levels[tree->n - 1].length, tree->n - 1, -error, entry);
	if (tree->n > 1)
		entry->parent = tree->levels[tree->n - 2].number;
	return 1;
}

/* ---- The walk ---- */

static int begin(struct tree *tree, struct tree_entry *entry)
{
	int fd, result = files_tree_look_at_root(tree, entry, &fd);

	tree->has_begun = true;
	if (result == 1)
		result = push(tree, fd, 0, &entry->stat, false);
	if (result < 0)
		return result;
	tree->number_to = &tree->levels[0].number;
	return 1;
}

static int look(struct tree *tree, struct tree_level *top, struct tree_entry *entry)
{
	int fd, error, result;

	files_tree_look_ahead(tree, top);
	result = files_tree_look(tree, top, top->next++, tree->n, entry, &fd);

	tree->number_to = NULL;
	if (fd < 0)
		return result;
	error = push(tree, fd, entry->length, &entry->stat, entry->has_link);
	/* The list that the name was in may be gone. */
	entry->name = tree->path + entry->length - entry->name_length;
	if (error == -ENOMEM)
		return error;
	if (error) {
		entry->error = -error;
		entry->verb = "read";
		entry->is_entered = false;
	} else {
		tree->number_to = &tree->levels[tree->n - 1].number;
	}
	return result;
}

int files_tree_depth_next(struct tree *tree, struct tree_entry *entry)
{
	if (!tree->has_begun)
		return begin(tree, entry);
	if (tree->lost) {
		files_tree_tell_late(tree, tree->lost - 1, tree->n, tree->lost_error, entry);
		tree->lost = 0;
		return 1;
	}
	while (tree->n > 0) {
		struct tree_level *top = &tree->levels[tree->n - 1];
		int result;

		if (top->next == top->list.n) {
			int error = pop(tree);

			if (error)
				return lose(tree, error, entry);
			continue;
		}
		result = look(tree, top, entry);
		if (result != TREE_SKIPPED)
			return result;
	}
	return 0;
}

/* ---- Again ---- */

static bool is_gone(int error)
{
	return error == -ENOENT || error == -ENOTDIR || error == -ELOOP;
}

/* The directory with the first `length` bytes of the path, as the next level. */
static int push_again(struct tree *tree, size_t length, uint64_t number)
{
	struct stat now;
	int fd = files_tree_open_again(tree, length), error;

	if (fd < 0)
		return fd;
	if (fstat(fd, &now) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	if (length == 0)
		tree->device = now.st_dev;
	error = push(tree, fd, length, &now, tree->rules.links == TREE_LINKS_FOLLOW);
	if (!error)
		tree->levels[tree->n - 1].number = number;
	return error;
}

int files_tree_resume(struct tree *tree, const char *path, size_t length, bool was_entered,
                      const uint64_t *numbers)
{
	bool is_root = length == 1 && path[0] == '.';
	int error = push_again(tree, 0, numbers[0]);

	tree->has_begun = true;
	if (error)
		return error;
	if (is_root)
		length = 0;
	memcpy(tree->path, path, length);
	tree->path[length] = '\0';
	for (size_t at = 0; at < length;) {
		const char *slash = memchr(tree->path + at, '/', length - at);
		size_t end = slash ? (size_t)(slash - tree->path) : length;
		struct tree_level *top = &tree->levels[tree->n - 1];

		top->next = files_listing_behind(&top->list, tree->path + at, end - at);
		if (end == length && !was_entered)
			return 0;
		error = push_again(tree, end, numbers[tree->n]);
		if (error) {
			tree->lost = is_gone(error) ? 0 : end + 1;
			tree->lost_error = -error;
			return error == -ENOMEM ? error : 0;
		}
		at = end + 1;
	}
	if (is_root && !was_entered)
		tree->n = 0;
	return 0;
}
