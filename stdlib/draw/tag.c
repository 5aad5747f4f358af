/* See tag.h. */
#include "tag.h"

#include <math.h>

/* Pixels to the left and right of the text; half of it above and below. */
static int32_t margin_of(const struct letters *letters)
{
	return 1 + (letters_ascent(letters) + letters_descent(letters)) / 5;
}

static int32_t within(int32_t at, int32_t size, uint32_t extent)
{
	int32_t last = (int32_t)extent - size;

	at = at < last ? at : last;
	return at > 0 ? at : 0;
}

void tag_size(struct letters *letters, const struct pkd_image *image, const char *text, size_t n,
              int32_t *ret_width, int32_t *ret_height)
{
	int32_t margin = margin_of(letters);
	int32_t room = (int32_t)image->width - 2 * margin;

	*ret_width = letters_width_in(letters, text, n, room) + 2 * margin;
	*ret_height = letters_ascent(letters) + letters_descent(letters) + margin / 2 * 2;
}

void tag_draw(struct letters *letters, struct pkd_image *image, int32_t x, int32_t y,
              struct colour ground, const char *text, size_t n)
{
	int32_t margin = margin_of(letters), width, height;

	tag_size(letters, image, text, n, &width, &height);
	x = within(x, width, image->width);
	y = within(y, height, image->height);
	paint_fill(image, (struct paint_area){x, y, x + width, y + height}, ground);
	letters_draw(letters, image, x + margin, y + margin / 2 + letters_ascent(letters),
	             width - 2 * margin, paint_contrast(ground), text, n);
}

static const struct paint_area *hidden_by(const struct tags *others, struct paint_area area)
{
	for (uint32_t i = 0; i < others->n; i++) {
		const struct paint_area *other = &others->areas[i];
		if (area.x < other->x_end && other->x < area.x_end && area.y < other->y_end &&
		    other->y < area.y_end)
			return other;
	}
	return NULL;
}

void tag_draw_above(struct letters *letters, struct pkd_image *image, struct tags *others,
                    struct paint_area box, struct colour ground, const char *text, size_t n)
{
	const struct paint_area *other;
	struct paint_area area;
	int32_t width, height;

	tag_size(letters, image, text, n, &width, &height);
	area.x = within(box.x, width, image->width);
	area.y = within(box.y < height ? box.y : box.y - height, height, image->height);
	area.x_end = area.x + width;
	area.y_end = area.y + height;
	/* Each step goes up, so it ends. */
	for (struct paint_area up = area; (other = hidden_by(others, up));) {
		if (other->y < height)
			break;
		up.y_end = other->y;
		up.y = up.y_end - height;
		if (!hidden_by(others, up))
			area = up;
	}
	if (others->n < sizeof(others->areas) / sizeof(*others->areas))
		others->areas[others->n++] = area;
	tag_draw(letters, image, area.x, area.y, ground, text, n);
}

static bool is_left_of(const struct detect_Object *objects, uint32_t a, uint32_t b)
{
	float left = objects[a].box.x, right = objects[b].box.x;

	return left < right || (!(left > right) && a < b);
}

uint32_t tag_next(const struct detect_Object *objects, uint32_t n, uint32_t before)
{
	uint32_t next = n;

	for (uint32_t i = 0; i < n; i++) {
		if (isnan(objects[i].box.x) || (before < n && !is_left_of(objects, before, i)))
			continue;
		if (next == n || is_left_of(objects, i, next))
			next = i;
	}
	return next;
}
