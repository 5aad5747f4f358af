/* A clock is the set of frames on which something may be said. It begins at a node: at an
 * origin, or where frames are chosen (`latest`, `every`). Another node's clock is the
 * intersection over the inputs that it needs, or the union over all of them where it needs none;
 * a union is written as the nodes at which its clocks begin. */
#include "pass/tick.h"
#include "pass/private.h"

VEC_OF(clock, uint32_t); /* the nodes at which it begins, ascending */

struct tick_pass {
	struct graph *graph;
	const struct analysis *a;
	struct clock *clocks; /* per node */
	struct clock *bases;  /* per node at which a clock begins: that which it chooses from */
	bool *lapses;         /* per stream: absent on some frame of its node's clock */
	uint32_t *place;      /* per node: its place in the firing order */
	/* Of the question at hand: the place at which the clock first begins; per node at which a
	 * clock begins, whether it was asked, and the answer. Choices of choices meet again and
	 * again. */
	uint32_t earliest, *asked, question;
	bool *answers;
};

/* ---- Sets of frames ---- */

static bool has(const struct clock *clock, uint32_t root)
{
	for (size_t i = 0; i < clock->n; i++)
		if (clock->items[i] == root)
			return true;
	return false;
}

static bool answer(struct tick_pass *t, const struct clock *clock, uint32_t root)
{
	const struct clock *base = &t->bases[root];
	bool all = base->n > 0;

	if (t->place[root] < t->earliest)
		return false; /* what it chooses from begins before it */
	if (has(clock, root))
		return true;
	if (t->asked[root] == t->question)
		return t->answers[root];
	for (size_t i = 0; i < base->n && all; i++)
		all = answer(t, clock, base->items[i]);
	t->asked[root] = t->question;
	t->answers[root] = all;
	return all;
}

static bool covers(struct tick_pass *t, const struct clock *clock, uint32_t root)
{
	t->question++;
	t->earliest = NO_ID;
	for (size_t i = 0; i < clock->n; i++)
		if (t->place[clock->items[i]] < t->earliest)
			t->earliest = t->place[clock->items[i]];
	return answer(t, clock, root);
}

static bool covers_all(struct tick_pass *t, const struct clock *clock, const struct clock *other)
{
	for (size_t i = 0; i < other->n; i++)
		if (!covers(t, clock, other->items[i]))
			return false;
	return true;
}

static struct clock unite(struct tick_pass *t, struct clock a, struct clock b)
{
	struct clock all = {0};
	size_t i = 0, k = 0;

	if (covers_all(t, &a, &b))
		return a;
	if (covers_all(t, &b, &a))
		return b;
	while (i < a.n || k < b.n) {
		bool first = k == b.n || (i < a.n && a.items[i] < b.items[k]);
		uint32_t next = first ? a.items[i++] : b.items[k++];
		if (all.n == 0 || all.items[all.n - 1] != next)
			vec_push(t->graph->arena, &all, next);
	}
	return all;
}

/* ---- The clock of a node ---- */

static bool is_needed(const struct graph *graph, uint32_t e)
{
	return !graph_edge_port(graph, &graph->edges.items[e])->optional;
}

static bool needs_any(const struct graph *graph, const struct graph_node *node)
{
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e != NO_ID && is_needed(graph, e))
			return true;
	}
	return false;
}

/* Whether it takes but some of the frames that come, other than as the worker of a pool. */
static bool chooses(const struct graph *graph, const struct graph_edge *edge)
{
	bool every = edge->every_ns || (edge->every_n > 1 && edge_n_workers(graph, edge) == 1);

	return every || edge->policy == EDGE_LATEST;
}

static void begin(struct tick_pass *t, uint32_t n, struct clock base)
{
	t->clocks[n] = (struct clock){0};
	vec_push(t->graph->arena, &t->clocks[n], n);
	t->bases[n] = base;
}

/* False where two choices meet: what both take begins a clock of its own. */
static bool intersect(struct tick_pass *t, struct clock *all, const struct clock *clock)
{
	if (all->n && covers_all(t, clock, all))
		return true;
	if (all->n && !covers_all(t, all, clock))
		return false;
	*all = *clock;
	return true;
}

