/* Workers that claim frames: each value of their common input belongs to the one that is first to
 * say so. Beside the bells, which are only counted up, these are the only shared words that several
 * processes write, by compare-and-swap: an entry names its owner, so that a worker that was
 * started again finds its own claim when it scans from its cursor.
 *
 * Entry seq % size is that of seq until it is that of seq + size. The input is lossless and has no
 * larger window than its ring, so seq + size is published only when every worker's cursor is past
 * seq: nobody asks for the old one any more. */
#ifndef PKDI_POOL_H
#define PKDI_POOL_H

#include <stdbool.h>

#include "channel/words.h"

struct pkdi_pool {
	_Atomic uint64_t *claims; /* seq << 12 | worker */
	uint32_t size;            /* of the stream's ring */
	uint32_t worker;          /* this one's number */
};

/* Does value `seq` belong to this worker? Claims it if it is nobody's yet; the answer stays. */
bool pkdi_pool_takes(const struct pkdi_pool *pool, uint64_t seq);

#endif
