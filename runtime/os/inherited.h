/* Descriptors that the parent process has left open. */
#ifndef PKDI_INHERITED_H
#define PKDI_INHERITED_H

/* Closes all but 0, 1, 2 and those that the command line names as /dev/fd/N or /proc/self/fd/N,
 * which a shell puts there for <(command). */
void pkdi_close_inherited(int argc, char **argv);

#endif
