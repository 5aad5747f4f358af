/* pkdc nodes: the standard library, from its own declarations. */
#include "base/text.h"
#include "tool/nodes_page.h"
#include "tool/tool.h"
#include <stdio.h>
#include <string.h>

/* Its length. */
static int first_line(const char *doc)
{
	return (int)strcspn(doc, "\n");
}

/* Of the first line. A full stop ends it before a space. */
static int first_sentence(const char *doc)
{
	int line = first_line(doc);
	for (int i = 0; i + 1 < line; i++)
		if (doc[i] == '.' && doc[i + 1] == ' ' && i > 0 && doc[i - 1] != '.')
			return i + 1;
	return line;
}

static void print_doc(const char *indent, const char *doc)
{
	while (*doc) {
		int length = first_line(doc);
		printf("%s%.*s\n", indent, length, doc);
		doc += length + (doc[length] == '\n');
	}
}

static void print_ports(const char *title, const struct port *ports, size_t n)
{
	if (n)
		printf("\n%s\n", title);
	for (size_t i = 0; i < n; i++) {
		printf("  %s%s%s: %s%s\n",
		       ports[i].exact   ? "exact "
		       : ports[i].lossy ? "lossy "
		                        : "",
		       privacy_before(ports[i].mark.word), ports[i].name, ports[i].type->name,
		       ports[i].optional ? "?" : "");
		print_doc("      ", ports[i].doc);
	}
}

static void print_param(const struct param *param)
{
	char min[VALUE_TEXT_SIZE], max[VALUE_TEXT_SIZE];
	printf("  %s: %s", param->name, param_declared(param)->name);
	if (param->initial.kind == VALUE_NONE)
		printf(", must be given");
	else
		printf(" = %s", param->initial_text);
	if (param->has_range)
		printf(", from %s to %s", value_number_text(&param->min, min),
		       value_number_text(&param->max, max));
	puts(param->live ? ", may change while it runs" : param->secret ? ", secret" : "");
	print_doc("      ", param->doc);
}

static void print_command(const struct command *command)
{
	struct buf arguments;

	buf_init(&arguments);
	nodes_put_arguments(&arguments, command);
	printf("  %s%s%s%s\n", command->name, arguments.text, command->answer ? " -> " : "",
	       command->answer ? command->answer->name : "");
	buf_finish(&arguments);
	print_doc("      ", command->doc);
}

static void print_touches(const struct interface *node)
{
	if (!node->declared && !node->parts.n)
		puts("\ntouches: not declared, it may be everything");
	else if (!node->rights.n)
		puts("\ntouches nothing beyond its inputs and outputs");
	else
		puts("\ntouches");
	for (size_t i = 0; i < node->rights.n; i++) {
		const struct right *right = &node->rights.items[i];
		printf("  %s", right_word(right->kind));
		if (right->path)
			printf(" \"%s\"", right->path);
		if (right->param != NO_PARAM)
			printf(" %s", node->params.items[right->param].name);
		if (right->when != NO_PARAM)
			printf(" when %s", node->params.items[right->when].name);
		putchar('\n');
	}
	if (node->settled)
		puts("  settled after init");
}

static void print_firing(const struct interface *node)
{
	if (node->fires_any)
		puts("\nfires on any of its inputs, and numbers its frames itself");
	if (node->makes)
		printf("\nmakes up to %u value%s of one input\n", node->makes,
		       node->makes == 1 ? "" : "s");
	if (node->wakes)
		puts("\nwakes: it also fires by itself, without an input");
	if (node->flushes)
		puts("\nflushes: it is called once more, or oftener, when its inputs have ended");
}

static void print_facts(const struct interface *node)
{
	for (size_t i = 0; i < node->generics.n; i++) {
		const struct generic *generic = &node->generics.items[i];
		if (i == 0)
			puts("\nsizes and types");
		printf("  %s", generic->name);
		if (generic->has_initial && generic->kind == GENERIC_FORMAT)
			printf(" = %s", format_name(generic->initial));
		else if (generic->has_initial)
			printf(" = %llu", (unsigned long long)generic->initial);
		putchar('\n');
	}
	if (node->origin == ORIGIN_PACED)
		puts("\norigin, paced: it waits for room and loses nothing");
	if (node->origin == ORIGIN_LIVE)
		puts("\norigin, live: it refuses frames that there is no room for");
	print_firing(node);
	if (node->stateless)
		puts("\nstateless");
	print_touches(node);
	for (size_t i = 0; i < node->links.n; i++)
		printf("%s%s%s", i ? " " : "\nneeds ", node->links.items[i],
		       i + 1 == node->links.n ? "\n" : "");
}

