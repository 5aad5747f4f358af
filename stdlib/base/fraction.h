/* Places in fractions of a frame. */
#ifndef PKD_BASE_FRACTION_H
#define PKD_BASE_FRACTION_H

/* Within the frame: 0 … 1. */
static inline float fraction_clamp(float fraction)
{
	return fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
}

#endif
