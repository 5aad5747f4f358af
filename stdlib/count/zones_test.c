/* count.zones, and base/places.h: what is read, what is told of what cannot be, and what is inside,
 * beside other ways to find that out. */
#include "../base/places.h"

#include <count/zones.pkd.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods count_zones_methods;

static struct places places;
static char wrong[PLACES_WRONG_SIZE];

static void reads(const char *text, const char *resolution)
{
	wrong[0] = '\0';
	if (!places_read(text, resolution, PLACES_ZONES, &places, wrong))
		fail_msg("'%s' is refused: %s", text, wrong);
}

static void refuses(const char *text, const char *resolution, enum places_kind kind,
                    const char *why)
{
	wrong[0] = '\0';
	assert_false(places_read(text, resolution, kind, &places, wrong));
	if (strcmp(wrong, why) != 0)
		fail_msg("'%s': it says\n%s\nand not\n%s", text, wrong, why);
}

static void names_points_and_spaces_are_read(void **state)
{
	(void)state;
	reads("  the door :0,0 0.6,0\t0.6 , 1\n0,1.0;0.25,.5 1,1 0,1 ; \n", "");
	assert_int_equal(places.n, 2);
	assert_string_equal(places.items[0].name, "the door");
	assert_int_equal(places.items[0].n_points, 4);
	assert_true(places.items[0].points[2].x == 0.6 && places.items[0].points[2].y == 1);
	assert_string_equal(places.items[1].name, "zone 2");
	assert_true(places.items[1].points[0].x == 0.25 && places.items[1].points[0].y == 0.5);
	assert_true(places_read("0,0.5 1,0.5;tür: 0,0 1,1", "", PLACES_LINES, &places, wrong));
	assert_string_equal(places.items[0].name, "line 1");
	assert_string_equal(places.items[1].name, "tür");
}

static void pixels_are_of_the_resolution(void **state)
{
	(void)state;
	/* PeekingDuck's default: one zone in pixels, one in fractions. */
	reads("0,0 640,0 640,720 0,720; 0.5,0 1,0 1,1 0.5,1", "1280x720");
	assert_true(places.items[0].points[1].x == 0.5 && places.items[0].points[2].y == 1);
	assert_true(places.items[1].points[0].x == 0.5 && places.items[1].points[2].y == 1);
}

static void a_mixture_is_told_by_its_point(void **state)
{
	(void)state;
	refuses("door: 0,0 640,0 640,0.5 0,1", "1280x720", PLACES_ZONES,
	        "point 3 of 'door' is 640,0.5: a zone is in fractions of the frame, 0 to 1, or in "
	        "pixels, whole numbers, and its point 2 is above 1");
	refuses("0,0 1.2,0 1,1", "", PLACES_ZONES,
	        "point 2 of 'zone 1' is 1.2,0: a zone is in fractions of the frame, 0 to 1, or in "
	        "pixels, whole numbers, and its point 2 is above 1");
	refuses("0,0 5,0", "", PLACES_LINES,
	        "point 2 of 'line 1' is above 1: pixels need `resolution`, as \"1280x720\"");
	refuses("0,0 5,0 9,721", "1280x720", PLACES_ZONES,
	        "point 3 of 'zone 1' is 9,721: beyond the 1280x720 of `resolution`");
}

