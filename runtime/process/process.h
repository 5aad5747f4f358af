/* What a child does between its fork and its exit. */
#ifndef PKDI_PROCESS_H
#define PKDI_PROCESS_H

#include "run/run.h"

/* Before the fork of a process, and after it: slots and states are inherited only by the process
 * that writes them. 0 or -errno. */
int pkdi_process_set_inherited(struct pkdi_run *run, uint32_t index, bool inherited);

/* Gives up all memory that this process must not write, and maps what it reads. Returns 0 or
 * -errno. After it the process can harm no other's words. */
int pkdi_process_attach(struct pkdi_run *run, uint32_t index);

/* The same for a process without nodes, which writes no words and maps no stream. */
int pkdi_process_attach_observer(struct pkdi_run *run);

/* Recovers and starts the process's nodes, then fires them until all have left. Returns the exit
 * status. */
int pkdi_process_run(struct pkdi_run *run, uint32_t index);

#endif
