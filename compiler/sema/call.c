/* Calls of nodes and pipelines: which argument gives a value to which port, parameter or size. */
#include "base/text.h"
#include "sema/elaborate.h"
#include "sema/function.h"
#include <string.h>

enum slot_kind { SLOT_NONE, SLOT_INPUT, SLOT_PARAM, SLOT_GENERIC };

struct slot {
	enum slot_kind kind;
	size_t index;
};

/* The function that other languages call so; NULL: none. */
static const char *other_word(const char *name)
{
	static const char *const words[][2] = {
		{"avg", "mean"},    {"average", "mean"}, {"length", "len"},  {"size", "len"},
		{"power", "pow"},   {"int", "i64"},      {"float", "f64"},   {"double", "f64"},
		{"str", "text"},    {"string", "text"},  {"ln", "log"},      {"maximum", "max"},
		{"minimum", "min"}, {"total", "sum"},    {"argmax", "best"}, {"filter", "where"},
		{"map", "select"},  {"trunc", "i64"},    {"fabs", "abs"},    {"absent", "present"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], name) == 0)
			return words[i][1];
	return NULL;
}

static void suggest_function(struct elaborator *e, const char *name)
{
	const char *other = other_word(name);
	if (other && strcmp(name, "absent") == 0) {
		diag_help(e->sema->diags, "write 'not present'");
		return;
	}
	if (other && function_find(other) == N_FUNCTIONS) {
		diag_help(e->sema->diags, "of a list, this is written 'xs %s …'", other);
		return;
	}
	if (other) {
		diag_help(e->sema->diags, "did you mean '%s'?", other);
		return;
	}
	const char *words[N_FUNCTIONS];
	for (int i = 0; i < N_FUNCTIONS; i++)
		words[i] = functions[i].word;
	diag_suggest(e->sema->diags, name, words, N_FUNCTIONS);
}

/* A name that is neither a node's nor a function's, but like that of a function. */
static bool is_misspelt_function(struct elaborator *e, struct scope *scope,
                                 const struct ast_expr *callee)
{
	if (callee->kind != EXPR_NAME || scope_find(scope->file, callee->name.text))
		return false;
	if (other_word(callee->name.text))
		return true;
	VEC(const char *) words = {0};
	const struct map *symbols = &scope->file->module->symbols;
	for (size_t i = 0; i < symbols->n; i++)
		vec_push(e->sema->arena, &words, symbols->entries[i].key);
	for (int i = 0; i < N_FUNCTIONS; i++)
		vec_push(e->sema->arena, &words, functions[i].word);
	const char *nearest = text_nearest(callee->name.text, words.items, words.n);
	return nearest && function_find(nearest) != N_FUNCTIONS && !map_get(symbols, nearest);
}

struct symbol *call_callee(struct elaborator *e, struct scope *scope, const struct ast_expr *call)
{
	struct sema *sema = e->sema;
	const struct ast_expr *callee = call->left;
	struct ast_names path = {0};
	if (callee->kind == EXPR_MEMBER && callee->left->kind == EXPR_NAME)
		vec_push(sema->arena, &path, callee->left->name);
	else if (callee->kind != EXPR_NAME || !callee->name.text) {
		diag_report(sema->diags, E0206, callee->span, "a node is NAME or MODULE.NAME");
		return NULL;
	}
	if (is_misspelt_function(e, scope, callee)) {
		diag_report(sema->diags, E0205, callee->span, "no node or function '%s'",
		            callee->name.text);
		suggest_function(e, callee->name.text);
		return NULL;
	}
	vec_push(sema->arena, &path, callee->name);
	struct symbol *symbol = scope_lookup(sema, scope->file, &path, E0205, "node");
	if (!symbol)
		return NULL;
	if (symbol->kind != SYMBOL_NODE && symbol->kind != SYMBOL_PIPELINE) {
		diag_report(sema->diags, E0206, callee->span, "'%s' is %s, not a node",
		            symbol->name.text, symbol_kind_text(symbol->kind));
		return NULL;
	}
	return symbol;
}

