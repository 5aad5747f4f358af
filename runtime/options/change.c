#include "options/change.h"

#include "options/param.h"

/* A parameter of a node that bind computes from this one, and that may not change; or NULL. */
static const struct pkd_node *find_fixed(const struct pkd_program *program, uint32_t option,
                                         const struct pkd_param **ret_param)
{
	for (uint32_t i = 0; i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];

		for (uint32_t k = 0; k < node->n_derived; k++) {
			*ret_param = &node->param_table[node->derived[k].param];
			if (node->derived[k].option == option && !(*ret_param)->live)
				return node;
		}
	}
	return NULL;
}

static bool is_path_of(const struct pkd_node *node, uint32_t param)
{
	for (uint32_t i = 0; i < node->n_rights; i++)
		if (node->rights[i].param == param && node->rights[i].kind != PKD_SETS)
			return true;
	return false;
}

/* Whether what a node reads or writes is found by it. */
static bool is_path(const struct pkd_program *program, const struct pkdi_param *param)
{
	if (param->node)
		return is_path_of(param->node, (uint32_t)(param->param - param->node->param_table));
	for (uint32_t i = 0; i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];

		for (uint32_t k = 0; k < node->n_derived; k++)
			if (node->derived[k].option == param->index &&
			    is_path_of(node, node->derived[k].param))
				return true;
	}
	return false;
}

bool pkdi_may_change(const struct pkd_program *program, uint32_t target, const char **ret_why)
{
	struct pkdi_param param;
	const struct pkd_param *fixed;

	pkdi_param_nth(program, target, &param);
	*ret_why = NULL;
	if (pkdi_param_is_secret(program, &param))
		*ret_why = "is secret: it is given when the program starts";
	else if (is_path(program, &param))
		*ret_why = "is a path that a node opens: it is given when the program starts";
	else if (param.param->kind == PKD_STRING && !param.param->capacity)
		*ret_why = param.node ? "is a string without a capacity: only what its node "
		                        "declares as `live param` and `string<64>` changes"
		                      : "is a string without a capacity: write `string<64>` in its "
		                        "declaration";
	else if (param.node && !param.param->live)
		*ret_why = "is set when the program starts: only what its node declares as "
			   "`live param` changes";
	else if (!param.node && find_fixed(program, target, &fixed))
		*ret_why = "sets a parameter of a node, and only what that declares as `live "
			   "param` changes";
	return !*ret_why;
}
