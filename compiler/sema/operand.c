/* What an expression reads: streams that C makes, choices, samples, and the past. */
#include "sema/c_name.h"
#include "sema/lift.h"
#include <string.h>

/* x[-k]: how far back, and the stream under it; NULL after a report. */
static const struct ast_expr *history_of(struct lift *lift, const struct ast_expr *expr,
                                         struct bound_input *input)
{
	if (expr->kind != EXPR_INDEX || expr->right->kind != EXPR_UNARY ||
	    expr->right->op != OP_NEG)
		return expr;
	struct value back = elaborate_const(lift->e, lift->scope, expr->right);
	if (back.kind == VALUE_NONE)
		return NULL;
	if (back.kind != VALUE_INT || back.i >= 0 || back.i < -255) {
		diag_report(lift_diags(lift), E0408, expr->right->span,
		            "a history is between [-255] and [-1]");
		return NULL;
	}
	if (input->policy == POLICY_SAMPLE) {
		diag_report(lift_diags(lift), E0408, expr->span,
		            "'sample' sees one value: it has no history");
		return NULL;
	}
	input->first = input->last = (int32_t)back.i;
	return expr->left;
}

/* The last word of a stream. */
static const char *last_name(struct lift *lift, const struct ast_expr *stream)
{
	while (stream->kind == EXPR_INDEX)
		stream = stream->left;
	return stream->name.text ? c_member(lift->e->sema->arena, stream->name.text) : "x";
}

/* ---- One for all that read alike ---- */

static const char *operand_key(struct lift *lift, const struct operand *operand)
{
	const struct bound_input *input = &operand->input;
	const void *place = operand->of              ? (const void *)operand->of
	                    : input->node == UNBOUND ? (const void *)operand->stream
	                                             : NULL;
	return arena_printf(lift->e->sema->arena, "%p %u %u %d %d %lld", place, input->node,
	                    input->output, (int)input->policy, (int)input->first,
	                    (long long)input->max_age_ns);
}

static struct operand *intern(struct lift *lift, struct operand operand)
{
	struct elaborator *e = lift->e;
	const char *key = operand_key(lift, &operand);
	struct operand *known = map_get(&e->operand_keys, key);
	if (known)
		return known;
	known = arena_new(e->sema->arena, struct operand);
	*known = operand;
	map_put(e->sema->arena, &e->operand_keys, key, known);
	return known;
}

/* ---- Its type ---- */

/* What an expression's own stream is made of, or what it is taken for while it is being found. */
static bool own_type(struct lift *lift, struct binding *of, const struct type **ret_type)
{
	if (meaning_guess_open(lift->e, of, ret_type))
		return true;
	uint32_t chain = lift->e->chain;
	lift->e->chain = lift->e->n_open;
	*ret_type = expression_type(lift->e, of);
	lift->e->chain = chain;
	return *ret_type != NULL;
}

/* What reads its own output may be what would tell the type of that: while its inputs are being
 * connected, it is not known. */
static void report_unknown_type(struct lift *lift, const struct bound_input *input)
{
	const struct interface *face = lift->e->bound->nodes.items[input->node].face;
	diag_report(lift_diags(lift), E0308, input->at,
	            "the type of this stream is not known: it depends on itself");
	diag_note(lift_diags(lift), face->outputs.items[input->output].span,
	          "its type is that of an input, which is made from it");
	diag_help(lift_diags(lift),
	          "declare it: '%s: u32', or what it is, in the declaration of '%s'",
	          face->outputs.items[input->output].name, face->kind);
}

/* Through a pipeline that is being elaborated: its outputs are declared. */
static bool open_type(struct lift *lift, const struct operand *operand,
                      const struct type **ret_type)
{
	const struct ast_expr *stream = operand->stream, *base = stream;
	const char *name = stream->kind == EXPR_MEMBER ? stream->name.text : NULL;
	const struct interface *face = NULL;

	base = name ? stream->left : stream;
	if (base->kind == EXPR_NAME && base->name.text) {
		const struct binding *binding = scope_binding(operand->scope, base->name.text);
		face = binding && binding->inside ? binding->inside->face : NULL;
	}
	for (size_t i = 0; face && i < face->outputs.n; i++) {
		const struct port *port = &face->outputs.items[i];
		if (name ? strcmp(port->name, name) != 0 : face->outputs.n > 1)
			continue;
		*ret_type = type_is_concrete(port->type) ? port->type : NULL;
		if (*ret_type)
			return true;
	}
	diag_report(lift_diags(lift), E0308, operand->input.at,
	            "the type of this stream is not known: the pipeline that it comes from is "
	            "made from it");
	diag_help(lift_diags(lift), "declare the type of that output in full");
	return false;
}

