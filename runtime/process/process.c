#define _GNU_SOURCE
#include "process/process.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "node/traced.h"
#include "os/closer.h"
#include "process/sandbox.h"
#include "run/paths.h"

/* A sleep never lasts longer, should a wake be lost after all. */
#define SAFETY_NS 1000000000

/* Looks between two looks at the clock, and rounds between two that look at all watermarks. */
enum { LOOKS = 8 };

/* How long a descriptor may be ready while there are frames to fire with. */
#define LOOK_NS 1000000

/* ---- Memory ---- */

/* The console's look: nothing of it is touched before somebody asks. What is private it does not
 * have at all, so that nobody who takes the console over has it: neither mapped, nor in a copy among
 * the control words, pkdi_ring_place. */
static int attach_streams_to_look(struct pkdi_run *run)
{
	int r = 0;

	for (uint32_t i = 0; i < run->program->n_streams && r == 0; i++) {
		struct pkdi_stream *stream = &run->streams[i];

		stream->map.address = NULL; /* never inherited to this process */
		if (stream->decl->private_at)
			continue;
		r = pkdi_map_view(&stream->map, stream->view);
		madvise(stream->view, stream->map.size, MADV_DONTFORK);
	}
	return r;
}

/* For maps that every process inherits; only their own process inherits slots and states. */
static void make_private(const struct pkdi_map *map)
{
	/* A process that a library starts must not outlive this one as a writer; and pages are
	 * made now, not in the first firing. Neither can fail in a way that matters. */
	pkdi_map_set_inherited(map, false);
#ifdef MADV_POPULATE_WRITE
	madvise(map->address, map->size, MADV_POPULATE_WRITE);
#endif
}

static bool reads(const struct pkdi_run *run, uint32_t index, const struct pkd_stream *stream)
{
	for (uint32_t i = 0; i < stream->n_readers; i++)
		if (run->process_of[stream->readers[i].node] == index)
			return true;
	return false;
}

