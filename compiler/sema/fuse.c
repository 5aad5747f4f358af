/* One node for all expressions that have the same streams and the same clocks: they fire together
 * anyway, so nothing waits that did not. What one of them was before is kept by the node itself,
 * where that is little. */
#include "base/buf.h"
#include "sema/lift.h"
#include <stdlib.h>
#include <string.h>

/* ---- Which ones are together ---- */

struct fusion {
	struct elaborator *e;
	uint32_t *class; /* per node, from 1; 0: it stays alone */
	uint32_t n_classes;
};

/* A relay begins a clock of its own. */
static bool may_fuse(const struct bound_node *node)
{
	return node->meaning && node->meaning->binding->kind == BINDING_EXPRESSION;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether the node is fired by the stream of which an input is the past. */
static bool is_fired_by(const struct bound_node *node, const struct bound_input *past)
{
	for (size_t i = 0; i < node->inputs.n; i++) {
		const struct bound_input *input = &node->inputs.items[i];
		if (bound_input_fires(input) && input->node == past->node && input->output == past->output)
			return true;
	}
	return false;
}

/* What an input says about the node's streams and clock; NULL: nothing. The past of what is in the
 * same class, or fires the node, is there whenever the node fires. */
static const char *input_word(struct fusion *f, uint32_t node, size_t i)
{
	const struct bound_node *self = &f->e->bound->nodes.items[node];
	const struct bound_input *input = &self->inputs.items[i];
	bool past = input->last < 0;
	if (past && (f->class[input->node] == f->class[node] || is_fired_by(self, input)))
		return NULL;
	return arena_printf(f->e->sema->arena, "%u.%u %d %lld %d", input->node, input->output,
	                    (int)input->policy, (long long)input->max_age_ns,
	                    past ? 2 : !self->face->inputs.items[i].optional);
}

static const char *node_key(struct fusion *f, uint32_t node)
{
	struct arena *arena = f->e->sema->arena;
	const struct bound_node *self = &f->e->bound->nodes.items[node];
	VEC(const char *) words = {0};
	for (size_t i = 0; i < self->inputs.n; i++) {
		const char *word = input_word(f, node, i);
		if (word)
			vec_push(arena, &words, word);
	}
	if (words.n > 1)
		qsort(words.items, words.n, sizeof *words.items, compare_words);
	struct buf key;
	buf_init(&key);
	buf_printf(&key, "%u %p", f->class[node], (const void *)self->kept);
	for (size_t i = 0; i < words.n; i++)
		if (i == 0 || strcmp(words.items[i], words.items[i - 1]) != 0)
			buf_printf(&key, ", %s", words.items[i]);
	const char *text = arena_strndup(arena, key.text, key.length);
	buf_finish(&key);
	return text;
}

/* Splits each class by the keys of its nodes. Whether there are more now. */
static bool refine(struct fusion *f)
{
	struct arena *arena = f->e->sema->arena;
	uint32_t n = (uint32_t)f->e->bound->nodes.n, n_classes = 0;
	uint32_t *class = arena_alloc(arena, (n + 1) * sizeof *class);
	struct map keys = {0};
	for (uint32_t i = 0; i < n; i++) {
		if (!f->class[i])
			continue;
		const char *key = node_key(f, i);
		uintptr_t known = (uintptr_t)map_get(&keys, key);
		if (!known) {
			known = ++n_classes;
			map_put(arena, &keys, key, (void *)known);
		}
		class[i] = (uint32_t)known;
	}
	bool more = n_classes > f->n_classes;
	f->class = class;
	f->n_classes = n_classes;
	return more;
}

static void classify(struct fusion *f)
{
	uint32_t n = (uint32_t)f->e->bound->nodes.n;
	f->class = arena_alloc(f->e->sema->arena, (n + 1) * sizeof *f->class);
	for (uint32_t i = 0; i < n; i++)
		f->class[i] = may_fuse(&f->e->bound->nodes.items[i]);
	while (refine(f))
		;
}

/* ---- What a node keeps of its own ---- */

/* Bytes of the earlier values of one expression: more are read from where they were published. */
#define PAST_MAX 1024

/* An expression of a node. */
struct member {
	uint32_t node;  /* that it had alone */
	bool is_read;   /* by other nodes, or in a way that its own node cannot keep */
	bool is_past;   /* another member looks back at it */
	uint32_t depth; /* so many earlier values are kept; 0 = none */
	uint32_t past;  /* their number in the interface */
	uint32_t output;
};

struct group {
	VEC(struct member) members;
};

/* Whether an input of a member reads earlier values of one, and the node can keep them: they are
 * few, and nobody asks when they were. */
static bool is_kept(const struct elaborator *e, const struct bound_input *input,
                    const struct use *use, const struct member *from)
{
	const struct type *type = e->bound->nodes.items[from->node].outputs[0];
	struct layout layout;
	if (input->policy != POLICY_QUEUE || input->last >= 0 || use->dated ||
	    type->kind == TYPE_IMAGE || type_layout(type, &layout) < 0)
		return false;
	return layout.size * (uint64_t)-input->first <= PAST_MAX;
}

/* ---- One node of several ---- */

struct merge {
	struct elaborator *e;
	struct group *groups; /* per node: of which it is the first member */
	uint32_t *to;         /* per node: the first of its group, or itself */
	uint32_t *index;      /* per node: its number in the group */
};

static struct member *member_of(const struct merge *m, uint32_t node)
{
	return &m->groups[m->to[node]].members.items[m->index[node]];
}

/* What of the members is read, and by whom. */
static void find_readers(struct merge *m)
{
	struct bound *bound = m->e->bound;
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		const struct bound_node *node = &bound->nodes.items[i];
		for (size_t k = 0; k < node->inputs.n; k++) {
			const struct bound_input *input = &node->inputs.items[k];
			if (!bound->nodes.items[input->node].meaning)
				continue;
			struct member *from = member_of(m, input->node);
			bool own = node->meaning && m->to[i] == m->to[input->node];
			if (!own || !is_kept(m->e, input, &node->meaning->uses.items[k], from)) {
				from->is_read = true;
				continue;
			}
			from->is_past = from->is_past || input->node != i;
			if (from->depth < (uint32_t)-input->first)
				from->depth = (uint32_t)-input->first;
		}
	}
}