static void what_cannot_be_read_is_told(void **state)
{
	static const char *const points[] = {"-0.1,0", "1",     "1,1,1", "1,x",   "nan,0", "1e3,0",
	                                     "+1,0",   "0x1,0", ".,0",   "1..,0", "1,0.5,"};
	char text[100], why[200];

	(void)state;
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		snprintf(text, sizeof(text), "0,0 %s", points[i]);
		snprintf(why, sizeof(why),
		         "point 2 of 'zone 1' is '%s': a point is two numbers with a comma, as "
		         "0.25,0.5, none of them below 0",
		         points[i]);
		refuses(text, "", PLACES_ZONES, why);
	}
	refuses("", "", PLACES_ZONES, "there is no zone: write \"door: 0.1,0.2 0.9,0.2 0.5,0.9\"");
	refuses("; 0,0 1,1", "", PLACES_LINES, "'line 1' has 0 points, not 2 to 16");
	refuses("a: 0,0 1,1", "", PLACES_ZONES, "'a' has 2 points, not 3 to 16");
	refuses("a: 0,0 0.1,0.1 0.3,0.3", "", PLACES_ZONES,
	        "'a' has no area: its points are on one line");
	refuses("a: 0.5,0.1 0.5,0.1", "", PLACES_LINES,
	        "'a' has no length: its points are all the same");
	refuses("a: 0,0 1,0 1,1; a: 0,0 1,0 1,1", "", PLACES_ZONES, "two of them are called 'a'");
	refuses("zone 2: 0,0 1,0 1,1; 0,0 1,0 1,1", "", PLACES_ZONES,
	        "two of them are called 'zone 2'");
	refuses(" : 0,0 1,0 1,1", "", PLACES_ZONES, "the name of zone 1 has 0 bytes, not 1 to 31");
	refuses("\xff: 0,0 1,0 1,1", "", PLACES_ZONES, "the name of zone 1 is no plain text");
	refuses("0,0", "1280", PLACES_ZONES,
	        "`resolution` is '1280': it is width x height, as \"1280x720\"");
	refuses("0,0", "0x720", PLACES_ZONES,
	        "`resolution` is '0x720': it is width x height, as \"1280x720\"");
	refuses("0,0", "1280x720x", PLACES_ZONES,
	        "`resolution` is '1280x720x': it is width x height, as \"1280x720\"");
}

static void there_is_room_for_16_of_16_points(void **state)
{
	char text[4096], name[33];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 16; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "n%d:", i);
		for (int k = 0; k < 16; k++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, " 0.%d,0.%d", k,
			                      k * k % 16);
		text[n++] = ';';
	}
	text[n] = '\0';
	reads(text, "");
	assert_int_equal(places.n, 16);
	assert_int_equal(places.items[15].n_points, 16);
	strcpy(text + n, "0,0 0,1 1,0");
	refuses(text, "", PLACES_ZONES, "there are more than 16 zones");
	strcpy(text + n - 1, " 0.9,0.9");
	refuses(text, "", PLACES_ZONES, "'n15' has more than 16 points");
	memset(name, 'w', 32);
	name[32] = '\0';
	snprintf(text, sizeof(text), "%.31s: 0,0 0,1 1,0", name);
	reads(text, "");
	snprintf(text, sizeof(text), "%.32s: 0,0 0,1 1,0", name);
	refuses(text, "", PLACES_ZONES, "the name of zone 1 has 32 bytes, not 1 to 31");
}

static double unit(void)
{
	return (double)rand() / ((double)RAND_MAX + 1);
}

static struct place random_place(uint32_t n)
{
	struct place place = {.n_points = n};

	for (uint32_t i = 0; i < n; i++)
		place.points[i] = (struct place_point){unit(), unit()};
	return place;
}

/* A point is inside, by the even-odd rule, where it is in an odd number of the triangles of the
 * first point and an edge. */
static bool fan_holds(const struct place *place, struct place_point p)
{
	bool inside = false;

	for (uint32_t i = 1; i + 1 < place->n_points; i++) {
		struct place_point a = place->points[0], b = place->points[i];
		struct place_point c = place->points[i + 1];
		bool left = place_side(a, b, p) < 0;

		inside ^= left == (place_side(b, c, p) < 0) && left == (place_side(c, a, p) < 0);
	}
	return inside;
}

static void inside_is_where_an_odd_number_of_triangles_are(void **state)
{
	uint32_t n_inside = 0;

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		struct place place = random_place(3 + (uint32_t)(i % 14));

		for (int k = 0; k < 10; k++) {
			struct place_point p = {unit(), unit()};
			bool inside = place_holds(&place, p);

			assert_int_equal(inside, fan_holds(&place, p));
			n_inside += inside;
		}
	}
	assert_in_range(n_inside, 20000, 100000);
}