static void print_node(const struct interface *node)
{
	printf("%s\n", node->kind);
	print_doc("  ", node->doc);
	print_ports("inputs", node->inputs.items, node->inputs.n);
	print_ports("outputs", node->outputs.items, node->outputs.n);
	for (size_t i = 0; i < node->params.n; i++) {
		if (i == 0)
			puts("\nparameters");
		print_param(&node->params.items[i]);
	}
	for (size_t i = 0; i < node->commands.n; i++) {
		if (i == 0)
			puts("\ncommands");
		print_command(&node->commands.items[i]);
	}
	print_facts(node);
}

/* All nodes of a module, or of all modules when `module` is NULL. Returns how many. */
static size_t list_nodes(const struct compilation *c, const char *module)
{
	size_t n = 0;
	for (size_t u = 0; u < c->units.n; u++) {
		const struct unit *unit = c->units.items[u];
		if (module && strcmp(module, unit->module) != 0)
			continue;
		for (size_t i = 0; i < unit->nodes.n; i++) {
			const struct interface *node = unit->nodes.items[i];
			printf("%-18s %.*s\n", node->kind, first_sentence(node->doc), node->doc);
			n++;
		}
	}
	return n;
}

/* ---- What else a module declares ---- */

static void print_record(const struct record *record)
{
	printf("\n%s\n", record->kind);
	print_doc("  ", record->doc);
	for (size_t i = 0; i < record->fields.n; i++) {
		printf("  %s: %s\n", record->fields.items[i].name,
		       record->fields.items[i].type->name);
		print_doc("      ", record->fields.items[i].doc);
	}
}

static void print_enumeration(const struct enumeration *enumeration)
{
	printf("\n%s\n", enumeration->kind);
	print_doc("  ", enumeration->doc);
	for (size_t i = 0; i < enumeration->names.n; i++)
		printf("%s%s", i ? ", " : "  one of ", enumeration->names.items[i]);
	putchar('\n');
}

static void print_constant(const char *module, const struct constant *constant)
{
	printf("\n%s.%s = %s\n", module, constant->name, constant->text);
	print_doc("  ", constant->doc);
}

/* Types with their fields, enums and constants of a module. */
static void list_types(const struct compilation *c, const char *module)
{
	for (size_t u = 0; u < c->units.n; u++) {
		const struct unit *unit = c->units.items[u];
		if (strcmp(module, unit->module) != 0)
			continue;
		for (size_t i = 0; i < unit->records.n; i++)
			print_record(unit->records.items[i]);
		for (size_t i = 0; i < unit->enumerations.n; i++)
			print_enumeration(unit->enumerations.items[i]);
		for (size_t i = 0; i < unit->constants.n; i++)
			print_constant(module, &unit->constants.items[i]);
	}
}

static const struct interface *find_node(const struct compilation *c, const char *kind)
{
	for (size_t u = 0; u < c->units.n; u++) {
		const struct unit *unit = c->units.items[u];
		for (size_t i = 0; i < unit->nodes.n; i++) {
			if (strcmp(unit->nodes.items[i]->kind, kind) == 0)
				return unit->nodes.items[i];
		}
	}
	return NULL;
}

static int report_unknown(struct tool *tool, const struct compilation *c)
{
	VEC(const char *) names = {0};
	for (size_t u = 0; u < c->units.n; u++) {
		const struct unit *unit = c->units.items[u];
		vec_push(tool->arena, &names, unit->module);
		for (size_t i = 0; i < unit->nodes.n; i++)
			vec_push(tool->arena, &names, unit->nodes.items[i]->kind);
	}
	complain("there is no node or module '%s'", tool->operand);
	for (size_t i = 0; i < names.n; i++) {
		const char *dot = strchr(names.items[i], '.');
		if (dot && strcmp(dot + 1, tool->operand) == 0) {
			complain("did you mean '%s'?", names.items[i]);
			return STATUS_FAILED;
		}
	}
	const char *nearest = text_nearest(tool->operand, names.items, names.n);
	if (nearest)
		complain("did you mean '%s'?", nearest);
	return STATUS_FAILED;
}

static int write_page(struct tool *tool, const struct compilation *c)
{
	struct buf out;
	buf_init(&out);
	nodes_page(tool->arena, c, tool->library.root, &out);
	int status = tool_write(tool, out.text, out.length);
	buf_finish(&out);
	return status;
}

int tool_nodes(struct tool *tool)
{
	struct compilation c;
	int status = compile_stdlib(&c, tool->library.stdlib) == 0 ? 0 : STATUS_FAILED;
	if (status && !c.diags.n_errors)
		complain("cannot read the standard library '%s'", tool->library.stdlib);
	tool_print_messages(&c);
	const char *name = tool->operand;
	const struct interface *node = name ? find_node(&c, name) : NULL;
	if (tool->option[OPTION_MARKDOWN] && !status)
		status = write_page(tool, &c);
	else if (node)
		print_node(node);
	else if (list_nodes(&c, name) == 0 && !status)
		status = report_unknown(tool, &c);
	if (name && !node && !status)
		list_types(&c, name);
	compile_finish(&c);
	return status;
}
