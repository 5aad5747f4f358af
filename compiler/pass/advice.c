/* How an edge is written otherwise, for helps: an edge word at the call of a node in C, a choice
 * with a name for an expression, which reads plainly. */
#include "pass/private.h"

#include <string.h>

const char *span_words(const struct analysis *a, struct span span)
{
	const char *text = a->graph->sources->list.items[span.source].text;

	return arena_strndup(a->arena, text + span.start, span.end - span.start);
}

/* What an edge reads is an expression that stands in a call: nothing else can name it. */
static bool is_unnamed(const struct analysis *a, uint32_t e)
{
	return stream_is_unnamed(a, a->graph->edges.items[e].stream);
}

const char *edge_source(const struct analysis *a, uint32_t e)
{
	return edge_words_as(a, e, "");
}

const char *free_name(const struct analysis *a, const char *name)
{
	for (uint32_t n = 0; n < a->graph->nodes.n; n++)
		if (strcmp(node_name(a, n), name) == 0)
			return arena_printf(a->arena, "%s_2", name);
	return name;
}

static bool is_inside(struct span part, struct span whole)
{
	return part.source == whole.source && part.start >= whole.start && part.end <= whole.end;
}

/* Whether the edge is written in the text of its expression, not in that of a name in it. */
static bool is_own_text(const struct graph *graph, const struct graph_edge *edge)
{
	const struct graph_node *node = &graph->nodes.items[edge->node];

	for (size_t i = 0; i < node->face->parts.n; i++)
		if (node->face->parts.items[i].output != NO_OUTPUT &&
		    is_inside(edge->at, node->face->parts.items[i].at))
			return true;
	return is_inside(edge->at, node->at);
}

struct span edge_place(const struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const struct graph_node *node = &a->graph->nodes.items[edge->node];

	return node_is_expression(node) && !is_own_text(a->graph, edge) ? node->at : edge->at;
}

/* A text that may stand in a help. */
static bool is_short(const char *text)
{
	return !strchr(text, '\n') && strlen(text) <= 60;
}

/* "latest cam". Inside of a pipeline the stream is called as it is there: "j", not "rig.j.m". */
static const char *words_as(const struct analysis *a, uint32_t e, const char *policy)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	bool plain = edge->policy == EDGE_QUEUE && !edge->count && !edge->every_n &&
	             !edge->every_ns && edge->first == 0;
	const char *text = span_words(a, edge->at);

	if (!a->graph->nodes.items[edge->node].within || !plain || !is_short(text))
		return edge_words_as(a, e, policy);
	return arena_printf(a->arena, "%s %s", policy, text);
}

const char *edge_advice(const struct analysis *a, uint32_t e, const char *policy)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	bool sample = strcmp(policy, "sample") == 0;

	if (node_is_expression(&a->graph->nodes.items[edge->node])) {
		const char *old = span_words(a, edge->at);
		if (sample && !is_own_text(a->graph, edge) && edge->last < 0)
			return arena_printf(a->arena, "sample it in place of '%s' in '%s'", old,
			                    node_words(a, edge->node));
		if (sample && !is_own_text(a->graph, edge))
			return arena_printf(
				a->arena,
				"write 'sample' before the name by which '%s' comes into '%s'", old,
				node_words(a, edge->node));
		if (sample)
			return arena_printf(a->arena, "write '%s' in place of '%s' in '%s'",
			                    words_as(a, e, policy), old, node_words(a, edge->node));
		const char *word = strcmp(policy, "latest") == 0 ? "newest"
		                   : policy[0] == 'e'            ? "fewer"
		                                                 : "queued";
		const char *name = free_name(a, word);
		return arena_printf(a->arena,
		                    "bind '%s = %s', and write '%s' in place of '%s' in '%s'", name,
		                    words_as(a, e, policy), name, old, node_words(a, edge->node));
	}
	if (is_unnamed(a, e)) {
		const char *name = free_name(a, "value");
		return arena_printf(a->arena,
		                    "bind '%s = %s', and write '%s %s' in place of '%s' at '%s'",
		                    name, stream_words(a, edge->stream), policy, name,
		                    span_words(a, edge->at), node_words(a, edge->node));
	}
	return arena_printf(a->arena, "write '%s' at '%s'", words_as(a, e, policy),
	                    node_words(a, edge->node));
}

