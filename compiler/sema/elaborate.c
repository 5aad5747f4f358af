/* Statements of a pipeline become nodes and bindings: loops and choices are unrolled, pipelines inside
 * it expanded. Names may be used before they are bound, so a block is declared first; aliases,
 * expressions and inner pipelines are elaborated when they are needed, or in their order. */
#include "sema/elaborate.h"
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

/* What a name of the elaborator means in a constant: loop variables and generics have a value, the
 * others are a mistake. */
static bool find_local(struct sema *sema, const struct ast_expr *name, struct value *ret_value)
{
	const struct binding *binding =
	        scope_binding((struct scope *)sema->locals, name->name.text);
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

struct value elaborate_const(struct elaborator *e, struct scope *scope,
                             const struct ast_expr *expr)
{
	struct sema *sema = e->sema;
	sema->locals = scope;
	sema->find_local = find_local;
	struct value value = const_eval(sema, scope->file, expr);
	sema->locals = NULL;
	return value;
}

static struct binding *new_binding(struct elaborator *e, enum binding_kind kind, const char *path,
                                   struct span at)
{
	struct binding *binding = arena_new(e->sema->arena, struct binding);
	binding->kind = kind;
	binding->path = path;
	binding->at = at;
	binding->node = binding->output = UNBOUND;
	return binding;
}

/* Enters a name; a second one of the same scope is a mistake. */
static bool enter(struct elaborator *e, struct map *names, struct ast_name name,
                  struct binding *binding)
{
	struct binding *old = map_get(names, name.text);
	if (!old) {
		map_put(e->sema->arena, names, name.text, binding);
		return true;
	}
	if (old->kind == BINDING_PARAM)
		diag_report(e->sema->diags, E0202, name.span, "'%s' is a parameter already",
		            name.text);
	else
		diag_report(e->sema->diags, E0202, name.span,
		            "'%s' is bound twice: a name is a value, it cannot change", name.text);
	diag_note(e->sema->diags, old->at, old->kind == BINDING_PARAM ? "declared here"
	                                                              : "first bound here");
	return false;
}

/* ---- Nodes ---- */

static const char *node_path(struct elaborator *e, struct scope *scope, const char *name)
{
	return arena_printf(e->sema->arena, "%s%s%s", scope->prefix, name, scope->suffix);
}

static void put_node_name(struct elaborator *e, const char *name, uint32_t node)
{
	map_put(e->sema->arena, &e->bound->node_names, name, (void *)(uintptr_t)(node + 1));
}

static uint32_t node_named(struct elaborator *e, const char *name)
{
	return (uint32_t)(uintptr_t)map_get(&e->bound->node_names, name) - 1;
}

/* A name like `path` that no node has; where the last search ended, the next one goes on. */
static const char *free_name(struct elaborator *e, const char *path)
{
	if (!map_get(&e->suffixes, path) && !map_get(&e->bound->node_names, path)) {
		map_put(e->sema->arena, &e->suffixes, path, (void *)1);
		return path;
	}
	uintptr_t k = (uintptr_t)map_get(&e->suffixes, path);
	const char *name;
	k = k ? k : 1;
	do
		name = arena_printf(e->sema->arena, "%s_%zu", path, (size_t)++k);
	while (map_get(&e->bound->node_names, name));
	map_put(e->sema->arena, &e->suffixes, path, (void *)k);
	return name;
}

/* Names are unique: a node that nobody named gives way to one that has its name, and two of them
 * cannot be told apart by it. */
static void claim_name(struct elaborator *e, uint32_t node)
{
	struct bound_node *self = &e->bound->nodes.items[node];
	uint32_t holder = node_named(e, self->name);
	if (holder != UNBOUND) {
		struct bound_node *other = &e->bound->nodes.items[holder];
		if (!self->named) {
			self->ambiguous = true;
			other->ambiguous = !other->named;
			self->name = free_name(e, self->name);
		} else if (!other->named) {
			other->name = free_name(e, other->name);
			put_node_name(e, other->name, holder);
		}
	}
	put_node_name(e, self->name, node);
}

static void allocate_node(struct arena *arena, struct bound_node *node)
{
	size_t n = node->face->generics.n + 1;
	node->sizes = arena_alloc(arena, n * sizeof *node->sizes);
	node->size_from = arena_alloc(arena, n * sizeof *node->size_from);
	node->types = arena_alloc(arena, n * sizeof *node->types);
	node->outputs = arena_alloc(arena, (node->face->outputs.n + 1) * sizeof *node->outputs);
	node->arguments = arena_alloc(arena, (node->face->params.n + 1) * sizeof *node->arguments);
}

uint32_t elaborate_node(struct elaborator *e, struct scope *scope, struct bound_node node,
                        const char *name)
{
	if (e->bound->nodes.n == NODES_MAX)
		diag_report(e->sema->diags, E0105, node.at, "a program has at most %d nodes",
		            NODES_MAX);
	if (e->bound->nodes.n >= NODES_MAX)
		return NODES_MAX - 1;
	node.scope = scope;
	node.name = node_path(e, scope, name);
	if (node.face)
		allocate_node(e->sema->arena, &node);
	vec_push(e->sema->arena, &e->bound->nodes, node);
	claim_name(e, (uint32_t)e->bound->nodes.n - 1);
	return (uint32_t)e->bound->nodes.n - 1;
}

/* ---- Declaring a block ---- */

static void declare_block(struct elaborator *e, struct scope *scope,
                          const struct ast_stmts *stmts);

/* Where `name` or `cam[2]` is bound: the binding's place, and its path. */
struct target {
	struct ast_name name;
	const char *label; /* "cam[2]" */
	struct map *names; /* or */
	struct binding **element;
};

static struct binding **bank_element(struct elaborator *e, struct binding *bank, int64_t index)
{
	while (bank->elements.n <= (size_t)index)
		vec_push(e->sema->arena, &bank->elements, NULL);
	return &bank->elements.items[index];
}

#define BANK_MAX 4096

/* The bank of `cam[i] = …`, made at its first element; it belongs to the whole pipeline. */
static struct binding *find_bank(struct elaborator *e, struct scope *scope,
                                 const struct ast_expr *expr)
{
	if (expr->kind != EXPR_NAME || !expr->name.text) {
		diag_report(e->sema->diags, E0206, expr->span, "only a name can be bound");
		return NULL;
	}
	struct scope *whole = scope->pipeline;
	struct binding *bank = map_get(&whole->names, expr->name.text);
	if (!bank) {
		resolve_name(e->sema, expr->name);
		bank = new_binding(e, BINDING_BANK,
		                   arena_printf(e->sema->arena, "%s%s", whole->prefix,
		                                expr->name.text),
		                   expr->span);
		map_put(e->sema->arena, &whole->names, expr->name.text, bank);
	} else if (bank->kind != BINDING_BANK) {
		diag_report(e->sema->diags, E0202, expr->span, "'%s' is bound already, to one value",
		            expr->name.text);
		diag_note(e->sema->diags, bank->at, "first bound here");
		return NULL;
	}
	return bank;
}

static bool resolve_target(struct elaborator *e, struct scope *scope,
                           const struct ast_expr *expr, struct target *ret_target)
{
	if (expr->kind == EXPR_NAME && expr->name.text) {
		resolve_name(e->sema, expr->name);
		*ret_target = (struct target){expr->name, expr->name.text, &scope->names, NULL};
		return true;
	}
	struct binding *bank =
	        expr->kind == EXPR_INDEX ? find_bank(e, scope, expr->left) : NULL;
	if (!bank) {
		if (expr->kind != EXPR_INDEX)
			diag_report(e->sema->diags, E0206, expr->span, "only a name can be bound");
		return false;
	}
	struct value index = elaborate_const(e, scope, expr->right);
	if (index.kind == VALUE_NONE)
		return false;
	if (index.kind != VALUE_INT || index.i < 0 || index.i >= BANK_MAX) {
		diag_report(e->sema->diags, E0307, expr->right->span,
		            "an element of a bank has a number 0 … %d", BANK_MAX - 1);
		return false;
	}
	*ret_target = (struct target){expr->left->name,
	                              arena_printf(e->sema->arena, "%s[%lld]",
	                                           expr->left->name.text, (long long)index.i),
	                              NULL, bank_element(e, bank, index.i)};
	return true;
}

static void put_target(struct elaborator *e, const struct target *target,
                       struct binding *binding)
{
	if (target->names) {
		enter(e, target->names, target->name, binding);
	} else if (*target->element) {
		diag_report(e->sema->diags, E0202, target->name.span,
		            "'%s' is bound twice: a name is a value, it cannot change",
		            target->label);
		diag_note(e->sema->diags, (*target->element)->at, "first bound here");
	} else {
		*target->element = binding;
	}
}

/* A path of a bank's element does not repeat the loop's number. */
static struct scope *target_scope(struct elaborator *e, struct scope *scope,
                                  const struct target *target)
{
	if (target->names || !*scope->suffix)
		return scope;
	struct scope *plain = arena_new(e->sema->arena, struct scope);
	*plain = (struct scope){.parent = scope,
	                        .pipeline = scope->pipeline,
	                        .file = scope->file,
	                        .prefix = scope->prefix,
	                        .suffix = "",
	                        .decl = scope->decl,
	                        .depth = scope->depth};
	return plain;
}

/* A function of the language, unless the file has a node of that name. */
static bool is_builtin_call(const struct scope *scope, const struct ast_expr *expr)
{
	return expr->kind == EXPR_CALL && expr->left->kind == EXPR_NAME &&
	       expression_builtin(expr->left->name.text) &&
	       !scope_find(scope->file, expr->left->name.text);
}

static void pend(struct elaborator *e, struct binding *binding, struct scope *scope,
                 const struct ast_expr *expr)
{
	binding->expr = expr;
	binding->scope = scope;
	vec_push(e->sema->arena, &e->pending, binding);
}

static void declare_call(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt,
                         const struct target *target)
{
	struct symbol *symbol = call_callee(e, scope, stmt->expr);
	struct span at = target ? target->name.span : stmt->expr->left->span;
	struct binding *binding = new_binding(e, BINDING_ERROR, NULL, at);
	if (target) {
		scope = target_scope(e, scope, target);
		binding->path = node_path(e, scope, target->label);
	}
	if (symbol && symbol->kind == SYMBOL_PIPELINE) {
		if (!target)
			binding->path = free_name(e, node_path(e, scope, symbol->name.text));
		binding->kind = BINDING_PENDING;
		pend(e, binding, scope, stmt->expr);
	} else if (symbol) {
		struct bound_node node = {.call = stmt->expr, .at = at, .named = target != NULL};
		node.face = resolve_node(e->sema, symbol);
		binding->node = elaborate_node(e, scope, node,
		                               target ? target->label : symbol->name.text);
		binding->kind = BINDING_NODE;
	}
	if (target)
		put_target(e, target, binding);
}

static void declare_bind(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	struct target target;
	if (!resolve_target(e, scope, stmt->target, &target))
		return;
	if (stmt->expr->kind == EXPR_CALL && !is_builtin_call(scope, stmt->expr)) {
		declare_call(e, scope, stmt, &target);
		return;
	}
	struct scope *place = target_scope(e, scope, &target);
	struct binding *binding = new_binding(e, BINDING_PENDING,
	                                      node_path(e, place, target.label),
	                                      stmt->target->span);
	pend(e, binding, place, stmt->expr);
	put_target(e, &target, binding);
}

/* The type that an output of the pipeline is declared to have; NULL when it depends on the use. */
static const struct type *declared_output(const struct scope *whole, const char *name)
{
	for (size_t i = 0; whole->face && i < whole->face->outputs.n; i++) {
		const struct port *port = &whole->face->outputs.items[i];
		if (strcmp(port->name, name) == 0)
			return type_is_concrete(port->type) ? port->type : NULL;
	}
	return NULL;
}

static void declare_out(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	struct scope *whole = scope->pipeline;
	struct binding *binding = new_binding(e, BINDING_PENDING,
	                                      node_path(e, scope, stmt->name.text),
	                                      stmt->name.span);
	enter(e, &whole->outputs, stmt->name, binding);
	binding->hint = declared_output(whole, stmt->name.text);
	pend(e, binding, scope, stmt->expr);
}

/* ---- Loops and choices ---- */

static bool loop_bounds(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt,
                        int64_t *ret_low, int64_t *ret_high)
{
	struct value low = elaborate_const(e, scope, stmt->low);
	struct value high = elaborate_const(e, scope, stmt->high);
	if (low.kind == VALUE_NONE || high.kind == VALUE_NONE)
		return false;
	struct span span = span_join(stmt->low->span, stmt->high->span);
	if (low.kind != VALUE_INT || high.kind != VALUE_INT) {
		diag_report(e->sema->diags, E0309, span, "a loop counts whole numbers");
		return false;
	}
	*ret_low = low.i;
	*ret_high = stmt->open ? high.i : high.i == INT64_MAX ? high.i : high.i + 1;
	int64_t n;
	if (__builtin_sub_overflow(*ret_high, *ret_low, &n) || n > NODES_MAX) {
		diag_report(e->sema->diags, E0105, span, "a loop has at most %d rounds", NODES_MAX);
		return false;
	}
	return true;
}

static void declare_for(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	int64_t low, high;
	if (!loop_bounds(e, scope, stmt, &low, &high))
		return;
	resolve_name(e->sema, stmt->name);
	for (int64_t i = low; i < high && e->bound->nodes.n < NODES_MAX; i++) {
		struct scope *round = arena_new(e->sema->arena, struct scope);
		*round = (struct scope){.parent = scope,
		                        .pipeline = scope->pipeline,
		                        .file = scope->file,
		                        .prefix = scope->prefix,
		                        .decl = scope->decl,
		                        .depth = scope->depth};
		round->suffix = arena_printf(e->sema->arena, "%s[%lld]", scope->suffix,
		                             (long long)i);
		struct binding *binding = new_binding(e, BINDING_CONST, stmt->name.text,
		                                      stmt->name.span);
		binding->value = (struct value){.kind = VALUE_INT, .i = i, .f = (double)i};
		enter(e, &round->names, stmt->name, binding);
		declare_block(e, round, &stmt->body);
	}
}

/* The chosen branch stands as if it were written without the `if`. */
static void declare_if(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	struct value test = elaborate_const(e, scope, stmt->expr);
	if (test.kind == VALUE_NONE)
		return;
	if (test.kind != VALUE_BOOL) {
		diag_report(e->sema->diags, E0309, stmt->expr->span,
		            "a choice at compile time is true or false, not %s",
		            value_kind_text(test.kind));
		return;
	}
	declare_block(e, scope, test.i ? &stmt->body : &stmt->other);
}

static void declare_stmt(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	struct diags *diags = e->sema->diags;
	switch (stmt->kind) {
	case STMT_BIND:
		declare_bind(e, scope, stmt);
		break;
	case STMT_CALL:
		if (stmt->expr->kind == EXPR_CALL && !is_builtin_call(scope, stmt->expr))
			declare_call(e, scope, stmt, NULL);
		else if (stmt->expr->kind != EXPR_ERROR)
			diag_report(diags, E0311, stmt->expr->span, "this statement does nothing");
		break;
	case STMT_OUT:
		declare_out(e, scope, stmt);
		break;
	case STMT_ASSERT:
		vec_push(e->sema->arena, &e->asserts, (struct scoped_stmt){stmt, scope});
		break;
	case STMT_FOR:
		declare_for(e, scope, stmt);
		break;
	case STMT_IF:
		declare_if(e, scope, stmt);
		break;
	}
}

static void declare_block(struct elaborator *e, struct scope *scope,
                          const struct ast_stmts *stmts)
{
	for (size_t i = 0; i < stmts->n; i++)
		declare_stmt(e, scope, &stmts->items[i]);
}

/* ---- Pipelines inside pipelines ---- */

static void put_const(struct elaborator *e, struct scope *scope, const struct generic *generic,
                      uint64_t value)
{
	struct binding *binding = new_binding(e, BINDING_CONST, generic->name, generic->span);
	binding->value = (struct value){.kind = VALUE_INT, .i = (int64_t)value, .f = (double)value};
	map_put(e->sema->arena, &scope->names, generic->name, binding);
}

/* What the caller's argument for a port is inside: the same stream or bank; a chosen or computed one
 * through a node of its own, so that all uses inside see the same. */
static struct binding *port_binding(struct elaborator *e, struct scope *from, const char *path,
                                    const struct ast_expr *expr)
{
	struct binding *binding = new_binding(e, BINDING_ERROR, path, expr->span);
	bool computed = expr->kind != EXPR_EDGE && stream_is_expression(e, from, expr);
	if (expr->kind == EXPR_EDGE || expr->kind == EXPR_WINDOW || computed) {
		struct stream_ref ref = computed ? expression_node(e, from, expr, path, NULL)
		                                 : expression_relay(e, from, expr, path);
		if (ref.node == UNBOUND)
			return binding;
		binding->kind = BINDING_STREAM;
		binding->node = ref.node;
		binding->output = ref.output;
		return binding;
	}
	struct binding *to = stream_binding(e, from, expr);
	return to ? to : binding;
}

/* The type that a stream has, as far as it is known. */
static const struct type *binding_type(struct elaborator *e, const struct binding *binding)
{
	if (binding->kind != BINDING_NODE && binding->kind != BINDING_STREAM)
		return NULL;
	unify_node(e, binding->node);
	const struct bound_node *node = &e->bound->nodes.items[binding->node];
	uint32_t output = binding->kind == BINDING_NODE ? 0 : binding->output;
	return node->face && node->face->outputs.n > output ? node->outputs[output] : NULL;
}

static size_t generic_number(const struct interface *face, const char *name)
{
	for (size_t i = 0; i < face->generics.n; i++)
		if (strcmp(face->generics.items[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

static void check_port(struct elaborator *e, struct instance *instance, const struct port *port,
                       const struct binding *binding, struct span at)
{
	const struct interface *face = instance->face;
	const struct type *declared = port->type;
	const struct binding *first = binding;
	if (binding->kind == BINDING_BANK && declared->kind == TYPE_ARRAY) {
		size_t i = declared->n.variable ? generic_number(face, declared->n.variable)
		                                : SIZE_MAX;
		uint64_t n = declared->n.value;
		if (i != SIZE_MAX && instance->sizes[i] == 0)
			instance->sizes[i] = binding->elements.n;
		if (i != SIZE_MAX)
			n = instance->sizes[i];
		if (n != binding->elements.n)
			diag_report(e->sema->diags, E0308, at, "'%s' of %s takes %llu streams, this "
			                                       "bank has %zu", port->name, face->kind,
			            (unsigned long long)n, binding->elements.n);
		declared = declared->item;
		first = binding->elements.n > 0 ? binding->elements.items[0] : NULL;
		if (first && first->kind == BINDING_PENDING)
			elaborate_force(e, (struct binding *)first);
	}
	const struct type *actual = first ? binding_type(e, first) : NULL;
	if (actual && !unify_port(face->generics.items, face->generics.n, instance->sizes,
	                          instance->types, declared, actual)) {
		diag_report(e->sema->diags, E0302, at, "'%s' of %s takes %s, this is %s",
		            port->name, face->kind, port->type->name, actual->name);
		diag_note(e->sema->diags, port->span, "declared here");
	}
}

static void bind_param(struct elaborator *e, struct instance *instance, const struct param *param,
                       struct scope *from, const struct ast_expr *expr, struct span at)
{
	struct binding *binding = new_binding(e, BINDING_PARAM, param->name, param->span);
	struct formula *initial = arena_new(e->sema->arena, struct formula);
	*initial = (struct formula){.kind = FORMULA_CONST, .type = param->type,
	                            .span = param->span, .value = param->initial};
	if (!expr && !param->initial_text && param->type->kind != TYPE_ERROR) {
		diag_report(e->sema->diags, E0310, at,
		            "the parameter '%s' of %s has no default and must be given",
		            param->name, instance->face->kind);
		diag_note(e->sema->diags, param->span, "declared here");
	}
	binding->param = param;
	binding->formula = expr ? formula_build(e, from, param->type, expr) : initial;
	if (binding->formula && expr && binding->formula->kind == FORMULA_CONST)
		resolve_in_range(e->sema, param, expr->span, &binding->formula->value);
	map_put(e->sema->arena, &instance->inside->names, param->name, binding);
}

/* Generics that were given by name come first, so that ports can be checked against them. */
static void bind_generics(struct elaborator *e, struct instance *instance, struct scope *from,
                          const struct call_arguments *arguments)
{
	for (size_t i = 0; i < instance->face->generics.n; i++) {
		const struct generic *generic = &instance->face->generics.items[i];
		const struct ast_expr *expr = arguments->generics[i];
		if (!expr)
			continue;
		struct value value = elaborate_const(e, from, expr);
		if (value.kind == VALUE_INT && value.i > 0)
			instance->sizes[i] = (uint64_t)value.i;
		else if (value.kind != VALUE_NONE)
			diag_report(e->sema->diags, E0308, expr->span, "'%s' is a size, 1 or more",
			            generic->name);
	}
}

static void bind_instance(struct elaborator *e, struct instance *instance, struct scope *from,
                          const struct ast_expr *call)
{
	const struct interface *face = instance->face;
	struct call_arguments arguments;
	if (!call_arguments(e, face, call, &arguments))
		return;
	bind_generics(e, instance, from, &arguments);
	for (size_t i = 0; i < face->inputs.n; i++) {
		const struct port *port = &face->inputs.items[i];
		const struct ast_expr *expr = arguments.inputs[i];
		const char *path = arena_printf(e->sema->arena, "%s%s", instance->inside->prefix,
		                                port->name);
		if (!expr) {
			map_put(e->sema->arena, &instance->inside->names, port->name,
			        new_binding(e, BINDING_ERROR, path, port->span));
			diag_report(e->sema->diags, E0304, call->left->span,
			            "the input '%s' of %s is not connected", port->name, face->kind);
			diag_note(e->sema->diags, port->span, "declared here");
			continue;
		}
		struct binding *binding = port_binding(e, from, path, expr);
		map_put(e->sema->arena, &instance->inside->names, port->name, binding);
		check_port(e, instance, port, binding, expr->span);
	}
	for (size_t i = 0; i < face->generics.n; i++) {
		const struct generic *generic = &face->generics.items[i];
		if (instance->sizes[i] == 0 && generic->has_initial)
			instance->sizes[i] = generic->initial;
		if (generic->kind != GENERIC_TYPE && instance->sizes[i] != 0)
			put_const(e, instance->inside, generic, instance->sizes[i]);
		else if (e->sema->diags->n_errors > 0) /* why it is not known was said */
			map_put(e->sema->arena, &instance->inside->names, generic->name,
			        new_binding(e, BINDING_ERROR, generic->name, generic->span));
	}
	for (size_t i = 0; i < face->params.n; i++)
		bind_param(e, instance, &face->params.items[i], from, arguments.params[i],
		           call->left->span);
}

/* What `out` says must be what is declared. */
static void check_outputs(struct elaborator *e, const struct instance *instance)
{
	struct map *outputs = &instance->inside->outputs;
	const struct interface *face = instance->face;
	for (size_t i = 0; i < face->outputs.n; i++) {
		const struct port *port = &face->outputs.items[i];
		if (map_get(outputs, port->name))
			continue;
		diag_report(e->sema->diags, E0401, port->span, "the output '%s' is given no value",
		            port->name);
		diag_help(e->sema->diags, "write 'out %s = …' in the pipeline", port->name);
	}
	for (size_t i = 0; i < outputs->n; i++) {
		const struct binding *binding = outputs->entries[i].value;
		bool declared = false;
		for (size_t k = 0; k < face->outputs.n; k++)
			declared = declared ||
			           strcmp(face->outputs.items[k].name, outputs->entries[i].key) == 0;
		if (!declared)
			diag_report(e->sema->diags, E0303, binding->at, "%s has no output '%s'",
			            face->kind, outputs->entries[i].key);
	}
}

/* The types of what `out` says, once all are known. */
static void check_output_types(struct elaborator *e, struct instance *instance)
{
	struct map *outputs = &instance->inside->outputs;
	const struct interface *face = instance->face;
	for (size_t i = 0; i < face->outputs.n; i++) {
		const struct port *port = &face->outputs.items[i];
		const struct binding *binding = map_get(outputs, port->name);
		const struct type *actual = binding ? binding_type(e, binding) : NULL;
		if (!actual || unify_port(face->generics.items, face->generics.n, instance->sizes,
		                          instance->types, port->type, actual))
			continue;
		diag_report(e->sema->diags, E0302, binding->at, "'%s' of %s is declared %s, this is %s",
		            port->name, face->kind, port->type->name, actual->name);
		diag_note(e->sema->diags, port->span, "declared here");
	}
}

static void elaborate_pipeline(struct elaborator *e, struct binding *binding,
                               struct symbol *symbol)
{
	struct arena *arena = e->sema->arena;
	struct scope *from = binding->scope;
	if (from->depth >= PIPELINE_MAX_DEPTH) {
		diag_report(e->sema->diags, E0105, binding->expr->span,
		            "pipelines stand inside each other more than %d deep",
		            PIPELINE_MAX_DEPTH);
		return;
	}
	struct instance *instance = arena_new(arena, struct instance);
	instance->face = resolve_node(e->sema, symbol);
	instance->sizes = arena_alloc(arena, (instance->face->generics.n + 1) * sizeof(uint64_t));
	instance->types = arena_alloc(arena, (instance->face->generics.n + 1) * sizeof(void *));
	struct scope *inside = arena_new(arena, struct scope);
	*inside = (struct scope){.file = symbol->file,
	                         .prefix = arena_printf(arena, "%s.", binding->path),
	                         .suffix = "",
	                         .decl = symbol->decl,
	                         .face = instance->face,
	                         .depth = from->depth + 1};
	inside->pipeline = inside;
	instance->inside = inside;
	vec_push(arena, &e->instances, instance);
	binding->kind = BINDING_PIPELINE;
	binding->pipeline = symbol->decl;
	binding->inside = inside;
	bind_instance(e, instance, from, binding->expr);
	declare_block(e, inside, &symbol->decl->stmts);
	check_outputs(e, instance);
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
	if (expr->kind == EXPR_CALL && !is_builtin_call(scope, expr)) {
		struct symbol *symbol = call_callee(e, scope, expr);
		if (symbol && symbol->kind == SYMBOL_PIPELINE)
			elaborate_pipeline(e, binding, symbol);
		else if (symbol)
			diag_report(e->sema->diags, E0311, expr->span,
			            "bind this call to a name first, then write the name here");
	} else if (expr->kind == EXPR_EDGE || expr->kind == EXPR_WINDOW) {
		force_stream(binding, expression_relay(e, scope, expr, binding->path));
	} else if (stream_is_expression(e, scope, expr)) {
		force_stream(binding, expression_node(e, scope, expr, binding->path,
		                                      binding->hint));
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
		            binding->forcing ? "'%s' is defined by itself"
		                             : "'%s' is defined through too many others",
		            binding->path);
		if (binding->forcing)
			diag_help(e->sema->diags, "go back in time: write '%s[-1]', or 'sample'",
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
	stream_finish(e);
	unify_all(e);
	for (size_t i = 0; i < e->instances.n; i++)
		check_output_types(e, e->instances.items[i]);
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
			            "'%s' has an input, '%s': it is no program of its own",
			            pipeline->name.text, port->name.text);
			diag_help(sema->diags, "a parameter has a default, or the word 'param' "
			                       "before it");
			continue;
		}
		struct binding *binding = new_binding(e, BINDING_PARAM, port->name.text,
		                                      port->name.span);
		struct formula *formula = arena_new(sema->arena, struct formula);
		vec_push(sema->arena, &e->bound->params,
		         resolve_param(sema, scope->file, port));
		formula->kind = FORMULA_PARAM;
		formula->param = (uint32_t)e->bound->params.n - 1;
		formula->type = e->bound->params.items[formula->param].type;
		binding->formula = formula;
		if (map_get(&scope->names, port->name.text))
			diag_report(sema->diags, E0202, port->name.span, "'%s' is declared twice",
			            port->name.text);
		map_put(sema->arena, &scope->names, port->name.text, binding);
	}
	/* Their addresses hold now that no more are pushed. */
	for (size_t i = 0, k = 0; i < pipeline->inputs.n; i++) {
		struct binding *binding = map_get(&scope->names, pipeline->inputs.items[i].name.text);
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
		            "'%s' has outputs: it is no program of its own", pipeline->name.text);
	for (size_t i = 0; i < pipeline->generics.n; i++) {
		const struct ast_generic *generic = &pipeline->generics.items[i];
		struct generic size = {.name = generic->name.text, .span = generic->name.span};
		uint64_t value = 0;
		if (!generic->initial)
			diag_report(sema->diags, E0308, size.span,
			            "nothing gives '%s' a value: write a default", size.name);
		else if (const_size(sema, file, generic->initial, UINT32_MAX, &value))
			put_const(&e, scope, &size, value);
	}
	collect_params(&e, scope, pipeline);
	declare_block(&e, scope, &pipeline->stmts);
	elaborate_all(&e);
	for (size_t i = 0; i < e.asserts.n; i++)
		assertion_check(&e, e.asserts.items[i].scope, e.asserts.items[i].stmt);
	return bound;
}