static bool is_node(const struct symbol *symbol)
{
	return symbol && (symbol->kind == SYMBOL_NODE || symbol->kind == SYMBOL_PIPELINE);
}

struct symbol *scope_type(const struct scope *scope, const struct ast_expr *expr)
{
	const struct ast_expr *first = expr->kind == EXPR_MEMBER ? expr->left : expr;
	if (first->kind != EXPR_NAME || !first->name.text || !expr->name.text ||
	    scope_binding((struct scope *)scope, first->name.text))
		return NULL;
	struct symbol *symbol = scope_find(scope->file, first->name.text);
	if (symbol && expr != first)
		symbol = symbol->kind == SYMBOL_MODULE && symbol->module
		                 ? map_get(&symbol->module->symbols, expr->name.text)
		                 : NULL;
	bool type = symbol && (symbol->kind == SYMBOL_RECORD || symbol->kind == SYMBOL_ENUM);
	return type ? symbol : NULL;
}

bool call_is_value(const struct scope *scope, const struct ast_expr *expr)
{
	if (expr->kind == EXPR_CALL && scope_type(scope, expr->left))
		return true;
	const char *name = expr->kind == EXPR_CALL && expr->left->kind == EXPR_NAME
	                           ? expr->left->name.text
	                           : NULL;
	struct symbol *symbol = name ? scope_find(scope->file, name) : NULL;
	return name && function_find(name) != N_FUNCTIONS && !is_node(symbol);
}

void call_report_inside(struct elaborator *e, struct scope *scope, const struct ast_expr *call)
{
	struct diags *diags = e->sema->diags;
	const char *name = call->left->kind == EXPR_NAME ? call->left->name.text : NULL;
	struct symbol *symbol = name ? scope_find(scope->file, name) : NULL;
	if (!name || is_node(symbol)) {
		diag_report(diags, E0311, call->span,
		            "the call of a node stands alone, not inside of an expression");
		diag_help(diags, "bind it first: x = …, then write x here");
		return;
	}
	diag_report(diags, E0205, call->left->span, "no function '%s'", name);
	suggest_function(e, name);
}

/* The part of a name. Often all are given in their order, so the input at the argument's own place
 * is looked at first: names are unique. */
static struct slot find_slot(const struct interface *face, const char *name, size_t place)
{
	if (place < face->inputs.n && strcmp(face->inputs.items[place].name, name) == 0)
		return (struct slot){SLOT_INPUT, place};
	for (size_t i = 0; i < face->inputs.n; i++)
		if (strcmp(face->inputs.items[i].name, name) == 0)
			return (struct slot){SLOT_INPUT, i};
	for (size_t i = 0; i < face->params.n; i++)
		if (strcmp(face->params.items[i].name, name) == 0)
			return (struct slot){SLOT_PARAM, i};
	for (size_t i = 0; i < face->generics.n; i++)
		if (strcmp(face->generics.items[i].name, name) == 0)
			return (struct slot){SLOT_GENERIC, i};
	return (struct slot){SLOT_NONE, 0};
}

static bool is_given(const struct ast_expr *call, const char *name)
{
	for (size_t i = 0; i < call->args.n; i++) {
		const char *given = call->args.items[i].name.text;
		if (given && strcmp(given, name) == 0)
			return true;
	}
	return false;
}

/* The nearest name that the call does not give already. */
static void report_unknown_argument(struct elaborator *e, const struct interface *face,
                                    const struct ast_expr *call, struct ast_name name)
{
	VEC(const char *) names = {0};
	for (size_t i = 0; i < face->inputs.n; i++)
		if (!is_given(call, face->inputs.items[i].name))
			vec_push(e->sema->arena, &names, face->inputs.items[i].name);
	for (size_t i = 0; i < face->params.n; i++)
		if (!is_given(call, face->params.items[i].name))
			vec_push(e->sema->arena, &names, face->params.items[i].name);
	for (size_t i = 0; i < face->generics.n; i++)
		if (!is_given(call, face->generics.items[i].name))
			vec_push(e->sema->arena, &names, face->generics.items[i].name);
	diag_report(e->sema->diags, E0303, name.span, "%s has no port or parameter '%s'",
	            face->kind, name.text);
	diag_offer(e->sema->diags, name.text, names.items, names.n);
	diag_note(e->sema->diags, face->span, "declared here");
}

