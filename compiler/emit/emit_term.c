/* Terms as C. A number becomes an expression as far as that reads well, and a local where it does not;
 * larger values are read where they lie and written where they are wanted. What is evaluated only
 * under a condition, or may have no value, becomes statements under an `if`. */
#include "base/text.h"
#include "emit/writer.h"
#include <string.h>

/* ---- Texts ---- */

bool term_is_place(const struct type *type)
{
	return type->kind >= TYPE_STRING && type->kind <= TYPE_RECORD;
}

static bool is_fraction(const struct type *type)
{
	return type->kind == TYPE_F32 || type->kind == TYPE_F64;
}

static bool is_unsigned(const struct type *type)
{
	return type->kind >= TYPE_U8 && type->kind <= TYPE_U64;
}

const char *type_word(const struct type *type)
{
	static const char *const words[] = {
#define TYPE(constant, word, c_type, size, pkd_kind) [constant] = word,
#include "sema/type.def"
#undef TYPE
	};

	return type->kind == TYPE_TIME ? "i64" : words[type->kind];
}

static struct value_text number(const char *text, int binding)
{
	return (struct value_text){.text = text, .binding = binding};
}

const char *value_operand(struct arena *arena, struct value_text value, int binding)
{
	return value.binding < binding ? arena_printf(arena, "(%s)", value.text) : value.text;
}

const char *value_not(struct arena *arena, struct value_text value)
{
	return arena_printf(arena, "!%s", value_operand(arena, value, BINDS_UNARY));
}

struct value_text place_member(struct arena *arena, struct value_text place, const char *name)
{
	return (struct value_text){
		.text = arena_printf(arena, place.pointer ? "%s->%s" : "%s.%s", place.text, name),
		.binding = BINDS_ALL};
}

const char *place_text(struct arena *arena, struct value_text place)
{
	return place.pointer ? arena_printf(arena, "*%s", place.text) : place.text;
}

const char *place_address(struct arena *arena, struct value_text place, const struct type *type)
{
	if (place.pointer)
		return place.text;
	/* A struct without a name is the same as one that has one, but C does not know. */
	bool nameless = term_is_place(type) && type->kind != TYPE_RECORD;
	return arena_printf(arena, nameless ? "(const void *)&%s" : "&%s", place.text);
}

struct value_text place_item(struct arena *arena, struct value_text place, const struct type *type,
                             const char *index)
{
	if (type->kind == TYPE_LIST)
		place = place_member(arena, place, "items");
	return (struct value_text){.text = arena_printf(arena,
	                                                place.pointer ? "(*%s)[%s]" : "%s[%s]",
	                                                place.text, index),
	                           .binding = BINDS_ALL};
}

/* ---- Locals ---- */

struct value_text term_keep(struct writer *w, struct value_text value, const struct type *type,
                            const char *name)
{
	name = writer_name(w, name);
	if (term_is_place(type)) {
		writer_define(w, writer_pointer(w, type, name),
		              place_address(w->arena, value, type));
		return (struct value_text){.text = name, .binding = BINDS_ALL, .pointer = true};
	}
	writer_define(w, arena_printf(w->arena, "const %s", writer_variable(w, type, name)),
	              value.text);
	return number(name, BINDS_ALL);
}

/* Makes the longer of two operands a local until both fit into a line with `more` columns. */
static void fit(struct writer *w, struct value_text *a, const struct type *a_type,
                struct value_text *b, const struct type *b_type, size_t more)
{
	for (int i = 0; i < 2; i++) {
		size_t a_columns = out_columns(a->text), b_columns = out_columns(b->text);
		if (a_columns + b_columns + more <= writer_room(w))
			return;
		if (a_columns >= b_columns)
			*a = term_keep(w, *a, a_type, NULL);
		else
			*b = term_keep(w, *b, b_type, NULL);
	}
}

/* What a value may be called that a term has made. */
static const char *name_for(const struct writer *w, const struct term *term)
{
	while (term->kind == TERM_COALESCE || term->kind == TERM_CONVERT || term->kind == TERM_WHEN)
		term = term->left;
	if (term->kind == TERM_INPUT)
		return w->face->inputs.items[term->index].name;
	if (term->kind == TERM_FIELD)
		return term->left->type->record->fields.items[term->index].name;
	return NULL;
}

/* ---- Inputs ---- */

static struct value_text input(struct writer *w, const struct term *term)
{
	const struct port *port = &w->face->inputs.items[term->index];
	const char *text = arena_printf(w->arena, "in->%s", port->name);

	if (port->optional)
		writer_require(w, text, arena_printf(w->arena, "!%s", text));
	return (struct value_text){.text = text, .binding = BINDS_ALL, .pointer = true};
}

/* What the runtime knows of an input's value. */
static struct value_text about_input(struct writer *w, const struct term *term)
{
	const char *text = input(w, term).text;

