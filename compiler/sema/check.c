/* Statements of a pipeline: names, calls, arguments, edges, asserts. Types come after (unify). */
#include "sema/bound.h"
#include "sema/resolve.h"
#include <string.h>

/* What a name in the pipeline's body stands for: a node, or one output of it. */
struct binding {
	struct ast_name name;
	uint32_t node;   /* UNBOUND: its statement was wrong */
	uint32_t output; /* UNBOUND: the node as a whole */
	const struct ast_expr *alias; /* of `name = other.port`, until it is resolved */
};

struct check {
	struct sema *sema;
	struct bound *bound;
	struct map bindings; /* name -> struct binding */
};

/* ---- Streams ---- */

struct stream_ref {
	uint32_t node, output;
};

static const struct stream_ref no_stream = {UNBOUND, UNBOUND};

static void suggest_binding(struct check *check, const char *name)
{
	VEC(const char *) names = {0};
	for (size_t i = 0; i < check->bindings.n && diag_wants_suggestion(check->sema->diags); i++)
		vec_push(check->sema->arena, &names, check->bindings.entries[i].key);
	diag_suggest(check->sema->diags, name, names.items, names.n);
}

static void suggest_ports(struct check *check, const char *name, const struct port *ports,
                          size_t n)
{
	VEC(const char *) names = {0};
	for (size_t i = 0; i < n; i++)
		vec_push(check->sema->arena, &names, ports[i].name);
	diag_suggest(check->sema->diags, name, names.items, names.n);
}

static const char *output_names(struct check *check, const struct bound_node *node)
{
	const char *text = "";
	for (size_t i = 0; i < node->face->outputs.n; i++)
		text = arena_printf(check->sema->arena, "%s%s%s.%s", text, i ? ", " : "",
		                    node->name, node->face->outputs.items[i].name);
	return text;
}

/* The only output of a node that was named without one. */
static struct stream_ref only_output(struct check *check, uint32_t index, struct span span)
{
	struct bound_node *node = &check->bound->nodes.items[index];
	if (!node->face)
		return no_stream;
	if (node->face->outputs.n == 1)
		return (struct stream_ref){index, 0};
	if (node->face->outputs.n == 0) {
		diag_report(check->sema->diags, E0311, span, "'%s' has no output", node->name);
		diag_note(check->sema->diags, node->face->span, "%s is a sink", node->face->kind);
	} else {
		diag_report(check->sema->diags, E0401, span, "'%s' has %zu outputs", node->name,
		            node->face->outputs.n);
		diag_help(check->sema->diags, "write one of %s", output_names(check, node));
	}
	return no_stream;
}

static struct stream_ref named_output(struct check *check, uint32_t index, struct ast_name port)
{
	struct bound_node *node = &check->bound->nodes.items[index];
	if (!node->face)
		return no_stream;
	for (uint32_t i = 0; i < node->face->outputs.n; i++)
		if (strcmp(node->face->outputs.items[i].name, port.text) == 0)
			return (struct stream_ref){index, i};
	diag_report(check->sema->diags, E0303, port.span, "%s has no output '%s'",
	            node->face->kind, port.text);
	suggest_ports(check, port.text, node->face->outputs.items, node->face->outputs.n);
	diag_note(check->sema->diags, node->face->span, "declared here");
	return no_stream;
}

static struct stream_ref not_a_stream(struct check *check, const struct ast_expr *expr)
{
	struct diags *diags = check->sema->diags;
	if (expr->kind == EXPR_ERROR)
		return no_stream;
	if (expr->kind == EXPR_CALL) {
		diag_report(diags, E0311, expr->span, "a call inside a call has no name");
		diag_help(diags, "bind it first: x = …, then write x here");
	} else if (expr->kind == EXPR_UNARY || expr->kind == EXPR_BINARY) {
		diag_report(diags, E0106, expr->span,
		            "expressions over streams come with a later version of pkd");
	} else {
		diag_report(diags, E0311, expr->span, "a stream is needed here, this is a value");
	}
	return no_stream;
}

static struct stream_ref resolve_alias(struct check *check, struct binding *binding);

