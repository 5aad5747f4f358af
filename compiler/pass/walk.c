/* Walks over directed graphs: reach, shortest paths, components, cycles. All iterative, for a graph
 * may be as deep as it is large, and linear in its size. */
#include "pass/private.h"

/* Each cycle that is shown costs a walk; nobody reads more of them. */
#define CYCLES_MAX 50u

static uint32_t *numbers(struct arena *arena, size_t n, uint32_t value)
{
	uint32_t *list = arena_alloc(arena, n * sizeof *list);

	for (size_t i = 0; i < n; i++)
		list[i] = value;
	return list;
}

void arcs_init(struct arcs *arcs, struct arena *arena, size_t n_vertices)
{
	*arcs = (struct arcs){.arena = arena, .n_vertices = (uint32_t)n_vertices};
}

void arcs_add(struct arcs *arcs, uint32_t from, uint32_t to, uint32_t edge, uint32_t kind)
{
	vec_push(arcs->arena, &arcs->list, (struct arc){from, to, edge, kind});
}

/* A counting sort by `from`, which keeps the order of the arcs of one vertex. */
void arcs_index(struct arcs *arcs)
{
	arcs->first = numbers(arcs->arena, (size_t)arcs->n_vertices + 1, 0);
	arcs->order = numbers(arcs->arena, arcs->list.n, 0);
	for (size_t i = 0; i < arcs->list.n; i++)
		arcs->first[arcs->list.items[i].from + 1]++;
	for (uint32_t v = 0; v < arcs->n_vertices; v++)
		arcs->first[v + 1] += arcs->first[v];
	uint32_t *next = numbers(arcs->arena, arcs->n_vertices, 0);
	for (uint32_t i = 0; i < arcs->list.n; i++) {
		uint32_t from = arcs->list.items[i].from;
		arcs->order[arcs->first[from] + next[from]++] = i;
	}
}

uint32_t *arcs_reach(const struct arcs *arcs, uint32_t start)
{
	uint32_t *reached = numbers(arcs->arena, arcs->n_vertices, NO_ID);
	uint32_t *queue = numbers(arcs->arena, (size_t)arcs->n_vertices + 1, 0);
	size_t n = 0;

	queue[n++] = start;
	for (size_t i = 0; i < n; i++) {
		uint32_t v = queue[i];
		for (uint32_t k = arcs->first[v]; k < arcs->first[v + 1]; k++) {
			uint32_t to = arcs->list.items[arcs->order[k]].to;
			if (reached[to] != NO_ID)
				continue;
			reached[to] = arcs->order[k];
			if (to != start)
				queue[n++] = to;
		}
	}
	return reached;
}

struct arc_path arcs_path(const struct arcs *arcs, const uint32_t *reached, uint32_t start,
                          uint32_t end)
{
	struct arc_path path = {0};

	if (reached[end] == NO_ID)
		return path;
	uint32_t v = end;
	do {
		vec_push(arcs->arena, &path, reached[v]);
		v = arcs->list.items[reached[v]].from;
	} while (v != start);
	for (size_t i = 0; i < path.n / 2; i++) {
		uint32_t other = path.items[path.n - 1 - i];
		path.items[path.n - 1 - i] = path.items[i];
		path.items[i] = other;
	}
	return path;
}

/* Tarjan's algorithm with a stack of its own. */
struct tarjan {
	const struct arcs *arcs;
	uint32_t *component;
	uint32_t *number, *low; /* order of discovery from 1, 0 = not yet; the least reachable */
	uint32_t *next;         /* arc to follow next, an index into order */
	uint32_t *path, *open;  /* stacks: vertices being visited; found, without a component yet */
	size_t n_path, n_open;
	uint32_t n_found, n_components;
};

static void tarjan_enter(struct tarjan *t, uint32_t v)
{
	t->number[v] = t->low[v] = ++t->n_found;
	t->next[v] = t->arcs->first[v];
	t->path[t->n_path++] = v;
	t->open[t->n_open++] = v;
}