	if (term->kind == TERM_AGE) {
		w->uses_ctx = true;
		return number(arena_printf(w->arena, "pkd_age(ctx, %s)", text), BINDS_ALL);
	}
	return number(arena_printf(w->arena, "pkd_frame_of(%s)->%s", text,
	                           term->kind == TERM_NUMBER ? "number" : "capture_ns"),
	              BINDS_ALL);
}

static const char *present_text(struct writer *w, const struct term *term)
{
	return arena_printf(w->arena, "in->%s", w->face->inputs.items[term->index].name);
}

/* ---- What holds ---- */

/* x, x.y, it.z: nothing need be said before it. */
static bool is_path(const struct term *term)
{
	while (term->kind == TERM_FIELD)
		term = term->left;
	return term->kind == TERM_INPUT || term->kind == TERM_IT;
}

static bool is_zero(const struct term *term)
{
	return term->kind == TERM_CONST && term->value.kind == VALUE_INT && term->value.i == 0;
}

void term_learn(struct writer *w, const struct term *test, bool truth)
{
	if (test->kind == TERM_PRESENT && truth)
		writer_learn(w, present_text(w, test));
	if (test->kind == TERM_UNARY && test->op == '!')
		term_learn(w, test->left, !truth);
	if (test->kind != TERM_BINARY)
		return;
	if (test->op == (truth ? '&' : '|')) {
		term_learn(w, test->left, truth);
		term_learn(w, test->right, truth);
	}
	bool not_zero = truth ? test->op == 'n' || test->op == '>' : test->op == 'e';
	if (not_zero && is_zero(test->right) && is_path(test->left))
		writer_learn(w, arena_printf(w->arena, "%s != 0", term_number(w, test->left).text));
}

static struct value_text read_term(struct writer *w, const struct term *term)
{
	return term_is_place(term->type) ? term_place(w, term) : term_number(w, term);
}

/* Conditions under which a term has a value, all at once; false where it is not that simple. */
VEC_OF(conditions, const char *);

static bool guard(struct writer *w, const struct term *term, struct conditions *all);

static bool always(struct writer *w, const struct term *term)
{
	struct conditions none = {0};

	return !term || (guard(w, term, &none) && none.n == 0);
}

static void add_condition(struct writer *w, struct conditions *all, const char *condition)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->items[i], condition) == 0)
			return;
	if (!writer_knows(w, condition))
		vec_push(w->arena, all, condition);
}

/* "in->xs->len > 3" */
static const char *length_condition(struct writer *w, struct value_text list, int64_t index)
{
	return arena_printf(w->arena, "%s > %lld", place_member(w->arena, list, "len").text,
	                    (long long)index);
}

/* The value of a path, once the conditions hold. */
static struct value_text guarded_path(struct writer *w, const struct term *path,
                                      const struct conditions *all)
{
	size_t n_facts = w->facts.n;
	struct value_text value;

	for (size_t i = 0; i < all->n; i++)
		writer_learn(w, all->items[i]);
	value = read_term(w, path);
	w->facts.n = n_facts;
	return value;
}

/* Of xs[3] where xs is a path. */
static bool guard_element(struct writer *w, const struct term *term, struct conditions *all)
{
	const struct type *type = term->left->type;
	int64_t index = term->right->value.i;

	if (term->right->kind != TERM_CONST || index < 0 || !is_path(term->left) ||
	    !guard(w, term->left, all))
		return false;
	if (type->kind == TYPE_ARRAY)
		return (uint64_t)index < type->n.value;
	add_condition(w, all, length_condition(w, guarded_path(w, term->left, all), index));
	return true;
}

/* Of x / y where y is a path. */
static bool guard_divisor(struct writer *w, const struct term *divisor, struct conditions *all)
{
	if (!guard(w, divisor, all))
		return false;
	add_condition(w, all,
	              arena_printf(w->arena, "%s != 0", guarded_path(w, divisor, all).text));
	return true;
}

static bool guard_binary(struct writer *w, const struct term *term, struct conditions *all)
{
	bool divides = !is_fraction(term->type) && (term->op == '/' || term->op == '%');

	if (divides && (term->right->kind != TERM_CONST || is_zero(term->right)))
		return is_path(term->right) && guard(w, term->left, all) &&
		       guard_divisor(w, term->right, all);
	if (term->op == '&' || term->op == '|')
		return guard(w, term->left, all) && always(w, term->right);
	return guard(w, term->left, all) && guard(w, term->right, all);
}

