// pose.draw: the frame with the skeletons of people.
#include <pose/draw.pkd.h>

#include <cmath>

#include "../draw/stroke.h"
#include "../draw/view.h"

namespace
{

// Whose side a bone or a point is on.
enum side { MIDDLE, LEFT, RIGHT };

// COCO's connections, by the numbers of the points from 0; the face first, so that shoulders lie
// over it.
const struct {
	uint8_t from, to;
	side whose;
} bones[] = {
	{0, 1, LEFT},   {0, 2, RIGHT},  {1, 2, MIDDLE},  {1, 3, LEFT},     {2, 4, RIGHT},
	{3, 5, LEFT},   {4, 6, RIGHT},  {5, 6, MIDDLE},  {11, 12, MIDDLE}, {5, 11, LEFT},
	{6, 12, RIGHT}, {5, 7, LEFT},   {7, 9, LEFT},    {6, 8, RIGHT},    {8, 10, RIGHT},
	{11, 13, LEFT}, {13, 15, LEFT}, {12, 14, RIGHT}, {14, 16, RIGHT},
};

// By the side.
const colour colours[] = {{255, 255, 255}, {64, 160, 255}, {255, 144, 32}};

} // namespace

struct pose_draw {
	const struct pose_draw_params *params;
};

int pose_draw_init(struct pose_draw *self, const struct pose_draw_params *params,
                   struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

// Not one that is no number, in its place or its score.
static bool is_sure(const struct pose_draw *self, const struct pose_Keypoint *point)
{
	return std::isfinite(point->x) && std::isfinite(point->y) &&
	       point->score >= self->params->min_score;
}

static bool draw_person(const struct pose_draw *self, struct pkd_image *view, int32_t thickness,
                        const struct pose_Person *person)
{
	for (const auto &bone : bones) {
		const pose_Keypoint &from = person->points[bone.from],
				    &to = person->points[bone.to];
		const draw_place ends[] = {{from.x, from.y}, {to.x, to.y}};

		if (is_sure(self, &from) && is_sure(self, &to) &&
		    !draw_stroke_edged(view, ends, 2, false, thickness, colours[bone.whose]))
			return false;
	}
	for (int i = 0; i < 17; i++) {
		const pose_Keypoint &point = person->points[i];
		const side whose = i == 0 ? MIDDLE : i % 2 ? LEFT : RIGHT;

		if (is_sure(self, &point) &&
		    !draw_dot(view, {point.x, point.y}, 2 * thickness + 1, colours[whose]))
			return false;
	}
	return true;
}

int pose_draw_step(struct pose_draw *self, const struct pose_draw_in *in, struct pose_draw_out *out,
                   struct pkd_ctx *ctx)
{
	uint32_t n = in->people ? pkd_length(&in->people->len, self->params->N) : 0;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	for (uint32_t i = 0; i < n; i++) {
		if (!draw_person(self, out->view,
		                 paint_line_width(out->view, self->params->thickness),
		                 &in->people->items[i]))
			return pkd_error(ctx, ENOMEM, "OpenCV cannot draw a line");
	}
	return PKD_OK;
}

void pose_draw_finish(struct pose_draw *self)
{
	(void)self;
}

PKD_NODE(pose_draw);
