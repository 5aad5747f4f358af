#include "process/sandbox.h"

#include <errno.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "process/confine_calls.h"
#include "process/confine_files.h"

/* Without landlock, this keeps processes of the same user out of this one's memory. It also
 * makes core dumps impossible, so not where somebody wants them. */
static void hide_memory(void)
{
	struct rlimit core;

	if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0)
		prctl(PR_SET_DUMPABLE, 0);
}

int pkdi_sandbox_enter(struct pkdi_run *run, uint32_t index)
{
	struct pkdi_rights rights;
	int r;

	if (!run->sandbox)
		return 0;
	rights = pkdi_rights_of(run, index);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (!run->landlock_abi)
		hide_memory();
	r = rights.everything ? 0 : pkdi_confine_standard(run, index);
	if (r == 0)
		r = pkdi_confine_files(run, index, &rights);
	if (r == 0 && run->has_seccomp)
		r = pkdi_confine_calls(run, &rights);
	return r;
}

int pkdi_sandbox_enter_helper(struct pkdi_run *run)
{
	const struct pkdi_rights none = {.no_processes = true};
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (!run->landlock_abi)
		hide_memory();
	r = pkdi_confine_to_no_files(run);
	if (r == 0 && run->has_seccomp)
		r = pkdi_confine_calls(run, &none);
	return r;
}

/* Without a limit glibc counts the processors, by opening a file, when many threads meet in malloc
 * for the first time; and then no file may be opened any more. */
static void limit_arenas(void)
{
	mallopt(M_ARENA_MAX, 64);
}

int pkdi_sandbox_settle(const struct pkdi_run *run, uint32_t index)
{
	struct pkdi_rights rights;

	if (!run->sandbox || !run->has_seccomp)
		return 0;
	rights = pkdi_rights_of(run, index);
	if (!rights.settled || rights.everything)
		return 0;
	limit_arenas();
	return pkdi_confine_settled();
}

/* ---- What is not enforced ---- */

static bool has_parents(const struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_rights rights = pkdi_rights_of(run, i);

		if (pkdi_rights_may_execute(&rights))
			return true;
	}
	return false;
}

/* What Debian 12's kernel lacks concerns few programs. */
static void report_old_landlock(const struct pkdi_run *run)
{
	if (run->landlock_abi < 2)
		pkdi_log_at(&run->log, PKD_LOG_WARNING,
		            "this kernel has landlock ABI 1: nodes that declare nothing can access "
		            "other processes' memory");
	else if (run->landlock_abi < 6 && has_parents(run))
		pkdi_log_at(&run->log, PKD_LOG_WARNING,
		            "this kernel has landlock ABI %d: nodes that start programs or declare "
		            "nothing can send signals to the others",
		            run->landlock_abi);
}

void pkdi_sandbox_report(const struct pkdi_run *run, bool quiet)
{
	if (!run->sandbox) {
		pkdi_log_at(&run->log, PKD_LOG_WARNING, "%s: what nodes declare is not enforced",
		            run->whole_nodes ? "--single-process" : "--no-sandbox");
		return;
	}
	if (!run->has_seccomp)
		pkdi_log_at(&run->log, PKD_LOG_WARNING,
		            "this kernel has no seccomp: nodes can use sockets, start programs and "
		            "send signals");
	if (!run->landlock_abi)
		pkdi_log_at(
			&run->log, PKD_LOG_WARNING,
			"this kernel has no landlock: nodes can open files that they do not declare");
	else if (!quiet)
		report_old_landlock(run);
}
