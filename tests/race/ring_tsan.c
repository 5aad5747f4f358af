/* The ring under ThreadSanitizer, in each of its places: one writer; lossy readers, which pin or
 * copy the newest value and the one before it; one lossless reader with a cursor, which reads in
 * place. Values are filled and read with plain accesses wherever nodes do so, so that a missing
 * order shows as a data race; where values are copied, only the lossless reader's loads are plain.
 *
 * It sees no store-load reordering, and no fences: ThreadSanitizer knows no order that comes from
 * an atomic_thread_fence (gcc's -Wtsan says so). What lossy readers copy is therefore not ordered
 * for it at all. That makes no false reports, since all accesses of such a copy are atomic, and its
 * words are read by the thread that stored them. But nor is a missing fence found here: models are
 * for that. A torn copy is found by what it holds.
 *
 * A header that is made in place is stored without its entry, as in the runtime. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "channel/ring.h"

enum { MAX_RING = 4, MAX_LOSSY = 3, N_VALUES = 100000 };

struct variant {
	const char *name;
	enum pkdi_place place;
	uint32_t value_size, n_lossy, ring_size, n_slots;
};
/* Where values are copied, as few slots as may be: the more often is a copy overtaken. */
static const struct variant variants[] = {
	{"apart", PKDI_APART, 256, MAX_LOSSY, MAX_RING, MAX_RING + 2 * MAX_LOSSY + 1},
	{"copied, the entry behind the value", PKDI_COPIED, 56, MAX_LOSSY, 2, 3},
	{"copied, the entry in the header", PKDI_COPIED, 64, MAX_LOSSY, 2, 3},
	{"copied, for a lossless reader only", PKDI_COPIED, 56, 0, 2, 3},
	{"in the slots", PKDI_IN_SLOTS, 256, 0, 2, 3},
};

static const struct variant *variant;
static struct pkd_stream stream;
static char *data;
static struct pkdi_ring ring;
static _Atomic uint64_t pins[MAX_LOSSY][2];
static _Atomic uint64_t cursor;
static _Atomic uint32_t n_torn, n_seen, n_overtaken;

static void *allocate(size_t size)
{
	void *memory = aligned_alloc(PKDI_LINE, size);

	if (!memory) {
		fprintf(stderr, "no memory\n");
		exit(1);
	}
	memset(memory, 0, size);
	return memory;
}

static struct pkd_frame *frame_in(uint32_t slot)
{
	return (struct pkd_frame *)(void *)(data + (size_t)slot * stream.slot_size);
}

static void fill(struct pkd_frame *frame, uint64_t seq)
{
	uint64_t *value = (uint64_t *)(frame + 1);

	for (uint32_t i = 0; i < stream.value_size / sizeof(*value); i++)
		value[i] = seq;
	frame->seq = frame->number = seq;
	frame->type_id = (uint32_t)seq;
}

static void check(const struct pkd_frame *frame, uint64_t seq)
{
	const uint64_t *value = (const uint64_t *)(frame + 1);
	bool torn = frame->seq != seq || frame->number != seq || frame->type_id != (uint32_t)seq;

	for (uint32_t i = 0; i < stream.value_size / sizeof(*value); i++)
		torn |= value[i] != seq;
	if (torn)
		atomic_fetch_add(&n_torn, 1);
}

static void *write_values(void *unused)
{
	static struct pkdi_slots slots;
	const _Atomic uint64_t *list[2 * MAX_LOSSY];
	struct pkd_frame *made = variant->place == PKDI_COPIED ? allocate(stream.slot_size) : NULL;

	(void)unused;
	for (uint32_t i = 0; i < 2 * MAX_LOSSY; i++)
		list[i] = &pins[i / 2][i % 2];
	pkdi_slots_init(&slots, &ring, list, 2 * variant->n_lossy);
	while (slots.next <= N_VALUES) {
		uint32_t slot;

		if (slots.next - atomic_load_explicit(&cursor, memory_order_acquire) >=
		    variant->ring_size) {
			sched_yield(); /* there may be fewer CPUs than threads */
			continue;
		}
		slot = pkdi_slots_loan(&slots);
		if (slot == PKDI_NO_SLOT) {
			fprintf(stderr, "no free slot\n");
			exit(1);
		}
		fill(made ? made : frame_in(slot), slots.next);
		pkdi_slots_publish(&slots, slot, made);
	}
	free(made);
	return NULL;
}

