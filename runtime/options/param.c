#include "options/param.h"

#include <errno.h>
#include <pkd/near.h>
#include <stdio.h>
#include <string.h>

#include "options/value.h"

/* ---- Names ---- */

static char fold(char c)
{
	return c == '-' ? '_' : c;
}

bool pkdi_param_name_is(const char *name, size_t length, const char *other)
{
	if (strlen(other) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (fold(name[i]) != fold(other[i]))
			return false;
	return true;
}

void pkdi_param_name(const struct pkdi_param *target, char ret_name[PKDI_NAME_SIZE])
{
	snprintf(ret_name, PKDI_NAME_SIZE, "%s%s%s", target->node ? target->node->name : "",
	         target->node ? "." : "", target->param->name);
	/* Parameters of the pipeline are shown with dashes, the usual style of options. */
	for (char *c = ret_name; *c && !target->node; c++)
		if (*c == '_')
			*c = '-';
}

bool pkdi_param_is_secret(const struct pkd_program *program, const struct pkdi_param *target)
{
	const struct pkd_node *node = target->node;

	for (uint32_t i = 0; node && i < node->n_derived; i++)
		if (&node->param_table[node->derived[i].param] == target->param &&
		    program->param_table[node->derived[i].option].secret)
			return true;
	return target->param->secret;
}

bool pkdi_param_nth(const struct pkd_program *program, uint32_t n, struct pkdi_param *ret_target)
{
	uint32_t index = n;

	if (n < program->n_params) {
		*ret_target = (struct pkdi_param){NULL, &program->param_table[n], program->params,
		                                  index};
		return true;
	}
	n -= program->n_params;
	for (uint32_t i = 0; i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];

		if (n < node->n_params) {
			*ret_target = (struct pkdi_param){node, &node->param_table[n], node->params,
			                                  index};
			return true;
		}
		n -= node->n_params;
	}
	return false;
}

uint32_t pkdi_param_count(const struct pkd_program *program)
{
	uint32_t n = program->n_params;

	for (uint32_t i = 0; i < program->n_nodes; i++)
		n += program->nodes[i].n_params;
	return n;
}

bool pkdi_param_find(const struct pkd_program *program, const char *name, size_t length,
                     struct pkdi_param *ret_target)
{
	char other[PKDI_NAME_SIZE];

	for (uint32_t i = 0; pkdi_param_nth(program, i, ret_target); i++) {
		pkdi_param_name(ret_target, other);
		if (pkdi_param_name_is(name, length, other))
			return true;
	}
	return false;
}

/* ---- Suggestions ---- */

static void consider(struct pkd_near *near, const char *name, char found[PKDI_NAME_SIZE])
{
	if (pkd_near_takes(near, name))
		snprintf(found, PKDI_NAME_SIZE, "%s", name);
}

/* "factor" of "done.factor". */
static bool is_end(const char *name, size_t length, const char *whole)
{
	size_t n = strlen(whole);

	return length > 0 && n > length + 1 && whole[n - length - 1] == '.' &&
	       pkdi_param_name_is(name, length, whole + n - length);
}

void pkdi_param_suggest(const struct pkd_program *program, const char *const *others,
                        const char *name, size_t length, char ret_found[PKDI_NAME_SIZE])
{
	struct pkd_near near = pkd_near_begin(name, length);
	char other[PKDI_NAME_SIZE], inside[PKDI_NAME_SIZE] = "";
	struct pkdi_param target;

	ret_found[0] = '\0';
	for (uint32_t i = 0; pkdi_param_nth(program, i, &target); i++) {
		pkdi_param_name(&target, other);
		consider(&near, other, ret_found);
		if (!inside[0] && is_end(name, length, other))
			snprintf(inside, sizeof(inside), "%s", other);
	}
	for (; *others; others++)
		consider(&near, *others, ret_found);
	/* No mistake, but a part of the name, is nearer. */
	if (inside[0])
		snprintf(ret_found, PKDI_NAME_SIZE, "%s", inside);
}

int pkdi_param_refuse(const struct pkdi_param *target, const char *wanted, char *ret_text,
                      size_t size)
{
	char range[128];

	pkdi_value_range(target->param, range, sizeof(range));
	if (*range && !strcmp(range, wanted))
		snprintf(ret_text, size, " is out of range: it must be in %s", range);
	else if (target->param->kind == PKD_ENUM)
		snprintf(ret_text, size, ": must be one of %s", wanted);
	else
		snprintf(ret_text, size, ": must be %s", wanted);
	return -EINVAL;
}
