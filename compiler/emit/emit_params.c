/* Parameters in the program's C: the pipeline's as options, each node's as what its call says. */
#include "emit/writer.h"
#include "sema/c_name.h"
#include <string.h>

/* Of one value of the parameter. */
static const struct type *item_of(const struct param *param)
{
	return param->type->kind == TYPE_ARRAY ? param->type->item : param->type;
}

static void describe_command(struct program *p, struct buf *types, const struct command *command)
{
	if (command->args)
		type_describe(types, &p->described, command->args);
	if (command->answer)
		type_describe(types, &p->described, command->answer);
}

/* A constant as its initializer. */
static const char *param_c(struct arena *arena, const struct param *param,
                           const struct value *value, size_t column)
{
	return param->bounded ? value_initializer(arena, value, param->bounded)
	                      : value_c(arena, value, param->type, column);
}

static void describe_types(struct program *p)
{
	struct buf types;

	buf_init(&types);
	for (size_t i = 0; i < p->graph->params.n; i++)
		if (item_of(&p->graph->params.items[i])->kind == TYPE_ENUM)
			type_describe(&types, &p->described, item_of(&p->graph->params.items[i]));
	for (size_t i = 0; i < p->faces.n; i++)
		for (size_t k = 0; k < p->faces.items[i]->params.n; k++)
			if (p->faces.items[i]->params.items[k].type->kind == TYPE_ENUM)
				type_describe(&types, &p->described,
				              p->faces.items[i]->params.items[k].type);
	for (size_t i = 0; i < p->faces.n; i++)
		for (size_t k = 0; k < p->faces.items[i]->commands.n; k++)
			describe_command(p, &types, &p->faces.items[i]->commands.items[k]);
	for (size_t i = 0; i < p->graph->nodes.n; i++) {
		const struct graph_node *node = &p->graph->nodes.items[i];
		for (size_t k = 0; k < node->face->generics.n; k++)
			if (node->face->generics.items[k].kind == GENERIC_TYPE && node->types[k])
				type_describe(&types, &p->described, node->types[k]);
		for (size_t k = 0; k < node->face->outputs.n; k++)
			type_describe(&types, &p->described,
			              p->graph->streams.items[node->outputs[k]].type);
	}
	if (types.length)
		buf_printf(
			p->out,
			"\n/* Types as they are known at run time: to nodes, and to what checks their values. */\n%s",
			types.text);
	buf_finish(&types);
}

static void put_bound(struct out_row *row, const char *name, const struct param *param,
                      const struct value *bound)
{
	if (type_is_fraction(item_of(param)))
		out_field(row, ".%s.number = %s", name,
		          out_float(row->arena,
		                    bound->kind == VALUE_FLOAT ? bound->f : (double)bound->i,
		                    false));
	else
		out_field(row, ".%s.whole = %s", name,
		          value_c(row->arena, bound, item_of(param), 0));
}

void emit_param_row(struct program *p, const char *struct_name, const struct param *param)
{
	struct out_row row = {.arena = p->arena, .depth = 1};

	out_field_string(&row, "name", param->name);
	out_field_string(&row, "doc", param->doc);
	out_field(&row, ".kind = %s", type_pkd_kind(item_of(param)));
	if (param->type->kind == TYPE_ARRAY)
		out_field(&row, ".n = %llu", (unsigned long long)param->type->n.value);
	out_field(&row, ".offset = offsetof(struct %s, %s)", struct_name,
	          c_member(row.arena, param->name));
	if (param->initial_text)
		out_field_string(&row, "initial", param->initial_text);
	if (param->bounded)
		out_field(&row, ".capacity = %llu", (unsigned long long)param->bounded->n.value);
	if (param->live)
		out_field(&row, ".live = true");
	if (param->secret)
		out_field(&row, ".secret = true");
	if (param->has_range) {
		out_field(&row, ".has_range = true");
		put_bound(&row, "min", param, &param->min);
		put_bound(&row, "max", param, &param->max);
	}
	if (item_of(param)->kind == TYPE_ENUM)
		out_field(&row, ".type = &%s",
		          type_describe(p->out, &p->described, item_of(param)));
	out_row(p->out, "", &row, ",", false);
}

