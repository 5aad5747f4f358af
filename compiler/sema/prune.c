/* Expressions inside of pipelines that nobody reads. A name that the program itself binds stays,
 * with a warning of the pass `unused`. */
#include "sema/lift.h"
#include <string.h>

struct pruning {
	struct elaborator *e;
	bool *stays; /* per node */
	VEC(uint32_t) work;
	struct meanings *read; /* texts of nodes that stay */
	size_t n_looked_at;
};

static bool may_go(const struct bound_node *node)
{
	return node->meaning && !node->kept &&
	       (strchr(node->name, '.') || node->meaning->binding->anonymous);
}

static void keep_node(struct pruning *p, uint32_t node)
{
	if (p->stays[node])
		return;
	p->stays[node] = true;
	vec_push(p->e->sema->arena, &p->work, node);
}

static void keep_operands(struct pruning *p, const struct meaning *meaning)
{
	for (size_t i = 0; i < meaning->uses.n; i++)
		if (meaning->uses.items[i].operand)
			keep_node(p, meaning->uses.items[i].operand->input.node);
}

bool *prune(struct elaborator *e)
{
	const struct bound *bound = e->bound;
	struct pruning p = {.e = e};
	p.read = arena_new(e->sema->arena, struct meanings);
	p.stays = arena_alloc(e->sema->arena, bound->nodes.n + 1);
	for (uint32_t i = 0; i < bound->nodes.n; i++)
		if (!may_go(&bound->nodes.items[i]))
			keep_node(&p, i);
	while (p.work.n > 0) {
		const struct bound_node *node = &bound->nodes.items[p.work.items[--p.work.n]];
		for (size_t k = 0; k < node->inputs.n; k++)
			keep_node(&p, node->inputs.items[k].node);
		if (node->meaning)
			meaning_order(e, p.read, node->meaning);
		for (; p.n_looked_at < p.read->n; p.n_looked_at++)
			keep_operands(&p, p.read->items[p.n_looked_at]);
	}
	return p.stays;
}