/* Points of a grid of 1/16, so that all sums are exact: corners, borders, insides. */
static void zones_that_share_borders_count_each_point_once(void **state)
{
	static const char *const halves[] = {
		"0,0 0.5,0 0.5,1 0,1; 0.5,0 1,0 1,1 0.5,1",
		"0,0 1,0 1,1; 0,1 0,0 1,1",
		"0,0 1,0 0.5,0.5; 0,0 0.5,0.5 0,1; 0,1 0.5,0.5 1,1; 1,0 1,1 0.5,0.5",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		reads(halves[i], "");
		for (uint32_t at = 0; at < 17 * 17; at++) {
			struct place_point p = {fmin(at % 17 / 16.0, PLACES_END),
			                        fmin(at / 17 / 16.0, PLACES_END)};
			int n = 0;

			for (uint32_t k = 0; k < places.n; k++)
				n += place_holds(&places.items[k], p);
			assert_int_equal(n, 1);
		}
	}
	/* On the border: to the right, and below. */
	reads("0,0 0.5,0 0.5,0.5 0,0.5; 0.5,0 1,0 1,0.5 0.5,0.5; 0,0.5 1,0.5 1,1 0,1", "");
	assert_true(place_holds(&places.items[1], (struct place_point){0.5, 0.25}));
	assert_true(place_holds(&places.items[2], (struct place_point){0.25, 0.5}));
	assert_true(place_holds(&places.items[2], (struct place_point){0.5, 0.5}));
}

static void the_middle_of_a_pentagram_is_outside(void **state)
{
	(void)state;
	reads("0.5,0.05 0.78,0.88 0.05,0.37 0.95,0.37 0.22,0.88", "");
	assert_false(place_holds(&places.items[0], (struct place_point){0.5, 0.5}));
	assert_true(place_holds(&places.items[0], (struct place_point){0.5, 0.2}));
	assert_false(place_holds(&places.items[0], (struct place_point){NAN, 0.2}));
	assert_false(place_holds(&places.items[0], (struct place_point){0.5, NAN}));
}

/* Two convex shapes share nothing where the shadows that they throw along one of their edges are
 * apart. */
static bool triangle_overlaps(const struct place *place, struct place_box box)
{
	const struct place_point *points = place->points;
	const struct place_point corners[] = {{box.left, box.top},
	                                      {box.right, box.top},
	                                      {box.right, box.bottom},
	                                      {box.left, box.bottom}};
	struct place_point along[5] = {{1, 0}, {0, 1}};

	for (int i = 0; i < 3; i++)
		along[i + 2] = (struct place_point){points[(i + 1) % 3].y - points[i].y,
		                                    points[i].x - points[(i + 1) % 3].x};
	for (int i = 0; i < 5; i++) {
		double least[2] = {INFINITY, INFINITY}, most[2] = {-INFINITY, -INFINITY};

		for (int k = 0; k < 7; k++) {
			struct place_point p = k < 3 ? points[k] : corners[k - 3];
			double shadow = p.x * along[i].x + p.y * along[i].y;

			least[k < 3] = fmin(least[k < 3], shadow);
			most[k < 3] = fmax(most[k < 3], shadow);
		}
		if (most[0] <= least[1] || most[1] <= least[0])
			return false;
	}
	return true;
}

static void a_box_overlaps_a_triangle_unless_an_axis_separates_them(void **state)
{
	uint32_t n = 0;

	(void)state;
	srand(2);
	for (int i = 0; i < 50000; i++) {
		struct place place = random_place(3);
		struct place_box box = {unit(), unit(), 0, 0};
		bool overlaps;

		box.right = box.left + unit() * (1 - box.left);
		box.bottom = box.top + unit() * (1 - box.top);
		overlaps = place_overlaps(&place, box);
		assert_int_equal(overlaps, triangle_overlaps(&place, box));
		n += overlaps;
	}
	assert_in_range(n, 10000, 40000);
}

static void a_box_overlaps_where_a_point_of_it_is_inside(void **state)
{
	(void)state;
	srand(3);
	for (int i = 0; i < 5000; i++) {
		struct place place = random_place(3 + (uint32_t)(i % 14));
		struct place_box box = {unit() * 0.9, unit() * 0.9, 0, 0};
		bool overlaps, found = false;

		box.right = box.left + 0.1 * unit();
		box.bottom = box.top + 0.1 * unit();
		overlaps = place_overlaps(&place, box);
		for (int k = 0; k < 200 && !found; k++) {
			struct place_point p = {box.left + unit() * (box.right - box.left),
			                        box.top + unit() * (box.bottom - box.top)};

			found = fan_holds(&place, p);
		}
		assert_true(overlaps || !found);
	}
	/* One that only touches does not. */
	reads("0.25,0.25 0.5,0.25 0.5,0.5 0.25,0.5", "");
	assert_false(place_overlaps(&places.items[0], (struct place_box){0.5, 0.25, 0.75, 0.5}));
	assert_false(place_overlaps(&places.items[0], (struct place_box){0, 0, 0.25, 0.25}));
	assert_true(place_overlaps(&places.items[0], (struct place_box){0, 0, 1, 1}));
	assert_true(place_overlaps(&places.items[0], (struct place_box){0.3, 0.3, 0.4, 0.4}));
}

