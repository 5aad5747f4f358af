/* crash.c - a reader is killed before any of its accesses, and its next incarnation goes on; see
 * channel.c for how it is used. The supervisor joins the thread, as it waits for a pidfd: then no
 * store can come any more. The pin of the dead stays, and its choice counts only if `chosen` says
 * so. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum { N_VALUES = 3, N_SLOTS = 3, NO_SLOT = 7 };

static atomic_int ring, pin, chosen, kill;
static int slots[N_SLOTS];

static void *writer(void *arg)
{
	int live = NO_SLOT;

	for (int seq = 1; seq <= N_VALUES; seq++) {
		int entry = atomic_load(&pin); /* pkdi_slots_loan */
		int slot = 0;

		while (slot < N_SLOTS && (slot == live || (entry && entry % 8 == slot)))
			slot++;
		assert(slot < N_SLOTS);
		slots[slot] = seq;
		atomic_store(&ring, seq * 8 + slot); /* pkdi_slots_publish */
		live = slot;
	}
	return arg;
}

/* The first incarnation ends here when the kill has come. */
#define MAY_DIE                                                                  \
	do {                                                                     \
		if (!again && atomic_load_explicit(&kill, memory_order_relaxed)) \
			return arg;                                              \
	} while (0)

static void *reader(void *again)
{
	void *arg = again;
	int front = 0;

	if (again) {
		int held = atomic_load_explicit(&pin, memory_order_relaxed); /* keep_choice */

#ifdef KEEP_UNCHECKED
		front = held;
#else
		if (held && held / 8 == atomic_load_explicit(&chosen, memory_order_relaxed))
			front = held;
#endif
		if (!front)
			atomic_store_explicit(&pin, 0, memory_order_release);
	}
	if (!front) {
		int entry = atomic_load_explicit(&ring, memory_order_acquire);

		if (!entry)
			return arg;
		MAY_DIE;
		atomic_store(&pin, entry);
		MAY_DIE;
		if (atomic_load(&ring) != entry) {
			atomic_store_explicit(&pin, 0, memory_order_release);
			return arg;
		}
		MAY_DIE;
		atomic_store_explicit(&chosen, entry / 8, memory_order_relaxed);
		front = entry;
	}
	MAY_DIE;
	assert(slots[front % 8] == front / 8);
	MAY_DIE;
	atomic_store_explicit(&pin, 0, memory_order_release);
	return arg;
}

static void *killer(void *arg)
{
	atomic_store_explicit(&kill, 1, memory_order_relaxed);
	return arg;
}

int main(void)
{
	pthread_t threads[3], next;

	pthread_create(&threads[0], NULL, writer, NULL);
	pthread_create(&threads[1], NULL, reader, NULL);
	pthread_create(&threads[2], NULL, killer, NULL);
#ifndef DEAD_BY_TIMEOUT
	pthread_join(threads[1], NULL);
#endif
	pthread_create(&next, NULL, reader, &kill);
	pthread_join(next, NULL);
#ifdef DEAD_BY_TIMEOUT
	pthread_join(threads[1], NULL);
#endif
	pthread_join(threads[0], NULL);
	pthread_join(threads[2], NULL);
	return 0;
}
