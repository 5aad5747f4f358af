/* The data of packets as MP4 has it. */
#include "muxer.h"

#include <string.h>

size_t media_sample_room(size_t n_data)
{
	return n_data + n_data / 4 + 16; /* of a start code of 3 bytes and one of data, 5 */
}

/* A NAL unit that begins at or behind *at, which goes to its end. */
static const uint8_t *next_unit(const uint8_t *data, size_t n, size_t *at, size_t *ret_size)
{
	size_t i = *at, from;

	while (i + 3 <= n && !(data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1))
		i++;
	if (i + 3 > n)
		return NULL;
	from = i += 3;
	while (i < n && !(i + 3 <= n && data[i] == 0 && data[i + 1] == 0 && data[i + 2] <= 1))
		i++;
	*at = i;
	while (i > from && data[i - 1] == 0)
		i--;
	*ret_size = i - from;
	return data + from;
}

static size_t put_units(const uint8_t *data, size_t n, uint8_t *to)
{
	size_t at = 0, size, done = 0;
	const uint8_t *unit;

	while ((unit = next_unit(data, n, &at, &size))) {
		if (size == 0)
			continue;
		for (int i = 0; i < 4; i++)
			to[done++] = (uint8_t)(size >> (24 - 8 * i));
		memcpy(to + done, unit, size);
		done += size;
	}
	return done;
}

/* ---- AV1 ---- */

/* How long an open bitstream unit is with its head; 0: it is broken. */
static size_t obu_size(const uint8_t *data, size_t n)
{
	size_t at = 1 + (data[0] >> 2 & 1), size = 0;

	if (!(data[0] & 2)) /* it goes to the end */
		return n;
	for (int i = 0; i < 8 && at < n; i++) {
		uint8_t byte = data[at++];

		size |= (size_t)(byte & 0x7f) << (7 * i);
		if (!(byte & 0x80))
			return size <= n - at ? at + size : 0;
	}
	return 0;
}

static size_t put_obus(const uint8_t *data, size_t n, uint8_t *to)
{
	size_t at = 0, done = 0;

	while (at < n) {
		size_t size = obu_size(data + at, n - at);

		if (size == 0)
			size = n - at;
		if ((data[at] >> 3 & 15) != 2) { /* no temporal delimiter */
			memcpy(to + done, data + at, size);
			done += size;
		}
		at += size;
	}
	return done;
}

/* ---- All ---- */

static bool has_units(uint32_t codec)
{
	return codec == video_Codec_h264 || codec == video_Codec_hevc;
}

size_t media_sample(const struct video_Packet *packet, uint8_t *to)
{
	uint32_t n = pkd_length(&packet->data.len, sizeof(packet->data.data));

	if (has_units(packet->codec))
		return put_units(packet->data.data, n, to);
	if (packet->codec == video_Codec_av1)
		return put_obus(packet->data.data, n, to);
	memcpy(to, packet->data.data, n);
	return n;
}

static bool is_set(uint32_t codec, uint8_t head)
{
	uint8_t type = codec == video_Codec_h264 ? head & 31 : head >> 1 & 63;

	return codec == video_Codec_h264 ? type == 7 || type == 8 : type >= 32 && type <= 34;
}

size_t media_sample_setup(const struct video_Packet *packet, uint8_t *to, size_t room)
{
	uint32_t n = pkd_length(&packet->data.len, sizeof(packet->data.data));
	size_t at = 0, size, done = 0;
	const uint8_t *unit;

	if (!has_units(packet->codec))
		return 0;
	while ((unit = next_unit(packet->data.data, n, &at, &size))) {
		static const uint8_t code[] = {0, 0, 0, 1};

		if (size == 0 || !is_set(packet->codec, unit[0]) ||
		    size > room - done - sizeof(code) || room - done < sizeof(code))
			continue;
		memcpy(to + done, code, sizeof(code));
		memcpy(to + done + sizeof(code), unit, size);
		done += sizeof(code) + size;
	}
	return done;
}
