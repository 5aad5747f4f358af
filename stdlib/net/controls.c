/* See controls.h. */
#include "controls.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 64, VALUE_SIZE = 32 };

/* As V4L2 names them. Other keys are there against caches. */
static bool is_name(const char *key)
{
	static const char *const others[] = {"action", "resolution", "fps", "compression", "parts"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(key, others[i]) == 0)
			return false;
	return *key >= 'a' && *key <= 'z' &&
	       strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(key);
}

/* Where NAME=… begins in the text; NULL: nowhere. */
static char *find(char *text, const char *name)
{
	size_t n = strlen(name);

	for (char *at = text; at;) {
		at += strspn(at, " ,");
		if (strncmp(at, name, n) == 0 && at[n + strspn(at + n, " ")] == '=')
			return at;
		at = strchr(at, ',');
	}
	return NULL;
}

static void take_out(char *text, const char *name)
{
	char *at = find(text, name), *end;

	if (!at)
		return;
	end = strchr(at, ',');
	if (end) {
		memmove(at, end + 1, strlen(end + 1) + 1);
		return;
	}
	while (at > text && strchr(" ,", at[-1]))
		at--;
	*at = '\0';
}

static const char *number_of(const char *value)
{
	size_t sign = *value == '-', n = strspn(value + sign, "0123456789");

	if (strcmp(value, "true") == 0)
		return "1";
	if (strcmp(value, "false") == 0)
		return "0";
	return n > 0 && n <= 10 && value[sign + n] == '\0' ? value : NULL;
}

int net_controls_merge(const struct net_text *query, char text[static NET_CONTROLS_SIZE],
                       char wrong[static NET_WRONG_SIZE])
{
	struct net_text rest = *query;
	char key[NAME_SIZE] = "", value[VALUE_SIZE] = "";
	int n = 0, got;

	while ((got = net_query_next(&rest, key, sizeof(key), value, sizeof(value))) != 0) {
		const char *number;
		size_t used;

		if (got < 0 || !is_name(key))
			continue;
		number = number_of(value);
		if (!number) {
			snprintf(wrong, NET_WRONG_SIZE,
			         "%s: '%s' is no whole number, true or false", key, value);
			return -1;
		}
		take_out(text, key);
		used = strlen(text);
		if (used + strlen(key) + strlen(number) + 3 > NET_CONTROLS_SIZE) {
			snprintf(wrong, NET_WRONG_SIZE, "%s: there are too many controls", key);
			return -1;
		}
		snprintf(text + used, NET_CONTROLS_SIZE - used, "%s%s=%s", used ? "," : "", key,
		         number);
		n++;
	}
	return n;
}
