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

void pkdi_plan_make(struct pkdi_plan *plan, const struct pkd_type *type)
{
	*plan = (struct pkdi_plan){.type = type};
	if (!type || add_type(plan, type, 0))
		return;
	*plan = (struct pkdi_plan){.type = type};
	add(plan, PKDI_PART_ANY, 0, 0, type);
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

/* The length may be anything. Also clears the first byte after an empty string, which ends it. */
static inline void clear_text(char *value, uint32_t capacity, bool is_string)
{
	uint32_t length;

	memcpy(&length, value, sizeof(length));
	memset(value, 0, sizeof(length));
	if (length)
		memset(value + sizeof(length), 0, length < capacity ? length : capacity);
	else if (is_string)
		value[sizeof(length)] = '\0';
}

void pkdi_plan_empty(const struct pkdi_plan *plan, void *value)
{
	const struct pkdi_part *end = plan->parts + plan->n_parts;

	for (const struct pkdi_part *part = plan->parts; part < end; part++) {
		char *at = (char *)value + part->offset;

		if (part->kind == PKDI_PART_CLEAR)
			clear(at, part->n);
		else if (part->kind == PKDI_PART_ANY)
			pkdi_typed_empty(part->type, at);
		else if (part->kind >= PKDI_PART_BYTES)
			clear_text(at, part->n, part->kind == PKDI_PART_STRING);
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
