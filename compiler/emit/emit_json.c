/* The graph as JSON, for other programs. Nodes, streams, edges and processes refer to each other by
 * their place in the arrays. */
#include "base/file.h"
#include "base/json.h"
#include "emit/emit.h"

static void put_at(struct json *json, const struct graph *graph, struct span at)
{
	json_string(json, "at", at.source ? path_base(source_at(graph->sources, at)) : NULL);
}

static const char *origin_word(enum origin_kind origin)
{
	switch (origin) {
	case ORIGIN_NONE:
		break;
	case ORIGIN_PACED:
		return "paced";
	case ORIGIN_LIVE:
		return "live";
	}
	return NULL;
}

static const char *policy_word(enum edge_policy policy)
{
	switch (policy) {
	case EDGE_QUEUE:
		return "queue";
	case EDGE_LATEST:
		return "latest";
	case EDGE_SAMPLE:
		break;
	}
	return "sample";
}

static void put_number_or_null(struct json *json, const char *key, uint64_t number, bool known)
{
	if (known)
		json_unsigned(json, key, number);
	else
		json_null(json, key);
}

/* The edge of a port, or those of a bank. */
static void put_input(struct json *json, const struct graph_node *node, uint32_t port)
{
	const struct port *declared = &node->face->inputs.items[port];
	bool bank = declared->type->kind == TYPE_ARRAY && !node->face->parts.n;
	uint32_t slot = 0;

	while (slot < node->n_inputs && node->input_ports[slot] != port)
		slot++;
	if (!bank) {
		bool known = slot < node->n_inputs && node->inputs[slot] != NO_ID;
		put_number_or_null(json, declared->name, known ? node->inputs[slot] : 0, known);
		return;
	}
	json_array(json, declared->name);
	for (; slot < node->n_inputs && node->input_ports[slot] == port; slot++)
		put_number_or_null(json, NULL, node->inputs[slot], node->inputs[slot] != NO_ID);
	json_array_end(json);
}

static void put_node(struct json *json, const struct graph *graph, const struct graph_node *node)
{
	json_object(json, NULL);
	json_string(json, "name", node->name);
	json_string(json, "kind", node->face->kind);
	if (node->face->parts.n)
		json_string(json, "expression", emit_node_words(graph, node));
	json_string(json, "origin", origin_word(node->face->origin));
	if (node->face->fires_any)
		json_bool(json, "fires_any", true);
	if (node->face->makes)
		json_unsigned(json, "makes", node->face->makes);
	if (node->face->flushes)
		json_bool(json, "flushes", true);
	if (node->face->wakes)
		json_bool(json, "wakes", true);
	if (node->rest)
		json_string(json, "rest", node->rest == REST_MAY ? "may" : "starts");
	json_unsigned(json, "process", node->process);
	json_flat(json);
	json_object(json, "inputs");
	for (uint32_t i = 0; i < node->face->inputs.n; i++)
		put_input(json, node, i);
	json_object_end(json);
	json_flat(json);
	json_object(json, "outputs");
	for (size_t i = 0; i < graph_n_streams(node); i++)
		json_unsigned(json, graph_output_name(node, i), node->outputs[i]);
	json_object_end(json);
	put_at(json, graph, node->at);
	json_object_end(json);
}

static void put_stream(struct json *json, const struct analysis *a, uint32_t s)
{
	const struct graph_stream *stream = &a->graph->streams.items[s];
	const struct graph_node *node = &a->graph->nodes.items[stream->node];

	json_object(json, NULL);
	json_string(json, "name", stream->name);
	json_unsigned(json, "node", stream->node);
	json_string(json, "output", graph_output_name(node, stream->output));
	json_string(json, "type", stream->type->name);
	json_bool(json, "optional", stream->optional);
	if (a->done[PASS_privacy] && a->privacy[s].is_private)
		json_bool(json, "private", true);
	put_number_or_null(json, "slots", a->done[PASS_memory] ? a->memory[s].n_slots : 0,
	                   a->done[PASS_memory]);
	put_number_or_null(json, "slot_size", a->done[PASS_memory] ? a->memory[s].slot_size : 0,
	                   a->done[PASS_memory]);
	put_number_or_null(json, "bytes", a->done[PASS_memory] ? a->memory[s].bytes : 0,
	                   a->done[PASS_memory]);
	json_object_end(json);
}

/* The capacity is how many frames may wait, as a user would write it; `sample` has none. */
static void put_edge(struct json *json, const struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	bool has_capacity = edge->policy != EDGE_SAMPLE && a->done[PASS_capacity];
	uint32_t window = has_capacity ? a->window[e] : 0;
	uint32_t capacity = edge->policy == EDGE_QUEUE ? edge_n_waiting(a->graph, edge, window)
	                                               : window - (uint32_t)-edge->first;

	json_object(json, NULL);
	json_unsigned(json, "stream", edge->stream);
	json_unsigned(json, "node", edge->node);
	json_string(json, "input", graph_edge_port(a->graph, edge)->name);
	json_string(json, "policy", policy_word(edge->policy));
	put_number_or_null(json, "capacity", has_capacity ? capacity : 0, has_capacity);
	if (edge->first || edge->last) {
		json_signed(json, "first", edge->first);
		json_signed(json, "last", edge->last);
	}
	if (edge->pool)
		json_unsigned(json, "pool", edge->pool);
	if (edge->every_n) {
		json_unsigned(json, "every_n", edge->every_n);
		json_unsigned(json, "every_from", edge->every_from);
	}
	if (edge->every_ns)
		json_signed(json, "every_ns", edge->every_ns);
	put_number_or_null(json, "max_age_ns", (uint64_t)edge->max_age_ns, edge->max_age_ns > 0);
	put_at(json, a->graph, edge->at);
	json_object_end(json);
}

static void put_process(struct json *json, const struct graph_process *process)
{
	json_object(json, NULL);
	json_string(json, "name", process->name);
	json_flat(json);
	json_array(json, "nodes");
	for (size_t i = 0; i < process->nodes.n; i++)
		json_unsigned(json, NULL, process->nodes.items[i]);
	json_array_end(json);
	json_object_end(json);
}

void emit_json(const struct analysis *analysis, struct buf *out)
{
	const struct graph *graph = analysis->graph;
	struct json json = {.out = out};

	json_object(&json, NULL);
	json_string(&json, "pipeline", graph->name);
	json_string(&json, "source", graph->source);
	json_array(&json, "nodes");
	for (size_t i = 0; i < graph->nodes.n; i++)
		put_node(&json, graph, &graph->nodes.items[i]);
	json_array_end(&json);
	json_array(&json, "streams");
	for (uint32_t s = 0; s < graph->streams.n; s++)
		put_stream(&json, analysis, s);
	json_array_end(&json);
	json_array(&json, "edges");
	for (uint32_t e = 0; e < graph->edges.n; e++)
		put_edge(&json, analysis, e);
	json_array_end(&json);
	json_array(&json, "processes");
	for (size_t p = 0; p < graph->processes.n; p++)
		put_process(&json, &graph->processes.items[p]);
	json_array_end(&json);
	put_number_or_null(&json, "memory", analysis->memory_total, analysis->done[PASS_memory]);
	json_object_end(&json);
}
