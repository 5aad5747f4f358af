#include "node/typed.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <pkd/node.h>

/* A list, string or bytes begins with its length. */
static uint32_t length_of(const void *value)
{
	uint32_t length;

	memcpy(&length, value, sizeof(length));
	return length;
}

/* ---- Saying what is wrong ---- */

__attribute__((format(printf, 2, 3))) static bool set_mismatch(struct pkdi_mismatch *mismatch,
                                                               const char *format, ...)
{
	va_list arguments;

	mismatch->place[0] = '\0';
	va_start(arguments, format);
	vsnprintf(mismatch->text, sizeof(mismatch->text), format, arguments);
	va_end(arguments);
	return false;
}

/* The error is in a part of the value at hand. */
static bool mismatch_within(struct pkdi_mismatch *mismatch, const char *part)
{
	char inner[sizeof(mismatch->place)];

	memcpy(inner, mismatch->place, sizeof(inner));
	snprintf(mismatch->place, sizeof(mismatch->place), "%.60s%.66s", part, inner);
	return false;
}

static bool mismatch_in_item(struct pkdi_mismatch *mismatch, uint32_t i)
{
	char part[16];

	snprintf(part, sizeof(part), "[%" PRIu32 "]", i);
	return mismatch_within(mismatch, part);
}

static bool mismatch_in_field(struct pkdi_mismatch *mismatch, const char *name)
{
	char part[64];

	snprintf(part, sizeof(part), ".%s", name);
	return mismatch_within(mismatch, part);
}

/* ---- Checking ---- */

static bool check_bool(const uint8_t *value, struct pkdi_mismatch *mismatch)
{
	return *value <= 1 || set_mismatch(mismatch, "is %u, but a bool must be 0 or 1", *value);
}

static bool check_enum(const struct pkd_type *type, const void *value,
                       struct pkdi_mismatch *mismatch)
{
	uint32_t number = length_of(value);

	return number < type->n ||
	       set_mismatch(mismatch, "is %" PRIu32 ", but %s has values 0 to %" PRIu32, number,
	                    type->name, type->n - 1);
}

static bool check_length(const struct pkd_type *type, const void *value,
                         struct pkdi_mismatch *mismatch)
{
	uint32_t length = length_of(value);

	return length <= type->n ||
	       set_mismatch(mismatch, "has length %" PRIu32 ", but %s holds at most %" PRIu32,
	                    length, type->name, type->n);
}

static bool check_string(const struct pkd_type *type, const char *value,
                         struct pkdi_mismatch *mismatch)
{
	uint32_t length = length_of(value);
	unsigned char end;

	if (!check_length(type, value, mismatch))
		return false;
	end = (unsigned char)value[sizeof(length) + length];
	return end == 0 || set_mismatch(mismatch,
	                                "has length %" PRIu32 ", but text[%" PRIu32
	                                "] is %u, not the terminating 0",
	                                length, length, end);
}

static bool check_image(const struct pkd_type *type, const void *value,
                        struct pkdi_mismatch *mismatch)
{
	struct pkd_image image;
	uint64_t capacity = type->size - sizeof(image), row, bytes;

	memcpy(&image, value, sizeof(image));
	row = (uint64_t)image.width * pkd_pixel_size(type->format);
	bytes = pkd_image_bytes(type->format, image.stride, image.height);
	if (!image.format)
		return set_mismatch(mismatch, "was not written, but %s has no empty value",
		                    type->name);
	if (image.format != type->format)
		return set_mismatch(mismatch, "has format %" PRIu32 ", but that of %s is %" PRIu32,
		                    image.format, type->name, type->format);
	if (!image.width || !image.height)
		return set_mismatch(mismatch,
		                    "has %" PRIu32 " x %" PRIu32
		                    " pixels, but an image has at least one",
		                    image.width, image.height);
	if (image.width > type->width || image.height > type->height)
		return set_mismatch(mismatch,
		                    "has %" PRIu32 " x %" PRIu32
		                    " pixels, but %s holds at most %" PRIu32 " x %" PRIu32,
		                    image.width, image.height, type->name, type->width,
		                    type->height);
	if (image.stride < row)
		return set_mismatch(mismatch,
		                    "has a stride of %" PRIu32 " bytes, but a row of %" PRIu32
		                    " pixels takes %" PRIu64,
		                    image.stride, image.width, row);
	return bytes <= capacity ||
	       set_mismatch(mismatch,
	                    "has %" PRIu32 " rows of %" PRIu32
	                    " bytes%s, but %s holds at most %" PRIu64 " bytes",
	                    image.height, image.stride,
	                    pkd_planes(type->format) > 1 ? " and its other planes" : "", type->name,
	                    capacity);
}

/* Masks have many bools. */
static bool are_bools(const uint8_t *items, uint32_t n)
{
	uint8_t all = 0;

	for (uint32_t i = 0; i < n; i++)
		all |= items[i];
	return all <= 1;
}

