#define _GNU_SOURCE
#include "run/run.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "node/say.h"
#include "os/landlock.h"
#include "os/limits.h"
#include "os/seccomp.h"
#include "run/check.h"
#include "run/layout.h"
#include "run/link.h"
#include "run/needs.h"
#include "run/paths.h"
#include "run/settings.h"
#include "run/traces.h"
#include "run/wishes.h"

/* ---- Private memory ---- */

static uint32_t count_values(const struct pkd_input *input)
{
	return input->many ? (uint32_t)(input->last - input->first + 1) : 1;
}

/* Where each input's values go: into the port itself, or consecutively into the array that the
 * port points at. */
static int allocate_places(struct pkdi_node *node)
{
	const struct pkd_node *decl = node->decl;
	uint32_t n = 0;

	for (uint32_t i = 0; i < decl->n_inputs; i++)
		n += decl->inputs[i].many ? count_values(&decl->inputs[i]) : 0;
	/* One more each: calloc(0) may return NULL. */
	node->in = calloc(decl->n_ports + 1, sizeof(*node->in));
	node->values = calloc(n + 1, sizeof(*node->values));
	if (!node->in || !node->values)
		return -ENOMEM;
	n = 0;
	for (uint32_t i = 0; i < decl->n_inputs; i++) {
		struct pkdi_input *input = &node->inputs[i];
		const struct pkd_input *slot = &decl->inputs[i];

		input->n_values = count_values(slot);
		input->place = slot->many ? &node->values[n] : &node->in[slot->port];
		if (!slot->many)
			continue;
		n += input->n_values;
		if (!node->in[slot->port])
			node->in[slot->port] = input->place;
	}
	return 0;
}

/* For one lossy reader that looks back, several. */
static uint32_t count_pins(const struct pkdi_run *run, const struct pkd_stream *stream)
{
	uint32_t n_pins = 0;

	for (uint32_t i = 0; i < stream->n_readers; i++)
		n_pins += pkdi_reader_input(run->program, &stream->readers[i])->n_pins;
	return n_pins;
}

static int allocate_output(const struct pkdi_run *run, struct pkdi_output *output, uint32_t index)
{
	const struct pkd_stream *stream = &run->program->streams[index];
	uint32_t n_pins = count_pins(run, stream);

	output->gates = calloc(stream->n_readers + 1, sizeof(*output->gates));
	output->pins = calloc(n_pins + 1, sizeof(const _Atomic uint64_t *));
	return output->gates && output->pins ? 0 : -ENOMEM;
}

static uint32_t count_readers(const struct pkdi_run *run, const struct pkd_node *node)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < node->n_outputs; i++)
		if (node->outputs[i].stream != PKD_NONE)
			n += run->program->streams[node->outputs[i].stream].n_readers;
	return n;
}

/* At most one for each edge that begins or ends in the process. */
static int allocate_neighbours(const struct pkdi_run *run, struct pkdi_process *process)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < process->decl->n_nodes; i++) {
		const struct pkd_node *node = &run->program->nodes[process->decl->nodes[i]];

		n += node->n_inputs + count_readers(run, node);
	}
	process->neighbours = calloc(n + 1, sizeof(*process->neighbours));
	return process->neighbours ? 0 : -ENOMEM;
}

static int allocate_node(struct pkdi_run *run, uint32_t index)
{
	struct pkdi_node *node = &run->nodes[index];
	const struct pkd_node *decl = &run->program->nodes[index];

	node->decl = decl;
	node->index = index;
	node->inputs = calloc(decl->n_inputs + 1, sizeof(*node->inputs));
	node->outputs = calloc(decl->n_outputs + 1, sizeof(*node->outputs));
	node->plans = calloc(decl->n_outputs + 1, sizeof(*node->plans));
	node->out = calloc(decl->n_outputs + 1, sizeof(*node->out));
	node->down = calloc(count_readers(run, decl) + 1, sizeof(struct pkdi_neighbour *));
	node->up = calloc(decl->n_inputs + 1, sizeof(struct pkdi_neighbour *));
	node->self = calloc(1, decl->methods->self_size + 1);
	if (!node->inputs || !node->outputs || !node->plans || !node->out || !node->down ||
	    !node->up || !node->self || allocate_places(node) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < decl->n_outputs; i++) {
		const struct pkd_output *output = &decl->outputs[i];
		int r = 0;

		if (output->stream != PKD_NONE)
			r = allocate_output(run, &node->outputs[i], output->stream);
		else if (output->type)
			r = pkdi_private(output->type->size, &node->outputs[i].unread);
		if (r < 0)
			return r;
	}
	return 0;
}

