#define _GNU_SOURCE
#include "supervisor/report.h"

#include <signal.h>
#include <stdio.h>

#include "node/say.h"
#include "options/literal.h"
#include "os/limits.h"
#include "supervisor/core.h"

enum { NAME_SIZE = 128, CORE_SIZE = 320, WHAT_SIZE = 512, ITEM_SIZE = PKDI_ITEM_SIZE + 16 };

/* The node that died, as far as that can be told: the one whose code was running. */
static void name_process(const struct pkdi_run *run, uint32_t process, char who[PKDI_WHO_SIZE])
{
	char name[NAME_SIZE];
	const struct pkd_process *decl = run->processes[process].decl;
	const struct pkdi_node *calling = pkdi_run_calling(run, process);
	const struct pkd_node *node = calling ? calling->decl : NULL;

	if (!node && decl->n_nodes == 1)
		node = &run->program->nodes[decl->nodes[0]];
	if (node)
		pkdi_node_who(node, who);
	else
		snprintf(who, PKDI_WHO_SIZE, "process '%s'",
		         pkdi_shorten(decl->name, name, sizeof(name)));
}

/* What a process was called for when it took too long; the word is its own. */
static const char *name_call(const struct pkdi_run *run, uint32_t process)
{
	static const char *const names[] = {
		[PKDI_CALL_STEP] = "step",         [PKDI_CALL_READY] = "ready",
		[PKDI_CALL_INIT] = "init",         [PKDI_CALL_FINISH] = "finish",
		[PKDI_CALL_COMMAND] = "command",   [PKDI_CALL_CHANGED] = "changed",
		[PKDI_CALL_FLUSH] = "last output",
	};
	uint32_t call = atomic_load(&run->processes[process].words->call);

	return names[call <= PKDI_CALL_FLUSH ? call : PKDI_CALL_STEP];
}

/* The C library starts programs and threads with all signals blocked: then no handler can say what
 * was called. */
static const char *name_refusal(const struct pkdi_run *run, const struct pkdi_event *event)
{
	uint32_t said = atomic_load(&run->processes[event->process].words->refused);

	if (event->value != SIGSYS)
		return "";
	return said && said == (uint32_t)event->pid
	               ? " for that call"
	               : " (a forbidden system call; to start programs, "
	                 "declare `executes`)";
}

static void name_kill(const struct pkdi_run *run, const struct pkdi_life *life,
                      const struct pkdi_event *event, char what[WHAT_SIZE])
{
	const struct pkdi_dead dead = {event->pid, event->value, life->decl->name};
	const char *signal = sigabbrev_np(event->value);
	char number[32], core[CORE_SIZE], place[CORE_SIZE / 2];

	if (signal)
		snprintf(number, sizeof(number), "SIG%s", signal);
	else
		snprintf(number, sizeof(number), "signal %d", event->value);
	core[0] = '\0';
	if (event->dumped) {
		pkdi_core_find(&dead, core, sizeof(core));
		pkdi_shorten(core, place, sizeof(place));
		snprintf(core, sizeof(core), " (core dumped: %s)", place);
	}
	snprintf(what, WHAT_SIZE, "was killed by %s%s%s", number, core, name_refusal(run, event));
}

static void name_death(const struct pkdi_run *run, const struct pkdi_life *life,
                       const struct pkdi_event *event, char what[WHAT_SIZE])
{
	char why[PKDI_LIMIT_SIZE], time[32], bytes[PKDI_BYTES_SIZE];

	switch (event->kind) {
	case PKDI_EVENT_KILLED:
		name_kill(run, life, event, what);
		break;
	case PKDI_EVENT_NO_MEMORY:
		snprintf(what, WHAT_SIZE, "was killed by the kernel: out of memory");
		if (run->cgroup.limit != UINT64_MAX)
			snprintf(what, WHAT_SIZE,
			         "was killed by the kernel: out of memory (limit %s)",
			         pkdi_bytes_show(run->cgroup.limit, bytes));
		break;
	case PKDI_EVENT_STALLED:
		pkdi_literal_show_time(event->limit_ns, time, sizeof(time));
		snprintf(what, WHAT_SIZE, "was killed: its %s took longer than %s%s",
		         name_call(run, event->process), time,
		         event->limit_ns == life->decl->stall_ns ? "" : " (--grace)");
		break;
	case PKDI_EVENT_DAMAGED:
		snprintf(what, WHAT_SIZE,
		         event->pid ? "was killed: it damaged shared memory"
		                    : "exited after it had damaged shared memory");
		break;
	case PKDI_EVENT_EXITED:
		if (event->value == 1)
			snprintf(what, WHAT_SIZE, "failed");
		else if (event->value == 0)
			snprintf(what, WHAT_SIZE, "exited before its streams had ended");
		else
			snprintf(what, WHAT_SIZE, "exited with status %d", event->value);
		break;
	case PKDI_EVENT_NOT_STARTED:
		snprintf(what, WHAT_SIZE, "could not be started: %s",
		         pkdi_limit_explain(event->value, why));
		break;
	case PKDI_EVENT_FINISHED:
	case PKDI_EVENT_RESTART:
	case PKDI_EVENT_STOP:
	case PKDI_EVENT_TIME:
		snprintf(what, WHAT_SIZE, "ended");
		break;
	}
}

