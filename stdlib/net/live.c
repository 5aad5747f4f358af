/* See live.h. */
#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is older is no picture of now. */
static const int64_t OLD_NS = 5000000000;

/* A packet as its writer has left it. Its lengths are read once: they lie in memory that a writer
 * which has gone wrong can still change. */
struct view {
	const struct video_Packet *packet;
	const uint8_t *data, *setup;
	uint32_t n_data, n_setup;
	uint32_t codec;
	bool is_key;
};

static struct view view_of(const struct video_Packet *packet)
{
	return (struct view){.packet = packet,
	                     .data = packet->data.data,
	                     .setup = packet->setup.data,
	                     .n_data = pkd_length(&packet->data.len, sizeof(packet->data.data)),
	                     .n_setup = pkd_length(&packet->setup.len, sizeof(packet->setup.data)),
	                     .codec = packet->codec,
	                     .is_key = packet->key};
}

/* ---- What holds for many ---- */

static void let_go(struct live_init *init)
{
	if (!init || --init->users > 0)
		return;
	free(init->first);
	free(init);
}

static bool is_nal(uint32_t codec)
{
	return codec == video_Codec_h264 || codec == video_Codec_hevc;
}

static bool say(struct live *live, const char *wrong)
{
	if (!live->was_wrong)
		snprintf(live->wrong, sizeof(live->wrong), "%s", wrong);
	live->was_wrong = true;
	return false;
}

/* The parameter sets before a key frame, or those that came with the stream. */
static bool take_sets(struct live *live, struct live_init *init, const struct view *view)
{
	if (!is_nal(view->codec)) {
		if (view->codec == video_Codec_mjpeg)
			return true;
		return say(live, "it is coded in a way that is not sent: h264, hevc and mjpeg are");
	}
	init->nal = view->codec == video_Codec_hevc ? MEDIA_NAL_HEVC : MEDIA_NAL_H264;
	init->n_sets = media_nal_sets(init->nal, view->data, view->n_data, init->has_no_delay,
	                              init->sets);
	if (!init->n_sets)
		init->n_sets = media_nal_sets(init->nal, view->setup, view->n_setup,
		                              init->has_no_delay, init->sets);
	if (!init->n_sets || !media_nal_name(init->nal, init->sets, init->n_sets, init->name))
		return say(live, "it has no parameter sets that are whole, so no picture of it can "
		                 "be shown");
	return true;
}

static bool is_same(const struct live_init *a, const struct live_init *b)
{
	return a && a->codec == b->codec && a->session == b->session && a->width == b->width &&
	       a->height == b->height && a->n_sets == b->n_sets &&
	       memcmp(a->sets, b->sets, b->n_sets) == 0;
}

/* At a key frame. */
static bool take_init(struct live *live, const struct view *view)
{
	const struct video_Packet *packet = view->packet;
	struct live_init *init = calloc(1, sizeof(*init));

	if (!init)
		return false;
	init->users = 1;
	init->codec = (enum video_Codec)view->codec;
	init->session = packet->session;
	if (live->init && live->init->session != init->session)
		live->reorders = false;
	init->width = packet->width;
	init->height = packet->height;
	init->pixel_width = packet->pixel_width;
	init->pixel_height = packet->pixel_height;
	init->has_no_delay = packet->pts == packet->dts && !live->reorders;
	if (!take_sets(live, init, view)) {
		free(init);
		return false;
	}
	live->was_wrong = false;
	if (is_same(live->init, init)) {
		free(init);
		return true;
	}
	init->id = ++live->last_id;
	let_go(live->init);
	live->init = init;
	return true;
}

/* ---- Units ---- */

static uint8_t *put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		*to++ = (uint8_t)(value >> (24 - 8 * i));
	return to;
}

/* Of a key frame the sets are those of the init. */
static size_t put_data(const struct live_init *init, const struct view *view, uint8_t *to)
{
	const uint8_t *at = view->data, *end = at + view->n_data;
	struct media_nal nal;
	size_t n = init->n_sets;

	if (!view->is_key || !is_nal(view->codec)) {
		memcpy(to, at, view->n_data);
		return view->n_data;
	}
	memcpy(to, init->sets, n);
	while (media_nal_next(&at, end, &nal)) {
		if (media_nal_is_set(init->nal, &nal) || media_nal_is_left_out(init->nal, &nal))
			continue;
		put32(to + n, 1);
		memcpy(to + n + 4, nal.at, nal.n);
		n += 4 + nal.n;
	}
	return n;
}

static int32_t ticks_of(int64_t ns)
{
	if (ns <= 0 || ns > INT64_C(10000000000))
		return 0;
	return (int32_t)(ns * (MEDIA_FRAGMENT_TICKS / 1000) / 1000000);
}

static struct live_unit *make_unit(struct live *live, const struct view *view, int64_t now_ns)
{
	const struct video_Packet *packet = view->packet;
	size_t n_data = view->n_data;
	struct live_unit *unit = malloc(sizeof(*unit) + LIVE_PRE + LIVE_HEAD_SIZE +
	                                live->init->n_sets + n_data + n_data / 3 + 4);
	uint64_t us = (uint64_t)(packet->pts / 1000);
	uint8_t *to;

