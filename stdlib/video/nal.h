/* NAL units of H.264 and HEVC with start codes (Annex B), and what their parameter sets say. Data
 * of strangers: nothing here reads beyond its end, or allocates. */
#ifndef PKD_VIDEO_NAL_H
#define PKD_VIDEO_NAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum media_nal_codec { MEDIA_NAL_H264, MEDIA_NAL_HEVC };

enum {
	MEDIA_SETS_SIZE = 4096, /* parameter sets with start codes */
	MEDIA_CODEC_SIZE = 64,  /* "avc1.42c01f", and the NUL */
	MEDIA_NAL_LONGEST_SPS = 1024,
};

struct media_nal {
	const uint8_t *at; /* behind the start code */
	size_t n;          /* without zeroes at its end */
};

/* The next unit in *at … end, which then lies behind it. False: there is none. */
bool media_nal_next(const uint8_t **at, const uint8_t *end, struct media_nal *ret_nal);

/* Whether it is a parameter set; a delimiter, or what else a container leaves out. */
bool media_nal_is_set(enum media_nal_codec codec, const struct media_nal *nal);
bool media_nal_is_left_out(enum media_nal_codec codec, const struct media_nal *nal);

/* The parameter sets in `data` with start codes of four bytes, in order. Returns their bytes; 0: it
 * has not all kinds, or they have no room. With `has_no_delay`, of H.264, each says that pictures
 * are shown in the order in which they come. */
size_t media_nal_sets(enum media_nal_codec codec, const uint8_t *data, size_t n, bool has_no_delay,
                      uint8_t ret_sets[static MEDIA_SETS_SIZE]);

/* As RFC 6381 names it, from such sets: "avc1.42c01f", "hvc1.1.6.L93.90". False: they are
 * damaged. */
bool media_nal_name(enum media_nal_codec codec, const uint8_t *sets, size_t n,
                    char ret_name[static MEDIA_CODEC_SIZE]);

/* The units but those, each behind its length of four bytes, as in MP4; at most 4/3 as many bytes
 * as there were, and 4. Returns how many. */
size_t media_nal_lengths(enum media_nal_codec codec, const uint8_t *data, size_t n, uint8_t *to);

#endif