void pkdi_report(const struct pkdi_run *run, const struct pkdi_action *action,
                 const struct pkdi_life *life, const struct pkdi_event *event)
{
	const struct pkdi_log *log = &run->log;
	char who[PKDI_WHO_SIZE], what[WHAT_SIZE], item[ITEM_SIZE];

	name_process(run, action->process, who);
	if (action->kind == PKDI_ACTION_SAY_STUCK) {
		pkdi_log_at(
			log, PKD_LOG_WARNING,
			"%s was killed but has not exited: it is blocked in the kernel, by a file "
			"system, a device or a debugger",
			who);
		return;
	}
	if (action->kind == PKDI_ACTION_SAY_LEFT) {
		pkdi_log_at(log, PKD_LOG_WARNING, "%s does not exit and is left behind", who);
		return;
	}
	name_death(run, life, event, what);
	snprintf(item, sizeof(item), "%s%s%s", event->item[0] ? " with " : "", event->item,
	         event->item[0] ? " in hand" : "");
	if (event->kind == PKDI_EVENT_RESTART)
		pkdi_log_at(log, PKD_LOG_INFO, "%s is restarted on request", who);
	else if (action->kind == PKDI_ACTION_SAY_RESTART)
		pkdi_log_at(log, PKD_LOG_WARNING, "%s %s%s; it is started again (restart %u)", who,
		            what, item, life->n_restarts);
	else if (action->kind == PKDI_ACTION_SAY_ABSENT)
		pkdi_log_at(log, PKD_LOG_WARNING, "%s %s%s; the rest continues without it", who,
		            what, item);
	else if (action->kind == PKDI_ACTION_SAY_FORCED)
		pkdi_log_at(log, PKD_LOG_WARNING, "%s did not stop in time and %s%s", who, what,
		            item);
	else if (action->kind == PKDI_ACTION_SAY_DIED)
		pkdi_log_at(log, PKD_LOG_WARNING, "%s %s%s while the program was stopping", who,
		            what, item);
	else if (action->kind == PKDI_ACTION_LEAVE)
		pkdi_log(log, "%s %s%s; the rest was stopped", who, what, item);
}

void pkdi_report_slow(const struct pkdi_run *run, uint32_t process)
{
	char who[PKDI_WHO_SIZE];
	bool starts = atomic_load(&run->processes[process].words->call) == PKDI_CALL_INIT;

	name_process(run, process, who);
	pkdi_log_at(&run->log, PKD_LOG_WARNING, "%s: its %s has not returned for %d s%s", who,
	            starts ? "init" : "finish", (int)(PKDI_SLOW_NS / 1000000000),
	            starts ? "; frames start after it" : "; the program is waiting for it");
}

void pkdi_report_last(const struct pkdi_run *run, uint32_t process, int64_t ns, uint32_t n_others)
{
	char who[PKDI_WHO_SIZE], others[32] = "";

	name_process(run, process, who);
	if (n_others)
		snprintf(others, sizeof(others), " and %u more", n_others);
	pkdi_log_at(&run->log, PKD_LOG_WARNING,
	            "%s: its %s has not returned for %d s; everything else has ended, and the "
	            "program is waiting for it%s",
	            who, name_call(run, process), (int)(ns / 1000000000), others);
}

void pkdi_report_freeze(const struct pkdi_run *run)
{
	const char *only = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < run->program->n_streams; i++) {
		if (!run->streams[i].frozen)
			continue;
		only = run->streams[i].decl->name;
		n++;
	}
	pkdi_log_at(&run->log, PKD_LOG_INFO,
	            "--freeze=%s: %u of %u streams are write-protected against their own node once "
	            "published%s%s%s",
	            pkdi_freeze_name(run->freeze), n, run->program->n_streams, n == 1 ? " (" : "",
	            n == 1 ? only : "", n == 1 ? ")" : "");
}
