/* A program: its pipeline is declared, and then elaborated. Names may be used before they are
 * bound, so a block is declared first (declare.c); aliases, expressions and inner pipelines are
 * elaborated when they are needed, or in their order. */
#include "sema/lift.h"
#include <string.h>

/* ---- Scopes ---- */

struct binding *scope_binding(struct scope *scope, const char *name)
{
	for (; scope; scope = scope->parent) {
		struct binding *binding = map_get(&scope->names, name);
		if (binding)
			return binding;
	}
	return NULL;
}

struct binding *scope_text(struct scope *scope, const char *name)
{
	struct binding *binding = scope_binding(scope, name);
	if (binding && binding->same)
		binding = binding->same;
	bool text = binding &&
	            (binding->kind == BINDING_EXPRESSION || binding->kind == BINDING_PENDING);
	return text && !binding->forcing ? binding : NULL;
}

static bool find_local(struct sema *sema, const struct ast_expr *name, struct value *ret_value);

/* The value of a name that is bound to a constant expression, found once. */
static struct value text_value(struct sema *sema, struct binding *binding)
{
	const void *locals = sema->locals;
	if (binding->value.kind == VALUE_NONE) {
		sema->locals = binding->scope;
		binding->value = const_eval(sema, binding->scope->file, binding->expr);
		sema->locals = locals;
	}
	return binding->value;
}

static void report_param(struct sema *sema, const struct ast_expr *name, const struct param *param)
{
	diag_report(sema->diags, E0309, name->span,
	            "'%s' is a parameter, known only when the program runs, not a constant",
	            name->name.text);
	if (param && param->initial_text && param->type->kind != TYPE_ARRAY)
		diag_help(sema->diags,
		          "declare 'const %s = %s' in place of the parameter: -D %s=… gives it "
		          "another value when the program is compiled",
		          name->name.text, param->initial_text, name->name.text);
}

static void report_stream(struct sema *sema, const struct ast_expr *name)
{
	diag_report(sema->diags, E0309, name->span, "'%s' is a stream, not a constant",
	            name->name.text);
	if (sema->choice && !strchr(sema->choice, '\n'))
		diag_help(sema->diags,
		          "this 'if' chooses what the program is made of; for each frame, choose "
		          "values: 'x when %s'",
		          sema->choice);
}

/* What a name of the elaborator means in a constant: loop variables, generics and constant
 * expressions have a value, the others are a mistake. */
static bool find_local(struct sema *sema, const struct ast_expr *name, struct value *ret_value)
{
	struct scope *scope = (struct scope *)sema->locals;
	const struct binding *binding = scope_binding(scope, name->name.text);
	if (!binding)
		return false;
	*ret_value = (struct value){0};
	if (binding->kind == BINDING_CONST)
		*ret_value = binding->value;
	else if (term_is_constant(scope, name))
		*ret_value = text_value(sema, scope_text(scope, name->name.text));
	else if (binding->kind == BINDING_PARAM)
		report_param(sema, name, binding->param);
	else if (binding->kind != BINDING_ERROR)
		report_stream(sema, name);
	return true;
}

static bool local_length(struct sema *sema, const struct ast_expr *name, uint64_t *ret_length)
{
	const struct binding *binding = scope_binding((struct scope *)sema->locals,
	                                              name->name.text);
	if (!binding || binding->kind != BINDING_PARAM || binding->param->type->kind != TYPE_ARRAY)
		return false;
	*ret_length = binding->param->type->n.value;
	return true;
}

struct value elaborate_const(struct elaborator *e, struct scope *scope, const struct ast_expr *expr)
{
	struct sema *sema = e->sema;
	sema->locals = scope;
	sema->find_local = find_local;
	sema->local_length = local_length;
	struct value value = const_eval(sema, scope->file, expr);
	sema->locals = NULL;
	return value;
}

