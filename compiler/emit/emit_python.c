/* Nodes in Python: for each a struct pkd_python with what its interpreter must know. Where the
 * interpreter and the sources lie is no part of the program's C, which is the same wherever it is
 * built: tool/python.c writes that beside it. */
#include "emit/emit.h"
#include "emit/out.h"
#include "emit/program.h"
#include "sema/c_name.h"
#include <string.h>

void emit_python_sources(const struct graph *graph, struct arena *arena,
                         struct python_sources *ret_sources)
{
	for (size_t i = 0; i < graph->nodes.n; i++) {
		const struct interface *face = graph->nodes.items[i].face;
		bool known = !interface_is_python(face);

		for (size_t k = 0; k < ret_sources->n && !known; k++)
			known = ret_sources->items[k].unit == face->unit &&
			        strcmp(ret_sources->items[k].path, face->sources.items[0]) == 0;
		if (!known)
			vec_push(arena, ret_sources,
			         (struct python_source){face->sources.items[0], face->unit});
	}
}

static size_t number_of(const struct program *p, const struct interface *face)
{
	struct python_sources sources = {0};
	size_t i = 0;

	emit_python_sources(p->graph, p->arena, &sources);
	while (i < sources.n && (sources.items[i].unit != face->unit ||
	                         strcmp(sources.items[i].path, face->sources.items[0]) != 0))
		i++;
	return i;
}

const char *program_python(const struct program *p, uint32_t node)
{
	return arena_printf(p->arena, "%s_python", p->node_names[node]);
}

/* Of one value: an element of a bank or of a window. NULL: nothing is connected. */
static const struct type *input_type(const struct program *p, const struct graph_node *node,
                                     uint32_t port, uint32_t *ret_n)
{
	const struct type *type = NULL;

	*ret_n = 0;
	for (uint32_t slot = 0; slot < node->n_inputs; slot++) {
		uint32_t edge = node->inputs[slot];

		if (node->input_ports[slot] != port)
			continue;
		*ret_n += 1;
		if (edge == NO_ID)
			continue;
		const struct graph_edge *e = &p->graph->edges.items[edge];
		*ret_n += (uint32_t)(e->last - e->first);
		type = p->graph->streams.items[e->stream].type;
	}
	return type;
}

static void put_inputs(struct program *p, uint32_t i)
{
	const struct graph_node *node = &p->graph->nodes.items[i];
	const struct interface *face = node->face;

	if (!face->inputs.n)
		return;
	buf_printf(p->out, "\nstatic const struct pkd_python_port %s_python_inputs[] = {\n",
	           p->node_names[i]);
	for (uint32_t k = 0; k < face->inputs.n; k++) {
		const struct port *port = &face->inputs.items[k];
		struct out_row row = {.arena = p->arena, .depth = 1};
		uint32_t n;
		const struct type *type = input_type(p, node, k, &n);

		out_field_string(&row, "name", port->name);
		if (type)
			out_field(&row, ".type = &%s", type_describe(p->out, &p->described, type));
		if (port->type->kind == TYPE_ARRAY)
			out_field(&row, ".n = %u", n);
		if (port->optional)
			out_field(&row, ".optional = true");
		out_row(p->out, "", &row, ",", true);
	}
	buf_puts(p->out, "};\n");
}

static void put_outputs(struct program *p, uint32_t i)
{
	const struct graph_node *node = &p->graph->nodes.items[i];
	const struct interface *face = node->face;

	if (!face->outputs.n)
		return;
	buf_printf(p->out, "\nstatic const struct pkd_python_port %s_python_outputs[] = {\n",
	           p->node_names[i]);
	for (size_t k = 0; k < face->outputs.n; k++) {
		const struct type *type = p->graph->streams.items[node->outputs[k]].type;
		struct out_row row = {.arena = p->arena, .depth = 1};

		out_field_string(&row, "name", face->outputs.items[k].name);
		out_field(&row, ".type = &%s", type_describe(p->out, &p->described, type));
		if (face->outputs.items[k].optional)
			out_field(&row, ".optional = true");
		out_row(p->out, "", &row, ",", true);
	}
	buf_puts(p->out, "};\n");
}

