/* Polygons in a frame, by their text, for C++: base/places.h is C. */
#ifndef PKD_IMAGE_POLYGON_H
#define PKD_IMAGE_POLYGON_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	IMAGE_MAX_POLYGONS = 16, /* as of base/places.h */
	IMAGE_MAX_CORNERS = 16,
	IMAGE_WRONG_SIZE = 256,
};

/* Fractions of the frame. */
struct image_corner {
	double x, y;
};

struct image_polygons {
	uint32_t n, n_corners[IMAGE_MAX_POLYGONS];
	struct image_corner corners[IMAGE_MAX_POLYGONS][IMAGE_MAX_CORNERS];
};

/* Pixels in the text are those of a frame of width x height. False where it is no such text, and
 * then why. */
bool image_polygons_read(const char *text, uint32_t width, uint32_t height,
                         struct image_polygons *ret_polygons, char ret_wrong[IMAGE_WRONG_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
