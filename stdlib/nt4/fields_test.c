/* Values of the language as topics, and back. */
#include "fields.h"

#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct string8 {
	uint32_t len;
	char text[9];
};
struct list3 {
	uint32_t len;
	float items[3];
};
struct inner {
	int16_t i;
	uint64_t u;
};
struct record {
	uint8_t yes;
	float f;
	double d;
	int64_t time;
	uint32_t colour;
	struct string8 name;
	struct list3 xs;
	struct inner in;
};

#define SCALAR(NAME, KIND, TYPE)                                      \
	static const struct pkd_type NAME = {.kind = KIND,            \
	                                     .name = #TYPE,           \
	                                     .size = sizeof(TYPE),    \
	                                     .align = _Alignof(TYPE), \
	                                     .plain = true}
SCALAR(bool_type, PKD_BOOL, uint8_t);
SCALAR(i16_type, PKD_I16, int16_t);
SCALAR(u64_type, PKD_U64, uint64_t);
SCALAR(f32_type, PKD_F32, float);
SCALAR(f64_type, PKD_F64, double);
SCALAR(time_type, PKD_TIME, int64_t);
static const char *const colours[] = {"red", "blue"};
static const struct pkd_type colour_type = {
	.kind = PKD_ENUM, .name = "Colour", .size = 4, .align = 4, .n = 2, .names = colours};
static const struct pkd_type string_type = {.kind = PKD_STRING,
                                            .name = "string<8>",
                                            .size = sizeof(struct string8),
                                            .align = 4,
                                            .n = 8};
static const struct pkd_type list_type = {.kind = PKD_LIST,
                                          .name = "list<f32, 3>",
                                          .size = sizeof(struct list3),
                                          .align = 4,
                                          .n = 3,
                                          .items_offset = 4,
                                          .item = &f32_type};
static const struct pkd_field inner_fields[] = {{"i", &i16_type, offsetof(struct inner, i)},
                                                {"u", &u64_type, offsetof(struct inner, u)}};
static const struct pkd_type inner_type = {.kind = PKD_RECORD,
                                           .name = "Inner",
                                           .size = sizeof(struct inner),
                                           .align = 8,
                                           .n = 2,
                                           .fields = inner_fields};
static const struct pkd_field fields_of_record[] = {
	{"yes", &bool_type, offsetof(struct record, yes)},
	{"f", &f32_type, offsetof(struct record, f)},
	{"d", &f64_type, offsetof(struct record, d)},
	{"time", &time_type, offsetof(struct record, time)},
	{"colour", &colour_type, offsetof(struct record, colour)},
	{"name", &string_type, offsetof(struct record, name)},
	{"xs", &list_type, offsetof(struct record, xs)},
	{"in", &inner_type, offsetof(struct record, in)}};
static const struct pkd_type record_type = {.kind = PKD_RECORD,
                                            .name = "vision.Record",
                                            .size = sizeof(struct record),
                                            .align = 8,
                                            .n = 8,
                                            .fields = fields_of_record};
static const struct pkd_type image_type = {
	.kind = PKD_IMAGE, .name = "image<gray8, 1, 1>", .size = 128};

static const struct record value = {.yes = 1,
                                    .f = 1.5f,
                                    .d = -2,
                                    .time = 1500000000,
                                    .colour = 1,
                                    .name = {2, "ab"},
                                    .xs = {2, {0.5f, 3}},
                                    .in = {-7, UINT64_MAX}};

/* The fields of `value` through their topics into another. */
static void check_both_ways(enum nt4_form form)
{
	static struct nt4_fields fields;
	struct nt4_buffer buffer = {0};
	struct record got = {0};

	memset(&fields, 0, sizeof(fields));
	assert_true(nt4_fields_make(&fields, &record_type, "vision", form));
	for (uint32_t i = 0; i < fields.n; i++) {
		struct nt4_buffer good = {0};

		buffer.n = 0;
		nt4_field_put(&fields.items[i], &value, &buffer);
		assert_true(nt4_value_put(&good, fields.items[i].code, buffer.data, buffer.n));
		assert_true(nt4_field_take(&fields, &fields.items[i], fields.items[i].code,
		                           good.data, good.n, &got));
		nt4_buffer_free(&good);
	}
	assert_true(got.yes == 1 && got.f == 1.5f && got.d == -2 && got.time == 1500000000);
	assert_true(got.colour == 1 && got.in.i == -7 && got.in.u == UINT64_MAX);
	assert_string_equal(got.name.text, "ab");
	assert_true(got.xs.len == 2 && got.xs.items[0] == 0.5f && got.xs.items[1] == 3);
	nt4_buffer_free(&buffer);
	nt4_fields_free(&fields);
}

