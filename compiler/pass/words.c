/* Names, numbers and lists in the words of messages and of the report. */
#include "pass/private.h"

#include <inttypes.h>
#include <string.h>

#define PATH_SHOWN 5u  /* arcs at either end of a long path */
#define TEXT_SHOWN 40u /* bytes of an expression that has no name */

const char *node_name(const struct analysis *a, uint32_t node)
{
	return a->graph->nodes.items[node].name;
}

/* The text of an expression on one line, cut where it is long. */
static const char *text_words(const struct analysis *a, struct span span)
{
	const char *text = span_words(a, span);
	char *shown = arena_strndup(a->arena, text, strlen(text));
	size_t n = 0;

	for (const char *c = text; *c && n <= TEXT_SHOWN; c++) {
		bool space = strchr(" \t\r\n", *c) != NULL;
		if (!space || (n && shown[n - 1] != ' '))
			shown[n++] = space ? ' ' : *c;
	}
	shown[n] = '\0';
	if (n <= TEXT_SHOWN)
		return shown;
	while (((unsigned char)shown[--n] & 0xC0) == 0x80)
		;
	return arena_printf(a->arena, "%.*s…", (int)n, shown);
}

const char *node_words(const struct analysis *a, uint32_t node)
{
	const struct graph_node *n = &a->graph->nodes.items[node];

	return n->unnamed ? text_words(a, n->at) : n->name;
}

/* The part of an expression that makes the stream; NULL: none does alone. */
static const struct part *part_of(const struct analysis *a, const struct graph_stream *s)
{
	const struct interface *face = a->graph->nodes.items[s->node].face;

	for (size_t i = 0; i < face->parts.n; i++)
		if (face->parts.items[i].output == s->output)
			return &face->parts.items[i];
	return NULL;
}

bool stream_is_unnamed(const struct analysis *a, uint32_t stream)
{
	const struct graph_stream *s = &a->graph->streams.items[stream];
	const struct graph_node *node = &a->graph->nodes.items[s->node];
	const struct part *part = part_of(a, s);

	return node_is_expression(node) && !(part && part->label) &&
	       (node->face->outputs.n > 1 || node->unnamed);
}

const char *stream_words(const struct analysis *a, uint32_t stream)
{
	const struct graph_stream *s = &a->graph->streams.items[stream];
	const struct graph_node *node = &a->graph->nodes.items[s->node];
	const struct part *part = part_of(a, s);
	uint32_t output = graph_output_of(a->graph, stream);

	if (output == NO_ID && node->unnamed)
		return arena_printf(a->arena, "the ticks of %s", node_words(a, s->node));
	if (output == NO_ID || !stream_is_unnamed(a, stream))
		return stream_name(a, stream);
	return text_words(a, part ? part->at : node->at);
}

const char *stream_name(const struct analysis *a, uint32_t stream)
{
	const struct graph_stream *s = &a->graph->streams.items[stream];
	const struct graph_node *node = &a->graph->nodes.items[s->node];

	uint32_t output = graph_output_of(a->graph, stream);
	if (output == NO_ID)
		return arena_printf(a->arena, "the ticks of %s", node->name);
	if (output != s->output)
		return stream_name(a, node->outputs[output]);
	for (size_t i = 0; i < node->face->parts.n; i++) {
		const struct part *part = &node->face->parts.items[i];
		if (part->output == s->output && part->label)
			return part->label;
	}
	return node->face->outputs.n == 1 ? node->name : s->name;
}

/* "[-7..0]", "[-1]", "". */
static const char *history_words(const struct analysis *a, const struct graph_edge *edge)
{
	if (edge->first < edge->last)
		return arena_printf(a->arena, "[%d..%d]", edge->first, edge->last);
	return edge->first ? arena_printf(a->arena, "[%d]", edge->first) : "";
}

const char *edge_words_as(const struct analysis *a, uint32_t edge, const char *policy)
{
	const struct graph_edge *e = &a->graph->edges.items[edge];
	bool window = e->last == 0 && strcmp(policy, "sample") != 0;

	return arena_printf(a->arena, "%s%s%s%s", policy, *policy ? " " : "",
	                    stream_words(a, e->stream), window ? history_words(a, e) : "");
}

const char *edge_every_words(const struct analysis *a, uint32_t edge)
{
	const struct graph_edge *e = &a->graph->edges.items[edge];

	if (e->every_ns)
		return arena_printf(a->arena, "every(%s)", time_source(a->arena, e->every_ns));
	if (!e->every_n || edge_n_workers(a->graph, e) > 1)
		return "";
	return arena_printf(a->arena, "every(%u)", e->every_n);
}

static const char *words_of(const struct analysis *a, uint32_t edge, const char *stream)
{
	const struct graph_edge *e = &a->graph->edges.items[edge];
	const char *policy = "", *every = edge_every_words(a, edge);

	switch (e->policy) {
	case EDGE_QUEUE:
		if (e->count)
			policy = arena_printf(a->arena, "queue(%u) ", e->count);
		break;
	case EDGE_LATEST:
		policy = e->count ? arena_printf(a->arena, "latest(%u) ", e->count) : "latest ";
		break;
	case EDGE_SAMPLE:
		policy = "sample ";
		break;
	}
	return arena_printf(a->arena, "%s%s%s%s%s", every, *every ? " " : "", policy, stream,
	                    history_words(a, e));
}

const char *edge_words(const struct analysis *a, uint32_t edge)
{
	return words_of(a, edge, stream_words(a, a->graph->edges.items[edge].stream));
}

const char *edge_name(const struct analysis *a, uint32_t edge)
{
	return words_of(a, edge, stream_name(a, a->graph->edges.items[edge].stream));
}

const char *path_words(const struct analysis *a, const struct arcs *arcs,
                       const struct arc_path *path)
{
	struct buf buf;

	buf_init(&buf);
	buf_puts(&buf, node_words(a, arcs->list.items[path->items[0]].from));
	for (size_t i = 0; i < path->n; i++) {
		if (path->n > 2 * PATH_SHOWN + 1 && i == PATH_SHOWN) {
			size_t n_hidden = path->n - 2 * PATH_SHOWN;
			buf_printf(&buf, " -> ... %zu more ...", n_hidden);
			i += n_hidden;
		}
		buf_printf(&buf, " -> %s", node_words(a, arcs->list.items[path->items[i]].to));
	}
	const char *text = arena_strdup(a->arena, buf.text);
	buf_finish(&buf);
	return text;
}

void words_init(struct words *words, struct arena *arena, size_t n_max)
{
	*words = (struct words){.arena = arena, .n_max = n_max};
}

void words_add(struct words *words, const char *word)
{
	if (words->n++ < words->n_max)
		vec_push(words->arena, &words->list, word);
}

const char *words_join(const struct words *words)
{
	struct buf buf;

	if (!words->n)
		return "none";
	buf_init(&buf);
	for (size_t i = 0; i < words->list.n; i++)
		buf_printf(&buf, "%s%s", i ? ", " : "", words->list.items[i]);
	if (words->n > words->list.n)
		buf_printf(&buf, " and %zu more", words->n - words->list.n);
	const char *text = arena_strdup(words->arena, buf.text);
	buf_finish(&buf);
	return text;
}
