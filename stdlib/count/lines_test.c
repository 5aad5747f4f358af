/* count.lines: ways of points, and random ones beside a count of the sides that they were on. */
#include <count/lines.pkd.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods count_lines_methods;

struct run {
	struct pkd_ctx ctx;
	struct count_lines_params params;
	void *self;
	struct count_lines_tracks *tracks;
	struct count_lines_counts *counts;
	struct count_lines_crossings *crossings;
};

static int start(struct run *run, const char *lines, float margin, uint32_t n)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct count_lines_params){lines, "", count_Anchor_bottom, margin, n};
	run->self = fake_self(&count_lines_methods);
	run->tracks = fake_slot((uint32_t)(sizeof(*run->tracks) + n * sizeof(struct track_Track)));
	run->counts = fake_slot(sizeof(*run->counts));
	run->crossings =
		fake_slot((uint32_t)(sizeof(*run->crossings) + n * sizeof(struct count_Crossing)));
	run->tracks->len = 0;
	return count_lines_methods.init(run->self, &run->params, &run->ctx);
}

static void end(struct run *run)
{
	count_lines_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->tracks);
	fake_slot_free(run->counts);
	fake_slot_free(run->crossings);
}

/* Somebody who stands at x, y. */
static struct track_Track *add(struct run *run, uint32_t id, float x, float y)
{
	struct track_Track *track = &run->tracks->items[run->tracks->len++];

	memset(track, 0, sizeof(*track));
	track->object.id = id;
	track->object.box = (struct detect_Box){x - 0.0625f, y - 0.125f, 0.125f, 0.125f};
	track->state = id ? track_State_seen : track_State_new;
	return track;
}

static void step(struct run *run)
{
	struct count_lines_in in = {run->tracks};
	struct count_lines_out out = {run->counts, run->crossings};

	run->counts->len = run->crossings->len = 0;
	assert_int_equal(fake_fire(&count_lines_methods, run->self, &in, &out, &run->ctx), PKD_OK);
	run->tracks->len = 0;
}

static void go(struct run *run, uint32_t id, float x, float y)
{
	add(run, id, x, y);
	step(run);
}

static void is(const struct run *run, uint32_t line, uint64_t left, uint64_t right)
{
	assert_true(line < run->counts->len);
	assert_int_equal(run->counts->items[line].left, left);
	assert_int_equal(run->counts->items[line].right, right);
}

static void who_goes_down_over_a_line_to_the_right_goes_to_its_right(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "door: 0,0.5 1,0.5", 0.01f, 4), PKD_OK);
	go(&run, 7, 0.5f, 0.25f);
	is(&run, 0, 0, 0);
	assert_int_equal(run.crossings->len, 0);
	go(&run, 7, 0.5f, 0.75f);
	is(&run, 0, 0, 1);
	assert_int_equal(run.crossings->len, 1);
	assert_int_equal(run.crossings->items[0].line, 1);
	assert_int_equal(run.crossings->items[0].id, 7);
	assert_int_equal(run.crossings->items[0].to, count_Side_right);
	assert_string_equal(run.crossings->items[0].name.text, "door");
	assert_true(run.crossings->items[0].at.y == 0.75f);
	go(&run, 7, 0.5f, 0.875f);
	assert_int_equal(run.crossings->len, 0);
	go(&run, 7, 0.5f, 0.25f);
	is(&run, 0, 1, 1);
	assert_int_equal(run.crossings->items[0].to, count_Side_left);
	end(&run);
}

static void who_trembles_on_a_line_has_not_crossed_it(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "0,0.5 1,0.5", 0.03125f, 4), PKD_OK);
	go(&run, 1, 0.5f, 0.25f);
	for (int i = 0; i < 10; i++) {
		go(&run, 1, 0.5f, 0.515625f);
		go(&run, 1, 0.5f, 0.484375f);
		go(&run, 1, 0.5f, 0.5f);
	}
	is(&run, 0, 0, 0);
	go(&run, 1, 0.5f, 0.25f);
	is(&run, 0, 0, 0);
	go(&run, 1, 0.5f, 0.5f);
	go(&run, 1, 0.5f, 0.75f);
	is(&run, 0, 0, 1);
	/* Without a margin, too, where the way stops on the line. */
	run.params.margin = 0;
	go(&run, 1, 0.5f, 0.5f);
	go(&run, 1, 0.5f, 0.75f);
	is(&run, 0, 0, 1);
	go(&run, 1, 0.5f, 0.5f);
	go(&run, 1, 0.5f, 0.25f);
	is(&run, 0, 1, 1);
	end(&run);
}

