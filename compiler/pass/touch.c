#include "pass/touch.h"

#include <pkd/path.h>
#include <string.h>

/* The pipeline's parameter, as a whole, that a node's is set by; NO_ID where the call says more. */
static uint32_t param_of(const struct graph_node *node, uint32_t param)
{
	const struct term *argument = node->arguments[param];

	return argument && argument->kind == TERM_OPTION && !argument->element ? argument->index
	                                                                       : NO_ID;
}

static const char *option_of(const struct analysis *a, const struct graph_node *node,
                             uint32_t param)
{
	uint32_t own = param_of(node, param);

	const struct term *argument = node->arguments[param];

	if (own != NO_ID)
		return a->graph->params.items[own].name;
	if (argument && argument->kind == TERM_OPTION)
		return arena_printf(a->arena, "%s[%u]",
		                    a->graph->params.items[argument->index].name,
		                    argument->element - 1);
	return arena_printf(a->arena, "%s.%s",
	                    node->copy_of ? node_name(a, node->copy_of - 1) : node->name,
	                    node->face->params.items[param].name);
}

/* The path that a parameter has unless an option says otherwise; NULL: none. */
static const char *path_of(const struct analysis *a, const struct graph_node *node, uint32_t param)
{
	const struct term *argument = node->arguments[param];
	const struct value *value = &node->face->params.items[param].initial;

	if (argument && argument->kind == TERM_OPTION)
		value = &a->graph->params.items[argument->index].initial;
	else if (argument && argument->kind == TERM_CONST)
		value = &argument->value;
	if (argument && value->kind == VALUE_LIST)
		value = &value->items[argument->element - 1];
	return value->kind == VALUE_STRING && *value->s ? value->s : NULL;
}

struct touches touches_of(const struct analysis *a, uint32_t number)
{
	const struct graph_node *node = &a->graph->nodes.items[number];
	struct touches touches = {0};

	for (size_t i = 0; i < node->face->rights.n; i++) {
		const struct right *right = &node->face->rights.items[i];
		struct touch touch = {.kind = right->kind, .path = right->path, .param = NO_ID};
		if (right->param != NO_PARAM) {
			touch.path = path_of(a, node, right->param);
			touch.option = option_of(a, node, right->param);
			touch.param = param_of(node, right->param);
		}
		if (right->when != NO_PARAM)
			touch.when = option_of(a, node, right->when);
		vec_push(a->arena, &touches, touch);
	}
	return touches;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool has(const struct touches *touches, const struct touch *touch)
{
	for (size_t i = 0; i < touches->n; i++) {
		const struct touch *own = &touches->items[i];
		if (own->kind == touch->kind && same(own->path, touch->path) &&
		    same(own->option, touch->option) && same(own->when, touch->when))
			return true;
	}
	return false;
}

struct touches touches_gained(const struct analysis *a, const struct touches *all,
                              const struct touches *own)
{
	struct touches gained = {0};

	for (size_t i = 0; i < all->n; i++)
		if (!has(own, &all->items[i]))
			vec_push(a->arena, &gained, all->items[i]);
	return gained;
}

struct touches touches_of_process(const struct analysis *a, uint32_t process,
                                  uint32_t *ret_undeclared)
{
	const struct graph_process *p = &a->graph->processes.items[process];
	struct touches all = {0};

	*ret_undeclared = NO_ID;
	for (size_t i = 0; i < p->nodes.n; i++) {
		uint32_t node = p->nodes.items[i];
		struct touches own = touches_of(a, node);
		if (!a->graph->nodes.items[node].face->declared && *ret_undeclared == NO_ID)
			*ret_undeclared = node;
		for (size_t k = 0; k < own.n; k++)
			if (!has(&all, &own.items[k]))
				vec_push(a->arena, &all, own.items[k]);
	}
	return all;
}

const char *touch_words(const struct analysis *a, const struct touch *touch)
{
	const char *words = right_word(touch->kind);

	if (touch->kind == RIGHT_DISPLAY)
		words = "display (X11 shows it all windows and keys)";
	if (touch->kind == RIGHT_SETS && !touch->path)
		return arena_printf(a->arena, "sets what --%s names", touch->option);
	if (touch->path && pkd_path_is_address(touch->path))
		words = arena_printf(a->arena, "network for '%s'", touch->path);
	else if (touch->path)
		words = arena_printf(a->arena, "%s '%s'", words, touch->path);
	if (touch->path && touch->option)
		words = arena_printf(a->arena, "%s (--%s)", words, touch->option);
	else if (touch->option)
		words = arena_printf(a->arena, "%s the file of --%s", words, touch->option);
	if (touch->when)
		words = arena_printf(a->arena, "%s when --%s", words, touch->when);
	return words;
}
