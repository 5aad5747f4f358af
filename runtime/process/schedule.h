/* Where and how a process runs, as its deploy says. */
#ifndef PKDI_SCHEDULE_H
#define PKDI_SCHEDULE_H

#include "run/run.h"

/* Sets CPUs and priority of the calling process, which is process `index`. What is not permitted
 * is said in one line, by the first incarnation, and the process goes on without. */
void pkdi_schedule_apply(const struct pkdi_run *run, uint32_t index);

#endif
