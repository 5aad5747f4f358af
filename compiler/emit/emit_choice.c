/* Choices: if, ??, when, and, or. What is evaluated only under a condition, or may have no value,
 * becomes statements under an `if`, where it does not fit into an expression. */
#include "base/text.h"
#include "emit/writer.h"
#include <string.h>

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

/* ---- Branches ---- */

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
		made.value = term_read(w, term);
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
	declare(w, &target, term_name(w, term), "");
	put_choice(w, condition.text, yes, no, &target);
	return target_value(&target);
}

/* ---- if ---- */

struct value_text choice_if(struct writer *w, const struct term *term)
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

/* ---- ?? ---- */

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
		declare(w, target, term_name(w, term), place ? " = NULL" : " = 0");
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

struct value_text choice_coalesce(struct writer *w, const struct term *term)
{
	struct conditions conditions = {0};
	struct target target = {.type = term->type};

	term = to_the_right(w, term);
	if (!term_guard(w, term->left, &conditions)) {
		coalesce_by_label(w, term, &target);
		return target_value(&target);
	}
	if (!conditions.n)
		return term_read(w, term->left);
	struct branch yes = branch(w, term->left, NULL, &conditions, NULL, true);
	struct branch no = branch(w, term->right, NULL, NULL, NULL, true);
	return choice(w, value_number(all_of(w, &conditions), BINDS_AND), &yes, &no, term);
}

static void fill_coalesce(struct writer *w, struct value_text to, const struct term *term)
{
	struct conditions conditions = {0};
	struct target target = {.type = term->type, .place = to};

	term = to_the_right(w, term);
	if (!term_guard(w, term->left, &conditions)) {
		coalesce_by_label(w, term, &target);
	} else if (!conditions.n) {
		term_fill(w, to, term->left);
	} else {
		struct branch yes = branch(w, term->left, &target, &conditions, NULL, true);
		struct branch no = branch(w, term->right, &target, NULL, NULL, true);
		put_choice(w, all_of(w, &conditions), &yes, &no, &target);
	}
}

/* ---- when, and, or ---- */

/* left when right: nothing where right is false. */
void choice_when(struct writer *w, const struct term *term)
{
	struct value_text test = term_number(w, term->right);

	writer_say(w, "if (%s)\n\t%s", value_not(w->arena, test), writer_leave(w));
	term_learn(w, term->right, true);
}

/* left and right, left or right: right counts only where left does not decide. */
struct value_text choice_logic(struct writer *w, const struct term *term)
{
	bool is_and = term->op == OP_AND;
	int binding = is_and ? BINDS_AND : BINDS_OR;

	if (is_and && term->left->kind == TERM_PRESENT &&
	    term_is_surely_present(w, term->left->left))
		return term_number(w, term->right);
	struct value_text left = term_number(w, term->left);
	struct branch right = branch(w, term->right, NULL, NULL, term->left, is_and);
	struct target target = {.type = term->type};

	if (!*right.statements &&
	    out_columns(left.text) + out_columns(right.value.text) + 6 <= writer_room(w)) {
		/* && inside of || has parentheses, for whoever reads it */
		int inner = is_and ? BINDS_AND : BINDS_EQUAL;
		bool same = left.binding == binding;
		return value_number(
			arena_printf(w->arena, "%s %s %s",
		                     same ? left.text : value_operand(w->arena, left, inner),
		                     is_and ? "&&" : "||",
		                     value_operand(w->arena, right.value, BINDS_EQUAL)),
			binding);
	}
	declare(w, &target, NULL, arena_printf(w->arena, " = %s", left.text));
	writer_say(w, is_and ? "if (%s) {" : "if (!%s) {", target.name);
	put_branch(w, &right, &target);
	writer_say(w, "}");
	return target_value(&target);
}

void choice_fill(struct writer *w, struct value_text to, const struct term *term)
{
	if (term->kind == TERM_IF)
		fill_if(w, to, term);
	else
		fill_coalesce(w, to, term);
}
