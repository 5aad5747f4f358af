#include "console/value_json.h"

#include <math.h>
#include <pkd/text.h>
#include <string.h>

#include "message/pixels.h"

/* ---- Numbers ---- */

static int64_t signed_value(enum pkd_kind kind, const void *value)
{
	int64_t wide = 0;
	int32_t word = 0;
	int16_t half = 0;
	int8_t byte = 0;

	if (kind == PKD_I8)
		return memcpy(&byte, value, sizeof(byte)), byte;
	if (kind == PKD_I16)
		return memcpy(&half, value, sizeof(half)), half;
	if (kind == PKD_I32)
		return memcpy(&word, value, sizeof(word)), word;
	memcpy(&wide, value, sizeof(wide));
	return wide;
}

static uint64_t unsigned_value(enum pkd_kind kind, const void *value)
{
	uint64_t wide = 0;
	uint32_t word = 0;
	uint16_t half = 0;
	uint8_t byte = 0;

	if (kind == PKD_U8)
		return memcpy(&byte, value, sizeof(byte)), byte;
	if (kind == PKD_U16)
		return memcpy(&half, value, sizeof(half)), half;
	if (kind == PKD_U32)
		return memcpy(&word, value, sizeof(word)), word;
	memcpy(&wide, value, sizeof(wide));
	return wide;
}

static void write_fraction(const struct pkd_type *type, const void *value, const char *name,
                           struct pkdi_out *out)
{
	char text[PKD_NUMBER_SIZE];
	double number;
	float narrow;
	uint32_t n;

	if (type->kind == PKD_F32) {
		memcpy(&narrow, value, sizeof(narrow));
		number = (double)narrow;
		n = pkd_text_f32(narrow, text);
	} else {
		memcpy(&number, value, sizeof(number));
		n = pkd_text_f64(number, text);
	}
	if (isfinite(number))
		pkdi_out_raw(out, name, text, n);
	else
		pkdi_out_raw(out, name, "null", 4);
}

/* ---- What is made of others ---- */

static void write_any(const struct pkd_type *type, const void *value, const char *name,
                      unsigned depth, struct pkdi_out *out);

static void write_items(const struct pkd_type *item, const char *items, uint32_t n,
                        const char *name, unsigned depth, struct pkdi_out *out)
{
	pkdi_out_open(out, name, '[');
	for (uint32_t i = 0; i < n && !out->is_full; i++)
		write_any(item, items + (size_t)i * item->size, NULL, depth + 1, out);
	pkdi_out_close(out, ']');
}

static void write_record(const struct pkd_type *type, const char *value, const char *name,
                         unsigned depth, struct pkdi_out *out)
{
	pkdi_out_open(out, name, '{');
	for (uint32_t i = 0; i < type->n && !out->is_full; i++)
		write_any(type->fields[i].type, value + type->fields[i].offset,
		          type->fields[i].name, depth + 1, out);
	pkdi_out_close(out, '}');
}

static void write_image(const void *value, const char *name, struct pkdi_out *out)
{
	struct pkd_image image;

	memcpy(&image, value, sizeof(image));
	pkdi_out_open(out, name, '{');
	pkdi_out_unsigned(out, "width", image.width);
	pkdi_out_unsigned(out, "height", image.height);
	pkdi_out_text(out, "format", pkdi_format_name(image.format));
	pkdi_out_close(out, '}');
}

static void write_hex(const uint8_t *bytes, uint32_t n, const char *name, struct pkdi_out *out)
{
	static const char digits[] = "0123456789abcdef";

	pkdi_out_raw(out, name, "\"", 1);
	for (uint32_t i = 0; i < n && !out->is_full; i++)
		pkdi_out_more(out, (const char[]){digits[bytes[i] >> 4], digits[bytes[i] & 15]}, 2);
	pkdi_out_more(out, "\"", 1);
}

static void write_enum(const struct pkd_type *type, const void *value, const char *name,
                       struct pkdi_out *out)
{
	uint32_t number;

	memcpy(&number, value, sizeof(number));
	pkdi_out_text(out, name, number < type->n ? type->names[number] : "?");
}

static void write_any(const struct pkd_type *type, const void *value, const char *name,
                      unsigned depth, struct pkdi_out *out)
{
	const char *at = value;
	uint32_t n = 0;

	if (type->kind == PKD_LIST || type->kind == PKD_STRING || type->kind == PKD_BYTES)
		n = pkd_length(value, type->n);
	if (depth > PKDI_VALUE_DEPTH) {
		pkdi_out_raw(out, name, "null", 4);
		return;
	}
	switch (type->kind) {
	case PKD_BOOL:
		pkdi_out_bool(out, name, *at != 0);
		break;
	case PKD_I8:
	case PKD_I16:
	case PKD_I32:
	case PKD_I64:
	case PKD_TIME:
		pkdi_out_signed(out, name, signed_value(type->kind, value));
		break;
	case PKD_U8:
	case PKD_U16:
	case PKD_U32:
	case PKD_U64:
		pkdi_out_unsigned(out, name, unsigned_value(type->kind, value));
		break;
	case PKD_F32:
	case PKD_F64:
		write_fraction(type, value, name, out);
		break;
	case PKD_ENUM:
		write_enum(type, value, name, out);
		break;
	case PKD_STRING:
		pkdi_out_text_of(out, name, at + sizeof(n), n);
		break;
	case PKD_BYTES:
		write_hex((const uint8_t *)at + sizeof(n), n, name, out);
		break;
	case PKD_ARRAY:
		write_items(type->item, at, type->n, name, depth, out);
		break;
	case PKD_LIST:
		write_items(type->item, at + type->items_offset, n, name, depth, out);
		break;
	case PKD_IMAGE:
		write_image(value, name, out);
		break;
	case PKD_RECORD:
		write_record(type, at, name, depth, out);
		break;
	}
}

void pkdi_write_value(const struct pkd_type *type, const void *value, const char *name,
                      struct pkdi_out *out)
{
	write_any(type, value, name, 1, out);
}

/* ---- Pixels ---- */

void pkdi_write_base64(const uint8_t *bytes, size_t n, const char *name, struct pkdi_out *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	pkdi_out_raw(out, name, "\"", 1);
	for (size_t i = 0; i < n && !out->is_full; i += 3) {
		uint32_t one = bytes[i], two = i + 1 < n ? bytes[i + 1] : 0,
			 three = i + 2 < n ? bytes[i + 2] : 0;
		char four[4] = {digits[one >> 2], digits[(one & 3) << 4 | two >> 4],
		                digits[(two & 15) << 2 | three >> 6], digits[three & 63]};

		if (i + 1 >= n)
			four[2] = '=';
		if (i + 2 >= n)
			four[3] = '=';
		pkdi_out_more(out, four, 4);
	}
	pkdi_out_more(out, "\"", 1);
}
