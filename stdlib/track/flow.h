/* How far parts of a picture have moved between two frames: pyramidal optical flow by OpenCV, for
 * C; no exception leaves it, no thread is started. */
#ifndef PKD_TRACK_FLOW_H
#define PKD_TRACK_FLOW_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In fractions of the frame. */
struct track_flow_box {
	float x, y, w, h;
};
struct track_flow_move {
	float x, y;
};

struct track_flow;

/* Keeps the last `n_pictures` pictures, small and gray, their longer side `size` pixels or less;
 * at most `n_boxes` are followed. NULL when memory or OpenCV fails. Must be called where it is
 * used: after the fork. */
struct track_flow *track_flow_create(uint32_t n_pictures, uint32_t size, uint32_t n_boxes);
void track_flow_destroy(struct track_flow *flow);

/* The bgr24 picture of frame `number`, which is after those before. One of another size forgets
 * them, and the boxes. Returns 0, -ENOMEM or -EIO, like all that follows. */
int track_flow_add(struct track_flow *flow, uint64_t number, const uint8_t *pixels, uint32_t width,
                   uint32_t height, uint32_t stride);

/* Follows these boxes from now on, which lie so in frame `number`, or in the kept one next to it;
 * they are finite. -ENOENT for a frame before or after all that are kept: then nothing is
 * followed. */
int track_flow_begin(struct track_flow *flow, uint64_t number, const struct track_flow_box *boxes,
                     uint32_t n);

/* How far each of these boxes, `*ret_n` or none, has moved from there to the newest picture. */
int track_flow_find(struct track_flow *flow, struct track_flow_move *ret_moves, uint32_t *ret_n);

#ifdef __cplusplus
}
#endif

#endif
