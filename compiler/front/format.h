/* The layout of source text: what its parts share. A text is laid out from its tokens and comments
 * alone, so that every form of the language is, and with the line breaks that the author made. */
#ifndef FRONT_FORMAT_H
#define FRONT_FORMAT_H

#include "front/front.h"

enum element_kind {
	ELEMENT_TOKEN,
	ELEMENT_LINE_COMMENT, /* from // to the line's end */
	ELEMENT_BLOCK_COMMENT,
};

/* A token or a comment. */
struct element {
	enum element_kind kind;
	const char *text; /* in the source, not NUL-ended */
	uint32_t length;
	uint32_t column; /* where the author put it, from 0; a tab goes to the next multiple of 8 */
	uint32_t end_column;
	uint32_t breaks; /* line ends before it */
	bool ends;       /* a statement ends behind it */
	bool many_lines; /* has line ends inside */

	/* Set by format_mark. */
	bool tight_before, tight_after; /* no space on this side */
	bool begins;                    /* the first token of a statement */
	bool binds;      /* the = of a statement, which may be aligned with its neighbours */
	uint32_t indent; /* of its line, should it be the first there */

	uint32_t gap; /* spaces before it; of the first in its line: its indent */
};

VEC_OF(elements, struct element);

static inline bool element_begins_line(const struct element *element)
{
	return element->breaks > 0;
}

void format_mark(struct arena *arena, struct elements *elements);

#endif
