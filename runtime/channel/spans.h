/* A bounded memory of ranges: what has become of the values, or frames, from one number up to
 * another. One process appends, in the order of the numbers, and joins what is alike; others read
 * meanwhile. The oldest range gives way, and who asks for it learns that it is no longer known.
 *
 * A range is appended before the position up to which it reaches is stored: a death in between
 * leaves a range that nobody has come to, which the next incarnation takes back. */
#ifndef PKDI_SPANS_H
#define PKDI_SPANS_H

#include <stddef.h>

#include "channel/words.h"

struct pkdi_span {
	_Atomic uint64_t from, to; /* [from, to) */
	_Atomic uint64_t what;     /* the owner's */
};

struct pkdi_spans_words {
	_Atomic uint64_t n;         /* appended so far: range i is in place i modulo the size */
	_Atomic uint64_t n_started; /* so many have been begun: older ones have given way */
	struct pkdi_span spans[];
};

struct pkdi_spans {
	struct pkdi_spans_words *words; /* zero at first; NULL: nothing is remembered */
	uint32_t size;                  /* a power of two */
};

static inline size_t pkdi_spans_bytes(uint32_t size)
{
	return sizeof(struct pkdi_spans_words) + size * sizeof(struct pkdi_span);
}

void pkdi_spans_append(const struct pkdi_spans *spans, uint64_t from, uint64_t to, uint64_t what);

/* A stream, whose ranges say of which frame the value is from which on the frames have no gap:
 * remembers that value `seq` is of frame `number`. */
void pkdi_spans_step(const struct pkdi_spans *spans, uint64_t seq, uint64_t number);

/* A new incarnation: forgets what reaches beyond `position`. */
void pkdi_spans_recover(const struct pkdi_spans *spans, uint64_t position);

/* As read by another process. */
struct pkdi_span_copy {
	uint64_t from, to, what;
};

enum pkdi_found {
	PKDI_FOUND,     /* the newest range that begins at or before the number */
	PKDI_FOUND_NOT, /* there has never been one */
	PKDI_FORGOTTEN, /* if there was one, it has given way */
};

/* By what they begin with; of a stream, `by_what`, by frame. Also the range behind it, all zeros
 * where there is none. */
enum pkdi_found pkdi_spans_find(const struct pkdi_spans *spans, uint64_t number, bool by_what,
                                struct pkdi_span_copy *ret_span, struct pkdi_span_copy *ret_next);

#endif
