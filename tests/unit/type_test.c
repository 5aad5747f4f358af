/* Layouts are compared with what the C compiler makes of the same shapes. */
#include "sema/type.h"
#include <pkd/frame.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct size size(uint64_t value)
{
	return (struct size){.value = value};
}

static struct size variable(const char *name)
{
	return (struct size){.variable = name};
}

static const struct type *list(const struct type *item, uint64_t n)
{
	return type_list(arena, item, size(n));
}

static const struct type *array(const struct type *item, uint64_t n)
{
	return type_array(arena, item, size(n));
}

static const struct type *image(uint64_t format, uint64_t width, uint64_t height)
{
	return type_image(arena, size(format), size(width), size(height));
}

static struct record *record(const char *kind)
{
	struct record *made = arena_new(arena, struct record);

	made->name = made->kind = made->c_name = kind;
	made->doc = "";
	return made;
}

static void add(struct record *to, const char *name, const struct type *type)
{
	vec_push(arena, &to->fields, (struct field){.name = name, .type = type, .doc = ""});
}

#define scalar type_scalar

#define assert_layout(type, c_type)                                 \
	do {                                                        \
		struct layout layout_;                              \
		assert_int_equal(type_layout((type), &layout_), 0); \
		assert_int_equal(layout_.size, sizeof(c_type));     \
		assert_int_equal(layout_.align, _Alignof(c_type));  \
	} while (0)

#define assert_offset(record, number, c_type, field) \
	assert_int_equal(type_field_offset((record), (number)), offsetof(c_type, field))

static void numbers_are_as_wide_as_in_c(void **state)
{
	(void)state;
	assert_layout(scalar(TYPE_BOOL), bool);
	assert_layout(scalar(TYPE_I8), int8_t);
	assert_layout(scalar(TYPE_I16), int16_t);
	assert_layout(scalar(TYPE_I32), int32_t);
	assert_layout(scalar(TYPE_I64), int64_t);
	assert_layout(scalar(TYPE_U8), uint8_t);
	assert_layout(scalar(TYPE_U16), uint16_t);
	assert_layout(scalar(TYPE_U32), uint32_t);
	assert_layout(scalar(TYPE_U64), uint64_t);
	assert_layout(scalar(TYPE_F32), float);
	assert_layout(scalar(TYPE_F64), double);
	assert_layout(scalar(TYPE_TIME), int64_t);
	assert_layout(type_enum(arena, arena_new(arena, struct enumeration)), uint32_t);
}

static void strings_have_room_for_the_nul(void **state)
{
	struct string_32 {
		uint32_t len;
		char text[33];
	};
	struct string_7 {
		uint32_t len;
		char text[8];
	};

	(void)state;
	assert_layout(type_string(arena, size(32)), struct string_32);
	assert_layout(type_string(arena, size(7)), struct string_7);
}

static void bytes_have_none(void **state)
{
	struct bytes_5 {
		uint32_t len;
		uint8_t data[5];
	};

	(void)state;
	assert_layout(type_bytes(arena, size(5)), struct bytes_5);
}

static void lists_align_their_items(void **state)
{
	struct list_u8 {
		uint32_t len;
		uint8_t items[7];
	};
	struct list_i64 {
		uint32_t len;
		int64_t items[3];
	};
	const struct type *small = list(scalar(TYPE_U8), 7), *wide = list(scalar(TYPE_I64), 3);

	(void)state;
	assert_layout(small, struct list_u8);
	assert_int_equal(type_items_offset(small), offsetof(struct list_u8, items));
	assert_layout(wide, struct list_i64);
	assert_int_equal(type_items_offset(wide), offsetof(struct list_i64, items));
}

static void arrays_have_no_length(void **state)
{
	(void)state;
	assert_layout(array(scalar(TYPE_F64), 4), double[4]);
	assert_layout(array(array(scalar(TYPE_U16), 3), 5), uint16_t[5][3]);
}

static void images_are_a_header_and_pixels(void **state)
{
	struct bgr24 {
		struct pkd_image head;
		uint8_t pixels[5 * 3 * 3];
	};
	struct gray8 {
		struct pkd_image head;
		uint8_t pixels[4];
	};

	(void)state;
	assert_layout(image(PKD_BGR24, 5, 3), struct bgr24);
	assert_layout(image(PKD_GRAY8, 2, 2), struct gray8);
}

struct inner {
	uint8_t a;
	double b;
	uint16_t c;
};

struct outer {
	uint8_t first;
	struct {
		uint32_t len;
		char text[4];
	} name;
	struct inner inner;
	struct {
		uint32_t len;
		struct inner items[2];
	} more;
	uint8_t flags[3];
	struct {
		struct pkd_image head;
		uint8_t pixels[3];
	} pixel;
	uint32_t level;
	uint8_t last;
};

static struct record *inner_record(void)
{
	struct record *made = record("inner");

	add(made, "a", scalar(TYPE_U8));
	add(made, "b", scalar(TYPE_F64));
	add(made, "c", scalar(TYPE_U16));
	return made;
}

