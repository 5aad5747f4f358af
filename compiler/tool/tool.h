/* The subcommands of pkdc and what they share. */
#ifndef TOOL_TOOL_H
#define TOOL_TOOL_H

#include "base/arena.h"
#include "base/vec.h"
#include "compile.h"
#include <stdbool.h>

enum command_id {
#define COMMAND(name, operands, least, most, what) COMMAND_##name,
#define OPTION(id, letter, name, argument, commands, what)
#include "options.def"
#undef COMMAND
#undef OPTION
	N_COMMANDS
};

enum option_id {
#define COMMAND(name, operands, least, most, what)
#define OPTION(id, letter, name, argument, commands, what) OPTION_##id,
#include "options.def"
#undef COMMAND
#undef OPTION
	N_OPTIONS
};

/* Exit statuses: the program is wrong; the command line is wrong. */
enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* Where the parts of pkd are: in the source tree with its build directory, or installed. */
struct library {
	const char *root;          /* what all the others lie below */
	const char *stdlib;        /* MODULE/NODE.pkd */
	const char *include;       /* pkd/node.h */
	const char *nodes_include; /* MODULE/NODE.pkd.h */
	const char *python;        /* host.h, embed/, pkd/ */
	const char *archives;      /* libpkd.a, libpkd_nodes.a */
	const char *diagnostics;   /* CODE.md */
};

struct tool {
	struct arena *arena;
	struct library library;
	enum command_id command;
	const char *operand; /* the first, or NULL */
	VEC(const char *) operands;
	const char *option[N_OPTIONS]; /* NULL: not given; "": given without an argument */
	VEC(const char *) defines;     /* of -D, in order */
	char **rest;                   /* after "--", NULL-ended */
};

#define COMMAND(name, operands, least, most, what) int tool_##name(struct tool *tool);
#define OPTION(id, letter, name, argument, commands, what)
#include "options.def"
#undef COMMAND
#undef OPTION

/* Fills in command, operands, options and rest. Returns -1, or the status to end with: after a
 * message, or after --help or --version. */
int options_parse(struct tool *tool, int argc, char **argv);

/* 0, or -1 after a message. */
int library_find(struct arena *arena, struct library *ret_library);

/* "pkdc: " and the text, as one line on stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What the file must have besides no mistakes. */
enum tool_need {
	NEEDS_PROGRAM,
	NEEDS_MODULE, /* a program, or something that others use */
	NEEDS_FILE,
};

/* Compiles the operand by the options given. Returns 0 or STATUS_FAILED; the messages are not yet
 * printed, for more may follow. The caller calls compile_finish in either case. */
int tool_compile(struct tool *tool, struct compilation *ret_c, enum tool_need need);
void tool_print_messages(const struct compilation *c);
void tool_print_diags(const struct diags *diags);

/* Whether messages are shown in colours. */
bool tool_wants_colour(void);

/* Writes to --output, or to stdout. Returns an exit status. */
int tool_write(struct tool *tool, const char *text, size_t length);

/* The executable of the operand, up to date, in the cache; and its name: the file's, or that of the
 * pipeline which --pipeline has chosen. Returns an exit status. */
int build_program(struct tool *tool, const char **ret_path, const char **ret_name);

#endif