struct binding *binding_new(struct elaborator *e, enum binding_kind kind, const char *path,
                            struct span at)
{
	struct binding *binding = arena_new(e->sema->arena, struct binding);
	binding->kind = kind;
	binding->path = path;
	binding->at = at;
	binding->node = binding->output = UNBOUND;
	return binding;
}

void scope_put_size(struct elaborator *e, struct scope *scope, const struct generic *generic,
                    uint64_t value)
{
	struct binding *binding = binding_new(e, BINDING_CONST, generic->name, generic->span);
	binding->value = (struct value){.kind = VALUE_INT, .i = (int64_t)value, .f = (double)value};
	map_put(e->sema->arena, &scope->names, generic->name, binding);
}

bool scope_is_value(struct scope *scope, const struct ast_expr *expr)
{
	const struct binding *binding = expr->kind == EXPR_NAME && expr->name.text
	                                        ? scope_binding(scope, expr->name.text)
	                                        : NULL;
	return term_is_constant(scope, expr) || (binding && binding->kind == BINDING_PARAM);
}

/* ---- Forcing ---- */

static void take(struct binding *binding, const struct binding *from)
{
	binding->kind = from->kind;
	binding->node = from->node;
	binding->output = from->output;
	binding->elements.items = from->elements.items;
	binding->elements.n = from->elements.n;
	binding->inside = from->inside;
	binding->pipeline = from->pipeline;
	binding->term = from->term;
	binding->param = from->param;
	binding->value = from->value;
}

static bool is_relay(const struct ast_expr *expr)
{
	return (expr->kind == EXPR_EDGE && expr->policy != POLICY_SAMPLE) ||
	       expr->kind == EXPR_WINDOW;
}

/* Another name of something; an expression that is declared another type is one of its own. */
static void force_alias(struct elaborator *e, struct binding *binding)
{
	struct binding *to = stream_binding(e, binding->scope, binding->expr);
	if (!to)
		return;
	bool converts = binding->hint && to->kind != BINDING_EXPRESSION &&
	                expression_converts(to, binding_type(e, to), binding->hint);
	if (to->kind != BINDING_EXPRESSION && !converts) {
		take(binding, to);
		return;
	}
	binding->kind = BINDING_EXPRESSION;
	binding->same = binding->hint ? NULL : to;
}

static void force_pending(struct elaborator *e, struct binding *binding)
{
	const struct ast_expr *expr = binding->expr;
	struct scope *scope = binding->scope;
	if (expr->kind == EXPR_CALL && !call_is_value(scope, expr)) {
		struct symbol *symbol = call_callee(e, scope, expr);
		if (symbol && symbol->kind == SYMBOL_PIPELINE)
			instance_elaborate(e, binding, symbol);
		else if (symbol)
			diag_report(e->sema->diags, E0311, expr->span,
			            "bind this call to a name first, then write the name here");
	} else if (is_relay(expr)) {
		struct stream_ref ref = expression_relay(e, scope, expr, binding->path);
		binding->kind = ref.node == UNBOUND ? BINDING_ERROR : BINDING_STREAM;
		binding->node = ref.node;
		binding->output = ref.output;
	} else if (stream_is_expression(e, scope, expr) || stream_is_history(e, scope, expr) ||
	           scope_is_value(scope, expr)) {
		binding->kind = BINDING_EXPRESSION;
	} else {
		force_alias(e, binding);
	}
}

bool elaborate_force(struct elaborator *e, struct binding *binding)
{
	if (binding->kind != BINDING_PENDING)
		return binding->kind != BINDING_ERROR;
	if (binding->forcing || e->depth >= FORCE_MAX_DEPTH) {
		diag_report(e->sema->diags, binding->forcing ? E0601 : E0105, binding->at,
		            binding->forcing ? "'%s' depends on itself"
		                             : "'%s' is defined through too many others",
		            binding->path);
		if (binding->forcing)
			diag_help(
				e->sema->diags,
				"go back in time: write '(%s[-1] ?? 0)', with its first value in place of 0",
				binding->path);
		binding->kind = BINDING_ERROR;
		return false;
	}
	binding->forcing = true;
	e->depth++;
	uint32_t low = meaning_before_making(e);
	force_pending(e, binding);
	meaning_after_making(e, low);
	e->depth--;
	binding->forcing = false;
	if (binding->kind == BINDING_PENDING)
		binding->kind = BINDING_ERROR;
	return binding->kind != BINDING_ERROR;
}

