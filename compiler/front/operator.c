#include "front/operator.h"
#include <stddef.h>

const struct operator_row operators[] = {
#define OPERATOR(name, word, c_word, binds, use, function) \
	[OP_##name] = {word, c_word, BINDS_##binds, USE_##use, function},
#include "front/operator.def"
#undef OPERATOR
};
