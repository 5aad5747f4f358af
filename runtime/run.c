#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "layout.h"
#include "policy.h"

/* ---- Private memory ---- */

static int allocate_node(struct pkdi_run *run, uint32_t index)
{
	struct pkdi_node *node = &run->nodes[index];
	const struct pkd_node *decl = &run->program->nodes[index];

	node->decl = decl;
	node->index = index;
	/* One more each: calloc(0) may return NULL. */
	node->inputs = calloc(decl->n_inputs + 1, sizeof(*node->inputs));
	node->outputs = calloc(decl->n_outputs + 1, sizeof(*node->outputs));
	node->in = calloc(decl->n_inputs + 1, sizeof(*node->in));
	node->out = calloc(decl->n_outputs + 1, sizeof(*node->out));
	node->down = calloc(run->n_processes + 1, sizeof(struct pkdi_neighbour *));
	node->up = calloc(run->n_processes + 1, sizeof(struct pkdi_neighbour *));
	node->self = calloc(1, decl->methods->self_size + 1);
	if (!node->inputs || !node->outputs || !node->in || !node->out || !node->down ||
	    !node->up || !node->self)
		return -ENOMEM;
	for (uint32_t i = 0; i < decl->n_outputs; i++) {
		uint32_t stream = decl->outputs[i].stream;
		uint32_t n;

		if (stream == PKD_NONE)
			continue;
		n = run->program->streams[stream].n_readers;
		node->outputs[i].gates = calloc(n + 1, sizeof(*node->outputs[i].gates));
		node->outputs[i].pins = calloc(n + 1, sizeof(const _Atomic uint64_t *));
		if (!node->outputs[i].gates || !node->outputs[i].pins)
			return -ENOMEM;
	}
	return 0;
}

static void free_node(struct pkdi_node *node)
{
	for (uint32_t i = 0; node->outputs && i < node->decl->n_outputs; i++) {
		free(node->outputs[i].gates);
		free(node->outputs[i].pins);
	}
	free(node->inputs);
	free(node->outputs);
	free(node->in);
	free(node->out);
	free(node->down);
	free(node->up);
	free(node->self);
}

static int choose_processes(struct pkdi_run *run, bool single_process)
{
	const struct pkd_program *program = run->program;

	run->decls = program->processes;
	run->n_processes = program->n_processes;
	if (single_process) {
		run->whole_nodes = calloc(program->n_nodes + 1, sizeof(*run->whole_nodes));
		if (!run->whole_nodes)
			return -ENOMEM;
		for (uint32_t i = 0; i < program->n_nodes; i++)
			run->whole_nodes[i] = i;
		run->whole = (struct pkd_process){
			.name = program->name,
			.nodes = run->whole_nodes,
			.n_nodes = program->n_nodes,
			.end = PKD_FAIL_STOP,
		};
		run->decls = &run->whole;
		run->n_processes = 1;
	}
	return 0;
}

static int allocate(struct pkdi_run *run)
{
	const struct pkd_program *program = run->program;

	run->processes = calloc(run->n_processes + 1, sizeof(*run->processes));
	run->streams = calloc(program->n_streams + 1, sizeof(*run->streams));
	run->nodes = calloc(program->n_nodes + 1, sizeof(*run->nodes));
	run->process_of = calloc(program->n_nodes + 1, sizeof(*run->process_of));
	if (!run->processes || !run->streams || !run->nodes || !run->process_of)
		return -ENOMEM;
	/* Descriptors first, so that whatever fails, pkdi_run_finish closes none that isn't its. */
	for (uint32_t i = 0; i < run->n_processes; i++)
		run->processes[i].control.fd = -1;
	for (uint32_t i = 0; i < program->n_streams; i++)
		run->streams[i].map.fd = -1;
	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_process *process = &run->processes[i];

		process->decl = &run->decls[i];
		process->neighbours = calloc(run->n_processes + 1, sizeof(*process->neighbours));
		if (!process->neighbours)
			return -ENOMEM;
		for (uint32_t j = 0; j < process->decl->n_nodes; j++)
			run->process_of[process->decl->nodes[j]] = i;
	}
	for (uint32_t i = 0; i < program->n_streams; i++) {
		run->streams[i].decl = &program->streams[i];
		run->streams[i].writer = run->process_of[program->streams[i].writer];
	}
	for (uint32_t i = 0; i < program->n_nodes; i++)
		if (allocate_node(run, i) < 0)
			return -ENOMEM;
	return 0;
}

