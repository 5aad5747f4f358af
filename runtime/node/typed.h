/* Validates values against the description of their type: what a step has left in an output is
 * checked against its declaration before anybody sees it, and emptied before the next step fills
 * it. */
#ifndef PKDI_TYPED_H
#define PKDI_TYPED_H

#include <pkd/frame.h>

/* Why a value is not valid for its type, for a message: output 'PLACE' TEXT. */
struct pkdi_mismatch {
	char place[128]; /* from the output's name on: ".boxes[3].label", "" for the value itself */
	char text[192];  /* "has length 100, but list<Box, 8> holds at most 8" */
};

/* Is `value` valid for the type? Reads every length, terminator, bool, enum and image header in
 * use, and nothing else: never pixels. False fills in *ret_mismatch. */
bool pkdi_typed_check(const struct pkd_type *type, const void *value,
                      struct pkdi_mismatch *ret_mismatch);

/* Zeroes the part of the value that is in use, except pixels: numbers 0, lengths 0, no image.
 * The content may be anything before. */
void pkdi_typed_empty(const struct pkd_type *type, void *value);

/* Does the value hold nothing but what pkdi_typed_empty leaves? */
bool pkdi_typed_is_empty(const struct pkd_type *type, const void *value);

/* Of a string or bytes of this capacity; the length there may be anything. Also clears the first
 * byte after an empty string, which ends it. */
void pkdi_typed_empty_text(char *value, uint32_t capacity, bool is_string);

#endif
