/* See paint.h. */
#include "paint.h"

#include <errno.h>
#include <math.h>

enum {
	FAR = 1 << 22,        /* pixels; boxes are cut there, so that sums cannot overflow */
	DARK_TEXT_FROM = 140, /* brightness of a ground, of 255, from which text on it is black */
	N_HUES = 24,
};

/* ---- Sizes ---- */

static int32_t shorter_side(const struct pkd_image *image)
{
	return (int32_t)(image->width < image->height ? image->width : image->height);
}

int32_t paint_line_width(const struct pkd_image *image, int32_t asked)
{
	return asked > 0 ? asked : paint_most((shorter_side(image) + 160) / 320, 1);
}

int32_t paint_text_size(const struct pkd_image *image, int32_t asked)
{
	return asked > 0 ? asked : paint_most((shorter_side(image) + 18) / 36, 9);
}

/* ---- Areas ---- */

static struct paint_area cut(const struct pkd_image *image, struct paint_area area)
{
	return (struct paint_area){paint_most(area.x, 0), paint_most(area.y, 0),
	                           paint_least(area.x_end, (int32_t)image->width),
	                           paint_least(area.y_end, (int32_t)image->height)};
}

void paint_fill(struct pkd_image *image, struct paint_area area, struct colour colour)
{
	struct paint_area in = cut(image, area);

	for (int32_t y = in.y; y < in.y_end; y++) {
		uint8_t *row = pkd_pixels(image) + (size_t)y * image->stride;

		for (int32_t x = in.x; x < in.x_end; x++) {
			row[x * 3] = colour.blue;
			row[x * 3 + 1] = colour.green;
			row[x * 3 + 2] = colour.red;
		}
	}
}

void paint_tint(struct pkd_image *image, struct paint_area area, struct colour colour, float share)
{
	struct paint_area in = cut(image, area);
	uint32_t above = share > 0 ? (uint32_t)(fminf(share, 1) * 256) : 0, below = 256 - above;
	uint32_t blue = colour.blue * above, green = colour.green * above, red = colour.red * above;

	for (int32_t y = in.y; y < in.y_end; y++) {
		uint8_t *row = pkd_pixels(image) + (size_t)y * image->stride;

		for (int32_t x = in.x; x < in.x_end; x++) {
			row[x * 3] = (uint8_t)((row[x * 3] * below + blue) >> 8);
			row[x * 3 + 1] = (uint8_t)((row[x * 3 + 1] * below + green) >> 8);
			row[x * 3 + 2] = (uint8_t)((row[x * 3 + 2] * below + red) >> 8);
		}
	}
}

/* The four sides of an outline, which do not overlap. */
static void sides(struct paint_area a, int32_t thickness, struct paint_area ret_sides[4])
{
	int32_t top = paint_least(a.y + thickness, a.y_end),
		bottom = paint_most(a.y_end - thickness, top);
	int32_t left = paint_least(a.x + thickness, a.x_end),
		right = paint_most(a.x_end - thickness, left);

	ret_sides[0] = (struct paint_area){a.x, a.y, a.x_end, top};
	ret_sides[1] = (struct paint_area){a.x, bottom, a.x_end, a.y_end};
	ret_sides[2] = (struct paint_area){a.x, top, left, bottom};
	ret_sides[3] = (struct paint_area){right, top, a.x_end, bottom};
}

void paint_outline(struct pkd_image *image, struct paint_area area, int32_t thickness,
                   struct colour colour)
{
	struct paint_area all[4];

	sides(area, thickness, all);
	for (int i = 0; i < 4; i++)
		paint_fill(image, all[i], colour);
}

void paint_box(struct pkd_image *image, struct paint_area area, int32_t thickness,
               struct colour colour)
{
	const struct colour black = {0, 0, 0};
	int32_t edge = (thickness + 2) / 3;
	struct paint_area wide = {area.x - edge, area.y - edge, area.x_end + edge,
	                          area.y_end + edge};
	struct paint_area all[4];

	sides(wide, thickness + 2 * edge, all);
	for (int i = 0; i < 4; i++)
		paint_tint(image, all[i], black, 0.45f);
	paint_outline(image, area, thickness, colour);
}

/* The edge at `fraction` of `extent` pixels, rounded. Not for NaN. */
static int32_t edge_of(float fraction, uint32_t extent)
{
	double pixel = (double)fraction * extent;

	if (pixel < -FAR)
		return -FAR;
	return pixel > FAR ? FAR : (int32_t)(pixel + FAR + 0.5) - FAR;
}

bool paint_area_of(const struct detect_Box *box, const struct pkd_image *image,
                   struct paint_area *ret_area)
{
	float right = box->x + box->w, bottom = box->y + box->h;
	struct paint_area area;

	if (isnan(right) || isnan(bottom) || isnan(box->x) || isnan(box->y))
		return false;
	if (!(box->w > 0) || !(box->h > 0))
		return false;
	area.x = edge_of(box->x, image->width);
	area.y = edge_of(box->y, image->height);
	area.x_end = edge_of(right, image->width);
	area.y_end = edge_of(bottom, image->height);
	if (area.x_end <= 0 || area.y_end <= 0 || area.x >= (int32_t)image->width ||
	    area.y >= (int32_t)image->height)
		return false;
	*ret_area = area;
	return true;
}

/* ---- Colours ---- */

static struct colour hue(uint32_t number)
{
	const uint8_t high = 245, low = 50;
	uint32_t ramp = number % 4 * (uint32_t)(high - low) / 4;
	uint8_t up = (uint8_t)(low + ramp), down = (uint8_t)(high - ramp);

	switch (number / 4 % 6) {
	case 0:
		return (struct colour){.red = high, .green = up, .blue = low};
	case 1:
		return (struct colour){.red = down, .green = high, .blue = low};
	case 2:
		return (struct colour){.red = low, .green = high, .blue = up};
	case 3:
		return (struct colour){.red = low, .green = down, .blue = high};
	case 4:
		return (struct colour){.red = up, .green = low, .blue = high};
	default:
		return (struct colour){.red = high, .green = low, .blue = down};
	}
}

/* By the FNV-1a hash (draft-eastlake-fnv, 32 bit). */
struct colour paint_colour_of_text(const char *text, size_t n)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (uint8_t)text[i]) * 16777619U;
	return hue((hash ^ hash >> 16) % N_HUES);
}

/* 7 has no divisor in common with the number of hues, so each of 24 numbers has its own. */
struct colour paint_colour_of_number(uint32_t number)
{
	return hue(number % N_HUES * 7 % N_HUES);
}

/* Weights of red, green and blue from ITU-R BT.601. */
struct colour paint_contrast(struct colour ground)
{
	int bright = (299 * ground.red + 587 * ground.green + 114 * ground.blue) / 1000;

	if (bright >= DARK_TEXT_FROM)
		return (struct colour){0, 0, 0};
	return (struct colour){255, 255, 255};
}

int paint_read_colour(const char *text, struct pkd_ctx *ctx, struct colour *ret_colour,
                      bool *ret_given)
{
	if (ret_given)
		*ret_given = text[0] != '\0';
	if ((ret_given && text[0] == '\0') || colour_read(text, ret_colour))
		return PKD_OK;
	return pkd_error(ctx, EINVAL, "`colour` is '%s': " COLOURS, text);
}
