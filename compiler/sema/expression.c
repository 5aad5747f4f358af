/* Nodes made of expressions: their inputs are the streams that the expression names. */
#include "sema/c_name.h"
#include "sema/lift.h"
#include <string.h>

static const struct stream_ref no_stream = {UNBOUND, UNBOUND, false};

/* ---- Inputs ---- */

/* A name for a port: the last word of what it is connected to. */
static const char *port_name(struct lift *lift, const struct ast_expr *operand)
{
	while (operand->kind == EXPR_INDEX)
		operand = operand->left;
	const char *base = operand->name.text ? c_member(lift->e->sema->arena, operand->name.text)
	                                      : "x";
	const char *name = base;
	for (unsigned k = 2;; k++) {
		bool taken = false;
		for (size_t i = 0; i < lift->inputs.n; i++)
			taken = taken || strcmp(lift->inputs.items[i].port.name, name) == 0;
		if (!taken)
			return name;
		name = arena_printf(lift->e->sema->arena, "%s_%u", base, k);
	}
}

static struct term *known_input(struct lift *lift, const struct bound_input *input)
{
	for (size_t i = 0; i < lift->inputs.n; i++) {
		struct lifted_input *known = &lift->inputs.items[i];
		if (known->input.node != UNBOUND && known->input.node == input->node &&
		    known->input.output == input->output && known->input.first == input->first)
			return known->term;
	}
	return NULL;
}

/* x[-k]: how far back, and the stream under it. */
static const struct ast_expr *history_of(struct lift *lift, const struct ast_expr *operand,
                                         struct bound_input *input)
{
	if (operand->kind != EXPR_INDEX || operand->right->kind != EXPR_UNARY ||
	    operand->right->op != OP_NEG)
		return operand;
	struct value back = elaborate_const(lift->e, lift->scope, operand->right);
	if (back.kind != VALUE_INT || back.i >= 0 || back.i < -255) {
		if (back.kind != VALUE_NONE)
			diag_report(lift->e->sema->diags, E0408, operand->right->span,
			            "a history is between [-255] and [-1]");
		return NULL;
	}
	input->first = input->last = (int32_t)back.i;
	return operand->left;
}

/* One use of an input. What it is used in may be absent where the port may be; that is known once
 * the whole expression was read (term_settle_absence). */
static struct term *use_input(struct lift *lift, struct term *input)
{
	struct term *use = term_new(lift, TERM_INPUT, input->type, input->span);
	use->index = input->index;
	vec_push(lift->e->sema->arena, &lift->uses, use);
	return use;
}

struct term *lift_input(struct lift *lift, const struct ast_expr *operand)
{
	struct arena *arena = lift->e->sema->arena;
	struct bound_input input = {.node = UNBOUND, .at = operand->span};
	const struct ast_expr *stream = history_of(lift, operand, &input);
	if (!stream)
		return NULL;
	struct stream_ref ref = stream_resolve(lift->e, lift->scope, stream);
	if (ref.node == UNBOUND && !ref.retry)
		return NULL;
	input.node = ref.node;
	input.output = ref.output;
	struct term *known = known_input(lift, &input);
	if (known)
		return use_input(lift, known);
	const struct type *type = ref.retry ? lift->self : NULL;
	if (!ref.retry) {
		unify_node(lift->e, ref.node);
		type = lift->e->bound->nodes.items[ref.node].outputs[ref.output];
		if (!type)
			diag_report(lift->e->sema->diags, E0308, operand->span,
			            "the type of this stream is not known: it depends on itself");
		if (!type || type->kind == TYPE_ERROR)
			return NULL;
	}
	struct term *term = term_new(lift, TERM_INPUT, type, operand->span);
	term->index = (uint32_t)lift->inputs.n;
	struct port port = {.name = port_name(lift, stream),
	                    .doc = "",
	                    .span = operand->span,
	                    .type = type};
	input.port = term->index;
	vec_push(arena, &lift->inputs,
	         (struct lifted_input){input, port, ref.retry ? stream : NULL, term});
	return use_input(lift, term);
}

/* ---- The node ---- */

/* A name that C can have, and that no other expression of the program has. */
static const char *c_name(struct elaborator *e, const char *path)
{
	char *name = arena_printf(e->sema->arena, "%s_%s", e->bound->name, path);
	for (char *c = name; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      (*c >= '0' && *c <= '9')))
			*c = '_';
	return arena_printf(e->sema->arena, "%s_%u", name, ++e->n_expressions);
}

static struct interface *make_face(struct lift *lift, const char *name, const struct term *body,
                                   struct span span)
{
	struct elaborator *e = lift->e;
	struct interface *face = arena_new(e->sema->arena, struct interface);
	face->name = name;
	face->kind = "an expression";
	face->c_name = c_name(e, name);
	face->doc = "";
	face->span = span;
	face->unit = e->bound->file->unit;
	face->stateless = true;
	face->declared = true; /* it only computes */
	face->body = body;
	bool *needed = arena_alloc(e->sema->arena, lift->inputs.n + 1);
	term_mark_needed(body, needed);
	for (size_t i = 0; i < lift->inputs.n; i++) {
		struct lifted_input *input = &lift->inputs.items[i];
		input->port.optional = !needed[i] || input->input.last < 0;
	}
	bool optional = term_settle_absence(lift, body);
	for (size_t i = 0; i < lift->inputs.n; i++) {
		struct lifted_input *input = &lift->inputs.items[i];
		if (!input->port.type) { /* its own output, further back */
			input->port.type = body->type;
		}
		vec_push(e->sema->arena, &face->inputs, input->port);
	}
	vec_push(e->sema->arena, &face->outputs,
	         (struct port){.name = "value",
	                       .doc = "",
	                       .span = span,
	                       .type = body->type,
	                       .optional = optional});
	return face;
}

