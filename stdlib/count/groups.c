/* count.groups: union-find, in which the root of a group is its first object. */
#include "apart.h"

#include <count/groups.pkd.h>
#include <errno.h>
#include <stdlib.h>

struct count_groups {
	const struct count_groups_params *params;
	uint32_t *parents;
};

int count_groups_init(struct count_groups *self, const struct count_groups_params *params,
                      struct pkd_ctx *ctx)
{
	self->params = params;
	self->parents = calloc(params->N + 1, sizeof(self->parents[0]));
	if (!self->parents)
		return pkd_error(ctx, ENOMEM, "no memory to group %u objects", params->N);
	return PKD_OK;
}

static uint32_t root_of(const struct count_groups *self, uint32_t i)
{
	while (self->parents[i] != i)
		i = self->parents[i] = self->parents[self->parents[i]];
	return i;
}

static void join(const struct count_groups *self, uint32_t i, uint32_t k)
{
	uint32_t a = root_of(self, i), b = root_of(self, k);

	if (a < b)
		self->parents[b] = a;
	else
		self->parents[a] = b;
}

int count_groups_step(struct count_groups *self, const struct count_groups_in *in,
                      struct count_groups_out *out, struct pkd_ctx *ctx)
{
	const struct count_Place *places = in->places->items;
	uint32_t n = pkd_length(&in->places->len, self->params->N);

	(void)ctx;
	for (uint32_t i = 0; i < n; i++) {
		self->parents[i] = i;
		for (uint32_t k = 0; k < i; k++)
			if (count_apart(&places[i], &places[k]) <= self->params->distance)
				join(self, i, k);
	}
	out->groups->len = n;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t root = root_of(self, i);

		/* A root comes before all others of its group. */
		if (root == i) {
			out->sizes->items[out->sizes->len++] = 0;
			out->groups->items[i] = out->sizes->len;
		} else {
			out->groups->items[i] = out->groups->items[root];
		}
		out->sizes->items[out->groups->items[i] - 1]++;
	}
	for (uint32_t i = 0; i < out->sizes->len; i++)
		if (out->sizes->items[i] > self->params->more_than)
			out->large->items[out->large->len++] = i + 1;
	return PKD_OK;
}

void count_groups_finish(struct count_groups *self)
{
	free(self->parents);
}

PKD_NODE(count_groups);
