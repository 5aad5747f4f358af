#include "console/echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel/look.h"
#include "console/names.h"
#include "console/take.h"
#include "console/value_json.h"
#include "node/typed.h"

/* What fits into a line beside the other members; the pixels of one, which become four bytes each
 * three. */
enum { TEXT_SIZE = PKDI_MESSAGE_SIZE - 1024, PIECE_SIZE = 45000 };

/* A value is tried three times at each look; how long it may fail before that is said. */
enum { N_TRIES = 3, MAX_EVERY_MS = 3600000, LOOK_MS = 1 };
#define TOO_FAST_NS INT64_C(100000000)

enum line {
	LINE_STREAM, /* the first: what is shown */
	LINE_VALUE,
	LINE_PIXELS,
	LINE_TOO_FAST,
	LINE_LAST,
};

enum end {
	END_NONE,
	END_COUNT,   /* as many as were wanted */
	END_STREAM,  /* nothing more comes */
	END_REQUEST, /* the client asks something else */
};

struct pkdi_echo {
	const struct pkdi_stream *stream;
	const struct pkd_type *type; /* NULL: the values mean nothing */
	struct pkdi_look look;
	uint64_t count, every_ms; /* 0: any number; each value */
	bool has_values, has_pixels, is_raw;

	enum line line;   /* the one that is to be written … */
	uint32_t n_lines; /* … is number n_lines - 1 */
	enum end end;
	uint64_t seen, newest; /* seqs: the last that was shown, or tried */
	uint64_t n_shown, n_skipped, skipped;
	int64_t due_ns, looked_ns, shown_ns; /* shown: or said to be too fast */
	const char *fault;                   /* the value is not one of its type */
	bool is_too_large;
	uint64_t n_bytes, n_sent; /* pixels of this value; those that have been written */
	size_t n_raw;             /* bytes of the value behind its line */
	size_t n_text;
	char text[TEXT_SIZE]; /* the value, or a piece of its pixels, as JSON */
	struct pkdi_mismatch mismatch;
	struct pkd_frame copy[]; /* the header, and the value */
};

/* ---- The stream ---- */

static const struct pkd_type *type_of(const struct pkdi_run *run, const struct pkd_stream *stream)
{
	return run->program->nodes[stream->writer].outputs[stream->output].type;
}

/* By its name, or by its node's where that has no other. A pool has the name of its first worker,
 * and what it makes is shown in order. */
static uint32_t find_stream(const struct pkdi_run *run, const char *name)
{
	uint32_t found = PKD_NONE, n = 0;

	for (uint32_t i = 0; i < run->program->n_streams; i++) {
		const struct pkd_stream *stream = &run->program->streams[i];

		if (!strcmp(stream->name, name))
			return pkdi_names_ordered(run->program, i);
		if (!strcmp(run->program->nodes[stream->writer].name, name) &&
		    type_of(run, stream)) {
			found = i;
			n++;
		}
	}
	if (n != 1)
		found = pkdi_names_stream(run->program, name);
	return found != PKD_NONE ? pkdi_names_ordered(run->program, found) : PKD_NONE;
}

/* ---- The request ---- */

static bool take_parameters(const struct pkdi_run *run, struct pkdi_echo *echo,
                            const struct pkdi_json *json, uint32_t parameters, bool takes_bytes,
                            struct pkdi_fault *fault)
{
	uint64_t after = 0;

	if (!pkdi_take_number(json, parameters, "after", 0, INT64_MAX, &after, fault) ||
	    !pkdi_take_number(json, parameters, "count", 1, INT64_MAX, &echo->count, fault) ||
	    !pkdi_take_number(json, parameters, "every_ms", 1, MAX_EVERY_MS, &echo->every_ms,
	                      fault) ||
	    !pkdi_take_bool(json, parameters, "values", &echo->has_values, fault) ||
	    !pkdi_take_bool(json, parameters, "pixels", &echo->has_pixels, fault) ||
	    !pkdi_take_bool(json, parameters, "raw", &echo->is_raw, fault))
		return false;
	if (echo->is_raw && (echo->has_pixels || !takes_bytes))
		return pkdi_refuse(fault, "invalid_parameter",
		                   takes_bytes ? "\"raw\" has the pixels: not \"pixels\", too"
		                               : "\"raw\" is for a socket, not for messages");
	echo->seen = after > echo->seen ? after : echo->seen;
	echo->type = type_of(run, echo->stream->decl);
	if (echo->has_pixels && (!echo->type || echo->type->kind != PKD_IMAGE))
		return pkdi_refuse(fault, "invalid_parameter",
		                   "the values of %.160s have no pixels: they are %.200s",
		                   echo->stream->decl->name, echo->stream->decl->type);
	return true;
}