static bool guard(struct writer *w, const struct term *term, struct conditions *all)
{
	switch (term->kind) {
	case TERM_CONST:
	case TERM_PARAM:
	case TERM_IT:
	case TERM_PRESENT:
		return true;
	case TERM_INPUT:
	case TERM_NUMBER:
	case TERM_TIME:
	case TERM_AGE:
		if (w->face->inputs.items[term->index].optional)
			add_condition(w, all, present_text(w, term));
		return true;
	case TERM_FIELD:
	case TERM_UNARY:
	case TERM_CONVERT:
	case TERM_LENGTH:
		return guard(w, term->left, all);
	case TERM_ELEMENT:
		return guard_element(w, term, all);
	case TERM_BINARY:
		return guard_binary(w, term, all);
	case TERM_MINMAX:
		return guard(w, term->left, all) && guard(w, term->right, all);
	case TERM_IF:
		return guard(w, term->left, all) && always(w, term->right) &&
		       always(w, term->third);
	case TERM_COALESCE:
		return always(w, term->right);
	case TERM_WHEN:
		return false;
	case TERM_FOLD:
		if (term->fold == FOLD_MIN || term->fold == FOLD_MAX)
			return false;
		return guard(w, term->left, all) && always(w, term->right);
	case TERM_WHERE:
		return guard(w, term->left, all) && always(w, term->right);
	case TERM_RECORD:
	case TERM_LIST:
		break;
	}
	for (size_t i = 0; i < term->n_items; i++)
		if (!guard(w, term->items[i], all))
			return false;
	return true;
}

/* ---- Choices ---- */

/* One side of a choice, and the statements that it needs, for a block of its own. */
struct branch {
	const char *statements;
	struct value_text value;
};

/* Where the chosen value goes: into a place that is there, or a local that is declared. */
struct target {
	const struct type *type;
	const char *name; /* of the local; NULL: fill `place` */
	struct value_text place;
};

/* Evaluates `term` aside, or fills `target` with it. */
static struct branch branch(struct writer *w, const struct term *term, const struct target *target,
                            const struct conditions *known, const struct term *test, bool truth)
{
	struct branch made = {.value = {.text = ""}};
	struct block block;

	writer_open(w, &block);
	for (size_t i = 0; known && i < known->n; i++)
		writer_learn(w, known->items[i]);
	if (test)
		term_learn(w, test, truth);
	if (target && !target->name)
		term_fill(w, target->place, term);
	else
		made.value = read_term(w, term);
	made.statements = writer_close(w, &block);
	return made;
}

static const char *branch_text(struct writer *w, const struct branch *branch,
                               const struct type *type)
{
	return term_is_place(type) ? place_address(w->arena, branch->value, type)
	                           : branch->value.text;
}

/* The statements of a branch, and its value to where it goes. */
static void put_branch(struct writer *w, const struct branch *branch, const struct target *target)
{
	buf_puts(w->out, branch->statements);
	if (target->name)
		writer_say(w, "\t%s = %s;", target->name, branch_text(w, branch, target->type));
}

/* Whether the statements of a block of `depth` are one `if`, with all that is else. */
static bool is_one_if(const char *statements, size_t depth)
{
	bool first = true;

	for (const char *line = statements; *line; line = strchr(line, '\n') + 1, first = false) {
		bool own = strspn(line, "\t") == depth;
		if (first ? strncmp(line + depth, "if (", 4) != 0 : own && line[depth] != '}')
			return false;
	}
	return !first && text_ends_with(statements, "}\n");
}

static void put_choice(struct writer *w, const char *condition, const struct branch *yes,
                       const struct branch *no, const struct target *target)
{
	writer_say(w, "if (%s) {", condition);
	put_branch(w, yes, target);
	if (!target->name && is_one_if(no->statements, w->depth + 1)) {
		out_tabs(w->out, w->depth);
		buf_puts(w->out, "} else ");
		for (const char *line = no->statements, *end; *line; line = end) {
			end = strchr(line, '\n') + 1;
			line += line == no->statements ? w->depth + 1 : 1;
			buf_write(w->out, line, (size_t)(end - line));
		}
		return;
	}
	writer_say(w, "} else {");
	put_branch(w, no, target);
	writer_say(w, "}");
}

static struct value_text target_value(const struct target *target)
{
	return (struct value_text){
		.text = target->name, .binding = BINDS_ALL, .pointer = term_is_place(target->type)};
}

static void declare(struct writer *w, struct target *target, const char *name, const char *initial)
{
	bool place = term_is_place(target->type);

	target->name = writer_name(w, name);
	writer_say(w, "%s%s;",
	           place ? writer_pointer(w, target->type, target->name)
	                 : writer_variable(w, target->type, target->name),
	           initial);
}

