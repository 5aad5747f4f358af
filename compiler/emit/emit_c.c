/* The program in C: constant tables in the source's own names, each row with its place, and
 * pkd_main. Requires the tables of all passes. */
#include "base/file.h"
#include "base/quantity.h"
#include "emit/emit.h"
#include "emit/out.h"
#include "emit/program.h"
#include <inttypes.h>
#include <pkd/version.h>
#include <string.h>

/* ---- Names and places ---- */

const char *program_path(const struct program *p, uint32_t source)
{
	const char *path = p->graph->sources->list.items[source].path;

	if (source == p->graph->unit->source)
		return p->graph->source;
	if (path && path[0] == '/')
		return strrchr(path, '/') + 1;
	return path ? path : "?";
}

/* "people.pkd:14:5" */
static const char *place(const struct program *p, struct span span)
{
	struct position at = source_position(p->graph->sources, span.source, span.start);

	return arena_printf(p->arena, "%s:%u:%u", program_path(p, span.source), at.line, at.column);
}

/* "STREAM_cam_frame", or PKD_NONE. */
static const char *stream_constant(const struct program *p, uint32_t stream)
{
	if (stream == NO_ID || !p->stream_names[stream])
		return "PKD_NONE";
	return arena_printf(p->arena, "STREAM_%s", p->stream_names[stream]);
}

static uint32_t count_channels(const struct program *p)
{
	uint32_t n = 0;

	for (size_t i = 0; i < p->graph->streams.n; i++)
		n += p->stream_names[i] != NULL;
	return n;
}

static void field_time(struct out_row *row, const char *name, int64_t ns)
{
	if (!ns)
		return;
	out_field(row, ".%s = %lld", name, (long long)ns);
	out_field_comment(row, time_words(row->arena, ns));
}

/* ".inputs = cam_inputs" and how many; nothing for an empty table, which is not written. */
static void field_table(struct out_row *row, const char *field, const char *table, size_t n)
{
	if (!n)
		return;
	out_field(row, ".%s = %s", field, table);
	out_field(row, ".n_%s = %zu", strcmp(field, "param_table") == 0 ? "params" : field, n);
}

/* ---- Head ---- */

static void put_head(const struct program *p)
{
	const struct graph *graph = p->graph;

	out_comment(p->out, 0,
	            arena_printf(p->arena,
	                         "The program `%s`. Written by pkdc %s from %s: to change it, "
	                         "edit that file and run pkdc build again.",
	                         graph->name, PKD_VERSION, graph->source));
	emit_includes(p);
	buf_printf(p->out, "\nPKD_GENERATED_FOR(%d);\n", PKD_ABI);
	for (size_t i = 0, n = 0; i < p->faces.n; i++) {
		const struct interface *face = p->faces.items[i];
		if (face->parts.n || interface_is_python(face))
			continue; /* defined in this file */
		buf_printf(p->out, "%sextern const struct pkd_methods %s_methods;\n",
		           n++ ? "" : "\n", face->c_name);
	}
}

static void put_constants(const struct program *p)
{
	buf_puts(p->out, "\nenum {\n");
	for (size_t i = 0; i < p->graph->nodes.n; i++)
		buf_printf(p->out, "\tNODE_%s,\n", p->node_names[i]);
	buf_puts(p->out, "};\n");
	if (!count_channels(p))
		return;
	buf_puts(p->out, "\nenum {\n");
	for (size_t i = 0; i < p->graph->streams.n; i++)
		if (p->stream_names[i])
			buf_printf(p->out, "\tSTREAM_%s,\n", p->stream_names[i]);
	buf_puts(p->out, "};\n");
}

/* ---- Nodes ---- */

static void edge_fields(const struct program *p, struct out_row *row, uint32_t number)
{
	static const char *const policies[] = {
		[EDGE_QUEUE] = "PKD_QUEUE",
		[EDGE_LATEST] = "PKD_LATEST",
		[EDGE_SAMPLE] = "PKD_SAMPLE",
	};
	const struct graph_edge *edge = &p->graph->edges.items[number];

	out_field(row, ".at = %s", out_quote(p->arena, place(p, edge->at), 0));
	out_field(row, ".stream = %s", stream_constant(p, edge->stream));
	out_field(row, ".policy = %s", policies[edge->policy]);
	out_field(row, ".window = %u", p->analysis->window[number]);
	if (p->analysis->window_reason)
		out_field_comment(row, p->analysis->window_reason[number]);
	if (p->analysis->pins[number])
		out_field(row, ".n_pins = %u", p->analysis->pins[number]);
}

