/* Whether an object is in a zone. */
#ifndef PKD_COUNT_TOUCH_H
#define PKD_COUNT_TOUCH_H

#include "../base/places.h"

#include <count/zone.pkd.h>

static inline bool count_touches(const struct place *zone, struct place_box box, uint32_t by)
{
	if (by == count_Touch_overlap)
		return place_overlaps(zone, box);
	return place_holds(zone, place_anchor(box, by == count_Touch_bottom));
}

#endif
