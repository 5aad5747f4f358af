/* The program as a drawing for Graphviz: nodes, clustered by the process they share; a solid line
 * loses nothing, a dashed one is `latest`, a dotted one `sample`; a line that looks back has an
 * open arrow, and one of a private stream is red. */
#include "emit/emit.h"
#include "emit/out.h"

#include <inttypes.h>
#include <string.h>

/* In a quoted string of the dot language only the quote ends it; a backslash must not begin one of
 * its escapes. */
static void put_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

const char *emit_node_words(const struct graph *graph, const struct graph_node *node)
{
	enum { MOST = 80 };
	struct span span = node->face->span;
	struct buf words;

	if (!node->face->parts.n || span.start == span.end ||
	    strcmp(node->face->kind, "an expression") != 0)
		return node->face->kind;
	buf_init(&words);
	out_words(&words, graph->sources->list.items[span.source].text + span.start,
	          span.end - span.start);
	size_t length = words.length;
	if (length > MOST)
		for (length = MOST - 3; length > 0 && (words.text[length] & 0xc0) == 0x80;)
			length--;
	const char *text = arena_printf(graph->arena, "%.*s%s", (int)length, words.text,
	                                length < words.length ? "..." : "");
	buf_finish(&words);
	return text;
}

static void put_node(const struct graph *graph, uint32_t n, const char *indent, struct buf *out)
{
	const struct graph_node *node = &graph->nodes.items[n];

	buf_printf(out, "%sn%" PRIu32 " [label=\"", indent, n);
	put_escaped(out, node->name);
	buf_puts(out, "\\n");
	put_escaped(out, emit_node_words(graph, node));
	buf_putc(out, '"');
	if (node->face->origin != ORIGIN_NONE || node->face->fires_any)
		buf_puts(out, ", peripheries=2");
	buf_puts(out, "];\n");
}

static void put_process(const struct graph *graph, uint32_t p, struct buf *out)
{
	const struct graph_process *process = &graph->processes.items[p];

	if (process->nodes.n == 1) {
		put_node(graph, process->nodes.items[0], "\t", out);
		return;
	}
	buf_printf(out, "\tsubgraph cluster_%" PRIu32 " {\n\t\tlabel=\"process ", p);
	put_escaped(out, process->name);
	buf_puts(out, "\";\n");
	for (size_t i = 0; i < process->nodes.n; i++)
		put_node(graph, process->nodes.items[i], "\t\t", out);
	buf_puts(out, "\t}\n");
}

static void put_every(const struct graph *graph, const struct graph_edge *edge, struct buf *out)
{
	if (edge->pool)
		buf_puts(out, "claim ");
	else if (edge_n_workers(graph, edge) > 1)
		buf_printf(out, "worker %" PRIu32 " of %" PRIu32 ": ", edge->every_from + 1,
		           edge->every_n);
	else if (edge->every_n && edge->every_from)
		buf_printf(out, "every(%" PRIu32 ")+%" PRIu32 " ", edge->every_n, edge->every_from);
	else if (edge->every_n)
		buf_printf(out, "every(%" PRIu32 ") ", edge->every_n);
	if (edge->every_ns)
		buf_printf(out, "every(%gs) ", (double)edge->every_ns / 1e9);
}

static void put_history(const struct graph_edge *edge, struct buf *out)
{
	if (edge->first < edge->last)
		buf_printf(out, " [%d..%d]", edge->first, edge->last);
	else if (edge->first)
		buf_printf(out, " [%d]", edge->first);
}

/* The slot of a bank: its number. */
static void put_slot(const struct graph_node *node, uint32_t slot, const char *separator,
                     struct buf *out)
{
	uint32_t port = node->input_ports[slot], first = slot;

	while (first > 0 && node->input_ports[first - 1] == port)
		first--;
	if (first < slot || (slot + 1 < node->n_inputs && node->input_ports[slot + 1] == port)) {
		buf_printf(out, "%s[%" PRIu32 "]%s", node->face->inputs.items[port].name,
		           slot - first, separator);
	}
}

static bool is_private(const struct analysis *a, const struct graph_edge *edge)
{
	return a->done[PASS_privacy] && a->privacy[edge->stream].is_private;
}