static void who_begins_on_a_line_has_not_crossed_it(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "0,0.5 1,0.5", 0.03125f, 4), PKD_OK);
	go(&run, 1, 0.5f, 0.515625f);
	go(&run, 1, 0.5f, 0.25f);
	go(&run, 2, 0.5f, 0.5f);
	go(&run, 2, 0.5f, 0.75f);
	is(&run, 0, 0, 0);
	go(&run, 2, 0.5f, 0.25f);
	is(&run, 0, 1, 0);
	end(&run);
}

static void the_corner_of_a_line_is_crossed_once_and_its_tip_not_at_all(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(
		start(&run, "0.25,0.5 0.5,0.5 0.75,0.5; 0.25,0.75 0.5,0.5 0.75,0.75", 0, 4),
		PKD_OK);
	go(&run, 1, 0.5f, 0.25f);
	go(&run, 1, 0.5f, 0.875f);
	is(&run, 0, 0, 1);
	is(&run, 1, 0, 1);
	/* Along the tip of the second, and over both ends of the first. */
	go(&run, 2, 0.25f, 0.5f);
	go(&run, 2, 0.875f, 0.5f);
	is(&run, 1, 0, 1);
	/* Under the roof and out again: over both sides of it. */
	go(&run, 3, 0.125f, 0.625f);
	go(&run, 3, 0.875f, 0.625f);
	is(&run, 1, 0, 1);
	end(&run);
}

static void who_goes_round_the_end_has_not_crossed(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "0.25,0.5 0.75,0.5", 0.01f, 4), PKD_OK);
	go(&run, 1, 0.5f, 0.375f);
	go(&run, 1, 0.875f, 0.375f);
	go(&run, 1, 0.875f, 0.625f);
	go(&run, 1, 0.5f, 0.625f);
	is(&run, 0, 0, 0);
	end(&run);
}

static void a_track_waits_while_it_is_lost_and_begins_with_its_id(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "0,0.5 1,0.5", 0.01f, 4), PKD_OK);
	go(&run, 0, 0.5f, 0.25f);
	go(&run, 0, 0.5f, 0.75f);
	is(&run, 0, 0, 0);
	go(&run, 5, 0.5f, 0.75f);
	add(&run, 5, 0.5f, 0.25f)->state = track_State_lost;
	step(&run);
	is(&run, 0, 0, 0);
	step(&run); /* no track at all */
	go(&run, 5, NAN, 0.25f);
	go(&run, 5, 0.5f, 3.0f);
	go(&run, 5, 0.5f, -INFINITY);
	is(&run, 0, 0, 0);
	go(&run, 5, 0.5f, 0.25f);
	is(&run, 0, 1, 0);
	/* The same id twice in a frame is one. */
	add(&run, 5, 0.5f, 0.25f);
	add(&run, 5, 0.5f, 0.75f);
	step(&run);
	is(&run, 0, 1, 0);
	end(&run);
}

static void counts_count_what_has_no_room(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "0,0.5 1,0.5; 0,0.625 1,0.625; 1,0.6875 0,0.6875", 0.01f, 2),
	                 PKD_OK);
	add(&run, 1, 0.25f, 0.25f);
	add(&run, 2, 0.75f, 0.25f);
	step(&run);
	add(&run, 1, 0.25f, 0.75f);
	add(&run, 2, 0.75f, 0.75f);
	step(&run);
	assert_int_equal(run.crossings->len, 2);
	is(&run, 0, 0, 2);
	is(&run, 1, 0, 2);
	is(&run, 2, 2, 0);
	end(&run);
}

