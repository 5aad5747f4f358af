/* What those who look at a stream are sent. See live.h. */
#include "live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const formats[LIVE_FORMATS] = {"fmp4", "raw", "jpeg"};

static bool has_format(const struct live_init *init, enum live_format format)
{
	return (format == LIVE_JPEG) == (init->codec == video_Codec_mjpeg);
}

/* Names of streams have no character that JSON would write otherwise. */
static void write_text(const struct live *live, struct live_init *init, enum live_format format)
{
	char *text = init->text + LIVE_PRE;
	char mime[MEDIA_CODEC_SIZE + 40] = "image/jpeg";

	if (!has_format(init, format)) {
		snprintf(text, LIVE_TEXT_SIZE,
		         "{\"type\":\"error\",\"name\":\"%s\",\"message\":\"this stream is %s: ask "
		         "for %s\"}",
		         live->name, init->codec == video_Codec_mjpeg ? "mjpeg" : init->name,
		         init->codec == video_Codec_mjpeg ? "format=jpeg" : "format=fmp4 or raw");
		return;
	}
	if (format != LIVE_JPEG)
		snprintf(mime, sizeof(mime), "video/mp4; codecs=\\\"%s\\\"", init->name);
	snprintf(text, LIVE_TEXT_SIZE,
	         "{\"type\":\"stream\",\"name\":\"%s\",\"format\":\"%s\",\"codec\":\"%s\","
	         "\"mime\":\"%s\",\"width\":%" PRIu32 ",\"height\":%" PRIu32 ",\"session\":%" PRIu32
	         "}",
	         live->name, formats[format],
	         init->codec == video_Codec_mjpeg ? "mjpeg" : init->name, mime, init->width,
	         init->height, init->session);
}

/* libavformat's memory has no room before it. */
static bool make_first(struct live_init *init)
{
	const struct media_fragment_track track = {.codec = init->nal,
	                                           .width = init->width,
	                                           .height = init->height,
	                                           .pixel_width = init->pixel_width,
	                                           .pixel_height = init->pixel_height,
	                                           .sets = init->sets,
	                                           .n_sets = init->n_sets};
	uint8_t *made = NULL;
	int n;

	if (init->first)
		return true;
	n = media_fragment_first(&track, &made);
	init->first = n > 0 ? malloc(LIVE_PRE + (size_t)n) : NULL;
	if (init->first) {
		memcpy(init->first + LIVE_PRE, made, (size_t)n);
		init->n_first = (size_t)n;
	}
	media_fragment_free(made);
	return init->first != NULL;
}

static bool make_piece(struct live *live, struct live_unit *unit)
{
	const struct media_fragment fragment = {.codec = unit->init->nal,
	                                        .number = (uint32_t)unit->number,
	                                        .time = unit->time,
	                                        .duration = unit->duration,
	                                        .later = unit->later,
	                                        .is_key = unit->is_key,
	                                        .data = unit->raw + LIVE_PRE + LIVE_HEAD_SIZE,
	                                        .n = unit->n - LIVE_HEAD_SIZE};

	if (unit->piece)
		return true;
	unit->piece = malloc(LIVE_PRE + media_fragment_room(fragment.n));
	if (!unit->piece)
		return false;
	unit->n_piece = media_fragment_put(&fragment, unit->piece + LIVE_PRE);
	live->n_muxed++;
	return true;
}

/* Not its turn any more: it waits for the next key frame, which may be another one. */
static bool give_up(struct live_cursor *cursor)
{
	cursor->unit = NULL;
	cursor->waits = true;
	return false;
}

static bool tell(struct live_cursor *cursor, struct live_message *message)
{
	struct live_init *init = cursor->unit->init;

	cursor->told = init->id;
	write_text(cursor->live, init, cursor->format);
	message->data = (const uint8_t *)init->text + LIVE_PRE;
	message->n = strlen(init->text + LIVE_PRE);
	message->is_text = true;
	return true;
}

bool live_next(struct live_cursor *cursor, struct live_message *ret_message)
{
	struct live_unit *unit = cursor->unit;

	*ret_message = (struct live_message){0};
	if (!unit)
		return false;
	if (cursor->told != unit->init->id)
		return tell(cursor, ret_message);
	if (!has_format(unit->init, cursor->format))
		return give_up(cursor);
	if (cursor->format == LIVE_FMP4) {
		if (!make_first(unit->init) || !make_piece(cursor->live, unit))
			return give_up(cursor);
		ret_message->data = unit->piece + LIVE_PRE;
		ret_message->n = unit->n_piece;
	} else {
		ret_message->data = unit->raw + LIVE_PRE;
		ret_message->n = unit->n;
	}
	if (cursor->format == LIVE_FMP4 && cursor->given != unit->init->id) {
		cursor->given = unit->init->id;
		ret_message->data = unit->init->first + LIVE_PRE;
		ret_message->n = unit->init->n_first;
		return true;
	}
	ret_message->is_picture = true;
	ret_message->is_key = unit->is_key;
	ret_message->time = unit->time;
	ret_message->duration = unit->duration;
	cursor->live->n_sent++;
	cursor->unit = unit->next;
	cursor->joins &= unit->next != NULL;
	return true;
}

int live_describe(const struct live *live, char *text, size_t size)
{
	const struct live_init *init = live->init;
	bool is_jpeg = init && init->codec == video_Codec_mjpeg;

	if (!init)
		return snprintf(text, size, "{\"name\":\"%s\"}", live->name);
	return snprintf(text, size,
	                "{\"name\":\"%s\",\"codec\":\"%s\",\"formats\":[%s],\"width\":%" PRIu32
	                ",\"height\":%" PRIu32 "}",
	                live->name, is_jpeg ? "mjpeg" : init->name,
	                is_jpeg ? "\"jpeg\"" : "\"fmp4\",\"raw\"", init->width, init->height);
}