static int attach_streams(struct pkdi_run *run, uint32_t index)
{
	if (index == PKD_NONE)
		return attach_streams_to_look(run);
	for (uint32_t i = 0; i < run->program->n_streams; i++) {
		struct pkdi_stream *stream = &run->streams[i];

		if (reads(run, index, stream->decl)) {
			int r = pkdi_map_view(&stream->map, stream->view);

			if (r < 0)
				return r;
			madvise(stream->view, stream->map.size, MADV_DONTFORK);
#ifdef MADV_POPULATE_READ
			madvise(stream->view, stream->map.size, MADV_POPULATE_READ);
#endif
		}
		if (stream->writer == index)
			make_private(&stream->map);
		else
			stream->map.address = NULL; /* never inherited to this process */
		if (stream->writer == index && stream->frozen) {
			int r = pkdi_map_protect(stream->map.address, stream->map.size, false);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

static bool has_copies(const struct pkdi_run *run, uint32_t index)
{
	const struct pkd_process *process = run->processes[index].decl;

	for (uint32_t i = 0; i < process->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[process->nodes[i]];

		for (uint32_t j = 0; j < node->decl->n_inputs; j++)
			if (node->inputs[j].copies)
				return true;
	}
	return false;
}

/* New values of parameters are written by the console, which is no process of nodes. */
static int attach_wishes(struct pkdi_run *run, uint32_t index)
{
	if (index != PKD_NONE)
		return pkdi_map_view(&run->wishes_map, run->wishes_map.address);
	make_private(&run->wishes_map);
	return 0;
}

/* What nodes have said is the supervisor's to tell, and the console's. */
static int attach_journal(struct pkdi_run *run, uint32_t index)
{
	if (index == PKD_NONE)
		return pkdi_map_view(&run->journal_map, run->journal_map.address);
	pkdi_map_unmap(&run->journal_map);
	run->journal = NULL;
	return 0;
}

/* Control words stay where they are, so that every pointer into them stays right: read-only maps
 * take the place of the inherited writable ones. */
static int attach_control(struct pkdi_run *run, uint32_t index)
{
	const struct pkdi_map *all = &run->control_map;
	struct pkdi_map own = {.address = all->address, .size = 0};
	size_t from, to;
	int r = pkdi_map_view(&run->orders_map, run->orders_map.address);

	if (index != PKD_NONE)
		own = run->processes[index].control;
	from = (size_t)(own.address - all->address);
	to = from + own.size;
	if (r == 0)
		r = attach_wishes(run, index);
	if (r == 0)
		r = attach_journal(run, index);
	if (r == 0)
		r = pkdi_map_make_readonly(all, 0, from);
	if (r == 0)
		r = pkdi_map_make_readonly(all, to, all->size - to);
	if (r == 0 && own.size)
		make_private(&own);
	if (r == 0)
		make_private(&run->bells_map);
	if (r == 0 && index != PKD_NONE && has_copies(run, index)) {
		r = pkdi_map_view(all, run->control_view);
		madvise(run->control_view, all->size, MADV_DONTFORK);
	}
	return r;
}

/* Its own ring stays writable, as its control words do. */
static int attach_traces(struct pkdi_run *run, uint32_t index)
{
	const struct pkdi_map *all = &run->traces_map;
	size_t from = index == PKD_NONE ? all->size : index * PKDI_TRACE_SIZE;
	size_t size = index == PKD_NONE ? 0 : PKDI_TRACE_SIZE;
	struct pkdi_map own = {.address = all->address + from, .size = size};
	int r;

	run->trace.ring = NULL;
	if (!all->address)
		return 0;
	r = pkdi_map_make_readonly(all, 0, from);
	if (r == 0)
		r = pkdi_map_make_readonly(all, from + size, all->size - from - size);
	if (r == 0 && size)
		r = pkdi_map_set_inherited(&own, false);
	return r;
}

static void attach_states(struct pkdi_run *run, uint32_t index)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		struct pkdi_map *map = &run->nodes[i].state_map;

		if (map->address && run->process_of[i] == index)
			make_private(map);
		else
			map->address = NULL;
	}
}

static bool claims_from(const struct pkdi_run *run, uint32_t index, uint32_t pool)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		for (uint32_t j = 0; j < run->program->nodes[i].n_inputs; j++)
			if (run->program->nodes[i].inputs[j].pool == pool &&
			    run->process_of[i] == index)
				return true;
	return false;
}

static void attach_pools(struct pkdi_run *run, uint32_t index)
{
	for (uint32_t i = 0; i < run->program->n_pools; i++) {
		if (claims_from(run, index, i + 1))
			make_private(&run->pools[i].map);
		else
			pkdi_map_unmap(&run->pools[i].map);
	}
}

static bool sets_parameters(const struct pkdi_run *run, uint32_t index)
{
	const struct pkd_process *process = run->processes[index].decl;

	for (uint32_t i = 0; i < process->n_nodes; i++)
		if (run->nodes[process->nodes[i]].settings.n)
			return true;
	return false;
}

static void close_inherited(struct pkdi_run *run, uint32_t index)
{
	struct pkdi_closer closer = {0, 0};

	if (index != PKD_NONE && !sets_parameters(run, index))
		pkdi_closer_add(&closer, &run->console_fd);

	for (uint32_t i = 0; i < run->program->n_streams; i++)
		pkdi_closer_add(&closer, &run->streams[i].map.fd);
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		pkdi_closer_add(&closer, &run->nodes[i].state_map.fd);
	for (uint32_t i = 0; i < run->program->n_pools; i++)
		pkdi_closer_add(&closer, &run->pools[i].map.fd);
	pkdi_closer_add(&closer, &run->orders_map.fd);
	pkdi_closer_add(&closer, &run->journal_map.fd);
	pkdi_closer_add(&closer, &run->wishes_map.fd);
	pkdi_closer_add(&closer, &run->traces_map.fd);
	pkdi_closer_add(&closer, &run->bells_map.fd);
	pkdi_closer_add(&closer, &run->control_map.fd);
	pkdi_closer_add(&closer, &run->store.directory);
	pkdi_closer_add(&closer, &run->store.outputs);
	pkdi_closer_finish(&closer);
}

