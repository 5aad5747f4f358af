/* draw.boxes: the frame with a box, a label and a score for each object. Lines lie inside the
 * box. The tag with the label stands on the box, or in it where there is no room above. */
#include "text.h"
#include "view.h"

#include <draw/boxes.pkd.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
	TAG_MARGIN = 2,       /* pixels around the text */
	LABEL_SIZE = 64,      /* bytes: string<32>, a blank, the score */
	FAR = 1 << 22,        /* pixels; boxes are cut there, so that sums cannot overflow */
	DARK_TEXT_FROM = 140, /* brightness of a tag, of 255, from which its text is black */
};

struct draw_boxes {
	const struct draw_boxes_params *params;
	struct draw_text text;
	bool has_text;
};

/* Pixels, the end not included; may lie outside of the image. */
struct area {
	int32_t x, y, x_end, y_end;
};

static int32_t largest(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static int32_t least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static void fill(struct pkd_image *image, struct area area, struct draw_color color)
{
	int32_t x = largest(area.x, 0), x_end = least(area.x_end, (int32_t)image->width);
	int32_t y_end = least(area.y_end, (int32_t)image->height);

	for (int32_t y = largest(area.y, 0); y < y_end; y++) {
		uint8_t *row = pkd_pixels(image) + (size_t)y * image->stride;

		for (int32_t i = x; i < x_end; i++) {
			row[i * 3] = color.blue;
			row[i * 3 + 1] = color.green;
			row[i * 3 + 2] = color.red;
		}
	}
}

static void outline(struct pkd_image *image, struct area a, int32_t thickness,
                    struct draw_color color)
{
	int32_t top = least(a.y + thickness, a.y_end), bottom = largest(a.y_end - thickness, top);
	int32_t left = least(a.x + thickness, a.x_end), right = largest(a.x_end - thickness, left);

	fill(image, (struct area){a.x, a.y, a.x_end, top}, color);
	fill(image, (struct area){a.x, bottom, a.x_end, a.y_end}, color);
	fill(image, (struct area){a.x, top, left, bottom}, color);
	fill(image, (struct area){right, top, a.x_end, bottom}, color);
}

/* The edge at `fraction` of `extent` pixels, rounded (without libm). Not for NaN. */
static int32_t edge(float fraction, uint32_t extent)
{
	double pixel = (double)fraction * extent;

	if (pixel < -FAR)
		return -FAR;
	return pixel > FAR ? FAR : (int32_t)(pixel + FAR + 0.5) - FAR;
}

/* False for a box without an area, with a NaN among the rest. */
static bool area_of(const struct detect_Box *box, const struct pkd_image *image,
                    struct area *ret_area)
{
	float right = box->x + box->w, bottom = box->y + box->h;

	if (isnan(right) || isnan(bottom) || isnan(box->x) || isnan(box->y))
		return false;
	if (!(box->w > 0) || !(box->h > 0))
		return false;
	ret_area->x = edge(box->x, image->width);
	ret_area->y = edge(box->y, image->height);
	ret_area->x_end = edge(right, image->width);
	ret_area->y_end = edge(bottom, image->height);
	return true;
}

/* One of 24 hues by the FNV-1a hash of the text (draft-eastlake-fnv, 32 bit), so that a label has
 * the same colour in every run. */
static struct draw_color color_of(const char *label, uint32_t n)
{
	uint32_t hash = 2166136261U, hue, ramp;
	uint8_t high = 245, low = 50, up, down;

	for (uint32_t i = 0; i < n; i++)
		hash = (hash ^ (uint8_t)label[i]) * 16777619U;
	hue = (hash ^ hash >> 16) % 24;
	ramp = hue % 4 * (uint32_t)(high - low) / 4;
	up = (uint8_t)(low + ramp);
	down = (uint8_t)(high - ramp);
	switch (hue / 4) {
	case 0:
		return (struct draw_color){.red = high, .green = up, .blue = low};
	case 1:
		return (struct draw_color){.red = down, .green = high, .blue = low};
	case 2:
		return (struct draw_color){.red = low, .green = high, .blue = up};
	case 3:
		return (struct draw_color){.red = low, .green = down, .blue = high};
	case 4:
		return (struct draw_color){.red = up, .green = low, .blue = high};
	default:
		return (struct draw_color){.red = high, .green = low, .blue = down};
	}
}

/* Weights of red, green and blue from ITU-R BT.601. */
static struct draw_color text_color(struct draw_color tag)
{
	int bright = (299 * tag.red + 587 * tag.green + 114 * tag.blue) / 1000;

	if (bright >= DARK_TEXT_FROM)
		return (struct draw_color){0, 0, 0};
	return (struct draw_color){255, 255, 255};
}

/* "person 0.87"; hundredths by integers, because printf's decimal sign depends on the locale. */
static void label_text(const struct detect_Object *object, uint32_t n, char ret_text[LABEL_SIZE])
{
	const char *gap = n ? " " : "";
	long hundredths;

	if (isnan(object->score) || fabsf(object->score) > 1e6f) {
		snprintf(ret_text, LABEL_SIZE, "%.*s", (int)n, object->label.text);
		return;
	}
	hundredths = (long)(fabsf(object->score) * 100 + 0.5f);
	snprintf(ret_text, LABEL_SIZE, "%.*s%s%s%ld.%02ld", (int)n, object->label.text, gap,
	         object->score < 0 ? "-" : "", hundredths / 100, hundredths % 100);
}

static void draw_tag(const struct draw_text *text, struct pkd_image *image, struct area box,
                     struct draw_color color, const char *label)
{
	int32_t width = draw_text_width(text, label) + 2 * TAG_MARGIN;
	int32_t height = text->ascent + text->descent + 2 * TAG_MARGIN;
	int32_t x = largest(least(box.x, (int32_t)image->width - width), 0);
	int32_t y = box.y - height;

	if (y < 0)
		y = largest(box.y, 0);
	fill(image, (struct area){x, y, x + width, y + height}, color);
	draw_text(text, image, x + TAG_MARGIN, y + TAG_MARGIN + text->ascent, text_color(color),
	          label);
}

/* A box that lies wholly outside gets no tag either. */
static bool visible(const struct pkd_image *image, struct area area)
{
	return area.x_end > 0 && area.y_end > 0 && area.x < (int32_t)image->width &&
	       area.y < (int32_t)image->height;
}

static void draw_object(const struct draw_boxes *self, struct pkd_image *view,
                        const struct detect_Object *object)
{
	const uint32_t capacity = sizeof(object->label.text) - 1;
	uint32_t n = pkd_length(&object->label.len, capacity);
	struct draw_color color;
	char label[LABEL_SIZE];
	struct area area;

	if (!area_of(&object->box, view, &area) || !visible(view, area))
		return;
	color = color_of(object->label.text, n);
	outline(view, area, self->params->thickness, color);
	if (!self->has_text)
		return;
	label_text(object, n, label);
	draw_tag(&self->text, view, area, color, label);
}

int draw_boxes_init(struct draw_boxes *self, const struct draw_boxes_params *params,
                    struct pkd_ctx *ctx)
{
	int error = draw_text_init(&self->text, params->text_size);

	self->params = params;
	self->has_text = error == 0;
	if (error)
		pkd_note(ctx,
		         "no usable font: boxes are drawn without labels (install DejaVu Sans, or "
		         "name a font file in PKD_FONT)");
	return PKD_OK;
}

int draw_boxes_step(struct draw_boxes *self, const struct draw_boxes_in *in,
                    struct draw_boxes_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = in->objects ? pkd_length(&in->objects->len, self->params->N) : 0;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	for (uint32_t i = 0; i < n; i++)
		draw_object(self, out->view, &in->objects->items[i]);
	return PKD_OK;
}

void draw_boxes_finish(struct draw_boxes *self)
{
	draw_text_finish(&self->text);
}

PKD_NODE(draw_boxes);
