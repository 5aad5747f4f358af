/* Workers that claim frames: each value of their common input belongs to the first to claim it.
 * Besides the bells, which only count up, these are the only shared words that several processes
 * write, by compare-and-swap: an entry names its owner, so a restarted worker finds its own
 * claims when it scans from its cursor.
 *
 * Entry seq % size is that of seq until it is that of seq + size. The input is lossless and has
 * no larger window than its ring, so seq + size is published only when every worker's cursor is
 * past seq: nobody asks for the old claim any more. */
#ifndef PKDI_POOL_H
#define PKDI_POOL_H

#include <stdbool.h>

#include "channel/words.h"

struct pkdi_pool {
	_Atomic uint64_t *claims; /* seq << 12 | worker */
	uint32_t size;            /* of the stream's ring */
	uint32_t worker;          /* the number of this one */
};

/* Does value `seq` belong to this worker? Claims it if it is unclaimed; the answer never
 * changes. */
bool pkdi_pool_takes(const struct pkdi_pool *pool, uint64_t seq);

#endif
