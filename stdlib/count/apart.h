/* How far two places are from each other, in metres; no number where one of them is none. */
#ifndef PKD_COUNT_APART_H
#define PKD_COUNT_APART_H

#include <count/place.pkd.h>
#include <math.h>

static inline double count_apart(const struct count_Place *a, const struct count_Place *b)
{
	double x = (double)a->x - b->x, y = (double)a->y - b->y, z = (double)a->z - b->z;

	return sqrt(x * x + y * y + z * z);
}

#endif
