/* count.lines: of each track the place is kept where it was last clear of each line, no number
 * before it was. Once it is clear of it elsewhere, the straight way from there has crossed the line
 * or not. */
#include "../base/places.h"

#include <count/lines.pkd.h>
#include <errno.h>

struct count_lines {
	const struct count_lines_params *params;
	struct places lines;
};

_Static_assert(sizeof(((struct count_lines_counts *)0)->items) ==
                               PLACES_MAX * sizeof(struct count_Line) &&
                       sizeof(((struct count_Walker *)0)->points) ==
                               PLACES_MAX * sizeof(struct detect_Point),
               "zone.pkd and line.pkd have another number");

int count_lines_init(struct count_lines *self, const struct count_lines_params *params,
                     struct pkd_ctx *ctx)
{
	char wrong[PLACES_WRONG_SIZE];

	self->params = params;
	if (!places_read(params->lines, params->resolution, PLACES_LINES, &self->lines, wrong))
		return pkd_error(ctx, EINVAL, "`lines`: %s", wrong);
	return PKD_OK;
}

static double distance(struct place_point a, struct place_point b, struct place_point p)
{
	double x = b.x - a.x, y = b.y - a.y, length = x * x + y * y;
	double t = length > 0 ? ((p.x - a.x) * x + (p.y - a.y) * y) / length : 0;

	t = fmin(fmax(t, 0), 1);
	return hypot(a.x + t * x - p.x, a.y + t * y - p.y);
}

static bool is_clear(const struct place *line, struct place_point p, double margin)
{
	for (uint32_t i = 1; i < line->n_points; i++)
		if (distance(line->points[i - 1], line->points[i], p) <= margin)
			return false;
	return true;
}

/* How often the way crosses the line to the right, less how often to the left. A point on a line
 * counts as on its right, so a way through a corner meets one of its two pieces, or both or none
 * and has not crossed. */
static int crossed(const struct place *line, struct place_point from, struct place_point to)
{
	int n = 0;

	for (uint32_t i = 1; i < line->n_points; i++) {
		struct place_point a = line->points[i - 1], b = line->points[i];
		bool was_right = place_side(a, b, from) >= 0, is_right = place_side(a, b, to) >= 0;

		if (was_right != is_right &&
		    (place_side(from, to, a) >= 0) != (place_side(from, to, b) >= 0))
			n += is_right ? 1 : -1;
	}
	return n;
}

/* The one of this id; else a new one, for which who was not seen for longest makes way. NULL where
 * all are of this frame. */
static struct count_Walker *find(struct count_lines_state *state, uint32_t id)
{
	const uint32_t size = sizeof(state->walkers.items) / sizeof(state->walkers.items[0]);
	struct count_Walker *walker = state->walkers.items;

	for (uint32_t i = 0; i < state->walkers.len; i++) {
		if (state->walkers.items[i].id == id)
			return &state->walkers.items[i];
		if (state->walkers.items[i].seen < walker->seen)
			walker = &state->walkers.items[i];
	}
	if (state->walkers.len < size)
		walker = &state->walkers.items[state->walkers.len++];
	else if (walker->seen == state->n)
		return NULL;
	*walker = (struct count_Walker){.id = id};
	for (uint32_t k = 0; k < PLACES_MAX; k++)
		walker->points[k] = (struct detect_Point){NAN, NAN};
	return walker;
}

static void walk(const struct count_lines *self, struct count_Walker *walker,
                 struct detect_Point at, struct count_lines_state *state,
                 struct count_lines_crossings *crossings)
{
	struct place_point to = {at.x, at.y};

	for (uint32_t k = 0; k < self->lines.n; k++) {
		const struct place *line = &self->lines.items[k];
		struct place_point from = {walker->points[k].x, walker->points[k].y};
		struct count_Crossing *crossing;
		int n;

		if (!is_clear(line, to, self->params->margin))
			continue;
		n = isnan(from.x) ? 0 : crossed(line, from, to);
		walker->points[k] = at;
		if (n == 0)
			continue;
		*(n > 0 ? &state->right[k] : &state->left[k]) += 1;
		if (crossings->len == self->params->N)
			continue;
		crossing = &crossings->items[crossings->len++];
		*crossing = (struct count_Crossing){.line = k + 1,
		                                    .id = walker->id,
		                                    .to = n > 0 ? count_Side_right
		                                                : count_Side_left,
		                                    .at = at};
		pkd_string_set(&crossing->name, line->name);
	}
}

int count_lines_step(struct count_lines *self, const struct count_lines_in *in,
                     struct count_lines_out *out, struct pkd_ctx *ctx)
{
	struct count_lines_state *state = count_lines_get_state(ctx);
	uint32_t n = pkd_length(&in->tracks->len, self->params->N);

	state->n++;
	for (uint32_t i = 0; i < n; i++) {
		const struct track_Track *track = &in->tracks->items[i];
		const struct detect_Box *box = &track->object.box;
		struct count_Walker *walker;
		struct place_box within;
		struct place_point at;

		if (track->object.id == 0 || track->state != track_State_seen ||
		    !place_clip(box->x, box->y, box->w, box->h, &within))
			continue;
		at = place_anchor(within, self->params->by == count_Anchor_bottom);
		walker = find(state, track->object.id);
		if (!walker || walker->seen == state->n)
			continue;
		walker->seen = state->n;
		walk(self, walker, (struct detect_Point){(float)at.x, (float)at.y}, state,
		     out->crossings);
	}
	out->counts->len = self->lines.n;
	for (uint32_t k = 0; k < self->lines.n; k++) {
		struct count_Line *line = &out->counts->items[k];

		*line = (struct count_Line){.left = state->left[k], .right = state->right[k]};
		pkd_string_set(&line->name, self->lines.items[k].name);
	}
	return PKD_OK;
}

int count_lines_reset(struct count_lines *self, struct pkd_ctx *ctx)
{
	struct count_lines_state *state = count_lines_get_state(ctx);

	(void)self;
	memset(state->left, 0, sizeof(state->left));
	memset(state->right, 0, sizeof(state->right));
	return PKD_OK;
}

void count_lines_finish(struct count_lines *self)
{
	(void)self;
}

PKD_NODE(count_lines);
