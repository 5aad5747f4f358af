#define _GNU_SOURCE
#include "options/options.h"

#include <errno.h>
#include <grp.h>
#include <pkd/path.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/say.h"
#include "options/config.h"
#include "options/help.h"
#include "options/param.h"
#include "options/secret.h"
#include "options/value.h"
#include "os/log.h"

enum { WANTED_SIZE = 512 };

static const struct pkdi_own_option own_options[] = {
#define OPTION(id, name, value, doc) {name, value, doc},
#include <pkd/option.def>
#undef OPTION
	{NULL, NULL, NULL},
};

static const struct pkd_param grace_param = {
	.name = "grace",
	.doc = "",
	.kind = PKD_TIME,
	.offset = offsetof(struct pkdi_options, grace_ns),
	.has_range = true,
	.max = {.whole = INT64_C(24) * 60 * 60 * 1000000000},
};

static const struct pkd_param rate_param = {
	.name = "log-rate",
	.doc = "",
	.kind = PKD_I64,
	.offset = offsetof(struct pkdi_options, log_rate),
	.has_range = true,
	.max = {.whole = 1000000},
};

static const struct pkd_param why_param = {
	.name = "why",
	.doc = "",
	.kind = PKD_I64,
	.offset = offsetof(struct pkdi_options, why_bytes),
	.has_range = true,
	.max = {.whole = INT64_C(1) << 34},
};

/* An option on the command line. */
struct argument {
	const char *name; /* after the dashes, up to a '=' */
	size_t length;
	const char *value; /* after the '=', or NULL */
};

/* The state of a pass over the command line. The first pass takes the options of the runtime
 * itself and records what is given; the parameters of nodes are set after bind. */
enum pass { PASS_OWN, PASS_PIPELINE, PASS_NODES };

struct parser {
	const struct pkd_program *program;
	struct pkdi_log log;
	int argc; /* up to a --help */
	char **argv;
	struct pkdi_config config;
	const char *config_path;
	bool *given; /* target -> is it on the command line? */
	bool help;
	const struct pkdi_setting *setting; /* of the file, while it is taken */
	bool has_format, has_rate;          /* they are given on the command line */
	struct pkdi_options options;
};

/* ---- The command line ---- */

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

static const struct pkdi_own_option *find_own(const struct argument *argument)
{
	for (size_t i = 0; own_options[i].name; i++)
		if (pkdi_param_name_is(argument->name, argument->length, own_options[i].name))
			return &own_options[i];
	return NULL;
}

static int report_unknown(const struct parser *parser, const struct argument *argument)
{
	const char *own[sizeof(own_options) / sizeof(own_options[0])] = {NULL};
	char found[PKDI_NAME_SIZE];

	for (size_t i = 0; own_options[i].name; i++)
		own[i] = own_options[i].name;
	pkdi_param_suggest(parser->program, own, argument->name, argument->length, found);
	if (*found)
		pkdi_log(&parser->log, "unknown option --%.*s; did you mean --%s?",
		         (int)argument->length, argument->name, found);
	else
		pkdi_log(&parser->log, "unknown option --%.*s; --help lists the options",
		         (int)argument->length, argument->name);
	return -EINVAL;
}

/* The value of a bool is optional. */
static bool takes_next(const struct pkd_param *param, const char *next)
{
	if (param->kind != PKD_BOOL || param->n)
		return true;
	return next && (!strcmp(next, "true") || !strcmp(next, "false"));
}

/* Nothing is noted of one that is not there: reading it says so. */
static int note_own_file(struct parser *parser, const char *reader, const char *path)
{
	struct pkdi_options *options = &parser->options;
	struct pkdi_own_file *files;
	struct stat status;

	if (stat(path, &status) < 0)
		return 0;
	files = calloc(options->n_own_files + 1, sizeof(*files));
	if (!files) {
		pkdi_log(&parser->log, "not enough memory for the options");
		return -ENOMEM;
	}
	if (options->n_own_files)
		memcpy(files, options->own_files, options->n_own_files * sizeof(*files));
	free(options->own_files);
	files[options->n_own_files++] = (struct pkdi_own_file){reader, status.st_dev,
	                                                       status.st_ino};
	options->own_files = files;
	return 0;
}

