#include "options/param.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "options/value.h"

enum { MAX_DISTANCE = 3 };

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

static size_t least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein distance, one row at a time. */
static size_t distance(const char *a, size_t n, const char *b)
{
	size_t row[PKDI_NAME_SIZE];
	size_t m = strlen(b);

	if (m >= PKDI_NAME_SIZE)
		return SIZE_MAX;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1,
			               diagonal + (fold(a[i - 1]) != fold(b[j - 1])));
			diagonal = above;
		}
	}
	return row[m];
}

static void consider(const char *text, size_t length, const char *name, size_t *best,
                     char found[PKDI_NAME_SIZE])
{
	size_t d = distance(text, length, name);

	if (d < *best) {
		*best = d;
		snprintf(found, PKDI_NAME_SIZE, "%s", name);
	}
}

void pkdi_param_suggest(const struct pkd_program *program, const char *const *others,
                        const char *name, size_t length, char ret_found[PKDI_NAME_SIZE])
{
	size_t best = length / 2 < MAX_DISTANCE ? length / 2 + 1 : MAX_DISTANCE + 1;
	char other[PKDI_NAME_SIZE];
	struct pkdi_param target;

	ret_found[0] = '\0';
	for (uint32_t i = 0; pkdi_param_nth(program, i, &target); i++) {
		pkdi_param_name(&target, other);
		consider(name, length, other, &best, ret_found);
	}
	for (; *others; others++)
		consider(name, length, *others, &best, ret_found);
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
