/* detect.motion: regions that differ from a background which is learnt (background.h). No tracking:
 * `id` counts the regions of one frame, the largest first. A restart learns the background anew. */
#include "background.h"

#include <detect/motion.pkd.h>
#include <errno.h>
#include <string.h>

struct detect_motion {
	const struct detect_motion_params *params; /* some may change between steps */
	struct detect_background *background;
	struct detect_region regions[sizeof(((struct detect_motion_objects *)0)->items) /
	                             sizeof(struct detect_Object)];
};

int detect_motion_init(struct detect_motion *self, const struct detect_motion_params *params,
                       struct pkd_ctx *ctx)
{
	self->params = params;
	self->background = detect_background_create(params->memory, params->shadows, params->size);
	if (!self->background)
		return pkd_error(ctx, ENOMEM, "OpenCV's background subtractor cannot be made");
	return PKD_OK;
}

int detect_motion_step(struct detect_motion *self, const struct detect_motion_in *in,
                       struct detect_motion_out *out, struct pkd_ctx *ctx)
{
	const struct pkd_image *frame = in->frame;
	const uint32_t capacity = sizeof(self->regions) / sizeof(self->regions[0]);
	uint32_t n;
	int error = detect_background_find(self->background, pkd_const_pixels(frame), frame->width,
	                                   frame->height, frame->stride, self->params->threshold,
	                                   self->params->min_area, capacity, self->regions, &n);

	if (error)
		return pkd_error(ctx, -error, "OpenCV's background subtractor failed");
	for (uint32_t i = 0; i < n; i++) {
		const struct detect_region *region = &self->regions[i];
		struct detect_Object *object = &out->objects->items[i];

		memset(object, 0, sizeof(*object));
		object->box = (struct detect_Box){region->x, region->y, region->w, region->h};
		pkd_string_set(&object->label, "motion");
		object->score = region->share;
		object->id = i + 1;
	}
	out->objects->len = n;
	return PKD_OK;
}

void detect_motion_finish(struct detect_motion *self)
{
	detect_background_destroy(self->background);
}

PKD_NODE(detect_motion);
