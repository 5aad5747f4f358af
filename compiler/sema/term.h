/* Expressions, typed. Over constants and options they are what a parameter is given. Over
 * streams they are the parts of nodes that need no C, with an input for each stream that these
 * read.
 *
 * What can go wrong has a meaning. In a stream, integers saturate at the bounds of their type; a
 * division of integers by zero and an index out of range make the result absent. In a parameter,
 * each of these ends the program before it begins. */
#ifndef SEMA_TERM_H
#define SEMA_TERM_H

#include "front/operator.h"
#include "sema/function.h"
#include "sema/value.h"

enum term_kind {
	TERM_CONST,    /* value */
	TERM_OPTION,   /* option number `index` of the program, or an element of it */
	TERM_INPUT,    /* input number `index` of the node: the value of its stream */
	TERM_PART,     /* part number `index` of the node: what a name stands for */
	TERM_PAST,     /* past number `index` of the node, `element` values back */
	TERM_IT,       /* the item that the innermost term over the items of a list is at */
	TERM_FIELD,    /* left . field number `index` */
	TERM_ELEMENT,  /* left [ right ]: of a list or an array; absent out of range */
	TERM_UNARY,    /* op left */
	TERM_BINARY,   /* left op right */
	TERM_IF,       /* if left then right else third */
	TERM_COALESCE, /* left ?? right */
	TERM_WHEN,     /* left when right: absent where right is false */
	TERM_LENGTH,   /* number of items of the list left, of bytes of a string or of bytes, u32 */
	TERM_WHERE,    /* items of the list left for which right holds */
	TERM_SELECT,   /* right of each item of the list left */
	TERM_SORTED,   /* items of the list left, by right (NULL: by the items themselves) */
	TERM_TAKE,     /* the first right items of the list left */
	TERM_BEST,     /* the first item of the list left of which right is largest */
	TERM_FOLD,     /* `fold` over the items of left, of right (NULL: of the items themselves) */
	TERM_MINMAX,   /* fold MIN or MAX of left and right */
	TERM_RECORD,   /* items[i] is field number i of type->record */
	TERM_LIST,     /* items of a list<T, n>, or of an array */
	TERM_CALL,     /* `function` of items: of numbers, which all have one type */
	TERM_TEXT,     /* left in digits or words; index: decimals, or TEXT_SHORTEST */
	TERM_CONVERT,  /* left as `type`: between numbers, saturating; of strings, cut */
	TERM_NUMBER,   /* frame number of the input left; of a part, that of the firing; u64 */
	TERM_TIME,     /* likewise the capture time */
	TERM_AGE,      /* likewise the age, time */
	TERM_PRESENT,  /* whether left, an input or a part, has a value */
};

enum term_fold { FOLD_MIN, FOLD_MAX, FOLD_MEAN, FOLD_SUM, FOLD_COUNT, FOLD_EXISTS, FOLD_ALL };

#define TEXT_SHORTEST UINT32_MAX /* as many digits as it takes to read back the same */

struct term {
	enum term_kind kind;
	const struct type *type;
	uint32_t weight; /* of a parameter: terms written out for it, 0 = not counted */
	bool optional;   /* of a node's part: may be absent where the node fires */
	struct span span;
	enum ast_op op; /* UNARY, BINARY */
	enum term_fold fold;
	enum function function; /* CALL */
	uint32_t index;
	/* OPTION: which element of an array, from 1; 0 = the option itself. PAST: how far back. */
	uint32_t element;
	struct value value;
	const struct term *left, *right, *third;
	const struct term **items;
	size_t n_items;
	/* Before the node is written (sema/part.c): what INPUT reads, what PART stands for. */
	struct operand *operand;
	struct meaning *meaning;
};

/* Its operands: left, right and third, NULL where there is none, then the items. */
static inline size_t term_n_operands(const struct term *term)
{
	return 3 + term->n_items;
}
static inline const struct term *term_operand(const struct term *term, size_t i)
{
	return i == 0   ? term->left
	       : i == 1 ? term->right
	       : i == 2 ? term->third
	                : term->items[i - 3];
}

/* Whether the term's operands are needed where the term is: they are evaluated whatever the others
 * are, and nothing catches their absence. None is on either side of ??, in present(), in the later
 * part of and and or, or in a branch of if. */
struct term_needs {
	bool left, right, third, items;
};
struct term_needs term_needs(const struct term *term);

/* Whether it may have no value although all its operands have one. */
bool term_may_lack(const struct term *term);

#endif