static struct binding *find_binding(struct check *check, struct ast_name name)
{
	struct binding *binding = map_get(&check->bindings, name.text);
	if (binding)
		return binding;
	for (size_t i = 0; i < check->bound->params.n; i++) {
		if (strcmp(check->bound->params.items[i].name, name.text) != 0)
			continue;
		diag_report(check->sema->diags, E0311, name.span,
		            "a stream is needed here, '%s' is a parameter", name.text);
		diag_note(check->sema->diags, check->bound->params.items[i].span, "declared here");
		return NULL;
	}
	struct symbol *symbol = scope_find(check->bound->file, name.text);
	if (symbol) {
		diag_report(check->sema->diags, E0311, name.span, "a stream is needed here, '%s' is %s",
		            name.text, symbol_kind_text(symbol->kind));
		return NULL;
	}
	diag_report(check->sema->diags, E0201, name.span, "unknown name '%s'", name.text);
	suggest_binding(check, name.text);
	return NULL;
}

/* `cam`, `cam.frame`. */
static struct stream_ref resolve_stream(struct check *check, const struct ast_expr *expr)
{
	bool member = expr->kind == EXPR_MEMBER && expr->left->kind == EXPR_NAME;
	if (expr->kind != EXPR_NAME && !member)
		return not_a_stream(check, expr);
	struct binding *binding = find_binding(check, member ? expr->left->name : expr->name);
	if (!binding)
		return no_stream;
	if (binding->alias || binding->output != UNBOUND) {
		if (!member)
			return resolve_alias(check, binding);
		diag_report(check->sema->diags, E0303, expr->name.span,
		            "'%s' is one stream: it has no output '%s'", binding->name.text,
		            expr->name.text);
		return no_stream;
	}
	if (binding->node == UNBOUND)
		return no_stream;
	return member ? named_output(check, binding->node, expr->name)
	              : only_output(check, binding->node, expr->span);
}

/* `left = rig.left` names one stream; resolved at its first use, once. */
static struct stream_ref resolve_alias(struct check *check, struct binding *binding)
{
	const struct ast_expr *alias = binding->alias;
	if (alias) {
		binding->alias = NULL;
		binding->output = 0; /* met again in a circle: an unknown stream */
		struct stream_ref ref = resolve_stream(check, alias);
		binding->node = ref.node;
		binding->output = ref.output == UNBOUND ? 0 : ref.output;
	}
	return binding->node == UNBOUND ? no_stream
	                                : (struct stream_ref){binding->node, binding->output};
}

/* ---- Edges ---- */

#define COUNT_MAX 4095

static void edge_count(struct check *check, const struct ast_expr *edge, const char *word,
                       uint32_t *ret_count)
{
	struct diags *diags = check->sema->diags;
	if (edge->args.n != 1 || edge->args.items[0].name.text) {
		diag_report(diags, E0408, edge->span, "'%s' takes one number of frames", word);
		diag_help(diags, "write %s(4)", word);
		return;
	}
	const struct ast_expr *written = edge->args.items[0].value;
	struct value count = const_eval(check->sema, check->bound->file, written);
	if (count.kind == VALUE_NONE)
		return;
	if (count.kind == VALUE_INT && count.i >= 1 && count.i <= COUNT_MAX) {
		*ret_count = (uint32_t)count.i;
		return;
	}
	diag_report(diags, E0408, written->span, "'%s' holds 1 … %d frames", word, COUNT_MAX);
	if (count.kind == VALUE_INT && count.i == 0)
		diag_help(diags, "the frame in hand is not counted: with none waiting, a producer "
		                 "could not run ahead at all");
}

static void edge_max_age(struct check *check, const struct ast_expr *edge, int64_t *ret_age)
{
	struct diags *diags = check->sema->diags;
	const struct ast_arg *arg = edge->args.n == 1 ? &edge->args.items[0] : NULL;
	if (!arg || !arg->name.text || strcmp(arg->name.text, "max_age") != 0) {
		diag_report(diags, E0408, edge->span, "'sample' takes nothing but a max_age");
		diag_help(diags, "write sample(max_age: 500ms)");
		return;
	}
	struct value age = const_eval(check->sema, check->bound->file, arg->value);
	if (age.kind == VALUE_TIME && age.i > 0)
		*ret_age = age.i;
	else if (age.kind != VALUE_NONE)
		diag_report(diags, E0408, arg->value->span, "an age is a time, such as 500ms");
}

