/* What is started, and with which environment: see program.h. */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <pkd/command_words.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* ---- The environment ---- */

/* What a program needs to find others, its user and its language. The rest, which may be keys and
 * passwords as well, is not its own. */
static bool is_kept(const char *variable)
{
	static const char *const kept[] = {"PATH=",     "HOME=", "USER=", "LOGNAME=", "LANG=",
	                                   "LANGUAGE=", "TZ=",   "TERM=", "TMPDIR="};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strncmp(variable, kept[i], strlen(kept[i])) == 0)
			return true;
	return strncmp(variable, "LC_", 3) == 0;
}

static bool has_name_of(const char *variable, const char *other)
{
	size_t n = strcspn(variable, "=") + 1;

	return strncmp(variable, other, n) == 0;
}

/* In place of the one of that name. Takes `variable`. */
static bool set_variable(char ***environment, size_t *n, char *variable)
{
	char **grown;

	for (size_t i = 0; variable && i < *n; i++) {
		if (!has_name_of(variable, (*environment)[i]))
			continue;
		free((*environment)[i]);
		(*environment)[i] = variable;
		return true;
	}
	grown = realloc(*environment, (*n + 2) * sizeof(*grown));
	if (!grown || !variable) {
		if (grown)
			*environment = grown;
		free(variable);
		return false;
	}
	grown[(*n)++] = variable;
	grown[*n] = NULL;
	*environment = grown;
	return true;
}

static int add_variables(struct io_command *command, size_t *n, const char *text,
                         struct pkd_ctx *ctx)
{
	char word[4096];
	int r;

	while ((r = pkd_command_word(&text, word, sizeof(word))) > 0) {
		if (!strchr(word, '=') || *word == '=')
			return pkd_error(ctx, EINVAL, "environment: a word of it is no NAME=VALUE");
		if (!set_variable(&command->environment, n, strdup(word)))
			return pkd_error(ctx, ENOMEM, "no memory for an environment");
	}
	return r < 0 ? pkd_error(ctx, EINVAL, "environment: %s",
	                         r == -EINVAL ? "a quote is not closed"
	                                      : "a word is longer than 4095 bytes")
	             : 0;
}

static int make_environment(struct io_command *command, const char *const environment[2],
                            struct pkd_ctx *ctx)
{
	size_t n = 0;
	int r = 0;

	command->environment = calloc(1, sizeof(*command->environment));
	if (!command->environment)
		return pkd_error(ctx, ENOMEM, "no memory for an environment");
	for (char **variable = environ; variable && *variable; variable++)
		if (is_kept(*variable) &&
		    !set_variable(&command->environment, &n, strdup(*variable)))
			return pkd_error(ctx, ENOMEM, "no memory for an environment");
	for (int i = 0; i < 2 && r == 0; i++)
		r = add_variables(command, &n, environment[i], ctx);
	return r;
}

/* ---- The program ---- */

static bool is_program(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && S_ISREG(file.st_mode) && access(path, X_OK) == 0;
}

/* As a shell looks for it. */
static char *find_program(const char *name)
{
	const char *folders = getenv("PATH");
	char *list, *rest, *folder, *path = NULL;

	if (strchr(name, '/'))
		return strdup(name);
	list = rest = strdup(folders ? folders : "/usr/bin:/bin");
	while (list && (folder = strsep(&rest, ":"))) {
		if (asprintf(&path, "%s/%s", *folder ? folder : ".", name) < 0)
			path = NULL;
		if (path && is_program(path))
			break;
		free(path);
		path = NULL;
	}
	free(list);
	return path;
}

static int split(struct io_command *command, const char *text, struct pkd_ctx *ctx)
{
	char word[PATH_MAX];
	int r;

	while ((r = pkd_command_word(&text, word, sizeof(word))) > 0) {
		if (command->n_words == IO_COMMAND_WORDS)
			return pkd_error(ctx, E2BIG, "command: it has more than %d words",
			                 IO_COMMAND_WORDS);
		command->words[command->n_words] = strdup(word);
		if (!command->words[command->n_words++])
			return pkd_error(ctx, ENOMEM, "no memory for a command");
	}
	if (r < 0)
		return pkd_error(ctx, EINVAL, "command: %s",
		                 r == -EINVAL ? "a quote is not closed"
		                              : "a word is longer than 4095 bytes");
	return command->n_words ? 0
	                        : pkd_error(ctx, EINVAL,
	                                    "command is empty: write a program and its arguments");
}

static int use_shell(struct io_command *command, const char *text, struct pkd_ctx *ctx)
{
	static const char *const words[] = {"sh", "-c", NULL, "sh"};

	for (size_t i = 0; i < 4; i++) {
		command->words[i] = strdup(words[i] ? words[i] : text);
		if (!command->words[i])
			return pkd_error(ctx, ENOMEM, "no memory for a command");
	}
	command->n_words = 4;
	command->is_shell = true;
	command->path = strdup("/bin/sh");
	return command->path ? 0 : pkd_error(ctx, ENOMEM, "no memory for a command");
}

int io_command_init(struct io_command *command, const char *text, bool shell,
                    const char *const environment[2], struct pkd_ctx *ctx)
{
	int r = shell ? use_shell(command, text, ctx) : split(command, text, ctx);

	if (r == 0 && !shell) {
		command->path = find_program(command->words[0]);
		if (!command->path || !is_program(command->path))
			r = pkd_error(ctx, ENOENT, "command: there is no program '%s'%s",
			              command->words[0],
			              strchr(command->words[0], '/') ? "" : " in PATH");
	}
	if (r == 0)
		r = make_environment(command, environment, ctx);
	if (r < 0)
		io_command_finish(command);
	return r;
}

void io_command_finish(struct io_command *command)
{
	for (uint32_t i = 0; i < command->n_words; i++)
		free(command->words[i]);
	for (char **variable = command->environment; variable && *variable; variable++)
		free(*variable);
	free(command->environment);
	free(command->path);
	*command = (struct io_command){0};
}
