/* What the console writes: the values of live parameters, see node/live.h; who is held; who is to
 * be started again; the requests of commands, see node/call.h. */
#ifndef PKDI_WISHES_H
#define PKDI_WISHES_H

#include "run/run.h"

/* Makes the memory. Finds all values that may change; version 0 is what they are now. Returns 0
 * or -errno. */
int pkdi_wishes_create(struct pkdi_run *run, const struct pkdi_options *options);

/* Tells each node what concerns it; the words are there. */
void pkdi_wishes_link(struct pkdi_run *run);

/* Writes the values as they are in this process into a version. */
void pkdi_wishes_pack(const struct pkdi_live_values *live, struct pkdi_wish *wish);

/* Takes the values of a version into this process. */
void pkdi_wishes_unpack(const struct pkdi_live_values *live, const struct pkdi_wish *wish);

void pkdi_wishes_finish(struct pkdi_run *run);

#endif
