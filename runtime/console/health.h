/* Whether a program is well, for who starts it again where it is not. */
#ifndef PKDI_HEALTH_H
#define PKDI_HEALTH_H

#include "console/page.h"

/* How long the call of a node may last that the program says nothing of but its budget. */
#define PKDI_HEALTH_BUDGETS 10
#define PKDI_HEALTH_LEAST_NS INT64_C(1000000000)

/* 200 while it runs, every process is up, and no step has taken longer than it may; else 503, and a
 * line for each reason. */
int pkdi_health_answer(const struct pkdi_run *run, struct pkdi_out *out);

#endif
