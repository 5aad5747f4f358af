/* Declaring the statements of a block: loops and choices are unrolled, each name is entered. Nodes
 * are added at once; what else a name stands for is left pending. */
#include "sema/elaborate.h"
#include <string.h>

/* Enters a name; a second one of the same scope is a mistake. */
static bool enter(struct elaborator *e, struct map *names, struct ast_name name,
                  struct binding *binding)
{
	struct binding *old = map_get(names, name.text);
	bool lost = old && old->kind == BINDING_ERROR && !old->expr && old != binding;
	if (!old || lost) {
		map_put(e->sema->arena, names, name.text, binding);
		return true;
	}
	if (old->kind == BINDING_PARAM)
		diag_report(e->sema->diags, E0202, name.span, "'%s' is a parameter already",
		            name.text);
	else
		diag_report(e->sema->diags, E0202, name.span,
		            "'%s' is bound twice: a name is a value, it cannot change", name.text);
	diag_note(e->sema->diags, old->at,
	          old->kind == BINDING_PARAM ? "declared here" : "first bound here");
	return false;
}

/* ---- What is bound ---- */

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
		bank = binding_new(
			e, BINDING_BANK,
			arena_printf(e->sema->arena, "%s%s", whole->prefix, expr->name.text),
			expr->span);
		map_put(e->sema->arena, &whole->names, expr->name.text, bank);
	} else if (bank->kind == BINDING_ERROR) {
		return NULL;
	} else if (bank->kind != BINDING_BANK) {
		diag_report(e->sema->diags, E0202, expr->span,
		            "'%s' is bound already, to one value", expr->name.text);
		diag_note(e->sema->diags, bank->at, "first bound here");
		return NULL;
	}
	return bank;
}

static bool resolve_target(struct elaborator *e, struct scope *scope, const struct ast_expr *expr,
                           struct target *ret_target)
{
	if (expr->kind == EXPR_NAME && expr->name.text) {
		resolve_name(e->sema, expr->name);
		*ret_target = (struct target){expr->name, expr->name.text, &scope->names, NULL};
		return true;
	}
	struct binding *bank = expr->kind == EXPR_INDEX ? find_bank(e, scope, expr->left) : NULL;
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
		            "the number of an element must be between 0 and %d", BANK_MAX - 1);
		return false;
	}
	*ret_target = (struct target){
		expr->left->name,
		arena_printf(e->sema->arena, "%s[%lld]", expr->left->name.text, (long long)index.i),
		NULL, bank_element(e, bank, index.i)};
	return true;
}

