/* count.zones */
#include "touch.h"

#include <count/zones.pkd.h>
#include <errno.h>

struct count_zones {
	const struct count_zones_params *params;
	struct places zones;
};

_Static_assert(sizeof(((struct count_zones_counts *)0)->items) ==
                       PLACES_MAX * sizeof(struct count_Zone),
               "zone.pkd has another number");

int count_zones_init(struct count_zones *self, const struct count_zones_params *params,
                     struct pkd_ctx *ctx)
{
	char wrong[PLACES_WRONG_SIZE];

	self->params = params;
	if (!places_read(params->zones, params->resolution, PLACES_ZONES, &self->zones, wrong))
		return pkd_error(ctx, EINVAL, "`zones`: %s", wrong);
	return PKD_OK;
}

int count_zones_step(struct count_zones *self, const struct count_zones_in *in,
                     struct count_zones_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = pkd_length(&in->objects->len, self->params->N);

	(void)ctx;
	out->counts->len = self->zones.n;
	for (uint32_t k = 0; k < self->zones.n; k++) {
		pkd_string_set(&out->counts->items[k].name, self->zones.items[k].name);
		out->counts->items[k].n = 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct detect_Object *object = &in->objects->items[i];
		struct place_box box;

		if (!place_clip(object->box.x, object->box.y, object->box.w, object->box.h, &box))
			continue;
		for (uint32_t k = 0; k < self->zones.n; k++) {
			if (!count_touches(&self->zones.items[k], box, self->params->by))
				continue;
			out->counts->items[k].n++;
			if (out->inside->len < 4 * self->params->N)
				out->inside->items[out->inside->len++] =
					(struct count_Inside){k + 1, *object};
		}
	}
	return PKD_OK;
}

void count_zones_finish(struct count_zones *self)
{
	(void)self;
}

PKD_NODE(count_zones);
