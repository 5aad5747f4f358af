/* The signal handlers of a child. A node that writes to a published value is stopped by the
 * kernel, as the memory is read-only; this adds the names. And a SIGTERM that a whole group has
 * been sent, by timeout(1) or a service manager, is the supervisor's to act on: it stops the
 * nodes in order. */
#ifndef PKDI_GUARD_H
#define PKDI_GUARD_H

#include "run/run.h"

/* Installs the handlers, and this thread's alternate stack. Once per process, in a child. */
int pkdi_guard_install(const struct pkdi_run *run, uint32_t index);

#endif
