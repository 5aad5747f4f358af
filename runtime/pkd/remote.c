#define _GNU_SOURCE
#include "pkd/remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pkd/say.h"

/* Writes a word so that a POSIX shell reads it as it is: in quotes, ' as '\''. */
static void write_word(FILE *file, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./=:,@%+";

	if (*word && word[strspn(word, plain)] == '\0') {
		fputs(word, file);
		return;
	}
	putc('\'', file);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", file);
		else
			putc(*word, file);
	putc('\'', file);
}

/* What the shell there is given, to be freed. */
static char *write_command(const struct call *call)
{
	size_t size, n;
	char *text = NULL, **words = command_words(call, OPTION_HOST, &n);
	FILE *file = open_memstream(&text, &size);

	if (!file)
		abort();
	fputs("pkd", file);
	for (size_t i = 0; i < n; i++) {
		putc(' ', file);
		write_word(file, words[i]);
		free(words[i]);
	}
	free(words);
	if (fclose(file) != 0)
		abort();
	return text;
}

int remote_run(const struct call *call)
{
	const char *host = call->option[OPTION_HOST], *words[6] = {"ssh"};
	char *command;
	size_t n = 1;

	/* ssh would take it for an option, even such a one as starts programs here. */
	if (!*host || *host == '-') {
		complain("--host is the name of a machine as ssh takes it, not '%s'", host);
		return STATUS_USAGE;
	}
	command = write_command(call);
	/* A whole screen needs a terminal there, too. */
	if (call->command == COMMAND_top && !call->option[OPTION_JSON])
		words[n++] = "-t";
	else
		words[n++] = "-n"; /* what this one could read is for others */
	words[n++] = "--";
	words[n++] = host;
	words[n] = command;
	execvp("ssh", (char *const *)words);
	free(command);
	if (errno == ENOENT)
		return fail("no_ssh",
		            "--host needs ssh, which is not installed (Debian: openssh-client)");
	return fail("no_ssh", "ssh cannot be started: %s", strerror(errno));
}