/* `condition ? yes : no`, in a line or in blocks. */
static struct value_text choice(struct writer *w, struct value_text condition,
                                const struct branch *yes, const struct branch *no,
                                const struct term *term)
{
	const char *test = value_operand(w->arena, condition, BINDS_OR);
	const char *a = branch_text(w, yes, term->type), *b = branch_text(w, no, term->type);
	struct target target = {.type = term->type};

	if (!*yes->statements && !*no->statements &&
	    out_columns(test) + out_columns(a) + out_columns(b) + 6 <= writer_room(w)) {
		if (!term_is_place(term->type) && yes->value.binding < BINDS_OR)
			a = arena_printf(w->arena, "(%s)", a);
		return (struct value_text){
			.text = arena_printf(w->arena, "%s ? %s : %s", test, a, b),
			.binding = BINDS_CHOICE,
			.pointer = term_is_place(term->type)};
	}
	declare(w, &target, name_for(w, term), "");
	put_choice(w, condition.text, yes, no, &target);
	return target_value(&target);
}

static struct value_text if_value(struct writer *w, const struct term *term)
{
	struct value_text test = term_number(w, term->left);
	struct branch yes = branch(w, term->right, NULL, NULL, term->left, true);
	struct branch no = branch(w, term->third, NULL, NULL, term->left, false);

	return choice(w, test, &yes, &no, term);
}

static void fill_if(struct writer *w, struct value_text to, const struct term *term)
{
	struct target target = {.type = term->type, .place = to};
	struct value_text test = term_number(w, term->left);
	struct branch yes = branch(w, term->right, &target, NULL, term->left, true);
	struct branch no = branch(w, term->third, &target, NULL, term->left, false);

	put_choice(w, test.text, &yes, &no, &target);
}

/* (a ?? b) ?? c means a ?? (b ?? c), which reads better. */
static const struct term *to_the_right(struct writer *w, const struct term *term)
{
	while (term->left->kind == TERM_COALESCE) {
		struct term *outer = arena_new(w->arena, struct term), *inner;
		inner = arena_new(w->arena, struct term);
		*inner = *term;
		inner->left = term->left->right;
		*outer = *term;
		outer->left = term->left->left;
		outer->right = inner;
		term = outer;
	}
	return term;
}

static const char *all_of(struct writer *w, const struct conditions *conditions)
{
	const char *text = conditions->items[0];

	for (size_t i = 1; i < conditions->n; i++)
		text = arena_printf(w->arena, "%s && %s", text, conditions->items[i]);
	return text;
}

/* The left side may fail anywhere in its midst: then it goes to a label behind it. */
static void coalesce_by_label(struct writer *w, const struct term *term, struct target *target)
{
	const char *outer = w->escape, *name, *found = NULL;
	bool outer_escaped = w->escaped, place = term_is_place(term->type);
	struct branch left, right;

	if (!target->place.text)
		declare(w, target, name_for(w, term), place ? " = NULL" : " = 0");
	name = target->name ? target->name : "value";
	if (target->name && place) {
		found = name;
	} else {
		found = writer_name(w, arena_printf(w->arena, "has_%s", name));
		writer_say(w, "bool %s = false;", found);
	}
	w->escape = writer_name(w, arena_printf(w->arena, "no_%s", name));
	w->escaped = false;
	left = branch(w, term->left, target, NULL, NULL, false);
	writer_say(w, "{");
	put_branch(w, &left, target);
	if (found != name)
		writer_say(w, "\t%s = true;", found);
	writer_say(w, "}");
	if (w->escaped) {
		w->depth--;
		writer_say(w, "%s:", w->escape);
		w->depth++;
	}
	w->escape = outer;
	w->escaped = outer_escaped;
	right = branch(w, term->right, target, NULL, NULL, false);
	writer_say(w, "if (!%s) {", found);
	put_branch(w, &right, target);
	writer_say(w, "}");
}

static struct value_text coalesce(struct writer *w, const struct term *term)
{
	struct conditions conditions = {0};
	struct target target = {.type = term->type};

	term = to_the_right(w, term);
	if (!guard(w, term->left, &conditions)) {
		coalesce_by_label(w, term, &target);
		return target_value(&target);
	}
	if (!conditions.n)
		return read_term(w, term->left);
	struct branch yes = branch(w, term->left, NULL, &conditions, NULL, true);
	struct branch no = branch(w, term->right, NULL, NULL, NULL, true);
	return choice(w, number(all_of(w, &conditions), BINDS_AND), &yes, &no, term);
}

static void fill_coalesce(struct writer *w, struct value_text to, const struct term *term)
{
	struct conditions conditions = {0};
	struct target target = {.type = term->type, .place = to};

	term = to_the_right(w, term);
	if (!guard(w, term->left, &conditions)) {
		coalesce_by_label(w, term, &target);
	} else if (!conditions.n) {
		term_fill(w, to, term->left);
	} else {
		struct branch yes = branch(w, term->left, &target, &conditions, NULL, true);
		struct branch no = branch(w, term->right, &target, NULL, NULL, true);
		put_choice(w, all_of(w, &conditions), &yes, &no, &target);
	}
}

