/* --log: which lines of the log are shown, of which node. */
#ifndef PKDI_LEVELS_H
#define PKDI_LEVELS_H

#include <pkd/level.h>
#include <pkd/program.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkdi_levels {
	enum pkd_level all; /* 0: nothing was said */
	uint8_t *of_node;   /* by node, likewise; to be freed */
};

/* Takes `LEVEL` or `NODE=LEVEL`, several with commas between; NODE is also a pipeline, a bank, or
 * the first worker of a pool. What was said before gives way unless `is_weak`. -EINVAL: *ret_why,
 * of `size` bytes, says what it must be, and nothing was taken. */
int pkdi_levels_take(struct pkdi_levels *levels, const struct pkd_program *program,
                     const char *text, bool is_weak, char *ret_why, size_t size);

/* The level of a node: its own, else that of all; 0: nothing was said. */
enum pkd_level pkdi_levels_of(const struct pkdi_levels *levels, uint32_t node);

/* Whether a name means the node: its own, that of a pipeline or a bank that it is in, or that of
 * the first worker of its pool. */
bool pkdi_name_means(const struct pkd_program *program, const char *name, size_t length,
                     uint32_t node);

/* "error", "warning", "info" or "debug". */
const char *pkdi_level_name(enum pkd_level level);

/* 0: no level has that name. */
enum pkd_level pkdi_level_find(const char *name, size_t length);

#endif
