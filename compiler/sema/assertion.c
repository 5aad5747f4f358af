/* Asserts: which nodes they name, and their limits. Whether they hold is for the passes to say. */
#include "sema/elaborate.h"
#include <string.h>

/* So many names are told at most. */
enum { NAMED_MAX = 6 };

/* Whether what should have been this node, or have held it, had a mistake, which was told. */
static bool was_reported(const struct sema *sema, const struct bound *bound, const char *path)
{
	char *name = arena_strdup(sema->arena, path);
	if (sema->diags->n_errors == 0)
		return false;
	for (;;) {
		const struct binding *binding = map_get(&bound->targets, name);
		bool works = binding && (binding->kind == BINDING_PIPELINE ||
		                         binding->kind == BINDING_NODE || binding->nodes.n > 0);
		if ((binding && !works) || scope_is_lost(bound->file, name))
			return true;
		char *bracket = strrchr(name, '['), *dot = strrchr(name, '.');
		char *end = bracket && (!dot || bracket > dot) ? bracket : dot;
		if (!end)
			return false;
		*end = '\0';
	}
}

/* The name of a node that lies beyond a path, or before it: an element of a bank, what is in a
 * pipeline, the node of an output. Of an expression it may be one that has no node yet. */
static bool help_path(struct sema *sema, const struct bound *bound, const char *path)
{
	const struct binding *binding = map_get(&bound->targets, path);
	const struct map *names = &bound->node_names;
	const char *listed = "", *dot = strrchr(path, '.');
	size_t n = 0, length = strlen(path);
	for (size_t i = 0; i < names->n && n < NAMED_MAX; i++) {
		const char *name = names->entries[i].key;
		if (strncmp(name, path, length) != 0 ||
		    (name[length] != '.' && name[length] != '['))
			continue;
		listed = arena_printf(sema->arena, "%s%s%s", listed, n++ ? ", " : "", name);
	}
	const struct map *outputs = binding && binding->inside ? &binding->inside->outputs : NULL;
	for (size_t i = 0; outputs && i < outputs->n && n < NAMED_MAX; i++) {
		const struct binding *output = outputs->entries[i].value;
		if (output->kind != BINDING_EXPRESSION || map_get(names, output->path))
			continue;
		listed = arena_printf(sema->arena, "%s%s%s", listed, n++ ? ", " : "", output->path);
	}
	if (n > 1)
		diag_help(sema->diags, "'%s' is several: name one of %s", path, listed);
	else if (n == 1)
		diag_help(sema->diags, "write '%s'", listed);
	else if (dot && map_get(names, arena_printf(sema->arena, "%.*s", (int)(dot - path), path)))
		diag_help(sema->diags, "'%s' is an output: name its node, '%.*s'", path,
		          (int)(dot - path), path);
	else
		return false;
	return true;
}

uint32_t bound_find(struct sema *sema, const struct bound *bound, const char *path,
                    struct span span, enum diag_code unknown)
{
	uint32_t found = (uint32_t)(uintptr_t)map_get(&bound->node_names, path) - 1;
	if (found != UNBOUND && !bound->nodes.items[found].ambiguous)
		return found;
	if (found != UNBOUND) {
		const struct bound_node *node = &bound->nodes.items[found];
		diag_report(sema->diags, E0402, span,
		            "'%s' is not clear: several calls of '%s' have no name of their own",
		            path, node->face ? node->face->kind : path);
		diag_help(sema->diags, "bind each to a name of its own: x = %s(…)",
		          node->face ? node->face->kind : path);
		return UNBOUND;
	}
	if (was_reported(sema, bound, path))
		return UNBOUND;
	VEC(const char *) names = {0};
	for (size_t i = 0; i < bound->node_names.n; i++)
		vec_push(sema->arena, &names, bound->node_names.entries[i].key);
	diag_report(sema->diags, unknown, span, "'%s' has no node '%s'", bound->name, path);
	if (help_path(sema, bound, path))
		return UNBOUND;
	diag_suggest(sema->diags, path, names.items, names.n);
	return UNBOUND;
}

