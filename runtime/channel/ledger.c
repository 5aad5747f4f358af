#include "channel/ledger.h"

#include <string.h>

/* A copy: the position from which on it holds, 0 = never; then the counts. */
static _Atomic uint64_t *copy_of(const struct pkdi_ledger *ledger, uint32_t i)
{
	return ledger->words + (size_t)i * (ledger->n + 1);
}

/* The copy that counts: 0 or 1; 2: neither, nothing has been counted. */
static uint32_t find(const struct pkdi_ledger *ledger, uint64_t position)
{
	uint64_t newest = 0;
	uint32_t found = 2;

	for (uint32_t i = 0; i < 2; i++) {
		uint64_t from = atomic_load_explicit(copy_of(ledger, i), memory_order_acquire);

		if (from <= position && from > newest) {
			newest = from;
			found = i;
		}
	}
	return found;
}

_Atomic uint64_t *pkdi_ledger_begin(const struct pkdi_ledger *ledger, uint64_t position)
{
	uint32_t current = find(ledger, position);
	_Atomic uint64_t *spare = copy_of(ledger, current == 0);

	atomic_store_explicit(spare, 0, memory_order_relaxed);
	/* Release: who sees any of this also sees the position that has been reached meanwhile. */
	atomic_thread_fence(memory_order_release);
	for (uint32_t i = 1; i <= ledger->n; i++)
		atomic_store_explicit(&spare[i],
		                      current < 2 ? pkdi_read(&copy_of(ledger, current)[i]) : 0,
		                      memory_order_relaxed);
	return spare + 1;
}

void pkdi_ledger_end(_Atomic uint64_t *counts, uint64_t position)
{
	atomic_store_explicit(counts - 1, position, memory_order_release);
	/* The position is stored after it. */
	atomic_signal_fence(memory_order_seq_cst);
}

void pkdi_ledger_recover(const struct pkdi_ledger *ledger, uint64_t position)
{
	for (uint32_t i = 0; ledger->words && i < 2; i++)
		if (pkdi_read(copy_of(ledger, i)) > position)
			atomic_store_explicit(copy_of(ledger, i), 0, memory_order_relaxed);
}

uint64_t pkdi_ledger_get(const struct pkdi_ledger *ledger, uint64_t position, uint32_t count)
{
	uint32_t current = find(ledger, position);

	return current < 2 ? pkdi_read(&copy_of(ledger, current)[1 + count]) : 0;
}

void pkdi_ledger_read(const struct pkdi_ledger *ledger, uint64_t position, uint64_t *ret_counts)
{
	uint32_t current = ledger->words ? find(ledger, position) : 2;

	memset(ret_counts, 0, ledger->n * sizeof(*ret_counts));
	for (uint32_t i = 0; i < ledger->n && current < 2; i++)
		ret_counts[i] = pkdi_read(&copy_of(ledger, current)[1 + i]);
}
