/* --dump=graph: one line a fact, in the order of the numbers; the same program, the same bytes. */
#include "graph/graph.h"

#include <inttypes.h>

/* What a parameter is given nests as deeply as the source's expression did; the parser bounds that,
 * this bounds graphs made by hand. */
#define ARGUMENT_DEPTH 256

static void print_string(const char *text, FILE *file)
{
	fputc('"', file);
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c == '"' || c == '\\')
			fprintf(file, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(file, "\\x%02x", c);
		else
			fputc(c, file);
	}
	fputc('"', file);
}

static void print_value(const struct value *value, FILE *file)
{
	switch (value->kind) {
	case VALUE_NONE:
		fputs("none", file);
		break;
	case VALUE_BOOL:
		fputs(value->i ? "true" : "false", file);
		break;
	case VALUE_INT:
		fprintf(file, "%" PRId64, value->i);
		break;
	case VALUE_FLOAT:
		fprintf(file, "%.17g", value->f);
		break;
	case VALUE_STRING:
		print_string(value->s, file);
		break;
	case VALUE_LIST:
	case VALUE_RECORD:
		for (size_t i = 0; i < value->n; i++) {
			fputs(i ? ", " : value->names ? "{" : "[", file);
			if (value->names)
				fprintf(file, "%s: ", value->names[i]);
			print_value(&value->items[i], file);
		}
		fputc(value->names ? '}' : ']', file);
		break;
	case VALUE_TIME:
		fprintf(file, "%" PRId64 "ns", value->i);
		break;
	case VALUE_RATE:
		fprintf(file, "%.17gfps", value->f);
		break;
	case VALUE_ENUM:
		if (value->i >= 0 && (uint64_t)value->i < value->enumeration->names.n)
			fputs(value->enumeration->names.items[value->i], file);
		break;
	}
}

static void print_argument(const struct graph *graph, const struct term *term, unsigned depth,
                           FILE *file);

static void print_call(const struct graph *graph, const struct term *term, unsigned depth,
                       FILE *file)
{
	fprintf(file, "%s(",
	        term->kind == TERM_TEXT     ? "text"
	        : term->kind == TERM_LENGTH ? "len"
	                                    : functions[term->function].word);
	if (term->left)
		print_argument(graph, term->left, depth + 1, file);
	for (size_t i = 0; i < term->n_items; i++) {
		fputs(i ? ", " : "", file);
		print_argument(graph, term->items[i], depth + 1, file);
	}
	if (term->kind == TERM_TEXT && term->index != TEXT_SHORTEST)
		fprintf(file, ", %" PRIu32, term->index);
	fputc(')', file);
}

static void print_argument(const struct graph *graph, const struct term *term, unsigned depth,
                           FILE *file)
{
	if (depth > ARGUMENT_DEPTH) {
		fputs("...", file);
		return;
	}
	switch ((int)term->kind) {
	case TERM_CALL:
	case TERM_TEXT:
	case TERM_LENGTH:
		print_call(graph, term, depth, file);
		break;
	case TERM_CONST:
		print_value(&term->value, file);
		break;
	case TERM_OPTION:
		fputs(graph->params.items[term->index].name, file);
		break;
	case TERM_CONVERT:
		if (functions[term->function].form == FORM_CAST)
			print_call(graph, term, depth, file);
		else
			print_argument(graph, term->left, depth + 1, file);
		break;
	case TERM_UNARY:
		fputs(term->op == OP_NOT ? "not " : "-", file);
		print_argument(graph, term->left, depth + 1, file);
		break;
	case TERM_BINARY:
		fputc('(', file);
		print_argument(graph, term->left, depth + 1, file);
		fprintf(file, " %s ", operators[term->op].word);
		print_argument(graph, term->right, depth + 1, file);
		fputc(')', file);
		break;
	case TERM_MINMAX:
		fputs(term->fold == FOLD_MIN ? "min(" : "max(", file);
		print_argument(graph, term->left, depth + 1, file);
		fputs(", ", file);
		print_argument(graph, term->right, depth + 1, file);
		fputc(')', file);
		break;
	case TERM_IF:
		fputs("if ", file);
		print_argument(graph, term->left, depth + 1, file);
		fputs(" then ", file);
		print_argument(graph, term->right, depth + 1, file);
		fputs(" else ", file);
		print_argument(graph, term->third, depth + 1, file);
		break;
	}
}

