/* video.test: the QR code by the rules of its standard, the card, the bars, the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <video/test.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "qr.h"

extern const struct pkd_methods video_test_methods;

enum { MS = 1000000, N_ALL = 26, N_DATA = 9 };

/* ---- A reader of codes, written from the standard and not from qr.c ---- */

static bool is_data(int row, int column)
{
	bool is_corner = (row < 9 && (column < 9 || column > 12)) || (row > 12 && column < 9);

	return !is_corner && row != 6 && column != 6;
}

static void read_codewords(bool dark[QR_SIZE][QR_SIZE], uint8_t words[static N_ALL])
{
	static const int columns[] = {20, 18, 16, 14, 12, 10, 8, 5, 3, 1};
	int n = 0;

	memset(words, 0, N_ALL);
	for (int pair = 0; pair < 10; pair++) {
		for (int step = 0; step < QR_SIZE; step++) {
			int row = pair % 2 ? step : QR_SIZE - 1 - step;

			for (int side = 0; side < 2; side++) {
				int column = columns[pair] - side;

				if (!is_data(row, column))
					continue;
				assert_true(n < N_ALL * 8);
				if (dark[row][column] != ((row + column) % 2 == 0))
					words[n / 8] |= (uint8_t)(128 >> n % 8);
				n++;
			}
		}
	}
	assert_int_equal(n, N_ALL * 8);
}

/* The code as a polynomial is 0 at 2^0 to 2^16. */
static void is_without_errors(const uint8_t words[static N_ALL])
{
	uint8_t log[256], power[255];
	uint32_t x = 1;

	for (int i = 0; i < 255; i++) {
		power[i] = (uint8_t)x;
		log[x] = (uint8_t)i;
		x = x & 128 ? x << 1 ^ 0x11d : x << 1;
	}
	for (int root = 0; root < N_ALL - N_DATA; root++) {
		uint8_t sum = 0;

		for (int i = 0; i < N_ALL; i++) {
			if (words[i])
				sum ^= power[(log[words[i]] + root * (N_ALL - 1 - i)) % 255];
		}
		assert_int_equal(sum, 0);
	}
}

static uint32_t bits_of(const uint8_t *words, int *at, int n)
{
	uint32_t value = 0;

	for (; n > 0; n--, (*at)++)
		value = value << 1 | (words[*at / 8] >> (7 - *at % 8) & 1);
	return value;
}

static uint64_t number_of(const uint8_t *words)
{
	uint64_t number = 0;
	int at = 0, n;

	assert_int_equal(bits_of(words, &at, 4), 1);
	n = (int)bits_of(words, &at, 10);
	for (; n >= 3; n -= 3)
		number = number * 1000 + bits_of(words, &at, 10);
	if (n == 2)
		number = number * 100 + bits_of(words, &at, 7);
	if (n == 1)
		number = number * 10 + bits_of(words, &at, 4);
	assert_true(at <= N_DATA * 8);
	return number;
}

static uint64_t read_code(bool dark[QR_SIZE][QR_SIZE])
{
	/* Level H, mask 0: annex C of the standard. */
	static const char format[] = "001011010001001";
	uint8_t words[N_ALL];

	for (int i = 0; i < 15; i++) {
		int across = i < 6 ? i : i < 8 ? i + 1 : QR_SIZE - 15 + i;
		int down = i < 7 ? QR_SIZE - 1 - i : i == 7 ? 8 : i == 8 ? 7 : 14 - i;

		assert_int_equal(dark[8][across], format[i] == '1');
		assert_int_equal(dark[down][8], format[i] == '1');
	}
	read_codewords(dark, words);
	is_without_errors(words);
	return number_of(words);
}

static void a_code_has_its_number(void **data)
{
	static const uint64_t numbers[] = {
		0,     1,       9,        10,          99,
		100,   999,     1000,     123456,      18446744073,
		99999, 1234567, 89012345, 99999999999, 99999999999999999};
	bool dark[QR_SIZE][QR_SIZE];

	(void)data;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		qr_number(numbers[i], dark);
		assert_int_equal(read_code(dark), numbers[i]);
	}
	for (uint64_t number = 1; number < 2000; number += 7) {
		qr_number(number, dark);
		assert_int_equal(read_code(dark), number);
	}
	qr_number(UINT64_MAX, dark); /* its last 17 digits */
	assert_int_equal(read_code(dark), UINT64_MAX % 100000000000000000);
}

/* ---- The node ---- */

struct test_run {
	struct pkd_ctx ctx;
	struct video_test_params params;
	void *self;
	struct pkd_image *frame;
};

