/* The sequence parameter set of H.264 (ITU-T H.264, 7.3.2.1.1 and E.1.1), rewritten so that a
 * decoder holds no pictures back. */
#ifndef PKD_VIDEO_SPS_H
#define PKD_VIDEO_SPS_H

#include <stddef.h>
#include <stdint.h>

/* The set, from its first byte on and without a start code, with bitstream_restriction: no picture
 * is shown before one that came earlier. Returns its bytes in `to`; 0: it says so already, or how
 * pictures are ordered, or it is damaged, or has no room. */
size_t media_sps_restrict(const uint8_t *sps, size_t n, uint8_t *to, size_t room);

#endif