static void print_params(const struct graph *graph, FILE *file)
{
	for (size_t i = 0; i < graph->params.n; i++) {
		const struct param *param = &graph->params.items[i];
		char min[VALUE_TEXT_SIZE], max[VALUE_TEXT_SIZE];
		fprintf(file, "param %s: %s", param->name, param_declared(param)->name);
		if (param->initial_text)
			fprintf(file, " = %s", param->initial_text);
		if (param->has_range)
			fprintf(file, " in %s..%s", value_number_text(&param->min, min),
			        value_number_text(&param->max, max));
		fputc('\n', file);
	}
}

static void print_generics(const struct graph_node *node, FILE *file)
{
	for (size_t i = 0; i < node->face->generics.n; i++) {
		const struct generic *generic = &node->face->generics.items[i];
		fprintf(file, "%s%s = ", i ? ", " : "  <", generic->name);
		switch (generic->kind) {
		case GENERIC_SIZE:
			fprintf(file, "%" PRIu64, node->sizes[i]);
			break;
		case GENERIC_FORMAT:
			fputs(format_name(node->sizes[i]), file);
			break;
		case GENERIC_TYPE:
		case GENERIC_UNKNOWN:
			fputs(node->types[i] ? node->types[i]->name : "-", file);
			break;
		}
	}
	if (node->face->generics.n)
		fputc('>', file);
}

static void print_policy(const struct graph_edge *edge, FILE *file)
{
	if (edge->pool)
		fprintf(file, "claim(%u of %u) ", edge->every_from, edge->every_n);
	else if (edge->every_n && edge->every_from)
		fprintf(file, "every(%u from %u) ", edge->every_n, edge->every_from);
	else if (edge->every_n)
		fprintf(file, "every(%u) ", edge->every_n);
	if (edge->every_ns)
		fprintf(file, "every(%" PRId64 "ns) ", edge->every_ns);
	switch (edge->policy) {
	case EDGE_QUEUE:
		if (edge->count)
			fprintf(file, "queue(%u) ", edge->count);
		break;
	case EDGE_LATEST:
		fputs("latest", file);
		if (edge->count)
			fprintf(file, "(%u)", edge->count);
		fputc(' ', file);
		break;
	case EDGE_SAMPLE:
		fputs("sample", file);
		if (edge->max_age_ns)
			fprintf(file, "(max_age: %" PRId64 "ns)", edge->max_age_ns);
		fputc(' ', file);
		break;
	}
}

static void print_edge(const struct graph *graph, uint32_t e, FILE *file)
{
	const struct graph_edge *edge = &graph->edges.items[e];

	print_policy(edge, file);
	fprintf(file, "stream %u (%s)", edge->stream, graph->streams.items[edge->stream].name);
	if (edge->first < edge->last)
		fprintf(file, "[%d..%d]", edge->first, edge->last);
	else if (edge->first)
		fprintf(file, "[%d]", edge->first);
	fprintf(file, "  edge %u at %s\n", e, source_at(graph->sources, edge->at));
}

/* "in": of a bank "in[2]". */
static void print_slot(const struct graph_node *node, uint32_t slot, FILE *file)
{
	uint32_t port = node->input_ports[slot], first = slot;

	while (first > 0 && node->input_ports[first - 1] == port)
		first--;
	fprintf(file, "    in %s", node->face->inputs.items[port].name);
	if (first < slot || (slot + 1 < node->n_inputs && node->input_ports[slot + 1] == port))
		fprintf(file, "[%u]", slot - first);
	fputs(node->face->inputs.items[port].optional ? "? = " : " = ", file);
}

static void print_facts(const struct graph_node *node, FILE *file)
{
	if (node->face->fires_any)
		fputs("  fires any", file);
	if (node->face->makes)
		fprintf(file, "  makes %" PRIu32, node->face->makes);
	if (node->face->flushes)
		fputs("  flushes", file);
	if (node->face->wakes)
		fputs("  wakes", file);
	if (node->budget_ns)
		fprintf(file, "  budget %" PRId64 "ns", node->budget_ns);
	if (node->rate > 0)
		fprintf(file, "  rate %.15gHz", node->rate);
	if (node->rest)
		fputs(node->rest == REST_MAY ? "  may rest" : "  starts resting", file);
}

