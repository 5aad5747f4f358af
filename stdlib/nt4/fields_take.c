/* What comes of topics, as values of the language. See fields.h. */
#include "fields.h"
#include "wire.h"

#include <math.h>

static bool take_whole(const struct pkd_type *type, const struct nt4_item *item, void *ret_value)
{
	static const uint8_t bits[] = {
		[PKD_I8] = 8, [PKD_I16] = 16, [PKD_I32] = 32, [PKD_I64] = 64,
		[PKD_U8] = 8, [PKD_U16] = 16, [PKD_U32] = 32, [PKD_U64] = 64};
	bool is_unsigned = type->kind >= PKD_U8;
	uint32_t n = bits[type->kind];
	int64_t whole = item->whole;

	if (item->kind == NT4_ITEM_UINT && type->kind != PKD_U64)
		return false;
	if (item->kind == NT4_ITEM_REAL) {
		if (!(item->real >= -9e15 && item->real <= 9e15) || item->real != floor(item->real))
			return false;
		whole = (int64_t)item->real;
	}
	if (is_unsigned ? (item->kind != NT4_ITEM_UINT && whole < 0) || (n < 64 && whole >> n != 0)
	                : n < 64 && (whole < -(INT64_C(1) << (n - 1)) ||
	                             whole >= INT64_C(1) << (n - 1)))
		return false;
	memcpy(ret_value, &whole, n / 8); /* the least significant byte is the first */
	return true;
}

static bool take_real(const struct pkd_type *type, const struct nt4_item *item, void *ret_value)
{
	double real = item->kind == NT4_ITEM_REAL   ? item->real
	              : item->kind == NT4_ITEM_UINT ? (double)item->large
	                                            : (double)item->whole;
	float single = (float)real;
	int64_t ns;

	if (type->kind == PKD_F32) {
		memcpy(ret_value, &single, sizeof(single));
	} else if (type->kind == PKD_F64) {
		memcpy(ret_value, &real, sizeof(real));
	} else {
		if (!(real > -9e9 && real < 9e9))
			return false;
		ns = (int64_t)llround(real * 1e9);
		memcpy(ret_value, &ns, sizeof(ns));
	}
	return true;
}

static bool take_enum(const struct pkd_type *type, const struct nt4_item *item, void *ret_value)
{
	for (uint32_t i = 0; i < type->n; i++)
		if (strlen(type->names[i]) == item->n &&
		    memcmp(type->names[i], item->text, item->n) == 0) {
			memcpy(ret_value, &i, sizeof(i));
			return true;
		}
	return false;
}

/* Of a string<N> or bytes<N>. */
static bool take_text(const struct pkd_type *type, const struct nt4_item *item, char *ret_value)
{
	uint32_t n = (uint32_t)item->n;

	if (item->n > type->n || (type->kind == PKD_STRING && memchr(item->text, 0, item->n)))
		return false;
	memcpy(ret_value, &n, sizeof(n));
	memcpy(ret_value + sizeof(n), item->text, n);
	if (type->kind == PKD_STRING)
		ret_value[sizeof(n) + n] = '\0';
	return true;
}

static bool take_scalar(const struct pkd_type *type, const struct nt4_item *item, char *ret_value)
{
	bool is_number = item->kind >= NT4_ITEM_INT && item->kind <= NT4_ITEM_REAL;
	bool is_text = item->kind == NT4_ITEM_STRING || item->kind == NT4_ITEM_RAW;

	switch ((int)type->kind) {
	case PKD_BOOL:
		*ret_value = item->kind == NT4_ITEM_BOOL && item->truth;
		return item->kind == NT4_ITEM_BOOL;
	case PKD_F32:
	case PKD_F64:
	case PKD_TIME:
		return is_number && take_real(type, item, ret_value);
	case PKD_ENUM:
		return is_text && take_enum(type, item, ret_value);
	case PKD_STRING:
	case PKD_BYTES:
		return is_text && take_text(type, item, ret_value);
	default:
		return is_number && take_whole(type, item, ret_value);
	}
}

static bool take_row(const struct pkd_type *type, const char **at, const char *end,
                     const struct nt4_item *row, char *ret_value)
{
	char *items = type->kind == PKD_LIST ? ret_value + type->items_offset : ret_value;
	uint32_t n = (uint32_t)row->n;
	struct nt4_item item;

	if (row->kind != NT4_ITEM_ARRAY || row->n > type->n ||
	    (type->kind == PKD_ARRAY && row->n != type->n))
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!nt4_item_read(at, end, &item) ||
		    !take_scalar(type->item, &item, items + (size_t)i * type->item->size))
			return false;
	if (type->kind == PKD_LIST)
		memcpy(ret_value, &n, sizeof(n));
	return true;
}

static bool take_struct(const struct pkd_type *type, const struct nt4_item *item, char *ret_value)
{
	const char *at = item->text, *end = item->text + item->n;
	char *items = type->kind == PKD_LIST ? ret_value + type->items_offset : ret_value;
	uint32_t n = 0;

	if (item->kind != NT4_ITEM_RAW)
		return false;
	if (type->kind == PKD_RECORD)
		return nt4_struct_take(type, &at, end, ret_value) && at == end;
	while (at < end && n < type->n)
		if (!nt4_struct_take(type->item, &at, end, items + (size_t)n++ * type->item->size))
			return false;
	if (type->kind == PKD_LIST)
		memcpy(ret_value, &n, sizeof(n));
	return at == end && (type->kind == PKD_LIST || n == type->n);
}

bool nt4_field_take(struct nt4_fields *fields, const struct nt4_field *field, int code,
                    const char *data, size_t n, void *ret_value)
{
	const char *at = data, *end = data + n;
	char *to = (char *)ret_value + field->offset;
	struct nt4_item item;

	(void)code;
	if (!nt4_item_read(&at, end, &item))
		return false;
	if (field->form == NT4_JSON)
		return item.kind == NT4_ITEM_STRING && item.n + 8 <= fields->parse.scratch_size &&
		       parse_json(&fields->parse, field->of, item.text, item.n, to);
	if (field->form == NT4_STRUCT)
		return take_struct(field->of, &item, to);
	if (nt4_is_scalar(field->of))
		return take_scalar(field->of, &item, to);
	return take_row(field->of, &at, end, &item, to);
}
