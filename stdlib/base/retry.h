/* When something is tried again: after a pause that doubles up to a longest one, each up to a
 * quarter longer or shorter, so that many that have lost one peer do not all come back at once. */
#ifndef PKD_BASE_RETRY_H
#define PKD_BASE_RETRY_H

#include <stdint.h>

struct retry {
	int64_t first_ns, max_ns; /* before they are made longer or shorter */
	int64_t pause_ns;         /* the one before; 0: none yet */
	uint64_t random;          /* not 0 */
};

static inline void retry_init(struct retry *retry, int64_t first_ns, int64_t max_ns, uint64_t seed)
{
	*retry = (struct retry){.first_ns = first_ns, .max_ns = max_ns, .random = seed | 1};
}

/* It has worked: the next pause is the first one again. */
static inline void retry_reset(struct retry *retry)
{
	retry->pause_ns = 0;
}

/* Marsaglia's xorshift64; *random is not 0. */
static inline uint64_t retry_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

/* A quarter longer or shorter, at most. */
static inline int64_t retry_spread(int64_t pause_ns, uint64_t *random)
{
	return pause_ns - pause_ns / 4 +
	       (int64_t)(retry_random(random) % (uint64_t)(pause_ns / 2 + 1));
}

/* The next pause. */
static inline int64_t retry_pause(struct retry *retry)
{
	int64_t pause_ns = retry->first_ns;

	if (retry->pause_ns)
		pause_ns = retry->pause_ns < retry->max_ns / 2 ? 2 * retry->pause_ns
		                                               : retry->max_ns;
	retry->pause_ns = pause_ns < retry->max_ns ? pause_ns : retry->max_ns;
	return retry_spread(retry->pause_ns, &retry->random);
}

/* The pause behind a number of tries (from 1), for those who count them themselves. */
static inline int64_t retry_pause_after(uint32_t tries, int64_t first_ns, int64_t max_ns,
                                        uint64_t *random)
{
	int64_t pause_ns = first_ns;

	for (uint32_t i = 1; i < tries && pause_ns > 0 && pause_ns < max_ns; i++)
		pause_ns = pause_ns < max_ns / 2 ? 2 * pause_ns : max_ns;
	return retry_spread(pause_ns < max_ns ? pause_ns : max_ns, random);
}

#endif
