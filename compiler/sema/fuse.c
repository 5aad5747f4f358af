/* One node for all expressions that have the same streams and the same clocks: they fire together
 * anyway, so nothing waits that did not. A history of one of them is the node's own past.
 *
 * Then the parts of each node are written: its outputs, and what stands in several places of them,
 * each computed once and before its readers. */
#include "sema/c_name.h"
#include "sema/lift.h"
#include <stdlib.h>
#include <string.h>

/* ---- Which ones are together ---- */

struct fusion {
	struct elaborator *e;
	uint32_t *class; /* per node, from 1; 0: it stays alone */
	uint32_t n_classes;
};

static bool fires(const struct bound_input *input)
{
	return input->policy != POLICY_SAMPLE && input->last == 0;
}

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
		if (fires(input) && input->node == past->node && input->output == past->output)
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
	if (past && (is_fired_by(self, input) || f->class[input->node] == f->class[node]))
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
	const char *key = arena_printf(arena, "%u %p", f->class[node], (const void *)self->kept);
	for (size_t i = 0; i < words.n; i++)
		if (i == 0 || strcmp(words.items[i], words.items[i - 1]) != 0)
			key = arena_printf(arena, "%s, %s", key, words.items[i]);
	return key;
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

/* ---- The parts of a node ---- */

/* Writes the parts of `face` from the meanings of its outputs. */
struct writing {
	struct arena *arena;
	struct interface *face;
};

/* In how many places of the node each meaning stands; what an output is stands in one more. */
static void count_places(struct writing *w, const struct term *term);

static void count_meaning(struct writing *w, struct meaning *meaning, uint32_t n)
{
	if (meaning->written_by != w->face) {
		meaning->written_by = w->face;
		meaning->n_places = 0;
		meaning->part = NO_OUTPUT;
		count_places(w, meaning->term);
	}
	meaning->n_places += n;
}

static void count_places(struct writing *w, const struct term *term)
{
	if (term->kind == TERM_PART) {
		count_meaning(w, term->meaning, 1);
		return;
	}
	if (term->left)
		count_places(w, term->left);
	if (term->right)
		count_places(w, term->right);
	if (term->third)
		count_places(w, term->third);
	for (size_t i = 0; i < term->n_items; i++)
		count_places(w, term->items[i]);
}

static struct term *write_term(struct writing *w, const struct term *term);

static const char *free_part_name(struct writing *w, const char *base)
{
	const char *name = base;
	for (unsigned k = 2;; k++) {
		bool taken = false;
		for (size_t i = 0; i < w->face->parts.n; i++)
			taken = taken || strcmp(w->face->parts.items[i].name, name) == 0;
		if (!taken)
			return name;
		name = arena_printf(w->arena, "%s_%u", base, k);
	}
}

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
	return free_part_name(w, c_member(w->arena, base));
}

static uint32_t write_part(struct writing *w, struct meaning *meaning, uint32_t output)
{
	const struct term *term = write_term(w, meaning->term);
	struct part part = {.name = part_name(w, meaning),
	                    .label = meaning->binding->anonymous ? NULL : meaning->binding->path,
	                    .at = meaning->binding->expr ? meaning->binding->expr->span
	                                                 : meaning->binding->at,
	                    .term = term,
	                    .output = output};
	vec_push(w->arena, &w->face->parts, part);
	meaning->part = (uint32_t)w->face->parts.n - 1;
	return meaning->part;
}

