/* The descriptors that the caller of the program has left open for it. */
#ifndef PKDI_GIVEN_H
#define PKDI_GIVEN_H

#include "options/options.h"

/* Closes all but 0, 1, 2 and those that the command line, the value of a parameter or a clause of
 * a node names as /dev/fd/N or /proc/self/fd/N, as a shell does for <(command). To be called
 * before the program opens any of its own: -EBADF after a line where one that is named is not
 * open, as it would soon be another file's. */
int pkdi_given_keep(const struct pkd_program *program, const struct pkdi_options *options, int argc,
                    char **argv);

#endif
