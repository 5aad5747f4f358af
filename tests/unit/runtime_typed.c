/* Values that are checked against the description of their type, and emptied by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pkd/node.h>

#include "node/plan.h"
#include "node/typed.h"

/* ---- A record with one of everything, as pkdc lays it out and describes it ---- */

enum { NAME = 7, RAW = 5, MARKS = 3, PIXELS = 6 * 4 * 3 };

struct mark {
	uint8_t on;
	uint32_t colour;
	struct {
		uint32_t len;
		char text[NAME + 1];
	} name;
};

struct everything {
	double number;
	struct {
		uint32_t len;
		uint8_t data[RAW];
	} raw;
	struct {
		uint32_t len;
		struct mark items[MARKS];
	} marks;
	uint8_t mask[4];
	struct {
		struct pkd_image head;
		uint8_t pixels[PIXELS];
	} picture;
};

#define TYPE(KIND, NAME, c_type, ...)                                             \
	{                                                                         \
		.kind = KIND, .name = (NAME), .size = sizeof(c_type), __VA_ARGS__ \
	}

static const struct pkd_type type_f64 = TYPE(PKD_F64, "f64", double, .plain = true, .flat = true);
static const struct pkd_type type_bool = TYPE(PKD_BOOL, "bool", uint8_t, .flat = true);
static const struct pkd_type type_colour = TYPE(PKD_ENUM, "Colour", uint32_t, .flat = true, .n = 3);
static const struct pkd_type type_name = TYPE(PKD_STRING, "string<7>", ((struct mark *)0)->name,
                                              .n = NAME);
static const struct pkd_type type_raw = TYPE(PKD_BYTES, "bytes<5>", ((struct everything *)0)->raw,
                                             .n = RAW);
static const struct pkd_field mark_fields[] = {
	{"on", &type_bool, offsetof(struct mark, on)},
	{"colour", &type_colour, offsetof(struct mark, colour)},
	{"name", &type_name, offsetof(struct mark, name)},
};
static const struct pkd_type type_mark = TYPE(PKD_RECORD, "Mark", struct mark, .n = 3,
                                              .fields = mark_fields);
static const struct pkd_type type_marks = TYPE(PKD_LIST, "list<Mark, 3>",
                                               ((struct everything *)0)->marks, .n = MARKS,
                                               .items_offset = 4, .item = &type_mark);
static const struct pkd_type type_mask = TYPE(PKD_ARRAY, "[bool; 4]",
                                              ((struct everything *)0)->mask, .n = 4, .flat = true,
                                              .item = &type_bool);
static const struct pkd_type type_picture = TYPE(PKD_IMAGE, "image<bgr24, 6, 4>",
                                                 ((struct everything *)0)->picture,
                                                 .format = PKD_BGR24, .width = 6, .height = 4);
static const struct pkd_field fields[] = {
	{"number", &type_f64, offsetof(struct everything, number)},
	{"raw", &type_raw, offsetof(struct everything, raw)},
	{"marks", &type_marks, offsetof(struct everything, marks)},
	{"mask", &type_mask, offsetof(struct everything, mask)},
	{"picture", &type_picture, offsetof(struct everything, picture)},
};
static const struct pkd_type type_everything = TYPE(PKD_RECORD, "Everything", struct everything,
                                                    .n = 5, .fields = fields);

/* ---- An honest value, and one thing wrong with it ---- */

static struct everything value;

static void make(void)
{
	memset(&value, 0xee, sizeof(value));
	value.raw.len = RAW;
	value.marks.len = 2;
	for (uint32_t i = 0; i < 2; i++) {
		value.marks.items[i].on = 1;
		value.marks.items[i].colour = 2;
		pkd_string_set(&value.marks.items[i].name, "seventh");
	}
	memset(value.mask, 1, sizeof(value.mask));
	pkd_image_set(&value.picture.head, PKD_BGR24, 6, 4);
}

