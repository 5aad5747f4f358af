/* Writing the C of one expression, in its step or in bind(): blocks of statements, local names,
 * and what is known where. Private to the files that are named below. */
#ifndef EMIT_WRITER_H
#define EMIT_WRITER_H

#include "emit/out.h"
#include "emit/program.h"

/* How C reads a value. A number, bool, time or enum is an expression; anything larger is a place
 * that is read where it lies. */
struct value_text {
	const char *text;
	int binding;  /* of an expression: enum precedence */
	bool pointer; /* of a place: the text points at it */
};

#define WRITER_LARGE 512 /* bytes: too many for the stack */

/* A loop over a list: what `it` is in it. */
struct item {
	const char *name;   /* "it" */
	const char *access; /* "in->found->items[i]" */
	const struct type *type;
	bool used;
};

struct writer {
	struct program *p;
	struct arena *arena;
	const struct interface *face;
	const struct node_numbers *nodes; /* of this face; NULL in bind() */
	struct buf *out;                  /* of the block being written */
	size_t depth;
	struct map names;        /* local names taken, beside those of the file */
	unsigned n_temporaries;  /* "t1", "t2" … */
	VEC(const char *) facts; /* conditions that hold here: "in->x", "in->xs->len > 3" */
	VEC(struct item) items;  /* loops around */
	const char *escape; /* label to go to where there is no value; NULL: the step returns */
	bool escaped;       /* it was gone to */
	bool in_part; /* a function for one part of several: it returns whether it has a value */
	const bool *is_read; /* per output: somebody outside of the node reads it */
	/* In bind(), of the parameter at hand: what is said where the value does not fit, or where
	 * there is none. NULL: in a step, where numbers keep to the bounds of their type. */
	const char *unfit;
	struct out_row rooms;    /* members of struct NAME: values too large for the stack */
	struct map members;      /* their names, and those of the parts */
	const char **flags;      /* per part: the member that says whether it has a value */
	const char **past_flags; /* per past: the one of struct NAME_state */
	struct map *types;       /* name of a type -> its struct in C */
	struct buf *type_text;   /* these structs */
	bool *uses_absent;       /* somebody calls absent() */
};

/* A writer of statements into `out`, `depth` deep, with the names that C or the program has
 * taken. */
void writer_init(struct writer *w, struct program *p, struct buf *out, size_t depth);

/* ---- Statements (emit_expression.c) ---- */

