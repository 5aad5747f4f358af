#include "node/believe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "node/say.h"

enum { REASON_SIZE = 160 };

/* ---- Reporting ---- */

static void report(const struct pkdi_input *input, const char *reason)
{
	const struct pkdi_reporter *reporter = input->reporter;
	char writer[PKDI_WHO_SIZE];

	pkdi_node_log(reporter->log, reporter->decl,
	              "its input '%s' (stream %s) is corrupted: %s; its writer is %s",
	              input->decl->name, input->stream->name, reason,
	              pkdi_node_who(&reporter->nodes[input->stream->writer], writer));
}

__attribute__((format(printf, 2, 3), cold)) static bool refuse(struct pkdi_input *input,
                                                               const char *format, ...)
{
	uint64_t complaint = UINT64_C(1) + atomic_load(&input->writer_orders->incarnation);
	const uint64_t one = 1;
	char reason[REASON_SIZE];
	va_list arguments;

	input->rejected = true;
	if (!input->reporter || atomic_load(&input->writer_orders->gone) ||
	    pkdi_read(&input->words->complaint) == complaint)
		return false;
	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	report(input, reason);
	atomic_store(&input->words->complaint, complaint);
	/* Fails only if it will look anyway. */
	if (write(input->reporter->supervisor_fd, &one, sizeof(one)) < 0)
		return false;
	return false;
}

/* ---- Values ---- */

/* Any thread of the writer may change it meanwhile: read it once. */
static uint64_t read_once(const uint64_t *word)
{
	return *(const volatile uint64_t *)word;
}

static bool is_header_sound(struct pkdi_input *input, const struct pkd_frame *frame, uint64_t seq)
{
	if (read_once(&frame->seq) != seq)
		return refuse(input, "value %" PRIu64 " has the header of value %" PRIu64, seq,
		              read_once(&frame->seq));
	if (frame->type_id != input->index || frame->size != input->stream->value_size)
		return refuse(input, "value %" PRIu64 " has the header of another stream", seq);
	return true;
}

/* Numbers grow by at least one frame per value. Where they grow by more, the writer's record
 * decides: it was stored before the value was published. */
static bool is_number_sound(struct pkdi_input *input, uint64_t seq, uint64_t number)
{
	bool later = seq > input->seen_seq;
	uint64_t values = later ? seq - input->seen_seq : input->seen_seq - seq;
	uint64_t frames = later ? number - input->seen_number : input->seen_number - number;
	uint64_t committed;

	if ((later ? number < input->seen_number : number > input->seen_number) ||
	    frames < values || (!values && frames))
		return refuse(input,
		              "value %" PRIu64 " belongs to frame %" PRIu64 ", but value %" PRIu64
		              " to frame %" PRIu64,
		              seq, number, input->seen_seq, input->seen_number);
	if (!later || (frames == values && number != PKDI_ENDED))
		return true;
	committed = input->writer_record ? pkdi_record_number(input->writer_record) : number;
	return (number <= committed && number != PKDI_ENDED) ||
	       refuse(input,
	              "value %" PRIu64 " belongs to frame %" PRIu64
	              ", but its writer has committed only up to frame %" PRIu64,
	              seq, number, committed);
}

bool pkdi_believe(struct pkdi_input *input, const struct pkd_frame *frame, uint64_t seq)
{
	uint64_t number = read_once(&frame->number);

	input->rejected = false;
	if (!is_header_sound(input, frame, seq) || !is_number_sound(input, seq, number))
		return false;
	if (seq >= input->quiet_seq && number <= input->quiet_number)
		return refuse(input,
		              "value %" PRIu64 " belongs to frame %" PRIu64
		              ", but its writer had settled all frames up to %" PRIu64,
		              seq, number, input->quiet_number);
	if (seq > input->seen_seq) {
		input->seen_seq = seq;
		input->seen_number = number;
	}
	input->number = number;
	return true;
}

/* What is known without the writer's word: every value to come is of a later frame. */
static uint64_t known_watermark(const struct pkdi_input *input)
{
	if (input->seen_seq < input->cursor && input->seen_number > input->quiet_number)
		return input->seen_number;
	return input->quiet_number;
}

void pkdi_believe_watermark(struct pkdi_input *input)
{
	if (input->cursor == PKDI_ENDED)
		return;
	if (!pkdi_ring_has_reached(&input->ring, input->cursor)) {
		input->quiet_seq = input->cursor;
		input->quiet_number = input->settled;
	} else if (input->rejected && input->settled != PKDI_ENDED) {
		input->settled = known_watermark(input);
	}
}

/* ---- The ring ---- */

void pkdi_believe_ring(struct pkdi_input *input)
{
	uint64_t seq = input->role == PKDI_ROLE_HISTORY ? input->seen + 1 : input->cursor;
	uint64_t head;

	if (!input->stream || input->cursor == PKDI_ENDED || input->front)
		return;
	/* It is stored after the entry, which stays until the cursor has passed it or a later
	 * entry replaces it. */
	head = atomic_load_explicit(&input->ring.words->head, memory_order_acquire);
	if (head < seq)
		return;
	if (input->decl->policy == PKD_QUEUE ? pkdi_ring_find(&input->ring, seq) != PKDI_NO_SLOT
	                                     : pkdi_ring_has_reached(&input->ring, seq))
		return;
	refuse(input,
	       "its writer has published %" PRIu64 " values, but value %" PRIu64 " is missing",
	       head, seq);
}
