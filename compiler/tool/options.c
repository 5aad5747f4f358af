/* The command line, by the tables of options.def. */
#include "base/text.h"
#include "tool/tool.h"
#include <ctype.h>
#include <pkd/version.h>
#include <stdio.h>
#include <string.h>

struct subcommand {
	const char *name, *operands;
	int least, most;
	const char *what;
};

struct option {
	char letter;
	const char *name, *argument;
	unsigned commands;
	const char *what;
};

#define IN(name) (1u << COMMAND_##name)

static const struct subcommand commands[] = {
#define COMMAND(name, operands, least, most, what) {#name, operands, least, most, what},
#define OPTION(id, letter, name, argument, commands, what)
#include "options.def"
#undef COMMAND
#undef OPTION
};

static const struct option options[] = {
#define COMMAND(name, operands, least, most, what)
#define OPTION(id, letter, name, argument, commands, what) {letter, name, argument, commands, what},
#include "options.def"
#undef COMMAND
#undef OPTION
};

static bool belongs(size_t option, enum command_id command)
{
	return options[option].commands & 1u << command;
}

static void print_help(void)
{
	puts("pkdc compiles .pkd pipelines to executables.\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  pkdc %-8s%-24s %s\n", commands[i].name, commands[i].operands,
		       commands[i].what);
	puts("  pkdc --version\n\n`pkdc COMMAND --help` lists the options of a command.");
}

static void print_command_help(enum command_id command)
{
	const struct subcommand *c = &commands[command];
	printf("pkdc %s [OPTION...] %s\n%s\n\n", c->name, c->operands, c->what);
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option *o = &options[i];
		if (!belongs(i, command))
			continue;
		char text[64];
		const char *argument = o->argument ? o->argument : "";
		if (argument[0] == '[')
			snprintf(text, sizeof text, "--%s[=%.*s]", o->name,
			         (int)strlen(argument) - 2, argument + 1);
		else
			snprintf(text, sizeof text, "--%s%s%s", o->name, *argument ? "=" : "",
			         argument);
		printf("  %c%c %-20s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ', text);
		printf("%s%s\n", strlen(text) > 20 ? "\n                          " : "  ",
		       o->what);
	}
}

/* The names of all options of a command, or of all commands when it is N_COMMANDS. */
static void suggest(const char *word, enum command_id command)
{
	const char *names[(int)N_OPTIONS > (int)N_COMMANDS ? (int)N_OPTIONS : (int)N_COMMANDS];
	size_t n = 0;
	if (command == N_COMMANDS) {
		for (; n < N_COMMANDS; n++)
			names[n] = commands[n].name;
	} else {
		for (size_t i = 0; i < N_OPTIONS; i++) {
			if (belongs(i, command))
				names[n++] = options[i].name;
		}
	}
	const char *dashes = command == N_COMMANDS ? "" : "--";
	const char *nearest = text_nearest(word, names, n);
	if (nearest)
		complain("did you mean '%s%s'?", dashes, nearest);
	else if (command == N_COMMANDS)
		complain("`pkdc --help` lists the commands");
	else
		complain("`pkdc %s --help` lists the options", commands[command].name);
}

struct parser {
	struct tool *tool;
	int argc, at;
	char **argv;
};

/* Whether `value` is one of "a|b|c". */
static bool is_choice(const char *choices, const char *value)
{
	size_t n = strlen(value);
	while (choices) {
		const char *bar = strchr(choices, '|');
		size_t length = bar ? (size_t)(bar - choices) : strlen(choices);
		if (length == n && memcmp(choices, value, n) == 0)
			return true;
		choices = bar ? bar + 1 : NULL;
	}
	return false;
}

/* A name and a value; what the value is worth is seen when it is compiled. */
static bool is_definition(const char *text)
{
	const char *end = text;
	while (isalnum((unsigned char)*end) || *end == '_')
		end++;
	return end > text && !isdigit((unsigned char)*text) && end[0] == '=' && end[1];
}

