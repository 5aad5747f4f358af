/* draw.plot: a number over time. Time is cut into as many columns as are kept, and of each the last
 * number counts; so a plot needs no more room however long a program runs. */
#include "view.h"

#include <draw/plot.pkd.h>
#include <math.h>
#include <pkd/arith.h>
#include <pkd/text.h>
#include <stdio.h>
#include <string.h>

enum {
	N_COLUMNS = sizeof(((struct draw_plot_state *)NULL)->values) / sizeof(float),
	MARGIN = 4, /* pixels around line and text */
	LINE = 2,   /* its thickness */
};

struct words {
	uint32_t len;
	char text[160];
};

static const struct colour LINE_COLOR = {80, 220, 80}, TEXT_COLOR = {255, 255, 255};

struct draw_plot {
	const struct draw_plot_params *params;
	struct letters *letters; /* NULL without a font */
};

int draw_plot_init(struct draw_plot *self, const struct draw_plot_params *params,
                   struct pkd_ctx *ctx)
{
	self->params = params;
	self->letters = letters_create(ctx, "the plot has no text");
	return PKD_OK;
}

/* Columns that passed without a frame have what the frame before had. A time that goes back changes
 * the newest column; by more than is kept, as of a clock that was set, the plot begins anew. */
static void keep(struct draw_plot_state *state, int64_t column, float value)
{
	float before = state->begun ? state->values[(uint64_t)state->last % N_COLUMNS] : NAN;
	int64_t n = pkd_sub_i64(column, state->last);

	if (state->begun && n < -N_COLUMNS)
		before = NAN;
	if (!state->begun || n > N_COLUMNS || n < -N_COLUMNS)
		n = N_COLUMNS;
	state->begun = true;
	for (int64_t i = 0; i < n; i++)
		state->values[((uint64_t)column - (uint64_t)i) % N_COLUMNS] = before;
	if (n > 0)
		state->last = column;
	if (n > 0 || !isnan(value))
		state->values[(uint64_t)state->last % N_COLUMNS] = value;
}

/* The number `age` columns before the newest. */
static float at(const struct draw_plot_state *state, int64_t age)
{
	return state->values[((uint64_t)state->last - (uint64_t)age) % N_COLUMNS];
}

static float largest(const struct draw_plot_state *state)
{
	float most = 0;

	for (int64_t age = 0; age < N_COLUMNS; age++)
		most = fmaxf(most, at(state, age));
	return most;
}

static void dim(struct pkd_image *view, uint32_t top)
{
	for (uint32_t y = top; y < view->height; y++) {
		uint8_t *row = pkd_pixels(view) + (size_t)y * view->stride;

		for (uint32_t i = 0; i < view->width * 3; i++)
			row[i] = (uint8_t)(row[i] * 2 / 5);
	}
}

/* Rows from y to y_end of one column. */
static void stroke(struct pkd_image *view, uint32_t x, int32_t y, int32_t y_end)
{
	for (int32_t i = y; i <= y_end + LINE - 1; i++) {
		uint8_t *pixel;

		if (i < 0 || i >= (int32_t)view->height)
			continue;
		pixel = pkd_pixels(view) + (size_t)i * view->stride + (size_t)x * 3;
		pixel[0] = LINE_COLOR.blue;
		pixel[1] = LINE_COLOR.green;
		pixel[2] = LINE_COLOR.red;
	}
}

/* The newest number at the right edge; steps are joined by upright lines. What is below 0 lies on
 * the lower edge. */
static void draw_line(const struct draw_plot_state *state, struct pkd_image *view, uint32_t top,
                      float most)
{
	int32_t low = (int32_t)view->height - MARGIN - LINE, before = -1;
	float extent = (float)(low - (int32_t)top - MARGIN);

	for (uint32_t x = 0; x < view->width; x++) {
		int64_t age = (int64_t)(view->width - 1 - x) * N_COLUMNS / view->width;
		float value = at(state, age);
		int32_t y;

		if (isnan(value)) {
			before = -1;
			continue;
		}
		y = low - (int32_t)(fmaxf(value, 0) / most * extent);
		stroke(view, x, before < 0 || y < before ? y : before, before > y ? before : y);
		before = y;
	}
}

/* As people read it: a whole one as it is, others with two decimals, or to three digits where they
 * are less than a hundredth. */
static void add_number(struct words *words, float number)
{
	char digits[32];

	if (fabsf(number) >= 0.01f && fabsf(number) < 1e9f && truncf(number) != number)
		pkd_string_add_fixed(words, (double)number, 2);
	else {
		snprintf(digits, sizeof(digits), "%.*g", truncf(number) == number ? 9 : 3,
		         (double)number);
		pkd_string_add_word(words, digits);
	}
}

static void draw_words(const struct draw_plot *self, const struct draw_plot_state *state,
                       struct pkd_image *view, uint32_t top, float most)
{
	const char *gap = self->params->name[0] ? ": " : "";
	float now = at(state, 0);
	struct words words = {0};

	pkd_string_add_word(&words, self->params->name);
	if (!isnan(now)) {
		pkd_string_add_word(&words, gap);
		add_number(&words, now);
		pkd_string_add_word(&words, " (most ");
		add_number(&words, most);
		pkd_string_add_word(&words, ")");
	}
	letters_draw(self->letters, view, MARGIN,
	             (int32_t)top + MARGIN + letters_ascent(self->letters),
	             (int32_t)view->width - 2 * MARGIN, TEXT_COLOR, words.text, words.len);
}

int draw_plot_step(struct draw_plot *self, const struct draw_plot_in *in, struct draw_plot_out *out,
                   struct pkd_ctx *ctx)
{
	struct draw_plot_state *state = draw_plot_get_state(ctx);
	int64_t column = pkd_time(ctx) / (self->params->span / N_COLUMNS);
	float value = in->value && isfinite(*in->value) ? (float)*in->value : NAN;
	uint32_t top;
	float most;

	keep(state, column, isfinite(value) ? value : NAN);
	draw_view_copy(out->view, in->frame);
	top = out->view->height - (uint32_t)((float)out->view->height * self->params->height);
	dim(out->view, top);
	most = largest(state);
	draw_line(state, out->view, top, most > 0 ? most : 1);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	if (self->letters)
		draw_words(self, state, out->view, top, most);
	return PKD_OK;
}

void draw_plot_finish(struct draw_plot *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_plot);
