/* What a node may touch beyond its inputs and outputs: the kinds of clauses. */
#ifndef FRONT_RIGHT_H
#define FRONT_RIGHT_H

enum right_kind {
#define RIGHT(name, word) RIGHT_##name,
#include "front/right.def"
#undef RIGHT
};

/* "reads": the word that begins the clause. */
const char *right_word(enum right_kind kind);

#endif
