/* --help. */
#ifndef PKDI_HELP_H
#define PKDI_HELP_H

#include <pkd/program.h>

struct pkdi_own_option {
	const char *name;
	const char *value; /* what it takes, "" = nothing */
	const char *doc;
};

/* To stdout. `own` ends with a NULL name. The nodes' params are shown as bind has set them, where
 * `bound`. */
void pkdi_help(const struct pkd_program *program, const struct pkdi_own_option *own, bool bound);

#endif