static int take_value(struct parser *parser, const struct pkdi_param *target, const char *text)
{
	char wanted[WANTED_SIZE], why[WANTED_SIZE], name[PKDI_NAME_SIZE];
	bool secret = pkdi_param_is_secret(parser->program, target);
	bool stored = secret && target->param->kind == PKD_STRING && !target->param->n;
	int r = stored ? pkdi_secret_store(target, text, why, sizeof(why))
	               : pkdi_value_parse(target->param, text, target->params, wanted,
	                                  sizeof(wanted));

	if (r == 0)
		return stored && *text == '@'
		               ? note_own_file(parser, "a secret parameter", text + 1)
		               : 0;
	pkdi_param_name(target, name);
	if (!stored)
		pkdi_param_refuse(target, wanted, why, sizeof(why));
	pkdi_log(&parser->log, "--%s %s%s", name, secret ? PKDI_SECRET_SHOWN : text, why);
	return -EINVAL;
}

static int take_help(struct parser *parser, const char *value)
{
	(void)value;
	parser->help = true;
	return 0;
}

static int take_version(struct parser *parser, const char *value)
{
	(void)value;
	printf("%s (pkd %s)\n", parser->program->name, PKD_VERSION);
	parser->options.leave = true;
	return 0;
}

static int take_needs(struct parser *parser, const char *value)
{
	(void)value;
	parser->options.needs = true;
	return 0;
}

static int take_config(struct parser *parser, const char *value)
{
	if (parser->config_path) {
		pkdi_log(&parser->log, "--config may be given only once");
		return -EINVAL;
	}
	parser->config_path = value;
	return note_own_file(parser, "--config", value);
}

static int take_quiet(struct parser *parser, const char *value)
{
	(void)value;
	parser->options.quiet = true;
	return 0;
}

static int take_single_process(struct parser *parser, const char *value)
{
	(void)value;
	parser->options.single_process = true;
	return 0;
}

static int take_no_sandbox(struct parser *parser, const char *value)
{
	(void)value;
	parser->options.no_sandbox = true;
	return 0;
}

static int take_no_console(struct parser *parser, const char *value)
{
	(void)value;
	parser->options.no_console = true;
	return 0;
}

static int take_console_group(struct parser *parser, const char *value)
{
	const struct group *group = getgrnam(value);
	char *end = NULL;
	unsigned long number = strspn(value, "0123456789") ? strtoul(value, &end, 10) : 0;

	/* A number need not have a name, as in a container. (gid_t)-1 is no group. */
	if (!group && (!end || *end || number >= (gid_t)-1)) {
		pkdi_log(&parser->log, "--console-group %s: there is no group of that name%s",
		         value, end && !*end ? " or number" : "");
		return -EINVAL;
	}
	parser->options.has_group = true;
	parser->options.group = group ? group->gr_gid : (gid_t)number;
	return 0;
}

static int take_serve(struct parser *parser, const char *value)
{
	parser->options.serves = true;
	if (pkdi_address_parse(value, &parser->options.serve_address))
		return 0;
	pkdi_log(&parser->log,
	         "--serve %s: must be a port, or a numeric address and a port: 9464, 0.0.0.0:9464, "
	         "[::1]:9464",
	         value);
	return -EINVAL;
}

static int take_serve_token_file(struct parser *parser, const char *value)
{
	parser->options.serve_token_file = value;
	return note_own_file(parser, "--serve-token-file", value);
}

static int take_serve_view_token_file(struct parser *parser, const char *value)
{
	parser->options.serve_view_token_file = value;
	return note_own_file(parser, "--serve-view-token-file", value);
}

static int take_serve_origins(struct parser *parser, const char *value)
{
	for (const char *at = value; *at; at += strcspn(at, ","), at += *at == ',')
		if (strncmp(at, "http://", 7) != 0 && strncmp(at, "https://", 8) != 0) {
			pkdi_log(
				&parser->log,
				"--serve-origins %s: each is like https://app.foxglove.dev, as the "
				"browser shows it, without a path",
				value);
			return -EINVAL;
		}
	if (strlen(value) >= PKDI_ORIGINS_SIZE) {
		pkdi_log(&parser->log, "--serve-origins is longer than %d bytes",
		         PKDI_ORIGINS_SIZE - 1);
		return -EINVAL;
	}
	parser->options.serve_origins = value;
	return 0;
}