/* ---- The whole ---- */

/* "rig.left[2]"; of an index that is no literal, all elements: "rig.left". */
static const char *path_of(struct arena *arena, const struct ast_expr *expr)
{
	if (expr->kind == EXPR_NAME)
		return expr->name.text;
	if (expr->kind != EXPR_MEMBER && expr->kind != EXPR_INDEX)
		return NULL;
	const char *left = path_of(arena, expr->left);
	if (left && expr->kind == EXPR_MEMBER)
		return expr->name.text ? arena_printf(arena, "%s.%s", left, expr->name.text) : NULL;
	return left && expr->right->kind == EXPR_INT
	               ? arena_printf(arena, "%s[%s]", left, expr->right->text)
	               : left;
}

static void keep(struct elaborator *e, const char *prefix, const struct ast_expr *expr)
{
	struct arena *arena = e->sema->arena;
	const char *path = path_of(arena, expr);
	if (path)
		map_put(arena, &e->kept, arena_printf(arena, "%s%s", prefix, path), (void *)expr);
}

/* Expressions that a deploy or an assert speaks of keep nodes of their own. */
static void keep_named(struct elaborator *e, const struct ast_decl *deploy)
{
	for (size_t i = 0; deploy && i < deploy->rules.n; i++) {
		const struct ast_rule *rule = &deploy->rules.items[i];
		for (size_t k = 0; k < rule->members.n; k++)
			keep(e, "", rule->members.items[k]);
	}
	for (size_t i = 0; i < e->asserts.n; i++) {
		const struct ast_stmt *stmt = e->asserts.items[i].stmt;
		for (size_t k = 0; k < stmt->args.n; k++)
			keep(e, e->asserts.items[i].scope->prefix, stmt->args.items[k].value);
	}
}

/* An expression is built in its turn: those that read it need not go deep. */
static void elaborate_pending(struct elaborator *e, struct binding *binding)
{
	if (elaborate_force(e, binding) && binding->kind == BINDING_EXPRESSION &&
	    !term_is_constant(binding->scope, binding->expr))
		expression_check(e, binding);
}

/* Everything that was declared is elaborated in its order; more may be declared meanwhile. */
static void elaborate_all(struct elaborator *e, const struct ast_decl *deploy)
{
	size_t pending = 0;
	uint32_t node = 0;
	while (pending < e->pending.n || node < e->bound->nodes.n) {
		if (pending < e->pending.n)
			elaborate_pending(e, e->pending.items[pending++]);
		else
			call_bind(e, node++);
	}
	keep_named(e, deploy);
	for (size_t i = 0; i < e->pending.n; i++)
		expression_check(e, e->pending.items[i]);
	for (size_t i = 0; i < e->pending.n; i++)
		expression_complete(e, e->pending.items[i]);
	edge_finish(e);
	expression_resolve(e);
	feedback_check(e);
	privacy_settle(e);
	unify_all(e);
	for (size_t i = 0; i < e->instances.n; i++)
		instance_check_types(e, e->instances.items[i]);
	if (e->sema->diags->n_errors > 0)
		return;
	bool *stays = prune(e);
	share_texts(e, stays);
	fuse(e, stays);
}

/* ---- The program ---- */

/* A parameter of the program is an option of its command line and a line of its configuration file;
 * so are these, which would be lost. */
