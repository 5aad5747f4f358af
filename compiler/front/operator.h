/* What is known of each operator. */
#ifndef FRONT_OPERATOR_H
#define FRONT_OPERATOR_H

enum ast_op {
#define OPERATOR(name, word, c_word, binds, use, function) OP_##name,
#include "front/operator.def"
#undef OPERATOR
};

enum operator_use { USE_ARITHMETIC, USE_COMPARISON, USE_LOGIC, USE_ABSENCE };

/* C's precedence: more binds tighter. */
enum precedence {
	BINDS_CHOICE = 1,
	BINDS_OR,
	BINDS_AND,
	BINDS_EQUAL,
	BINDS_ORDER,
	BINDS_SUM,
	BINDS_PRODUCT,
	BINDS_UNARY,
	BINDS_ALL,
};

struct operator_row {
	const char *word;   /* in the language */
	const char *c_word; /* "" = C has none */
	enum precedence binds;
	enum operator_use use;
	const char *function; /* "add" of pkd_add_i32, NULL = none */
};

/* By enum ast_op. */
extern const struct operator_row operators[];

#endif
