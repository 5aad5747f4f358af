/* Runs the analyses by the table, and prints what they found. */
#include "pass/private.h"

#include <inttypes.h>

/* Of nodes that wait for each other, shown only for programs that one can read. */
#define WAITS_PRINTED_MAX 64u

static void run(struct analysis *a, enum pass_id id, void (*pass)(struct analysis *), bool ready)
{
	size_t n_errors = a->diags->n_errors;

	if (!ready)
		return;
	pass(a);
	a->done[id] = a->diags->n_errors == n_errors;
#ifndef NDEBUG
	graph_verify(a->graph);
#endif
}

struct analysis *pass_begin(const struct graph *graph, struct diags *diags)
{
	struct analysis *a = arena_new(graph->arena, struct analysis);

	a->graph = graph;
	a->arena = graph->arena;
	a->diags = diags;
	return a;
}

struct analysis *pass_run_all(const struct graph *graph, struct diags *diags)
{
	struct analysis *a = pass_begin(graph, diags);

#define NOTHING
#define NEEDS(name) &&a->done[PASS_##name]
#define PASS(name, establishes, needs) run(a, PASS_##name, pass_##name, true needs);
#include "pass/pass.def"
#undef PASS
#undef NEEDS
#undef NOTHING
	return a;
}

static void print_nodes(const struct analysis *a, FILE *file)
{
	for (uint32_t n = 0; n < a->graph->nodes.n && a->done[PASS_origin]; n++)
		fprintf(file, "node %u %s: numbered by %s\n", n, node_name(a, n),
		        node_name(a, a->origin[n]));
}

static void print_stream(const struct analysis *a, uint32_t s, FILE *file)
{
	fprintf(file, "stream %u %s:", s, a->graph->streams.items[s].name);
	if (a->done[PASS_unused])
		fprintf(file, " %s", a->has_channel[s] ? "channel" : "unread");
	if (a->done[PASS_memory] && a->has_channel[s]) {
		const struct stream_memory *m = &a->memory[s];
		fprintf(file, ", slots %u = %u + %u + %u, value %u, slot %u, bytes %" PRIu64,
		        m->n_slots, m->ring_size, m->n_pins, m->n_loans, m->value_size,
		        m->slot_size, m->bytes);
	}
	if (a->done[PASS_presence])
		fprintf(file, ", %s", a->may_be_absent[s] ? a->absence[s] : "never absent");
	if (a->done[PASS_privacy] && (a->privacy[s].is_private || a->privacy[s].is_released))
		fprintf(file, ", %s from %s", a->privacy[s].is_private ? "private" : "released",
		        a->graph->streams.items[a->privacy[s].from].name);
	fputc('\n', file);
}

static void print_edges(const struct analysis *a, FILE *file)
{
	for (uint32_t e = 0; e < a->graph->edges.n && a->done[PASS_capacity]; e++)
		fprintf(file, "edge %u '%s' of %s: window %u, %s\n", e, edge_name(a, e),
		        node_name(a, a->graph->edges.items[e].node), a->window[e],
		        a->window_reason[e]);
}

static void print_waits(const struct analysis *a, FILE *file)
{
	uint32_t n_nodes = (uint32_t)a->graph->nodes.n;

	if (!a->done[PASS_isolation] || n_nodes > WAITS_PRINTED_MAX)
		return;
	for (uint32_t n = 0; n < n_nodes; n++) {
		struct words words;
		const uint32_t *reached = waits_of(a, n);
		words_init(&words, a->arena, WAITS_PRINTED_MAX);
		for (uint32_t m = 0; m < n_nodes; m++)
			if (m != n && reached[m] != NO_ID)
				words_add(&words, node_name(a, m));
		fprintf(file, "node %u %s: waits for %s\n", n, node_name(a, n), words_join(&words));
	}
}

void pass_print(const struct analysis *a, FILE *file)
{
	static const char *const names[] = {
#define PASS(name, establishes, needs) #name,
#include "pass/pass.def"
#undef PASS
	};

	for (size_t i = 0; i < PASS_N; i++)
		fprintf(file, "pass %s: %s\n", names[i], a->done[i] ? "done" : "not done");
	print_nodes(a, file);
	for (uint32_t s = 0; s < a->graph->streams.n; s++)
		print_stream(a, s, file);
	print_edges(a, file);
	if (a->done[PASS_memory])
		fprintf(file, "memory %" PRIu64 "\n", a->memory_total);
	print_waits(a, file);
}
