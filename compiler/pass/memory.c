/* Slots and bytes of each stream: N = D + ΣP + L. D frames are in the ring, the largest window of
 * the readers, what they look back at included; each lossy or sampling reader may hold one more in
 * hand, and what it looks back at (P); and the writer fills one (L = 1). With so many slots the
 * writer finds a free one without ever waiting. Requires unused and capacity. */
#include "pass/private.h"

#include <inttypes.h>
#include <pkd/frame.h>

/* A ring of one small value is overwritten faster than a reader can pin it: a reader of `latest`
 * would try again and again. Large values take so long to fill that it hardly ever happens. */
#define SMALL_VALUE 4096u
#define SMALL_RING 4u

#define PAGE 4096u
#define LINE 64u
#define LARGEST_SHOWN 3u

static uint64_t round_up(uint64_t size, uint64_t unit)
{
	return (size + unit - 1) / unit * unit;
}

/* D and ΣP, which is returned: it may be too large for the table. */
static uint64_t count_readers(const struct analysis *a, const struct graph_stream *stream,
                              struct stream_memory *m)
{
	bool lossless = false;
	uint64_t n_pins = 0;

	m->ring_size = 1;
	for (size_t i = 0; i < stream->edges.n; i++) {
		uint32_t e = stream->edges.items[i];
		if (a->window[e] > m->ring_size)
			m->ring_size = a->window[e];
		const struct graph_edge *edge = &a->graph->edges.items[e];
		lossless = lossless || edge_gates(edge);
		n_pins += a->pins[e];
	}
	if (!lossless && m->value_size <= SMALL_VALUE && m->ring_size < SMALL_RING)
		m->ring_size = SMALL_RING;
	m->n_pins = n_pins < UINT32_MAX ? (uint32_t)n_pins : UINT32_MAX;
	return n_pins;
}

static void report_value_size(struct analysis *a, uint32_t s)
{
	const struct graph_stream *stream = &a->graph->streams.items[s];

	diag_report(a->diags, E0606, a->graph->nodes.items[stream->node].at,
	            "a value of '%s' is larger than %s", stream->name,
	            bytes_words(a->arena, TYPE_MAX_SIZE));
	diag_note(a->diags, (struct span){0}, "its type is %s", stream->type->name);
	diag_help(a->diags, "give its type smaller capacities");
}

static void report_slots(struct analysis *a, uint32_t s, uint64_t n_slots)
{
	const struct graph_stream *stream = &a->graph->streams.items[s];
	const struct stream_memory *m = &a->memory[s];

	diag_report(a->diags, E0606, a->graph->nodes.items[stream->node].at,
	            "'%s' needs %" PRIu64 " slots, and a stream has at most %u", stream->name,
	            n_slots, SLOTS_MAX);
	diag_note(a->diags, (struct span){0},
	          "%u in its ring, %u held by readers of 'latest' and 'sample', %u being written",
	          m->ring_size, m->n_pins, m->n_loans);
	diag_help(a->diags, "write a smaller 'queue(n)', or give it fewer readers");
}

static void measure(struct analysis *a, uint32_t s)
{
	const struct graph_stream *stream = &a->graph->streams.items[s];
	struct stream_memory *m = &a->memory[s];
	struct layout layout;

	if (!a->has_channel[s])
		return;
	if (type_layout(stream->type, &layout) < 0 || layout.size > TYPE_MAX_SIZE) {
		report_value_size(a, s);
		return;
	}
	m->value_size = (uint32_t)layout.size;
	uint64_t slot_size = round_up(sizeof(struct pkd_frame) + layout.size, LINE);
	m->slot_size = (uint32_t)(slot_size < PAGE ? slot_size : round_up(slot_size, PAGE));
	m->n_loans = 1;
	uint64_t n_slots = count_readers(a, stream, m) + m->ring_size + m->n_loans;
	if (n_slots > SLOTS_MAX) {
		report_slots(a, s, n_slots);
		return;
	}
	m->n_slots = (uint32_t)n_slots;
	/* 12 bits of slots, 32 of size: far from the end of 64. */
	m->bytes = round_up(n_slots * m->slot_size, PAGE);
}

/* The stream with the most bytes among those not yet taken, or NO_ID. */
static uint32_t largest(const struct analysis *a, const uint32_t *taken, size_t n_taken)
{
	uint32_t best = NO_ID;

	for (uint32_t s = 0; s < a->graph->streams.n; s++) {
		bool is_taken = !a->memory[s].bytes;
		for (size_t i = 0; i < n_taken; i++)
			is_taken = is_taken || taken[i] == s;
		if (!is_taken && (best == NO_ID || a->memory[s].bytes > a->memory[best].bytes))
			best = s;
	}
	return best;
}

static void note_largest(struct analysis *a)
{
	uint32_t taken[LARGEST_SHOWN];

	for (size_t i = 0; i < LARGEST_SHOWN; i++) {
		uint32_t s = taken[i] = largest(a, taken, i);
		if (s == NO_ID)
			return;
		const struct graph_stream *stream = &a->graph->streams.items[s];
		const struct stream_memory *m = &a->memory[s];
		diag_note(a->diags, a->graph->nodes.items[stream->node].at,
		          "'%s' takes %s: %u slots (%u in its ring + %u held by readers + %u being "
		          "written) of %s each",
		          stream->name, bytes_words(a->arena, m->bytes), m->n_slots, m->ring_size,
		          m->n_pins, m->n_loans, bytes_words(a->arena, m->slot_size));
	}
}

/* The least limit that would hold, in a unit that reads well. */
static const char *limit_words(struct analysis *a)
{
	unsigned shift = a->memory_total >= UINT64_C(1) << 20 ? 20 : 10;

	return arena_printf(a->arena, "%" PRIu64 "%s",
	                    round_up(a->memory_total, UINT64_C(1) << shift) >> shift,
	                    shift == 20 ? "MiB" : "KiB");
}

static void check_assert(struct analysis *a, const struct graph_assertion *assertion)
{
	if (assertion->kind != ASSERT_MEMORY || a->memory_total <= assertion->limit)
		return;
	diag_report(a->diags, E0603, assertion->at,
	            "the streams take %s, %s more than the limit of %s",
	            bytes_words(a->arena, a->memory_total),
	            bytes_words(a->arena, a->memory_total - assertion->limit),
	            bytes_words(a->arena, assertion->limit));
	note_largest(a);
	diag_help(a->diags,
	          "write 'memory <= %s', or give '%s' a smaller type or its readers a smaller "
	          "'queue(n)'",
	          limit_words(a), a->graph->streams.items[largest(a, NULL, 0)].name);
}

void pass_memory(struct analysis *a)
{
	const struct graph *graph = a->graph;
	size_t n_errors = a->diags->n_errors;

	a->memory = arena_alloc(a->arena, graph->streams.n * sizeof *a->memory);
	for (uint32_t s = 0; s < graph->streams.n; s++) {
		measure(a, s);
		/* 2^44 bytes a stream and 2^32 streams could pass the end. */
		if (__builtin_add_overflow(a->memory_total, a->memory[s].bytes, &a->memory_total))
			a->memory_total = UINT64_MAX & ~(uint64_t)(PAGE - 1);
	}
	if (a->diags->n_errors != n_errors)
		return; /* a stream without a size has no place in a sum */
	for (size_t i = 0; i < graph->asserts.n; i++)
		check_assert(a, &graph->asserts.items[i]);
}