/* Which part argument number `i` gives a value to: by name, else by its place. */
static struct slot argument_slot(struct elaborator *e, const struct interface *face,
                                 const struct ast_expr *call, size_t i)
{
	const struct ast_arg *arg = &call->args.items[i];
	if (arg->name.text) {
		struct slot slot = find_slot(face, arg->name.text, i);
		if (slot.kind == SLOT_NONE)
			report_unknown_argument(e, face, call, arg->name);
		return slot;
	}
	if (i < face->inputs.n)
		return (struct slot){SLOT_INPUT, i};
	if (i < face->inputs.n + face->params.n)
		return (struct slot){SLOT_PARAM, i - face->inputs.n};
	diag_report(e->sema->diags, E0305, arg->value->span,
	            "%s takes no more than %zu input%s and %zu parameter%s", face->kind,
	            face->inputs.n, face->inputs.n == 1 ? "" : "s", face->params.n,
	            face->params.n == 1 ? "" : "s");
	diag_note(e->sema->diags, face->span, "declared here");
	return (struct slot){SLOT_NONE, 0};
}

struct call_arguments call_arguments(struct elaborator *e, const struct interface *face,
                                     const struct ast_expr *call)
{
	struct arena *arena = e->sema->arena;
	struct call_arguments arguments = {.all_known = true};
	arguments.inputs = arena_alloc(arena, (face->inputs.n + 1) * sizeof(void *));
	arguments.params = arena_alloc(arena, (face->params.n + 1) * sizeof(void *));
	arguments.generics = arena_alloc(arena, (face->generics.n + 1) * sizeof(void *));
	for (size_t i = 0; i < call->args.n; i++) {
		const struct ast_arg *arg = &call->args.items[i];
		struct slot slot = argument_slot(e, face, call, i);
		const struct ast_expr **list = slot.kind == SLOT_INPUT   ? arguments.inputs
		                               : slot.kind == SLOT_PARAM ? arguments.params
		                                                         : arguments.generics;
		if (slot.kind == SLOT_NONE) {
			arguments.all_known = false;
		} else if (list[slot.index]) {
			diag_report(e->sema->diags, E0306,
			            arg->name.text ? span_join(arg->name.span, arg->value->span)
			                           : arg->value->span,
			            "this argument is given twice");
			diag_note(e->sema->diags, list[slot.index]->span, "first given here");
		} else {
			list[slot.index] = arg->value;
		}
	}
	return arguments;
}

/* ---- A node's arguments ---- */

static bool names_stream(struct scope *scope, const struct ast_expr *expr)
{
	if (expr->kind == EXPR_EDGE || expr->kind == EXPR_WINDOW)
		return true;
	while (expr->kind == EXPR_MEMBER || expr->kind == EXPR_INDEX)
		expr = expr->left;
	if (expr->kind != EXPR_NAME || !expr->name.text)
		return false;
	struct binding *binding = scope_binding(scope, expr->name.text);
	if (scope_text(scope, expr->name.text)) /* what stands in its text is told of there */
		return false;
	return binding && binding->kind != BINDING_PARAM && binding->kind != BINDING_CONST;
}

static void fill_param(struct elaborator *e, struct bound_node *node, size_t index,
                       const struct ast_expr *expr)
{
	const struct param *param = &node->face->params.items[index];
	if (names_stream(node->scope, expr)) {
		diag_report(e->sema->diags, E0311, expr->span,
		            "'%s' of %s is a parameter: a stream cannot be given", param->name,
		            node->face->kind);
		diag_note(e->sema->diags, param->span, "declared here");
		diag_help(e->sema->diags, "a parameter is set once, before any frame: what changes "
		                          "with the frames is an input, declared without 'param'");
		return;
	}
	const struct term *argument = argument_build(e, node->scope, param->type, expr);
	if (!argument)
		return;
	if (argument->kind == TERM_CONST &&
	    !resolve_in_range(e->sema, param, expr->span, &argument->value))
		return;
	if (!secret_check_argument(e, node->face, param, expr->span, argument))
		return;
	node->arguments[index] = argument;
}

