/* NAL units of H.264 and HEVC, as stdlib/video/nal.c finds them: what comes out fits, and one who
 * says that no picture is held says it once. */
#include <string.h>

#include "input.h"
#include "video/nal.h"
#include "video/sps.h"

static void look(enum media_nal_codec codec, const uint8_t *data, size_t size)
{
	uint8_t sets[MEDIA_SETS_SIZE], again[MEDIA_SETS_SIZE], *to = malloc(size + size / 3 + 4);
	char name[MEDIA_CODEC_SIZE];
	size_t n = media_nal_sets(codec, data, size, true, sets), n_lengths, at = 0;

	expect(n <= MEDIA_SETS_SIZE, "parameter sets have no room");
	if (media_nal_name(codec, sets, n, name))
		expect(strlen(name) < MEDIA_CODEC_SIZE, "a name has no room");
	if (n > 0)
		expect(media_nal_sets(codec, sets, n, true, again) == n &&
		               memcmp(sets, again, n) == 0,
		       "sets are others the second time");
	n_lengths = media_nal_lengths(codec, data, size, to);
	expect(n_lengths <= size + size / 3 + 4, "units have no room");
	while (at < n_lengths) {
		size_t unit = (size_t)to[at] << 24 | (size_t)to[at + 1] << 16 |
		              (size_t)to[at + 2] << 8 | to[at + 3];

		expect(unit > 0 && unit <= n_lengths - at - 4, "a length is wrong");
		at += 4 + unit;
	}
	free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy, sps[MEDIA_NAL_LONGEST_SPS];

	if (size > INPUT_MAX)
		return 0;
	/* No byte behind it, so that what reads on is seen by a sanitizer. */
	copy = malloc(size + (size == 0));
	memcpy(copy, data, size);
	look(MEDIA_NAL_H264, copy, size);
	look(MEDIA_NAL_HEVC, copy, size);
	expect(media_sps_restrict(copy, size, sps, sizeof(sps)) <= sizeof(sps),
	       "a set has no room");
	free(copy);
	return 0;
}
