#include "tool/nodes_page.h"
#include "base/file.h"
#include <stdlib.h>
#include <string.h>

struct page {
	struct buf *out;
	struct arena *arena;
	const char *root; /* of the tree */
};

/* ---- Texts ---- */

/* In a cell of a table; a line's end is a space there. */
static void put_cell(struct page *page, const char *text)
{
	for (; *text; text++)
		if (*text == '|')
			buf_puts(page->out, "\\|");
		else
			buf_putc(page->out, *text == '\n' ? ' ' : *text);
}

/* The lines of a comment are joined by spaces, so an empty one is two of them: a new paragraph. */
static void put_paragraphs(struct page *page, const char *text)
{
	for (; *text; text++)
		if (text[0] == ' ' && text[1] == ' ') {
			buf_puts(page->out, "\n\n");
			text++;
		} else {
			buf_putc(page->out, *text);
		}
	buf_putc(page->out, '\n');
}

/* "| `name` | `type` | what |"; a bar in a type would end the cell. */
static void put_row(struct page *page, const char *name, const char *type, const char *more,
                    const char *doc)
{
	buf_printf(page->out, "| `%s` | `%s`", name, type);
	put_cell(page, more);
	buf_puts(page->out, " | ");
	put_cell(page, doc);
	buf_puts(page->out, " |\n");
}

static void put_head(struct page *page, const char *what)
{
	buf_printf(page->out, "\n| %s | | |\n|---|---|---|\n", what);
}

/* ---- A node ---- */

static const char *port_note(const struct page *page, const struct port *port)
{
	bool marked = port->mark.word != PRIVACY_UNSAID;

	return arena_printf(page->arena, "%s%s%s%s", port->optional ? ", may be absent" : "",
	                    port->exact   ? ", exact"
	                    : port->lossy ? ", lossy"
	                                  : "",
	                    marked ? ", " : "", marked ? privacy_word(port->mark.word) : "");
}

static void put_ports(struct page *page, const char *what, const struct port *ports, size_t n)
{
	if (n)
		put_head(page, what);
	for (size_t i = 0; i < n; i++)
		put_row(page, ports[i].name, ports[i].type->name, port_note(page, &ports[i]),
		        ports[i].doc);
}

static void put_param(struct page *page, const struct param *param)
{
	char min[VALUE_TEXT_SIZE], max[VALUE_TEXT_SIZE];
	const char *more = param->initial.kind == VALUE_NONE
	                           ? ", must be given"
	                           : arena_printf(page->arena, " = `%s`", param->initial_text);

	if (param->has_range)
		more = arena_printf(page->arena, "%s, %s to %s", more,
		                    value_number_text(&param->min, min),
		                    value_number_text(&param->max, max));
	if (param->live || param->secret)
		more = arena_printf(page->arena, "%s, %s", more, param->live ? "live" : "secret");
	put_row(page, param->name, param_declared(param)->name, more, param->doc);
}

void nodes_put_arguments(struct buf *out, const struct command *command)
{
	char min[VALUE_TEXT_SIZE], max[VALUE_TEXT_SIZE];

	buf_putc(out, '(');
	for (size_t i = 0; i < command->arguments.n; i++) {
		const struct param *argument = &command->arguments.items[i];

		buf_printf(out, "%s%s: %s", i ? ", " : "", argument->name, argument->type->name);
		if (argument->initial_text)
			buf_printf(out, " = %s", argument->initial_text);
		if (argument->has_range)
			buf_printf(out, " in %s..%s", value_number_text(&argument->min, min),
			           value_number_text(&argument->max, max));
	}
	buf_putc(out, ')');
}

static void put_command(struct page *page, const struct command *command)
{
	struct buf arguments;

	buf_init(&arguments);
	nodes_put_arguments(&arguments, command);
	put_row(page, command->name, arguments.text,
	        command->answer ? arena_printf(page->arena, ", answers `%s`", command->answer->name)
	                        : "",
	        command->doc);
	buf_finish(&arguments);
}

/* "reads `source`, devices"; "nothing beyond its inputs and outputs". */
static void put_touches(struct page *page, const struct interface *node)
{
	buf_puts(page->out, "Touches ");
	if (!node->declared && !node->parts.n)
		buf_puts(page->out, "what it likes: it does not say");
	else if (!node->rights.n)
		buf_puts(page->out, "nothing beyond its inputs and outputs");
	for (size_t i = 0; i < node->rights.n; i++) {
		const struct right *right = &node->rights.items[i];

		buf_printf(page->out, "%s%s", i ? ", " : "", right_word(right->kind));
		if (right->path)
			buf_printf(page->out, " \"%s\"", right->path);
		if (right->param != NO_PARAM)
			buf_printf(page->out, " `%s`", node->params.items[right->param].name);
		if (right->when != NO_PARAM)
			buf_printf(page->out, " when `%s`", node->params.items[right->when].name);
	}
	buf_puts(page->out, ".");
}

