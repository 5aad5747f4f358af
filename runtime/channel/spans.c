#include "channel/spans.h"

/* How often a search is tried that the writer overtakes. */
enum { MAX_TRIES = 100 };

static struct pkdi_span *place(const struct pkdi_spans *spans, uint64_t i)
{
	return &spans->words->spans[i & (spans->size - 1)];
}

void pkdi_spans_append(const struct pkdi_spans *spans, uint64_t from, uint64_t to, uint64_t what)
{
	struct pkdi_spans_words *words = spans->words;
	struct pkdi_span *last, *next;
	uint64_t n;

	if (!words)
		return;
	n = pkdi_read(&words->n);
	last = n ? place(spans, n - 1) : NULL;
	if (last && pkdi_read(&last->to) == from && pkdi_read(&last->what) == what) {
		atomic_store_explicit(&last->to, to, memory_order_release);
		return;
	}
	/* Who sees a part of the new range sees that its place is being written. */
	if (n + 1 > pkdi_read(&words->n_started))
		atomic_store_explicit(&words->n_started, n + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	next = place(spans, n);
	atomic_store_explicit(&next->from, from, memory_order_relaxed);
	atomic_store_explicit(&next->to, to, memory_order_relaxed);
	atomic_store_explicit(&next->what, what, memory_order_relaxed);
	atomic_store_explicit(&words->n, n + 1, memory_order_release);
}

void pkdi_spans_step(const struct pkdi_spans *spans, uint64_t seq, uint64_t number)
{
	uint64_t n = spans->words ? pkdi_read(&spans->words->n) : 0;
	const struct pkdi_span *last = n ? place(spans, n - 1) : NULL;

	if (!last || seq - pkdi_read(&last->from) != number - pkdi_read(&last->what))
		pkdi_spans_append(spans, seq, seq, number);
}

void pkdi_spans_recover(const struct pkdi_spans *spans, uint64_t position)
{
	uint64_t n = spans->words ? pkdi_read(&spans->words->n) : 0;
	struct pkdi_span *last;

	/* What one decision has appended: two ranges at most. */
	for (uint32_t i = 0; i < 2 && n > 0; i++) {
		last = place(spans, n - 1);
		if (pkdi_read(&last->to) <= position)
			return;
		if (pkdi_read(&last->from) < position) {
			atomic_store_explicit(&last->to, position, memory_order_release);
			return;
		}
		atomic_store_explicit(&spans->words->n, --n, memory_order_release);
	}
}

static struct pkdi_span_copy copy(const struct pkdi_spans *spans, uint64_t i)
{
	const struct pkdi_span *span = place(spans, i);

	return (struct pkdi_span_copy){
		pkdi_read(&span->from),
		pkdi_read(&span->to),
		pkdi_read(&span->what),
	};
}

static uint64_t key(struct pkdi_span_copy span, bool by_what)
{
	return by_what ? span.what : span.from;
}

enum pkdi_found pkdi_spans_find(const struct pkdi_spans *spans, uint64_t number, bool by_what,
                                struct pkdi_span_copy *ret_span, struct pkdi_span_copy *ret_next)
{
	const struct pkdi_spans_words *words = spans->words;

	*ret_span = *ret_next = (struct pkdi_span_copy){0};
	if (!words)
		return PKDI_FORGOTTEN;
	for (uint32_t i = 0; i < MAX_TRIES; i++) {
		uint64_t started = atomic_load_explicit(&words->n_started, memory_order_acquire);
		uint64_t n = atomic_load_explicit(&words->n, memory_order_acquire);
		uint64_t first = started > spans->size ? started - spans->size : 0;
		uint64_t low = first, high = n;
		struct pkdi_span_copy span = {0}, next = {0};

		while (low < high) { /* the first range behind the number is in low … high */
			uint64_t middle = low + (high - low) / 2;

			if (key(copy(spans, middle), by_what) <= number)
				low = middle + 1;
			else
				high = middle;
		}
		if (low > first)
			span = copy(spans, low - 1);
		if (low < n)
			next = copy(spans, low);
		atomic_thread_fence(memory_order_acquire);
		/* Nothing that was looked at has been written meanwhile. */
		if (pkdi_read(&words->n_started) != started || n > started)
			continue;
		*ret_span = span;
		*ret_next = next;
		return low > first ? PKDI_FOUND : first ? PKDI_FORGOTTEN : PKDI_FOUND_NOT;
	}
	return PKDI_FORGOTTEN;
}
