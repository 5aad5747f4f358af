/* Descriptors that whoever started the program has left open: they are nobody's business here. */
#ifndef PKDI_INHERITED_H
#define PKDI_INHERITED_H

/* Closes all but 0, 1, 2 and those that the command line names, as /dev/fd/N or /proc/self/fd/N: a
 * shell puts them there for <(command). */
void pkdi_close_inherited(int argc, char **argv);

#endif
