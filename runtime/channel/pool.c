#include "channel/pool.h"

bool pkdi_pool_takes(const struct pkdi_pool *pool, uint64_t seq)
{
	_Atomic uint64_t *claim = &pool->claims[seq % pool->size];
	uint64_t mine = pkdi_entry(seq, pool->worker);
	uint64_t entry = atomic_load(claim);

	while (pkdi_entry_seq(entry) < seq)
		if (atomic_compare_exchange_weak(claim, &entry, mine))
			return true;
	return entry == mine;
}
