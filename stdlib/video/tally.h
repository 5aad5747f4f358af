/* When what goes wrong again and again is said in the log: at once, and then at most every ten
 * seconds, with how often it was. */
#ifndef PKD_VIDEO_TALLY_H
#define PKD_VIDEO_TALLY_H

#include <pkd/node.h>
#include <stdbool.h>
#include <stdint.h>

struct media_tally {
	uint64_t n_told;
	int64_t due_ns;
};

/* Whether that is now: `n` is how often it was, since the start. */
static inline bool media_tally_is_due(struct media_tally *self, uint64_t n, int64_t now_ns)
{
	static const int64_t PAUSE_NS = 10000000000;

	if (n == self->n_told || now_ns < self->due_ns)
		return false;
	self->n_told = n;
	self->due_ns = now_ns + PAUSE_NS;
	return true;
}

#endif
