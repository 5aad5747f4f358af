/* What comes in, divided into values: lines, chunks, or blocks with their length before them. */
#ifndef PKD_IO_FRAMES_H
#define PKD_IO_FRAMES_H

#include <io/link.pkd.h>
#include <pkd/node.h>
#include <text/lines.pkd.h>

struct io_framing {
	enum io_Frame frame;
	enum io_Ending ending;
	enum text_Longer longer;
	uint32_t N; /* bytes of a value */
};

struct io_frames {
	struct io_framing framing;
	char *buffer; /* what was read and not given lies in [from, to) */
	size_t size, from, to;
	size_t left_out; /* of a block: so many bytes more have no room, … */
	bool is_cut;     /* … and so has the rest of a line */
	uint64_t n_frames;
	bool has_noted_long;
};

struct io_frame {
	const char *bytes;
	size_t n;
};

/* 0, or what pkd_error returns. */
int io_frames_init(struct io_frames *frames, const struct io_framing *framing, struct pkd_ctx *ctx);
void io_frames_finish(struct io_frames *frames);

/* Where more is to be read to, and how much has room; 0: something is to be given first. */
size_t io_frames_room(struct io_frames *frames, char **ret_to);
static inline void io_frames_add(struct io_frames *frames, size_t n)
{
	frames->to += n;
}

/* The next value, good until the next call: 1, 0 where there is none yet, or what pkd_error
 * returns. */
int io_frames_next(struct io_frames *frames, struct io_frame *ret_frame, struct pkd_ctx *ctx);

/* The connection has ended. What is left is no whole value: it is gone, and *ret_rest has it until
 * the next call. */
void io_frames_end(struct io_frames *frames, struct io_frame *ret_rest);

#endif
