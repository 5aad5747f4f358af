/* Constants. */
#ifndef SEMA_VALUE_H
#define SEMA_VALUE_H

#include "sema/type.h"

enum value_kind {
	VALUE_NONE, /* no value, or one that was reported as wrong */
	VALUE_BOOL, /* i */
	VALUE_INT,  /* i; also bytes of 4MiB */
	VALUE_FLOAT,
	VALUE_STRING,
	VALUE_TIME, /* i, ns */
	VALUE_RATE, /* f, 1/s */
	VALUE_ENUM, /* i, of `enumeration` */
	VALUE_LIST, /* n items of one kind */
	VALUE_RECORD,
};

struct value {
	enum value_kind kind;
	int64_t i;
	double f;
	const char *s; /* decoded, NUL-ended */
	const struct enumeration *enumeration;
	const struct value *items; /* n, of a list or a record */
	const char *const *names;  /* n, of a record's fields */
	size_t n;
	size_t n_bytes; /* of a list or a record, with all that it is made of */
};

/* Of a whole number, a fraction or a time, exactly. Returns `text`. */
enum { VALUE_TEXT_SIZE = 40 };
const char *value_number_text(const struct value *value, char text[VALUE_TEXT_SIZE]);

#endif
