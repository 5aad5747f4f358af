/* What a process may do besides computing: what its nodes declare, and for every node nothing to
 * other processes. Enforced by landlock, as far as the kernel has it, and by a filter of system
 * calls.
 *
 * A node that is subverted by what it reads can then harm neither its siblings nor the
 * supervisor nor files that are not its own. A node that was written to attack is not contained:
 * all nodes are in one executable, and what they run at its start runs before any of this. */
#ifndef PKDI_SANDBOX_H
#define PKDI_SANDBOX_H

#include <stdbool.h>

#include "run/run.h"

/* Says, before the first fork, what is not enforced: by the user's wish, or as this kernel
 * cannot. */
void pkdi_sandbox_report(const struct pkdi_run *run, bool quiet);

/* Confines the calling process, which is process `index`: last before the nodes' own code runs.
 * 0 or -errno. */
int pkdi_sandbox_enter(struct pkdi_run *run, uint32_t index);

/* The same for a process without nodes, which needs nothing beyond what is open. */
int pkdi_sandbox_enter_helper(struct pkdi_run *run);

/* Takes away what nodes that are `settled after init` need no more, from all threads. 0 or
 * -errno. */
int pkdi_sandbox_settle(const struct pkdi_run *run, uint32_t index);

#endif