/* left when right: nothing where right is false. */
static void check_when(struct writer *w, const struct term *term)
{
	struct value_text test = term_number(w, term->right);

	writer_say(w, "if (%s)\n\t%s", value_not(w->arena, test), writer_leave(w));
	term_learn(w, term->right, true);
}

/* ---- Numbers ---- */

static struct value_text constant(struct writer *w, const struct term *term)
{
	const char *text = value_c(w->arena, &term->value, term->type, 0);

	if (term->value.kind == VALUE_INT && is_unsigned(term->type) && term->value.i > INT32_MAX)
		text = arena_printf(w->arena, "%sU", text);
	return number(text, text[0] == '-' ? BINDS_UNARY : BINDS_ALL);
}

static struct value_text param(struct writer *w, const struct term *term)
{
	const char *text = formula_c(w->arena, w->p->graph, term->formula, term->type, 0);
	bool simple = term->formula->kind == FORMULA_PARAM && text[0] != '(';

	return number(simple || term->formula->kind == FORMULA_CONST
	                      ? text
	                      : arena_printf(w->arena, "(%s)", text),
	              text[0] == '-' ? BINDS_UNARY : BINDS_ALL);
}

static struct value_text call(struct writer *w, const char *function, const struct type *type,
                              struct value_text a, const struct type *a_type, struct value_text b,
                              const struct type *b_type)
{
	fit(w, &a, a_type, &b, b_type, 16);
	return number(arena_printf(w->arena, "pkd_%s_%s(%s, %s)", function, type_word(type), a.text,
	                           b.text),
	              BINDS_ALL);
}

/* A comparison with bool as it lies in memory: anything but 0 is true. */
static struct value_text truth(struct writer *w, const struct term *term, struct value_text value)
{
	bool read = is_path(term) || term->kind == TERM_ELEMENT;

	if (term->type->kind != TYPE_BOOL || !read)
		return value;
	return number(arena_printf(w->arena, "(%s != 0)", value.text), BINDS_ALL);
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
	                    place_member(w->arena, place, "len").text);
}

/* Of two strings: by their bytes, and the length. */
static struct value_text string_comparison(struct writer *w, const struct term *term,
                                           const char *word, int binding)
{
	bool equality = term->op == 'e' || term->op == 'n';
	bool left = term->left->kind == TERM_CONST, right = term->right->kind == TERM_CONST;

	if (equality && left != right) {
		const char *place = string_address(w, left ? term->right : term->left);
		const char *literal =
			out_quote(w->arena, left ? term->left->value.s : term->right->value.s, 0);
		return number(arena_printf(w->arena, "%spkd_string_is(%s, %s)",
		                           term->op == 'n' ? "!" : "", place, literal),
		              term->op == 'n' ? BINDS_UNARY : BINDS_ALL);
	}
	if (left || right) {
		const char *a = text_and_length(w, term->left);
		const char *b = text_and_length(w, term->right);
		return number(arena_printf(w->arena, "pkd_text_order(%s, %s) %s 0", a, b, word),
		              binding);
	}
	const char *a = string_address(w, term->left), *b = string_address(w, term->right);
	return number(arena_printf(w->arena, "pkd_string_order(%s, %s) %s 0", a, b, word), binding);
}

static const struct {
	char op;
	const char *word, *function;
	int binding;
} operators[] = {
	{'*', "*", "mul", BINDS_PRODUCT}, {'/', "/", "div", BINDS_PRODUCT},
	{'%', "%", "mod", BINDS_PRODUCT}, {'+', "+", "add", BINDS_SUM},
	{'-', "-", "sub", BINDS_SUM},     {'<', "<", NULL, BINDS_ORDER},
	{'>', ">", NULL, BINDS_ORDER},    {'l', "<=", NULL, BINDS_ORDER},
	{'g', ">=", NULL, BINDS_ORDER},   {'e', "==", NULL, BINDS_EQUAL},
	{'n', "!=", NULL, BINDS_EQUAL},   {'&', "&&", NULL, BINDS_AND},
	{'|', "||", NULL, BINDS_OR},
};

static size_t find_operator(char op)
{
	size_t i = 0;

	while (i + 1 < sizeof operators / sizeof operators[0] && operators[i].op != op)
		i++;
	return i;
}

static struct value_text comparison(struct writer *w, const struct term *term, size_t op)
{
	const char *word = operators[op].word;
	int binding = operators[op].binding;

	if (term->left->type->kind == TYPE_STRING)
		return string_comparison(w, term, word, binding);
	struct value_text left = truth(w, term->left, term_number(w, term->left));
	struct value_text right = truth(w, term->right, term_number(w, term->right));
	fit(w, &left, term->left->type, &right, term->right->type, 4);
	return number(arena_printf(w->arena, "%s %s %s", value_operand(w->arena, left, BINDS_SUM),
	                           word, value_operand(w->arena, right, BINDS_SUM)),
	              binding);
}

