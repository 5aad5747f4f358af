/* The ring and its slots, one thread: what is visible when, and which slots are free. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "channel/ring.h"

enum { RING = 3, PINS = 2, SLOTS = RING + PINS + 1 };

struct fixture {
	struct pkdi_ring ring;
	struct pkdi_slots slots;
	_Atomic uint64_t pins[PINS];
	const _Atomic uint64_t *pin_list[PINS];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct pkdi_stream_words *words;

	assert_non_null(f);
	words = aligned_alloc(PKDI_LINE, 4 * PKDI_LINE);
	assert_non_null(words);
	memset((void *)words, 0, 4 * PKDI_LINE);
	f->ring = pkdi_ring_make(
		PKDI_APART, &(struct pkd_stream){.ring_size = RING, .n_slots = SLOTS}, words, NULL);
	for (uint32_t i = 0; i < PINS; i++)
		f->pin_list[i] = &f->pins[i];
	pkdi_slots_init(&f->slots, &f->ring, f->pin_list, PINS);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	free(f->ring.words);
	free(f);
	return 0;
}

static uint32_t publish(struct fixture *f)
{
	uint32_t slot = pkdi_slots_loan(&f->slots);

	assert_int_not_equal(slot, PKDI_NO_SLOT);
	pkdi_slots_publish(&f->slots, slot, NULL);
	return slot;
}

static void a_published_value_is_found(void **state)
{
	struct fixture *f = *state;
	uint32_t slot;

	assert_int_equal(pkdi_ring_newest(&f->ring, 1), 0);
	assert_int_equal(pkdi_ring_find(&f->ring, 1), PKDI_NO_SLOT);
	slot = publish(f);
	assert_int_equal(pkdi_ring_newest(&f->ring, 1), 1);
	assert_int_equal(pkdi_ring_find(&f->ring, 1), slot);
	assert_int_equal(pkdi_ring_find(&f->ring, 2), PKDI_NO_SLOT);
}

static void an_evicted_value_is_not_found(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < RING + 1; i++)
		publish(f);
	assert_int_equal(pkdi_ring_find(&f->ring, 1), PKDI_NO_SLOT);
	assert_int_not_equal(pkdi_ring_find(&f->ring, 2), PKDI_NO_SLOT);
	assert_int_equal(pkdi_ring_pin(&f->ring, 1, &f->pins[0]), PKDI_NO_SLOT);
	assert_int_equal(f->pins[0], 0);
}

static void a_value_counts_before_head_is_stored(void **state)
{
	struct fixture *f = *state;

	publish(f);
	publish(f);
	atomic_store(&f->ring.words->head, 1); /* the writer died between the two stores */
	assert_int_equal(pkdi_ring_newest(&f->ring, 1), 2);
}

static void a_pinned_slot_is_never_loaned(void **state)
{
	struct fixture *f = *state;
	uint32_t pinned;

	publish(f);
	pinned = pkdi_ring_pin(&f->ring, 1, &f->pins[0]);
	assert_int_not_equal(pinned, PKDI_NO_SLOT);
	for (int i = 0; i < 100; i++)
		assert_int_not_equal(publish(f), pinned);
	pkdi_ring_unpin(&f->pins[0]);
	for (int i = 0; i < SLOTS; i++)
		if (publish(f) == pinned)
			return;
	fail_msg("the slot was never used again");
}

/* The worst case: every pin holds an evicted value, and the ring is full. */
static void a_slot_is_always_free(void **state)
{
	struct fixture *f = *state;

	srand(1);
	for (int i = 0; i < 100000; i++) {
		uint32_t pin = (uint32_t)rand() % PINS;
		uint64_t newest = pkdi_ring_newest(&f->ring, 1);

		if (newest && rand() % 3)
			pkdi_ring_pin(&f->ring, newest - (uint64_t)rand() % RING, &f->pins[pin]);
		publish(f);
	}
}