/* The number of the input that reads what `input` does, added where there is none. */
static uint32_t merge_input(struct elaborator *e, struct bound_node *node, struct interface *face,
                            struct map *ports, struct bound_input input, const struct port *port)
{
	struct arena *arena = e->sema->arena;
	const char *key = arena_printf(arena, "%u.%u %d %d %lld", input.node, input.output,
	                               (int)input.policy, (int)input.first,
	                               (long long)input.max_age_ns);
	uintptr_t known = (uintptr_t)map_get(ports, key);
	if (known)
		return (uint32_t)known - 1;
	struct port own = *port;
	own.name = claim_free_name(arena, &face->names, own.name);
	input.port = (uint32_t)node->inputs.n;
	vec_push(arena, &node->inputs, input);
	vec_push(arena, &face->inputs, own);
	map_put(arena, ports, key, (void *)(uintptr_t)node->inputs.n);
	return input.port;
}

/* The inputs of all members, each stream once; what the node keeps is none. */
static void merge_inputs(struct merge *m, const struct group *group, struct bound_node *node,
                         struct interface *face)
{
	struct map ports = {0};
	for (size_t k = 0; k < group->members.n; k++) {
		uint32_t index = group->members.items[k].node;
		const struct bound_node *member = &m->e->bound->nodes.items[index];
		for (size_t i = 0; i < member->meaning->uses.n; i++) {
			const struct use *use = &member->meaning->uses.items[i];
			const struct bound_input *input = &member->inputs.items[i];
			const struct member *from = m->e->bound->nodes.items[input->node].meaning
			                                    ? member_of(m, input->node)
			                                    : NULL;
			use->operand->is_past = from && m->to[input->node] == m->to[index] &&
			                        is_kept(m->e, input, use, from);
			use->operand->place = use->operand->is_past
			                              ? from->past
			                              : merge_input(m->e, node, face, &ports, *input,
			                                            &member->face->inputs.items[i]);
		}
	}
}

/* The member after which the node is called: the first that others read and that has a name, else
 * the first that others read. */
static uint32_t name_giver(const struct bound *bound, const struct group *group)
{
	uint32_t found = UNBOUND;
	for (size_t i = 0; i < group->members.n; i++) {
		const struct member *member = &group->members.items[i];
		const struct bound_node *node = &bound->nodes.items[member->node];
		if (!member->is_read && !node->kept)
			continue;
		if (!node->meaning->binding->anonymous)
			return member->node;
		found = found == UNBOUND ? member->node : found;
	}
	return found == UNBOUND ? group->members.items[0].node : found;
}

/* What nobody but the node reads is no output, unless it is there for nothing at all:
 * that is told. */
static void merge_outputs(struct merge *m, struct group *group, struct bound_node *node,
                          struct interface *face)
{
	struct arena *arena = m->e->sema->arena;
	struct bound_node *nodes = m->e->bound->nodes.items;
	for (size_t k = 0; k < group->members.n; k++) {
		struct member *member = &group->members.items[k];
		const struct bound_node *alone = &nodes[member->node];
		bool serves = alone->meaning->n_places > 0 || member->is_past;
		member->output = NO_OUTPUT;
		if (member->depth > 0)
			alone->meaning->n_places++;
		if (!member->is_read && !alone->kept && serves)
			continue;
		member->output = (uint32_t)face->outputs.n;
		alone->meaning->n_places++;
		vec_push(arena, &face->outputs, alone->face->outputs.items[0]);
		node->outputs[member->output] = alone->outputs[0];
	}
	if (face->outputs.n == 1)
		return;
	for (size_t k = 0; k < group->members.n; k++)
		if (group->members.items[k].output != NO_OUTPUT)
			face->outputs.items[group->members.items[k].output].name = NULL;
}

