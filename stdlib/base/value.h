/* Values of any type by their run-time description, for nodes that hand them on. */
#ifndef PKD_BASE_VALUE_H
#define PKD_BASE_VALUE_H

#include <pkd/node.h>
#include <string.h>

/* Bytes from the start of a list to its first item. */
static inline uint32_t value_items_offset(const struct pkd_type *item)
{
	return item->align > sizeof(uint32_t) ? item->align : (uint32_t)sizeof(uint32_t);
}

/* Bytes that are in use, from the start on: without the room behind the last item, byte or row.
 * Never above the capacity, whatever the value says. */
static inline size_t value_size(const struct pkd_type *type, const void *value)
{
	const struct pkd_image *image = (const struct pkd_image *)value;
	size_t size;

	switch ((int)type->kind) {
	case PKD_STRING:
	case PKD_BYTES:
		return sizeof(uint32_t) + pkd_length((const uint32_t *)value, type->n) +
		       (type->kind == PKD_STRING);
	case PKD_LIST:
		return type->items_offset +
		       (size_t)pkd_length((const uint32_t *)value, type->n) * type->item->size;
	case PKD_IMAGE:
		size = sizeof(*image) +
		       pkd_image_bytes(image->format, image->stride, image->height);
		return size < type->size ? size : type->size;
	default:
		return type->size;
	}
}

static inline void value_copy(const struct pkd_type *type, void *to, const void *from)
{
	memcpy(to, from, value_size(type, from));
}

#endif
