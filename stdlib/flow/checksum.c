/* flow.checksum: FNV-1a of 64 bits over what a value says, and not over how it lies in memory:
 * neither the room behind a string nor the gaps of a record count. The offset basis and the prime
 * are those of draft-eastlake-fnv. */
#include "../base/value.h"

#include <flow/checksum.pkd.h>

struct flow_checksum {
	const struct flow_checksum_params *params;
};

int flow_checksum_init(struct flow_checksum *self, const struct flow_checksum_params *params,
                       struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

static const uint64_t BASIS = 0xcbf29ce484222325, PRIME = 0x100000001b3;

static uint64_t sum_bytes(uint64_t sum, const void *data, size_t n)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ bytes[i]) * PRIME;
	return sum;
}

static uint64_t sum_image(uint64_t sum, const struct pkd_image *image, size_t n)
{
	const uint32_t shape[] = {image->width, image->height, image->format};

	return sum_bytes(sum_bytes(sum, shape, sizeof(shape)), image + 1, n - sizeof(*image));
}

/* Types are at most 64 deep. */
static uint64_t sum_value(uint64_t sum, const struct pkd_type *type, const char *value)
{
	uint32_t n = type->n;

	switch ((int)type->kind) {
	case PKD_STRING:
	case PKD_BYTES:
		n = pkd_length((const uint32_t *)(const void *)value, type->n);
		sum = sum_bytes(sum, &n, sizeof(n));
		return sum_bytes(sum, value + sizeof(uint32_t), n);
	case PKD_LIST:
		n = pkd_length((const uint32_t *)(const void *)value, type->n);
		sum = sum_bytes(sum, &n, sizeof(n));
		value += type->items_offset;
		/* fall through */
	case PKD_ARRAY:
		for (uint32_t i = 0; i < n; i++)
			sum = sum_value(sum, type->item, value + (size_t)i * type->item->size);
		return sum;
	case PKD_RECORD:
		for (uint32_t i = 0; i < n; i++)
			sum = sum_value(sum, type->fields[i].type, value + type->fields[i].offset);
		return sum;
	case PKD_IMAGE:
		return sum_image(sum, (const void *)value, value_size(type, value));
	default:
		return sum_bytes(sum, value, type->size);
	}
}

int flow_checksum_step(struct flow_checksum *self, const struct flow_checksum_in *in,
                       struct flow_checksum_out *out, struct pkd_ctx *ctx)
{
	(void)ctx;
	*out->sum = sum_value(BASIS, self->params->T, in->value);
	return PKD_OK;
}

void flow_checksum_finish(struct flow_checksum *self)
{
	(void)self;
}

PKD_NODE(flow_checksum);
