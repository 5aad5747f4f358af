#include "pkd/gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/out.h"

static void begin_if_new(struct say_out *say)
{
	if (!say->out.text)
		say_begin(say);
}

void gather_kind(struct gather *gather, const char *name)
{
	size_t i = gather->n_kinds++;

	snprintf(gather->kinds[i].name, sizeof(gather->kinds[i].name), "%s", name);
	begin_if_new(&gather->kinds[i].items);
}

static struct say_out *find_kind(struct gather *gather, const char *name, size_t length)
{
	for (size_t i = 0; i < gather->n_kinds; i++)
		if (strlen(gather->kinds[i].name) == length &&
		    memcmp(gather->kinds[i].name, name, length) == 0)
			return &gather->kinds[i].items;
	return NULL;
}

/* The bytes of a value; of a string with its quotes. */
static const char *raw_of(const struct pkdi_json *json, uint32_t value, size_t *ret_size)
{
	const struct pkdi_json_value *v = &json->values[value];
	bool quoted = v->kind == PKDI_JSON_STRING;

	*ret_size = v->end - v->start + 2 * quoted;
	return json->text + v->start - quoted;
}

void gather_line(struct gather *gather, const struct talk *talk)
{
	const struct pkdi_json *json = &talk->json;
	uint32_t object = talk->parameters;

	begin_if_new(&gather->last);
	if (object == PKDI_JSON_NONE || json->values[object].kind != PKDI_JSON_OBJECT)
		return;
	for (uint32_t i = object + 1; i < json->values[object].next; i = json->values[i + 1].next) {
		const struct pkdi_json_value *name = &json->values[i];
		struct say_out *items = find_kind(gather, json->text + name->start,
		                                  name->end - name->start);
		char text[128];
		size_t size;
		const char *raw = raw_of(json, i + 1, &size);

		if (!items && !pkdi_json_string(json, i, text, sizeof(text)))
			continue;
		say_room(items ? items : &gather->last, size + 1024);
		pkdi_out_raw(items ? &items->out : &gather->last.out, items ? NULL : text, raw,
		             size);
	}
}

static void forget(struct gather *gather)
{
	for (size_t i = 0; i < gather->n_kinds; i++)
		free(gather->kinds[i].items.out.text);
	free(gather->last.out.text);
	*gather = (struct gather){.n_kinds = 0};
}

void gather_end(struct gather *gather)
{
	struct say_out whole;

	say_begin(&whole);
	pkdi_out_open(&whole.out, NULL, '{');
	for (size_t i = 0; i < gather->n_kinds; i++) {
		const struct pkdi_out *items = &gather->kinds[i].items.out;
		char name[40];

		snprintf(name, sizeof(name), "%.32s%s", gather->kinds[i].name,
		         !strcmp(gather->kinds[i].name, "process") ? "es" : "s");
		say_room(&whole, items->n);
		pkdi_out_open(&whole.out, name, '[');
		if (items->n)
			pkdi_out_raw(&whole.out, NULL, items->text, items->n);
		pkdi_out_close(&whole.out, ']');
	}
	if (gather->last.out.n) {
		say_room(&whole, gather->last.out.n);
		if (whole.out.separates)
			whole.out.text[whole.out.n++] = ',';
		memcpy(whole.out.text + whole.out.n, gather->last.out.text, gather->last.out.n);
		whole.out.n += gather->last.out.n;
	}
	pkdi_out_close(&whole.out, '}');
	say_end(&whole);
	forget(gather);
}

/* False: there was no answer. */
static bool take_all(struct gather *gather, struct talk *talk, const char *method,
                     const char *parameters)
{
	if (!talk_ask(talk, method, parameters))
		return false;
	do {
		if (!talk_next(talk, TALK_PATIENCE_NS))
			return false;
		gather_line(gather, talk);
	} while (!talk->is_last);
	return true;
}

int gather_answer(struct talk *talk, const char *method, const char *parameters,
                  const char *const *kinds)
{
	struct gather gather = {.n_kinds = 0};

	for (; *kinds; kinds++)
		gather_kind(&gather, *kinds);
	if (!take_all(&gather, talk, method, parameters)) {
		forget(&gather);
		return talk_fail(talk);
	}
	gather_end(&gather);
	return 0;
}