static void print_node(const struct graph *graph, uint32_t n, FILE *file)
{
	const struct graph_node *node = &graph->nodes.items[n];

	fprintf(file, "node %u %s: %s", n, node->name, node->face->kind);
	print_generics(node, file);
	print_facts(node, file);
	fprintf(file, "  process %u at %s\n", node->process, source_at(graph->sources, node->at));
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		print_slot(node, i, file);
		if (node->inputs[i] == NO_ID)
			fputs("nothing\n", file);
		else
			print_edge(graph, node->inputs[i], file);
	}
	for (size_t i = 0; i < node->face->params.n; i++) {
		const struct param *param = &node->face->params.items[i];
		fprintf(file, "    param %s = ", param->name);
		if (node->arguments[i])
			print_argument(graph, node->arguments[i], 0, file);
		else
			fprintf(file, "default %s",
			        param->initial_text ? param->initial_text : "(none)");
		fputc('\n', file);
	}
	for (size_t i = 0; i < graph_n_streams(node); i++)
		fprintf(file, "    out %s = stream %u\n", graph_output_name(node, i),
		        node->outputs[i]);
}

static void print_stream(const struct graph *graph, uint32_t s, FILE *file)
{
	const struct graph_stream *stream = &graph->streams.items[s];

	fprintf(file, "stream %u %s: %s%s, ", s, stream->name, stream->type->name,
	        stream->optional ? "?" : "");
	if (stream->mark.word != PRIVACY_UNSAID)
		fprintf(file, "%s, ", privacy_word(stream->mark.word));
	fputs("read by", file);
	for (size_t i = 0; i < stream->edges.n; i++) {
		const struct graph_edge *edge = &graph->edges.items[stream->edges.items[i]];
		fprintf(file, "%s %s.%s", i ? "," : "", graph->nodes.items[edge->node].name,
		        graph_edge_port(graph, edge)->name);
	}
	fputs(stream->edges.n ? "\n" : " nobody\n", file);
}

static void print_process(const struct graph *graph, uint32_t p, FILE *file)
{
	const struct graph_process *process = &graph->processes.items[p];

	fprintf(file, "process %u %s {", p, process->name);
	for (size_t i = 0; i < process->nodes.n; i++)
		fprintf(file, "%s %s", i ? "," : "",
		        graph->nodes.items[process->nodes.items[i]].name);
	fputs(" } on crash ", file);
	if (process->n_restarts)
		fprintf(file, "restart %u per %" PRId64 "ns backoff %" PRId64 "ns then ",
		        process->n_restarts, process->restart_per_ns, process->backoff_ns);
	fputs(process->end == FAILURE_STOP ? "stop" : "absent", file);
	if (process->stall_ns)
		fprintf(file, "  stall %" PRId64 "ns", process->stall_ns);
	if (process->cpu >= 0)
		fprintf(file, "  cpu %d..%d", process->cpu, process->cpu_last);
	if (process->priority)
		fprintf(file, "  priority %d", process->priority);
	if (process->memory_limit)
		fprintf(file, "  memory %" PRIu64, process->memory_limit);
	if (process->no_processes)
		fputs("  processes 0", file);
	fputc('\n', file);
}

static void print_assertion(const struct graph *graph, const struct graph_assertion *assertion,
                            FILE *file)
{
	const struct graph_node *nodes = graph->nodes.items;

	switch (assertion->kind) {
	case ASSERT_INDEPENDENT:
		fprintf(file, "assert independent(%s, %s)", nodes[assertion->a].name,
		        nodes[assertion->b].name);
		break;
	case ASSERT_LIVE:
		fprintf(file, "assert live(%s -> %s)", nodes[assertion->a].name,
		        nodes[assertion->b].name);
		break;
	case ASSERT_MEMORY:
		fprintf(file, "assert memory <= %" PRIu64, assertion->limit);
		break;
	case ASSERT_LATENCY:
		fprintf(file, "assert latency(%s -> %s) <= %" PRIu64 "ns", nodes[assertion->a].name,
		        nodes[assertion->b].name, assertion->limit);
		break;
	}
	fprintf(file, "  at %s\n", source_at(graph->sources, assertion->at));
}

void graph_print(const struct graph *graph, FILE *file)
{
	fprintf(file, "pipeline %s of %s\n", graph->name, graph->source);
	print_params(graph, file);
	for (uint32_t n = 0; n < graph->nodes.n; n++)
		print_node(graph, n, file);
	for (uint32_t s = 0; s < graph->streams.n; s++)
		print_stream(graph, s, file);
	for (uint32_t p = 0; p < graph->processes.n; p++)
		print_process(graph, p, file);
	if (graph->spin_ns)
		fprintf(file, "wait spin %" PRId64 "ns\n",
		        graph->spin_ns == NO_SPIN ? 0 : graph->spin_ns);
	for (size_t i = 0; i < graph->asserts.n; i++)
		print_assertion(graph, &graph->asserts.items[i], file);
}
