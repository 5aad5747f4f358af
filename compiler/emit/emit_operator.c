/* Arithmetic and comparison. Integers and times use the saturating functions of arith.h. */
#include "emit/writer.h"
#include <string.h>

/* Makes the longest of the operands a local until all fit into a line with `more` columns. */
static void fit(struct writer *w, const struct term *const *terms, struct value_text *values,
                size_t n, size_t more)
{
	for (size_t tries = 0; tries < n; tries++) {
		size_t columns = more, longest = 0;
		for (size_t i = 0; i < n; i++) {
			columns += out_columns(values[i].text);
			if (out_columns(values[i].text) > out_columns(values[longest].text))
				longest = i;
		}
		if (columns <= writer_room(w))
			return;
		values[longest] = term_keep(w, values[longest], terms[longest]->type, NULL);
	}
}

static struct value_text call(struct writer *w, const char *function,
                              const struct term *const *terms, struct value_text *values, size_t n)
{
	const char *arguments = "";

	fit(w, terms, values, n, strlen(function) + 2 * n);
	for (size_t i = 0; i < n; i++)
		arguments = arena_printf(w->arena, "%s%s%s", arguments, i ? ", " : "",
		                         values[i].text);
	return value_number(arena_printf(w->arena, "%s(%s)", function, arguments), BINDS_ALL);
}

/* "pkd_add_i32" */
static const char *function_name(struct writer *w, const char *word, const struct type *type)
{
	return arena_printf(w->arena, "pkd_%s_%s", word, type_word(type));
}

/* ---- Comparison ---- */

/* A comparison with bool as it lies in memory: anything but 0 is true. */
static struct value_text truth(struct writer *w, const struct term *term, struct value_text value)
{
	bool read = term_is_path(term) || term->kind == TERM_ELEMENT;

	if (term->type->kind != TYPE_BOOL || !read)
		return value;
	return value_number(arena_printf(w->arena, "(%s != 0)", value.text), BINDS_ALL);
}

/* A pointer to a string, of whatever struct. */
static const char *string_address(struct writer *w, const struct term *term)
{
	struct value_text place = term_place(w, term);

	return place.pointer ? place.text : arena_printf(w->arena, "&%s", place.text);
}

static const char *text_and_length(struct writer *w, const struct term *term)
{
	if (term->kind == TERM_CONST)
		return arena_printf(w->arena, "%s, %zu", out_quote(w->arena, term->value.s, 0),
		                    strlen(term->value.s));
	struct value_text place = term_place(w, term);
	return arena_printf(w->arena, "%s, %s", place_member(w->arena, place, "text").text,
	                    place_length(w->arena, place, term->type));
}

/* Of two strings: by their bytes, and the length. */
static struct value_text string_comparison(struct writer *w, const struct term *term,
                                           const char *word, int binding)
{
	bool equality = term->op == OP_EQ || term->op == OP_NE;
	bool left = term->left->kind == TERM_CONST, right = term->right->kind == TERM_CONST;

	if (equality && left != right) {
		const char *place = string_address(w, left ? term->right : term->left);
		const char *literal =
			out_quote(w->arena, left ? term->left->value.s : term->right->value.s, 0);
		return value_number(arena_printf(w->arena, "%spkd_string_is(%s, %s)",
		                                 term->op == OP_NE ? "!" : "", place, literal),
		                    term->op == OP_NE ? BINDS_UNARY : BINDS_ALL);
	}
	if (left || right) {
		const char *a = text_and_length(w, term->left);
		const char *b = text_and_length(w, term->right);
		return value_number(
			arena_printf(w->arena, "pkd_text_order(%s, %s) %s 0", a, b, word), binding);
	}
	const char *a = string_address(w, term->left), *b = string_address(w, term->right);
	return value_number(arena_printf(w->arena, "pkd_string_order(%s, %s) %s 0", a, b, word),
	                    binding);
}

static struct value_text comparison(struct writer *w, const struct term *term)
{
	const char *word = operators[term->op].c_word;
	int binding = (int)operators[term->op].binds;

