#include "run/link.h"

#include <string.h>

#include "node/policy.h"

static void link_output(struct pkdi_run *run, struct pkdi_node *node, uint32_t i)
{
	struct pkdi_output *output = &node->outputs[i];
	const struct pkdi_stream *stream;

	output->index = node->decl->outputs[i].stream;
	pkdi_plan_make(&node->plans[i], node->decl->outputs[i].type,
	               node->decl->outputs[i].optional);
	if (output->index == PKD_NONE)
		return;
	stream = &run->streams[output->index];
	output->stream = stream->decl;
	output->data = stream->map.address;
	output->frozen = stream->frozen;
	output->ring = pkdi_ring_make(stream->place, stream->decl, stream->words, output->data);
	output->n_gates = stream->decl->n_readers;
	for (uint32_t j = 0; j < output->n_gates; j++) {
		const struct pkd_reader *reader = &stream->decl->readers[j];
		const struct pkdi_input *input = &run->nodes[reader->node].inputs[reader->input];
		const struct pkd_input *decl = pkdi_reader_input(run->program, reader);

		output->gates[j].words = input->words;
		output->gates[j].orders = &run->orders[reader->node];
		output->gates[j].window = decl->policy == PKD_QUEUE ? pkdi_policy_window(decl) : 0;
		output->gates[j].own = reader->node == node->index;
		if (decl->n_pins)
			output->pins[output->n_pins++] = &input->words->pin;
		for (uint32_t k = 1; k < decl->n_pins; k++)
			output->pins[output->n_pins++] = &input->back_pins[k - 1];
	}
}

/* Whether `every` says which frames are those of a worker: then another worker, who stands in the
 * same place, has others. */
static bool is_share(const struct pkdi_run *run, const struct pkdi_node *node, uint32_t i)
{
	const struct pkd_input *input = &node->decl->inputs[i];

	if (input->pool || input->every_from)
		return true;
	for (uint32_t k = 0; input->every_n > 1 && k < run->program->n_nodes; k++) {
		const struct pkd_node *other = &run->program->nodes[k];

		if (k != node->index && other->n_inputs == node->decl->n_inputs &&
		    other->inputs[i].every_n == input->every_n && other->inputs[i].every_from &&
		    !strcmp(other->at, node->decl->at) && !strcmp(other->kind, node->decl->kind))
			return true;
	}
	return false;
}

static void link_input(struct pkdi_run *run, struct pkdi_node *node, uint32_t i)
{
	struct pkdi_input *input = &node->inputs[i];
	const struct pkdi_stream *stream;

	input->decl = &node->decl->inputs[i];
	input->role = pkdi_policy_role(input->decl);
	input->thins = input->decl->every_n > 1 || input->decl->every_ns > 0;
	if (input->decl->stream == PKD_NONE)
		return;
	input->shares = is_share(run, node, i);
	stream = &run->streams[input->decl->stream];
	input->stream = stream->decl;
	input->data = stream->view;
	input->ring = pkdi_ring_make(stream->place, stream->decl, stream->words, input->data);
	input->index = input->decl->stream;
	input->writer_orders = &run->orders[stream->decl->writer];
	input->writer_record = &run->nodes[stream->decl->writer].words->record;
	input->reporter = &node->reporter;
	input->window = pkdi_policy_window(input->decl);
	if (input->decl->pool)
		input->pool = (struct pkdi_pool){run->pools[input->decl->pool - 1].claims,
		                                 stream->decl->ring_size, input->decl->every_from};
	if (input->role == PKDI_ROLE_HISTORY)
		node->has_history = true;
}

/* One for each pair of processes, however their nodes are connected: it records which sleep was
 * rung for. */
static struct pkdi_neighbour *find_neighbour(struct pkdi_run *run, uint32_t own, uint32_t other)
{
	struct pkdi_process *process = &run->processes[own];
	const struct pkdi_process *there = &run->processes[other];

	for (uint32_t i = 0; i < process->n_neighbours; i++)
		if (process->neighbours[i].bell.count == there->bell.count)
			return &process->neighbours[i];
	process->neighbours[process->n_neighbours] = (struct pkdi_neighbour){
		.sleep = &there->words->sleep,
		.bell = there->bell,
	};
	return &process->neighbours[process->n_neighbours++];
}

static void add_neighbour(struct pkdi_run *run, uint32_t own, uint32_t other,
                          struct pkdi_neighbour **list, uint32_t *n)
{
	struct pkdi_neighbour *neighbour;

	if (own == other)
		return;
	neighbour = find_neighbour(run, own, other);
	for (uint32_t i = 0; i < *n; i++)
		if (list[i] == neighbour)
			return;
	list[(*n)++] = neighbour;
}

/* Who is woken when: a sampling reader never, because another input fires it; the writer of a
 * lossy input only when that reader leaves, because nothing else that the reader does affects
 * it. */
static void link_neighbours(struct pkdi_run *run, struct pkdi_node *node)
{
	uint32_t own = run->process_of[node->index];

	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		for (uint32_t j = 0; j < node->outputs[i].n_gates; j++) {
			const struct pkd_reader *reader = &node->outputs[i].stream->readers[j];

			if (run->nodes[reader->node].inputs[reader->input].role !=
			    PKDI_ROLE_SAMPLED)
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
	node->call = &run->processes[own].words->call;
	node->step_since_ns = &run->processes[own].words->step_since_ns;
	node->now_ns = &run->processes[own].now_ns;
	node->watch = &run->processes[own].watch;
	node->trace = &run->processes[own].trace;
	node->log = &run->log;
	node->stop_fd = run->stop_fd;
	node->supervisor_fd = run->supervisor_fd;
	node->reporter = (struct pkdi_reporter){&run->log, node->decl, run->program->nodes,
	                                        run->supervisor_fd};
	node->resumes = run->store.resumes;
	node->is_confined = run->sandbox && node->decl->declared;
	node->shares_process = run->whole_nodes != NULL;
	node->is_alone = run->processes[own].decl->n_nodes == 1;
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		link_input(run, node, i);
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		link_output(run, node, i);
}

void pkdi_link(struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_process *process = &run->processes[i];

		process->bell.count = &run->bells[i].count;
		process->sleeper = (struct pkdi_sleeper){&process->words->sleep,
		                                         process->bell.count};
	}
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		link_node(run, &run->nodes[i]);
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		link_neighbours(run, &run->nodes[i]);
}
