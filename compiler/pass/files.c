/* Which files are written by two nodes, or read by one and written by another: constant paths and
 * paths set by one option. The same file under two names is found when the program starts. */
#include "pass/touch.h"

#include <pkd/path.h>
#include <string.h>
#include <unistd.h>

/* "a//./b" as "a/b": names that mean one file whatever the disk holds. */
static const char *plain_path(struct arena *arena, const char *path)
{
	char *plain = arena_strdup(arena, path), *to = plain;

	while (*path) {
		bool begins = to == plain || to[-1] == '/';
		if (begins && path[0] == '.' && (path[1] == '/' || !path[1]))
			path += path[1] ? 2 : 1;
		else if (begins && to != plain && *path == '/')
			path++;
		else
			*to++ = *path++;
	}
	*to = '\0';
	return plain;
}

/* Directories, devices and addresses may serve several. */
static bool is_file(const char *path)
{
	size_t n = strlen(path);

	return n > 0 && path[n - 1] != '/' && strncmp(path, "/dev/", 5) != 0 &&
	       !pkd_path_is_address(path);
}

/* A name for what a path leads to, equal for equal files and descriptors; NULL where it may serve
 * several. */
static const char *target_of_path(const struct analysis *a, const char *path, bool writes)
{
	int fd = pkd_path_given_fd(path, writes ? STDOUT_FILENO : STDIN_FILENO);

	if (fd >= 0)
		return writes ? arena_printf(a->arena, "/dev/fd/%d", fd) : NULL;
	return is_file(path) ? plain_path(a->arena, pkd_path_file(path)) : NULL;
}

/* The same for a clause. What stands under a flag does not count: the other may stand under the
 * opposite one. */
static const char *target_of(const struct analysis *a, const struct touch *touch, bool writes)
{
	const char *target = touch->path ? target_of_path(a, touch->path, writes) : NULL;

	if (touch->when || (touch->path && !target))
		return NULL;
	return touch->param != NO_ID ? arena_printf(a->arena, "--%s", touch->option) : target;
}

static const char *file_words(const struct analysis *a, const struct touch *touch)
{
	return touch->path ? arena_printf(a->arena, "'%s'", touch->path)
	                   : arena_printf(a->arena, "the file of --%s", touch->option);
}

static void check_write(const struct analysis *a, struct map *writers, uint32_t node,
                        const struct touch *touch)
{
	const char *target = target_of(a, touch, true);
	const struct graph_node *first, *own = &a->graph->nodes.items[node];

	if (!target)
		return;
	first = map_get(writers, target);
	if (!first)
		map_put(a->arena, writers, target, &a->graph->nodes.items[node]);
	if (!first || first == own)
		return;
	diag_report(a->diags, E0609, own->at, "'%s' and '%s' both write %s", first->name, own->name,
	            file_words(a, touch));
	diag_note(a->diags, first->at, "'%s' is here", first->name);
	diag_help(a->diags,
	          touch->path && strcmp(touch->path, "-") == 0
	                  ? "give it what 'flow.merge([a, b])' makes of both, or another file"
	                  : "give each a file of its own");
}

static void check_read(const struct analysis *a, const struct map *writers, uint32_t node,
                       const struct touch *touch)
{
	const char *target = target_of(a, touch, false);
	const struct graph_node *own = &a->graph->nodes.items[node], *writer;

	writer = target ? map_get(writers, target) : NULL;
	if (!writer || writer == own)
		return;
	diag_report(a->diags, E0609, writer->at, "'%s' writes %s, which '%s' reads", writer->name,
	            file_words(a, touch), own->name);
	diag_note(a->diags, own->at, "'%s' is here", own->name);
	diag_help(a->diags, "write to another file: this one would be lost");
}

void pass_files(struct analysis *a)
{
	struct map writers = {0};

	for (uint32_t n = 0; n < a->graph->nodes.n; n++) {
		struct touches touches = touches_of(a, n);
		for (size_t i = 0; i < touches.n; i++)
			if (touches.items[i].kind == RIGHT_WRITES ||
			    touches.items[i].kind == RIGHT_APPENDS)
				check_write(a, &writers, n, &touches.items[i]);
	}
	for (uint32_t n = 0; n < a->graph->nodes.n && writers.n; n++) {
		struct touches touches = touches_of(a, n);
		for (size_t i = 0; i < touches.n; i++)
			if (touches.items[i].kind == RIGHT_READS)
				check_read(a, &writers, n, &touches.items[i]);
	}
}
