/* A program: its pipeline is declared, and then elaborated. Names may be used before they are
 * bound, so a block is declared first (declare.c); aliases, expressions and inner pipelines are
 * elaborated when they are needed, or in their order. */
#include "sema/elaborate.h"

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

/* What a name of the elaborator means in a constant: loop variables and generics have a value, the
 * others are a mistake. */
static bool find_local(struct sema *sema, const struct ast_expr *name, struct value *ret_value)
{
	const struct binding *binding = scope_binding((struct scope *)sema->locals,
	                                              name->name.text);
	if (!binding)
		return false;
	*ret_value = (struct value){0};
	if (binding->kind == BINDING_CONST)
		*ret_value = binding->value;
	else if (binding->kind != BINDING_ERROR)
		diag_report(sema->diags, E0309, name->span, "'%s' is %s, not a constant",
		            name->name.text,
		            binding->kind == BINDING_PARAM ? "a parameter, known only when the "
		                                             "program runs"
		                                           : "a stream");
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
}

static void force_stream(struct binding *binding, struct stream_ref ref)
{
	binding->kind = ref.node == UNBOUND ? BINDING_ERROR : BINDING_STREAM;
	binding->node = ref.node;
	binding->output = ref.output;
}

static void force_pending(struct elaborator *e, struct binding *binding)
{
	const struct ast_expr *expr = binding->expr;
	struct scope *scope = binding->scope;
	if (expr->kind == EXPR_CALL && !call_is_builtin(scope, expr)) {
		struct symbol *symbol = call_callee(e, scope, expr);
		if (symbol && symbol->kind == SYMBOL_PIPELINE)
			instance_elaborate(e, binding, symbol);
		else if (symbol)
			diag_report(e->sema->diags, E0311, expr->span,
			            "bind this call to a name first, then write the name here");
	} else if (expr->kind == EXPR_EDGE || expr->kind == EXPR_WINDOW) {
		force_stream(binding, expression_relay(e, scope, expr, binding->path));
	} else if (stream_is_expression(e, scope, expr)) {
		force_stream(binding,
		             expression_node(e, scope, expr, binding->path, binding->hint));
	} else {
		struct binding *to = stream_binding(e, scope, expr);
		if (to)
			take(binding, to);
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
	force_pending(e, binding);
	e->depth--;
	binding->forcing = false;
	if (binding->kind == BINDING_PENDING)
		binding->kind = BINDING_ERROR;
	return binding->kind != BINDING_ERROR;
}

/* Everything that was declared is elaborated in its order; more may be declared meanwhile. */
static void elaborate_all(struct elaborator *e)
{
	size_t pending = 0;
	uint32_t node = 0;
	while (pending < e->pending.n || node < e->bound->nodes.n) {
		if (pending < e->pending.n)
			elaborate_force(e, e->pending.items[pending++]);
		else
			call_bind(e, node++);
	}
	edge_finish(e);
	unify_all(e);
	for (size_t i = 0; i < e->instances.n; i++)
		instance_check_types(e, e->instances.items[i]);
	if (e->sema->diags->n_errors == 0)
		prune(e);
}

/* ---- The program ---- */

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
                                const struct ast_decl *pipeline)
{
	struct bound *bound = arena_new(sema->arena, struct bound);
	bound->name = pipeline->name.text;
	bound->doc = pipeline->doc;
	bound->at = pipeline->name.span;
	bound->file = file;
	struct elaborator e = {.sema = sema, .bound = bound};
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
	elaborate_all(&e);
	for (size_t i = 0; i < e.asserts.n; i++)
		assertion_check(&e, e.asserts.items[i].scope, e.asserts.items[i].stmt);
	return bound;
}
