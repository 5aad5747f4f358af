/* What pkd makes of the lines of `echo`: images from their pieces, and how often values come. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pkd/picture.h"
#include "pkd/rate.h"

static struct picture picture;

static bool take(const char *line)
{
	static struct pkdi_json_value values[64];
	struct pkdi_json json = {.values = values, .max_values = 64};

	assert_true(pkdi_json_read(&json, line, strlen(line)));
	return picture_take(&picture, &json, 0);
}

#define HEAD(width, format, stride, bytes)                                              \
	"{\"frame\":3,\"value\":{\"width\":" width ",\"height\":2,\"format\":\"" format \
	"\"},\"stride\":" stride ",\"bytes\":" bytes "}"

static void an_image_comes_in_pieces(void **state)
{
	(void)state;
	assert_true(take(HEAD("2", "gray8", "3", "6")));
	assert_false(picture_is_whole(&picture));
	assert_true(take("{\"frame\":3,\"pixels\":\"AQID\"}"));
	assert_false(picture_is_whole(&picture));
	assert_true(take("{\"frame\":3,\"pixels\":\"BAUG\"}"));
	assert_true(picture_is_whole(&picture));
	assert_memory_equal(picture.pixels, "\1\2\3\4\5\6", 6);
	assert_int_equal(picture.frame, 3);
	/* Another one, smaller. */
	assert_true(take(HEAD("1", "gray8", "1", "2")));
	assert_false(picture_is_whole(&picture));
	assert_true(take("{\"pixels\":\"/+8=\"}"));
	assert_memory_equal(picture.pixels, "\xff\xef", 2);
	picture_finish(&picture);
}

static void what_is_no_image_is_refused(void **state)
{
	(void)state;
	picture = (struct picture){.frame = 0};
	assert_false(take("{\"pixels\":\"AAAA\"}"));
	assert_false(take(HEAD("2", "grey", "2", "4")));
	assert_false(take(HEAD("0", "gray8", "2", "4")));
	assert_false(take(HEAD("2", "gray8", "1", "2")));
	assert_false(take(HEAD("2", "gray8", "2", "5")));
	assert_false(take(HEAD("70000", "gray8", "70000", "140000")));
	assert_false(take(HEAD("60000", "bgr24", "4000000000", "8000000000")));
	assert_true(take(HEAD("2", "gray8", "2", "4")));
	assert_false(take("{\"pixels\":\"AA*A\"}"));
	assert_true(take(HEAD("2", "gray8", "2", "4")));
	assert_false(take("{\"pixels\":\"AAAAAAAA\"}"));
	assert_false(take("{\"pixels\":7}"));
	picture_finish(&picture);
}

static void a_rate_counts_what_was_not_seen_and_a_jitter_does_not(void **state)
{
	struct rate rate = {.seq = 0};
	struct rate_sums sums = rate_take(&rate);

	(void)state;
	assert_true(sums.rate == 0 && isnan(sums.jitter_ns) && isnan(sums.age_ns));
	/* Intervals of 90 and 110 ms, in turn; one value is not seen. */
	for (uint64_t i = 0; i < 20; i++)
		if (i != 10)
			rate_add(&rate, i + 1, (int64_t)(i * 100 + i % 2 * 10) * 1000000 + 1,
			         5000000);
	sums = rate_take(&rate);
	assert_int_equal(sums.n, 19);
	assert_true(fabs(sums.rate - 10) < 0.1);
	assert_true(sums.jitter_ns > 9e6 && sums.jitter_ns < 11e6);
	assert_true(fabs(sums.age_ns - 5e6) < 1);
	/* Nothing comes for a while, and then one that has no age. */
	sums = rate_take(&rate);
	assert_true(sums.n == 0 && sums.rate == 0 && isnan(sums.jitter_ns));
	rate_add(&rate, 21, INT64_C(2910000001), -1);
	sums = rate_take(&rate);
	assert_true(fabs(sums.rate - 1) < 0.01 && isnan(sums.age_ns));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_comes_in_pieces),
		cmocka_unit_test(what_is_no_image_is_refused),
		cmocka_unit_test(a_rate_counts_what_was_not_seen_and_a_jitter_does_not),
	};

	return cmocka_run_group_tests_name("pkd_picture", tests, NULL, NULL);
}
