/* What a child does between its fork and its exit. */
#ifndef PKDI_PROCESS_H
#define PKDI_PROCESS_H

#include "run/run.h"

/* Before the fork of a process, and after it: slots and states are inherited only by the process
 * that writes them. 0 or -errno. */
int pkdi_process_set_inherited(struct pkdi_run *run, uint32_t index, bool inherited);

/* Gives up all memory and all files that this process must not have, and maps what it reads.
 * Number PKD_NONE is a process without nodes: it reads all words and all streams. Returns 0 or
 * -errno. After it the process can harm no other's words. */
int pkdi_process_attach(struct pkdi_run *run, uint32_t index);

/* Recovers and starts the process's nodes, then fires them until all have left. Returns the exit
 * status. */
int pkdi_process_run(struct pkdi_run *run, uint32_t index);

#endif
