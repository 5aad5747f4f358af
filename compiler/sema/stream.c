/* What a name means as a stream, and how a port is connected to it: edge words, windows, banks. */
#include "sema/elaborate.h"
#include <string.h>

static const struct stream_ref no_stream = {UNBOUND, UNBOUND, false};

/* ---- Names ---- */

static void suggest_binding(struct elaborator *e, struct scope *scope, const char *name)
{
	VEC(const char *) names = {0};
	for (; scope; scope = scope->parent)
		for (size_t i = 0; i < scope->names.n; i++)
			vec_push(e->sema->arena, &names, scope->names.entries[i].key);
	diag_suggest(e->sema->diags, name, names.items, names.n);
}

static struct binding *find_name(struct elaborator *e, struct scope *scope, struct ast_name name)
{
	struct diags *diags = e->sema->diags;
	struct binding *binding = name.text ? scope_binding(scope, name.text) : NULL;
	if (!name.text)
		return NULL;
	if (binding && (binding->kind == BINDING_PARAM || binding->kind == BINDING_CONST)) {
		diag_report(diags, E0311, name.span, "a stream is needed here, '%s' is a %s",
		            name.text, binding->kind == BINDING_PARAM ? "parameter" : "number");
		diag_note(diags, binding->at, "declared here");
		return NULL;
	}
	if (binding)
		return elaborate_force(e, binding) ? binding : NULL;
	struct symbol *symbol = scope_find(scope->file, name.text);
	if (symbol) {
		diag_report(diags, E0311, name.span, "a stream is needed here, '%s' is %s", name.text,
		            symbol_kind_text(symbol->kind));
		return NULL;
	}
	for (size_t i = 0; i < scope->file->ast->lost.n; i++)
		if (strcmp(scope->file->ast->lost.items[i], name.text) == 0)
			return NULL;
	diag_report(diags, E0201, name.span, "unknown name '%s'", name.text);
	suggest_binding(e, scope, name.text);
	return NULL;
}

static struct binding *output_binding(struct elaborator *e, const struct binding *node,
                                      uint32_t output)
{
	struct binding *binding = arena_new(e->sema->arena, struct binding);
	*binding = *node;
	binding->kind = BINDING_STREAM;
	binding->output = output;
	return binding;
}

static struct binding *node_output(struct elaborator *e, const struct binding *binding,
                                   struct ast_name port)
{
	const struct interface *face = e->bound->nodes.items[binding->node].face;
	VEC(const char *) names = {0};
	for (uint32_t i = 0; face && i < face->outputs.n; i++) {
		if (strcmp(face->outputs.items[i].name, port.text) == 0)
			return output_binding(e, binding, i);
		vec_push(e->sema->arena, &names, face->outputs.items[i].name);
	}
	if (!face)
		return NULL;
	diag_report(e->sema->diags, E0303, port.span, "%s has no output '%s'", face->kind,
	            port.text);
	diag_suggest(e->sema->diags, port.text, names.items, names.n);
	diag_note(e->sema->diags, face->span, "declared here");
	return NULL;
}

static struct binding *pipeline_output(struct elaborator *e, const struct binding *binding,
                                       struct ast_name port)
{
	struct binding *output = map_get(&binding->inside->outputs, port.text);
	if (output)
		return elaborate_force(e, output) ? output : NULL;
	VEC(const char *) names = {0};
	for (size_t i = 0; i < binding->pipeline->outputs.n; i++)
		vec_push(e->sema->arena, &names, binding->pipeline->outputs.items[i].name.text);
	diag_report(e->sema->diags, E0303, port.span, "%s has no output '%s'",
	            binding->pipeline->name.text, port.text);
	diag_suggest(e->sema->diags, port.text, names.items, names.n);
	return NULL;
}

static struct binding *member_binding(struct elaborator *e, struct scope *scope,
                                      const struct ast_expr *expr)
{
	struct binding *left = stream_binding(e, scope, expr->left);
	if (!left)
		return NULL;
	if (left->kind == BINDING_NODE)
		return node_output(e, left, expr->name);
	if (left->kind == BINDING_PIPELINE)
		return pipeline_output(e, left, expr->name);
	diag_report(e->sema->diags, E0303, expr->name.span, "'%s' is %s: it has no output '%s'",
	            left->path, left->kind == BINDING_BANK ? "a bank" : "one stream",
	            expr->name.text);
	return NULL;
}