static void records_are_structs(void **state)
{
	struct record *inner = inner_record(), *outer = record("outer");

	(void)state;
	assert_layout(type_record(arena, inner), struct inner);
	assert_offset(inner, 1, struct inner, b);
	assert_offset(inner, 2, struct inner, c);

	add(outer, "first", scalar(TYPE_BOOL));
	add(outer, "name", type_string(arena, size(3)));
	add(outer, "inner", type_record(arena, inner));
	add(outer, "more", list(type_record(arena, inner), 2));
	add(outer, "flags", array(scalar(TYPE_BOOL), 3));
	add(outer, "pixel", image(PKD_RGB24, 1, 1));
	add(outer, "level", type_enum(arena, arena_new(arena, struct enumeration)));
	add(outer, "last", scalar(TYPE_I8));
	assert_layout(type_record(arena, outer), struct outer);
	assert_offset(outer, 0, struct outer, first);
	assert_offset(outer, 1, struct outer, name);
	assert_offset(outer, 2, struct outer, inner);
	assert_offset(outer, 3, struct outer, more);
	assert_offset(outer, 4, struct outer, flags);
	assert_offset(outer, 5, struct outer, pixel);
	assert_offset(outer, 6, struct outer, level);
	assert_offset(outer, 7, struct outer, last);
}

static void what_is_too_large_has_no_layout(void **state)
{
	const uint64_t huge[] = {TYPE_MAX_SIZE + 1, UINT32_MAX, UINT64_MAX / 2 + 1, UINT64_MAX};
	struct layout layout = {1, 1};
	struct record *two = record("two");

	(void)state;
	for (size_t i = 0; i < sizeof huge / sizeof huge[0]; i++) {
		uint64_t n = huge[i];
		assert_int_equal(type_layout(array(scalar(TYPE_U8), n), &layout), -1);
		assert_int_equal(type_layout(array(scalar(TYPE_U64), n), &layout), -1);
		assert_int_equal(type_layout(list(scalar(TYPE_U64), n), &layout), -1);
		assert_int_equal(type_layout(type_string(arena, size(n)), &layout), -1);
		assert_int_equal(type_layout(type_bytes(arena, size(n)), &layout), -1);
		assert_int_equal(type_layout(image(PKD_BGRA32, n, 1), &layout), -1);
		assert_int_equal(type_layout(image(PKD_BGRA32, 1, n), &layout), -1);
		assert_int_equal(type_layout(image(PKD_BGRA32, n, n), &layout), -1);
	}
	assert_int_equal(layout.size, 1); /* only written on success */

	assert_int_equal(type_layout(array(scalar(TYPE_U8), TYPE_MAX_SIZE), &layout), 0);
	assert_int_equal(layout.size, TYPE_MAX_SIZE);
	assert_int_equal(type_layout(list(scalar(TYPE_U8), TYPE_MAX_SIZE - 4), &layout), 0);
	assert_int_equal(type_layout(list(scalar(TYPE_U8), TYPE_MAX_SIZE - 3), &layout), -1);

	add(two, "a", array(scalar(TYPE_U8), TYPE_MAX_SIZE - 1));
	add(two, "b", scalar(TYPE_U8));
	assert_int_equal(type_layout(type_record(arena, two), &layout), 0);
	add(two, "c", scalar(TYPE_U8));
	assert_int_equal(type_layout(type_record(arena, two), &layout), -1);
}

static void what_is_not_concrete_has_no_layout(void **state)
{
	const struct type *open[] = {
		type_any(),
		type_variable(arena, "T"),
		type_list(arena, type_variable(arena, "T"), size(4)),
		type_list(arena, scalar(TYPE_F32), variable("N")),
		type_array(arena, scalar(TYPE_F32), variable("N")),
		type_string(arena, variable("N")),
		type_bytes(arena, variable("N")),
		type_image(arena, variable("F"), size(1), size(1)),
		type_image(arena, size(PKD_BGR24), variable("W"), size(1)),
		type_image(arena, size(PKD_BGR24), size(1), variable("H")),
	};
	struct layout layout;

	(void)state;
	for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
		assert_false(type_is_concrete(open[i]));
		assert_int_equal(type_layout(open[i], &layout), -1);
	}
	assert_true(type_is_concrete(list(scalar(TYPE_F32), 4)));
	assert_int_equal(type_layout(type_string(arena, size(0)), &layout), -1);
}

static void names_are_the_languages(void **state)
{
	(void)state;
	assert_string_equal(scalar(TYPE_BOOL)->name, "bool");
	assert_string_equal(type_string(arena, size(0))->name, "string");
	assert_string_equal(type_string(arena, size(32))->name, "string<32>");
	assert_string_equal(type_bytes(arena, variable("N"))->name, "bytes<N>");
	assert_string_equal(array(scalar(TYPE_F32), 3)->name, "[f32; 3]");
	assert_string_equal(list(type_record(arena, record("detect.Object")), 64)->name,
	                    "list<detect.Object, 64>");
	assert_string_equal(image(PKD_BGR24, 768, 576)->name, "image<bgr24, 768, 576>");
	assert_string_equal(type_image(arena, variable("F"), variable("W"), variable("H"))->name,
	                    "image<F, W, H>");
}

