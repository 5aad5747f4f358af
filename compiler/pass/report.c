/* pkdc check --report: what was proved, one line a fact with its reason. Requires nothing: what an
 * error kept from being known is said to be unknown. */
#include "base/file.h"
#include "pass/facts.h"
#include "pass/touch.h"

#include <inttypes.h>
#include <pkd/program.h>
#include <stdarg.h>
#include <string.h>

#define WIDTH 100u
#define LABEL_MAX 24u
#define NAMES_SHOWN 12u

struct report {
	const struct analysis *a;
	FILE *file;
	size_t label_width;
};

static size_t columns(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* Words of `text` from column `at` on, further lines indented to it. */
static void put_wrapped(FILE *file, size_t at, const char *text)
{
	size_t column = at;

	while (*text) {
		size_t n = strcspn(text, " ");
		size_t width = 0;
		for (size_t i = 0; i < n; i++)
			width += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (column > at && column + 1 + width > WIDTH) {
			fprintf(file, "\n%*s", (int)at, "");
			column = at;
		} else if (column > at) {
			fputc(' ', file);
			column++;
		}
		fwrite(text, 1, n, file);
		column += width;
		text += n + strspn(text + n, " ");
	}
	fputc('\n', file);
}

static void __attribute__((format(printf, 3, 4)))
row(const struct report *r, const char *label, const char *format, ...)
{
	size_t width = columns(label), at = 2 + r->label_width + 2;
	va_list args;

	va_start(args, format);
	const char *text = arena_vprintf(r->a->arena, format, args);
	va_end(args);
	fprintf(r->file, "  %s", label);
	if (width > r->label_width) {
		fputc('\n', r->file);
		width = 0;
		fputs("  ", r->file);
	}
	fprintf(r->file, "%*s", (int)(at - 2 - width), "");
	put_wrapped(r->file, at, text);
}

static const char *at_words(const struct report *r, struct span span)
{
	const char *at = path_base(source_at(r->a->graph->sources, span));

	return *at ? arena_printf(r->a->arena, " (%s)", at) : "";
}

static const char *plural(const struct report *r, size_t n, const char *one, const char *many)
{
	return arena_printf(r->a->arena, "%zu %s", n, n == 1 ? one : many);
}

/* "'view' of write" */
static const char *edge_of(const struct report *r, uint32_t e)
{
	return arena_printf(r->a->arena, "'%s' of %s", edge_name(r->a, e),
	                    node_name(r->a, r->a->graph->edges.items[e].node));
}

static void head(const struct report *r)
{
	const struct graph *graph = r->a->graph;
	size_t n_channels = 0;

	for (uint32_t s = 0; s < graph->streams.n; s++)
		n_channels += graph->streams.items[s].edges.n != 0;
	fprintf(r->file, "%s of %s: %s in %s, %s\n", graph->name, graph->source,
	        plural(r, graph->nodes.n, "node", "nodes"),
	        plural(r, graph->processes.n, "process", "processes"),
	        plural(r, n_channels, "channel", "channels"));
}

static void section(const struct report *r, const char *title)
{
	fprintf(r->file, "\n%s\n", title);
}

/* ---- Memory ---- */

static const char *ring_words(const struct report *r, uint32_t s)
{
	uint32_t e = fact_ring_edge(r->a, s);

	if (e == NO_ID)
		return "any reader: small values, at which none is overtaken";
	return arena_printf(r->a->arena, "%s: %s", edge_of(r, e), r->a->window_reason[e]);
}

static const char *limit_words(const struct report *r)
{
	const struct graph_assertion *least = fact_memory_limit(r->a);

	if (!least)
		return "";
	return arena_printf(r->a->arena, ", within the %s asserted%s",
	                    bytes_words(r->a->arena, least->limit), at_words(r, least->at));
}

#define SLOTS_WIDTH 25 /* of "slots = ring + held + new" */

static size_t text_column(const struct report *r, int bytes_width)
{
	return 2 + r->label_width + 2 + SLOTS_WIDTH + 2 + (size_t)bytes_width + 2;
}

static void print_channel(const struct report *r, uint32_t s, int bytes_width)
{
	const struct analysis *a = r->a;
	const struct stream_memory *m = &a->memory[s];
	const char *name = a->graph->streams.items[s].name;
	int label_width = (int)r->label_width;

	if (columns(name) > r->label_width)
		fprintf(r->file, "  %s\n", name);
	fprintf(r->file, "  %-*s  %5u = %4u + %4u + %3u  %*s  ", label_width,
	        columns(name) > r->label_width ? "" : name, m->n_slots, m->ring_size, m->n_pins,
	        m->n_loans, bytes_width, number_words(a->arena, m->bytes));
	put_wrapped(r->file, text_column(r, bytes_width), ring_words(r, s));
}

static void print_memory(const struct report *r)
{
	const struct analysis *a = r->a;

	if (!a->done[PASS_memory]) {
		section(r, "channels");
		row(r, "unknown", "for the errors above");
		return;
	}
	const char *total = number_words(a->arena, a->memory_total);
	int label_width = (int)r->label_width, bytes_width = (int)strlen(total);
	if (bytes_width < (int)strlen("bytes"))
		bytes_width = (int)strlen("bytes");
	fprintf(r->file, "\n%-*s  slots = ring + held + new  %*s  the ring holds frames for\n",
	        label_width + 2, "channels", bytes_width, "bytes");
	for (uint32_t s = 0; s < a->graph->streams.n; s++)
		if (a->has_channel[s])
			print_channel(r, s, bytes_width);
	fprintf(r->file, "  %-*s  %*s  %*s  ", label_width, "all", SLOTS_WIDTH, "", bytes_width,
	        total);
	put_wrapped(r->file, text_column(r, bytes_width),
	            arena_printf(a->arena, "%s%s", bytes_words(a->arena, a->memory_total),
	                         limit_words(r)));
}

/* As the runtime counts them, which also has the descriptors of whoever starts the program. */
static void print_needs(const struct report *r)
{
	const struct graph *graph = r->a->graph;
	size_t n = PKD_PROGRAM_DESCRIPTORS + graph->n_pools;

	for (uint32_t s = 0; s < graph->streams.n; s++)
		n += r->a->has_channel[s];
	for (uint32_t i = 0; i < graph->nodes.n; i++)
		n += graph->nodes.items[i].face->persistent.n ||
		     graph->nodes.items[i].face->pasts.n || graph->nodes.items[i].face->memories.n;
	n += graph->processes.n * PKD_PROCESS_DESCRIPTORS;
	section(r, "needs");
	row(r, "memory", "%s for streams, and what the nodes allocate themselves",
	    bytes_words(r->a->arena, r->a->memory_total));
	row(r, "processes", "%zu, and those of the supervisor and the console",
	    (size_t)graph->processes.n);
	row(r, "descriptors", "at most %zu, in the supervisor", n);
}

/* ---- Frames ---- */

/* Nodes by their origin, in one walk. */
static void print_origins(const struct report *r)
{
	const struct analysis *a = r->a;
	size_t n_nodes = a->graph->nodes.n;
	struct words *named = arena_alloc(a->arena, n_nodes * sizeof *named);

	for (uint32_t n = 0; n < n_nodes; n++)
		words_init(&named[n], a->arena, NAMES_SHOWN);
	for (uint32_t n = 0; n < n_nodes; n++)
		if (a->origin[n] != n)
			words_add(&named[a->origin[n]], node_name(a, n));
	for (uint32_t n = 0; n < n_nodes; n++)
		if (a->origin[n] == n)
			row(r, node_name(a, n), "numbers the frames of %s", words_join(&named[n]));
}

static void print_absence(const struct report *r)
{
	const struct analysis *a = r->a;
	struct words never;

	words_init(&never, a->arena, NAMES_SHOWN);
	for (uint32_t s = 0; s < a->graph->streams.n; s++) {
		const char *name = a->graph->streams.items[s].name;
		if (a->may_be_absent[s])
			row(r, name, "may be absent: %s", a->absence[s]);
		else
			words_add(&never, name);
	}
	row(r, "never absent", "%s", words_join(&never));
}

static void print_frames(const struct report *r)
{
	section(r, "frames");
	if (r->a->done[PASS_origin])
		print_origins(r);
	else
		row(r, "unknown", "for the errors above");
	if (r->a->done[PASS_presence])
		print_absence(r);
}

/* ---- Loss ---- */

/* Live origins whose lossless readers, however far away, can leave them no room. */
static void print_refusals(const struct report *r)
{
	for (uint32_t n = 0; n < r->a->graph->nodes.n; n++) {
		struct ids edges = fact_refusing_edges(r->a, n);
		struct words words;
		words_init(&words, r->a->arena, NAMES_SHOWN);
		for (size_t i = 0; i < edges.n; i++)
			words_add(&words, edge_of(r, edges.items[i]));
		if (words.n)
			row(r, node_name(r->a, n),
			    "cannot wait: refuses a whole frame while there is no room at %s",
			    words_join(&words));
	}
}

static void print_loss(const struct report *r)
{
	const struct analysis *a = r->a;
	struct words lossless;

	section(r, "loss");
	words_init(&lossless, a->arena, NAMES_SHOWN);
	print_refusals(r);
	for (uint32_t e = 0; e < a->graph->edges.n; e++) {
		const struct graph_edge *edge = &a->graph->edges.items[e];
		const char *every = edge_every_words(a, e);
		if (edge->policy == EDGE_QUEUE && !*every)
			words_add(&lossless, edge_of(r, e));
		if (edge->policy == EDGE_QUEUE && *every)
			row(r, node_name(a, edge->node), "'%s' leaves out the other frames%s",
			    edge_name(a, e), at_words(r, edge->at));
		if (edge->policy == EDGE_LATEST)
			row(r, node_name(a, edge->node), "'%s' drops what it has no time for%s",
			    edge_name(a, e), at_words(r, edge->at));
	}
	row(r, "never", "at %s", words_join(&lossless));
}

/* ---- Waiting ---- */

static const char *waited_for(const struct report *r, uint32_t n)
{
	struct ids nodes = fact_waited_for(r->a, n);
	struct words words;

	words_init(&words, r->a->arena, NAMES_SHOWN);
	for (size_t i = 0; i < nodes.n; i++)
		words_add(&words, node_name(r->a, nodes.items[i]));
	return words_join(&words);
}

static void print_assertions(const struct report *r)
{
	const struct analysis *a = r->a;

	for (size_t i = 0; i < a->graph->asserts.n; i++) {
		const struct graph_assertion *assertion = &a->graph->asserts.items[i];
		if (assertion->kind == ASSERT_MEMORY || assertion->kind == ASSERT_LATENCY)
			continue;
		const char *one = node_name(a, assertion->a), *two = node_name(a, assertion->b);
		const char *at = at_words(r, assertion->at);
		if (assertion->kind == ASSERT_INDEPENDENT)
			row(r, "independent", "%s waits for %s; %s is not among them%s", one,
			    waited_for(r, assertion->a), two, at);
		else
			row(r, "live", "%s waits for %s; all of them lead from %s to %s%s", two,
			    waited_for(r, assertion->b), one, two, at);
	}
}

static void print_slow_joins(const struct report *r)
{
	const struct analysis *a = r->a;

	for (uint32_t e = 0; e < a->graph->edges.n; e++) {
		const struct graph_edge *edge = &a->graph->edges.items[e];
		if (fact_holds_up(a, e))
			row(r, node_name(a, edge->node),
			    "'%s' may hold up %s, queue(%u) would not: %s%s", edge_name(a, e),
			    node_name(a, edge_producer(a->graph, e)),
			    edge_n_waiting(a->graph, edge, a->window_wanted[e]),
			    a->window_reason[e], at_words(r, edge->at));
	}
}

static void print_latencies(const struct report *r)
{
	const struct analysis *a = r->a;

	for (size_t i = 0; i < a->graph->asserts.n; i++) {
		const struct graph_assertion *assertion = &a->graph->asserts.items[i];
		const struct latency *latency = &a->latency[i];
		if (assertion->kind != ASSERT_LATENCY || latency->bound_ns < 0)
			continue;
		row(r, "latency",
		    "%s -> %s: a frame takes at most %s, within the %s asserted, by %s: %s%s",
		    node_name(a, assertion->a), node_name(a, assertion->b),
		    time_words(a->arena, latency->bound_ns),
		    time_words(a->arena, (int64_t)assertion->limit), latency->path, latency->terms,
		    at_words(r, assertion->at));
		row(r, "",
		    "if every firing keeps to its budget and frames of %s come at their rate",
		    node_name(a, a->origin[assertion->b]));
	}
}

static void print_waiting(const struct report *r)
{
	const struct analysis *a = r->a;
	size_t n_lossless = 0, n_back = 0;

	section(r, "waiting");
	for (uint32_t e = 0; e < a->graph->edges.n; e++) {
		n_lossless += a->graph->edges.items[e].policy == EDGE_QUEUE;
		n_back += edge_looks_back(&a->graph->edges.items[e]);
	}
	if (a->done[PASS_deadlock])
		row(r, "no deadlock", "no cycle of firing inputs, and room at %s%s",
		    plural(r, n_lossless, "lossless input", "lossless inputs"),
		    n_back ? ", of which those that look back wait for the frame before only" : "");
	if (a->done[PASS_capacity])
		print_slow_joins(r);
	if (a->done[PASS_isolation])
		print_assertions(r);
	else
		row(r, "unknown", "an assertion does not hold, or there are other errors above");
	if (a->done[PASS_latency])
		print_latencies(r);
	row(r, "not proved",
	    "that the CPU is free when a node needs it; what a crash or a pause "
	    "delays");
}

/* ---- Processes ---- */

static const char *policy_words(const struct report *r, const struct graph_process *process)
{
	const char *end = process->end == FAILURE_STOP ? "the program stops"
	                                               : "the rest goes on without its frames";

	if (process->stall_ns)
		end = arena_printf(r->a->arena, "%s; a firing of more than %s is a crash", end,
		                   time_words(r->a->arena, process->stall_ns));
	if (!process->n_restarts)
		return end;
	return arena_printf(r->a->arena, "starts again at most %s in %s, then %s",
	                    plural(r, process->n_restarts, "time", "times"),
	                    time_words(r->a->arena, process->restart_per_ns), end);
}

/* Whether the workers claim frames: their first firing edge says so. */
static bool is_claiming(const struct graph *graph, uint32_t worker)
{
	const struct graph_node *node = &graph->nodes.items[worker];

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e != NO_ID && graph->edges.items[e].pool)
			return true;
	}
	return false;
}

