/* What a program takes of the machine, known before anything of it is there. */
#ifndef PKDI_NEEDS_H
#define PKDI_NEEDS_H

#include <pkd/program.h>
#include <stdbool.h>

#include "os/cgroup.h"
#include "os/log.h"

struct pkdi_needs {
	uint64_t memory; /* bytes: of streams, and of what nodes keep through restarts */
	uint64_t
		descriptors; /* of the supervisor, which has most, at most; with those of its caller */
	uint64_t processes; /* with the supervisor and the console */
};

/* `single`: without any process of a node. */
struct pkdi_needs pkdi_needs_of(const struct pkd_program *program, bool single);

/* Whether one of its nodes waits for descriptors of its own, and the process with it. */
bool pkdi_waits_for_descriptors(const struct pkd_program *program,
                                const struct pkd_process *process);

/* Prints them, each beside what there is. */
void pkdi_needs_print(const struct pkdi_needs *needs);

/* 0; or -ENOMEM after one line that says of what this machine never has enough. */
int pkdi_needs_check(const struct pkdi_needs *needs, const struct pkdi_cgroup *cgroup,
                     const struct pkdi_log *log);

#endif
