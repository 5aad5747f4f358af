/* Strings that are put together, from strings, numbers and words. */
#include "emit/writer.h"
#include <string.h>

VEC_OF(pieces, const struct term *);

static bool is_string(const struct type *type)
{
	return type->kind == TYPE_STRING;
}

bool text_is_made(const struct term *term)
{
	return term->kind == TERM_TEXT ||
	       ((term->kind == TERM_BINARY || term->kind == TERM_CONVERT) && is_string(term->type));
}

/* What stands in a string, in order. The result is no shorter than that. */
static void collect(struct writer *w, const struct term *term, struct pieces *parts)
{
	bool wider = term->kind == TERM_CONVERT && is_string(term->type) &&
	             term->type->n.value >= term->left->type->n.value;

	if (term->kind == TERM_BINARY && is_string(term->type)) {
		collect(w, term->left, parts);
		collect(w, term->right, parts);
	} else if (wider) {
		collect(w, term->left, parts);
	} else {
		vec_push(w->arena, parts, term);
	}
}

/* ---- Values in words ---- */

static const char *enum_word(struct writer *w, const struct enumeration *enumeration,
                             struct value_text value, const struct type *type)
{
	const char *names = writer_name(w, NULL), *list = "";

	for (size_t i = 0; i < enumeration->names.n; i++)
		list = arena_printf(w->arena, "%s%s\"%s\"", list, i ? ", " : "",
		                    enumeration->names.items[i]);
	writer_say(w, "static const char *const %s[] = {%s};", names, list);
	value = term_keep(w, value, type, NULL);
	return arena_printf(w->arena, "%s < %zu ? %s[%s] : \"?\"", value.text, enumeration->names.n,
	                    names, value.text);
}

/* The word of a bool or an enum's value; NULL: it is a number. */
static const char *value_word(struct writer *w, const struct term *value)
{
	if (value->type->kind == TYPE_BOOL)
		return arena_printf(w->arena, "%s ? \"true\" : \"false\"",
		                    value_operand(w->arena, term_number(w, value), BINDS_OR));
	if (value->type->kind == TYPE_ENUM)
		return enum_word(w, value->type->enumeration, term_number(w, value), value->type);
	return NULL;
}

/* "i64": of pkd_text_i64 and pkd_string_add_i64. */
static const char *number_word(const struct term *text)
{
	const struct type *type = text->left->type;

	if (text->index != TEXT_SHORTEST)
		return "fixed";
	if (type->kind == TYPE_TIME)
		return "seconds";
	return type_word(type_is_fraction(type) ? type : type_wide(type));
}

/* The arguments of those, but for the place. */
static const char *number_arguments(struct writer *w, const struct term *text)
{
	const char *number = term_number(w, text->left).text;

	return text->index == TEXT_SHORTEST ? number
	                                    : arena_printf(w->arena, "%s, %u", number, text->index);
}

/* ---- Into a place ---- */

static void add_part(struct writer *w, const char *target, const struct term *part)
{
	const char *arguments[3] = {target};
	size_t n = 3;
	const char *function = "pkd_string_add(";

	if (part->kind == TERM_TEXT) {
		const char *word = value_word(w, part->left);
		function = word ? "pkd_string_add_word("
		                : arena_printf(w->arena, "pkd_string_add_%s(", number_word(part));
		arguments[1] = word ? word : number_arguments(w, part);
		n = 2;
	} else if (part->kind == TERM_CONST) {
		arguments[1] = out_quote(w->arena, part->value.s, 0);
		arguments[2] = arena_printf(w->arena, "%zu", strlen(part->value.s));
	} else {
		const struct term *from = part->kind == TERM_CONVERT ? part->left : part;
		struct value_text place = term_place(w, from);
		if (out_columns(place.text) > 24)
			place = term_keep(w, place, from->type, term_name(w, from));
		arguments[1] = place_member(w->arena, place, "text").text;
		arguments[2] = place_length(w->arena, place, part->type);
	}
	out_call(w->out, w->depth, function, arguments, n, ");");
}

void text_fill(struct writer *w, struct value_text to, const struct term *term)
{
	const char *target = to.pointer ? to.text : arena_printf(w->arena, "&%s", to.text);
	struct pieces parts = {0};

	while (term->kind == TERM_CONVERT)
		term = term->left; /* the place cuts it */
	collect(w, term, &parts);
	writer_say(w, "%s = 0;", place_member(w->arena, to, "len").text);
	for (size_t i = 0; i < parts.n; i++)
		add_part(w, target, parts.items[i]);
}

/* ---- For a parameter ---- */

static const char *part_text(struct writer *w, const struct term *part)
{
	const char *word, *name, *arguments;

	if (part->kind != TERM_TEXT)
		return term_number(w, part).text;
	word = value_word(w, part->left);
	if (word)
		return word;
	arguments = number_arguments(w, part);
	name = writer_name(w, NULL);
	writer_say(w, "char %s[PKD_NUMBER_SIZE];", name);
	writer_say(w, "pkd_text_%s(%s, %s);", number_word(part), arguments, name);
	return name;
}

struct value_text text_number(struct writer *w, const struct term *term)
{
	struct pieces parts = {0};
	const char **arguments, *name, *head;

	collect(w, term, &parts);
	arguments = arena_alloc(w->arena, (parts.n + 1) * sizeof *arguments);
	arguments[0] = arena_printf(w->arena, "%zu", parts.n);
	for (size_t i = 0; i < parts.n; i++)
		arguments[i + 1] = part_text(w, parts.items[i]);
	name = writer_name(w, NULL);
	head = arena_printf(w->arena, "const char *%s = pkd_text_joined(", name);
	out_call(w->out, w->depth, head, arguments, parts.n + 1, ");");
	writer_say(w, "if (!%s)\n\t%s", name, writer_leave(w));
	return value_number(name, BINDS_ALL);
}
