/* What a whole shot looks like, for the node that makes it and the node that checks it. */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdint.h>

#include "hammer.pkd.h"

enum { WIDTH = 64, HEIGHT = 48 };

static inline uint32_t boxes_of(uint64_t id)
{
	return 1 + (uint32_t)(id & 1);
}

/* The id is painted over the whole picture, as rows of its eight bytes. */
static inline uint64_t painted(const uint8_t *pixels, uint32_t word)
{
	uint64_t id;

	__builtin_memcpy(&id, pixels + word * sizeof(id), sizeof(id));
	return id;
}

static inline uint64_t checksum_of(const struct Shot *shot)
{
	uint64_t sum = shot->id * UINT64_C(0x9e3779b97f4a7c15) + shot->n;

	for (uint32_t i = 0; i < shot->boxes.len && i < 8; i++) {
		uint32_t bits;

		__builtin_memcpy(&bits, &shot->boxes.items[i].x, sizeof(bits));
		sum = (sum ^ bits) * UINT64_C(0x100000001b3);
	}
	return sum;
}

#endif