/* A name stands for its text, or for the part that several read. */
static struct term *write_name(struct writing *w, const struct term *term, bool asked)
{
	struct meaning *meaning = term->meaning;
	if (meaning->n_places < 2 && !asked)
		return write_term(w, meaning->term);
	struct term *part = arena_new(w->arena, struct term);
	*part = *term;
	part->index = meaning->part != NO_OUTPUT ? meaning->part
	                                         : write_part(w, meaning, NO_OUTPUT);
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
	part.name = free_part_name(w, part.name);
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
	if (term->kind == TERM_INPUT)
		written->index = (uint32_t)term->operand->place;
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

static void write_output(struct writing *w, struct meaning *meaning, uint32_t output, bool kept)
{
	struct interface *face = w->face;
	uint32_t part = meaning->part != NO_OUTPUT ? meaning->part : write_part(w, meaning, output);
	face->parts.items[part].output = output;
	face->parts.items[part].kept = kept;
	face->outputs.items[output].name = face->outputs.n > 1 ? face->parts.items[part].name
	                                                       : "value";
}

/* ---- One node of several ---- */

struct members {
	VEC(uint32_t) nodes;
};

static bool same_input(const struct bound_input *a, const struct bound_input *b)
{
	return a->node == b->node && a->output == b->output && a->policy == b->policy &&
	       a->first == b->first && a->max_age_ns == b->max_age_ns;
}

/* The number of the input that reads what `input` does, added where there is none. */
static uint32_t merge_input(struct elaborator *e, struct bound_node *node, struct interface *face,
                            struct bound_input input, const struct port *port)
{
	for (uint32_t i = 0; i < node->inputs.n; i++)
		if (same_input(&node->inputs.items[i], &input))
			return i;
	struct port own = *port;
	own.name = port_free_name(e->sema->arena, face, own.name);
	input.port = (uint32_t)node->inputs.n;
	vec_push(e->sema->arena, &node->inputs, input);
	vec_push(e->sema->arena, &face->inputs, own);
	return input.port;
}

/* The member after which the node is called. */
static uint32_t name_giver(const struct bound *bound, const struct members *members)
{
	for (size_t i = 0; i < members->nodes.n; i++)
		if (!bound->nodes.items[members->nodes.items[i]].meaning->binding->anonymous)
			return members->nodes.items[i];
	return members->nodes.items[0];
}

/* The first member becomes the node of all. */
static void merge(struct elaborator *e, const struct members *members)
{
	struct arena *arena = e->sema->arena;
	struct bound_node *nodes = e->bound->nodes.items;
	struct bound_node node = nodes[name_giver(e->bound, members)];
	struct interface *face = arena_new(arena, struct interface);
	size_t n = members->nodes.n;
	*face = *node.face;
	face->inputs.items = face->outputs.items = NULL;
	face->inputs.n = face->outputs.n = face->inputs.cap = face->outputs.cap = 0;
	face->parts = (struct parts){0};
	node.face = face;
	node.inputs.items = NULL;
	node.inputs.n = node.inputs.cap = 0;
	node.outputs = arena_alloc(arena, (n + 1) * sizeof *node.outputs);
	for (size_t m = 0; m < n; m++) {
		const struct bound_node *member = &nodes[members->nodes.items[m]];
		for (size_t i = 0; i < member->meaning->uses.n; i++)
			member->meaning->uses.items[i].operand->place =
				merge_input(e, &node, face, member->inputs.items[i],
			                    &member->face->inputs.items[i]);
		vec_push(arena, &face->outputs, member->face->outputs.items[0]);
		node.outputs[m] = member->outputs[0];
	}
	struct writing w = {.arena = arena, .face = face};
	for (size_t m = 0; m < n; m++)
		count_meaning(&w, nodes[members->nodes.items[m]].meaning, 1);
	for (size_t m = 0; m < n; m++)
		write_output(&w, nodes[members->nodes.items[m]].meaning, (uint32_t)m,
		             nodes[members->nodes.items[m]].kept != NULL);
	for (size_t i = 0; i < face->parts.n; i++) {
		struct part *part = &face->parts.items[i];
		bool optional = term_settle_absence(face, (struct term *)part->term);
		if (part->output != NO_OUTPUT)
			face->outputs.items[part->output].optional = optional;
	}
	nodes[members->nodes.items[0]] = node;
}

/* ---- The program ---- */

/* Who reads a member reads an output of the node of all. */
static void redirect(struct elaborator *e, const uint32_t *to, const uint32_t *output)
{
	for (size_t i = 0; i < e->bound->nodes.n; i++)
		for (size_t k = 0; k < e->bound->nodes.items[i].inputs.n; k++) {
			struct bound_input *input = &e->bound->nodes.items[i].inputs.items[k];
			if (e->bound->nodes.items[input->node].meaning)
				input->output = output[input->node];
			input->node = to[input->node];
		}
}

void fuse(struct elaborator *e)
{
	struct arena *arena = e->sema->arena;
	struct fusion f = {.e = e};
	uint32_t n = (uint32_t)e->bound->nodes.n;
	classify(&f);
	struct members *members = arena_alloc(arena, (n + 1) * sizeof *members);
	uint32_t *first = arena_alloc(arena, (f.n_classes + 1) * sizeof *first);
	uint32_t *to = arena_alloc(arena, (n + 1) * sizeof *to);
	uint32_t *output = arena_alloc(arena, (n + 1) * sizeof *output);
	for (uint32_t i = 0; i < n; i++) {
		if (f.class[i] && !first[f.class[i]])
			first[f.class[i]] = i + 1;
		to[i] = f.class[i] ? first[f.class[i]] - 1 : i;
		if (!e->bound->nodes.items[i].meaning)
			continue;
		output[i] = (uint32_t)members[to[i]].nodes.n;
		vec_push(arena, &members[to[i]].nodes, i);
	}
	redirect(e, to, output);
	for (uint32_t i = 0; i < n; i++)
		if (members[i].nodes.n > 0)
			merge(e, &members[i]);
	for (uint32_t i = 0; i < n; i++)
		to[i] = to[i] == i ? i : UNBOUND;
	renumber(e, to);
}