static void find_clock(struct tick_pass *t, uint32_t n)
{
	const struct graph *graph = t->graph;
	const struct graph_node *node = &graph->nodes.items[n];
	bool needs = needs_any(graph, node), own = node_is_origin(node);
	struct clock all = {0};

	for (uint32_t i = 0; i < node->n_inputs && !node_is_origin(node); i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e == NO_ID)
			continue;
		const struct clock *clock = &t->clocks[edge_producer(graph, e)];
		own = own || chooses(graph, &graph->edges.items[e]);
		if (!needs)
			all = unite(t, all, *clock);
		else if (is_needed(graph, e) && !intersect(t, &all, clock))
			own = true;
	}
	if (own)
		begin(t, n, all);
	else
		t->clocks[n] = all;
}

/* ---- Absence on a clock ---- */

/* The node that puts the frames of a pool in order has no clock but its workers'. */
static bool is_expression(const struct graph *graph, uint32_t n)
{
	const struct graph_node *node = &graph->nodes.items[n];

	return node->face->parts.n && node->n_inputs > 0 && ordered_pool(graph, n) == NO_ID;
}

/* Whether some input has a value on each frame of the clock that begins at `root`. */
static bool is_shown(struct tick_pass *t, const struct graph_node *node, uint32_t root)
{
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(t->graph, node, i);
		if (e != NO_ID && !t->lapses[t->graph->edges.items[e].stream] &&
		    covers(t, &t->clocks[edge_producer(t->graph, e)], root))
			return true;
	}
	return false;
}

/* Whether the node fires on every frame of its clock, once it has the ticks that it takes. */
static bool keeps_time(struct tick_pass *t, uint32_t n)
{
	const struct graph_node *node = &t->graph->nodes.items[n];

	if (t->clocks[n].n == 1 && t->clocks[n].items[0] == n)
		return true;
	if (!needs_any(t->graph, node)) {
		if (is_expression(t->graph, n))
			return true;
		for (size_t i = 0; i < t->clocks[n].n; i++)
			if (!is_shown(t, node, t->clocks[n].items[i]))
				return false;
		return true;
	}
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(t->graph, node, i);
		if (e != NO_ID && is_needed(t->graph, e) &&
		    t->lapses[t->graph->edges.items[e].stream])
			return false;
	}
	return true;
}

static void find_lapses(struct tick_pass *t, uint32_t n)
{
	const struct graph_node *node = &t->graph->nodes.items[n];
	bool lapses = !keeps_time(t, n) || why_firing_loses(t->a, n) != NULL;

	for (size_t i = 0; i < node->face->outputs.n; i++)
		t->lapses[node->outputs[i]] = lapses ||
		                              t->graph->streams.items[node->outputs[i]].optional;
}

/* ---- Adding ---- */

/* The port for the tick number `k` of an expression, which its workers share. */
static uint32_t tick_port(struct graph *graph, struct interface *face, uint32_t k, bool optional)
{
	uint32_t first = (uint32_t)face->inputs.n - face->n_ticks;

	if (k == face->n_ticks) {
		const char *name = map_claim_name(graph->arena, &face->names, "tick");
		face->n_ticks++;
		vec_push(graph->arena, &face->inputs,
		         (struct port){.name = name,
		                       .doc = "",
		                       .span = face->span,
		                       .type = type_scalar(TYPE_U8),
		                       .optional = optional});
	}
	return first + k;
}

/* As the node takes its other frames, a worker its share. */
static void connect(struct graph *graph, uint32_t n, uint32_t root, uint32_t port)
{
	struct graph_node *node = &graph->nodes.items[n];
	uint32_t stream = graph_add_mark(graph, root, NO_ID), edge = (uint32_t)graph->edges.n;
	size_t size = node->n_inputs * sizeof *node->inputs;
	uint32_t *inputs = arena_alloc(graph->arena, size + sizeof *inputs);
	uint32_t *ports = arena_alloc(graph->arena, size + sizeof *ports);
	struct graph_edge tick = {
		.stream = stream, .node = n, .input = node->n_inputs, .at = node->at};

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		inputs[i] = node->inputs[i];
		ports[i] = node->input_ports[i];
		if (e == NO_ID || edge_n_workers(graph, &graph->edges.items[e]) == 1)
			continue;
		const struct graph_edge *other = &graph->edges.items[e];
		tick.every_n = other->every_n;
		tick.every_from = other->every_from;
		tick.pool = other->pool;
	}
	inputs[node->n_inputs] = edge;
	ports[node->n_inputs] = port;
	vec_push(graph->arena, &graph->edges, tick);
	vec_push(graph->arena, &graph->streams.items[stream].edges, edge);
	node->inputs = inputs;
	node->input_ports = ports;
	node->n_inputs++;
}

