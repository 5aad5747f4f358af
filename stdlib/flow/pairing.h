/* Which values of two streams belong together, by their capture times alone: the policy that ROS
 * publishes as ApproximateTime (wiki.ros.org/message_filters/ApproximateTime), with the age penalty
 * of its C++ implementation.
 *
 * - A value is in one pair at most, and pairs do not cross.
 * - Once both streams have a value, the later of the two first ones is the pivot: it is in the next
 *   pair. Of the pairs that contain it, that of the least span is taken, later ones being counted
 *   as 1.1 times as long.
 * - A pair is given when no value that may still come can make a better one: streams are in order,
 *   and two values of one are at least `min_gap` apart.
 * - No pair spans more than `within`.
 * - A stream that had to leave out values because its queue was full gives no pivot until another's
 *   value is later: what was left out might have been better. */
#ifndef PKD_FLOW_PAIRING_H
#define PKD_FLOW_PAIRING_H

#include <stdbool.h>
#include <stdint.h>

enum { PAIRING_INPUTS = 2 };

/* Values in order. Those before `head` were passed in the search for a better pair. */
struct pairing_queue {
	int64_t *times; /* a ring of size + 1: one more comes before the oldest goes */
	uint32_t first, n, head;
	bool is_gapped; /* values were left out for lack of room */
	bool has_last;
	int64_t last; /* the time of the one that came last */
	uint64_t n_left;
};

struct pairing {
	int64_t within, min_gap;
	uint32_t size;  /* values that wait, of each stream */
	bool has_ended; /* nothing will come any more */
	struct pairing_queue queues[PAIRING_INPUTS];
	bool has_candidate; /* the first value of each queue */
	bool is_found;      /* … which no other will be better than */
	int64_t candidate_start, candidate_end;
	uint32_t pivot;
	int64_t pivot_time;
};

/* The caller has filled in the first three, and `times` of both queues. */

/* The place in the ring for a value that has come; the value goes there, too. UINT32_MAX: it is
 * before the one that came last, and left out. */
uint32_t pairing_add(struct pairing *self, uint32_t input, int64_t time);

/* Whether there is a pair: the first value of both queues. It stays until it is taken. */
bool pairing_find(struct pairing *self);
void pairing_take(struct pairing *self);

#endif
