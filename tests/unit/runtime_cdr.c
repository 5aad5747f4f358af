/* Values as CDR, byte by byte as ROS 2 has them, and the schemas that say what they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "message/cdr.h"
#include "message/ros2msg.h"

/* ---- Types ---- */

static const char *const level_names[] = {"low", "high"};
static const struct pkd_type u8 = {.kind = PKD_U8, .name = "u8", .size = 1};
static const struct pkd_type u16 = {.kind = PKD_U16, .name = "u16", .size = 2};
static const struct pkd_type f64 = {.kind = PKD_F64, .name = "f64", .size = 8};
static const struct pkd_type boolean = {.kind = PKD_BOOL, .name = "bool", .size = 1};
static const struct pkd_type moment = {.kind = PKD_TIME, .name = "time", .size = 8};
static const struct pkd_type level = {
	.kind = PKD_ENUM, .name = "Level", .size = 4, .n = 2, .names = level_names};
static const struct pkd_type word = {.kind = PKD_STRING, .name = "string<4>", .size = 12, .n = 4};
static const struct pkd_type code = {.kind = PKD_BYTES, .name = "bytes<4>", .size = 8, .n = 4};
static const struct pkd_type picture = {
	.kind = PKD_IMAGE, .name = "image<gray8, 4, 4>", .size = sizeof(struct pkd_image) + 16};

struct small {
	uint8_t a;
	double b;
};
static const struct pkd_field small_fields[] = {{"a", &u8, offsetof(struct small, a)},
                                                {"b", &f64, offsetof(struct small, b)}};
static const struct pkd_type small = {.kind = PKD_RECORD,
                                      .name = "Small",
                                      .size = sizeof(struct small),
                                      .n = 2,
                                      .fields = small_fields};

struct smalls {
	uint32_t len;
	struct small items[2];
};
static const struct pkd_type smalls = {.kind = PKD_LIST,
                                       .name = "list<Small, 2>",
                                       .size = sizeof(struct smalls),
                                       .n = 2,
                                       .items_offset = offsetof(struct smalls, items),
                                       .item = &small};
static const struct pkd_type pair = {
	.kind = PKD_ARRAY, .name = "[u16; 2]", .size = 4, .n = 2, .item = &u16};
static const struct pkd_type pairs = {
	.kind = PKD_ARRAY, .name = "[[u16; 2]; 2]", .size = 8, .n = 2, .item = &pair};

/* ---- Values ---- */

static uint8_t bytes[512];
static struct pkdi_cdr cdr;

/* What is counted is what is written. */
static void write_value(const struct pkd_type *type, const void *value)
{
	struct pkdi_cdr counted = {.data = NULL};

	pkdi_cdr_begin(&counted);
	pkdi_cdr_value(&counted, type, value);
	memset(bytes, 0xee, sizeof(bytes));
	cdr = (struct pkdi_cdr){.data = bytes, .size = sizeof(bytes)};
	pkdi_cdr_begin(&cdr);
	pkdi_cdr_value(&cdr, type, value);
	assert_false(cdr.is_full);
	assert_int_equal(cdr.n, counted.n);
}

#define EXPECT(...)                                                          \
	do {                                                                 \
		static const uint8_t expected[] = {0, 1, 0, 0, __VA_ARGS__}; \
                                                                             \
		assert_int_equal(cdr.n, sizeof(expected));                   \
		assert_memory_equal(bytes, expected, sizeof(expected));      \
	} while (0)

static void numbers_are_aligned_behind_the_encapsulation(void **state)
{
	const struct small value = {5, 1.0};

	(void)state;
	write_value(&u16, &(uint16_t){0x1234});
	EXPECT(0x34, 0x12);
	write_value(&small, &value);
	EXPECT(5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f);
	write_value(&level, &(uint32_t){1});
	EXPECT(1, 0, 0, 0);
	write_value(&boolean, &(uint8_t){1});
	EXPECT(1);
	write_value(&moment, &(int64_t){-1});
	EXPECT(255, 255, 255, 255, 255, 255, 255, 255);
}

static void texts_have_their_length_and_a_nul(void **state)
{
	struct {
		uint32_t len;
		char text[8];
	} value = {2, "ab"};

	(void)state;
	write_value(&word, &value);
	EXPECT(3, 0, 0, 0, 'a', 'b', 0);
	write_value(&code, &value);
	EXPECT(2, 0, 0, 0, 'a', 'b');
}

/* Each item is aligned anew, and an array has no length. */
static void lists_have_their_length_and_arrays_none(void **state)
{
	const struct smalls value = {2, {{1, 1.0}, {2, 0.0}}};
	const uint16_t numbers[2][2] = {{1, 2}, {3, 4}};

	(void)state;
	write_value(&smalls, &value);
	EXPECT(2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	       0, 0, 0, 0, 0, 0);
	write_value(&pairs, numbers);
	EXPECT(1, 0, 2, 0, 3, 0, 4, 0);
}

static void an_empty_list_aligns_nothing(void **state)
{
	const struct smalls value = {.len = 0};

	(void)state;
	write_value(&smalls, &value);
	EXPECT(0, 0, 0, 0);
}

/* What a faulty writer has left is not believed. */
static void lengths_are_bounded_by_the_capacity(void **state)
{
	const struct smalls value = {1000000, {{1, 1.0}, {2, 0.0}}};
	struct {
		uint32_t len;
		char text[8];
	} text = {UINT32_MAX, "abcdefg"};

	(void)state;
	write_value(&smalls, &value);
	assert_int_equal(bytes[4], 2);
	write_value(&word, &text);
	EXPECT(5, 0, 0, 0, 'a', 'b', 'c', 'd', 0);
}

