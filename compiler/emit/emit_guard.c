/* Under which conditions a term has a value, and which of them hold already. */
#include "emit/writer.h"
#include <string.h>

/* ---- What holds ---- */

bool term_is_path(const struct term *term)
{
	while (term->kind == TERM_FIELD)
		term = term->left;
	return term->kind == TERM_INPUT || term->kind == TERM_PART || term->kind == TERM_PAST ||
	       term->kind == TERM_IT;
}

bool term_is_zero(const struct term *term)
{
	return term->kind == TERM_CONST && term->value.kind == VALUE_INT && term->value.i == 0;
}

void term_learn(struct writer *w, const struct term *test, bool truth)
{
	if (test->kind == TERM_PRESENT && truth)
		writer_learn(w, term_presence(w, test->left));
	if (test->kind == TERM_UNARY && test->op == OP_NOT)
		term_learn(w, test->left, !truth);
	if (test->kind != TERM_BINARY)
		return;
	if (test->op == (truth ? OP_AND : OP_OR)) {
		term_learn(w, test->left, truth);
		term_learn(w, test->right, truth);
	}
	bool not_zero = truth ? test->op == OP_NE || test->op == OP_GT : test->op == OP_EQ;
	if (not_zero && term_is_zero(test->right) && term_is_path(test->left))
		writer_learn(w, arena_printf(w->arena, "%s != 0", term_number(w, test->left).text));
}

/* ---- What must hold ---- */

static bool always(struct writer *w, const struct term *term)
{
	struct conditions none = {0};

	return !term || (term_guard(w, term, &none) && none.n == 0);
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
static const char *length_condition(struct writer *w, struct value_text list,
                                    const struct type *type, int64_t index)
{
	return arena_printf(w->arena, "%s > %lld", place_length(w->arena, list, type),
	                    (long long)index);
}

/* A path that can be read here: the item of a list that is only asked about has no name yet. */
static bool is_readable(const struct writer *w, const struct term *path)
{
	const struct term *root = path;

	while (root->kind == TERM_FIELD)
		root = root->left;
	return term_is_path(path) && (root->kind != TERM_IT || w->items.n > 0);
}

/* The value of a path, once the conditions hold. */
static struct value_text guarded_path(struct writer *w, const struct term *path,
                                      const struct conditions *all)
{
	size_t n_facts = w->facts.n;
	struct value_text value;

	for (size_t i = 0; i < all->n; i++)
		writer_learn(w, all->items[i]);
	value = term_read(w, path);
	w->facts.n = n_facts;
	return value;
}

/* Of xs[3] where xs is a path. */
static bool guard_element(struct writer *w, const struct term *term, struct conditions *all)
{
	const struct type *type = term->left->type;
	int64_t index = term->right->value.i;

	if (term->right->kind != TERM_CONST || index < 0 || !is_readable(w, term->left) ||
	    !term_guard(w, term->left, all))
		return false;
	if (type->kind == TYPE_ARRAY)
		return (uint64_t)index < type->n.value;
	add_condition(w, all, length_condition(w, guarded_path(w, term->left, all), type, index));
	return true;
}

/* Of x / y where y is a path. */
static bool guard_divisor(struct writer *w, const struct term *divisor, struct conditions *all)
{
	if (!term_guard(w, divisor, all))
		return false;
	add_condition(w, all,
	              arena_printf(w->arena, "%s != 0", guarded_path(w, divisor, all).text));
	return true;
}

static bool guard_binary(struct writer *w, const struct term *term, struct conditions *all)
{
	bool divides = !type_is_fraction(term->type) && (term->op == OP_DIV || term->op == OP_MOD);

	if (divides && (term->right->kind != TERM_CONST || term_is_zero(term->right)))
		return is_readable(w, term->right) && term_guard(w, term->left, all) &&
		       guard_divisor(w, term->right, all);
	if (operators[term->op].use == USE_LOGIC)
		return term_guard(w, term->left, all) && always(w, term->right);
	return term_guard(w, term->left, all) && term_guard(w, term->right, all);
}

bool term_guard(struct writer *w, const struct term *term, struct conditions *all)
{
	switch (term->kind) {
	case TERM_CONST:
	case TERM_OPTION:
	case TERM_IT:
	case TERM_PRESENT:
		return true;
	case TERM_INPUT:
	case TERM_PART:
	case TERM_PAST:
		if (!term_is_surely_present(w, term))
			add_condition(w, all, term_presence(w, term));
		return true;
	case TERM_NUMBER:
	case TERM_TIME:
	case TERM_AGE:
	case TERM_FIELD:
	case TERM_UNARY:
	case TERM_CONVERT:
	case TERM_TEXT:
	case TERM_LENGTH:
		return term_guard(w, term->left, all);
	case TERM_ELEMENT:
		return guard_element(w, term, all);
	case TERM_BINARY:
		return guard_binary(w, term, all);
	case TERM_MINMAX:
	case TERM_TAKE:
		return term_guard(w, term->left, all) && term_guard(w, term->right, all);
	case TERM_IF:
		return term_guard(w, term->left, all) && always(w, term->right) &&
		       always(w, term->third);
	case TERM_COALESCE:
		return always(w, term->right);
	case TERM_WHEN:
	case TERM_BEST:
		return false;
	case TERM_FOLD:
		if (term->fold <= FOLD_MEAN)
			return false;
		return term_guard(w, term->left, all) && always(w, term->right);
	case TERM_WHERE:
	case TERM_SELECT:
	case TERM_SORTED:
		return term_guard(w, term->left, all) && always(w, term->right);
	case TERM_CALL:
	case TERM_RECORD:
	case TERM_LIST:
		break;
	}
	for (size_t i = 0; i < term->n_items; i++)
		if (!term_guard(w, term->items[i], all))
			return false;
	return true;
}
