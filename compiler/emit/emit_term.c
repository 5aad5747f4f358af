/* Terms as C: which one is written how, and the leaves. A number becomes an expression as far as
 * that reads well, and a local where it does not; larger values are read where they lie and written
 * where they are wanted. */
#include "emit/writer.h"
#include "sema/c_name.h"
#include <string.h>

const char *term_name(const struct writer *w, const struct term *term)
{
	while (term->kind == TERM_COALESCE || term->kind == TERM_CONVERT || term->kind == TERM_WHEN)
		term = term->left;
	if (term->kind == TERM_INPUT)
		return w->face->inputs.items[term->index].name;
	if (term->kind == TERM_PART)
		return w->face->parts.items[term->index].name;
	if (term->kind == TERM_PAST)
		return w->face->parts.items[w->face->pasts.items[term->index].part].name;
	if (term->kind == TERM_FIELD)
		return term->left->type->record->fields.items[term->index].name;
	return NULL;
}

/* ---- Leaves ---- */

static struct value_text input(struct writer *w, const struct term *term)
{
	const struct port *port = &w->face->inputs.items[term->index];
	const char *text = arena_printf(w->arena, "in->%s", c_member(w->arena, port->name));

	if (port->optional)
		writer_require(w, text, arena_printf(w->arena, "!%s", text));
	return (struct value_text){.text = text, .binding = BINDS_ALL, .pointer = true};
}

/* "state->has_x", or of several values "state->n_x >= 2"; what holds where it is absent. */
static const char *past_condition(struct writer *w, const struct term *term, bool present)
{
	const char *flag = w->past_flags[term->index];

	if (w->face->pasts.items[term->index].depth == 1)
		return arena_printf(w->arena, "%sstate->%s", present ? "" : "!", flag);
	return arena_printf(w->arena, "state->%s %s %u", flag, present ? ">=" : "<", term->element);
}

const char *term_presence(struct writer *w, const struct term *term)
{
	if (term->kind == TERM_PAST)
		return past_condition(w, term, true);
	if (term->kind == TERM_PART)
		return arena_printf(w->arena, "self->%s", w->flags[term->index]);
	return arena_printf(w->arena, "in->%s",
	                    c_member(w->arena, w->face->inputs.items[term->index].name));
}

bool term_is_surely_present(struct writer *w, const struct term *term)
{
	bool optional = true;

	if (term->kind == TERM_PART)
		optional = w->face->parts.items[term->index].term->optional;
	else if (term->kind == TERM_INPUT)
		optional = w->face->inputs.items[term->index].optional;

	return !optional || writer_knows(w, term_presence(w, term));
}

/* What the node has computed before, and published or kept. */
static struct value_text part(struct writer *w, const struct term *term)
{
	if (!term_is_surely_present(w, term))
		writer_require(w, term_presence(w, term),
		               arena_printf(w->arena, "!%s", term_presence(w, term)));
	return writer_part(w, term->index);
}

/* An earlier value of a part. */
static struct value_text past(struct writer *w, const struct term *term)
{
	const struct past *kept = &w->face->pasts.items[term->index];
	const char *name = w->face->parts.items[kept->part].name;

	if (!term_is_surely_present(w, term))
		writer_require(w, past_condition(w, term, true), past_condition(w, term, false));
	return (struct value_text){
		.text = kept->depth == 1
	                        ? arena_printf(w->arena, "state->%s", name)
	                        : arena_printf(w->arena, "state->%s[%u]", name, term->element - 1),
		.binding = BINDS_ALL};
}

/* What the runtime knows of the firing, of which a part is. */
static struct value_text about_firing(struct writer *w, const struct term *term)
{
	part(w, term->left);
	if (term->kind == TERM_AGE)
		return value_number("0", BINDS_ALL);
	return value_number(term->kind == TERM_NUMBER ? "pkd_number(ctx)" : "pkd_time(ctx)",
	                    BINDS_ALL);
}

