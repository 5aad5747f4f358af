/* One node for all expressions that have the same streams and the same clocks: they fire together
 * anyway, so nothing waits that did not. What one of them was before is kept by the node itself,
 * where that is little. */
#include "base/buf.h"
#include "sema/lift.h"
#include <stdlib.h>
#include <string.h>

/* ---- Sets of streams ---- */

struct fusion {
	struct elaborator *e;
	const bool *stays;      /* per node */
	struct meanings *texts; /* of nodes that stay, each behind what stands in it */
	struct map sets, words;
	uint32_t n_classes;
};

/* A list of words as a set, of which there is one. */
static const struct streams *make_set(struct fusion *f, const char **words, size_t n)
{
	struct arena *arena = f->e->sema->arena;
	struct buf key;
	buf_init(&key);
	for (size_t i = 0; i < n; i++)
		buf_printf(&key, "%s, ", words[i]);
	struct streams *known = map_get(&f->sets, key.length ? key.text : "");
	if (!known) {
		known = arena_new(arena, struct streams);
		*known = (struct streams){(uint32_t)f->sets.n, n, words};
		map_put(arena, &f->sets, arena_strndup(arena, key.text, key.length), known);
	}
	buf_finish(&key);
	return known;
}

/* The same word for the same text, so that words are compared by their address. */
static const char *make_word(struct fusion *f, const char *text)
{
	const char *known = map_get(&f->words, text);
	if (!known)
		map_put(f->e->sema->arena, &f->words, text, (void *)text);
	return known ? known : text;
}

/* All words of both; one of the two where that has them. */
static const struct streams *unite(struct fusion *f, const struct streams *a,
                                   const struct streams *b)
{
	if (a == b || b->n == 0)
		return a;
	if (a->n == 0)
		return b;
	const char **words = arena_alloc(f->e->sema->arena, (a->n + b->n) * sizeof *words);
	size_t n = 0;
	for (size_t i = 0, k = 0; i < a->n || k < b->n;) {
		int order = i == a->n                    ? 1
		            : k == b->n                  ? -1
		            : a->words[i] == b->words[k] ? 0
		                                         : strcmp(a->words[i], b->words[k]);
		words[n++] = order <= 0 ? a->words[i] : b->words[k];
		i += order <= 0;
		k += order >= 0;
	}
	return n == a->n ? a : n == b->n ? b : make_set(f, words, n);
}

static const struct streams *one(struct fusion *f, const char *word)
{
	const char **words = arena_alloc(f->e->sema->arena, sizeof *words);
	words[0] = make_word(f, word);
	return make_set(f, words, 1);
}

/* ---- Which streams a text reads ---- */

/* A stream says by "!" before it that it is needed, and then so where it is not, too. */
static const struct streams *of_use(struct fusion *f, const struct use *use)
{
	const struct bound_input *input = &use->operand->input;
	const char *word = arena_printf(f->e->sema->arena, "%u.%u %d %lld %d", input->node,
	                                input->output, (int)input->policy,
	                                (long long)input->max_age_ns, input->last < 0);
	const struct streams *set = one(f, word);
	if (use->needed && bound_input_fires(input))
		set = unite(f, set, one(f, arena_printf(f->e->sema->arena, "!%s", word)));
	return set;
}

/* Without what says that a stream is needed. */
static const struct streams *unneeded(struct fusion *f, const struct streams *set)
{
	size_t n = 0;
	while (n < set->n && set->words[n][0] == '!')
		n++;
	return n ? make_set(f, set->words + n, set->n - n) : set;
}

/* Earlier values of an expression are not among them: where these are is asked later. */
static void find_reads(struct fusion *f, struct meaning *meaning)
{
	const struct streams *reads = make_set(f, NULL, 0);
	for (size_t i = 0; i < meaning->uses.n; i++) {
		const struct use *use = &meaning->uses.items[i];
		if (use->text)
			reads = unite(f, reads,
			              use->needed ? use->text->reads
			                          : unneeded(f, use->text->reads));
		else if (!use->operand->of || use->operand->input.last == 0)
			reads = unite(f, reads, of_use(f, use));
	}
	meaning->reads = reads;
}

/* The past of a stream is there wherever the stream fires the node. */
static const struct streams *without_known_pasts(struct fusion *f, const struct streams *set)
{
	const char **words = arena_alloc(f->e->sema->arena, (set->n + 1) * sizeof *words);
	size_t n = 0;
	for (size_t i = 0; i < set->n; i++) {
		char *fires = arena_strdup(f->e->sema->arena, set->words[i]);
		char *last = strrchr(fires, ' ');
		bool past = last[1] == '1';
		last[1] = '0';
		bool known = false;
		for (size_t k = 0; past && k < set->n && !known; k++)
			known = strcmp(set->words[k], fires) == 0;
		if (!known)
			words[n++] = set->words[i];
	}
	return n == set->n ? set : make_set(f, words, n);
}

