#include "console/status.h"

#include "console/account_json.h"

static const char *state_of(const struct pkdi_run *run, uint32_t node)
{
	uint32_t state = atomic_load(&run->nodes[node].words->state);

	if (atomic_load(&run->orders[node].gone))
		return "gone";
	return state == PKDI_STARTING ? "starting" : state == PKDI_LEFT ? "ended" : "running";
}

static void tell_process(const struct pkdi_run *run, uint32_t index, struct pkdi_out *out)
{
	const struct pkdi_process *process = &run->processes[index];
	const struct pkdi_node *calling = pkdi_run_calling(run, index);
	const struct pkdi_orders *orders = pkdi_run_orders(run, index);

	pkdi_out_text(out, "name", process->decl->name);
	if (pkdi_run_all_ended(run, index))
		pkdi_out_bool(out, "ended", true);
	else if (!orders || !atomic_load(&orders->down))
		pkdi_out_unsigned(out, "pid", atomic_load(&process->words->pid));
	if (orders)
		pkdi_out_unsigned(out, "restarts", atomic_load(&orders->incarnation));
	if (!calling)
		return;
	pkdi_out_text(out, "calling", calling->decl->name);
	pkdi_out_signed(out, "since_ns", atomic_load(&process->words->step_since_ns));
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The time within which `share` of the steps have ended, to the end of its bucket, but none took
 * longer than the longest; 0 = none has ended. */
static uint64_t quantile(const struct pkdi_node_words *words, double share)
{
	uint64_t counts[PKDI_STEP_BUCKETS], n = 0, below = 0;

	for (uint32_t i = 0; i < PKDI_STEP_BUCKETS; i++)
		n += counts[i] = pkdi_read(&words->steps[i]);
	for (uint32_t i = 0; n && i < PKDI_STEP_BUCKETS; i++) {
		below += counts[i];
		if ((double)below >= share * (double)n)
			return least(pkdi_step_end(i), pkdi_read(&words->longest_ns));
	}
	return 0;
}

static void tell_node(const struct pkdi_run *run, uint32_t index, struct pkdi_out *out)
{
	const struct pkdi_node_words *words = run->nodes[index].words;
	uint32_t held = atomic_load(&run->held[index]);
	struct pkdi_node_account account;

	pkdi_account_node(&run->nodes[index], &account);
	pkdi_out_text(out, "name", run->program->nodes[index].name);
	pkdi_out_text(out, "state", state_of(run, index));
	pkdi_out_unsigned(out, "frame", pkdi_record_number(&words->record));
	pkdi_out_unsigned(out, "in_hand", pkdi_read(&words->in_hand));
	pkdi_out_unsigned(out, "firings", account.firings);
	pkdi_out_unsigned(out, "busy_ns", pkdi_read(&words->busy_ns));
	pkdi_out_unsigned(out, "p50_ns", quantile(words, 0.5));
	pkdi_out_unsigned(out, "p99_ns", quantile(words, 0.99));
	pkdi_out_unsigned(out, "longest_ns", pkdi_read(&words->longest_ns));
	pkdi_out_unsigned(out, "refused", account.refused);
	pkdi_out_unsigned(out, "failed", account.failed);
	if (held != PKDI_HELD_NOT && !pkdi_run_has_ended(run, index))
		pkdi_out_bool(out, held == PKDI_HELD_RESTS ? "resting" : "paused", true);
	if (account.paused)
		pkdi_out_unsigned(out, "dropped_paused", account.paused);
	if (account.rested)
		pkdi_out_unsigned(out, "rested", account.rested);
}

void pkdi_write_status(struct pkdi_run *run, const struct pkdi_request *request,
                       struct pkdi_out *out)
{
	const struct pkdi_cursor *cursor = &request->cursor;
	uint32_t phase = atomic_load(&run->program_words->phase);

	switch (cursor->section) {
	case PKDI_SECTION_PROCESS:
		pkdi_out_open(out, "process", '{');
		tell_process(run, cursor->index, out);
		break;
	case PKDI_SECTION_NODE:
		pkdi_out_open(out, "node", '{');
		tell_node(run, cursor->index, out);
		break;
	case PKDI_SECTION_EDGE:
		pkdi_out_open(out, "edge", '{');
		pkdi_tell_edge(run, cursor->index, cursor->part, out);
		break;
	case PKDI_SECTION_STREAM:
		pkdi_out_open(out, "stream", '{');
		pkdi_tell_stream(run, cursor->index, out);
		break;
	case PKDI_SECTION_PARAM:
	case PKDI_SECTION_COMMAND:
	case PKDI_SECTION_TYPE:
	case PKDI_SECTION_LINE:
	case PKDI_SECTION_TRACE:
	case PKDI_SECTION_WHOLE:
		pkdi_out_open(out, "program", '{');
		pkdi_out_text(out, "phase", pkdi_phase_name(phase));
		pkdi_out_signed(out, "now_ns", pkd_now());
		break;
	}
	pkdi_out_close(out, '}');
}