static struct pkdi_plan plan_of(const struct pkd_type *type)
{
	struct pkdi_plan plan;

	pkdi_plan_make(&plan, type, false);
	return plan;
}

static void expect(const char *place, const char *text)
{
	const struct pkdi_plan plan = plan_of(&type_everything);
	struct pkdi_mismatch mismatch = {"", ""};

	assert_false(pkdi_plan_check(&plan, &value));
	assert_false(pkdi_typed_check(&type_everything, &value, &mismatch));
	assert_string_equal(mismatch.place, place);
	assert_string_equal(mismatch.text, text);
	make();
}

static int set_up(void **state)
{
	(void)state;
	make();
	return 0;
}

static void expect_honest(void)
{
	const struct pkdi_plan plan = plan_of(&type_everything);
	struct pkdi_mismatch mismatch;

	assert_true(pkdi_plan_check(&plan, &value));
	assert_true(pkdi_typed_check(&type_everything, &value, &mismatch));
}

static void an_honest_value_passes(void **state)
{
	(void)state;
	expect_honest();
	pkd_image_set(&value.picture.head, PKD_BGR24, 3, 2);
	value.picture.head.stride = PIXELS / 2;
	value.raw.len = value.marks.len = 0;
	expect_honest();
}

static void a_length_beyond_the_capacity_is_found(void **state)
{
	(void)state;
	value.raw.len = RAW + 1;
	expect(".raw", "has length 6, but bytes<5> holds at most 5");
	value.marks.len = 100;
	expect(".marks", "has length 100, but list<Mark, 3> holds at most 3");
	value.marks.items[1].name.len = UINT32_MAX;
	expect(".marks[1].name", "has length 4294967295, but string<7> holds at most 7");
}

static void a_string_that_does_not_end_is_found(void **state)
{
	(void)state;
	value.marks.items[0].name.text[NAME] = 'x';
	expect(".marks[0].name", "has length 7, but text[7] is 120, not the terminating 0");
}

static void bools_and_enums_have_their_values_only(void **state)
{
	(void)state;
	value.marks.items[1].on = 2;
	expect(".marks[1].on", "is 2, but a bool must be 0 or 1");
	value.mask[3] = 255;
	expect(".mask[3]", "is 255, but a bool must be 0 or 1");
	value.marks.items[0].colour = 3;
	expect(".marks[0].colour", "is 3, but Colour has values 0 to 2");
}

static void an_image_stays_within_its_memory(void **state)
{
	(void)state;
	value.picture.head.format = PKD_GRAY8;
	expect(".picture", "has format 1, but that of image<bgr24, 6, 4> is 2");
	value.picture.head.height = 200;
	expect(".picture", "has 6 x 200 pixels, but image<bgr24, 6, 4> holds at most 6 x 4");
	value.picture.head.height = 0;
	expect(".picture", "has 6 x 0 pixels, but an image has at least one");
	value.picture.head.width = 0;
	expect(".picture", "has 0 x 4 pixels, but an image has at least one");
	value.picture.head.width = 7;
	expect(".picture", "has 7 x 4 pixels, but image<bgr24, 6, 4> holds at most 6 x 4");
	value.picture.head.stride = 17;
	expect(".picture", "has a stride of 17 bytes, but a row of 6 pixels takes 18");
	value.picture.head.stride = 2147483647;
	expect(".picture",
	       "has 4 rows of 2147483647 bytes, but image<bgr24, 6, 4> holds at most 72 bytes");
	/* 4 rows of 2^30 + 18 bytes are 72 bytes in 32 bits. */
	value.picture.head.stride = (1U << 30) + 18;
	expect(".picture",
	       "has 4 rows of 1073741842 bytes, but image<bgr24, 6, 4> holds at most 72 bytes");
}

static void a_forgotten_image_is_found(void **state)
{
	(void)state;
	pkdi_typed_empty(&type_everything, &value);
	expect(".picture", "was not written, but image<bgr24, 6, 4> has no empty value");
}