/* Value `seq`, by a pin or a copy. */
static const struct pkd_frame *hold(uint64_t seq, _Atomic uint64_t *pin, struct pkd_frame *copy)
{
	uint32_t slot;

	if (copy)
		return pkdi_ring_copy(&ring, seq, copy) ? copy : NULL;
	slot = pkdi_ring_pin(&ring, seq, pin);
	return slot == PKDI_NO_SLOT ? NULL : frame_in(slot);
}

/* Now and then a lossy reader lets the others get ahead while it has a value in hand. */
static void linger(uint64_t seq)
{
	if (seq % 64 == 0)
		nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
}

static void *read_newest(void *pins_of_reader)
{
	_Atomic uint64_t *pin = pins_of_reader;
	struct pkd_frame *copies[2] = {NULL, NULL};
	uint64_t seq = 0;

	for (uint32_t i = 0; i < 2 && variant->place == PKDI_COPIED; i++)
		copies[i] = allocate(stream.slot_size);
	while (seq < N_VALUES) {
		uint64_t newest = pkdi_ring_newest(&ring, seq + 1);
		const struct pkd_frame *frame, *before = NULL;

		if (!newest) {
			sched_yield();
			continue;
		}
		frame = hold(newest, &pin[0], copies[0]);
		if (frame && newest > 1)
			before = hold(newest - 1, &pin[1], copies[1]);
		if (!frame || (newest > 1 && !before)) {
			atomic_fetch_add(&n_overtaken, 1);
			continue;
		}
		linger(newest);
		check(frame, newest);
		if (before)
			check(before, newest - 1);
		atomic_fetch_add(&n_seen, 1);
		seq = newest;
	}
	pkdi_ring_unpin(&pin[0]);
	pkdi_ring_unpin(&pin[1]);
	free(copies[0]);
	free(copies[1]);
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
		check(frame_in(slot), seq);
		atomic_store_explicit(&cursor, ++seq, memory_order_release);
	}
	return NULL;
}

/* Returns how many values were torn. */
static uint32_t run(void)
{
	pthread_t threads[MAX_LOSSY + 2];
	struct pkdi_stream_words *words = allocate(4 * PKDI_LINE);
	uint32_t n = 0;
	int r = 0;

	stream = (struct pkd_stream){
		.ring_size = variant->ring_size,
		.n_slots = variant->n_slots,
		.value_size = variant->value_size,
		.slot_size = (uint32_t)((sizeof(struct pkd_frame) + variant->value_size +
	                                 PKDI_LINE - 1) /
	                                PKDI_LINE * PKDI_LINE),
	};
	data = allocate((size_t)stream.n_slots * stream.slot_size);
	ring = pkdi_ring_make(variant->place, &stream, words, data);
	atomic_store(&cursor, 1);
	atomic_store(&n_torn, 0);
	atomic_store(&n_seen, 0);
	atomic_store(&n_overtaken, 0);
	for (; n < variant->n_lossy; n++)
		r |= pthread_create(&threads[n], NULL, read_newest, pins[n]);
	r |= pthread_create(&threads[n++], NULL, read_all, NULL);
	r |= pthread_create(&threads[n++], NULL, write_values, NULL);
	if (r) {
		fprintf(stderr, "no threads\n");
		exit(1);
	}
	while (n)
		pthread_join(threads[--n], NULL);
	free(data);
	free(words);
	printf("%s: %u values, %u torn; lossy readers saw %u, and were overtaken %u times\n",
	       variant->name, (unsigned)N_VALUES, (unsigned)n_torn, (unsigned)n_seen,
	       (unsigned)n_overtaken);
	return n_torn;
}

/* ring_tsan [VARIANT]: that one alone, counted from 0. */
int main(int argc, char **argv)
{
	size_t n = sizeof(variants) / sizeof(variants[0]),
	       only = argc > 1 ? strtoul(argv[1], NULL, 10) : n;
	uint32_t torn = 0;

	for (size_t i = 0; i < n; i++) {
		if (only < n && i != only)
			continue;
		variant = &variants[i];
		torn += run();
	}
	return torn ? 1 : 0;
}
