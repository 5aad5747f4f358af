/* The compiler as calls in order: each stage runs on past errors while that makes sense. */
#include "compile.h"
#include "base/file.h"
#include "define.h"
#include "front/front.h"
#include "graph/lower.h"
#include "pass/stamp.h"
#include "pass/tick.h"
#include "sema/bound.h"
#include "sema/c_unit.h"
#include "sema/resolve.h"
#include <string.h>

static const struct ast_decl *find_decl(struct sema *sema, const struct ast_file *file,
                                        enum ast_decl_kind kind, const char *name)
{
	VEC(const char *) names = {0};
	for (size_t i = 0; i < file->decls.n; i++) {
		const struct ast_decl *decl = file->decls.items[i];
		if (decl->kind != kind)
			continue;
		if (strcmp(decl->name.text, name) == 0)
			return decl;
		vec_push(sema->arena, &names, decl->name.text);
	}
	if (sema->diags->n_errors > 0)
		return NULL; /* it may stand in what could not be read */
	diag_report(sema->diags, kind == DECL_DEPLOY ? E0501 : E0409, (struct span){0},
	            "there is no %s '%s'", kind == DECL_DEPLOY ? "deploy" : "pipeline", name);
	diag_suggest(sema->diags, name, names.items, names.n);
	return NULL;
}

/* Whether other files can use something of it. */
static bool is_module(const struct ast_file *file)
{
	for (size_t i = 0; i < file->decls.n; i++) {
		enum ast_decl_kind kind = file->decls.items[i]->kind;
		if (kind != DECL_USE && kind != DECL_DEPLOY && kind != DECL_C)
			return true;
	}
	return false;
}

/* A pipeline with an input is a part of others. Where there is no other one, the input may be meant
 * as a parameter. */
static bool report_part(struct sema *sema, const struct ast_file *file)
{
	for (size_t i = 0; i < file->decls.n; i++) {
		const struct ast_decl *decl = file->decls.items[i];
		if (decl->kind != DECL_PIPELINE || decl->outputs.n > 0)
			continue;
		const struct ast_port *port = decl->inputs.items;
		while (port->param || port->initial)
			port++;
		diag_report(sema->diags, E0409, port->span,
		            "'%s' has an input, '%s', so it is a part of other pipelines, and here "
		            "is none",
		            decl->name.text, port->name.text);
		diag_help(sema->diags, "write 'param %s' for an option of the program",
		          port->name.text);
		return true;
	}
	return false;
}

/* The pipeline asked for; else the only one, or the one named like the file. */
static const struct ast_decl *choose_pipeline(struct sema *sema, struct file_scope *main,
                                              const struct compile_options *options)
{
	const struct ast_file *file = main->ast;
	if (options->pipeline)
		return find_decl(sema, file, DECL_PIPELINE, options->pipeline);
	const char *stem = path_stem(sema->arena, options->file);
	const struct ast_decl *only = NULL;
	size_t n = 0;
	for (size_t i = 0; i < file->decls.n; i++) {
		const struct ast_decl *decl = file->decls.items[i];
		if (!ast_is_program(decl))
			continue;
		if (strcmp(decl->name.text, stem) == 0)
			return decl;
		only = decl;
		n++;
	}
	if (n == 1 || options->library || (n == 0 && options->module && is_module(file)))
		return only;
	if (n == 0 && sema->diags->n_errors == 0 && report_part(sema, file))
		return NULL;
	if (n > 1 || sema->diags->n_errors == 0)
		diag_report(sema->diags, E0409, (struct span){0},
		            n == 0 ? "%s has no pipeline" : "%s has several pipelines",
		            path_base(options->file));
	if (n > 1)
		diag_help(sema->diags, "name one by --pipeline, or like the file");
	return NULL;
}

/* What --deploy names is one deploy, whatever pipeline it is of. */
static void check_deploy_names(struct sema *sema, const struct ast_file *file)
{
	struct map names = {0};
	for (size_t i = 0; i < file->decls.n; i++) {
		struct ast_decl *decl = file->decls.items[i];
		if (decl->kind != DECL_DEPLOY)
			continue;
		const struct ast_decl *old = map_get(&names, decl->name.text);
		if (!old) {
			map_put(sema->arena, &names, decl->name.text, decl);
			continue;
		}
		diag_report(sema->diags, E0202, decl->name.span, "there are two deploys '%s'",
		            decl->name.text);
		diag_note(sema->diags, old->name.span, "the other is here");
		diag_help(sema->diags,
		          "write the rules of both into one, or give one a name of its own: "
		          "'deploy %s_2 of %s'",
		          decl->name.text, decl->of.text ? decl->of.text : decl->name.text);
	}
}