static void put_target(struct elaborator *e, const struct target *target, struct binding *binding)
{
	map_put(e->sema->arena, &e->bound->targets, binding->path, binding);
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

/* ---- Statements ---- */

static void pend(struct elaborator *e, struct binding *binding, struct scope *scope,
                 const struct ast_expr *expr)
{
	binding->expr = expr;
	binding->scope = scope;
	vec_push(e->sema->arena, &e->pending, binding);
}

static struct binding *declare_call(struct elaborator *e, struct scope *scope,
                                    const struct ast_stmt *stmt, const struct target *target)
{
	struct symbol *symbol = call_callee(e, scope, stmt->expr);
	struct span at = target ? target->name.span : stmt->expr->left->span;
	struct binding *binding = binding_new(e, BINDING_ERROR, NULL, at);
	if (target) {
		scope = target_scope(e, scope, target);
		binding->path = node_path(e, scope, target->label);
	}
	if (symbol && symbol->kind == SYMBOL_PIPELINE) {
		if (!target)
			binding->path = node_free_name(e, node_path(e, scope, symbol->name.text));
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
	return binding;
}

static void declare_bind(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	struct target target;
	if (!resolve_target(e, scope, stmt->target, &target))
		return;
	if (stmt->expr->kind == EXPR_CALL && !call_is_value(scope, stmt->expr)) {
		privacy_declare(e, declare_call(e, scope, stmt, &target), stmt->privacy);
		return;
	}
	struct scope *place = target_scope(e, scope, &target);
	struct binding *binding = binding_new(e, BINDING_PENDING, node_path(e, place, target.label),
	                                      stmt->target->span);
	pend(e, binding, place, stmt->expr);
	put_target(e, &target, binding);
	privacy_declare(e, binding, stmt->privacy);
}

/* NULL: the pipeline declares none of this name. */
static const struct port *declared_output(const struct scope *whole, const char *name)
{
	for (size_t i = 0; whole->face && i < whole->face->outputs.n; i++)
		if (strcmp(whole->face->outputs.items[i].name, name) == 0)
			return &whole->face->outputs.items[i];
	return NULL;
}

static void declare_out(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	struct scope *whole = scope->pipeline;
	struct binding *binding = binding_new(
		e, BINDING_PENDING, node_path(e, scope, stmt->name.text), stmt->name.span);
	enter(e, &whole->outputs, stmt->name, binding);
	const struct port *port = declared_output(whole, stmt->name.text);
	if (port && type_is_concrete(port->type)) /* else it depends on the use */
		binding->hint = port->type;
	pend(e, binding, scope, stmt->expr);
}

/* ---- Loops and choices ---- */

/* What a block would have bound that cannot be looked at, after a report: it is not missed. Of a
 * loop's body only banks are seen outside. */
static void declare_lost(struct elaborator *e, struct scope *scope, const struct ast_stmts *stmts,
                         bool banks_alone)
{
	for (size_t i = 0; i < stmts->n; i++) {
		const struct ast_stmt *stmt = &stmts->items[i];
		const struct ast_expr *target = stmt->kind == STMT_BIND ? stmt->target : NULL;
		bool bank = target && target->kind == EXPR_INDEX;
		struct scope *place = bank ? scope->pipeline : scope;
		bool in_loop = banks_alone || stmt->kind == STMT_FOR;
		declare_lost(e, scope, &stmt->body, in_loop);
		declare_lost(e, scope, &stmt->other, in_loop);
		target = bank ? target->left : target;
		if (!target || target->kind != EXPR_NAME || !target->name.text ||
		    (banks_alone && !bank) || map_get(&place->names, target->name.text))
			continue;
		struct binding *binding = binding_new(
			e, BINDING_ERROR, node_path(e, place, target->name.text), target->span);
		map_put(e->sema->arena, &place->names, target->name.text, binding);
		map_put(e->sema->arena, &e->bound->targets, binding->path, binding);
	}
}

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

/* Pipelines that contain each other twice, and loops in loops, double and multiply without making a
 * single node. False, after one report, when there is too much. */
static bool may_declare(struct elaborator *e, struct span span)
{
	if (e->n_declared > DECLARED_MAX)
		return false;
	if (e->n_declared > DECLARED_MAX_WRONG && e->sema->diags->n_errors > 0) {
		e->n_declared = DECLARED_MAX + 1;
		return false;
	}
	if (e->n_declared++ < DECLARED_MAX)
		return true;
	diag_report(e->sema->diags, E0105, span,
	            "with all its pipelines and loops written out, the program has more than %d "
	            "statements",
	            DECLARED_MAX);
	return false;
}

static void declare_for(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	int64_t low, high;
	if (!loop_bounds(e, scope, stmt, &low, &high)) {
		declare_lost(e, scope, &stmt->body, true);
		return;
	}
	resolve_name(e->sema, stmt->name);
	for (int64_t i = low; i < high && may_declare(e, stmt->span); i++) {
		struct scope *round = arena_new(e->sema->arena, struct scope);
		*round = (struct scope){.parent = scope,
		                        .pipeline = scope->pipeline,
		                        .file = scope->file,
		                        .prefix = scope->prefix,
		                        .decl = scope->decl,
		                        .depth = scope->depth};
		round->suffix = arena_printf(e->sema->arena, "%s[%lld]", scope->suffix,
		                             (long long)i);
		struct binding *binding = binding_new(e, BINDING_CONST, stmt->name.text,
		                                      stmt->name.span);
		binding->value = (struct value){.kind = VALUE_INT, .i = i, .f = (double)i};
		enter(e, &round->names, stmt->name, binding);
		declare_block(e, round, &stmt->body);
	}
}

/* The chosen branch stands as if it were written without the `if`. */
static void declare_if(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	e->sema->choice = resolve_source(e->sema, stmt->expr->span);
	struct value test = elaborate_const(e, scope, stmt->expr);
	e->sema->choice = NULL;
	if (test.kind != VALUE_NONE && test.kind != VALUE_BOOL)
		diag_report(e->sema->diags, E0309, stmt->expr->span,
		            "the condition of an 'if' must be a boolean, not %s",
		            value_kind_text(test.kind));
	if (test.kind != VALUE_BOOL) {
		declare_lost(e, scope, &stmt->body, false);
		declare_lost(e, scope, &stmt->other, false);
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
		if (stmt->expr->kind == EXPR_CALL && !call_is_value(scope, stmt->expr))
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

void declare_block(struct elaborator *e, struct scope *scope, const struct ast_stmts *stmts)
{
	for (size_t i = 0; i < stmts->n && may_declare(e, stmts->items[i].span); i++)
		declare_stmt(e, scope, &stmts->items[i]);
}
