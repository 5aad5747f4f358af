#include "node/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A look or two is no wait. */
#define SHORT_NS 1000

enum { WORDS = PKDI_LINE / sizeof(uint64_t) };

bool pkdi_trace_look(struct pkdi_trace *trace, uint32_t session)
{
	struct pkdi_trace_ring *ring = trace->ring;

	trace->on = ring && session % 2;
	if (!trace->on || atomic_load_explicit(&ring->session, memory_order_relaxed) == session)
		return false;
	atomic_store_explicit(&ring->began, pkdi_read(&ring->n), memory_order_relaxed);
	atomic_store_explicit(&ring->session, session, memory_order_release);
	return true;
}

void pkdi_trace_write(struct pkdi_trace *trace, const struct pkdi_trace_event *event)
{
	struct pkdi_trace_ring *ring = trace->ring;
	uint64_t n = pkdi_read(&ring->n), words[WORDS];
	_Atomic uint64_t *to = ring->events[n % PKDI_TRACE_EVENTS];

	memcpy(words, event, sizeof(words));
	atomic_thread_fence(memory_order_release);
	for (int i = 0; i < WORDS; i++)
		atomic_store_explicit(&to[i], words[i], memory_order_relaxed);
	atomic_store_explicit(&ring->n, n + 1, memory_order_release);
	/* It comes from memory while the process does something else. */
	__builtin_prefetch((const void *)ring->events[(n + 1) % PKDI_TRACE_EVENTS], 1);
}

void pkdi_trace_end_wait(struct pkdi_trace *trace, int64_t now_ns)
{
	if (!trace->wait.start_ns)
		return;
	trace->wait.duration_ns = now_ns - trace->wait.start_ns;
	if (trace->on && trace->wait.duration_ns >= SHORT_NS)
		pkdi_trace_write(trace, &trace->wait);
	trace->wait.start_ns = 0;
}

/* The first that is not overwritten when `n` are there, and the next is perhaps half written. */
static uint64_t first_whole(uint64_t n)
{
	return n < PKDI_TRACE_EVENTS ? 0 : n + 1 - PKDI_TRACE_EVENTS;
}

int pkdi_trace_copy(const struct pkdi_trace_ring *ring, uint32_t session,
                    struct pkdi_trace_copy *ret_copy)
{
	struct pkdi_trace_copy copy = {NULL, 0, 0};
	uint64_t began, first, n, whole;

	*ret_copy = copy;
	if (atomic_load_explicit(&ring->session, memory_order_acquire) != session)
		return 0;
	began = pkdi_read(&ring->began);
	n = atomic_load_explicit(&ring->n, memory_order_acquire);
	if (began >= n)
		return 0;
	first = first_whole(n) > began ? first_whole(n) : began;
	copy.events = calloc(n - first, sizeof(*copy.events));
	if (!copy.events)
		return -ENOMEM;
	for (uint64_t i = first; i < n; i++) {
		const _Atomic uint64_t *from = ring->events[i % PKDI_TRACE_EVENTS];
		uint64_t words[WORDS];

		for (int k = 0; k < WORDS; k++)
			words[k] = pkdi_read(&from[k]);
		memcpy(&copy.events[i - first], words, sizeof(words));
	}
	atomic_thread_fence(memory_order_acquire);
	whole = first_whole(pkdi_read(&ring->n));
	if (whole > n)
		whole = n;
	if (whole > first)
		memmove(copy.events, copy.events + (whole - first),
		        (size_t)(n - whole) * sizeof(*copy.events));
	else
		whole = first;
	copy.n = (uint32_t)(n - whole);
	copy.n_overwritten = whole - began;
	*ret_copy = copy;
	return 0;
}
