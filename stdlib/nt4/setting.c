/* See setting.h. */
#include "setting.h"

#include <pkd/text.h>
#include <stdio.h>

static bool is_real(enum pkd_kind kind)
{
	return kind == PKD_F32 || kind == PKD_F64;
}

static bool is_whole(enum pkd_kind kind)
{
	return kind >= PKD_I8 && kind <= PKD_U64;
}

static bool is_long(enum pkd_kind kind)
{
	return kind == PKD_I64 || kind == PKD_U64;
}

const char *nt4_setting_type(enum pkd_kind kind)
{
	return is_long(kind)                     ? "int"
	       : is_real(kind) || is_whole(kind) ? "double"
	       : kind == PKD_BOOL                ? "boolean"
	                                         : "string";
}

bool nt4_setting_fits(enum pkd_kind kind, const char *type)
{
	int code = nt4_type_code(type);

	return (code == NT4_INT && is_whole(kind)) ||
	       ((code == NT4_DOUBLE || code == NT4_FLOAT) && (is_real(kind) || is_whole(kind)));
}

void nt4_setting_put(struct nt4_buffer *buffer, enum pkd_kind kind, const char *text, int type)
{
	struct nt4_buffer value = {0};

	if (is_real(kind))
		nt4_put_double(&value, strtod(text, NULL));
	else if (kind == PKD_U64)
		nt4_put_uint(&value, strtoull(text, NULL, 10));
	else if (is_whole(kind))
		nt4_put_int(&value, strtoll(text, NULL, 10));
	else if (kind == PKD_BOOL)
		nt4_put_bool(&value, strcmp(text, "true") == 0);
	else
		nt4_put_string(&value, text, strlen(text));
	if (!value.failed)
		nt4_value_put(buffer, type, value.data, value.n);
	nt4_buffer_free(&value);
}

/* A double that is whole is written so, without a loss; what has a fraction is refused later. */
static void write_real(enum pkd_kind kind, double real, char *ret_text)
{
	bool is_there = is_whole(kind) && real >= -0x1p63 && real < 0x1p64;

	if (is_there && real < 0x1p63 && (double)(int64_t)real == real)
		pkd_text_i64((int64_t)real, ret_text);
	else if (is_there && real >= 0x1p63)
		pkd_text_u64((uint64_t)real, ret_text);
	else
		pkd_text_f64(real, ret_text);
}

bool nt4_setting_read(enum pkd_kind kind, const char *value, size_t n,
                      char ret_text[static NT4_SETTING_SIZE])
{
	struct nt4_item item;

	if (!nt4_item_read(&value, value + n, &item))
		return false;
	switch ((int)item.kind) {
	case NT4_ITEM_BOOL:
		snprintf(ret_text, NT4_SETTING_SIZE, "%s", item.truth ? "true" : "false");
		return kind == PKD_BOOL;
	case NT4_ITEM_STRING:
		if (item.n >= NT4_SETTING_SIZE || memchr(item.text, '\0', item.n))
			return false;
		memcpy(ret_text, item.text, item.n);
		ret_text[item.n] = '\0';
		return !is_real(kind) && !is_whole(kind) && kind != PKD_BOOL;
	case NT4_ITEM_INT:
		pkd_text_i64(item.whole, ret_text);
		return is_real(kind) || is_whole(kind);
	case NT4_ITEM_UINT:
		pkd_text_u64(item.large, ret_text);
		return is_real(kind) || is_whole(kind);
	case NT4_ITEM_REAL:
		write_real(kind, item.real, ret_text);
		return is_real(kind) || is_whole(kind);
	default:
		return false;
	}
}

bool nt4_setting_is_same(enum pkd_kind kind, const char *a, const char *b)
{
	if (is_real(kind) && *a && *b)
		return strtod(a, NULL) == strtod(b, NULL);
	return strcmp(a, b) == 0;
}