/* Per kind of node, shared by its instances. */
static void put_param_tables(struct program *p)
{
	for (size_t i = 0; i < p->faces.n; i++) {
		const struct interface *face = p->faces.items[i];
		if (!face->params.n)
			continue;
		buf_printf(p->out, "\nstatic const struct pkd_param %s[] = {\n",
		           program_table(p, face, "param_table"));
		for (size_t k = 0; k < face->params.n; k++)
			emit_param_row(p, arena_printf(p->arena, "%s_params", face->c_name),
			               &face->params.items[k]);
		buf_puts(p->out, "};\n");
	}
}

/* The pipeline's parameters, as a struct, with their defaults, and as a table. */
static void put_options(struct program *p)
{
	const struct graph *graph = p->graph;
	struct out_row lines = {.arena = p->arena}, initial = {.arena = p->arena};

	if (!graph->params.n)
		return;
	for (size_t i = 0; i < graph->params.n; i++) {
		const struct param *param = &graph->params.items[i];
		const char *type = type_c_param(item_of(param)), *dimension = "";
		size_t column = OUT_TAB + strlen(param->name) + strlen(". = ");
		if (param->type->kind == TYPE_ARRAY)
			dimension = arena_printf(p->arena, "[%llu]",
			                         (unsigned long long)param->type->n.value);
		if (param->bounded)
			out_field(&lines, "%s;",
			          type_c_declaration(p->arena, param->bounded,
			                             c_member(p->arena, param->name), 1));
		else
			out_field(&lines, "%s%s%s%s;", type,
			          type[strlen(type) - 1] == '*' ? "" : " ",
			          c_member(p->arena, param->name), dimension);
		out_field_comment(&lines, param->doc);
		if (param->initial.kind != VALUE_NONE)
			out_field(&initial, ".%s = %s", c_member(p->arena, param->name),
			          param_c(p->arena, param, &param->initial, column));
	}
	buf_printf(p->out, "\n/* What the program's options set. */\nstruct %s {\n", p->options);
	out_lines(p->out, 1, lines.fields.items, lines.fields.n);
	buf_puts(p->out, "};\n\n");
	const char *head = arena_printf(p->arena, "static struct %s options", p->options);
	if (initial.fields.n)
		out_row(p->out, arena_printf(p->arena, "%s = ", head), &initial, ";", false);
	else
		buf_printf(p->out, "%s;\n", head);
	buf_printf(p->out, "\nstatic const struct pkd_param %s[] = {\n", p->option_table);
	for (size_t i = 0; i < graph->params.n; i++)
		emit_param_row(p, p->options, &graph->params.items[i]);
	buf_puts(p->out, "};\n");
}

/* ---- What each node is given ---- */

/* "node.param = a * b", for whoever cannot have that. */
static const char *say_unfit(const struct writer *w, const struct graph_node *node,
                             const struct param *param, const struct term *argument)
{
	const struct source *source = &w->p->graph->sources->list.items[argument->span.source];
	struct buf words;
	const char *text;

	buf_init(&words);
	buf_printf(&words, "%s.%s = ", node->name, param->name);
	if (argument->kind == TERM_OPTION) /* its text is the whole declaration */
		buf_puts(&words, w->p->graph->params.items[argument->index].name);
	else
		out_words(&words, source->text + argument->span.start,
		          argument->span.end - argument->span.start);
	buf_printf(&words, " has no value of type %s", param_declared(param)->name);
	text = out_quote(w->arena, words.text, 2 * OUT_TAB + strlen("return "));
	buf_finish(&words);
	return text;
}

