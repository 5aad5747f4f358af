/* Slots and bytes. */
#include "pass_graph.h"

/* ---- memory ---- */

static void small_lossy_streams_have_a_ring_of_four(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	uint32_t y = add_node("y", "!", "");
	latest(cam, x, 0);
	latest(cam, y, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->memory[0].ring_size, 4);
	assert_int_equal(a->memory[0].n_slots, 4 + 2 + 1);
	assert_int_equal(a->memory[0].slot_size, 128);
	assert_int_equal(a->memory[0].bytes, 4096);
}

static void lossless_reader_keeps_a_small_ring(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	uint32_t y = add_node("y", "!", "");
	latest(cam, x, 0);
	plain(cam, y, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->memory[0].n_slots, 2 + 1 + 1);
}

static void largest_stream_is_named_first(void **state)
{
	(void)state;
	make_people();
	set_type(VIEW, image_type(1920, 1080));
	graph->asserts.items[1].limit = 1;
	run_all();
	assert_only("E0603", "or give 'view.out0' a smaller type");
}

static void large_slots_are_whole_pages(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	set_type(cam, type_bytes(arena, (struct size){.value = 4096 - 64 - 4}));
	latest(cam, x, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->memory[0].slot_size, 4096);
	set_type(cam, type_bytes(arena, (struct size){.value = 4096 - 64 - 3}));
	run_all();
	assert_int_equal(a->memory[0].slot_size, 8192);
}

static void value_beyond_two_gibibytes_is_refused(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	set_type(cam, image_type(100000, 100000));
	latest(cam, x, 0);
	add_assert(ASSERT_MEMORY, 0, 0, 1);
	run_all();
	assert_only("E0606", "larger than 2 GiB");
}

static void largest_value_is_counted_exactly(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!"), x = add_node("x", "!", "");
	set_type(cam, type_bytes(arena, (struct size){.value = (UINT64_C(1) << 31) - 4}));
	latest(cam, x, 0);
	run_all();
	assert_clean();
	assert_int_equal(a->memory[0].slot_size, (UINT64_C(1) << 31) + 4096);
	assert_int_equal(a->memory_total, 3 * ((UINT64_C(1) << 31) + 4096));
}

static void too_many_slots_are_refused(void **state)
{
	(void)state;
	uint32_t cam = add_node("cam", "", "!");
	for (uint32_t i = 0; i < 4091; i++)
		latest(cam, add_node("x", "!", ""), 0);
	run_all();
	assert_only("E0606", "needs 4096 slots");
}

static void limit_of_memory_is_checked(void **state)
{
	(void)state;
	make_people();
	graph->asserts.items[1].limit = 2 * 4 * 1331200 + 4 * 8192;
	run_all();
	assert_clean();
	graph->asserts.items[1].limit--;
	run_all();
	assert_only("E0603", "write 'memory <= 11MiB'");
	assert_says(
		printed(print_messages),
		"'cam.out0' takes 5.1 MiB: 4 slots (2 in its ring + 1 held by readers + 1 being "
		"written) of 1.3 MiB each");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(small_lossy_streams_have_a_ring_of_four),
		TEST(lossless_reader_keeps_a_small_ring),
		TEST(largest_stream_is_named_first),
		TEST(large_slots_are_whole_pages),
		TEST(value_beyond_two_gibibytes_is_refused),
		TEST(largest_value_is_counted_exactly),
		TEST(too_many_slots_are_refused),
		TEST(limit_of_memory_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
