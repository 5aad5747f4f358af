#define _GNU_SOURCE
#include "files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* All of a file, with a NUL behind it; NULL when there is none. */
static char *read_all(const char *folder, const char *name, size_t *ret_size)
{
	char path[PATH_SIZE];
	char *text = NULL;
	struct stat stat;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	if (fstat(fileno(file), &stat) == 0)
		text = malloc((size_t)stat.st_size + 1);
	if (text) {
		*ret_size = fread(text, 1, (size_t)stat.st_size, file);
		text[*ret_size] = '\0';
	}
	fclose(file);
	return text;
}

static bool is_output(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".out") == 0;
}

static bool compare_one(const char *expected, const char *got, const char *name, enum compare how,
                        char *ret_text, size_t size)
{
	size_t n_wanted = 0, n = 0, same = 0, line = 1;
	char *wanted = read_all(expected, name, &n_wanted);
	char *is = read_all(got, name, &n);
	bool equal = wanted && (is ? n <= n_wanted : how == COMPARE_BEGUN);

	while (wanted && is && same < n && same < n_wanted && is[same] == wanted[same])
		line += wanted[same++] == '\n';
	if (equal)
		equal = same == n && (how == COMPARE_BEGUN || n == n_wanted);
	if (!equal)
		snprintf(ret_text, size, "%s: %zu bytes, not %zu, the same up to line %zu", name, n,
		         n_wanted, line);
	free(wanted);
	free(is);
	return equal;
}

bool files_compare(const char *expected, const char *got, enum compare how, char *ret_text,
                   size_t size)
{
	const char *folders[] = {expected, got};
	bool equal = true;

	if (how == COMPARE_NOTHING)
		return true;
	/* Both ways, so that a file too many counts, too. */
	for (int i = 0; i < 2; i++) {
		DIR *folder = opendir(folders[i]);
		struct dirent *entry;

		while (folder && equal && (entry = readdir(folder)))
			if (is_output(entry->d_name))
				equal = compare_one(expected, got, entry->d_name, how, ret_text,
				                    size);
		if (folder)
			closedir(folder);
	}
	return equal;
}

bool files_hold(const char *folder, const char *name, const char *text)
{
	size_t n = 0;
	char *all = read_all(folder, name, &n);
	bool holds = all && (text ? strstr(all, text) != NULL : n > 0);

	free(all);
	return holds;
}

void files_clear(const char *folder)
{
	DIR *open_folder;
	struct dirent *entry;

	mkdir(folder, 0777);
	open_folder = opendir(folder);
	while (open_folder && (entry = readdir(open_folder)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(open_folder), entry->d_name, 0);
	if (open_folder)
		closedir(open_folder);
}
