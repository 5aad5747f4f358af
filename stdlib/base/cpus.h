/* How many threads a node starts whose library wants to know. */
#ifndef PKD_BASE_CPUS_H
#define PKD_BASE_CPUS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* CPU_COUNT */
#endif
#include <sched.h>
#include <stdint.h>

/* As many as CPUs that the deploy gives to its process. */
static inline uint32_t cpus_given(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (uint32_t)CPU_COUNT(&set);
}

#endif
