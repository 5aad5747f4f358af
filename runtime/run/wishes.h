/* Where the values of live parameters are, see node/live.h. */
#ifndef PKDI_WISHES_H
#define PKDI_WISHES_H

#include "run/run.h"

/* Finds all values that may change, and makes the memory of their versions; version 0 is what they
 * are now. Nothing, where there are none. 0 or -errno. */
int pkdi_wishes_create(struct pkdi_run *run, const struct pkdi_options *options);

/* Tells each node what concerns it; the words are there. */
void pkdi_wishes_link(struct pkdi_run *run);

/* Writes the values as they are in this process into a version. */
void pkdi_wishes_pack(const struct pkdi_live_values *live, struct pkdi_wish *wish);

/* Takes the values of a version into this process. */
void pkdi_wishes_unpack(const struct pkdi_live_values *live, const struct pkdi_wish *wish);

void pkdi_wishes_finish(struct pkdi_run *run);

#endif
