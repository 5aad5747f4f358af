/* Expressions inside of pipelines that nobody reads. A name that the program itself binds stays,
 * with a warning of the pass `unused`. */
#include "sema/lift.h"
#include <string.h>

static bool may_go(const struct bound_node *node)
{
	return node->meaning && !node->kept &&
	       (strchr(node->name, '.') || node->meaning->binding->anonymous);
}

static uint32_t *count_readers(struct elaborator *e)
{
	const struct bound *bound = e->bound;
	uint32_t *readers = arena_alloc(e->sema->arena, (bound->nodes.n + 1) * sizeof *readers);
	for (uint32_t i = 0; i < bound->nodes.n; i++)
		for (size_t k = 0; k < bound->nodes.items[i].inputs.n; k++)
			if (bound->nodes.items[i].inputs.items[k].node != i)
				readers[bound->nodes.items[i].inputs.items[k].node]++;
	return readers;
}

/* Marks by UNBOUND in `place` what goes; one that goes may leave its producers without a reader. */
static void mark(struct elaborator *e, uint32_t *readers, uint32_t *place)
{
	VEC(uint32_t) work = {0};
	for (uint32_t i = 0; i < e->bound->nodes.n; i++)
		if (readers[i] == 0 && may_go(&e->bound->nodes.items[i]))
			vec_push(e->sema->arena, &work, i);
	while (work.n > 0) {
		uint32_t gone = work.items[--work.n];
		const struct bound_node *node = &e->bound->nodes.items[gone];
		place[gone] = UNBOUND;
		for (size_t k = 0; k < node->inputs.n; k++) {
			uint32_t from = node->inputs.items[k].node;
			if (from != gone && --readers[from] == 0 &&
			    may_go(&e->bound->nodes.items[from]))
				vec_push(e->sema->arena, &work, from);
		}
	}
}

void renumber(struct elaborator *e, uint32_t *place)
{
	struct bound *bound = e->bound;
	struct map names = {0};
	uint32_t n = 0;
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		if (place[i] == UNBOUND)
			continue;
		place[i] = n;
		bound->nodes.items[n++] = bound->nodes.items[i];
		map_put(e->sema->arena, &names, bound->nodes.items[n - 1].name,
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

void prune(struct elaborator *e)
{
	uint32_t *place = arena_alloc(e->sema->arena, (e->bound->nodes.n + 1) * sizeof *place);
	mark(e, count_readers(e), place);
	renumber(e, place);
}
