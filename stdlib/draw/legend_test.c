/* draw.legend on frames in memory, of types as the compiler describes them. */
#include <draw/legend.pkd.h>
#include <math.h>
#include <stddef.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_legend_methods;

enum { W = 320, H = 400, NAME = 7, M = 3 };

/* A record with all kinds of fields. */
struct zone {
	struct {
		uint32_t len;
		char text[NAME + 1];
	} name;
	uint32_t n;
};

struct values {
	uint32_t count;
	double mean;
	int64_t last;
	uint8_t on;
	uint32_t mode;
	struct {
		uint32_t len;
		struct zone items[M];
	} zones;
	float pair[2];
};

static const char *const modes[] = {"go", "halt"};
static const struct pkd_type u32_type = {.kind = PKD_U32, .size = 4, .align = 4},
			     f64_type = {.kind = PKD_F64, .size = 8, .align = 8},
			     f32_type = {.kind = PKD_F32, .size = 4, .align = 4},
			     time_type = {.kind = PKD_TIME, .size = 8, .align = 8},
			     bool_type = {.kind = PKD_BOOL, .size = 1, .align = 1},
			     mode_type = {.kind = PKD_ENUM, .size = 4, .n = 2, .names = modes},
			     name_type = {.kind = PKD_STRING, .size = 12, .align = 4, .n = NAME};
static const struct pkd_field zone_fields[] = {
	{.name = "name", .type = &name_type, .offset = offsetof(struct zone, name)},
	{.name = "n", .type = &u32_type, .offset = offsetof(struct zone, n)}};
static const struct pkd_type zone_type = {
	.kind = PKD_RECORD, .size = sizeof(struct zone), .align = 4, .n = 2, .fields = zone_fields};
static const struct pkd_type zones_type = {
	.kind = PKD_LIST, .n = M, .items_offset = 4, .item = &zone_type};
static const struct pkd_type pair_type = {.kind = PKD_ARRAY, .n = 2, .item = &f32_type};
static const struct pkd_field fields[] = {
	{.name = "count", .type = &u32_type, .offset = offsetof(struct values, count)},
	{.name = "mean", .type = &f64_type, .offset = offsetof(struct values, mean)},
	{.name = "last", .type = &time_type, .offset = offsetof(struct values, last)},
	{.name = "on", .type = &bool_type, .offset = offsetof(struct values, on)},
	{.name = "mode", .type = &mode_type, .offset = offsetof(struct values, mode)},
	{.name = "zones", .type = &zones_type, .offset = offsetof(struct values, zones)},
	{.name = "pair", .type = &pair_type, .offset = offsetof(struct values, pair)},
};
static const struct pkd_type values_type = {.kind = PKD_RECORD, .n = 7, .fields = fields};

struct run {
	struct canvas canvas;
	struct draw_legend_params params;
};

static void start(struct run *run, const char *title, enum draw_Corner corner,
                  const struct pkd_type *type)
{
	run->params = (struct draw_legend_params){title, (uint32_t)corner, 2, 14, 0.5f, W, H, type};
	assert_int_equal(canvas_start(&run->canvas, &draw_legend_methods, &run->params, W, H),
	                 PKD_OK);
}