static bool stream_type(struct lift *lift, const struct operand *operand,
                        const struct type **ret_type)
{
	const struct bound_input *input = &operand->input;
	if (operand->of)
		return own_type(lift, operand->of, ret_type);
	if (input->node == UNBOUND)
		return open_type(lift, operand, ret_type);
	*ret_type = unify_output(lift->e, input->node, input->output);
	if (!*ret_type || ((*ret_type)->kind == TYPE_ERROR && lift_diags(lift)->n_errors == 0))
		report_unknown_type(lift, input);
	return *ret_type && (*ret_type)->kind != TYPE_ERROR;
}

/* ---- The term ---- */

/* Which stream `stream` is: one that a node makes, or an expression's. False after a report. */
static bool find_stream(struct lift *lift, const struct ast_expr *stream, struct operand *operand)
{
	struct elaborator *e = lift->e;
	struct binding *binding = stream_expression(e, lift->scope, stream);
	operand->stream = stream;
	operand->scope = lift->scope;
	operand->name = last_name(lift, stream);
	if (!binding && (stream_is_expression(e, lift->scope, stream) ||
	                 stream_is_history(e, lift->scope, stream)))
		binding = expression_here(e, lift->scope, stream, NULL);
	if (binding) {
		operand->of = binding;
		if (!lift->meaning || lift->meaning->binding != binding)
			binding->used = true;
		return true;
	}
	struct stream_ref ref = stream_resolve(e, lift->scope, stream);
	operand->input.node = ref.node;
	operand->input.output = ref.output;
	return ref.node != UNBOUND || ref.retry;
}

static struct term *input_term(struct lift *lift, struct operand *operand, const struct type *type,
                               struct span span)
{
	struct term *term = term_new(lift, TERM_INPUT, type, span);
	term->operand = operand;
	return term;
}

struct term *lift_operand(struct lift *lift, const struct ast_expr *expr)
{
	struct operand operand = {.input = {.node = UNBOUND, .output = UNBOUND, .at = expr->span}};
	size_t errors = lift_diags(lift)->n_errors;
	const struct ast_expr *stream = edge_operand(lift->e, lift->scope, expr, &operand.input);
	const struct type *type;
	if (lift_diags(lift)->n_errors > errors)
		return NULL;
	stream = history_of(lift, stream, &operand.input);
	if (!stream || !find_stream(lift, stream, &operand) || !stream_type(lift, &operand, &type))
		return NULL;
	return input_term(lift, intern(lift, operand), type, expr->span);
}

struct term *lift_relay(struct lift *lift, const struct ast_expr *stream, struct bound_input words)
{
	struct operand *operand = arena_new(lift->e->sema->arena, struct operand);
	const struct type *type;
	operand->input = words;
	operand->stream = history_of(lift, stream, &operand->input);
	if (!operand->stream)
		return NULL;
	operand->name = last_name(lift, operand->stream);
	struct elaborator *e = lift->e;
	struct stream_ref ref =
		stream_is_expression(e, lift->scope, operand->stream) /* a field, an element */
			? expression_stream(e,
	                                    expression_here(e, lift->scope, operand->stream, NULL),
	                                    operand->stream->span, NULL)
			: stream_resolve(e, lift->scope, operand->stream);
	operand->input.node = ref.node;
	operand->input.output = ref.output;
	if (ref.node == UNBOUND) {
		if (ref.retry)
			diag_report(lift_diags(lift), E0308, words.at, "this depends on itself");
		return NULL;
	}
	return stream_type(lift, operand, &type) ? input_term(lift, operand, type, words.at) : NULL;
}