void emit_edge_label(const struct analysis *a, uint32_t e, const char *separator, struct buf *out)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const struct graph_stream *stream = &a->graph->streams.items[edge->stream];
	const struct graph_node *writer = &a->graph->nodes.items[stream->node];

	bool has_tick = graph_find_mark(writer, NO_ID) != NO_ID;
	uint32_t output = graph_output_of(a->graph,
	                                  edge->stream); /* as the reader has written it */
	if (writer->face->outputs.n + has_tick > 1) {
		buf_puts(out, output == NO_ID ? "tick" : graph_output_name(writer, output));
		buf_puts(out, separator);
	}
	const struct graph_node *reader = &a->graph->nodes.items[edge->node];
	if (is_private(a, edge))
		buf_printf(out, "private%s", separator);
	put_slot(reader, edge->input, separator, out);
	put_every(a->graph, edge, out);
	switch (edge->policy) {
	case EDGE_QUEUE:
		if (a->done[PASS_capacity])
			buf_printf(out, "queue(%" PRIu32 ")",
			           edge_n_waiting(a->graph, edge, a->window[e]));
		break;
	case EDGE_LATEST:
		buf_puts(out, "latest");
		if (edge->count > 1)
			buf_printf(out, "(%" PRIu32 ")", edge->count);
		break;
	case EDGE_SAMPLE:
		buf_puts(out, "sample");
		break;
	}
	put_history(edge, out);
}

static const char *edge_style(enum edge_policy policy)
{
	switch (policy) {
	case EDGE_QUEUE:
		break;
	case EDGE_LATEST:
		return "dashed";
	case EDGE_SAMPLE:
		return "dotted";
	}
	return "solid";
}

static void put_edge(const struct analysis *a, uint32_t e, struct buf *out)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	uint32_t from = a->graph->streams.items[edge->stream].node;

	buf_printf(out, "\tn%" PRIu32 " -> n%" PRIu32 " [style=%s, label=\"", from, edge->node,
	           edge_style(edge->policy));
	emit_edge_label(a, e, "\\n", out); /* names of the language: nothing to escape */
	buf_printf(out, "\"%s%s];\n", edge->last < 0 ? ", arrowhead=onormal" : "",
	           is_private(a, edge) ? ", color=\"#b03030\", fontcolor=\"#b03030\"" : "");
}

static void put_assertion(const struct analysis *a, size_t i, struct buf *out)
{
	const struct graph_node *nodes = a->graph->nodes.items;
	const struct graph_assertion *assertion = &a->graph->asserts.items[i];
	const char *word = "independent", *between = ", ";

	switch (assertion->kind) {
	case ASSERT_MEMORY:
		if (a->done[PASS_memory])
			buf_printf(out, "\\nmemory <= %" PRIu64 " bytes", assertion->limit);
		return;
	case ASSERT_INDEPENDENT:
		break;
	case ASSERT_LIVE:
		word = "live";
		between = " -> ";
		break;
	case ASSERT_LATENCY:
		word = "latency";
		between = " -> ";
		break;
	}
	bool latency = assertion->kind == ASSERT_LATENCY;
	if (!a->done[latency ? PASS_latency : PASS_isolation])
		return;
	buf_printf(out, "\\n%s(", word);
	put_escaped(out, nodes[assertion->a].name);
	buf_puts(out, between);
	put_escaped(out, nodes[assertion->b].name);
	buf_putc(out, ')');
	if (latency)
		buf_printf(out, " <= %gms (at most %gms)", (double)assertion->limit / 1e6,
		           (double)a->latency[i].bound_ns / 1e6);
}

/* The title: the pipeline and what was proved of it, one line each. */
static void put_title(const struct analysis *a, struct buf *out)
{
	buf_puts(out, "\tlabel=\"");
	put_escaped(out, a->graph->name);
	for (size_t i = 0; i < a->graph->asserts.n; i++)
		put_assertion(a, i, out);
	buf_puts(out, "\";\n");
}

void emit_dot(const struct analysis *analysis, struct buf *out)
{
	const struct graph *graph = analysis->graph;

	buf_puts(out, "digraph \"");
	put_escaped(out, graph->name);
	buf_puts(out, "\" {\n\trankdir=LR;\n\tlabelloc=t;\n\tnode [shape=box, style=rounded];\n");
	put_title(analysis, out);
	for (uint32_t p = 0; p < graph->processes.n; p++)
		put_process(graph, p, out);
	for (uint32_t e = 0; e < graph->edges.n; e++)
		put_edge(analysis, e, out);
	buf_puts(out, "}\n");
}