static void fire(struct run *run, const void *values)
{
	struct draw_legend_in in = {run->canvas.frame, values};
	struct draw_legend_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static uint32_t n_rows(const struct run *run)
{
	uint32_t n = 0;

	for (uint32_t y = 0; y < H; y++)
		n += canvas_count(&run->canvas, 0, y, W, y + 1) > 0;
	return n;
}

/* Lines by the height of one, which the panel of a number alone has. */
static uint32_t n_lines(const struct run *run)
{
	static uint32_t one, two;
	const uint32_t number = 5;

	if (one == 0) {
		struct run small;

		start(&small, "", draw_Corner_top_left, &u32_type);
		fire(&small, &number);
		one = n_rows(&small);
		canvas_end(&small.canvas);
		start(&small, "title", draw_Corner_top_left, &u32_type);
		fire(&small, &number);
		two = n_rows(&small);
		canvas_end(&small.canvas);
	}
	assert_true(two > one + 10);
	assert_int_equal((n_rows(run) - one) % (two - one), 0);
	return (n_rows(run) - one) / (two - one) + 1;
}

static struct values some(void)
{
	struct values values = {.count = 3, .mean = 1.5, .last = 1500000000, .on = 1, .mode = 1};

	values.zones.len = 2;
	pkd_string_set(&values.zones.items[0].name, "door");
	values.zones.items[1].n = 12;
	return values;
}

/* ---- Tests ---- */

static void a_record_is_a_line_for_each_field_and_item(void **state)
{
	struct values values = some();
	struct run run;

	(void)state;
	start(&run, "", draw_Corner_top_left, &values_type);
	fire(&run, &values);
	assert_int_equal(n_lines(&run), 5 + 2 + 2);
	values.zones.len = 0;
	fire(&run, &values);
	assert_int_equal(n_lines(&run), 5 + 2);
	values.zones.len = 4000000000U; /* never read beyond M */
	fire(&run, &values);
	assert_int_equal(n_lines(&run), 5 + M + 2);
	canvas_end(&run.canvas);
}

static void each_corner_has_it(void **state)
{
	struct values values = some();

	(void)state;
	for (uint32_t corner = 0; corner <= draw_Corner_bottom_right; corner++) {
		bool right = corner == draw_Corner_top_right || corner == draw_Corner_bottom_right;
		bool low = corner >= draw_Corner_bottom_left;
		uint32_t x = right ? W / 2 : 0, y = low ? H / 2 : 0;
		struct run run;

		start(&run, "", (enum draw_Corner)corner, &values_type);
		fire(&run, &values);
		assert_true(canvas_count_all(&run.canvas) > 5000);
		assert_int_equal(canvas_count(&run.canvas, x, y, x + W / 2, y + H / 2),
		                 canvas_count_all(&run.canvas));
		canvas_end(&run.canvas);
	}
}

static void what_is_absent_keeps_its_lines(void **state)
{
	struct run run;

	(void)state;
	start(&run, "Title", draw_Corner_top_left, &values_type);
	fire(&run, NULL);
	assert_int_equal(n_lines(&run), 1 + 7);
	canvas_end(&run.canvas);
}

static void values_are_seen(void **state)
{
	static uint8_t before[W * H * 3];
	struct values values = some();
	struct run run;

	(void)state;
	start(&run, "", draw_Corner_top_left, &values_type);
	fire(&run, &values);
	for (int i = 0; i < 7; i++) {
		memcpy(before, pkd_const_pixels(run.canvas.view), sizeof(before));
		values.count += i == 0;
		values.mean += i == 1 ? 0.01 : 0;
		values.last += i == 2 ? 10000000 : 0;
		values.on = i < 3;
		values.mode = i < 4;
		values.zones.items[0].n += i == 5;
		values.pair[1] += i == 6 ? 0.25f : 0;
		fire(&run, &values);
		assert_memory_not_equal(before, pkd_const_pixels(run.canvas.view), sizeof(before));
	}
	canvas_end(&run.canvas);
}

static void odd_values_and_frames_are_no_harm(void **state)
{
	struct values values = some();
	struct run run;

	(void)state;
	values.mean = NAN;
	values.pair[0] = INFINITY;
	values.pair[1] = -1e38f;
	values.last = INT64_MIN;
	values.mode = 77;
	values.zones.items[1].name.len = 4000000000U;
	memset(values.zones.items[1].name.text, 0xff, NAME);
	start(&run, "Ein sehr langer Titel, der nirgends Platz hat \xff", draw_Corner_bottom_right,
	      &values_type);
	fire(&run, &values);
	for (uint32_t side = 1; side < 60; side++) {
		pkd_image_set(run.canvas.frame, PKD_BGR24, side, 60 - side);
		fire(&run, &values);
	}
	canvas_end(&run.canvas);
}

/* A list of more numbers than there are lines. */
static void what_is_too_much_is_left_out(void **state)
{
	static const struct pkd_type long_type = {.kind = PKD_ARRAY, .n = 100, .item = &u32_type};
	static const uint32_t numbers[100] = {1, 2, 3};
	struct run run;

	(void)state;
	start(&run, "", draw_Corner_top_left, &long_type);
	run.params.text_size = 9;
	fire(&run, numbers);
	assert_in_range(n_rows(&run), 24 * 9, 24 * 12 + 9);
	canvas_end(&run.canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_a_line_for_each_field_and_item),
		cmocka_unit_test(each_corner_has_it),
		cmocka_unit_test(what_is_absent_keeps_its_lines),
		cmocka_unit_test(values_are_seen),
		cmocka_unit_test(odd_values_and_frames_are_no_harm),
		cmocka_unit_test(what_is_too_much_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
