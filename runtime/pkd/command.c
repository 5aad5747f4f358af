/* The command line, by the tables of command.def. */
#define _GNU_SOURCE
#include "pkd/command.h"

#include <errno.h>
#include <pkd/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/say.h"
#include "pkd/words.h"

struct command {
	const char *name, *operands;
	int least, most;
	const char *what, *more, *examples;
};

struct option {
	char letter;
	const char *name, *argument;
	unsigned commands;
	const char *what;
};

#define IN(name) (1u << COMMAND_##name)

static const struct command commands[] = {
#define COMMAND(name, operands, least, most, what, more, examples) \
	{#name, operands, least, most, what, more, examples},
#define OPTION(id, letter, name, argument, commands, what)
#include "pkd/command.def"
#undef COMMAND
#undef OPTION
};

static const struct option options[] = {
#define COMMAND(name, operands, least, most, what, more, examples)
#define OPTION(id, letter, name, argument, commands, what) {letter, name, argument, commands, what},
#include "pkd/command.def"
#undef COMMAND
#undef OPTION
};

static bool belongs(size_t option, enum command_id command)
{
	return options[option].commands & 1u << command;
}

/* ---- Help ---- */

static void print_help(void)
{
	puts("pkd looks after running pkd programs.\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  pkd %-9s%-24s %s\n", commands[i].name, commands[i].operands,
		       commands[i].what);
	puts("  pkd help [COMMAND]\n  pkd --version\n\n"
	     "PROGRAM is a name, a process number or the path of a socket; it may be left out while one\n"
	     "program runs.\n"
	     "-H HOST, with any command, runs it on another machine over ssh, where pkd is, too.\n"
	     "`pkd COMMAND --help` has the options of a command, and examples. pkdc compiles.");
}

static void print_command_help(enum command_id command)
{
	const struct command *c = &commands[command];

	printf("pkd %s [OPTION...] %s\n%s\n\n%s\n", c->name, c->operands, c->what, c->more);
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option *o = &options[i];
		char text[64];

		if (!belongs(i, command))
			continue;
		snprintf(text, sizeof(text), "--%s%s%s", o->name, o->argument ? "=" : "",
		         o->argument ? o->argument : "");
		printf("  %c%c %-20s  %s\n", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		       text, o->what);
	}
	printf("\nExamples:\n%s", c->examples);
}

/* Says what may have been meant: a command where `command` is N_COMMANDS, else an option of it. */
static void suggest(const char *word, enum command_id command)
{
	const char *names[(int)N_OPTIONS > (int)N_COMMANDS ? (int)N_OPTIONS : (int)N_COMMANDS];
	const char *nearest;
	size_t n = 0;

	for (size_t i = 0; command == N_COMMANDS && i < N_COMMANDS; i++)
		names[n++] = commands[i].name;
	for (size_t i = 0; command != N_COMMANDS && i < N_OPTIONS; i++)
		if (belongs(i, command))
			names[n++] = options[i].name;
	nearest = words_nearest(word, names, n);
	if (nearest)
		complain("did you mean '%s%s'?", command == N_COMMANDS ? "" : "--", nearest);
	else if (command == N_COMMANDS)
		complain("`pkd --help` lists the commands");
	else
		complain("`pkd %s --help` lists the options", commands[command].name);
}

static bool find_command(const char *name, enum command_id *ret_command)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			*ret_command = (enum command_id)i;
			return true;
		}
	}
	complain("there is no command '%s'", name);
	suggest(name, N_COMMANDS);
	return false;
}

static int help(int argc, char **argv)
{
	enum command_id command;

	if (argc < 3) {
		print_help();
		return 0;
	}
	if (!find_command(argv[2], &command))
		return STATUS_USAGE;
	print_command_help(command);
	return 0;
}

/* ---- Parsing ---- */

struct parser {
	struct call *call;
	int argc, at;
	char **argv;
};

/* "--count", "--count=3" or "-n" of this command; a number below zero is none. */
static bool is_option(enum command_id command, const char *text)
{
	size_t n = strncmp(text, "--", 2) == 0 ? strcspn(text + 2, "=") : 0;

	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (command != N_COMMANDS && !belongs(i, command))
			continue;
		if (n && strlen(options[i].name) == n && !memcmp(options[i].name, text + 2, n))
			return true;
		if (text[0] == '-' && text[1] && text[1] == options[i].letter && !text[2])
			return true;
	}
	return false;
}

/* `value` is what follows the = or the letter, NULL where nothing does. */
static int take_option(struct parser *p, size_t id, const char *value)
{
	const struct option *option = &options[id];

	if (!option->argument && value) {
		complain("--%s takes no argument", option->name);
		return STATUS_USAGE;
	}
	if (option->argument && !value) {
		if (++p->at >= p->argc) {
			complain("--%s needs an argument: %s", option->name, option->argument);
			return STATUS_USAGE;
		}
		value = p->argv[p->at];
		if (is_option(p->call->command, value)) {
			complain("--%s needs an argument, %s, and '%s' is an option", option->name,
			         option->argument, value);
			return STATUS_USAGE;
		}
	}
	p->call->option[id] = value ? value : "";
	return -1;
}

