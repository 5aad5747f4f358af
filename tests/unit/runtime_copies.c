/* Rings that lie in their slots: values come back whole, and a reader that copies one is never
 * given half of it, whatever its writer does meanwhile: that comes exactly between two operations
 * of the code under test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "channel/channel.h"
#include "runtime_trap.h"

enum { LARGEST = PKDI_COPIED_VALUE, MAX_SLOTS = 8, SLOT_SIZE = 512 };

static _Alignas(PKDI_LINE) char control[4 * PKDI_LINE];
static char *slot_pages; /* two; the slots lie across their border */
static char *made_pages; /* likewise with the value that is made */
static struct pkd_stream stream;
static struct pkdi_output output;
static struct pkdi_slots *slots = &output.slots;
static _Atomic uint64_t no_pin;
static const _Atomic uint64_t *no_pins[] = {&no_pin, &no_pin};
static _Alignas(PKDI_LINE) char copy_memory[SLOT_SIZE];
static struct pkd_frame *copy = (struct pkd_frame *)(void *)copy_memory;

/* Half of slot `split` on the second page. */
static void begin(uint32_t value_size, uint32_t window, uint32_t n_pins, uint32_t split)
{
	enum pkdi_place place = pkdi_ring_place(value_size, n_pins > 0, false);

	memset(slot_pages, 0, 2 * TRAP_PAGE);
	memset(made_pages, 0, 2 * TRAP_PAGE);
	memset(control, 0, sizeof(control));
	stream = (struct pkd_stream){
		.value_size = value_size,
		.slot_size = SLOT_SIZE,
		.ring_size = window,
		.n_slots = window + n_pins + 1,
	};
	output = (struct pkdi_output){
		.stream = &stream,
		.data = slot_pages + TRAP_PAGE - split * SLOT_SIZE - SLOT_SIZE / 2,
		.pins = no_pins,
		.n_pins = n_pins,
	};
	if (place == PKDI_COPIED)
		output.made = (struct pkd_frame *)(void *)(made_pages + TRAP_PAGE - SLOT_SIZE / 2);
	output.ring = pkdi_ring_make(place, &stream, (struct pkdi_stream_words *)(void *)control,
	                             output.data);
	pkdi_output_start(&output);
}

static int set_up(void **state)
{
	(void)state;
	slot_pages = mmap(NULL, 2 * TRAP_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                  -1, 0);
	made_pages = mmap(NULL, 2 * TRAP_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                  -1, 0);
	return slot_pages == MAP_FAILED || made_pages == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	trap_was_touched(0);
	munmap(slot_pages, 2 * TRAP_PAGE);
	munmap(made_pages, 2 * TRAP_PAGE);
	return 0;
}

/* ---- Values: each byte follows from the seq ---- */

static uint8_t byte(uint64_t seq, uint32_t i)
{
	return (uint8_t)(seq * 37 + i * 11 + 1);
}

static void fill(struct pkd_frame *frame, uint64_t seq)
{
	uint8_t *value = (uint8_t *)(frame + 1);

	*frame = (struct pkd_frame){
		.seq = seq,
		.number = 2 * seq,
		.capture_ns = (int64_t)seq * 1000,
		.publish_ns = (int64_t)seq * 1000 + 1,
		.size = stream.value_size,
		.incarnation = (uint32_t)seq + 3,
		.type_id = (uint32_t)seq + 4,
		.origin = (uint32_t)seq + 5,
	};
	for (uint32_t i = 0; i < stream.value_size; i++)
		value[i] = byte(seq, i);
}

static bool is_whole(const struct pkd_frame *frame, uint64_t seq)
{
	const uint8_t *value = (const uint8_t *)(frame + 1);

	for (uint32_t i = 0; i < stream.value_size; i++)
		if (value[i] != byte(seq, i))
			return false;
	return frame->seq == seq && frame->number == 2 * seq &&
	       frame->capture_ns == (int64_t)seq * 1000 &&
	       frame->publish_ns == (int64_t)seq * 1000 + 1 && frame->size == stream.value_size &&
	       frame->incarnation == seq + 3 && frame->type_id == seq + 4 &&
	       frame->origin == seq + 5;
}

static void make(void)
{
	struct pkd_frame *header;

	assert_non_null(pkdi_output_loan(&output, &header));
	fill(header, slots->next);
}

static void publish(void)
{
	make();
	pkdi_output_publish(&output, slots->next, slots->loaned);
}

static const struct pkd_frame *find(uint64_t seq)
{
	uint32_t slot = pkdi_ring_find(&output.ring, seq);

	return slot == PKDI_NO_SLOT
	               ? NULL
	               : (const struct pkd_frame *)(const void *)(output.data + slot * SLOT_SIZE);
}

static bool is_copied_whole(uint64_t seq)
{
	return pkdi_ring_copy(&output.ring, seq, copy) && is_whole(copy, seq);
}

/* ---- Places ---- */

