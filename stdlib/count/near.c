/* count.near */
#include "apart.h"

#include <count/near.pkd.h>

struct count_near {
	const struct count_near_params *params;
};

int count_near_init(struct count_near *self, const struct count_near_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

static bool is_near(const struct count_near *self, const struct count_near_places *places,
                    uint32_t n, uint32_t i)
{
	for (uint32_t k = 0; k < n; k++)
		if (k != i &&
		    count_apart(&places->items[i], &places->items[k]) < self->params->distance)
			return true;
	return false;
}

int count_near_step(struct count_near *self, const struct count_near_in *in,
                    struct count_near_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = pkd_length(&in->places->len, self->params->N);

	(void)ctx;
	out->near->len = out->flags->len = n;
	for (uint32_t i = 0; i < n; i++) {
		bool near = is_near(self, in->places, n, i);

		out->near->items[i] = near;
		pkd_string_set(&out->flags->items[i], near ? self->params->text.text : "");
	}
	return PKD_OK;
}

void count_near_finish(struct count_near *self)
{
	(void)self;
}

PKD_NODE(count_near);
