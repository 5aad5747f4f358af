/* track.iou: the method of A. Bewley, Z. Ge, L. Ott, F. Ramos and B. Upcroft, "Simple Online and
 * Realtime Tracking" (ICIP 2016), written from the paper. Other than there, a track is predicted
 * by the time that has passed and not by the call, ends by time, is a track of one label, and ends
 * when its centre leaves the frame. */
#include "assign.h"
#include "estimate.h"

#include <errno.h>
#include <pkd/arith.h>
#include <stdlib.h>
#include <string.h>

enum {
	CAPACITY = sizeof(((struct track_iou_state *)NULL)->kept.items) / sizeof(struct track_Kept),
};

#define NONE UINT32_MAX

struct track_iou {
	const struct track_iou_params *params;
	struct track_assign assign;
	uint32_t size;     /* rows and columns of the largest matrix */
	double *cost;      /* a row is a track, a column is an object */
	uint32_t *columns; /* of the rows */
	uint32_t *objects; /* the columns' indices: those that have an area */
	bool *taken;       /* objects that a track has */
};

int track_iou_init(struct track_iou *self, const struct track_iou_params *params,
                   struct pkd_ctx *ctx)
{
	uint32_t N = params->N, size = N > CAPACITY ? N : CAPACITY;

	self->params = params;
	self->size = size;
	self->cost = calloc((size_t)size * size, sizeof(double));
	self->columns = calloc(size, sizeof(uint32_t));
	self->objects = calloc(size, sizeof(uint32_t));
	self->taken = calloc(size, sizeof(bool));
	if (!self->cost || !self->columns || !self->objects || !self->taken ||
	    track_assign_init(&self->assign, size) != 0) {
		track_iou_finish(self);
		return pkd_error(ctx, ENOMEM, "no memory to compare %u objects with %u tracks", N,
		                 (unsigned)CAPACITY);
	}
	return PKD_OK;
}

static bool same_label(const struct detect_Object *a, const struct detect_Object *b)
{
	return strncmp(a->label.text, b->label.text, sizeof(a->label.text)) == 0;
}

/* 1 less the overlap. What must not be paired costs as much as to have no pair. */
static double cost_of(const struct track_iou *self, const struct track_Kept *kept,
                      const struct detect_Object *object)
{
	struct detect_Box box = track_box(kept);
	float overlap;

	if (!same_label(&kept->object, object))
		return 1;
	overlap = track_overlap(&box, &object->box);
	return overlap >= self->params->min_iou ? 1 - (double)overlap : 1;
}

/* Leaves in self->columns which object each track has, or NONE. */
static void pair(struct track_iou *self, const struct track_iou_state *state,
                 const struct track_iou_in *in, uint32_t n_objects)
{
	uint32_t n_kept = state->kept.len, n = n_kept > n_objects ? n_kept : n_objects;

	for (uint32_t row = 0; row < n; row++) {
		for (uint32_t column = 0; column < n; column++)
			self->cost[(size_t)row * n + column] =
				row < n_kept && column < n_objects
					? cost_of(self, &state->kept.items[row],
			                          &in->objects->items[self->objects[column]])
					: 1;
	}
	track_assign(&self->assign, self->cost, n, self->columns);
	for (uint32_t row = 0; row < n_kept; row++) {
		uint32_t column = self->columns[row];
		bool paired = self->cost[(size_t)row * n + column] < 1;

		self->columns[row] = paired ? self->objects[column] : NONE;
	}
}

/* The detector's id says nothing of other frames. */
static void find(struct track_Kept *kept, const struct detect_Object *object, int64_t now)
{
	uint32_t id = kept->object.id;

	kept->object = *object;
	kept->object.id = id;
	kept->found = true;
	kept->last = now;
	kept->hits += kept->hits < UINT32_MAX;
}

/* A clock that was put back by more than `lost` ends a track, too: it was not found since. */
static bool has_ended(const struct track_Kept *kept, int64_t lost, int64_t now)
{
	return pkd_abs_i64(pkd_sub_i64(now, kept->last)) > lost ||
	       !(kept->x.x >= 0 && kept->x.x <= 1) || !(kept->y.x >= 0 && kept->y.x <= 1);
}

