/* draw.arrow: the frame with arrows on it. */
#include "stroke.h"
#include "view.h"

#include <draw/arrow.pkd.h>
#include <math.h>

enum { LONGEST_HEAD = 8 /* as long as the line is thick */ };

struct draw_arrow {
	const struct draw_arrow_params *params;
	struct colour colour;
};

int draw_arrow_init(struct draw_arrow *self, const struct draw_arrow_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	return paint_read_colour(params->colour, ctx, &self->colour, NULL);
}

/* The two ends of the head, at 25 degrees to the line as it is seen: pixels count, not fractions.
 * False of a line that is shorter than a pixel, which has no direction. */
static bool head_of(const struct draw_arrow *self, const struct detect_Line *line,
                    const struct pkd_image *view, int32_t thickness, struct draw_place ret_ends[2])
{
	const float cosine = 0.9063f, sine = 0.4226f;
	float width = (float)view->width, height = (float)view->height;
	float x = (line->from.x - line->to.x) * width, y = (line->from.y - line->to.y) * height;
	float length = hypotf(x, y);
	float share = fminf(self->params->head, LONGEST_HEAD * (float)thickness / length);

	x *= share;
	y *= share;
	ret_ends[0].x = line->to.x + (x * cosine - y * sine) / width;
	ret_ends[0].y = line->to.y + (x * sine + y * cosine) / height;
	ret_ends[1].x = line->to.x + (x * cosine + y * sine) / width;
	ret_ends[1].y = line->to.y + (y * cosine - x * sine) / height;
	return length >= 1;
}

/* The head is one line, so that its point is whole; the shaft comes first, below its edge. */
static bool draw(const struct draw_arrow *self, struct pkd_image *view, int32_t thickness,
                 const struct detect_Line *line)
{
	struct draw_place tip = {line->to.x, line->to.y}, ends[2];
	struct draw_place shaft[] = {{line->from.x, line->from.y}, tip};

	if (!isfinite(line->from.x) || !isfinite(line->from.y) || !isfinite(tip.x) ||
	    !isfinite(tip.y) || !head_of(self, line, view, thickness, ends))
		return true;
	return draw_stroke_edged(view, shaft, 2, false, thickness, self->colour) &&
	       draw_stroke_edged(view, (struct draw_place[]){ends[0], tip, ends[1]}, 3, false,
	                         thickness, self->colour) &&
	       draw_stroke(view, shaft, 2, false, thickness, self->colour);
}

int draw_arrow_step(struct draw_arrow *self, const struct draw_arrow_in *in,
                    struct draw_arrow_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = in->lines ? pkd_length(&in->lines->len, self->params->N) : 0;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	for (uint32_t i = 0; i < n; i++) {
		if (!draw(self, out->view, paint_line_width(out->view, self->params->thickness),
		          &in->lines->items[i]))
			return pkd_error(ctx, ENOMEM, "OpenCV cannot draw an arrow");
	}
	return PKD_OK;
}

void draw_arrow_finish(struct draw_arrow *self)
{
	(void)self;
}

PKD_NODE(draw_arrow);
