/* Write protection of published values against the process that has written them: a slot is opened
 * for writing when it is loaned, and closed before its firing commits. Readers have read-only maps
 * in any case, see shm.h; this is about a pointer that a node keeps after its step, and about a
 * write that runs beyond an output. */
#ifndef PKDI_FREEZE_H
#define PKDI_FREEZE_H

#include "channel/channel.h"

/* Makes the loaned slot writable, until the next pkdi_freeze_close. 0 or -errno: memory maps are
 * limited in number (vm.max_map_count). */
int pkdi_freeze_open(struct pkdi_output *output);

/* Makes it read-only again, to be called before it can be published. 0 or -errno. */
int pkdi_freeze_close(struct pkdi_output *output);

#endif
