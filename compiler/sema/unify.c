/* Sizes and types of every node, by equality from its inputs to its outputs. A node is done after
 * its producers; one that is met again in a cycle is left out, and only checked. */
#include "sema/elaborate.h"
#include <string.h>

size_t generic_index(const struct interface *face, const char *name)
{
	for (size_t i = 0; i < face->generics.n; i++)
		if (strcmp(face->generics.items[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

/* ---- One type against another ---- */

/* The generics that a declared type may name, and what they are bound to. */
struct unifier {
	const struct generic *generics;
	size_t n;
	uint64_t *sizes;
	struct span *size_from; /* or NULL */
	const struct type **types;
	struct span from; /* what is being unified */
	/* Where a mismatch was found; no variable: the shapes differ. */
	const char *variable;
	uint64_t had, has;
};

static size_t unifier_index(const struct unifier *u, const char *name)
{
	for (size_t i = 0; i < u->n; i++)
		if (strcmp(u->generics[i].name, name) == 0)
			return i;
	return 0;
}

enum computing { COMPUTED, UNKNOWN_YET, NO_SIZE };

/* The value of a size that is computed from others. */
static enum computing compute(const struct generic *generics, size_t n, const uint64_t *sizes,
                              const struct computed *c, int64_t *ret_value)
{
	int64_t left = 0, right = 0;
	if (!c->left) {
		*ret_value = c->value;
		for (size_t i = 0; c->variable && i < n; i++)
			if (strcmp(generics[i].name, c->variable) == 0)
				*ret_value = (int64_t)sizes[i];
		return c->variable && *ret_value == 0 ? UNKNOWN_YET : COMPUTED;
	}
	enum computing known = compute(generics, n, sizes, c->left, &left);
	if (known != COMPUTED)
		return known;
	known = compute(generics, n, sizes, c->right, &right);
	if (known != COMPUTED)
		return known;
	bool divides = c->op == OP_DIV || c->op == OP_MOD;
	if (divides && (right == 0 || right == -1))
		return NO_SIZE;
	bool overflow = c->op == OP_ADD   ? __builtin_add_overflow(left, right, ret_value)
	                : c->op == OP_SUB ? __builtin_sub_overflow(left, right, ret_value)
	                : c->op == OP_MUL ? __builtin_mul_overflow(left, right, ret_value)
	                                  : false;
	if (divides)
		*ret_value = c->op == OP_DIV ? left / right : left % right;
	return overflow ? NO_SIZE : COMPUTED;
}

/* One that is not known yet agrees: it is looked at again once all sizes are. */
static bool unify_computed(struct unifier *u, struct size declared, struct size actual)
{
	int64_t value = 0;
	enum computing known = compute(u->generics, u->n, u->sizes, declared.computed, &value);
	u->variable = declared.variable;
	u->had = known == COMPUTED && value > 0 ? (uint64_t)value : 0;
	u->has = actual.value;
	return known == UNKNOWN_YET || u->had == u->has;
}

static bool unify_size(struct unifier *u, struct size declared, struct size actual)
{
	u->variable = NULL;
	if (!declared.variable)
		return declared.value == actual.value;
	if (declared.computed)
		return unify_computed(u, declared, actual);
	size_t i = unifier_index(u, declared.variable);
	if (u->sizes[i] == 0) {
		u->sizes[i] = actual.value;
		if (u->size_from)
			u->size_from[i] = u->from;
	}
	u->variable = declared.variable;
	u->had = u->sizes[i];
	u->has = actual.value;
	return u->sizes[i] == actual.value;
}

static bool unify(struct unifier *u, const struct type *declared, const struct type *actual)
{
	u->variable = NULL;
	if (declared->kind == TYPE_ANY || declared->kind == TYPE_ERROR ||
	    actual->kind == TYPE_ERROR)
		return true;
	if (declared->kind == TYPE_VARIABLE) {
		size_t i = unifier_index(u, declared->variable);
		if (!u->types[i])
			u->types[i] = actual;
		return type_equal(u->types[i], actual);
	}
	if (declared->kind != actual->kind)
		return false;
	if (declared->kind == TYPE_LIST || declared->kind == TYPE_ARRAY)
		return unify(u, declared->item, actual->item) &&
		       unify_size(u, declared->n, actual->n);
	if (declared->kind == TYPE_IMAGE)
		return unify_size(u, declared->format, actual->format) &&
		       unify_size(u, declared->n, actual->n) &&
		       unify_size(u, declared->height, actual->height);
	if (declared->kind == TYPE_STRING || declared->kind == TYPE_BYTES)
		return unify_size(u, declared->n, actual->n);
	return type_equal(declared, actual);
}

bool unify_port(const struct generic *generics, size_t n, uint64_t *sizes,
                const struct type **types, const struct type *declared, const struct type *actual)
{
	struct unifier u = {.generics = generics, .n = n, .sizes = sizes, .types = types};
	return unify(&u, declared, actual);
}

bool unify_count(const struct interface *face, uint64_t *sizes, struct size declared, uint64_t n,
                 uint64_t *ret_wanted)
{
	struct unifier u = {
		.generics = face->generics.items, .n = face->generics.n, .sizes = sizes};
	bool fits = unify_size(&u, declared, (struct size){.value = n});
	*ret_wanted = u.variable ? u.had : declared.value;
	return fits;
}

/* ---- Types of outputs ---- */

static bool substitute_size(const struct bound_node *node, struct size *size)
{
	if (size->computed) {
		int64_t value = 0;
		compute(node->face->generics.items, node->face->generics.n, node->sizes,
		        size->computed, &value);
		*size = (struct size){.value = value > 0 && value <= UINT32_MAX ? (uint64_t)value
		                                                                : 0};
	}
	if (size->variable)
		*size = (struct size){
			.value = node->sizes[generic_index(node->face, size->variable)]};
	return size->value != 0;
}

/* The declared type with its variables replaced, or NULL while one is not known. */
static const struct type *substitute(struct arena *arena, const struct bound_node *node,
                                     const struct type *type)
{
	struct size n = type->n, height = type->height, format = type->format;
	if (type->kind == TYPE_VARIABLE)
		return node->types[generic_index(node->face, type->variable)];
	if (type_is_concrete(type) || type->kind == TYPE_ERROR)
		return type;
	if (!substitute_size(node, &n))
		return NULL;
	if (type->kind == TYPE_STRING)
		return type_string(arena, n);
	if (type->kind == TYPE_BYTES)
		return type_bytes(arena, n);
	if (type->kind == TYPE_IMAGE)
		return substitute_size(node, &height) && substitute_size(node, &format)
		               ? type_image(arena, format, n, height)
		               : NULL;
	const struct type *item = substitute(arena, node, type->item);
	if (!item)
		return NULL;
	return type->kind == TYPE_LIST ? type_list(arena, item, n) : type_array(arena, item, n);
}

/* What a type is declared for: "output" or "memory". */
static void report_unknown(struct sema *sema, const struct bound_node *node,
                           const struct type *type, struct span declared, const char *what)
{
	for (size_t i = 0; i < node->face->generics.n; i++) {
		const struct generic *generic = &node->face->generics.items[i];
		bool known = generic->kind == GENERIC_TYPE ? node->types[i] != NULL
		                                           : node->sizes[i] != 0;
		if (known)
			continue;
		diag_report(sema->diags, E0308, node->at,
		            "'%s' of %s is not known: no input tells it", generic->name,
		            node->face->kind);
		if (generic->kind == GENERIC_SIZE)
			diag_help(sema->diags, "give it by name: '%s: 640'", generic->name);
		if (generic->kind == GENERIC_TYPE)
			diag_help(sema->diags, "give a type by name: '%s: f32'", generic->name);
		diag_note(sema->diags, declared, "it is needed for this %s", what);
		return;
	}
	diag_report(sema->diags, E0308, node->at,
	            "%s cannot have this size: a size of %s is not "
	            "between 1 and %u",
	            node->face->kind, type->name, UINT32_MAX);
	diag_note(sema->diags, declared, "it is computed for this %s", what);
}

/* A required input without a stream was reported already: what it would tell is not missed. */
static bool is_whole(const struct bound_node *node)
{
	for (size_t i = 0; i < node->inputs.n; i++)
		if (node->inputs.items[i].node == UNBOUND && !node->inputs.items[i].type)
			return false;
	for (uint32_t i = 0; i < node->face->inputs.n; i++) {
		bool connected = node->face->inputs.items[i].optional;
		for (size_t k = 0; k < node->inputs.n; k++)
			connected = connected || node->inputs.items[k].port == i;
		if (!connected)
			return false;
	}
	return true;
}

/* Of this use of the node; type_error after a report. */
static const struct type *finish_type(struct sema *sema, struct bound_node *node,
                                      const struct type *declared, struct span span,
                                      const char *what)
{
	const struct type *type = substitute(sema->arena, node, declared);
	if (type)
		return resolve_layout(sema, type, node->at) ? type : type_error();
	if (is_whole(node))
		report_unknown(sema, node, declared, span, what);
	return type_error();
}

static void finish_output(struct sema *sema, struct bound_node *node, size_t output)
{
	const struct port *port = &node->face->outputs.items[output];

	node->outputs[output] = finish_type(sema, node, port->type, port->span, "output");
}

static void finish_memory(struct sema *sema, struct bound_node *node, size_t memory)
{
	const struct state_field *field = &node->face->memories.items[memory];

	node->memories[memory] = finish_type(sema, node, field->type, field->span, "memory");
}

static void finish_outputs(struct sema *sema, struct bound_node *node)
{
	for (size_t i = 0; i < node->face->generics.n; i++) {
		const struct generic *generic = &node->face->generics.items[i];
		if (node->sizes[i] == 0 && generic->has_initial)
			node->sizes[i] = generic->initial;
	}
	for (size_t i = 0; i < node->face->outputs.n; i++)
		if (!node->outputs[i])
			finish_output(sema, node, i);
	for (size_t i = 0; i < node->face->memories.n; i++)
		if (!node->memories[i])
			finish_memory(sema, node, i);
}

/* ---- All nodes ---- */

void unify_report(struct sema *sema, const struct interface *face, const struct port *port,
                  const struct type *declared, const struct type *actual, struct span at)
{
	diag_report(sema->diags, E0302, at, "'%s' of %s takes %s, this is %s", port->name,
	            face->kind, declared->name, actual->name);
	diag_note(sema->diags, port->span, "declared here");
	if (declared->kind == TYPE_STRING &&
	    (type_is_number(actual) || actual->kind == TYPE_TIME || actual->kind == TYPE_BOOL ||
	     actual->kind == TYPE_ENUM) &&
	    !strpbrk(resolve_source(sema, at), " \n"))
		diag_help(sema->diags, "write 'text(%s)'", resolve_source(sema, at));
	if (!type_is_number(declared) || !type_is_number(actual))
		return;
	const char *given = resolve_source(sema, at);
	if (declared == port->type && !strchr(given, ' '))
		diag_help(sema->diags, "write '%s(%s)' to convert it", declared->name, given);
	else
		diag_help(sema->diags, "to convert it, bind a name to '%s(…)' first",
		          declared->name);
}

static void report_mismatch(struct sema *sema, const struct bound_node *node,
                            const struct bound_input *input, const struct type *declared,
                            const struct type *actual, const struct unifier *u)
{
	const struct port *port = &node->face->inputs.items[input->port];
	if (declared->kind == TYPE_VARIABLE) /* which another input has told */
		declared = node->types[generic_index(node->face, declared->variable)];
	if (!u->variable) {
		unify_report(sema, node->face, port, declared, actual, input->at);
		return;
	}
	size_t i = generic_index(node->face, u->variable);
	diag_report(sema->diags, E0308, input->at, "'%s' of %s is %llu here, but %llu already",
	            u->variable, node->face->kind, (unsigned long long)u->has,
	            (unsigned long long)u->had);
	if (i != SIZE_MAX && node->size_from[i].source)
		diag_note(sema->diags, node->size_from[i], "determined here");
}

/* The number of values of a bank or a window is a size of its port. */
static void unify_bank(struct sema *sema, struct bound_node *node, uint32_t port, struct unifier *u,
                       bool report)
{
	const struct type *type = node->face->inputs.items[port].type;
	uint64_t n = 0;
	struct span at = {0};
	if (type->kind != TYPE_ARRAY || node->face->parts.n)
		return; /* an expression reads an array as a value */
	for (size_t i = 0; i < node->inputs.n; i++) {
		const struct bound_input *input = &node->inputs.items[i];
		if (input->port != port)
			continue;
		n += (uint64_t)(input->last - input->first + 1);
		at = input->at;
	}
	if (n == 0)
		return;
	u->from = at;
	if (unify_size(u, type->n, (struct size){.value = n}) || !report)
		return;
	diag_report(sema->diags, E0308, at, "'%s' of %s takes %llu values, these are %llu",
	            node->face->inputs.items[port].name, node->face->kind,
	            (unsigned long long)(u->variable ? u->had : type->n.value),
	            (unsigned long long)n);
}

static void unify_inputs(struct sema *sema, struct bound *bound, struct bound_node *node,
                         bool report)
{
	struct unifier u = {.generics = node->face->generics.items,
	                    .n = node->face->generics.n,
	                    .sizes = node->sizes,
	                    .size_from = node->size_from,
	                    .types = node->types};
	for (uint32_t port = 0; port < node->face->inputs.n; port++)
		unify_bank(sema, node, port, &u, report);
	for (size_t i = 0; i < node->inputs.n; i++) {
		const struct bound_input *input = &node->inputs.items[i];
		const struct type *actual = input->type;
		if (input->node != UNBOUND) {
			const struct bound_node *from = &bound->nodes.items[input->node];
			actual = from->face ? from->outputs[input->output] : NULL;
		}
		const struct type *declared = node->face->inputs.items[input->port].type;
		if (declared->kind == TYPE_ARRAY && !node->face->parts.n)
			declared = declared->item;
		u.from = input->at;
		if (actual && !unify(&u, declared, actual) && report)
			report_mismatch(sema, node, input, declared, actual, &u);
	}
}

enum visit { NEW, OPEN, DONE };

/* The next producer of the node that was not visited yet, UNBOUND when there is none. */
static uint32_t next_producer(const struct bound *bound, const struct bound_node *node)
{
	for (size_t i = 0; i < node->inputs.n; i++) {
		uint32_t producer = node->inputs.items[i].node;
		if (producer != UNBOUND && bound->nodes.items[producer].visit == NEW)
			return producer;
	}
	return UNBOUND;
}

/* Depth first with a stack of its own, since chains may be long. */
void unify_node(struct elaborator *e, uint32_t start)
{
	struct bound *bound = e->bound;
	VEC(uint32_t) stack = {0};
	if (bound->nodes.items[start].visit != NEW)
		return;
	uint32_t low = meaning_before_making(e);
	vec_push(e->sema->arena, &stack, start);
	while (stack.n > 0) {
		uint32_t top = stack.items[stack.n - 1];
		call_bind(e, top); /* may add nodes */
		struct bound_node *node = &bound->nodes.items[top];
		node->visit = OPEN;
		uint32_t producer = node->face ? next_producer(bound, node) : UNBOUND;
		if (producer != UNBOUND) {
			bound->nodes.items[producer].visit = OPEN;
			vec_push(e->sema->arena, &stack, producer);
			continue;
		}
		if (node->face) {
			unify_inputs(e->sema, bound, node, false);
			finish_outputs(e->sema, node);
		}
		node->visit = DONE;
		stack.n--;
	}
	meaning_after_making(e, low);
}

const struct type *unify_output(struct elaborator *e, uint32_t index, uint32_t output)
{
	struct bound_node *node = &e->bound->nodes.items[index];
	if (!node->face || output >= node->face->outputs.n)
		return NULL;
	if (!node->outputs[output] && type_is_concrete(node->face->outputs.items[output].type))
		finish_output(e->sema, node, output);
	if (!node->outputs[output])
		unify_node(e, index);
	return e->bound->nodes.items[index].outputs[output];
}

void unify_all(struct elaborator *e)
{
	for (uint32_t i = 0; i < e->bound->nodes.n; i++)
		unify_node(e, i);
	for (size_t i = 0; i < e->bound->nodes.n; i++)
		if (e->bound->nodes.items[i].face)
			unify_inputs(e->sema, e->bound, &e->bound->nodes.items[i], true);
}