static struct bound_input resolve_input(struct check *check, const struct ast_expr *expr)
{
	struct bound_input input = {.node = UNBOUND, .policy = POLICY_QUEUE, .at = expr->span};
	const struct ast_expr *operand = expr;
	if (expr->kind == EXPR_EDGE) {
		operand = expr->left;
		input.policy = expr->policy;
		if (expr->has_args && expr->policy == POLICY_SAMPLE)
			edge_max_age(check, expr, &input.max_age_ns);
		else if (expr->has_args)
			edge_count(check, expr, expr->policy == POLICY_QUEUE ? "queue" : "latest",
			           &input.count);
	}
	struct stream_ref ref = resolve_stream(check, operand);
	input.node = ref.node;
	input.output = ref.output;
	return input;
}

/* ---- Calls ---- */

enum slot_kind { SLOT_NONE, SLOT_INPUT, SLOT_PARAM, SLOT_GENERIC };

struct slot {
	enum slot_kind kind;
	size_t index;
};

/* `place` is where the argument stands: mostly that of its port, too. */
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

static void report_unknown_argument(struct check *check, const struct interface *face,
                                    struct ast_name name)
{
	VEC(const char *) names = {0};
	for (size_t i = 0; i < face->inputs.n; i++)
		vec_push(check->sema->arena, &names, face->inputs.items[i].name);
	for (size_t i = 0; i < face->params.n; i++)
		vec_push(check->sema->arena, &names, face->params.items[i].name);
	for (size_t i = 0; i < face->generics.n; i++)
		vec_push(check->sema->arena, &names, face->generics.items[i].name);
	diag_report(check->sema->diags, E0303, name.span, "%s has no port or parameter '%s'",
	            face->kind, name.text);
	diag_suggest(check->sema->diags, name.text, names.items, names.n);
	diag_note(check->sema->diags, face->span, "declared here");
}

/* Which port or parameter argument number `i` fills: by name, else by its place. */
static struct slot argument_slot(struct check *check, const struct bound_node *node, size_t i)
{
	const struct interface *face = node->face;
	const struct ast_arg *arg = &node->call->args.items[i];
	if (arg->name.text) {
		struct slot slot = find_slot(face, arg->name.text, i);
		if (slot.kind == SLOT_NONE)
			report_unknown_argument(check, face, arg->name);
		return slot;
	}
	if (i < face->inputs.n)
		return (struct slot){SLOT_INPUT, i};
	if (i < face->inputs.n + face->params.n)
		return (struct slot){SLOT_PARAM, i - face->inputs.n};
	diag_report(check->sema->diags, E0305, arg->value->span,
	            "%s takes no more than %zu input%s and %zu parameter%s", face->kind,
	            face->inputs.n, face->inputs.n == 1 ? "" : "s", face->params.n,
	            face->params.n == 1 ? "" : "s");
	diag_note(check->sema->diags, face->span, "declared here");
	return (struct slot){SLOT_NONE, 0};
}

static void fill_param(struct check *check, struct bound_node *node, size_t index,
                       const struct ast_expr *expr)
{
	const struct param *param = &node->face->params.items[index];
	if (expr->kind == EXPR_EDGE || map_get(&check->bindings,
	                                       expr->kind == EXPR_NAME && expr->name.text
	                                               ? expr->name.text
	                                               : "")) {
		diag_report(check->sema->diags, E0311, expr->span,
		            "'%s' of %s is a parameter: a stream cannot be given", param->name,
		            node->face->kind);
		diag_note(check->sema->diags, param->span, "declared here");
		return;
	}
	const struct formula *formula =
	        formula_build(check->sema, check->bound, param->type, expr);
	if (!formula)
		return;
	if (formula->kind == FORMULA_CONST &&
	    !resolve_in_range(check->sema, param, expr->span, &formula->value))
		return;
	node->arguments[index] = formula;
}