static void items_that_are_not_in_use_are_nobodys_affair(void **state)
{
	(void)state;
	memset(&value.marks.items[2], 0xff, sizeof(value.marks.items[2]));
	expect_honest();
}

static void expect_empty(void)
{
	static const struct everything zero;

	assert_true(value.number == 0);
	assert_memory_equal(&value.raw, &zero.raw, sizeof(uint32_t) + RAW);
	assert_int_equal(value.marks.len, 0);
	for (uint32_t i = 0; i < 2; i++) {
		struct mark *mark = &value.marks.items[i];

		assert_int_equal(mark->on, 0);
		assert_int_equal(mark->colour, 0);
		assert_memory_equal(&mark->name, &zero.marks.items[0].name, sizeof(mark->name));
	}
	assert_int_equal(value.marks.items[2].on, 0xee);
	assert_memory_equal(value.mask, zero.mask, sizeof(value.mask));
	assert_memory_equal(&value.picture.head, &zero.picture.head, sizeof(struct pkd_image));
	assert_int_equal(value.picture.pixels[0], 0xee);
}

static void an_empty_value_is_zero_where_it_was_used(void **state)
{
	const struct pkdi_plan plan = plan_of(&type_everything);

	(void)state;
	pkdi_typed_empty(&type_everything, &value);
	expect_empty();
	make();
	pkdi_plan_empty(&plan, &value);
	expect_empty();
}

/* ---- Plans ---- */

/* A mark ends where the next begins: what is emptied beyond it would be seen. */
static void a_plan_does_what_its_type_says(void **state)
{
	const struct pkdi_plan plan = plan_of(&type_mark), none = plan_of(NULL);
	const struct pkdi_plan raw = plan_of(&type_raw);
	struct mark marks[2], untouched;

	(void)state;
	memset(marks, 0xff, sizeof(marks));
	memset(&untouched, 0xff, sizeof(untouched));
	pkdi_plan_empty(&none, marks);
	assert_memory_equal(marks, &untouched, sizeof(untouched));
	assert_true(pkdi_plan_check(&none, marks) && !none.checks);

	assert_false(pkdi_plan_check(&plan, marks));
	marks->name.len = NAME + 2;
	pkdi_plan_empty(&plan, marks);
	assert_true(plan.checks && pkdi_plan_check(&plan, marks));
	assert_true(!marks->on && !marks->colour && !marks->name.len && !*marks->name.text);
	assert_memory_equal(&marks[1], &untouched, sizeof(untouched));

	pkd_string_set(&marks->name, "seventh");
	assert_true(pkdi_plan_check(&plan, marks));
	marks->name.text[NAME] = 'x';
	assert_false(pkdi_plan_check(&plan, marks));
	marks->name.text[NAME] = '\0';
	marks->name.len = NAME + 1;
	assert_false(pkdi_plan_check(&plan, marks));
	pkd_string_set(&marks->name, "");
	marks->on = 2;
	assert_false(pkdi_plan_check(&plan, marks));
	marks->on = 1;
	marks->colour = 3;
	assert_false(pkdi_plan_check(&plan, marks));
	marks->colour = 2;
	assert_true(pkdi_plan_check(&plan, marks));

	assert_true(pkdi_plan_check(&raw, &value.raw));
	value.raw.len = RAW + 1;
	assert_false(pkdi_plan_check(&raw, &value.raw));
}

