/* Who only looks at a stream is given whole values and nothing else, whatever the writer does in
 * the middle of a copy: exactly between two of its words, and at full speed beside it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "channel/channel.h"
#include "channel/look.h"
#include "runtime_trap.h"

enum { SLOT_SIZE = 1024, MAX_SLOTS = 8, N_HAMMERED = 60000 };

/* Of each placement: the size of the values, the window, the pins, and whether slots are frozen. */
struct shape {
	enum pkdi_place place;
	uint32_t value_size, window, n_pins;
	bool frozen;
};
static const struct shape shapes[] = {
	{PKDI_APART, 900, 1, 1, false},    {PKDI_APART, 900, 3, 2, false},
	{PKDI_APART, 900, 1, 0, true},     {PKDI_APART, 900, 3, 0, true},
	{PKDI_IN_SLOTS, 900, 1, 0, false}, {PKDI_IN_SLOTS, 900, 3, 0, false},
	{PKDI_COPIED, 440, 1, 1, false},   {PKDI_COPIED, 440, 4, 2, false},
	{PKDI_COPIED, 56, 1, 0, false},    {PKDI_COPIED, 8, 4, 0, false},
};

static _Alignas(PKDI_LINE) char control[4 * PKDI_LINE];
static _Alignas(PKDI_LINE) char made_memory[SLOT_SIZE];
static _Alignas(PKDI_LINE) char copy_memory[SLOT_SIZE];
static struct pkd_frame *copy = (struct pkd_frame *)(void *)copy_memory;
static char *pages; /* four; the border of the middle two lies in slot `split` */
static struct pkd_stream stream;
static struct pkdi_output output;
static struct pkdi_slots *slots = &output.slots;
static struct pkdi_look look;
static _Atomic uint64_t no_pin;
static const _Atomic uint64_t *no_pins[] = {&no_pin, &no_pin};

static uint32_t keep(void)
{
	return output.ring.place == PKDI_APART ? stream.ring_size : stream.n_slots - 1;
}

static void begin(const struct shape *shape, uint32_t split)
{
	size_t before = shape->value_size > 64 ? SLOT_SIZE / 4 : sizeof(struct pkd_frame);

	memset(pages, 0, 4 * TRAP_PAGE);
	memset(control, 0, sizeof(control));
	stream = (struct pkd_stream){
		.value_size = shape->value_size,
		.slot_size = SLOT_SIZE,
		.ring_size = shape->window,
		.n_slots = shape->window + shape->n_pins + 1,
	};
	assert_true(stream.n_slots <= MAX_SLOTS && split < MAX_SLOTS);
	output = (struct pkdi_output){
		.stream = &stream,
		.data = pages + 2 * TRAP_PAGE - split * SLOT_SIZE - before,
		.pins = no_pins,
		.n_pins = shape->n_pins,
	};
	assert_int_equal(pkdi_ring_place(shape->value_size, shape->n_pins > 0, shape->frozen),
	                 shape->place);
	if (shape->place == PKDI_COPIED)
		output.made = (struct pkd_frame *)(void *)made_memory;
	output.ring = pkdi_ring_make(shape->place, &stream,
	                             (struct pkdi_stream_words *)(void *)control, output.data);
	pkdi_output_start(&output);
	look = (struct pkdi_look){.stream = &stream, .data = output.data, .ring = output.ring};
	assert_true(pkdi_look_size(&look) <= SLOT_SIZE);
}

static int set_up(void **state)
{
	(void)state;
	pages = mmap(NULL, 4 * TRAP_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	             0);
	return pages == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	trap_was_touched(0);
	munmap(pages, 4 * TRAP_PAGE);
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

	for (uint32_t i = 0; i < stream.value_size; i++)
		value[i] = byte(seq, i);
	*frame = (struct pkd_frame){
		.seq = seq,
		.number = 2 * seq,
		.capture_ns = (int64_t)seq * 1000,
		.size = stream.value_size,
	};
}

static bool is_whole(uint64_t seq)
{
	const uint8_t *value = (const uint8_t *)(copy + 1);

	for (uint32_t i = 0; i < stream.value_size; i++)
		if (value[i] != byte(seq, i))
			return false;
	return copy->seq == seq && copy->number == 2 * seq &&
	       copy->capture_ns == (int64_t)seq * 1000 && copy->size == stream.value_size;
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

/* ---- Nobody interferes ---- */

static void every_value_that_is_kept_is_copied_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		begin(&shapes[i], 0);
		assert_int_equal(pkdi_look_newest(&look), 0);
		assert_false(pkdi_look_copy(&look, 0, copy));
		assert_false(pkdi_look_copy(&look, 1, copy));
		for (uint64_t seq = 1; seq <= 20; seq++) {
			uint64_t oldest;

			publish();
			assert_int_equal(pkdi_look_newest(&look), seq);
			oldest = pkdi_look_oldest(&look, seq);
			assert_int_equal(oldest, seq >= keep() ? seq - keep() + 1 : 1);
			for (uint64_t s = oldest; s <= seq; s++)
				assert_true(pkdi_look_copy(&look, s, copy) && is_whole(s));
			assert_false(pkdi_look_copy(&look, seq + 1, copy));
			if (oldest > 1)
				assert_false(pkdi_look_copy(&look, oldest - 1, copy));
		}
	}
}

