/* How what comes in becomes values, in whatever parts it comes; and how values go out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "frames.h"
#include "outgoing.h"

enum { N = 8 };

static struct pkd_ctx ctx;

static void start(struct io_frames *frames, enum io_Frame frame, enum io_Ending ending,
                  enum text_Longer longer)
{
	const struct io_framing framing = {frame, ending, longer, N};

	ctx = (struct pkd_ctx){0};
	assert_int_equal(io_frames_init(frames, &framing, &ctx), 0);
}

static void add(struct io_frames *frames, const char *bytes, size_t n)
{
	char *to;

	assert_true(io_frames_room(frames, &to) >= n);
	memcpy(to, bytes, n);
	io_frames_add(frames, n);
}

static void add_text(struct io_frames *frames, const char *text)
{
	add(frames, text, strlen(text));
}

static void is_next(struct io_frames *frames, const char *text, size_t n)
{
	struct io_frame frame;

	assert_int_equal(io_frames_next(frames, &frame, &ctx), 1);
	assert_int_equal(frame.n, n);
	assert_memory_equal(frame.bytes, text, n);
}

static void is_line(struct io_frames *frames, const char *text)
{
	is_next(frames, text, strlen(text));
}

static void is_none(struct io_frames *frames)
{
	struct io_frame frame;

	assert_int_equal(io_frames_next(frames, &frame, &ctx), 0);
}

static void lines_come_in_parts(void **state)
{
	struct io_frames frames;

	(void)state;
	start(&frames, io_Frame_lines, io_Ending_lf, text_Longer_cut);
	add_text(&frames, "a\r\n\nb\rc\nde");
	is_line(&frames, "a");
	is_line(&frames, "");
	is_line(&frames, "b\rc");
	is_none(&frames);
	add_text(&frames, "f\r");
	is_none(&frames);
	add_text(&frames, "\n");
	is_line(&frames, "def");
	is_none(&frames);
	io_frames_finish(&frames);
}

static void a_line_ends_as_it_is_said(void **state)
{
	struct io_frames frames;

	(void)state;
	start(&frames, io_Frame_lines, io_Ending_crlf, text_Longer_cut);
	add_text(&frames, "a\nb\r\n\r\nc\r");
	is_line(&frames, "a\nb");
	is_line(&frames, "");
	is_none(&frames);
	add_text(&frames, "\n");
	is_line(&frames, "c");
	io_frames_finish(&frames);
	start(&frames, io_Frame_lines, io_Ending_cr, text_Longer_cut);
	add_text(&frames, "a\rb\n\r");
	is_line(&frames, "a");
	is_line(&frames, "b\n");
	io_frames_finish(&frames);
	start(&frames, io_Frame_lines, io_Ending_nul, text_Longer_cut);
	add(&frames, "a\0b\n\0", 5);
	is_line(&frames, "a");
	is_line(&frames, "b\n");
	io_frames_finish(&frames);
}

static void a_long_line_is_cut_dropped_or_an_error(void **state)
{
	struct io_frames frames;
	struct io_frame frame;

	(void)state;
	start(&frames, io_Frame_lines, io_Ending_lf, text_Longer_cut);
	add_text(&frames, "12345678\r\n123456789\n");
	is_line(&frames, "12345678");
	assert_int_equal(ctx.n_notes, 0);
	is_line(&frames, "123456789"); /* who puts it cuts it */
	assert_int_equal(ctx.n_notes, 1);
	io_frames_finish(&frames);
	start(&frames, io_Frame_lines, io_Ending_lf, text_Longer_drop);
	add_text(&frames, "123456789\n123456789\nnext\n\xff\xff\xff\n");
	is_line(&frames, "next");
	assert_int_equal(ctx.n_notes, 1);
	is_none(&frames); /* nine bytes, as U+FFFD */
	io_frames_finish(&frames);
	start(&frames, io_Frame_lines, io_Ending_lf, text_Longer_fail);
	add_text(&frames, "a\n123456789\n");
	is_line(&frames, "a");
	assert_true(io_frames_next(&frames, &frame, &ctx) < 0);
	assert_string_equal(ctx.error,
	                    "line 2 has 9 bytes, more than N = 8: write N: 9, or longer: cut");
	io_frames_finish(&frames);
}

/* Also where its end comes in two parts. */
static void a_line_longer_than_all_room_is_left_behind(void **state)
{
	struct io_frames frames;
	struct io_frame frame;
	char *to;
	size_t room;

	(void)state;
	start(&frames, io_Frame_lines, io_Ending_crlf, text_Longer_cut);
	room = io_frames_room(&frames, &to);
	memset(to, 'x', room);
	io_frames_add(&frames, room);
	assert_int_equal(io_frames_next(&frames, &frame, &ctx), 1);
	assert_true(frame.n > N && frame.bytes[0] == 'x');
	is_none(&frames);
	for (int i = 0; i < 3; i++) {
		room = io_frames_room(&frames, &to);
		memset(to, 'y', room);
		to[room - 1] = '\r';
		io_frames_add(&frames, room);
		is_none(&frames);
	}
	add_text(&frames, "\nnext\r\n");
	is_line(&frames, "next");
	io_frames_finish(&frames);
}

static void a_block_has_its_length_before_it(void **state)
{
	struct io_frames frames;

	(void)state;
	start(&frames, io_Frame_sized, io_Ending_lf, text_Longer_cut);
	add(&frames, "\0\0", 2);
	is_none(&frames);
	add(&frames, "\0\3ab", 4);
	is_none(&frames);
	add(&frames, "c\0\0\0\0\0\0\0\1\n", 10);
	is_next(&frames, "abc", 3);
	is_next(&frames, "", 0);
	is_next(&frames, "\n", 1);
	is_none(&frames);
	io_frames_finish(&frames);
}