static struct binding *element_binding(struct elaborator *e, struct scope *scope,
                                       const struct ast_expr *expr)
{
	struct binding *left = stream_binding(e, scope, expr->left);
	if (!left)
		return NULL;
	if (left->kind != BINDING_BANK) {
		bool back = expr->right->kind == EXPR_UNARY && expr->right->op == OP_NEG;
		diag_report(e->sema->diags, E0311, expr->span,
		            back ? "a value of the past is for the input of a node, or for an "
		                   "expression that something else fires"
		                 : "'%s' is no bank",
		            left->path);
		return NULL;
	}
	struct value index = elaborate_const(e, scope, expr->right);
	if (index.kind == VALUE_NONE)
		return NULL;
	bool inside = index.kind == VALUE_INT && index.i >= 0 &&
	              (uint64_t)index.i < left->elements.n;
	struct binding *element = inside ? left->elements.items[index.i] : NULL;
	if (!element) {
		diag_report(e->sema->diags, E0307, expr->right->span, "'%s' has no element %lld",
		            left->path, (long long)index.i);
		diag_note(e->sema->diags, left->at, "it has %zu", left->elements.n);
		return NULL;
	}
	return elaborate_force(e, element) ? element : NULL;
}

struct binding *stream_binding(struct elaborator *e, struct scope *scope,
                               const struct ast_expr *expr)
{
	struct diags *diags = e->sema->diags;
	if (expr->kind == EXPR_NAME)
		return find_name(e, scope, expr->name);
	if (expr->kind == EXPR_MEMBER)
		return member_binding(e, scope, expr);
	if (expr->kind == EXPR_INDEX)
		return element_binding(e, scope, expr);
	if (expr->kind == EXPR_CALL) {
		diag_report(diags, E0311, expr->span, "a call inside a call has no name");
		diag_help(diags, "bind it first: x = …, then write x here");
	} else if (expr->kind != EXPR_ERROR) {
		diag_report(diags, E0311, expr->span, "a stream is needed here, this is a value");
	}
	return NULL;
}

/* The only output of a node or pipeline that was named without one. */
static struct stream_ref only_output(struct elaborator *e, const struct binding *binding,
                                     struct span span)
{
	const struct interface *face = e->bound->nodes.items[binding->node].face;
	if (!face)
		return no_stream;
	if (face->outputs.n == 1)
		return (struct stream_ref){binding->node, 0, false};
	if (face->outputs.n == 0) {
		diag_report(e->sema->diags, E0311, span, "'%s' has no output", binding->path);
		diag_note(e->sema->diags, face->span, "%s is a sink", face->kind);
		return no_stream;
	}
	const char *names = "";
	for (size_t i = 0; i < face->outputs.n; i++)
		names = arena_printf(e->sema->arena, "%s%s%s.%s", names, i ? ", " : "",
		                     binding->path, face->outputs.items[i].name);
	diag_report(e->sema->diags, E0401, span, "'%s' has %zu outputs", binding->path,
	            face->outputs.n);
	diag_help(e->sema->diags, "write one of %s", names);
	return no_stream;
}

static struct stream_ref binding_stream(struct elaborator *e, struct binding *binding,
                                        struct span span)
{
	if (!elaborate_force(e, binding))
		return no_stream;
	if (binding->kind == BINDING_STREAM)
		return (struct stream_ref){binding->node, binding->output, false};
	if (binding->kind == BINDING_NODE)
		return only_output(e, binding, span);
	if (binding->kind == BINDING_BANK) {
		diag_report(e->sema->diags, E0311, span, "'%s' is a bank of %zu streams",
		            binding->path, binding->elements.n);
		diag_help(e->sema->diags, "write one of them, such as %s[0]", binding->path);
		return no_stream;
	}
	struct map *outputs = &binding->inside->outputs;
	if (outputs->n == 1)
		return binding_stream(e, outputs->entries[0].value, span);
	diag_report(e->sema->diags, E0401, span, "'%s' has %zu outputs", binding->path, outputs->n);
	return no_stream;
}

/* Whether the operand goes through a pipeline that is being elaborated: its outputs may not be
 * declared yet. */
static bool is_open(struct scope *scope, const struct ast_expr *expr)
{
	while (expr->kind == EXPR_MEMBER || expr->kind == EXPR_INDEX)
		expr = expr->left;
	if (expr->kind != EXPR_NAME || !expr->name.text)
		return false;
	struct binding *binding = scope_binding(scope, expr->name.text);
	return binding && binding->forcing;
}

