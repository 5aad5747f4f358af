/* video.show on a true X server: run it under xvfb-run. */
#include <SDL.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <video/show.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

/* The X drivers below SDL keep memory, in modules that are gone when the sanitizer asks. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

extern const struct pkd_methods video_show_methods;

struct run {
	struct pkd_ctx ctx;
	struct video_show_params params;
	void *self;
	struct pkd_image *frame;
};

static int start(struct run *run)
{
	uint32_t format = run->params.FORMAT ? run->params.FORMAT : PKD_BGR24;

	run->params = (struct video_show_params){
		.title = "pkd test", .FORMAT = format, .W = 160, .H = 120};
	run->self = fake_self(&video_show_methods);
	run->frame = fake_image(format, 160, 120);
	return video_show_methods.init(run->self, &run->params, &run->ctx);
}

static int step(struct run *run)
{
	struct video_show_in in = {run->frame};
	struct video_show_out out = {0};

	return video_show_methods.step(run->self, &in, &out, &run->ctx);
}

static void release(struct run *run)
{
	free(run->self);
	fake_slot_free(run->frame);
}

static void end(struct run *run)
{
	video_show_methods.finish(run->self);
	release(run);
}

static void need_display(void)
{
	if (!getenv("DISPLAY"))
		fail_msg("no DISPLAY: run this test under xvfb-run");
}

static SDL_Window *window_of_test(void)
{
	SDL_Window *window = NULL;

	for (uint32_t id = 1; !window && id < 50; id++)
		window = SDL_GetWindowFromID(id);
	assert_non_null(window);
	return window;
}

/* Red on a true screen: blue and red are not exchanged. */
static void assert_screen_is_red(void)
{
	SDL_Window *window = window_of_test();
	uint8_t rgb[3] = {0};
	SDL_Rect centre = {80, 60, 1, 1};

	assert_string_equal(SDL_GetWindowTitle(window), "pkd test");
	assert_int_equal(SDL_RenderReadPixels(SDL_GetRenderer(window), &centre,
	                                      SDL_PIXELFORMAT_RGB24, rgb, 3),
	                 0);
	assert_true(rgb[0] > 250 && rgb[1] < 5 && rgb[2] < 5);
}

static void press(struct run *run, SDL_Keycode key)
{
	SDL_Event event = {.key = {.type = SDL_KEYDOWN, .state = SDL_PRESSED, .keysym.sym = key}};

	assert_int_equal(SDL_PushEvent(&event), 1);
	run->ctx.stop_asked = false;
	assert_int_equal(step(run), PKD_OK);
}

/* ---- Tests ---- */

static void frames_appear_in_a_window(void **state)
{
	struct run run = {0};
	uint8_t *pixels;

	(void)state;
	need_display();
	assert_int_equal(start(&run), PKD_OK);
	pixels = pkd_pixels(run.frame);
	for (uint32_t i = 0; i < 160 * 120; i++) {
		pixels[i * 3] = pixels[i * 3 + 1] = 0;
		pixels[i * 3 + 2] = 255;
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(step(&run), PKD_OK);
	assert_screen_is_red();
	assert_int_equal(run.ctx.n_notes, 0);
	assert_false(run.ctx.stop_asked);
	end(&run);
}

/* One colour in each format, on a true screen. YUV of both matrices and ranges is that colour, too,
 * as far as SDL has them. */
static void each_format_has_its_colours(void **state)
{
	static const struct {
		uint32_t format, matrix, range;
		uint8_t samples[3], rgb[3];
	} cases[] = {
		{PKD_RGB24, 0, 0, {200, 40, 90}, {200, 40, 90}},
		{PKD_GRAY8, 0, 0, {77}, {77, 77, 77}},
		{PKD_I420, PKD_BT601, PKD_LIMITED, {97, 128, 189}, {191, 45, 94}},
		{PKD_NV12, PKD_BT709, PKD_LIMITED, {97, 128, 189}, {204, 61, 94}},
		{PKD_I420, PKD_BT601, PKD_FULL, {97, 128, 189}, {183, 53, 97}},
	};

	(void)state;
	need_display();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = {.params.FORMAT = cases[i].format};
		SDL_Rect centre = {80, 60, 1, 1};
		uint8_t rgb[3] = {0};

		assert_int_equal(start(&run), PKD_OK);
		run.frame->matrix = cases[i].matrix;
		run.frame->range = cases[i].range;
		for (uint32_t k = 0; k < pkd_planes(cases[i].format); k++) {
			struct pkd_image_plane plane = pkd_plane(run.frame, k);
			uint32_t sample = plane.stride / plane.width;

			for (uint32_t n = 0; n < plane.stride * plane.height; n++)
				plane.data[n] = cases[i].samples[k + n % sample];
		}
		for (int n = 0; n < 3; n++)
			assert_int_equal(step(&run), PKD_OK);
		assert_int_equal(SDL_RenderReadPixels(SDL_GetRenderer(window_of_test()), &centre,
		                                      SDL_PIXELFORMAT_RGB24, rgb, 3),
		                 0);
		for (int c = 0; c < 3; c++) {
			if (abs(rgb[c] - cases[i].rgb[c]) > 4)
				fail_msg("case %zu: %d %d %d", i, rgb[0], rgb[1], rgb[2]);
		}
		end(&run);
	}
}

