/* detect.dnn: objects by a neural network. `id` counts the objects of one frame, the surest first,
 * and says nothing about other frames. */
#include <detect/dnn.pkd.h>
#include <errno.h>
#include <string.h>

#include "../base/fraction.h"
#include "network.h"

struct detect_dnn {
	const struct detect_dnn_params *params; /* min_score may change between steps */
	struct detect_network network;
	struct detect_finder *finder;
};

static void fill(const struct detect_dnn *self, struct detect_dnn_objects *objects)
{
	for (uint32_t i = 0; i < self->finder->n; i++) {
		const struct detect_found *found = &self->finder->found[i];
		struct detect_Object *object = &objects->items[objects->len];
		float left = fraction_clamp(detect_network_x(&self->network, found->left));
		float right = fraction_clamp(detect_network_x(&self->network, found->right));
		float top = fraction_clamp(detect_network_y(&self->network, found->top));
		float bottom = fraction_clamp(detect_network_y(&self->network, found->bottom));

		/* In the border of a letterbox there is nothing. */
		if (!(right > left && bottom > top))
			continue;
		memset(object, 0, sizeof(*object));
		object->box = (struct detect_Box){left, top, right - left, bottom - top};
		pkd_string_set(&object->label, self->network.sidecar.labels[found->label]);
		object->score = found->score;
		object->id = ++objects->len;
	}
}

int detect_dnn_init(struct detect_dnn *self, const struct detect_dnn_params *params,
                    struct pkd_ctx *ctx)
{
	const struct detect_choice choice = {params->folder, params->model, params->runtime,
	                                     (enum detect_engine_kind)params->engine, false};
	int error = detect_network_open(&self->network, &choice, ctx);

	if (error)
		return error;
	self->params = params;
	self->finder = detect_finder_create(&self->network.sidecar, self->network.outputs);
	if (self->finder)
		return PKD_OK;
	detect_network_close(&self->network);
	return pkd_error(ctx, ENOMEM, "no memory for the boxes");
}

int detect_dnn_step(struct detect_dnn *self, const struct detect_dnn_in *in,
                    struct detect_dnn_out *out, struct pkd_ctx *ctx)
{
	const uint32_t capacity = sizeof(out->objects->items) / sizeof(out->objects->items[0]);
	int error;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	error = detect_network_run(&self->network, in->frame, ctx);
	if (error)
		return error;
	if (!detect_find(self->finder, &self->network.sidecar, self->network.outputs,
	                 self->params->min_score, capacity))
		return pkd_error(ctx, ENOMEM, "there is no memory for what the network has found");
	out->objects->len = 0;
	fill(self, out->objects);
	return PKD_OK;
}

void detect_dnn_finish(struct detect_dnn *self)
{
	detect_finder_destroy(self->finder);
	detect_network_close(&self->network);
}

PKD_NODE(detect_dnn);
