/* N = D + P + 1 is enough and no slot too many, whatever the readers do meanwhile: their moves come
 * exactly between two operations of the code under test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "channel/ring.h"
#include "run/check.h"
#include "runtime_trap.h"

enum { MAX_RING = 5, MAX_PINS = 5 };

static _Alignas(PKDI_LINE) char memory[3 * PKDI_LINE];
static struct pkdi_ring ring;
static struct pkdi_slots slots;
static _Atomic uint64_t *pins[MAX_PINS];
static const _Atomic uint64_t *pin_list[MAX_PINS];
static _Atomic uint64_t own_pins[MAX_PINS];

static void begin(uint32_t size, uint32_t n_pins, uint32_t n_slots)
{
	memset(memory, 0, sizeof(memory));
	memset((void *)own_pins, 0, sizeof(own_pins));
	ring = pkdi_ring_make(PKDI_APART,
	                      &(struct pkd_stream){.ring_size = size, .n_slots = n_slots},
	                      (struct pkdi_stream_words *)(void *)memory, NULL);
	for (uint32_t i = 0; i < n_pins; i++) {
		pins[i] = &own_pins[i];
		pin_list[i] = pins[i];
	}
	pkdi_slots_init(&slots, &ring, pin_list, n_pins);
}

static uint32_t publish(void)
{
	uint32_t slot = pkdi_slots_loan(&slots);

	assert_int_not_equal(slot, PKDI_NO_SLOT);
	pkdi_slots_publish(&slots, slot, NULL);
	return slot;
}

static bool is_in_use(uint32_t slot, uint32_t n_pins)
{
	for (uint32_t i = 0; i < ring.size; i++)
		if (ring.words->ring[i] && pkdi_entry_slot(ring.words->ring[i]) == slot)
			return true;
	for (uint32_t i = 0; i < n_pins; i++)
		if (own_pins[i] && pkdi_entry_slot(own_pins[i]) == slot)
			return true;
	return false;
}

/* Each reader pins a value of its own, and then the ring is filled with others. */
static void hold_all(uint32_t n_pins)
{
	for (uint32_t i = 0; i < n_pins; i++) {
		publish();
		assert_int_not_equal(pkdi_ring_pin(&ring, i + 1, pins[i]), PKDI_NO_SLOT);
	}
	for (uint32_t i = 0; i < ring.size; i++)
		publish();
}

static void all_slots_but_one_are_in_use_and_one_fewer_is_too_few(void **state)
{
	(void)state;
	for (uint32_t size = 1; size <= MAX_RING; size++) {
		for (uint32_t n_pins = 0; n_pins <= MAX_PINS; n_pins++) {
			begin(size, n_pins, size + n_pins + 1);
			hold_all(n_pins);
			/* The pins stay where they are, and the writer goes on. */
			for (uint32_t i = 0; i < 3 * size; i++) {
				assert_false(is_in_use(pkdi_slots_loan(&slots), n_pins));
				publish();
			}
			begin(size, n_pins, size + n_pins);
			hold_all(n_pins);
			assert_int_equal(pkdi_slots_loan(&slots), PKDI_NO_SLOT);
		}
	}
}

/* ---- Between two operations ---- */

static uint32_t loaned;

static void lap(void)
{
	publish();
	publish();
	loaned = pkdi_slots_loan(&slots);
}

static void a_value_lapped_before_its_pin_is_stored_is_not_read(void **state)
{
	uint32_t slot;

	(void)state;
	begin(1, 1, 3);
	pins[0] = (_Atomic uint64_t *)(void *)trap_page();
	pin_list[0] = pins[0];
	slot = publish();
	trap_set(0, (void *)pins[0], PROT_READ, lap);
	assert_int_equal(pkdi_ring_pin(&ring, 1, pins[0]), PKDI_NO_SLOT);
	assert_true(trap_was_touched(0));
	assert_int_equal(loaned, slot); /* it was being filled again by then */
	munmap((void *)pins[0], TRAP_PAGE);
}