static void a_change_of_size_is_followed(void **state)
{
	struct run run = {0};

	(void)state;
	need_display();
	assert_int_equal(start(&run), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	pkd_image_set(run.frame, PKD_BGR24, 75, 31);
	assert_int_equal(step(&run), PKD_OK);
	pkd_image_set(run.frame, PKD_BGR24, 160, 120);
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);
}

static void pixels_that_are_not_square_are_shown_in_their_shape(void **state)
{
	static const struct {
		uint32_t pixel_width, pixel_height;
		int width, height;
	} cases[] = {{64, 45, 227, 120}, {1, 2, 160, 240}, {1, 1, 160, 120}, {0, 0, 160, 120}};
	struct run run = {0};
	int width, height;

	(void)state;
	need_display();
	assert_int_equal(start(&run), PKD_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run.frame->pixel_width = cases[i].pixel_width;
		run.frame->pixel_height = cases[i].pixel_height;
		assert_int_equal(step(&run), PKD_OK);
		SDL_RenderGetLogicalSize(SDL_GetRenderer(window_of_test()), &width, &height);
		assert_int_equal(width, cases[i].width);
		assert_int_equal(height, cases[i].height);
	}
	end(&run);
}

static void q_escape_and_close_stop_the_program(void **state)
{
	struct run run = {0};
	SDL_Event closing = {.window = {.type = SDL_WINDOWEVENT, .event = SDL_WINDOWEVENT_CLOSE}};

	(void)state;
	need_display();
	assert_int_equal(start(&run), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	press(&run, SDLK_a);
	assert_false(run.ctx.stop_asked);
	press(&run, SDLK_q);
	assert_true(run.ctx.stop_asked);
	press(&run, SDLK_ESCAPE);
	assert_true(run.ctx.stop_asked);
	run.ctx.stop_asked = false;
	assert_int_equal(SDL_PushEvent(&closing), 1);
	assert_int_equal(step(&run), PKD_OK);
	assert_true(run.ctx.stop_asked);
	end(&run);
}

static void signals_stay_the_runtimes(void **state)
{
	struct run run = {0};
	struct sigaction before, after;

	(void)state;
	need_display();
	sigaction(SIGINT, NULL, &before);
	assert_int_equal(start(&run), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	sigaction(SIGINT, NULL, &after);
	assert_ptr_equal(before.sa_handler, after.sa_handler);
	end(&run);
}

/* A frame of no size stands for a renderer that gave up. */
static void a_failing_window_is_said_once_and_the_program_goes_on(void **state)
{
	struct run run = {0};

	(void)state;
	need_display();
	assert_int_equal(start(&run), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	pkd_image_set(run.frame, PKD_BGR24, 0, 0);
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "nothing more is shown"));
	end(&run);
}

static void without_a_display_it_takes_no_part(void **state)
{
	struct run run = {0};
	const char *before = getenv("DISPLAY");
	char *display = before ? strdup(before) : NULL;

	(void)state;
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	unsetenv("SDL_VIDEODRIVER");
	assert_int_equal(start(&run), PKD_END);
	assert_string_equal(run.ctx.note, "no display: nothing is shown");
	release(&run);

	run = (struct run){0};
	setenv("DISPLAY", ":4711", 1);
	assert_int_equal(start(&run), PKD_END);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_int_equal(run.ctx.n_errors, 0);
	release(&run);
	if (display)
		setenv("DISPLAY", display, 1);
	free(display);
}

/* An X server starts anew when its last client has left, and refuses new ones meanwhile: a child
 * stays connected for as long as the tests run. */
static int keep_server(void **state)
{
	static int until[2];
	int ready[2];
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(until), 0);
	assert_int_equal(pipe(ready), 0);
	if (fork() == 0) {
		close(until[1]);
		SDL_Init(SDL_INIT_VIDEO);
		if (write(ready[1], &byte, 1) == 1 && read(until[0], &byte, 1) >= 0)
			_exit(0);
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_display_it_takes_no_part),
		cmocka_unit_test(frames_appear_in_a_window),
		cmocka_unit_test(each_format_has_its_colours),
		cmocka_unit_test(a_change_of_size_is_followed),
		cmocka_unit_test(pixels_that_are_not_square_are_shown_in_their_shape),
		cmocka_unit_test(q_escape_and_close_stop_the_program),
		cmocka_unit_test(signals_stay_the_runtimes),
		cmocka_unit_test(a_failing_window_is_said_once_and_the_program_goes_on),
	};

	return cmocka_run_group_tests(tests, keep_server, NULL);
}