static void write_member(struct writing *w, const struct bound_node *alone,
                         const struct member *member)
{
	struct interface *face = w->face;
	uint32_t index = part_of(w, alone->meaning);
	struct part *part = &face->parts.items[index];
	if (member->depth > 0)
		face->pasts.items[member->past] = (struct past){index, member->depth};
	if (member->output == NO_OUTPUT)
		return;
	part->output = member->output;
	part->kept = alone->kept != NULL;
	if (!face->outputs.items[member->output].name)
		face->outputs.items[member->output].name = part->name;
}

static void settle_absence(struct interface *face)
{
	for (size_t i = 0; i < face->parts.n; i++) {
		struct part *part = &face->parts.items[i];
		bool optional = term_settle_absence(face, (struct term *)part->term);
		if (part->output != NO_OUTPUT)
			face->outputs.items[part->output].optional = optional;
	}
}

/* The first member becomes the node of all. */
static void merge(struct merge *m, struct group *group)
{
	struct arena *arena = m->e->sema->arena;
	struct bound_node *nodes = m->e->bound->nodes.items;
	struct bound_node node = nodes[name_giver(m->e->bound, group)];
	struct interface *face = arena_new(arena, struct interface);
	size_t n = group->members.n;
	*face = *node.face;
	face->inputs.items = face->outputs.items = NULL;
	face->inputs.n = face->outputs.n = face->inputs.cap = face->outputs.cap = 0;
	face->parts = (struct parts){0};
	face->names = (struct map){0};
	node.face = face;
	node.inputs.items = NULL;
	node.inputs.n = node.inputs.cap = 0;
	node.outputs = arena_alloc(arena, (n + 1) * sizeof *node.outputs);
	for (size_t k = 0; k < n; k++) {
		struct member *member = &group->members.items[k];
		if (member->depth == 0)
			continue;
		member->past = (uint32_t)face->pasts.n;
		vec_push(arena, &face->pasts, (struct past){0, 0});
	}
	merge_inputs(m, group, &node, face);
	struct writing w = {.arena = arena, .face = face};
	for (size_t k = 0; k < n; k++)
		count_places(&w, nodes[group->members.items[k].node].meaning);
	merge_outputs(m, group, &node, face);
	for (size_t k = 0; k < n; k++)
		write_member(&w, &nodes[group->members.items[k].node], &group->members.items[k]);
	settle_absence(face);
	nodes[group->members.items[0].node] = node;
}

/* ---- The program ---- */

/* Who reads a member reads an output of the node of all. */
static void redirect(struct merge *m)
{
	struct bound *bound = m->e->bound;
	for (size_t i = 0; i < bound->nodes.n; i++)
		for (size_t k = 0; m->to[i] == i && k < bound->nodes.items[i].inputs.n; k++) {
			struct bound_input *input = &bound->nodes.items[i].inputs.items[k];
			if (bound->nodes.items[input->node].meaning)
				input->output = member_of(m, input->node)->output;
			input->node = m->to[input->node];
		}
}

static struct merge find_groups(struct elaborator *e)
{
	struct arena *arena = e->sema->arena;
	struct fusion f = {.e = e};
	uint32_t n = (uint32_t)e->bound->nodes.n;
	classify(&f);
	uint32_t *first = arena_alloc(arena, (f.n_classes + 1) * sizeof *first);
	struct merge m = {.e = e};
	m.groups = arena_alloc(arena, (n + 1) * sizeof *m.groups);
	m.to = arena_alloc(arena, (n + 1) * sizeof *m.to);
	m.index = arena_alloc(arena, (n + 1) * sizeof *m.index);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t class = f.class[i];
		if (class && !first[class])
			first[class] = i + 1;
		m.to[i] = class ? first[class] - 1 : i;
		if (!e->bound->nodes.items[i].meaning)
			continue;
		struct group *group = &m.groups[m.to[i]];
		m.index[i] = (uint32_t)group->members.n;
		vec_push(arena, &group->members, (struct member){.node = i});
	}
	return m;
}

void fuse(struct elaborator *e)
{
	uint32_t n = (uint32_t)e->bound->nodes.n;
	struct merge m = find_groups(e);
	find_readers(&m);
	for (uint32_t i = 0; i < n; i++)
		if (m.groups[i].members.n > 0)
			merge(&m, &m.groups[i]);
	redirect(&m);
	for (uint32_t i = 0; i < n; i++)
		m.to[i] = m.to[i] == i ? i : UNBOUND;
	renumber(e, m.to);
}
