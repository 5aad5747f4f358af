/* What in a picture is not background: OpenCV's mixture of Gaussians, for C; no exception leaves
 * it, no thread is started. */
#ifndef PKD_DETECT_BACKGROUND_H
#define PKD_DETECT_BACKGROUND_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A connected region: the box around it in fractions of the frame, and how large a share of the
 * box it is. */
struct detect_region {
	float x, y, w, h;
	float share;
};

struct detect_background;

/* Learns by the last `memory` frames, made smaller until their longer side is `size` pixels or
 * less. NULL when memory or OpenCV fails. Must be called where it is used: after the fork. */
struct detect_background *detect_background_create(uint32_t memory, bool shadows, uint32_t size);
void detect_background_destroy(struct detect_background *background);

/* The regions of the next frame, bgr24, that are no background, the largest box first, at most
 * `capacity`, and none below `min_area`, a share of the frame. None in the first frame, and in one
 * of another size than before: it is learnt anew. `threshold` is in squared deviations of a pixel.
 * Returns 0, -ENOMEM or -EIO. */
int detect_background_find(struct detect_background *background, const uint8_t *pixels,
                           uint32_t width, uint32_t height, uint32_t stride, float threshold,
                           float min_area, uint32_t capacity, struct detect_region *ret_regions,
                           uint32_t *ret_n);

#ifdef __cplusplus
}
#endif

#endif
