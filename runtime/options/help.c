#include "options/help.h"

#include <stdio.h>
#include <string.h>

#include "options/param.h"
#include "options/value.h"

enum { WANTED_SIZE = 512, HELP_COLUMN = 30, HELP_WIDTH = 96 };

/* Prints text wrapped and indented to `column`, where the line is now. */
static void print_wrapped(const char *text, int column)
{
	int indent = column;

	while (*text) {
		int length = (int)strcspn(text, " \n");

		if (column > indent && column + 1 + length > HELP_WIDTH)
			column = printf("\n%*s", indent, "") - 1;
		else if (column > indent)
			column += printf(" ");
		column += printf("%.*s", length, text);
		text += length;
		text += strspn(text, " \n");
	}
	printf("\n");
}

/* The value of a parameter that no option sets. */
static void describe_value(const struct pkdi_param *target, bool bound, bool secret, char *text,
                           size_t size)
{
	const char *initial = target->param->initial;
	int n;

	if (target->node && bound && !secret) {
		n = snprintf(text, size, "set to ");
		if (pkdi_value_show(target->param, target->params, text + n, size - (size_t)n))
			return;
	}
	if (initial && !target->node)
		snprintf(text, size, "default %s", initial);
	else
		snprintf(text, size, target->node ? "set by the program" : "required");
}

static void print_param(const struct pkd_program *program, const struct pkdi_param *target,
                        bool bound)
{
	const struct pkd_param *param = target->param;
	char name[PKDI_NAME_SIZE], value[WANTED_SIZE], range[128], now[WANTED_SIZE];
	char text[2 * WANTED_SIZE], count[32] = "";
	bool secret = pkdi_param_is_secret(program, target);
	int n;

	if (param->n)
		snprintf(count, sizeof(count), "%u value%s, ", param->n, param->n == 1 ? "" : "s");
	if (param->capacity)
		snprintf(count, sizeof(count), "at most %u bytes, ", param->capacity);
	pkdi_param_name(target, name);
	pkdi_value_describe(param, value, sizeof(value));
	if (secret && param->kind == PKD_STRING && !param->n)
		snprintf(value, sizeof(value), "@FILE");
	pkdi_value_range(param, range, sizeof(range));
	describe_value(target, bound, secret, now, sizeof(now));
	n = printf("  --%s%s%s", name, *value ? " " : "", value);
	if (n >= HELP_COLUMN)
		n = printf("\n") - 1;
	printf("%*s", HELP_COLUMN - n, "");
	snprintf(text, sizeof(text), "%s%s(%s%s%s%s%s)", param->doc, *param->doc ? " " : "",
	         secret ? "secret, " : "", count, range, *range ? ", " : "", now);
	print_wrapped(text, HELP_COLUMN);
}

void pkdi_help(const struct pkd_program *program, const struct pkdi_own_option *own, bool bound)
{
	const struct pkd_node *node = NULL;
	struct pkdi_param target;

	printf("%s: a pkd program, compiled from %s\n", program->name, program->source);
	if (*program->doc) {
		printf("\n");
		print_wrapped(program->doc, 0);
	}
	printf("\nUsage: %s [options]\n", program->name);
	if (program->n_params)
		printf("\nOptions of the program:\n");
	for (uint32_t i = 0; i < program->n_params && pkdi_param_nth(program, i, &target); i++)
		print_param(program, &target, bound);
	printf("\nGeneral options:\n");
	for (; own->name; own++) {
		int n = printf("  --%s%s%s", own->name, *own->value ? " " : "", own->value);

		printf("%*s", HELP_COLUMN - n, "");
		print_wrapped(own->doc, HELP_COLUMN);
	}
	for (uint32_t i = program->n_params; pkdi_param_nth(program, i, &target); i++) {
		if (target.node != node)
			printf("\nNode %s (%s, %s):\n", target.node->name, target.node->kind,
			       target.node->at);
		node = target.node;
		print_param(program, &target, bound);
	}
}
