/* Whether something must be made again: by what it was made from, never by its age. */
#ifndef TOOL_STALE_H
#define TOOL_STALE_H

#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* When the making began, for stale_made. */
struct timespec stale_start(void);

/* True unless `target` is what this command made of inputs with these contents, in an environment
 * that has the compiler search the same directories. That is kept in TARGET.made, as hashes. */
bool stale(struct arena *arena, const char *target, const char *command, const char *const *inputs,
           size_t n_inputs);

/* Of a command: its arguments. */
struct stale_words {
	const char *const *items;
	size_t n;
};

/* The same, with the inputs that the C compiler wrote to the file `rules` (-MMD); also true where a
 * header has come that it may find before one of them. */
bool stale_by_rules(struct arena *arena, const char *target, const char *command,
                    const struct stale_words *words, const char *rules);

/* Says that the target must be made, whatever comes: before making it. */
void stale_making(struct arena *arena, const char *target);

/* Says that it was made. One of whose inputs was written to meanwhile is made again next time. 0 or
 * -errno. */
int stale_made(struct arena *arena, const char *target, const char *command,
               const char *const *inputs, size_t n_inputs, struct timespec start);
int stale_made_by_rules(struct arena *arena, const char *target, const char *command,
                        const struct stale_words *words, const char *rules, struct timespec start);

#endif
