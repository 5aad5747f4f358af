/* System calls that fail when they are told to: linked with --wrap for each CALL of calls.def. */
#ifndef WRAP_H
#define WRAP_H

#include <stdint.h>

enum call {
#define CALL(name, failed, error) CALL_##name,
#define NO_FAULT(name, reason)
#include "calls.def"
#undef CALL
#undef NO_FAULT
	N_CALLS,
};

/* The first process, then those that it has forked, in order. */
enum { MAX_PROCESSES = 8 };

/* In a file that all processes of a run share. */
struct fault {
	/* Which call fails: in this process, of these calls from `from` to `to`, counted from 1. */
	uint32_t process, call, from, to;
	uint32_t n_failed;                       /* calls that have failed */
	uint32_t counts[MAX_PROCESSES][N_CALLS]; /* calls made */
};

/* Where the wrappers look; by default in the file $FAULT, and nothing fails without one. */
extern struct fault *fault;

#endif
