/* What is known of each function of the language. */
#ifndef SEMA_FUNCTION_H
#define SEMA_FUNCTION_H

#include <stddef.h>

enum function {
#define FUNCTION(name, word, arguments, least, most, form, c_word) FUNCTION_##name,
#include "sema/function.def"
#undef FUNCTION
	N_FUNCTIONS
};

/* What its arguments are, and what it gives. */
enum function_form {
	FORM_KEEP,    /* numbers or times, and one of their type */
	FORM_EXTREME, /* the same, or a list as for FORM_FOLD */
	FORM_WHOLE,   /* a number: a whole one as it is, a fraction rounded in its type */
	FORM_REAL,    /* numbers, and a fraction, computed as f64 */
	FORM_CAST,    /* a number, and one of the type that has the function's name */
	FORM_SECONDS, /* a time, f64 */
	FORM_TEXT,    /* a value, how many decimals; a string */
	FORM_LENGTH,  /* a list, a string, bytes; u32 */
	FORM_FOLD,    /* a list, an expression over its items; a number or a truth */
	FORM_ITEM,    /* the same; an item of the list */
	FORM_ITEMS,   /* a list, and one of the same type */
	FORM_ORIGIN,  /* a stream or its history; what is known of its value */
};

struct function_row {
	const char *word, *arguments;
	unsigned least, most; /* number of arguments */
	enum function_form form;
	const char *c_word;
};

/* By enum function. */
extern const struct function_row functions[];

/* The function of that name, N_FUNCTIONS where there is none. */
enum function function_find(const char *name);

#endif