static void remove_ended(struct track_iou_state *state, int64_t lost, int64_t now)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < state->kept.len; i++) {
		if (!has_ended(&state->kept.items[i], lost, now))
			state->kept.items[n++] = state->kept.items[i];
	}
	state->kept.len = n;
}

/* Where there is no room, that of the track that was not found for longest, new ones first; NULL
 * where all were found in this frame. The order of ids stays. */
static struct track_Kept *room(struct track_iou_state *state, uint32_t hits)
{
	struct track_Kept *items = state->kept.items;
	uint32_t worst = NONE;

	if (state->kept.len < CAPACITY)
		return &items[state->kept.len++];
	for (uint32_t i = 0; i < CAPACITY; i++) {
		bool is_new = items[i].hits < hits;

		if (items[i].found)
			continue;
		if (worst == NONE || is_new > (items[worst].hits < hits) ||
		    (is_new == (items[worst].hits < hits) && items[i].last < items[worst].last))
			worst = i;
	}
	if (worst == NONE)
		return NULL;
	memmove(&items[worst], &items[worst + 1], (CAPACITY - 1 - worst) * sizeof(*items));
	return &items[CAPACITY - 1];
}

static void begin(struct track_iou_state *state, const struct detect_Object *object, uint32_t hits,
                  int64_t now)
{
	struct track_Kept *kept = room(state, hits);

	if (!kept)
		return;
	memset(kept, 0, sizeof(*kept));
	track_begin(kept, &object->box, now);
	find(kept, object, now);
}

static void fill(struct track_Track *track, struct track_Kept *kept, struct track_iou_state *state,
                 uint32_t hits, int64_t now)
{
	bool is_new = kept->object.id == 0 && kept->hits < hits;

	if (kept->object.id == 0 && !is_new)
		kept->object.id = ++state->n_ids;
	track->object = kept->object;
	track->object.box = track_box(kept);
	if (now < kept->first)
		kept->first = now;
	track->age = pkd_sub_i64(now, kept->first);
	track->state = is_new ? track_State_new : kept->found ? track_State_seen : track_State_lost;
	track->velocity = (struct track_Velocity){(float)kept->x.v, (float)kept->y.v};
}

/* The objects with an area come first in self->objects; returns their number. */
static uint32_t take_measurable(struct track_iou *self, const struct track_iou_in *in)
{
	uint32_t n = pkd_length(&in->objects->len, self->params->N), n_objects = 0;

	memset(self->taken, 0, self->size * sizeof(bool));
	for (uint32_t i = 0; i < n; i++) {
		if (track_measurable(&in->objects->items[i].box))
			self->objects[n_objects++] = i;
	}
	return n_objects;
}

static void correct(struct track_iou *self, struct track_iou_state *state,
                    const struct track_iou_in *in, int64_t now)
{
	for (uint32_t i = 0; i < state->kept.len; i++) {
		uint32_t object = self->columns[i];

		if (object == NONE)
			continue;
		self->taken[object] = true;
		track_correct(&state->kept.items[i], &in->objects->items[object].box);
		find(&state->kept.items[i], &in->objects->items[object], now);
	}
}

int track_iou_step(struct track_iou *self, const struct track_iou_in *in, struct track_iou_out *out,
                   struct pkd_ctx *ctx)
{
	struct track_iou_state *state = track_iou_get_state(ctx);
	uint32_t n_objects = take_measurable(self, in), hits = self->params->hits;
	int64_t now = pkd_time(ctx);

	for (uint32_t i = 0; i < state->kept.len; i++) {
		track_predict(&state->kept.items[i], now);
		state->kept.items[i].found = false;
	}
	pair(self, state, in, n_objects);
	correct(self, state, in, now);
	remove_ended(state, self->params->lost, now);
	for (uint32_t i = 0; i < n_objects; i++) {
		if (!self->taken[self->objects[i]])
			begin(state, &in->objects->items[self->objects[i]], hits, now);
	}
	for (uint32_t i = 0; i < state->kept.len; i++)
		fill(&out->tracks->items[i], &state->kept.items[i], state, hits, now);
	out->tracks->len = state->kept.len;
	return PKD_OK;
}

void track_iou_finish(struct track_iou *self)
{
	track_assign_finish(&self->assign);
	free(self->cost);
	free(self->columns);
	free(self->objects);
	free(self->taken);
}

PKD_NODE(track_iou);