/* What the runtime knows of an input's value. */
static struct value_text about_input(struct writer *w, const struct term *term)
{
	if (term->left->kind == TERM_PART)
		return about_firing(w, term);
	const char *text = input(w, term->left).text;

	if (term->kind == TERM_AGE) {
		return value_number(arena_printf(w->arena, "pkd_age(ctx, %s)", text), BINDS_ALL);
	}
	return value_number(arena_printf(w->arena, "pkd_frame_of(%s)->%s", text,
	                                 term->kind == TERM_NUMBER ? "number" : "capture_ns"),
	                    BINDS_ALL);
}

struct value_text term_constant(struct writer *w, const struct term *term)
{
	const char *text = value_c(w->arena, &term->value, term->type, 0);

	if (term->value.kind == VALUE_INT && type_is_unsigned(term->type) &&
	    term->value.i > INT32_MAX)
		text = arena_printf(w->arena, "%sU", text);
	return value_number(text, text[0] == '-' ? BINDS_UNARY : BINDS_ALL);
}

static struct value_text option(struct writer *w, const struct term *term)
{
	const char *name = c_member(w->arena, w->p->graph->params.items[term->index].name);

	/* Of a string<n>, where one without a capacity is needed, the text. */
	bool text = w->p->graph->params.items[term->index].bounded && !term->type->n.value;

	return value_number(
		term->element ? arena_printf(w->arena, "options.%s[%u]", name, term->element - 1)
			      : arena_printf(w->arena, "options.%s%s", name, text ? ".text" : ""),
		BINDS_ALL);
}

static struct value_text it(struct writer *w)
{
	struct item *item = &w->items.items[w->items.n - 1];

	item->used = true;
	return (struct value_text){
		.text = item->name, .binding = BINDS_ALL, .pointer = term_is_place(item->type)};
}

static struct value_text field(struct writer *w, const struct term *term)
{
	const struct record *record = term->left->type->record;

	return place_member(w->arena, term_place(w, term->left),
	                    record->fields.items[term->index].name);
}

/* ---- Numbers ---- */

/* Of what lies in a place. */
static struct value_text number_there(struct writer *w, struct value_text place)
{
	return value_number(place_text(w->arena, place), place.pointer ? BINDS_UNARY : BINDS_ALL);
}

static struct value_text presence(struct writer *w, const struct term *of)
{
	if (term_is_surely_present(w, of))
		return value_number("true", BINDS_ALL);
	if (of->kind == TERM_INPUT)
		return value_number(arena_printf(w->arena, "%s != NULL", term_presence(w, of)),
		                    BINDS_EQUAL);
	return value_number(term_presence(w, of), of->kind == TERM_PART ? BINDS_ALL : BINDS_EQUAL);
}

struct value_text term_number(struct writer *w, const struct term *term)
{
	switch (term->kind) {
	case TERM_CONST:
		return term_constant(w, term);
	case TERM_OPTION:
		return option(w, term);
	case TERM_INPUT:
		return number_there(w, input(w, term));
	case TERM_PART:
		return number_there(w, part(w, term));
	case TERM_PAST:
		return number_there(w, past(w, term));
	case TERM_ELEMENT:
		return number_there(w, list_element(w, term));
	case TERM_BEST:
		return number_there(w, list_best(w, term));
	case TERM_IT:
		return it(w);
	case TERM_FIELD:
		return field(w, term);
	case TERM_UNARY:
		return operator_unary(w, term);
	case TERM_BINARY:
		return text_is_made(term) ? text_number(w, term) : operator_binary(w, term);
	case TERM_TEXT:
		return text_number(w, term);
	case TERM_CALL:
		return operator_call(w, term);
	case TERM_IF:
		return choice_if(w, term);
	case TERM_COALESCE:
		return choice_coalesce(w, term);
	case TERM_WHEN:
		choice_when(w, term);
		return term_number(w, term->left);
	case TERM_LENGTH:
		return list_length(w, term);
	case TERM_FOLD:
		return list_fold(w, term);
	case TERM_MINMAX:
		return operator_minmax(w, term);
	case TERM_CONVERT:
		return operator_convert(w, term);
	case TERM_NUMBER:
	case TERM_TIME:
	case TERM_AGE:
		return about_input(w, term);
	case TERM_PRESENT:
		return presence(w, term->left);
	case TERM_WHERE:
	case TERM_SELECT:
	case TERM_SORTED:
	case TERM_TAKE:
	case TERM_RECORD:
	case TERM_LIST:
		break;
	}
	return value_number("0", BINDS_ALL);
}