	if (term_is_place(term->left->type))
		return string_comparison(w, term, word, binding);
	if (term->left->type->kind == TYPE_STRING)
		return value_number(arena_printf(w->arena, "strcmp(%s, %s) %s 0",
		                                 term_number(w, term->left).text,
		                                 term_number(w, term->right).text, word),
		                    binding);
	const struct term *terms[] = {term->left, term->right};
	struct value_text values[2];
	for (size_t i = 0; i < 2; i++)
		values[i] = truth(w, terms[i], term_number(w, terms[i]));
	if (!type_equal(term->left->type, term->right->type)) {
		bool swapped = term->right->type->kind == TYPE_U64;
		return value_number(arena_printf(w->arena, "%spkd_order_unsigned(%s, %s) %s 0",
		                                 swapped ? "-" : "", values[swapped].text,
		                                 values[!swapped].text, word),
		                    binding);
	}
	fit(w, terms, values, 2, 4);
	return value_number(arena_printf(w->arena, "%s %s %s",
	                                 value_operand(w->arena, values[0], BINDS_SUM), word,
	                                 value_operand(w->arena, values[1], BINDS_SUM)),
	                    binding);
}

/* ---- Arithmetic ---- */

/* The exact result, or there is none: GCC and Clang say whether it fits. */
static struct value_text exact(struct writer *w, const char *function, const struct type *type,
                               const char *left, const char *right)
{
	const char *name = writer_name(w, NULL);

	writer_say(w, "%s;", writer_variable(w, type, name));
	writer_say(w, "if (__builtin_%s_overflow(%s, %s, &%s))\n\t%s", function, left, right, name,
	           writer_leave(w));
	return value_number(name, BINDS_ALL);
}

/* The divisor is not zero. Where all must be exact, the least number cannot be divided by -1. */
static void require_divisor(struct writer *w, const struct term *term, struct value_text *left,
                            struct value_text *right)
{
	struct layout layout;

	if (!term_is_path(term->right) && term->right->kind != TERM_OPTION)
		*right = term_keep(w, *right, term->right->type, term_name(w, term->right));
	writer_require(w, arena_printf(w->arena, "%s != 0", right->text),
	               arena_printf(w->arena, "%s == 0", right->text));
	if (!w->unfit || type_is_unsigned(term->type))
		return;
	type_layout(term->type, &layout);
	*left = term_keep(w, *left, term->left->type, term_name(w, term->left));
	writer_say(w, "if (%s == -1 && %s == INT%llu_MIN)\n\t%s", right->text, left->text,
	           (unsigned long long)layout.size * 8, writer_leave(w));
}

static struct value_text arithmetic(struct writer *w, const struct term *term)
{
	const struct term *terms[] = {term->left, term->right};
	struct value_text values[] = {term_number(w, term->left), term_number(w, term->right)};
	const struct operator_row *row = &operators[term->op];
	int binding = (int)row->binds;

	if (type_is_fraction(term->type)) {
		fit(w, terms, values, 2, 4);
		return value_number(arena_printf(w->arena, "%s %s %s",
		                                 value_operand(w->arena, values[0], binding),
		                                 row->c_word,
		                                 value_operand(w->arena, values[1], binding + 1)),
		                    binding);
	}
	bool divides = term->op == OP_DIV || term->op == OP_MOD;
	bool difference = term->op == OP_SUB && type_is_unsigned(term->left->type);
	if (divides && (term->right->kind != TERM_CONST || term_is_zero(term->right)))
		require_divisor(w, term, &values[0], &values[1]);
	if (w->unfit && !divides)
		return exact(w, row->function, term->type, values[0].text, values[1].text);
	return call(w,
	            difference ? "pkd_sub_unsigned" : function_name(w, row->function, term->type),
	            terms, values, 2);
}

struct value_text operator_binary(struct writer *w, const struct term *term)
{
	if (operators[term->op].use == USE_LOGIC)
		return choice_logic(w, term);
	return operators[term->op].use == USE_COMPARISON ? comparison(w, term)
	                                                 : arithmetic(w, term);
}

static struct value_text negative(struct writer *w, const struct term *term)
{
	struct value_text value;

	if (term->left->kind == TERM_CONST && term->left->value.i != INT64_MIN) {
		struct term opposite = *term->left;
		opposite.value.i = -opposite.value.i;
		opposite.value.f = -opposite.value.f;
		return term_constant(w, &opposite);
	}
	value = term_number(w, term->left);
	if (w->unfit && !type_is_fraction(term->type))
		return exact(w, "sub", term->type, "0", value.text);
	if (type_is_unsigned(term->left->type))
		return value_number(arena_printf(w->arena, "pkd_sub_unsigned(0, %s)", value.text),
		                    BINDS_ALL);
	if (!type_is_fraction(term->type))
		return value_number(
			arena_printf(w->arena, "pkd_neg_%s(%s)", type_word(term->type), value.text),
			BINDS_ALL);
	if (value.text[0] == '-')
		value.binding = BINDS_CHOICE; /* no -- */
	return value_number(
		arena_printf(w->arena, "-%s", value_operand(w->arena, value, BINDS_UNARY)),
		BINDS_UNARY);
}