/* left and right, left or right: right counts only where left does not decide. */
static struct value_text logic(struct writer *w, const struct term *term, size_t op)
{
	bool is_and = term->op == '&';
	int binding = operators[op].binding;

	if (is_and && term->left->kind == TERM_PRESENT &&
	    writer_knows(w, present_text(w, term->left)))
		return term_number(w, term->right);
	struct value_text left = term_number(w, term->left);
	struct branch right = branch(w, term->right, NULL, NULL, term->left, is_and);
	struct target target = {.type = term->type};

	if (!*right.statements &&
	    out_columns(left.text) + out_columns(right.value.text) + 6 <= writer_room(w)) {
		/* && inside of || has parentheses, for whoever reads it */
		int inner = is_and ? BINDS_AND : BINDS_EQUAL;
		bool same = left.binding == binding;
		return number(arena_printf(w->arena, "%s %s %s",
		                           same ? left.text : value_operand(w->arena, left, inner),
		                           operators[op].word,
		                           value_operand(w->arena, right.value, BINDS_EQUAL)),
		              binding);
	}
	declare(w, &target, NULL, arena_printf(w->arena, " = %s", left.text));
	writer_say(w, is_and ? "if (%s) {" : "if (!%s) {", target.name);
	put_branch(w, &right, &target);
	writer_say(w, "}");
	return target_value(&target);
}

static struct value_text arithmetic(struct writer *w, const struct term *term, size_t op)
{
	struct value_text left = term_number(w, term->left), right = term_number(w, term->right);
	const char *word = operators[op].word;
	int binding = operators[op].binding;

	if (is_fraction(term->type)) {
		fit(w, &left, term->left->type, &right, term->right->type, 4);
		return number(arena_printf(w->arena, "%s %s %s",
		                           value_operand(w->arena, left, binding), word,
		                           value_operand(w->arena, right, binding + 1)),
		              binding);
	}
	bool divides = term->op == '/' || term->op == '%';
	if (divides && (term->right->kind != TERM_CONST || is_zero(term->right))) {
		if (!is_path(term->right) && strncmp(right.text, "options.", 8) != 0)
			right = term_keep(w, right, term->right->type, name_for(w, term->right));
		writer_require(w, arena_printf(w->arena, "%s != 0", right.text),
		               arena_printf(w->arena, "%s == 0", right.text));
	}
	return call(w, operators[op].function, term->type, left, term->left->type, right,
	            term->right->type);
}

static struct value_text binary(struct writer *w, const struct term *term)
{
	size_t op = find_operator(term->op);

	if (term->op == '&' || term->op == '|')
		return logic(w, term, op);
	return operators[op].function ? arithmetic(w, term, op) : comparison(w, term, op);
}

static struct value_text negative(struct writer *w, const struct term *term)
{
	struct value_text value;

	if (term->left->kind == TERM_CONST && term->left->value.i != INT64_MIN) {
		struct term opposite = *term->left;
		opposite.value.i = -opposite.value.i;
		opposite.value.f = -opposite.value.f;
		return constant(w, &opposite);
	}
	value = term_number(w, term->left);
	if (!is_fraction(term->type))
		return number(
			arena_printf(w->arena, "pkd_neg_%s(%s)", type_word(term->type), value.text),
			BINDS_ALL);
	if (value.text[0] == '-')
		value.binding = BINDS_CHOICE; /* no -- */
	return number(arena_printf(w->arena, "-%s", value_operand(w->arena, value, BINDS_UNARY)),
	              BINDS_UNARY);
}

static struct value_text unary(struct writer *w, const struct term *term)
{
	if (term->op == '-')
		return negative(w, term);
	if (term->left->kind == TERM_PRESENT)
		return number(arena_printf(w->arena, "!%s", present_text(w, term->left)),
		              BINDS_UNARY);
	return number(value_not(w->arena, term_number(w, term->left)), BINDS_UNARY);
}

static struct value_text convert(struct writer *w, const struct term *term)
{
	const struct type *from = term->left->type, *to = term->type;
	struct value_text value = term_number(w, term->left);
	struct layout from_size, to_size;

	type_layout(from, &from_size);
	type_layout(to, &to_size);
	bool wider = is_unsigned(from) == is_unsigned(to)
	                     ? to_size.size >= from_size.size
	                     : is_unsigned(from) && to_size.size > from_size.size;
	if (is_fraction(to) || (!is_fraction(from) && wider))
		return number(arena_printf(w->arena, "(%s)%s", type_c_param(to),
		                           value_operand(w->arena, value, BINDS_UNARY)),
		              BINDS_UNARY);
	return number(arena_printf(w->arena, "pkd_%s_from_%s(%s)", type_word(to),
	                           is_fraction(from)   ? "f64"
	                           : is_unsigned(from) ? "u64"
	                                               : "i64",
	                           value.text),
	              BINDS_ALL);
}

