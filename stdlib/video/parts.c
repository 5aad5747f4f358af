/* See parts.h. */
#include "parts.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <string.h>

#include "nal.h"

enum first_slice { NO_SLICE, BEGINS, INSIDE };

/* ---- What a packet begins with ---- */

/* The flag or the number that says so is the first thing in a slice, behind the unit's head. */
static enum first_slice look_at(enum AVCodecID codec, const uint8_t *unit, size_t n)
{
	bool is_hevc = codec == AV_CODEC_ID_HEVC;
	size_t head = is_hevc ? 2 : 1;
	int kind;

	if (n <= head)
		return NO_SLICE;
	kind = is_hevc ? unit[0] >> 1 & 63 : unit[0] & 31;
	if (is_hevc ? kind > 31 : kind != 1 && kind != 2 && kind != 5)
		return NO_SLICE;
	return unit[head] & 0x80 ? BEGINS : INSIDE;
}

static enum first_slice with_lengths(const struct media_parts *self, const AVPacket *packet)
{
	const uint8_t *at = packet->data, *end = at + packet->size;
	enum first_slice first = NO_SLICE;

	while (first == NO_SLICE && end - at > self->n_length) {
		size_t n = 0;

		for (int i = 0; i < self->n_length; i++)
			n = n << 8 | *at++;
		if (n > (size_t)(end - at))
			n = (size_t)(end - at);
		first = look_at(self->codec, at, n);
		at += n;
	}
	return first;
}

static enum first_slice first_slice(const struct media_parts *self, const AVPacket *packet)
{
	const uint8_t *at = packet->data, *end = at + packet->size;
	enum first_slice first = NO_SLICE;
	struct media_nal nal;

	if (self->n_length)
		return with_lengths(self, packet);
	while (first == NO_SLICE && media_nal_next(&at, end, &nal))
		first = look_at(self->codec, nal.at, nal.n);
	return first;
}

/* ---- Pictures ---- */

/* Of avcC and hvcC, the boxes of MP4. */
static int length_size(const AVCodecParameters *parameters)
{
	size_t at = parameters->codec_id == AV_CODEC_ID_HEVC ? 21 : 4;

	if ((size_t)parameters->extradata_size <= at || parameters->extradata[0] != 1)
		return 0;
	return (parameters->extradata[at] & 3) + 1;
}

/* Whether libavformat has looked for whole pictures; known with the first packet. */
static bool is_parsed(const AVStream *stream)
{
	const AVCodecParserContext *parser = av_stream_get_parser(stream);

	return parser && !(parser->flags & PARSER_FLAG_COMPLETE_FRAMES);
}

int media_parts_begin(struct media_parts *self, const AVStream *stream)
{
	*self = (struct media_parts){.stream = stream,
	                             .codec = stream->codecpar->codec_id,
	                             .n_length = length_size(stream->codecpar),
	                             .held = av_packet_alloc()};
	for (int i = 0; i < MEDIA_MOST_PICTURES; i++) {
		self->whole[i] = av_packet_alloc();
		if (!self->whole[i])
			return -ENOMEM;
	}
	return self->held ? 0 : -ENOMEM;
}

void media_parts_finish(struct media_parts *self)
{
	av_packet_free(&self->held);
	for (int i = 0; i < MEDIA_MOST_PICTURES; i++)
		av_packet_free(&self->whole[i]);
}

static void give(struct media_parts *self, AVPacket *packet)
{
	av_packet_move_ref(self->whole[self->n_whole++], packet);
}

static bool append(struct media_parts *self, AVPacket *packet)
{
	int n = self->held->size, key = packet->flags & AV_PKT_FLAG_KEY;

	if (av_grow_packet(self->held, packet->size) < 0)
		return false;
	memcpy(self->held->data + n, packet->data, (size_t)packet->size);
	self->held->flags |= key;
	return true;
}

/* What comes first in a connection may be waited for. */
static bool put_held(struct media_parts *self, AVPacket *packet, enum first_slice first)
{
	bool is_part = self->held->data && (first == INSIDE || !self->has_slice);

	if (is_part) {
		self->state = MEDIA_PARTS_SOME;
		self->has_slice |= first != NO_SLICE;
		if (append(self, packet))
			return true;
		av_packet_unref(self->held);
		return false;
	}
	if (first == INSIDE)
		return false;
	if (self->held->data) {
		give(self, self->held);
		if (self->state == MEDIA_PARTS_FIRST) {
			self->state = MEDIA_PARTS_NONE;
			give(self, packet);
			return true;
		}
	}
	self->has_slice = first != NO_SLICE;
	av_packet_move_ref(self->held, packet);
	return true;
}

static bool put(struct media_parts *self, AVPacket *packet, enum first_slice first, bool is_same)
{
	if (self->state == MEDIA_PARTS_FIRST && is_parsed(self->stream))
		self->state = MEDIA_PARTS_NONE;
	if (first == INSIDE && !is_same) { /* its beginning is missing */
		if (self->held->data)
			give(self, self->held);
		return false;
	}
	if (self->state != MEDIA_PARTS_NONE)
		return put_held(self, packet, first);
	if (first == INSIDE) { /* the part before it was taken for all */
		self->state = MEDIA_PARTS_SOME;
		return false;
	}
	give(self, packet);
	return true;
}

bool media_parts_put(struct media_parts *self, AVPacket *packet)
{
	bool has_slices = self->codec == AV_CODEC_ID_H264 || self->codec == AV_CODEC_ID_HEVC;
	bool is_same = packet->pts == self->pts && packet->dts == self->dts, is_good = true;

	self->n_whole = 0;
	self->pts = packet->pts;
	self->dts = packet->dts;
	if (has_slices)
		is_good = put(self, packet, first_slice(self, packet), is_same);
	else
		give(self, packet);
	av_packet_unref(packet);
	return is_good;
}

bool media_parts_next(struct media_parts *self, AVPacket *packet)
{
	if (self->n_whole == 0)
		return false;
	av_packet_move_ref(packet, self->whole[0]);
	av_packet_move_ref(self->whole[0], self->whole[1]);
	self->n_whole--;
	return true;
}