static int take_state(struct parser *parser, const char *value)
{
	if (parser->options.state) {
		pkdi_log(&parser->log, "--state may be given only once");
		return -EINVAL;
	}
	parser->options.state = value;
	return 0;
}

static int take_resume(struct parser *parser, const char *value)
{
	(void)value;
	parser->options.resume = true;
	return 0;
}

static int take_account(struct parser *parser, const char *value)
{
	free(parser->options.account);
	parser->options.account = strdup(value);
	return parser->options.account ? 0 : -ENOMEM;
}

static int take_trace(struct parser *parser, const char *value)
{
	if (parser->options.trace) {
		pkdi_log(&parser->log, "--trace may be given only once");
		return -EINVAL;
	}
	parser->options.trace = value;
	return 0;
}

static int take_freeze(struct parser *parser, const char *value)
{
	parser->options.freeze_given = true;
	if (pkdi_freeze_parse(value, &parser->options.freeze) == 0)
		return 0;
	pkdi_log(&parser->log, "--freeze %s: must be one of auto, all, off", value);
	return -EINVAL;
}

static int take_lifeline(struct parser *parser, const char *value)
{
	int fd = pkd_path_given_fd(value, -1);
	struct stat status;

	if (fd > STDERR_FILENO && fstat(fd, &status) == 0 &&
	    (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))) {
		parser->options.lifeline = fd;
		return 0;
	}
	pkdi_log(&parser->log,
	         "--lifeline %s: must be /dev/fd/N, N being the open end of a pipe that whoever "
	         "starts the program leaves it",
	         value);
	return -EINVAL;
}

static int take_grace(struct parser *parser, const char *value)
{
	char wanted[WANTED_SIZE];
	int r = pkdi_value_parse(&grace_param, value, &parser->options, wanted, sizeof(wanted));

	if (r < 0)
		pkdi_log(&parser->log, "--grace %s: must be %s", value, wanted);
	return r;
}

/* What is wrong with an option that may also stand in the file. */
static int refuse_own(const struct parser *parser, const char *name, const char *value,
                      const char *why)
{
	if (parser->setting)
		pkdi_log(&parser->log, "%s:%u: %s = %s: %s", parser->config_path,
		         parser->setting->line, name, value, why);
	else
		pkdi_log(&parser->log, "--%s %s: %s", name, value, why);
	return -EINVAL;
}

static int take_log(struct parser *parser, const char *value)
{
	char why[WANTED_SIZE];

	if (pkdi_levels_take(&parser->options.levels, parser->program, value,
	                     parser->setting != NULL, why, sizeof(why)) == 0)
		return 0;
	return refuse_own(parser, "log", value, why);
}

static int take_log_format(struct parser *parser, const char *value)
{
	bool is_json = strcmp(value, "json") == 0;

	if (!is_json && strcmp(value, "text") != 0)
		return refuse_own(parser, "log-format", value, "must be text or json");
	if (!parser->setting || !parser->has_format)
		parser->options.log_json = is_json;
	parser->has_format |= !parser->setting;
	return 0;
}

static int take_log_rate(struct parser *parser, const char *value)
{
	struct pkdi_options options = {.log_rate = 0};
	char wanted[WANTED_SIZE], why[WANTED_SIZE + 16];

	if (pkdi_value_parse(&rate_param, value, &options, wanted, sizeof(wanted)) < 0) {
		snprintf(why, sizeof(why), "must be %s", wanted);
		return refuse_own(parser, "log-rate", value, why);
	}
	if (!parser->setting || !parser->has_rate)
		parser->options.log_rate = options.log_rate;
	parser->has_rate |= !parser->setting;
	return 0;
}

static int take_why(struct parser *parser, const char *value)
{
	char wanted[WANTED_SIZE];
	int r = pkdi_value_parse(&why_param, value, &parser->options, wanted, sizeof(wanted));

	if (r < 0)
		pkdi_log(&parser->log, "--why %s: must be %s", value, wanted);
	return r;
}

