/* net/fragment.c: pieces of packets are read by the ffmpeg program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/packet_run.h"
#include "fragment.h"

/* Of a film, and of the pieces that are made of its packets: what is decoded, and when it is
 * shown. */
static void assert_is_the_same(const char *film, enum media_nal_codec codec, const char *ticks)
{
	static struct packets run;
	struct media_fragment_clock clock = {0};
	struct media_fragment_track track = {.codec = codec};
	uint8_t sets[MEDIA_SETS_SIZE], *first = NULL;
	FILE *file = fopen(fake_path("pieces.mp4"), "w");
	int n;

	memset(&run, 0, sizeof(run));
	packets_read(&run, film);
	track.width = run.kept[0]->width;
	track.height = run.kept[0]->height;
	track.sets = sets;
	track.n_sets = media_nal_sets(codec, run.kept[0]->setup.data, run.kept[0]->setup.len, false,
	                              sets);
	assert_true(track.n_sets > 0);
	n = media_fragment_first(&track, &first);
	assert_true(n > 0);
	fwrite(first, 1, (size_t)n, file);
	media_fragment_free(first);
	for (uint32_t i = 0; i < run.n; i++) {
		const struct video_Packet *packet = run.kept[i];
		struct media_fragment piece = {
			.codec = codec,
			.number = i + 1,
			.later = (int32_t)((packet->pts - packet->dts) * 9 / 100000),
			.is_key = packet->key,
			.data = packet->data.data,
			.n = packet->data.len};
		uint8_t *made = malloc(media_fragment_room(piece.n));

		media_fragment_tick(&clock, packet);
		piece.time = clock.time;
		piece.duration = clock.duration;
		fwrite(made, 1, media_fragment_put(&piece, made), file);
		free(made);
	}
	fclose(file);
	packets_end(&run);
	fake_run(
		"cd '%s' && for f in '%s' pieces.mp4; do ffmpeg -v error -xerror -i \"$f\" -fps_mode "
		"passthrough -f framemd5 - | sed -n 's/.*, *//; /^[0-9a-f]\\{32\\}$/p' >\"$f.md5\"; "
		"done; cmp '%s.md5' pieces.mp4.md5 && [ $(wc -l <pieces.mp4.md5) -eq 50 ]",
		fake_directory(), film, film);
	assert_string_equal(
		fake_output("cd '%s' && ffprobe -v error -show_entries packet=pts -of csv=p=0 "
	                    "pieces.mp4 | sort -n | awk 'NR > 1 { print $1 - last } { last = $1 }' "
	                    "| sort -u",
	                    fake_directory()),
		ticks);
}

static void pieces_of_h264_have_the_pictures(void **state)
{
	const char *film = fake_path("film.mp4");

	(void)state;
	fake_run("ffmpeg -v error -y -f lavfi -i testsrc2=s=320x180:r=25:d=2 -c:v libx264 -pix_fmt "
	         "yuv420p -bf 2 -g 20 '%s'",
	         film);
	assert_is_the_same(film, MEDIA_NAL_H264, "3600");
}

static void pieces_of_hevc_have_the_pictures(void **state)
{
	const char *film = fake_path("film.mkv");

	(void)state;
	fake_run(
		"ffmpeg -v error -y -f lavfi -i testsrc2=s=320x180:r=25:d=2 -c:v libx265 -x265-params "
		"log-level=error:pools=1 -preset ultrafast -pix_fmt yuv420p -g 20 '%s'",
		film);
	assert_is_the_same(film, MEDIA_NAL_HEVC, "3600");
}

/* A piece is shown until the next comes, however late that is; and behind one there is no gap. */
static void times_have_no_gap(void **state)
{
	static const int64_t steps_ms[] = {40, 40, 400, 40, 5000, 40, -300, 0, 40};
	struct media_fragment_clock clock = {0};
	struct video_Packet *packet = calloc(1, sizeof(*packet));

	(void)state;
	media_fragment_tick(&clock, packet);
	assert_int_equal(clock.time, 0);
	for (size_t i = 0; i < sizeof(steps_ms) / sizeof(steps_ms[0]); i++) {
		uint64_t before = clock.time, end = clock.time + clock.duration;

		packet->dts += steps_ms[i] * 1000000;
		media_fragment_tick(&clock, packet);
		assert_true(clock.time > before);
		assert_true(clock.time <= end);
	}
	packet->session++;
	packet->dts = INT64_MIN;
	media_fragment_tick(&clock, packet);
	packet->dts = INT64_MAX;
	media_fragment_tick(&clock, packet);
	assert_true(clock.duration <= 2 * MEDIA_FRAGMENT_TICKS);
	free(packet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_h264_have_the_pictures),
		cmocka_unit_test(pieces_of_hevc_have_the_pictures),
		cmocka_unit_test(times_have_no_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
