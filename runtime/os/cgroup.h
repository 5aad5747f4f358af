/* The memory limit of the program's control group, and whether the out-of-memory killer has
 * acted on it. */
#ifndef PKDI_CGROUP_H
#define PKDI_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

enum { PKDI_CGROUP_PATH = 1024 };

struct pkdi_cgroup {
	char events[PKDI_CGROUP_PATH]; /* the file that counts kills; "" = none */
	uint64_t limit;                /* bytes: the lowest up to the root; UINT64_MAX = none */
	uint64_t n_kills;              /* those already reported */
};

/* Finds the group of this process from `self`, which has the format of /proc/self/cgroup, in the
 * tree below `root`, for version 2 of control groups or version 1. */
void pkdi_cgroup_find(struct pkdi_cgroup *cgroup, const char *root, const char *self);

/* Has the kernel killed one more process than has been reported? Reports each once. */
bool pkdi_cgroup_has_killed(struct pkdi_cgroup *cgroup);

#endif
