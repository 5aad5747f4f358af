/* Descriptors that the parent process has left open. */
#ifndef PKDI_INHERITED_H
#define PKDI_INHERITED_H

#include <stddef.h>

/* Closes all but 0, 1, 2 and those that one of the texts names as /dev/fd/N or /proc/self/fd/N. A
 * text may be NULL. */
void pkdi_close_inherited(const char *const *texts, size_t n_texts);

#endif
