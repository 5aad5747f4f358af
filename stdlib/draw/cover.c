/* See cover.h. */
#include "cover.h"

#include <errno.h>
#include <math.h>
#include <pkd/arith.h>
#include <string.h>

/* Which input it is. */
enum { OBJECTS = 1 };

void cover_warn(struct pkd_ctx *ctx, int64_t max_age)
{
	if (!pkd_sampled(ctx, OBJECTS))
		return;
	if (max_age == 0)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "the objects are sampled: each frame that is not theirs is covered as a "
		        "whole; give them without `sample`, or write `max_age`");
	else
		pkd_log(ctx, PKD_LOG_WARNING,
		        "the objects are sampled: who moves may be seen until they are found "
		        "again; give them without `sample`");
}

/* Whether a time is within `hold` of now, before or behind: capture times may go back. */
static bool is_held(int64_t at, int64_t now, int64_t hold)
{
	int64_t apart = pkd_sub_i64(now, at);

	return apart <= hold && apart >= -hold;
}

static void forget_old(struct draw_Covered *covered, int64_t now, int64_t hold)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < covered->seen.len; i++) {
		if (is_held(covered->seen.items[i].at, now, hold))
			covered->seen.items[n++] = covered->seen.items[i];
	}
	covered->seen.len = n;
	if (covered->overfull && !is_held(covered->overfull_at, now, hold))
		covered->overfull = false;
}

static bool is_place(const struct detect_Box *box)
{
	return isfinite(box->x) && isfinite(box->y) && isfinite(box->w) && isfinite(box->h) &&
	       box->w > 0 && box->h > 0;
}

/* A box that stands still is kept once. */
static void see(struct draw_Covered *covered, const struct detect_Box *box, int64_t now)
{
	struct draw_Seen *seen = covered->seen.items;
	uint32_t i = 0;

	while (i < covered->seen.len && memcmp(&seen[i].box, box, sizeof(*box)) != 0)
		i++;
	if (i == COVER_MOST) {
		covered->overfull = true;
		covered->overfull_at = now;
		return;
	}
	seen[i] = (struct draw_Seen){*box, now};
	if (i == covered->seen.len)
		covered->seen.len++;
}

/* False where they are not all that there is in this frame. */
static bool see_all(struct draw_Covered *covered, const struct cover_objects *objects, int64_t now,
                    int64_t max_age)
{
	bool known = objects->items && objects->n < objects->capacity && objects->age >= 0 &&
	             objects->age <= max_age;

	for (uint32_t i = 0; i < objects->n; i++) {
		if (is_place(&objects->items[i].box))
			see(covered, &objects->items[i].box, now);
		else
			known = false;
	}
	return known && !covered->overfull;
}

/* ---- Areas ---- */

static int32_t pixel(double at, uint32_t extent)
{
	return at > 0 ? at < extent ? (int32_t)at : (int32_t)extent : 0;
}

/* The grown box, whole pixels that hold it. */
static struct paint_area area_of(const struct detect_Box *box, double grow,
                                 const struct pkd_image *frame)
{
	double x = (double)box->x - grow * (double)box->w,
	       y = (double)box->y - grow * (double)box->h;
	double x_end = x + (double)box->w * (1 + 2 * grow);
	double y_end = y + (double)box->h * (1 + 2 * grow);

	return (struct paint_area){pixel(x * frame->width, frame->width),
	                           pixel(y * frame->height, frame->height),
	                           pixel(x_end * frame->width + 1, frame->width),
	                           pixel(y_end * frame->height + 1, frame->height)};
}

static int64_t size_of(struct paint_area a)
{
	return a.x < a.x_end && a.y < a.y_end ? (int64_t)(a.x_end - a.x) * (a.y_end - a.y) : 0;
}