struct stream_ref stream_resolve(struct elaborator *e, struct scope *scope,
                                 const struct ast_expr *expr)
{
	if (is_open(scope, expr))
		return (struct stream_ref){UNBOUND, UNBOUND, true};
	struct binding *binding = stream_binding(e, scope, expr);
	return binding ? binding_stream(e, binding, expr->span) : no_stream;
}

/* Whether the operand means something that has a name of its own, quietly. */
static struct binding *quiet_binding(struct elaborator *e, struct scope *scope,
                                     const struct ast_expr *expr)
{
	if (expr->kind == EXPR_NAME) {
		struct binding *binding =
		        expr->name.text ? scope_binding(scope, expr->name.text) : NULL;
		bool stream = binding && binding->kind != BINDING_PARAM &&
		              binding->kind != BINDING_CONST && !binding->forcing;
		return stream && elaborate_force(e, binding) ? binding : NULL;
	}
	if (expr->kind == EXPR_INDEX) {
		struct binding *bank = quiet_binding(e, scope, expr->left);
		return bank && bank->kind == BINDING_BANK ? element_binding(e, scope, expr) : NULL;
	}
	if (expr->kind != EXPR_MEMBER)
		return NULL;
	struct binding *left = quiet_binding(e, scope, expr->left);
	if (left && (left->kind == BINDING_NODE || left->kind == BINDING_PIPELINE)) {
		const struct interface *face =
		        left->kind == BINDING_NODE ? e->bound->nodes.items[left->node].face : NULL;
		for (uint32_t i = 0; face && i < face->outputs.n; i++)
			if (strcmp(face->outputs.items[i].name, expr->name.text) == 0)
				return output_binding(e, left, i);
		struct binding *output =
		        left->kind == BINDING_PIPELINE
		                ? map_get(&left->inside->outputs, expr->name.text)
		                : NULL;
		return output && elaborate_force(e, output) ? output : NULL;
	}
	return NULL;
}

/* x[-1] of a stream: the index is a negative constant. */
static bool is_history(struct elaborator *e, struct scope *scope, const struct ast_expr *expr)
{
	const struct ast_expr *index = expr->right;
	if (expr->kind != EXPR_INDEX || index->kind != EXPR_UNARY || index->op != OP_NEG)
		return false;
	struct binding *left = quiet_binding(e, scope, expr->left);
	return (left && left->kind != BINDING_BANK) || is_open(scope, expr->left);
}

/* Whether the one stream that a binding means has values with fields, or with elements. A type that is
 * not known yet is taken to have them. */
static bool holds_parts(struct elaborator *e, const struct binding *binding, bool fields)
{
	if (binding->kind != BINDING_NODE && binding->kind != BINDING_STREAM)
		return false;
	unify_node(e, binding->node);
	const struct bound_node *node = &e->bound->nodes.items[binding->node];
	uint32_t output = binding->kind == BINDING_STREAM ? binding->output : 0;
	if (!node->face || (binding->kind == BINDING_NODE && node->face->outputs.n != 1))
		return false;
	const struct type *type = node->outputs[output];
	if (!type)
		return true;
	return fields ? type->kind == TYPE_RECORD
	              : type->kind == TYPE_LIST || type->kind == TYPE_ARRAY;
}

bool stream_is_expression(struct elaborator *e, struct scope *scope,
                          const struct ast_expr *expr)
{
	switch (expr->kind) {
	case EXPR_INT:
	case EXPR_FLOAT:
	case EXPR_QUANTITY:
	case EXPR_STRING:
	case EXPR_BOOL:
	case EXPR_UNARY:
	case EXPR_BINARY:
	case EXPR_IT:
	case EXPR_IF:
	case EXPR_WHERE:
	case EXPR_WHEN:
	case EXPR_RECORD:
	case EXPR_LIST:
		return true;
	case EXPR_CALL:
		return expr->left->kind == EXPR_NAME && expr->left->name.text &&
		       expression_builtin(expr->left->name.text) &&
		       !scope_find(scope->file, expr->left->name.text);
	case EXPR_MEMBER:
	case EXPR_INDEX: {
		if (is_open(scope, expr) || is_history(e, scope, expr) ||
		    quiet_binding(e, scope, expr))
			return false;
		/* A field or an element of a stream's value; a mistake otherwise. */
		struct binding *left = quiet_binding(e, scope, expr->left);
		if (!left)
			return stream_is_expression(e, scope, expr->left) &&
			       expr->left->kind != EXPR_NAME;
		return holds_parts(e, left, expr->kind == EXPR_MEMBER);
	}
	case EXPR_NAME:
	case EXPR_EDGE:
	case EXPR_WINDOW:
	case EXPR_ERROR:
		break;
	}
	return false;
}

