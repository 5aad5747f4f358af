#define _GNU_SOURCE
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "value.h"

enum { NAME_SIZE = 192, WANTED_SIZE = 512, HELP_COLUMN = 30, HELP_WIDTH = 96, MAX_DISTANCE = 3 };

static const struct own_option {
	const char *name, *doc;
} own_options[] = {
	{"help", "show this and exit"},
	{"version", "show the version and exit"},
	{"quiet", "no progress line, no table at the end"},
	{"single-process", "run all nodes in one process, to debug them"},
};

enum { N_OWN = sizeof(own_options) / sizeof(own_options[0]) };

/* What an option names: a param of the pipeline (node NULL) or of a node. */
struct target {
	const struct pkd_node *node;
	const struct pkd_param *param;
};

/* An option as it stands on the command line. */
struct argument {
	const char *name; /* after the dashes, up to a '=' */
	size_t length;
	const char *value; /* after the '=', or NULL */
};

/* ---- Names ---- */

/* Dashes and underscores are alike. */
static char fold(char c)
{
	return c == '-' ? '_' : c;
}

static bool same_name(const char *a, size_t length, const char *b)
{
	if (strlen(b) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (fold(a[i]) != fold(b[i]))
			return false;
	return true;
}

static void full_name(const struct target *target, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%s%s%s", target->node ? target->node->name : "",
	         target->node ? "." : "", target->param->name);
	/* Pipeline params are shown with dashes, as people type options. */
	for (char *c = name; *c && !target->node; c++)
		if (*c == '_')
			*c = '-';
}

/* Enumerates all params: the pipeline's, then each node's. False after the last. */
static bool nth_target(const struct pkd_program *program, uint32_t n, struct target *ret_target)
{
	if (n < program->n_params) {
		*ret_target = (struct target){NULL, &program->param_table[n]};
		return true;
	}
	n -= program->n_params;
	for (uint32_t i = 0; i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];

		if (n < node->n_params) {
			*ret_target = (struct target){node, &node->param_table[n]};
			return true;
		}
		n -= node->n_params;
	}
	return false;
}

static bool find_target(const struct pkd_program *program, const struct argument *argument,
                        struct target *ret_target)
{
	char name[NAME_SIZE];

	for (uint32_t i = 0; nth_target(program, i, ret_target); i++) {
		full_name(ret_target, name);
		if (same_name(argument->name, argument->length, name))
			return true;
	}
	return false;
}

static const struct own_option *find_own(const struct argument *argument)
{
	for (size_t i = 0; i < N_OWN; i++)
		if (same_name(argument->name, argument->length, own_options[i].name))
			return &own_options[i];
	return NULL;
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
	size_t row[NAME_SIZE];
	size_t m = strlen(b);

	if (m >= NAME_SIZE)
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

static void consider(const struct argument *argument, const char *name, size_t *best,
                     char found[NAME_SIZE])
{
	size_t d = distance(argument->name, argument->length, name);

	if (d < *best) {
		*best = d;
		snprintf(found, NAME_SIZE, "%s", name);
	}
}

static int report_unknown(const struct pkd_program *program, const struct pkdi_log *log,
                          const struct argument *argument)
{
	size_t best = argument->length / 2 < MAX_DISTANCE ? argument->length / 2 + 1
	                                                  : MAX_DISTANCE + 1;
	char name[NAME_SIZE], found[NAME_SIZE] = "";
	struct target target;

	for (uint32_t i = 0; nth_target(program, i, &target); i++) {
		full_name(&target, name);
		consider(argument, name, &best, found);
	}
	for (size_t i = 0; i < N_OWN; i++)
		consider(argument, own_options[i].name, &best, found);
	if (found[0])
		pkdi_log(log, "there is no option --%.*s; did you mean --%s?",
		         (int)argument->length, argument->name, found);
	else
		pkdi_log(log, "there is no option --%.*s; --help lists them", (int)argument->length,
		         argument->name);
	return -EINVAL;
}

/* ---- Help ---- */

/* Prints text from the help column on, `column` being where the line stands now. */
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

static void print_param(const struct target *target)
{
	const struct pkd_param *param = target->param;
	char name[NAME_SIZE], value[WANTED_SIZE], range[128], text[WANTED_SIZE];
	int n;

	full_name(target, name);
	pkdi_value_describe(param, value, sizeof(value));
	pkdi_value_range(param, range, sizeof(range));
	n = printf("  --%s%s%s", name, *value ? " " : "", value);
	if (n >= HELP_COLUMN)
		n = printf("\n") - 1;
	printf("%*s", HELP_COLUMN - n, "");
	snprintf(text, sizeof(text), "%s%s(%s%s%s%s)", param->doc, *param->doc ? " " : "", range,
	         *range ? ", " : "", param->initial ? "default " : "",
	         param->initial ? param->initial
	                        : (target->node ? "as the program sets it" : "required"));
	print_wrapped(text, HELP_COLUMN);
}

static void print_help(const struct pkd_program *program)
{
	printf("%s: a pkd program, from %s\n", program->name, program->source);
	if (*program->doc) {
		printf("\n");
		print_wrapped(program->doc, 0);
	}
	printf("\nUsage: %s [options]\n", program->name);
	if (program->n_params)
		printf("\nOptions of the program:\n");
	for (uint32_t i = 0; i < program->n_params; i++)
		print_param(&(struct target){NULL, &program->param_table[i]});
	printf("\nGeneral options:\n");
	for (size_t i = 0; i < N_OWN; i++)
		printf("  --%-*s%s\n", HELP_COLUMN - 4, own_options[i].name, own_options[i].doc);
	for (uint32_t i = 0; i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];

		if (!node->n_params)
			continue;
		printf("\nNode %s (%s, %s):\n", node->name, node->kind, node->at);
		for (uint32_t j = 0; j < node->n_params; j++)
			print_param(&(struct target){node, &node->param_table[j]});
	}
}