int pkdi_process_set_inherited(struct pkdi_run *run, uint32_t index, bool inherited)
{
	const struct pkd_process *process = run->processes[index].decl;
	int r = 0;

	for (uint32_t i = 0; i < process->n_nodes && r == 0; i++) {
		const struct pkd_node *node = &run->program->nodes[process->nodes[i]];

		r = pkdi_map_set_inherited(&run->nodes[process->nodes[i]].state_map, inherited);
		for (uint32_t j = 0; j < node->n_outputs && r == 0; j++)
			if (node->outputs[j].stream != PKD_NONE)
				r = pkdi_map_set_inherited(
					&run->streams[node->outputs[j].stream].map, inherited);
	}
	return r;
}

int pkdi_process_attach(struct pkdi_run *run, uint32_t index)
{
	int r = attach_streams(run, index);

	attach_states(run, index);
	attach_pools(run, index);
	if (r == 0)
		r = attach_control(run, index);
	if (r == 0)
		r = attach_traces(run, index);
	close_inherited(run, index);
	pkdi_paths_attach(run, index);
	return r;
}

/* ---- Its trace ---- */

static void follow_trace(struct pkdi_run *run, struct pkdi_process *process)
{
	uint32_t session = atomic_load_explicit(&run->live.wishes->tracing, memory_order_relaxed);

	if (!pkdi_trace_look(&process->trace, session))
		return;
	for (uint32_t i = 0; i < process->decl->n_nodes; i++)
		pkdi_traced_begin(&run->nodes[process->decl->nodes[i]]);
}

/* Nothing is to be done: notes since when, and for what its nodes wait. */
static void begin_traced_wait(struct pkdi_run *run, struct pkdi_process *process, bool begun)
{
	struct pkdi_trace_event *wait = &process->trace.wait;

	*wait = (struct pkdi_trace_event){.kind = PKDI_TRACE_WAIT, .node = PKD_NONE};
	for (uint32_t i = 0; i < process->decl->n_nodes; i++)
		pkdi_traced_wait(&run->nodes[process->decl->nodes[i]], begun);
	wait->start_ns = process->now_ns ? process->now_ns : pkd_now();
}

/* ---- Start ---- */

static int start_nodes(struct pkdi_run *run, struct pkdi_process *process)
{
	int r;

	follow_trace(run, process);
	/* What the last incarnation died in is the supervisor's to know, and over. */
	atomic_store(&process->words->pid, (uint32_t)getpid());
	atomic_store(&process->words->calling, 0);
	atomic_store(&process->words->call, PKDI_CALL_STEP);
	atomic_store(&process->words->step_since_ns, 0);
	for (uint32_t i = 0; i < process->decl->n_nodes; i++)
		pkdi_node_recover(&run->nodes[process->decl->nodes[i]]);
	for (uint32_t i = 0; i < process->decl->n_nodes; i++) {
		r = pkdi_node_start(&run->nodes[process->decl->nodes[i]]);

		if (r < 0)
			return r;
	}
	/* Once more, as an init that changes who the process runs as has undone it. Should it
	 * fail, there is still the pipe, see spawn.c. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	r = pkdi_sandbox_settle(run, (uint32_t)(process - run->processes));
	if (r < 0) {
		pkdi_log(&run->log, "process '%s': `settled after init` cannot be enforced: %s",
		         process->decl->name, strerror(-r));
		return r;
	}
	/* The last one to start wakes those that wait for all. Of two at once, one sees the
	 * other. */
	if (pkdi_run_all_started(run))
		pkdi_run_ring_all(run);
	return 0;
}

/* ---- The loop ---- */

struct round {
	bool moved;   /* something happened: look again before sleeping */
	bool running; /* a node has not left yet */
	int error;
};

/* It goes round, and is in no step. */
static void answer_ping(const struct pkdi_run *run, struct pkdi_process *process)
{
	uint64_t ping = atomic_load_explicit(&run->live.wishes->ping, memory_order_relaxed);

	if (ping != atomic_load_explicit(&process->words->pong, memory_order_relaxed))
		atomic_store_explicit(&process->words->pong, ping, memory_order_release);
}

