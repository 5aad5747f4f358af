/* video/parts.c: pictures from packets of one slice each. */
#include "parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct run {
	AVFormatContext *format;
	AVStream *stream;
	struct media_parts parts;
	AVPacket *packet;
	char got[64]; /* of each picture how many bytes */
};

static void begin(struct run *run, enum AVCodecID codec)
{
	*run = (struct run){.format = avformat_alloc_context(), .packet = av_packet_alloc()};
	assert_non_null(run->format);
	run->stream = avformat_new_stream(run->format, NULL);
	assert_non_null(run->stream);
	run->stream->codecpar->codec_id = codec;
	assert_int_equal(media_parts_begin(&run->parts, run->stream), 0);
}

static void end(struct run *run)
{
	media_parts_finish(&run->parts);
	av_packet_free(&run->packet);
	avformat_free_context(run->format);
}

/* "B" begins a picture, "i" goes on with one, "s" is a set; the pictures that this makes whole are
 * added to run->got. */
static bool put(struct run *run, int64_t time, char kind)
{
	static const uint8_t begins[] = {0, 0, 1, 0x41, 0x9a}, inside[] = {0, 0, 1, 0x41, 0x2a},
			     set[] = {0, 0, 1, 0x68, 0xce};
	bool is_good;

	assert_int_equal(av_new_packet(run->packet, sizeof(begins)), 0);
	memcpy(run->packet->data,
	       kind == 'B'   ? begins
	       : kind == 'i' ? inside
	                     : set,
	       sizeof(begins));
	run->packet->pts = run->packet->dts = time;
	is_good = media_parts_put(&run->parts, run->packet);
	assert_null(run->packet->data);
	while (media_parts_next(&run->parts, run->packet)) {
		size_t n = strlen(run->got);

		run->got[n] = (char)('0' + run->packet->size / (int)sizeof(begins));
		av_packet_unref(run->packet);
	}
	return is_good;
}

static void whole_pictures_wait_for_nothing(void **state)
{
	struct run run;

	(void)state;
	begin(&run, AV_CODEC_ID_H264);
	assert_true(put(&run, 0, 'B'));
	assert_string_equal(run.got, "");
	assert_true(put(&run, 1, 'B'));
	assert_string_equal(run.got, "11");
	assert_true(put(&run, 2, 'B'));
	assert_string_equal(run.got, "111");
	end(&run);
}

static void parts_are_put_together(void **state)
{
	struct run run;

	(void)state;
	begin(&run, AV_CODEC_ID_H264);
	for (int i = 0; i < 4; i++) {
		assert_true(put(&run, i, 's'));
		assert_true(put(&run, i, 'B'));
		assert_true(put(&run, i, 'i'));
	}
	assert_string_equal(run.got, "333");
	end(&run);
}

static void a_part_that_comes_too_late_is_told_once(void **state)
{
	struct run run;

	(void)state;
	begin(&run, AV_CODEC_ID_H264);
	assert_true(put(&run, 0, 'B'));
	assert_true(put(&run, 1, 'B'));
	assert_string_equal(run.got, "11");
	assert_false(put(&run, 1, 'i'));
	for (int i = 2; i < 5; i++) {
		assert_true(put(&run, i, 'B'));
		assert_true(put(&run, i, 'i'));
	}
	assert_string_equal(run.got, "1122");
	end(&run);
}

static void without_its_beginning_a_picture_is_damaged(void **state)
{
	struct run run;

	(void)state;
	begin(&run, AV_CODEC_ID_H264);
	assert_true(put(&run, 0, 'B'));
	assert_false(put(&run, 1, 'i'));
	assert_string_equal(run.got, "1");
	assert_true(put(&run, 2, 'B'));
	assert_true(put(&run, 3, 'B'));
	assert_string_equal(run.got, "111");
	end(&run);
}

static void other_codecs_have_no_slices(void **state)
{
	struct run run;

	(void)state;
	begin(&run, AV_CODEC_ID_MJPEG);
	assert_true(put(&run, 0, 'i'));
	assert_true(put(&run, 0, 'i'));
	assert_string_equal(run.got, "11");
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_pictures_wait_for_nothing),
		cmocka_unit_test(parts_are_put_together),
		cmocka_unit_test(a_part_that_comes_too_late_is_told_once),
		cmocka_unit_test(without_its_beginning_a_picture_is_damaged),
		cmocka_unit_test(other_codecs_have_no_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
