/* The sum over an answer: what of it is of another frame changes it. */
#ifndef BENCH_ANSWER_H
#define BENCH_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "peekingduck.pkd.h"

static inline uint64_t answer_sum(const struct Answer *answer)
{
	const uint8_t *bytes = (const uint8_t *)answer->objects.items;
	uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ answer->number;

	for (size_t i = 0; i < answer->objects.len * sizeof(answer->objects.items[0]); i++)
		sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
	return sum;
}

#endif
