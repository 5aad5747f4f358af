/* The command line of a program, from the tables that pkdc wrote. */
#ifndef PKDI_OPTIONS_H
#define PKDI_OPTIONS_H

#include <pkd/program.h>
#include <stdbool.h>

#include "options/freeze_mode.h"

#define PKDI_DEFAULT_GRACE_NS INT64_C(10000000000)

struct pkdi_options {
	bool single_process;
	bool quiet;
	bool no_sandbox; /* what the nodes declare is not enforced */
	enum pkdi_freeze freeze;
	bool freeze_given; /* what it covers is told to whoever asks for it */
	int64_t grace_ns;  /* at a stop, after SIGKILL */
	bool leave;        /* --help or --version has been answered: exit with 0 */
};

/* Parses the command line, sets the pipeline's params, calls bind, then sets the nodes' params.
 * -EINVAL after one line on stderr: exit with 2. Strings are copied, as argv is overwritten by
 * process titles. */
int pkdi_options_parse(const struct pkd_program *program, int argc, char **argv,
                       struct pkdi_options *ret_options);

#endif
