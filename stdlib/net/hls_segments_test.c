/* net/hls_segments.c: which segments there are, of pictures that are hardly more than heads. */
#include "hls_segments.h"

#include "../video/mp4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = MEDIA_FRAGMENT_TICKS, STEP = SECOND / 10, SIZE = 1000 };

struct run {
	struct hls hls;
	uint64_t time;
};

static void start(struct run *run, uint64_t keep)
{
	const struct live_message first = {.data = (const uint8_t *)"first", .n = 5};

	*run = (struct run){0};
	assert_int_equal(hls_begin(&run->hls, &(struct hls_options){3, keep, 2 * SECOND, 1}), 0);
	hls_take(&run->hls, &first);
}

static void put(struct run *run, bool is_key)
{
	uint8_t data[SIZE] = {0};
	struct live_message message = {.data = data,
	                               .n = SIZE,
	                               .is_picture = true,
	                               .is_key = is_key,
	                               .time = run->time,
	                               .duration = 2 * STEP};

	run->time += STEP;
	hls_take(&run->hls, &message);
}

/* Pictures in groups of so many. */
static void put_many(struct run *run, uint32_t n, uint32_t group)
{
	for (uint32_t i = 0; i < n; i++)
		put(run, i % group == 0);
}

static void they_are_whole_groups_and_the_last(void **state)
{
	struct run run;
	char *list;
	struct hls_part *part;

	(void)state;
	start(&run, 1 << 20);
	put_many(&run, 20, 7);
	assert_null(hls_playlist(&run.hls, ""));
	/* Groups of 0.7 s: each third makes two seconds full. */
	put(&run, false);
	put(&run, true);
	list = hls_playlist(&run.hls, "?token=a");
	assert_string_equal(list, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:3\n"
	                          "#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n"
	                          "#EXT-X-MAP:URI=\"first-1.mp4?token=a\"\n"
	                          "#EXTINF:2.10000,\nseg-1.m4s?token=a\n");
	free(list);
	part = hls_find(&run.hls, "seg-1.m4s");
	assert_int_equal(part->n, 21 * SIZE);
	/* The last picture lasts until the next one. */
	assert_memory_equal(part->data + 20 * SIZE + MP4_DURATION_AT, "\0\0\x23\x28", 4);
	hls_let_go(part);
	hls_end(&run.hls);
}

static void the_oldest_go_and_stay_for_who_has_them(void **state)
{
	struct run run;
	struct hls_part *part;
	char *list;

	(void)state;
	start(&run, 1 << 20);
	put_many(&run, 21, 20);
	part = hls_find(&run.hls, "seg-1.m4s");
	assert_non_null(part);
	run.time -= STEP;
	put_many(&run, 281, 20);
	list = hls_playlist(&run.hls, "");
	assert_non_null(strstr(list, "#EXT-X-MEDIA-SEQUENCE:11\n"));
	assert_non_null(strstr(list, "seg-15.m4s\n"));
	assert_null(strstr(list, "seg-10.m4s"));
	free(list);
	assert_null(hls_find(&run.hls, "seg-1.m4s"));
	assert_null(hls_find(&run.hls, "seg-4.m4s"));
	/* Those that have left the playlist are there as long as it was. */
	hls_let_go(hls_find(&run.hls, "seg-5.m4s"));
	assert_int_equal(part->n, 20 * SIZE);
	hls_let_go(part);
	hls_end(&run.hls);
}

static void another_beginning_is_a_discontinuity(void **state)
{
	const struct live_message first = {.data = (const uint8_t *)"second", .n = 6};
	struct hls_part *part;
	struct run run;
	char *list;

	(void)state;
	start(&run, 1 << 20);
	put_many(&run, 25, 20);
	hls_take(&run.hls, &first);
	put_many(&run, 21, 20);
	list = hls_playlist(&run.hls, "");
	/* What was begun before is there as well, though it is short. */
	assert_non_null(strstr(list,
	                       "first-1.mp4\"\n#EXTINF:2.00000,\nseg-1.m4s\n#EXTINF:0.50000,\n"
	                       "seg-2.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"first-2.mp4\"\n"
	                       "#EXTINF:2.00000,\nseg-3.m4s\n"));
	free(list);
	part = hls_find(&run.hls, "first-2.mp4");
	assert_memory_equal(part->data, "second", 6);
	hls_let_go(part);
	run.time -= STEP;
	put_many(&run, 201, 20);
	list = hls_playlist(&run.hls, "");
	assert_non_null(strstr(list, "#EXT-X-DISCONTINUITY-SEQUENCE:2\n"));
	free(list);
	hls_end(&run.hls);
}

/* Whatever the camera does, the target is what it was, and no segment is longer. */
static void none_is_longer_than_the_target(void **state)
{
	static const uint32_t groups[] = {20, 100, 7, 1000, 20};
	struct run run;

	(void)state;
	start(&run, 1 << 22);
	for (uint32_t i = 0; i < 5; i++) {
		char *list;

		put_many(&run, 400, groups[i]);
		list = hls_playlist(&run.hls, "");
		assert_non_null(strstr(list, "#EXT-X-TARGETDURATION:3\n"));
		free(list);
		for (uint32_t k = 0; k < run.hls.n; k++)
			assert_true(run.hls.segments[k].ticks <= 3 * SECOND);
	}
	/* It has found back to the beginnings of groups. */
	assert_false(run.hls.segments[run.hls.n - 1].begins_inside);
	assert_int_equal(run.hls.segments[run.hls.n - 1].ticks, 2 * SECOND);
	hls_end(&run.hls);
}

static void what_is_kept_is_bounded(void **state)
{
	struct run run;

	(void)state;
	start(&run, 50 * SIZE);
	put_many(&run, 1000, 20);
	assert_true(run.hls.n >= 2 && run.hls.n <= 3);
	assert_false(run.hls.was_large);
	/* One that never ends is left out, and what comes behind it is another beginning. */
	put(&run, true);
	put_many(&run, 400, 1000);
	assert_true(run.hls.was_large);
	assert_null(run.hls.open.part);
	put(&run, true);
	assert_true(run.hls.open.is_apart);
	hls_end(&run.hls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_whole_groups_and_the_last),
		cmocka_unit_test(the_oldest_go_and_stay_for_who_has_them),
		cmocka_unit_test(another_beginning_is_a_discontinuity),
		cmocka_unit_test(none_is_longer_than_the_target),
		cmocka_unit_test(what_is_kept_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
