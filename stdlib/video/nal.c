/* See nal.h. */
#include "nal.h"

#include "sps.h"

#include <stdio.h>
#include <string.h>

enum {
	H264_SPS = 7,
	H264_PPS = 8,
	H264_DELIMITER = 9,
	H264_FILLER = 12,
	HEVC_VPS = 32,
	HEVC_SPS = 33,
	HEVC_PPS = 34,
	HEVC_DELIMITER = 35,
	HEVC_FILLER = 38,
};

/* ---- Units ---- */

/* Where 00 00 01 stands; `end` where it does not. */
static const uint8_t *find_start(const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 3) {
		const uint8_t *one = memchr(at + 2, 1, (size_t)(end - at) - 2);

		if (!one)
			return end;
		if (one[-1] == 0 && one[-2] == 0)
			return one - 2;
		at = one - 1;
	}
	return end;
}

bool media_nal_next(const uint8_t **at, const uint8_t *end, struct media_nal *ret_nal)
{
	for (;;) {
		const uint8_t *start = find_start(*at, end), *next;

		if (start == end) {
			*at = end;
			return false;
		}
		start += 3;
		next = find_start(start, end);
		*at = next;
		while (next > start && next[-1] == 0)
			next--;
		*ret_nal = (struct media_nal){start, (size_t)(next - start)};
		if (ret_nal->n > 0)
			return true;
	}
}

static int kind_of(enum media_nal_codec codec, const struct media_nal *nal)
{
	return codec == MEDIA_NAL_HEVC ? nal->at[0] >> 1 & 63 : nal->at[0] & 31;
}

static bool is_kind_of_set(enum media_nal_codec codec, int kind)
{
	if (codec == MEDIA_NAL_HEVC)
		return kind >= HEVC_VPS && kind <= HEVC_PPS;
	return kind == H264_SPS || kind == H264_PPS;
}

bool media_nal_is_set(enum media_nal_codec codec, const struct media_nal *nal)
{
	return is_kind_of_set(codec, kind_of(codec, nal));
}

bool media_nal_is_left_out(enum media_nal_codec codec, const struct media_nal *nal)
{
	int kind = kind_of(codec, nal);

	if (codec == MEDIA_NAL_HEVC)
		return kind == HEVC_DELIMITER || kind == HEVC_FILLER;
	return kind == H264_DELIMITER || kind == H264_FILLER;
}

/* ---- Parameter sets ---- */

static bool add(uint8_t *sets, size_t *n, const uint8_t *data, size_t size)
{
	static const uint8_t start[] = {0, 0, 0, 1};

	if (*n + sizeof(start) + size > MEDIA_SETS_SIZE)
		return false;
	memcpy(sets + *n, start, sizeof(start));
	memcpy(sets + *n + sizeof(start), data, size);
	*n += sizeof(start) + size;
	return true;
}

size_t media_nal_sets(enum media_nal_codec codec, const uint8_t *data, size_t n, bool has_no_delay,
                      uint8_t ret_sets[static MEDIA_SETS_SIZE])
{
	const uint8_t *at = data, *end = data + n;
	unsigned kinds = 0, all = codec == MEDIA_NAL_HEVC ? 7 : 3;
	struct media_nal nal;
	size_t size = 0;

	while (media_nal_next(&at, end, &nal)) {
		uint8_t changed[MEDIA_NAL_LONGEST_SPS];
		int kind = kind_of(codec, &nal);
		size_t n_changed = 0;

		if (!is_kind_of_set(codec, kind)) /* looked at once: it may change meanwhile */
			continue;
		if (has_no_delay && codec == MEDIA_NAL_H264 && kind == H264_SPS)
			n_changed = media_sps_restrict(nal.at, nal.n, changed, sizeof(changed));
		if (!add(ret_sets, &size, n_changed ? changed : nal.at,
		         n_changed ? n_changed : nal.n))
			return 0;
		kinds |= 1U << (kind - (codec == MEDIA_NAL_HEVC ? HEVC_VPS : H264_SPS));
	}
	return kinds == all ? size : 0;
}

/* As they were before emulation prevention; at most `room` of them. */
static size_t take_bytes(const struct media_nal *nal, uint8_t *to, size_t room)
{
	size_t n = 0, zeroes = 0;

	for (size_t i = 0; i < nal->n && n < room; i++) {
		bool is_prevention = zeroes >= 2 && nal->at[i] == 3;

		if (!is_prevention)
			to[n++] = nal->at[i];
		zeroes = nal->at[i] || is_prevention ? 0 : zeroes + 1;
	}
	return n;
}

/* ISO/IEC 14496-15, E.3: the profile, its compatibility bits from the last to the first, tier and
 * level, and the bytes of constraints up to the last that is not 0. */
static bool name_hevc(const struct media_nal *sps, char *name)
{
	uint8_t bytes[15];
	uint32_t compatible = 0;
	int n, last = 5;

	if (take_bytes(sps, bytes, sizeof(bytes)) < sizeof(bytes))
		return false;
	for (int i = 0; i < 32; i++)
		compatible |= (uint32_t)(bytes[4 + i / 8] >> (7 - i % 8) & 1) << i;
	n = snprintf(name, MEDIA_CODEC_SIZE, "hvc1.%s%u.%X.%c%u",
	             (const char *[]){"", "A", "B", "C"}[bytes[3] >> 6], bytes[3] & 31u, compatible,
	             bytes[3] >> 5 & 1 ? 'H' : 'L', bytes[14]);
	while (last >= 0 && bytes[8 + last] == 0)
		last--;
	for (int i = 0; i <= last; i++)
		n += snprintf(name + n, MEDIA_CODEC_SIZE - (size_t)n, ".%X", bytes[8 + i]);
	return true;
}

bool media_nal_name(enum media_nal_codec codec, const uint8_t *sets, size_t n,
                    char ret_name[static MEDIA_CODEC_SIZE])
{
	const uint8_t *at = sets, *end = sets + n;
	struct media_nal nal;

	while (media_nal_next(&at, end, &nal)) {
		int kind = kind_of(codec, &nal);

		if (codec == MEDIA_NAL_HEVC && kind == HEVC_SPS)
			return name_hevc(&nal, ret_name);
		if (codec == MEDIA_NAL_H264 && kind == H264_SPS && nal.n >= 4) {
			snprintf(ret_name, MEDIA_CODEC_SIZE, "avc1.%02x%02x%02x", nal.at[1],
			         nal.at[2], nal.at[3]);
			return true;
		}
	}
	return false;
}

/* ---- Lengths ---- */

size_t media_nal_lengths(enum media_nal_codec codec, const uint8_t *data, size_t n, uint8_t *to)
{
	const uint8_t *at = data, *end = data + n;
	struct media_nal nal;
	size_t size = 0;

	while (media_nal_next(&at, end, &nal)) {
		if (media_nal_is_set(codec, &nal) || media_nal_is_left_out(codec, &nal))
			continue;
		for (int i = 0; i < 4; i++)
			to[size++] = (uint8_t)(nal.n >> (24 - 8 * i));
		memcpy(to + size, nal.at, nal.n);
		size += nal.n;
	}
	return size;
}