/* ---- Places ---- */

static bool is_made(const struct term *term);

/* Made, or a part of what is: it is gone with the block in which that is declared. */
static bool is_of_block(const struct term *term)
{
	bool is_part = term->kind == TERM_FIELD || term->kind == TERM_ELEMENT ||
	               term->kind == TERM_BEST;

	return is_made(term) || (is_part && is_of_block(term->left));
}

/* Made by the expression itself, so that it lies nowhere yet. A choice copies what would be gone
 * with the block of its branch. */
static bool is_made(const struct term *term)
{
	if (term->kind == TERM_WHEN)
		return is_made(term->left);
	if (term->kind == TERM_IF)
		return is_of_block(term->right) || is_of_block(term->third);
	if (term->kind == TERM_COALESCE)
		return is_of_block(term->left) || is_of_block(term->right);
	return term->kind == TERM_WHERE || term->kind == TERM_SELECT || term->kind == TERM_SORTED ||
	       term->kind == TERM_TAKE || term->kind == TERM_RECORD || term->kind == TERM_LIST ||
	       text_is_made(term);
}

static struct value_text make_place(struct writer *w, const struct term *term)
{
	struct value_text place = {.binding = BINDS_ALL};
	struct layout layout = {0, 1};
	const char *name = term_name(w, term);

	type_layout(term->type, &layout);
	if (layout.size > WRITER_LARGE) {
		name = writer_member(w, name);
		out_field(&w->rooms, "%s;", writer_variable(w, term->type, name));
		place.text = arena_printf(w->arena, "self->%s", name);
	} else {
		place.text = writer_name(w, name);
		writer_say(w, "%s;", writer_variable(w, term->type, place.text));
	}
	term_fill(w, place, term);
	return place;
}

const char *value_initializer(struct arena *arena, const struct value *value,
                              const struct type *type)
{
	const char *items = "";

	if (type->kind == TYPE_STRING)
		return arena_printf(arena, "{%zu, %s}", strlen(value->s),
		                    out_quote(arena, value->s, 0));
	if (type->kind != TYPE_LIST)
		return value_c(arena, value, type, 0);
	for (size_t i = 0; i < value->n; i++)
		items = arena_printf(arena, "%s%s%s", items, i ? ", " : "",
		                     value_initializer(arena, &value->items[i], type->item));
	return arena_printf(arena, "{%zu, {%s}}", value->n, items);
}

static struct value_text constant_place(struct writer *w, const struct term *term)
{
	const char *name = writer_name(w, NULL);

	writer_define(
		w, arena_printf(w->arena, "static const %s", writer_variable(w, term->type, name)),
		value_initializer(w->arena, &term->value, term->type));
	return (struct value_text){.text = name, .binding = BINDS_ALL};
}

/* A pointer that is more than a name is kept under one, for what is read through it. */
static struct value_text named(struct writer *w, struct value_text value, const struct term *term)
{
	return value.binding == BINDS_ALL ? value
	                                  : term_keep(w, value, term->type, term_name(w, term));
}

