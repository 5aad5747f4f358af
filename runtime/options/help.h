/* --help. */
#ifndef PKDI_HELP_H
#define PKDI_HELP_H

#include <pkd/program.h>

struct pkdi_own_option {
	const char *name;
	const char *value; /* its argument, "" = none */
	const char *doc;
};

/* Prints to stdout. `own` ends with a NULL name. If `bound`, the nodes' parameters are shown as
 * bind has set them. */
void pkdi_help(const struct pkd_program *program, const struct pkdi_own_option *own, bool bound);

#endif
