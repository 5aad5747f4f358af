/* Types of values: what a port carries and a parameter holds. */
#ifndef SEMA_TYPE_H
#define SEMA_TYPE_H

#include "base/buf.h"
#include "base/vec.h"
#include "front/operator.h"
#include "front/source.h"
#include <stdint.h>

enum type_kind {
#define TYPE(constant, word, c_type, size, pkd_kind) constant,
#include "sema/type.def"
#undef TYPE
	TYPE_STRING, /* string<n>; in a parameter also `string`, with n = 0: const char * */
	TYPE_BYTES,  /* bytes<n> */
	TYPE_ARRAY,  /* [item; n] */
	TYPE_LIST,   /* list<item, n> */
	TYPE_IMAGE,  /* image<format, n, height> */
	TYPE_RECORD,
	TYPE_ENUM,
	TYPE_VARIABLE, /* a node's type variable */
	TYPE_ANY,      /* of a port whose value is never read */
	TYPE_ERROR,    /* already reported: agrees with everything, says nothing */
};

/* A size that is computed at each use: op left right; or a leaf, a variable or a number. */
struct computed {
	const struct computed *left, *right; /* NULL: a leaf */
	enum ast_op op;
	const char *variable; /* NULL: `value` counts */
	int64_t value;
};

/* A size, or a pixel format: a number, or a variable of the node that is bound at each use. */
struct size {
	const char *variable; /* NULL: `value` counts */
	uint64_t value;
	const struct computed *computed; /* `variable` is how it is written: "2 * N" */
};

struct type {
	enum type_kind kind;
	const char *name;   /* as the language writes it: "list<detect.Object, 64>" */
	struct size n;      /* capacity; of an image its width */
	struct size height; /* image */
	struct size format; /* image: enum pkd_format */
	const struct type *item;
	const struct record *record;
	const struct enumeration *enumeration;
	const char *variable; /* TYPE_VARIABLE */
};

struct field {
	const char *name;
	const struct type *type; /* concrete: records have no variables */
	const char *doc;         /* or "" */
	struct span span;
};

/* Bytes and alignment by the C rules of x86-64 and AArch64 (frame.h has the shapes). */
struct layout {
	uint64_t size, align;
};

struct unit; /* interface.h: a file */

struct record {
	const char *name;   /* "Object" */
	const char *kind;   /* "detect.Object"; "Object" in the main file */
	const char *c_name; /* "detect_Object", of struct detect_Object */
	bool unnamed;       /* written nowhere: its name is made up */
	struct unit *unit;  /* whose header has it */
	const char *doc;
	struct span span;
	VEC(struct field) fields;
	/* Kept by resolve, as records may hold each other many times over; align is 0 before. */
	struct layout layout;
	bool holds_picture;  /* a field does: kept likewise, type_record_holds */
	bool lossless;       /* each value, or one in it, needs those before it: see dropper */
	const char *dropper; /* the one node that may drop some, "video.gop"; NULL: not declared */
};

struct enumeration {
	const char *name, *kind, *c_name, *doc; /* as for records; C: enum detect_Level */
	struct unit *unit;
	struct span span;
	/* C: detect_Level_low … = 0, 1, … ; values are stored as uint32_t. */
	VEC(const char *) names;
};

/* The constant of a value in C. */
const char *enumeration_constant(struct arena *arena, const struct enumeration *e,
                                 const char *name);

#define TYPE_MAX_SIZE (UINT64_C(1) << 31) /* bytes of one value */

/* 0 and *ret_layout for a concrete type; -1 when it has a variable, is `any`, or is larger than
 * TYPE_MAX_SIZE. */
int type_layout(const struct type *type, struct layout *ret_layout);

/* Offset of a record's field number `field`, and of items[0] in a list. */
uint64_t type_field_offset(const struct record *record, size_t field);
uint64_t type_items_offset(const struct type *list);

/* Whether its values have room for pixels: images, bytes, arrays and lists of numbers, booleans or
 * times, and what has one of these in it. */
bool type_holds_picture(const struct type *type);
bool type_record_holds(const struct record *record); /* computed anew from its fields */

/* Whether each of its values needs those before it, or has one in it that does. */
bool type_is_lossless(const struct type *type);
bool type_record_is_lossless(const struct record *record); /* as its fields say */

bool type_is_concrete(const struct type *type); /* no variable in it; `any` is not concrete */
bool type_equal(const struct type *a, const struct type *b);

/* A text that two types without variables have alike where they are equal. */
void type_put_key(struct buf *key, const struct type *type);

bool type_is_integer(const struct type *type);
bool type_is_unsigned(const struct type *type);
bool type_is_fraction(const struct type *type);
bool type_is_number(const struct type *type); /* no time */

/* i64, u64 or f64, of a number; of all else the type itself. */
const struct type *type_wide(const struct type *type);

/* Bytes of an image without its header, UINT64_MAX for an unknown format or one too large; "bgr24"
 * and back. */
uint64_t format_bytes(uint64_t format, uint64_t width, uint64_t height);
const char *format_name(uint64_t format);
const char *format_c_name(uint64_t format); /* "PKD_BGR24" */
bool format_find(const char *name, uint64_t *ret_format);
extern const char *const format_names[]; /* all, NULL-ended */

/* Makers; each sets .name. */
const struct type *type_scalar(enum type_kind kind);
const struct type *type_any(void);
const struct type *type_error(void);
const struct type *type_string(struct arena *arena, struct size n); /* n.value 0: unbounded */
const struct type *type_bytes(struct arena *arena, struct size n);
const struct type *type_array(struct arena *arena, const struct type *item, struct size n);
const struct type *type_list(struct arena *arena, const struct type *item, struct size n);
const struct type *type_image(struct arena *arena, struct size format, struct size width,
                              struct size height);
const struct type *type_record(struct arena *arena, const struct record *record);
const struct type *type_enum(struct arena *arena, const struct enumeration *enumeration);
const struct type *type_variable(struct arena *arena, const char *name);

#endif
