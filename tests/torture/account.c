#include "account.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text of a file, to be freed; NULL: there is none. */
static char *read_file(const char *folder)
{
	char path[300], *text = NULL;
	FILE *file;
	long n;

	snprintf(path, sizeof(path), "%s/account", folder);
	file = fopen(path, "r");
	if (!file)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (n = ftell(file)) > 0) {
		rewind(file);
		text = calloc(1, (size_t)n + 1);
		if (text && fread(text, 1, (size_t)n, file) != (size_t)n)
			*text = '\0';
	}
	fclose(file);
	return text;
}

/* Where an object that begins at `text` ends, those within included. */
static const char *end_of(const char *text)
{
	int depth = 0;

	do {
		depth += (*text == '{') - (*text == '}');
		text++;
	} while (depth && *text);
	return text;
}

/* The number that is a member of the object, and the sum where it is an object of numbers; 0: there
 * is none. */
static uint64_t number(const char *object, const char *end, const char *name)
{
	char key[64];
	const char *at;
	uint64_t sum = 0;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(object, key);
	if (!at || at >= end)
		return 0;
	at += strlen(key);
	if (*at != '{')
		return strtoull(at, NULL, 10);
	for (const char *last = end_of(at); (at = strstr(at, "\":")) && at < last; at += 2)
		sum += strtoull(at + 2, NULL, 10);
	return sum;
}

static uint64_t sum_of(const char *object, const char *end, const char *const *columns)
{
	uint64_t sum = 0;

	for (; *columns; columns++)
		sum += number(object, end, *columns);
	return sum;
}

static bool is_right(const char *object, const char *end, bool is_edge, bool unfinished)
{
	static const char *const edge[] = {"delivered",    "dropped",  "thinned",
	                                   "other_worker", "unjoined", "failed",
	                                   "rested",       "left",     NULL};
	static const char *const stream[] = {"published", "absent", "refused", "paused",
	                                     "failed",    "rested", NULL};
	const char *delivered = strstr(object, "\"delivered\":");
	uint64_t lack;

	if (!is_edge) {
		lack = number(object, end, "firings") - sum_of(object, end, stream);
		return lack <= unfinished;
	}
	/* Samples and histories have an account of looks only. */
	return !delivered || delivered >= end ||
	       (number(object, end, "published") == sum_of(object, end, edge) &&
	        number(object, end, "in_flight") == 0);
}

bool account_adds_up(const char *folder, bool unfinished, char *ret_text, size_t size)
{
	char *text = read_file(folder);
	const char *at = text ? strstr(text, "\"streams\":[") : NULL;
	const char *edges = text ? strstr(text, "\"edges\":[") : NULL;
	bool right = at && edges;

	snprintf(ret_text, size, "there is no account");
	for (uint32_t n = 0; right && (at = strchr(at, '{')); n++) {
		const char *end = end_of(at);

		right = is_right(at, end, at > edges, unfinished);
		snprintf(ret_text, size, "the account does not add up: %.*s", (int)(end - at), at);
		at = end;
	}
	free(text);
	return right;
}