/* The type that an expression names; NULL after a report. */
static const struct type *named_type(struct elaborator *e, const struct scope *scope,
                                     const struct generic *generic, const struct ast_expr *expr)
{
	struct symbol *symbol = scope_type(scope, expr);
	const struct type *type = symbol ? resolve_symbol_type(e->sema, e->bound->file, symbol)
	                          : expr->kind == EXPR_NAME && expr->name.text
	                                  ? resolve_scalar(expr->name.text)
	                                  : NULL;
	if (type)
		return type;
	diag_report(e->sema->diags, E0308, expr->span, "'%s' is a type, and this is none",
	            generic->name);
	diag_help(e->sema->diags, "give the name of a record, an enum or a number: '%s: f32'",
	          generic->name);
	return NULL;
}

static void fill_generic(struct elaborator *e, struct bound_node *node, size_t index,
                         const struct ast_expr *expr)
{
	const struct generic *generic = &node->face->generics.items[index];
	node->size_from[index] = expr->span;
	if (generic->kind == GENERIC_FORMAT) {
		resolve_format_name(e->sema, generic, expr, &node->sizes[index]);
		return;
	}
	if (generic->kind == GENERIC_TYPE) {
		const struct type *type = named_type(e, node->scope, generic, expr);
		node->types[index] = type ? type : type_error();
		return;
	}
	if (generic->kind != GENERIC_SIZE)
		return; /* it stands in no port, which is told of there */
	struct value value = elaborate_const(e, node->scope, expr);
	if (value.kind == VALUE_INT && value.i >= 1 && value.i <= UINT32_MAX)
		node->sizes[index] = (uint64_t)value.i;
	else if (value.kind != VALUE_NONE)
		diag_report(e->sema->diags, E0308, expr->span, "a size must be between 1 and %u",
		            UINT32_MAX);
}

/* What must be given and was not. */
static void report_missing(struct elaborator *e, const struct bound_node *node,
                           const struct call_arguments *arguments)
{
	const struct interface *face = node->face;
	for (size_t i = 0; i < face->inputs.n; i++) {
		const struct port *port = &face->inputs.items[i];
		if (arguments->inputs[i] || port->optional)
			continue;
		diag_report(e->sema->diags, E0304, node->call->left->span,
		            "the input '%s' of %s is not connected", port->name, face->kind);
		diag_note(e->sema->diags, port->span, "declared here");
	}
	for (size_t i = 0; i < face->params.n; i++) {
		const struct param *param = &face->params.items[i];
		if (arguments->params[i] || param->initial_text || param->type->kind == TYPE_ERROR)
			continue;
		diag_report(e->sema->diags, E0310, node->call->left->span,
		            "the parameter '%s' of %s has no default and must be given",
		            param->name, face->kind);
		diag_note(e->sema->diags, param->span, "declared here");
	}
}

void call_bind(struct elaborator *e, uint32_t index)
{
	struct bound_node *node = &e->bound->nodes.items[index];
	if (node->has_arguments || !node->face || !node->call)
		return;
	node->has_arguments = true;
	const struct interface *face = node->face;
	struct call_arguments arguments = call_arguments(e, face, node->call);
	for (size_t i = 0; i < face->generics.n; i++)
		if (arguments.generics[i])
			fill_generic(e, &e->bound->nodes.items[index], i, arguments.generics[i]);
	/* Connecting may add nodes, and move them: no pointer to this one is kept. */
	for (uint32_t i = 0; i < face->inputs.n; i++)
		if (arguments.inputs[i])
			edge_connect(e, index, i, e->bound->nodes.items[index].scope,
			             arguments.inputs[i]);
	for (size_t i = 0; i < face->params.n; i++)
		if (arguments.params[i])
			fill_param(e, &e->bound->nodes.items[index], i, arguments.params[i]);
	if (arguments.all_known)
		report_missing(e, &e->bound->nodes.items[index], &arguments);
}
