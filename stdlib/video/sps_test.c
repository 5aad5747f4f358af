/* net/sps.c: what it writes was looked at with FFmpeg's trace_headers, which see. */
#include "sps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The third has emulation prevention in it, a time scale and a buffer of a decoder (HRD). */
static const struct {
	const char *what;
	uint8_t n, sps[40], n_made, made[40];
} sets[] = {
	{"Main without VUI",
         9,
         {0x67, 0x4d, 0x00, 0x1e, 0xe5, 0x60, 0x50, 0x17, 0xc8},
         13,
         {0x67, 0x4d, 0x00, 0x1e, 0xe5, 0x60, 0x50, 0x17, 0xd0, 0x0f, 0x08, 0x84, 0x6e}},
	{"High with a scaling list",
         13,
         {0x67, 0x64, 0x00, 0x1e, 0xad, 0xff, 0xff, 0x80, 0xca, 0xc0, 0xa0, 0x2f, 0x90},
         17,
         {0x67, 0x64, 0x00, 0x1e, 0xad, 0xff, 0xff, 0x80, 0xca, 0xc0, 0xa0, 0x2f, 0xa0, 0x1e, 0x11,
          0x08, 0xdc}},
	{"Main with all of VUI but that",
         36,
         {0x67, 0x4d, 0x00, 0x1e, 0xe5, 0x60, 0x50, 0x17, 0xdf, 0xf8, 0x00, 0x20,
          0x00, 0x1b, 0x50, 0x10, 0x10, 0x14, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00,
          0x00, 0x03, 0x00, 0xcb, 0x80, 0x01, 0x94, 0x0c, 0xab, 0xde, 0xf8, 0x08},
         39,
         {0x67, 0x4d, 0x00, 0x1e, 0xe5, 0x60, 0x50, 0x17, 0xdf, 0xf8, 0x00, 0x20, 0x00,
          0x1b, 0x50, 0x10, 0x10, 0x14, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03,
          0x00, 0xcb, 0x80, 0x01, 0x94, 0x0c, 0xab, 0xde, 0xf8, 0x1e, 0x11, 0x08, 0xdc}},
	{"Baseline with an empty VUI",
         10,
         {0x67, 0x42, 0x00, 0x1e, 0xe5, 0x60, 0x50, 0x17, 0xd0, 0x04},
         13,
         {0x67, 0x42, 0x00, 0x1e, 0xe5, 0x60, 0x50, 0x17, 0xd0, 0x0f, 0x08, 0x84, 0x6e}},
};
enum { N_SETS = sizeof(sets) / sizeof(sets[0]), ROOM = 64 };

static void it_says_that_no_picture_is_held(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SETS; i++) {
		uint8_t made[ROOM];
		size_t n = media_sps_restrict(sets[i].sps, sets[i].n, made, ROOM);

		if (n != sets[i].n_made || memcmp(made, sets[i].made, n) != 0)
			fail_msg("%s: %zu bytes", sets[i].what, n);
	}
}

static void one_that_says_something_stays(void **state)
{
	uint8_t made[ROOM];

	(void)state;
	for (size_t i = 0; i < N_SETS; i++)
		assert_int_equal(media_sps_restrict(sets[i].made, sets[i].n_made, made, ROOM), 0);
}

/* Each in memory of its own size, so that a sanitizer sees a byte too many. */
static void one_that_is_cut_or_damaged_is_no_harm(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < N_SETS; i++) {
		for (size_t n = 0; n < sets[i].n - 2u; n++) {
			uint8_t *cut = malloc(n + 1), made[ROOM];

			memcpy(cut, sets[i].sps, n);
			assert_int_equal(media_sps_restrict(cut, n, made, ROOM), 0);
			free(cut);
		}
		for (int k = 0; k < 20000; k++) {
			uint8_t bad[40], made[ROOM];

			memcpy(bad, sets[i].sps, sets[i].n);
			for (int j = 0; j < 3; j++) {
				seed = seed * 1664525 + 1013904223;
				bad[1 + (seed >> 8) % (sets[i].n - 1u)] = (uint8_t)(seed >> 24);
			}
			assert_true(media_sps_restrict(bad, sets[i].n, made, ROOM) <= ROOM);
		}
	}
}

static void it_needs_room(void **state)
{
	uint8_t made[ROOM];

	(void)state;
	for (size_t room = 0; room < sets[0].n_made; room++)
		assert_int_equal(media_sps_restrict(sets[0].sps, sets[0].n, made, room), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_that_no_picture_is_held),
		cmocka_unit_test(one_that_says_something_stays),
		cmocka_unit_test(one_that_is_cut_or_damaged_is_no_harm),
		cmocka_unit_test(it_needs_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
