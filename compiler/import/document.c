/* From the events of libyaml to a tree. */
#include "import/document.h"
#include "base/map.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#ifdef PKD_YAML
#include <yaml.h>
#endif

#define DEPTH_MAX 32
#define VALUES_MAX 20000u /* with what aliases stand for, counted each time */

/* ---- Looking at it ---- */

const struct doc *doc_get(const struct doc *map, const char *key)
{
	if (!map || map->kind != DOC_MAP)
		return NULL;
	for (size_t i = 0; i < map->items.n; i += 2) {
		if (strcmp(map->items.items[i]->text, key) == 0)
			return map->items.items[i + 1];
	}
	return NULL;
}

bool doc_is_null(const struct doc *doc)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (doc->kind == DOC_SCALAR && doc->plain && strcmp(doc->text, words[i]) == 0)
			return true;
	}
	return false;
}

bool doc_bool(const struct doc *doc, bool *ret_truth)
{
	static const char *const words[] = {"true", "yes", "on", "false", "no", "off"};

	if (doc->kind != DOC_SCALAR || !doc->plain)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcasecmp(doc->text, words[i]) == 0) {
			*ret_truth = i < 3;
			return true;
		}
	}
	return false;
}

bool doc_whole(const struct doc *doc, int64_t *ret_number)
{
	char *end;

	if (doc->kind != DOC_SCALAR || !doc->plain)
		return false;
	const char *digits = doc->text + strspn(doc->text, "+-");
	if (digits - doc->text > 1 || digits[0] < '0' || digits[0] > '9')
		return false;
	errno = 0;
	long long number = strtoll(doc->text, &end, 0);
	if (errno || *end)
		return false;
	*ret_number = number;
	return true;
}

bool doc_number(const struct doc *doc, double *ret_number)
{
	int64_t whole;
	char *end;

	if (doc_whole(doc, &whole)) {
		*ret_number = (double)whole;
		return true;
	}
	/* Not what strtod knows besides: hexadecimal digits, "infinity", "nan". */
	if (doc->kind != DOC_SCALAR || !doc->plain || !*doc->text ||
	    doc->text[strspn(doc->text, "+-0123456789.eE")])
		return false;
	double number = strtod(doc->text, &end);
	if (*end || !isfinite(number))
		return false;
	*ret_number = number;
	return true;
}

#ifdef PKD_YAML

/* ---- Reading it ---- */

struct reader {
	struct arena *arena;
	struct notes *notes;
	yaml_parser_t parser;
	yaml_event_t event;
	struct map anchors; /* finished values alone, so that none holds itself */
	unsigned depth;
};

bool document_is_known(void)
{
	return true;
}

static void complain_at(struct reader *r, yaml_mark_t mark, const char *what)
{
	note_add(r->notes, (unsigned)mark.line + 1, (unsigned)mark.column + 1, NOTE_ERROR, "%s",
	         what);
}

/* The event before is given back. False after an error. */
static bool next(struct reader *r)
{
	yaml_event_delete(&r->event);
	if (yaml_parser_parse(&r->parser, &r->event))
		return true;
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "it cannot be read";
	if (p->error == YAML_READER_ERROR)
		note_add(r->notes, (unsigned)p->mark.line + 1, (unsigned)p->mark.column + 1,
		         NOTE_ERROR, "%s, at byte %zu", problem, p->problem_offset);
	else
		complain_at(r, p->problem_mark, problem);
	return false;
}

static struct doc *begin(struct reader *r, enum doc_kind kind)
{
	struct doc *doc = arena_new(r->arena, struct doc);

	doc->kind = kind;
	doc->line = (unsigned)r->event.start_mark.line + 1;
	doc->column = (unsigned)r->event.start_mark.column + 1;
	doc->size = 1;
	return doc;
}

/* The mark behind a value in block style is where the next one begins. */
static void end(struct reader *r, struct doc *doc)
{
	yaml_mark_t mark = r->event.end_mark;

	doc->end_line = (unsigned)mark.line + (mark.column > 0);
	if (doc->items.n > 0 && r->event.start_mark.index == mark.index)
		doc->end_line = doc->items.items[doc->items.n - 1]->end_line;
	if (doc->end_line < doc->line)
		doc->end_line = doc->line;
}

static bool add_item(struct reader *r, struct doc *doc, const struct doc *item)
{
	vec_push(r->arena, &doc->items, item);
	doc->size += item->size;
	if (doc->size <= VALUES_MAX)
		return true;
	note_add(r->notes, item->line, item->column, NOTE_ERROR,
	         "there are more than %u values, those counted for which aliases stand",
	         VALUES_MAX);
	return false;
}

static const struct doc *read_value(struct reader *r);

static const struct doc *read_scalar(struct reader *r)
{
	struct doc *doc = begin(r, DOC_SCALAR);
	const char *text = (const char *)r->event.data.scalar.value;
	size_t length = r->event.data.scalar.length;

	if (memchr(text, '\0', length)) {
		complain_at(r, r->event.start_mark, "there is a NUL in this text");
		return NULL;
	}
	doc->text = arena_strndup(r->arena, text, length);
	doc->plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	end(r, doc);
	return doc;
}

static const struct doc *read_alias(struct reader *r)
{
	const char *name = (const char *)r->event.data.alias.anchor;
	const struct doc *value = map_get(&r->anchors, name);

	if (!value) {
		complain_at(r, r->event.start_mark, "no finished value above has this anchor");
		return NULL;
	}
	/* It has a place of its own. */
	struct doc *doc = begin(r, value->kind);
	unsigned line = doc->line, column = doc->column;
	*doc = *value;
	doc->line = doc->end_line = line;
	doc->column = column;
	return doc;
}

