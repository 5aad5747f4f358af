#define _GNU_SOURCE
#include "pkd/values.h"

#include <stdlib.h>
#include <string.h>

#include "pkd/say.h"

/* ---- Requests ---- */

char *values_words(const char *member, char *const *names, size_t n, int64_t wait_ms)
{
	struct say_out say;

	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_open(&say.out, member, '[');
	for (size_t i = 0; i < n; i++)
		say_string(&say, NULL, names[i]);
	pkdi_out_close(&say.out, ']');
	if (wait_ms >= 0)
		pkdi_out_signed(&say.out, "wait_ms", wait_ms);
	pkdi_out_close(&say.out, '}');
	return say_take(&say);
}

/* Dashes and underscores are the same, as they are for the program. */
static bool same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		char x = *a == '-' ? '_' : *a, y = *b == '-' ? '_' : *b;

		if (x == '=' || y == '=' || x != y)
			return x == y;
	}
}

char *values_settings(char *const *words, size_t n, uint64_t at, uint64_t wait_ms,
                      const char **ret_twice)
{
	struct say_out say;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (same_name(words[i], words[j])) {
				*ret_twice = words[i];
				return NULL;
			}
	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_open(&say.out, "values", '{');
	for (size_t i = 0; i < n; i++) {
		const char *equals = strchr(words[i], '=');
		char *name = strndup(words[i], (size_t)(equals - words[i]));

		if (!name)
			abort();
		say_string(&say, name, equals + 1);
		free(name);
	}
	pkdi_out_close(&say.out, '}');
	if (at != UINT64_MAX)
		pkdi_out_unsigned(&say.out, "at", at);
	if (wait_ms != UINT64_MAX)
		pkdi_out_unsigned(&say.out, "wait_ms", wait_ms);
	pkdi_out_close(&say.out, '}');
	return say_take(&say);
}

/* ---- Answers ---- */

static char *copy_text(const struct pkdi_json *json, uint32_t object, const char *name)
{
	uint32_t value = pkdi_json_member(json, object, name);
	size_t size = 1;
	char *text;

	if (value != PKDI_JSON_NONE)
		size += json->values[value].end - json->values[value].start;
	text = calloc(1, size);
	if (!text)
		abort();
	if (value != PKDI_JSON_NONE && !pkdi_json_string(json, value, text, size))
		*text = '\0';
	return text;
}

static void take_line(struct values *values, const struct talk *talk)
{
	const struct pkdi_json *json = &talk->json;
	uint32_t param = pkdi_json_member(json, talk->parameters, "param");
	struct value *value;

	pkdi_json_unsigned(json, pkdi_json_member(json, talk->parameters, "version"),
	                   &values->version);
	if (param == PKDI_JSON_NONE)
		return;
	values->items = reallocarray(values->items, values->n + 1, sizeof(*values->items));
	if (!values->items)
		abort();
	value = &values->items[values->n++];
	*value = (struct value){.name = copy_text(json, param, "name"),
	                        .text = copy_text(json, param, "value")};
	pkdi_json_bool(json, pkdi_json_member(json, param, "live"), &value->is_live);
	pkdi_json_bool(json, pkdi_json_member(json, param, "set"), &value->is_set);
	pkdi_json_bool(json, pkdi_json_member(json, param, "untold"), &value->is_untold);
	pkdi_json_bool(json, pkdi_json_member(json, param, "secret"), &value->is_secret);
}

/* Which of them are texts: the description says what each takes. */
static void take_kind(struct values *values, const struct talk *talk)
{
	uint32_t param = pkdi_json_member(&talk->json, talk->parameters, "param");
	char *name, *takes;

	if (param == PKDI_JSON_NONE)
		return;
	name = copy_text(&talk->json, param, "name");
	takes = copy_text(&talk->json, param, "takes");
	for (size_t i = 0; i < values->n; i++)
		if (!strcmp(values->items[i].name, name))
			values->items[i].is_text = !strcmp(takes, "STRING") ||
			                           !strncmp(takes, "STRING,", 7);
	free(name);
	free(takes);
}

static bool ask(struct values *values, struct talk *talk, const char *method,
                const char *parameters,
                void (*take)(struct values *values, const struct talk *talk))
{
	if (!talk_ask(talk, method, parameters))
		return false;
	do {
		if (!talk_next(talk, TALK_PATIENCE_NS))
			return false;
		take(values, talk);
	} while (!talk->is_last);
	return true;
}

bool values_get(struct values *values, struct talk *talk, char *const *names, size_t n)
{
	char *parameters = n ? values_words("names", names, n, -1) : NULL;
	bool is_there;

	*values = (struct values){.n = 0};
	is_there = ask(values, talk, "get", parameters, take_line) &&
	           ask(values, talk, "describe", NULL, take_kind);
	free(parameters);
	return is_there;
}

void values_finish(struct values *values)
{
	for (size_t i = 0; i < values->n; i++) {
		free(values->items[i].name);
		free(values->items[i].text);
	}
	free(values->items);
	*values = (struct values){.n = 0};
}