/* As own_options. */
static int (*const takers[])(struct parser *parser, const char *value) = {
#define OPTION(id, name, value, doc) take_##id,
#include <pkd/option.def>
#undef OPTION
};

static int take_own(struct parser *parser, const struct pkdi_own_option *own,
                    const struct argument *argument)
{
	if (argument->value && !*own->value) {
		pkdi_log(&parser->log, "--%s takes no value", own->name);
		return -EINVAL;
	}
	return takers[own - own_options](parser, argument->value);
}

/* Takes the next word as the value if there was no '='. */
static int complete(const struct parser *parser, struct argument *argument, bool wants, int *i)
{
	if (argument->value || !wants)
		return 0;
	/* argv ends with a NULL; parser->argc may end before. */
	argument->value = *i + 1 < parser->argc ? parser->argv[++*i] : NULL;
	if (argument->value && strncmp(argument->value, "--", 2) != 0)
		return 0;
	pkdi_log(&parser->log, "--%s needs a value", argument->name);
	return -EINVAL;
}

static int take_argument(struct parser *parser, enum pass pass, int *i)
{
	struct argument argument = split(parser->argv[*i]);
	const struct pkdi_own_option *own;
	struct pkdi_param target;
	const char *next = *i + 1 < parser->argc ? parser->argv[*i + 1] : NULL;
	int r;

	if (pkdi_param_find(parser->program, argument.name, argument.length, &target)) {
		r = complete(parser, &argument, takes_next(target.param, next), i);
		if (r == 0 && pass == PASS_OWN)
			parser->given[target.index] = parser->options.is_set[target.index] = true;
		else if (r == 0 && (pass == PASS_NODES) == (target.node != NULL))
			r = take_value(parser, &target, argument.value ? argument.value : "true");
		return r;
	}
	own = find_own(&argument);
	if (!own)
		return report_unknown(parser, &argument);
	r = complete(parser, &argument, *own->value, i);
	return r == 0 && pass == PASS_OWN ? take_own(parser, own, &argument) : r;
}

static int walk(struct parser *parser, enum pass pass)
{
	for (int i = 1; i < parser->argc && !parser->options.leave; i++) {
		const char *word = parser->argv[i];
		int r = 0;

		if (!strcmp(word, "-h")) {
			parser->help = true;
		} else if (strncmp(word, "--", 2) != 0 || !word[2]) {
			pkdi_log(&parser->log, "unexpected argument '%s': options begin with --",
			         pkdi_secret_precedes(parser->program, parser->argv, i)
			                 ? PKDI_SECRET_SHOWN
			                 : word);
			return -EINVAL;
		} else {
			r = take_argument(parser, pass, &i);
		}
		if (r < 0)
			return r;
		/* --help suppresses errors after it. */
		if (parser->help && pass == PASS_OWN)
			parser->argc = i;
	}
	return 0;
}

/* ---- The file ---- */

/* The next option from which bind computes a node's parameter, starting at number *at of the
 * node's list; PKD_NONE after the last. */
static uint32_t next_option(const struct pkdi_param *target, uint32_t *at)
{
	const struct pkd_node *node = target->node;

	for (; node && *at < node->n_derived; (*at)++)
		if (&node->param_table[node->derived[*at].param] == target->param)
			return node->derived[(*at)++].option;
	return PKD_NONE;
}

static bool is_computed_from_given(const struct parser *parser, const struct pkdi_param *target)
{
	uint32_t at = 0, option;

	while ((option = next_option(target, &at)) != PKD_NONE)
		if (parser->given[option])
			return true;
	return false;
}

/* Stores the file's settings of parameters that nothing of higher precedence sets: the
 * pipeline's unless they are on the command line; a node's unless bind has computed its value
 * from there. */
static int apply_config(struct parser *parser, bool of_nodes)
{
	for (uint32_t i = 0; i < parser->config.n_settings; i++) {
		const struct pkdi_setting *setting = &parser->config.settings[i];
		uint32_t index = setting->target.index;
		int r;

		if (setting->own || of_nodes != (setting->target.node != NULL) ||
		    parser->given[index] || is_computed_from_given(parser, &setting->target))
			continue;
		r = take_value(parser, &setting->target, setting->value);
		if (r < 0)
			return r;
		parser->options.is_set[index] = true;
	}
	return 0;
}