static struct value_text it(struct writer *w)
{
	struct item *item = &w->items.items[w->items.n - 1];

	item->used = true;
	return (struct value_text){
		.text = item->name, .binding = BINDS_ALL, .pointer = term_is_place(item->type)};
}

static struct value_text minmax(struct writer *w, const struct term *term)
{
	struct value_text left = term_number(w, term->left), right = term_number(w, term->right);

	return call(w, term->fold == FOLD_MIN ? "min" : "max", term->type, left, term->left->type,
	            right, term->right->type);
}

static struct value_text field(struct writer *w, const struct term *term)
{
	const struct record *record = term->left->type->record;

	return place_member(w->arena, term_place(w, term->left),
	                    record->fields.items[term->index].name);
}

struct value_text term_number(struct writer *w, const struct term *term)
{
	struct value_text value;

	switch (term->kind) {
	case TERM_CONST:
		return constant(w, term);
	case TERM_PARAM:
		return param(w, term);
	case TERM_INPUT:
	case TERM_ELEMENT:
		value = term->kind == TERM_INPUT ? input(w, term) : list_element(w, term);
		return number(place_text(w->arena, value), value.pointer ? BINDS_UNARY : BINDS_ALL);
	case TERM_IT:
		return it(w);
	case TERM_FIELD:
		return field(w, term);
	case TERM_UNARY:
		return unary(w, term);
	case TERM_BINARY:
		return binary(w, term);
	case TERM_IF:
		return if_value(w, term);
	case TERM_COALESCE:
		return coalesce(w, term);
	case TERM_WHEN:
		check_when(w, term);
		return term_number(w, term->left);
	case TERM_LENGTH:
		return list_length(w, term);
	case TERM_FOLD:
		return list_fold(w, term);
	case TERM_MINMAX:
		return minmax(w, term);
	case TERM_CONVERT:
		return convert(w, term);
	case TERM_NUMBER:
	case TERM_TIME:
	case TERM_AGE:
		return about_input(w, term);
	case TERM_PRESENT:
		return number(arena_printf(w->arena, "%s != NULL", present_text(w, term)),
		              BINDS_EQUAL);
	case TERM_WHERE:
	case TERM_RECORD:
	case TERM_LIST:
		break;
	}
	return number("0", BINDS_ALL);
}

/* ---- Places ---- */

/* Made by the expression itself, so that it lies nowhere yet. */
static bool is_made(const struct term *term)
{
	if (term->kind == TERM_WHEN)
		return is_made(term->left);
	if (term->kind == TERM_IF)
		return is_made(term->right) || is_made(term->third);
	if (term->kind == TERM_COALESCE)
		return is_made(term->left) || is_made(term->right);
	return term->kind == TERM_WHERE || term->kind == TERM_RECORD || term->kind == TERM_LIST;
}

#define LARGE 512 /* bytes: too many for the stack */

static struct value_text make_place(struct writer *w, const struct term *term)
{
	const char *name = writer_name(w, name_for(w, term));
	struct value_text place = {.text = name, .binding = BINDS_ALL};
	struct layout layout = {0, 1};

	type_layout(term->type, &layout);
	if (layout.size > LARGE) {
		out_field(&w->rooms, "%s;", writer_variable(w, term->type, name));
		place.text = arena_printf(w->arena, "self->%s", name);
	} else {
		writer_say(w, "%s;", writer_variable(w, term->type, name));
	}
	term_fill(w, place, term);
	return place;
}

static struct value_text constant_place(struct writer *w, const struct term *term)
{
	const char *name = writer_name(w, NULL);

	writer_say(w, "static const %s = {%zu, %s};", writer_variable(w, term->type, name),
	           strlen(term->value.s), out_quote(w->arena, term->value.s, 0));
	return (struct value_text){.text = name, .binding = BINDS_ALL};
}

/* A pointer that is more than a name is kept under one, for what is read through it. */
static struct value_text named(struct writer *w, struct value_text value, const struct term *term)
{
	return value.binding == BINDS_ALL ? value
	                                  : term_keep(w, value, term->type, name_for(w, term));
}

struct value_text term_place(struct writer *w, const struct term *term)
{
	if (is_made(term))
		return make_place(w, term);
	if (term->kind == TERM_CONST)
		return constant_place(w, term);
	if (term->kind == TERM_INPUT)
		return input(w, term);
	if (term->kind == TERM_IT)
		return it(w);
	if (term->kind == TERM_FIELD)
		return field(w, term);
	if (term->kind == TERM_ELEMENT)
		return list_element(w, term);
	if (term->kind == TERM_IF)
		return named(w, if_value(w, term), term);
	if (term->kind == TERM_COALESCE)
		return named(w, coalesce(w, term), term);
	check_when(w, term); /* nothing else makes such a value */
	return term_place(w, term->left);
}

