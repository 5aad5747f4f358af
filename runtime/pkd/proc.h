/* What processes use, from /proc. */
#ifndef PKD_PROC_H
#define PKD_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct usage {
	bool is_known;
	uint64_t bytes; /* what is its own, and its share of what it has in common */
	int64_t cpu_ns; /* that it has used so far */
	uint32_t n;     /* processes */
};

/* Of one process. */
struct usage proc_usage(pid_t pid);

/* Of a process and all that descend from it. */
struct usage proc_usage_tree(pid_t pid);

/* How long ago it was started; -1: not known. */
int64_t proc_age_ns(pid_t pid);

/* The share of one CPU between two looks; negative: not known. */
double proc_share(const struct usage *before, const struct usage *now, int64_t passed_ns);

#endif