static void bind_param(struct writer *w, struct out_row *row, const struct graph_node *node,
                       size_t i)
{
	const struct param *param = &node->face->params.items[i];
	const struct term *argument = node->arguments[i];
	size_t column = (row->depth + 1) * OUT_TAB + strlen(param->name) + strlen(". = ");

	if (!argument || argument->kind == TERM_CONST) {
		const struct value *value = argument ? &argument->value : &param->initial;
		if (value->kind != VALUE_NONE)
			out_field(row, ".%s = %s", c_member(row->arena, param->name),
			          param_c(w->arena, param, value, column));
		return;
	}
	if (param->bounded)
		return; /* once there is a place for it */
	w->unfit = say_unfit(w, node, param, argument);
	out_field(row, ".%s = %s", c_member(row->arena, param->name),
	          term_number(w, argument).text);
}

/* A string<n> that is computed: what it is may be too long. */
static void bind_text(struct writer *w, const struct graph_node *node, const char *node_name,
                      size_t i)
{
	const struct param *param = &node->face->params.items[i];
	const struct term *argument = node->arguments[i];
	const char *place, *text;

	if (!param->bounded || !argument || argument->kind == TERM_CONST)
		return;
	w->unfit = say_unfit(w, node, param, argument);
	text = term_number(w, argument).text;
	place = arena_printf(w->arena, "%s_params.%s", node_name, c_member(w->arena, param->name));
	const char *arguments[] = {arena_printf(w->arena, "&%s.len", place),
	                           arena_printf(w->arena, "%s.text", place),
	                           arena_printf(w->arena, "sizeof(%s.text)", place), text};
	out_call(w->out, w->depth, "if (!pkd_bind_string(", arguments, 4, "))");
	writer_say(w, "\t%s", writer_leave(w));
}

static void bind_generic(struct program *p, struct out_row *row, const struct graph_node *node,
                         size_t i)
{
	const struct generic *generic = &node->face->generics.items[i];

	switch (generic->kind) {
	case GENERIC_SIZE:
		out_field(row, ".%s = %llu", c_member(row->arena, generic->name),
		          (unsigned long long)node->sizes[i]);
		break;
	case GENERIC_FORMAT:
		out_field(row, ".%s = %s", c_member(row->arena, generic->name),
		          format_c_name(node->sizes[i]));
		break;
	case GENERIC_TYPE:
		if (node->types[i])
			out_field(row, ".%s = &%s", c_member(row->arena, generic->name),
			          type_describe(p->out, &p->described, node->types[i]));
		break;
	case GENERIC_UNKNOWN:
		break;
	}
}

static void put_binding(struct program *p, struct writer *w, size_t i)
{
	const struct graph_node *node = &p->graph->nodes.items[i];
	struct out_row row = {.arena = p->arena, .depth = 1};

	for (size_t k = 0; k < node->face->params.n; k++)
		bind_param(w, &row, node, k);
	for (size_t k = 0; k < node->face->generics.n; k++)
		bind_generic(p, &row, node, k);
	if (row.fields.n)
		out_row(p->out,
		        arena_printf(p->arena, "%s_params = (struct %s_params)", p->node_names[i],
		                     node->face->c_name),
		        &row, ";", true);
	for (size_t k = 0; k < node->face->params.n; k++)
		bind_text(w, node, p->node_names[i], k);
}

static void put_bind(struct program *p)
{
	struct writer w = {0};

	buf_putc(p->out, '\n');
	for (size_t i = 0; i < p->graph->nodes.n; i++)
		if (!p->graph->nodes.items[i].face->parts.n &&
		    graph_params_of(p->graph, (uint32_t)i) == i)
			buf_printf(p->out, "static struct %s_params %s_params;\n",
			           p->graph->nodes.items[i].face->c_name, p->node_names[i]);
	buf_puts(
		p->out,
		"\n/* What the calls say of each node, once the options are known. Returns what has no "
		"value. */\n"
		"static const char *bind(void)\n{\n");
	writer_init(&w, p, p->out, 1);
	for (size_t i = 0; i < p->graph->nodes.n; i++)
		if (graph_params_of(p->graph, (uint32_t)i) == i)
			put_binding(p, &w, i);
	buf_puts(p->out, "\treturn NULL;\n}\n");
}

void emit_params(struct program *p)
{
	describe_types(p);
	put_options(p);
	put_bind(p);
	put_param_tables(p);
}
