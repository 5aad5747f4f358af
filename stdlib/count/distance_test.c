/* count.distance, beside figures of PeekingDuck's formulas, and count.near and count.groups. */
#include <count/distance.pkd.h>
#include <count/groups.pkd.h>
#include <count/near.pkd.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods count_distance_methods;
extern const struct pkd_methods count_groups_methods;
extern const struct pkd_methods count_near_methods;

enum { N = 40 };

static void *list(size_t item, uint32_t n)
{
	uint32_t *slot = fake_slot((uint32_t)(sizeof(uint32_t) + n * item));

	*slot = 0;
	return slot;
}

/* ---- count.distance ---- */

static void locate(struct pkd_ctx *ctx, float aspect, const struct detect_Box *boxes, uint32_t n,
                   struct count_Place *ret_places)
{
	struct count_distance_params params = {1.14f, 2.5f, aspect, N};
	struct count_distance_objects *objects = list(sizeof(struct detect_Object), N);
	struct count_distance_places *places = list(sizeof(struct count_Place), N);
	struct count_distance_in in = {objects};
	struct count_distance_out out = {places};
	void *self = fake_self(&count_distance_methods);

	for (uint32_t i = 0; i < n; i++)
		objects->items[objects->len++] = (struct detect_Object){.box = boxes[i]};
	assert_int_equal(count_distance_methods.init(self, &params, ctx), PKD_OK);
	assert_int_equal(count_distance_methods.step(self, &in, &out, ctx), PKD_OK);
	assert_int_equal(places->len, n);
	memcpy(ret_places, places->items, n * sizeof(places->items[0]));
	count_distance_methods.finish(self);
	free(self);
	fake_slot_free(objects);
	fake_slot_free(places);
}

static void is_near_to(float a, double b)
{
	if (!(fabs(a - b) <= 1e-5 * fmax(1, fabs(b))))
		fail_msg("%.9g, and not %.9g", (double)a, b);
}

static void places_are_where_the_pinhole_camera_says(void **state)
{
	/* x1 y1 x2 y2 were .1 .2 .3 .4, .5 .5 .6 .9, .25 0 .75 1; x, y, z by the formulas of
	 * bbox_to_3d_loc of PeekingDuck 1.3 in NumPy. */
	static const struct detect_Box boxes[] = {
		{0.1f, 0.2f, 0.2f, 0.2f}, {0.5f, 0.5f, 0.1f, 0.4f}, {0.25f, 0, 0.5f, 1}};
	static const double due[3][3] = {{-3.75, -2.5, 14.25}, {0.3125, 1.25, 7.125}, {0, 0, 2.85}};
	struct count_Place places[3];
	struct pkd_ctx ctx = {0};

	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		locate(&ctx, wide ? 1.5f : 1, boxes, 3, places);
		for (int i = 0; i < 3; i++) {
			is_near_to(places[i].x, due[i][0] * (wide ? 1.5 : 1));
			is_near_to(places[i].y, due[i][1]);
			is_near_to(places[i].z, due[i][2]);
		}
	}
}

static void a_box_without_height_has_no_place(void **state)
{
	static const struct detect_Box boxes[] = {
		{0.5f, 0.5f, 0.1f, 0},   {0.5f, 0.5f, 0.1f, -1},       {0.5f, 0.5f, 0.1f, NAN},
		{NAN, 0.5f, 0.1f, 0.1f}, {0.5f, INFINITY, 0.1f, 0.1f}, {0.5f, 0.5f, 0.1f, 1e-45f},
	};
	struct count_Place places[6];
	struct pkd_ctx ctx = {0};

	(void)state;
	locate(&ctx, 1, boxes, 6, places);
	for (int i = 0; i < 6; i++)
		assert_true(isnan(places[i].x) && isnan(places[i].y) && isnan(places[i].z));
	locate(&ctx, 1, boxes, 0, places);
}

/* ---- count.near ---- */

static void look(const struct count_Place *places, uint32_t n, float distance, uint8_t *ret_near)
{
	struct pkd_ctx ctx = {0};
	struct count_near_params params = {.distance = distance, .N = N};
	struct count_near_places *in_places = list(sizeof(struct count_Place), N);
	struct count_near_near *near = list(sizeof(uint8_t), N);
	struct count_near_flags *flags = list(sizeof(flags->items[0]), N);
	struct count_near_in in = {in_places};
	struct count_near_out out = {near, flags};
	void *self = fake_self(&count_near_methods);

	pkd_string_set(&params.text, "TOO CLOSE!");
	in_places->len = n;
	memcpy(in_places->items, places, n * sizeof(places[0]));
	assert_int_equal(count_near_methods.init(self, &params, &ctx), PKD_OK);
	assert_int_equal(count_near_methods.step(self, &in, &out, &ctx), PKD_OK);
	assert_int_equal(near->len, n);
	assert_int_equal(flags->len, n);
	for (uint32_t i = 0; i < n; i++) {
		ret_near[i] = near->items[i];
		assert_string_equal(flags->items[i].text, near->items[i] ? "TOO CLOSE!" : "");
	}
	count_near_methods.finish(self);
	free(self);
	fake_slot_free(in_places);
	fake_slot_free(near);
	fake_slot_free(flags);
}

