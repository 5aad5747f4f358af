#define _GNU_SOURCE
#include "run/needs.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "node/node.h"
#include "os/limits.h"
#include "os/shm.h"

/* As the caller has left them, with the few that are ours already. */
static uint64_t count_open(void)
{
	DIR *folder = opendir("/proc/self/fd");
	uint64_t n = 0;

	while (folder && readdir(folder))
		n++;
	if (folder)
		closedir(folder);
	return n;
}

bool pkdi_waits_for_descriptors(const struct pkd_program *program,
                                const struct pkd_process *process)
{
	for (uint32_t i = 0; i < process->n_nodes; i++)
		if (program->nodes[process->nodes[i]].methods->ready)
			return true;
	return false;
}

struct pkdi_needs pkdi_needs_of(const struct pkd_program *program, bool single)
{
	struct pkdi_needs needs = {
		.memory = program->memory,
		.descriptors = count_open() + program->n_streams + program->n_pools +
	                       PKD_PROGRAM_DESCRIPTORS,
		.processes = 2,
	};

	for (uint32_t i = 0; i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];
		uint64_t size = 2 * (uint64_t)node->state_size;

		for (uint32_t k = 0; k < node->n_memories; k++)
			size += pkdi_node_memory_size(node, k);
		needs.memory += pkdi_page_round(size);
		needs.descriptors += size > 0;
	}
	for (uint32_t i = 0; i < program->n_processes && !single; i++) {
		needs.processes++;
		needs.descriptors += PKD_PROCESS_DESCRIPTORS - 1;
		needs.descriptors += pkdi_waits_for_descriptors(program, &program->processes[i]);
	}
	return needs;
}

/* What there is; UINT64_MAX: no limit. */
static struct pkdi_needs find_limits(void)
{
	struct pkdi_needs limits = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
	struct rlimit limit;
	struct sysinfo info;

	if (sysinfo(&info) == 0)
		limits.memory = ((uint64_t)info.totalram + info.totalswap) * info.mem_unit;
	/* The hard limit: the soft one is raised at the start. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max != RLIM_INFINITY)
		limits.descriptors = limit.rlim_max;
	/* The kernel does not hold the superuser to it. */
	if (geteuid() != 0 && getrlimit(RLIMIT_NPROC, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY)
		limits.processes = limit.rlim_cur;
	return limits;
}

static void print_count(const char *name, uint64_t n, uint64_t limit, const char *how)
{
	printf("%-12s %" PRIu64, name, n);
	if (limit != UINT64_MAX)
		printf(" of %" PRIu64 " (%s)", limit, how);
	printf("\n");
}

void pkdi_needs_print(const struct pkdi_needs *needs)
{
	struct pkdi_needs limits = find_limits();
	char need[PKDI_BYTES_SIZE], limit[PKDI_BYTES_SIZE];

	printf("%-12s %s of %s, beside what the nodes themselves allocate\n", "memory",
	       pkdi_bytes_show(needs->memory, need), pkdi_bytes_show(limits.memory, limit));
	print_count("descriptors", needs->descriptors, limits.descriptors, "ulimit -Hn");
	print_count("processes", needs->processes, limits.processes, "ulimit -u");
}

int pkdi_needs_check(const struct pkdi_needs *needs, const struct pkdi_cgroup *cgroup,
                     const struct pkdi_log *log)
{
	struct pkdi_needs limits = find_limits();
	char need[PKDI_BYTES_SIZE], limit[PKDI_BYTES_SIZE];

	if (needs->memory > cgroup->limit || needs->memory > limits.memory) {
		bool is_group = cgroup->limit < limits.memory;

		pkdi_log(log,
		         "not enough memory for the streams and what nodes keep: they need %s, but "
		         "%s %s",
		         pkdi_bytes_show(needs->memory, need),
		         is_group ? "the control group (cgroup) is limited to" : "this machine has",
		         pkdi_bytes_show(is_group ? cgroup->limit : limits.memory, limit));
	} else if (needs->descriptors > limits.descriptors) {
		pkdi_log(log,
		         "not enough descriptors: up to %" PRIu64 " are needed, and %" PRIu64
		         " allowed (ulimit -Hn; LimitNOFILE= in a unit of systemd)",
		         needs->descriptors, limits.descriptors);
	} else if (needs->processes > limits.processes) {
		pkdi_log(log,
		         "not enough processes: %" PRIu64 " are needed, and %" PRIu64
		         " allowed for this user (ulimit -u; LimitNPROC= in a unit of systemd)",
		         needs->processes, limits.processes);
	} else {
		return 0;
	}
	return -ENOMEM;
}
