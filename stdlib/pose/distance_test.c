/* pose.distance beside figures of PeekingDuck's formulas. */
#include <math.h>
#include <pose/distance.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods pose_distance_methods;

enum { N = 4, NOSE = 0, LEFT_SHOULDER = 5, RIGHT_SHOULDER, RIGHT_HIP = 12, LEFT_ANKLE = 15 };

static void locate(const struct pose_Person *person, struct count_Place *ret_place)
{
	struct pkd_ctx ctx = {0};
	struct pose_distance_params params = {1.14f, 0.9f, 1, 0.3f, N};
	struct pose_distance_people *people =
		fake_slot(sizeof(*people) + N * sizeof(struct pose_Person));
	struct pose_distance_places *places =
		fake_slot(sizeof(*places) + N * sizeof(struct count_Place));
	struct pose_distance_in in = {people};
	struct pose_distance_out out = {places};
	void *self = fake_self(&pose_distance_methods);

	people->len = 1;
	people->items[0] = *person;
	assert_int_equal(pose_distance_methods.init(self, &params, &ctx), PKD_OK);
	assert_int_equal(pose_distance_methods.step(self, &in, &out, &ctx), PKD_OK);
	assert_int_equal(places->len, 1);
	*ret_place = places->items[0];
	people->len = 0;
	assert_int_equal(pose_distance_methods.step(self, &in, &out, &ctx), PKD_OK);
	assert_int_equal(places->len, 0);
	pose_distance_methods.finish(self);
	free(self);
	fake_slot_free(people);
	fake_slot_free(places);
}

static void is(const struct count_Place *place, double x, double y, double z)
{
	if (!(fabs(place->x - x) < 1e-5 && fabs(place->y - y) < 1e-5 && fabs(place->z - z) < 1e-5))
		fail_msg("%g %g %g, and not %g %g %g", (double)place->x, (double)place->y,
		         (double)place->z, x, y, z);
}

static void the_torso_tells_the_distance_and_else_all_that_is_sure(void **state)
{
	struct pose_Person person = {0};
	struct count_Place place;

	(void)state;
	/* Box 0.25 0.125 … 0.5 0.625: height 0.5, its middle 0.375, 0.375. */
	person.points[NOSE] = (struct pose_Keypoint){0.375f, 0.125f, 0.9f};
	person.points[LEFT_SHOULDER] = (struct pose_Keypoint){0.5f, 0.25f, 0.9f};
	person.points[RIGHT_SHOULDER] = (struct pose_Keypoint){0.0f, 0.0f, 0.29f}; /* not sure */
	person.points[RIGHT_HIP] = (struct pose_Keypoint){0.25f, 0.625f, 0.3f};
	person.points[LEFT_ANKLE] = (struct pose_Keypoint){0.5f, 1, 0.9f};
	locate(&person, &place);
	is(&place, -0.125 * 0.9 / 0.5, -0.125 * 0.9 / 0.5, 1.14 * 0.9 / 0.5);
	/* Of the torso the nose alone: nose and ankle. */
	person.points[LEFT_SHOULDER].score = NAN;
	person.points[RIGHT_HIP].score = 0;
	locate(&person, &place);
	is(&place, -0.0625 * 0.9 / 0.875, 0.0625 * 0.9 / 0.875, 1.14 * 0.9 / 0.875);
}

static void who_has_no_two_sure_points_has_no_place(void **state)
{
	struct pose_Person person = {0};
	struct count_Place place;

	(void)state;
	locate(&person, &place);
	assert_true(isnan(place.x) && isnan(place.y) && isnan(place.z));
	person.points[NOSE] = (struct pose_Keypoint){0.5f, 0.5f, 1};
	locate(&person, &place);
	assert_true(isnan(place.z));
	/* Two on a level have no height; one of them no number. */
	person.points[RIGHT_HIP] = (struct pose_Keypoint){0.75f, 0.5f, 1};
	locate(&person, &place);
	assert_true(isnan(place.z));
	person.points[RIGHT_HIP].y = NAN;
	locate(&person, &place);
	assert_true(isnan(place.z));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_torso_tells_the_distance_and_else_all_that_is_sure),
		cmocka_unit_test(who_has_no_two_sure_points_has_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
