/* Write protection of published values against the process that has written them: a slot is opened
 * for writing when it is loaned, and closed before its firing commits. Readers have read-only maps in
 * any case, see shm.h; this is about a pointer that a node keeps after its step, and about a write
 * that runs beyond an output. */
#ifndef PKDI_FREEZE_H
#define PKDI_FREEZE_H

#include "channel.h"

enum pkdi_freeze {
	PKDI_FREEZE_AUTO, /* where that is cheap beside making the value */
	PKDI_FREEZE_ALL, /* everywhere, in slots of whole pages: for tests and for finding a fault */
	PKDI_FREEZE_OFF,
};

/* Opening and closing cost two system calls and some work for each page, so large values bear it
 * well: `make bench` shows both costs over the size. */
#define PKDI_FREEZE_AUTO_SIZE (256u * 1024)

/* `auto`, `all` or `off`; -EINVAL for anything else. */
int pkdi_freeze_parse(const char *text, enum pkdi_freeze *ret_freeze);

const char *pkdi_freeze_name(enum pkdi_freeze freeze);

bool pkdi_freeze_covers(enum pkdi_freeze freeze, const struct pkd_stream *stream);

/* Makes the loaned slot writable, until the next pkdi_freeze_close. 0 or -errno: memory maps are
 * limited in number (vm.max_map_count). */
int pkdi_freeze_open(struct pkdi_output *output);

/* Makes it read-only again, to be called before it can be published. 0 or -errno. */
int pkdi_freeze_close(struct pkdi_output *output);

#endif
