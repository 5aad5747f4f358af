/* What the nodes of a program may touch, with the paths that their calls give. */
#ifndef PASS_TOUCH_H
#define PASS_TOUCH_H

#include "pass/private.h"

/* A clause of a node's declaration, as one use of the node has it. */
struct touch {
	enum right_kind kind;
	const char *path; /* unless the option says otherwise; NULL: nothing does, or has no path */
	const char *option; /* what sets the path: "source", "cam.source"; NULL: it is fixed */
	uint32_t param;   /* the pipeline's parameter of that option; NO_ID: it is the node's own */
	const char *when; /* the option that must be true; NULL: always */
};

VEC_OF(touches, struct touch);

/* In the order of the clauses. The option is the pipeline's where the path is computed from it. */
struct touches touches_of(const struct analysis *a, uint32_t number);

/* What a node that has `own` gains from sharing a process with others, which have `all`. */
struct touches touches_gained(const struct analysis *a, const struct touches *all,
                              const struct touches *own);

/* What all nodes of a process may touch; *ret_undeclared: the first that does not say, or NO_ID. */
struct touches touches_of_process(const struct analysis *a, uint32_t process,
                                  uint32_t *ret_undeclared);

/* "reads 'clip.mp4' (--source)". */
const char *touch_words(const struct analysis *a, const struct touch *touch);

#endif
