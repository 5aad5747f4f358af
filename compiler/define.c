/* Constants that are given on the command line: -D NAME=VALUE. */
#include "define.h"

#include "front/front.h"
#include <string.h>

static struct ast_decl *find_const(struct sema *sema, struct ast_file *file, const char *name)
{
	VEC(const char *) names = {0};

	for (size_t i = 0; i < file->decls.n; i++) {
		struct ast_decl *decl = file->decls.items[i];
		if (decl->kind != DECL_CONST)
			continue;
		if (strcmp(decl->name.text, name) == 0)
			return decl;
		vec_push(sema->arena, &names, decl->name.text);
	}
	diag_report(sema->diags, E0201, (struct span){0}, "the file has no constant '%s' to define",
	            name);
	diag_suggest(sema->diags, name, names.items, names.n);
	return NULL;
}

/* The value is read as a source of its own, so that a mistake in it is shown like any other. */
void compile_define(struct sema *sema, struct ast_file *file, const char *define)
{
	size_t n_errors = sema->diags->n_errors;
	const char *equals = strchr(define, '=');
	const char *name = arena_strndup(sema->arena, define, (size_t)(equals - define));
	const char *text = arena_printf(sema->arena, "const %s = %s", name, equals + 1);
	struct ast_decl *decl = find_const(sema, file, name);
	uint32_t source;

	if (!decl)
		return;
	sources_add_text(sema->sources, "<--define>", "", text, strlen(text), &source);
	const struct ast_file *given = parse(sema->arena, sema->diags, sema->sources, source);
	if (sema->diags->n_errors > n_errors)
		return;
	if (given->decls.n == 1 && given->decls.items[0]->kind == DECL_CONST)
		decl->expr = given->decls.items[0]->expr;
	else
		diag_report(sema->diags, E0309, (struct span){source, 0, (uint32_t)strlen(text)},
		            "one value is needed here");
}