/* Which of the stream's values, and of which frames. */
static void edge_values(struct out_row *row, const struct graph_edge *edge)
{
	field_time(row, "max_age_ns", edge->max_age_ns);
	if (edge->first) {
		out_field(row, ".first = %d", edge->first);
		out_field(row, ".last = %d", edge->last);
	}
	if (edge->pool)
		out_field(row, ".pool = %u", edge->pool);
	if (edge->every_n)
		out_field(row, ".every_n = %u", edge->every_n);
	if (edge->every_from)
		out_field(row, ".every_from = %u", edge->every_from);
	field_time(row, "every_ns", edge->every_ns);
}

/* One slot: the connection of a port, or one of several. */
static void put_input(const struct program *p, const struct graph_node *node, uint32_t slot)
{
	const struct port *port = &node->face->inputs.items[node->input_ports[slot]];
	uint32_t edge = node->inputs[slot];
	struct out_row row = {.arena = p->arena, .depth = 1};

	out_field(&row, ".name = %s", out_quote(p->arena, port->name, 0));
	if (edge != NO_ID) {
		edge_fields(p, &row, edge);
	} else {
		out_field(&row, ".at = %s", out_quote(p->arena, place(p, node->at), 0));
		out_field(&row, ".stream = PKD_NONE");
		out_field(&row, ".policy = PKD_SAMPLE");
	}
	if (port->optional)
		out_field(&row, ".optional = true");
	if (node->input_ports[slot])
		out_field(&row, ".port = %u", node->input_ports[slot]);
	/* An expression reads one stream of arrays where a node would read a bank. */
	if (port->type->kind == TYPE_ARRAY && !node->face->parts.n)
		out_field(&row, ".many = true");
	if (edge != NO_ID)
		edge_values(&row, &p->graph->edges.items[edge]);
	out_row(p->out, "", &row, ",", false);
}

static void put_inputs(const struct program *p, size_t i)
{
	const struct graph_node *node = &p->graph->nodes.items[i];

	if (!node->n_inputs)
		return;
	buf_printf(p->out, "\nstatic const struct pkd_input %s_inputs[] = {\n", p->node_names[i]);
	for (uint32_t slot = 0; slot < node->n_inputs; slot++)
		put_input(p, node, slot);
	buf_puts(p->out, "};\n");
}

static void put_outputs(struct program *p, size_t i)
{
	const struct graph_node *node = &p->graph->nodes.items[i];

	if (!graph_n_streams(node))
		return;
	buf_printf(p->out, "\nstatic const struct pkd_output %s_outputs[] = {\n", p->node_names[i]);
	for (size_t k = 0; k < node->face->outputs.n; k++) {
		const struct type *type = p->graph->streams.items[node->outputs[k]].type;
		struct out_row row = {.arena = p->arena, .depth = 1};
		out_field(&row, ".name = %s",
		          out_quote(p->arena, node->face->outputs.items[k].name, 0));
		out_field(&row, ".stream = %s", stream_constant(p, node->outputs[k]));
		out_field(&row, ".type = &%s", type_describe(p->out, &p->described, type));
		if (node->face->outputs.items[k].optional && !node->face->parts.n)
			out_field(&row, ".optional = true");
		out_row(p->out, "", &row, ",", true);
	}
	for (size_t k = 0; k < node->marks.n; k++) {
		const struct graph_mark *mark = &node->marks.items[k];
		struct out_row row = {.arena = p->arena, .depth = 1};
		out_field_string(&row, "name", mark->name);
		out_field(&row, ".stream = %s",
		          stream_constant(p, node->outputs[node->face->outputs.n + k]));
		if (mark->of == NO_ID)
			out_field(&row, ".is_tick = true");
		else
			out_field(&row, ".stamps = &%s_outputs[%u]", p->node_names[i], mark->of);
		out_row(p->out, "", &row, ",", true);
	}
	buf_puts(p->out, "};\n");
}