static const char *last_word(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot ? dot + 1 : path;
}

static struct stream_ref make_node(struct lift *lift, const struct term *body, struct span span,
                                   const char *path)
{
	struct elaborator *e = lift->e;
	const char *name = path ? path
	                        : arena_printf(e->sema->arena, "%sexpression_%u",
	                                       lift->scope->prefix, e->n_expressions + 1);
	struct bound_node node = {.at = span, .named = true, .has_arguments = true};
	node.face = make_face(lift, last_word(name), body, span);
	for (size_t i = 0; i < lift->inputs.n; i++)
		vec_push(e->sema->arena, &node.inputs, lift->inputs.items[i].input);
	/* The path is whole already: no prefix or suffix is added to it. */
	struct scope bare = {.prefix = "", .suffix = "", .file = lift->scope->file};
	struct scope *place = arena_new(e->sema->arena, struct scope);
	*place = bare;
	uint32_t index = elaborate_node(e, place, node, name);
	for (size_t i = 0; i < lift->inputs.n; i++)
		if (lift->inputs.items[i].later)
			vec_push(
				e->sema->arena, &e->later,
				(struct later){index, i, lift->scope, lift->inputs.items[i].later});
	return (struct stream_ref){index, 0, false};
}

/* A condition over parameters and constants alone fires on nothing. */
static bool has_inputs(struct lift *lift, const struct ast_expr *expr)
{
	if (lift->inputs.n > 0)
		return true;
	diag_report(lift->e->sema->diags, E0311, expr->span,
	            "a stream is needed here, this is a value: no stream stands in it");
	return false;
}

static struct term *build_body(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	return hint ? term_build_near(lift, expr, hint) : term_build(lift, expr, NULL);
}

/* Whether all uses of its own earlier values were taken for `type`. */
static bool self_agrees(struct lift *lift, const struct type *type)
{
	for (size_t i = 0; i < lift->uses.n; i++) {
		const struct term *use = lift->uses.items[i];
		if (lift->inputs.items[use->index].later &&
		    (!use->type || !type_equal(use->type, type)))
			return false;
	}
	return true;
}

/* `self`: what its earlier values were last taken for. */
static void report_endless(struct elaborator *e, struct span span, const struct type *self)
{
	if (self && self->kind == TYPE_STRING) {
		diag_report(e->sema->diags, E0308, span,
		            "this string has no bound: it is made from itself, and grows");
		diag_help(e->sema->diags,
		          "let a node keep it: its output says how long it may be, as in "
		          "string<64>");
		return;
	}
	diag_report(e->sema->diags, E0308, span,
	            "the type of this is not known: it is made from itself");
	diag_help(e->sema->diags, "say what it is at first: (x[-1] ?? 0) …");
}

struct stream_ref expression_node(struct elaborator *e, struct scope *scope,
                                  const struct ast_expr *expr, const char *name,
                                  const struct type *hint)
{
	struct lift lift = {.e = e, .scope = scope};
	struct term *body = build_body(&lift, expr, hint);
	/* What goes on from its own past has the type of what it becomes: found by trying. */
	for (int tries = 0; body && body->type && !self_agrees(&lift, body->type); tries++) {
		if (tries == 3) {
			body->type = NULL;
			break;
		}
		lift = (struct lift){.e = e, .scope = scope, .self = body->type};
		body = build_body(&lift, expr, hint);
	}
	if (!body || !has_inputs(&lift, expr))
		return no_stream;
	if (!body->type) {
		report_endless(e, expr->span, lift.self);
		return no_stream;
	}
	return make_node(&lift, body, expr->span, name);
}

struct stream_ref expression_relay(struct elaborator *e, struct scope *scope,
                                   const struct ast_expr *edge, const char *name)
{
	struct lift lift = {.e = e, .scope = scope};
	struct bound_input words = {.at = edge->span};
	const struct ast_expr *operand = edge_operand(e, scope, edge, &words);
	if (words.policy == POLICY_SAMPLE || edge->kind == EXPR_WINDOW) {
		diag_report(e->sema->diags, E0311, edge->span,
		            edge->kind == EXPR_WINDOW
		                    ? "a window is for the input of a node"
		                    : "'sample' fires nothing: it is for the input of a node");
		return no_stream;
	}
	struct term *body = lift_input(&lift, operand);
	if (!body)
		return no_stream;
	if (!body->type) {
		diag_report(e->sema->diags, E0308, edge->span, "this depends on itself");
		return no_stream;
	}
	words.port = 0;
	words.node = lift.inputs.items[0].input.node;
	words.output = lift.inputs.items[0].input.output;
	lift.inputs.items[0].input = words;
	return make_node(&lift, body, edge->span, name);
}