struct value_text term_place(struct writer *w, const struct term *term)
{
	if (is_made(term))
		return make_place(w, term);
	if (term->kind == TERM_CONST)
		return constant_place(w, term);
	if (term->kind == TERM_OPTION)
		return option(w, term);
	if (term->kind == TERM_INPUT)
		return input(w, term);
	if (term->kind == TERM_PART)
		return part(w, term);
	if (term->kind == TERM_PAST)
		return past(w, term);
	if (term->kind == TERM_IT)
		return it(w);
	if (term->kind == TERM_FIELD)
		return field(w, term);
	if (term->kind == TERM_ELEMENT)
		return list_element(w, term);
	if (term->kind == TERM_BEST)
		return list_best(w, term);
	if (term->kind == TERM_IF)
		return named(w, choice_if(w, term), term);
	if (term->kind == TERM_COALESCE)
		return named(w, choice_coalesce(w, term), term);
	choice_when(w, term); /* nothing else makes such a value */
	return term_place(w, term->left);
}

struct value_text term_read(struct writer *w, const struct term *term)
{
	return term_is_place(term->type) ? term_place(w, term) : term_number(w, term);
}

/* ---- Writing ---- */

static void fill_record(struct writer *w, struct value_text to, const struct term *term)
{
	const struct record *record = term->type->record;

	for (size_t i = 0; i < term->n_items; i++)
		term_fill(w, place_member(w->arena, to, record->fields.items[i].name),
		          term->items[i]);
}

static void fill_list(struct writer *w, struct value_text to, const struct term *term)
{
	if (term->type->kind == TYPE_LIST)
		writer_say(w, "%s = %zu;", place_member(w->arena, to, "len").text, term->n_items);
	for (size_t i = 0; i < term->n_items; i++)
		term_fill(w, place_item(w->arena, to, term->type, arena_printf(w->arena, "%zu", i)),
		          term->items[i]);
}

/* A number. False where it is a choice that needs statements, which then write it. */
static bool fill_in_a_line(struct writer *w, struct value_text to, const struct term *term)
{
	bool choice = term->kind == TERM_IF || term->kind == TERM_COALESCE;
	size_t n_names = w->names.n, n_members = w->members.n, n_rooms = w->rooms.fields.n;
	unsigned n_temporaries = w->n_temporaries;
	struct value_text value;
	struct block block;
	const char *statements = "";

	if (choice)
		writer_open(w, &block);
	value = term_number(w, term);
	if (choice)
		statements = writer_close(w, &block);
	if (!*statements) {
		writer_define(w, place_text(w->arena, to), value.text);
		return true;
	}
	for (size_t i = n_names; i < w->names.n; i++)
		w->names.entries[i].value = NULL;
	for (size_t i = n_members; i < w->members.n; i++)
		w->members.entries[i].value = NULL;
	w->rooms.fields.n = n_rooms;
	w->n_temporaries = n_temporaries;
	return false;
}

void term_fill(struct writer *w, struct value_text to, const struct term *term)
{
	bool place = term_is_place(term->type);

	if (term->kind == TERM_WHERE) {
		list_where(w, to, term);
	} else if (term->kind == TERM_SELECT) {
		list_select(w, to, term);
	} else if (term->kind == TERM_SORTED) {
		list_sorted(w, to, term);
	} else if (term->kind == TERM_TAKE) {
		list_take(w, to, term);
	} else if (text_is_made(term)) {
		text_fill(w, to, term);
	} else if (term->kind == TERM_RECORD) {
		fill_record(w, to, term);
	} else if (term->kind == TERM_LIST) {
		fill_list(w, to, term);
	} else if (term->kind == TERM_WHEN) {
		choice_when(w, term);
		term_fill(w, to, term->left);
	} else if (term->type->kind == TYPE_STRING && place && term->kind == TERM_CONST) {
		writer_say(w, "pkd_string_set(%s, %s);",
		           to.pointer ? to.text : arena_printf(w->arena, "&%s", to.text),
		           out_quote(w->arena, term->value.s, 0));
	} else if (place && (term->kind == TERM_IF || term->kind == TERM_COALESCE)) {
		choice_fill(w, to, term);
	} else if (place) {
		place_copy(w, to, term_place(w, term), term->type);
	} else if (!fill_in_a_line(w, to, term)) {
		choice_fill(w, to, term);
	}
}
