/* Counts that a position commits: what has become of all values up to a cursor, or of all firings
 * up to the number of those committed. Stored before the position, they hold once it is there, and
 * not before: so a death in between counts nothing, and nothing twice.
 *
 * There are two copies, each with the position from which on it holds. The newest that has been
 * reached counts, and the writer fills the other. What another process reads is whole if the
 * position was the same before and after: the copy that counts is not written before the position
 * has moved on. */
#ifndef PKDI_LEDGER_H
#define PKDI_LEDGER_H

#include "channel/words.h"

struct pkdi_ledger {
	_Atomic uint64_t
		*words; /* pkdi_ledger_size(n) of them, zero at first; NULL: there are none */
	uint32_t n;     /* counts */
};

static inline uint32_t pkdi_ledger_size(uint32_t n)
{
	return 2 * (n + 1);
}

/* The counts as they are at `position`, the current one, to be changed; pkdi_ledger_end has them
 * hold from a later position on, which the caller stores next. */
_Atomic uint64_t *pkdi_ledger_begin(const struct pkdi_ledger *ledger, uint64_t position);
void pkdi_ledger_end(_Atomic uint64_t *counts, uint64_t position);

/* A new incarnation of the writer: forgets counts for a position that was not reached. */
void pkdi_ledger_recover(const struct pkdi_ledger *ledger, uint64_t position);

/* One count at `position`, or all of them. */
uint64_t pkdi_ledger_get(const struct pkdi_ledger *ledger, uint64_t position, uint32_t count);
void pkdi_ledger_read(const struct pkdi_ledger *ledger, uint64_t position, uint64_t *ret_counts);

#endif
