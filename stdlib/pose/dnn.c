/* pose.dnn: the points of a body by a neural network. */
#include <errno.h>
#include <math.h>
#include <pose/dnn.pkd.h>
#include <string.h>

#include "../base/fraction.h"
#include "../detect/network.h"
#include "movenet.h"

struct pose_dnn {
	const struct pose_dnn_params *params; /* min_score may change between steps */
	struct detect_network network;
};

/* Around the points of at least min_score: there are some, as their average has it. */
static struct detect_Box box_of(const struct pose_Person *person, float min_score)
{
	float left = 1, top = 1, right = 0, bottom = 0;

	for (uint32_t i = 0; i < POSE_N_POINTS; i++) {
		const struct pose_Keypoint *point = &person->points[i];

		if (point->score < min_score)
			continue;
		left = fminf(left, fraction_clamp(point->x));
		top = fminf(top, fraction_clamp(point->y));
		right = fmaxf(right, fraction_clamp(point->x));
		bottom = fmaxf(bottom, fraction_clamp(point->y));
	}
	return (struct detect_Box){left, top, fmaxf(right - left, 0), fmaxf(bottom - top, 0)};
}

static void fill(const struct pose_dnn *self, struct pose_dnn_people *people)
{
	const struct detect_network *network = &self->network;
	struct pose_Person *person = &people->items[0];
	struct pose_point points[POSE_N_POINTS];
	float sum = 0;

	pose_movenet(&network->sidecar, network->outputs, points);
	memset(person, 0, sizeof(*person));
	for (uint32_t i = 0; i < POSE_N_POINTS; i++) {
		person->points[i].x = detect_network_x(network, points[i].x);
		person->points[i].y = detect_network_y(network, points[i].y);
		person->points[i].score = points[i].score;
		sum += points[i].score;
	}
	person->score = sum / POSE_N_POINTS;
	person->id = 1;
	person->box = box_of(person, self->params->min_score);
	/* A NaN is nobody, too. */
	people->len = person->score >= self->params->min_score;
}

int pose_dnn_init(struct pose_dnn *self, const struct pose_dnn_params *params, struct pkd_ctx *ctx)
{
	const struct detect_choice choice = {params->folder, params->model, params->runtime,
	                                     (enum detect_engine_kind)params->engine, true};
	int error = detect_network_open(&self->network, &choice, ctx);

	if (error)
		return error;
	self->params = params;
	if (self->network.sidecar.n_labels == POSE_N_POINTS)
		return PKD_OK;
	error = pkd_error(ctx, EINVAL, "'%s' has %u points by its .txt file: a person has 17",
	                  self->network.path, self->network.sidecar.n_labels);
	detect_network_close(&self->network);
	return error;
}

int pose_dnn_step(struct pose_dnn *self, const struct pose_dnn_in *in, struct pose_dnn_out *out,
                  struct pkd_ctx *ctx)
{
	int error;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	error = detect_network_run(&self->network, in->frame, ctx);
	if (error)
		return error;
	fill(self, out->people);
	return PKD_OK;
}

void pose_dnn_finish(struct pose_dnn *self)
{
	detect_network_close(&self->network);
}

PKD_NODE(pose_dnn);