/* Numbers alone are emptied in one go, and need no check. */
static void a_plan_of_numbers_is_short(void **state)
{
	static const struct pkd_field numbers[] = {
		{"first", &type_f64, 0}, {"second", &type_f64, 8}, {"third", &type_f64, 16}};
	static const struct pkd_type type = {.kind = PKD_RECORD,
	                                     .name = "Numbers",
	                                     .size = 24,
	                                     .align = 8,
	                                     .n = 3,
	                                     .flat = true,
	                                     .fields = numbers};
	const struct pkdi_plan plan = plan_of(&type);
	double at[4] = {1, 2, 3, 4};

	(void)state;
	assert_int_equal(plan.n_parts, 1);
	assert_false(plan.checks);
	pkdi_plan_empty(&plan, at);
	assert_true(at[0] == 0 && at[1] == 0 && at[2] == 0 && at[3] == 4);
}

/* More than a plan holds: it asks the type. */
static void a_plan_of_many_parts_is_still_right(void **state)
{
	struct pkd_field many[PKDI_PLAN_PARTS + 1];
	struct mark marks[PKDI_PLAN_PARTS + 1];
	const struct pkd_type type = {.kind = PKD_RECORD,
	                              .name = "Many",
	                              .size = sizeof(marks),
	                              .n = PKDI_PLAN_PARTS + 1,
	                              .fields = many};
	struct pkdi_plan plan;

	(void)state;
	for (uint32_t i = 0; i < type.n; i++)
		many[i] = (struct pkd_field){"mark", &type_mark, i * (uint32_t)sizeof(*marks)};
	pkdi_plan_make(&plan, &type, false);
	assert_int_equal(plan.n_parts, 1);
	memset(marks, 0xff, sizeof(marks));
	pkdi_plan_empty(&plan, marks);
	assert_true(pkdi_plan_check(&plan, marks));
	marks[PKDI_PLAN_PARTS].on = 2;
	assert_false(pkdi_plan_check(&plan, marks));
}

static void what_is_emptied_may_be_anything(void **state)
{
	struct {
		struct {
			uint32_t len;
			struct mark items[MARKS];
		} marks;
		struct mark behind;
	} room;
	struct mark untouched;

	(void)state;
	memset(&room, 0xff, sizeof(room));
	memset(&untouched, 0xff, sizeof(untouched));
	room.marks.len = MARKS + 1;
	pkdi_typed_empty(&type_marks, &room.marks);
	assert_int_equal(room.marks.len, 0);
	assert_int_equal(room.marks.items[2].name.len, 0);
	assert_memory_equal(&room.behind, &untouched, sizeof(untouched));
}

/* ---- Planes ---- */

static void chroma_planes_are_rounded_up(void **state)
{
	struct {
		struct pkd_image head;
		uint8_t pixels[27];
	} odd;
	struct pkd_image_plane plane;

	(void)state;
	pkd_image_set(&odd.head, PKD_I420, 5, 3);
	assert_int_equal(pkd_image_bytes(PKD_I420, 5, 3), sizeof(odd.pixels));
	plane = pkd_plane(&odd.head, 0);
	assert_ptr_equal(plane.data, odd.pixels);
	assert_true(plane.width == 5 && plane.height == 3 && plane.stride == 5);
	for (uint32_t n = 1; n <= 2; n++) {
		plane = pkd_plane(&odd.head, n);
		assert_ptr_equal(plane.data, odd.pixels + 15 + 6 * (n - 1));
		assert_true(plane.width == 3 && plane.height == 2 && plane.stride == 3);
	}
	assert_null(pkd_plane(&odd.head, 3).data);
	pkd_image_set(&odd.head, PKD_NV12, 5, 3);
	plane = pkd_plane(&odd.head, 1);
	assert_ptr_equal(plane.data, odd.pixels + 15);
	assert_true(plane.width == 3 && plane.height == 2 && plane.stride == 6);
	assert_null(pkd_plane(&odd.head, 2).data);
	pkd_image_set(&odd.head, PKD_BGR24, 3, 3);
	plane = pkd_plane(&odd.head, 0);
	assert_true(plane.width == 3 && plane.height == 3 && plane.stride == 9);
	assert_ptr_equal(pkd_const_plane(&odd.head, 0).data, odd.pixels);
	assert_null(pkd_const_plane(&odd.head, 1).data);
}

