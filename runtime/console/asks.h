/* What nodes ask for that `sets` parameters: carried out as for a client. */
#ifndef PKDI_ASKS_H
#define PKDI_ASKS_H

#include "console/json.h"
#include "run/run.h"

/* Carries out what was not yet, at most one text for each parameter of each node. `values` is room
 * for JSON. True: some wait until nodes have come to what was set before. */
bool pkdi_asks_carry_out(struct pkdi_run *run, struct pkdi_json_value *values, uint32_t n_values);

#endif
