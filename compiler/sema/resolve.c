/* Declarations: from what is written to parameters and interfaces. */
#include "sema/resolve.h"
#include "sema/c_name.h"
#include <string.h>
#include <strings.h>

/* ---- Names that C could not have ---- */

/* What pkd and C keep for themselves by how it begins. */
static bool has_own_prefix(const char *name)
{
	return name[0] == '_' ||
	       (strncasecmp(name, "pkd", 3) == 0 && (name[3] == '_' || name[3] == 'i'));
}

void resolve_report_name(struct sema *sema, struct ast_name name)
{
	diag_report(sema->diags, E0207, name.span, "'%s' cannot be a name: C needs it", name.text);
	if (!has_own_prefix(name.text)) {
		diag_help(sema->diags, "write '%s_' or another word", name.text);
		return;
	}
	const char *rest = name.text + (name.text[0] == '_' ? 0 : strlen("pkd_"));
	rest += strspn(rest, "_");
	if (*rest)
		diag_help(sema->diags, "write '%s' or another word", rest);
}

void resolve_name(struct sema *sema, struct ast_name name)
{
	if (has_own_prefix(name.text) || c_name_is_taken(name.text))
		resolve_report_name(sema, name);
}

void resolve_part_name(struct sema *sema, struct ast_name name)
{
	if (has_own_prefix(name.text))
		resolve_report_name(sema, name);
}

void resolve_report_moved(struct sema *sema, struct ast_name name, const char *from, const char *to)
{
	diag_report(sema->diags, E0207, name.span, "in C, '%s' is '%s', which is another name here",
	            from, to);
	diag_help(sema->diags, "give one of the two another name");
}

bool resolve_meets(struct sema *sema, struct ast_name name, const char *other)
{
	const char *mine = c_member(sema->arena, name.text), *its = c_member(sema->arena, other);

	if (strcmp(name.text, other) == 0 || strcmp(mine, its) != 0)
		return false;
	resolve_report_moved(sema, name, strcmp(mine, name.text) == 0 ? other : name.text, mine);
	return true;
}

/* A type or a node whose name is taken in C, beside one that has what it becomes. */
void resolve_symbol_name(struct sema *sema, const struct file_scope *file, struct ast_name name)
{
	const char *in_c = c_name_of_tag(sema->arena, name.text);

	resolve_part_name(sema, name);
	if (strcmp(in_c, name.text) != 0 && map_get(&file->module->symbols, in_c))
		resolve_report_moved(sema, name, name.text, in_c);
}

/* ---- Files ---- */

static void resolve_const(struct sema *sema, struct file_scope *file, const struct symbol *symbol)
{
	struct ast_expr name = {.kind = EXPR_NAME, .name = symbol->name, .span = symbol->name.span};
	const_eval(sema, file, &name);
	vec_push(sema->arena, &file->unit->constants,
	         (struct constant){.name = symbol->name.text,
	                           .doc = symbol->decl->doc ? symbol->decl->doc : "",
	                           .text = resolve_source(sema, symbol->decl->expr->span)});
}

/* Nothing would compile C that no step shares. */
static void check_shared(struct sema *sema, const struct unit *unit)
{
	for (size_t i = 0; i < unit->nodes.n; i++)
		if (unit->nodes.items[i]->step.text)
			return;
	if (!unit->shared.n)
		return;
	diag_report(sema->diags, E0206, unit->shared.items[0].at,
	            "'c' is for a file with a node that has a step of its own");
	diag_help(sema->diags, "a node in C has its helpers in its source");
}

void resolve_file(struct sema *sema, struct file_scope *file)
{
	struct map *symbols = &file->module->symbols;
	for (size_t i = 0; i < symbols->n; i++) {
		struct symbol *symbol = symbols->entries[i].value;
		if (symbol->file != file)
			continue;
		if (symbol->kind == SYMBOL_RECORD || symbol->kind == SYMBOL_ENUM)
			resolve_symbol_type(sema, file, symbol);
		else if (symbol->kind == SYMBOL_NODE)
			resolve_node(sema, symbol);
		else if (symbol->kind == SYMBOL_CONST)
			resolve_const(sema, file, symbol);
	}
	check_shared(sema, file->unit);
}