static const char *param_constant(struct arena *arena, uint32_t param)
{
	return param == NO_PARAM ? "PKD_NONE" : arena_printf(arena, "%u", param);
}

static void put_right(const struct program *p, const struct interface *face,
                      const struct right *right)
{
	static const char *const kinds[] = {
#define RIGHT(name, word) "PKD_" #name,
#include "front/right.def"
#undef RIGHT
	};
	struct out_row row = {.arena = p->arena, .depth = 1};

	out_field(&row, ".kind = %s", kinds[right->kind]);
	if (right->path)
		out_field_string(&row, "path", right->path);
	out_field(&row, ".param = %s", param_constant(p->arena, right->param));
	if (right->param != NO_PARAM)
		out_field_comment(&row, face->params.items[right->param].name);
	out_field(&row, ".when = %s", param_constant(p->arena, right->when));
	if (right->when != NO_PARAM)
		out_field_comment(&row, face->params.items[right->when].name);
	out_row(p->out, "", &row, ",", true);
}

/* Per kind of node, shared by its instances. */
static void put_rights(const struct program *p)
{
	for (size_t i = 0; i < p->faces.n; i++) {
		const struct interface *face = p->faces.items[i];
		if (!face->rights.n)
			continue;
		buf_printf(p->out, "\nstatic const struct pkd_right %s[] = {\n",
		           program_table(p, face, "rights"));
		for (size_t k = 0; k < face->rights.n; k++)
			put_right(p, face, &face->rights.items[k]);
		buf_puts(p->out, "};\n");
	}
}

/* Which of the program's options a parameter is computed from, by their number. */
static void mark_options(const struct term *term, bool *used)
{
	if (!term)
		return;
	if (term->kind == TERM_OPTION)
		used[term->index] = true;
	for (size_t i = 0; i < term_n_operands(term); i++)
		mark_options(term_operand(term, i), used);
}

/* From which options each param is computed. */
static size_t put_derived(const struct program *p, size_t i)
{
	const struct graph_node *node = &p->graph->nodes.items[i];
	size_t n = 0, n_options = p->graph->params.n;

	for (size_t k = 0; k < node->face->params.n; k++) {
		bool *used = arena_alloc(p->arena, n_options + 1);
		mark_options(node->arguments[k], used);
		for (size_t option = 0; option < n_options; option++) {
			if (!used[option])
				continue;
			if (n++ == 0)
				buf_printf(p->out,
				           "\nstatic const struct pkd_derived %s_derived[] = {\n",
				           p->node_names[i]);
			buf_printf(p->out, "\t{%zu, %zu}, /* %s: --%s */\n", k, option,
			           node->face->params.items[k].name,
			           p->graph->params.items[option].name);
		}
	}
	if (n)
		buf_puts(p->out, "};\n");
	return n;
}

/* What survives a node's process as it is. */
static void put_memories(const struct program *p, size_t i)
{
	const struct graph_node *node = &p->graph->nodes.items[i];

	if (!node->face->memories.n)
		return;
	buf_printf(p->out, "\nstatic const struct pkd_memory %s_memories[] = {\n",
	           p->node_names[i]);
	for (size_t k = 0; k < node->face->memories.n; k++) {
		struct layout layout = {0};

		type_layout(node->memories[k], &layout);
		buf_printf(p->out, "\t{%llu}, /* %s: %s */\n", (unsigned long long)layout.size,
		           node->face->memories.items[k].name, node->memories[k]->name);
	}
	buf_puts(p->out, "};\n");
}

static bool reads_options(const struct term *term)
{
	bool reads = term->kind == TERM_OPTION;

	for (size_t i = 0; i < term_n_operands(term) && !reads; i++)
		reads = term_operand(term, i) && reads_options(term_operand(term, i));
	return reads;
}

static bool parts_read_options(const struct interface *face)
{
	for (size_t i = 0; i < face->parts.n; i++)
		if (reads_options(face->parts.items[i].term))
			return true;
	return false;
}

