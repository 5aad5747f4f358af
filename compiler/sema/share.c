/* Texts that are written twice: one node computes them all, as if the text had a name that is read
 * in each of its places. */
#include "base/buf.h"
#include "sema/lift.h"
#include <string.h>

struct sharing {
	struct elaborator *e;
	struct arena *arena;
	bool *stays;
	const bool *is_read; /* per node */
	uint32_t *to;        /* per node: the first with its text, or itself */
	struct map keys;     /* what a type or a term is -> its number, from 1 */
	uint32_t n_numbers;
};

/* ---- What a text is ---- */

static uint32_t number_of(struct sharing *s, struct buf *key)
{
	uintptr_t known = (uintptr_t)map_get(&s->keys, key->text);

	if (!known) {
		known = ++s->n_numbers;
		map_put(s->arena, &s->keys, arena_strdup(s->arena, key->text), (void *)known);
	}
	buf_finish(key);
	return (uint32_t)known;
}

static void put_value(struct buf *key, const struct value *value)
{
	buf_printf(key, " %d %lld %a", (int)value->kind, (long long)value->i, value->f);
	if (value->s)
		buf_printf(key, " %zu '%s'", strlen(value->s), value->s);
	buf_printf(key, " %zu", (size_t)value->n);
	for (size_t i = 0; i < value->n; i++)
		put_value(key, &value->items[i]);
}

/* Who reads a stream that has several nodes reads the first of them. */
static void put_operand(const struct sharing *s, struct buf *key, const struct operand *operand)
{
	const struct bound_input *input = &operand->input;

	buf_printf(key, " %u.%u %d %d %lld", s->to[input->node], input->output, (int)input->policy,
	           (int)input->first, (long long)input->max_age_ns);
}

/* A name is what its text is; those that stand in this one have their numbers. */
static uint32_t number_term(struct sharing *s, const struct term *term)
{
	struct buf key;

	if (term->kind == TERM_PART)
		return term->meaning->number;
	buf_init(&key);
	buf_printf(&key, "%d %d %d %d %u %u ", (int)term->kind, (int)term->op, (int)term->fold,
	           (int)term->function, term->index, term->element);
	type_put_key(&key, term->type);
	if (term->kind == TERM_CONST)
		put_value(&key, &term->value);
	if (term->kind == TERM_INPUT)
		put_operand(s, &key, term->operand);
	for (size_t i = 0; i < term_n_operands(term); i++) {
		const struct term *operand = term_operand(term, i);
		buf_printf(&key, " %u", operand ? number_term(s, operand) : 0);
	}
	return number_of(s, &key);
}

/* One that is marked is not the same as one that is not. */
static uint32_t number_text(struct sharing *s, const struct meaning *text)
{
	uint32_t number = number_term(s, text->term);
	struct buf key;

	if (text->binding->mark.word == PRIVACY_UNSAID)
		return number;
	buf_init(&key);
	buf_printf(&key, "%s %u", privacy_word(text->binding->mark.word), number);
	return number_of(s, &key);
}

/* ---- Which nodes have the same ---- */

/* A name that nobody reads is told of, so it stays apart. */
static bool may_share(const struct sharing *s, uint32_t node)
{
	return s->stays[node] && s->is_read[node] && may_fuse(&s->e->bound->nodes.items[node]);
}

static uint32_t first_with(struct sharing *s, uint32_t *firsts, uint32_t node)
{
	const struct bound_node *self = &s->e->bound->nodes.items[node];
	uint32_t *first = &firsts[self->meaning->number];
	bool both_kept = *first && self->kept && s->e->bound->nodes.items[*first - 1].kept;

	if (!*first)
		*first = node + 1;
	return both_kept ? node : *first - 1;
}

/* One walk over all nodes. What looks back at a node that is found to be another later on is
 * looked at again: true. */
static bool find_firsts(struct sharing *s)
{
	const struct bound *bound = s->e->bound;
	struct meanings *texts = arena_new(s->arena, struct meanings);
	VEC(uint32_t) firsts = {0};
	size_t done = 0;
	bool changed = false;

	s->keys = (struct map){0};
	s->n_numbers = 0;
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		if (!may_share(s, i))
			continue;
		meaning_order(s->e, texts, bound->nodes.items[i].meaning);
		for (; done < texts->n; done++)
			texts->items[done]->number = number_text(s, texts->items[done]);
		while (firsts.n <= s->n_numbers)
			vec_push(s->arena, &firsts, 0);
		uint32_t first = first_with(s, firsts.items, i);
		changed = changed || s->to[i] != first;
		s->to[i] = first;
	}
	return changed;
}

