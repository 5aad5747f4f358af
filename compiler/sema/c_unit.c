/* The names that the header of a .pkd file declares in C, as emit_header writes them. */
#include "sema/c_unit.h"
#include "sema/c_name.h"
#include "sema/scope.h"
#include <string.h>

/* ---- The structs of ports ---- */

const struct type *c_port_type(const struct port *port)
{
	const struct type *type = port->type;

	if (type->kind == TYPE_ARRAY)
		type = type->item;
	if (type != port->type && !type_is_concrete(type))
		return NULL;
	if (type->kind == TYPE_STRING || type->kind == TYPE_BYTES)
		return type;
	return type->kind == TYPE_LIST && type_is_concrete(type->item) ? type : NULL;
}

struct port c_answer_port(const struct command *command)
{
	return (struct port){.name = command->name, .type = command->answer};
}

/* A node has structs of its own that are called like that. */
const char *c_port_struct(struct arena *arena, const struct interface *node,
                          const struct port *port)
{
	bool own = strcmp(port->name, "params") == 0 || strcmp(port->name, "state") == 0;

	return c_name_of_tag(
		arena, arena_printf(arena, own ? "%s_%s_" : "%s_%s", node->c_name, port->name));
}

/* ---- All of a unit ---- */

/* What stands behind a node's name in those that a node has: struct NAME_state only where it keeps
 * something. */
static const char *const node_tags[] = {"", "_params", "_in", "_out", "_state"};
static const char *const node_names[] = {"_init", "_step", "_finish", "_methods"};
enum {
	N_TAGS = sizeof node_tags / sizeof *node_tags,
	N_NAMES = sizeof node_names / sizeof *node_names
};

struct declaring {
	struct arena *arena;
	struct c_declarations *all;
	struct c_declared whose; /* what is the same of several */
};

static void declare(struct declaring *d, bool tag, const char *name)
{
	struct c_declared declared = d->whose;

	declared.name = name;
	declared.tag = tag;
	vec_push(d->arena, d->all, declared);
}

static void declare_port(struct declaring *d, const struct interface *node, const struct port *port)
{
	if (c_port_type(port))
		declare(d, true, c_port_struct(d->arena, node, port));
}

static void declare_node(struct declaring *d, const struct interface *node)
{
	const char *name = node->c_name;
	size_t n_tags = node->persistent.n ? N_TAGS : N_TAGS - 1;

	d->whose = (struct c_declared){.what = "node", .of = node->name, .at = node->span};
	for (size_t i = 0; i < n_tags; i++)
		declare(d, true, arena_printf(d->arena, "%s%s", name, node_tags[i]));
	for (size_t i = 0; i < N_NAMES; i++)
		declare(d, false, arena_printf(d->arena, "%s%s", name, node_names[i]));
	for (size_t i = 0; i < node->inputs.n; i++)
		declare_port(d, node, &node->inputs.items[i]);
	for (size_t i = 0; i < node->outputs.n; i++)
		declare_port(d, node, &node->outputs.items[i]);
	for (size_t i = 0; i < node->outputs.n; i++)
		if (node->outputs.items[i].optional)
			declare(d, false,
			        arena_printf(d->arena, "%s_absent_%s", name,
			                     node->outputs.items[i].name));
	for (size_t i = 0; i < node->commands.n; i++) {
		const struct command *command = &node->commands.items[i];
		struct port answer = c_answer_port(command);

		declare(d, false, arena_printf(d->arena, "%s_%s", name, command->name));
		if (command->args)
			declare(d, true, command->args->record->c_name);
		if (command->answer)
			declare_port(d, node, &answer);
	}
	for (size_t i = 0; i < node->memories.n; i++)
		declare(d, false,
		        arena_printf(d->arena, "%s_get_%s", name, node->memories.items[i].name));
	if (!node->persistent.n)
		return;
	declare(d, false, arena_printf(d->arena, "%s_get_state", name));
}

void c_unit_declares(struct arena *arena, const struct unit *unit, struct c_declarations *all)
{
	struct declaring d = {.arena = arena, .all = all};

	for (size_t i = 0; i < unit->enumerations.n; i++) {
		const struct enumeration *e = unit->enumerations.items[i];
		d.whose = (struct c_declared){.what = "enum", .of = e->name, .at = e->span};
		declare(&d, true, e->c_name);
		for (size_t k = 0; k < e->names.n; k++)
			declare(&d, false, enumeration_constant(arena, e, e->names.items[k]));
	}
	for (size_t i = 0; i < unit->records.n; i++) {
		const struct record *record = unit->records.items[i];
		d.whose =
			(struct c_declared){.what = "type", .of = record->name, .at = record->span};
		declare(&d, true, record->c_name);
	}
	for (size_t i = 0; i < unit->nodes.n; i++)
		declare_node(&d, unit->nodes.items[i]);
}

/* ---- All of a program ---- */

static void enter(struct sema *sema, const struct c_declared *declared)
{
	struct map *names = declared->tag ? &sema->c_tags : &sema->c_names;
	const struct c_declared *old = map_get(names, declared->name);

	if (!old) {
		map_put(sema->arena, names, declared->name, (void *)(uintptr_t)declared);
		return;
	}
	diag_report(sema->diags, E0207, declared->at,
	            "in C, %s '%s' and %s '%s' both have the name '%s'", old->what, old->of,
	            declared->what, declared->of, declared->name);
	diag_note(sema->diags, old->at, "declared here");
	diag_help(
		sema->diags,
		declared->at.source == old->at.source
			? "give one of the two another name"
			: "what a used file declares has the file's name before its own in C: give "
			  "one of the two, or one of the files, another name");
}

void c_names_enter(struct sema *sema)
{
	struct c_declarations all = {0};

	if (sema->diags->n_errors > 0)
		return; /* the same may have been said */
	for (size_t i = 0; i < sema->files.n; i++)
		c_unit_declares(sema->arena, sema->files.items[i]->unit, &all);
	for (size_t i = 0; i < all.n; i++)
		enter(sema, &all.items[i]);
}

static bool is_free(struct sema *sema, const char *name, size_t n_tags, size_t n_names)
{
	bool taken = false;

	for (size_t i = 0; i < n_tags && !taken; i++)
		taken = map_get(&sema->c_tags,
		                arena_printf(sema->arena, "%s%s", name, node_tags[i]));
	for (size_t i = 0; i < n_names && !taken; i++)
		taken = map_get(&sema->c_names,
		                arena_printf(sema->arena, "%s%s", name, node_names[i]));
	return !taken;
}

static const char *claim(struct sema *sema, const char *wanted, size_t n_tags, size_t n_names)
{
	const char *name = wanted;

	for (int i = 2; !is_free(sema, name, n_tags, n_names); i++)
		name = arena_printf(sema->arena, "%s_%d", wanted, i);
	for (size_t i = 0; i < n_tags; i++)
		map_put(sema->arena, &sema->c_tags,
		        arena_printf(sema->arena, "%s%s", name, node_tags[i]), sema);
	for (size_t i = 0; i < n_names; i++)
		map_put(sema->arena, &sema->c_names,
		        arena_printf(sema->arena, "%s%s", name, node_names[i]), sema);
	return name;
}

const char *c_claim_struct(struct sema *sema, const char *wanted)
{
	return claim(sema, wanted, 1, 0);
}

const char *c_claim_node(struct sema *sema, const char *wanted)
{
	return claim(sema, wanted, N_TAGS, N_NAMES);
}
