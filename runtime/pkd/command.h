/* The commands of pkd, and their command line. */
#ifndef PKD_COMMAND_H
#define PKD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command_id {
#define COMMAND(name, operands, least, most, what, more, examples) COMMAND_##name,
#define OPTION(id, letter, name, argument, commands, what)
#include "pkd/command.def"
#undef COMMAND
#undef OPTION
	N_COMMANDS
};

enum option_id {
#define COMMAND(name, operands, least, most, what, more, examples)
#define OPTION(id, letter, name, argument, commands, what) OPTION_##id,
#include "pkd/command.def"
#undef COMMAND
#undef OPTION
	N_OPTIONS
};

/* Exit statuses: something is not as it should be; the command line is wrong. */
enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* What is asked for. */
struct call {
	enum command_id command;
	int n_operands;
	char **operands;
	const char *option[N_OPTIONS]; /* NULL: not given; "": given, and takes no argument */
};

#define COMMAND(name, operands, least, most, what, more, examples) \
	int name##_command(struct call *call);
#define OPTION(id, letter, name, argument, commands, what)
#include "pkd/command.def"
#undef COMMAND
#undef OPTION

/* Reads the command line; the operands are moved to the front of argv. Returns -1, or the status to
 * end with: after a message, or after --help or --version. */
int command_parse(struct call *call, int argc, char **argv);

/* The words behind "pkd" that make this call again, without an option; each and the array are to be
 * freed. */
char **command_words(const struct call *call, enum option_id without, size_t *ret_n);

/* The first operand, or NULL. */
const char *command_operand(const struct call *call);

/* An option that takes seconds, as nanoseconds; `otherwise` where it is not given. False, after a
 * message, where it is no such number or outside of the range. */
bool command_seconds(const struct call *call, enum option_id option, double least, double most,
                     double otherwise, int64_t *ret_ns);

/* The same for one that takes a whole number; *ret_number is left alone where it is not given. */
bool command_number(const struct call *call, enum option_id option, uint64_t *ret_number);

#endif
