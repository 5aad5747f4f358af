/* Types: makers, names, equality, and layout by the C rules. The shapes are those of
 * <pkd/frame.h>, which a generated header spells out and asserts once more. */
#include "sema/type.h"
#include "sema/c_name.h"
#include <pkd/node.h>
#include <stdbool.h>
#include <string.h>

/* ---- Pixel formats ---- */

static const struct {
	const char *c_name;
	uint64_t format;
} formats[] = {
	{"PKD_GRAY8", PKD_GRAY8},     {"PKD_BGR24", PKD_BGR24},   {"PKD_RGB24", PKD_RGB24},
	{"PKD_BGRA32", PKD_BGRA32},   {"PKD_RGBA32", PKD_RGBA32}, {"PKD_GRAY16", PKD_GRAY16},
	{"PKD_GRAYF32", PKD_GRAYF32}, {"PKD_I420", PKD_I420},     {"PKD_NV12", PKD_NV12},
};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

/* In the order of `formats`. */
const char *const format_names[N_FORMATS + 1] = {"gray8",  "bgr24",   "rgb24", "bgra32", "rgba32",
                                                 "gray16", "grayf32", "i420",  "nv12",   NULL};

/* Index into `formats`, N_FORMATS for an unknown one. */
static size_t format_index(uint64_t format)
{
	size_t i = 0;

	while (i < N_FORMATS && formats[i].format != format)
		i++;
	return i;
}

uint64_t format_bytes(uint64_t format, uint64_t width, uint64_t height)
{
	uint32_t pixel = format <= UINT32_MAX ? pkd_pixel_size((uint32_t)format) : 0;

	if (!pixel || width > UINT32_MAX / pixel || height > UINT32_MAX)
		return UINT64_MAX;
	return pkd_image_bytes((uint32_t)format, (uint32_t)width * pixel, (uint32_t)height);
}

const char *format_name(uint64_t format)
{
	size_t i = format_index(format);

	return i < N_FORMATS ? format_names[i] : "unknown";
}

const char *format_c_name(uint64_t format)
{
	size_t i = format_index(format);

	return i < N_FORMATS ? formats[i].c_name : "0";
}

bool format_find(const char *name, uint64_t *ret_format)
{
	for (size_t i = 0; i < N_FORMATS; i++) {
		if (strcmp(name, format_names[i]) == 0) {
			*ret_format = formats[i].format;
			return true;
		}
	}
	return false;
}

/* ---- Kinds ---- */

bool type_is_integer(const struct type *type)
{
	return type->kind >= TYPE_I8 && type->kind <= TYPE_U64;
}

bool type_is_unsigned(const struct type *type)
{
	return type->kind >= TYPE_U8 && type->kind <= TYPE_U64;
}

bool type_is_fraction(const struct type *type)
{
	return type->kind == TYPE_F32 || type->kind == TYPE_F64;
}

bool type_is_number(const struct type *type)
{
	return type_is_integer(type) || type_is_fraction(type);
}

/* ---- Layout ---- */

static uint64_t round_up(uint64_t offset, uint64_t align)
{
	return (offset + align - 1) / align * align;
}

/* `start` bytes, then n items, then padding. -1 above TYPE_MAX_SIZE. */
static int layout_items(uint64_t start, uint64_t n, uint64_t item_size, uint64_t align,
                        struct layout *ret_layout)
{
	if (start > TYPE_MAX_SIZE)
		return -1;
	if (item_size && n > (TYPE_MAX_SIZE - start) / item_size)
		return -1;
	uint64_t size = round_up(start + n * item_size, align);
	if (size > TYPE_MAX_SIZE)
		return -1;
	*ret_layout = (struct layout){size, align};
	return 0;
}

static int layout_image(const struct type *type, struct layout *ret_layout)
{
	if (type->n.variable || type->height.variable || type->format.variable)
		return -1;
	return layout_items(sizeof(struct pkd_image),
	                    format_bytes(type->format.value, type->n.value, type->height.value), 1,
	                    _Alignof(struct pkd_image), ret_layout);
}

static int layout_list(const struct type *type, struct layout *ret_layout)
{
	struct layout item;

	if (type->n.variable || type_layout(type->item, &item) < 0)
		return -1;
	uint64_t align = item.align > sizeof(uint32_t) ? item.align : sizeof(uint32_t);
	return layout_items(round_up(sizeof(uint32_t), item.align), type->n.value, item.size, align,
	                    ret_layout);
}

static int layout_array(const struct type *type, struct layout *ret_layout)
{
	struct layout item;

	if (type->n.variable || type_layout(type->item, &item) < 0)
		return -1;
	return layout_items(0, type->n.value, item.size, item.align, ret_layout);
}

/* Of the first n fields, without the padding at the end: the sum never passes
 * 2 * TYPE_MAX_SIZE, for it is checked at each step. */
static int layout_fields(const struct record *record, size_t n, struct layout *ret_layout)
{
	struct layout sum = {0, 1};

	for (size_t i = 0; i < n; i++) {
		struct layout field;
		if (type_layout(record->fields.items[i].type, &field) < 0)
			return -1;
		sum.size = round_up(sum.size, field.align) + field.size;
		if (sum.size > TYPE_MAX_SIZE)
			return -1;
		if (field.align > sum.align)
			sum.align = field.align;
	}
	*ret_layout = sum;
	return 0;
}

