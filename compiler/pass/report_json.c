/* pkdc check --report --json: what was proved, for other programs. What an error kept from being
 * known is null. */
#include "base/file.h"
#include "base/json.h"
#include "pass/facts.h"
#include "pass/touch.h"

struct report {
	const struct analysis *a;
	struct json json;
};

static const char *edge_reader(const struct analysis *a, uint32_t e)
{
	return node_name(a, a->graph->edges.items[e].node);
}

static void put_at(struct report *r, struct span at)
{
	json_string(&r->json, "at",
	            at.source ? path_base(source_at(r->a->graph->sources, at)) : NULL);
}

static void put_names(struct report *r, const char *key, const struct ids *nodes)
{
	json_flat(&r->json);
	json_array(&r->json, key);
	for (size_t i = 0; i < nodes->n; i++)
		json_string(&r->json, NULL, node_name(r->a, nodes->items[i]));
	json_array_end(&r->json);
}

static void put_passes(struct report *r)
{
	static const char *const names[] = {
#define PASS(name, establishes, needs) #name,
#include "pass/pass.def"
#undef PASS
	};

	json_object(&r->json, "done");
	for (size_t i = 0; i < PASS_N; i++)
		json_bool(&r->json, names[i], r->a->done[i]);
	json_object_end(&r->json);
}

/* ---- Nodes and streams ---- */

/* Where there is one. */
static void put_private_read(struct report *r, uint32_t n)
{
	struct ids streams = {0};

	if (r->a->done[PASS_privacy])
		streams = fact_private_read(r->a, n);
	if (!streams.n)
		return;
	json_flat(&r->json);
	json_array(&r->json, "takes_private");
	for (size_t i = 0; i < streams.n; i++)
		json_string(&r->json, NULL, r->a->graph->streams.items[streams.items[i]].name);
	json_array_end(&r->json);
}

static void put_nodes(struct report *r)
{
	const struct analysis *a = r->a;

	json_array(&r->json, "nodes");
	for (uint32_t n = 0; n < a->graph->nodes.n; n++) {
		struct ids refusing = fact_refusing_edges(a, n);
		json_object(&r->json, NULL);
		json_string(&r->json, "name", node_name(a, n));
		json_string(&r->json, "numbered_by",
		            a->done[PASS_origin] ? node_name(a, a->origin[n]) : NULL);
		json_flat(&r->json);
		json_array(&r->json, "refuses_frames_without_room_at");
		for (size_t i = 0; i < refusing.n; i++)
			json_string(&r->json, NULL, edge_reader(a, refusing.items[i]));
		json_array_end(&r->json);
		put_private_read(r, n);
		if (a->graph->nodes.items[n].rest)
			json_string(&r->json, "rest",
			            a->graph->nodes.items[n].rest == REST_MAY ? "may" : "starts");
		json_object_end(&r->json);
	}
	json_array_end(&r->json);
}

static void put_memory(struct report *r, uint32_t s)
{
	const struct stream_memory *m = &r->a->memory[s];
	uint32_t e = fact_ring_edge(r->a, s);

	json_object(&r->json, "memory");
	json_unsigned(&r->json, "slots", m->n_slots);
	json_unsigned(&r->json, "ring", m->ring_size);
	json_unsigned(&r->json, "held", m->n_pins);
	json_unsigned(&r->json, "new", m->n_loans);
	json_unsigned(&r->json, "slot_size", m->slot_size);
	json_unsigned(&r->json, "bytes", m->bytes);
	json_string(&r->json, "ring_for", e == NO_ID ? NULL : edge_reader(r->a, e));
	json_string(&r->json, "reason", e == NO_ID ? NULL : r->a->window_reason[e]);
	json_object_end(&r->json);
}

/* Nothing, where the stream is public and is not made from a private one. */
static void put_privacy(struct report *r, uint32_t s)
{
	const struct stream_privacy *privacy = &r->a->privacy[s];

	if (!r->a->done[PASS_privacy] || !(privacy->is_private || privacy->is_released))
		return;
	json_object(&r->json, "privacy");
	json_bool(&r->json, "private", privacy->is_private);
	json_string(&r->json, "from", r->a->graph->streams.items[privacy->from].name);
	put_at(r, privacy->at);
	json_object_end(&r->json);
}

