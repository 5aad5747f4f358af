/* Adding nodes, and giving each a name of its own. */
#include "sema/elaborate.h"

/* ---- Names ---- */

const char *node_path(struct elaborator *e, struct scope *scope, const char *name)
{
	return arena_printf(e->sema->arena, "%s%s%s", scope->prefix, name, scope->suffix);
}

static void put_node_name(struct elaborator *e, const char *name, uint32_t node)
{
	map_put(e->sema->arena, &e->bound->node_names, name, (void *)(uintptr_t)(node + 1));
}

static uint32_t node_named(struct elaborator *e, const char *name)
{
	return (uint32_t)(uintptr_t)map_get(&e->bound->node_names, name) - 1;
}

/* A name like `path` that no node has; where the last search ended, the next one goes on. */
const char *node_free_name(struct elaborator *e, const char *path)
{
	if (!map_get(&e->suffixes, path) && !map_get(&e->bound->node_names, path)) {
		map_put(e->sema->arena, &e->suffixes, path, (void *)1);
		return path;
	}
	uintptr_t k = (uintptr_t)map_get(&e->suffixes, path);
	const char *name;
	k = k ? k : 1;
	do
		name = arena_printf(e->sema->arena, "%s_%zu", path, (size_t)++k);
	while (map_get(&e->bound->node_names, name));
	map_put(e->sema->arena, &e->suffixes, path, (void *)k);
	return name;
}

/* Names are unique: a node that nobody named gives way to one that has its name, and two of them
 * cannot be told apart by it. */
static void claim_name(struct elaborator *e, uint32_t node)
{
	struct bound_node *self = &e->bound->nodes.items[node];
	uint32_t holder = node_named(e, self->name);
	if (holder != UNBOUND) {
		struct bound_node *other = &e->bound->nodes.items[holder];
		if (!self->named) {
			self->ambiguous = true;
			other->ambiguous = !other->named;
			self->name = node_free_name(e, self->name);
		} else if (!other->named) {
			other->name = node_free_name(e, other->name);
			put_node_name(e, other->name, holder);
		}
	}
	put_node_name(e, self->name, node);
}

/* ---- Nodes ---- */

static void allocate_node(struct arena *arena, struct bound_node *node)
{
	size_t n = node->face->generics.n + 1;
	node->sizes = arena_alloc(arena, n * sizeof *node->sizes);
	node->size_from = arena_alloc(arena, n * sizeof *node->size_from);
	node->types = arena_alloc(arena, n * sizeof *node->types);
	node->outputs = arena_alloc(arena, (node->face->outputs.n + 1) * sizeof *node->outputs);
	node->memories = arena_alloc(arena, (node->face->memories.n + 1) * sizeof *node->memories);
	node->arguments = arena_alloc(arena, (node->face->params.n + 1) * sizeof *node->arguments);
}

uint32_t elaborate_node(struct elaborator *e, struct scope *scope, struct bound_node node,
                        const char *name)
{
	if (e->bound->nodes.n == NODES_MAX)
		diag_report(e->sema->diags, E0105, node.at, "a program has at most %d nodes",
		            NODES_MAX);
	if (e->bound->nodes.n >= NODES_MAX)
		return NODES_MAX - 1;
	node.scope = scope;
	node.within = scope->pipeline->within;
	node.name = node_path(e, scope, name);
	if (node.face)
		allocate_node(e->sema->arena, &node);
	vec_push(e->sema->arena, &e->bound->nodes, node);
	claim_name(e, (uint32_t)e->bound->nodes.n - 1);
	return (uint32_t)e->bound->nodes.n - 1;
}