static int layout_record(const struct record *record, struct layout *ret_layout)
{
	struct layout sum;

	if (record->layout.align) {
		*ret_layout = record->layout;
		return 0;
	}
	if (layout_fields(record, record->fields.n, &sum) < 0)
		return -1;
	return layout_items(0, 1, round_up(sum.size, sum.align), sum.align, ret_layout);
}

int type_layout(const struct type *type, struct layout *ret_layout)
{
	switch (type->kind) {
#define TYPE(constant, word, c_type, size, pkd_kind)       \
	case constant:                                     \
		*ret_layout = (struct layout){size, size}; \
		return 0;
#include "sema/type.def"
#undef TYPE
	case TYPE_STRING:
		/* `string` without a bound is a pointer in a parameter, never a value */
		if (type->n.variable || !type->n.value)
			return -1;
		return layout_items(sizeof(uint32_t) + 1, type->n.value, 1, sizeof(uint32_t),
		                    ret_layout);
	case TYPE_BYTES:
		if (type->n.variable)
			return -1;
		return layout_items(sizeof(uint32_t), type->n.value, 1, sizeof(uint32_t),
		                    ret_layout);
	case TYPE_ARRAY:
		return layout_array(type, ret_layout);
	case TYPE_LIST:
		return layout_list(type, ret_layout);
	case TYPE_IMAGE:
		return layout_image(type, ret_layout);
	case TYPE_RECORD:
		return layout_record(type->record, ret_layout);
	case TYPE_ENUM:
		*ret_layout = (struct layout){sizeof(uint32_t), sizeof(uint32_t)};
		return 0;
	case TYPE_VARIABLE:
	case TYPE_ANY:
	case TYPE_ERROR:
		break;
	}
	return -1;
}

uint64_t type_field_offset(const struct record *record, size_t field)
{
	struct layout before, own;

	if (layout_fields(record, field, &before) < 0 ||
	    type_layout(record->fields.items[field].type, &own) < 0)
		return 0;
	return round_up(before.size, own.align);
}

uint64_t type_items_offset(const struct type *list)
{
	struct layout item;

	if (type_layout(list->item, &item) < 0)
		return sizeof(uint32_t);
	return round_up(sizeof(uint32_t), item.align);
}

/* ---- Questions ---- */

bool type_holds_picture(const struct type *type)
{
	if (type->kind == TYPE_ARRAY || type->kind == TYPE_LIST)
		return type->item->kind <= TYPE_TIME || type_holds_picture(type->item);
	if (type->kind == TYPE_RECORD)
		return type->record->holds_picture;
	return type->kind == TYPE_IMAGE || type->kind == TYPE_BYTES;
}

bool type_record_holds(const struct record *record)
{
	for (size_t i = 0; i < record->fields.n; i++)
		if (type_holds_picture(record->fields.items[i].type))
			return true;
	return false;
}

bool type_is_lossless(const struct type *type)
{
	if (type->kind == TYPE_ARRAY || type->kind == TYPE_LIST)
		return type_is_lossless(type->item);
	return type->kind == TYPE_RECORD && type->record->lossless;
}

bool type_record_is_lossless(const struct record *record)
{
	for (size_t i = 0; i < record->fields.n; i++)
		if (type_is_lossless(record->fields.items[i].type))
			return true;
	return false;
}

bool type_is_concrete(const struct type *type)
{
	switch (type->kind) {
#define TYPE(constant, word, c_type, size, pkd_kind) case constant:
#include "sema/type.def"
#undef TYPE
	case TYPE_RECORD:
	case TYPE_ENUM:
	case TYPE_ERROR:
		return true;
	case TYPE_STRING:
	case TYPE_BYTES:
		return !type->n.variable;
	case TYPE_ARRAY:
	case TYPE_LIST:
		return !type->n.variable && type_is_concrete(type->item);
	case TYPE_IMAGE:
		return !type->n.variable && !type->height.variable && !type->format.variable;
	case TYPE_VARIABLE:
	case TYPE_ANY:
		break;
	}
	return false;
}

static bool size_equal(struct size a, struct size b)
{
	if (a.variable && b.variable)
		return strcmp(a.variable, b.variable) == 0;
	return !a.variable && !b.variable && a.value == b.value;
}

bool type_equal(const struct type *a, const struct type *b)
{
	if (a == b || a->kind == TYPE_ERROR || b->kind == TYPE_ERROR)
		return true;
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
#define TYPE(constant, word, c_type, size, pkd_kind) case constant:
#include "sema/type.def"
#undef TYPE
	case TYPE_ANY:
	case TYPE_ERROR:
		return true;
	case TYPE_STRING:
	case TYPE_BYTES:
		return size_equal(a->n, b->n);
	case TYPE_ARRAY:
	case TYPE_LIST:
		return size_equal(a->n, b->n) && type_equal(a->item, b->item);
	case TYPE_IMAGE:
		return size_equal(a->n, b->n) && size_equal(a->height, b->height) &&
		       size_equal(a->format, b->format);
	case TYPE_RECORD:
		return a->record == b->record;
	case TYPE_ENUM:
		return a->enumeration == b->enumeration;
	case TYPE_VARIABLE:
		return strcmp(a->variable, b->variable) == 0;
	}
	return false;
}