/* Where a node runs, and how many of it: what a deploy says besides. */
static void print_placement(const struct report *r)
{
	const struct analysis *a = r->a;

	for (uint32_t n = 0; n < a->graph->nodes.n; n++)
		if (ordered_pool(a->graph, n) != NO_ID)
			row(r, node_name(a, n), "puts in order what %u workers make, %s",
			    a->graph->nodes.items[n].n_inputs,
			    is_claiming(a->graph, ordered_pool(a->graph, n))
			            ? "each of which claims the next frame"
			            : "which take frames in turns");
	for (uint32_t n = 0; n < a->graph->nodes.n; n++)
		if (a->graph->nodes.items[n].rest)
			row(r, node_name(a, n), "%s",
			    a->graph->nodes.items[n].rest == REST_MAY
			            ? "may rest"
			            : "is at rest from the start");
	for (uint32_t p = 0; p < a->graph->processes.n; p++) {
		const struct graph_process *process = &a->graph->processes.items[p];
		const char *cpu = "";
		if (process->cpu >= 0)
			cpu = process->cpu_last > process->cpu
			              ? arena_printf(a->arena, " on CPUs %d to %d", process->cpu,
			                             process->cpu_last)
			              : arena_printf(a->arena, " on CPU %d", process->cpu);
		if (*cpu || process->priority)
			row(r, process->name, "runs%s%s", cpu,
			    process->priority
			            ? arena_printf(a->arena, " with real-time priority %d",
			                           process->priority)
			            : "");
	}
}

