/* Writing JSON (RFC 8259) into memory of a fixed size. */
#ifndef PKDI_OUT_H
#define PKDI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkdi_out {
	char *text; /* `size` bytes, without a NUL behind */
	size_t n, size;
	bool is_full;   /* something did not fit: the text is of no use */
	bool separates; /* a comma is due before the next value */
};

/* Each writes a value: an item of an array where `name` is NULL, else a member of an object. A text
 * that is not UTF-8 is written with U+FFFD in place of what is wrong. */
void pkdi_out_text(struct pkdi_out *out, const char *name, const char *text);
void pkdi_out_text_of(struct pkdi_out *out, const char *name, const char *text, size_t n);
void pkdi_out_unsigned(struct pkdi_out *out, const char *name, uint64_t number);
void pkdi_out_signed(struct pkdi_out *out, const char *name, int64_t number);
void pkdi_out_bool(struct pkdi_out *out, const char *name, bool truth);
/* Text that is JSON already. */
void pkdi_out_raw(struct pkdi_out *out, const char *name, const char *text, size_t n);
/* And what belongs to it, behind it. */
void pkdi_out_more(struct pkdi_out *out, const char *text, size_t n);

/* Adds text that is no JSON. */
void pkdi_out_format(struct pkdi_out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether the text is UTF-8, so that it is written as it is. */
bool pkdi_out_is_utf8(const char *text);

/* An object or an array: '{' or '[', and the bracket that closes it. */
void pkdi_out_open(struct pkdi_out *out, const char *name, char bracket);
void pkdi_out_close(struct pkdi_out *out, char bracket);

#endif