static bool check_items(const struct pkd_type *item, const char *items, uint32_t n,
                        struct pkdi_mismatch *mismatch)
{
	if (item->plain || (item->kind == PKD_BOOL && are_bools((const uint8_t *)items, n)))
		return true;
	for (uint32_t i = 0; i < n; i++)
		if (!pkdi_typed_check(item, items + (size_t)i * item->size, mismatch))
			return mismatch_in_item(mismatch, i);
	return true;
}

static bool check_list(const struct pkd_type *type, const char *value,
                       struct pkdi_mismatch *mismatch)
{
	return check_length(type, value, mismatch) &&
	       check_items(type->item, value + type->items_offset, length_of(value), mismatch);
}

static bool check_fields(const struct pkd_type *type, const char *value,
                         struct pkdi_mismatch *mismatch)
{
	for (uint32_t i = 0; i < type->n; i++) {
		const struct pkd_field *field = &type->fields[i];

		if (!pkdi_typed_check(field->type, value + field->offset, mismatch))
			return mismatch_in_field(mismatch, field->name);
	}
	return true;
}

bool pkdi_typed_check(const struct pkd_type *type, const void *value,
                      struct pkdi_mismatch *ret_mismatch)
{
	if (type->plain)
		return true;
	switch (type->kind) {
	case PKD_BOOL:
		return check_bool(value, ret_mismatch);
	case PKD_ENUM:
		return check_enum(type, value, ret_mismatch);
	case PKD_STRING:
		return check_string(type, value, ret_mismatch);
	case PKD_BYTES:
		return check_length(type, value, ret_mismatch);
	case PKD_ARRAY:
		return check_items(type->item, value, type->n, ret_mismatch);
	case PKD_LIST:
		return check_list(type, value, ret_mismatch);
	case PKD_IMAGE:
		return check_image(type, value, ret_mismatch);
	case PKD_RECORD:
		return check_fields(type, value, ret_mismatch);
	case PKD_I8:
	case PKD_I16:
	case PKD_I32:
	case PKD_I64:
	case PKD_U8:
	case PKD_U16:
	case PKD_U32:
	case PKD_U64:
	case PKD_F32:
	case PKD_F64:
	case PKD_TIME:
		break;
	}
	return true;
}

/* ---- Emptying ---- */

static void empty_items(const struct pkd_type *item, char *items, uint32_t n)
{
	if (item->flat) {
		memset(items, 0, (size_t)n * item->size);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		pkdi_typed_empty(item, items + (size_t)i * item->size);
}

void pkdi_typed_empty_text(char *value, uint32_t capacity, bool is_string)
{
	uint32_t length = length_of(value);

	memset(value, 0, sizeof(length));
	if (length)
		memset(value + sizeof(length), 0, length < capacity ? length : capacity);
	else if (is_string)
		value[sizeof(length)] = '\0';
}

static void empty_list(const struct pkd_type *type, char *value)
{
	uint32_t length = length_of(value);

	empty_items(type->item, value + type->items_offset, length < type->n ? length : type->n);
	memset(value, 0, sizeof(length));
}

static void empty_fields(const struct pkd_type *type, char *value)
{
	for (uint32_t i = 0; i < type->n; i++)
		pkdi_typed_empty(type->fields[i].type, value + type->fields[i].offset);
}

void pkdi_typed_empty(const struct pkd_type *type, void *value)
{
	if (type->flat)
		memset(value, 0, type->size);
	else if (type->kind == PKD_IMAGE)
		memset(value, 0, sizeof(struct pkd_image));
	else if (type->kind == PKD_LIST)
		empty_list(type, value);
	else if (type->kind == PKD_ARRAY)
		empty_items(type->item, value, type->n);
	else if (type->kind == PKD_RECORD)
		empty_fields(type, value);
	else
		pkdi_typed_empty_text(value, type->n, type->kind == PKD_STRING);
}

static bool are_zero(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

static bool are_empty(const struct pkd_type *item, const char *items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!pkdi_typed_is_empty(item, items + (size_t)i * item->size))
			return false;
	return true;
}

bool pkdi_typed_is_empty(const struct pkd_type *type, const void *value)
{
	const char *at = (const char *)value;

	if (type->kind == PKD_IMAGE)
		return are_zero(at, sizeof(struct pkd_image));
	if (type->kind == PKD_LIST || type->kind == PKD_STRING || type->kind == PKD_BYTES)
		return length_of(value) == 0;
	if (type->kind == PKD_ARRAY)
		return are_empty(type->item, at, type->n);
	if (type->kind != PKD_RECORD)
		return are_zero(at, type->size);
	/* Not the padding between the fields, which may be anything. */
	for (uint32_t i = 0; i < type->n; i++)
		if (!pkdi_typed_is_empty(type->fields[i].type, at + type->fields[i].offset))
			return false;
	return true;
}
