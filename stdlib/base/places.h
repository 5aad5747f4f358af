/* Zones and lines of a frame, as a parameter's text gives them:
 *
 *   door: 0,0 0.6,0 0.6,1 0,1; 768,0 1280,0 1280,720 768,720
 *
 * Places end with `;`. Each has a name with `:` behind it, or none, and points x,y. A place is in
 * fractions of the frame, or, where one of its coordinates is above 1, in pixels of a resolution,
 * which are whole numbers. What is read is always in fractions, of 0 … 1. */
#ifndef PKD_BASE_PLACES_H
#define PKD_BASE_PLACES_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

enum {
	PLACES_MAX = 16,        /* in a text … */
	PLACES_MAX_POINTS = 16, /* … and points of one */
	PLACES_NAME_SIZE = 32,  /* bytes of a name, with the NUL */
	PLACES_WRONG_SIZE = 256,
	PLACES_MAX_SIDE = 65535, /* of a resolution */
	PLACES_SHOWN = 40,       /* bytes of a wrong text that a message shows */
};

/* Where the frame ends: a point on its right or lower edge is taken as being just within. */
#define PLACES_END (1 - 1e-9)

enum places_kind { PLACES_ZONES, PLACES_LINES };

struct place_point {
	double x, y;
};

struct place {
	char name[PLACES_NAME_SIZE];
	uint32_t n_points;
	struct place_point points[PLACES_MAX_POINTS];
};

struct places {
	uint32_t n;
	struct place items[PLACES_MAX];
};

struct place_box {
	double left, top, right, bottom;
};

/* What is being read, and what is wrong with it. */
struct places_reader {
	const char *at, *end; /* of one place */
	enum places_kind kind;
	uint32_t width, height; /* of the pixels; 0: not given */
	char *wrong;
};

__attribute__((format(printf, 2, 3))) static inline bool places_fail(
	const struct places_reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->wrong, PLACES_WRONG_SIZE, format, args);
	va_end(args);
	return false;
}

static inline const char *places_word(enum places_kind kind)
{
	return kind == PLACES_ZONES ? "zone" : "line";
}

static inline bool places_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline bool places_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline void places_skip_spaces(struct places_reader *reader)
{
	while (reader->at < reader->end && places_is_space(*reader->at))
		reader->at++;
}

/* Digits, with a point among them or not; digits beyond the fifteenth do not count behind a point.
 * The C library's own reader wants another point in some languages. */
static inline bool places_read_number(struct places_reader *reader, double *ret_number)
{
	uint64_t digits = 0, scale = 1;
	uint32_t n = 0;
	bool has_point = false, has_digit = false;

	for (; reader->at < reader->end; reader->at++) {
		if (*reader->at == '.' && !has_point) {
			has_point = true;
			continue;
		}
		if (!places_is_digit(*reader->at))
			break;
		has_digit = true;
		if (n >= 15 && !has_point)
			return false;
		if (n >= 15)
			continue;
		digits = digits * 10 + (uint64_t)(*reader->at - '0');
		n += digits > 0;
		scale *= has_point ? 10 : 1;
		if (scale >= 1000000000000000) /* 0.000…: no more places count */
			n = 15;
	}
	*ret_number = (double)digits / (double)scale;
	return has_digit;
}

/* The word that begins at `from`, for a message. */
static inline int places_shown(const struct places_reader *reader, const char *from)
{
	int n = 0;

	while (from + n < reader->end && n < PLACES_SHOWN && !places_is_space(from[n])) {
		size_t length = utf8_length(from + n, (size_t)(reader->end - from) - (size_t)n);

		if (length == 0 || (uint8_t)from[n] < ' ')
			break;
		n += (int)length;
	}
	return n;
}

static inline bool places_read_point(struct places_reader *reader, const struct place *place,
                                     struct place_point *ret_point)
{
	const char *from = reader->at;

	if (places_read_number(reader, &ret_point->x)) {
		places_skip_spaces(reader);
		if (reader->at < reader->end && *reader->at == ',') {
			reader->at++;
			places_skip_spaces(reader);
			if (places_read_number(reader, &ret_point->y) &&
			    (reader->at == reader->end || places_is_space(*reader->at)))
				return true;
		}
	}
	return places_fail(reader,
	                   "point %u of '%s' is '%.*s': a point is two numbers with a comma, as "
	                   "0.25,0.5, none of them below 0",
	                   place->n_points + 1, place->name, places_shown(reader, from), from);
}

/* The first point that is above 1, counted from 0; the number of points where none is. */
static inline uint32_t places_first_pixel(const struct place *place)
{
	uint32_t i = 0;

	while (i < place->n_points && place->points[i].x <= 1 && place->points[i].y <= 1)
		i++;
	return i;
}