/* One line, or several, each after the block's tabs. */
void writer_say(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `declaration = value;`, broken after the = where it is too long for a line. */
void writer_define(struct writer *w, const char *declaration, const char *value);

/* A block one deeper, to be written aside; its facts end with it. */
struct block {
	struct buf *outer;
	struct buf inner;
	size_t n_facts;
};
void writer_open(struct writer *w, struct block *block);
const char *writer_close(struct writer *w, struct block *block); /* its text */

/* Columns that an expression may have in a line of this block. */
size_t writer_room(const struct writer *w);

/* ---- Names and types (emit_expression.c) ---- */

/* A local name like `wanted` that is not taken; NULL: "t1", "t2" … */
const char *writer_name(struct writer *w, const char *wanted);
void writer_forget(struct writer *w, const char *name); /* its block has ended */

/* The name of a member of struct NAME, likewise. */
const char *writer_member(struct writer *w, const char *wanted);

/* "struct value_list_Object_64 near", "float (*grid)[3]": declarations of a variable and, const, of
 * a pointer to what is read. */
const char *writer_variable(struct writer *w, const struct type *type, const char *name);
const char *writer_pointer(struct writer *w, const struct type *type, const char *name);

/* Where part number `index` of the node lies once it is computed. */
struct value_text writer_part(struct writer *w, uint32_t index);

/* ---- Absence (emit_expression.c) ---- */

/* Leaves the expression without a value. */
const char *writer_leave(struct writer *w);

/* From here on the condition holds: where it does not, there is no value. */
void writer_require(struct writer *w, const char *condition, const char *otherwise);
void writer_learn(struct writer *w, const char *condition);
bool writer_knows(const struct writer *w, const char *condition);

/* ---- Values (emit_value.c) ---- */

struct value_text value_number(const char *text, int binding);

/* The text as an operand of what binds as `binding`; as the operand of !. */
const char *value_operand(struct arena *arena, struct value_text value, int binding);
const char *value_not(struct arena *arena, struct value_text value);

/* "i32": the word of arith.h for a type. */
const char *type_word(const struct type *type);

/* Whether a value is more than a number, a time, or the string of an option. */
bool term_is_place(const struct type *type);

/* x.m or x->m; an item of a list or an array; the place itself; a pointer to it. */
struct value_text place_member(struct arena *arena, struct value_text place, const char *name);
struct value_text place_item(struct arena *arena, struct value_text place, const struct type *type,
                             const char *index);
/* How many a list, string or bytes has. */
const char *place_length(struct arena *arena, struct value_text place, const struct type *type);
const char *place_text(struct arena *arena, struct value_text place);
const char *place_address(struct arena *arena, struct value_text place, const struct type *type);

void place_copy(struct writer *w, struct value_text to, struct value_text from,
                const struct type *type);

/* The same value under a short name. */
struct value_text term_keep(struct writer *w, struct value_text value, const struct type *type,
                            const char *name);

/* ---- Terms (emit_term.c) ---- */

/* The value of a term, after the statements that it needs; of one that is no place, of one that is,
 * of either. */
struct value_text term_number(struct writer *w, const struct term *term);
struct value_text term_place(struct writer *w, const struct term *term);
struct value_text term_read(struct writer *w, const struct term *term);

/* Writes the value of a term into a place of its type. */
void term_fill(struct writer *w, struct value_text to, const struct term *term);

/* What a local that holds the value of a term may be called; NULL: nothing in particular. */
const char *term_name(const struct writer *w, const struct term *term);

struct value_text term_constant(struct writer *w, const struct term *term);

/* "in->x", "self->has_y": true where an input, a part, has a value. */
const char *term_presence(struct writer *w, const struct term *term);

/* Whether an input or a part has a value wherever the node fires, or has one here. */
bool term_is_surely_present(struct writer *w, const struct term *term);

/* ---- Conditions (emit_guard.c) ---- */

VEC_OF(conditions, const char *);

/* Conditions under which a term has a value, all at once; false where it is not that simple. */
bool term_guard(struct writer *w, const struct term *term, struct conditions *all);

/* Holds in the rest of the block because the test was true, or was false. */
void term_learn(struct writer *w, const struct term *test, bool truth);

/* x, x.y, it.z: nothing need be said before it. */
bool term_is_path(const struct term *term);
bool term_is_zero(const struct term *term);

/* ---- Choices (emit_choice.c) ---- */

struct value_text choice_if(struct writer *w, const struct term *term);
struct value_text choice_coalesce(struct writer *w, const struct term *term);
struct value_text choice_logic(struct writer *w, const struct term *term); /* and, or */
void choice_when(struct writer *w, const struct term *term); /* the test of left when right */

/* Writes the value of an if or a ?? into a place. */
void choice_fill(struct writer *w, struct value_text to, const struct term *term);

/* ---- Operators (emit_operator.c) ---- */

struct value_text operator_binary(struct writer *w, const struct term *term);
struct value_text operator_unary(struct writer *w, const struct term *term);
struct value_text operator_minmax(struct writer *w, const struct term *term);
struct value_text operator_call(struct writer *w, const struct term *term);
struct value_text operator_convert(struct writer *w, const struct term *term);

/* ---- Strings (emit_text.c) ---- */

/* Whether a string is put together: joined, made of a number, or of another capacity. */
bool text_is_made(const struct term *term);

/* Writes one into a place; makes one in memory of its own, for a parameter. */
void text_fill(struct writer *w, struct value_text to, const struct term *term);
struct value_text text_number(struct writer *w, const struct term *term);

/* ---- Lists (emit_list.c) ---- */

struct value_text list_fold(struct writer *w, const struct term *term);
struct value_text list_length(struct writer *w, const struct term *term);
void list_where(struct writer *w, struct value_text to, const struct term *term);
void list_select(struct writer *w, struct value_text to, const struct term *term);
void list_sorted(struct writer *w, struct value_text to, const struct term *term);
void list_take(struct writer *w, struct value_text to, const struct term *term);

/* The item that is best: a place, also for a number. */
struct value_text list_best(struct writer *w, const struct term *term);

/* left [ right ]: a place, also for a number. */
struct value_text list_element(struct writer *w, const struct term *term);

#endif