static void fill_generic(struct check *check, struct bound_node *node, size_t index,
                         const struct ast_expr *expr)
{
	const struct generic *generic = &node->face->generics.items[index];
	node->size_from[index] = expr->span;
	if (generic->kind == GENERIC_SIZE) {
		const_size(check->sema, check->bound->file, expr, UINT32_MAX, &node->sizes[index]);
		return;
	}
	const char *name = expr->kind == EXPR_NAME && expr->name.text ? expr->name.text : "";
	if (generic->kind == GENERIC_FORMAT && format_find(name, &node->sizes[index]))
		return;
	diag_report(check->sema->diags, E0308, expr->span,
	            generic->kind == GENERIC_TYPE ? "'%s' is a type: it is inferred"
	                                          : "'%s' is a pixel format",
	            generic->name);
}

/* False where the argument names nothing: what it was meant for is not reported as missing. */
static bool bind_argument(struct check *check, struct bound_node *node, size_t i,
                          struct span *filled)
{
	const struct interface *face = node->face;
	const struct ast_arg *arg = &node->call->args.items[i];
	struct slot slot = argument_slot(check, node, i);
	if (slot.kind == SLOT_NONE)
		return false;
	struct span span = arg->name.text ? span_join(arg->name.span, arg->value->span)
	                                  : arg->value->span;
	size_t place = slot.index;
	place += slot.kind == SLOT_PARAM     ? face->inputs.n
	         : slot.kind == SLOT_GENERIC ? face->inputs.n + face->params.n
	                                     : 0;
	if (filled[place].source) {
		diag_report(check->sema->diags, E0306, span, "this argument is given twice");
		diag_note(check->sema->diags, filled[place], "first given here");
		return true;
	}
	filled[place] = span;
	if (slot.kind == SLOT_INPUT)
		node->inputs[slot.index] = resolve_input(check, arg->value);
	else if (slot.kind == SLOT_PARAM)
		fill_param(check, node, slot.index, arg->value);
	else
		fill_generic(check, node, slot.index, arg->value);
	return true;
}

/* What must be given and was not. */
static void report_missing(struct check *check, const struct bound_node *node,
                           const struct span *filled)
{
	const struct interface *face = node->face;
	for (size_t i = 0; i < face->inputs.n; i++) {
		const struct port *port = &face->inputs.items[i];
		if (filled[i].source || port->optional)
			continue;
		diag_report(check->sema->diags, E0304, node->call->left->span,
		            "the input '%s' of %s is not connected", port->name, face->kind);
		diag_note(check->sema->diags, port->span, "declared here");
	}
	for (size_t i = 0; i < face->params.n; i++) {
		const struct param *param = &face->params.items[i];
		if (filled[face->inputs.n + i].source || param->initial_text ||
		    param->type->kind == TYPE_ERROR)
			continue;
		diag_report(check->sema->diags, E0310, node->call->left->span,
		            "the parameter '%s' of %s has no default and must be given",
		            param->name, face->kind);
		diag_note(check->sema->diags, param->span, "declared here");
	}
}

static void bind_arguments(struct check *check, struct bound_node *node)
{
	const struct interface *face = node->face;
	size_t n = face->inputs.n + face->params.n + face->generics.n;
	struct span *filled = arena_alloc(check->sema->arena, (n + 1) * sizeof *filled);
	bool all_known = true;
	for (size_t i = 0; i < node->call->args.n; i++)
		all_known = bind_argument(check, node, i, filled) && all_known;
	if (all_known)
		report_missing(check, node, filled);
}

/* ---- Statements ---- */

/* The node that a call names; NULL after a report. */
static struct interface *resolve_callee(struct check *check, const struct ast_expr *call)
{
	struct sema *sema = check->sema;
	const struct ast_expr *callee = call->left;
	struct ast_names path = {0};
	if (callee->kind == EXPR_MEMBER && callee->left->kind == EXPR_NAME)
		vec_push(sema->arena, &path, callee->left->name);
	else if (callee->kind != EXPR_NAME) {
		diag_report(sema->diags, E0206, callee->span, "a node is NAME or MODULE.NAME");
		return NULL;
	}
	vec_push(sema->arena, &path, callee->name);
	struct symbol *symbol = scope_lookup(sema, check->bound->file, &path, E0205, "node");
	if (!symbol)
		return NULL;
	if (symbol->kind == SYMBOL_PIPELINE) {
		diag_report(sema->diags, E0106, callee->span,
		            "a pipeline inside a pipeline comes with a later version of pkd");
		return NULL;
	}
	if (symbol->kind != SYMBOL_NODE) {
		diag_report(sema->diags, E0206, callee->span, "'%s' is %s, not a node",
		            symbol->name.text, symbol_kind_text(symbol->kind));
		return NULL;
	}
	return resolve_node(sema, symbol);
}