/* The file's options of every program; what the command line says goes first. */
static int take_own_settings(struct parser *parser)
{
	int r = 0;

	for (uint32_t i = 0; i < parser->config.n_settings && r == 0; i++) {
		const struct pkdi_setting *setting = &parser->config.settings[i];
		const struct argument argument = {
			setting->own, setting->own ? strlen(setting->own) : 0, setting->value};

		if (!setting->own)
			continue;
		parser->setting = setting;
		r = take_own(parser, find_own(&argument), &argument);
		parser->setting = NULL;
	}
	return r;
}

/* ---- What must hold ---- */

static bool is_set(const struct parser *parser, uint32_t target)
{
	return parser->given[target] || pkdi_config_find(&parser->config, target);
}

static int require(const struct parser *parser)
{
	struct pkdi_param target;

	if (parser->options.serves && parser->options.no_console) {
		pkdi_log(&parser->log, "--serve is served by the console: leave --no-console out");
		return -EINVAL;
	}
	if (parser->options.has_group && parser->options.no_console) {
		pkdi_log(&parser->log,
		         "--console-group is about the console: leave --no-console out");
		return -EINVAL;
	}
	if (parser->options.resume && !parser->options.state) {
		pkdi_log(&parser->log,
		         "--resume goes on with the run in a directory: give it by --state DIR");
		return -EINVAL;
	}
	if (!parser->options.serves &&
	    (parser->options.serve_token_file || parser->options.serve_view_token_file ||
	     parser->options.serve_origins)) {
		pkdi_log(&parser->log, "%s is of no use without --serve [HOST:]PORT",
		         parser->options.serve_token_file        ? "--serve-token-file"
		         : parser->options.serve_view_token_file ? "--serve-view-token-file"
		                                                 : "--serve-origins");
		return -EINVAL;
	}
	for (uint32_t i = 0; i < parser->program->n_params; i++) {
		char name[PKDI_NAME_SIZE];

		pkdi_param_nth(parser->program, i, &target);
		if (target.param->initial || is_set(parser, i))
			continue;
		pkdi_param_name(&target, name);
		pkdi_log(&parser->log, "--%s must be given%s%s", name,
		         *target.param->doc ? ": " : "", target.param->doc);
		return -EINVAL;
	}
	return 0;
}

static void show_value(const struct parser *parser, const struct pkdi_param *target, char *text,
                       size_t size)
{
	if (pkdi_param_is_secret(parser->program, target))
		snprintf(text, size, PKDI_SECRET_SHOWN);
	else
		pkdi_value_show(target->param, target->params, text, size);
}

/* Reports that a value set by bind is out of range, and which option caused it. */
static int report_range(struct parser *parser, const struct pkdi_param *target)
{
	const struct pkdi_setting *setting = NULL;
	char name[PKDI_NAME_SIZE], value[64], range[128], cause[PKDI_NAME_SIZE], given[64];
	uint32_t at = 0, number = next_option(target, &at);
	struct pkdi_param option;

	pkdi_param_name(target, name);
	show_value(parser, target, value, sizeof(value));
	pkdi_value_range(target->param, range, sizeof(range));
	while (number != PKD_NONE && !is_set(parser, number))
		number = next_option(target, &at);
	if (number == PKD_NONE) {
		pkdi_node_log(&parser->log, target->node,
		              "%s is %s, which is out of range: it must be in %s",
		              target->param->name, value, range);
		return -EINVAL;
	}
	pkdi_param_nth(parser->program, number, &option);
	pkdi_param_name(&option, cause);
	show_value(parser, &option, given, sizeof(given));
	if (!parser->given[option.index])
		setting = pkdi_config_find(&parser->config, option.index);
	if (setting)
		pkdi_log(&parser->log,
		         "%s:%u: %s = %s sets %s to %s, out of range: it must be in %s",
		         parser->config_path, setting->line, cause, given, name, value, range);
	else
		pkdi_log(&parser->log, "--%s %s sets %s to %s, out of range: it must be in %s",
		         cause, given, name, value, range);
	return -EINVAL;
}

