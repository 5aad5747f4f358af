/* See hls_segments.h. */
#include "hls_segments.h"

#include "../video/mp4.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Parts ---- */

void hls_let_go(struct hls_part *part)
{
	if (!part || --part->users > 0)
		return;
	free(part->data);
	free(part);
}

static struct hls_part *hold(struct hls_part *part)
{
	if (part)
		part->users++;
	return part;
}

static bool add(struct hls_part *part, const uint8_t *data, size_t n)
{
	if (part->n + n > part->room) {
		size_t room = 2 * part->room + n;
		uint8_t *larger = realloc(part->data, room);

		if (!larger)
			return false;
		part->data = larger;
		part->room = room;
	}
	memcpy(part->data + part->n, data, n);
	part->n += n;
	return true;
}

static struct hls_part *make_part(uint64_t number)
{
	struct hls_part *part = calloc(1, sizeof(*part));

	if (part)
		*part = (struct hls_part){.users = 1, .number = number};
	return part;
}

/* ---- Segments ---- */

static void drop(struct hls_segment *segment)
{
	hls_let_go(segment->part);
	hls_let_go(segment->first);
	*segment = (struct hls_segment){0};
}

static uint64_t bytes_of(const struct hls *hls)
{
	uint64_t n = hls->open.part ? hls->open.part->n : 0;

	for (uint32_t i = 0; i < hls->n; i++)
		n += hls->segments[i].part->n;
	return n;
}

static void drop_oldest(struct hls *hls)
{
	hls->n_apart += hls->segments[0].is_apart;
	drop(&hls->segments[0]);
	hls->n--;
	memmove(hls->segments, hls->segments + 1, hls->n * sizeof(*hls->segments));
	hls->segments[hls->n] = (struct hls_segment){0};
}

/* What was begun cannot be ended well. */
static void give_up(struct hls *hls)
{
	drop(&hls->open);
	hls->is_apart = true;
}

/* The last picture lasts until the next one. */
static void set_last(struct hls *hls, uint64_t time)
{
	mp4_put_duration(hls->open.part->data + hls->last_at + MP4_DURATION_AT, time - hls->shown);
}

/* RFC 8216, 6.2.2: one that has left the playlist stays as long as one that had it lasts. */
static void close_segment(struct hls *hls, uint64_t time)
{
	hls->open.ticks = time - hls->begun;
	while (hls->n > 0 && (hls->n == hls->capacity || bytes_of(hls) > hls->keep))
		drop_oldest(hls);
	hls->segments[hls->n++] = hls->open;
	hls->open = (struct hls_segment){0};
}

static void open_segment(struct hls *hls, const struct live_message *message)
{
	hls->open = (struct hls_segment){.part = make_part(hls->last_number + 1),
	                                 .first = hold(hls->first),
	                                 .begins_inside = !message->is_key,
	                                 .is_apart = hls->is_apart};
	if (!hls->open.part) {
		give_up(hls);
		return;
	}
	hls->last_number++;
	hls->is_apart = false;
	hls->has_begun = true;
	hls->begun = message->time;
}

/* How long the last picture before it lasts is not known: half of what it lasts at most, which is
 * the time since the one before that. */
static void take_first(struct hls *hls, const struct live_message *message)
{
	if (hls->open.part && hls->open.part->n > 0) {
		uint64_t time = hls->shown + hls->duration / 2;

		set_last(hls, time);
		close_segment(hls, time);
	}
	drop(&hls->open);
	hls_let_go(hls->first);
	hls->first = make_part(++hls->last_first);
	if (hls->first && !add(hls->first, message->data, message->n)) {
		hls_let_go(hls->first);
		hls->first = NULL;
	}
	hls->is_apart = hls->has_begun;
}

/* With a group of pictures, where it is long enough, or the one that it began in is over; and where
 * the picture at hand would make it longer than the target. */
static bool must_close(const struct hls *hls, const struct live_message *message)
{
	uint64_t ticks = message->time - hls->begun;

	if (message->is_key && (ticks >= hls->least_ticks || hls->open.begins_inside))
		return true;
	return ticks + message->duration > hls->target_s * MEDIA_FRAGMENT_TICKS;
}

