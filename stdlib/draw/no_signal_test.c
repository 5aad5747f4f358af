/* draw.no_signal: a frame while the link is online, and never an old one. */
#include <draw/no_signal.pkd.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_no_signal_methods;

enum { W = 320, H = 240 };

struct run {
	struct canvas canvas;
	struct draw_no_signal_params params;
	struct video_Link link;
};

static void start(struct run *run, const char *name)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct draw_no_signal_params){.name = name, .W = W, .H = H};
	assert_int_equal(canvas_start(&run->canvas, &draw_no_signal_methods, &run->params, W, H),
	                 PKD_OK);
	run->canvas.ctx.time_ns = 10000000000;
}

static void fire(struct run *run, bool has_frame, enum video_LinkState link)
{
	struct draw_no_signal_in in = {has_frame ? run->canvas.frame : NULL, &run->link};
	struct draw_no_signal_out out = {run->canvas.view};

	run->link.state = link;
	canvas_fire(&run->canvas, &in, &out);
}

/* Pixels of this part that are as bright as letters. */
static uint32_t count_letters(const struct run *run, uint32_t y, uint32_t y_end)
{
	uint32_t n = 0;

	for (; y < y_end; y++)
		for (uint32_t x = W / 10; x < W - W / 10; x++)
			n += canvas_pixel(&run->canvas, x, y)[1] > 150;
	return n;
}

/* ---- Tests ---- */

static void a_frame_of_a_link_that_is_online_is_shown(void **state)
{
	struct run run;

	(void)state;
	start(&run, "");
	fire(&run, true, video_LinkState_online);
	assert_int_equal(canvas_count(&run.canvas, 0, 0, W, H), 0);
	canvas_end(&run.canvas);
}

static void else_there_is_a_card_without_the_picture(void **state)
{
	(void)state;
	for (int link = video_LinkState_connecting; link <= video_LinkState_offline; link++) {
		struct run run;

		start(&run, "");
		fire(&run, link != video_LinkState_offline && link != video_LinkState_online,
		     (enum video_LinkState)link);
		assert_int_equal(canvas_count(&run.canvas, 0, 0, W, H), W * H);
		canvas_end(&run.canvas);
	}
}

static void the_card_has_the_name_and_for_how_long(void **state)
{
	uint32_t n[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct run run;

		start(&run, i == 1 ? "a camera with a long name" : "");
		run.link.since = i == 2 ? -360000000000000 : 9000000000;
		fire(&run, false, video_LinkState_offline);
		n[i] = count_letters(&run, 0, H);
		canvas_end(&run.canvas);
	}
	assert_true(n[0] > 100);
	assert_true(n[1] > n[0] + 50);
	assert_true(n[2] > n[0]);
}

static void the_card_says_why(void **state)
{
	uint32_t n[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct run run;

		start(&run, "");
		run.link.reason = i ? video_LinkReason_untrusted : video_LinkReason_busy;
		fire(&run, false, video_LinkState_offline);
		n[i] = count_letters(&run, 0, H);
		canvas_end(&run.canvas);
	}
	assert_true(n[1] > n[0] + 50);
}

/* Of a program that is newer. */
static void an_unknown_reason_is_none(void **state)
{
	struct run run;

	(void)state;
	start(&run, "");
	run.link.reason = 4000;
	fire(&run, false, video_LinkState_offline);
	assert_int_equal(canvas_count(&run.canvas, 0, 0, W, H), W * H);
	canvas_end(&run.canvas);
}

static void a_card_is_as_large_as_the_last_frame(void **state)
{
	struct run run;

	(void)state;
	start(&run, "");
	run.canvas.frame->width = 100;
	run.canvas.frame->height = 80;
	run.canvas.frame->stride = 300;
	fire(&run, true, video_LinkState_online);
	fire(&run, false, video_LinkState_offline);
	assert_int_equal(run.canvas.view->width, 100);
	canvas_end(&run.canvas);
}

/* There is a card of any size. */
static void a_card_fits_into_any_frame(void **state)
{
	(void)state;
	for (uint32_t size = 1; size < 40; size++) {
		struct run run;

		start(&run, "name");
		run.canvas.frame->width = size;
		run.canvas.frame->height = 1 + size / 3;
		run.canvas.frame->stride = 3 * size;
		fire(&run, true, video_LinkState_frozen);
		canvas_end(&run.canvas);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_of_a_link_that_is_online_is_shown),
		cmocka_unit_test(else_there_is_a_card_without_the_picture),
		cmocka_unit_test(the_card_has_the_name_and_for_how_long),
		cmocka_unit_test(the_card_says_why),
		cmocka_unit_test(an_unknown_reason_is_none),
		cmocka_unit_test(a_card_is_as_large_as_the_last_frame),
		cmocka_unit_test(a_card_fits_into_any_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
