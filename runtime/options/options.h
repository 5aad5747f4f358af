/* The command line of a program, by the tables that pkdc generated. */
#ifndef PKDI_OPTIONS_H
#define PKDI_OPTIONS_H

#include <pkd/program.h>
#include <stdbool.h>

#include "options/freeze_mode.h"

#define PKDI_DEFAULT_GRACE_NS INT64_C(10000000000)

struct pkdi_options {
	bool single_process;
	bool quiet;
	bool no_console; /* it answers nobody */
	bool no_sandbox; /* the nodes' declarations are not enforced */
	enum pkdi_freeze freeze;
	bool freeze_given; /* its coverage is reported if it was given */
	const char *trace; /* the file, NULL = none */
	int64_t grace_ns;  /* at a stop, after SIGKILL */
	bool leave;        /* --help or --version has been answered: exit with 0 */
	bool *is_set; /* by parameter: its own value was given, and bind does not count; to be freed */
};

/* Parses the command line, sets the pipeline's parameters, calls bind, then sets the nodes'
 * parameters. -EINVAL after one line on stderr: exit with 2. Strings are copied, because process
 * titles overwrite argv. */
int pkdi_options_parse(const struct pkd_program *program, int argc, char **argv,
                       struct pkdi_options *ret_options);

#endif