static uint32_t add_node(struct check *check, const struct ast_stmt *stmt)
{
	struct arena *arena = check->sema->arena;
	struct bound_node node = {.call = stmt->expr, .at = stmt->expr->left->span};
	node.face = resolve_callee(check, stmt->expr);
	if (stmt->kind == STMT_BIND) {
		node.named = true;
		node.name = stmt->target->name.text;
		node.at = stmt->target->span;
	}
	if (node.face) {
		size_t n = node.face->generics.n + 1;
		node.inputs = arena_alloc(arena, (node.face->inputs.n + 1) * sizeof *node.inputs);
		for (size_t i = 0; i < node.face->inputs.n; i++)
			node.inputs[i].node = UNBOUND;
		node.sizes = arena_alloc(arena, n * sizeof *node.sizes);
		node.size_from = arena_alloc(arena, n * sizeof *node.size_from);
		node.types = arena_alloc(arena, n * sizeof *node.types);
		node.outputs = arena_alloc(arena,
		                           (node.face->outputs.n + 1) * sizeof *node.outputs);
		node.arguments = arena_alloc(arena,
		                             (node.face->params.n + 1) * sizeof *node.arguments);
	}
	vec_push(arena, &check->bound->nodes, node);
	return (uint32_t)check->bound->nodes.n - 1;
}

static void bind_name(struct check *check, struct ast_name name, uint32_t node,
                      const struct ast_expr *alias)
{
	struct sema *sema = check->sema;
	struct binding *old = map_get(&check->bindings, name.text);
	resolve_name(sema, name);
	if (old) {
		diag_report(sema->diags, E0202, name.span, "'%s' is bound twice: a name is a value, "
		                                           "it cannot change", name.text);
		diag_note(sema->diags, old->name.span, "first bound here");
		return;
	}
	for (size_t i = 0; i < check->bound->params.n; i++) {
		if (strcmp(check->bound->params.items[i].name, name.text) != 0)
			continue;
		diag_report(sema->diags, E0202, name.span, "'%s' is a parameter already", name.text);
		diag_note(sema->diags, check->bound->params.items[i].span, "declared here");
	}
	struct binding *binding = arena_new(sema->arena, struct binding);
	*binding = (struct binding){name, node, UNBOUND, alias};
	map_put(sema->arena, &check->bindings, name.text, binding);
}

static void collect_statement(struct check *check, const struct ast_stmt *stmt)
{
	struct diags *diags = check->sema->diags;
	if (stmt->kind == STMT_ASSERT || (stmt->expr && stmt->expr->kind == EXPR_ERROR))
		return;
	bool known = stmt->kind == STMT_CALL ||
	             (stmt->kind == STMT_BIND && stmt->target->kind == EXPR_NAME);
	if (!known) {
		diag_report(diags, E0106, stmt->span, "this comes with a later version of pkd");
		return;
	}
	if (stmt->expr->kind == EXPR_CALL) {
		uint32_t node = add_node(check, stmt);
		if (stmt->kind == STMT_BIND)
			bind_name(check, stmt->target->name, node, NULL);
		return;
	}
	bool stream = stmt->expr->kind == EXPR_NAME || stmt->expr->kind == EXPR_MEMBER;
	if (stmt->kind == STMT_BIND && stream) {
		bind_name(check, stmt->target->name, UNBOUND, stmt->expr);
		return;
	}
	if (stmt->kind == STMT_BIND)
		bind_name(check, stmt->target->name, UNBOUND, NULL);
	if (stmt->kind == STMT_CALL && stream)
		diag_report(diags, E0311, stmt->expr->span, "this statement does nothing");
	else if (stmt->expr->kind == EXPR_EDGE)
		diag_report(diags, E0106, stmt->expr->span,
		            "a shared choice comes with a later version of pkd: write the word at "
		            "the node's input");
	else
		diag_report(diags, E0106, stmt->expr->span,
		            "expressions over streams come with a later version of pkd");
}

