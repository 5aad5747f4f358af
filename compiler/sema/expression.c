/* The nodes of expressions, of those that something reads as a stream. What a node reads and
 * computes is written by fuse.c, once all are known. */
#include "sema/c_unit.h"
#include "sema/lift.h"
#include <string.h>

static const struct stream_ref no_stream = {UNBOUND, UNBOUND, false};

/* ---- The interface ---- */

/* A name that C can have, and that no other expression of the program has. */
static const char *c_name(struct elaborator *e, const char *path)
{
	char *name = arena_printf(e->sema->arena, "%s_%s", e->bound->name, path);
	for (char *c = name; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      (*c >= '0' && *c <= '9')))
			*c = '_';
	name = arena_printf(e->sema->arena, "%s_%u", name, ++e->n_expressions);
	return c_claim_node(e->sema, name);
}

static struct interface *make_face(struct elaborator *e, const struct meaning *meaning,
                                   const char *name, struct span span)
{
	struct arena *arena = e->sema->arena;
	struct interface *face = arena_new(arena, struct interface);
	face->name = name;
	face->kind = "an expression";
	face->c_name = c_name(e, name);
	face->doc = "";
	face->span = span;
	face->unit = e->bound->file->unit;
	face->stateless = true;
	face->declared = true; /* it only computes */
	vec_push(arena, &face->parts,
	         (struct part){.name = "value", .at = span, .term = meaning->term});
	vec_push(arena, &face->outputs,
	         (struct port){
			 .name = "value", .doc = "", .span = span, .type = meaning->term->type});
	return face;
}

static const char *last_word(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot ? dot + 1 : path;
}

/* ---- The node ---- */

static uint32_t make_node(struct elaborator *e, struct meaning *meaning, struct scope *scope,
                          const char *path, struct span span)
{
	const char *name = path ? path
	                        : arena_printf(e->sema->arena, "%sexpression_%u", scope->prefix,
	                                       e->n_expressions + 1);
	struct bound_node node = {
		.at = span, .named = true, .has_arguments = true, .meaning = meaning};
	node.unnamed = !path;
	node.face = make_face(e, meaning, last_word(name), span);
	/* The path is whole already: no prefix or suffix is added to it. */
	struct scope *place = arena_new(e->sema->arena, struct scope);
	*place = (struct scope){
		.pipeline = scope->pipeline, .prefix = "", .suffix = "", .file = scope->file};
	return elaborate_node(e, place, node, name);
}

/* ---- The stream of an expression ---- */

/* What a port of `type` is given: a number or a string is converted. */
static struct meaning *fit(struct elaborator *e, struct meaning *meaning, const struct type *type)
{
	const struct type *from = meaning->term->type;
	bool numbers = type_is_number(from) && type_is_number(type);
	bool strings = from->kind == TYPE_STRING && type->kind == TYPE_STRING;
	if (type_equal(from, type) || (!numbers && !strings))
		return meaning;
	struct lift lift = {.e = e, .scope = meaning->binding->scope};
	struct term *part = term_new(&lift, TERM_PART, from, meaning->term->span);
	part->left = meaning->term;
	part->meaning = meaning;
	if (meaning->term->kind == TERM_CONST)
		*part = *meaning->term;
	struct meaning *fitted = arena_new(e->sema->arena, struct meaning);
	*fitted = (struct meaning){.binding = meaning->binding, .state = KNOWN};
	fitted->term = term_convert(&lift, part, type);
	if (fitted->term)
		meaning_find_uses(e, fitted);
	return fitted->term ? fitted : NULL;
}

struct stream_ref expression_stream(struct elaborator *e, struct binding *binding, struct span span,
                                    const struct type *hint)
{
	struct meaning *meaning = meaning_of(e, binding, hint);
	if (meaning && !meaning->term->type)
		meaning_report_untyped(e, binding, span);
	if (!meaning || !meaning->term->type)
		return no_stream;
	if (hint)
		meaning = fit(e, meaning, hint);
	if (!meaning)
		return no_stream;
	const struct type *type = meaning->term->type;
	for (size_t i = 0; i < binding->nodes.n; i++)
		if (type_equal(binding->nodes.items[i].type, type))
			return (struct stream_ref){binding->nodes.items[i].node, 0, false};
	if (!meaning->has_streams) {
		diag_report(e->sema->diags, E0311, span,
		            "a stream is needed here, this is a value: no stream stands in it");
		stream_help_value(e, resolve_source(e->sema, span));
		return no_stream;
	}
	const char *path = binding->anonymous ? NULL : binding->path;
	if (path && binding->nodes.n > 0)
		path = node_free_name(e, path);
	uint32_t node = make_node(e, meaning, binding->scope, path,
	                          path ? binding->expr->span : span);
	vec_push(e->sema->arena, &binding->nodes, (struct computed_stream){type, node});
	return (struct stream_ref){node, 0, false};
}

const struct type *expression_type(struct elaborator *e, struct binding *binding)
{
	const struct meaning *meaning = meaning_of(e, binding, NULL);
	return meaning ? meaning->term->type : NULL;
}