/* `value` is what follows the = or the letter, NULL where nothing does. */
static int take_option(struct parser *p, size_t id, const char *value)
{
	const struct option *option = &options[id];
	const char *argument = option->argument;
	if (!argument && value) {
		complain("--%s takes no argument", option->name);
		return STATUS_USAGE;
	}
	if (argument && argument[0] != '[' && !value) {
		if (++p->at >= p->argc) {
			complain("--%s needs an argument: %s", option->name, argument);
			return STATUS_USAGE;
		}
		value = p->argv[p->at];
	}
	if (value && argument && strchr(argument, '|') && !is_choice(argument, value)) {
		complain("--%s is one of %s, not '%s'", option->name, argument, value);
		return STATUS_USAGE;
	}
	if (id == OPTION_DEFINE && !is_definition(value)) {
		complain("--define is NAME=VALUE, as in -D N=16, not '%s'", value);
		return STATUS_USAGE;
	}
	p->tool->option[id] = value ? value : "";
	if (id == OPTION_DEFINE)
		vec_push(p->tool->arena, &p->tool->defines, value);
	return -1;
}

static int take_long(struct parser *p, const char *text)
{
	enum command_id command = p->tool->command;
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);
	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (belongs(i, command) && strlen(options[i].name) == length &&
		    memcmp(options[i].name, text, length) == 0)
			return take_option(p, i, equals ? equals + 1 : NULL);
	}
	const char *name = arena_strndup(p->tool->arena, text, length);
	complain("%s has no option '--%s'", commands[command].name, name);
	if (command == COMMAND_run && p->tool->operand)
		complain("an option of the program stands after '--': pkdc run %s -- --%s",
		         p->tool->operand, text);
	else
		suggest(name, command);
	return STATUS_USAGE;
}

/* "-v", "-o PATH", "-oPATH"; letters of flags may not be joined. */
static int take_letter(struct parser *p, const char *text)
{
	enum command_id command = p->tool->command;
	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (belongs(i, command) && options[i].letter && options[i].letter == text[0])
			return take_option(p, i, text[1] ? text + 1 : NULL);
	}
	complain("%s has no option '-%s'", commands[command].name, text);
	complain("`pkdc %s --help` lists the options", commands[command].name);
	return STATUS_USAGE;
}

static int take_operand(struct parser *p, const char *text)
{
	struct tool *tool = p->tool;
	if (tool->operands.n < (size_t)commands[tool->command].most) {
		vec_push(tool->arena, &tool->operands, text);
		tool->operand = tool->operands.items[0];
		return -1;
	}
	complain("%s: unexpected argument '%s'", commands[tool->command].name, text);
	if (tool->command == COMMAND_run)
		complain("the program's own arguments stand after '--'");
	return STATUS_USAGE;
}

static int take_arguments(struct parser *p)
{
	for (; p->at < p->argc; p->at++) {
		const char *text = p->argv[p->at];
		int status;
		if (strcmp(text, "--") == 0) {
			p->tool->rest = p->argv + p->at + 1;
			break;
		}
		if (text[0] == '-' && text[1] == '-')
			status = take_long(p, text + 2);
		else if (text[0] == '-' && text[1])
			status = take_letter(p, text + 1);
		else
			status = take_operand(p, text);
		if (status >= 0)
			return status;
	}
	return -1;
}

/* What follows "--" belongs to the program that is run; elsewhere it is operands. */
static int take_rest(struct parser *p)
{
	struct tool *tool = p->tool;
	for (char **text = tool->rest; tool->command != COMMAND_run && text && *text; text++) {
		int status = take_operand(p, *text);
		if (status >= 0)
			return status;
	}
	return -1;
}

static int find_command(const char *name, enum command_id *ret_command)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			*ret_command = (enum command_id)i;
			return 0;
		}
	}
	complain("there is no command '%s'", name);
	suggest(name, N_COMMANDS);
	return -1;
}

int options_parse(struct tool *tool, int argc, char **argv)
{
	if (argc < 2) {
		complain("no command; `pkdc --help` lists them");
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help();
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("pkdc " PKD_VERSION);
		return 0;
	}
	if (find_command(argv[1], &tool->command) < 0)
		return STATUS_USAGE;
	struct parser parser = {tool, argc, 2, argv};
	int status = take_arguments(&parser);
	if (status < 0)
		status = take_rest(&parser);
	if (status >= 0)
		return status;
	if (tool->option[OPTION_HELP]) {
		print_command_help(tool->command);
		return 0;
	}
	if (tool->operands.n < (size_t)commands[tool->command].least) {
		complain("%s needs a %s", commands[tool->command].name,
		         commands[tool->command].operands);
		return STATUS_USAGE;
	}
	return -1;
}
