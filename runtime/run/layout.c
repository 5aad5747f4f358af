#include "run/layout.h"

#include "node/account.h"
#include "node/policy.h"

/* A node itself remembers only frames that failed, were refused or paused: one range where an input
 * has so many. */
enum { SPANS_OF_NODE = 8 };

/* Allocates consecutive parts of a memory. With a NULL base it only measures. */
struct carver {
	char *base;
	size_t used;
};

static void *carve(struct carver *carver, size_t size)
{
	size_t at = carver->used;

	carver->used = (at + size + PKDI_LINE - 1) / PKDI_LINE * PKDI_LINE;
	return carver->base ? carver->base + at : NULL;
}

/* Room for values outside their ring, where values are copied; and for a canary. */
static void *carve_copies(const struct pkdi_stream *stream, size_t n, struct carver *carver)
{
	if (stream->place != PKDI_COPIED)
		return NULL;
	return carve(carver, n * stream->decl->slot_size + sizeof(uint64_t));
}

static uint32_t count_readers(const struct pkdi_run *run, const struct pkd_node *decl)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < decl->n_outputs; i++)
		if (decl->outputs[i].stream != PKD_NONE)
			n += run->program->streams[decl->outputs[i].stream].n_readers;
	return n;
}

static void carve_ledger(struct pkdi_ledger *ledger, uint32_t n, struct carver *carver)
{
	ledger->n = n;
	if (n)
		ledger->words = carve(carver, pkdi_ledger_size(n) * sizeof(*ledger->words));
}

/* What `pkd why` is answered from. */
static void carve_spans(struct pkdi_spans *spans, uint32_t size, struct carver *carver)
{
	spans->size = size;
	if (size)
		spans->words = carve(carver, pkdi_spans_bytes(spans->size));
}

static void carve_node(struct pkdi_run *run, struct pkdi_node *node, struct carver *carver)
{
	const struct pkd_node *decl = node->decl;

	node->words = carve(carver, sizeof(*node->words));
	carve_ledger(&node->ledger, pkdi_account_of_node(decl->n_outputs, count_readers(run, decl)),
	             carver);
	carve_spans(&node->why, run->n_spans / SPANS_OF_NODE, carver);
	node->record_outputs = carve(carver, decl->n_outputs * sizeof(*node->record_outputs));
	node->record_cursors = carve(carver, decl->n_inputs * sizeof(*node->record_cursors));
	if (decl->n_commands)
		node->calls.answers = carve(carver, pkdi_call_answers_size(decl));
	if (node->settings.n)
		node->settings.asks = carve(carver,
		                            node->settings.n * sizeof(*node->settings.asks));
	for (uint32_t i = 0; i < decl->n_inputs; i++) {
		uint32_t n_pins = pkdi_policy_pins(&decl->inputs[i], decl->fires_any);
		struct pkdi_input *input = &node->inputs[i];

		input->n_back = n_pins ? n_pins - 1 : 0;
		input->words = carve(carver, sizeof(*input->words));
		carve_ledger(&input->ledger, pkdi_account_of_input(decl, &decl->inputs[i]), carver);
		if (input->ledger.n)
			carve_spans(&input->why, run->n_spans, carver);
		input->back_pins = carve(carver, input->n_back * sizeof(*input->back_pins));
		if (n_pins && decl->inputs[i].stream != PKD_NONE)
			input->copies = carve_copies(&run->streams[decl->inputs[i].stream], n_pins,
			                             carver);
		if (input->copies)
			input->copies_view = (const char *)run->control_view +
			                     (input->copies - run->control_map.address);
	}
	for (uint32_t i = 0; i < decl->n_outputs; i++) {
		struct pkdi_stream *stream;

		if (decl->outputs[i].stream == PKD_NONE)
			continue;
		stream = &run->streams[decl->outputs[i].stream];
		carve_spans(&node->outputs[i].steps, run->n_spans, carver);
		stream->words = carve(carver, sizeof(*stream->words) +
		                                      stream->decl->ring_size * sizeof(uint64_t));
	}
}

