/* The memory limit that the program runs under, and whether the kernel has killed for it. */
#ifndef PKDI_CGROUP_H
#define PKDI_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

enum { PKDI_CGROUP_PATH = 1024 };

struct pkdi_cgroup {
	char events[PKDI_CGROUP_PATH]; /* the file that counts kills; "" = there is none */
	uint64_t limit;                /* bytes: the least up to the root; UINT64_MAX = none */
	uint64_t n_kills;              /* those that have been told */
};

/* Looks where this process is, by `self` in the layout of /proc/self/cgroup, in the tree below
 * `root`, with version 2 of control groups or version 1. */
void pkdi_cgroup_find(struct pkdi_cgroup *cgroup, const char *root, const char *self);

/* Has the kernel killed one process more than has been told? Tells each once. */
bool pkdi_cgroup_has_killed(struct pkdi_cgroup *cgroup);

#endif
