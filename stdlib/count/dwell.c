/* count.dwell: a visit is of one track in one zone. It goes on while the track is there in each
 * frame, however far these are apart, and through a gap. */
#include "touch.h"

#include <count/dwell.pkd.h>
#include <errno.h>

struct count_dwell {
	const struct count_dwell_params *params;
	struct places zones;
	bool has_noted_room;
};

enum {
	MAX_VISITS = sizeof(((struct count_dwell_state *)0)->visits.items) /
	             sizeof(struct count_Visit)
};

int count_dwell_init(struct count_dwell *self, const struct count_dwell_params *params,
                     struct pkd_ctx *ctx)
{
	char wrong[PLACES_WRONG_SIZE];

	self->params = params;
	if (!places_read(params->zones, params->resolution, PLACES_ZONES, &self->zones, wrong))
		return pkd_error(ctx, EINVAL, "`zones`: %s", wrong);
	return PKD_OK;
}

static struct count_Stay stay_of(const struct count_dwell *self, const struct count_Visit *visit)
{
	struct count_Stay stay = {.id = visit->id,
	                          .zone = visit->zone,
	                          .since = visit->since,
	                          .time = visit->last - visit->since};

	pkd_string_set(&stay.name, self->zones.items[visit->zone - 1].name);
	return stay;
}

static void end(const struct count_dwell *self, const struct count_Visit *visit,
                struct count_dwell_ended *ended)
{
	if (ended->len < MAX_VISITS)
		ended->items[ended->len++] = stay_of(self, visit);
}

static bool is_over(const struct count_dwell *self, const struct count_Visit *visit, int64_t now)
{
	int64_t away;

	return __builtin_sub_overflow(now, visit->last, &away) || away > self->params->gap;
}

/* The visit of a track to a zone, which may be one that begins. NULL where there is no room: all
 * are of this frame. */
static struct count_Visit *find(const struct count_dwell *self, struct count_dwell_state *state,
                                uint32_t id, uint32_t zone, int64_t now,
                                struct count_dwell_ended *ended)
{
	struct count_Visit *visit = state->visits.items;

	for (uint32_t i = 0; i < state->visits.len; i++) {
		struct count_Visit *other = &state->visits.items[i];

		if (other->id == id && other->zone == zone) {
			if (other->last == state->now || !is_over(self, other, now))
				return other;
			end(self, other, ended);
			other->since = now;
			return other;
		}
		if (other->last < visit->last)
			visit = other;
	}
	if (state->visits.len < MAX_VISITS)
		visit = &state->visits.items[state->visits.len++];
	else if (visit->last == now)
		return NULL;
	else
		end(self, visit, ended);
	*visit = (struct count_Visit){id, zone, now, now};
	return visit;
}

static void enter(struct count_dwell *self, const struct track_Track *track,
                  struct count_dwell_state *state, struct count_dwell_ended *ended,
                  struct pkd_ctx *ctx)
{
	const struct detect_Box *box = &track->object.box;
	struct count_Visit *visit;
	struct place_box within;

	if (track->object.id == 0 || track->state != track_State_seen ||
	    !place_clip(box->x, box->y, box->w, box->h, &within))
		return;
	for (uint32_t k = 0; k < self->zones.n; k++) {
		if (!count_touches(&self->zones.items[k], within, self->params->by))
			continue;
		visit = find(self, state, track->object.id, k + 1, pkd_time(ctx), ended);
		if (visit) {
			visit->last = pkd_time(ctx);
		} else if (!self->has_noted_room) {
			self->has_noted_room = true;
			pkd_note(ctx, "more than %u stays at a time: what is more is left out",
			         (unsigned)MAX_VISITS);
		}
	}
}

int count_dwell_step(struct count_dwell *self, const struct count_dwell_in *in,
                     struct count_dwell_out *out, struct pkd_ctx *ctx)
{
	struct count_dwell_state *state = count_dwell_get_state(ctx);
	uint32_t n = pkd_length(&in->tracks->len, self->params->N), n_kept = 0;
	int64_t now = pkd_time(ctx);

	if (now < state->now) {
		for (uint32_t i = 0; i < state->visits.len; i++)
			end(self, &state->visits.items[i], out->ended);
		state->visits.len = 0;
	}
	for (uint32_t i = 0; i < n; i++)
		enter(self, &in->tracks->items[i], state, out->ended, ctx);
	for (uint32_t i = 0; i < state->visits.len; i++) {
		const struct count_Visit visit = state->visits.items[i];

		if (visit.last == now) {
			out->stays->items[out->stays->len++] = stay_of(self, &visit);
		} else if (is_over(self, &visit, now)) {
			end(self, &visit, out->ended);
			continue;
		}
		state->visits.items[n_kept++] = visit;
	}
	state->visits.len = n_kept;
	state->now = now;
	return PKD_OK;
}

void count_dwell_finish(struct count_dwell *self)
{
	(void)self;
}

PKD_NODE(count_dwell);