/* Options were checked one by one; this checks what bind computes from them. */
static int check_ranges(struct parser *parser)
{
	struct pkdi_param target;

	for (uint32_t i = parser->program->n_params; pkdi_param_nth(parser->program, i, &target);
	     i++)
		if (!pkdi_value_is_in_range(target.param, target.params))
			return report_range(parser, &target);
	return 0;
}

/* ---- All of it ---- */

/* For --help without all required options: an empty string harms no bind, a number might. */
static bool can_bind_for_help(const struct parser *parser)
{
	static const char *const empty = "";
	struct pkdi_param target;

	for (uint32_t i = 0; i < parser->program->n_params; i++) {
		pkdi_param_nth(parser->program, i, &target);
		if (target.param->initial || is_set(parser, i))
			continue;
		if (target.param->kind != PKD_STRING)
			return false;
		if (target.param->capacity)
			continue;
		for (uint32_t k = 0; k < (target.param->n ? target.param->n : 1); k++)
			memcpy((char *)target.params + target.param->offset + k * sizeof(empty),
			       &empty, sizeof(empty));
	}
	return true;
}

/* --help shows what there is; whoever runs the program needs all of it. */
static int bind(struct parser *parser)
{
	const char *missing = parser->program->bind ? parser->program->bind() : NULL;

	if (!missing || parser->help)
		return 0;
	pkdi_log(&parser->log, "%s for these options", missing);
	return -EINVAL;
}

static int set_nodes(struct parser *parser)
{
	int r = bind(parser);

	if (r < 0)
		return r;
	r = apply_config(parser, true);
	return r < 0 ? r : walk(parser, PASS_NODES);
}

static int parse(struct parser *parser)
{
	bool bound;
	int r = walk(parser, PASS_OWN);

	if (r < 0 || parser->options.leave)
		return r;
	if (parser->config_path)
		r = pkdi_config_read(&parser->config, parser->program, &parser->log,
		                     parser->config_path);
	if (r == 0)
		r = take_own_settings(parser);
	if (r == 0)
		r = apply_config(parser, false);
	if (r == 0)
		r = walk(parser, PASS_PIPELINE);
	if (r == 0 && !parser->help)
		r = require(parser);
	if (r < 0)
		return r;
	bound = !parser->help || can_bind_for_help(parser);
	if (bound)
		r = set_nodes(parser);
	if (r == 0 && parser->help) {
		pkdi_help(parser->program, own_options, bound);
		parser->options.leave = true;
	} else if (r == 0) {
		r = check_ranges(parser);
	}
	return r;
}

void pkdi_options_finish(struct pkdi_options *options)
{
	free(options->is_set);
	free(options->levels.of_node);
	free(options->account);
	free(options->own_files);
	options->own_files = NULL;
	options->n_own_files = 0;
	options->is_set = NULL;
	options->levels.of_node = NULL;
	options->account = NULL;
}

int pkdi_options_parse(const struct pkd_program *program, int argc, char **argv,
                       struct pkdi_options *ret_options)
{
	uint32_t n = pkdi_param_count(program);
	struct parser parser = {
		.program = program,
		.log = {.program = program->name},
		.argc = argc,
		.argv = argv,
		.options.grace_ns = PKDI_DEFAULT_GRACE_NS,
		.options.log_rate = PKDI_DEFAULT_LOG_RATE,
		.options.levels.of_node = calloc(program->n_nodes + 1, 1),
		.options.why_bytes = PKDI_DEFAULT_WHY_BYTES,
		.options.is_set = calloc(n + 1, sizeof(bool)),
		.given = calloc(n + 1, sizeof(bool)),
	};
	int r = -ENOMEM;

	if (parser.given && parser.options.is_set && parser.options.levels.of_node)
		r = parse(&parser);
	else
		pkdi_log(&parser.log, "not enough memory for the options");
	pkdi_secret_hide(program, argc, argv);
	pkdi_config_finish(&parser.config);
	free(parser.given);
	if (r == 0)
		*ret_options = parser.options;
	else
		pkdi_options_finish(&parser.options);
	return r;
}
