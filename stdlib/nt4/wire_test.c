/* Binary frames: what is read, and what is refused. */
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct nt4_update read_one(const char *frame, size_t n)
{
	struct nt4_update update;
	const char *at = frame;

	assert_int_equal(nt4_update_read(&at, frame + n, &update), 1);
	assert_ptr_equal(at, frame + n);
	return update;
}

/* The protocol's own example. */
static void a_double_of_the_specification_is_read(void **state)
{
	static const char frame[] =
		"\x94\x32\xd2\x07\x27\x0e\x00\x01\xcb\x3f\xbf\x97\x24\x74\x53\x8e\xf3";
	struct nt4_update update = read_one(frame, sizeof(frame) - 1);
	const char *at = update.value;
	struct nt4_item item;

	(void)state;
	assert_int_equal(update.id, 0x32);
	assert_int_equal(update.time_us, 0x07270e00);
	assert_int_equal(update.type, NT4_DOUBLE);
	assert_true(nt4_item_read(&at, at + update.n, &item));
	assert_true(item.kind == NT4_ITEM_REAL && item.real > 0.1233 && item.real < 0.1235);
}

static void types_have_their_numbers(void **state)
{
	(void)state;
	assert_int_equal(nt4_type_code("boolean"), 0);
	assert_int_equal(nt4_type_code("double[]"), 17);
	assert_int_equal(nt4_type_code("int"), 2);
	assert_int_equal(nt4_type_code("int[]"), 18);
	assert_int_equal(nt4_type_code("json"), 4);
	assert_int_equal(nt4_type_code("string[]"), 20);
	assert_int_equal(nt4_type_code("struct:Pose3d"), 5);
	assert_int_equal(nt4_type_code("intx"), 5);
	assert_int_equal(nt4_type_code(""), 5);
}

static void numbers_survive(void **state)
{
	static const int64_t wholes[] = {0,   1,     -1,        127,       128,      -32,
	                                 -33, 65536, INT32_MIN, INT64_MAX, INT64_MIN};
	struct nt4_buffer buffer = {0};
	const char *at;
	struct nt4_item item;

	(void)state;
	for (size_t i = 0; i < sizeof(wholes) / sizeof(*wholes); i++)
		nt4_put_int(&buffer, wholes[i]);
	nt4_put_uint(&buffer, UINT64_MAX);
	nt4_put_double(&buffer, 2.0); /* that of a float, and yet a double */
	at = buffer.data;
	for (size_t i = 0; i < sizeof(wholes) / sizeof(*wholes); i++) {
		assert_true(nt4_item_read(&at, buffer.data + buffer.n, &item));
		assert_int_equal(item.kind, NT4_ITEM_INT);
		assert_int_equal(item.whole, wholes[i]);
	}
	assert_true(nt4_item_read(&at, buffer.data + buffer.n, &item));
	assert_true(item.kind == NT4_ITEM_UINT && item.large == UINT64_MAX);
	assert_int_equal(buffer.data + buffer.n - at, 9);
	nt4_buffer_free(&buffer);
}

/* JavaScript writes a whole double as an integer. */
static void whole_numbers_stand_for_doubles(void **state)
{
	struct nt4_buffer buffer = {0};

	(void)state;
	assert_true(nt4_value_put(&buffer, NT4_DOUBLE, "\x05", 1));
	assert_int_equal(buffer.n, 9);
	assert_int_equal((unsigned char)buffer.data[0], 0xcb);
	buffer.n = 0;
	assert_true(nt4_value_put(&buffer, NT4_ARRAY + NT4_DOUBLE, "\x92\x01\xca\x3f\x80\0\0", 7));
	assert_int_equal(buffer.n, 1 + 9 + 9);
	buffer.n = 0;
	assert_true(nt4_value_put(&buffer, NT4_INT, "\xca\x40\0\0\0", 5));
	assert_int_equal(buffer.n, 1);
	assert_int_equal(buffer.data[0], 2);
	nt4_buffer_free(&buffer);
}

static void other_types_are_refused(void **state)
{
	static const struct {
		int type;
		const char *value;
		size_t n;
	} bad[] = {{NT4_BOOLEAN, "\x01", 1},
	           {NT4_DOUBLE, "\xa1x", 2},
	           {NT4_INT, "\xca\x3f\x40\0\0", 5},
	           {NT4_STRING, "\x01", 1},
	           {NT4_STRING, "\xc4\x01x", 3},
	           {NT4_RAW, "\xc3", 1},
	           {NT4_ARRAY + NT4_INT, "\x01", 1},
	           {NT4_ARRAY + NT4_INT, "\x92\x01\xc3", 3},
	           {NT4_ARRAY + 7, "\x90", 1},
	           {NT4_INT, "\x01\x01", 2},
	           {NT4_INT, "", 0}};
	struct nt4_buffer buffer = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(nt4_value_put(&buffer, bad[i].type, bad[i].value, bad[i].n));
		assert_int_equal(buffer.n, 0);
	}
	nt4_buffer_free(&buffer);
}

static void damage_is_told(void **state)
{
	static const struct {
		const char *frame;
		size_t n;
	} bad[] = {{"\x93\x01\x01\x01", 4},                     /* three parts */
	           {"\x94\x01\x01\x02", 4},                     /* no value */
	           {"\x94\x01\x01\x05\xdb\xff\xff\xff\xff", 9}, /* a string beyond the end */
	           {"\x94\x01\x01\x10\xdd\xff\xff\xff\xff", 9}, /* too many items */
	           {"\x94\x01\x01\x10\x91\x91\x01", 7},         /* an array in one */
	           {"\x94\x01\x01\x02\xc0", 5},                 /* nil */
	           {"\x94\x01\x01\x02\x80", 5},                 /* a map */
	           {"\x94\xa1x\x01\x02\x01", 6},                /* no number */
	           {"\x94\x01\x01\xff\x01", 5},                 /* a type below 0 */
	           {"\xc1", 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct nt4_update update;
		const char *at = bad[i].frame;

		assert_int_equal(nt4_update_read(&at, at + bad[i].n, &update), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_double_of_the_specification_is_read),
		cmocka_unit_test(types_have_their_numbers),
		cmocka_unit_test(numbers_survive),
		cmocka_unit_test(whole_numbers_stand_for_doubles),
		cmocka_unit_test(other_types_are_refused),
		cmocka_unit_test(damage_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