static void take_picture(struct hls *hls, const struct live_message *message)
{
	struct hls_part *part = hls->open.part;
	bool goes_on = false;

	if (part && part->n > 0) {
		set_last(hls, message->time);
		goes_on = must_close(hls, message);
		if (goes_on)
			close_segment(hls, message->time);
	}
	if (!hls->open.part && (message->is_key || goes_on) && hls->first)
		open_segment(hls, message);
	part = hls->open.part;
	if (!part)
		return;
	hls->last_at = part->n;
	hls->shown = message->time;
	hls->duration = message->duration;
	if (part->n + message->n > hls->keep / 2)
		hls->was_large = true;
	if (part->n + message->n > hls->keep / 2 || !add(part, message->data, message->n))
		give_up(hls);
}

void hls_take(struct hls *hls, const struct live_message *message)
{
	if (message->is_picture)
		take_picture(hls, message);
	else if (!message->is_text)
		take_first(hls, message);
}

/* A playlist may not be shorter than three targets (RFC 8216, 6.2.2). */
static bool is_long_enough(const struct hls *hls, uint64_t ticks)
{
	return ticks >= 3 * hls->target_s * MEDIA_FRAGMENT_TICKS;
}

int hls_begin(struct hls *hls, const struct hls_options *options)
{
	uint64_t least = options->least_ticks, n_listed = options->n_listed;

	*hls = (struct hls){.n_listed = options->n_listed,
	                    .keep = options->keep,
	                    .least_ticks = least,
	                    .last_number = options->first_number - 1,
	                    .last_first = options->first_number - 1,
	                    .n_apart = options->first_number};
	/* No picture is shown for longer than two seconds. */
	hls->target_s = (least + MEDIA_FRAGMENT_TICKS - 1) / MEDIA_FRAGMENT_TICKS + 1;
	while (!is_long_enough(hls, n_listed * least))
		n_listed++;
	hls->capacity = (uint32_t)(2 * n_listed + 1);
	hls->segments = calloc(hls->capacity, sizeof(*hls->segments));
	return hls->segments ? 0 : -ENOMEM;
}

void hls_end(struct hls *hls)
{
	while (hls->n > 0)
		drop_oldest(hls);
	drop(&hls->open);
	hls_let_go(hls->first);
	free(hls->segments);
	*hls = (struct hls){0};
}

/* ---- What is asked for ---- */

static double seconds_of(uint64_t ticks)
{
	return (double)ticks / MEDIA_FRAGMENT_TICKS;
}

static void write_list(const struct hls *hls, uint32_t from, const char *query, FILE *to)
{
	const struct hls_part *before = NULL;
	uint64_t n_apart = hls->n_apart;

	for (uint32_t i = 0; i < from; i++)
		n_apart += hls->segments[i].is_apart;
	fprintf(to,
	        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%" PRIu64
	        "\n#EXT-X-MEDIA-SEQUENCE:%" PRIu64 "\n#EXT-X-DISCONTINUITY-SEQUENCE:%" PRIu64 "\n",
	        hls->target_s, hls->segments[from].part->number, n_apart);
	for (uint32_t i = from; i < hls->n; i++) {
		const struct hls_segment *segment = &hls->segments[i];

		if (segment->is_apart)
			fputs("#EXT-X-DISCONTINUITY\n", to);
		if (segment->first != before)
			fprintf(to, "#EXT-X-MAP:URI=\"first-%" PRIu64 ".mp4%s\"\n",
			        segment->first->number, query);
		before = segment->first;
		fprintf(to, "#EXTINF:%.5f,\nseg-%" PRIu64 ".m4s%s\n", seconds_of(segment->ticks),
		        segment->part->number, query);
	}
}

/* The first one that is listed. */
static uint32_t first_listed(const struct hls *hls)
{
	uint32_t from = hls->n;
	uint64_t ticks = 0;

	while (from > 0 && (hls->n - from < hls->n_listed || !is_long_enough(hls, ticks)))
		ticks += hls->segments[--from].ticks;
	return from;
}

char *hls_playlist(const struct hls *hls, const char *query)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to;

	if (hls->n == 0)
		return NULL;
	to = open_memstream(&text, &n);
	if (!to)
		return NULL;
	write_list(hls, first_listed(hls), query, to);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

struct hls_part *hls_find(const struct hls *hls, const char *name)
{
	char word[40];

	for (uint32_t i = 0; i < hls->n; i++) {
		const struct hls_segment *segment = &hls->segments[i];

		snprintf(word, sizeof(word), "seg-%" PRIu64 ".m4s", segment->part->number);
		if (strcmp(word, name) == 0)
			return hold(segment->part);
		snprintf(word, sizeof(word), "first-%" PRIu64 ".mp4", segment->first->number);
		if (strcmp(word, name) == 0)
			return hold(segment->first);
	}
	return NULL;
}
