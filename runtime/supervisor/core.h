/* Where a core dump is, for the message about a death. */
#ifndef PKDI_CORE_H
#define PKDI_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct pkdi_dead {
	pid_t pid;
	int signal;
	const char *process; /* its name */
};

/* Expands a pattern as core(5) has it, "*" standing for what is not known; uses_pid as in
 * /proc/sys/kernel/core_uses_pid. A pattern that hands the dump to a program gives that. */
void pkdi_core_place(const char *pattern, bool uses_pid, const struct pkdi_dead *dead,
                     char *ret_text, size_t size);

/* The same with the patterns of this system. */
void pkdi_core_find(const struct pkdi_dead *dead, char *ret_text, size_t size);

#endif