static void free_node(struct pkdi_node *node)
{
	for (uint32_t i = 0; node->outputs && i < node->decl->n_outputs; i++) {
		free(node->outputs[i].gates);
		free(node->outputs[i].pins);
		if (node->outputs[i].unread)
			pkdi_release(node->outputs[i].unread, node->decl->outputs[i].type->size);
	}
	free(node->inputs);
	free(node->outputs);
	free(node->plans);
	pkdi_map_finish(&node->state_map);
	free(node->in);
	free(node->values);
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
			.cpu = -1,
			.cpu_last = -1,
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
	run->stream_decls = calloc(program->n_streams + 1, sizeof(*run->stream_decls));
	run->nodes = calloc(program->n_nodes + 1, sizeof(*run->nodes));
	run->process_of = calloc(program->n_nodes + 1, sizeof(*run->process_of));
	run->pools = calloc(program->n_pools + 1, sizeof(*run->pools));
	/* Descriptors first: then pkdi_run_finish closes only those of the run, whatever fails. */
	for (uint32_t i = 0; run->processes && i < run->n_processes; i++)
		run->processes[i].bell.event_fd = -1;
	for (uint32_t i = 0; run->streams && i < program->n_streams; i++)
		run->streams[i].map.fd = -1;
	for (uint32_t i = 0; run->nodes && i < program->n_nodes; i++)
		run->nodes[i].state_map.fd = -1;
	for (uint32_t i = 0; run->pools && i < program->n_pools; i++)
		run->pools[i].map.fd = -1;
	if (!run->processes || !run->streams || !run->stream_decls || !run->nodes ||
	    !run->process_of || !run->pools)
		return -ENOMEM;
	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_process *process = &run->processes[i];

		process->decl = &run->decls[i];
		for (uint32_t j = 0; j < process->decl->n_nodes; j++)
			run->process_of[process->decl->nodes[j]] = i;
	}
	for (uint32_t i = 0; i < program->n_streams; i++) {
		struct pkd_stream *decl = &run->stream_decls[i];

		*decl = program->streams[i];
		run->streams[i].decl = decl;
		run->streams[i].frozen = pkdi_freeze_covers(run->freeze, decl);
		if (run->streams[i].frozen)
			decl->slot_size = (uint32_t)pkdi_page_round(decl->slot_size);
		run->streams[i].place = pkdi_ring_place(decl->value_size, count_pins(run, decl),
		                                        run->streams[i].frozen || decl->private_at);
		run->streams[i].writer = run->process_of[program->streams[i].writer];
	}
	for (uint32_t i = 0; i < program->n_nodes; i++)
		if (allocate_node(run, i) < 0)
			return -ENOMEM;
	for (uint32_t i = 0; i < run->n_processes; i++)
		if (allocate_neighbours(run, &run->processes[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* ---- Streams ---- */

static int create_streams(struct pkdi_run *run)
{
	uint64_t memory = 0;
	char why[PKDI_LIMIT_SIZE];
	int r;

	for (uint32_t i = 0; i < run->program->n_streams; i++) {
		struct pkdi_stream *stream = &run->streams[i];
		const struct pkd_stream *decl = stream->decl;
		size_t size = pkdi_page_round((size_t)decl->n_slots * decl->slot_size);
		size_t said = (size_t)decl->n_slots * run->program->streams[i].slot_size;

		r = pkdi_store_map(run, &stream->map, "stream", i, size);
		if (r == 0)
			r = pkdi_reserve(size, &stream->view);
		if (r < 0) {
			pkdi_log(&run->log, "stream %s: cannot allocate its %zu bytes: %s",
			         decl->name, size, pkdi_limit_explain(-r, why));
			return r;
		}
		memory += pkdi_page_round(said);
	}
	if (memory != run->program->memory) {
		pkdi_log(&run->log,
		         "the streams need %" PRIu64
		         " bytes, but the program was built for %" PRIu64 ": run pkdc build again",
		         memory, run->program->memory);
		return -EINVAL;
	}
	return 0;
}

/* ---- Persistent state ---- */

static int create_states(struct pkdi_run *run)
{
	char why[PKDI_LIMIT_SIZE];

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		struct pkdi_node *node = &run->nodes[i];
		size_t size = ((size_t)node->decl->state_size + 63) / 64 * 64, all = 2 * size;
		int r;

		for (uint32_t k = 0; k < node->decl->n_memories; k++)
			all += pkdi_node_memory_size(node->decl, k);
		if (!all)
			continue;
		r = pkdi_store_map(run, &node->state_map, "state", i, all);
		if (r < 0) {
			pkdi_node_log(&run->log, node->decl,
			              "cannot allocate its persistent state: %s",
			              pkdi_limit_explain(-r, why));
			return r;
		}
		node->memory = node->state_map.address + 2 * size;
		if (!size)
			continue;
		node->states[0] = node->state_map.address;
		node->states[1] = node->state_map.address + size;
	}
	return 0;
}

/* ---- Pools ---- */

static const struct pkd_stream *pool_stream(const struct pkd_program *program, uint32_t pool)
{
	for (uint32_t i = 0; i < program->n_nodes; i++)
		for (uint32_t j = 0; j < program->nodes[i].n_inputs; j++)
			if (program->nodes[i].inputs[j].pool == pool)
				return &program->streams[program->nodes[i].inputs[j].stream];
	return NULL;
}

static int create_pools(struct pkdi_run *run)
{
	char why[PKDI_LIMIT_SIZE];

	for (uint32_t i = 0; i < run->program->n_pools; i++) {
		const struct pkd_stream *stream = pool_stream(run->program, i + 1);
		struct pkdi_pool_map *pool = &run->pools[i];
		int r;

		if (!stream)
			continue;
		r = pkdi_store_map(run, &pool->map, "claims", i,
		                   stream->ring_size * sizeof(*pool->claims));
		if (r < 0) {
			pkdi_log(&run->log, "stream %s: cannot allocate its workers' claims: %s",
			         stream->name, pkdi_limit_explain(-r, why));
			return r;
		}
		pool->claims = (_Atomic uint64_t *)(void *)pool->map.address;
	}
	return 0;
}

/* ---- Descriptors ---- */

/* A descriptor for each stream and process: the usual soft limit of 1024 is soon too low for
 * that, the hard one seldom. */
static void allow_descriptors(struct pkdi_run *run)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_NOFILE, &run->files) < 0) {
		run->files = (struct rlimit){0, 0};
		return;
	}
	most = (struct rlimit){run->files.rlim_max, run->files.rlim_max};
	setrlimit(RLIMIT_NOFILE, &most);
}