static void where_a_ring_lies_follows_from_its_values_and_readers(void **state)
{
	(void)state;
	for (int lossy = 0; lossy <= 1; lossy++) {
		assert_int_equal(pkdi_ring_place(1, lossy, false), PKDI_COPIED);
		assert_int_equal(pkdi_ring_place(56, lossy, false), PKDI_COPIED);
		/* A slot that is write-protected once published cannot hold the entry. */
		assert_int_equal(pkdi_ring_place(8, lossy, true), PKDI_APART);
		assert_int_equal(pkdi_ring_place(64, lossy, true), PKDI_APART);
	}
	assert_int_equal(pkdi_ring_place(57, false, false), PKDI_IN_SLOTS);
	assert_int_equal(pkdi_ring_place(1 << 20, false, false), PKDI_IN_SLOTS);
	assert_int_equal(pkdi_ring_place(57, true, false), PKDI_COPIED);
	assert_int_equal(pkdi_ring_place(448, true, false), PKDI_COPIED);
	assert_int_equal(pkdi_ring_place(449, true, false), PKDI_APART);
}

static void values_of_every_size_come_back_whole(void **state)
{
	const uint32_t sizes[] = {1, 7, 8, 9, 55, 56, 57, 63, 64, 65, 447, LARGEST};

	(void)state;
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (uint32_t n_pins = 0; n_pins <= 2; n_pins++) {
			begin(sizes[i], 3, n_pins, 1);
			for (uint64_t seq = 1; seq <= 3 * stream.n_slots; seq++) {
				publish();
				/* And those that are kept beside it. */
				for (uint64_t s = seq > 3 ? seq - 2 : 1; s <= seq; s++) {
					assert_non_null(find(s));
					assert_true(is_whole(find(s), s));
					if (output.made)
						assert_true(is_copied_whole(s));
				}
				assert_null(find(seq + 1));
				if (seq > stream.n_slots)
					assert_null(find(seq - stream.n_slots));
			}
		}
	}
}

static void a_value_counts_before_head_is_stored(void **state)
{
	const uint32_t sizes[] = {8, 64};

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		for (uint32_t n_pins = 0; n_pins <= 1; n_pins++) {
			begin(sizes[i], 2, n_pins, 1);
			for (uint64_t seq = 1; seq <= 9; seq++) {
				publish();
				/* The writer died between the two stores. */
				atomic_store(&output.ring.words->head, seq - 1);
				for (uint64_t from = 1; from <= seq; from++)
					assert_int_equal(pkdi_ring_newest(&output.ring, from), seq);
				assert_int_equal(pkdi_ring_newest(&output.ring, seq + 1), 0);
				atomic_store(&output.ring.words->head, seq);
				assert_int_equal(pkdi_ring_newest(&output.ring, 1), seq);
				assert_int_equal(pkdi_ring_newest(&output.ring, seq + 1), 0);
			}
		}
	}
}

/* ---- Slots ---- */

/* A live origin makes its frame whether there is room or not: every value from the cursor on is in
 * the ring, and one more is made. */
static bool makes_one_more(uint32_t n_slots)
{
	uint32_t window = stream.ring_size;
	bool whole = true;

	stream.n_slots = n_slots;
	output.ring = pkdi_ring_make(output.ring.place, &stream, output.ring.words, output.data);
	pkdi_output_start(&output);
	for (uint32_t i = 0; i < 3 * window; i++) {
		publish();
		if (slots->next <= window)
			continue;
		make();
		for (uint64_t seq = slots->next - window; seq < slots->next; seq++)
			whole = whole && find(seq) && is_whole(find(seq), seq);
	}
	return whole;
}

static void a_slot_more_than_a_window_is_enough_and_one_fewer_is_too_few(void **state)
{
	(void)state;
	for (uint32_t window = 1; window <= 5; window++) {
		begin(64, window, 0, 1);
		assert_int_equal(output.ring.place, PKDI_IN_SLOTS);
		assert_true(makes_one_more(window + 1));
		begin(64, window, 0, 1);
		assert_false(makes_one_more(window));
		/* What is made elsewhere needs that slot when it is published. */
		begin(8, window, 0, 1);
		assert_true(makes_one_more(window + 1));
	}
}

static void a_value_that_is_made_is_not_in_its_slot(void **state)
{
	const uint32_t sizes[] = {8, 64, LARGEST};

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		begin(sizes[i], 1, 1, 1);
		for (uint32_t k = 0; k < 3; k++)
			publish();
		make();
		for (uint64_t seq = 1; seq <= 3; seq++)
			assert_true(is_copied_whole(seq));
		pkdi_output_publish(&output, 4, slots->loaned);
		/* By a pointer that the node has kept. */
		memset((void *)output.made, 0xee, sizeof(*output.made) + sizes[i]);
		assert_true(is_copied_whole(4));
	}
}

/* ---- Between two operations ---- */