static void images_say_what_they_are(void **state)
{
	struct {
		struct pkd_image image;
		uint8_t pixels[16];
	} value = {{.width = 4, .height = 3, .stride = 4, .format = PKD_GRAY8}, {0}};

	(void)state;
	write_value(&picture, &value);
	EXPECT(4, 0, 0, 0, 3, 0, 0, 0, 6, 0, 0, 0, 'g', 'r', 'a', 'y', '8', 0);
}

static void too_little_room_is_said(void **state)
{
	(void)state;
	cdr = (struct pkdi_cdr){.data = bytes, .size = 11};
	bytes[11] = 0xee;
	pkdi_cdr_begin(&cdr);
	pkdi_cdr_u64(&cdr, 1);
	assert_true(cdr.is_full);
	pkdi_cdr_u8(&cdr, 1);
	assert_int_equal(bytes[11], 0xee);
}

static void messages_have_their_frame_before_the_value(void **state)
{
	struct {
		struct pkd_frame frame;
		uint16_t value;
	} slot = {{.number = 7, .seq = 3}, 9};

	(void)state;
	cdr = (struct pkdi_cdr){.data = bytes, .size = sizeof(bytes)};
	pkdi_cdr_message(&cdr, &u16, &slot.frame, 2000000005);
	EXPECT(7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 9, 0);
	/* Before 1970 the nanoseconds count upwards, too. */
	cdr = (struct pkdi_cdr){.data = bytes, .size = sizeof(bytes)};
	pkdi_cdr_message(&cdr, NULL, &slot.frame, -1);
	EXPECT(7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0xff, 0xc9, 0x9a,
	       0x3b);
}

/* ---- Schemas ---- */

#define RULE "================================================================================\n"
#define HEAD "uint64 frame\nuint64 seq\nbuiltin_interfaces/Time stamp\n"
#define TAIL RULE "MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n"

static void expect_schema(const struct pkd_type *type, const char *expected)
{
	char text[2048];

	assert_int_equal(pkdi_ros2msg_stream(type, text, sizeof(text)), strlen(expected));
	assert_string_equal(text, expected);
	assert_int_equal(pkdi_ros2msg_stream(type, NULL, 0), strlen(expected));
}

static void schemas_describe_each_type_once(void **state)
{
	static const struct pkd_field fields[] = {{"first", &small, 0},  {"more", &smalls, 16},
	                                          {"level", &level, 64}, {"grid", &pairs, 72},
	                                          {"seen", &moment, 80}, {"code", &code, 88}};
	static const struct pkd_type all = {
		.kind = PKD_RECORD, .name = "All", .size = 96, .n = 6, .fields = fields};

	(void)state;
	expect_schema(NULL, HEAD TAIL);
	expect_schema(&u16, HEAD "uint16 value\n" TAIL);
	expect_schema(&all, HEAD "pkd/All value\n" RULE
	                         "MSG: pkd/All\npkd/Small first\npkd/Small[] more\n"
	                         "uint32 LEVEL_LOW=0\nuint32 LEVEL_HIGH=1\nuint32 level\n"
	                         "pkd/T_u16_2[2] grid\nint64 seen  # ns\nuint8[] code\n" RULE
	                         "MSG: pkd/Small\nuint8 a\nfloat64 b\n" RULE
	                         "MSG: pkd/T_u16_2\nuint16[2] items\n" TAIL);
}

static void names_are_those_of_ros(void **state)
{
	char name[64];

	(void)state;
	pkdi_ros2msg_name("found.objects", name, sizeof(name));
	assert_string_equal(name, "pkd/msg/Found_objects");
	pkdi_ros2msg_name("_x..y_", name, sizeof(name));
	assert_string_equal(name, "pkd/msg/T_x_y");
}

/* Different types of one name are told apart. */
static void equal_names_get_a_number(void **state)
{
	static const struct pkd_field fields[] = {{"x", &u8, 0}};
	static const struct pkd_type other = {
		.kind = PKD_RECORD, .name = "Small", .size = 1, .n = 1, .fields = fields};
	static const struct pkd_field both_fields[] = {{"a", &small, 0}, {"b", &other, 16}};
	static const struct pkd_type both = {
		.kind = PKD_RECORD, .name = "Both", .size = 24, .n = 2, .fields = both_fields};
	char text[2048];

	(void)state;
	pkdi_ros2msg_stream(&both, text, sizeof(text));
	assert_non_null(strstr(text, "pkd/Small a\npkd/Small_2 b\n"));
	assert_non_null(strstr(text, "MSG: pkd/Small_2\nuint8 x\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_aligned_behind_the_encapsulation),
		cmocka_unit_test(texts_have_their_length_and_a_nul),
		cmocka_unit_test(lists_have_their_length_and_arrays_none),
		cmocka_unit_test(an_empty_list_aligns_nothing),
		cmocka_unit_test(lengths_are_bounded_by_the_capacity),
		cmocka_unit_test(images_say_what_they_are),
		cmocka_unit_test(too_little_room_is_said),
		cmocka_unit_test(messages_have_their_frame_before_the_value),
		cmocka_unit_test(schemas_describe_each_type_once),
		cmocka_unit_test(names_are_those_of_ros),
		cmocka_unit_test(equal_names_get_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