/* What a deploy forbids a process. */
static void print_limits(const struct report *r)
{
	for (uint32_t p = 0; p < r->a->graph->processes.n; p++) {
		const struct graph_process *process = &r->a->graph->processes.items[p];
		struct words limits;
		words_init(&limits, r->a->arena, NAMES_SHOWN);
		if (process->memory_limit)
			words_add(&limits,
			          arena_printf(r->a->arena, "at most %s of its own memory",
			                       bytes_words(r->a->arena, process->memory_limit)));
		if (process->no_processes)
			words_add(&limits, "no process of its own");
		if (limits.n)
			row(r, process->name, "%s", words_join(&limits));
	}
}

static void print_processes(const struct report *r)
{
	const struct analysis *a = r->a;
	struct words plain;

	section(r, "crashes");
	words_init(&plain, a->arena, NAMES_SHOWN);
	for (uint32_t p = 0; p < a->graph->processes.n; p++) {
		const struct graph_process *process = &a->graph->processes.items[p];
		const char *name = process->name;
		if (process->nodes.n > 1) {
			struct words nodes;
			words_init(&nodes, a->arena, NAMES_SHOWN);
			for (size_t i = 0; i < process->nodes.n; i++)
				words_add(&nodes, node_name(a, process->nodes.items[i]));
			name = arena_printf(a->arena, "%s (%s)", name, words_join(&nodes));
		}
		if (!process->n_restarts && process->end == FAILURE_STOP && !process->stall_ns)
			words_add(&plain, name);
		else
			row(r, process->name, "%s%s", policy_words(r, process),
			    at_words(r, process->failure_at));
	}
	if (plain.n)
		row(r, "stop", "a crash of %s stops the program", words_join(&plain));
}

