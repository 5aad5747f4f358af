/* Letters on images in memory, with the font of the machine. */
#include "letters.h"

#include <string.h>

#include "../test/canvas.h"

enum { W = 200, H = 40, SIZE = 20, BASE = 28 };

static struct pkd_ctx ctx;
static struct letters *letters;
static struct pkd_image *image;

static int setup(void **state)
{
	(void)state;
	memset(&ctx, 0, sizeof(ctx));
	image = fake_image(PKD_BGR24, W, H);
	letters = letters_create(&ctx, "nothing is written");
	assert_non_null(letters);
	assert_true(letters_set_size(letters, SIZE));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	letters_destroy(letters);
	fake_slot_free(image);
	return 0;
}

static void clear(void)
{
	memset(pkd_pixels(image), 0, (size_t)W * H * 3);
}

/* How bright all is, in 255ths: about so many pixels. */
static uint32_t ink(void)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < (size_t)W * H * 3; i++)
		sum += pkd_const_pixels(image)[i];
	return sum / 3 / 255;
}

static void write_text(const char *text, size_t n, int32_t room)
{
	clear();
	letters_draw(letters, image, 2, BASE, room, (struct colour){255, 255, 255}, text, n);
}

/* A copy of what is drawn. */
static const uint8_t *look_of(const char *text)
{
	static uint8_t looks[2][W * H * 3];
	static int next;
	uint8_t *look = looks[next++ % 2];

	write_text(text, strlen(text), W);
	memcpy(look, pkd_const_pixels(image), sizeof(looks[0]));
	return look;
}

/* ---- Tests ---- */

static void scripts_that_the_font_has_are_drawn(void **state)
{
	static const char *const words[] = {"grün", "Ελληνικά", "Слово", "žluťoučký", "→ € ≤"};
	const char *box = "\xe4\xb8\xad"; /* a character that DejaVu Sans lacks */
	const uint8_t *look;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		look = look_of(words[i]);
		assert_true(ink() > 60);
		assert_memory_not_equal(look, look_of(box), (size_t)W * H * 3);
	}
	/* One character of two bytes is as wide as one, and its dots are above it. */
	assert_int_equal(letters_width(letters, "ü", 2), letters_width(letters, "u", 1));
	write_text("ü", 2, W);
	assert_true(ink() > 20);
}

static void what_the_font_lacks_is_a_box(void **state)
{
	const uint8_t *first = look_of("\xe4\xb8\xad"), *other = look_of("\xe6\x96\x87");

	(void)state;
	assert_memory_equal(first, other, (size_t)W * H * 3);
	assert_true(ink() > 20);
}

static void bytes_that_are_no_utf_8_are_shown_as_such(void **state)
{
	static const char *const wrong[] = {"\xff",         "\xc3", "\xe2\x82",
	                                    "\xed\xa0\x80", "\xf8", "\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		size_t n = strlen(wrong[i]);

		assert_true(letters_width(letters, wrong[i], n) > 0);
		write_text(wrong[i], n, W);
		assert_true(ink() > 20);
	}
	assert_int_equal(letters_width(letters, "\xff", 1),
	                 letters_width(letters, "\xef\xbf\xbd", 3));
	/* A character that the end of the text cuts. */
	assert_int_equal(letters_width(letters, "a\xc3", 2),
	                 letters_width(letters, "a\xef\xbf\xbd", 4));
}

static void control_characters_are_blanks(void **state)
{
	static const char all[] = {0, 1, '\n', '\t', 0x1b, 0x7f};

	(void)state;
	assert_int_equal(letters_width(letters, all, sizeof(all)),
	                 letters_width(letters, "      ", 6));
	write_text(all, sizeof(all), W);
	assert_int_equal(ink(), 0);
}

static void what_does_not_fit_ends_in_dots(void **state)
{
	static const char text[] = "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww";
	size_t n = strlen(text);

	(void)state;
	assert_int_equal(letters_width_in(letters, text, 3, W), letters_width(letters, text, 3));
	assert_in_range(letters_width_in(letters, text, n, 100), 70, 100);
	write_text(text, n, 100);
	for (uint32_t y = 0; y < H; y++) {
		for (uint32_t x = 103; x < W; x++)
			assert_int_equal(pkd_const_pixels(image)[(y * W + x) * 3], 0);
	}
	/* The dots stand on the base line: less ink at the end than before it. */
	assert_true(ink() > 100);
	write_text(text, n, 0);
	write_text(text, n, -5);
	write_text("", 0, 0);
	assert_int_equal(ink(), 0);
}

static void text_is_cut_at_the_borders(void **state)
{
	(void)state;
	for (int32_t y = -30; y < H + 30; y++) {
		for (int32_t x = -60; x < W + 10; x += 3)
			letters_draw(letters, image, x, y, W, (struct colour){1, 2, 3}, "Wgj", 3);
	}
}

/* More characters than are kept: they are rendered again, and look the same. */
static void memory_for_characters_has_a_bound(void **state)
{
	static const int32_t sizes[] = {SIZE, 9, 200, 72};
	const uint8_t *before = look_of("Füße"), *after;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_true(letters_set_size(letters, sizes[i]));
		for (uint32_t code = 0x80; code < 0x3000; code++) {
			char text[3] = {
				(char)(code < 0x800 ? 0xc0 | code >> 6 : 0xe0 | code >> 12),
				(char)(0x80 | (code < 0x800 ? code & 0x3f : code >> 6 & 0x3f)),
				(char)(0x80 | (code & 0x3f))};

			assert_true(letters_width(letters, text, code < 0x800 ? 2 : 3) >= 0);
			letters_draw(letters, image, 0, BASE, W, (struct colour){1, 2, 3}, text,
			             code < 0x800 ? 2 : 3);
		}
	}
	assert_true(letters_set_size(letters, SIZE));
	after = look_of("Füße");
	assert_memory_equal(before, after, (size_t)W * H * 3);
}

static void without_a_font_a_note_says_so(void **state)
{
	static const char *const fonts[] = {"/nowhere.ttf", "/etc/passwd"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(setenv("PKD_FONT", fonts[i], 1), 0);
		assert_null(letters_create(&ctx, "nothing is written"));
		assert_int_equal(ctx.n_notes, i + 1);
		assert_non_null(strstr(ctx.note, "no usable font: nothing is written (install"));
	}
	unsetenv("PKD_FONT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts_that_the_font_has_are_drawn),
		cmocka_unit_test(what_the_font_lacks_is_a_box),
		cmocka_unit_test(bytes_that_are_no_utf_8_are_shown_as_such),
		cmocka_unit_test(control_characters_are_blanks),
		cmocka_unit_test(what_does_not_fit_ends_in_dots),
		cmocka_unit_test(text_is_cut_at_the_borders),
		cmocka_unit_test(memory_for_characters_has_a_bound),
		cmocka_unit_test(without_a_font_a_note_says_so),
	};
	struct CMUnitTest with_setup[sizeof(tests) / sizeof(tests[0])];

	memcpy(with_setup, tests, sizeof(tests));
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		with_setup[i].setup_func = setup;
		with_setup[i].teardown_func = teardown;
	}
	return cmocka_run_group_tests(with_setup, NULL, NULL);
}
