/* draw.heat: the frame with a map of where objects were. */
#include "view.h"
#include "warm.h"

#include <draw/heat.pkd.h>
#include <math.h>
#include <pkd/arith.h>

enum {
	COLUMNS = 96,
	ROWS = 54,
	N_CELLS = sizeof(((struct draw_heat_state *)NULL)->warmth) / sizeof(float),
	ONE_FRAME_NS =
		33000000, /* what the first frame counts, and one whose time does not go on */
	LONGEST_NS = 1000000000, /* … and the most that an object counts for: nobody saw it since */
};

_Static_assert((int)COLUMNS *(int)ROWS == (int)N_CELLS, "the map is not what heat.pkd says");

struct draw_heat {
	const struct draw_heat_params *params;
	struct warm *warm;
	float shown[N_CELLS];
};

int draw_heat_init(struct draw_heat *self, const struct draw_heat_params *params,
                   struct pkd_ctx *ctx)
{
	self->params = params;
	self->warm = warm_create((size_t)params->W * params->H, N_CELLS);
	if (!self->warm)
		return pkd_error(ctx, ENOMEM, "there is no memory for a frame of %ux%u", params->W,
		                 params->H);
	return PKD_OK;
}

static void cool(float *warmth, int64_t ns, int64_t half_life)
{
	float left = exp2f(-(float)ns / (float)half_life);

	for (uint32_t i = 0; i < N_CELLS; i++)
		warmth[i] *= left;
}

static float hill(float from)
{
	return fabsf(from) < 3 ? expf(-from * from) : 0;
}

/* A hill about the middle of the box, or of its lower edge, that is lower by 1/e at its sides. A
 * box that is no place, or outside, warms nothing. */
static void warm(float *warmth, const struct detect_Box *box, bool feet, float seconds)
{
	float x = (box->x + box->w / 2) * COLUMNS - 0.5f;
	float y = (box->y + (feet ? box->h : box->h / 2)) * ROWS - 0.5f;
	float wide = fmaxf(box->w * COLUMNS / 2, 1);
	float high = fmaxf(box->h * ROWS / (feet ? 12 : 2), 1);
	float columns[COLUMNS];

	if (!isfinite(x) || !isfinite(y) || !isfinite(wide) || !isfinite(high) || !(box->w > 0) ||
	    !(box->h > 0))
		return;
	for (int column = 0; column < COLUMNS; column++)
		columns[column] = hill(((float)column - x) / wide);
	for (int row = 0; row < ROWS; row++) {
		float height = seconds * hill(((float)row - y) / high);

		for (int column = 0; height > 0 && column < COLUMNS; column++)
			warmth[row * COLUMNS + column] += height * columns[column];
	}
}

/* The map at the time of this frame. */
static void keep(const struct draw_heat *self, struct draw_heat_state *state,
                 const struct draw_heat_in *in, int64_t now)
{
	uint32_t n = in->objects ? pkd_length(&in->objects->len, self->params->N) : 0;
	int64_t passed = state->begun ? pkd_sub_i64(now, state->last) : 0;

	if (passed > 0)
		cool(state->warmth, passed, self->params->half_life);
	else
		passed = ONE_FRAME_NS;
	passed = passed < LONGEST_NS ? passed : LONGEST_NS;
	state->begun = true;
	state->last = now;
	for (uint32_t i = 0; i < n; i++)
		warm(state->warmth, &in->objects->items[i].box, self->params->feet,
		     (float)passed / 1e9f);
}

int draw_heat_step(struct draw_heat *self, const struct draw_heat_in *in, struct draw_heat_out *out,
                   struct pkd_ctx *ctx)
{
	struct draw_heat_state *state = draw_heat_get_state(ctx);
	struct warm_map map = {self->shown, COLUMNS, ROWS, COLUMNS * sizeof(float)};

	keep(self, state, in, pkd_time(ctx));
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	/* Roots, or somebody who stands would outshine all ways. */
	for (uint32_t i = 0; i < N_CELLS; i++)
		self->shown[i] = sqrtf(state->warmth[i]);
	if (!warm_draw(self->warm, out->view, &map, 0, self->params->opacity))
		return pkd_error(ctx, ENOMEM, "OpenCV cannot draw the map");
	return PKD_OK;
}

void draw_heat_finish(struct draw_heat *self)
{
	warm_destroy(self->warm);
}

PKD_NODE(draw_heat);
