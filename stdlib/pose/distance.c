/* pose.distance */
#include "../count/pinhole.h"

#include <pose/distance.pkd.h>
#include <string.h>

enum { N_POINTS = sizeof(((struct pose_Person *)0)->points) / sizeof(struct pose_Keypoint) };

/* In COCO's order: the nose, the shoulders, the hips. */
static const uint32_t torso[] = {0, 5, 6, 11, 12};
static const uint32_t whole[N_POINTS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

struct pose_distance {
	const struct pose_distance_params *params;
};

/* The box around those of n points that are sure. */
struct around {
	uint32_t n;
	float left, top, right, bottom;
};

int pose_distance_init(struct pose_distance *self, const struct pose_distance_params *params,
                       struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

static struct around around(const struct pose_Person *person, const uint32_t *points, uint32_t n,
                            float min_score)
{
	struct around box = {0, INFINITY, INFINITY, -INFINITY, -INFINITY};

	for (uint32_t i = 0; i < n; i++) {
		const struct pose_Keypoint *point = &person->points[points[i]];

		if (!(point->score >= min_score) || !isfinite(point->x) || !isfinite(point->y))
			continue;
		box.n++;
		box.left = fminf(box.left, point->x);
		box.top = fminf(box.top, point->y);
		box.right = fmaxf(box.right, point->x);
		box.bottom = fmaxf(box.bottom, point->y);
	}
	return box;
}

int pose_distance_step(struct pose_distance *self, const struct pose_distance_in *in,
                       struct pose_distance_out *out, struct pkd_ctx *ctx)
{
	const struct pose_distance_params *params = self->params;
	struct pinhole camera = {params->focal_length, params->torso, params->aspect};
	uint32_t n = pkd_length(&in->people->len, params->N);

	(void)ctx;
	out->places->len = n;
	for (uint32_t i = 0; i < n; i++) {
		const struct pose_Person *person = &in->people->items[i];
		struct around box = around(person, torso, sizeof(torso) / sizeof(torso[0]),
		                           params->min_score);

		if (box.n < 2)
			box = around(person, whole, N_POINTS, params->min_score);
		/* Without two points, the height is not above 0. */
		out->places->items[i] = pinhole_place(camera, ((double)box.left + box.right) / 2,
		                                      ((double)box.top + box.bottom) / 2,
		                                      (double)box.bottom - box.top);
	}
	return PKD_OK;
}

void pose_distance_finish(struct pose_distance *self)
{
	(void)self;
}

PKD_NODE(pose_distance);
