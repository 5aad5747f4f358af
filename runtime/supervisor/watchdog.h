/* Steps that take too long, and calls that take long enough to be mentioned. */
#ifndef PKDI_WATCHDOG_H
#define PKDI_WATCHDOG_H

#include "supervisor/supervise.h"

/* Kills processes whose step takes too long, and says once for each start of a process that it
 * stays in init or finish, or that SIGKILL does not end it. Returns when to look again. */
int64_t pkdi_watchdog_look(struct pkdi_supervisor *supervisor);

#endif
