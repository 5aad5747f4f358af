/* Whether something that was made must be made again. */
#ifndef TOOL_STALE_H
#define TOOL_STALE_H

#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* The time to give to a target by stale_made: taken before it is made, so that an input written
 * while it is being made counts as newer. */
struct timespec stale_start(void);

/* True unless `target` is there, was made by the same command, and no input is newer. The command
 * is kept in TARGET.cmd. A file that cannot be looked at is newer than everything. */
bool stale(struct arena *arena, const char *target, const char *command, const char *const *inputs,
           size_t n_inputs);

/* The same, with the inputs that the C compiler wrote to the file `rules` (-MMD). */
bool stale_by_rules(struct arena *arena, const char *target, const char *command,
                    const char *rules);

/* Says that the target must be made, whatever comes: before making it. */
void stale_making(struct arena *arena, const char *target);

/* Says that it was made. 0 or -errno. */
int stale_made(struct arena *arena, const char *target, const char *command, struct timespec start);

#endif