static int take_long(struct parser *p, const char *text)
{
	enum command_id command = p->call->command;
	size_t length = strcspn(text, "=");
	char name[64];

	for (size_t i = 0; i < N_OPTIONS; i++)
		if (belongs(i, command) && strlen(options[i].name) == length &&
		    memcmp(options[i].name, text, length) == 0)
			return take_option(p, i, text[length] ? text + length + 1 : NULL);
	snprintf(name, sizeof(name), "%.*s", (int)(length < 60 ? length : 60), text);
	complain("%s has no option '--%s'", commands[command].name, name);
	suggest(name, command);
	return STATUS_USAGE;
}

/* "-j", "-d 2", "-d2"; letters may not be joined. */
static int take_letter(struct parser *p, const char *text)
{
	enum command_id command = p->call->command;

	for (size_t i = 0; i < N_OPTIONS; i++)
		if (belongs(i, command) && options[i].letter && options[i].letter == text[0])
			return take_option(p, i, text[1] ? text + 1 : NULL);
	complain("%s has no option '-%s'", commands[command].name, text);
	complain("`pkd %s --help` lists the options", commands[command].name);
	return STATUS_USAGE;
}

static int take_arguments(struct parser *p)
{
	struct call *call = p->call;
	const struct command *c = &commands[call->command];
	bool is_behind = false; /* "--" */

	for (; p->at < p->argc; p->at++) {
		char *text = p->argv[p->at];
		int status = -1;

		if (!is_behind && strcmp(text, "--") == 0)
			is_behind = true;
		else if (!is_behind && text[0] == '-' && text[1] == '-')
			status = take_long(p, text + 2);
		else if (!is_behind && text[0] == '-' && text[1])
			status = take_letter(p, text + 1);
		else
			call->operands[call->n_operands++] = text;
		if (status >= 0)
			return status;
	}
	if (call->option[OPTION_HELP]) {
		print_command_help(call->command);
		return 0;
	}
	if (call->n_operands > c->most)
		complain("%s: unexpected argument '%s'", c->name, call->operands[c->most]);
	if (call->n_operands < c->least)
		complain("%s needs %s", c->name, c->operands);
	return call->n_operands > c->most || call->n_operands < c->least ? STATUS_USAGE : -1;
}

/* The one option that may also stand before the command. Returns how many words it has, 0: it is
 * not there, or -1 after a message. */
static int take_host(struct call *call, int argc, char **argv)
{
	struct parser parser = {call, argc, 1, argv};
	const char *text = argc > 1 ? argv[1] : "", *value = NULL;

	if (strncmp(text, "-H", 2) == 0)
		value = text[2] ? text + 2 : NULL;
	else if (strncmp(text, "--host=", 7) == 0)
		value = text + 7;
	else if (strcmp(text, "--host") != 0)
		return 0;
	return take_option(&parser, OPTION_HOST, value) < 0 ? parser.at : -1;
}

int command_parse(struct call *call, int argc, char **argv)
{
	struct parser parser;
	int n;

	*call = (struct call){.command = N_COMMANDS};
	n = take_host(call, argc, argv);
	if (n < 0)
		return STATUS_USAGE;
	argc -= n;
	argv += n;
	parser = (struct parser){call, argc, 2, argv};
	if (argc < 2) {
		complain("no command; `pkd --help` lists them");
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return help(argc, argv);
	if (strcmp(argv[1], "--version") == 0) {
		puts("pkd " PKD_VERSION);
		return 0;
	}
	if (!find_command(argv[1], &call->command))
		return STATUS_USAGE;
	call->operands = argv + 2;
	return take_arguments(&parser);
}

/* ---- What was given ---- */

char **command_words(const struct call *call, enum option_id without, size_t *ret_n)
{
	char **words = calloc((size_t)call->n_operands + N_OPTIONS + 2, sizeof(*words));
	size_t n = 0;
	bool fits = words;

	for (int i = -1; fits && i < N_OPTIONS; i++) {
		const char *value = i < 0 ? NULL : call->option[i];

		if (i < 0)
			fits = (words[n++] = strdup(commands[call->command].name));
		else if (value && i != (int)without)
			fits = asprintf(&words[n++], "--%s%s%s", options[i].name,
			                options[i].argument ? "=" : "", value) >= 0;
	}
	/* Behind it nothing is an option. */
	if (fits && call->n_operands)
		fits = (words[n++] = strdup("--"));
	for (int i = 0; fits && i < call->n_operands; i++)
		fits = (words[n++] = strdup(call->operands[i]));
	if (!fits)
		abort();
	*ret_n = n;
	return words;
}

const char *command_operand(const struct call *call)
{
	return call->n_operands > 0 ? call->operands[0] : NULL;
}

bool command_seconds(const struct call *call, enum option_id option, double least, double most,
                     double otherwise, int64_t *ret_ns)
{
	const char *text = call->option[option];
	char *end = NULL;
	double seconds = text ? strtod(text, &end) : otherwise;

	if (text && *end == 's' && end > text)
		end++;
	if (text && (end == text || *end || !(seconds >= least && seconds <= most))) {
		complain("--%s is a number of seconds from %g to %g, not '%s'",
		         options[option].name, least, most, text);
		return false;
	}
	*ret_ns = (int64_t)(seconds * 1e9);
	return true;
}

bool command_number(const struct call *call, enum option_id option, uint64_t *ret_number)
{
	const char *text = call->option[option];
	char *end;
	unsigned long long number;

	if (!text)
		return true;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || number > INT64_MAX) {
		complain("--%s is a whole number, not '%s'", options[option].name, text);
		return false;
	}
	*ret_number = number;
	return true;
}