/* ---- Edges ---- */

#define COUNT_MAX 4095

static void edge_count(struct elaborator *e, struct scope *scope, const struct ast_expr *edge,
                       const char *word, uint32_t *ret_count)
{
	struct diags *diags = e->sema->diags;
	if (edge->args.n != 1 || edge->args.items[0].name.text) {
		diag_report(diags, E0408, edge->span, "'%s' takes one number of frames", word);
		diag_help(diags, "write %s(4)", word);
		return;
	}
	const struct ast_expr *written = edge->args.items[0].value;
	struct value count = elaborate_const(e, scope, written);
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

static void edge_max_age(struct elaborator *e, struct scope *scope, const struct ast_expr *edge,
                         int64_t *ret_age)
{
	struct diags *diags = e->sema->diags;
	const struct ast_arg *arg = edge->args.n == 1 ? &edge->args.items[0] : NULL;
	if (!arg || !arg->name.text || strcmp(arg->name.text, "max_age") != 0) {
		diag_report(diags, E0408, edge->span, "'sample' takes nothing but a max_age");
		diag_help(diags, "write sample(max_age: 500ms)");
		return;
	}
	struct value age = elaborate_const(e, scope, arg->value);
	if (age.kind == VALUE_TIME && age.i > 0)
		*ret_age = age.i;
	else if (age.kind != VALUE_NONE)
		diag_report(diags, E0408, arg->value->span, "an age is a time, such as 500ms");
}

static void edge_every(struct elaborator *e, struct scope *scope, const struct ast_expr *edge,
                       struct bound_input *input)
{
	const struct ast_expr *written = edge->args.items[0].value;
	struct value every = elaborate_const(e, scope, written);
	if (every.kind == VALUE_TIME && every.i > 0)
		input->every_ns = every.i;
	else if (every.kind == VALUE_INT && every.i >= 1 && every.i <= UINT32_MAX)
		input->every_n = (uint32_t)every.i;
	else if (every.kind != VALUE_NONE)
		diag_report(e->sema->diags, E0408, written->span,
		            "'every' takes a number of frames or a time: every(2), every(1s)");
}

const struct ast_expr *stream_edge(struct elaborator *e, struct scope *scope,
                                   const struct ast_expr *expr, struct bound_input *input)
{
	while (expr->kind == EXPR_EDGE && expr->policy == POLICY_EVERY) {
		edge_every(e, scope, expr, input);
		expr = expr->left;
	}
	if (expr->kind != EXPR_EDGE)
		return expr;
	input->policy = expr->policy;
	if (expr->policy == POLICY_SAMPLE && (input->every_n || input->every_ns))
		diag_report(e->sema->diags, E0408, expr->span,
		            "'sample' takes the newest value: 'every' chooses nothing before it");
	if (expr->has_args && expr->policy == POLICY_SAMPLE)
		edge_max_age(e, scope, expr, &input->max_age_ns);
	else if (expr->has_args)
		edge_count(e, scope, expr, expr->policy == POLICY_QUEUE ? "queue" : "latest",
		           &input->count);
	return expr->left;
}

#define HISTORY_MAX 255

static bool history_bound(struct elaborator *e, struct scope *scope, const struct ast_expr *expr,
                          int32_t *ret_bound)
{
	struct value value = elaborate_const(e, scope, expr);
	if (value.kind == VALUE_NONE)
		return false;
	if (value.kind == VALUE_INT && value.i <= 0 && value.i >= -HISTORY_MAX) {
		*ret_bound = (int32_t)value.i;
		return true;
	}
	diag_report(e->sema->diags, E0408, expr->span,
	            "a stream is looked back at by -%d … 0: x[-1] is the value before", HISTORY_MAX);
	return false;
}

/* x[-1] and x[-7..0]: sets first and last; the stream under it, NULL after a report. */
static const struct ast_expr *edge_window(struct elaborator *e, struct scope *scope,
                                          const struct ast_expr *expr, struct bound_input *input)
{
	const struct ast_expr *last = expr->kind == EXPR_WINDOW ? expr->third : expr->right;
	bool ok = history_bound(e, scope, expr->right, &input->first);
	ok = history_bound(e, scope, last, &input->last) && ok;
	if (!ok)
		return NULL;
	if (input->first > input->last) {
		diag_report(e->sema->diags, E0408, expr->span, "a window goes from old to new");
		diag_help(e->sema->diags, "write [%d..%d]", input->last, input->first);
		return NULL;
	}
	if (input->policy == POLICY_SAMPLE) {
		diag_report(e->sema->diags, E0408, expr->span,
		            "'sample' sees one value: it has no history");
		return NULL;
	}
	return expr->left;
}

/* ---- Connecting a port ---- */

static void push_input(struct elaborator *e, uint32_t node, struct scope *scope,
                       struct bound_input input, const struct ast_expr *operand)
{
	struct stream_ref ref = stream_resolve(e, scope, operand);
	input.node = ref.node;
	input.output = ref.output;
	vec_push(e->sema->arena, &e->bound->nodes.items[node].inputs, input);
	if (ref.retry)
		vec_push(e->sema->arena, &e->later,
		         (struct later){node, e->bound->nodes.items[node].inputs.n - 1, scope,
		                        operand});
}

void stream_finish(struct elaborator *e)
{
	for (size_t i = 0; i < e->later.n; i++) {
		struct later later = e->later.items[i];
		struct stream_ref ref = stream_resolve(e, later.scope, later.operand);
		struct bound_input *input =
		        &e->bound->nodes.items[later.node].inputs.items[later.input];
		input->node = ref.node;
		input->output = ref.output;
	}
}

/* Every stream of a bank, each by an edge of its own. */
static void connect_bank(struct elaborator *e, uint32_t node, struct bound_input input,
                         const struct binding *bank)
{
	for (size_t i = 0; i < bank->elements.n; i++) {
		struct binding *element = bank->elements.items[i];
		if (!element) {
			diag_report(e->sema->diags, E0307, input.at, "'%s' has no element %zu",
			            bank->path, i);
			continue;
		}
		struct stream_ref ref = binding_stream(e, element, input.at);
		input.node = ref.node;
		input.output = ref.output;
		vec_push(e->sema->arena, &e->bound->nodes.items[node].inputs, input);
	}
}

static void connect_many(struct elaborator *e, uint32_t node, struct scope *scope,
                         struct bound_input input, const struct ast_expr *operand)
{
	if (operand->kind == EXPR_WINDOW) {
		operand = edge_window(e, scope, operand, &input);
		if (operand)
			push_input(e, node, scope, input, operand);
		return;
	}
	if (operand->kind == EXPR_LIST) {
		for (size_t i = 0; i < operand->args.n; i++) {
			input.at = operand->args.items[i].value->span;
			push_input(e, node, scope, input, operand->args.items[i].value);
		}
		return;
	}
	struct binding *binding = stream_binding(e, scope, operand);
	if (!binding)
		return;
	if (binding->kind == BINDING_BANK) {
		connect_bank(e, node, input, binding);
		return;
	}
	const struct bound_node *self = &e->bound->nodes.items[node];
	diag_report(e->sema->diags, E0302, operand->span,
	            "'%s' of %s takes a bank of streams or a window of one",
	            self->face->inputs.items[input.port].name, self->face->kind);
	diag_help(e->sema->diags, "write [a, b], a bank, or %s[-3..0]", binding->path);
}

void stream_connect(struct elaborator *e, uint32_t node, uint32_t port, struct scope *scope,
                    const struct ast_expr *expr)
{
	struct bound_input input = {.port = port, .node = UNBOUND, .at = expr->span};
	const struct ast_expr *operand = stream_edge(e, scope, expr, &input);
	const struct interface *face = e->bound->nodes.items[node].face;
	if (operand->kind == EXPR_ERROR)
		return;
	if (face->inputs.items[port].type->kind == TYPE_ARRAY) {
		connect_many(e, node, scope, input, operand);
		return;
	}
	if (operand->kind == EXPR_WINDOW) {
		diag_report(e->sema->diags, E0302, operand->span,
		            "'%s' of %s takes one value, not a window",
		            face->inputs.items[port].name, face->kind);
		return;
	}
	if (is_history(e, scope, operand)) {
		operand = edge_window(e, scope, operand, &input);
		if (operand)
			push_input(e, node, scope, input, operand);
	} else if (stream_is_expression(e, scope, operand)) {
		const struct type *type = face->inputs.items[port].type;
		struct stream_ref ref = expression_node(e, scope, operand, NULL,
		                                        type_is_concrete(type) ? type : NULL);
		input.node = ref.node;
		input.output = ref.output;
		vec_push(e->sema->arena, &e->bound->nodes.items[node].inputs, input);
	} else {
		push_input(e, node, scope, input, operand);
	}
}
