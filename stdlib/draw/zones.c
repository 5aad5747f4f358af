/* draw.zones: the frame with zones on it. */
#include "stroke.h"
#include "tag.h"
#include "view.h"

#include <draw/zones.pkd.h>
#include <pkd/text.h>
#include <stdlib.h>

#include "../base/places.h"

struct draw_zones {
	const struct draw_zones_params *params;
	struct places places;
	struct letters *letters; /* NULL without a font */
	uint8_t *room;           /* for draw_area */
};

int draw_zones_init(struct draw_zones *self, const struct draw_zones_params *params,
                    struct pkd_ctx *ctx)
{
	char wrong[PLACES_WRONG_SIZE];

	self->params = params;
	if (!places_read(params->zones, params->resolution, PLACES_ZONES, &self->places, wrong))
		return pkd_error(ctx, EINVAL, "`zones`: %s", wrong);
	self->room = malloc((size_t)params->W * params->H * 3);
	if (!self->room)
		return pkd_error(ctx, ENOMEM, "there is no memory for a frame of %ux%u", params->W,
		                 params->H);
	self->letters = letters_create(ctx, "zones are drawn without names and numbers");
	return PKD_OK;
}

/* The centre of gravity, of the area or, where parts of it cancel each other out, of the points. */
static struct place_point middle_of(const struct place *place)
{
	double area = 0, x = 0, y = 0;
	struct place_point sum = {0, 0};

	for (uint32_t i = 0; i < place->n_points; i++) {
		struct place_point a = place->points[i];
		struct place_point b = place->points[(i + 1) % place->n_points];
		double cross = a.x * b.y - b.x * a.y;

		area += cross / 2;
		x += (a.x + b.x) * cross / 6;
		y += (a.y + b.y) * cross / 6;
		sum.x += a.x / place->n_points;
		sum.y += a.y / place->n_points;
	}
	return area > 1e-4 || area < -1e-4 ? (struct place_point){x / area, y / area} : sum;
}

static void draw_words(const struct draw_zones *self, struct pkd_image *view, uint32_t i,
                       const uint32_t *n)
{
	struct place_point middle = middle_of(&self->places.items[i]);
	struct {
		uint32_t len;
		char text[PLACES_NAME_SIZE + PKD_NUMBER_SIZE];
	} words = {0};
	int32_t width, height;

	if (self->params->names)
		pkd_string_add_word(&words, self->places.items[i].name);
	if (self->params->names && n)
		pkd_string_add_word(&words, ": ");
	if (n)
		pkd_string_add_u64(&words, *n);
	if (!words.len || !self->letters)
		return;
	tag_size(self->letters, view, words.text, words.len, &width, &height);
	tag_draw(self->letters, view, (int32_t)(middle.x * view->width) - width / 2,
	         (int32_t)(middle.y * view->height) - height / 2, paint_colour_of_number(i),
	         words.text, words.len);
}

static bool draw_zone(const struct draw_zones *self, struct pkd_image *view, uint32_t i)
{
	const struct place *place = &self->places.items[i];
	struct draw_place corners[PLACES_MAX_POINTS];
	struct colour colour = paint_colour_of_number(i);

	for (uint32_t k = 0; k < place->n_points; k++)
		corners[k] = (struct draw_place){(float)place->points[k].x,
		                                 (float)place->points[k].y};
	return draw_area(view, corners, place->n_points, colour, self->params->opacity,
	                 self->room) &&
	       draw_stroke_edged(view, corners, place->n_points, true,
	                         paint_line_width(view, self->params->thickness), colour);
}

int draw_zones_step(struct draw_zones *self, const struct draw_zones_in *in,
                    struct draw_zones_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = in->counts ? pkd_length(&in->counts->len, self->params->M) : 0;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	for (uint32_t i = 0; i < self->places.n; i++) {
		if (!draw_zone(self, out->view, i))
			return pkd_error(ctx, ENOMEM, "OpenCV cannot draw a zone");
	}
	for (uint32_t i = 0; i < self->places.n; i++)
		draw_words(self, out->view, i, i < n ? &in->counts->items[i].n : NULL);
	return PKD_OK;
}

void draw_zones_finish(struct draw_zones *self)
{
	letters_destroy(self->letters);
	free(self->room);
}

PKD_NODE(draw_zones);
