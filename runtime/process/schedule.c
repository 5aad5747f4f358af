#define _GNU_SOURCE
#include "process/schedule.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

static bool may_speak(const struct pkdi_run *run, const struct pkd_process *decl)
{
	return decl->n_nodes && !atomic_load(&run->orders[decl->nodes[0]].incarnation);
}

/* The first of the wanted CPUs that the process may not run on, -1 = it may on all. */
static int first_missing(const struct pkd_process *decl)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -1;
	for (int cpu = decl->cpu; cpu <= decl->cpu_last; cpu++)
		if (cpu >= CPU_SETSIZE || !CPU_ISSET((size_t)cpu, &set))
			return cpu;
	return -1;
}

static void set_cpus(const struct pkdi_run *run, const struct pkd_process *decl)
{
	bool set_any;
	int missing;
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int cpu = decl->cpu; cpu <= decl->cpu_last && cpu < CPU_SETSIZE; cpu++)
		CPU_SET((size_t)cpu, &set);
	set_any = sched_setaffinity(0, sizeof(set), &set) == 0;
	missing = set_any ? first_missing(decl) : decl->cpu;
	if (missing < 0 || !may_speak(run, decl))
		return;
	pkdi_log_at(&run->log, PKD_LOG_WARNING,
	            "process '%s': CPU %d is not available; it runs on %s", decl->name, missing,
	            set_any ? "the others" : "any");
}

void pkdi_schedule_apply(const struct pkdi_run *run, uint32_t index)
{
	const struct pkd_process *decl = run->processes[index].decl;
	const struct sched_param param = {.sched_priority = decl->priority};

	if (decl->cpu >= 0)
		set_cpus(run, decl);
	if (decl->priority <= 0 || sched_setscheduler(0, SCHED_FIFO, &param) == 0)
		return;
	if (may_speak(run, decl))
		pkdi_log_at(
			&run->log, PKD_LOG_WARNING,
			"process '%s': priority %d is not permitted (%s); using normal priority",
			decl->name, decl->priority, strerror(errno));
}