/* ---- Which ones are together ---- */

static const struct binding *kept_of(const struct fusion *f, const struct meaning *meaning)
{
	for (size_t i = 0; i < meaning->binding->nodes.n; i++) {
		const struct bound_node *node =
			&f->e->bound->nodes.items[meaning->binding->nodes.items[i].node];
		if (node->kept)
			return node->kept;
	}
	return NULL;
}

static uint32_t class_of(struct fusion *f, struct map *keys, const char *key)
{
	uintptr_t known = (uintptr_t)map_get(keys, key);
	if (!known) {
		known = ++f->n_classes;
		map_put(f->e->sema->arena, keys, key, (void *)known);
	}
	return (uint32_t)known;
}

/* The class of the node that an operand looks back at. */
static struct meaning *looked_back_at(const struct fusion *f, const struct use *use)
{
	const struct operand *operand = use->operand;
	if (!operand || !operand->of || operand->input.last == 0)
		return NULL;
	return f->e->bound->nodes.items[operand->input.node].meaning;
}

/* What a text looks back at that is not of its own class: of texts in it that are of the same, what
 * is known of them; of others, all. */
static void find_apart(struct fusion *f, struct meaning *meaning)
{
	struct arena *arena = f->e->sema->arena;
	const struct streams *apart = make_set(f, NULL, 0);
	struct meanings *others = NULL;
	for (size_t i = 0; i < meaning->uses.n; i++) {
		const struct use *use = &meaning->uses.items[i];
		struct meaning *back = looked_back_at(f, use);
		if (back && back->class != meaning->class)
			apart = unite(f, apart,
			              one(f, arena_printf(arena, "%u", use->operand->input.node)));
		if (use->text && use->text->class == meaning->class)
			apart = unite(f, apart, use->text->apart);
		else if (use->text) {
			others = others ? others : arena_new(arena, struct meanings);
			meaning_order(f->e, others, use->text);
		}
	}
	for (size_t i = 0; others && i < others->n; i++)
		for (size_t k = 0; k < others->items[i]->uses.n; k++) {
			const struct use *use = &others->items[i]->uses.items[k];
			struct meaning *back = looked_back_at(f, use);
			if (back && back->class != meaning->class)
				apart = unite(f, apart,
				              one(f, arena_printf(arena, "%u",
				                                  use->operand->input.node)));
		}
	meaning->apart = apart;
}

/* Splits each class by what its texts look back at elsewhere. Whether there are more now. */
static bool refine(struct fusion *f)
{
	struct arena *arena = f->e->sema->arena;
	struct map keys = {0};
	uint32_t before = f->n_classes;
	uint32_t *classes = arena_alloc(arena, (f->texts->n + 1) * sizeof *classes);
	f->n_classes = 0;
	for (size_t i = 0; i < f->texts->n; i++)
		find_apart(f, f->texts->items[i]);
	for (size_t i = 0; i < f->texts->n; i++) {
		const struct meaning *text = f->texts->items[i];
		classes[i] = class_of(f, &keys,
		                      arena_printf(arena, "%u %u", text->class, text->apart->id));
	}
	for (size_t i = 0; i < f->texts->n; i++)
		f->texts->items[i]->class = classes[i];
	return f->n_classes > before;
}

/* A choice begins a clock of its own. */
static bool may_fuse(const struct bound_node *node)
{
	return node->meaning && node->meaning->binding->kind == BINDING_EXPRESSION;
}

static void classify(struct fusion *f)
{
	struct map keys = {0};
	const struct bound *bound = f->e->bound;
	for (uint32_t i = 0; i < bound->nodes.n; i++)
		if (f->stays[i] && may_fuse(&bound->nodes.items[i]))
			meaning_order(f->e, f->texts, bound->nodes.items[i].meaning);
	for (size_t i = 0; i < f->texts->n; i++) {
		struct meaning *text = f->texts->items[i];
		find_reads(f, text);
		text->class = class_of(f, &keys,
		                       arena_printf(f->e->sema->arena, "%u %p",
		                                    without_known_pasts(f, text->reads)->id,
		                                    (const void *)kept_of(f, text)));
	}
	while (refine(f))
		;
}

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
		struct port port = {.name = claim_free_name(arena, &face->names, operand->name),
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
	nodes[first] = node;
}

/* ---- The program ---- */

static struct merge find_groups(struct elaborator *e, const bool *stays)
{
	struct arena *arena = e->sema->arena;
	struct fusion f = {.e = e, .stays = stays, .texts = arena_new(arena, struct meanings)};
	uint32_t n = (uint32_t)e->bound->nodes.n;
	classify(&f);
	uint32_t *first = arena_alloc(arena, (f.n_classes + 1) * sizeof *first);
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
