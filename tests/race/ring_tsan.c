/* The ring under ThreadSanitizer: one writer, lossy readers that pin a value and the one before it,
 * one lossless reader with a cursor. Slots are filled and read with plain accesses, so that every missing order shows as a
 * data race. (It sees no store-load reordering: the models are for that.) */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/ring.h"

enum { RING = 4, N_LOSSY = 3, SLOTS = RING + 2 * N_LOSSY + 1, WORDS = 32, N_VALUES = 50000 };

static uint64_t values[SLOTS][WORDS];
static struct pkdi_ring ring;
static _Atomic uint64_t pins[N_LOSSY][2];
static _Atomic uint64_t cursor = 1;
static _Atomic uint32_t n_torn;

static void check(uint32_t slot, uint64_t seq)
{
	for (uint32_t i = 0; i < WORDS; i++)
		if (values[slot][i] != seq)
			atomic_fetch_add(&n_torn, 1);
}

static void *write_values(void *unused)
{
	static struct pkdi_slots slots;
	const _Atomic uint64_t *list[2 * N_LOSSY];

	(void)unused;
	for (uint32_t i = 0; i < 2 * N_LOSSY; i++)
		list[i] = &pins[i / 2][i % 2];
	pkdi_slots_init(&slots, &ring, list, 2 * N_LOSSY);
	while (slots.next <= N_VALUES) {
		uint32_t slot;

		if (slots.next - atomic_load_explicit(&cursor, memory_order_acquire) >= RING) {
			sched_yield(); /* there may be fewer CPUs than threads */
			continue;
		}
		slot = pkdi_slots_loan(&slots);
		if (slot == PKDI_NO_SLOT) {
			fprintf(stderr, "no free slot\n");
			exit(1);
		}
		for (uint32_t i = 0; i < WORDS; i++)
			values[slot][i] = slots.next;
		pkdi_slots_publish(&slots, slot, NULL);
	}
	return NULL;
}

static void *read_newest(void *pins_of_reader)
{
	_Atomic uint64_t *pin = pins_of_reader;
	uint64_t seq = 0;

	while (seq < N_VALUES) {
		uint64_t newest = pkdi_ring_newest(&ring, 1);
		uint32_t slot, before = PKDI_NO_SLOT;

		if (newest <= seq) {
			sched_yield();
			continue;
		}
		slot = pkdi_ring_pin(&ring, newest, &pin[0]);
		if (slot != PKDI_NO_SLOT && newest > 1)
			before = pkdi_ring_pin(&ring, newest - 1, &pin[1]);
		if (slot == PKDI_NO_SLOT || (newest > 1 && before == PKDI_NO_SLOT))
			continue;
		check(slot, newest);
		if (newest > 1)
			check(before, newest - 1);
		seq = newest;
	}
	pkdi_ring_unpin(&pin[0]);
	pkdi_ring_unpin(&pin[1]);
	return NULL;
}

static void *read_all(void *unused)
{
	(void)unused;
	for (uint64_t seq = 1; seq <= N_VALUES;) {
		uint32_t slot = pkdi_ring_find(&ring, seq);

		if (slot == PKDI_NO_SLOT) {
			sched_yield();
			continue;
		}
		check(slot, seq);
		atomic_store_explicit(&cursor, ++seq, memory_order_release);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[N_LOSSY + 2];

	struct pkdi_stream_words *words = aligned_alloc(PKDI_LINE, 4 * PKDI_LINE);

	if (!words)
		return 1;
	memset((void *)words, 0, 4 * PKDI_LINE);
	ring = pkdi_ring_make(PKDI_APART,
	                      &(struct pkd_stream){.ring_size = RING, .n_slots = SLOTS}, words, NULL);
	for (uint32_t i = 0; i < N_LOSSY; i++)
		if (pthread_create(&threads[i], NULL, read_newest, pins[i]))
			return 1;
	if (pthread_create(&threads[N_LOSSY], NULL, read_all, NULL) ||
	    pthread_create(&threads[N_LOSSY + 1], NULL, write_values, NULL))
		return 1;
	for (uint32_t i = 0; i < N_LOSSY + 2; i++)
		pthread_join(threads[i], NULL);
	free(ring.words);
	printf("ring_tsan: %u values, %u torn\n", (unsigned)N_VALUES, (unsigned)n_torn);
	return n_torn ? 1 : 0;
}
