/* Says what happened when a node writes to a published value: the memory is read-only, so the
 * kernel stops it; this adds the names. */
#ifndef PKDI_GUARD_H
#define PKDI_GUARD_H

#include "run.h"

/* Installs the fault handler for this process and this thread's alternate stack. Once per
 * process, in a child. */
int pkdi_guard_install(const struct pkdi_run *run, uint32_t index);

#endif
