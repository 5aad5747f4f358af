/* net/live.c: who gets what, of packets that are hardly more than their heads. */
#include "live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int64_t MS = 1000000, SECOND = 1000000000;

static const uint8_t sets[] = {0,    0,    0,    1,    0x67, 0x42, 0xc0, 0x1e, 0xe5,
                               0x60, 0x50, 0x17, 0xd0, 0x0f, 0x08, 0x84, 0x6e, 0,
                               0,    0,    1,    0x68, 0xce, 0x3c, 0x80};

struct run {
	struct live live;
	struct video_Packet *packet;
	int64_t now_ns;
	uint32_t n_body; /* bytes of a picture */
};

static void start(struct run *run, uint64_t keep)
{
	*run = (struct run){.now_ns = SECOND, .n_body = 100};
	run->packet = calloc(1, sizeof(*run->packet));
	run->packet->width = 640;
	run->packet->height = 368;
	live_begin(&run->live, "door", keep, SECOND);
}

static void end(struct run *run)
{
	live_end(&run->live);
	free(run->packet);
}

/* The next packet, 40 ms later. Its sets are in it. */
static void put(struct run *run, bool is_key)
{
	struct video_Packet *packet = run->packet;
	uint8_t *to = packet->data.data;

	packet->number++;
	packet->key = is_key;
	packet->pts = packet->dts += 40 * MS;
	run->now_ns += 40 * MS;
	if (is_key && packet->setup.len == 0) {
		memcpy(to, sets, sizeof(sets));
		to += sizeof(sets);
	}
	memcpy(to, is_key ? "\0\0\0\1\x65" : "\0\0\0\1\x41", 5);
	memset(to + 5, 0x80, run->n_body);
	packet->data.len = (uint32_t)(to + 5 + run->n_body - packet->data.data);
	live_put(&run->live, packet, run->now_ns);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* What waits for somebody: t is a text, f what comes first of MP4, K and k a key frame and another,
 * each with the number of its packet. */
static const char *take(struct live_cursor *cursor, uint32_t most)
{
	static char text[4096];
	struct live_message message;
	size_t n = 0;

	*text = '\0';
	for (uint32_t i = 0; i < most && live_next(cursor, &message); i++) {
		const uint8_t *data = message.data;

		if (message.is_text)
			n += (size_t)sprintf(text + n, "t ");
		else if (!message.is_picture)
			n += (size_t)sprintf(text + n, "f ");
		else if (cursor->format == LIVE_FMP4)
			n += (size_t)sprintf(text + n, "%c%u ", data[56] == 2 ? 'K' : 'k',
			                     get32(data + 20));
		else
			n += (size_t)sprintf(text + n, "%c%u ", get32(data) & 1 ? 'K' : 'k',
			                     get32(data + 4));
	}
	return text;
}

static void who_comes_begins_with_the_key_frame_before(void **state)
{
	struct live_cursor cursor, other;
	struct run run;

	(void)state;
	start(&run, 1 << 20);
	put(&run, false);
	put(&run, true);
	put(&run, false);
	put(&run, true);
	for (int i = 0; i < 3; i++)
		put(&run, false);
	live_join(&run.live, &cursor, LIVE_RAW, run.now_ns);
	assert_string_equal(take(&cursor, 100), "t K4 k5 k6 k7 ");
	put(&run, false);
	assert_string_equal(take(&cursor, 100), "k8 ");
	put(&run, true);
	live_join(&run.live, &other, LIVE_RAW, run.now_ns);
	assert_string_equal(take(&cursor, 100), "K9 ");
	assert_string_equal(take(&other, 100), "t K9 ");
	live_leave(&cursor);
	live_leave(&other);
	end(&run);
}

static void nothing_is_muxed_before_somebody_wants_it(void **state)
{
	struct live_cursor raw, a, b;
	struct run run;

	(void)state;
	start(&run, 1 << 20);
	live_join(&run.live, &raw, LIVE_RAW, run.now_ns);
	for (int i = 0; i < 20; i++)
		put(&run, i % 10 == 0);
	take(&raw, 100);
	assert_int_equal(run.live.n_muxed, 0);
	live_join(&run.live, &a, LIVE_FMP4, run.now_ns);
	live_join(&run.live, &b, LIVE_FMP4, run.now_ns);
	assert_string_equal(take(&a, 5), "t f K11 k12 k13 ");
	assert_int_equal(run.live.n_muxed, 3);
	assert_string_equal(take(&b, 4), "t f K11 k12 ");
	assert_int_equal(run.live.n_muxed, 3);
	live_leave(&a);
	live_leave(&b);
	live_leave(&raw);
	end(&run);
}

static void one_that_is_slow_skips_and_nobody_else(void **state)
{
	struct live_cursor slow, fast;
	struct run run;

	(void)state;
	start(&run, 1 << 20);
	put(&run, true);
	live_join(&run.live, &slow, LIVE_RAW, run.now_ns);
	live_join(&run.live, &fast, LIVE_RAW, run.now_ns);
	take(&slow, 100);
	take(&fast, 100);
	for (int i = 0; i < 99; i++) {
		put(&run, i % 50 == 49);
		assert_int_equal(strlen(take(&fast, 100)), i < 8 ? 3 : i < 98 ? 4 : 5);
	}
	/* It has taken none for four seconds: the last key frame was number 51. */
	assert_true(slow.waits);
	assert_string_equal(take(&slow, 100), "");
	put(&run, true);
	put(&run, false);
	assert_string_equal(take(&slow, 100), "K101 k102 ");
	assert_int_equal(run.live.n_skipped, 99);
	/* Late by less than a second, it loses none. */
	for (int i = 0; i < 20; i++)
		put(&run, i == 10);
	assert_int_equal(strlen(take(&slow, 100)), 20 * 5);
	/* One that is late within a group goes on with the next that has begun. */
	for (int i = 0; i < 27; i++)
		put(&run, i == 20);
	assert_string_equal(take(&slow, 2), "K143 k144 ");
	live_leave(&slow);
	live_leave(&fast);
	end(&run);
}

static uint64_t kept(const struct live *live)
{
	uint64_t n = 0;

	for (const struct live_unit *unit = live->units; unit; unit = unit->next)
		n += unit->n;
	return n;
}

static void what_is_kept_is_bounded(void **state)
{
	struct live_cursor late, asleep;
	struct run run;

	(void)state;
	start(&run, 100000);
	run.n_body = 10000;
	put(&run, true);
	live_join(&run.live, &asleep, LIVE_RAW, run.now_ns);
	run.live.behind_ns = INT64_MAX / 2;
	for (int i = 0; i < 100; i++) {
		put(&run, i % 7 == 0 && i < 50);
		assert_true(kept(&run.live) < 220000);
	}
	/* The last group is longer. */
	assert_null(run.live.group);
	assert_true(*run.live.wrong);
	live_join(&run.live, &late, LIVE_RAW, run.now_ns);
	assert_string_equal(take(&late, 100), "");
	put(&run, false);
	put(&run, true);
	assert_string_equal(take(&late, 100), "t K103 ");
	live_leave(&asleep);
	live_leave(&late);
	assert_true(kept(&run.live) < 20000);
	end(&run);
}

static void a_new_session_has_its_own_beginning(void **state)
{
	struct live_cursor cursor;
	struct run run;

	(void)state;
	start(&run, 1 << 20);
	put(&run, true);
	live_join(&run.live, &cursor, LIVE_FMP4, run.now_ns);
	assert_string_equal(take(&cursor, 100), "t f K1 ");
	run.packet->session++;
	put(&run, false);
	assert_string_equal(take(&cursor, 100), "");
	put(&run, true);
	assert_string_equal(take(&cursor, 100), "t f K2 ");
	run.packet->width = 320;
	put(&run, true);
	assert_string_equal(take(&cursor, 100), "t f K3 ");
	put(&run, true);
	assert_string_equal(take(&cursor, 100), "K4 ");
	live_leave(&cursor);
	end(&run);
}

static void sets_may_be_in_the_setup_alone(void **state)
{
	struct live_cursor cursor;
	struct live_message message;
	struct run run;

	(void)state;
	start(&run, 1 << 20);
	memcpy(run.packet->setup.data, sets, sizeof(sets));
	run.packet->setup.len = sizeof(sets);
	put(&run, true);
	live_join(&run.live, &cursor, LIVE_RAW, run.now_ns);
	assert_true(live_next(&cursor, &message));
	assert_non_null(strstr((const char *)message.data, "\"codec\":\"avc1.42c01e\""));
	assert_true(live_next(&cursor, &message));
	assert_memory_equal(message.data + LIVE_HEAD_SIZE, sets, sizeof(sets));
	run.packet->setup.len = 5;
	run.packet->session++;
	run.packet->key = true;
	live_leave(&cursor);
	end(&run);
}

static void what_cannot_be_shown_is_said_once(void **state)
{
	struct run run;

	(void)state;
	start(&run, 1 << 20);
	run.packet->codec = video_Codec_av1;
	put(&run, true);
	assert_non_null(strstr(run.live.wrong, "h264, hevc and mjpeg"));
	*run.live.wrong = '\0';
	put(&run, true);
	assert_string_equal(run.live.wrong, "");
	assert_null(run.live.units);
	end(&run);
}

static void a_format_that_is_not_there_is_an_error(void **state)
{
	struct live_cursor cursor;
	struct live_message message;
	struct run run;

	(void)state;
	start(&run, 1 << 20);
	put(&run, true);
	live_join(&run.live, &cursor, LIVE_JPEG, run.now_ns);
	assert_true(live_next(&cursor, &message));
	assert_non_null(strstr((const char *)message.data, "\"type\":\"error\""));
	assert_false(live_next(&cursor, &message));
	put(&run, true);
	assert_false(live_next(&cursor, &message));
	live_leave(&cursor);
	end(&run);
}

/* An old picture is never shown as one of now. */
static void who_comes_gets_nothing_old(void **state)
{
	struct live_cursor cursor;
	struct run run;

	(void)state;
	start(&run, 1 << 20);
	put(&run, true);
	live_join(&run.live, &cursor, LIVE_RAW, run.now_ns + 6 * SECOND);
	assert_string_equal(take(&cursor, 100), "");
	live_leave(&cursor);
	end(&run);
}

/* As a writer that has gone wrong may leave it. */
static void a_length_beyond_the_room_is_bounded(void **state)
{
	static const enum video_Codec codecs[] = {video_Codec_mjpeg, video_Codec_h264};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct run run;

		start(&run, 1 << 24);
		run.packet->codec = codecs[i];
		put(&run, true);
		run.packet->number++;
		run.packet->key = false;
		run.packet->data.len = UINT32_MAX;
		run.packet->setup.len = UINT32_MAX;
		assert_true(live_put(&run.live, run.packet, run.now_ns));
		assert_int_equal(run.live.last->n, LIVE_HEAD_SIZE + sizeof(run.packet->data.data));
		end(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_begins_with_the_key_frame_before),
		cmocka_unit_test(nothing_is_muxed_before_somebody_wants_it),
		cmocka_unit_test(one_that_is_slow_skips_and_nobody_else),
		cmocka_unit_test(what_is_kept_is_bounded),
		cmocka_unit_test(a_new_session_has_its_own_beginning),
		cmocka_unit_test(sets_may_be_in_the_setup_alone),
		cmocka_unit_test(what_cannot_be_shown_is_said_once),
		cmocka_unit_test(a_format_that_is_not_there_is_an_error),
		cmocka_unit_test(who_comes_gets_nothing_old),
		cmocka_unit_test(a_length_beyond_the_room_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