static void put_node(const struct program *p, size_t i, size_t n_derived)
{
	static const char *const origins[] = {
		[ORIGIN_NONE] = "PKD_NOT_ORIGIN",
		[ORIGIN_PACED] = "PKD_PACED",
		[ORIGIN_LIVE] = "PKD_LIVE",
	};
	const struct graph_node *node = &p->graph->nodes.items[i];
	const struct interface *face = node->face;
	const char *name = p->node_names[i];
	uint32_t params_of = graph_params_of(p->graph, (uint32_t)i);
	struct out_row row = {.arena = p->arena, .depth = 1};

	out_field_string(&row, "name", node->name);
	out_field_string(&row, "kind", face->kind);
	out_field_string(&row, "at", place(p, node->at));
	if (interface_is_python(face))
		out_field(&row, ".methods = &%s.methods", program_python(p, (uint32_t)i));
	else
		out_field(&row, ".methods = &%s_methods", face->c_name);
	if (!face->parts.n)
		out_field(&row, ".params = &%s_params", p->node_names[params_of]);
	if (params_of == i)
		field_table(&row, "param_table", program_table(p, face, "param_table"),
		            face->params.n);
	else if (face->params.n)
		out_field(&row, ".param_table = %s", program_table(p, face, "param_table"));
	field_table(&row, "derived", arena_printf(p->arena, "%s_derived", name), n_derived);
	field_table(&row, "inputs", arena_printf(p->arena, "%s_inputs", name), node->n_inputs);
	if (face->inputs.n)
		out_field(&row, ".n_ports = %zu", face->inputs.n);
	field_table(&row, "outputs", arena_printf(p->arena, "%s_outputs", name),
	            graph_n_streams(node));
	if (face->origin != ORIGIN_NONE || face->fires_any)
		out_field(&row, ".origin = %s",
		          origins[face->origin == ORIGIN_NONE ? ORIGIN_PACED : face->origin]);
	field_time(&row, "budget_ns", node->budget_ns);
	if (face->fires_any)
		out_field(&row, ".fires_any = true");
	if (face->makes)
		out_field(&row, ".makes = %" PRIu32, face->makes);
	if (face->flushes)
		out_field(&row, ".flushes = true");
	if (face->wakes)
		out_field(&row, ".wakes = true");
	if (node->rest)
		out_field(&row, ".rest = %s",
		          node->rest == REST_MAY ? "PKD_MAY_REST" : "PKD_STARTS_RESTING");
	if (face->persistent.n || face->pasts.n)
		out_field(&row, ".state_size = sizeof(struct %s_state)", face->c_name);
	field_table(&row, "memories", arena_printf(p->arena, "%s_memories", name),
	            face->memories.n);
	field_table(&row, "commands", program_table(p, face, "commands"), face->commands.n);
	field_table(&row, "rights", program_table(p, face, "rights"), face->rights.n);
	if (face->declared)
		out_field(&row, ".declared = true");
	if (face->settled)
		out_field(&row, ".settled = true");
	if (parts_read_options(face))
		out_field(&row, ".reads_options = true");
	if (node->orders)
		out_field(&row, ".orders = NODE_%s + 1", p->node_names[node->orders - 1]);
	out_row(p->out, "", &row, ",", false);
}

static void put_nodes(struct program *p)
{
	size_t *n_derived = arena_alloc(p->arena, (p->graph->nodes.n + 1) * sizeof *n_derived);

	put_rights(p);
	for (size_t i = 0; i < p->graph->nodes.n; i++) {
		n_derived[i] = graph_params_of(p->graph, (uint32_t)i) == i ? put_derived(p, i) : 0;
		put_inputs(p, i);
		put_outputs(p, i);
		put_memories(p, i);
		emit_python(p, (uint32_t)i);
	}
	buf_puts(p->out, "\n/* In the order of their constants. */\n"
	                 "static const struct pkd_node nodes[] = {\n");
	for (size_t i = 0; i < p->graph->nodes.n; i++)
		put_node(p, i, n_derived[i]);
	buf_puts(p->out, "};\n");
}

/* ---- Streams ---- */