static void check_option_name(struct elaborator *e, struct ast_name name)
{
	static const char *const own[] = {
#define OPTION(id, name, value, doc) #id,
#include <pkd/option.def>
#undef OPTION
	};
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		if (strcmp(own[i], name.text) != 0)
			continue;
		char *option = arena_strndup(e->sema->arena, own[i], strlen(own[i]));
		for (char *c = option; *c; c++)
			*c = *c == '_' ? '-' : *c;
		diag_report(e->sema->diags, E0210, name.span,
		            "'%s' cannot be a parameter of the program: '--%s' is an option that "
		            "every program has",
		            name.text, option);
		diag_help(e->sema->diags, "call it '%s_%s', or another name", e->bound->name,
		          name.text);
		return;
	}
}

static void collect_params(struct elaborator *e, struct scope *scope,
                           const struct ast_decl *pipeline)
{
	struct sema *sema = e->sema;
	for (size_t i = 0; i < pipeline->inputs.n; i++) {
		const struct ast_port *port = &pipeline->inputs.items[i];
		if (!port->param && !port->initial) {
			diag_report(sema->diags, E0409, port->span,
			            "'%s' has an input, '%s': it cannot be built as a program",
			            pipeline->name.text, port->name.text);
			diag_help(sema->diags, "a parameter has a default, or the word 'param' "
			                       "before it");
			continue;
		}
		check_option_name(e, port->name);
		struct binding *binding = binding_new(e, BINDING_PARAM, port->name.text,
		                                      port->name.span);
		struct term *option = arena_new(sema->arena, struct term);
		vec_push(sema->arena, &e->bound->params, resolve_param(sema, scope->file, port));
		option->kind = TERM_OPTION;
		option->index = (uint32_t)e->bound->params.n - 1;
		option->type = e->bound->params.items[option->index].type;
		option->span = port->span;
		binding->term = option;
		if (map_get(&scope->names, port->name.text))
			diag_report(sema->diags, E0202, port->name.span, "'%s' is declared twice",
			            port->name.text);
		map_put(sema->arena, &scope->names, port->name.text, binding);
	}
	/* Their addresses hold now that no more are pushed. */
	for (size_t i = 0, k = 0; i < pipeline->inputs.n; i++) {
		struct binding *binding = map_get(&scope->names,
		                                  pipeline->inputs.items[i].name.text);
		if (binding && binding->kind == BINDING_PARAM && k < e->bound->params.n)
			binding->param = &e->bound->params.items[k++];
	}
}

struct bound *elaborate_program(struct sema *sema, struct file_scope *file,
                                const struct ast_decl *pipeline, const struct ast_decl *deploy)
{
	struct bound *bound = arena_new(sema->arena, struct bound);
	bound->name = pipeline->name.text;
	bound->doc = pipeline->doc;
	bound->at = pipeline->name.span;
	bound->file = file;
	struct elaborator e = {.sema = sema, .bound = bound, .low = NO_GUESS, .made = NO_GUESS};
	struct scope *scope = arena_new(sema->arena, struct scope);
	*scope = (struct scope){.file = file, .prefix = "", .suffix = "", .decl = pipeline};
	scope->pipeline = scope;
	resolve_name(sema, pipeline->name);
	if (pipeline->outputs.n > 0)
		diag_report(sema->diags, E0409, pipeline->name.span,
		            "'%s' has outputs: it cannot be built as a program",
		            pipeline->name.text);
	for (size_t i = 0; i < pipeline->generics.n; i++) {
		const struct ast_generic *generic = &pipeline->generics.items[i];
		struct generic size = {.name = generic->name.text, .span = generic->name.span};
		uint64_t value = 0;
		if (!generic->initial)
			diag_report(sema->diags, E0308, size.span,
			            "nothing gives '%s' a value: write a default", size.name);
		else if (const_size(sema, file, generic->initial, UINT32_MAX, &value))
			scope_put_size(&e, scope, &size, value);
	}
	collect_params(&e, scope, pipeline);
	declare_block(&e, scope, &pipeline->stmts);
	elaborate_all(&e, deploy);
	for (size_t i = 0; i < e.asserts.n; i++)
		assertion_check(&e, e.asserts.items[i].scope, e.asserts.items[i].stmt);
	return bound;
}