/* The base name with the least number that nobody has: `*last` is the one tried last. */
static const char *numbered_name(struct check *check, const char *base, unsigned *last)
{
	const char *name;
	do
		name = arena_printf(check->sema->arena, "%s_%u", base, ++*last);
	while (map_get(&check->bound->node_names, name));
	return name;
}

static void enter_node(struct check *check, size_t index)
{
	const char *name = check->bound->nodes.items[index].name;
	if (!map_get(&check->bound->node_names, name))
		map_put(check->sema->arena, &check->bound->node_names, name,
		        (void *)(uintptr_t)(index + 1));
}

/* Nodes that were bound to no name are named after their node, with a number where that is taken. */
static void name_nodes(struct check *check)
{
	struct bound *bound = check->bound;
	struct map lasts = {0}; /* base name -> the last number given */
	for (size_t i = 0; i < bound->nodes.n; i++)
		if (bound->nodes.items[i].named)
			enter_node(check, i);
	for (size_t i = 0; i < bound->nodes.n; i++) {
		struct bound_node *node = &bound->nodes.items[i];
		if (node->named)
			continue;
		node->name = node->face ? node->face->name : "?";
		uintptr_t other = (uintptr_t)map_get(&bound->node_names, node->name);
		if (other) {
			unsigned *last = map_get(&lasts, node->name);
			if (!last) {
				last = arena_new(check->sema->arena, unsigned);
				*last = 1;
				map_put(check->sema->arena, &lasts, node->name, last);
			}
			node->name = numbered_name(check, node->name, last);
			node->ambiguous = true;
			if (!bound->nodes.items[other - 1].named)
				bound->nodes.items[other - 1].ambiguous = true;
		}
		enter_node(check, i);
	}
}

static void suggest_node(struct sema *sema, const struct bound *bound, const char *name)
{
	VEC(const char *) names = {0};
	for (size_t i = 0; i < bound->nodes.n && diag_wants_suggestion(sema->diags); i++)
		vec_push(sema->arena, &names, bound->nodes.items[i].name);
	diag_suggest(sema->diags, name, names.items, names.n);
}

uint32_t check_node_name(struct sema *sema, const struct bound *bound, struct ast_name name,
                         enum diag_code unknown)
{
	uintptr_t place = (uintptr_t)map_get(&bound->node_names, name.text);
	const struct bound_node *node = place ? &bound->nodes.items[place - 1] : NULL;
	if (node && !node->ambiguous)
		return (uint32_t)(place - 1);
	if (node) {
		diag_report(sema->diags, E0402, name.span,
		            "there are several nodes of the name '%s'", name.text);
		diag_help(sema->diags, "bind each to a name of its own: x = %s(…)",
		          node->face ? node->face->kind : name.text);
		return UNBOUND;
	}
	diag_report(sema->diags, unknown, name.span, "'%s' has no node '%s'", bound->name,
	            name.text);
	suggest_node(sema, bound, name.text);
	return UNBOUND;
}

/* ---- Asserts ---- */

static uint32_t assert_node(struct check *check, const struct ast_expr *expr)
{
	if (expr->kind == EXPR_NAME && expr->name.text)
		return check_node_name(check->sema, check->bound, expr->name, E0201);
	diag_report(check->sema->diags, E0206, expr->span, "the name of a node is needed here");
	return UNBOUND;
}

static void check_pair(struct check *check, const struct ast_stmt *stmt,
                       enum bound_assertion_kind kind)
{
	if (stmt->args.n != 2 || stmt->limit || stmt->arrow != (kind == BOUND_LIVE)) {
		diag_report(check->sema->diags, E0103, stmt->span, "write assert %s",
		            kind == BOUND_LIVE ? "live(a -> b)" : "independent(a, b)");
		return;
	}
	struct bound_assertion assertion = {.kind = kind, .at = stmt->span};
	assertion.a_at = stmt->args.items[0].value->span;
	assertion.b_at = stmt->args.items[1].value->span;
	assertion.a = assert_node(check, stmt->args.items[0].value);
	assertion.b = assert_node(check, stmt->args.items[1].value);
	if (assertion.a != UNBOUND && assertion.b != UNBOUND)
		vec_push(check->sema->arena, &check->bound->asserts, assertion);
}

