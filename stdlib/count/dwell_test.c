/* count.dwell on tracks made by hand. */
#include <count/dwell.pkd.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods count_dwell_methods;

enum { N = 300 };

static const int64_t MS = 1000000;

struct run {
	struct pkd_ctx ctx;
	struct count_dwell_params params;
	void *self;
	struct count_dwell_tracks *tracks;
	struct count_dwell_stays *stays;
	struct count_dwell_ended *ended;
};

static int start(struct run *run, const char *zones, int64_t gap_ms)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct count_dwell_params){zones, "", count_Touch_bottom, gap_ms * MS, N};
	run->self = fake_self(&count_dwell_methods);
	run->tracks = fake_slot((uint32_t)(sizeof(*run->tracks) + N * sizeof(struct track_Track)));
	run->stays = fake_slot(sizeof(*run->stays));
	run->ended = fake_slot(sizeof(*run->ended));
	run->tracks->len = 0;
	return count_dwell_methods.init(run->self, &run->params, &run->ctx);
}

static void end(struct run *run)
{
	count_dwell_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->tracks);
	fake_slot_free(run->stays);
	fake_slot_free(run->ended);
}

static struct track_Track *add(struct run *run, uint32_t id, float x)
{
	struct track_Track *track = &run->tracks->items[run->tracks->len++];

	memset(track, 0, sizeof(*track));
	track->object.id = id;
	track->object.box = (struct detect_Box){x - 0.0625f, 0.5f, 0.125f, 0.25f};
	track->state = track_State_seen;
	return track;
}

static void step(struct run *run, int64_t ms)
{
	struct count_dwell_in in = {run->tracks};
	struct count_dwell_out out = {run->stays, run->ended};

	run->stays->len = run->ended->len = 0;
	run->ctx.time_ns = ms * MS;
	assert_int_equal(fake_fire(&count_dwell_methods, run->self, &in, &out, &run->ctx), PKD_OK);
	run->tracks->len = 0;
}

static void at(struct run *run, int64_t ms, uint32_t id, float x)
{
	add(run, id, x);
	step(run, ms);
}

static void is(const struct count_Stay *stay, uint32_t id, uint32_t zone, int64_t since_ms,
               int64_t ms)
{
	assert_int_equal(stay->id, id);
	assert_int_equal(stay->zone, zone);
	assert_int_equal(stay->since, since_ms * MS);
	assert_int_equal(stay->time, ms * MS);
}

static const char left_and_all[] = "left: 0,0 0.5,0 0.5,1 0,1; all: 0,0 1,0 1,1 0,1";

static void a_stay_lasts_from_the_first_frame_to_the_last(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, left_and_all, 200), PKD_OK);
	at(&run, 1000, 3, 0.25f);
	assert_int_equal(run.stays->len, 2);
	is(&run.stays->items[0], 3, 1, 1000, 0);
	is(&run.stays->items[1], 3, 2, 1000, 0);
	at(&run, 1100, 3, 0.3f);
	at(&run, 1300, 3, 0.4f);
	is(&run.stays->items[0], 3, 1, 1000, 300);
	assert_string_equal(run.stays->items[0].name.text, "left");
	at(&run, 1400, 3, 0.75f);
	assert_int_equal(run.stays->len, 1);
	is(&run.stays->items[0], 3, 2, 1000, 400);
	assert_int_equal(run.ended->len, 0); /* it may come back */
	at(&run, 1501, 3, 0.75f);
	assert_int_equal(run.ended->len, 1);
	is(&run.ended->items[0], 3, 1, 1000, 300);
	at(&run, 1600, 3, 0.75f);
	assert_int_equal(run.ended->len, 0);
	step(&run, 5000);
	assert_int_equal(run.stays->len, 0);
	assert_int_equal(run.ended->len, 1);
	is(&run.ended->items[0], 3, 2, 1000, 600);
	end(&run);
}

