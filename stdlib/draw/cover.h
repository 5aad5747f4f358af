/* Which places of a frame the nodes for privacy cover: where objects are and were. What is not
 * known is covered. */
#ifndef PKD_DRAW_COVER_H
#define PKD_DRAW_COVER_H

#include <draw/place.pkd.h>

#include "paint.h"

enum { COVER_MOST = sizeof(((struct draw_Covered *)0)->seen.items) / sizeof(struct draw_Seen) };

struct cover_rules {
	float grow;
	int64_t hold, max_age;
};

/* `items` is NULL where they are absent. */
struct cover_objects {
	const struct detect_Object *items;
	uint32_t n, capacity;
	int64_t age;
};

/* For init: a warning where the objects, which are the second input, are sampled. */
void cover_warn(struct pkd_ctx *ctx, int64_t max_age);

/* Adds the objects of the frame at time `now` to what is covered, and says which areas are now: at
 * most COVER_MOST, cut to the frame. */
uint32_t cover_plan(struct draw_Covered *covered, const struct pkd_image *frame, int64_t now,
                    const struct cover_objects *objects, const struct cover_rules *rules,
                    struct paint_area ret_areas[COVER_MOST]);

/* Makes the view a copy of a bgr24 frame that is black where the areas are. What they show is not
 * in it at any time: the view may be seen, also before it is ready. */
void cover_copy_rest(struct pkd_image *view, const struct pkd_image *frame,
                     const struct paint_area *areas, uint32_t n);

/* One frame, and how what is covered is shown: as the functions of obscure.h do. */
struct cover_task {
	struct draw_Covered *covered;
	struct cover_objects objects;
	struct cover_rules rules;
	const struct pkd_image *frame;
	struct pkd_image *view;
	struct paint_area *areas; /* room for COVER_MOST */
	bool (*obscure)(const struct pkd_image *frame, struct pkd_image *view,
	                struct paint_area area, int32_t cells);
	int32_t cells;
};

/* The step of a node whose first output is the view. */
int cover_step(const struct cover_task *task, struct pkd_ctx *ctx);

#endif