static void boxes_are_cut_to_the_frame(void **state)
{
	struct place_box box;
	struct place_point at;

	(void)state;
	assert_true(place_clip(-0.5f, 0.5f, 1, 1, &box));
	assert_true(box.left == 0 && box.right == 0.5 && box.top == 0.5 && box.bottom == 1);
	at = place_anchor(box, true);
	assert_true(at.x == 0.25 && at.y < 1 && at.y > 0.999999);
	at = place_anchor(box, false);
	assert_true(at.x == 0.25 && at.y == 0.75);
	assert_true(place_clip(0.5f, 0.5f, 0, 0, &box));
	assert_false(place_clip(1, 0, 0.5f, 1, &box));
	assert_false(place_clip(-0.5f, 0, 0.5f, 1, &box));
	assert_false(place_clip(0, 1.5f, 0.5f, 1, &box));
	assert_false(place_clip(0, 0, -0.1f, 1, &box));
	assert_false(place_clip(NAN, 0, 1, 1, &box));
	assert_false(place_clip(0, NAN, 1, 1, &box));
	assert_false(place_clip(0, 0, NAN, 1, &box));
	assert_false(place_clip(0, 0, 1, INFINITY, &box));
	assert_false(place_clip(-INFINITY, 0, 1, 1, &box));
}

/* ---- The node ---- */

enum { N = 64 };

/* Found by Shapely 1.8: contains() of the middles, and an area of the intersection with the box.
 * Bit k is of zone k + 1. */
static const char figures_zones[] =
	"door: 0.05,0.3 0.35,0.2 0.4,0.9 0.1,0.95; "
	"star: 0.5,0.05 0.58,0.3 0.85,0.3 0.63,0.47 0.72,0.75 "
	"0.5,0.58 0.28,0.75 0.37,0.47 0.15,0.3 0.42,0.3; "
	"strip: 0,0.8 1,0.7 1,0.75 0,0.85; "
	"hook: 0.6,0.1 0.95,0.1 0.95,0.9 0.6,0.9 0.6,0.7 0.8,0.7 0.8,0.3 0.6,0.3";
