#include "console/health.h"

#include "options/literal.h"

/* More than these are only counted. */
enum { MAX_REASONS = 100 };

/* What the call that runs in the process may take; 0 = any time. The watchdog's limit is the
 * program's own word. A budget is that of an ordinary step, which a slower one may exceed; an init
 * that loads a model has none. */
static int64_t limit_of(const struct pkdi_process *process, const struct pkdi_node *calling)
{
	int64_t ns = PKDI_HEALTH_BUDGETS * calling->decl->budget_ns;

	if (process->decl->stall_ns > 0)
		return process->decl->stall_ns;
	if (atomic_load(&process->words->call) != PKDI_CALL_STEP)
		return 0;
	return ns && ns < PKDI_HEALTH_LEAST_NS ? PKDI_HEALTH_LEAST_NS : ns;
}

/* Writes why the process is not well. Returns false where it is. */
static bool tell_process(const struct pkdi_run *run, uint32_t index, int64_t now_ns,
                         struct pkdi_out *out)
{
	const struct pkdi_process *process = &run->processes[index];
	const struct pkdi_node *calling = pkdi_run_calling(run, index);
	int64_t since_ns = atomic_load(&process->words->step_since_ns);
	int64_t limit_ns = calling ? limit_of(process, calling) : 0;
	const struct pkdi_orders *orders = pkdi_run_orders(run, index);
	char limit[64];

	if (orders && atomic_load(&orders->gone)) {
		pkdi_out_format(out, "process %s was given up\n", process->decl->name);
		return true;
	}
	if (orders && atomic_load(&orders->down) && !pkdi_run_all_ended(run, index)) {
		pkdi_out_format(out, "process %s has died, and is to be started again\n",
		                process->decl->name);
		return true;
	}
	if (!limit_ns || !since_ns || now_ns - since_ns <= limit_ns)
		return false;
	pkdi_literal_show_time(limit_ns, limit, sizeof(limit));
	pkdi_out_format(out, "node %s has been in its code for %.1fs: more than %s\n",
	                calling->decl->name, (double)(now_ns - since_ns) / 1e9, limit);
	return true;
}

int pkdi_health_answer(const struct pkdi_run *run, struct pkdi_out *out)
{
	int64_t now_ns = pkd_now();
	uint32_t n = 0;

	if (atomic_load(&run->program_words->phase) != PKDI_PHASE_RUN) {
		pkdi_out_format(out, "the program is ending\n");
		n++;
	}
	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_out rest = *out;

		if (!tell_process(run, i, now_ns, &rest))
			continue;
		if (n++ < MAX_REASONS && !rest.is_full)
			*out = rest;
	}
	if (n > MAX_REASONS)
		pkdi_out_format(out, "and %u more\n", n - MAX_REASONS);
	if (n == 0)
		pkdi_out_format(out, "ok\n");
	return n ? 503 : 200;
}
