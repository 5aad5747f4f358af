/* See link.h. */
#include "link.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *skip_blank(const char *at)
{
	return at + strspn(at, " \t");
}

/* A value behind '=', a word or in quotation marks; *ret_n without these. */
static const char *read_value(const char *at, const char **ret_text, size_t *ret_n)
{
	at = skip_blank(at);
	if (*at != '"') {
		*ret_text = at;
		*ret_n = strcspn(at, " \t;,");
		return at + *ret_n;
	}
	*ret_text = ++at;
	while (*at && *at != '"')
		at += *at == '\\' && at[1] ? 2 : 1;
	*ret_n = (size_t)(at - *ret_text);
	return *at ? at + 1 : at;
}

/* Whether `next` is one of the relations, which spaces separate. */
static bool has_next(const char *text, size_t n)
{
	while (n > 0) {
		size_t word = 0;

		while (word < n && text[word] != ' ')
			word++;
		if (word == 4 && strncasecmp(text, "next", 4) == 0)
			return true;
		word += word < n;
		text += word;
		n -= word;
	}
	return false;
}

/* The parameters behind "<address>"; where they end. */
static const char *read_params(const char *at, bool *ret_is_next)
{
	bool has_rel = false;

	*ret_is_next = false;
	for (at = skip_blank(at); *at == ';'; at = skip_blank(at)) {
		const char *name = skip_blank(at + 1), *text = "";
		size_t name_n = strcspn(name, " \t=;,"), n = 0;

		at = skip_blank(name + name_n);
		if (*at == '=')
			at = read_value(at + 1, &text, &n);
		if (name_n == 3 && strncasecmp(name, "rel", 3) == 0 && !has_rel) {
			has_rel = true; /* the first one counts */
			*ret_is_next = has_next(text, n);
		}
	}
	return at;
}

char *http_link_next(const char *link)
{
	const char *at = link;

	while (*(at += strspn(at, " \t,")) == '<') {
		const char *address = at + 1, *end = strchr(address, '>');
		bool is_next;

		if (!end)
			return NULL;
		at = read_params(end + 1, &is_next);
		if (is_next)
			return strndup(address, (size_t)(end - address));
		at += strcspn(at, ",");
	}
	return NULL;
}