bool pkdi_echo_begin(struct pkdi_run *run, struct pkdi_request *request,
                     const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	char name[1024];
	uint32_t index;
	struct pkdi_stream *stream;
	struct pkdi_echo *echo;
	struct pkdi_look look;

	if (!pkdi_json_string(json, pkdi_json_member(json, parameters, "stream"), name,
	                      sizeof(name)))
		return pkdi_refuse(fault, "invalid_parameter", "\"stream\" is the name of one");
	index = find_stream(run, name);
	if (index == PKD_NONE)
		return pkdi_names_refuse_stream(run->program, name, fault);
	stream = &run->streams[index];
	/* This process does not map it: process.c. */
	if (stream->decl->private_at)
		return pkdi_refuse(
			fault, "private",
			"%.160s is private (%.160s): nobody who asks from outside is shown "
			"its values; what may be seen is bound with 'public' before its "
			"name",
			stream->decl->name, stream->decl->private_at);
	look = (struct pkdi_look){
		.stream = stream->decl,
		.data = stream->view,
		.ring = pkdi_ring_make(stream->place, stream->decl, stream->words, stream->view),
	};
	echo = malloc(sizeof(*echo) + pkdi_look_size(&look));
	if (!echo)
		return pkdi_refuse(fault, "failed", "there is not enough memory");
	*echo = (struct pkdi_echo){
		.stream = stream,
		.look = look,
		.has_values = true,
		.n_lines = 1,
		.newest = pkdi_look_newest(&look),
		.shown_ns = pkd_now(),
	};
	/* What there is is shown at once. */
	echo->seen = echo->newest ? echo->newest - 1 : 0;
	request->echo = echo;
	request->since_ns = echo->shown_ns;
	return take_parameters(run, echo, json, parameters, request->takes_bytes, fault);
}

/* ---- Looking ---- */

/* Nothing more comes; what has come was published before. */
static bool has_ended(const struct pkdi_run *run, const struct pkdi_echo *echo)
{
	return atomic_load(&run->orders[echo->stream->decl->writer].gone) ||
	       atomic_load(&echo->stream->words->settled) == PKDI_ENDED;
}

/* Copies the next value, or the newest where the next one has gone or is not wanted. Returns its
 * seq; 0: there was no time to. */
static uint64_t copy_next(struct pkdi_echo *echo)
{
	for (int i = 0; i < N_TRIES; i++) {
		uint64_t newest = pkdi_look_newest(&echo->look);
		uint64_t oldest = pkdi_look_oldest(&echo->look, newest), seq = echo->seen + 1;

		if (newest < seq || seq < oldest || echo->every_ms || i)
			seq = newest;
		if (pkdi_look_copy(&echo->look, seq, echo->copy) && echo->copy->seq == seq)
			return seq;
	}
	return 0;
}

/* The value, or as many pixels as a line has room for. */
static struct pkdi_out begin_text(struct pkdi_echo *echo)
{
	return (struct pkdi_out){.text = echo->text, .size = sizeof(echo->text)};
}

/* Of a value: up to the last byte that says something. */
static size_t used_bytes(const struct pkd_type *type, const void *value)
{
	struct pkd_image image;

	if (type->kind == PKD_LIST)
		return type->items_offset + pkd_length(value, type->n) * (size_t)type->item->size;
	if (type->kind != PKD_IMAGE)
		return type->size;
	memcpy(&image, value, sizeof(image));
	return sizeof(image) + pkd_image_bytes(image.format, image.stride, image.height);
}