/* ---- Streams ---- */

/* The compiler's arithmetic, once more: a table that disagrees would corrupt values silently. */
static int check_stream(const struct pkdi_run *run, const struct pkd_stream *stream)
{
	uint32_t n_pins = 0, window = 1;

	for (uint32_t i = 0; i < stream->n_readers; i++) {
		const struct pkd_reader *reader = &stream->readers[i];
		const struct pkd_input *input =
			&run->program->nodes[reader->node].inputs[reader->input];

		n_pins += input->n_pins;
		if (input->window > window)
			window = input->window;
		if (input->n_pins != (input->policy == PKD_QUEUE ? 0 : 1))
			return -EINVAL;
	}
	if (stream->ring_size < window || stream->n_slots < stream->ring_size + n_pins + 1 ||
	    stream->n_slots > PKDI_MAX_SLOTS ||
	    stream->slot_size < sizeof(struct pkd_frame) + stream->value_size ||
	    stream->slot_size % PKDI_LINE)
		return -EINVAL;
	return 0;
}

static int create_streams(struct pkdi_run *run)
{
	uint64_t memory = 0;

	for (uint32_t i = 0; i < run->program->n_streams; i++) {
		struct pkdi_stream *stream = &run->streams[i];
		const struct pkd_stream *decl = &run->program->streams[i];
		size_t size = pkdi_page_round((size_t)decl->n_slots * decl->slot_size);
		int r = check_stream(run, decl);

		if (r < 0) {
			pkdi_log(&run->log, "stream %s: its table is inconsistent: run pkdc again",
			         decl->name);
			return r;
		}
		r = pkdi_map_create(&stream->map, "pkd-stream", size);
		if (r == 0)
			r = pkdi_map_seal(&stream->map);
		if (r == 0)
			r = pkdi_reserve(size, &stream->view);
		if (r < 0) {
			pkdi_log(&run->log, "stream %s: no memory for its %zu bytes: %s",
			         decl->name, size, strerror(-r));
			return r;
		}
		memory += size;
	}
	if (memory != run->program->memory) {
		pkdi_log(&run->log,
		         "the streams need %" PRIu64 " bytes and the program says %" PRIu64
		         ": run pkdc again",
		         memory, run->program->memory);
		return -EINVAL;
	}
	return 0;
}

/* ---- Links ---- */

static void link_output(struct pkdi_run *run, struct pkdi_node *node, uint32_t i)
{
	struct pkdi_output *output = &node->outputs[i];
	const struct pkdi_stream *stream;

	output->index = node->decl->outputs[i].stream;
	if (output->index == PKD_NONE)
		return;
	stream = &run->streams[output->index];
	output->stream = stream->decl;
	output->data = stream->map.address;
	output->ring = (struct pkdi_ring){stream->words, stream->decl->ring_size,
	                                  stream->decl->n_slots};
	output->n_gates = stream->decl->n_readers;
	for (uint32_t j = 0; j < output->n_gates; j++) {
		const struct pkd_reader *reader = &stream->decl->readers[j];
		const struct pkdi_input *input = &run->nodes[reader->node].inputs[reader->input];
		const struct pkd_input *decl =
			&run->program->nodes[reader->node].inputs[reader->input];
		bool lossless = decl->policy == PKD_QUEUE;

		output->gates[j].words = input->words;
		output->gates[j].orders = &run->orders[reader->node];
		output->gates[j].window = lossless ? decl->window : 0;
		if (!lossless)
			output->pins[output->n_pins++] = &input->words->pin;
	}
}

static void link_input(struct pkdi_run *run, struct pkdi_node *node, uint32_t i)
{
	struct pkdi_input *input = &node->inputs[i];
	const struct pkdi_stream *stream;

	input->decl = &node->decl->inputs[i];
	if (input->decl->stream == PKD_NONE)
		return;
	stream = &run->streams[input->decl->stream];
	input->stream = stream->decl;
	input->data = stream->view;
	input->ring = (struct pkdi_ring){stream->words, stream->decl->ring_size,
	                                 stream->decl->n_slots};
	input->writer_orders = &run->orders[stream->decl->writer];
	input->window = input->decl->window ? input->decl->window : 1;
}

