/* Heat maps over images, for C, by OpenCV: no exception leaves it, no thread is started. */
#ifndef PKD_DRAW_WARM_H
#define PKD_DRAW_WARM_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

struct warm;

/* For images of at most `pixels` and maps of at most `cells`. NULL where memory fails. */
struct warm *warm_create(size_t pixels, size_t cells);
void warm_destroy(struct warm *warm); /* takes NULL */

/* Rows of `stride` bytes. */
struct warm_map {
	const void *rows; /* of float */
	uint32_t width, height, stride;
};

/* Draws the map over all of a bgr24 image. `most` is red, and what is half of it has the opacity, 0
 * … 1; nothing is drawn at 0, below, and where there is no number. Of a `most` of 0 it is the
 * map's. False where OpenCV fails, which is when memory does. */
bool warm_draw(struct warm *warm, struct pkd_image *image, const struct warm_map *map, float most,
               float opacity);

#ifdef __cplusplus
}
#endif

#endif