static void a_record_is_topics_or_json(void **state)
{
	static struct nt4_fields fields;

	(void)state;
	check_both_ways(NT4_TOPICS);
	check_both_ways(NT4_JSON);
	assert_true(nt4_fields_make(&fields, &record_type, "//SmartDashboard/v/", NT4_TOPICS));
	assert_int_equal(fields.n, 9);
	assert_string_equal(fields.items[0].name, "/SmartDashboard/v/yes");
	assert_string_equal(fields.items[6].type, "double[]");
	assert_string_equal(fields.items[8].name, "/SmartDashboard/v/in/u");
	assert_string_equal(fields.items[8].type, "int");
	nt4_fields_free(&fields);
}

static void what_is_no_topic_is_told(void **state)
{
	static struct nt4_fields fields;

	(void)state;
	assert_false(nt4_fields_make(&fields, &image_type, "x", NT4_TOPICS));
	assert_non_null(strstr(fields.why, "an image is no topic"));
	nt4_fields_free(&fields);
	assert_false(nt4_fields_make(&fields, &record_type, "/", NT4_TOPICS));
	assert_non_null(strstr(fields.why, "have no name"));
	nt4_fields_free(&fields);
	fields.why[0] = '\0';
	assert_false(nt4_fields_make(&fields, &record_type, "x", NT4_STRUCT));
	assert_non_null(strstr(fields.why, "no room for 'xs'"));
	nt4_fields_free(&fields);
	assert_false(nt4_fields_make(&fields, &f64_type, "x", NT4_STRUCT));
	assert_non_null(strstr(fields.why, "a record of a declared type"));
	nt4_fields_free(&fields);
}

static void a_struct_has_no_gaps(void **state)
{
	static struct nt4_fields fields;
	const char bytes[] = "\xf9\xff\xff\xff\xff\xff\xff\xff\xff\xff", *at = bytes;
	struct nt4_buffer buffer = {0};
	struct inner got = {0};

	(void)state;
	assert_true(nt4_fields_make(&fields, &inner_type, "x", NT4_STRUCT));
	assert_string_equal(fields.items[0].type, "struct:Inner");
	assert_string_equal(fields.schemas[0].text, "int16 i;uint64 u;");
	nt4_struct_put(&inner_type, &value.in, &buffer);
	assert_int_equal(buffer.n, 10);
	assert_memory_equal(buffer.data, bytes, 10);
	assert_true(nt4_struct_take(&inner_type, &at, bytes + 10, &got));
	assert_true(got.i == -7 && got.u == UINT64_MAX);
	at = bytes;
	assert_false(nt4_struct_take(&inner_type, &at, bytes + 9, &got));
	nt4_buffer_free(&buffer);
	nt4_fields_free(&fields);
}

/* MessagePack into a field of the record; whether it is taken. */
static bool takes(const char *name, const char *data, size_t n)
{
	static struct nt4_fields fields;
	struct record got = {0};
	bool is_taken = false;

	memset(&fields, 0, sizeof(fields));
	assert_true(nt4_fields_make(&fields, &record_type, "x", NT4_TOPICS));
	for (uint32_t i = 0; i < fields.n; i++)
		if (strcmp(fields.items[i].name + 3, name) == 0)
			is_taken = nt4_field_take(&fields, &fields.items[i], 0, data, n, &got);
	nt4_fields_free(&fields);
	return is_taken;
}

static void numbers_are_taken_where_they_fit(void **state)
{
	(void)state;
	assert_true(takes("f", "\x05", 1));
	assert_true(takes("in/i", "\xca\x40\0\0\0", 5));    /* 2.0 */
	assert_false(takes("in/i", "\xca\x40\x20\0\0", 5)); /* 2.5 */
	assert_false(takes("in/i", "\xcd\x80\x00", 3));     /* 32768 */
	assert_true(takes("in/i", "\xd1\x80\x00", 3));      /* -32768 */
	assert_false(takes("in/u", "\xff", 1));             /* -1 */
	assert_false(takes("yes", "\x01", 1));
	assert_false(takes("f", "\xc3", 1));
	assert_true(takes("colour", "\xa3red", 4));
	assert_false(takes("colour", "\xa4pink", 5));
	assert_true(takes("name",
	                  "\xa8"
	                  "12345678",
	                  9));
	assert_false(takes("name",
	                   "\xa9"
	                   "123456789",
	                   10)); /* there is no room */
	assert_false(takes("name",
	                   "\xa2"
	                   "a\0",
	                   3));
	assert_false(takes("xs", "\x94\x01\x01\x01\x01", 5)); /* nor here */
	assert_true(takes("xs", "\x90", 1));
	assert_false(takes("time", "\xcb\x7f\xf0\0\0\0\0\0\0", 9));
	assert_false(takes("f", "", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_topics_or_json),
		cmocka_unit_test(what_is_no_topic_is_told),
		cmocka_unit_test(a_struct_has_no_gaps),
		cmocka_unit_test(numbers_are_taken_where_they_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
