/* Which outputs have a reader: only those get a channel. An unread output beside a read one is
 * no mistake; a node whose every output is unread works for nobody, and so does an expression
 * that only goes on from its own values. One that writes files works for these. */
#include "pass/private.h"

static bool reads_only_itself(const struct graph *graph, const struct graph_node *node)
{
	const struct graph_stream *stream = &graph->streams.items[node->outputs[0]];

	for (size_t i = 0; i < stream->edges.n; i++)
		if (&graph->nodes.items[graph->edges.items[stream->edges.items[i]].node] != node)
			return false;
	return node->face->parts.n > 0;
}

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

static void report(struct analysis *a, struct span at, const char *name, bool only_itself,
                   const char *output)
{
	diag_report(a->diags, W0601, at,
	            only_itself ? "only '%s' itself reads what it makes"
	                        : "nobody reads what '%s' makes",
	            name);
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
			report(a, part->at, part->label, false, part->label);
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

static void look_at(struct analysis *a, const struct graph_node *node)
{
	size_t n_outputs = node->face->outputs.n;
	bool read = n_outputs == 0 || acts_by_itself(node->face), kept = false;
	for (size_t i = 0; i < node->face->parts.n; i++)
		kept = kept || node->face->parts.items[i].kept;
	if (node->face->parts.n > 0 && n_outputs > 1) {
		look_at_parts(a, node);
		return;
	}
	for (size_t i = 0; i < n_outputs && !read; i++)
		read = a->has_channel[node->outputs[i]] ||
		       graph_find_mark(node, (uint32_t)i) != NO_ID;
	bool only_itself = read && n_outputs > 0 && reads_only_itself(a->graph, node);
	if ((!read || only_itself) && !kept && !acts_outside(node))
		report(a, node->at, node->name, only_itself, stream_words(a, node->outputs[0]));
}

void pass_unused(struct analysis *a)
{
	const struct graph *graph = a->graph;

	a->has_channel = arena_alloc(a->arena, graph->streams.n * sizeof *a->has_channel);
	for (uint32_t s = 0; s < graph->streams.n; s++)
		a->has_channel[s] = graph->streams.items[s].edges.n != 0;
	for (uint32_t n = 0; n < graph->nodes.n; n++)
		look_at(a, &graph->nodes.items[n]);
}