/* The deploy asked for by name; else the pipeline's own, without `of`. */
static const struct ast_decl *choose_deploy(struct sema *sema, struct file_scope *main,
                                            const struct ast_decl *pipeline,
                                            const struct compile_options *options)
{
	const struct ast_decl *own = NULL;
	check_deploy_names(sema, main->ast);
	for (size_t i = 0; i < main->ast->decls.n; i++) {
		const struct ast_decl *decl = main->ast->decls.items[i];
		if (decl->kind != DECL_DEPLOY)
			continue;
		struct ast_name target = decl->of.text ? decl->of : decl->name;
		struct symbol *symbol = scope_find(main, target.text);
		if (!symbol || symbol->kind != SYMBOL_PIPELINE) {
			diag_report(sema->diags, E0501, target.span, "there is no pipeline '%s'",
			            target.text);
			diag_suggest(sema->diags, target.text, &pipeline->name.text, 1);
			if (!decl->of.text)
				diag_help(sema->diags,
				          "a deploy with a name of its own is written "
				          "'deploy %s of %s'",
				          target.text, pipeline->name.text);
		}
		if (!decl->of.text && strcmp(target.text, pipeline->name.text) == 0)
			own = decl;
	}
	if (options->deploy) {
		const struct ast_decl *named = find_decl(sema, main->ast, DECL_DEPLOY,
		                                         options->deploy);
		struct ast_name of = named && named->of.text ? named->of : pipeline->name;
		if (named &&
		    strcmp(named->of.text ? of.text : named->name.text, pipeline->name.text) != 0) {
			diag_report(sema->diags, E0501, named->name.span,
			            "'%s' is not a deploy of '%s'", options->deploy,
			            pipeline->name.text);
			return NULL;
		}
		return named;
	}
	return own;
}

static void sema_init(struct sema *sema, struct compilation *c, const char *stdlib)
{
	*sema = (struct sema){
		.arena = c->arena, .diags = &c->diags, .sources = &c->sources, .stdlib = stdlib};
}

static void compilation_init(struct compilation *c)
{
	*c = (struct compilation){.arena = arena_create()};
	sources_init(&c->sources, c->arena);
	diags_init(&c->diags, c->arena, &c->sources);
}

static void resolve_all(struct sema *sema, struct compilation *c)
{
	for (size_t i = 0; i < sema->files.n; i++) {
		resolve_file(sema, sema->files.items[i]);
		vec_push(c->arena, &c->units, sema->files.items[i]->unit);
	}
	c_names_enter(sema);
}

static void build_graph(struct compilation *c, struct sema *sema, const struct bound *bound,
                        enum stage dump)
{
	c->graph = lower(sema, bound);
	tick_add(c->graph, &c->diags);
	stamp_use(c->graph);
	graph_verify(c->graph);
	if (dump == STAGE_GRAPH)
		graph_print(c->graph, stdout);
	c->analysis = pass_run_all(c->graph, &c->diags);
	if (dump == STAGE_PASSES)
		pass_print(c->analysis, stdout);
}

int compile(struct compilation *c, const struct compile_options *options)
{
	struct sema sema;
	compilation_init(c);
	sema_init(&sema, c, options->stdlib);
	struct file_scope *main = import_main(&sema, options->file);
	if (!main)
		return -1;
	c->main = main->unit;
	if (options->dump == STAGE_TOKENS)
		lexer_print(c->arena, &c->diags, &c->sources, main->unit->source, stdout);
	if (options->dump == STAGE_AST)
		ast_print(main->ast, stdout);
	for (size_t i = 0; i < options->n_defines; i++)
		compile_define(&sema, main->ast, options->defines[i]);
	resolve_all(&sema, c);
	const struct ast_decl *pipeline = choose_pipeline(&sema, main, options);
	if (pipeline) {
		const struct ast_decl *deploy = choose_deploy(&sema, main, pipeline, options);
		struct bound *bound = elaborate_program(&sema, main, pipeline, deploy);
		deploy_apply(&sema, bound, deploy);
		if (options->dump == STAGE_TYPES && c->diags.n_errors == 0)
			bound_print(bound, stdout);
		if (c->diags.n_errors == 0)
			build_graph(c, &sema, bound, options->dump);
	} else {
		c->module = main->ast;
	}
	return c->diags.n_errors == 0 ? 0 : -1;
}

int compile_stdlib(struct compilation *c, const char *stdlib)
{
	const char **names;
	size_t n;
	struct sema sema;
	compilation_init(c);
	sema_init(&sema, c, stdlib);
	int error = file_list(c->arena, stdlib, "", &names, &n);
	if (error != 0)
		return error;
	for (size_t i = 0; i < n; i++)
		import_stdlib(&sema, names[i]);
	resolve_all(&sema, c);
	return c->diags.n_errors == 0 ? 0 : -1;
}

void compile_finish(struct compilation *c)
{
	arena_destroy(c->arena);
}

bool compile_is_name(struct arena *arena, const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_";
	struct sources sources;
	struct diags diags;
	uint32_t source;
	const char *text = arena_printf(arena, "const %s = 0", name);

	sources_init(&sources, arena);
	diags_init(&diags, arena, &sources);
	sources_add_text(&sources, "<name>", "", text, strlen(text), &source);
	struct ast_file *file = parse(arena, &diags, &sources, source);
	struct sema sema = {.arena = arena, .diags = &diags, .sources = &sources};
	if (!diags.n_errors && file->decls.n == 1)
		resolve_name(&sema, file->decls.items[0]->name);
	return !diags.n_errors && file->decls.n == 1 && strlen(name) == strspn(name, letters);
}
