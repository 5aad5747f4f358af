/* See pairing.h. */
#include "pairing.h"

#define LATER_COUNTS 1.1 /* 1 + the age penalty */

/* The earliest and the latest of the values at hand, one of each stream. Of equal ones the first
 * stream has the earliest, the last one the latest. */
struct span {
	int64_t start, end;
	uint32_t start_input, end_input;
};

static int64_t difference(int64_t a, int64_t b)
{
	int64_t result;

	if (__builtin_sub_overflow(a, b, &result))
		return a > b ? INT64_MAX : INT64_MIN;
	return result;
}

static int64_t time_of(const struct pairing *self, uint32_t input, uint32_t n)
{
	const struct pairing_queue *queue = &self->queues[input];

	return queue->times[(queue->first + n) % (self->size + 1)];
}

static bool has_front(const struct pairing *self, uint32_t input)
{
	return self->queues[input].head < self->queues[input].n;
}

static bool have_fronts(const struct pairing *self)
{
	for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
		if (!has_front(self, i))
			return false;
	return true;
}

/* Of the value at hand; where it has not come yet, the earliest that it can have. One before the
 * pivot would not matter: it is no later than the value that was passed last. */
static int64_t front_time(const struct pairing *self, uint32_t input)
{
	const struct pairing_queue *queue = &self->queues[input];
	int64_t earliest;

	if (has_front(self, input))
		return time_of(self, input, queue->head);
	if (self->has_ended ||
	    __builtin_add_overflow(time_of(self, input, queue->n - 1), self->min_gap, &earliest))
		return INT64_MAX;
	return earliest > self->pivot_time ? earliest : self->pivot_time;
}

static struct span span_of(const struct pairing *self)
{
	struct span span = {INT64_MAX, INT64_MIN, PAIRING_INPUTS, 0};

	for (uint32_t i = 0; i < PAIRING_INPUTS; i++) {
		int64_t time = front_time(self, i);

		if (time < span.start || span.start_input == PAIRING_INPUTS) {
			span.start = time;
			span.start_input = i;
		}
		if (time >= span.end) {
			span.end = time;
			span.end_input = i;
		}
	}
	return span;
}

/* ---- Queues ---- */

static void drop_first(struct pairing *self, struct pairing_queue *queue, uint32_t n)
{
	queue->first = (queue->first + n) % (self->size + 1);
	queue->n -= n;
	queue->head = 0;
}

static void leave_first(struct pairing *self, struct pairing_queue *queue, uint32_t n)
{
	drop_first(self, queue, n);
	queue->n_left += n;
}

static void forget_candidate(struct pairing *self)
{
	self->has_candidate = false;
	self->is_found = false;
	for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
		self->queues[i].head = 0;
}

uint32_t pairing_add(struct pairing *self, uint32_t input, int64_t time)
{
	struct pairing_queue *queue = &self->queues[input];
	uint32_t place;

	if (queue->has_last && time < queue->last) {
		queue->n_left++;
		return UINT32_MAX;
	}
	queue->has_last = true;
	queue->last = time;
	place = (queue->first + queue->n) % (self->size + 1);
	queue->times[place] = time;
	if (++queue->n > self->size) {
		forget_candidate(self);
		leave_first(self, queue, 1);
		queue->is_gapped = true;
	}
	return place;
}

/* ---- The search ---- */

static bool is_no_better(const struct pairing *self, int64_t start, int64_t end)
{
	return (double)difference(end, self->candidate_end) * LATER_COUNTS >=
	       (double)difference(start, self->candidate_start);
}

/* The values at hand become it; what was passed before is left out. */
static void take_candidate(struct pairing *self, const struct span *span)
{
	for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
		leave_first(self, &self->queues[i], self->queues[i].head);
	self->has_candidate = true;
	self->candidate_start = span->start;
	self->candidate_end = span->end;
}

/* Some stream has no further value yet. Goes on with the earliest that may come: true when even
 * these make no better pair. */
static bool is_settled(struct pairing *self)
{
	uint32_t heads[PAIRING_INPUTS];
	bool settled, open;

	for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
		heads[i] = self->queues[i].head;
	for (;;) {
		struct span span = span_of(self);

		settled = is_no_better(self, self->pivot_time, span.end);
		open = !is_no_better(self, span.start, span.end);
		if (settled || open || !has_front(self, span.start_input))
			break;
		self->queues[span.start_input].head++;
	}
	for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
		self->queues[i].head = heads[i];
	return settled;
}

/* With a first candidate, or a better one. False: the earliest value is in no pair. */
static bool consider(struct pairing *self, const struct span *span)
{
	if (self->has_candidate) {
		if (!is_no_better(self, span->start, span->end))
			take_candidate(self, span);
		return true;
	}
	if (difference(span->end, span->start) > self->within ||
	    self->queues[span->end_input].is_gapped)
		return false;
	take_candidate(self, span);
	self->pivot = span->end_input;
	self->pivot_time = span->end;
	return true;
}

static bool search(struct pairing *self)
{
	while (have_fronts(self)) {
		struct span span = span_of(self);

		for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
			if (i != span.end_input)
				self->queues[i].is_gapped = false;
		if (!consider(self, &span)) {
			leave_first(self, &self->queues[span.start_input], 1);
			continue;
		}
		self->queues[span.start_input].head++;
		if (span.start_input == self->pivot ||
		    is_no_better(self, self->pivot_time, span.end))
			return true;
		if (!have_fronts(self))
			return is_settled(self);
	}
	/* It waits for values; the last one may have come since. */
	return self->has_candidate && self->has_ended;
}

bool pairing_find(struct pairing *self)
{
	self->is_found = self->is_found || search(self);
	return self->is_found;
}

void pairing_take(struct pairing *self)
{
	forget_candidate(self);
	for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
		drop_first(self, &self->queues[i], 1);
}