static void closer_than_the_distance_is_near(void **state)
{
	const struct count_Place places[] = {{0, 0, 3},      {1, 0, 3},    {3, 0, 3},
	                                     {0, 0, 9},      {0, 1.5f, 9}, {NAN, NAN, NAN},
	                                     {NAN, NAN, NAN}};
	uint8_t near[N];

	(void)state;
	look(places, 7, 2, near);
	assert_memory_equal(near, "\1\1\0\1\1\0\0", 7);
	look(places, 7, 1.5f, near);
	assert_memory_equal(near, "\1\1\0\0\0\0\0", 7);
	look(places, 7, 0, near);
	assert_memory_equal(near, "\0\0\0\0\0\0\0", 7);
	look(places, 0, 2, near);
}

/* ---- count.groups ---- */

struct grouped {
	uint32_t n, groups[N], n_sizes, sizes[N], n_large, large[N];
};

static void group(const struct count_Place *places, uint32_t n, float distance, uint32_t more_than,
                  struct grouped *ret_grouped)
{
	struct pkd_ctx ctx = {0};
	struct count_groups_params params = {distance, more_than, N};
	struct count_groups_places *in_places = list(sizeof(struct count_Place), N);
	struct count_groups_groups *groups = list(sizeof(uint32_t), N);
	struct count_groups_sizes *sizes = list(sizeof(uint32_t), N);
	struct count_groups_large *large = list(sizeof(uint32_t), N);
	struct count_groups_in in = {in_places};
	struct count_groups_out out = {groups, sizes, large};
	void *self = fake_self(&count_groups_methods);

	in_places->len = n;
	memcpy(in_places->items, places, n * sizeof(places[0]));
	assert_int_equal(count_groups_methods.init(self, &params, &ctx), PKD_OK);
	assert_int_equal(count_groups_methods.step(self, &in, &out, &ctx), PKD_OK);
	memset(ret_grouped, 0, sizeof(*ret_grouped));
	ret_grouped->n = groups->len;
	ret_grouped->n_sizes = sizes->len;
	ret_grouped->n_large = large->len;
	memcpy(ret_grouped->groups, groups->items, groups->len * sizeof(uint32_t));
	memcpy(ret_grouped->sizes, sizes->items, sizes->len * sizeof(uint32_t));
	memcpy(ret_grouped->large, large->items, large->len * sizeof(uint32_t));
	count_groups_methods.finish(self);
	free(self);
	fake_slot_free(in_places);
	fake_slot_free(groups);
	fake_slot_free(sizes);
	fake_slot_free(large);
}

static void a_chain_is_a_group(void **state)
{
	const struct count_Place places[] = {{0, 0, 9}, {5, 0, 9},   {1.5f, 0, 9},    {3, 0, 9},
	                                     {5, 1, 9}, {50, 0, 99}, {NAN, NAN, NAN}, {3, 1.5f, 9}};
	const uint32_t due[] = {1, 2, 1, 1, 2, 3, 4, 1}, sizes[] = {4, 2, 1, 1};
	struct grouped grouped;

	(void)state;
	group(places, 8, 1.5f, 2, &grouped);
	assert_int_equal(grouped.n, 8);
	assert_memory_equal(grouped.groups, due, sizeof(due));
	assert_int_equal(grouped.n_sizes, 4);
	assert_memory_equal(grouped.sizes, sizes, sizeof(sizes));
	assert_int_equal(grouped.n_large, 1);
	assert_int_equal(grouped.large[0], 1);
	group(places, 8, 1.5f, 1, &grouped);
	assert_int_equal(grouped.n_large, 2);
	assert_int_equal(grouped.large[1], 2);
	group(places, 0, 1.5f, 0, &grouped);
	assert_int_equal(grouped.n + grouped.n_sizes + grouped.n_large, 0);
}

/* Beside the least label of whoever can be reached, taken over from neighbour to neighbour until
 * nothing changes. */
static void random_groups_are_who_can_be_reached(void **state)
{
	(void)state;
	srand(4);
	for (int round = 0; round < 300; round++) {
		struct count_Place places[N];
		uint32_t labels[N], n_groups = 0;
		struct grouped grouped;
		bool changed = true;

		for (uint32_t i = 0; i < N; i++) {
			places[i] = (struct count_Place){(float)(rand() % 100) / 10,
			                                 (float)(rand() % 100) / 10, 5};
			labels[i] = i;
		}
		while (changed) {
			changed = false;
			for (int i = 0; i < N; i++)
				for (int k = 0; k < N; k++)
					if (hypotf(places[i].x - places[k].x,
					           places[i].y - places[k].y) <= 1.25f &&
					    labels[k] < labels[i]) {
						labels[i] = labels[k];
						changed = true;
					}
		}
		group(places, N, 1.25f, 3, &grouped);
		for (uint32_t i = 0; i < N; i++) {
			assert_int_equal(grouped.groups[i], grouped.groups[labels[i]]);
			n_groups += labels[i] == i;
			for (uint32_t k = 0; k < i; k++)
				assert_int_equal(grouped.groups[i] == grouped.groups[k],
				                 labels[i] == labels[k]);
		}
		assert_int_equal(grouped.n_sizes, n_groups);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_where_the_pinhole_camera_says),
		cmocka_unit_test(a_box_without_height_has_no_place),
		cmocka_unit_test(closer_than_the_distance_is_near),
		cmocka_unit_test(a_chain_is_a_group),
		cmocka_unit_test(random_groups_are_who_can_be_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