/* In thousandths. */
static const int16_t figures_boxes[N][4] = {
	{708, -2, 102, 117},  {92, 648, 38, 314},   {939, 339, 169, 69},  {788, 756, 29, 84},
	{85, 769, 37, 163},   {153, 357, 35, 329},  {26, 712, 181, 361},  {-5, 172, 32, 153},
	{195, 141, 94, 254},  {270, 111, 166, 197}, {284, 662, 168, 332}, {28, 22, 44, 320},
	{916, 775, 178, 145}, {828, 640, 100, 278}, {268, 399, 96, 167},  {514, 975, 40, 334},
	{819, 489, 146, 215}, {141, 948, 175, 77},  {600, 211, 127, 124}, {-20, 58, 145, 255},
	{542, 596, 162, 333}, {917, 834, 197, 219}, {452, 870, 37, 87},   {33, 24, 198, 380},
	{812, 482, 199, 198}, {610, -54, 118, 382}, {244, 139, 138, 221}, {346, 488, 146, 70},
	{714, 700, 53, 166},  {240, 819, 147, 81},  {469, 180, 122, 321}, {470, 750, 130, 321},
	{679, 372, 111, 389}, {260, 209, 58, 82},   {377, -76, 79, 377},  {273, 438, 144, 341},
	{198, 758, 92, 42},   {552, 157, 156, 229}, {10, 835, 196, 303},  {703, 715, 194, 326},
	{112, 886, 122, 241}, {27, 290, 182, 245},  {802, 232, 37, 146},  {7, 109, 48, 214},
	{209, 107, 20, 330},  {-48, 44, 113, 354},  {670, 204, 73, 354},  {611, 645, 182, 169},
	{136, 899, 141, 102}, {890, 538, 139, 285}, {109, 601, 41, 113},  {230, 957, 87, 285},
	{640, 200, 25, 145},  {-45, 510, 196, 318}, {434, 961, 184, 86},  {628, 356, 113, 125},
	{929, 575, 156, 317}, {299, 390, 182, 154}, {309, 960, 122, 156}, {-41, -43, 146, 222},
	{430, 296, 91, 281},  {605, 815, 197, 349}, {64, 351, 109, 226},  {862, 302, 46, 156},
};
static const uint8_t figures[3][N] = {
	[count_Touch_bottom] = {8, 0, 0, 8, 1, 1, 0, 0, 1, 3, 0,  0, 0, 0, 1, 0, 8, 0, 2, 1, 0, 0,
                                0, 1, 8, 2, 3, 2, 8, 1, 2, 0, 12, 1, 2, 5, 5, 2, 0, 0, 0, 1, 8, 0,
                                1, 0, 0, 8, 0, 8, 1, 0, 2, 4, 0,  0, 0, 2, 0, 0, 2, 0, 1, 8},
	[count_Touch_centre] = {0, 5, 0, 8,  1, 1, 1, 0, 1, 0, 1, 0, 0, 8, 1, 0, 8, 0, 8, 0, 12, 0,
                                0, 0, 8, 8,  1, 2, 8, 1, 2, 0, 0, 1, 0, 3, 5, 8, 1, 8, 0, 1, 10, 0,
                                1, 0, 2, 10, 0, 8, 1, 0, 8, 0, 0, 2, 4, 2, 0, 0, 2, 0, 1, 8},
	[count_Touch_overlap] = {8,  5,  8,  12, 5,  1,  5, 0,  3,  3,  7,  1, 8,  12, 3,  0,
                                 12, 0,  10, 1,  14, 8,  0, 3,  8,  10, 3,  3, 14, 5,  2,  4,
                                 14, 1,  2,  7,  5,  10, 5, 14, 1,  3,  10, 1, 3,  1,  10, 14,
                                 1,  12, 1,  0,  10, 5,  0, 2,  12, 3,  0,  0, 2,  8,  1,  8},
};

struct run {
	struct pkd_ctx ctx;
	struct count_zones_params params;
	void *self;
	struct count_zones_objects *objects;
	struct count_zones_counts *counts;
	struct count_zones_inside *inside;
};

static int start(struct run *run, const char *zones, uint32_t by, uint32_t n)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct count_zones_params){zones, "", by, n};
	run->self = fake_self(&count_zones_methods);
	run->objects =
		fake_slot((uint32_t)(sizeof(*run->objects) + n * sizeof(struct detect_Object)));
	run->counts = fake_slot(sizeof(*run->counts));
	run->inside =
		fake_slot((uint32_t)(sizeof(*run->inside) + 4 * n * sizeof(struct count_Inside)));
	run->objects->len = 0;
	return count_zones_methods.init(run->self, &run->params, &run->ctx);
}

static void end(struct run *run)
{
	count_zones_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->objects);
	fake_slot_free(run->counts);
	fake_slot_free(run->inside);
}

static void add(struct run *run, struct detect_Box box)
{
	struct detect_Object *object = &run->objects->items[run->objects->len++];

	memset(object, 0, sizeof(*object));
	object->box = box;
	object->id = run->objects->len;
}