/* Polls each node once; fires what is ready, or only notes it. */
static struct round go_round(struct pkdi_run *run, struct pkdi_process *process, bool begun,
                             bool fires)
{
	struct round round = {false, false, 0};
	/* Before a sleep everything counts. */
	bool skip_watermarks = fires && process->n_rounds++ % LOOKS != 0;

	answer_ping(run, process);
	follow_trace(run, process);
	for (uint32_t i = 0; i < process->decl->n_nodes && !round.error; i++) {
		struct pkdi_node *node = &run->nodes[process->decl->nodes[i]];
		enum pkdi_poll poll;
		int r;

		node->skip_watermarks = skip_watermarks;
		poll = pkdi_node_poll(node, begun);
		if (poll != PKDI_POLL_LEFT)
			round.running = true;
		if (poll == PKDI_POLL_MOVED)
			round.moved = true;
		if (poll != PKDI_POLL_READY)
			continue;
		r = fires ? pkdi_node_fire(node) : 1;
		if (r < 0)
			round.error = r;
		round.moved |= r > 0;
	}
	return round;
}

static int64_t time_to_sleep(const struct pkdi_run *run, const struct pkdi_process *process)
{
	int64_t due_ns = INT64_MAX;

	for (uint32_t i = 0; i < process->decl->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[process->decl->nodes[i]];

		if (node->ready && node->due_ns < due_ns)
			due_ns = node->due_ns;
	}
	if (due_ns == INT64_MAX)
		return SAFETY_NS;
	due_ns -= pkd_now();
	return due_ns < SAFETY_NS ? due_ns : SAFETY_NS;
}

static void before_sleep(struct pkdi_run *run, const struct pkdi_process *process)
{
	for (uint32_t i = 0; i < process->decl->n_nodes; i++)
		pkdi_node_before_sleep(&run->nodes[process->decl->nodes[i]]);
}

/* Who looks for work takes no time from another process of the program. */
static bool is_a_cpu_free(const struct pkdi_run *run, const struct pkdi_process *process)
{
	uint32_t n_awake = 1;

	if (process->decl->cpu >= 0 || run->n_processes > PKDI_SPIN_PROCESSES)
		return false;
	for (uint32_t i = 0; i < run->n_processes; i++)
		if (&run->processes[i] != process)
			n_awake += !pkdi_sleeps(&run->processes[i].words->sleep);
	return n_awake <= run->n_cpus;
}

/* Not where it would keep others from the only CPU, nor where there is nobody else. */
static bool may_spin(const struct pkdi_run *run)
{
	return run->spin_ns >= 0 && run->n_cpus > 1 && (run->spin_ns > 0 || run->n_processes > 1);
}

static int64_t time_to_spin(const struct pkdi_run *run, struct pkdi_process *process)
{
	int64_t for_ns = pkdi_spin_for(&process->spin, run->spin_ns, process->waited_ns);

	return for_ns && !run->spin_ns && !is_a_cpu_free(run, process) ? 0 : for_ns;
}

static bool has_ended(const struct round *round)
{
	return round->moved || round->error || !round->running;
}

/* Looks for work for a while, where that is likely to cost less than a sleep and a wake. */
static struct round spin(struct pkdi_run *run, struct pkdi_process *process, bool begun)
{
	struct round round = {false, true, 0};
	int64_t now_ns = pkd_now(), until_ns;

	process->idle_ns = process->now_ns = now_ns;
	until_ns = now_ns + time_to_spin(run, process);
	if (until_ns == now_ns)
		return round;
	/* As before a sleep: whoever waits for room would not be woken meanwhile. */
	before_sleep(run, process);
	for (;;) {
		for (int i = 0; i < LOOKS && !has_ended(&round); i++) {
			pkdi_poller_pause(&process->poller);
			round = go_round(run, process, begun, true);
		}
		/* Before a step that it has found: that is no part of the search. */
		if (has_ended(&round) || now_ns >= until_ns)
			break;
		if (!run->spin_ns && !is_a_cpu_free(run, process))
			break;
		process->now_ns = now_ns = pkd_now();
	}
	pkdi_spin_end(&process->spin, now_ns - process->idle_ns, round.moved);
	return round;
}