	if (!unit)
		return NULL;
	to = put32(unit->raw + LIVE_PRE, view->is_key);
	to = put32(to, (uint32_t)packet->number);
	to = put32(put32(to, (uint32_t)(us >> 32)), (uint32_t)us);
	media_fragment_tick(&live->clock, packet);
	unit->next = NULL;
	unit->init = live->init;
	unit->number = ++live->n_units;
	unit->before = live->n_bytes;
	unit->time = live->clock.time;
	unit->duration = live->clock.duration;
	unit->later = ticks_of(packet->pts - packet->dts);
	unit->is_key = view->is_key;
	unit->arrived_ns = now_ns;
	unit->piece = NULL;
	unit->n = LIVE_HEAD_SIZE + put_data(live->init, view, to);
	live->init->users++;
	live->n_bytes += unit->n;
	return unit;
}

static void drop_first(struct live *live)
{
	struct live_unit *unit = live->units;

	live->units = unit->next;
	if (!live->units)
		live->last = NULL;
	let_go(unit->init);
	free(unit->piece);
	free(unit);
}

/* What nobody will be sent. */
static void trim(struct live *live)
{
	uint64_t needed = live->group ? live->group->number : live->n_units + 1;

	for (struct live_cursor *cursor = live->cursors; cursor; cursor = cursor->next)
		if (cursor->unit && cursor->unit->number < needed)
			needed = cursor->unit->number;
	while (live->units && live->units->number < needed)
		drop_first(live);
}

/* ---- Who is where ---- */

static void skip_to(struct live *live, struct live_cursor *cursor, struct live_unit *unit)
{
	live->n_skipped += (unit ? unit->number : live->n_units + 1) - cursor->unit->number;
	cursor->unit = unit;
	cursor->waits = !unit;
}

/* A new unit is there. One who has just come is behind by what was kept for it. */
static void move(struct live *live, struct live_cursor *cursor, struct live_unit *unit)
{
	bool is_late;

	if (!cursor->unit) {
		if (unit->is_key || !cursor->waits)
			cursor->unit = unit;
		else if (!cursor->joins)
			live->n_skipped++;
		cursor->waits &= !unit->is_key;
		cursor->joins &= cursor->waits;
		return;
	}
	is_late = unit->arrived_ns - cursor->unit->arrived_ns > live->behind_ns ||
	          live->n_bytes - cursor->unit->before > live->keep;
	if (cursor->joins)
		is_late = unit->is_key || !live->group;
	if (!is_late)
		return;
	cursor->joins = false;
	skip_to(live, cursor,
	        live->group && live->group->number > cursor->unit->number ? live->group : NULL);
}

bool live_put(struct live *live, const struct video_Packet *packet, int64_t now_ns)
{
	const struct view view = view_of(packet);
	struct live_unit *unit;

	if (media_gate_take(&live->gate, packet) == MEDIA_DROPPED)
		return false;
	live->reorders |= packet->pts != packet->dts;
	if (view.is_key ? !take_init(live, &view) : !live->init)
		live->gate.waits = true;
	if (live->gate.waits)
		return false;
	unit = make_unit(live, &view, now_ns);
	if (!unit) {
		live->gate.waits = true;
		return false;
	}
	if (live->last)
		live->last->next = unit;
	else
		live->units = unit;
	live->last = unit;
	live->arrived_ns = now_ns;
	if (unit->is_key && live->keep)
		live->group = unit;
	if (live->group && live->n_bytes - live->group->before > live->keep) {
		if (!live->was_long)
			say(live, "its key frames are far apart, and what comes between them is "
			          "more than `keep`: who comes waits for the next one");
		live->was_long = true;
		live->group = NULL;
	}
	for (struct live_cursor *cursor = live->cursors; cursor; cursor = cursor->next)
		move(live, cursor, unit);
	trim(live);
	return true;
}

void live_begin(struct live *live, const char *name, uint64_t keep, int64_t behind_ns)
{
	*live = (struct live){.name = name, .keep = keep, .behind_ns = behind_ns};
}

void live_end(struct live *live)
{
	while (live->units)
		drop_first(live);
	let_go(live->init);
	live->init = NULL;
}

void live_join(struct live *live, struct live_cursor *cursor, enum live_format format,
               int64_t now_ns)
{
	bool is_now = live->group && now_ns - live->arrived_ns < OLD_NS;

	*cursor = (struct live_cursor){.live = live,
	                               .format = format,
	                               .unit = is_now ? live->group : NULL,
	                               .waits = !is_now,
	                               .joins = true,
	                               .next = live->cursors};
	live->cursors = cursor;
}

void live_leave(struct live_cursor *cursor)
{
	struct live_cursor **at = &cursor->live->cursors;

	while (*at != cursor)
		at = &(*at)->next;
	*at = cursor->next;
	trim(cursor->live);
}
