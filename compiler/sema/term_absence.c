/* What of an expression may be absent, and which of its operands are needed. */
#include "sema/lift.h"

struct term_needs term_needs(const struct term *term)
{
	bool lazy = term->kind == TERM_IF ||
	            (term->kind == TERM_BINARY && operators[term->op].use == USE_LOGIC);
	bool caught = term->kind == TERM_PRESENT || term->kind == TERM_COALESCE;
	return (struct term_needs){
		.left = !caught, .right = !caught && !lazy, .third = !lazy, .items = !caught};
}

/* A division of whole numbers or times, by what may be 0. */
static bool is_by_zero(const struct term *term)
{
	bool division = term->op == OP_DIV || term->op == OP_MOD;
	return term->kind == TERM_BINARY && division && term->type &&
	       !type_is_fraction(term->type) &&
	       !(term->right->kind == TERM_CONST && term->right->value.i != 0);
}

bool term_may_lack(const struct term *term)
{
	/* The least of nothing is not there; the sum of nothing is 0. */
	bool none = term->kind == TERM_BEST || (term->kind == TERM_FOLD && term->fold <= FOLD_MEAN);
	return term->kind == TERM_PAST || term->kind == TERM_WHEN || term->kind == TERM_ELEMENT ||
	       none || is_by_zero(term);
}

static bool any_absent(const struct interface *face, const struct term *term)
{
	bool left = term->left && term_settle_absence(face, (struct term *)term->left);
	bool right = term->right && term_settle_absence(face, (struct term *)term->right);
	bool third = term->third && term_settle_absence(face, (struct term *)term->third);
	bool absent = left || right || third;
	for (size_t i = 0; i < term->n_items; i++)
		absent = term_settle_absence(face, (struct term *)term->items[i]) || absent;
	if (term->kind == TERM_COALESCE)
		return right;
	return absent;
}

bool term_settle_absence(const struct interface *face, struct term *term)
{
	bool absent = any_absent(face, term) || term_may_lack(term);
	if (term->kind == TERM_INPUT)
		absent = face->inputs.items[term->index].optional;
	else if (term->kind == TERM_PART)
		absent = face->parts.items[term->index].term->optional;
	else if (term->kind == TERM_PRESENT)
		absent = false;
	term->optional = absent;
	return absent;
}
