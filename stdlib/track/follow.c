/* track.follow: the boxes of the newest objects, moved from frame to frame until there are newer
 * ones. A restart begins without pictures: it follows again from the next objects on that were
 * found in a frame which it has seen. */
#include "flow.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <track/follow.pkd.h>

struct track_follow {
	const struct track_follow_params *params;
	struct track_flow *flow;
	uint64_t number; /* of the frame where these were found; 0: none yet */
	uint32_t n;
	struct detect_Object *objects;
	struct track_flow_box *boxes;
	struct track_flow_move *moves;
	bool has_told; /* that pictures are too few */
	bool has_told_later;
};

int track_follow_init(struct track_follow *self, const struct track_follow_params *params,
                      struct pkd_ctx *ctx)
{
	self->params = params;
	self->objects = calloc(params->N, sizeof(*self->objects));
	self->boxes = calloc(params->N, sizeof(*self->boxes));
	self->moves = calloc(params->N, sizeof(*self->moves));
	self->flow = track_flow_create(params->pictures, params->size, params->N);
	if (self->objects && self->boxes && self->moves && self->flow)
		return PKD_OK;
	track_follow_finish(self);
	return pkd_error(ctx, ENOMEM, "OpenCV's optical flow cannot be made for %u objects",
	                 params->N);
}

static bool is_finite(const struct detect_Box *box)
{
	return isfinite(box->x) && isfinite(box->y) && isfinite(box->w) && isfinite(box->h);
}

/* What lies outside is of no use, and far outside no pixel has a number. */
static bool is_inside(const struct detect_Box *box)
{
	float x = box->x + box->w / 2, y = box->y + box->h / 2;

	return is_finite(box) && box->w > 0 && box->h > 0 && box->w <= 2 && box->h <= 2 && x >= 0 &&
	       x <= 1 && y >= 0 && y <= 1;
}

static void take(struct track_follow *self, const struct track_follow_objects *objects)
{
	uint32_t n = pkd_length(&objects->len, self->params->N);

	self->n = 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct detect_Box *box = &objects->items[i].box;

		if (!is_inside(box))
			continue;
		self->objects[self->n] = objects->items[i];
		self->boxes[self->n++] = (struct track_flow_box){box->x, box->y, box->w, box->h};
	}
}

static int begin(struct track_follow *self, const struct track_follow_objects *objects,
                 struct pkd_ctx *ctx)
{
	uint64_t now = pkd_number(ctx);
	int error;

	self->number = pkd_frame_of(objects)->number;
	take(self, objects);
	error = track_flow_begin(self->flow, self->number, self->boxes, self->n);
	if (error != -ENOENT)
		return error;
	self->n = 0;
	if (!self->has_told && now - self->number >= self->params->pictures) {
		pkd_note(ctx,
		         "objects of frame %llu at frame %llu are left out: only %u pictures are "
		         "kept; write pictures: %llu",
		         (unsigned long long)self->number, (unsigned long long)now,
		         self->params->pictures, (unsigned long long)(now - self->number) * 2);
		self->has_told = true;
	}
	return 0;
}

/* A picture that has not come yet shows no way back from it: those that were found before go on,
 * until the frame is here. */
static bool is_later(struct track_follow *self, const struct pkd_frame *objects,
                     struct pkd_ctx *ctx)
{
	uint64_t now = pkd_number(ctx);

	if (objects->number <= now)
		return false;
	if (!self->has_told_later)
		pkd_note(
			ctx,
			"objects of frame %llu are left out at frame %llu, which is earlier: nothing "
			"is carried back; delay the objects as long as the frames, or read them "
			"without `sample`",
			(unsigned long long)objects->number, (unsigned long long)now);
	self->has_told_later = true;
	return true;
}

static void fill(const struct track_follow *self, struct track_follow_followed *followed)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < self->n; i++) {
		struct detect_Object *object = &followed->items[n];

		*object = self->objects[i];
		object->box.x += self->moves[i].x;
		object->box.y += self->moves[i].y;
		n += is_inside(&object->box);
	}
	followed->len = n;
}

int track_follow_step(struct track_follow *self, const struct track_follow_in *in,
                      struct track_follow_out *out, struct pkd_ctx *ctx)
{
	const struct pkd_image *frame = in->frame;
	const struct pkd_frame *objects = in->objects ? pkd_frame_of(in->objects) : NULL;
	int error;

	if (objects && objects->origin != pkd_frame_of(frame)->origin)
		return pkd_error(
			ctx, EINVAL,
			"the objects were found in the frames of another source than these");
	error = track_flow_add(self->flow, pkd_number(ctx), pkd_const_pixels(frame), frame->width,
	                       frame->height, frame->stride);
	if (!error && objects && objects->number != self->number && !is_later(self, objects, ctx))
		error = begin(self, in->objects, ctx);
	if (!error)
		error = track_flow_find(self->flow, self->moves, &self->n);
	if (error)
		return pkd_error(ctx, -error, "OpenCV's optical flow failed");
	fill(self, out->followed);
	return PKD_OK;
}

void track_follow_finish(struct track_follow *self)
{
	track_flow_destroy(self->flow);
	free(self->objects);
	free(self->boxes);
	free(self->moves);
}

PKD_NODE(track_follow);