static void a_value_counts_before_head_is_stored(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		begin(&shapes[i], 0);
		for (uint64_t seq = 1; seq <= 9; seq++) {
			publish();
			atomic_store(&output.ring.words->head, seq - 1); /* it died there */
			assert_int_equal(pkdi_look_newest(&look), seq);
			assert_true(pkdi_look_copy(&look, seq, copy) && is_whole(seq));
			atomic_store(&output.ring.words->head, seq);
		}
	}
}

/* ---- Between two words of a copy ---- */

static uint32_t n_meanwhile;

/* Value 5 lies across the border of two pages. The first touch of that page is in the middle of the
 * copy; or at its beginning, for a small value, whose entry lies behind it. */
static void set_trap(const struct shape *shape, void (*hook)(void))
{
	uint32_t slot = 0;

	for (uint32_t i = 0; i < 2; i++) {
		begin(shape, slot);
		for (uint64_t seq = 1; seq <= 5; seq++)
			publish();
		slot = pkdi_ring_find(&output.ring, 5);
	}
	trap_set(0, pages + (shape->value_size > 64 ? 2 : 1) * TRAP_PAGE, PROT_NONE, hook);
}

/* And one that is made, as far as it can be without being published. */
static void go_on(void)
{
	for (uint32_t i = 0; i < n_meanwhile; i++)
		publish();
	make();
}

static void a_copy_is_kept_only_if_its_slot_was_not_filled_meanwhile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		for (n_meanwhile = 0; n_meanwhile <= 10; n_meanwhile++) {
			bool is_kept;

			set_trap(&shapes[i], go_on);
			is_kept = pkdi_look_copy(&look, 5, copy);
			assert_true(trap_was_touched(0));
			assert_int_equal(is_kept, n_meanwhile < keep());
			if (is_kept)
				assert_true(is_whole(5));
		}
	}
}

/* Its writer dies between the entry of a value and head, and the next one begins to fill. */
static void die_and_go_on(void)
{
	for (uint32_t i = 0; i < keep(); i++)
		publish();
	atomic_store(&output.ring.words->head, slots->next - 2);
	memset((void *)slots, 0xff, sizeof(*slots));
	pkdi_output_start(&output);
	make();
}

static void a_copy_is_not_kept_over_the_death_of_its_writer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		set_trap(&shapes[i], die_and_go_on);
		assert_false(pkdi_look_copy(&look, 5, copy));
		assert_true(trap_was_touched(0));
	}
}

/* ---- At full speed ---- */

static _Atomic bool is_over;

static void *hammer(void *nothing)
{
	while (!atomic_load(&is_over))
		publish();
	return nothing;
}

static void no_value_is_torn_beside_a_writer_at_full_speed(void **state)
{
	(void)state;
#ifdef __SANITIZE_THREAD__
	skip(); /* `fill` stores without atomics, as nodes do: see look.h */
#endif
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		uint64_t n_kept = 0;
		pthread_t writer;

		begin(&shapes[i], 0);
		atomic_store(&is_over, false);
		assert_int_equal(pthread_create(&writer, NULL, hammer, NULL), 0);
		for (uint32_t k = 0; k < N_HAMMERED;) {
			uint64_t seq = pkdi_look_newest(&look);

			k += seq != 0;
			if (!pkdi_look_copy(&look, seq, copy))
				continue;
			n_kept++;
			if (!is_whole(seq)) {
				atomic_store(&is_over, true);
				fail_msg("value %llu is torn", (unsigned long long)seq);
			}
		}
		atomic_store(&is_over, true);
		pthread_join(writer, NULL);
		print_message("# place %d, D %u, N %u: %llu of %d copies kept\n",
		              (int)shapes[i].place, stream.ring_size, stream.n_slots,
		              (unsigned long long)n_kept, N_HAMMERED);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_value_that_is_kept_is_copied_whole),
		TEST(a_value_counts_before_head_is_stored),
		TEST(a_copy_is_kept_only_if_its_slot_was_not_filled_meanwhile),
		TEST(a_copy_is_not_kept_over_the_death_of_its_writer),
		TEST(no_value_is_torn_beside_a_writer_at_full_speed),
	};

	return cmocka_run_group_tests_name("runtime_look", tests, NULL, NULL);
}