bool expression_converts(const struct binding *binding, const struct type *from,
                         const struct type *to)
{
	if (!from || !to || type_equal(from, to))
		return false;
	if (from->kind == TYPE_STRING && to->kind == TYPE_STRING)
		return binding->kind == BINDING_EXPRESSION || from->n.value <= to->n.value;
	if (!type_is_number(from) || !type_is_number(to))
		return false;
	return binding->kind == BINDING_EXPRESSION || term_holds(to, from);
}

struct binding *expression_here(struct elaborator *e, struct scope *scope,
                                const struct ast_expr *expr, const char *path)
{
	struct arena *arena = e->sema->arena;
	const char *key = arena_printf(arena, "%p %p", (const void *)scope, (const void *)expr);
	struct binding *binding = map_get(&e->anonymous, key);
	if (binding)
		return binding;
	binding = binding_new(e, BINDING_EXPRESSION, path ? path : "this", expr->span);
	binding->expr = expr;
	binding->scope = scope;
	binding->anonymous = !path;
	map_put(arena, &e->anonymous, key, binding);
	return binding;
}

bool expression_is_read(struct elaborator *e, const struct binding *binding)
{
	return binding->kind == BINDING_EXPRESSION &&
	       (binding->expr->kind == EXPR_EDGE ||
	        stream_is_history(e, binding->scope, binding->expr));
}

/* ---- Those that nothing reads ---- */

/* Whether the path is spoken of: "rig.near[2]", its bank "rig.near", or the pipeline "rig", which
 * does not mean every name that is in it. */
static bool find_kept(struct elaborator *e, const char *path, bool *ret_named)
{
	char *name = arena_strdup(e->sema->arena, path);
	for (*ret_named = true;;) {
		if (map_get(&e->kept, name))
			return true;
		char *bracket = strrchr(name, '['), *dot = strrchr(name, '.');
		if (!bracket && !dot)
			return false;
		if (bracket && (!dot || bracket > dot)) {
			*bracket = '\0';
			continue;
		}
		*dot = '\0';
		*ret_named = false;
	}
}

static struct meaning *own_meaning(struct elaborator *e, struct binding *binding)
{
	if (binding->kind != BINDING_EXPRESSION || binding->same)
		return NULL;
	/* Constants of which a part is used may have no meaning as a whole. */
	return binding->used && term_is_constant(binding->scope, binding->expr)
	               ? NULL
	               : meaning_of(e, binding, NULL);
}

void expression_check(struct elaborator *e, struct binding *binding)
{
	own_meaning(e, binding);
}

/* Of a pipeline that is spoken of, what it gives has nodes. */
static bool is_output(const struct binding *binding)
{
	const struct map *outputs = &binding->scope->pipeline->outputs;
	for (size_t i = 0; i < outputs->n; i++)
		if (outputs->entries[i].value == binding)
			return true;
	return false;
}

void expression_complete(struct elaborator *e, struct binding *binding)
{
	bool named;
	struct meaning *meaning = own_meaning(e, binding);
	if (!meaning)
		return;
	bool kept = find_kept(e, binding->path, &named);
	if (meaning->has_streams &&
	    ((!binding->used && binding->nodes.n == 0) ||
	     (kept && (named || is_output(binding)))) &&
	    !expression_is_read(e, binding))
		expression_stream(e, binding, binding->expr->span, NULL);
	for (size_t i = 0; kept && i < binding->nodes.n; i++)
		e->bound->nodes.items[binding->nodes.items[i].node].kept = binding;
}

/* ---- What it reads ---- */

/* The stream of an expression, or one through a pipeline that was open. */
static void resolve_operand(struct elaborator *e, struct operand *operand)
{
	struct bound_input *input = &operand->input;
	if (input->node != UNBOUND)
		return;
	struct stream_ref ref = operand->of ? expression_stream(e, operand->of, input->at, NULL)
	                                    : stream_resolve(e, operand->scope, operand->stream);
	input->node = ref.node;
	input->output = ref.output;
}

void expression_resolve(struct elaborator *e)
{
	struct uses *all = arena_new(e->sema->arena, struct uses);
	size_t done = 0;
	for (size_t i = 0; i < e->bound->nodes.n; i++) {
		if (e->bound->nodes.items[i].meaning)
			meaning_gather(e, all, e->bound->nodes.items[i].meaning);
		for (; done < all->n; done++)
			resolve_operand(e, all->items[done].operand);
	}
}

/* ---- Relays ---- */

struct stream_ref expression_relay(struct elaborator *e, struct scope *scope,
                                   const struct ast_expr *edge, const char *name)
{
	struct binding *binding = binding_new(e, BINDING_STREAM, name, edge->span);
	struct meaning *meaning = arena_new(e->sema->arena, struct meaning);
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
	*meaning = (struct meaning){.binding = binding, .state = KNOWN};
	meaning->term = lift_relay(&lift, operand, words);
	if (!meaning->term)
		return no_stream;
	meaning_find_uses(e, meaning);
	return (struct stream_ref){make_node(e, meaning, scope, name, edge->span), 0, false};
}
