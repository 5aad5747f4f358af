#include "channel/look.h"

/* For how many values after it, its own included, a slot is left as it is. */
static uint64_t keep_of(const struct pkdi_look *look)
{
	return look->ring.place == PKDI_APART ? look->ring.depth : look->ring.n_slots - 1;
}

uint64_t pkdi_look_newest(const struct pkdi_look *look)
{
	uint64_t head = atomic_load_explicit(&look->ring.words->head, memory_order_acquire);

	/* It may lag by one, for ever if the writer died there. */
	return pkdi_ring_find(&look->ring, head + 1) == PKDI_NO_SLOT ? head : head + 1;
}

uint64_t pkdi_look_oldest(const struct pkdi_look *look, uint64_t newest)
{
	uint64_t keep = keep_of(look);

	return newest >= keep ? newest - keep + 1 : 1;
}

static size_t count_words(const struct pkdi_look *look)
{
	return (sizeof(struct pkd_frame) + look->stream->value_size + 7) / 8;
}

size_t pkdi_look_size(const struct pkdi_look *look)
{
	return count_words(look) * 8;
}

bool pkdi_look_copy(const struct pkdi_look *look, uint64_t seq, struct pkd_frame *copy)
{
	uint32_t slot = seq ? pkdi_ring_find(&look->ring, seq) : PKDI_NO_SLOT;
	const _Atomic uint64_t *from;
	uint64_t *to = (uint64_t *)(void *)copy;
	size_t n = count_words(look);

	if (slot == PKDI_NO_SLOT)
		return false;
	from = (const _Atomic uint64_t *)(const void *)(look->data +
	                                                (size_t)slot * look->stream->slot_size);
	for (size_t i = 0; i < n; i++)
		to[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&look->ring.words->head, memory_order_relaxed) <
	       seq + keep_of(look);
}
