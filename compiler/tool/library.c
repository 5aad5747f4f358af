/* Finds pkd's own files from where the executable lies, so that a tree can be moved. */
#include "base/file.h"
#include "tool/tool.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CROSS_MAX 65536

static const char *below(struct arena *arena, const char *root, const char *sub)
{
	return arena_printf(arena, "%s/%s", root, sub);
}

/* PREFIX/bin/pkdc. */
static bool find_installed(struct arena *arena, const char *directory, struct library *ret_library)
{
	const char *prefix = path_directory(arena, directory);
	struct library library = {
		.root = prefix,
		.stdlib = below(arena, prefix, "share/pkd/stdlib"),
		.include = below(arena, prefix, "include"),
		.nodes_include = below(arena, prefix, "share/pkd/include"),
		.python = below(arena, prefix, "share/pkd/python"),
		.archives = below(arena, prefix, "lib/pkd"),
		.diagnostics = below(arena, prefix, "share/pkd/diagnostics"),
	};
	if (!file_exists(library.stdlib))
		return false;
	*ret_library = library;
	return true;
}

/* TREE/build/pkdc, or TREE/build/VARIANT/pkdc. */
static bool find_tree(struct arena *arena, const char *directory, struct library *ret_library)
{
	const char *tree = path_directory(arena, directory);
	for (int level = 0; level < 2; level++) {
		struct library library = {
			.root = tree,
			.stdlib = below(arena, tree, "stdlib"),
			.include = below(arena, tree, "runtime/include"),
			.nodes_include = below(arena, directory, "include"),
			.python = below(arena, tree, "runtime/python"),
			.archives = below(arena, directory, "lib"),
			.diagnostics = below(arena, tree, "docs/diagnostics"),
		};
		if (file_exists(library.stdlib) && file_exists(library.include)) {
			*ret_library = library;
			return true;
		}
		tree = path_directory(arena, tree);
	}
	return false;
}

/* Some libraries of the standard nodes have a .pc file beside the archives, made by the build. */
static int offer_packages(struct arena *arena, const struct library *library)
{
	const char *path = getenv("PKG_CONFIG_PATH");
	const char *ours = below(arena, library->archives, "pkgconfig");
	if (path && *path)
		ours = arena_printf(arena, "%s:%s", ours, path);
	return setenv("PKG_CONFIG_PATH", ours, 1);
}

/* Beside archives for another architecture lies what builds for it, a NAME=VALUE in each line; the
 * environment comes first. */
static int offer_cross(struct arena *arena, const struct library *library)
{
	static const char *const names[] = {"CC", "CXX", "PKG_CONFIG_LIBDIR"};
	char *text, *line, *rest;
	size_t length;

	if (file_read(arena, below(arena, library->archives, "cross"), CROSS_MAX, &text, &length))
		return 0;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t n = strcspn(line, "=");
		for (size_t i = 0; i < sizeof names / sizeof *names && line[n]; i++)
			if (strlen(names[i]) == n && strncmp(line, names[i], n) == 0 &&
			    setenv(names[i], line + n + 1, 0) < 0)
				return -1;
	}
	return 0;
}

int library_find(struct arena *arena, struct library *ret_library)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	if (length < 0) {
		complain("cannot locate the pkdc executable: %s", strerror(errno));
		return -1;
	}
	path[length] = '\0';
	const char *directory = path_directory(arena, path);
	if (find_tree(arena, directory, ret_library) ||
	    find_installed(arena, directory, ret_library))
		return offer_packages(arena, ret_library) || offer_cross(arena, ret_library);
	complain("cannot find the standard library from '%s'; install pkd again", directory);
	return -1;
}