static int create_events(struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_process *process = &run->processes[i];

		if (pkdi_waits_for_descriptors(run->program, process->decl)) {
			process->bell.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
			if (process->bell.event_fd < 0)
				return -errno;
		}
		pkdi_watch_init(&process->watch, process->bell.event_fd);
	}
	run->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (run->stop_fd < 0)
		return -errno;
	run->supervisor_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (run->supervisor_fd < 0)
		return -errno;
	run->console_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return run->console_fd < 0 ? -errno : 0;
}

/* ---- All of it ---- */

/* Until the process that writes it is forked, see pkdi_process_set_inherited. */
static int lend_nothing(const struct pkdi_run *run)
{
	int r = 0;

	for (uint32_t i = 0; i < run->program->n_streams && r == 0; i++)
		r = pkdi_map_set_inherited(&run->streams[i].map, false);
	for (uint32_t i = 0; i < run->program->n_nodes && r == 0; i++)
		r = pkdi_map_set_inherited(&run->nodes[i].state_map, false);
	if (r < 0)
		pkdi_log(&run->log, "cannot keep shared memory out of other processes: %s",
		         strerror(-r));
	return r;
}

static uint32_t count_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

int pkdi_run_init(struct pkdi_run *run, const struct pkd_program *program,
                  const struct pkdi_options *options)
{
	struct pkdi_needs needs;
	char why[PKDI_LIMIT_SIZE];
	int r;

	*run = (struct pkdi_run){
		.program = program,
		.log = {.program = program->name,
	                .level = options->levels.all,
	                .format = options->log_format},
		.own_files = options->own_files,
		.n_own_files = options->n_own_files,
		.stop_fd = -1,
		.supervisor_fd = -1,
		.console_fd = -1,
		.supervisor = getpid(),
		.started = time(NULL),
		.start_ns = pkd_now(),
		.spin_ns = program->spin_ns,
		.n_cpus = count_cpus(),
		.freeze = options->freeze,
		.sandbox = !options->no_sandbox && !options->single_process,
		.has_seccomp = pkdi_seccomp_exists(),
		.landlock_abi = pkdi_landlock_abi(),
		.control_map.fd = -1,
		.orders_map.fd = -1,
		.journal_map.fd = -1,
		.wishes_map.fd = -1,
		.traces_map.fd = -1,
		.bells_map.fd = -1,
	};
	r = pkdi_check(program, &run->log);
	if (r < 0)
		return r;
	r = pkdi_store_open(run, options);
	if (r < 0) {
		pkdi_store_finish(&run->store);
		return r;
	}
	pkdi_cgroup_find(&run->cgroup, "/sys/fs/cgroup", "/proc/self/cgroup");
	needs = pkdi_needs_of(program, options->single_process);
	/* Else the kernel would refuse or kill something midway, and say less. */
	r = pkdi_needs_check(&needs, &run->cgroup, &run->log);
	if (r < 0)
		goto finish_run;
	allow_descriptors(run);
	r = choose_processes(run, options->single_process);
	if (r == 0)
		r = allocate(run);
	if (r < 0) {
		pkdi_log(&run->log, "not enough memory for the program's tables");
		goto finish_run;
	}
	r = create_events(run);
	if (r < 0) {
		pkdi_log(&run->log, "eventfd: %s", strerror(-r));
		goto finish_run;
	}
	/* First, so that an invalid path costs nothing. */
	r = pkdi_paths_resolve(run);
	if (r == 0)
		r = create_streams(run);
	if (r == 0)
		r = create_states(run);
	if (r == 0)
		r = create_pools(run);
	if (r == 0)
		r = pkdi_settings_find(run);
	if (r < 0)
		goto finish_run;
	r = pkdi_layout_create(run, (uint64_t)options->why_bytes);
	if (r == 0)
		r = pkdi_wishes_create(run, options);
	if (r < 0) {
		pkdi_log(&run->log, "cannot allocate the control words: %s",
		         pkdi_limit_explain(-r, why));
		goto finish_run;
	}
	r = pkdi_traces_create(run, options->trace != NULL);
	if (r < 0) {
		pkdi_log(&run->log, "cannot allocate the trace, 1 MiB a process: %s",
		         pkdi_limit_explain(-r, why));
		goto finish_run;
	}
	pkdi_link(run);
	for (uint32_t i = 0; i < program->n_nodes; i++)
		run->nodes[i].log_level = pkdi_levels_of(&options->levels, i);
	pkdi_wishes_link(run);
	r = pkdi_settings_link(run, !options->no_console);
	if (r == 0)
		r = lend_nothing(run);
	if (r == 0)
		r = pkdi_store_begin(run, options);
	if (r == 0)
		return 0;

finish_run:
	pkdi_run_finish(run);
	return r;
}

