/* The words that say whether values of a stream are shown to who looks from outside. */
#ifndef FRONT_PRIVACY_H
#define FRONT_PRIVACY_H

#include "front/source.h"

enum privacy {
	PRIVACY_UNSAID, /* as what it is computed from */
	PRIVACY_PRIVATE,
	PRIVACY_PUBLIC,
};

struct privacy_mark {
	enum privacy word;
	struct span at; /* of the word; empty where none is written */
};

static inline const char *privacy_word(enum privacy word)
{
	return word == PRIVACY_PUBLIC ? "public" : "private";
}

/* "private ", before what it stands before; "" where nothing is said. */
static inline const char *privacy_before(enum privacy word)
{
	return word == PRIVACY_UNSAID ? "" : word == PRIVACY_PUBLIC ? "public " : "private ";
}

#endif