static size_t put_sizes(struct program *p, uint32_t i)
{
	const struct interface *face = p->graph->nodes.items[i].face;
	size_t n = 0;

	for (size_t k = 0; k < face->generics.n; k++) {
		const struct generic *generic = &face->generics.items[k];

		if (generic->kind == GENERIC_TYPE)
			continue;
		if (n++ == 0)
			buf_printf(p->out,
			           "\nstatic const struct pkd_python_size %s_python_sizes[] = {\n",
			           p->node_names[i]);
		buf_printf(p->out, "\t{\"%s\", offsetof(struct %s_params, %s)},\n", generic->name,
		           face->c_name, c_member(p->arena, generic->name));
	}
	if (n)
		buf_puts(p->out, "};\n");
	return n;
}

/* Its persistent state as a record, whose struct has no name in the language. */
static void put_state(struct program *p, uint32_t i)
{
	const struct interface *face = p->graph->nodes.items[i].face;
	const char *name = p->node_names[i];
	struct out_row fields = {.arena = p->arena}, row = {.arena = p->arena};

	if (!face->persistent.n)
		return;
	for (size_t k = 0; k < face->persistent.n; k++) {
		const struct state_field *field = &face->persistent.items[k];

		out_field(&fields, "{\"%s\", &%s, offsetof(struct %s_state, %s)}", field->name,
		          type_describe(p->out, &p->described, field->type), face->c_name,
		          c_member(p->arena, field->name));
	}
	buf_putc(p->out, '\n');
	out_row(p->out,
	        arena_printf(p->arena, "static const struct pkd_field %s_python_fields[] = ", name),
	        &fields, ";", false);
	out_field(&row, ".kind = PKD_RECORD");
	out_field(&row, ".name = \"state\"");
	out_field(&row, ".size = sizeof(struct %s_state)", face->c_name);
	out_field(&row, ".align = _Alignof(struct %s_state)", face->c_name);
	out_field(&row, ".n = %zu", face->persistent.n);
	out_field(&row, ".fields = %s_python_fields", name);
	out_row(p->out,
	        arena_printf(p->arena, "static const struct pkd_type %s_python_state = ", name),
	        &row, ";", true);
}

static void put_memories(struct program *p, uint32_t i)
{
	const struct interface *face = p->graph->nodes.items[i].face;

	if (!face->memories.n)
		return;
	buf_printf(p->out, "\nstatic const char *const %s_python_memories[] = {\n",
	           p->node_names[i]);
	for (size_t k = 0; k < face->memories.n; k++)
		buf_printf(p->out, "\t\"%s\",\n", face->memories.items[k].name);
	buf_puts(p->out, "};\n");
}

void emit_python(struct program *p, uint32_t i)
{
	const struct interface *face = p->graph->nodes.items[i].face;
	const char *name = p->node_names[i];
	struct out_row row = {.arena = p->arena};

	if (!interface_is_python(face))
		return;
	put_inputs(p, i);
	put_outputs(p, i);
	size_t n_sizes = put_sizes(p, i);
	put_state(p, i);
	put_memories(p, i);
	out_field(&row, ".methods = PKD_PYTHON_METHODS");
	out_field(&row, ".interpreter = &pkd_interpreter");
	out_field(&row, ".source = %zu", number_of(p, face));
	out_field_comment(&row, face->sources.items[0]);
	out_field_string(&row, "name", face->name);
	if (face->inputs.n) {
		out_field(&row, ".inputs = %s_python_inputs", name);
		out_field(&row, ".n_inputs = %zu", face->inputs.n);
	}
	if (face->outputs.n) {
		out_field(&row, ".outputs = %s_python_outputs", name);
		out_field(&row, ".n_outputs = %zu", face->outputs.n);
	}
	if (n_sizes) {
		out_field(&row, ".sizes = %s_python_sizes", name);
		out_field(&row, ".n_sizes = %zu", n_sizes);
	}
	if (face->params.n)
		out_field(&row, ".n_params = %zu", face->params.n);
	if (face->persistent.n)
		out_field(&row, ".state = &%s_python_state", name);
	if (face->memories.n)
		out_field(&row, ".memories = %s_python_memories", name);
	buf_putc(p->out, '\n');
	out_row(p->out,
	        arena_printf(p->arena,
	                     "static const struct pkd_python %s = ", program_python(p, i)),
	        &row, ";", false);
}
