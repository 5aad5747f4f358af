#include "sequence.h"

#include <dirent.h>
#include <errno.h>
#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_DIGITS = 9 }; /* FFmpeg counts in an int */

/* A pattern cut at its number; `head` and `tail` may hold %% for %. */
struct pattern {
	const char *head, *tail;
	size_t head_size;
	size_t width; /* of %04d, 0 of %d */
};

bool media_is_sequence(const char *path)
{
	return access(path, F_OK) < 0 && av_filename_number_test(path);
}

static bool cut(const char *name, struct pattern *ret_pattern)
{
	for (const char *at = name; (at = strchr(at, '%')); at++) {
		char *end;
		unsigned long width;

		if (at[1] == '%') {
			at++;
			continue;
		}
		width = strtoul(at + 1, &end, 10);
		if (*end != 'd' || width > MAX_DIGITS)
			return false;
		*ret_pattern = (struct pattern){name, end + 1, (size_t)(at - name), width};
		return true;
	}
	return false; /* the number stands in a directory's name */
}

/* Goes on in `name` behind `size` bytes of a pattern; NULL where they differ. */
static const char *skip(const char *name, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '%')
			i++;
		if (*name++ != text[i])
			return NULL;
	}
	return name;
}

/* The number in a file's name, -1 where the pattern has no such name. */
static int64_t number_of(const struct pattern *pattern, const char *name)
{
	const char *digits = skip(name, pattern->head, pattern->head_size), *end;
	size_t n = digits ? strspn(digits, "0123456789") : 0;

	if (n == 0 || n > MAX_DIGITS || n < pattern->width)
		return -1;
	if (n > 1 && n > pattern->width && digits[0] == '0')
		return -1;
	end = skip(digits + n, pattern->tail, strlen(pattern->tail));
	return end && !*end ? strtol(digits, NULL, 10) : -1;
}

static void add(struct media_sequence *sequence, int64_t number, int64_t start)
{
	if (sequence->n == 0 || number < sequence->first)
		sequence->first = number;
	if (sequence->n == 0 || number > sequence->last)
		sequence->last = number;
	sequence->has_start |= number == start;
	sequence->n++;
}

int media_sequence_find(const char *path, int64_t start, struct media_sequence *ret_sequence)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *folder = slash ? strndup(path, (size_t)(name - path)) : strdup(".");
	DIR *directory = folder ? opendir(folder) : NULL;
	int error = folder ? errno : ENOMEM;
	const struct dirent *entry;
	struct pattern pattern;

	free(folder);
	if (!directory)
		return -error;
	*ret_sequence = (struct media_sequence){0};
	while (cut(name, &pattern) && (entry = readdir(directory))) {
		int64_t number = number_of(&pattern, entry->d_name);

		if (number >= 0)
			add(ret_sequence, number, start);
	}
	closedir(directory);
	return 0;
}