static void watch_moving(void);

static void watch_resting(void)
{
	trap_set(1, (void *)pins[1], PROT_NONE, watch_moving);
}

/* From one evicted value that it has tried to the next; slots 1 and 2 are the candidates. */
static void watch_moving(void)
{
	*pins[1] = pkdi_entry_slot(*pins[1]) == 1 ? pkdi_entry(3, 2) : pkdi_entry(2, 1);
	trap_set(0, (void *)pins[0], PROT_NONE, watch_resting);
}

static void a_reader_that_moves_meanwhile_blocks_one_slot(void **state)
{
	(void)state;
	begin(1, 2, 4);
	for (uint32_t i = 0; i < 2; i++) {
		pins[i] = (_Atomic uint64_t *)(void *)trap_page();
		pin_list[i] = pins[i];
	}
	for (uint32_t slot = 0; slot < 4; slot++) {
		assert_int_equal(publish(), slot);
		if (slot == 0)
			pkdi_ring_pin(&ring, 1, pins[0]);
	}
	/* Each look at both pins finds the second one elsewhere. */
	trap_set(0, (void *)pins[0], PROT_NONE, watch_resting);
	assert_int_not_equal(pkdi_slots_loan(&slots), PKDI_NO_SLOT);
	assert_int_not_equal(*pins[1], 0);
	for (uint32_t i = 0; i < 2; i++) {
		trap_was_touched(i);
		munmap((void *)pins[i], TRAP_PAGE);
	}
}

/* ---- The table ---- */

static void a_table_with_a_slot_too_few_is_refused(void **state)
{
	struct pkd_input inputs[] = {
		{.name = "in", .policy = PKD_LATEST, .window = 3, .n_pins = 1},
		{.name = "in", .policy = PKD_QUEUE, .window = 2, .port = 1},
	};
	const struct pkd_reader readers[] = {{0, 0}, {0, 1}};
	const struct pkd_node node = {
		.name = "node", .at = "", .inputs = inputs, .n_inputs = 2, .n_ports = 2};
	struct pkd_stream stream = {
		.name = "stream",
		.value_size = 8,
		.slot_size = 128,
		.ring_size = 3,
		.n_slots = 5,
		.readers = readers,
		.n_readers = 2,
	};
	const struct pkd_program program = {
		.nodes = &node, .n_nodes = 1, .streams = &stream, .n_streams = 1};
	const struct pkdi_log log = {.program = "test"};

	(void)state;
	assert_int_equal(pkdi_check(&program, &log), 0);
	stream.n_slots--;
	assert_int_not_equal(pkdi_check(&program, &log), 0);
	stream.n_slots++;
	/* A ring that is smaller than a window would not keep what a cursor protects. */
	stream.ring_size--;
	assert_int_not_equal(pkdi_check(&program, &log), 0);
}

static void a_table_with_too_many_slots_is_refused(void **state)
{
	struct pkd_stream stream = {
		.name = "stream", .value_size = 8, .slot_size = 128, .ring_size = 1};
	const struct pkd_program program = {.streams = &stream, .n_streams = 1};
	const struct pkdi_log log = {.program = "test"};

	(void)state;
	/* The next slot is the one that says that a slot is being filled. */
	stream.n_slots = PKDI_FILLING;
	assert_int_equal(pkdi_check(&program, &log), 0);
	stream.n_slots++;
	assert_int_not_equal(pkdi_check(&program, &log), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_slots_but_one_are_in_use_and_one_fewer_is_too_few),
		cmocka_unit_test(a_value_lapped_before_its_pin_is_stored_is_not_read),
		cmocka_unit_test(a_reader_that_moves_meanwhile_blocks_one_slot),
		cmocka_unit_test(a_table_with_a_slot_too_few_is_refused),
		cmocka_unit_test(a_table_with_too_many_slots_is_refused),
	};

	return cmocka_run_group_tests_name("runtime_slots", tests, NULL, NULL);
}