static void all_planes_must_fit(void **state)
{
	const struct pkd_type type = {.kind = PKD_IMAGE,
	                              .name = "image<i420, 5, 3>",
	                              .size = sizeof(struct pkd_image) + 27,
	                              .format = PKD_I420,
	                              .width = 5,
	                              .height = 3};
	struct pkdi_mismatch mismatch = {"", ""};
	struct pkd_image image;

	(void)state;
	pkd_image_set(&image, PKD_I420, 5, 3);
	assert_true(pkdi_typed_check(&type, &image, &mismatch));
	image.stride = 6;
	assert_false(pkdi_typed_check(&type, &image, &mismatch));
	assert_string_equal(mismatch.text, "has 3 rows of 6 bytes and its other planes, but "
	                                   "image<i420, 5, 3> holds at most 27 bytes");
	image.stride = 4;
	assert_false(pkdi_typed_check(&type, &image, &mismatch));
}

/* ---- Optional values ---- */

static void a_forgotten_value_is_known_by_its_mark(void **state)
{
	static const struct pkd_type *const types[] = {&type_f64, &type_bool, &type_colour,
	                                               &type_mark};
	struct mark room;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct pkdi_plan plan;

		pkdi_plan_make(&plan, types[i], true);
		memset(&room, 0x11, sizeof(room));
		pkdi_plan_empty(&plan, &room);
		assert_false(pkdi_plan_check(&plan, &room));
		assert_true(pkdi_plan_is_unwritten(&plan, &room));
		assert_true(pkdi_typed_is_empty(types[i], &room));
		pkdi_plan_empty(&plan, &room);
		memset(&room, 0, types[i]->size);
		assert_true(pkdi_plan_check(&plan, &room));
		assert_false(pkdi_plan_is_unwritten(&plan, &room));
	}
}

/* It is 0, as what is left out of any value. */
static void a_mark_in_a_value_that_was_written_is_zero(void **state)
{
	struct pkdi_plan plan;
	struct mark room;

	(void)state;
	pkdi_plan_make(&plan, &type_mark, true);
	memset(&room, 0x11, sizeof(room));
	pkdi_plan_empty(&plan, &room);
	pkd_string_set(&room.name, "here");
	assert_false(pkdi_plan_check(&plan, &room));
	assert_false(pkdi_plan_is_unwritten(&plan, &room));
	assert_int_equal(room.on, 0);
	assert_int_equal(room.colour, 0);
	assert_true(pkdi_plan_check(&plan, &room));
}

/* An empty list is a value. */
static void a_list_has_no_mark(void **state)
{
	struct everything room;
	struct pkdi_plan plan;

	(void)state;
	pkdi_plan_make(&plan, &type_marks, true);
	memset(&room, 0, sizeof(room));
	pkdi_plan_empty(&plan, &room.marks);
	assert_true(pkdi_plan_check(&plan, &room.marks));
	assert_int_equal(room.marks.len, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_honest_value_passes),
		TEST(a_length_beyond_the_capacity_is_found),
		TEST(a_string_that_does_not_end_is_found),
		TEST(bools_and_enums_have_their_values_only),
		TEST(an_image_stays_within_its_memory),
		TEST(a_forgotten_image_is_found),
		TEST(items_that_are_not_in_use_are_nobodys_affair),
		TEST(an_empty_value_is_zero_where_it_was_used),
		TEST(a_plan_does_what_its_type_says),
		TEST(a_plan_of_numbers_is_short),
		TEST(a_plan_of_many_parts_is_still_right),
		TEST(what_is_emptied_may_be_anything),
		TEST(chroma_planes_are_rounded_up),
		TEST(all_planes_must_fit),
		TEST(a_forgotten_value_is_known_by_its_mark),
		TEST(a_mark_in_a_value_that_was_written_is_zero),
		TEST(a_list_has_no_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