/* ---- Parsing ---- */

static struct argument split(const char *text)
{
	const char *name = text + 2;
	const char *equals = strchr(name, '=');

	return (struct argument){
		.name = name,
		.length = equals ? (size_t)(equals - name) : strlen(name),
		.value = equals ? equals + 1 : NULL,
	};
}

static int report_value(const struct pkdi_log *log, const struct target *target, const char *text,
                        const char *wanted)
{
	char name[NAME_SIZE], range[128];

	full_name(target, name);
	pkdi_value_range(target->param, range, sizeof(range));
	if (*range && !strcmp(range, wanted))
		pkdi_log(log, "--%s %s is out of range: it must be in %s", name, text, range);
	else if (target->param->kind == PKD_ENUM)
		pkdi_log(log, "--%s %s: must be one of %s", name, text, wanted);
	else
		pkdi_log(log, "--%s %s: must be %s", name, text, wanted);
	return -EINVAL;
}

/* A bool's value may follow, but need not. */
static bool takes_next(const struct pkd_param *param, const char *next)
{
	if (param->kind != PKD_BOOL)
		return true;
	return next && (!strcmp(next, "true") || !strcmp(next, "false"));
}

/* The options that the runtime itself has. */
static int take_own(const struct pkd_program *program, const struct pkdi_log *log,
                    const struct own_option *own, const struct argument *argument,
                    struct pkdi_options *options)
{
	if (argument->value) {
		pkdi_log(log, "--%s takes no value", own->name);
		return -EINVAL;
	}
	if (!strcmp(own->name, "help")) {
		print_help(program);
		options->leave = true;
	} else if (!strcmp(own->name, "version")) {
		printf("%s (pkd %s)\n", program->name, PKD_VERSION);
		options->leave = true;
	} else if (!strcmp(own->name, "quiet")) {
		options->quiet = true;
	} else {
		options->single_process = true;
	}
	return 0;
}

static int take_value(const struct pkdi_log *log, const struct target *target, const char *text,
                      void *params)
{
	char wanted[WANTED_SIZE];
	int r = pkdi_value_parse(target->param, text, params, wanted, sizeof(wanted));

	return r < 0 ? report_value(log, target, text, wanted) : 0;
}

/* One walk over the command line. The first sets the pipeline's params, the second, after bind,
 * those of the nodes; own options count in the first. */
static int walk(const struct pkd_program *program, const struct pkdi_log *log, int argc,
                char **argv, bool for_nodes, bool *given, struct pkdi_options *options)
{
	for (int i = 1; i < argc && !options->leave; i++) {
		struct argument argument;
		const struct own_option *own;
		struct target target;
		int r = 0;

		if (strncmp(argv[i], "--", 2) != 0 || !argv[i][2]) {
			if (!strcmp(argv[i], "-h")) {
				print_help(program);
				options->leave = true;
				return 0;
			}
			pkdi_log(log, "unexpected argument '%s': options begin with --", argv[i]);
			return -EINVAL;
		}
		argument = split(argv[i]);
		if (!find_target(program, &argument, &target)) {
			own = find_own(&argument);
			if (!own)
				return report_unknown(program, log, &argument);
			if (!for_nodes)
				r = take_own(program, log, own, &argument, options);
			if (r < 0)
				return r;
			continue;
		}
		if (!argument.value && takes_next(target.param, argv[i + 1])) {
			argument.value = argv[++i];
			if (!argument.value || !strncmp(argument.value, "--", 2)) {
				pkdi_log(log, "--%s needs a value", argument.name);
				return -EINVAL;
			}
		}
		if (for_nodes == !target.node)
			continue;
		if (!target.node)
			given[target.param - program->param_table] = true;
		r = take_value(log, &target, argument.value ? argument.value : "true",
		               target.node ? target.node->params : program->params);
		if (r < 0)
			return r;
	}
	return 0;
}

static int require(const struct pkd_program *program, const struct pkdi_log *log, const bool *given)
{
	for (uint32_t i = 0; i < program->n_params; i++) {
		struct target target = {NULL, &program->param_table[i]};
		char name[NAME_SIZE];

		if (target.param->initial || given[i])
			continue;
		full_name(&target, name);
		pkdi_log(log, "--%s must be given%s%s", name, *target.param->doc ? ": " : "",
		         target.param->doc);
		return -EINVAL;
	}
	return 0;
}

int pkdi_options_parse(const struct pkd_program *program, int argc, char **argv,
                       struct pkdi_options *ret_options)
{
	const struct pkdi_log log = {.program = program->name};
	struct pkdi_options options = {0};
	bool *given = calloc(program->n_params + 1, sizeof(*given));
	int r = given ? 0 : -ENOMEM;

	if (r == 0)
		r = walk(program, &log, argc, argv, false, given, &options);
	if (r == 0 && !options.leave)
		r = require(program, &log, given);
	if (r == 0 && !options.leave) {
		if (program->bind)
			program->bind();
		r = walk(program, &log, argc, argv, true, given, &options);
	}
	free(given);
	if (r == 0)
		*ret_options = options;
	return r;
}