/* Whether more than half of what both cover is covered by each: they are one object, then. */
static bool are_one(struct paint_area a, struct paint_area b)
{
	struct paint_area shared = {paint_most(a.x, b.x), paint_most(a.y, b.y),
	                            paint_least(a.x_end, b.x_end), paint_least(a.y_end, b.y_end)};
	int64_t size = size_of(shared);

	return 2 * size > size_of(a) + size_of(b) - size;
}

/* Puts an area among the others, or makes the one that it belongs to larger. */
static uint32_t add(struct paint_area *areas, uint32_t n, struct paint_area area)
{
	if (size_of(area) == 0)
		return n;
	for (uint32_t i = 0; i < n; i++) {
		struct paint_area *to = &areas[i];

		if (!are_one(*to, area))
			continue;
		*to = (struct paint_area){paint_least(to->x, area.x), paint_least(to->y, area.y),
		                          paint_most(to->x_end, area.x_end),
		                          paint_most(to->y_end, area.y_end)};
		return n;
	}
	areas[n] = area;
	return n + 1;
}

uint32_t cover_plan(struct draw_Covered *covered, const struct pkd_image *frame, int64_t now,
                    const struct cover_objects *objects, const struct cover_rules *rules,
                    struct paint_area ret_areas[COVER_MOST])
{
	uint32_t n = 0;

	forget_old(covered, now, rules->hold);
	if (!see_all(covered, objects, now, rules->max_age)) {
		ret_areas[0] = (struct paint_area){0, 0, (int32_t)frame->width,
		                                   (int32_t)frame->height};
		return 1;
	}
	for (uint32_t i = covered->seen.len; i-- > 0;) /* the newest first */
		n = add(ret_areas, n,
		        area_of(&covered->seen.items[i].box, (double)rules->grow, frame));
	return n;
}

/* ---- What is not covered ---- */

/* So many pixels of a row, in memory that nobody else sees. */
enum { CHUNK = 1024 };

static void copy_chunk(uint8_t *to, const uint8_t *from, int32_t x, int32_t x_end, int32_t y,
                       const struct paint_area *areas, uint32_t n)
{
	uint8_t pixels[CHUNK * 3];

	memcpy(pixels, from + (size_t)x * 3, (size_t)(x_end - x) * 3);
	for (uint32_t i = 0; i < n; i++) {
		int32_t start = paint_most(areas[i].x, x), end = paint_least(areas[i].x_end, x_end);

		if (y >= areas[i].y && y < areas[i].y_end && start < end)
			memset(pixels + (size_t)(start - x) * 3, 0, (size_t)(end - start) * 3);
	}
	memcpy(to + (size_t)x * 3, pixels, (size_t)(x_end - x) * 3);
}

void cover_copy_rest(struct pkd_image *view, const struct pkd_image *frame,
                     const struct paint_area *areas, uint32_t n)
{
	int32_t width = (int32_t)frame->width;

	pkd_image_set(view, PKD_BGR24, frame->width, frame->height);
	view->pixel_width = frame->pixel_width;
	view->pixel_height = frame->pixel_height;
	for (uint32_t y = 0; y < frame->height; y++) {
		uint8_t *to = pkd_pixels(view) + (size_t)y * view->stride;
		const uint8_t *from = pkd_const_pixels(frame) + (size_t)y * frame->stride;

		for (int32_t x = 0; x < width; x += CHUNK)
			copy_chunk(to, from, x, paint_least(x + CHUNK, width), (int32_t)y, areas,
			           n);
	}
}

/* The whole frame is an area like others. */
int cover_step(const struct cover_task *task, struct pkd_ctx *ctx)
{
	uint32_t n = cover_plan(task->covered, task->frame, pkd_time(ctx), &task->objects,
	                        &task->rules, task->areas);

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	cover_copy_rest(task->view, task->frame, task->areas, n);
	for (uint32_t i = 0; i < n; i++) {
		if (!task->obscure(task->frame, task->view, task->areas[i], task->cells))
			return pkd_error(ctx, ENOMEM, "OpenCV cannot cover an object");
	}
	return PKD_OK;
}