static void take_value(struct pkdi_echo *echo)
{
	const void *value = echo->copy + 1;
	struct pkdi_out out = begin_text(echo);

	echo->fault = NULL;
	echo->is_too_large = false;
	echo->n_text = echo->n_bytes = echo->n_sent = echo->n_raw = 0;
	if (!echo->type || !echo->has_values)
		return;
	if (!pkdi_typed_check(echo->type, value, &echo->mismatch)) {
		echo->fault = echo->mismatch.text;
		return;
	}
	if (echo->is_raw) {
		echo->n_raw = used_bytes(echo->type, value);
		return;
	}
	pkdi_write_value(echo->type, value, NULL, &out);
	echo->is_too_large = out.is_full;
	echo->n_text = out.is_full ? 0 : out.n;
	if (echo->has_pixels) {
		struct pkd_image image;

		memcpy(&image, value, sizeof(image));
		echo->n_bytes = pkd_image_bytes(image.format, image.stride, image.height);
	}
}

static void take_pixels(struct pkdi_echo *echo)
{
	const uint8_t *pixels = (const uint8_t *)(echo->copy + 1) + sizeof(struct pkd_image);
	uint64_t left = echo->n_bytes - echo->n_sent;
	struct pkdi_out out = begin_text(echo);

	left = left < PIECE_SIZE ? left : PIECE_SIZE;
	pkdi_write_base64(pixels + echo->n_sent, (size_t)left, NULL, &out);
	echo->n_text = out.n;
	echo->n_sent += left;
}

static void plan_next(struct pkdi_echo *echo, int64_t now_ns)
{
	int64_t every_ns = (int64_t)echo->every_ms * 1000000;

	echo->shown_ns = now_ns;
	if (!every_ns)
		return;
	echo->due_ns += every_ns;
	if (echo->due_ns <= now_ns)
		echo->due_ns = now_ns + every_ns;
}

/* False: no line. */
static bool look(const struct pkdi_run *run, struct pkdi_echo *echo, int64_t now_ns)
{
	bool ended = has_ended(run, echo);
	uint64_t seq;

	echo->looked_ns = now_ns;
	if (now_ns < echo->due_ns && !ended)
		return false;
	echo->newest = pkdi_look_newest(&echo->look);
	if (echo->newest <= echo->seen) {
		echo->end = ended ? END_STREAM : END_NONE;
		echo->line = LINE_LAST;
		return ended;
	}
	seq = copy_next(echo);
	if (!seq && now_ns - echo->shown_ns < TOO_FAST_NS)
		return false;
	echo->line = seq ? LINE_VALUE : LINE_TOO_FAST;
	echo->n_shown++;
	echo->skipped = 0;
	if (seq) {
		if (!echo->every_ms && echo->n_shown > 1)
			echo->skipped = seq - echo->seen - 1;
		echo->n_skipped += echo->skipped;
		echo->seen = seq;
		take_value(echo);
	}
	plan_next(echo, now_ns);
	return true;
}

static bool find_line(const struct pkdi_run *run, struct pkdi_echo *echo, int64_t now_ns)
{
	if (pkdi_echo_has_pixels(echo)) {
		echo->line = LINE_PIXELS;
		take_pixels(echo);
		return true;
	}
	if (!echo->end && echo->count && echo->n_shown == echo->count)
		echo->end = END_COUNT;
	if (!echo->end)
		return look(run, echo, now_ns);
	echo->line = LINE_LAST;
	return true;
}

bool pkdi_echo_is_ready(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns)
{
	struct pkdi_echo *echo = request->echo;

	/* The one that has found no room. */
	if (echo->n_lines > request->cursor.index)
		return true;
	if (!find_line(run, echo, now_ns))
		return false;
	echo->n_lines++;
	return true;
}

bool pkdi_echo_goes_on(const struct pkdi_echo *echo)
{
	return echo->line != LINE_LAST;
}

void pkdi_echo_end(struct pkdi_echo *echo)
{
	if (!echo->end)
		echo->end = END_REQUEST;
}