static inline bool places_check_pixel(const struct places_reader *reader, const struct place *place,
                                      uint32_t i, uint32_t first)
{
	const struct place_point *point = &place->points[i];

	if (point->x != floor(point->x) || point->y != floor(point->y))
		return places_fail(reader,
		                   "point %u of '%s' is %.6g,%.6g: a %s is in fractions of the "
		                   "frame, 0 to 1, or in pixels, whole numbers, and its point %u "
		                   "is above 1",
		                   i + 1, place->name, point->x, point->y,
		                   places_word(reader->kind), first + 1);
	if (reader->width > 0 && (point->x > reader->width || point->y > reader->height))
		return places_fail(reader,
		                   "point %u of '%s' is %.15g,%.15g: beyond the %ux%u of "
		                   "`resolution`",
		                   i + 1, place->name, point->x, point->y, reader->width,
		                   reader->height);
	return true;
}

/* Pixels to fractions. */
static inline bool places_scale(const struct places_reader *reader, struct place *place)
{
	uint32_t first = places_first_pixel(place);

	if (first == place->n_points)
		return true;
	for (uint32_t i = 0; i < place->n_points; i++)
		if (!places_check_pixel(reader, place, i, first))
			return false;
	if (reader->width == 0)
		return places_fail(reader,
		                   "point %u of '%s' is above 1: pixels need `resolution`, as "
		                   "\"1280x720\"",
		                   first + 1, place->name);
	for (uint32_t i = 0; i < place->n_points; i++) {
		place->points[i].x /= reader->width;
		place->points[i].y /= reader->height;
	}
	return true;
}

/* What lies to the left of a → b is below 0, as y goes down. */
static inline double place_side(struct place_point a, struct place_point b, struct place_point p)
{
	return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

/* Whether all points of a zone are on one line, or those of a line in one place. */
static inline bool places_is_flat(const struct place *place, enum places_kind kind)
{
	const struct place_point *points = place->points;

	for (uint32_t i = 1; i < place->n_points; i++) {
		if (points[i].x == points[0].x && points[i].y == points[0].y)
			continue;
		if (kind == PLACES_LINES)
			return false;
		for (uint32_t k = i + 1; k < place->n_points; k++)
			if (fabs(place_side(points[0], points[i], points[k])) > 1e-12)
				return false;
		return true;
	}
	return true;
}

/* What stands before a `:`, if there is one. */
static inline bool places_read_name(struct places_reader *reader, const struct places *before,
                                    struct place *place)
{
	const char *from, *colon = memchr(reader->at, ':', (size_t)(reader->end - reader->at));
	size_t n;

	if (!colon) {
		snprintf(place->name, sizeof(place->name), "%s %u", places_word(reader->kind),
		         before->n + 1);
	} else {
		for (from = reader->at, n = (size_t)(colon - from);
		     n > 0 && places_is_space(from[n - 1]);)
			n--;
		for (size_t i = 0, length; i < n; i += length) {
			length = utf8_length(from + i, n - i);
			if (length == 0 || (uint8_t)from[i] < ' ')
				return places_fail(reader, "the name of %s %u is no plain text",
				                   places_word(reader->kind), before->n + 1);
		}
		if (n == 0 || n >= sizeof(place->name))
			return places_fail(reader, "the name of %s %u has %zu bytes, not 1 to %zu",
			                   places_word(reader->kind), before->n + 1, n,
			                   sizeof(place->name) - 1);
		memcpy(place->name, from, n);
		place->name[n] = '\0';
		reader->at = colon + 1;
	}
	for (uint32_t i = 0; i < before->n; i++)
		if (strcmp(before->items[i].name, place->name) == 0)
			return places_fail(reader, "two of them are called '%s'", place->name);
	return true;
}

static inline bool places_read_place(struct places_reader *reader, const struct places *before,
                                     struct place *place)
{
	uint32_t least = reader->kind == PLACES_ZONES ? 3 : 2;

	place->n_points = 0;
	if (!places_read_name(reader, before, place))
		return false;
	for (;;) {
		places_skip_spaces(reader);
		if (reader->at == reader->end)
			break;
		if (place->n_points == PLACES_MAX_POINTS)
			return places_fail(reader, "'%s' has more than %u points", place->name,
			                   (unsigned)PLACES_MAX_POINTS);
		if (!places_read_point(reader, place, &place->points[place->n_points]))
			return false;
		place->n_points++;
	}
	if (place->n_points < least)
		return places_fail(reader, "'%s' has %u points, not %u to %u", place->name,
		                   place->n_points, least, (unsigned)PLACES_MAX_POINTS);
	if (places_is_flat(place, reader->kind))
		return places_fail(reader, "'%s' has no %s: its points are %s", place->name,
		                   reader->kind == PLACES_ZONES ? "area" : "length",
		                   reader->kind == PLACES_ZONES ? "on one line" : "all the same");
	return places_scale(reader, place);
}

/* "1280x720", or nothing. */
static inline bool places_read_resolution(struct places_reader *reader, const char *text)
{
	double width, height;

	reader->width = reader->height = 0;
	reader->at = text;
	reader->end = text + strlen(text);
	if (reader->at == reader->end)
		return true;
	if (places_read_number(reader, &width) && reader->at < reader->end &&
	    *reader->at++ == 'x' && places_read_number(reader, &height) &&
	    reader->at == reader->end && width >= 1 && height >= 1 && width <= PLACES_MAX_SIDE &&
	    height <= PLACES_MAX_SIDE && width == floor(width) && height == floor(height)) {
		reader->width = (uint32_t)width;
		reader->height = (uint32_t)height;
		return true;
	}
	reader->at = text;
	return places_fail(reader, "`resolution` is '%.*s': it is width x height, as \"1280x720\"",
	                   places_shown(reader, text), text);
}

/* Reads a text. Otherwise false, and why. */
static inline bool places_read(const char *text, const char *resolution, enum places_kind kind,
                               struct places *ret_places, char ret_wrong[PLACES_WRONG_SIZE])
{
	struct places_reader reader = {.kind = kind, .wrong = ret_wrong};

	ret_places->n = 0;
	if (!places_read_resolution(&reader, resolution))
		return false;
	while (*text) {
		size_t n = strcspn(text, ";");

		reader.at = text;
		reader.end = text + n;
		text = reader.end + (*reader.end == ';');
		places_skip_spaces(&reader);
		if (reader.at == reader.end && *text == '\0')
			break;
		if (ret_places->n == PLACES_MAX)
			return places_fail(&reader, "there are more than %u %ss",
			                   (unsigned)PLACES_MAX, places_word(kind));
		if (!places_read_place(&reader, ret_places, &ret_places->items[ret_places->n]))
			return false;
		ret_places->n++;
	}
	return ret_places->n > 0 ||
	       places_fail(&reader, "there is no %s: write \"door: 0.1,0.2 0.9,0.2%s\"",
	                   places_word(kind), kind == PLACES_ZONES ? " 0.5,0.9" : "");
}

/* Whether a point is in a zone, by the even-odd rule. One on a border is in the zone on its right,
 * or below: of zones that share a border, in one. */
static inline bool place_holds(const struct place *place, struct place_point p)
{
	bool inside = false;

	for (uint32_t i = 0; i < place->n_points; i++) {
		struct place_point a = place->points[i];
		struct place_point b = place->points[i + 1 < place->n_points ? i + 1 : 0];

		/* From the upper end, whichever way round the zone goes, for the same sum. */
		if (a.y > b.y) {
			struct place_point swapped = a;

			a = b;
			b = swapped;
		}
		if ((a.y <= p.y) != (b.y <= p.y))
			inside ^= a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) > p.x;
	}
	return inside;
}

