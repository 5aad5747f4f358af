/* Write protection of published values against the process that has written them: a slot is made
 * writable when it is loaned, and read-only before its firing commits. Readers have read-only
 * maps in any case, see shm.h; this catches writes through a pointer that a node keeps after its
 * step, and overruns of an output. */
#ifndef PKDI_FREEZE_H
#define PKDI_FREEZE_H

#include "channel/channel.h"

/* Makes the loaned slot writable, until the next pkdi_freeze_close. 0 or -errno: the number of
 * memory maps is limited (vm.max_map_count). */
int pkdi_freeze_open(struct pkdi_output *output);

/* Makes it read-only again; to be called before it can be published. 0 or -errno. */
int pkdi_freeze_close(struct pkdi_output *output);

#endif
