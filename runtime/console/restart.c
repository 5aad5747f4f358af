#include "console/restart.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/names.h"
#include "console/take.h"
#include "options/levels.h"

/* Marks the processes in request->chosen. */
static bool choose(struct pkdi_run *run, struct pkdi_request *request, const char *name,
                   struct pkdi_fault *fault)
{
	bool is_there = false, is_up = false;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkdi_process *process = &run->processes[run->process_of[i]];

		if (!pkdi_name_means(run->program, name, strlen(name), i))
			continue;
		is_there = true;
		if (pkdi_run_all_ended(run, run->process_of[i]))
			continue;
		is_up = true;
		if (!process->decl->n_restarts)
			return pkdi_refuse(
				fault, "not_restarted",
				"the deploy does not say that '%.100s' is started again: "
				"write `on crash of %.100s { restart 3 per 10s }` there",
				process->decl->name, name);
		request->chosen[run->process_of[i]] = true;
	}
	if (!is_there)
		return pkdi_names_refuse_node(run->program, name, fault);
	return is_up || pkdi_refuse(fault, "ended", "node '%.160s' has ended", name);
}

static bool choose_all(struct pkdi_run *run, struct pkdi_request *request,
                       const struct pkdi_json *json, uint32_t names, struct pkdi_fault *fault)
{
	char name[256];

	for (uint32_t v = names + 1; v < json->values[names].next; v = json->values[v].next) {
		if (!pkdi_json_string(json, v, name, sizeof(name)))
			return pkdi_refuse(fault, "unknown_node", "the name of a node is a string");
		if (!choose(run, request, name, fault))
			return false;
	}
	return true;
}

static uint32_t incarnation_of(const struct pkdi_run *run, uint32_t process)
{
	const struct pkdi_orders *orders = pkdi_run_orders(run, process);

	return orders ? atomic_load(&orders->incarnation) : 0;
}

bool pkdi_restart_begin(struct pkdi_run *run, struct pkdi_request *request,
                        const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	uint32_t names = pkdi_take_array(json, parameters, "nodes");
	const uint64_t one = 1;

	if (names == PKDI_JSON_NONE || json->values[names].n == 0)
		return pkdi_refuse(fault, "invalid_parameter", "\"nodes\" is an array of names");
	if (atomic_load(&run->program_words->phase) != PKDI_PHASE_RUN)
		return pkdi_refuse(fault, "ending", "the program is ending");
	request->chosen = calloc(run->n_processes + 1, sizeof(*request->chosen));
	request->before = calloc(run->n_processes + 1, sizeof(*request->before));
	if (!request->chosen || !request->before)
		return pkdi_refuse(fault, "failed", "there is not enough memory");
	if (!choose_all(run, request, json, names, fault) ||
	    !pkdi_take_wait(json, parameters, request, fault))
		return false;
	for (uint32_t i = 0; i < run->n_processes; i++) {
		request->before[i] = incarnation_of(run, i);
		if (request->chosen[i])
			atomic_fetch_add(&run->restarts[i], 1);
	}
	return write(run->supervisor_fd, &one, sizeof(one)) == sizeof(one) ||
	       pkdi_refuse(fault, "failed", "the supervisor cannot be told");
}

/* Its next incarnation has begun: the number is there once it has. */
static bool is_back(const struct pkdi_run *run, const struct pkdi_request *request,
                    uint32_t process)
{
	return incarnation_of(run, process) != request->before[process] &&
	       atomic_load(&run->processes[process].words->pid);
}

bool pkdi_restart_is_ready(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns)
{
	for (uint32_t i = 0; i < run->n_processes; i++)
		if (request->chosen[i] && !is_back(run, request, i) && !pkdi_run_all_ended(run, i))
			return now_ns >= request->until_ns;
	return true;
}

void pkdi_restart_write(struct pkdi_run *run, const struct pkdi_request *request,
                        struct pkdi_out *out)
{
	uint32_t process = request->cursor.index;

	if (request->cursor.section != PKDI_SECTION_PROCESS)
		return;
	pkdi_out_open(out, "process", '{');
	pkdi_out_text(out, "name", run->processes[process].decl->name);
	if (is_back(run, request, process))
		pkdi_out_unsigned(out, "pid", atomic_load(&run->processes[process].words->pid));
	else if (pkdi_run_all_ended(run, process))
		pkdi_out_bool(out, "ended", true);
	else
		pkdi_out_bool(out, "pending", true);
	pkdi_out_close(out, '}');
}