static bool *find_read(struct elaborator *e, const bool *stays)
{
	const struct bound *bound = e->bound;
	bool *is_read = arena_alloc(e->sema->arena, bound->nodes.n + 1);
	struct meanings *texts = arena_new(e->sema->arena, struct meanings);

	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		const struct bound_node *node = &bound->nodes.items[i];
		for (size_t k = 0; stays[i] && k < node->inputs.n; k++)
			is_read[node->inputs.items[k].node] = true;
		if (stays[i] && node->meaning)
			meaning_order(e, texts, node->meaning);
	}
	for (size_t i = 0; i < texts->n; i++)
		for (size_t k = 0; k < texts->items[i]->uses.n; k++)
			if (texts->items[i]->uses.items[k].operand)
				is_read[texts->items[i]->uses.items[k].operand->input.node] = true;
	return is_read;
}

/* ---- One of them ---- */

static void renumber(struct binding *binding, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < binding->nodes.n; i++)
		if (binding->nodes.items[i].node == from)
			binding->nodes.items[i].node = to;
}

/* The first in the order of the program is the one that stays: as the one that is kept, or has a
 * name. */
static void take_place(struct bound *bound, uint32_t first, uint32_t other)
{
	struct bound_node *a = &bound->nodes.items[first], *b = &bound->nodes.items[other];
	struct bound_node node = *a;
	bool better = b->kept ? !a->kept
	                      : !a->kept && a->meaning->binding->anonymous &&
	                                !b->meaning->binding->anonymous;

	if (!better)
		return;
	renumber(a->meaning->binding, first, other);
	renumber(b->meaning->binding, other, first);
	*a = *b;
	*b = node;
}

/* All that read a stream in the same way have one operand. */
static void share_operands(struct sharing *s, struct meaning *text)
{
	for (size_t i = 0; i < text->uses.n; i++) {
		struct operand *operand = text->uses.items[i].operand;
		struct buf key;
		if (!operand)
			continue;
		buf_init(&key);
		put_operand(s, &key, operand);
		struct operand *shared = map_get(&s->keys, key.text);
		if (!shared) {
			shared = operand;
			map_put(s->arena, &s->keys, arena_strdup(s->arena, key.text), operand);
		}
		buf_finish(&key);
		operand->shared = shared;
		text->uses.items[i].operand = shared;
	}
}

/* Who reads another reads the first. */
static void redirect(struct sharing *s)
{
	struct bound *bound = s->e->bound;
	struct meanings *texts = arena_new(s->arena, struct meanings);

	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		struct bound_node *node = &bound->nodes.items[i];
		for (size_t k = 0; s->stays[i] && k < node->inputs.n; k++)
			node->inputs.items[k].node = s->to[node->inputs.items[k].node];
		if (s->stays[i] && node->meaning)
			meaning_order(s->e, texts, node->meaning);
	}
	s->keys = (struct map){0};
	for (size_t i = 0; i < texts->n; i++)
		if (texts->items[i]->binding->kind == BINDING_EXPRESSION)
			share_operands(s, texts->items[i]);
	for (size_t i = 0; i < texts->n; i++)
		for (size_t k = 0; k < texts->items[i]->uses.n; k++) {
			struct operand *operand = texts->items[i]->uses.items[k].operand;
			if (operand)
				operand->input.node = s->to[operand->input.node];
		}
}

void share_texts(struct elaborator *e, bool *stays)
{
	uint32_t n = (uint32_t)e->bound->nodes.n;
	struct sharing s = {.e = e, .arena = e->sema->arena, .stays = stays};

	s.is_read = find_read(e, stays);
	s.to = arena_alloc(s.arena, (n + 1) * sizeof *s.to);
	for (uint32_t i = 0; i < n; i++)
		s.to[i] = i;
	while (find_firsts(&s))
		;
	for (uint32_t i = 0; i < n; i++) {
		if (s.to[i] == i)
			continue;
		take_place(e->bound, s.to[i], i);
		stays[i] = false;
	}
	redirect(&s);
}
