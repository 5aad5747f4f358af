/* Values of streams as JSON: every type, at its limits, and what is no value. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console/json.h"
#include "console/value_json.h"

static char text[4096];
static struct pkdi_out out;

static const char *show(const struct pkd_type *type, const void *value)
{
	out = (struct pkdi_out){.text = text, .size = sizeof(text) - 1};
	pkdi_write_value(type, value, NULL, &out);
	assert_false(out.is_full);
	text[out.n] = '\0';
	return text;
}

#define SHOW(kind_, c_type, number) \
	show(&(struct pkd_type){.kind = (kind_), .size = sizeof(c_type)}, &(c_type){number})

static void integers_are_exact(void **state)
{
	(void)state;
	assert_string_equal(SHOW(PKD_I8, int8_t, INT8_MIN), "-128");
	assert_string_equal(SHOW(PKD_I16, int16_t, INT16_MIN), "-32768");
	assert_string_equal(SHOW(PKD_I32, int32_t, INT32_MIN), "-2147483648");
	assert_string_equal(SHOW(PKD_I64, int64_t, INT64_MIN), "-9223372036854775808");
	assert_string_equal(SHOW(PKD_U8, uint8_t, UINT8_MAX), "255");
	assert_string_equal(SHOW(PKD_U16, uint16_t, UINT16_MAX), "65535");
	assert_string_equal(SHOW(PKD_U32, uint32_t, UINT32_MAX), "4294967295");
	assert_string_equal(SHOW(PKD_U64, uint64_t, UINT64_MAX), "18446744073709551615");
	assert_string_equal(SHOW(PKD_TIME, int64_t, 1500000000), "1500000000");
	assert_string_equal(SHOW(PKD_BOOL, uint8_t, 1), "true");
	assert_string_equal(SHOW(PKD_BOOL, uint8_t, 0), "false");
}

static void fractions_read_back_and_what_is_not_finite_is_null(void **state)
{
	(void)state;
	assert_string_equal(SHOW(PKD_F32, float, 0.1f), "0.1");
	assert_string_equal(SHOW(PKD_F64, double, 0.1), "0.1");
	assert_string_equal(SHOW(PKD_F64, double, -1e300), "-1e+300");
	assert_string_equal(SHOW(PKD_F64, double, (double)NAN), "null");
	assert_string_equal(SHOW(PKD_F64, double, (double)INFINITY), "null");
	assert_string_equal(SHOW(PKD_F32, float, -INFINITY), "null");
}

struct word {
	uint32_t len;
	char text[9];
};

static void strings_keep_their_bytes_and_no_more(void **state)
{
	const struct pkd_type string = {.kind = PKD_STRING, .n = 8, .size = sizeof(struct word)};
	const struct pkd_type bytes = {.kind = PKD_BYTES, .n = 8, .size = sizeof(struct word)};

	(void)state;
	assert_string_equal(show(&string, &(struct word){3, "a\"\n"}), "\"a\\\"\\u000a\"");
	assert_string_equal(show(&string, &(struct word){3, "a\0b"}), "\"a\\u0000b\"");
	assert_string_equal(show(&string, &(struct word){3, "a\xff"
	                                                    "b"}),
	                    "\"a\xef\xbf\xbd"
	                    "b\"");
	/* Half of a character at the end. */
	assert_string_equal(show(&string, &(struct word){2, "a\xc3"}), "\"a\xef\xbf\xbd\"");
	/* A length that a faulty writer has changed. */
	assert_string_equal(show(&string, &(struct word){4000, "12345678"}), "\"12345678\"");
	assert_string_equal(show(&bytes, &(struct word){3, "\x01\xfe\x7f"}), "\"01fe7f\"");
	assert_string_equal(show(&bytes, &(struct word){0, ""}), "\"\"");
}

static const struct pkd_type u16 = {.kind = PKD_U16, .size = 2};
static const char *const level_names[] = {"low", "high"};
static const struct pkd_type level = {.kind = PKD_ENUM, .size = 4, .n = 2, .names = level_names};

struct box {
	uint16_t corners[2];
	uint32_t level;
	uint32_t len;
	uint16_t items[3];
	struct pkd_image image;
};

