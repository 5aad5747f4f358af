/* Which files are written by two nodes, or read by one and written by another: constant paths and
 * paths set by one option. The same file under two names is found when the program starts. */
#include "pass/touch.h"

#include <string.h>

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
static bool is_file(const char *path, bool writes)
{
	size_t n = strlen(path);

	if (strcmp(path, "-") == 0)
		return writes;
	return n > 0 && path[n - 1] != '/' && strncmp(path, "/dev/", 5) != 0 &&
	       !strstr(path, "://");
}

/* A name for the file of a clause, equal for equal files; NULL where there is none. What stands
 * under a flag does not count: the other may stand under the opposite one. */
static const char *target_of(const struct analysis *a, const struct touch *touch, bool writes)
{
	if (touch->when || (touch->path && !is_file(touch->path, writes)))
		return NULL;
	if (touch->param != NO_ID)
		return arena_printf(a->arena, "--%s", touch->option);
	return touch->path ? plain_path(a->arena, touch->path) : NULL;
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
	diag_help(a->diags, "give each a file of its own");
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