/* Narrows from … to of a segment to where at + t * step is between low and high. */
static inline void place_narrow(double at, double step, double low, double high, double *from,
                                double *to)
{
	if (step != 0) {
		double a = (low - at) / step, b = (high - at) / step;

		*from = fmax(*from, fmin(a, b));
		*to = fmin(*to, fmax(a, b));
	} else if (!(at > low && at < high)) {
		*to = *from;
	}
}

/* Whether a part of a box is in a zone: an edge goes through the box, or all of it is inside. */
static inline bool place_overlaps(const struct place *place, struct place_box box)
{
	struct place_point middle = {(box.left + box.right) / 2, (box.top + box.bottom) / 2};

	for (uint32_t i = 0; i < place->n_points; i++) {
		struct place_point a = place->points[i];
		struct place_point b = place->points[i + 1 < place->n_points ? i + 1 : 0];
		double from = 0, to = 1;

		place_narrow(a.x, b.x - a.x, box.left, box.right, &from, &to);
		place_narrow(a.y, b.y - a.y, box.top, box.bottom, &from, &to);
		if (from < to && (a.x != b.x || a.y != b.y))
			return true;
	}
	return place_holds(place, middle);
}

/* The part of a box that is within the frame. False where none is, and where it is no box. */
static inline bool place_clip(float x, float y, float w, float h, struct place_box *ret_box)
{
	struct place_box box = {fmax(x, 0), fmax(y, 0), fmin((double)x + w, 1),
	                        fmin((double)y + h, 1)};

	if (!isfinite(x) || !isfinite(y) || !(w >= 0) || !(h >= 0) || isinf(w) || isinf(h))
		return false;
	if (box.left > box.right || box.top > box.bottom || (box.left == box.right && w > 0) ||
	    (box.top == box.bottom && h > 0))
		return false;
	*ret_box = box;
	return true;
}

/* The middle of a box's lower edge, or of the box, just within the frame. */
static inline struct place_point place_anchor(struct place_box box, bool is_bottom)
{
	double x = (box.left + box.right) / 2;
	double y = is_bottom ? box.bottom : (box.top + box.bottom) / 2;

	return (struct place_point){fmin(x, PLACES_END), fmin(y, PLACES_END)};
}

#endif