/* "rig.left[2]", as written; NULL after a report. */
static const char *written_path(struct elaborator *e, struct scope *scope,
                                const struct ast_expr *expr)
{
	struct arena *arena = e->sema->arena;
	if (expr->kind == EXPR_NAME && expr->name.text)
		return expr->name.text;
	if (expr->kind == EXPR_MEMBER) {
		const char *left = written_path(e, scope, expr->left);
		return left ? arena_printf(arena, "%s.%s", left, expr->name.text) : NULL;
	}
	if (expr->kind == EXPR_INDEX) {
		const char *left = written_path(e, scope, expr->left);
		struct value index = elaborate_const(e, scope, expr->right);
		return left && index.kind == VALUE_INT
		               ? arena_printf(arena, "%s[%lld]", left, (long long)index.i)
		               : NULL;
	}
	if (expr->kind != EXPR_ERROR)
		diag_report(e->sema->diags, E0206, expr->span, "the name of a node is needed here");
	return NULL;
}

static uint32_t assert_node(struct elaborator *e, struct scope *scope, const struct ast_expr *expr)
{
	const char *path = written_path(e, scope, expr);
	if (!path)
		return UNBOUND;
	path = arena_printf(e->sema->arena, "%s%s%s", scope->prefix, path, scope->suffix);
	/* Inside a loop, a name may also be one of outside. */
	if (*scope->suffix && !map_get(&e->bound->node_names, path))
		path = arena_printf(e->sema->arena, "%s%s", scope->prefix,
		                    written_path(e, scope, expr));
	return bound_find(e->sema, e->bound, path, expr->span, E0201);
}

static void check_pair(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt,
                       enum bound_assertion_kind kind, uint64_t limit)
{
	bool arrow = kind != BOUND_INDEPENDENT;
	if (stmt->args.n != 2 || stmt->arrow != arrow ||
	    (stmt->limit != NULL) != (kind == BOUND_LATENCY)) {
		diag_report(e->sema->diags, E0103, stmt->span, "write assert %s",
		            kind == BOUND_LIVE      ? "live(a -> b)"
		            : kind == BOUND_LATENCY ? "latency(a -> b) <= 50ms"
		                                    : "independent(a, b)");
		return;
	}
	struct bound_assertion assertion = {.kind = kind, .at = stmt->span, .limit = limit};
	assertion.a_at = stmt->args.items[0].value->span;
	assertion.b_at = stmt->args.items[1].value->span;
	assertion.a = assert_node(e, scope, stmt->args.items[0].value);
	assertion.b = assert_node(e, scope, stmt->args.items[1].value);
	if (assertion.a != UNBOUND && assertion.b != UNBOUND)
		vec_push(e->sema->arena, &e->bound->asserts, assertion);
}

/* The limit of an assert, of the kind it needs; false after a report. */
static bool limit_of(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt,
                     enum value_kind kind, uint64_t *ret_limit)
{
	if (!stmt->limit) {
		diag_report(e->sema->diags, E0103, stmt->span, "write assert %s",
		            kind == VALUE_INT ? "memory <= 256MiB" : "latency(a -> b) <= 50ms");
		return false;
	}
	struct value limit = elaborate_const(e, scope, stmt->limit);
	if (limit.kind == VALUE_NONE)
		return false;
	if (limit.kind != kind || limit.i < 0) {
		diag_report(e->sema->diags, E0302, stmt->limit->span, "%s is needed here",
		            kind == VALUE_INT ? "a number of bytes, such as 256MiB,"
		                              : "a time, such as 50ms,");
		return false;
	}
	*ret_limit = (uint64_t)limit.i;
	return true;
}

void assertion_check(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt)
{
	static const char *const known[] = {"independent", "live", "memory", "latency"};
	const char *word = stmt->name.text;
	uint64_t limit = 0;
	if (strcmp(word, "independent") == 0) {
		check_pair(e, scope, stmt, BOUND_INDEPENDENT, 0);
	} else if (strcmp(word, "live") == 0) {
		check_pair(e, scope, stmt, BOUND_LIVE, 0);
	} else if (strcmp(word, "latency") == 0) {
		if (limit_of(e, scope, stmt, VALUE_TIME, &limit))
			check_pair(e, scope, stmt, BOUND_LATENCY, limit);
	} else if (strcmp(word, "memory") == 0) {
		if (limit_of(e, scope, stmt, VALUE_INT, &limit))
			vec_push(e->sema->arena, &e->bound->asserts,
			         (struct bound_assertion){
					 .kind = BOUND_MEMORY, .at = stmt->span, .limit = limit});
	} else {
		diag_report(e->sema->diags, E0201, stmt->name.span, "unknown assertion '%s'", word);
		diag_suggest(e->sema->diags, word, known, 4);
		diag_help(e->sema->diags, "what is proved is independent(a, b), live(a -> b), "
		                          "latency(a -> b) <= 50ms and memory <= 256MiB");
	}
}