static void lap(void)
{
	for (uint32_t i = 0; i < stream.n_slots; i++)
		publish();
}

static void a_copy_that_is_lapped_between_two_words_is_thrown_away(void **state)
{
	(void)state;
	begin(LARGEST, 1, 1, 1);
	publish();
	assert_true(is_copied_whole(1));
	trap_set(0, slot_pages + TRAP_PAGE, PROT_NONE, lap);
	assert_false(pkdi_ring_copy(&output.ring, 1, copy));
	assert_true(trap_was_touched(0));
	assert_true(is_copied_whole(4));
}

/* What a reader sees while half of value 4 is still to be copied into the slot of value 1. */
static struct {
	bool copies_old, finds_old, finds_new, reached_old, reached_new;
	uint64_t newest, newest_from_3, newest_from_4;
} seen;
static char died_control[sizeof(control)];
static char *died_pages;

static void look_at_half(void)
{
	seen.copies_old = pkdi_ring_copy(&output.ring, 1, copy);
	seen.finds_old = pkdi_ring_find(&output.ring, 1) != PKDI_NO_SLOT;
	seen.finds_new = pkdi_ring_find(&output.ring, 4) != PKDI_NO_SLOT;
	seen.reached_old = pkdi_ring_has_reached(&output.ring, 1);
	seen.reached_new = pkdi_ring_has_reached(&output.ring, 4);
	seen.newest = pkdi_ring_newest(&output.ring, 1);
	seen.newest_from_3 = pkdi_ring_newest(&output.ring, 3);
	seen.newest_from_4 = pkdi_ring_newest(&output.ring, 4);
	memcpy(died_control, control, sizeof(control));
	memcpy(died_pages, slot_pages, 2 * TRAP_PAGE);
}

static void stop_in_the_fourth(void)
{
	begin(LARGEST, 1, 1, 1);
	died_pages = malloc(2 * TRAP_PAGE);
	assert_non_null(died_pages);
	for (uint32_t i = 0; i < 3; i++)
		publish();
	make();
	trap_set(0, made_pages + TRAP_PAGE, PROT_NONE, look_at_half);
	pkdi_output_publish(&output, 4, slots->loaned);
	assert_true(trap_was_touched(0));
}

static void a_slot_that_is_being_filled_is_no_value(void **state)
{
	(void)state;
	stop_in_the_fourth();
	assert_false(seen.copies_old);
	assert_false(seen.finds_old);
	assert_false(seen.finds_new);
	assert_false(seen.reached_new);
	assert_int_equal(seen.newest_from_3, 3);
	assert_int_equal(seen.newest_from_4, 0);
	assert_true(is_copied_whole(4));
	free(died_pages);
}

static void the_value_before_in_a_slot_that_is_being_filled_was_there(void **state)
{
	(void)state;
	stop_in_the_fourth();
	assert_true(seen.reached_old);
	assert_int_equal(seen.newest, 3);
	free(died_pages);
}

static void a_new_writer_goes_on_where_the_old_one_died_filling(void **state)
{
	(void)state;
	stop_in_the_fourth();
	memcpy(control, died_control, sizeof(control));
	memcpy(slot_pages, died_pages, 2 * TRAP_PAGE);
	free(died_pages);
	memset((void *)slots, 0xff, sizeof(*slots));
	pkdi_output_start(&output);
	assert_int_equal(slots->next, 4);
	assert_int_equal(output.ring.words->head, 3);
	for (uint64_t seq = 2; seq <= 3; seq++)
		assert_true(is_copied_whole(seq));
	/* By its record: the value is still where it was made. */
	assert_true(is_whole(output.made, 4));
	pkdi_output_publish(&output, 4, 4 % stream.n_slots);
	assert_true(is_copied_whole(4));
	/* And between the entry and head. */
	atomic_store(&output.ring.words->head, 3);
	pkdi_output_start(&output);
	assert_int_equal(slots->next, 5);
	assert_int_equal(output.ring.words->head, 4);
	/* It publishes each value once. */
	memset((void *)output.made, 0xee, SLOT_SIZE);
	pkdi_output_publish(&output, 4, 4 % stream.n_slots);
	assert_true(is_copied_whole(4));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_a_ring_lies_follows_from_its_values_and_readers),
		TEST(values_of_every_size_come_back_whole),
		TEST(a_value_counts_before_head_is_stored),
		TEST(a_slot_more_than_a_window_is_enough_and_one_fewer_is_too_few),
		TEST(a_value_that_is_made_is_not_in_its_slot),
		TEST(a_copy_that_is_lapped_between_two_words_is_thrown_away),
		TEST(a_slot_that_is_being_filled_is_no_value),
		TEST(the_value_before_in_a_slot_that_is_being_filled_was_there),
		TEST(a_new_writer_goes_on_where_the_old_one_died_filling),
	};

	return cmocka_run_group_tests_name("runtime_copies", tests, NULL, NULL);
}