/* ---- What may be touched ---- */

static const char *touches_words(const struct report *r, const struct touches *touches)
{
	struct words words;

	words_init(&words, r->a->arena, NAMES_SHOWN);
	for (size_t i = 0; i < touches->n; i++)
		words_add(&words, touch_words(r->a, &touches->items[i]));
	return touches->n ? words_join(&words) : "nothing";
}

/* What a node of several has from the others. Expressions run no code of others. */
static void print_gained(const struct report *r, uint32_t n, const struct touches *all,
                         uint32_t undeclared)
{
	const struct graph_node *node = &r->a->graph->nodes.items[n];
	struct touches own = touches_of(r->a, n);
	struct touches gained = touches_gained(r->a, all, &own);

	if (!node->face->declared || node->face->parts.n)
		return;
	if (undeclared != NO_ID)
		row(r, "", "grouping gives %s everything", node->name);
	else if (gained.n)
		row(r, "", "grouping gives %s: %s", node->name, touches_words(r, &gained));
}

static bool process_settles(const struct report *r, const struct graph_process *process)
{
	for (size_t i = 0; i < process->nodes.n; i++) {
		const struct interface *face =
			r->a->graph->nodes.items[process->nodes.items[i]].face;
		if (!face->settled && !face->parts.n)
			return false;
	}
	return true;
}

