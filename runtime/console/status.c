#include "console/status.h"

#include "console/describe.h"

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
	uint32_t first = process->decl->n_nodes ? process->decl->nodes[0] : PKD_NONE;

	pkdi_out_text(out, "name", process->decl->name);
	if (pkdi_run_all_ended(run, index))
		pkdi_out_bool(out, "ended", true);
	else
		pkdi_out_unsigned(out, "pid", atomic_load(&process->words->pid));
	if (first != PKD_NONE)
		pkdi_out_unsigned(out, "restarts", atomic_load(&run->orders[first].incarnation));
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
	uint64_t counts[PKDI_STEP_BUCKETS], all, n = 0, below = 0;

	for (uint32_t i = 1; i < PKDI_STEP_BUCKETS; i++)
		n += counts[i] = pkdi_read(&words->steps[i]);
	all = pkdi_read(&words->n_firings);
	counts[0] = all > n ? all - n : 0;
	n += counts[0];
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

	pkdi_out_text(out, "name", run->program->nodes[index].name);
	pkdi_out_text(out, "state", state_of(run, index));
	pkdi_out_unsigned(out, "frame", pkdi_record_number(&words->record));
	pkdi_out_unsigned(out, "in_hand", pkdi_read(&words->in_hand));
	pkdi_out_unsigned(out, "firings", pkdi_read(&words->n_firings));
	pkdi_out_unsigned(out, "busy_ns", pkdi_read(&words->busy_ns));
	pkdi_out_unsigned(out, "p50_ns", quantile(words, 0.5));
	pkdi_out_unsigned(out, "p99_ns", quantile(words, 0.99));
	pkdi_out_unsigned(out, "longest_ns", pkdi_read(&words->longest_ns));
	pkdi_out_unsigned(out, "refused", pkdi_read(&words->n_refused));
	pkdi_out_unsigned(out, "failed", pkdi_read(&words->n_failed));
	if (atomic_load(&run->paused[index]) && !pkdi_run_has_ended(run, index))
		pkdi_out_bool(out, "paused", true);
	if (pkdi_read(&words->n_paused))
		pkdi_out_unsigned(out, "dropped_paused", pkdi_read(&words->n_paused));
}

/* The reader's words first: what it has taken was published before. */
static void tell_edge(const struct pkdi_run *run, const struct pkdi_cursor *cursor,
                      struct pkdi_out *out)
{
	const struct pkdi_node *node = &run->nodes[cursor->index];
	const struct pkdi_input_words *words = node->inputs[cursor->part].words;
	uint64_t dropped = pkdi_read(&words->n_dropped);
	uint64_t present = pkdi_read(&words->n_present), absent = pkdi_read(&words->n_absent);
	uint64_t taken = atomic_load(&words->cursor);
	const struct pkdi_stream_words *stream =
		run->streams[node->decl->inputs[cursor->part].stream].words;

	pkdi_name_edge(run, cursor, out);
	pkdi_out_unsigned(out, "published", atomic_load(&stream->head));
	if (taken != PKDI_ENDED && !atomic_load(&run->orders[cursor->index].gone))
		pkdi_out_unsigned(out, "taken", taken - 1);
	pkdi_out_unsigned(out, "dropped", dropped);
	if (present + absent == 0)
		return;
	pkdi_out_unsigned(out, "looks", present + absent);
	pkdi_out_unsigned(out, "absent", absent);
}

void pkdi_write_status(struct pkdi_run *run, const struct pkdi_request *request,
                       struct pkdi_out *out)
{
	static const char *const phases[] = {
		[PKDI_PHASE_RUN] = "running", [PKDI_PHASE_DRAIN] = "draining",
		[PKDI_PHASE_STOP] = "stopping"};
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
		tell_edge(run, cursor, out);
		break;
	case PKDI_SECTION_STREAM:
	case PKDI_SECTION_PARAM:
	case PKDI_SECTION_COMMAND:
	case PKDI_SECTION_TRACE:
	case PKDI_SECTION_WHOLE:
		pkdi_out_open(out, "program", '{');
		pkdi_out_text(out, "phase", phase <= PKDI_PHASE_STOP ? phases[phase] : "?");
		pkdi_out_signed(out, "now_ns", pkd_now());
		break;
	}
	pkdi_out_close(out, '}');
}
