#include "node/plan.h"

#include <string.h>

#include <pkd/node.h>

#include "node/typed.h"

/* ---- Making ---- */

static bool add(struct pkdi_plan *plan, enum pkdi_part_kind kind, uint32_t offset, uint32_t n,
                const struct pkd_type *type)
{
	if (plan->n_parts == PKDI_PLAN_PARTS)
		return false;
	plan->checks |= kind != PKDI_PART_CLEAR;
	plan->parts[plan->n_parts++] = (struct pkdi_part){kind, offset, n, type};
	return true;
}

/* Adjacent parts are zeroed together, with the padding between them. */
static bool add_clear(struct pkdi_plan *plan, uint32_t offset, uint32_t size)
{
	for (uint32_t i = plan->n_parts; i-- > 0;) {
		struct pkdi_part *part = &plan->parts[i];

		if (part->kind == PKDI_PART_CLEAR) {
			part->n = offset + size - part->offset;
			return true;
		}
		if (part->kind != PKDI_PART_BOOL && part->kind != PKDI_PART_ENUM)
			break;
	}
	return add(plan, PKDI_PART_CLEAR, offset, size, NULL);
}

static bool add_type(struct pkdi_plan *plan, const struct pkd_type *type, uint32_t offset)
{
	if (type->kind == PKD_RECORD && !type->plain) {
		for (uint32_t i = 0; i < type->n; i++)
			if (!add_type(plan, type->fields[i].type, offset + type->fields[i].offset))
				return false;
		return true;
	}
	if (type->kind == PKD_BYTES)
		return add(plan, PKDI_PART_BYTES, offset, type->n, type);
	if (type->kind == PKD_STRING)
		return add(plan, PKDI_PART_STRING, offset, type->n, type);
	if (type->kind == PKD_BOOL || type->kind == PKD_ENUM)
		return add_clear(plan, offset, type->size) &&
		       add(plan, type->kind == PKD_BOOL ? PKDI_PART_BOOL : PKDI_PART_ENUM, offset,
		           type->n, type);
	return type->plain && type->flat ? add_clear(plan, offset, type->size)
	                                 : add(plan, PKDI_PART_ANY, offset, 0, type);
}

/* As unlikely as a value as any: no round number, no valid enum or UTF-8, a NaN that nothing
 * computes. */
static const unsigned char mark[8] = {0xa5, 0xc3, 0xf1, 0xff, 0xd7, 0x6e, 0xf4, 0xff};

/* The first number that has enough bytes for a mark, or a bool, of which no mark is a value. */
static const struct pkd_type *find_number(const struct pkd_type *type, uint32_t *offset)
{
	if (type->kind == PKD_RECORD) {
		for (uint32_t i = 0; i < type->n; i++) {
			uint32_t at = *offset + type->fields[i].offset;
			const struct pkd_type *found = find_number(type->fields[i].type, &at);

			if (!found)
				continue;
			*offset = at;
			return found;
		}
		return NULL;
	}
	if (type->kind == PKD_ARRAY)
		return type->n ? find_number(type->item, offset) : NULL;
	if (type->kind == PKD_LIST || type->kind == PKD_STRING || type->kind == PKD_BYTES ||
	    type->kind == PKD_IMAGE)
		return NULL;
	return type->size >= 4 || type->kind == PKD_BOOL ? type : NULL;
}

/* After the parts that empty the value. */
static void add_mark(struct pkdi_plan *plan)
{
	uint32_t offset = 0;
	const struct pkd_type *number = find_number(plan->type, &offset);

	if (number && add(plan, PKDI_PART_MARK, offset, number->size, number))
		plan->mark = (uint8_t)plan->n_parts;
}

void pkdi_plan_make(struct pkdi_plan *plan, const struct pkd_type *type, bool optional)
{
	*plan = (struct pkdi_plan){.type = type};
	if (!type)
		return;
	if (!add_type(plan, type, 0) || (optional && plan->n_parts == PKDI_PLAN_PARTS)) {
		*plan = (struct pkdi_plan){.type = type};
		add(plan, PKDI_PART_ANY, 0, 0, type);
	}
	if (optional)
		add_mark(plan);
}

/* ---- Emptying ---- */

/* A call would take longer than the stores. */
static inline void clear(char *at, uint32_t size)
{
	if (size == 4)
		memset(at, 0, 4);
	else if (size == 8)
		memset(at, 0, 8);
	else if (size == 16)
		memset(at, 0, 16);
	else if (size)
		memset(at, 0, size);
}

void pkdi_plan_empty(const struct pkdi_plan *plan, void *value)
{
	const struct pkdi_part *end = plan->parts + plan->n_parts;

	for (const struct pkdi_part *part = plan->parts; part < end; part++) {
		char *at = (char *)value + part->offset;

		if (part->kind == PKDI_PART_CLEAR)
			clear(at, part->n);
		else if (part->kind == PKDI_PART_MARK)
			memcpy(at, mark, part->n);
		else if (part->kind == PKDI_PART_ANY)
			pkdi_typed_empty(part->type, at);
		else if (part->kind >= PKDI_PART_BYTES)
			pkdi_typed_empty_text(at, part->n, part->kind == PKDI_PART_STRING);
	}
}

/* ---- Checking ---- */

static __attribute__((noinline)) bool check_any(const struct pkdi_part *part, const char *at)
{
	struct pkdi_mismatch mismatch;

	return pkdi_typed_check(part->type, at, &mismatch);
}

static inline bool check(const struct pkdi_part *part, const char *at)
{
	uint32_t word;

	if (part->kind == PKDI_PART_CLEAR)
		return true;
	if (part->kind == PKDI_PART_BOOL)
		return (uint8_t)*at <= 1;
	if (part->kind == PKDI_PART_ANY)
		return check_any(part, at);
	if (part->kind == PKDI_PART_MARK)
		return memcmp(at, mark, part->n) != 0;
	memcpy(&word, at, sizeof(word));
	if (part->kind == PKDI_PART_ENUM)
		return word < part->n;
	return word <= part->n &&
	       (part->kind == PKDI_PART_BYTES || at[sizeof(word) + word] == '\0');
}

bool pkdi_plan_check(const struct pkdi_plan *plan, const void *value)
{
	const struct pkdi_part *end = plan->parts + plan->n_parts;

	for (const struct pkdi_part *part = plan->parts; part < end; part++)
		if (!check(part, (const char *)value + part->offset))
			return false;
	return true;
}

bool pkdi_plan_is_unwritten(const struct pkdi_plan *plan, void *value)
{
	const struct pkdi_part *part;
	char *at;

	if (!plan->mark)
		return false;
	part = &plan->parts[plan->mark - 1];
	at = (char *)value + part->offset;
	if (memcmp(at, mark, part->n) != 0)
		return false;
	memset(at, 0, part->n);
	return pkdi_typed_is_empty(plan->type, value);
}