/* "768 x 576 bgr24; 5 slots = 2 in the ring + 2 pinned + 1 loaned; 6.6 MiB" */
static const char *memory_text(struct arena *arena, const struct type *type,
                               const struct stream_memory *memory)
{
	const char *value = type->name, *pinned = "";

	if (type->kind == TYPE_IMAGE)
		value = arena_printf(arena, "%llu x %llu %s", (unsigned long long)type->n.value,
		                     (unsigned long long)type->height.value,
		                     format_name(type->format.value));
	if (memory->n_pins)
		pinned = arena_printf(arena, " + %u pinned", memory->n_pins);
	return arena_printf(arena, "%s; %u slots = %u in the ring%s + %u loaned; %s", value,
	                    memory->n_slots, memory->ring_size, pinned, memory->n_loans,
	                    bytes_words(arena, memory->bytes));
}

static void put_readers(const struct program *p, size_t i)
{
	const struct graph_stream *stream = &p->graph->streams.items[i];
	struct out_row readers = {.arena = p->arena};

	if (!stream->edges.n)
		return;
	for (size_t k = 0; k < stream->edges.n; k++) {
		const struct graph_edge *edge = &p->graph->edges.items[stream->edges.items[k]];
		out_field(&readers, "{NODE_%s, %u}", p->node_names[edge->node], edge->input);
	}
	out_row(p->out,
	        arena_printf(p->arena,
	                     "static const struct pkd_reader %s_readers[] = ", p->stream_names[i]),
	        &readers, ";", true);
}

static void put_stream(const struct program *p, size_t i)
{
	const struct graph_stream *stream = &p->graph->streams.items[i];
	const struct stream_memory *memory = &p->analysis->memory[i];
	struct out_row row = {.arena = p->arena, .depth = 1};

	out_comment(p->out, 1, memory_text(p->arena, stream->type, memory));
	out_field_string(&row, "name", stream->name);
	out_field_string(&row, "type", stream->type->name);
	out_field(&row, ".writer = NODE_%s", p->node_names[stream->node]);
	out_field(&row, ".output = %u", stream->output);
	out_field(&row, ".value_size = %u", memory->value_size);
	out_field(&row, ".slot_size = %u", memory->slot_size);
	out_field(&row, ".ring_size = %u", memory->ring_size);
	out_field(&row, ".n_slots = %u", memory->n_slots);
	if (p->analysis->privacy[i].is_private)
		out_field_string(
			&row, "private_at",
			path_base(source_at(p->graph->sources, p->analysis->privacy[i].at)));
	field_table(&row, "readers", arena_printf(p->arena, "%s_readers", p->stream_names[i]),
	            stream->edges.n);
	out_row(p->out, "", &row, ",", false);
}

static void put_streams(const struct program *p)
{
	if (!count_channels(p))
		return;
	buf_putc(p->out, '\n');
	for (size_t i = 0; i < p->graph->streams.n; i++)
		if (p->stream_names[i])
			put_readers(p, i);
	buf_puts(p->out, "\n/* In the order of their constants. */\n"
	                 "static const struct pkd_stream streams[] = {\n");
	for (size_t i = 0; i < p->graph->streams.n; i++)
		if (p->stream_names[i])
			put_stream(p, i);
	buf_puts(p->out, "};\n");
}

/* ---- Processes and the program ---- */

static void put_process(const struct program *p, const struct graph_process *process,
                        const char *name)
{
	struct out_row row = {.arena = p->arena, .depth = 1};

	out_field_string(&row, "name", process->name);
	field_table(&row, "nodes", arena_printf(p->arena, "%s_nodes", name), process->nodes.n);
	if (process->n_restarts)
		out_field(&row, ".n_restarts = %u", process->n_restarts);
	field_time(&row, "restart_per_ns", process->restart_per_ns);
	field_time(&row, "backoff_ns", process->backoff_ns);
	out_field(&row, ".end = %s",
	          process->end == FAILURE_ABSENT ? "PKD_FAIL_ABSENT" : "PKD_FAIL_STOP");
	field_time(&row, "stall_ns", process->stall_ns);
	out_field(&row, ".cpu = %d", process->cpu);
	out_field(&row, ".cpu_last = %d", process->cpu_last);
	if (process->priority)
		out_field(&row, ".priority = %d", process->priority);
	if (process->memory_limit) {
		out_field(&row, ".memory_limit = %" PRIu64, process->memory_limit);
		out_field_comment(&row, bytes_words(p->arena, process->memory_limit));
	}
	if (process->no_processes)
		out_field(&row, ".no_processes = true");
	out_row(p->out, "", &row, ",", false);
}

