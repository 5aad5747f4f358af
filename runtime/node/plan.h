/* How to empty each value of an output before a step and validate it after the step, planned
 * once from its type. Most types come down to a few stores and comparisons; typed.h does the
 * rest, and finds the words for errors. */
#ifndef PKDI_PLAN_H
#define PKDI_PLAN_H

#include <pkd/frame.h>

enum { PKDI_PLAN_PARTS = 8 };

enum pkdi_part_kind {
	PKDI_PART_CLEAR,  /* `n` bytes to be zeroed */
	PKDI_PART_BOOL,   /* checked: 0 or 1 */
	PKDI_PART_ENUM,   /* checked: below `n` */
	PKDI_PART_MARK,   /* `n` bytes that are marked, not zeroed: was the value written? */
	PKDI_PART_BYTES,  /* a length of at most `n`, and that many bytes */
	PKDI_PART_STRING, /* likewise, with a terminating 0 */
	PKDI_PART_ANY,    /* a value of `type` */
};

struct pkdi_part {
	enum pkdi_part_kind kind;
	uint32_t offset; /* bytes from the start of the value */
	uint32_t n;
	const struct pkd_type *type;
};

struct pkdi_plan {
	const struct pkd_type *type; /* NULL: unknown, nothing is done */
	uint32_t n_parts;
	bool checks;  /* some part is checked */
	uint8_t mark; /* 1 + the part that is the mark, 0 = none */
	struct pkdi_part parts[PKDI_PLAN_PARTS];
};

/* `type` may be NULL. Of an optional value the first number of 4 or 8 bytes, or bool, holds a mark
 * instead of 0 until the step writes it, where there is one outside of lists. */
void pkdi_plan_make(struct pkdi_plan *plan, const struct pkd_type *type, bool optional);

/* As pkdi_typed_empty. */
void pkdi_plan_empty(const struct pkdi_plan *plan, void *value);

/* As pkdi_typed_check, which can say what is wrong. False also where the mark is still there. */
bool pkdi_plan_check(const struct pkdi_plan *plan, const void *value);

/* Is the value as it was before the step? Replaces a mark that is still there by 0. */
bool pkdi_plan_is_unwritten(const struct pkdi_plan *plan, void *value);

#endif