static const struct doc *read_list(struct reader *r)
{
	struct doc *doc = begin(r, DOC_LIST);

	while (next(r)) {
		if (r->event.type == YAML_SEQUENCE_END_EVENT) {
			end(r, doc);
			return doc;
		}
		const struct doc *item = read_value(r);
		if (!item || !add_item(r, doc, item))
			return NULL;
	}
	return NULL;
}

static bool put(struct reader *r, struct doc *map, const struct doc *key, const struct doc *value)
{
	for (size_t i = 0; i < map->items.n; i += 2) {
		const struct doc *old = map->items.items[i];
		if (strcmp(old->text, key->text) != 0)
			continue;
		note_add(r->notes, key->line, key->column, NOTE_TOLD,
		         "'%s' stands here for the second time, after line %u: this one counts",
		         key->text, old->line);
		map->items.items[i] = key;
		map->items.items[i + 1] = value;
		map->size += value->size;
		return true;
	}
	return add_item(r, map, key) && add_item(r, map, value);
}

/* "<<": what the map has itself goes before what it takes over, and the first of several maps
 * before the others. */
static bool merge(struct reader *r, struct doc *map, const struct doc *from, unsigned depth)
{
	if (from->kind == DOC_LIST && depth == 0) {
		for (size_t i = 0; i < from->items.n; i++) {
			if (!merge(r, map, from->items.items[i], 1))
				return false;
		}
		return true;
	}
	if (from->kind != DOC_MAP) {
		note_add(r->notes, from->line, from->column, NOTE_ERROR,
		         "behind << stands a map, or a list of maps");
		return false;
	}
	for (size_t i = 0; i < from->items.n; i += 2) {
		const struct doc *key = from->items.items[i];
		if (!doc_get(map, key->text) &&
		    (!add_item(r, map, key) || !add_item(r, map, from->items.items[i + 1])))
			return false;
	}
	return true;
}

static const struct doc *read_map(struct reader *r)
{
	struct doc *doc = begin(r, DOC_MAP);
	const struct doc *merged = NULL;

	while (next(r)) {
		if (r->event.type == YAML_MAPPING_END_EVENT) {
			end(r, doc);
			return merged && !merge(r, doc, merged, 0) ? NULL : doc;
		}
		const struct doc *key = read_value(r);
		if (!key)
			return NULL;
		if (key->kind != DOC_SCALAR) {
			note_add(r->notes, key->line, key->column, NOTE_ERROR,
			         "a key is a word, not a %s",
			         key->kind == DOC_LIST ? "list" : "map");
			return NULL;
		}
		const struct doc *value = next(r) ? read_value(r) : NULL;
		if (!value)
			return NULL;
		if (key->plain && strcmp(key->text, "<<") == 0)
			merged = value;
		else if (!put(r, doc, key, value))
			return NULL;
	}
	return NULL;
}

/* The event has its text only until the next one. */
static const char *kept(struct reader *r, const yaml_char_t *text)
{
	return text ? arena_strdup(r->arena, (const char *)text) : NULL;
}

/* The value that begins with the event at hand. NULL after an error. */
static const struct doc *read_value(struct reader *r)
{
	const struct doc *doc = NULL;
	const char *anchor = NULL;

	if (++r->depth > DEPTH_MAX) {
		complain_at(r, r->event.start_mark, "lists and maps are more than 32 deep here");
		return NULL;
	}
	switch ((int)r->event.type) {
	case YAML_ALIAS_EVENT:
		doc = read_alias(r);
		break;
	case YAML_SCALAR_EVENT:
		anchor = kept(r, r->event.data.scalar.anchor);
		doc = read_scalar(r);
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = kept(r, r->event.data.sequence_start.anchor);
		doc = read_list(r);
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = kept(r, r->event.data.mapping_start.anchor);
		doc = read_map(r);
		break;
	default:
		complain_at(r, r->event.start_mark, "a value is missing here");
	}
	r->depth--;
	if (doc && anchor)
		map_put(r->arena, &r->anchors, anchor, (void *)(uintptr_t)doc);
	return doc;
}

static const struct doc *read_document(struct reader *r)
{
	if (!next(r) || !next(r)) /* the beginning of the stream; of the document */
		return NULL;
	if (r->event.type == YAML_STREAM_END_EVENT) {
		complain_at(r, r->event.start_mark, "the file is empty");
		return NULL;
	}
	const struct doc *doc = next(r) ? read_value(r) : NULL;
	if (!doc || !next(r) || !next(r)) /* the end of the document; what follows it */
		return NULL;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return doc;
	complain_at(r, r->event.start_mark, "a second document begins here, and there may be one");
	return NULL;
}

const struct doc *document_read(struct notes *notes, const char *text, size_t length)
{
	struct reader r = {.arena = notes->arena, .notes = notes};

	if (!yaml_parser_initialize(&r.parser)) {
		note_add(notes, 1, 1, NOTE_ERROR, "out of memory");
		return NULL;
	}
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, length);
	const struct doc *doc = read_document(&r);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return doc;
}

#else

bool document_is_known(void)
{
	return false;
}

const struct doc *document_read(struct notes *notes, const char *text, size_t length)
{
	(void)text, (void)length;
	note_add(notes, 1, 1, NOTE_ERROR, "pkdc was built without libyaml");
	return NULL;
}

#endif