bool pkdi_echo_has_pixels(const struct pkdi_echo *echo)
{
	return !echo->end && echo->n_sent < echo->n_bytes;
}

const void *pkdi_echo_bytes(const struct pkdi_echo *echo, size_t *ret_n)
{
	*ret_n = echo->line == LINE_VALUE ? echo->n_raw : 0;
	return echo->copy + 1;
}

int pkdi_echo_wait_ms(const struct pkdi_echo *echo, int64_t now_ns)
{
	int64_t left_ns = echo->due_ns - now_ns;

	if (pkdi_echo_has_pixels(echo))
		return 0;
	if (left_ns <= LOOK_MS * 1000000)
		return LOOK_MS;
	/* The stream may end meanwhile. */
	return left_ns < 20000000 ? (int)((left_ns + 999999) / 1000000) : 20;
}

void pkdi_echo_free(struct pkdi_echo *echo)
{
	free(echo);
}

/* ---- Lines ---- */

/* The time of a frame is that of CLOCK_MONOTONIC only where a device has made it. */
static bool has_age(const struct pkdi_run *run, const struct pkd_frame *frame)
{
	return frame->origin < run->program->n_nodes &&
	       run->program->nodes[frame->origin].origin == PKD_LIVE;
}

static void write_value(const struct pkdi_run *run, const struct pkdi_echo *echo,
                        struct pkdi_out *out)
{
	pkdi_out_unsigned(out, "frame", echo->copy->number);
	pkdi_out_unsigned(out, "seq", echo->copy->seq);
	pkdi_out_signed(out, "time_ns", echo->copy->capture_ns);
	pkdi_out_signed(out, "published_ns", echo->copy->publish_ns);
	if (has_age(run, echo->copy))
		pkdi_out_signed(out, "age_ns", echo->copy->publish_ns - echo->copy->capture_ns);
	if (echo->skipped)
		pkdi_out_unsigned(out, "skipped", echo->skipped);
	if (echo->fault) {
		pkdi_out_text(out, "invalid", echo->fault);
		pkdi_out_text(out, "invalid_at", echo->mismatch.place);
	}
	if (echo->is_too_large)
		pkdi_out_unsigned(out, "too_large", echo->stream->decl->value_size);
	if (echo->n_raw)
		pkdi_out_unsigned(out, "raw", echo->n_raw);
	if (echo->n_text)
		pkdi_out_raw(out, "value", echo->text, echo->n_text);
	if (echo->n_bytes) {
		struct pkd_image image;

		memcpy(&image, echo->copy + 1, sizeof(image));
		pkdi_out_unsigned(out, "stride", image.stride);
		pkdi_out_unsigned(out, "bytes", echo->n_bytes);
	}
}

void pkdi_echo_write(struct pkdi_run *run, const struct pkdi_request *request, struct pkdi_out *out)
{
	static const char *const ends[] = {
		[END_COUNT] = "count", [END_STREAM] = "stream", [END_REQUEST] = "request"};
	const struct pkdi_echo *echo = request->echo;

	switch (echo->line) {
	case LINE_STREAM:
		pkdi_out_open(out, "stream", '{');
		pkdi_out_text(out, "name", echo->stream->decl->name);
		pkdi_out_text(out, "type", echo->stream->decl->type);
		pkdi_out_close(out, '}');
		break;
	case LINE_VALUE:
		write_value(run, echo, out);
		break;
	case LINE_PIXELS:
		pkdi_out_unsigned(out, "frame", echo->copy->number);
		pkdi_out_raw(out, "pixels", echo->text, echo->n_text);
		break;
	case LINE_TOO_FAST:
		pkdi_out_unsigned(out, "seq", echo->newest);
		pkdi_out_bool(out, "too_fast", true);
		break;
	case LINE_LAST:
		pkdi_out_unsigned(out, "shown", echo->n_shown);
		pkdi_out_unsigned(out, "skipped", echo->n_skipped);
		pkdi_out_text(out, "end", ends[echo->end]);
		break;
	}
}
