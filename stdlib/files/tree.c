/* See tree.h: what both orders share. */
#define _GNU_SOURCE
#include "tree.h"

#include "../base/below.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>

enum {
	OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC,
	MOST_HELD = 64 << 20,
	LOOK_AHEAD = 128, /* names */
};

/* ---- Names ---- */

bool files_tree_matches(const char *globs, const char *name)
{
	char glob[256];

	while (*globs) {
		size_t n = strcspn(globs, "|");

		if (n > 0 && n < sizeof(glob)) {
			memcpy(glob, globs, n);
			glob[n] = '\0';
			if (fnmatch(glob, name, 0) == 0)
				return true;
		}
		globs += n + (globs[n] == '|');
	}
	return false;
}

bool files_tree_leaves_out(const void *rules, const char *name)
{
	const struct tree_rules *tree = rules;

	return (!tree->hidden && name[0] == '.') ||
	       (*tree->skip && files_tree_matches(tree->skip, name));
}

static size_t depth_of(const char *path, size_t length)
{
	size_t depth = length != 1 || path[0] != '.';

	for (size_t i = 0; i < length; i++)
		depth += path[i] == '/';
	return depth;
}

int files_tree_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t a_depth = depth_of(a, a_length), b_depth = depth_of(b, b_length), i = 0;
	int a_next, b_next;

	if (a_depth != b_depth)
		return a_depth < b_depth ? -1 : 1;
	while (i < a_length && i < b_length && a[i] == b[i])
		i++;
	/* A name ends before any that goes on. */
	a_next = i == a_length ? -1 : a[i] == '/' ? 0 : (unsigned char)a[i];
	b_next = i == b_length ? -1 : b[i] == '/' ? 0 : (unsigned char)b[i];
	return (a_next > b_next) - (a_next < b_next);
}

/* ---- What an entry is ---- */

static enum tree_kind kind_of_mode(mode_t mode)
{
	return S_ISREG(mode)   ? TREE_FILE
	       : S_ISDIR(mode) ? TREE_DIRECTORY
	       : S_ISLNK(mode) ? TREE_LINK
	                       : TREE_OTHER;
}

static enum tree_kind kind_of_type(uint8_t type)
{
	return type == DT_REG   ? TREE_FILE
	       : type == DT_DIR ? TREE_DIRECTORY
	       : type == DT_LNK ? TREE_LINK
	                        : TREE_OTHER;
}

static void set_stat(struct tree_entry *entry, const struct stat *stat)
{
	entry->stat = *stat;
	entry->has_stat = true;
	entry->kind = kind_of_mode(stat->st_mode);
}

static void set_error(struct tree_entry *entry, int error, const char *verb)
{
	entry->error = error;
	entry->verb = verb;
}

/* Whether a directory that was reached by a link is one of those that it is in: a prefix of the
 * path. */
static bool is_loop(struct tree *tree, const struct tree_entry *entry)
{
	for (size_t i = 0; i < entry->length; i++) {
		struct stat above;
		int fd, error;

		if (i > 0 && tree->path[i] != '/')
			continue;
		fd = i == 0 ? tree->root
		            : below_open(tree->root, tree->path, i, O_PATH, 0, BELOW_LINKS);
		error = fd < 0 ? -1 : fstat(fd, &above);
		if (fd >= 0 && i > 0)
			close(fd);
		if (error == 0 && above.st_dev == entry->stat.st_dev &&
		    above.st_ino == entry->stat.st_ino)
			return true;
	}
	return false;
}

/* What a link leads to takes its place; one that leads nowhere stays a link. */
static void follow(struct tree *tree, struct tree_entry *entry, int *fd)
{
	struct stat target;
	int at = below_open(tree->root, tree->path, entry->length, O_PATH, 0, BELOW_LINKS);

	if (at == -ENOENT)
		return;
	if (at < 0 || fstat(at, &target) < 0) {
		set_error(entry, at < 0 ? -at : errno, "follow");
	} else {
		set_stat(entry, &target);
		if (entry->kind == TREE_DIRECTORY)
			*fd = openat(at, ".", OPEN_DIRECTORY);
		if (entry->kind == TREE_DIRECTORY && *fd < 0)
			set_error(entry, errno, "read");
	}
	if (at >= 0)
		close(at);
}