static void start(struct test_run *run, uint32_t W, uint32_t H, enum video_Pattern pattern)
{
	*run = (struct test_run){
		.params = {.rate = 25, .pattern = pattern, .speed = 1, .W = W, .H = H}};
	fake_now_ns = 5000 * (int64_t)MS;
	run->self = fake_self(&video_test_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	assert_int_equal(video_test_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static int fire(struct test_run *run, uint64_t number)
{
	struct video_test_in in = {0};
	struct video_test_out out = {run->frame};

	run->ctx.number = number;
	return fake_fire(&video_test_methods, run->self, &in, &out, &run->ctx);
}

static void end(struct test_run *run)
{
	video_test_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_now_ns = 0;
}

static uint64_t sum_of(const struct pkd_image *image)
{
	uint64_t sum = 1;

	for (size_t i = 0; i < (size_t)image->stride * image->height; i++)
		sum = (sum ^ pkd_const_pixels(image)[i]) * 0x100000001b3u;
	return sum;
}

static void frames_are_due_by_their_rate(void **data)
{
	struct test_run run;

	(void)data;
	start(&run, 64, 36, video_Pattern_bars);
	run.params.frames = 3;
	assert_int_equal(fire(&run, 1), PKD_OK);
	assert_int_equal(run.ctx.set_time_ns, 0);
	assert_int_equal(fire(&run, 2), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 5040 * (int64_t)MS);
	fake_now_ns = 5040 * (int64_t)MS;
	assert_int_equal(fire(&run, 2), PKD_OK);
	assert_int_equal(run.ctx.set_time_ns, 40 * MS);
	run.params.speed = 4;
	assert_int_equal(fire(&run, 3), PKD_END); /* it was due after 20 ms */
	assert_int_equal(run.ctx.set_time_ns, 80 * MS);
	assert_int_equal(fire(&run, 4), PKD_SKIP);
	run.params.frames = 0;
	run.params.speed = 1e-30F;
	assert_int_equal(fire(&run, 4), PKD_LATER);
	assert_true(run.ctx.due_ns > fake_now_ns);
	end(&run);
	start(&run, 64, 36, video_Pattern_bars);
	run.params.speed = 0;
	for (uint64_t n = 1; n < 100; n++)
		assert_int_equal(fire(&run, n), PKD_OK);
	end(&run);
}

/* A restart goes on with the next number, and makes the picture that it would have been. */
static void a_frame_is_the_same_in_each_run(void **data)
{
	struct test_run run;
	uint64_t sums[4];

	(void)data;
	for (int pattern = video_Pattern_card; pattern <= video_Pattern_noise; pattern += 2) {
		start(&run, 320, 180, (enum video_Pattern)pattern);
		run.params.speed = 0;
		for (uint64_t n = 1; n <= 4; n++) {
			assert_int_equal(fire(&run, n), PKD_OK);
			sums[n - 1] = sum_of(run.frame);
			assert_true(n == 1 || sums[n - 1] != sums[n - 2]);
		}
		end(&run);
		start(&run, 320, 180, (enum video_Pattern)pattern);
		assert_int_equal(fire(&run, 4), PKD_OK);
		assert_int_equal(sum_of(run.frame), sums[3]);
		end(&run);
	}
}

static void bars_have_their_colours(void **data)
{
	static const uint8_t colors[8][3] = {{191, 191, 191}, {0, 191, 191}, {191, 191, 0},
	                                     {0, 191, 0},     {191, 0, 191}, {0, 0, 191},
	                                     {191, 0, 0},     {0, 0, 0}};
	struct test_run run;

	(void)data;
	start(&run, 80, 30, video_Pattern_bars);
	assert_int_equal(fire(&run, 1), PKD_OK);
	for (uint32_t y = 0; y < 30; y++) {
		for (uint32_t x = 0; x < 80; x++)
			assert_memory_equal(pkd_const_pixels(run.frame) + y * run.frame->stride +
			                            x * 3,
			                    colors[x / 10], 3);
	}
	end(&run);
}

/* Its code is read where docs/video.md says that it is. */
static void the_card_has_the_code_of_its_frame(void **data)
{
	struct test_run run;
	bool dark[QR_SIZE][QR_SIZE];

	(void)data;
	start(&run, 1280, 720, video_Pattern_card);
	run.params.speed = 0;
	for (uint64_t n = 1; n <= 1000; n += 333) {
		assert_int_equal(fire(&run, n), PKD_OK);
		for (uint32_t y = 0; y < QR_SIZE; y++) {
			for (uint32_t x = 0; x < QR_SIZE; x++) {
				uint32_t at_x = 1280 - 22 - 25 * 8 + x * 8 + 4;
				uint32_t at_y = 720 - 138 - 116 + (y + 4) * 8 + 4;

				dark[y][x] =
					pkd_const_pixels(
						run.frame)[at_y * run.frame->stride + at_x * 3] <
					128;
			}
		}
		assert_int_equal(read_code(dark), n);
	}
	end(&run);
}

static void any_size_can_be_drawn(void **data)
{
	static const uint32_t sizes[][2] = {{1, 1},   {2, 3},    {16, 16},   {40, 400},
	                                    {400, 5}, {33, 720}, {1919, 83}, {3, 1000}};

	(void)data;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (int pattern = 0; pattern <= video_Pattern_noise; pattern++) {
			struct test_run run;

			start(&run, sizes[i][0], sizes[i][1], (enum video_Pattern)pattern);
			run.params.speed = 0;
			run.params.rate = 0.01F;
			assert_int_equal(fire(&run, 1), PKD_OK);
			assert_int_equal(fire(&run, 1000000007), PKD_OK);
			end(&run);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_has_its_number),
		cmocka_unit_test(frames_are_due_by_their_rate),
		cmocka_unit_test(a_frame_is_the_same_in_each_run),
		cmocka_unit_test(bars_have_their_colours),
		cmocka_unit_test(the_card_has_the_code_of_its_frame),
		cmocka_unit_test(any_size_can_be_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
