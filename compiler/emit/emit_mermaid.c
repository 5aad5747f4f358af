/* The program as a drawing for Mermaid: a solid line loses nothing, a dotted one is `latest` or
 * `sample`, as is written on it. */
#include "emit/emit.h"

#include <inttypes.h>

/* In its quoted texts some characters are written by their number. */
static void put_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '#' || *text == '<' || *text == '>' || *text == '&')
			buf_printf(out, "#%d;", *text);
		else
			buf_putc(out, *text);
	}
}

static void put_node(const struct graph *graph, uint32_t n, const char *indent, struct buf *out)
{
	const struct graph_node *node = &graph->nodes.items[n];
	bool origin = node->face->origin != ORIGIN_NONE || node->face->fires_any;

	buf_printf(out, "%sn%" PRIu32 "%s\"", indent, n, origin ? "([" : "[");
	put_escaped(out, node->name);
	buf_puts(out, "<br/>");
	put_escaped(out, emit_node_words(graph, node));
	buf_printf(out, "\"%s\n", origin ? "])" : "]");
}

static void put_process(const struct graph *graph, uint32_t p, struct buf *out)
{
	const struct graph_process *process = &graph->processes.items[p];

	if (process->nodes.n == 1) {
		put_node(graph, process->nodes.items[0], "    ", out);
		return;
	}
	buf_printf(out, "    subgraph p%" PRIu32 "[\"process ", p);
	put_escaped(out, process->name);
	buf_puts(out, "\"]\n");
	for (size_t i = 0; i < process->nodes.n; i++)
		put_node(graph, process->nodes.items[i], "        ", out);
	buf_puts(out, "    end\n");
}

static void put_edge(const struct analysis *a, uint32_t e, struct buf *out)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	uint32_t from = a->graph->streams.items[edge->stream].node;
	struct buf label;

	buf_init(&label);
	emit_edge_label(a, e, ": ", &label);
	buf_printf(out, "    n%" PRIu32 " %s", from, edge->policy == EDGE_QUEUE ? "-->" : "-.->");
	if (label.length) {
		buf_puts(out, "|\"");
		put_escaped(out, label.text);
		buf_puts(out, "\"|");
	}
	buf_printf(out, " n%" PRIu32 "\n", edge->node);
	buf_finish(&label);
}

void emit_mermaid(const struct analysis *analysis, struct buf *out)
{
	const struct graph *graph = analysis->graph;

	buf_printf(out, "---\ntitle: %s\n---\nflowchart LR\n", graph->name);
	for (uint32_t p = 0; p < graph->processes.n; p++)
		put_process(graph, p, out);
	for (uint32_t e = 0; e < graph->edges.n; e++)
		put_edge(analysis, e, out);
}
