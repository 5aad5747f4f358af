/* Which streams are private: those that are marked, and what is computed from them. A value that
 * cannot hold a picture is not private because a picture is that it was computed from: a count of
 * people shows nobody. Any other private value makes private whatever is computed from it. */
#include "pass/private.h"

/* Why something is private. */
struct cause {
	bool is_there;
	uint32_t from;  /* the stream that it was computed from; NO_ID: it is marked itself */
	struct span at; /* the word that it all comes from */
};

struct spread {
	struct analysis *a;
	VEC(uint32_t) work; /* private streams whose readers are to be looked at */
};

static bool passes(const struct type *from, const struct type *to)
{
	return !type_holds_picture(from) || type_holds_picture(to);
}

/* A stream is private, or would be without a word of its own. */
static void reach(struct spread *s, uint32_t stream, const struct cause *cause,
                  const struct privacy_mark *own)
{
	struct stream_privacy *privacy = &s->a->privacy[stream];

	if (privacy->is_private || privacy->is_released)
		return;
	privacy->is_released = own->word == PRIVACY_PUBLIC;
	privacy->is_private = !privacy->is_released;
	privacy->from = cause->from == NO_ID ? stream : cause->from;
	privacy->at = privacy->is_released ? own->at : cause->at;
	if (privacy->is_private)
		vec_push(s->a->arena, &s->work, stream);
}

/* ---- Expressions ---- */

struct texts_of_node {
	const struct analysis *a;
	const struct graph_node *node;
	const struct cause *parts; /* per part */
};

static struct cause cause_of_input(const struct texts_of_node *t, uint32_t input)
{
	uint32_t e = t->node->inputs[input];
	uint32_t stream = e == NO_ID ? NO_ID : t->a->graph->edges.items[e].stream;

	if (stream == NO_ID || !t->a->privacy[stream].is_private)
		return (struct cause){0};
	return (struct cause){true, stream, t->a->privacy[stream].at};
}

/* A frame's number and times, and whether there is a value: nothing of the value is in these. */
static bool only_asks(const struct term *term)
{
	return term->kind == TERM_NUMBER || term->kind == TERM_TIME || term->kind == TERM_AGE ||
	       term->kind == TERM_PRESENT;
}

static struct cause cause_in(const struct texts_of_node *t, const struct term *term,
                             const struct type *to)
{
	struct cause cause = {0};

	if (term->kind == TERM_INPUT)
		cause = cause_of_input(t, term->index);
	else if (term->kind == TERM_PART)
		cause = t->parts[term->index];
	else if (term->kind == TERM_PAST)
		cause = t->parts[t->node->face->pasts.items[term->index].part];
	if (cause.is_there && !passes(term->type, to))
		cause.is_there = false;
	for (size_t i = 0; i < term_n_operands(term) && !cause.is_there && !only_asks(term); i++)
		if (term_operand(term, i))
			cause = cause_in(t, term_operand(term, i), to);
	return cause;
}

/* Each part reads those before it, and the past of any, so this goes on until nothing changes. */
static void spread_in(struct spread *s, uint32_t n)
{
	struct analysis *a = s->a;
	const struct graph_node *node = &a->graph->nodes.items[n];
	const struct parts *parts = &node->face->parts;
	struct cause *causes = arena_alloc(a->arena, (parts->n + 1) * sizeof *causes);
	const struct texts_of_node texts = {a, node, causes};
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < parts->n; i++) {
			const struct part *part = &parts->items[i];
			struct cause cause = cause_in(&texts, part->term, part->term->type);
			if (part->mark.word == PRIVACY_PRIVATE)
				cause = (struct cause){true, NO_ID, part->mark.at};
			if (!cause.is_there || causes[i].is_there)
				continue;
			if (part->output != NO_OUTPUT)
				reach(s, node->outputs[part->output], &cause, &part->mark);
			causes[i] = cause;
			causes[i].is_there = part->mark.word != PRIVACY_PUBLIC;
			changed = changed || causes[i].is_there;
		}
	}
}

static bool has_marked_part(const struct graph_node *node)
{
	for (size_t i = 0; i < node->face->parts.n; i++)
		if (node->face->parts.items[i].mark.word == PRIVACY_PRIVATE)
			return true;
	return false;
}

/* ---- Nodes in C ---- */

bool edge_is_read(const struct graph *graph, uint32_t e)
{
	const struct type *type = graph_edge_port(graph, &graph->edges.items[e])->type;

	return type->kind != TYPE_ANY &&
	       !(type->kind == TYPE_ARRAY && type->item->kind == TYPE_ANY);
}

static void spread_through(struct spread *s, uint32_t e)
{
	const struct graph *graph = s->a->graph;
	const struct graph_edge *edge = &graph->edges.items[e];
	const struct graph_node *node = &graph->nodes.items[edge->node];
	const struct cause cause = {true, edge->stream, s->a->privacy[edge->stream].at};
	const struct type *from = graph->streams.items[edge->stream].type;

	if (node->face->parts.n) {
		spread_in(s, edge->node);
		return;
	}
	for (size_t i = 0; i < node->face->outputs.n && edge_is_read(graph, e); i++) {
		const struct graph_stream *to = &graph->streams.items[node->outputs[i]];
		if (passes(from, to->type))
			reach(s, node->outputs[i], &cause, &to->mark);
	}
}

/* ---- The program ---- */

void pass_privacy(struct analysis *a)
{
	const struct graph *graph = a->graph;
	struct spread s = {.a = a};

	a->privacy = arena_alloc(a->arena, (graph->streams.n + 1) * sizeof *a->privacy);
	for (uint32_t i = 0; i < graph->streams.n; i++) {
		const struct privacy_mark *mark = &graph->streams.items[i].mark;
		if (mark->word == PRIVACY_PRIVATE)
			reach(&s, i, &(struct cause){true, NO_ID, mark->at}, mark);
	}
	for (uint32_t n = 0; n < graph->nodes.n; n++)
		if (has_marked_part(&graph->nodes.items[n]))
			spread_in(&s, n);
	for (size_t i = 0; i < s.work.n; i++) {
		const struct graph_stream *stream = &graph->streams.items[s.work.items[i]];
		for (size_t k = 0; k < stream->edges.n; k++)
			spread_through(&s, stream->edges.items[k]);
	}
}
