/* JPEGs one behind the other in a stream of bytes, with whatever stands between them: the parts of
 * a camera's multipart stream, whose boundaries, lengths and line ends are not to be relied on. A
 * picture is found by its own markers, so it is whole as soon as its last byte is there. */
#ifndef PKD_VIDEO_JPEGS_H
#define PKD_VIDEO_JPEGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum media_jpeg_state {
	MEDIA_JPEG_OUTSIDE, /* of a picture */
	MEDIA_JPEG_MARKER,  /* 0xff is to come */
	MEDIA_JPEG_CODE,    /* … and has come */
	MEDIA_JPEG_LENGTH,
	MEDIA_JPEG_SEGMENT,
	MEDIA_JPEG_SCAN,
	MEDIA_JPEG_SCAN_FF,
};

struct media_jpegs {
	uint8_t *data; /* of the picture in hand */
	size_t n, most;
	enum media_jpeg_state state;
	uint32_t seen;   /* of the three bytes with which one begins */
	uint32_t length; /* of a segment, what is to come of it; of two bytes, how many are there */
	uint8_t code;    /* of the segment */
	bool is_whole;   /* the picture in hand has its end, else another has begun before that */
};

/* Pictures of up to `most` bytes; larger ones are left out. False: no memory. */
bool media_jpegs_init(struct media_jpegs *jpegs, size_t most);
void media_jpegs_finish(struct media_jpegs *jpegs);

/* Takes some of the bytes, and says how many. *ret_ends: a picture, or the beginning of one, is in
 * hand until the next call. */
size_t media_jpegs_add(struct media_jpegs *jpegs, const uint8_t *bytes, size_t n, bool *ret_ends);

/* The size that a JPEG says, in its frame header (ITU-T T.81, B.2.2). False: it says none. */
bool media_jpeg_size(const uint8_t *jpeg, size_t n, int *ret_width, int *ret_height);

#endif
