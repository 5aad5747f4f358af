/* The parts of a node: what its expressions are, and what stands in several places of them, each
 * computed once and before its readers. */
#include "sema/c_name.h"
#include "sema/lift.h"
#include <string.h>

/* ---- In how many places a meaning stands ---- */

/* Texts in texts in one expression in C: deeper ones are computed before. */
enum { NESTED_MAX = 32 };

static void count_in(const struct term *term)
{
	if (!term)
		return;
	if (term->kind == TERM_PART) {
		term->meaning->n_places++;
		return;
	}
	for (size_t i = 0; i < term_n_operands(term); i++)
		count_in(term_operand(term, i));
}

void count_places(struct writing *w, struct meaning *meaning)
{
	size_t first = w->texts->n;
	meaning_order(w->e, w->texts, meaning);
	for (size_t i = first; i < w->texts->n; i++) {
		w->texts->items[i]->n_places = 0;
		w->texts->items[i]->part = NO_OUTPUT;
	}
	for (size_t i = first; i < w->texts->n; i++)
		count_in(w->texts->items[i]->term);
}

/* Those that stand in several places come first, each behind what it reads. */
void write_parts(struct writing *w)
{
	for (size_t i = 0; i < w->texts->n; i++) {
		struct meaning *text = w->texts->items[i];
		text->n_nested = 1;
		for (size_t k = 0; k < text->uses.n; k++) {
			const struct meaning *inside = text->uses.items[k].text;
			if (inside && inside->part == NO_OUTPUT &&
			    inside->n_nested >= text->n_nested)
				text->n_nested = inside->n_nested + 1;
		}
		if (text->n_places > 1 || text->n_nested >= NESTED_MAX)
			part_of(w, text);
	}
}

/* ---- Writing ---- */

static struct term *write_term(struct writing *w, const struct term *term);

/* The last word of what it is bound to: "near_2" of rig.near[2]. */
static const char *part_name(struct writing *w, const struct meaning *meaning)
{
	const char *path = meaning->binding->anonymous ? "value" : meaning->binding->path;
	const char *dot = strrchr(path, '.');
	char *base = arena_strdup(w->arena, dot ? dot + 1 : path);
	size_t n = 0;
	for (const char *c = base; *c; c++)
		if (*c != ']')
			base[n++] = *c == '[' ? '_' : *c;
	base[n] = '\0';
	return map_claim_name(w->arena, &w->names, c_member(w->arena, base));
}

static uint32_t write_part(struct writing *w, struct meaning *meaning)
{
	const struct term *term = write_term(w, meaning->term);
	struct part part = {.name = part_name(w, meaning),
	                    .label = meaning->binding->anonymous ? NULL : meaning->binding->path,
	                    .at = meaning->binding->expr ? meaning->binding->expr->span
	                                                 : meaning->binding->at,
	                    .term = term,
	                    .output = NO_OUTPUT,
	                    .mark = meaning->binding->mark};
	vec_push(w->arena, &w->face->parts, part);
	meaning->part = (uint32_t)w->face->parts.n - 1;
	return meaning->part;
}

/* A name stands for its text, or for the part that several read; what is marked is a part. */
static struct term *write_name(struct writing *w, const struct term *term, bool asked)
{
	struct meaning *meaning = term->meaning;
	bool marked = meaning->binding->mark.word != PRIVACY_UNSAID;
	if (meaning->part == NO_OUTPUT && !asked && !marked)
		return write_term(w, meaning->term);
	struct term *part = arena_new(w->arena, struct term);
	*part = *term;
	part->index = part_of(w, meaning);
	part->left = NULL;
	part->meaning = NULL;
	return part;
}

/* The operand of number(), present() and the like: an input, or a part. */
static struct term *write_asked(struct writing *w, const struct term *term)
{
	if (term->kind == TERM_INPUT)
		return write_term(w, term);
	if (term->kind == TERM_PART)
		return write_name(w, term, true);
	struct part part = {.name = "value", .at = term->span, .output = NO_OUTPUT};
	part.term = write_term(w, term);
	part.name = map_claim_name(w->arena, &w->names, part.name);
	vec_push(w->arena, &w->face->parts, part);
	struct term *asked = arena_new(w->arena, struct term);
	*asked = (struct term){.kind = TERM_PART,
	                       .type = term->type,
	                       .span = term->span,
	                       .index = (uint32_t)w->face->parts.n - 1};
	return asked;
}

static bool asks(const struct term *term)
{
	return term->kind == TERM_NUMBER || term->kind == TERM_TIME || term->kind == TERM_AGE ||
	       term->kind == TERM_PRESENT;
}

static struct term *write_term(struct writing *w, const struct term *term)
{
	struct term *written = arena_new(w->arena, struct term);
	if (term->kind == TERM_PART)
		return write_name(w, term, false);
	*written = *term;
	if (term->kind == TERM_INPUT) {
		const struct operand *operand = term->operand->shared ? term->operand->shared
		                                                      : term->operand;
		written->index = (uint32_t)operand->place;
		written->kind = operand->is_past ? TERM_PAST : TERM_INPUT;
		written->element = (uint32_t)-operand->input.first;
	}
	if (term->left)
		written->left = asks(term) ? write_asked(w, term->left) : write_term(w, term->left);
	if (asks(term))
		written->index = written->left->index;
	if (term->right)
		written->right = write_term(w, term->right);
	if (term->third)
		written->third = write_term(w, term->third);
	if (term->n_items)
		written->items = arena_alloc(w->arena, term->n_items * sizeof *written->items);
	for (size_t i = 0; i < term->n_items; i++)
		written->items[i] = write_term(w, term->items[i]);
	return written;
}

uint32_t part_of(struct writing *w, struct meaning *meaning)
{
	return meaning->part != NO_OUTPUT ? meaning->part : write_part(w, meaning);
}