static void put_streams(struct report *r)
{
	const struct analysis *a = r->a;

	json_array(&r->json, "streams");
	for (uint32_t s = 0; s < a->graph->streams.n; s++) {
		json_object(&r->json, NULL);
		json_string(&r->json, "name", a->graph->streams.items[s].name);
		if (a->done[PASS_presence]) {
			json_bool(&r->json, "may_be_absent", a->may_be_absent[s]);
			json_string(&r->json, "absent_when", a->absence[s]);
		}
		if (a->done[PASS_unused])
			json_bool(&r->json, "read", a->has_channel[s]);
		put_privacy(r, s);
		if (a->done[PASS_memory] && a->has_channel[s])
			put_memory(r, s);
		else
			json_null(&r->json, "memory");
		json_object_end(&r->json);
	}
	json_array_end(&r->json);
}

/* ---- Edges ---- */

static void put_edges(struct report *r)
{
	const struct analysis *a = r->a;

	json_array(&r->json, "edges");
	for (uint32_t e = 0; e < a->graph->edges.n; e++) {
		const struct graph_edge *edge = &a->graph->edges.items[e];
		json_object(&r->json, NULL);
		json_string(&r->json, "reader", edge_reader(a, e));
		json_string(&r->json, "input", graph_edge_port(a->graph, edge)->name);
		json_string(&r->json, "reads", edge_name(a, e));
		json_bool(&r->json, "fires", graph_edge_fires(edge));
		json_bool(&r->json, "drops", edge->policy == EDGE_LATEST);
		if (a->done[PASS_capacity]) {
			json_unsigned(&r->json, "window", a->window[e]);
			json_string(&r->json, "reason", a->window_reason[e]);
			json_bool(&r->json, "may_hold_up_its_producer_needlessly",
			          fact_holds_up(a, e));
		}
		put_at(r, edge->at);
		json_object_end(&r->json);
	}
	json_array_end(&r->json);
}

/* ---- Assertions ---- */

static const char *assertion_word(enum assertion_kind kind)
{
	switch (kind) {
	case ASSERT_INDEPENDENT:
		return "independent";
	case ASSERT_LIVE:
		return "live";
	case ASSERT_LATENCY:
		return "latency";
	case ASSERT_MEMORY:
		break;
	}
	return "memory";
}

/* That all assertions of a pass hold is known when the pass is done; otherwise one of them does
 * not, and the messages say which. */
static void put_assertion(struct report *r, size_t number)
{
	const struct graph_assertion *assertion = &r->a->graph->asserts.items[number];
	bool memory = assertion->kind == ASSERT_MEMORY;
	bool latency = assertion->kind == ASSERT_LATENCY;
	bool holds = r->a->done[memory ? PASS_memory : latency ? PASS_latency : PASS_isolation];

	json_object(&r->json, NULL);
	json_string(&r->json, "kind", assertion_word(assertion->kind));
	if (memory)
		json_unsigned(&r->json, "limit", assertion->limit);
	if (!memory) {
		json_string(&r->json, "a", node_name(r->a, assertion->a));
		json_string(&r->json, "b", node_name(r->a, assertion->b));
	}
	if (holds)
		json_bool(&r->json, "holds", true);
	else
		json_null(&r->json, "holds");
	if (latency) {
		json_unsigned(&r->json, "limit_ns", assertion->limit);
		if (holds)
			json_signed(&r->json, "bound_ns", r->a->latency[number].bound_ns);
	}
	if (!memory && !latency && holds) {
		bool live = assertion->kind == ASSERT_LIVE;
		struct ids nodes = fact_waited_for(r->a, live ? assertion->b : assertion->a);
		put_names(r, live ? "b_waits_for" : "a_waits_for", &nodes);
	}
	put_at(r, assertion->at);
	json_object_end(&r->json);
}