static void one_slot_fewer_runs_dry(void **state)
{
	struct fixture *f = *state;

	f->ring.n_slots = SLOTS - 1;
	pkdi_slots_init(&f->slots, &f->ring, f->pin_list, PINS);
	for (uint32_t i = 0; i < PINS; i++) {
		publish(f);
		pkdi_ring_pin(&f->ring, i + 1, &f->pins[i]);
	}
	for (int i = 0; i < RING; i++)
		publish(f);
	assert_int_equal(pkdi_slots_loan(&f->slots), PKDI_NO_SLOT);
}

static void the_same_slot_is_loaned_until_it_is_published(void **state)
{
	struct fixture *f = *state;
	uint32_t slot = pkdi_slots_loan(&f->slots);

	assert_int_equal(pkdi_slots_loan(&f->slots), slot);
	pkdi_slots_publish(&f->slots, slot, NULL);
	assert_int_not_equal(pkdi_slots_loan(&f->slots), slot);
}

static void a_slot_number_out_of_bounds_is_no_slot(void **state)
{
	struct fixture *f = *state;

	atomic_store(&f->ring.words->ring[1], pkdi_entry(1, SLOTS));
	atomic_store(&f->ring.words->head, 1);
	assert_int_equal(pkdi_ring_find(&f->ring, 1), PKDI_NO_SLOT);
	assert_int_equal(pkdi_ring_pin(&f->ring, 1, &f->pins[0]), PKDI_NO_SLOT);
	pkdi_slots_init(&f->slots, &f->ring, f->pin_list, PINS);
	publish(f);
	/* Neither does a pin of such a slot do harm. */
	atomic_store(&f->pins[0], pkdi_entry(1, PKDI_MAX_SLOTS - 1));
	publish(f);
}

static void a_new_writer_goes_on_where_the_old_one_died(void **state)
{
	struct fixture *f = *state;
	uint32_t live[RING];
	uint32_t slot;

	for (int i = 0; i < 7; i++)
		publish(f);
	for (uint32_t i = 0; i < RING; i++)
		live[i] = pkdi_ring_find(&f->ring, 5 + i);
	atomic_store(&f->ring.words->head, 6);
	memset(&f->slots, 0xff, sizeof(f->slots));
	pkdi_slots_init(&f->slots, &f->ring, f->pin_list, PINS);
	assert_int_equal(f->slots.next, 8);
	assert_int_equal(f->ring.words->head, 7);
	slot = pkdi_slots_loan(&f->slots);
	for (uint32_t i = 0; i < RING; i++)
		assert_int_not_equal(slot, live[i]);
}

/* A node wrote beyond its output, and over it. */
static void an_entry_that_was_written_over_is_none(void **state)
{
	struct fixture *f = *state;
	static const uint64_t written[] = {UINT64_C(0x4141414141414141), 0, UINT64_MAX,
	                                   (2 + RING * 1000) << PKDI_SLOT_BITS,
	                                   (RING + 1) << PKDI_SLOT_BITS};

	for (int i = 0; i < RING + 1; i++)
		publish(f);
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		atomic_store(&f->ring.words->ring[2], written[i]);
		pkdi_slots_init(&f->slots, &f->ring, f->pin_list, PINS);
		assert_int_equal(f->slots.next, RING + 2);
		assert_int_equal(atomic_load(&f->ring.words->head), RING + 1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_that_was_written_over_is_none),
		TEST(a_published_value_is_found),
		TEST(an_evicted_value_is_not_found),
		TEST(a_value_counts_before_head_is_stored),
		TEST(a_pinned_slot_is_never_loaned),
		TEST(a_slot_is_always_free),
		TEST(one_slot_fewer_runs_dry),
		TEST(the_same_slot_is_loaned_until_it_is_published),
		TEST(a_slot_number_out_of_bounds_is_no_slot),
		TEST(a_new_writer_goes_on_where_the_old_one_died),
	};

	return cmocka_run_group_tests_name("runtime_ring", tests, NULL, NULL);
}
