/* Where something of a known height is, by the pinhole camera. What is `height` metres high, with
 * a picture that is h high, is focal_length * height / h away, where focal_length and h are in
 * heights of the frame; and across, height / h metres are as large as the frame is high (R. Hartley
 * and A. Zisserman, "Multiple View Geometry in Computer Vision", 2nd edition, section 6.1). */
#ifndef PKD_COUNT_PINHOLE_H
#define PKD_COUNT_PINHOLE_H

#include <count/place.pkd.h>
#include <math.h>

struct pinhole {
	float focal_length, height, aspect; /* aspect: the frame's width by its height */
};

/* x, y is the middle of what is h high, in fractions of the frame. */
static inline struct count_Place pinhole_place(struct pinhole camera, double x, double y, double h)
{
	double scale = camera.height / h; /* metres in a height of the frame */
	struct count_Place place = {(float)((x - 0.5) * camera.aspect * scale),
	                            (float)((y - 0.5) * scale),
	                            (float)(camera.focal_length * scale)};

	if (!(h > 0) || !isfinite(place.x) || !isfinite(place.y) || !isfinite(place.z))
		return (struct count_Place){NAN, NAN, NAN};
	return place;
}

#endif