static bool is_set_by_option(const struct touches *touches)
{
	for (size_t i = 0; i < touches->n; i++)
		if (touches->items[i].option)
			return true;
	return false;
}

static void print_touches(const struct report *r)
{
	bool by_option = false;

	section(r, "touches");
	for (uint32_t p = 0; p < r->a->graph->processes.n; p++) {
		const struct graph_process *process = &r->a->graph->processes.items[p];
		uint32_t undeclared;
		struct touches all = touches_of_process(r->a, p, &undeclared);
		const char *words = touches_words(r, &all);
		by_option = by_option || is_set_by_option(&all);
		if (undeclared != NO_ID && strcmp(node_name(r->a, undeclared), process->name) != 0)
			row(r, process->name, "undeclared: everything, for %s does not say",
			    node_name(r->a, undeclared));
		else if (undeclared != NO_ID)
			row(r, process->name, "undeclared: everything");
		else
			row(r, process->name, "%s%s", words,
			    all.n && process_settles(r, process) ? "; nothing new after init" : "");
		for (size_t i = 0; i < process->nodes.n && process->nodes.n > 1; i++)
			print_gained(r, process->nodes.items[i], &all, undeclared);
	}
	if (by_option)
		row(r, "an address",
		    "such as 'rtsp://…' as an option gives the network, and no "
		    "file");
}

/* ---- What is private ---- */

static bool has_private(const struct analysis *a)
{
	for (uint32_t s = 0; s < a->graph->streams.n && a->done[PASS_privacy]; s++)
		if (a->privacy[s].is_private)
			return true;
	return false;
}