static void carve_made(struct pkdi_run *run, struct pkdi_node *node, struct carver *carver)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		uint32_t stream = node->decl->outputs[i].stream;

		if (stream != PKD_NONE)
			node->outputs[i].made = carve_copies(&run->streams[stream], 1, carver);
	}
}

static void carve_process(struct pkdi_run *run, struct pkdi_process *process, struct carver *carver)
{
	process->words = carve(carver, sizeof(*process->words));
	for (uint32_t i = 0; i < process->decl->n_nodes; i++)
		carve_node(run, &run->nodes[process->decl->nodes[i]], carver);
	/* Last, because a step may overrun its output: not into these words, and what follows
	 * them is read-only. */
	for (uint32_t i = 0; i < process->decl->n_nodes; i++)
		carve_made(run, &run->nodes[process->decl->nodes[i]], carver);
}

/* One memory for all, of which each process has whole pages: few maps, however many processes. */
static int create_control(struct pkdi_run *run)
{
	size_t size = 0;
	int r;

	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct carver carver = {NULL, 0};

		carve_process(run, &run->processes[i], &carver);
		run->processes[i].control.size = pkdi_page_round(carver.used);
		size += run->processes[i].control.size;
	}
	r = pkdi_store_map(run, &run->control_map, "control", PKD_NONE, size);
	if (r == 0)
		r = pkdi_reserve(run->control_map.size, &run->control_view);
	if (r < 0)
		return r;
	size = 0;
	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_process *process = &run->processes[i];
		struct carver carver = {run->control_map.address + size, 0};

		process->control.address = carver.base;
		size += process->control.size;
		carve_process(run, process, &carver);
	}
	for (uint32_t i = 0; i < run->program->n_nodes && !run->store.resumes; i++)
		for (uint32_t j = 0; j < run->program->nodes[i].n_inputs; j++)
			atomic_store(&run->nodes[i].inputs[j].words->cursor, 1);
	return 0;
}

static int create_orders(struct pkdi_run *run)
{
	struct carver carver = {NULL, 0};
	size_t orders_size = run->program->n_nodes * sizeof(*run->orders);
	int r;

	carve(&carver, sizeof(*run->program_words));
	carve(&carver, orders_size);
	r = pkdi_store_map(run, &run->orders_map, "orders", PKD_NONE, carver.used);
	if (r < 0)
		return r;
	carver = (struct carver){run->orders_map.address, 0};
	run->program_words = carve(&carver, sizeof(*run->program_words));
	run->orders = carve(&carver, orders_size);
	return 0;
}

/* The memory for `why`, divided: as many ranges for each input and each stream. */
static uint32_t count_spans(const struct pkdi_run *run, uint64_t bytes)
{
	uint64_t n = run->program->n_streams + run->program->n_nodes / SPANS_OF_NODE + 1, each;

	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		n += run->program->nodes[i].n_inputs;
	each = bytes / n;
	if (each < pkdi_spans_bytes(SPANS_OF_NODE))
		return 0;
	each = (each - pkdi_spans_bytes(0)) / sizeof(struct pkdi_span);
	return each < 1 << 30 ? UINT32_C(1) << (63 - __builtin_clzll(each)) : UINT32_C(1) << 30;
}

int pkdi_layout_create(struct pkdi_run *run, uint64_t why_bytes)
{
	int r = create_orders(run);

	run->n_spans = count_spans(run, why_bytes);
	if (r < 0)
		return r;
	r = pkdi_map_create_sealed(&run->journal_map, "pkd-journal", sizeof(*run->journal));
	if (r < 0)
		return r;
	run->journal = (struct pkdi_journal *)(void *)run->journal_map.address;
	r = pkdi_map_create_sealed(&run->bells_map, "pkd-bells",
	                           run->n_processes * sizeof(*run->bells));
	if (r < 0)
		return r;
	run->bells = (struct pkdi_bell *)(void *)run->bells_map.address;
	return create_control(run);
}
