/* What nodes set by their clause `sets`: each name of the list is a parameter of the program that
 * may change. A list that an option gives is looked at when the program starts. */
#include "pass/touch.h"

#include <string.h>

VEC_OF(names, const char *);

/* Dashes and underscores are equivalent, as in options. */
static bool same_name(const char *a, const char *b)
{
	while (*a && (*a == *b || (strchr("-_", *a) && *b && strchr("-_", *b))))
		a++, b++;
	return *a == *b;
}

static const char *node_param_name(const struct analysis *a, const struct graph_node *node,
                                   const struct param *param)
{
	return arena_printf(a->arena, "%s.%s", node->name, param->name);
}

/* Those that may change; *ret_other has the rest. What the runtime alone knows, as whether a
 * parameter of the pipeline is computed into one that may not, it says at the start. */
static struct names settable_names(const struct analysis *a, struct names *ret_other)
{
	struct names names = {0};

	for (size_t i = 0; i < a->graph->params.n; i++)
		vec_push(a->arena, a->graph->params.items[i].secret ? ret_other : &names,
		         a->graph->params.items[i].name);
	for (size_t n = 0; n < a->graph->nodes.n; n++) {
		const struct graph_node *node = &a->graph->nodes.items[n];

		for (size_t i = 0; !node->copy_of && node->face && i < node->face->params.n; i++) {
			const struct param *param = &node->face->params.items[i];

			vec_push(a->arena, param->live && !param->secret ? &names : ret_other,
			         node_param_name(a, node, param));
		}
	}
	return names;
}

static bool has(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (same_name(names->items[i], name))
			return true;
	return false;
}

static void check_name(const struct analysis *a, const struct graph_node *node, const char *name,
                       const struct names *names, const struct names *others)
{
	if (has(names, name))
		return;
	if (has(others, name)) {
		diag_report(a->diags, E0303, node->at,
		            "'%s' is to set '%s', which cannot change while the program runs",
		            node->name, name);
		diag_help(a->diags, "only what is declared 'live param' changes");
		return;
	}
	diag_report(a->diags, E0303, node->at,
	            "'%s' is to set '%s', which is no parameter of the program", node->name, name);
	diag_suggest(a->diags, name, names->items, names->n);
}

static void check_list(const struct analysis *a, const struct graph_node *node, const char *list)
{
	static const char between[] = ", \t\n";
	struct names others = {0}, names = settable_names(a, &others);

	for (list += strspn(list, between); *list; list += strspn(list, between)) {
		size_t length = strcspn(list, between);

		check_name(a, node, arena_printf(a->arena, "%.*s", (int)length, list), &names,
		           &others);
		list += length;
	}
}

void pass_settings(struct analysis *a)
{
	for (uint32_t n = 0; n < a->graph->nodes.n; n++) {
		const struct graph_node *node = &a->graph->nodes.items[n];
		struct touches touches = touches_of(a, n);

		for (size_t i = 0; i < touches.n; i++)
			if (touches.items[i].kind == RIGHT_SETS && touches.items[i].path)
				check_list(a, node, touches.items[i].path);
	}
}