static void put_size(struct buf *key, struct size size)
{
	buf_printf(key, " %llu", (unsigned long long)size.value);
}

void type_put_key(struct buf *key, const struct type *type)
{
	buf_printf(key, "%d", (int)type->kind);
	if (type->kind == TYPE_STRING || type->kind == TYPE_BYTES || type->kind == TYPE_ARRAY ||
	    type->kind == TYPE_LIST || type->kind == TYPE_IMAGE)
		put_size(key, type->n);
	if (type->kind == TYPE_IMAGE) {
		put_size(key, type->height);
		put_size(key, type->format);
	}
	if (type->kind == TYPE_RECORD)
		buf_printf(key, " %p", (const void *)type->record);
	if (type->kind == TYPE_ENUM)
		buf_printf(key, " %p", (const void *)type->enumeration);
	if (type->kind != TYPE_ARRAY && type->kind != TYPE_LIST)
		return;
	buf_puts(key, " of ");
	type_put_key(key, type->item);
}

/* ---- Makers ---- */

const struct type *type_scalar(enum type_kind kind)
{
	static const struct type scalars[] = {
#define TYPE(constant, word, c_type, size, pkd_kind) {.kind = constant, .name = word},
#include "sema/type.def"
#undef TYPE
	};

	for (size_t i = 0; i < sizeof scalars / sizeof scalars[0]; i++)
		if (scalars[i].kind == kind)
			return &scalars[i];
	return type_error();
}

const struct type *type_any(void)
{
	static const struct type any = {.kind = TYPE_ANY, .name = "any"};

	return &any;
}

const struct type *type_error(void)
{
	static const struct type error = {.kind = TYPE_ERROR, .name = "(unknown)"};

	return &error;
}

static const struct type *type_new(struct arena *arena, struct type fields)
{
	struct type *type = arena_new(arena, struct type);

	*type = fields;
	return type;
}

const struct type *type_wide(const struct type *type)
{
	if (type_is_fraction(type))
		return type_scalar(TYPE_F64);
	if (!type_is_integer(type))
		return type;
	return type_scalar(type_is_unsigned(type) ? TYPE_U64 : TYPE_I64);
}

/* "64", or the name of its variable. */
static const char *size_text(struct arena *arena, struct size n)
{
	if (n.variable)
		return n.variable;
	return arena_printf(arena, "%llu", (unsigned long long)n.value);
}

const struct type *type_string(struct arena *arena, struct size n)
{
	const char *name = "string";

	if (n.variable || n.value)
		name = arena_printf(arena, "string<%s>", size_text(arena, n));
	return type_new(arena, (struct type){.kind = TYPE_STRING, .name = name, .n = n});
}

const struct type *type_bytes(struct arena *arena, struct size n)
{
	const char *name = arena_printf(arena, "bytes<%s>", size_text(arena, n));

	return type_new(arena, (struct type){.kind = TYPE_BYTES, .name = name, .n = n});
}

const struct type *type_array(struct arena *arena, const struct type *item, struct size n)
{
	const char *name = arena_printf(arena, "[%s; %s]", item->name, size_text(arena, n));

	return type_new(arena,
	                (struct type){.kind = TYPE_ARRAY, .name = name, .n = n, .item = item});
}

const struct type *type_list(struct arena *arena, const struct type *item, struct size n)
{
	const char *name = arena_printf(arena, "list<%s, %s>", item->name, size_text(arena, n));

	return type_new(arena,
	                (struct type){.kind = TYPE_LIST, .name = name, .n = n, .item = item});
}

const struct type *type_image(struct arena *arena, struct size format, struct size width,
                              struct size height)
{
	struct type type = {.kind = TYPE_IMAGE, .n = width, .height = height, .format = format};

	type.name = arena_printf(arena, "image<%s, %s, %s>",
	                         format.variable ? format.variable : format_name(format.value),
	                         size_text(arena, width), size_text(arena, height));
	return type_new(arena, type);
}

const struct type *type_record(struct arena *arena, const struct record *record)
{
	return type_new(arena,
	                (struct type){.kind = TYPE_RECORD, .name = record->kind, .record = record});
}

const struct type *type_enum(struct arena *arena, const struct enumeration *enumeration)
{
	return type_new(arena, (struct type){.kind = TYPE_ENUM,
	                                     .name = enumeration->kind,
	                                     .enumeration = enumeration});
}

const struct type *type_variable(struct arena *arena, const char *name)
{
	return type_new(arena,
	                (struct type){.kind = TYPE_VARIABLE, .name = name, .variable = name});
}

const char *enumeration_constant(struct arena *arena, const struct enumeration *e, const char *name)
{
	return c_constant(arena, arena_printf(arena, "%s_%s", e->c_name, name));
}
