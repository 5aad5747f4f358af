/* How a port is connected: edge words, histories, windows, banks. */
#include "base/quantity.h"
#include "sema/elaborate.h"
#include <string.h>

/* ---- Words ---- */

#define COUNT_MAX 4095

static void edge_count(struct elaborator *e, struct scope *scope, const struct ast_expr *edge,
                       const char *word, uint32_t *ret_count)
{
	struct diags *diags = e->sema->diags;
	if (edge->args.n != 1 || edge->args.items[0].name.text) {
		diag_report(diags, E0408, edge->span, "'%s' takes one number of frames", word);
		diag_help(diags, "write '%s(4)'", word);
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
	diag_report(diags, E0408, written->span, "the number of '%s' must be between 1 and %d",
	            word, COUNT_MAX);
	if (count.kind == VALUE_INT && count.i == 0)
		diag_help(diags, strcmp(word, "latest") == 0
		                         ? "'latest' alone keeps the newest frame, 'latest(4)' the "
		                           "newest four"
		                         : "the frame in hand is not counted: with none waiting, a "
		                           "producer could not run ahead at all");
}

static void edge_max_age(struct elaborator *e, struct scope *scope, const struct ast_expr *edge,
                         int64_t *ret_age)
{
	struct diags *diags = e->sema->diags;
	const struct ast_arg *arg = edge->args.n == 1 ? &edge->args.items[0] : NULL;
	if (!arg || !arg->name.text || strcmp(arg->name.text, "max_age") != 0) {
		diag_report(diags, E0408, edge->span, "'sample' takes nothing but a max_age");
		diag_help(diags, "write 'sample(max_age: 500ms)'");
		return;
	}
	struct value age = elaborate_const(e, scope, arg->value);
	if (age.kind == VALUE_TIME && age.i > 0) {
		*ret_age = age.i;
	} else if (age.kind == VALUE_TIME) {
		diag_report(diags, E0408, arg->value->span, "a 'max_age' must be longer than 0");
		diag_help(diags, "a value of the same frame comes by a plain input; without "
		                 "'max_age', a sample is of any age");
	} else if (age.kind != VALUE_NONE) {
		diag_report(diags, E0408, arg->value->span, "a 'max_age' is a time, not %s",
		            value_kind_text(age.kind));
		diag_help(diags, "write a time, such as '500ms'");
	}
}

static void report_every(struct diags *diags, struct span at, struct value every,
                         struct arena *arena)
{
	bool exact = every.kind == VALUE_RATE && every.f >= 1e-3 && every.f <= 1e9;
	if (every.kind == VALUE_NONE)
		return;
	if (every.kind == VALUE_INT || every.kind == VALUE_TIME) {
		diag_report(diags, E0408, at,
		            every.kind == VALUE_INT
		                    ? "the number of 'every' must be between 1 and 4294967295"
		                    : "the period of 'every' must be longer than 0");
		diag_help(diags, "'every(1)' lets each frame through, 'every(2)' one of two, and "
		                 "'every(1s)' one a second");
		return;
	}
	diag_report(diags, E0408, at, "'every' takes a number of frames or a time, not %s",
	            value_kind_text(every.kind));
	if (exact)
		diag_help(diags, "write '%s'", time_source(arena, (int64_t)(1e9 / every.f)));
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
	else
		report_every(e->sema->diags, written->span, every, e->sema->arena);
}

const struct ast_expr *edge_operand(struct elaborator *e, struct scope *scope,
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

/* ---- The past ---- */

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
	            "a window is between -%d and 0: x[-1] is the value before", HISTORY_MAX);
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
		diag_help(e->sema->diags, "write '[%d..%d]'", input->last, input->first);
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

/* The stream of an operand, where it is an expression as a value of `type` (NULL: its own). */
static struct stream_ref find_stream(struct elaborator *e, struct scope *scope,
                                     const struct ast_expr *operand, const struct type *type)
{
	struct binding *expression = stream_expression(e, scope, operand);
	struct binding *named = stream_quiet_binding(e, scope, operand);
	bool converts = !expression && named && type &&
	                expression_converts(named, binding_type(e, named), type);
	if (converts || (!named && stream_is_expression(e, scope, operand)))
		expression = expression_here(e, scope, operand, NULL);
	return expression ? expression_stream(e, expression, operand->span, type)
	                  : stream_resolve(e, scope, operand);
}

static void push_input(struct elaborator *e, uint32_t node, struct scope *scope,
                       struct bound_input input, const struct ast_expr *operand,
                       const struct type *type)
{
	bool plain = input.policy == POLICY_QUEUE && !input.count && !input.every_n &&
	             !input.every_ns && input.last == 0;
	const struct binding *open = stream_expression(e, scope, operand);
	struct stream_ref ref = {UNBOUND, UNBOUND, true};
	bool is_open = open && meaning_guess_open(e, open, &input.type);
	/* Whether it goes back in time somewhere is seen once all is connected. */
	if (!is_open || (!input.type && input.last == 0))
		ref = find_stream(e, scope, operand, plain ? type : NULL);
	else if (!input.type)
		meaning_report_untyped(e, open, input.at);
	input.node = ref.node;
	input.output = ref.output;
	vec_push(e->sema->arena, &e->bound->nodes.items[node].inputs, input);
	if (ref.retry)
		vec_push(e->sema->arena, &e->later,
		         (struct later){node, e->bound->nodes.items[node].inputs.n - 1, scope,
		                        operand});
}

void edge_finish(struct elaborator *e)
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
                         const struct binding *bank, const struct type *type)
{
	for (size_t i = 0; i < bank->elements.n; i++) {
		struct binding *element = bank->elements.items[i];
		if (!element) {
			diag_report(e->sema->diags, E0307, input.at, "'%s' has no element %zu",
			            bank->path, i);
			continue;
		}
		struct stream_ref ref =
			elaborate_force(e, element) && element->kind == BINDING_EXPRESSION
				? expression_stream(e, element->same ? element->same : element,
		                                    input.at, type)
				: stream_of_binding(e, element, input.at);
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
			push_input(e, node, scope, input, operand, NULL);
		return;
	}
	const struct interface *face = e->bound->nodes.items[node].face;
	const struct type *item = face->inputs.items[input.port].type->item;
	item = type_is_concrete(item) ? item : NULL;
	if (operand->kind == EXPR_LIST) {
		for (size_t i = 0; i < operand->args.n; i++) {
			input.at = operand->args.items[i].value->span;
			push_input(e, node, scope, input, operand->args.items[i].value, item);
		}
		return;
	}
	struct binding *binding = stream_binding(e, scope, operand);
	if (!binding)
		return;
	if (binding->kind == BINDING_BANK) {
		connect_bank(e, node, input, binding, item);
		return;
	}
	const struct bound_node *self = &e->bound->nodes.items[node];
	diag_report(e->sema->diags, E0302, operand->span,
	            "'%s' of %s takes a bank of streams or a window of one",
	            self->face->inputs.items[input.port].name, self->face->kind);
	diag_help(e->sema->diags, "write [a, b], a bank, or %s[-3..0]", binding->path);
}

void edge_connect(struct elaborator *e, uint32_t node, uint32_t port, struct scope *scope,
                  const struct ast_expr *expr)
{
	const struct binding *named = stream_expression(e, scope, expr);
	if (named && expression_is_read(e, named)) {
		edge_connect(e, node, port, named->scope, named->expr);
		return;
	}
	struct bound_input input = {.port = port, .node = UNBOUND, .at = expr->span};
	const struct ast_expr *operand = edge_operand(e, scope, expr, &input);
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
	if (stream_is_history(e, scope, operand)) {
		operand = edge_window(e, scope, operand, &input);
		if (operand)
			push_input(e, node, scope, input, operand, NULL);
	} else {
		const struct type *type = face->inputs.items[port].type;
		push_input(e, node, scope, input, operand, type_is_concrete(type) ? type : NULL);
	}
}