static void step(struct run *run)
{
	struct count_zones_in in = {run->objects};
	struct count_zones_out out = {run->counts, run->inside};

	run->counts->len = run->inside->len = 0;
	assert_int_equal(count_zones_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
}

static void zones_hold_what_shapely_says(void **state)
{
	(void)state;
	for (uint32_t by = 0; by < 3; by++) {
		uint8_t masks[N] = {0};
		uint32_t n[4] = {0};
		struct run run;

		assert_int_equal(start(&run, figures_zones, by, N), PKD_OK);
		for (int i = 0; i < N; i++)
			add(&run, (struct detect_Box){figures_boxes[i][0] / 1000.0f,
			                              figures_boxes[i][1] / 1000.0f,
			                              figures_boxes[i][2] / 1000.0f,
			                              figures_boxes[i][3] / 1000.0f});
		step(&run);
		for (uint32_t i = 0; i < run.inside->len; i++) {
			const struct count_Inside *inside = &run.inside->items[i];

			masks[inside->object.id - 1] |= (uint8_t)(1 << (inside->zone - 1));
			n[inside->zone - 1]++;
		}
		assert_memory_equal(masks, figures[by], N);
		assert_int_equal(run.counts->len, 4);
		for (int k = 0; k < 4; k++)
			assert_int_equal(run.counts->items[k].n, n[k]);
		assert_string_equal(run.counts->items[1].name.text, "star");
		end(&run);
	}
}

static void a_full_list_is_counted_and_an_empty_one_is_none(void **state)
{
	struct run run;

	(void)state;
	/* Six zones over each other, and room for four of an object. */
	assert_int_equal(
		start(&run,
	              "0,0 1,0 1,1 0,1; 0,0 1,0 1,1 0,1; 0,0 1,0 1,1 0,1; 0,0 1,0 1,1 0,1; "
	              "0,0 1,0 1,1 0,1; 0,0 1,0 1,1 0,1",
	              count_Touch_bottom, 2),
		PKD_OK);
	add(&run, (struct detect_Box){0.1f, 0.1f, 0.1f, 0.1f});
	add(&run, (struct detect_Box){0.5f, 0.5f, 0.5f, 0.5f});
	step(&run);
	for (int k = 0; k < 6; k++)
		assert_int_equal(run.counts->items[k].n, 2);
	assert_int_equal(run.inside->len, 8);
	run.objects->len = 0;
	step(&run);
	assert_int_equal(run.counts->len, 6);
	assert_int_equal(run.counts->items[5].n, 0);
	assert_int_equal(run.inside->len, 0);
	end(&run);
}

static void what_is_no_box_is_in_no_zone(void **state)
{
	struct run run;

	(void)state;
	for (uint32_t by = 0; by < 3; by++) {
		assert_int_equal(start(&run, "0,0 1,0 1,1 0,1", by, N), PKD_OK);
		add(&run, (struct detect_Box){NAN, 0.1f, 0.1f, 0.1f});
		add(&run, (struct detect_Box){0.1f, 0.1f, 0.1f, NAN});
		add(&run, (struct detect_Box){0.5f, 0.5f, -0.1f, 0.1f});
		add(&run, (struct detect_Box){1.5f, 0.5f, 0.1f, 0.1f});
		add(&run, (struct detect_Box){-INFINITY, 0, INFINITY, 1});
		step(&run);
		assert_int_equal(run.counts->items[0].n, 0);
		/* One without area is where it is. */
		add(&run, (struct detect_Box){0.5f, 0.5f, 0, 0});
		step(&run);
		assert_int_equal(run.counts->items[0].n, 1);
		end(&run);
	}
}

static void a_wrong_text_is_told_with_its_parameter(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "door: 0,0 1,0", count_Touch_bottom, N), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "`zones`: 'door' has 2 points, not 3 to 16"));
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_points_and_spaces_are_read),
		cmocka_unit_test(pixels_are_of_the_resolution),
		cmocka_unit_test(a_mixture_is_told_by_its_point),
		cmocka_unit_test(what_cannot_be_read_is_told),
		cmocka_unit_test(there_is_room_for_16_of_16_points),
		cmocka_unit_test(inside_is_where_an_odd_number_of_triangles_are),
		cmocka_unit_test(zones_that_share_borders_count_each_point_once),
		cmocka_unit_test(the_middle_of_a_pentagram_is_outside),
		cmocka_unit_test(a_box_overlaps_a_triangle_unless_an_axis_separates_them),
		cmocka_unit_test(a_box_overlaps_where_a_point_of_it_is_inside),
		cmocka_unit_test(boxes_are_cut_to_the_frame),
		cmocka_unit_test(zones_hold_what_shapely_says),
		cmocka_unit_test(a_full_list_is_counted_and_an_empty_one_is_none),
		cmocka_unit_test(what_is_no_box_is_in_no_zone),
		cmocka_unit_test(a_wrong_text_is_told_with_its_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