/* ---- Writing ---- */

/* Bytes of a value of which only a part is used; NULL where all are. */
static const char *used_bytes(struct writer *w, struct value_text from, const struct type *type)
{
	struct arena *arena = w->arena;
	const char *len;

	if (type->kind == TYPE_IMAGE) {
		return arena_printf(arena, "sizeof(struct pkd_image) + (size_t)%s * %s",
		                    place_member(arena, from, "height").text,
		                    place_member(arena, from, "stride").text);
	}
	if (type->kind != TYPE_STRING && type->kind != TYPE_BYTES && type->kind != TYPE_LIST)
		return NULL;
	len = place_member(arena, from, "len").text;
	if (type->kind == TYPE_STRING)
		return arena_printf(arena, "sizeof(uint32_t) + %s + 1", len);
	if (type->kind == TYPE_BYTES)
		return arena_printf(arena, "sizeof(uint32_t) + %s", len);
	return arena_printf(arena, "%llu + %s * sizeof %s[0]",
	                    (unsigned long long)type_items_offset(type), len,
	                    place_member(arena, from, "items").text);
}

void place_copy(struct writer *w, struct value_text to, struct value_text from,
                const struct type *type)
{
	const char *target = to.pointer ? to.text : arena_printf(w->arena, "&%s", to.text);
	const char *bytes;

	if (!term_is_place(type) || type->kind == TYPE_RECORD) {
		writer_say(w, "%s = %s;", place_text(w->arena, to), place_text(w->arena, from));
		return;
	}
	if (out_columns(from.text) > (from.pointer ? 24 : 16) ||
	    (type->kind == TYPE_IMAGE && !from.pointer))
		from = term_keep(w, from, type, NULL);
	bytes = used_bytes(w, from, type);
	if (!bytes)
		bytes = arena_printf(w->arena, "sizeof %s", place_text(w->arena, from));
	const char *arguments[] = {
		target, from.pointer ? from.text : arena_printf(w->arena, "&%s", from.text), bytes};
	out_call(w->out, w->depth, "memcpy(", arguments, 3, ");");
}

static void fill_record(struct writer *w, struct value_text to, const struct term *term)
{
	const struct record *record = term->type->record;

	for (size_t i = 0; i < term->n_items; i++)
		term_fill(w, place_member(w->arena, to, record->fields.items[i].name),
		          term->items[i]);
}

static void fill_list(struct writer *w, struct value_text to, const struct term *term)
{
	writer_say(w, "%s = %zu;", place_member(w->arena, to, "len").text, term->n_items);
	for (size_t i = 0; i < term->n_items; i++)
		term_fill(w, place_item(w->arena, to, term->type, arena_printf(w->arena, "%zu", i)),
		          term->items[i]);
}

static void fill_choice(struct writer *w, struct value_text to, const struct term *term)
{
	if (term->kind == TERM_IF)
		fill_if(w, to, term);
	else
		fill_coalesce(w, to, term);
}

/* A number. False where it is a choice that needs statements: they had better write it themselves. */
static bool fill_in_a_line(struct writer *w, struct value_text to, const struct term *term)
{
	bool choice = term->kind == TERM_IF || term->kind == TERM_COALESCE;
	size_t n_names = w->names.n, n_rooms = w->rooms.fields.n;
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
	w->rooms.fields.n = n_rooms;
	w->n_temporaries = n_temporaries;
	return false;
}

void term_fill(struct writer *w, struct value_text to, const struct term *term)
{
	bool place = term_is_place(term->type);

	if (term->kind == TERM_WHERE) {
		list_where(w, to, term);
	} else if (term->kind == TERM_RECORD) {
		fill_record(w, to, term);
	} else if (term->kind == TERM_LIST) {
		fill_list(w, to, term);
	} else if (term->kind == TERM_WHEN) {
		check_when(w, term);
		term_fill(w, to, term->left);
	} else if (place && term->kind == TERM_CONST) {
		writer_say(w, "pkd_string_set(%s, %s);",
		           to.pointer ? to.text : arena_printf(w->arena, "&%s", to.text),
		           out_quote(w->arena, term->value.s, 0));
	} else if (place && (term->kind == TERM_IF || term->kind == TERM_COALESCE)) {
		fill_choice(w, to, term);
	} else if (place) {
		place_copy(w, to, term_place(w, term), term->type);
	} else if (!fill_in_a_line(w, to, term)) {
		fill_choice(w, to, term);
	}
}