static void equality_is_of_shape_and_declaration(void **state)
{
	struct record *a = record("a"), *b = record("a");

	(void)state;
	assert_true(type_equal(list(scalar(TYPE_F32), 4), list(scalar(TYPE_F32), 4)));
	assert_false(type_equal(list(scalar(TYPE_F32), 4), list(scalar(TYPE_F32), 5)));
	assert_false(type_equal(list(scalar(TYPE_F32), 4), list(scalar(TYPE_F64), 4)));
	assert_false(type_equal(list(scalar(TYPE_F32), 4), array(scalar(TYPE_F32), 4)));
	assert_true(type_equal(image(PKD_BGR24, 2, 3), image(PKD_BGR24, 2, 3)));
	assert_false(type_equal(image(PKD_BGR24, 2, 3), image(PKD_RGB24, 2, 3)));
	assert_false(type_equal(image(PKD_BGR24, 2, 3), image(PKD_BGR24, 3, 2)));
	assert_true(type_equal(type_record(arena, a), type_record(arena, a)));
	assert_false(type_equal(type_record(arena, a), type_record(arena, b)));
	assert_true(type_equal(type_bytes(arena, variable("N")), type_bytes(arena, variable("N"))));
	assert_false(type_equal(type_bytes(arena, variable("N")), type_bytes(arena, size(0))));
	assert_true(type_equal(type_error(), scalar(TYPE_F32)));
}

static void what_has_room_for_pixels_may_hold_a_picture(void **state)
{
	struct record *box = record("box"), *packet = record("packet"), *both = record("both");

	(void)state;
	add(box, "x", scalar(TYPE_F32));
	add(box, "label", type_string(arena, size(32)));
	box->holds_picture = type_record_holds(box);
	add(packet, "data", type_bytes(arena, size(8)));
	packet->holds_picture = type_record_holds(packet);
	add(both, "box", type_record(arena, box));
	add(both, "packets", list(type_record(arena, packet), 2));
	both->holds_picture = type_record_holds(both);
	assert_true(type_holds_picture(image(PKD_GRAY8, 2, 2)));
	assert_true(type_holds_picture(type_bytes(arena, size(1))));
	assert_true(type_holds_picture(array(scalar(TYPE_U8), 3)));
	assert_true(type_holds_picture(list(scalar(TYPE_BOOL), 3)));
	assert_true(type_holds_picture(array(list(scalar(TYPE_F32), 3), 3)));
	assert_true(type_holds_picture(type_record(arena, both)));
	assert_false(type_holds_picture(scalar(TYPE_U64)));
	assert_false(type_holds_picture(type_string(arena, size(64))));
	assert_false(type_holds_picture(type_record(arena, box)));
	assert_false(type_holds_picture(list(type_record(arena, box), 64)));
}

static void formats_have_names_both_ways(void **state)
{
	uint64_t format;

	(void)state;
	for (size_t i = 0; format_names[i]; i++) {
		assert_true(format_find(format_names[i], &format));
		assert_string_equal(format_name(format), format_names[i]);
		assert_true(format_bytes(format, 1, 1) > 0 &&
		            format_bytes(format, 1, 1) < UINT64_MAX);
	}
	assert_string_equal(format_c_name(PKD_BGRA32), "PKD_BGRA32");
	assert_int_equal(format_bytes(PKD_BGR24, 5, 2), 30);
	assert_int_equal(format_bytes(99, 1, 1), UINT64_MAX);
	assert_int_equal(format_bytes((UINT64_C(1) << 32) + PKD_BGR24, 1, 1), UINT64_MAX);
	assert_int_equal(format_bytes(PKD_GRAY16, 5, 3), 30);
	assert_int_equal(format_bytes(PKD_I420, 6, 4), 24 + 6 + 6);
	assert_int_equal(format_bytes(PKD_I420, 5, 3), 15 + 6 + 6);
	assert_int_equal(format_bytes(PKD_NV12, 5, 3), 15 + 12);
	assert_false(format_find("yuv", &format));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_as_wide_as_in_c),
		cmocka_unit_test(strings_have_room_for_the_nul),
		cmocka_unit_test(bytes_have_none),
		cmocka_unit_test(lists_align_their_items),
		cmocka_unit_test(arrays_have_no_length),
		cmocka_unit_test(images_are_a_header_and_pixels),
		cmocka_unit_test(records_are_structs),
		cmocka_unit_test(what_is_too_large_has_no_layout),
		cmocka_unit_test(what_is_not_concrete_has_no_layout),
		cmocka_unit_test(names_are_the_languages),
		cmocka_unit_test(equality_is_of_shape_and_declaration),
		cmocka_unit_test(what_has_room_for_pixels_may_hold_a_picture),
		cmocka_unit_test(formats_have_names_both_ways),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
