#define _GNU_SOURCE
#include "os/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_SIZE = 4096 };

/* Version 1 says "no limit" with the largest multiple of a page. */
#define NO_LIMIT (UINT64_C(1) << 62)

struct layout {
	const char *folder; /* of the memory controller, below the root */
	const char *events, *limit;
};

static const struct layout version_1 = {"/memory", "memory.oom_control", "memory.limit_in_bytes"};
static const struct layout version_2 = {"", "memory.events", "memory.max"};

static bool read_text(const char *path, char text[TEXT_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, TEXT_SIZE - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return n >= 0;
}

/* ---- Where it is ---- */

static bool is_of_memory(const char *controllers, size_t length)
{
	static const char memory[] = "memory";
	const char *end = controllers + length;

	for (const char *word = controllers; word < end;) {
		const char *comma = memchr(word, ',', (size_t)(end - word));
		size_t n = (size_t)((comma ? comma : end) - word);

		if (n == sizeof(memory) - 1 && memcmp(word, memory, n) == 0)
			return true;
		word += n + 1;
	}
	return false;
}

/* Lines are ID:CONTROLLERS:PATH; version 2 has one with neither. Version 1 goes first: where it
 * has the memory controller, version 2 does not. Makes the path a string of its own. */
static const struct layout *find_line(char *text, const char **ret_path)
{
	const struct layout *layout = NULL;

	for (char *line; (line = strsep(&text, "\n"));) {
		const char *controllers = strchr(line, ':');
		const char *path = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!path)
			continue;
		controllers++;
		if (is_of_memory(controllers, (size_t)(path - controllers))) {
			*ret_path = path + 1;
			return &version_1;
		}
		if (path == controllers) {
			*ret_path = path + 1;
			layout = &version_2;
		}
	}
	return layout;
}

static uint64_t read_limit(const char *folder, const struct layout *layout)
{
	char path[PKDI_CGROUP_PATH + 64], text[TEXT_SIZE];
	uint64_t limit;

	snprintf(path, sizeof(path), "%s/%s", folder, layout->limit);
	if (!read_text(path, text) || *text < '0' || *text > '9') /* "max" */
		return UINT64_MAX;
	limit = strtoull(text, NULL, 10);
	return limit < NO_LIMIT ? limit : UINT64_MAX;
}

static bool read_kills(const char *path, uint64_t *ret_n)
{
	char text[TEXT_SIZE], *rest = text;

	if (!*path || !read_text(path, text))
		return false;
	for (char *line; (line = strsep(&rest, "\n"));) {
		if (strncmp(line, "oom_kill ", 9) != 0)
			continue;
		*ret_n = strtoull(line + 9, NULL, 10);
		return true;
	}
	return false;
}

/* Keeps the path of the folder's file that counts kills, if it is there. */
static void find_kills(struct pkdi_cgroup *cgroup, const char *folder, const struct layout *layout)
{
	int n = snprintf(cgroup->events, sizeof(cgroup->events), "%s/%s", folder, layout->events);

	if (n < 0 || (size_t)n >= sizeof(cgroup->events) ||
	    !read_kills(cgroup->events, &cgroup->n_kills))
		cgroup->events[0] = '\0';
}

void pkdi_cgroup_find(struct pkdi_cgroup *cgroup, const char *root, const char *self)
{
	char text[TEXT_SIZE], folder[PKDI_CGROUP_PATH];
	const struct layout *layout = NULL;
	const char *path;
	size_t base;

	*cgroup = (struct pkdi_cgroup){.limit = UINT64_MAX};
	if (read_text(self, text))
		layout = find_line(text, &path);
	if (!layout)
		return;
	base = (size_t)snprintf(folder, sizeof(folder), "%s%s", root, layout->folder);
	if (base + strlen(path) >= sizeof(folder) - 32)
		return;
	memcpy(folder + base, path, strlen(path) + 1);
	/* The lowest limit up to the root counts; a container may see only its own group, not
	 * its parents. */
	for (char *slash = folder + strlen(folder);; slash = strrchr(folder, '/')) {
		uint64_t limit;

		*slash = '\0';
		limit = read_limit(folder, layout);
		if (limit < cgroup->limit)
			cgroup->limit = limit;
		if (!*cgroup->events)
			find_kills(cgroup, folder, layout);
		if (strlen(folder) <= base)
			return;
	}
}

bool pkdi_cgroup_has_killed(struct pkdi_cgroup *cgroup)
{
	uint64_t n;

	if (!read_kills(cgroup->events, &n) || n <= cgroup->n_kills)
		return false;
	cgroup->n_kills++;
	return true;
}
