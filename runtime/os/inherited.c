#define _GNU_SOURCE
#include "os/inherited.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};

/* The first descriptor from `from` on that a string names; UINT_MAX = none. */
static unsigned find_named(const char *text, const char *folder, unsigned from)
{
	unsigned first = UINT_MAX;

	while ((text = strstr(text, folder))) {
		char *end;
		unsigned long fd;

		text += strlen(folder);
		fd = strtoul(text, &end, 10);
		if (end > text && fd >= from && fd < first)
			first = (unsigned)fd;
	}
	return first;
}

static unsigned find_kept(const char *const *texts, size_t n_texts, unsigned from)
{
	unsigned first = UINT_MAX;

	for (size_t i = 0; i < n_texts; i++) {
		for (size_t j = 0; texts[i] && j < sizeof(folders) / sizeof(folders[0]); j++) {
			unsigned fd = find_named(texts[i], folders[j], from);

			if (fd < first)
				first = fd;
		}
	}
	return first;
}

static void close_between(unsigned first, unsigned last)
{
	struct rlimit files;

	if (first > last || close_range(first, last, 0) == 0)
		return;
	/* Before Linux 5.9. */
	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		files.rlim_cur = 1024;
	for (unsigned fd = first; fd <= last && fd < files.rlim_cur; fd++)
		close((int)fd);
}

void pkdi_close_inherited(const char *const *texts, size_t n_texts)
{
	unsigned from = STDERR_FILENO + 1;
	unsigned kept;

	while ((kept = find_kept(texts, n_texts, from)) != UINT_MAX) {
		close_between(from, kept - 1);
		from = kept + 1;
	}
	close_between(from, UINT_MAX);
}