static void add_ticks(struct tick_pass *t, uint32_t n)
{
	struct graph_node *node = &t->graph->nodes.items[n];
	const struct clock *clock = &t->clocks[n];
	struct clock missing = {0};

	for (size_t i = 0; i < clock->n; i++)
		if (!is_shown(t, node, clock->items[i]))
			vec_push(t->graph->arena, &missing, clock->items[i]);
	for (uint32_t k = 0; k < missing.n; k++)
		connect(t->graph, n, missing.items[k],
		        tick_port(t->graph, (struct interface *)node->face, k, clock->n > 1));
}

/* ---- What ?? catches ---- */

struct caught {
	struct tick_pass *t;
	struct diags *diags;
	uint32_t node;
	bool *surely; /* per part: it has a value whenever the node fires */
};

/* The first slot of a port. */
static uint32_t slot_of(const struct graph_node *node, uint32_t port)
{
	uint32_t first = 0, n = node->n_inputs;

	while (n > 0) {
		uint32_t half = n / 2;
		bool later = node->input_ports[first + half] < port;
		first = later ? first + half + 1 : first;
		n = later ? n - half - 1 : half;
	}
	return first;
}

/* Whether an input has a value on every frame on which the node fires. */
static bool input_is_sure(const struct caught *c, uint32_t port)
{
	const struct graph *graph = c->t->graph;
	const struct graph_node *node = &graph->nodes.items[c->node];

	for (uint32_t i = slot_of(node, port); i < node->n_inputs && node->input_ports[i] == port;
	     i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e == NO_ID)
			continue;
		const struct graph_edge *edge = &graph->edges.items[e];
		return !chooses(graph, edge) && !c->t->lapses[edge->stream] &&
		       covers_all(c->t, &c->t->clocks[edge_producer(graph, e)],
		                  &c->t->clocks[c->node]);
	}
	return false;
}

static bool is_sure(const struct caught *c, const struct term *term)
{
	if (term->kind == TERM_INPUT)
		return input_is_sure(c, term->index);
	if (term->kind == TERM_PART)
		return c->surely[term->index];
	if (term->kind == TERM_PRESENT)
		return true;
	if (term->kind == TERM_COALESCE)
		return is_sure(c, term->left) || is_sure(c, term->right);
	if (term_may_lack(term))
		return false;
	for (size_t i = 0; i < term_n_operands(term); i++)
		if (term_operand(term, i) && !is_sure(c, term_operand(term, i)))
			return false;
	return true;
}

/* A node on which the clock of this one ends when it is given up. */
static uint32_t given_up_root(const struct caught *c)
{
	const struct graph *graph = c->t->graph;
	const struct clock *clock = &c->t->clocks[c->node];

	for (size_t i = 0; i < clock->n; i++) {
		uint32_t process = graph->nodes.items[clock->items[i]].process;
		if (clock->items[i] != c->node &&
		    graph->processes.items[process].end == FAILURE_ABSENT)
			return clock->items[i];
	}
	return NO_ID;
}

/* Whether all that read the node sample it: they go on when it does not, and what `??` catches is
 * shown to them until then. */
static bool is_sampled(const struct graph *graph, const struct graph_node *node)
{
	size_t n_readers = 0;

	for (size_t i = 0; i < node->face->outputs.n; i++) {
		const struct graph_stream *stream = &graph->streams.items[node->outputs[i]];
		for (size_t k = 0; k < stream->edges.n; k++)
			if (graph->edges.items[stream->edges.items[k]].policy != EDGE_SAMPLE)
				return false;
		n_readers += stream->edges.n;
	}
	return n_readers > 0;
}

