// Which target comes first, by `sort`.
#ifndef PKD_TARGET_ORDER_HPP
#define PKD_TARGET_ORDER_HPP

#include <target/order.pkd.h>

#include <cmath>
#include <cstdint>

#include "lens.h"

// The one with the least key is first. `x` and `y` are of its middle, in pixels.
static inline double order_key(uint32_t sort, const struct lens &lens, double area, double x,
                               double y)
{
	switch (sort) {
	case target_Order_largest:
		return -area;
	case target_Order_smallest:
		return area;
	case target_Order_highest:
		return y;
	case target_Order_lowest:
		return -y;
	case target_Order_leftmost:
		return x;
	case target_Order_rightmost:
		return -x;
	default:
		return std::hypot(x - lens.cx, y - lens.cy);
	}
}

#endif