void help_sample(struct analysis *a, uint32_t e, const char *why)
{
	const struct graph *graph = a->graph;
	const struct graph_edge *edge = &graph->edges.items[e];
	const struct port *port = graph_edge_port(graph, edge);
	const char *advice = edge_advice(a, e, "sample");

	if (port->optional || node_is_expression(&graph->nodes.items[edge->node]))
		diag_help(a->diags, "%s%s", advice, why);
	else
		diag_help(a->diags, "declare the port '%s: %s?' of '%s', and %s%s", port->name,
		          port->type->name, graph->nodes.items[edge->node].face->kind, advice, why);
}

/* What a value of the type may begin with, as it is written; NULL where that is long. */
static const char *zero_words(const struct type *type)
{
	if (type_is_fraction(type))
		return "0.0";
	if (type_is_number(type))
		return "0";
	if (type->kind == TYPE_TIME)
		return "0s";
	if (type->kind == TYPE_BOOL)
		return "false";
	return type->kind == TYPE_LIST ? "[]" : NULL;
}

/* A plain edge that fires the node, other than `but`, or NO_ID. */
static uint32_t plain_edge(const struct graph *graph, uint32_t n, uint32_t but)
{
	const struct graph_node *node = &graph->nodes.items[n];

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		const struct graph_edge *edge = e == NO_ID ? NULL : &graph->edges.items[e];
		if (edge && e != but && edge->policy == EDGE_QUEUE && !edge->count &&
		    !edge->every_n && !edge->every_ns && edge->first == 0 &&
		    graph_output_of(graph, edge->stream) != NO_ID)
			return e;
	}
	return NO_ID;
}

void help_filled(struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const char *zero = zero_words(a->graph->streams.items[edge->stream].type);
	uint32_t other = plain_edge(a->graph, edge->node, NO_ID);
	const char *text = span_words(a, edge->at);

	if (!zero || other == NO_ID || !is_short(text) || edge->first != edge->last)
		return;
	const char *by = span_words(a, a->graph->edges.items[other].at);
	if (is_short(by) && !is_unnamed(a, other))
		diag_help(a->diags, "write '(%s ?? %s) when present(%s)' to say what is first",
		          text, zero, by);
}

/* Whether one pair of parentheses holds all of a text. */
static bool is_in_brackets(const char *text)
{
	size_t n = strlen(text);
	int depth = 0;

	for (size_t i = 0; i < n; i++) {
		depth += (text[i] == '(') - (text[i] == ')');
		if (depth == 0 && i + 1 < n)
			return false;
	}
	return n > 0 && text[0] == '(';
}

/* What else fires a reader of this one, as it is written; NULL where nothing does. */
static const char *fires_reader(const struct analysis *a, const struct graph_node *node)
{
	const struct graph *graph = a->graph;

	for (size_t k = 0; k < node->face->outputs.n; k++) {
		const struct graph_stream *own = &graph->streams.items[node->outputs[k]];
		for (size_t i = 0; i < own->edges.n; i++) {
			uint32_t reader = graph->edges.items[own->edges.items[i]].node;
			uint32_t e = plain_edge(graph, reader, own->edges.items[i]);
			if (e != NO_ID && !is_unnamed(a, e))
				return span_words(a, graph->edges.items[e].at);
		}
	}
	return NULL;
}

bool help_present(struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	const char *text = span_words(a, node->at), *by = fires_reader(a, node);

	for (uint32_t i = 0; i < node->n_inputs && !by; i++) {
		uint32_t e = node->inputs[i];
		if (e != NO_ID && edge_producer(a->graph, e) != n)
			by = stream_words(a, a->graph->edges.items[e].stream);
	}
	if (!by || !is_short(by) || !is_short(text))
		return false;
	bool whole = is_in_brackets(text);
	diag_help(a->diags, "write '%s%s%s when present(%s)' to fire on the frames of '%s'",
	          whole ? "" : "(", text, whole ? "" : ")", by, by);
	return true;
}

const char *own_process_words(const struct analysis *a, uint32_t n)
{
	return arena_printf(a->arena,
	                    a->graph->nodes.items[n].unnamed
	                            ? "bind '%s' to a name, and give that a process of its own"
	                            : "give '%s' a process of its own",
	                    node_words(a, n));
}

void note_within(struct analysis *a, uint32_t n)
{
	const struct within *within = a->graph->nodes.items[n].within;

	for (; within; within = within->user)
		diag_note(a->diags, within->at, "'%s' is in this use of '%s'", node_words(a, n),
		          within->pipeline);
}