static void look_at_caught(const struct caught *c, const struct term *term)
{
	const struct graph *graph = c->t->graph;
	const struct graph_node *nodes = graph->nodes.items;
	uint32_t root = given_up_root(c);

	if (is_sure(c, term->left)) {
		diag_report(c->diags, W0606, term->span,
		            "what stands before '?\?' has a value on every frame on which '%s' "
		            "fires",
		            nodes[c->node].name);
		diag_help(c->diags,
		          "leave out '?\?' and what follows; for a value that comes late, "
		          "sample it on a clock of its own");
	} else if (root != NO_ID && !needs_any(graph, &nodes[c->node]) &&
	           !is_sampled(graph, &nodes[c->node])) {
		diag_report(c->diags, W0606, term->span,
		            "once '%s' is given up after a crash, there is no frame on which this "
		            "'?\?' could take its other side",
		            nodes[root].name);
		diag_help(c->diags, "sample the value on a clock of its own: then there is a frame "
		                    "whatever becomes of its producer");
	}
}

static void look_at_term(const struct caught *c, const struct term *term)
{
	if (!term)
		return;
	if (term->kind == TERM_COALESCE)
		look_at_caught(c, term);
	for (size_t i = 0; i < term_n_operands(term); i++)
		look_at_term(c, term_operand(term, i));
}

static void find_caught(struct tick_pass *t, struct diags *diags, uint32_t n)
{
	const struct interface *face = t->graph->nodes.items[n].face;
	struct caught c = {.t = t, .diags = diags, .node = n};

	c.surely = arena_alloc(t->graph->arena, face->parts.n * sizeof *c.surely);
	for (size_t i = 0; i < face->parts.n; i++) {
		look_at_term(&c, face->parts.items[i].term);
		c.surely[i] = is_sure(&c, face->parts.items[i].term);
	}
}

/* ---- The program ---- */

static bool has_caught(const struct term *term)
{
	if (!term)
		return false;
	for (size_t i = 0; i < term_n_operands(term); i++)
		if (has_caught(term_operand(term, i)))
			return true;
	return term->kind == TERM_COALESCE;
}

/* Whether clocks matter to the program: to what needs none of its streams, and to ??. */
static bool asks_for_clocks(const struct graph *graph)
{
	for (uint32_t n = 0; n < graph->nodes.n; n++) {
		const struct interface *face = graph->nodes.items[n].face;
		if (is_expression(graph, n) && !needs_any(graph, &graph->nodes.items[n]))
			return true;
		for (size_t i = 0; is_expression(graph, n) && i < face->parts.n; i++)
			if (has_caught(face->parts.items[i].term))
				return true;
	}
	return false;
}

void tick_add(struct graph *graph, struct diags *diags)
{
	struct tick_pass t = {.graph = graph};
	struct diags quiet; /* what is wrong is told when the passes run */

	if (!asks_for_clocks(graph))
		return;
	diags_init(&quiet, graph->arena, graph->sources);
	struct analysis *a = pass_begin(graph, &quiet);
	pass_causality(a);
	if (quiet.n_errors > 0)
		return;
	pass_origin(a);
	if (quiet.n_errors > 0)
		return;
	t.a = a;
	t.clocks = arena_alloc(graph->arena, graph->nodes.n * sizeof *t.clocks);
	t.bases = arena_alloc(graph->arena, graph->nodes.n * sizeof *t.bases);
	t.lapses = arena_alloc(graph->arena, graph->streams.n * sizeof *t.lapses);
	t.asked = arena_alloc(graph->arena, graph->nodes.n * sizeof *t.asked);
	t.answers = arena_alloc(graph->arena, graph->nodes.n * sizeof *t.answers);
	t.place = arena_alloc(graph->arena, graph->nodes.n * sizeof *t.place);
	const uint32_t *order = firing_order(t.a);
	for (uint32_t i = 0; i < graph->nodes.n; i++)
		t.place[order[i]] = i;
	for (size_t i = 0; i < graph->nodes.n; i++) {
		find_clock(&t, order[i]);
		find_lapses(&t, order[i]);
	}
	for (uint32_t n = 0; n < graph->nodes.n; n++)
		if (is_expression(graph, n))
			find_caught(&t, diags, n);
	for (uint32_t n = 0; n < graph->nodes.n; n++)
		if (is_expression(graph, n) && !needs_any(graph, &graph->nodes.items[n]))
			add_ticks(&t, n);
}