static void add_neighbour(struct pkdi_run *run, uint32_t own, uint32_t other,
                          struct pkdi_neighbour **list, uint32_t *n)
{
	struct pkdi_neighbour *neighbour = &run->processes[own].neighbours[other];

	if (own == other)
		return;
	for (uint32_t i = 0; i < *n; i++)
		if (list[i] == neighbour)
			return;
	list[(*n)++] = neighbour;
}

/* Who is woken when: a sampling reader never is, as another input fires it; the writer of a lossy
 * input only when that reader leaves, as nothing else that the reader does concerns it. */
static void link_neighbours(struct pkdi_run *run, struct pkdi_node *node)
{
	uint32_t own = run->process_of[node->index];

	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		for (uint32_t j = 0; j < node->outputs[i].n_gates; j++) {
			const struct pkd_reader *reader = &node->outputs[i].stream->readers[j];

			if (pkdi_policy_fires(&run->nodes[reader->node].inputs[reader->input]))
				add_neighbour(run, own, run->process_of[reader->node], node->down,
				              &node->n_down);
		}
	}
	for (int gated = 1; gated >= 0; gated--) {
		for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
			const struct pkdi_input *input = &node->inputs[i];

			if (input->stream && (input->decl->policy == PKD_QUEUE) == gated)
				add_neighbour(run, own, run->streams[input->decl->stream].writer,
				              node->up, &node->n_up);
		}
		if (gated)
			node->n_up_gated = node->n_up;
	}
}

static void link_node(struct pkdi_run *run, struct pkdi_node *node)
{
	uint32_t own = run->process_of[node->index];

	node->orders = &run->orders[node->index];
	node->program_words = run->program_words;
	node->calling = &run->processes[own].words->calling;
	node->log = &run->log;
	node->stop_fd = run->stop_fd;
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		link_input(run, node, i);
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		link_output(run, node, i);
}

static void link_processes(struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_process *process = &run->processes[i];

		process->sleeper = (struct pkdi_sleeper){&process->words->sleep,
		                                         &run->bells[i].count};
		for (uint32_t j = 0; j < run->n_processes; j++)
			process->neighbours[j] = (struct pkdi_neighbour){
				.sleep = &run->processes[j].words->sleep,
				.bell = &run->bells[j].count,
			};
	}
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		link_node(run, &run->nodes[i]);
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		link_neighbours(run, &run->nodes[i]);
}

/* ---- All of it ---- */

int pkdi_run_init(struct pkdi_run *run, const struct pkd_program *program, bool single_process)
{
	int r;

	*run = (struct pkdi_run){
		.program = program,
		.log = {.program = program->name},
		.stop_fd = -1,
		.supervisor = getpid(),
		.orders_map.fd = -1,
		.bells_map.fd = -1,
	};
	r = choose_processes(run, single_process);
	if (r == 0)
		r = allocate(run);
	if (r < 0) {
		pkdi_log(&run->log, "no memory for the program's tables");
		goto finish_run;
	}
	run->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (run->stop_fd < 0) {
		r = -errno;
		pkdi_log(&run->log, "eventfd: %s", strerror(-r));
		goto finish_run;
	}
	r = create_streams(run);
	if (r < 0)
		goto finish_run;
	r = pkdi_layout_create(run);
	if (r < 0) {
		pkdi_log(&run->log, "no memory for control words: %s", strerror(-r));
		goto finish_run;
	}
	link_processes(run);
	return 0;

finish_run:
	pkdi_run_finish(run);
	return r;
}

void pkdi_run_finish(struct pkdi_run *run)
{
	for (uint32_t i = 0; run->streams && i < run->program->n_streams; i++) {
		pkdi_map_finish(&run->streams[i].map);
		if (run->streams[i].view)
			munmap(run->streams[i].view, run->streams[i].map.size);
	}
	for (uint32_t i = 0; run->processes && i < run->n_processes; i++) {
		pkdi_map_finish(&run->processes[i].control);
		free(run->processes[i].neighbours);
	}
	pkdi_map_finish(&run->orders_map);
	pkdi_map_finish(&run->bells_map);
	if (run->stop_fd >= 0)
		close(run->stop_fd);
	for (uint32_t i = 0; run->nodes && i < run->program->n_nodes; i++)
		if (run->nodes[i].decl)
			free_node(&run->nodes[i]);
	free(run->whole_nodes);
	free(run->processes);
	free(run->streams);
	free(run->nodes);
	free(run->process_of);
}
