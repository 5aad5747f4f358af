/* Sizes and types of every node of a pipeline, by equality from its inputs to its outputs. A node is
 * done after its producers; one that is met again in a cycle is left out, and only checked. */
#include "sema/bound.h"
#include "sema/resolve.h"
#include <string.h>

static size_t generic_index(const struct interface *face, const char *name)
{
	for (size_t i = 0; i < face->generics.n; i++)
		if (strcmp(face->generics.items[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

/* ---- One type against another ---- */

/* Where a mismatch was found, for its message. */
struct mismatch {
	const char *variable; /* NULL: the shapes differ */
	uint64_t had, has;
};

static bool unify_size(struct bound_node *node, struct size declared, struct size actual,
                       struct span from, struct mismatch *mismatch)
{
	if (!declared.variable) {
		*mismatch = (struct mismatch){0};
		return declared.value == actual.value;
	}
	size_t i = generic_index(node->face, declared.variable);
	if (node->sizes[i] == 0) {
		node->sizes[i] = actual.value;
		node->size_from[i] = from;
	}
	*mismatch = (struct mismatch){declared.variable, node->sizes[i], actual.value};
	return node->sizes[i] == actual.value;
}

static bool unify(struct bound_node *node, const struct type *declared, const struct type *actual,
                  struct span from, struct mismatch *mismatch)
{
	*mismatch = (struct mismatch){0};
	if (declared->kind == TYPE_ANY || declared->kind == TYPE_ERROR ||
	    actual->kind == TYPE_ERROR)
		return true;
	if (declared->kind == TYPE_VARIABLE) {
		size_t i = generic_index(node->face, declared->variable);
		if (!node->types[i])
			node->types[i] = actual;
		return type_equal(node->types[i], actual);
	}
	if (declared->kind != actual->kind)
		return false;
	if (declared->kind == TYPE_LIST || declared->kind == TYPE_ARRAY)
		return unify(node, declared->item, actual->item, from, mismatch) &&
		       unify_size(node, declared->n, actual->n, from, mismatch);
	if (declared->kind == TYPE_IMAGE)
		return unify_size(node, declared->format, actual->format, from, mismatch) &&
		       unify_size(node, declared->n, actual->n, from, mismatch) &&
		       unify_size(node, declared->height, actual->height, from, mismatch);
	if (declared->kind == TYPE_STRING || declared->kind == TYPE_BYTES)
		return unify_size(node, declared->n, actual->n, from, mismatch);
	return type_equal(declared, actual);
}

/* ---- Types of outputs ---- */

static bool substitute_size(const struct bound_node *node, struct size *size)
{
	if (size->variable)
		*size = (struct size){.value = node->sizes[generic_index(node->face, size->variable)]};
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

static void report_unknown(struct sema *sema, const struct bound_node *node,
                           const struct port *port)
{
	for (size_t i = 0; i < node->face->generics.n; i++) {
		const struct generic *generic = &node->face->generics.items[i];
		bool known = generic->kind == GENERIC_TYPE ? node->types[i] != NULL
		                                           : node->sizes[i] != 0;
		if (known)
			continue;
		diag_report(sema->diags, E0308, node->at, "'%s' of %s is not known: no input tells it",
		            generic->name, node->face->kind);
		if (generic->kind == GENERIC_SIZE)
			diag_help(sema->diags, "give it by name: %s: 640", generic->name);
		diag_note(sema->diags, port->span, "it is needed for this output");
		return;
	}
}

/* A required input without a stream was reported already: what it would tell is not missed. */
static bool is_whole(const struct bound_node *node)
{
	for (size_t i = 0; i < node->face->inputs.n; i++)
		if (node->inputs[i].node == UNBOUND && !node->face->inputs.items[i].optional)
			return false;
	return true;
}

static void finish_outputs(struct sema *sema, struct bound_node *node)
{
	for (size_t i = 0; i < node->face->generics.n; i++) {
		const struct generic *generic = &node->face->generics.items[i];
		if (node->sizes[i] == 0 && generic->has_initial)
			node->sizes[i] = generic->initial;
	}
	for (size_t i = 0; i < node->face->outputs.n; i++) {
		const struct port *port = &node->face->outputs.items[i];
		const struct type *type = substitute(sema->arena, node, port->type);
		if (!type) {
			if (is_whole(node))
				report_unknown(sema, node, port);
			type = type_error();
		} else if (!resolve_layout(sema, type, node->at)) {
			type = type_error();
		}
		node->outputs[i] = type;
	}
}

/* ---- All nodes ---- */

static void report_mismatch(struct sema *sema, const struct bound_node *node, size_t input,
                            const struct type *actual, const struct mismatch *mismatch)
{
	const struct port *port = &node->face->inputs.items[input];
	struct span at = node->inputs[input].at;
	if (!mismatch->variable) {
		diag_report(sema->diags, E0302, at, "'%s' of %s takes %s, this is %s", port->name,
		            node->face->kind, port->type->name, actual->name);
		diag_note(sema->diags, port->span, "declared here");
		return;
	}
	size_t i = generic_index(node->face, mismatch->variable);
	diag_report(sema->diags, E0308, at, "'%s' of %s is %llu here, but %llu already",
	            mismatch->variable, node->face->kind, (unsigned long long)mismatch->has,
	            (unsigned long long)mismatch->had);
	diag_note(sema->diags, node->size_from[i], "determined here");
}

static void unify_inputs(struct sema *sema, struct bound *bound, struct bound_node *node,
                         bool report)
{
	for (size_t i = 0; i < node->face->inputs.n; i++) {
		const struct bound_input *input = &node->inputs[i];
		if (input->node == UNBOUND)
			continue;
		const struct type *actual = bound->nodes.items[input->node].outputs[input->output];
		struct mismatch mismatch;
		if (actual && !unify(node, node->face->inputs.items[i].type, actual, input->at,
		                     &mismatch) && report)
			report_mismatch(sema, node, i, actual, &mismatch);
	}
}

enum visit { NEW, OPEN, DONE };

/* The next producer of the node that was not visited yet, UNBOUND when there is none. */
static uint32_t next_producer(const struct bound_node *node, const enum visit *visits)
{
	for (size_t i = 0; i < node->face->inputs.n; i++) {
		uint32_t producer = node->inputs[i].node;
		if (producer != UNBOUND && visits[producer] == NEW)
			return producer;
	}
	return UNBOUND;
}

/* Depth first with a stack of its own, since chains may be long. */
static void infer_from(struct sema *sema, struct bound *bound, uint32_t start,
                       enum visit *visits)
{
	VEC(uint32_t) stack = {0};
	vec_push(sema->arena, &stack, start);
	visits[start] = OPEN;
	while (stack.n > 0) {
		uint32_t top = stack.items[stack.n - 1];
		struct bound_node *node = &bound->nodes.items[top];
		uint32_t producer = node->face ? next_producer(node, visits) : UNBOUND;
		if (producer != UNBOUND) {
			vec_push(sema->arena, &stack, producer);
			visits[producer] = OPEN;
			continue;
		}
		if (node->face) {
			unify_inputs(sema, bound, node, false);
			finish_outputs(sema, node);
		}
		visits[top] = DONE;
		stack.n--;
	}
}

void unify_pipeline(struct sema *sema, struct bound *bound)
{
	enum visit *visits = arena_alloc(sema->arena, bound->nodes.n * sizeof *visits + 1);
	for (uint32_t i = 0; i < bound->nodes.n; i++)
		if (visits[i] == NEW)
			infer_from(sema, bound, i, visits);
	for (size_t i = 0; i < bound->nodes.n; i++)
		if (bound->nodes.items[i].face)
			unify_inputs(sema, bound, &bound->nodes.items[i], true);
}