struct value_text operator_unary(struct writer *w, const struct term *term)
{
	if (term->op == OP_NEG)
		return negative(w, term);
	if (term->left->kind == TERM_PRESENT && !term_is_surely_present(w, term->left->left)) {
		const char *presence = term_presence(w, term->left->left);
		int binding = strchr(presence, ' ') ? BINDS_EQUAL : BINDS_ALL;
		return value_number(value_not(w->arena, value_number(presence, binding)),
		                    BINDS_UNARY);
	}
	return value_number(value_not(w->arena, term_number(w, term->left)), BINDS_UNARY);
}

struct value_text operator_minmax(struct writer *w, const struct term *term)
{
	const struct term *terms[] = {term->left, term->right};
	struct value_text values[] = {term_number(w, term->left), term_number(w, term->right)};

	return call(w, function_name(w, term->fold == FOLD_MIN ? "min" : "max", term->type), terms,
	            values, 2);
}

/* ---- Functions ---- */

struct value_text operator_call(struct writer *w, const struct term *term)
{
	const struct function_row *row = &functions[term->function];
	const struct term *first = term->items[0];
	struct value_text *values = arena_alloc(w->arena, term->n_items * sizeof *values);

	for (size_t i = 0; i < term->n_items; i++)
		values[i] = term_number(w, term->items[i]);
	if (row->form == FORM_KEEP) {
		if (w->unfit && term->function == FUNCTION_ABS && !type_is_fraction(term->type)) {
			values[0] = term_keep(w, values[0], first->type, NULL);
			const char *sign = arena_printf(w->arena, "%s < 0 ? -1 : 1",
			                                values[0].text);
			return exact(w, "mul", term->type, values[0].text, sign);
		}
		return call(w, function_name(w, row->c_word, first->type), term->items, values,
		            term->n_items);
	}
	struct value_text value = call(w, row->c_word, term->items, values, term->n_items);
	if (term->type->kind == TYPE_F32)
		return value_number(arena_printf(w->arena, "(float)%s", value.text), BINDS_UNARY);
	return value;
}

/* ---- Conversions ---- */

/* Where all must be exact: the value as it is, or cut to its whole part, has this type. */
static struct value_text exact_convert(struct writer *w, const struct term *term,
                                       struct value_text value)
{
	if (!type_is_fraction(term->left->type))
		return exact(w, "add", term->type, value.text, "0");
	value = term_keep(w, value, term->left->type, term_name(w, term->left));
	writer_say(w, "if (!pkd_%s_holds_f64(%s))\n\t%s", type_word(term->type), value.text,
	           writer_leave(w));
	return value_number(arena_printf(w->arena, "(%s)%s", type_c_param(term->type), value.text),
	                    BINDS_UNARY);
}

struct value_text operator_convert(struct writer *w, const struct term *term)
{
	const struct type *from = term->left->type, *to = term->type;
	struct value_text value = term_number(w, term->left);
	struct layout from_size, to_size;

	type_layout(from, &from_size);
	type_layout(to, &to_size);
	bool wider = type_is_unsigned(from) == type_is_unsigned(to)
	                     ? to_size.size >= from_size.size
	                     : type_is_unsigned(from) && to_size.size > from_size.size;
	if (type_is_fraction(to) || (!type_is_fraction(from) && wider))
		return value_number(arena_printf(w->arena, "(%s)%s", type_c_param(to),
		                                 value_operand(w->arena, value, BINDS_UNARY)),
		                    BINDS_UNARY);
	if (w->unfit)
		return exact_convert(w, term, value);
	return value_number(arena_printf(w->arena, "pkd_%s_from_%s(%s)", type_word(to),
	                                 type_is_fraction(from)   ? "f64"
	                                 : type_is_unsigned(from) ? "u64"
	                                                          : "i64",
	                                 value.text),
	                    BINDS_ALL);
}
