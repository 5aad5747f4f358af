/* Marks: streams behind a node's outputs, whose values mean nothing. */
#include "graph/graph.h"
#include <string.h>

const char *graph_output_name(const struct graph_node *node, size_t output)
{
	size_t n = node->face->outputs.n;

	return output < n ? node->face->outputs.items[output].name
	                  : node->marks.items[output - n].name;
}

uint32_t graph_output_of(const struct graph *graph, uint32_t s)
{
	const struct graph_stream *stream = &graph->streams.items[s];
	const struct graph_node *node = &graph->nodes.items[stream->node];
	size_t n = node->face->outputs.n;

	return stream->output < n ? stream->output : node->marks.items[stream->output - n].of;
}

uint32_t graph_find_mark(const struct graph_node *node, uint32_t of)
{
	for (size_t i = 0; i < node->marks.n; i++)
		if (node->marks.items[i].of == of)
			return node->outputs[node->face->outputs.n + i];
	return NO_ID;
}

uint32_t graph_add_mark(struct graph *graph, uint32_t n, uint32_t of)
{
	struct graph_node *node = &graph->nodes.items[n];
	uint32_t found = graph_find_mark(node, of), stream = (uint32_t)graph->streams.n;
	uint32_t n_before = (uint32_t)graph_n_streams(node);
	bool is_tick = of == NO_ID;

	if (found != NO_ID)
		return found;
	const char *output = is_tick ? "tick" : node->face->outputs.items[of].name;
	const char *name = is_tick ? output : arena_printf(graph->arena, "%s stamp", output);
	uint32_t *outputs = arena_alloc(graph->arena, (n_before + 1) * sizeof *outputs);
	memcpy(outputs, node->outputs, n_before * sizeof *outputs);
	outputs[n_before] = stream;
	node->outputs = outputs;
	vec_push(graph->arena, &node->marks, (struct graph_mark){.name = name, .of = of});
	vec_push(graph->arena, &graph->streams,
	         (struct graph_stream){.name = arena_printf(graph->arena, "%s.%s%s", node->name,
	                                                    output, is_tick ? "" : "_stamp"),
	                               .node = n,
	                               .output = n_before,
	                               .type = type_scalar(TYPE_U8),
	                               .optional = !is_tick &&
	                                           graph->streams.items[outputs[of]].optional});
	return stream;
}