static void put_assertions(struct report *r)
{
	json_array(&r->json, "assertions");
	for (size_t i = 0; i < r->a->graph->asserts.n; i++)
		put_assertion(r, i);
	json_array_end(&r->json);
}

/* ---- Processes ---- */

static void put_touches(struct report *r, const char *key, const struct touches *touches)
{
	json_array(&r->json, key);
	for (size_t i = 0; i < touches->n; i++) {
		const struct touch *touch = &touches->items[i];
		json_flat(&r->json);
		json_object(&r->json, NULL);
		json_string(&r->json, "kind", right_word(touch->kind));
		json_string(&r->json, "path", touch->path);
		json_string(&r->json, "option", touch->option);
		json_string(&r->json, "when", touch->when);
		json_object_end(&r->json);
	}
	json_array_end(&r->json);
}

/* What each node would not have in a process of its own. */
static void put_gained(struct report *r, const struct graph_process *process,
                       const struct touches *all, bool everything)
{
	json_array(&r->json, "grouping_gives");
	for (size_t i = 0; i < process->nodes.n; i++) {
		uint32_t n = process->nodes.items[i];
		const struct interface *face = r->a->graph->nodes.items[n].face;
		struct touches own = touches_of(r->a, n);
		struct touches gained = touches_gained(r->a, all, &own);
		bool gains = face->declared && !face->parts.n && (everything || gained.n);
		if (!gains)
			continue;
		json_object(&r->json, NULL);
		json_string(&r->json, "node", node_name(r->a, n));
		json_bool(&r->json, "everything", everything);
		put_touches(r, "touches", &gained);
		json_object_end(&r->json);
	}
	json_array_end(&r->json);
}

static void put_authority(struct report *r, uint32_t p)
{
	const struct graph_process *process = &r->a->graph->processes.items[p];
	uint32_t undeclared;
	struct touches all = touches_of_process(r->a, p, &undeclared);

	json_string(&r->json, "undeclared",
	            undeclared == NO_ID ? NULL : node_name(r->a, undeclared));
	put_touches(r, "touches", &all);
	put_gained(r, process, &all, undeclared != NO_ID);
}

static void put_process(struct report *r, uint32_t p)
{
	const struct graph_process *process = &r->a->graph->processes.items[p];

	json_object(&r->json, NULL);
	json_string(&r->json, "name", process->name);
	json_flat(&r->json);
	json_array(&r->json, "nodes");
	for (size_t i = 0; i < process->nodes.n; i++)
		json_string(&r->json, NULL, node_name(r->a, process->nodes.items[i]));
	json_array_end(&r->json);
	json_unsigned(&r->json, "restarts", process->n_restarts);
	if (process->n_restarts) {
		json_signed(&r->json, "restart_per_ns", process->restart_per_ns);
		json_signed(&r->json, "backoff_ns", process->backoff_ns);
	}
	json_string(&r->json, "then", process->end == FAILURE_STOP ? "stop" : "absent");
	put_at(r, process->failure_at);
	if (process->memory_limit)
		json_unsigned(&r->json, "memory_limit", process->memory_limit);
	if (process->no_processes)
		json_bool(&r->json, "no_processes", true);
	put_authority(r, p);
	json_object_end(&r->json);
}

void pass_report_json(const struct analysis *analysis, struct buf *out)
{
	struct report r = {.a = analysis, .json.out = out};
	const struct graph *graph = analysis->graph;

	json_object(&r.json, NULL);
	json_string(&r.json, "pipeline", graph->name);
	json_string(&r.json, "source", graph->source);
	json_unsigned(&r.json, "errors", analysis->diags->n_errors);
	json_unsigned(&r.json, "warnings", analysis->diags->n_warnings);
	put_passes(&r);
	if (analysis->done[PASS_memory])
		json_unsigned(&r.json, "memory", analysis->memory_total);
	else
		json_null(&r.json, "memory");
	put_nodes(&r);
	put_streams(&r);
	put_edges(&r);
	put_assertions(&r);
	json_array(&r.json, "processes");
	for (uint32_t p = 0; p < graph->processes.n; p++)
		put_process(&r, p);
	json_array_end(&r.json);
	json_object_end(&r.json);
}
