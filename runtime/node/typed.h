/* Values by the description of their type: what a step has left in an output is checked against
 * what was declared before anybody sees it, and emptied before the next step fills it. */
#ifndef PKDI_TYPED_H
#define PKDI_TYPED_H

#include <pkd/frame.h>

/* Why a value is none of its type, for a message: output 'PLACE' TEXT. */
struct pkdi_mismatch {
	char place[128]; /* from the output's name on: ".boxes[3].label", "" for the value itself */
	char text[192];  /* "has length 100, and list<Box, 8> holds 8" */
};

/* Is what lies at `value` a value of the type? Looks at every length, terminator, bool, enum and
 * image head that is in use, and at nothing else: the pixels are the node's affair. False fills in
 * *ret_mismatch. */
bool pkdi_typed_check(const struct pkd_type *type, const void *value,
                      struct pkdi_mismatch *ret_mismatch);

/* Makes zero of all that the value there uses, but for pixels: numbers 0, lengths 0, no image. What
 * is there may be anything. */
void pkdi_typed_empty(const struct pkd_type *type, void *value);

#endif
