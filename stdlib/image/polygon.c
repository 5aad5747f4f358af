/* See polygon.h. */
#include "polygon.h"

#include "../base/places.h"

_Static_assert(IMAGE_MAX_POLYGONS == (int)PLACES_MAX &&
                       IMAGE_MAX_CORNERS == (int)PLACES_MAX_POINTS &&
                       IMAGE_WRONG_SIZE == (int)PLACES_WRONG_SIZE,
               "as many as base/places.h reads");

bool image_polygons_read(const char *text, uint32_t width, uint32_t height,
                         struct image_polygons *ret_polygons, char ret_wrong[IMAGE_WRONG_SIZE])
{
	struct places places;
	char resolution[32];

	snprintf(resolution, sizeof(resolution), "%ux%u", width, height);
	if (!places_read(text, resolution, PLACES_ZONES, &places, ret_wrong))
		return false;
	ret_polygons->n = places.n;
	for (uint32_t i = 0; i < places.n; i++) {
		const struct place *place = &places.items[i];

		ret_polygons->n_corners[i] = place->n_points;
		for (uint32_t k = 0; k < place->n_points; k++)
			ret_polygons->corners[i][k] = (struct image_corner){place->points[k].x,
			                                                    place->points[k].y};
	}
	return true;
}