static void open_directory(struct tree_entry *entry, int in, int *fd)
{
	struct stat now;

	*fd = openat(in, entry->name, OPEN_DIRECTORY | O_NOFOLLOW);
	if (*fd < 0)
		set_error(entry, errno, "read");
	else if (fstat(*fd, &now) < 0)
		set_error(entry, errno, "look at");
	else
		set_stat(entry, &now);
}

static void look_at_name(struct tree_entry *entry, int in)
{
	struct stat now;

	if (fstatat(in, entry->name, &now, AT_SYMLINK_NOFOLLOW) == 0)
		set_stat(entry, &now);
	else if (!entry->error)
		set_error(entry, errno, "look at");
}

static bool may_enter(const struct tree *tree, uint32_t depth)
{
	return tree->rules.stop_level == 0 || depth < tree->rules.stop_level;
}

/* Whether a directory is left out; one that is not to be entered is closed. */
static bool apply_rules(struct tree *tree, struct tree_entry *entry, int *fd)
{
	bool is_mount = entry->has_stat && entry->stat.st_dev != tree->device;
	bool is_left_out = is_mount && tree->rules.mounts == TREE_MOUNTS_SKIP;

	if (!entry->error && entry->has_link && entry->has_stat && is_loop(tree, entry))
		set_error(entry, ELOOP, "enter");
	entry->is_entered = !entry->error && !is_left_out && may_enter(tree, entry->depth) &&
	                    !(is_mount && tree->rules.mounts == TREE_MOUNTS_GIVE);
	if (*fd >= 0 && !entry->is_entered) {
		close(*fd);
		*fd = -1;
	}
	return is_left_out;
}

/* The name behind the path of its directory, which `longest` limits, as LISTING_NAME does the name;
 * false: together they are too long. */
static bool set_path(struct tree *tree, const struct tree_level *in, struct tree_entry *entry)
{
	size_t at = in->length;

	if (at > 0)
		tree->path[at++] = '/';
	memcpy(tree->path + at, entry->name, entry->name_length + 1);
	entry->path = tree->path;
	entry->length = at + entry->name_length;
	return entry->length <= tree->rules.longest;
}

int files_tree_look(struct tree *tree, struct tree_level *in, uint32_t i, uint32_t depth,
                    struct tree_entry *entry, int *ret_fd)
{
	const struct listing_item *item = &in->list.items[i];

	*ret_fd = -1;
	*entry = (struct tree_entry){
		.name = files_listing_name(&in->list, i),
		.name_length = item->length,
		.kind = kind_of_type(item->type),
		.depth = depth,
		.parent = in->number,
		.has_link = in->has_link,
	};
	if (item->type == DT_UNKNOWN && !item->is_cut)
		look_at_name(entry, in->fd);
	if (entry->kind == TREE_LINK && tree->rules.links == TREE_LINKS_SKIP)
		return TREE_SKIPPED;
	if (!set_path(tree, in, entry))
		set_error(entry, ENAMETOOLONG, "give");
	if (item->is_cut)
		set_error(entry, EOVERFLOW, "give");
	if (entry->length > tree->rules.longest || item->is_cut)
		return 1;
	if (entry->kind == TREE_LINK && tree->rules.links == TREE_LINKS_FOLLOW) {
		entry->has_link = true;
		follow(tree, entry, ret_fd);
	} else if (entry->kind == TREE_DIRECTORY && may_enter(tree, depth)) {
		open_directory(entry, in->fd, ret_fd);
	}
	if (!entry->has_stat && (tree->rules.stats || tree->rules.mounts == TREE_MOUNTS_SKIP))
		look_at_name(entry, in->fd);
	return entry->kind == TREE_DIRECTORY && apply_rules(tree, entry, ret_fd) ? TREE_SKIPPED : 1;
}

void files_tree_look_ahead(struct tree *tree, struct tree_level *in)
{
	uint32_t to = in->list.n - in->next > LOOK_AHEAD ? in->next + LOOK_AHEAD : in->list.n;
	struct ahead_directory *directory;

	if (!tree->ahead || in->ahead >= to ||
	    (in->ahead > in->next + LOOK_AHEAD / 2 && to < in->list.n) ||
	    !files_ahead_wants_more(tree->ahead))
		return;
	directory = files_ahead_begin(tree->ahead, in->fd);
	if (!directory)
		return;
	if (in->ahead < in->next)
		in->ahead = in->next;
	for (; in->ahead < to; in->ahead++) {
		const struct listing_item *item = &in->list.items[in->ahead];

		if ((tree->rules.stats || item->type == DT_DIR) &&
		    !files_ahead_add(tree->ahead, directory,
		                     files_listing_name(&in->list, in->ahead), item->length,
		                     item->type == DT_DIR))
			break;
	}
	files_ahead_end(tree->ahead, directory);
}