static void put_process_nodes(const struct program *p, const struct graph_process *process,
                              const char *name)
{
	struct out_row nodes = {.arena = p->arena};

	for (size_t i = 0; i < process->nodes.n; i++)
		out_field(&nodes, "NODE_%s", p->node_names[process->nodes.items[i]]);
	if (nodes.fields.n)
		out_row(p->out, arena_printf(p->arena, "static const uint32_t %s_nodes[] = ", name),
		        &nodes, ";", true);
}

static void put_processes(const struct program *p)
{
	const struct graph *graph = p->graph;

	buf_putc(p->out, '\n');
	for (size_t i = 0; i < graph->processes.n; i++)
		put_process_nodes(p, &graph->processes.items[i], p->process_names[i]);
	buf_puts(p->out, "\nstatic const struct pkd_process processes[] = {\n");
	for (size_t i = 0; i < graph->processes.n; i++)
		put_process(p, &graph->processes.items[i], p->process_names[i]);
	buf_puts(p->out, "};\n");
}

/* What a user may ask a running program for by another name than a node's or a stream's. */
static size_t put_names(const struct program *p)
{
	const struct graph *graph = p->graph;
	size_t n = 0;

	for (size_t i = 0; i < graph->n_texts; i++) {
		const struct bound_text *text = &graph->texts[i];
		struct out_row row = {.arena = p->arena};

		if (text->is_node)
			continue;
		if (n++ == 0)
			buf_puts(p->out, "\nstatic const struct pkd_name names[] = {\n");
		out_field_string(&row, "name", text->path);
		out_field_string(&row, "node", text->node);
		if (text->output)
			out_field_string(&row, "output", text->output);
		out_row(p->out, "", &row, ",", false);
	}
	if (n)
		buf_puts(p->out, "};\n");
	return n;
}

static void put_program(const struct program *p)
{
	size_t n_names = put_names(p);
	const struct graph *graph = p->graph;
	struct out_row row = {.arena = p->arena};

	out_field(&row, ".abi = PKD_ABI");
	out_field_string(&row, "name", graph->name);
	out_field_string(&row, "doc", graph->doc);
	out_field_string(&row, "source", graph->source);
	field_table(&row, "streams", "streams", count_channels(p));
	field_table(&row, "nodes", "nodes", graph->nodes.n);
	field_table(&row, "processes", "processes", graph->processes.n);
	field_table(&row, "names", "names", n_names);
	if (graph->params.n)
		out_field(&row, ".params = &options");
	field_table(&row, "param_table", p->option_table, graph->params.n);
	out_field(&row, ".memory = %llu", (unsigned long long)p->analysis->memory_total);
	out_field_comment(&row, bytes_words(p->arena, p->analysis->memory_total));
	if (graph->n_pools)
		out_field(&row, ".n_pools = %u", graph->n_pools);
	if (graph->spin_ns == NO_SPIN)
		out_field(&row, ".spin_ns = PKD_NO_SPIN");
	else
		field_time(&row, "spin_ns", graph->spin_ns);
	out_field(&row, ".bind = bind");
	buf_putc(p->out, '\n');
	out_row(p->out, "static const struct pkd_program program = ", &row, ";", false);
	buf_puts(p->out, "\nint main(int argc, char **argv)\n{\n"
	                 "\treturn pkd_main(&program, argc, argv);\n}\n");
}

void emit_program(const struct analysis *analysis, struct buf *out)
{
	struct program p = {
		.analysis = analysis,
		.graph = analysis->graph,
		.arena = analysis->arena,
		.out = out,
		.described = {.arena = analysis->arena},
	};

	p.described.names = &p.names;
	program_choose_names(&p);
	put_head(&p);
	put_constants(&p);
	emit_params(&p);
	emit_terms(&p);
	put_streams(&p);
	emit_commands(&p);
	put_nodes(&p);
	put_processes(&p);
	put_program(&p);
}