static void a_short_gap_is_bridged_and_a_long_one_is_not(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, left_and_all, 200), PKD_OK);
	at(&run, 0, 1, 0.25f);
	step(&run, 100);
	add(&run, 1, 0.25f)->state = track_State_lost;
	step(&run, 150);
	at(&run, 200, 1, 0.25f);
	is(&run.stays->items[0], 1, 1, 0, 200);
	step(&run, 300);
	/* Nobody looked in between, and it is back. */
	at(&run, 401, 1, 0.25f);
	assert_int_equal(run.ended->len, 2);
	is(&run.ended->items[0], 1, 1, 0, 200);
	is(&run.stays->items[0], 1, 1, 401, 0);
	end(&run);
}

static void frames_may_be_farther_apart_than_the_gap(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, left_and_all, 0), PKD_OK);
	for (int i = 0; i < 5; i++) {
		at(&run, 1000 * i, 9, 0.25f);
		assert_int_equal(run.ended->len, 0);
		is(&run.stays->items[0], 9, 1, 0, 1000 * i);
	}
	step(&run, 5000);
	assert_int_equal(run.ended->len, 2);
	end(&run);
}

static void who_has_no_id_or_no_box_does_not_stay(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, left_and_all, 200), PKD_OK);
	add(&run, 0, 0.25f);
	add(&run, 1, NAN);
	add(&run, 2, 7);
	add(&run, 3, 0.25f)->state = track_State_lost;
	step(&run, 0);
	assert_int_equal(run.stays->len, 0);
	step(&run, 1000);
	assert_int_equal(run.ended->len, 0);
	end(&run);
}

static void where_time_goes_back_all_stays_end(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, left_and_all, 200), PKD_OK);
	at(&run, 5000, 1, 0.25f);
	at(&run, 5300, 1, 0.25f);
	at(&run, 100, 1, 0.25f);
	assert_int_equal(run.ended->len, 2);
	is(&run.ended->items[0], 1, 1, 5000, 300);
	is(&run.stays->items[0], 1, 1, 100, 0);
	end(&run);
}

static void stays_survive_a_restart(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, left_and_all, 200), PKD_OK);
	at(&run, 1000, 1, 0.25f);
	assert_int_equal(fake_restart(&count_dwell_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	at(&run, 1100, 1, 0.25f);
	is(&run.stays->items[0], 1, 1, 1000, 100);
	end(&run);
}

static void who_was_not_seen_for_longest_makes_way_ending(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "0,0 1,0 1,1 0,1", 60000), PKD_OK);
	at(&run, 0, 1, 0.25f);
	for (uint32_t id = 2; id <= 256; id++)
		add(&run, id, 0.25f);
	step(&run, 10);
	assert_int_equal(run.stays->len, 255);
	at(&run, 20, 1000, 0.25f);
	assert_int_equal(run.ended->len, 1);
	is(&run.ended->items[0], 1, 1, 0, 0);
	assert_int_equal(run.ctx.n_notes, 0);
	/* More than there is room for in a frame: told once. */
	for (int i = 0; i < 2; i++) {
		for (uint32_t id = 2001; id <= 2300; id++)
			add(&run, id, 0.25f);
		step(&run, 30 + i);
		assert_int_equal(run.stays->len, 256);
	}
	assert_int_equal(run.ctx.n_notes, 1);
	end(&run);
}

static void a_wrong_text_is_told_with_its_parameter(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "", 0), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "`zones`: there is no zone"));
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stay_lasts_from_the_first_frame_to_the_last),
		cmocka_unit_test(a_short_gap_is_bridged_and_a_long_one_is_not),
		cmocka_unit_test(frames_may_be_farther_apart_than_the_gap),
		cmocka_unit_test(who_has_no_id_or_no_box_does_not_stay),
		cmocka_unit_test(where_time_goes_back_all_stays_end),
		cmocka_unit_test(stays_survive_a_restart),
		cmocka_unit_test(who_was_not_seen_for_longest_makes_way_ending),
		cmocka_unit_test(a_wrong_text_is_told_with_its_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