static void a_long_block_is_cut_and_the_next_one_is_found(void **state)
{
	struct io_frames frames;

	(void)state;
	start(&frames, io_Frame_sized, io_Ending_lf, text_Longer_cut);
	add(&frames,
	    "\0\0\0\12"
	    "1234567",
	    11);
	is_none(&frames);
	add(&frames, "8", 1);
	is_next(&frames, "12345678", 8);
	add(&frames, "9", 1);
	is_none(&frames);
	add(&frames, "0\0\0\0\1x", 6);
	is_next(&frames, "x", 1);
	io_frames_finish(&frames);
	start(&frames, io_Frame_sized, io_Ending_lf, text_Longer_drop);
	add(&frames,
	    "\0\0\0\11"
	    "123456789\0\0\0\1x",
	    18);
	is_next(&frames, "x", 1);
	io_frames_finish(&frames);
}

/* What no peer would say in earnest. */
static void a_length_of_all_bits_is_no_harm(void **state)
{
	struct io_frames frames;
	char *to;

	(void)state;
	start(&frames, io_Frame_sized, io_Ending_lf, text_Longer_drop);
	add(&frames, "\xff\xff\xff\xff", 4);
	for (int i = 0; i < 10; i++) {
		size_t room = io_frames_room(&frames, &to);

		memset(to, 0, room);
		io_frames_add(&frames, room);
		is_none(&frames);
	}
	assert_true(io_frames_room(&frames, &to) > 0);
	io_frames_finish(&frames);
}

static void chunks_are_what_there_is(void **state)
{
	struct io_frames frames;

	(void)state;
	start(&frames, io_Frame_chunks, io_Ending_lf, text_Longer_fail);
	is_none(&frames);
	add_text(&frames, "1234567890");
	is_line(&frames, "12345678");
	is_line(&frames, "90");
	is_none(&frames);
	io_frames_finish(&frames);
}

static void the_rest_is_gone_with_the_connection(void **state)
{
	struct io_frames frames;
	struct io_frame rest;

	(void)state;
	start(&frames, io_Frame_lines, io_Ending_lf, text_Longer_cut);
	add_text(&frames, "a\nhal");
	is_line(&frames, "a");
	io_frames_end(&frames, &rest);
	assert_int_equal(rest.n, 3);
	assert_memory_equal(rest.bytes, "hal", 3);
	add_text(&frames, "f\n");
	is_line(&frames, "f");
	io_frames_end(&frames, &rest);
	assert_int_equal(rest.n, 0);
	io_frames_finish(&frames);
}

/* ---- Out ---- */

static void is_written(enum io_Frame frame, enum io_Ending ending, const struct io_value *value,
                       const char *bytes, size_t n)
{
	const struct io_framing framing = {frame, ending, text_Longer_cut, N};
	char got[32] = "";
	size_t done = 0;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(io_outgoing_write(ends[1], IO_FILE, &framing, value, &done), 1);
	assert_int_equal(done, n);
	close(ends[1]);
	assert_int_equal(read(ends[0], got, sizeof(got)), n);
	assert_memory_equal(got, bytes, n);
	close(ends[0]);
}

static void values_get_an_end_or_a_length(void **state)
{
	const struct io_value line = {"ab", 2, true}, data = {"ab", 2, false},
			      empty = {"", 0, true};

	(void)state;
	is_written(io_Frame_lines, io_Ending_lf, &line, "ab\n", 3);
	is_written(io_Frame_lines, io_Ending_crlf, &line, "ab\r\n", 4);
	is_written(io_Frame_chunks, io_Ending_cr, &line, "ab\r", 3);
	is_written(io_Frame_lines, io_Ending_nul, &line, "ab", 3);
	is_written(io_Frame_lines, io_Ending_lf, &empty, "\n", 1);
	is_written(io_Frame_lines, io_Ending_lf, &data, "ab", 2);
	is_written(io_Frame_sized, io_Ending_lf, &data, "\0\0\0\2ab", 6);
	is_written(io_Frame_sized, io_Ending_lf, &line, "ab\n", 3);
}

/* Wherever it stopped before. */
static void a_value_goes_on_where_it_stopped(void **state)
{
	const struct io_framing framing = {io_Frame_sized, io_Ending_lf, text_Longer_cut, N};
	const struct io_value data = {"abc", 3, false};

	(void)state;
	for (size_t done = 0; done <= 7; done++) {
		struct io_outgoing outgoing;
		char all[8] = "";
		size_t n = 0;

		io_outgoing_init(&outgoing, &framing, &data, done);
		for (int i = 0; i < IO_PARTS; i++) {
			memcpy(all + n, outgoing.parts[i].iov_base, outgoing.parts[i].iov_len);
			n += outgoing.parts[i].iov_len;
		}
		assert_int_equal(n, 7 - done);
		assert_int_equal(outgoing.left, n);
		assert_memory_equal(all, "\0\0\0\3abc" + done, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_in_parts),
		cmocka_unit_test(a_line_ends_as_it_is_said),
		cmocka_unit_test(a_long_line_is_cut_dropped_or_an_error),
		cmocka_unit_test(a_line_longer_than_all_room_is_left_behind),
		cmocka_unit_test(a_block_has_its_length_before_it),
		cmocka_unit_test(a_long_block_is_cut_and_the_next_one_is_found),
		cmocka_unit_test(a_length_of_all_bits_is_no_harm),
		cmocka_unit_test(chunks_are_what_there_is),
		cmocka_unit_test(the_rest_is_gone_with_the_connection),
		cmocka_unit_test(values_get_an_end_or_a_length),
		cmocka_unit_test(a_value_goes_on_where_it_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