static void check_memory(struct check *check, const struct ast_stmt *stmt)
{
	if (stmt->args.n > 0 || !stmt->limit) {
		diag_report(check->sema->diags, E0103, stmt->span, "write assert memory <= 256MiB");
		return;
	}
	struct value limit = const_eval(check->sema, check->bound->file, stmt->limit);
	if (limit.kind == VALUE_NONE)
		return;
	if (limit.kind != VALUE_INT || limit.i < 0) {
		diag_report(check->sema->diags, E0302, stmt->limit->span,
		            "a number of bytes is needed here, such as 256MiB");
		return;
	}
	vec_push(check->sema->arena, &check->bound->asserts,
	         (struct bound_assertion){.kind = BOUND_MEMORY, .at = stmt->span,
	                                  .limit = (uint64_t)limit.i});
}

static void check_assert(struct check *check, const struct ast_stmt *stmt)
{
	static const char *const known[] = {"independent", "live", "memory"};
	const char *word = stmt->name.text;
	if (strcmp(word, "independent") == 0) {
		check_pair(check, stmt, BOUND_INDEPENDENT);
	} else if (strcmp(word, "live") == 0) {
		check_pair(check, stmt, BOUND_LIVE);
	} else if (strcmp(word, "memory") == 0) {
		check_memory(check, stmt);
	} else if (strcmp(word, "latency") == 0) {
		diag_report(check->sema->diags, E0106, stmt->name.span,
		            "'assert latency' comes with a later version of pkd");
	} else {
		diag_report(check->sema->diags, E0201, stmt->name.span,
		            "nothing known as '%s' can be asserted", word);
		diag_suggest(check->sema->diags, word, known, 3);
	}
}

/* ---- The pipeline ---- */

static void collect_params(struct check *check, const struct ast_decl *pipeline)
{
	struct sema *sema = check->sema;
	struct bound *bound = check->bound;
	if (pipeline->generics.n > 0 || pipeline->outputs.n > 0)
		diag_report(sema->diags, E0106, pipeline->name.span,
		            "pipelines with ports and <…> come with a later version of pkd");
	for (size_t i = 0; i < pipeline->inputs.n; i++) {
		const struct ast_port *port = &pipeline->inputs.items[i];
		if (!port->param && !port->initial) {
			diag_report(sema->diags, E0106, port->span,
			            "pipelines with ports come with a later version of pkd");
			diag_help(sema->diags, "a parameter has a default, or the word 'param' "
			                       "before it");
			continue;
		}
		for (size_t k = 0; k < bound->params.n; k++)
			if (strcmp(bound->params.items[k].name, port->name.text) == 0)
				diag_report(sema->diags, E0202, port->name.span,
				            "'%s' is declared twice", port->name.text);
		vec_push(sema->arena, &bound->params, resolve_param(sema, bound->file, port));
	}
}

struct bound *check_pipeline(struct sema *sema, struct file_scope *file,
                             const struct ast_decl *pipeline)
{
	struct bound *bound = arena_new(sema->arena, struct bound);
	bound->name = pipeline->name.text;
	bound->doc = pipeline->doc;
	bound->at = pipeline->name.span;
	bound->file = file;
	struct check check = {.sema = sema, .bound = bound};
	resolve_name(sema, pipeline->name);
	collect_params(&check, pipeline);
	for (size_t i = 0; i < pipeline->stmts.n; i++)
		collect_statement(&check, &pipeline->stmts.items[i]);
	name_nodes(&check);
	for (size_t i = 0; i < check.bindings.n; i++)
		if (((struct binding *)check.bindings.entries[i].value)->alias)
			resolve_alias(&check, check.bindings.entries[i].value);
	for (size_t i = 0; i < bound->nodes.n; i++)
		if (bound->nodes.items[i].face)
			bind_arguments(&check, &bound->nodes.items[i]);
	for (size_t i = 0; i < pipeline->stmts.n; i++)
		if (pipeline->stmts.items[i].kind == STMT_ASSERT)
			check_assert(&check, &pipeline->stmts.items[i]);
	unify_pipeline(sema, bound);
	return bound;
}