static void print_private_stream(const struct report *r, uint32_t s)
{
	const struct stream_privacy *privacy = &r->a->privacy[s];
	const char *name = r->a->graph->streams.items[s].name;
	const char *from = r->a->graph->streams.items[privacy->from].name;

	if (privacy->is_released)
		row(r, name, "public, though from %s%s", from, at_words(r, privacy->at));
	else if (privacy->is_private && privacy->from == s)
		row(r, name, "private%s", at_words(r, privacy->at));
	else if (privacy->is_private)
		row(r, name, "private, from %s", from);
}

/* What may leave the program by a node; NULL: nothing. Expressions run no code of others. */
static const char *way_out(const struct report *r, uint32_t n)
{
	const struct graph_node *node = &r->a->graph->nodes.items[n];
	struct touches own = touches_of(r->a, n), all;
	uint32_t undeclared;

	if (node->face->parts.n)
		return NULL;
	if (!node->face->declared)
		return "undeclared: everything";
	if (own.n)
		return touches_words(r, &own);
	all = touches_of_process(r->a, node->process, &undeclared);
	if (!all.n && undeclared == NO_ID)
		return node->face->outputs.n ? NULL : "touches nothing";
	return arena_printf(r->a->arena, "by its process %s",
	                    undeclared != NO_ID ? "everything" : touches_words(r, &all));
}

static void print_private(const struct report *r)
{
	const struct analysis *a = r->a;

	section(r, "private");
	for (uint32_t s = 0; s < a->graph->streams.n; s++)
		print_private_stream(r, s);
	for (uint32_t n = 0; n < a->graph->nodes.n; n++) {
		struct ids streams = fact_private_read(a, n);
		const char *way = streams.n ? way_out(r, n) : NULL;
		struct words words;
		if (!way)
			continue;
		words_init(&words, a->arena, NAMES_SHOWN);
		for (size_t i = 0; i < streams.n; i++)
			words_add(&words, a->graph->streams.items[streams.items[i]].name);
		row(r, node_name(a, n), "takes %s: %s", words_join(&words), way);
	}
	row(r, "the console", "shows the values of none");
}

static void print_unread(const struct report *r)
{
	const struct analysis *a = r->a;
	struct words words;

	words_init(&words, a->arena, NAMES_SHOWN);
	for (uint32_t s = 0; s < a->graph->streams.n; s++)
		if (!a->has_channel[s])
			words_add(&words, a->graph->streams.items[s].name);
	if (words.n)
		row(r, "unread", "%s: no memory is spent on %s", words_join(&words),
		    words.n == 1 ? "it" : "them");
}

static bool is_placed(const struct graph *graph)
{
	bool placed = false;

	for (uint32_t n = 0; n < graph->nodes.n; n++)
		placed = placed || ordered_pool(graph, n) != NO_ID || graph->nodes.items[n].rest;
	for (uint32_t p = 0; p < graph->processes.n; p++)
		placed = placed || graph->processes.items[p].cpu >= 0 ||
		         graph->processes.items[p].priority;
	return placed;
}

static bool is_limited(const struct graph *graph)
{
	for (uint32_t p = 0; p < graph->processes.n; p++)
		if (graph->processes.items[p].memory_limit ||
		    graph->processes.items[p].no_processes)
			return true;
	return false;
}

static void fit_label(struct report *r, const char *label)
{
	size_t width = columns(label);

	if (width > r->label_width && width <= LABEL_MAX)
		r->label_width = width;
}

void pass_report(const struct analysis *analysis, FILE *file)
{
	struct report r = {analysis, file, 0};

	fit_label(&r, "never absent");
	for (uint32_t s = 0; s < analysis->graph->streams.n; s++)
		fit_label(&r, analysis->graph->streams.items[s].name);
	for (uint32_t n = 0; n < analysis->graph->nodes.n; n++)
		fit_label(&r, node_name(analysis, n));
	head(&r);
	print_memory(&r);
	if (analysis->done[PASS_memory])
		print_needs(&r);
	print_frames(&r);
	if (analysis->done[PASS_unused])
		print_unread(&r);
	print_loss(&r);
	print_waiting(&r);
	if (is_placed(analysis->graph)) {
		section(&r, "placement");
		print_placement(&r);
	}
	if (is_limited(analysis->graph)) {
		section(&r, "limits");
		print_limits(&r);
	}
	print_processes(&r);
	print_touches(&r);
	if (has_private(analysis))
		print_private(&r);
}
