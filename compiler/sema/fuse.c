/* One node for all expressions that have the same streams and the same clocks: they fire together
 * anyway, so nothing waits that did not. What one of them was before is kept by the node itself,
 * where that is little. */
#include "base/buf.h"
#include "sema/lift.h"
#include <stdlib.h>
#include <string.h>

/* ---- The members of a node ---- */

/* Bytes of the earlier values of one expression: more are read from where they were published. */
#define PAST_MAX 1024

/* An expression of a node. */
struct member {
	uint32_t node;  /* that it had alone */
	bool is_read;   /* by other nodes, or in a way that its own node cannot keep */
	bool looked_at; /* another member looks back at it */
	uint32_t depth; /* so many earlier values are kept; 0 = none */
	uint32_t past;  /* their number in the interface */
	uint32_t output;
};

struct group {
	VEC(struct member) members;
	struct uses uses;
};

struct merge {
	struct elaborator *e;
	const bool *stays;
	struct group *groups; /* per node: of which it is the first member */
	uint32_t *to;         /* per node: the first of its group, or itself */
	uint32_t *index;      /* per node: its number in the group */
};

static struct member *member_of(const struct merge *m, uint32_t node)
{
	return m->e->bound->nodes.items[node].meaning
	               ? &m->groups[m->to[node]].members.items[m->index[node]]
	               : NULL;
}

/* The member whose earlier values a use of the group reads, where the node can keep them: they are
 * few, and nobody asks when they were. NULL: none. */
static struct member *kept_past(const struct merge *m, uint32_t group, const struct use *use)
{
	const struct bound_input *input = &use->operand->input;
	struct layout layout;
	if (input->policy != POLICY_QUEUE || input->last >= 0 || use->dated ||
	    m->to[input->node] != group)
		return NULL;
	const struct type *type = m->e->bound->nodes.items[input->node].outputs[0];
	if (type->kind == TYPE_IMAGE || type_layout(type, &layout) < 0 ||
	    layout.size * (uint64_t)-input->first > PAST_MAX)
		return NULL;
	return member_of(m, input->node);
}

static void mark_read(const struct merge *m, uint32_t node)
{
	struct member *from = member_of(m, node);
	if (from)
		from->is_read = true;
}

static void look_at_uses(struct merge *m, uint32_t group)
{
	const struct uses *uses = &m->groups[group].uses;
	for (size_t i = 0; i < uses->n; i++) {
		const struct bound_input *input = &uses->items[i].operand->input;
		struct member *past = kept_past(m, group, &uses->items[i]);
		if (!past) {
			mark_read(m, input->node);
			continue;
		}
		past->looked_at = past->looked_at || uses->items[i].by_other;
		if (past->depth < (uint32_t)-input->first)
			past->depth = (uint32_t)-input->first;
	}
}

/* What each group reads, and what of the members is read. */
static void find_readers(struct merge *m)
{
	struct bound *bound = m->e->bound;
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		const struct bound_node *node = &bound->nodes.items[i];
		for (size_t k = 0; m->stays[i] && k < node->inputs.n; k++)
			mark_read(m, node->inputs.items[k].node);
		struct group *group = &m->groups[i];
		for (size_t k = 0; k < group->members.n; k++)
			meaning_gather(m->e, &group->uses,
			               bound->nodes.items[group->members.items[k].node].meaning);
		look_at_uses(m, i);
	}
}

/* ---- One node of several ---- */

static const struct type *port_type(const struct merge *m, const struct operand *operand)
{
	return m->e->bound->nodes.items[operand->input.node].outputs[operand->input.output];
}

