/* See jpegs.h. The markers are those of ITU-T T.81, annex B. */
#include "jpegs.h"

#include <stdlib.h>
#include <string.h>

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, RST0 = 0xd0, RST7 = 0xd7, TEM = 0x01 };

bool media_jpegs_init(struct media_jpegs *jpegs, size_t most)
{
	*jpegs = (struct media_jpegs){.data = malloc(most), .most = most};
	return jpegs->data != NULL;
}

void media_jpegs_finish(struct media_jpegs *jpegs)
{
	free(jpegs->data);
	jpegs->data = NULL;
}

static void leave(struct media_jpegs *jpegs, uint32_t seen)
{
	jpegs->state = MEDIA_JPEG_OUTSIDE;
	jpegs->seen = seen;
}

/* One that has no room is no picture. */
static bool keep(struct media_jpegs *jpegs, const uint8_t *bytes, size_t n)
{
	if (n > jpegs->most - jpegs->n) {
		jpegs->n = 0;
		leave(jpegs, 0);
		return false;
	}
	memcpy(jpegs->data + jpegs->n, bytes, n);
	jpegs->n += n;
	return true;
}

/* The first bytes of a picture are ff d8 ff. Returns how many bytes that took. */
static size_t look(struct media_jpegs *jpegs, const uint8_t *bytes, size_t n)
{
	static const uint8_t first[] = {0xff, SOI, 0xff};
	const uint8_t *found;

	if (jpegs->seen == 0) {
		found = memchr(bytes, 0xff, n);
		jpegs->seen = found != NULL;
		return found ? (size_t)(found - bytes) + 1 : n;
	}
	if (*bytes == first[jpegs->seen])
		jpegs->seen++;
	else
		jpegs->seen = *bytes == 0xff;
	if (jpegs->seen == sizeof(first)) {
		jpegs->n = 0;
		jpegs->state = MEDIA_JPEG_CODE;
		keep(jpegs, first, sizeof(first));
	}
	return 1;
}

/* What stands behind 0xff, in a header or in a scan. Whether the picture ends. */
static bool take_code(struct media_jpegs *jpegs, uint8_t code)
{
	bool is_scan = jpegs->state == MEDIA_JPEG_SCAN_FF;

	if (code == SOI || (code == 0 && !is_scan)) {
		/* The one in hand was cut off, and another one may begin here. */
		jpegs->n--;
		leave(jpegs, code == SOI ? 2 : 0);
		return true;
	}
	if (!keep(jpegs, &code, 1))
		return false;
	if (code == 0xff)
		return false;
	if (code == EOI) {
		jpegs->is_whole = true;
		leave(jpegs, 0);
		return true;
	}
	if (code == 0 || (code >= RST0 && code <= RST7) || code == TEM) {
		jpegs->state = is_scan ? MEDIA_JPEG_SCAN : MEDIA_JPEG_MARKER;
		return false;
	}
	jpegs->code = code;
	jpegs->state = MEDIA_JPEG_LENGTH;
	jpegs->length = 0;
	return false;
}

static bool take_length(struct media_jpegs *jpegs, uint8_t byte)
{
	uint32_t length;

	if (!keep(jpegs, &byte, 1) || ++jpegs->length < 2)
		return false;
	length = (uint32_t)jpegs->data[jpegs->n - 2] << 8 | byte;
	if (length < 2) {
		leave(jpegs, 0);
		return true;
	}
	jpegs->length = length - 2;
	jpegs->state = MEDIA_JPEG_SEGMENT;
	return false;
}

/* What goes on over many bytes: how many of these. */
static size_t take_many(struct media_jpegs *jpegs, const uint8_t *bytes, size_t n)
{
	const uint8_t *found;

	if (jpegs->state == MEDIA_JPEG_SEGMENT) {
		n = n < jpegs->length ? n : jpegs->length;
		jpegs->length -= (uint32_t)n;
		if (keep(jpegs, bytes, n) && jpegs->length == 0)
			jpegs->state = jpegs->code == SOS ? MEDIA_JPEG_SCAN : MEDIA_JPEG_MARKER;
		return n;
	}
	found = memchr(bytes, 0xff, n);
	n = found ? (size_t)(found - bytes) + 1 : n;
	if (!keep(jpegs, bytes, n))
		jpegs->seen = found != NULL;
	else if (found)
		jpegs->state = MEDIA_JPEG_SCAN_FF;
	return n;
}

static bool take_marker(struct media_jpegs *jpegs, uint8_t byte)
{
	if (byte != 0xff) {
		leave(jpegs, 0);
		return true;
	}
	if (keep(jpegs, &byte, 1))
		jpegs->state = MEDIA_JPEG_CODE;
	return false;
}

size_t media_jpegs_add(struct media_jpegs *jpegs, const uint8_t *bytes, size_t n, bool *ret_ends)
{
	size_t at = 0;

	*ret_ends = jpegs->is_whole = false;
	while (at < n && !*ret_ends) {
		switch (jpegs->state) {
		case MEDIA_JPEG_MARKER:
			*ret_ends = take_marker(jpegs, bytes[at++]);
			break;
		case MEDIA_JPEG_CODE:
		case MEDIA_JPEG_SCAN_FF:
			*ret_ends = take_code(jpegs, bytes[at++]);
			break;
		case MEDIA_JPEG_LENGTH:
			*ret_ends = take_length(jpegs, bytes[at++]);
			break;
		case MEDIA_JPEG_SEGMENT:
		case MEDIA_JPEG_SCAN:
			at += take_many(jpegs, bytes + at, n - at);
			break;
		case MEDIA_JPEG_OUTSIDE:
		default:
			at += look(jpegs, bytes + at, n - at);
		}
		/* A segment may be empty. */
		if (jpegs->state == MEDIA_JPEG_SEGMENT && jpegs->length == 0)
			take_many(jpegs, bytes, 0);
	}
	return at;
}

/* SOF0 to SOF15, without DHT, JPG and DAC, which are among them. */
static bool is_frame_header(uint8_t code)
{
	return code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
}

bool media_jpeg_size(const uint8_t *jpeg, size_t n, int *ret_width, int *ret_height)
{
	size_t at = 2;

	while (at + 9 <= n && jpeg[at] == 0xff) {
		const uint8_t *segment = jpeg + at + 2;

		if (jpeg[at + 1] == 0xff) { /* of these there may be several */
			at++;
			continue;
		}
		if (is_frame_header(jpeg[at + 1])) {
			*ret_height = segment[3] << 8 | segment[4];
			*ret_width = segment[5] << 8 | segment[6];
			return true;
		}
		at += 2 + (size_t)(segment[0] << 8 | segment[1]);
	}
	return false;
}