void pkdi_run_finish(struct pkdi_run *run)
{
	for (uint32_t i = 0; run->streams && i < run->program->n_streams; i++) {
		pkdi_release(run->streams[i].view, run->streams[i].map.size);
		pkdi_map_finish(&run->streams[i].map);
	}
	for (uint32_t i = 0; run->processes && i < run->n_processes; i++) {
		if (run->processes[i].bell.event_fd >= 0)
			close(run->processes[i].bell.event_fd);
		free(run->processes[i].neighbours);
	}
	for (uint32_t i = 0; run->pools && i < run->program->n_pools; i++)
		pkdi_map_finish(&run->pools[i].map);
	pkdi_release(run->control_view, run->control_map.size);
	pkdi_map_finish(&run->control_map);
	pkdi_map_finish(&run->orders_map);
	pkdi_map_finish(&run->journal_map);
	pkdi_map_finish(&run->bells_map);
	pkdi_wishes_finish(run);
	pkdi_map_finish(&run->traces_map);
	if (run->stop_fd >= 0)
		close(run->stop_fd);
	if (run->supervisor_fd >= 0)
		close(run->supervisor_fd);
	if (run->console_fd >= 0)
		close(run->console_fd);
	pkdi_paths_finish(run);
	pkdi_settings_finish(run);
	pkdi_store_finish(&run->store);
	for (uint32_t i = 0; run->nodes && i < run->program->n_nodes; i++)
		if (run->nodes[i].decl)
			free_node(&run->nodes[i]);
	free(run->whole_nodes);
	free(run->processes);
	free(run->streams);
	free(run->stream_decls);
	free(run->nodes);
	free(run->process_of);
	free(run->pools);
}

