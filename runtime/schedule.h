/* Where and how a process runs, as its deploy says. */
#ifndef PKDI_SCHEDULE_H
#define PKDI_SCHEDULE_H

#include "run.h"

/* Sets CPUs and priority of the calling process, which is process `index`. What cannot be had is said
 * in one line, by the first incarnation, and the process goes on without. */
void pkdi_schedule_apply(const struct pkdi_run *run, uint32_t index);

/* How long processes may look for work before they sleep: not at all where they would keep others from
 * the only CPU. */
int64_t pkdi_schedule_spin_ns(const struct pkd_program *program);

#endif