static void put_facts(struct page *page, const struct interface *node)
{
	buf_puts(page->out, "\n");
	if (node->origin == ORIGIN_PACED)
		buf_puts(page->out, "An origin that waits for room and loses nothing. ");
	if (node->origin == ORIGIN_LIVE)
		buf_puts(page->out, "A live origin: it refuses frames that there is no room for. ");
	if (node->fires_any)
		buf_puts(page->out, "Fires on any of its inputs, and numbers its frames itself. ");
	if (node->makes)
		buf_printf(page->out, "Makes at most %u of one input. ", node->makes);
	if (node->wakes)
		buf_puts(page->out, "Fires by itself, too. ");
	if (node->flushes)
		buf_puts(page->out, "Gives what it has kept when its inputs end. ");
	if (node->stateless)
		buf_puts(page->out, "Keeps nothing from one frame to the next. ");
	put_touches(page, node);
	for (size_t i = 0; i < node->links.n; i++)
		buf_printf(page->out, "%s%s", i ? ", " : " Needs ", node->links.items[i]);
	buf_puts(page->out, node->links.n ? ".\n" : "\n");
}

/* The example, and the picture of what it makes. */
static void put_example(struct page *page, const struct interface *node)
{
	const char *path = arena_printf(page->arena, "%s/examples/nodes/%s.pkd", page->root,
	                                node->kind);
	const char *picture = arena_printf(page->arena, "%s/docs/nodes/%s.png", page->root,
	                                   node->kind);
	enum { MAX_EXAMPLE = 1 << 16 };
	size_t length;
	char *text;

	if (file_exists(path) && !file_read(page->arena, path, MAX_EXAMPLE, &text, &length))
		buf_printf(page->out, "\n```pkd\n%s```\n", text);
	if (file_exists(picture))
		buf_printf(page->out, "\n![What %s makes](nodes/%s.png)\n", node->kind, node->kind);
}

static void put_node(struct page *page, const struct interface *node)
{
	buf_printf(page->out, "\n### %s\n\n", node->kind);
	put_paragraphs(page, node->doc);
	put_ports(page, "input", node->inputs.items, node->inputs.n);
	put_ports(page, "output", node->outputs.items, node->outputs.n);
	if (node->params.n)
		put_head(page, "parameter");
	for (size_t i = 0; i < node->params.n; i++)
		put_param(page, &node->params.items[i]);
	if (node->commands.n)
		put_head(page, "command");
	for (size_t i = 0; i < node->commands.n; i++)
		put_command(page, &node->commands.items[i]);
	put_facts(page, node);
	put_example(page, node);
}

/* ---- A module ---- */

static void put_record(struct page *page, const struct record *record)
{
	put_head(page, arena_printf(page->arena, "type `%s`", record->kind));
	for (size_t i = 0; i < record->fields.n; i++)
		put_row(page, record->fields.items[i].name, record->fields.items[i].type->name, "",
		        record->fields.items[i].doc);
	buf_printf(page->out, "\n%s\n", record->doc);
}

static void put_types(struct page *page, const struct unit *unit)
{
	for (size_t i = 0; i < unit->records.n; i++)
		put_record(page, unit->records.items[i]);
	for (size_t i = 0; i < unit->enumerations.n; i++) {
		const struct enumeration *enumeration = unit->enumerations.items[i];

		buf_printf(page->out, "\n`%s` is one of ", enumeration->kind);
		for (size_t k = 0; k < enumeration->names.n; k++)
			buf_printf(page->out, "%s`%s`", k ? ", " : "", enumeration->names.items[k]);
		buf_printf(page->out, ". %s\n", enumeration->doc);
	}
	for (size_t i = 0; i < unit->constants.n; i++)
		buf_printf(page->out, "\n`%s.%s = %s`. %s\n", unit->module,
		           unit->constants.items[i].name, unit->constants.items[i].text,
		           unit->constants.items[i].doc);
}

static void put_module(struct page *page, const struct compilation *c, const char *module)
{
	buf_printf(page->out, "\n## %s\n", module);
	for (size_t u = 0; u < c->units.n; u++)
		if (strcmp(c->units.items[u]->module, module) == 0)
			put_types(page, c->units.items[u]);
	for (size_t u = 0; u < c->units.n; u++) {
		const struct unit *unit = c->units.items[u];

		for (size_t i = 0; strcmp(unit->module, module) == 0 && i < unit->nodes.n; i++)
			put_node(page, unit->nodes.items[i]);
	}
}

void nodes_page(struct arena *arena, const struct compilation *c, const char *root, struct buf *out)
{
	struct page page = {out, arena, root};
	struct map seen = {0};

	buf_puts(out, "# Nodes of the standard library\n\n"
	              "Written by `pkdc nodes --markdown`. `pkdc nodes NODE` says the same in a "
	              "terminal.\n");
	for (size_t u = 0; u < c->units.n; u++) {
		const char *module = c->units.items[u]->module;

		if (map_get(&seen, module))
			continue;
		map_put(arena, &seen, module, &seen);
		put_module(&page, c, module);
	}
}
