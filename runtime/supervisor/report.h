/* What the supervisor says of its own accord, one line each. */
#ifndef PKDI_REPORT_H
#define PKDI_REPORT_H

#include "run/run.h"
#include "supervisor/lifecycle.h"

/* Says what `event` did to its process and what follows: one of PKDI_ACTION_SAY_..., or
 * PKDI_ACTION_LEAVE for the line that says what stopped the program. */
void pkdi_report(const struct pkdi_run *run, const struct pkdi_action *action,
                 const struct pkdi_life *life, const struct pkdi_event *event);

/* Says that the process has been in the init or finish of a node for PKDI_SLOW_NS. */
void pkdi_report_slow(const struct pkdi_run *run, uint32_t process);

/* Says that everything else has ended, and a call of this one goes on. */
void pkdi_report_last(const struct pkdi_run *run, uint32_t process, int64_t ns, uint32_t n_others);

/* Says at the start on which streams published values are closed to their writer. */
void pkdi_report_freeze(const struct pkdi_run *run);

#endif
