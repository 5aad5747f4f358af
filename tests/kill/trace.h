/* A process that is stopped at one instruction after the other. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The instructions of an operation, in order: where each was met for the first time. Filled by the
 * first walk, so that later ones need not stop at each. */
struct path {
	uint64_t *at; /* address of instruction i; 0 = not met for the first time, or not known */
	uint32_t n, capacity;
	uint64_t *memory; /* what world_hash said before instruction i */
};

void path_finish(struct path *path);

/* In the child: has the parent trace it, and dies with the parent. */
void trace_me(void);

/* In the child: stops until the parent lets it go on. */
void trace_stop(void);

/* Lets the child go on to its next trace_stop; false, with `*ret_status`, when it has ended. */
bool trace_go_on(pid_t child, int *ret_status);

#define TRACE_MISSED UINT32_MAX
#define TRACE_DIED (UINT32_MAX - 1)

/* Steps the child for n instructions, from trace_stop. Returns how many it took: fewer when it
 * reached the next trace_stop; TRACE_MISSED when it has left the path, TRACE_DIED when it has ended
 * or is about to die of a signal. `path` may be NULL. */
uint32_t trace_step(pid_t child, uint32_t n, struct path *path);

/* SIGKILL, and waits until it is dead. */
void trace_kill(pid_t child);

#endif