int files_tree_look_at_root(struct tree *tree, struct tree_entry *entry, int *ret_fd)
{
	struct stat now;

	tree->path[0] = '\0';
	*entry = (struct tree_entry){.path = ".",
	                             .length = 1,
	                             .name = ".",
	                             .name_length = 1,
	                             .kind = TREE_DIRECTORY,
	                             .is_entered = true};
	*ret_fd = openat(tree->root, ".", OPEN_DIRECTORY);
	if (*ret_fd < 0 || fstat(*ret_fd, &now) < 0)
		return -errno;
	set_stat(entry, &now);
	tree->device = now.st_dev;
	return 1;
}

/* ---- Again ---- */

int files_tree_open_again(struct tree *tree, size_t length)
{
	return below_open(tree->root, length ? tree->path : ".", length ? length : 1,
	                  OPEN_DIRECTORY, 0,
	                  tree->rules.links == TREE_LINKS_FOLLOW ? BELOW_LINKS : BELOW_NO_LINKS);
}

void files_tree_tell_late(struct tree *tree, size_t length, uint32_t depth, int error,
                          struct tree_entry *entry)
{
	size_t name = length;

	while (name > 0 && tree->path[name - 1] != '/')
		name--;
	tree->path[length] = '\0';
	*entry = (struct tree_entry){
		.path = length ? tree->path : ".",
		.length = length ? length : 1,
		.name = length ? tree->path + name : ".",
		.name_length = length ? length - name : 1,
		.kind = TREE_DIRECTORY,
		.depth = depth,
		.error = error,
		.verb = "read the rest of",
		.is_late = true,
	};
}

/* ---- The walk ---- */

static int start_ahead(struct tree *tree)
{
	int error = -ENOMEM;

	tree->ahead = malloc(sizeof(*tree->ahead));
	if (tree->ahead)
		error = files_ahead_init(tree->ahead, tree->rules.ahead);
	if (error) {
		free(tree->ahead);
		tree->ahead = NULL;
	}
	return error;
}

int files_tree_init(struct tree *tree, int root, const struct tree_rules *rules, bool is_breadth)
{
	int error = 0;

	*tree = (struct tree){
		.root = root, .rules = *rules, .most_held = MOST_HELD, .current = {.fd = -1}};
	tree->path = malloc((size_t)rules->longest + TREE_NAME + 2);
	if (is_breadth) {
		tree->reads = calloc(1, sizeof(*tree->reads));
		tree->fills = calloc(1, sizeof(*tree->fills));
		if (tree->reads)
			tree->reads->fd = -1;
		if (tree->fills)
			tree->fills->fd = -1;
	}
	if (!tree->path || (is_breadth && (!tree->reads || !tree->fills)))
		error = -ENOMEM;
	if (!error && is_breadth)
		error = files_spool_init(tree->reads);
	if (!error && is_breadth)
		error = files_spool_init(tree->fills);
	if (!error && rules->ahead)
		error = start_ahead(tree);
	if (error)
		files_tree_finish(tree);
	return error;
}

static void finish_level(struct tree_level *level)
{
	if (level->fd >= 0)
		close(level->fd);
	level->fd = -1;
	files_listing_free(&level->list);
}

void files_tree_finish(struct tree *tree)
{
	if (tree->ahead)
		files_ahead_finish(tree->ahead);
	free(tree->ahead);
	for (uint32_t i = 0; i < tree->room; i++)
		finish_level(&tree->levels[i]);
	finish_level(&tree->current);
	if (tree->reads)
		files_spool_finish(tree->reads);
	if (tree->fills)
		files_spool_finish(tree->fills);
	free(tree->reads);
	free(tree->fills);
	free(tree->levels);
	free(tree->path);
	if (tree->root >= 0)
		close(tree->root);
	*tree = (struct tree){.root = -1, .current = {.fd = -1}};
}

int files_tree_next(struct tree *tree, struct tree_entry *ret_entry)
{
	return tree->reads ? files_tree_breadth_next(tree, ret_entry)
	                   : files_tree_depth_next(tree, ret_entry);
}

void files_tree_number(struct tree *tree, uint64_t number)
{
	if (tree->number_to)
		*tree->number_to = number;
}
