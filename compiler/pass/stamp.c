/* Which inputs need nothing of a value but that it is there, of which frame, and when. */
#include "pass/stamp.h"
#include "pass/private.h"

#define LARGE 4096u /* bytes of a value from which a slot is dearer than a second stream */

static bool is_of_frame(const struct term *term)
{
	return term->kind == TERM_NUMBER || term->kind == TERM_TIME || term->kind == TERM_AGE ||
	       term->kind == TERM_PRESENT;
}

/* Whether a term looks at the value of an input, and not only at its frame. */
static bool looks_at(const struct term *term, uint32_t port)
{
	if (!term)
		return false;
	if (term->kind == TERM_INPUT)
		return term->index == port;
	if (is_of_frame(term) && (!term->left || term->left->kind == TERM_INPUT))
		return false;
	for (size_t i = 0; i < term_n_operands(term); i++)
		if (looks_at(term_operand(term, i), port))
			return true;
	return false;
}

static bool is_any(const struct type *type)
{
	return type->kind == TYPE_ANY || (type->kind == TYPE_ARRAY && is_any(type->item));
}

bool stamp_needs_value(const struct interface *face, uint32_t port)
{
	if (!face->parts.n)
		return !is_any(face->inputs.items[port].type);
	for (size_t i = 0; i < face->parts.n; i++)
		if (looks_at(face->parts.items[i].term, port))
			return true;
	return false;
}

static bool is_large(const struct type *type)
{
	struct layout layout;

	return type_layout(type, &layout) == 0 && layout.size >= LARGE;
}

/* What an expression makes is written for its readers alone, and workers of a pool take their
 * shares of one stream. */
static bool can_be_stamped(const struct graph *graph, const struct graph_edge *edge)
{
	const struct graph_stream *stream = &graph->streams.items[edge->stream];
	const struct graph_node *producer = &graph->nodes.items[stream->node];

	return stream->output < producer->face->outputs.n && !producer->face->parts.n &&
	       edge_n_workers(graph, edge) == 1 && is_large(stream->type);
}

static void remove_reader(struct graph_stream *stream, uint32_t e)
{
	size_t n = 0;

	for (size_t i = 0; i < stream->edges.n; i++)
		if (stream->edges.items[i] != e)
			stream->edges.items[n++] = stream->edges.items[i];
	stream->edges.n = n;
}

static void use_stamp(struct graph *graph, uint32_t e)
{
	struct graph_edge *edge = &graph->edges.items[e];
	const struct graph_stream *stream = &graph->streams.items[edge->stream];
	uint32_t stamp = graph_add_mark(graph, stream->node, stream->output);

	remove_reader(&graph->streams.items[edge->stream], e);
	vec_push(graph->arena, &graph->streams.items[stamp].edges, e);
	edge->stream = stamp;
}

void stamp_use(struct graph *graph)
{
	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		const struct graph_node *node = &graph->nodes.items[edge->node];
		uint32_t port = node->input_ports[edge->input];
		if (!can_be_stamped(graph, edge) || stamp_needs_value(node->face, port))
			continue;
		use_stamp(graph, e);
		if (node->face->parts.n)
			((struct interface *)node->face)->inputs.items[port].type =
				type_scalar(TYPE_U8);
	}
}
