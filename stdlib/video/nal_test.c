/* net/nal.c. */
#include "nal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A delimiter, a set behind a start code of three bytes, another with zeroes behind it, two
 * slices. */
static const uint8_t h264[] = {0,    0,    0,    1, 9,    0x10, 0, 0,    1,    0x67, 0x42,
                               0xc0, 0x1f, 0x95, 0, 0,    0,    1, 0x68, 0xce, 0x3c, 0,
                               0,    0,    0,    1, 0x65, 0x88, 0, 0,    1,    0x65, 0x42};
/* The sets of x265: Main, level 3.0. */
static const uint8_t hevc[] = {
	0,    0,    0,    1,    0x40, 0x01, 0x0c, 0x01, 0,    0,    0,    1,    0x42, 0x01, 0x01,
	0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x5a,
	0xa0, 0x05, 0,    0,    0,    1,    0x44, 0x01, 0xc1, 0,    0,    1,    0x26, 0x01, 0xaf};

static void units_are_found(void **state)
{
	static const uint8_t first[] = {9, 0x67, 0x68, 0x65, 0x65}, sizes[] = {2, 5, 3, 2, 2};
	const uint8_t *at = h264;
	struct media_nal nal;

	(void)state;
	for (size_t i = 0; i < sizeof(first); i++) {
		assert_true(media_nal_next(&at, h264 + sizeof(h264), &nal));
		assert_int_equal(nal.at[0], first[i]);
		assert_int_equal(nal.n, sizes[i]);
	}
	assert_false(media_nal_next(&at, h264 + sizeof(h264), &nal));
}

static void sets_are_taken_and_named(void **state)
{
	static const uint8_t made[] = {0,    0, 0, 1, 0x67, 0x42, 0xc0, 0x1f,
	                               0x95, 0, 0, 0, 1,    0x68, 0xce, 0x3c};
	uint8_t sets[MEDIA_SETS_SIZE];
	char name[MEDIA_CODEC_SIZE];
	size_t n = media_nal_sets(MEDIA_NAL_H264, h264, sizeof(h264), false, sets);

	(void)state;
	assert_int_equal(n, sizeof(made));
	assert_memory_equal(sets, made, n);
	assert_true(media_nal_name(MEDIA_NAL_H264, sets, n, name));
	assert_string_equal(name, "avc1.42c01f");
	n = media_nal_sets(MEDIA_NAL_HEVC, hevc, sizeof(hevc), false, sets);
	assert_true(n > 0);
	assert_true(media_nal_name(MEDIA_NAL_HEVC, sets, n, name));
	assert_string_equal(name, "hvc1.1.6.L90.90");
	/* Without one of its kinds, or cut, there are none. */
	assert_int_equal(media_nal_sets(MEDIA_NAL_H264, h264, 16, false, sets), 0);
	assert_false(media_nal_name(MEDIA_NAL_HEVC, hevc, 20, name));
}

static void pictures_have_lengths(void **state)
{
	static const uint8_t made[] = {0, 0, 0, 2, 0x65, 0x88, 0, 0, 0, 2, 0x65, 0x42};
	uint8_t to[sizeof(h264) * 4 / 3 + 4];

	(void)state;
	assert_int_equal(media_nal_lengths(MEDIA_NAL_H264, h264, sizeof(h264), to), sizeof(made));
	assert_memory_equal(to, made, sizeof(made));
	assert_int_equal(media_nal_lengths(MEDIA_NAL_HEVC, hevc, sizeof(hevc), to), 7);
}

/* The shortest units that there can be, one behind the other. */
static void the_most_that_comes_out_fits(void **state)
{
	enum { N = 3000 };
	uint8_t *data = malloc(N), *to = malloc(N + N / 3 + 4);

	(void)state;
	for (size_t i = 0; i < N; i++)
		data[i] = (uint8_t) "\0\0\1\x65"[i % 4];
	assert_true(media_nal_lengths(MEDIA_NAL_H264, data, N, to) <= N + N / 3 + 4);
	free(data);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_are_found),
		cmocka_unit_test(sets_are_taken_and_named),
		cmocka_unit_test(pictures_have_lengths),
		cmocka_unit_test(the_most_that_comes_out_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
