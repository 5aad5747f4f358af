/* Which outputs have a reader: only those get a channel. An unread output beside a read one is
 * no mistake; a node whose every output is unread works for nobody, and so do nodes that read only
 * each other. One that writes files works for these. */
#include "pass/private.h"

/* It takes values, and may hand them to what is no stream: a port, a program, a server. */
static bool acts_outside(const struct graph_node *node)
{
	const struct interface *face = node->face;

	if (face->inputs.n == 0)
		return false;
	for (size_t i = 0; i < face->rights.n; i++)
		if (face->rights.items[i].kind != RIGHT_READS &&
		    face->rights.items[i].kind != RIGHT_DISPLAY)
			return true;
	return false;
}

static void report(struct analysis *a, struct span at, const char *name, const char *output)
{
	diag_report(a->diags, W0601, at, "nobody reads what '%s' makes", name);
	diag_help(a->diags, "connect '%s' to an input, or remove this node", output);
}

/* Says of the parts that stand in this term of part number `self`, now or in the past, that another
 * one uses them. */
static void mark_used(const struct term *term, const struct interface *face, size_t self,
                      bool *used)
{
	size_t part = self;
	if (term->kind == TERM_PART)
		part = term->index;
	if (term->kind == TERM_PAST)
		part = face->pasts.items[term->index].part;
	used[part] = used[part] || part != self;
	for (size_t i = 0; i < term_n_operands(term); i++)
		if (term_operand(term, i))
			mark_used(term_operand(term, i), face, self, used);
}

/* Of several expressions in one node, each that is an output for nobody. */
static void look_at_parts(struct analysis *a, const struct graph_node *node)
{
	const struct interface *face = node->face;
	bool *used = arena_alloc(a->arena, face->parts.n * sizeof *used);
	for (size_t i = 0; i < face->parts.n; i++)
		mark_used(face->parts.items[i].term, face, i, used);
	for (size_t i = 0; i < face->parts.n; i++) {
		const struct part *part = &face->parts.items[i];
		if (part->output != NO_OUTPUT && !part->kept && !used[i] &&
		    !a->has_channel[node->outputs[part->output]])
			report(a, part->at, part->label, part->label);
	}
}

/* A node that writes files, or sets parameters, works for these, whoever hears of it. */
static bool acts_by_itself(const struct interface *face)
{
	for (size_t i = 0; i < face->rights.n; i++)
		if (face->rights.items[i].kind == RIGHT_WRITES ||
		    face->rights.items[i].kind == RIGHT_APPENDS ||
		    face->rights.items[i].kind == RIGHT_SETS)
			return true;
	return false;
}

/* Somebody outside of the graph has something of it, or an assert or a deploy speaks of it. */
static bool has_purpose(const struct graph_node *node)
{
	for (size_t i = 0; i < node->face->parts.n; i++)
		if (node->face->parts.items[i].kept)
			return true;
	return node->face->outputs.n == 0 || acts_by_itself(node->face) || acts_outside(node);
}

static bool is_read(const struct analysis *a, const struct graph_node *node)
{
	for (size_t i = 0; i < node->face->outputs.n; i++)
		if (a->has_channel[node->outputs[i]] || graph_find_mark(node, (uint32_t)i) != NO_ID)
			return true;
	return false;
}

/* False: the node is an end of the graph, whether it was reported or not. */
static bool look_at(struct analysis *a, const struct graph_node *node)
{
	if (node->face->parts.n > 0 && node->face->outputs.n > 1)
		look_at_parts(a, node);
	else if (!has_purpose(node) && !is_read(a, node))
		report(a, node->at, node->name, stream_words(a, node->outputs[0]));
	return !has_purpose(node) && is_read(a, node);
}

/* ---- Circles ---- */

static void report_circle(struct analysis *a, const struct arcs *arcs,
                          const struct arc_path *circle)
{
	uint32_t first = arcs->list.items[circle->items[0]].from;
	const struct graph_node *node = &a->graph->nodes.items[first];

	if (circle->n == 1)
		diag_report(a->diags, W0601, node->at, "only '%s' itself reads what it makes",
		            node_words(a, first));
	else
		diag_report(a->diags, W0601, node->at, "these read only each other: %s",
		            path_words(a, arcs, circle));
	diag_help(a->diags, "connect '%s' to an input, or remove this node",
	          stream_words(a, node->outputs[0]));
}

/* Nodes from which no way leads to an end of the graph: each such way goes round in a circle. */
static void look_for_circles(struct analysis *a, const bool *goes_on)
{
	const struct graph *graph = a->graph;
	uint32_t ends = (uint32_t)graph->nodes.n; /* a vertex before all ends */
	struct arcs back, round;

	arcs_init(&back, a->arena, ends + 1);
	arcs_init(&round, a->arena, ends);
	for (uint32_t n = 0; n < graph->nodes.n; n++)
		if (!goes_on[n])
			arcs_add(&back, ends, n, NO_ID, 0);
	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		arcs_add(&back, edge->node, graph->streams.items[edge->stream].node, e, 0);
	}
	arcs_index(&back);
	const uint32_t *reached = arcs_reach(&back, ends);
	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		if (reached[edge->node] == NO_ID)
			arcs_add(&round, graph->streams.items[edge->stream].node, edge->node, e, 0);
	}
	arcs_index(&round);
	struct cycles circles = arcs_cycles(&round);
	for (size_t i = 0; i < circles.n; i++)
		report_circle(a, &round, &circles.items[i]);
}

void pass_unused(struct analysis *a)
{
	const struct graph *graph = a->graph;
	bool *goes_on = arena_alloc(a->arena, (graph->nodes.n + 1) * sizeof *goes_on);

	a->has_channel = arena_alloc(a->arena, graph->streams.n * sizeof *a->has_channel);
	for (uint32_t s = 0; s < graph->streams.n; s++)
		a->has_channel[s] = graph->streams.items[s].edges.n != 0;
	for (uint32_t n = 0; n < graph->nodes.n; n++)
		goes_on[n] = look_at(a, &graph->nodes.items[n]);
	look_for_circles(a, goes_on);
}
