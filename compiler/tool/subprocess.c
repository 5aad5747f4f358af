/* Starting other programs. */
#define _GNU_SOURCE /* pipe2 */
#include "tool/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void subprocess_add(struct subprocess *command, const char *argument)
{
	vec_push(command->arena, &command->argv, arena_strdup(command->arena, argument));
}

void subprocess_add_split(struct subprocess *command, const char *text)
{
	struct buf word;
	buf_init(&word);
	for (;; text++) {
		if (*text == '\\' && text[1]) {
			buf_putc(&word, *++text);
		} else if (*text && !strchr(" \t\r\n", *text)) {
			buf_putc(&word, *text);
		} else if (word.length) {
			subprocess_add(command, word.text);
			word.length = 0;
		}
		if (!*text)
			break;
	}
	buf_finish(&word);
}

void subprocess_add_words(struct subprocess *command, const char *variable, const char *initial)
{
	const char *text = getenv(variable);
	subprocess_add_split(command, text && *text ? text : initial);
}

/* Single quotes protect everything but themselves. */
static void quote(struct buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=./,:@%";
	if (*word && strspn(word, plain) == strlen(word)) {
		buf_puts(out, word);
		return;
	}
	buf_putc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *word);
	}
	buf_putc(out, '\'');
}

const char *subprocess_text(const struct subprocess *command)
{
	struct buf out;
	buf_init(&out);
	for (size_t i = 0; i < command->argv.n && command->argv.items[i]; i++) {
		if (i)
			buf_putc(&out, ' ');
		quote(&out, command->argv.items[i]);
	}
	const char *text = arena_strdup(command->arena, out.text);
	buf_finish(&out);
	return text;
}

/* Without a PATH a compiler does not find its own parts. */
static char **environment(struct arena *arena)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	VEC(char *) all = {0};
	if (getenv("PATH"))
		return environ;
	for (char **variable = environ; variable && *variable; variable++)
		vec_push(arena, &all, *variable);
	vec_push(arena, &all, path);
	vec_push(arena, &all, NULL);
	return all.items;
}

static void collect(int fd, struct buf *out)
{
	char part[4096];
	ssize_t n;
	while ((n = read(fd, part, sizeof part)) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			buf_write(out, part, (size_t)n);
	}
}

static int wait_for(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int subprocess_run(struct subprocess *command)
{
	vec_push(command->arena, &command->argv, NULL);
	command->argv.n--;
	if (command->shown)
		fprintf(stderr, "%s\n", subprocess_text(command));
	int out[2] = {-1, -1};
	struct buf *collected = command->output ? command->output : command->errors;
	if (collected && pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	if (command->input)
		posix_spawn_file_actions_adddup2(&actions, command->input, STDIN_FILENO);
	if (collected)
		posix_spawn_file_actions_adddup2(&actions, out[1],
		                                 command->output ? STDOUT_FILENO : STDERR_FILENO);
	if (command->quiet)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	pid_t pid;
	int error = posix_spawnp(&pid, command->argv.items[0], &actions, NULL, command->argv.items,
	                         environment(command->arena));
	posix_spawn_file_actions_destroy(&actions);
	if (out[1] >= 0)
		close(out[1]);
	if (!error && collected)
		collect(out[0], collected);
	if (out[0] >= 0)
		close(out[0]);
	return error ? -error : wait_for(pid);
}
