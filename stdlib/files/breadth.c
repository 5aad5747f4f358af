/* Breadth first: the directories of a level wait in a spool, in the order in which they were given;
 * those of the next one go to another. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "tree.h"

static void leave(struct tree_level *level)
{
	if (level->fd >= 0)
		close(level->fd);
	level->fd = -1;
	level->list.n = level->next = level->ahead = 0;
}

/* The last entry, with the number that it has got meanwhile. */
static int spool_last(struct tree *tree)
{
	int error;

	if (!tree->has_next)
		return 0;
	tree->has_next = false;
	error = files_spool_put(tree->fills, &tree->next, sizeof(tree->next));
	return error ? error : files_spool_put(tree->fills, tree->path, tree->next.length);
}

static void enter_later(struct tree *tree, size_t length, bool has_link)
{
	tree->has_next = true;
	tree->next = (struct tree_waiting){.length = (uint32_t)length, .has_link = has_link};
	tree->number_to = &tree->next.number;
}

static int begin(struct tree *tree, struct tree_entry *entry)
{
	int fd, result = files_tree_look_at_root(tree, entry, &fd);

	tree->has_begun = true;
	if (fd >= 0)
		close(fd);
	if (result == 1)
		enter_later(tree, 0, false);
	return result;
}

static int look(struct tree *tree, struct tree_entry *entry)
{
	struct tree_level *current = &tree->current;
	int fd, result;

	files_tree_look_ahead(tree, current);
	result = files_tree_look(tree, current, current->next++, tree->depth, entry, &fd);

	tree->number_to = NULL;
	if (fd < 0)
		return result;
	close(fd);
	enter_later(tree, entry->length, entry->has_link);
	return result;
}

static int swap_levels(struct tree *tree)
{
	struct spool *full = tree->fills;
	int error = files_spool_turn(full);

	tree->fills = tree->reads;
	tree->reads = full;
	tree->depth++;
	return error ? error : files_spool_empty(tree->fills);
}

/* The next directory's path, in tree->path. 1; 0: there is none. */
static int take_waiting(struct tree *tree, struct tree_waiting *ret_waiting)
{
	int result = files_spool_get(tree->reads, ret_waiting, sizeof(*ret_waiting));

	if (result == 0) {
		result = swap_levels(tree);
		if (!result)
			result = files_spool_get(tree->reads, ret_waiting, sizeof(*ret_waiting));
	}
	if (result == 1 && ret_waiting->length)
		result = files_spool_get(tree->reads, tree->path, ret_waiting->length);
	tree->path[result == 1 ? ret_waiting->length : 0] = '\0';
	return result;
}

/* 1: it is read; 2: that failed, and *entry says so. */
enum { READ = 1, LOST };

static int enter(struct tree *tree, struct tree_entry *entry)
{
	struct tree_level *current = &tree->current;
	struct tree_waiting waiting;
	int error, result = take_waiting(tree, &waiting);

	if (result != 1)
		return result;
	leave(current);
	current->fd = files_tree_open_again(tree, waiting.length);
	current->number = waiting.number;
	current->length = waiting.length;
	current->has_link = waiting.has_link;
	error = current->fd < 0 ? current->fd
	                        : files_listing_read(&current->list, current->fd,
	                                             files_tree_leaves_out, &tree->rules);
	if (!error)
		return READ;
	leave(current);
	files_tree_tell_late(tree, waiting.length, tree->depth - 1, -error, entry);
	return LOST;
}

int files_tree_breadth_next(struct tree *tree, struct tree_entry *entry)
{
	int result = spool_last(tree);

	if (result)
		return result;
	if (!tree->has_begun)
		return begin(tree, entry);
	tree->number_to = NULL;
	for (;;) {
		if (tree->current.next < tree->current.list.n) {
			result = look(tree, entry);
			if (result != TREE_SKIPPED)
				return result;
			continue;
		}
		result = enter(tree, entry);
		if (result == LOST)
			return 1;
		if (result != READ)
			return result;
	}
}