static void tarjan_leave(struct tarjan *t, uint32_t v)
{
	t->n_path--;
	if (t->n_path) {
		uint32_t parent = t->path[t->n_path - 1];
		if (t->low[v] < t->low[parent])
			t->low[parent] = t->low[v];
	}
	if (t->low[v] != t->number[v])
		return;
	uint32_t member;
	do {
		member = t->open[--t->n_open];
		t->component[member] = t->n_components;
	} while (member != v);
	t->n_components++;
}

static void tarjan_visit(struct tarjan *t, uint32_t start)
{
	tarjan_enter(t, start);
	while (t->n_path) {
		uint32_t v = t->path[t->n_path - 1];
		if (t->next[v] == t->arcs->first[v + 1]) {
			tarjan_leave(t, v);
			continue;
		}
		uint32_t to = t->arcs->list.items[t->arcs->order[t->next[v]++]].to;
		if (!t->number[to])
			tarjan_enter(t, to);
		else if (t->component[to] == NO_ID && t->number[to] < t->low[v])
			t->low[v] = t->number[to];
	}
}

/* Strongly connected components: per vertex a number. */
static uint32_t *find_components(const struct arcs *arcs)
{
	struct arena *arena = arcs->arena;
	uint32_t n = arcs->n_vertices;
	struct tarjan t = {
		.arcs = arcs,
		.component = numbers(arena, n, NO_ID),
		.number = numbers(arena, n, 0),
		.low = numbers(arena, n, 0),
		.next = numbers(arena, n, 0),
		.path = numbers(arena, n, 0),
		.open = numbers(arena, n, 0),
	};

	for (uint32_t v = 0; v < n; v++)
		if (!t.number[v])
			tarjan_visit(&t, v);
	return t.component;
}

struct cycles arcs_cycles(const struct arcs *arcs)
{
	struct cycles cycles = {0};
	const uint32_t *component = find_components(arcs);
	bool *done = arena_alloc(arcs->arena, arcs->n_vertices * sizeof *done);

	for (uint32_t i = 0; i < arcs->list.n && cycles.n < CYCLES_MAX; i++) {
		const struct arc *arc = &arcs->list.items[i];
		if (component[arc->from] != component[arc->to] || done[component[arc->from]])
			continue;
		done[component[arc->from]] = true;
		struct arc_path cycle = {0};
		vec_push(arcs->arena, &cycle, i);
		if (arc->from != arc->to) {
			const uint32_t *reached = arcs_reach(arcs, arc->to);
			struct arc_path back = arcs_path(arcs, reached, arc->to, arc->from);
			for (size_t k = 0; k < back.n; k++)
				vec_push(arcs->arena, &cycle, back.items[k]);
		}
		vec_push(arcs->arena, &cycles, cycle);
	}
	return cycles;
}

void arcs_of_firing(struct arcs *arcs, const struct graph *graph)
{
	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		if (graph_edge_fires(edge))
			arcs_add(arcs, edge_producer(graph, e), edge->node, e, 0);
	}
}

uint32_t *firing_order(const struct analysis *a)
{
	struct arcs arcs;
	uint32_t n_nodes = (uint32_t)a->graph->nodes.n;
	uint32_t *order = numbers(a->arena, n_nodes, 0);
	uint32_t *n_missing = numbers(a->arena, n_nodes, 0);
	size_t n = 0;

	arcs_init(&arcs, a->arena, n_nodes);
	arcs_of_firing(&arcs, a->graph);
	arcs_index(&arcs);
	for (size_t i = 0; i < arcs.list.n; i++)
		n_missing[arcs.list.items[i].to]++;
	for (uint32_t v = 0; v < n_nodes; v++)
		if (!n_missing[v])
			order[n++] = v;
	for (size_t i = 0; i < n; i++) {
		for (uint32_t k = arcs.first[order[i]]; k < arcs.first[order[i] + 1]; k++) {
			uint32_t to = arcs.list.items[arcs.order[k]].to;
			if (!--n_missing[to])
				order[n++] = to;
		}
	}
	return order;
}
