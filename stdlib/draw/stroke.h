/* Lines, dots and areas with smooth edges, by OpenCV, for C: no exception leaves it, no thread is
 * started. What is outside is cut. Each is false where OpenCV fails, which is when memory does. */
#ifndef PKD_DRAW_STROKE_H
#define PKD_DRAW_STROKE_H

#include <pkd/node.h>

#include "../base/colour.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In fractions of the frame. */
struct draw_place {
	float x, y;
};

/* Draws from each place to the next on a bgr24 image; `closed`: and from the last to the first.
 * Where a place is no number, nothing is drawn. `thickness` in pixels. */
bool draw_stroke(struct pkd_image *image, const struct draw_place *places, uint32_t n, bool closed,
                 int32_t thickness, struct colour colour);

/* On a darker edge, which stands out on any ground. */
bool draw_stroke_edged(struct pkd_image *image, const struct draw_place *places, uint32_t n,
                       bool closed, int32_t thickness, struct colour colour);

/* A dot, `size` pixels across, on a darker edge. */
bool draw_dot(struct pkd_image *image, struct draw_place place, int32_t size, struct colour colour);

enum { DRAW_MOST_CORNERS = 64 };

/* So much of what the places enclose becomes the colour, 0 … 1, by the even-odd rule; at most
 * DRAW_MOST_CORNERS of them. Nothing is drawn where one is no number. `room` is three bytes for each
 * pixel of the image. */
bool draw_area(struct pkd_image *image, const struct draw_place *places, uint32_t n,
               struct colour colour, float share, uint8_t *room);

#ifdef __cplusplus
}
#endif

#endif
