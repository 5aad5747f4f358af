/* copied.c - a ring that lies in its slots, whose values are copied in and out, see
 * runtime/channel/ring.h; and channel.c for how it is used. Two slots, so that the third value
 * takes the place of the first one. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#ifndef FILLING
#define FILLING memory_order_release /* F1: copy_in, the fence behind the mark */
#endif
#ifndef ENTRY
#define ENTRY memory_order_release /* pkdi_slots_publish */
#endif
#ifndef FIND
#define FIND memory_order_acquire /* pkdi_ring_find */
#endif
#ifndef COPIED
#define COPIED memory_order_acquire /* F2: pkdi_ring_copy, the fence behind the copy */
#endif
#ifndef CURSOR
#define CURSOR memory_order_release /* pkdi_input_advance */
#endif
#ifndef GATE
#define GATE memory_order_acquire /* gate_limit */
#endif

enum { N_VALUES = 3, N_LOOKS = 2, N_SLOTS = 2, N_WORDS = 2, MARK = 7 };

/* Mark and words, and the second look, are relaxed: that cannot be weakened. */
static struct {
	atomic_int entry; /* seq * 8 + slot */
	atomic_int words[N_WORDS];
} slots[N_SLOTS];
#ifdef LOSSLESS
static atomic_int cursor = 1;
#endif

static void *writer(void *arg)
{
	for (int seq = 1; seq <= N_VALUES; seq++) {
		int slot = seq % N_SLOTS;

#ifdef LOSSLESS
		/* pkdi_output_has_room: no waiting, so that GenMC need not unroll it. Nobody
		 * copies: no mark. */
		if (seq >= atomic_load_explicit(&cursor, GATE) + N_SLOTS - 1)
			break;
#elif !defined(NO_MARK)
		atomic_store_explicit(&slots[slot].entry, seq * 8 + MARK, memory_order_relaxed);
		atomic_thread_fence(FILLING);
#endif
		for (int i = 0; i < N_WORDS; i++)
			atomic_store_explicit(&slots[slot].words[i], seq, memory_order_relaxed);
		atomic_store_explicit(&slots[slot].entry, seq * 8 + slot, ENTRY);
	}
	return arg;
}

#ifdef LOSSLESS
/* In place: plain loads of words that are stored to as atomics. */
static void *reader(void *arg)
{
	for (int look = 0, next = 1; look < N_LOOKS; look++) {
		int slot = next % N_SLOTS;
		int entry = atomic_load_explicit(&slots[slot].entry, FIND);

		if (entry / 8 != next)
			continue;
		for (int i = 0; i < N_WORDS; i++)
			assert(*(const int *)(const void *)&slots[slot].words[i] == next);
		atomic_store_explicit(&cursor, ++next, CURSOR);
	}
	return arg;
}
#else
static void *reader(void *arg)
{
	for (int look = 0, next = 1; look < N_LOOKS; look++) {
		int slot = next % N_SLOTS, copy[N_WORDS];
		int entry = atomic_load_explicit(&slots[slot].entry, FIND);

		if (entry / 8 < next || entry % 8 == MARK)
			continue;
		for (int i = 0; i < N_WORDS; i++)
			copy[i] = atomic_load_explicit(&slots[slot].words[i], memory_order_relaxed);
		atomic_thread_fence(COPIED);
#ifndef NO_SECOND_LOOK
		if (atomic_load_explicit(&slots[slot].entry, memory_order_relaxed) != entry)
			continue;
#endif
		for (int i = 0; i < N_WORDS; i++)
			assert(copy[i] == entry / 8);
		next = entry / 8 + 1;
	}
	return arg;
}
#endif

int main(void)
{
	pthread_t threads[2];

	pthread_create(&threads[0], NULL, writer, NULL);
	pthread_create(&threads[1], NULL, reader, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	return 0;
}
