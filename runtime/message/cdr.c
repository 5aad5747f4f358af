#include "message/cdr.h"

#include <pkd/node.h>
#include <string.h>

#include "message/pixels.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "values are copied as they are: little endian"
#endif

enum { ENCAPSULATION = 4 };

#define NS_PER_SECOND 1000000000

/* ---- Parts ---- */

static void put(struct pkdi_cdr *cdr, const void *bytes, size_t n)
{
	if (cdr->data && n > cdr->size - cdr->n)
		cdr->is_full = true;
	if (cdr->is_full || !n)
		return;
	if (cdr->data)
		memcpy(cdr->data + cdr->n, bytes, n);
	cdr->n += n;
}

static void align(struct pkdi_cdr *cdr, size_t to)
{
	static const uint8_t zeros[8];
	size_t over = (cdr->n - ENCAPSULATION) & (to - 1);

	if (over)
		put(cdr, zeros, to - over);
}

static void put_number(struct pkdi_cdr *cdr, const void *number, size_t size)
{
	align(cdr, size);
	put(cdr, number, size);
}

void pkdi_cdr_begin(struct pkdi_cdr *cdr)
{
	static const uint8_t little_endian[ENCAPSULATION] = {0, 1, 0, 0};

	put(cdr, little_endian, sizeof(little_endian));
}

void pkdi_cdr_u8(struct pkdi_cdr *cdr, uint8_t number)
{
	put(cdr, &number, sizeof(number));
}

void pkdi_cdr_u32(struct pkdi_cdr *cdr, uint32_t number)
{
	put_number(cdr, &number, sizeof(number));
}

void pkdi_cdr_u64(struct pkdi_cdr *cdr, uint64_t number)
{
	put_number(cdr, &number, sizeof(number));
}

/* The nanoseconds are never negative, also before 1970. */
void pkdi_cdr_time(struct pkdi_cdr *cdr, int64_t ns)
{
	int64_t seconds = ns / NS_PER_SECOND, rest = ns % NS_PER_SECOND;

	if (rest < 0) {
		seconds--;
		rest += NS_PER_SECOND;
	}
	pkdi_cdr_u32(cdr, (uint32_t)(int32_t)seconds);
	pkdi_cdr_u32(cdr, (uint32_t)rest);
}

void pkdi_cdr_string(struct pkdi_cdr *cdr, const char *text, size_t n)
{
	pkdi_cdr_u32(cdr, (uint32_t)n + 1);
	put(cdr, text, n);
	pkdi_cdr_u8(cdr, 0);
}

void pkdi_cdr_bytes(struct pkdi_cdr *cdr, const void *bytes, size_t n)
{
	pkdi_cdr_u32(cdr, (uint32_t)n);
	put(cdr, bytes, n);
}

/* ---- Values ---- */

/* Bytes of a number; 0: it is none. */
static size_t number_size(enum pkd_kind kind)
{
	static const uint8_t sizes[] = {
		[PKD_I8] = 1,  [PKD_U8] = 1,   [PKD_I16] = 2,    [PKD_U16] = 2, [PKD_I32] = 4,
		[PKD_U32] = 4, [PKD_F32] = 4,  [PKD_ENUM] = 4,   [PKD_I64] = 8, [PKD_U64] = 8,
		[PKD_F64] = 8, [PKD_TIME] = 8, [PKD_RECORD] = 0,
	};

	return sizes[kind];
}

/* Numbers lie in memory as they are sent. */
static void put_items(struct pkdi_cdr *cdr, const struct pkd_type *item, const char *items,
                      uint32_t n)
{
	size_t size = number_size(item->kind);

	if (size && n) {
		align(cdr, size);
		put(cdr, items, (size_t)n * item->size);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		pkdi_cdr_value(cdr, item, items + (size_t)i * item->size);
}

/* What is in an array or a list that is in one itself is a message of its own with one member; that
 * adds nothing here. */
static void put_list(struct pkdi_cdr *cdr, const struct pkd_type *type, const void *value)
{
	uint32_t n = pkd_length(value, type->n);

	pkdi_cdr_u32(cdr, n);
	put_items(cdr, type->item, (const char *)value + type->items_offset, n);
}

static void put_image(struct pkdi_cdr *cdr, const void *value)
{
	struct pkd_image image;
	const char *format;

	memcpy(&image, value, sizeof(image));
	format = pkdi_format_name(image.format);
	pkdi_cdr_u32(cdr, image.width);
	pkdi_cdr_u32(cdr, image.height);
	pkdi_cdr_string(cdr, format, strlen(format));
}

static void put_record(struct pkdi_cdr *cdr, const struct pkd_type *type, const void *value)
{
	for (uint32_t i = 0; i < type->n; i++)
		pkdi_cdr_value(cdr, type->fields[i].type,
		               (const char *)value + type->fields[i].offset);
}

void pkdi_cdr_value(struct pkdi_cdr *cdr, const struct pkd_type *type, const void *value)
{
	switch ((int)type->kind) {
	case PKD_BOOL:
		pkdi_cdr_u8(cdr, *(const uint8_t *)value != 0);
		break;
	case PKD_STRING:
		pkdi_cdr_string(cdr, (const char *)value + sizeof(uint32_t),
		                pkd_length(value, type->n));
		break;
	case PKD_BYTES:
		pkdi_cdr_bytes(cdr, (const char *)value + sizeof(uint32_t),
		               pkd_length(value, type->n));
		break;
	case PKD_ARRAY:
		put_items(cdr, type->item, value, type->n);
		break;
	case PKD_LIST:
		put_list(cdr, type, value);
		break;
	case PKD_IMAGE:
		put_image(cdr, value);
		break;
	case PKD_RECORD:
		put_record(cdr, type, value);
		break;
	default:
		put_number(cdr, value, number_size(type->kind));
		break;
	}
}

void pkdi_cdr_message(struct pkdi_cdr *cdr, const struct pkd_type *type,
                      const struct pkd_frame *frame, int64_t stamp_ns)
{
	pkdi_cdr_begin(cdr);
	pkdi_cdr_u64(cdr, frame->number);
	pkdi_cdr_u64(cdr, frame->seq);
	pkdi_cdr_time(cdr, stamp_ns);
	if (type)
		pkdi_cdr_value(cdr, type, frame + 1);
}