static const struct pkd_type corners = {.kind = PKD_ARRAY, .size = 4, .n = 2, .item = &u16};
static const struct pkd_type items = {
	.kind = PKD_LIST, .size = 12, .n = 3, .items_offset = 4, .item = &u16};
static const struct pkd_type image = {.kind = PKD_IMAGE, .size = sizeof(struct pkd_image)};
static const struct pkd_field box_fields[] = {
	{"corners", &corners, offsetof(struct box, corners)},
	{"level", &level, offsetof(struct box, level)},
	{"items", &items, offsetof(struct box, len)},
	{"image", &image, offsetof(struct box, image)},
};
static const struct pkd_type box = {
	.kind = PKD_RECORD, .size = sizeof(struct box), .n = 4, .fields = box_fields};

static void what_is_made_of_others_is_an_object_or_an_array(void **state)
{
	struct box value = {.corners = {1, 2}, .level = 1, .len = 2, .items = {3, 4, 5}};

	(void)state;
	value.image = (struct pkd_image){.width = 7, .height = 5, .format = PKD_NV12};
	assert_string_equal(show(&box, &value),
	                    "{\"corners\":[1,2],\"level\":\"high\",\"items\":[3,4],"
	                    "\"image\":{\"width\":7,\"height\":5,\"format\":\"nv12\"}}");
	value.level = 2;
	value.len = UINT32_MAX;
	value.image.format = 99;
	assert_string_equal(show(&box, &value),
	                    "{\"corners\":[1,2],\"level\":\"?\",\"items\":[3,4,5],"
	                    "\"image\":{\"width\":7,\"height\":5,\"format\":\"?\"}}");
}

static void what_is_too_deep_is_null_and_can_be_read(void **state)
{
	struct pkd_type nested[PKDI_VALUE_DEPTH + 4] = {u16};
	const uint16_t number = 1;
	struct pkdi_json_value values[64];
	struct pkdi_json json = {.values = values, .max_values = 64};
	char line[256];

	(void)state;
	for (size_t i = 1; i < sizeof(nested) / sizeof(nested[0]); i++)
		nested[i] = (struct pkd_type){
			.kind = PKD_ARRAY, .size = 2, .n = 1, .item = &nested[i - 1]};
	assert_string_equal(show(&nested[PKDI_VALUE_DEPTH - 1], &number),
	                    "[[[[[[[[[[[1]]]]]]]]]]]");
	show(&nested[PKDI_VALUE_DEPTH + 3], &number);
	assert_string_equal(text, "[[[[[[[[[[[[null]]]]]]]]]]]]");
	strcat(strcat(strcpy(line, "{\"parameters\":{\"value\":"), text), "}}");
	assert_true(pkdi_json_read(&json, line, strlen(line)));
}

static void what_does_not_fit_is_noticed(void **state)
{
	struct box value = {.level = 1};

	(void)state;
	for (size_t size = 0; size < 60; size++) {
		out = (struct pkdi_out){.text = text, .size = size};
		pkdi_write_value(&box, &value, NULL, &out);
		assert_true(out.is_full);
		assert_true(out.n <= size);
	}
}

static void base64_is_that_of_the_standard(void **state)
{
	static const char *const wanted[] = {"\"\"",        "\"Zg==\"",     "\"Zm8=\"",
	                                     "\"Zm9v\"",    "\"Zm9vYg==\"", "\"Zm9vYmE=\"",
	                                     "\"Zm9vYmFy\""};

	(void)state;
	for (size_t n = 0; n <= 6; n++) {
		out = (struct pkdi_out){.text = text, .size = sizeof(text) - 1};
		pkdi_write_base64((const uint8_t *)"foobar", n, NULL, &out);
		text[out.n] = '\0';
		assert_string_equal(text, wanted[n]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_exact),
		cmocka_unit_test(fractions_read_back_and_what_is_not_finite_is_null),
		cmocka_unit_test(strings_keep_their_bytes_and_no_more),
		cmocka_unit_test(what_is_made_of_others_is_an_object_or_an_array),
		cmocka_unit_test(what_is_too_deep_is_null_and_can_be_read),
		cmocka_unit_test(what_does_not_fit_is_noticed),
		cmocka_unit_test(base64_is_that_of_the_standard),
	};

	return cmocka_run_group_tests_name("runtime_value", tests, NULL, NULL);
}