/* How long nothing was to be done, for the next decision to spin. */
static void end_wait(struct pkdi_process *process)
{
	pkdi_poller_found(&process->poller);
	if (process->trace.wait.start_ns)
		pkdi_trace_end_wait(&process->trace, pkd_now());
	if (!process->idle_ns)
		return;
	process->waited_ns = pkd_now() - process->idle_ns;
	process->idle_ns = 0;
}

/* Tells the nodes whose descriptors were ready. */
static int dispatch_ready(struct pkdi_run *run, struct pkdi_process *process)
{
	int r = 0;

	for (uint32_t i = 0; i < process->decl->n_nodes && r == 0; i++) {
		uint32_t node = process->decl->nodes[i];

		if (pkdi_watch_take(&process->watch, node))
			r = pkdi_node_fd_ready(&run->nodes[node]);
	}
	return r;
}

/* A process that is never idle looks at its descriptors now and then. */
static int look_at_descriptors(struct pkdi_run *run, struct pkdi_process *process)
{
	int64_t now_ns;

	if (!process->watch.n)
		return 0;
	now_ns = pkd_now();
	if (now_ns - process->watch.looked_ns < LOOK_NS)
		return 0;
	process->watch.looked_ns = now_ns;
	pkdi_watch_wait(&process->watch, 0);
	return dispatch_ready(run, process);
}

static int sleep_unless_ready(struct pkdi_run *run, struct pkdi_process *process, bool begun)
{
	uint32_t bell;

	before_sleep(run, process);
	process->trace.wait.what = 1;
	bell = pkdi_sleep_announce(&process->sleeper);
	/* Whoever stored before it could see the announcement is seen here. */
	begun = begun || pkdi_run_all_started(run);
	if (!go_round(run, process, begun, false).moved) {
		int64_t timeout_ns = time_to_sleep(run, process);

		if (process->watch.n)
			pkdi_watch_wait(&process->watch, timeout_ns);
		else
			pkdi_sleep_wait(&process->sleeper, bell, timeout_ns);
	}
	pkdi_sleep_over(&process->sleeper);
	process->now_ns = 0; /* a node that wakes has read it before */
	return process->watch.n ? dispatch_ready(run, process) : 0;
}

static int fire_until_all_left(struct pkdi_run *run, struct pkdi_process *process)
{
	bool begun = false;

	for (;;) {
		struct round round;
		int r;

		begun = begun || pkdi_run_all_started(run);
		round = go_round(run, process, begun, true);
		if (process->trace.on && !round.moved && !process->trace.wait.start_ns)
			begin_traced_wait(run, process, begun);
		if (!round.moved)
			process->now_ns = 0;
		if (may_spin(run) && !process->idle_ns && !round.moved && !round.error &&
		    round.running)
			round = spin(run, process, begun);
		if (round.moved)
			end_wait(process);
		if (round.error)
			return round.error;
		if (!round.running)
			return 0;
		r = round.moved ? look_at_descriptors(run, process)
		                : sleep_unless_ready(run, process, begun);
		if (r < 0)
			return r;
	}
}

/* finish returns nothing: what it could not write it has reported, and the process fails for it. */
static bool has_finish_failed(const struct pkdi_run *run, const struct pkdi_process *process)
{
	for (uint32_t i = 0; i < process->decl->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[process->decl->nodes[i]];

		if (!node->finish_failed)
			continue;
		/* For the supervisor to name the node. */
		atomic_store(&process->words->calling, node->index + 1);
		return true;
	}
	return false;
}

int pkdi_process_run(struct pkdi_run *run, uint32_t index)
{
	struct pkdi_process *process = &run->processes[index];
	int r;

	pkdi_sleep_over(&process->sleeper);
	r = start_nodes(run, process);
	if (r == 0)
		r = fire_until_all_left(run, process);
	pkdi_sleep_announce(&process->sleeper); /* for good, as far as others count */
	if (r == 0)
		return has_finish_failed(run, process);
	/* One failed; the others may have files to close. What they have read stays uncommitted. */
	for (uint32_t i = 0; i < process->decl->n_nodes; i++)
		pkdi_node_abandon(&run->nodes[process->decl->nodes[i]]);
	return 1;
}
