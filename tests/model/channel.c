/* channel.c - the pin protocol of runtime/channel/ring.h in C11 atomics: for GenMC, which tries all
 * executions that RC11 allows, and as an ordinary program, which tries one. Each order is a macro,
 * and weakening any one of them is a fault that GenMC must find. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#ifndef PUBLISH
#define PUBLISH memory_order_seq_cst /* W1: pkdi_slots_publish, the entry */
#endif
#ifndef SCAN
#define SCAN memory_order_seq_cst /* W2: pkdi_slots_loan, the pins */
#endif
#ifndef PIN
#define PIN memory_order_seq_cst /* R1: pkdi_ring_pin, the pin */
#endif
#ifndef RECHECK
#define RECHECK memory_order_seq_cst /* R2: pkdi_ring_pin, the entry again */
#endif
#ifndef UNPIN
#define UNPIN memory_order_release /* R3: pkdi_ring_unpin */
#endif
#ifndef FIND
#define FIND memory_order_acquire /* pkdi_ring_find */
#endif
#ifndef CURSOR
#define CURSOR memory_order_release /* pkdi_input_advance */
#endif
#ifndef GATE
#define GATE memory_order_acquire /* gate_limit */
#endif

enum { N_VALUES = 3, N_LOOKS = 2, N_SLOTS = 3, NO_SLOT = 7 };

static atomic_int ring; /* one entry: seq * 8 + slot */
static atomic_int pin;
#ifdef LOSSLESS
static atomic_int cursor;
#endif
static int slots[N_SLOTS][2];

static void read_slot(int entry)
{
	assert(slots[entry % 8][0] == entry / 8);
	assert(slots[entry % 8][1] == entry / 8);
}

static int pkdi_slots_loan(int live)
{
	int entry = atomic_load_explicit(&pin, SCAN);

	for (int slot = 0; slot < N_SLOTS; slot++)
		if (slot != live && !(entry && entry % 8 == slot))
			return slot;
	assert(0);
	return 0;
}

static void *writer(void *arg)
{
	int live = NO_SLOT;

	for (int seq = 1; seq <= N_VALUES; seq++) {
		int slot;

#ifdef LOSSLESS
		/* pkdi_output_has_room: no waiting, so that GenMC need not unroll it. */
		if (seq >= atomic_load_explicit(&cursor, GATE) + 2)
			break;
#endif
		slot = pkdi_slots_loan(live);
		slots[slot][0] = seq;
		slots[slot][1] = seq;
		atomic_store_explicit(&ring, seq * 8 + slot, PUBLISH);
		live = slot;
	}
	return arg;
}

#ifdef LOSSLESS
static void *reader(void *arg)
{
	for (int look = 0, next = 1; look < N_LOOKS; look++) {
		int entry = atomic_load_explicit(&ring, FIND);

		if (entry / 8 != next)
			continue;
		read_slot(entry);
		atomic_store_explicit(&cursor, next++, CURSOR);
	}
	return arg;
}
#else
static void *reader(void *arg)
{
	int last = 0;

	for (int look = 0; look < N_LOOKS; look++) {
		int entry = atomic_load_explicit(&ring, FIND);

		if (entry / 8 <= last)
			continue;
		atomic_store_explicit(&pin, entry, PIN);
		if (atomic_load_explicit(&ring, RECHECK) == entry) {
			read_slot(entry);
			last = entry / 8;
		}
		atomic_store_explicit(&pin, 0, UNPIN);
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