/* The inputs of all members, each stream once; what the node keeps is none. */
static void merge_inputs(struct merge *m, uint32_t group, struct bound_node *node,
                         struct interface *face)
{
	struct arena *arena = m->e->sema->arena;
	struct map ports = {0};
	for (size_t i = 0; i < m->groups[group].uses.n; i++) {
		const struct use *use = &m->groups[group].uses.items[i];
		struct operand *operand = use->operand;
		struct bound_input input = operand->input;
		struct member *past = kept_past(m, group, use);
		operand->is_past = past != NULL;
		if (past) {
			operand->place = past->past;
			continue;
		}
		const char *key = arena_printf(arena, "%u.%u %d %d %lld", input.node, input.output,
		                               (int)input.policy, (int)input.first,
		                               (long long)input.max_age_ns);
		uintptr_t known = (uintptr_t)map_get(&ports, key);
		operand->place = known ? known - 1 : face->inputs.n;
		if (known)
			continue;
		map_put(arena, &ports, key, (void *)(uintptr_t)(face->inputs.n + 1));
		input.port = (uint32_t)face->inputs.n;
		input.at = use->at;
		struct port port = {.name = map_claim_name(arena, &face->names, operand->name),
		                    .doc = "",
		                    .span = use->at,
		                    .type = port_type(m, operand),
		                    .optional = !bound_input_fires(&input) || !use->needed};
		vec_push(arena, &node->inputs, input);
		vec_push(arena, &face->inputs, port);
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
		bool serves = alone->meaning->n_places > 0 || member->looked_at;
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
	for (size_t k = 0; k < face->outputs.n; k++)
		face->outputs.items[k].name = NULL;
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

/* Once for each name: one that is in several nodes is looked for in the first that publishes it,
 * else in the first. */
static void keep_name(const struct merge *m, const struct binding *binding,
                      const struct bound_node *node, uint32_t output)
{
	struct bound *bound = m->e->bound;
	const struct interface *face = node->face;
	size_t known = (size_t)(uintptr_t)map_get(&m->e->text_names, binding->path);

	if (binding->anonymous)
		return;
	if (known && bound->texts.items[known - 1].output)
		return;
	if (!known) {
		vec_push(m->e->sema->arena, &bound->texts, (struct bound_text){0});
		known = bound->texts.n;
		map_put(m->e->sema->arena, &m->e->text_names, binding->path,
		        (void *)(uintptr_t)known);
	}
	if (output != NO_OUTPUT || !bound->texts.items[known - 1].path)
		bound->texts.items[known - 1] = (struct bound_text){
			.path = binding->path,
			.node = node->name,
			.output = output == NO_OUTPUT ? NULL : face->outputs.items[output].name,
			.is_node = output != NO_OUTPUT && face->outputs.n == 1 &&
		                   strcmp(binding->path, node->name) == 0,
		};
}

static void keep_names(const struct merge *m, const struct group *group,
                       const struct meanings *texts, const struct bound_node *node)
{
	const struct bound_node *nodes = m->e->bound->nodes.items;

	for (size_t k = 0; k < group->members.n; k++)
		keep_name(m, nodes[group->members.items[k].node].meaning->binding, node,
		          group->members.items[k].output);
	for (size_t k = 0; k < texts->n; k++)
		keep_name(m, texts->items[k]->binding, node, NO_OUTPUT);
}

/* The first member becomes the node of all. */
static void merge(struct merge *m, uint32_t first)
{
	struct arena *arena = m->e->sema->arena;
	struct group *group = &m->groups[first];
	struct bound_node *nodes = m->e->bound->nodes.items;
	struct bound_node node = nodes[name_giver(m->e->bound, group)];
	struct interface *face = arena_new(arena, struct interface);
	size_t n = group->members.n;
	*face = *node.face;
	face->outputs.items = NULL;
	face->outputs.n = face->outputs.cap = 0;
	face->parts = (struct parts){0};
	node.face = face;
	node.outputs = arena_alloc(arena, (n + 1) * sizeof *node.outputs);
	for (size_t k = 0; k < n; k++) {
		struct member *member = &group->members.items[k];
		if (member->depth == 0)
			continue;
		member->past = (uint32_t)face->pasts.n;
		vec_push(arena, &face->pasts, (struct past){0, 0});
	}
	merge_inputs(m, first, &node, face);
	struct writing w = {.e = m->e, .arena = arena, .face = face};
	w.texts = arena_new(arena, struct meanings);
	for (size_t k = 0; k < n; k++)
		count_places(&w, nodes[group->members.items[k].node].meaning);
	merge_outputs(m, group, &node, face);
	write_parts(&w);
	for (size_t k = 0; k < n; k++)
		write_member(&w, &nodes[group->members.items[k].node], &group->members.items[k]);
	settle_absence(face);
	keep_names(m, group, w.texts, &node);
	nodes[first] = node;
}

/* ---- The program ---- */

static struct merge find_groups(struct elaborator *e, const bool *stays)
{
	struct arena *arena = e->sema->arena;
	uint32_t n = (uint32_t)e->bound->nodes.n;
	uint32_t *first = arena_alloc(arena, fuse_classify(e, stays) * sizeof *first);
	struct merge m = {.e = e, .stays = stays};
	m.groups = arena_alloc(arena, (n + 1) * sizeof *m.groups);
	m.to = arena_alloc(arena, (n + 1) * sizeof *m.to);
	m.index = arena_alloc(arena, (n + 1) * sizeof *m.index);
	for (uint32_t i = 0; i < n; i++) {
		const struct bound_node *node = &e->bound->nodes.items[i];
		uint32_t class = may_fuse(node) ? node->meaning->class : 0;
		m.to[i] = i;
		if (!stays[i])
			continue;
		if (class && !first[class])
			first[class] = i + 1;
		m.to[i] = class ? first[class] - 1 : i;
		if (!node->meaning)
			continue;
		struct group *group = &m.groups[m.to[i]];
		m.index[i] = (uint32_t)group->members.n;
		vec_push(arena, &group->members, (struct member){.node = i});
	}
	return m;
}

/* Who reads a member reads an output of the node of all. */
static void redirect(struct merge *m)
{
	struct bound *bound = m->e->bound;
	for (uint32_t i = 0; i < bound->nodes.n; i++)
		for (size_t k = 0;
		     m->to[i] == i && m->stays[i] && k < bound->nodes.items[i].inputs.n; k++) {
			struct bound_input *input = &bound->nodes.items[i].inputs.items[k];
			const struct member *from = member_of(m, input->node);
			input->output = from ? from->output : input->output;
			input->node = m->to[input->node];
		}
}

/* Takes out the nodes that are in others or do not stay, and numbers the rest anew. */
static void renumber(struct merge *m)
{
	struct bound *bound = m->e->bound;
	struct map names = {0};
	uint32_t n = 0, n_all = (uint32_t)bound->nodes.n;
	uint32_t *place = arena_alloc(m->e->sema->arena, (n_all + 1) * sizeof *place);
	for (uint32_t i = 0; i < n_all; i++) {
		if (!m->stays[i] || m->to[i] != i)
			continue;
		place[i] = n;
		bound->nodes.items[n++] = bound->nodes.items[i];
		map_put(m->e->sema->arena, &names, bound->nodes.items[n - 1].name,
		        (void *)(uintptr_t)n);
	}
	bound->nodes.n = n;
	bound->node_names = names;
	for (uint32_t i = 0; i < n; i++)
		for (size_t k = 0; k < bound->nodes.items[i].inputs.n; k++) {
			struct bound_input *input = &bound->nodes.items[i].inputs.items[k];
			input->node = place[input->node];
		}
}

void fuse(struct elaborator *e, const bool *stays)
{
	uint32_t n = (uint32_t)e->bound->nodes.n;
	struct merge m = find_groups(e, stays);
	find_readers(&m);
	for (uint32_t i = 0; i < n; i++)
		if (m.groups[i].members.n > 0)
			merge(&m, i);
	redirect(&m);
	renumber(&m);
}
