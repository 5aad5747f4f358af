/* A program that a node has started: its three pipes, and its end. */
#ifndef PKD_IO_PROGRAM_H
#define PKD_IO_PROGRAM_H

#include "keeper.h"

#include <pkd/node.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { IO_COMMAND_WORDS = 256, IO_REASON_SIZE = 200 };

/* ---- The command ---- */

/* What is to be started; all of it is the command's. */
struct io_command {
	char *path;
	char *words[IO_COMMAND_WORDS + 1]; /* NULL behind the last */
	char **environment;
	uint32_t n_words;
	bool is_shell; /* words are those of /bin/sh, and may have one more */
};

/* All texts are as pkd/command_words.h says; those of the environment have words NAME=VALUE, which
 * no message shows. 0, or what pkd_error returns: a program that is not there is told here. */
int io_command_init(struct io_command *command, const char *text, bool shell,
                    const char *const environment[2], struct pkd_ctx *ctx);
void io_command_finish(struct io_command *command);

/* ---- The program ---- */

struct io_program {
	pid_t keeper;     /* 0: nothing is running */
	int in, out, err; /* of the node, non-blocking; -1: closed */
	int orders, news;
	bool has_ended;  /* `status` and `n_left` count */
	int status;      /* as waitpid has it */
	int error;       /* it could not be started: why */
	uint32_t n_left; /* what it left behind, killed */
};

/* 0 or -errno. Where it cannot be started for itself, that is found by io_program_look. Without
 * `takes`, it has nothing to read. */
int io_program_start(struct io_program *program, const struct io_command *command,
                     char *const *argv, bool takes);

/* Reads its news; whether it has ended. */
bool io_program_look(struct io_program *program);

void io_program_close_in(struct io_program *program);
void io_program_terminate(const struct io_program *program);
void io_program_kill(const struct io_program *program);

/* In order, as far as that takes no time: its input ends, it is told to, then killed. */
void io_program_leave(struct io_program *program);

/* Kills what is left of it, and waits for that a moment at most. */
void io_program_finish(struct io_program *program);

/* How it has ended, as "exit status 3" or "killed by signal 9 (Killed)". */
const char *io_program_reason(const struct io_program *program, char text[static IO_REASON_SIZE]);
bool io_program_succeeded(const struct io_program *program);
/* As a shell has it: 128 and more for a signal. */
int32_t io_program_status(const struct io_program *program);

#endif
