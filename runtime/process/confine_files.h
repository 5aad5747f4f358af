/* Keeps a process to the files of its nodes, by landlock; and to those standard streams that
 * they declare. */
#ifndef PKDI_CONFINE_FILES_H
#define PKDI_CONFINE_FILES_H

#include "process/rights.h"

/* As much as the kernel's landlock can, none included. For good. 0 or -errno. */
int pkdi_confine_files(const struct pkdi_run *run, uint32_t index,
                       const struct pkdi_rights *rights);

/* Input and output of the program are files, too: they stay open for nodes that declare them by
 * `-`. In place of the others is /dev/null. 0 or -errno. */
int pkdi_confine_standard(const struct pkdi_run *run, uint32_t index);

/* No files at all, nor input and output, for a process without nodes. */
int pkdi_confine_to_no_files(const struct pkdi_run *run);

/* Whether standard input (0) or output (1) belongs to a node of the process: by what it declares,
 * or as it declares nothing. */
bool pkdi_keeps_standard(const struct pkdi_run *run, uint32_t index, int fd);

#endif
