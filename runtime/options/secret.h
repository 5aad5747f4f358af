/* Values of secret parameters: where they come from, and that nothing else has them. */
#ifndef PKDI_SECRET_H
#define PKDI_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "options/param.h"

/* What messages show in place of a secret value. */
#define PKDI_SECRET_SHOWN "(secret)"

/* Stores a string: `text`, or for `@FILE` what that file has, without the newline at its end. It
 * lies in memory of its own that no core dump has, and is never freed. 0, or -errno; then `ret_why`
 * says why, and names the file, as the end of a sentence. */
int pkdi_secret_store(const struct pkdi_param *target, const char *text, char *ret_why,
                      size_t why_size);

/* Whether word `i` of the command line stands behind a secret parameter, and may be a piece of its
 * value. */
bool pkdi_secret_precedes(const struct pkd_program *program, char *const *argv, int i);

/* Overwrites the values of secret parameters that stand on the command line, which `ps` shows.
 * Paths of files stay. */
void pkdi_secret_hide(const struct pkd_program *program, int argc, char **argv);

#endif