const struct pkdi_node *pkdi_run_calling(const struct pkdi_run *run, uint32_t process)
{
	uint32_t calling = atomic_load(&run->processes[process].words->calling);

	if (!calling || calling > run->program->n_nodes || run->process_of[calling - 1] != process)
		return NULL;
	return &run->nodes[calling - 1];
}

static bool complains(const struct pkdi_run *run, const struct pkd_reader *reader, uint32_t writer)
{
	const struct pkdi_input *input = &run->nodes[reader->node].inputs[reader->input];

	return pkdi_read(&input->words->complaint) ==
	       UINT64_C(1) + atomic_load(&run->orders[writer].incarnation);
}

const struct pkdi_node *pkdi_run_reporter(const struct pkdi_run *run, uint32_t process)
{
	for (uint32_t i = 0; i < run->program->n_streams; i++) {
		const struct pkd_stream *stream = &run->program->streams[i];

		if (run->streams[i].writer != process ||
		    atomic_load(&run->orders[stream->writer].gone))
			continue;
		for (uint32_t j = 0; j < stream->n_readers; j++)
			if (complains(run, &stream->readers[j], stream->writer))
				return &run->nodes[stream->readers[j].node];
	}
	return NULL;
}

const struct pkdi_node *pkdi_run_origin(const struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		if (pkdi_node_is_source(run->nodes[i].decl) ||
		    pkdi_node_drives_itself(run->nodes[i].decl))
			return &run->nodes[i];
	return NULL;
}

bool pkdi_run_all_started(const struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		if (atomic_load(&run->nodes[i].words->state) == PKDI_STARTING &&
		    !atomic_load(&run->orders[i].gone))
			return false;
	return true;
}

const struct pkdi_orders *pkdi_run_orders(const struct pkdi_run *run, uint32_t process)
{
	const struct pkd_process *decl = run->processes[process].decl;

	return decl->n_nodes ? &run->orders[decl->nodes[0]] : NULL;
}

bool pkdi_run_fails_at_end(const struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		if (atomic_load(&run->nodes[i].words->fails_at_end))
			return true;
	return false;
}

bool pkdi_run_is_given_up(const struct pkdi_run *run, uint32_t process)
{
	const struct pkdi_orders *orders = pkdi_run_orders(run, process);

	return orders && atomic_load(&orders->gone);
}

bool pkdi_run_has_ended(const struct pkdi_run *run, uint32_t node)
{
	return atomic_load(&run->nodes[node].words->state) == PKDI_LEFT ||
	       atomic_load(&run->orders[node].gone);
}

void pkdi_run_ring_all(const struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->n_processes; i++)
		pkdi_bell_ring(&run->processes[i].bell);
}

bool pkdi_run_all_ended(const struct pkdi_run *run, uint32_t process)
{
	const struct pkd_process *decl = run->processes[process].decl;

	for (uint32_t i = 0; i < decl->n_nodes; i++)
		if (!pkdi_run_has_ended(run, decl->nodes[i]))
			return false;
	return true;
}