static void who_was_not_seen_for_longest_makes_way(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "0,0.5 1,0.5", 0.01f, 150), PKD_OK);
	for (uint32_t id = 1; id <= 128; id++)
		go(&run, id, 0.5f, 0.25f);
	go(&run, 1, 0.5f, 0.25f);   /* seen again */
	go(&run, 129, 0.5f, 0.25f); /* takes the place of 2 */
	go(&run, 2, 0.5f, 0.75f);   /* is new */
	is(&run, 0, 0, 0);
	go(&run, 1, 0.5f, 0.75f);
	go(&run, 129, 0.5f, 0.75f);
	is(&run, 0, 0, 2);
	/* More in a frame than there is room for. */
	for (int i = 0; i < 2; i++) {
		for (uint32_t id = 1001; id <= 1150; id++)
			add(&run, id, 0.5f, i == 0 ? 0.25f : 0.75f);
		step(&run);
	}
	is(&run, 0, 0, 2 + 128);
	end(&run);
}

/* Over a line from the top to the bottom, whose right is the left half: a track is on the side
 * where it was last clear of it. */
static void random_ways_cross_as_often_as_their_side_changes(void **state)
{
	enum { N_TRACKS = 20, N_STEPS = 600 };
	double x[N_TRACKS], y[N_TRACKS];
	int sides[N_TRACKS] = {0};
	uint64_t left = 0, right = 0;
	struct run run;

	(void)state;
	srand(5);
	assert_int_equal(start(&run, "0.5,0 0.5,0.3 0.5,1", 0.02f, N_TRACKS), PKD_OK);
	for (int i = 0; i < N_TRACKS; i++)
		x[i] = y[i] = 0.25 + 0.5 * rand() / RAND_MAX;
	for (int k = 0; k < N_STEPS; k++) {
		uint64_t before = left + right;

		for (int i = 0; i < N_TRACKS; i++) {
			int side;

			x[i] = fmin(fmax(x[i] + 0.1 * rand() / RAND_MAX - 0.05, 0.1), 0.9);
			y[i] = fmin(fmax(y[i] + 0.1 * rand() / RAND_MAX - 0.05, 0.15), 0.9);
			if (rand() % 5 == 0 && k > 0)
				continue; /* not seen in this frame */
			add(&run, (uint32_t)i + 1, (float)x[i], (float)y[i]);
			side = (x[i] > 0.52) - (x[i] < 0.48);
			left += side == 1 && sides[i] == -1;
			right += side == -1 && sides[i] == 1;
			sides[i] = side ? side : sides[i];
		}
		step(&run);
		is(&run, 0, left, right);
		assert_int_equal(run.crossings->len, left + right - before);
		if (k % 100 == 50)
			assert_int_equal(fake_restart(&count_lines_methods, &run.self, &run.params,
			                              &run.ctx),
			                 PKD_OK);
	}
	assert_in_range(left + right, 100, 5000);
	end(&run);
}

static void reset_counts_from_0(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "0,0.5 1,0.5", 0.01f, 4), PKD_OK);
	go(&run, 1, 0.5f, 0.25f);
	go(&run, 1, 0.5f, 0.75f);
	memcpy(run.ctx.state, run.ctx.committed_state, sizeof(run.ctx.state));
	assert_int_equal(count_lines_reset(run.self, &run.ctx), PKD_OK);
	memcpy(run.ctx.committed_state, run.ctx.state, sizeof(run.ctx.state));
	go(&run, 1, 0.5f, 0.25f);
	is(&run, 0, 1, 0);
	end(&run);
}

static void a_wrong_text_is_told_with_its_parameter(void **state)
{
	struct run run;

	(void)state;
	assert_int_equal(start(&run, "0,0.5 1,", 0, 4), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "`lines`: point 2 of 'line 1' is '1,': "));
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_goes_down_over_a_line_to_the_right_goes_to_its_right),
		cmocka_unit_test(who_trembles_on_a_line_has_not_crossed_it),
		cmocka_unit_test(who_begins_on_a_line_has_not_crossed_it),
		cmocka_unit_test(the_corner_of_a_line_is_crossed_once_and_its_tip_not_at_all),
		cmocka_unit_test(who_goes_round_the_end_has_not_crossed),
		cmocka_unit_test(a_track_waits_while_it_is_lost_and_begins_with_its_id),
		cmocka_unit_test(counts_count_what_has_no_room),
		cmocka_unit_test(who_was_not_seen_for_longest_makes_way),
		cmocka_unit_test(random_ways_cross_as_often_as_their_side_changes),
		cmocka_unit_test(reset_counts_from_0),
		cmocka_unit_test(a_wrong_text_is_told_with_its_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
