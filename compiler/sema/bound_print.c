/* --dump=types: each node with its interface's types as they came out. */
#include "sema/bound.h"

static void print_sizes(const struct bound_node *node, FILE *file)
{
	for (size_t i = 0; i < node->face->generics.n; i++) {
		const struct generic *generic = &node->face->generics.items[i];
		fprintf(file, "  %s = ", generic->name);
		if (generic->kind == GENERIC_TYPE)
			fprintf(file, "%s\n", node->types[i] ? node->types[i]->name : "?");
		else if (generic->kind == GENERIC_FORMAT)
			fprintf(file, "%s\n", format_name(node->sizes[i]));
		else
			fprintf(file, "%llu\n", (unsigned long long)node->sizes[i]);
	}
}

static void print_memories(const struct bound_node *node, FILE *file)
{
	for (size_t i = 0; i < node->face->memories.n; i++)
		fprintf(file, "  memory %s: %s\n", node->face->memories.items[i].name,
		        node->memories[i]->name);
}

static void print_inputs(const struct bound *bound, const struct bound_node *node, FILE *file)
{
	static const char *const words[] = {"", "latest ", "sample "};
	for (size_t i = 0; i < node->inputs.n; i++) {
		const struct bound_input *input = &node->inputs.items[i];
		const struct port *port = &node->face->inputs.items[input->port];
		const struct bound_node *from = &bound->nodes.items[input->node];
		fprintf(file, "  in %s: %s%s = %s", port->name, port->type->name,
		        port->optional ? "?" : "", words[input->policy]);
		fprintf(file, "%s.%s", from->name,
		        from->face ? from->face->outputs.items[input->output].name : "?");
		if (input->first != input->last)
			fprintf(file, "[%d..%d]", input->first, input->last);
		else if (input->first != 0)
			fprintf(file, "[%d]", input->first);
		putc('\n', file);
	}
}

static void print_params(const struct bound_node *node, FILE *file)
{
	for (size_t i = 0; i < node->face->params.n; i++)
		fprintf(file, "  param %s: %s%s\n", node->face->params.items[i].name,
		        param_declared(&node->face->params.items[i])->name,
		        node->arguments[i] ? " given" : "");
}

void bound_print(const struct bound *bound, FILE *file)
{
	fprintf(file, "pipeline %s\n", bound->name);
	for (size_t i = 0; i < bound->params.n; i++)
		fprintf(file, "  param %s: %s\n", bound->params.items[i].name,
		        param_declared(&bound->params.items[i])->name);
	for (size_t i = 0; i < bound->nodes.n; i++) {
		const struct bound_node *node = &bound->nodes.items[i];
		fprintf(file, "%s: %s\n", node->name, node->face ? node->face->kind : "?");
		if (!node->face)
			continue;
		print_sizes(node, file);
		print_inputs(bound, node, file);
		print_params(node, file);
		print_memories(node, file);
		for (size_t k = 0; k < node->face->outputs.n; k++)
			fprintf(file, "  out %s: %s%s\n", node->face->outputs.items[k].name,
			        node->outputs[k]->name,
			        node->face->outputs.items[k].optional ? "?" : "");
	}
}
