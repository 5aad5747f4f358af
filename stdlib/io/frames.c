#define _GNU_SOURCE
#include "frames.h"

#include "../base/line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { READ_SIZE = 64 * 1024, LENGTH_SIZE = 4 };

int io_frames_init(struct io_frames *frames, const struct io_framing *framing, struct pkd_ctx *ctx)
{
	size_t least = (size_t)framing->N + 8; /* with its line end, or its length */

	*frames = (struct io_frames){.framing = *framing};
	frames->size = least > READ_SIZE ? least : READ_SIZE;
	frames->buffer = malloc(frames->size);
	return frames->buffer
	               ? 0
	               : pkd_error(ctx, ENOMEM, "no memory for values of N = %" PRIu32 " bytes",
	                           framing->N);
}

void io_frames_finish(struct io_frames *frames)
{
	free(frames->buffer);
	frames->buffer = NULL;
}

size_t io_frames_room(struct io_frames *frames, char **ret_to)
{
	if (frames->from > 0) {
		memmove(frames->buffer, frames->buffer + frames->from, frames->to - frames->from);
		frames->to -= frames->from;
		frames->from = 0;
	}
	*ret_to = frames->buffer + frames->to;
	return frames->size - frames->to;
}

/* ---- What has no room ---- */

/* 1: its first bytes are given; 0: it is left out; or what pkd_error returns. `n` is its size, as
 * far as that is known. */
static int allow_long(struct io_frames *frames, size_t n, bool is_whole, struct pkd_ctx *ctx)
{
	const char *what = frames->framing.frame == io_Frame_lines ? "line" : "block";
	uint32_t N = frames->framing.N;
	bool is_cut = frames->framing.longer == text_Longer_cut;

	if (frames->framing.longer == text_Longer_fail)
		return pkd_error(ctx, EMSGSIZE,
		                 "%s %" PRIu64 " has %s%zu bytes, more than N = %" PRIu32
		                 ": write N: %zu, or longer: cut",
		                 what, frames->n_frames, is_whole ? "" : "over ", n, N,
		                 is_whole ? n : 4 * n);
	if (!frames->has_noted_long)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "%s %" PRIu64 " is longer than N = %" PRIu32
		        " bytes: it is %s, as any other that is",
		        what, frames->n_frames, N, is_cut ? "cut" : "left out");
	frames->has_noted_long = true;
	return is_cut;
}

/* ---- Lines ---- */

static char last_byte(enum io_Ending ending)
{
	switch (ending) {
	case io_Ending_cr:
		return '\r';
	case io_Ending_nul:
		return '\0';
	case io_Ending_lf:
	case io_Ending_crlf:
	default:
		return '\n';
	}
}

/* Where the line's end begins whose last byte is at `end`; NULL: that byte is part of the line. */
static const char *start_of_end(const struct io_frames *frames, const char *line, const char *end)
{
	bool has_cr = end > line && end[-1] == '\r';

	if (frames->framing.ending == io_Ending_crlf)
		return has_cr ? end - 1 : NULL;
	return end - (frames->framing.ending == io_Ending_lf && has_cr);
}

static const char *find_end(const struct io_frames *frames, const char **ret_end)
{
	const char *line = frames->buffer + frames->from;
	const char *to = frames->buffer + frames->to, *from = line;
	char last = last_byte(frames->framing.ending);

	while ((from = memchr(from, last, (size_t)(to - from)))) {
		*ret_end = start_of_end(frames, line, from);
		if (*ret_end)
			return from + 1;
		from++;
	}
	return NULL;
}

/* In the buffer are `n` bytes of a line, which is_whole or fills it; `taken` are done with. */
static int give_line(struct io_frames *frames, size_t n, size_t taken, bool is_whole,
                     struct io_frame *ret_frame, struct pkd_ctx *ctx)
{
	const char *line = frames->buffer + frames->from;
	size_t length = line_length_within(line, n, frames->framing.N);
	int allowed = 1;

	frames->n_frames++;
	if (length > frames->framing.N)
		allowed = allow_long(frames, length, is_whole, ctx);
	frames->from += taken;
	frames->is_cut = !is_whole;
	*ret_frame = (struct io_frame){line, n};
	return allowed;
}

static int next_line(struct io_frames *frames, struct io_frame *ret_frame, struct pkd_ctx *ctx)
{
	while (frames->from < frames->to) {
		const char *line = frames->buffer + frames->from, *end;
		const char *next = find_end(frames, &end);
		size_t has = frames->to - frames->from;
		int r;

		if (frames->is_cut) {
			/* The last byte stays: it may be the \r of \r\n. */
			frames->from += next ? (size_t)(next - line) : has - 1;
			frames->is_cut = !next;
			if (!next)
				return 0;
			continue;
		}
		if (!next && has < frames->size)
			return 0;
		r = give_line(frames, next ? (size_t)(end - line) : has,
		              next ? (size_t)(next - line) : has - 1, next != NULL, ret_frame, ctx);
		if (r)
			return r;
	}
	return 0;
}

/* ---- Blocks ---- */

static size_t length_at(const char *bytes)
{
	const unsigned char *at = (const unsigned char *)bytes;

	return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
}

static void leave_out(struct io_frames *frames)
{
	size_t has = frames->to - frames->from;
	size_t n = frames->left_out < has ? frames->left_out : has;

	frames->from += n;
	frames->left_out -= n;
}

static int next_block(struct io_frames *frames, struct io_frame *ret_frame, struct pkd_ctx *ctx)
{
	for (;;) {
		size_t N = frames->framing.N, n, given;
		const char *block;
		int r = 1;

		leave_out(frames);
		block = frames->buffer + frames->from + LENGTH_SIZE;
		if (frames->left_out || frames->to - frames->from < LENGTH_SIZE)
			return 0;
		n = length_at(frames->buffer + frames->from);
		given = n < N ? n : N;
		if (frames->to - frames->from < LENGTH_SIZE + given)
			return 0;
		frames->n_frames++;
		if (n > N)
			r = allow_long(frames, n, true, ctx);
		frames->from += LENGTH_SIZE + given;
		frames->left_out = n - given;
		*ret_frame = (struct io_frame){block, given};
		if (r)
			return r;
	}
}

/* ---- Any ---- */

static int next_chunk(struct io_frames *frames, struct io_frame *ret_frame)
{
	size_t has = frames->to - frames->from;
	size_t n = has < frames->framing.N ? has : frames->framing.N;

	*ret_frame = (struct io_frame){frames->buffer + frames->from, n};
	frames->from += n;
	frames->n_frames += n > 0;
	return n > 0;
}

int io_frames_next(struct io_frames *frames, struct io_frame *ret_frame, struct pkd_ctx *ctx)
{
	switch (frames->framing.frame) {
	case io_Frame_chunks:
		return next_chunk(frames, ret_frame);
	case io_Frame_sized:
		return next_block(frames, ret_frame, ctx);
	case io_Frame_lines:
	default:
		return next_line(frames, ret_frame, ctx);
	}
}

void io_frames_end(struct io_frames *frames, struct io_frame *ret_rest)
{
	size_t n = frames->to - frames->from;

	*ret_rest = (struct io_frame){frames->buffer + frames->from, frames->is_cut ? 0 : n};
	frames->from = frames->to = 0;
	frames->left_out = 0;
	frames->is_cut = false;
}
