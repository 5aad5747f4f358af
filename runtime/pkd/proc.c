#define _GNU_SOURCE
#include "pkd/proc.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Deeper than any program's processes. */
enum { MAX_DEPTH = 8 };

/* What fits of a file, with a NUL behind. False: it cannot be read. */
static bool read_file(pid_t pid, const char *name, char *ret_text, size_t size)
{
	char path[96];
	size_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (n + 1 < size) {
		ssize_t more = read(fd, ret_text + n, size - 1 - n);

		if (more <= 0)
			break;
		n += (size_t)more;
	}
	close(fd);
	ret_text[n] = '\0';
	return n > 0;
}

/* The number in field `index` of /proc/PID/stat, as proc(5) counts them; from 3 on. */
static bool stat_field(const char *text, int index, uint64_t *ret_number)
{
	const char *at = strrchr(text, ')'); /* a name may have spaces and brackets */

	for (int i = 2; at && i < index; i++) {
		at = strchr(at, ' ');
		at += at != NULL;
	}
	if (!at)
		return false;
	*ret_number = strtoull(at, NULL, 10);
	return true;
}

static int64_t ticks_to_ns(uint64_t ticks)
{
	return (int64_t)ticks * (1000000000 / sysconf(_SC_CLK_TCK));
}

/* A number of kB behind that word; false: there is none. */
static bool kilobytes(const char *text, const char *word, uint64_t *ret_bytes)
{
	const char *found = strstr(text, word);

	if (!found)
		return false;
	*ret_bytes = 1024 * strtoull(found + strlen(word), NULL, 10);
	return true;
}

struct usage proc_usage(pid_t pid)
{
	struct usage usage = {.n = 1};
	uint64_t user, system;
	char text[4096];

	if (!read_file(pid, "stat", text, sizeof(text)) || !stat_field(text, 14, &user) ||
	    !stat_field(text, 15, &system))
		return (struct usage){.is_known = false};
	usage.cpu_ns = ticks_to_ns(user + system);
	usage.is_known = true;
	/* One that has ended, and that nobody has asked for yet, has no memory. */
	if (!read_file(pid, "smaps_rollup", text, sizeof(text)) ||
	    !kilobytes(text, "\nPss:", &usage.bytes))
		if (read_file(pid, "status", text, sizeof(text)))
			kilobytes(text, "\nVmRSS:", &usage.bytes);
	return usage;
}

static void add_tree(struct usage *sum, pid_t pid, int depth)
{
	struct usage one = proc_usage(pid);
	char name[48], text[16384], *at = text, *end;

	if (!one.is_known)
		return;
	sum->is_known = true;
	sum->bytes += one.bytes;
	sum->cpu_ns += one.cpu_ns;
	sum->n += one.n;
	snprintf(name, sizeof(name), "task/%d/children", (int)pid);
	if (depth == MAX_DEPTH || !read_file(pid, name, text, sizeof(text)))
		return;
	for (;; at = end) {
		long child = strtol(at, &end, 10);

		if (end == at || child <= 0)
			return;
		add_tree(sum, (pid_t)child, depth + 1);
	}
}

struct usage proc_usage_tree(pid_t pid)
{
	struct usage sum = {.is_known = false};

	add_tree(&sum, pid, 0);
	return sum;
}

int64_t proc_age_ns(pid_t pid)
{
	struct timespec now;
	uint64_t start;
	char text[4096];

	if (!read_file(pid, "stat", text, sizeof(text)) || !stat_field(text, 22, &start))
		return -1;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec - ticks_to_ns(start);
}

double proc_share(const struct usage *before, const struct usage *now, int64_t passed_ns)
{
	if (!before->is_known || !now->is_known || passed_ns <= 0)
		return -1;
	/* A process that has ended takes what it has used along. */
	if (now->cpu_ns < before->cpu_ns)
		return 0;
	return (double)(now->cpu_ns - before->cpu_ns) / (double)passed_ns;
}
