/* A process may die between any two instructions. A child does one firing, single-stepped; whenever
 * shared memory has become another one, it is kept. Each of these memories is then what a death has
 * left: a new incarnation takes it over, and in the end no frame is lost, doubled, or counted
 * twice. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/process.h"
#include "runtime_nodes.h"

enum { A, NODE, SINK, N_NODES };
enum { ROOM = 8, SLOT_SIZE = 128, MAX_ROWS = 32, MAX_MEMORIES = 1000, MAX_STEPS = 2000000 };

/* ---- The nodes: a source of n frames, one with a state that counts, a sink that records ---- */

struct row {
	uint64_t number;
	uint64_t value;
};
static struct row rows[MAX_ROWS];
static uint32_t n_rows;
static uint64_t n_frames; /* the source waits after them */
static uint64_t last;     /* the frame with which NODE ends, 0 = none */

static int source_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	uint64_t *const *outputs = out;
	uint64_t number = pkd_number(ctx);

	(void)self, (void)in;
	if (number > n_frames)
		return pkd_later(ctx, INT64_MAX - 1);
	pkd_set_time(ctx, (int64_t)number * 1000000);
	*outputs[0] = number;
	return PKD_OK;
}

/* 1000 times the count of its firings, and the frame that it was given. */
static int node_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *in = given;
	uint64_t *const *outputs = out;
	uint64_t *count = pkd_state(ctx);

	(void)self;
	++*count;
	*outputs[0] = 1000 * *count + *in[0];
	return pkd_number(ctx) == last ? PKD_END : PKD_OK;
}

static int sink_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *in = given;

	(void)self, (void)out;
	assert_true(n_rows < MAX_ROWS);
	rows[n_rows++] = (struct row){pkd_number(ctx), *in[0]};
	return PKD_OK;
}

static const struct pkd_methods methods[N_NODES] = {
	METHODS(1, any_init, source_step, any_finish),
	METHODS(1, any_init, node_step, any_finish),
	METHODS(1, any_init, sink_step, any_finish),
};

/* ---- The program ---- */

static struct pkd_input inputs[N_NODES];
static const struct pkd_output outputs[] = {{.name = "out", .stream = 0},
                                            {.name = "out", .stream = 1}};
static const struct pkd_reader readers[] = {{NODE, 0}, {SINK, 0}};

#define STREAM(of, by)                                                                   \
	{                                                                                \
		.name = of, .type = "u64", .writer = by, .value_size = sizeof(uint64_t), \
		.slot_size = SLOT_SIZE, .ring_size = ROOM, .n_slots = ROOM + 2,          \
		.readers = &readers[by], .n_readers = 1                                  \
	}
static const struct pkd_stream streams[] = {STREAM("a.out", A), STREAM("node.out", NODE)};
static struct pkd_node nodes[N_NODES];
static const uint32_t all_nodes[] = {A, NODE, SINK};
static const struct pkd_process processes[] = {
	{.name = "all", .nodes = all_nodes, .n_nodes = N_NODES, .cpu = -1, .cpu_last = -1},
};
static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "test",
	.doc = "",
	.source = "test.pkd",
	.streams = streams,
	.n_streams = 2,
	.nodes = nodes,
	.n_nodes = N_NODES,
	.processes = processes,
	.n_processes = 1,
	.memory = 2 * 4096,
};

static void start(uint32_t node)
{
	pkdi_node_recover(&run.nodes[node]);
	assert_int_equal(pkdi_node_start(&run.nodes[node]), 0);
}

static void begin(enum pkd_policy policy, int64_t every_ns)
{
	static const char *const names[] = {"a", "node", "sink"};

	for (uint32_t i = 0; i < N_NODES; i++) {
		inputs[i] = (struct pkd_input){.name = "in",
		                               .at = "",
		                               .stream = i - 1,
		                               .policy = PKD_QUEUE,
		                               .window = ROOM};
		nodes[i] = (struct pkd_node){
			.name = names[i],
			.kind = names[i],
			.at = "",
			.methods = &methods[i],
			.inputs = &inputs[i],
			.n_inputs = i != A,
			.n_ports = i != A,
			.outputs = &outputs[i != A],
			.n_outputs = i != SINK,
			.state_size = i == NODE ? sizeof(uint64_t) : 0,
			.origin = i == A ? PKD_PACED : PKD_NOT_ORIGIN,
		};
	}
	inputs[NODE].policy = policy;
	inputs[NODE].n_pins = policy == PKD_QUEUE ? 0 : 1;
	inputs[NODE].window = policy == PKD_QUEUE ? ROOM : 1;
	inputs[NODE].every_ns = every_ns;
	n_rows = 0;
	n_frames = last = 0;
	assert_int_equal(
		pkdi_run_init(&run, &program, &(struct pkdi_options){.why_bytes = 1 << 14}), 0);
	/* Not attached: a child of this process must have all maps. */
	for (uint32_t i = 0; i < program.n_streams; i++)
		assert_int_equal(pkdi_map_view(&run.streams[i].map, run.streams[i].view), 0);
	assert_int_equal(pkdi_map_view(&run.control_map, run.control_view), 0);
	for (uint32_t i = 0; i < N_NODES; i++)
		start(i);
}

static void forget(void);

static int end(void **state)
{
	(void)state;
	forget();
	pkdi_run_finish(&run);
	return 0;
}

static void drive_all(uint64_t frames)
{
	n_frames = frames;
	run.nodes[A].ctx.due_ns = 0;
	for (uint32_t round = 0; round < 3; round++)
		for (uint32_t i = 0; i < N_NODES; i++)
			drive(i);
}

/* ---- Shared memory, kept and put back ---- */

static char *memories[MAX_MEMORIES];
static uint32_t n_memories;

/* All maps, one by one, to or from `memory`, or compared with it: true when equal. */
enum way { KEEP, PUT_BACK, COMPARE };

static bool each_map(char *memory, enum way way, size_t *ret_size)
{
	const struct pkdi_map *const maps[] = {
		&run.orders_map,           &run.bells_map,
		&run.processes[0].control, &run.nodes[NODE].state_map,
		&run.streams[0].map,       &run.streams[1].map,
	};
	size_t at = 0;

	for (uint32_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		char *address = maps[i]->address;
		size_t size = maps[i]->size;

		if (way == KEEP && memory)
			memcpy(memory + at, address, size);
		if (way == PUT_BACK)
			memcpy(address, memory + at, size);
		if (way == COMPARE && memcmp(memory + at, address, size) != 0)
			return false;
		at += size;
	}
	if (ret_size)
		*ret_size = at;
	return true;
}

static void keep(void)
{
	size_t size;

	each_map(NULL, KEEP, &size);
	assert_true(n_memories < MAX_MEMORIES);
	memories[n_memories] = malloc(size);
	assert_non_null(memories[n_memories]);
	each_map(memories[n_memories++], KEEP, NULL);
}

static void forget(void)
{
	while (n_memories > 0)
		free(memories[--n_memories]);
}

/* One firing of the node in a child, an instruction at a time: all memories that there are on the
 * way, from the first to the last. */
static void step_through(uint32_t node)
{
	int status = 0;
	pid_t pid;

	pkdi_process_set_inherited(&run, 0, true);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(77);
		raise(SIGSTOP);
		if (pkdi_node_poll(&run.nodes[node], true) == PKDI_POLL_READY)
			pkdi_node_fire(&run.nodes[node]);
		raise(SIGSTOP);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	keep();
	for (uint32_t i = 0; i < MAX_STEPS; i++) {
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
			break;
		if (!each_map(memories[n_memories - 1], COMPARE, NULL))
			keep();
	}
	assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void go_on_from_here(uint64_t frames)
{
	for (uint32_t i = 0; i < N_NODES; i++) {
		run.nodes[i].ready = false;
		start(i);
	}
	drive_all(frames);
}

/* Takes over what a death has left, and goes on to the end of `frames`. */
static void go_on(char *memory, uint64_t frames)
{
	each_map(memory, PUT_BACK, NULL);
	n_rows = 0;
	go_on_from_here(frames);
}

static void assert_rows(uint32_t n, const uint64_t *numbers)
{
	assert_int_equal(n_rows, n);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(rows[i].number, numbers[i]);
		assert_int_equal(rows[i].value, 1000 * (i + 1) + numbers[i]);
	}
}

/* What the ranges say of `number`, by frame or by seq; 0: nothing. */
static uint64_t remembered(const struct pkdi_spans *spans, uint64_t number)
{
	struct pkdi_span_copy span, next;

	assert_true(pkdi_spans_find(spans, number, false, &span, &next) != PKDI_FORGOTTEN);
	return number < span.to ? span.what & 0xff : 0;
}

/* ---- Tests ---- */

static void a_node_may_die_at_any_instruction_of_a_firing(void **state)
{
	(void)state;
	/* The first firing ever, one that finds a record, and one behind a whole ring. */
	for (uint64_t before = 0; before <= 10; before += 5) {
		if (before)
			end(NULL);
		begin(PKD_QUEUE, 0);
		drive_all(before);
		n_frames = before + 2;
		run.nodes[A].ctx.due_ns = 0;
		drive(A);
		step_through(NODE);
		print_message("# %u memories\n", n_memories);
		assert_true(n_memories > 10);
		for (uint32_t i = 0; i < n_memories; i++) {
			go_on(memories[i], before + 3);
			/* The sink has committed what came before. */
			assert_int_equal(n_rows, 3);
			for (uint32_t k = 0; k < n_rows; k++) {
				assert_int_equal(rows[k].number, before + k + 1);
				assert_int_equal(rows[k].value, 1001 * (before + k + 1));
			}
		}
		forget();
	}
}

static void a_source_may_die_at_any_instruction_of_a_firing(void **state)
{
	const uint64_t wanted[] = {1, 2, 3, 4};

	(void)state;
	begin(PKD_QUEUE, 0);
	n_frames = 2;
	drive(A);
	n_frames = 3;
	run.nodes[A].ctx.due_ns = 0;
	step_through(A);
	for (uint32_t i = 0; i < n_memories; i++) {
		go_on(memories[i], 4);
		assert_rows(4, wanted);
	}
	forget();
}

static void a_node_may_die_at_any_instruction_of_its_last_firing(void **state)
{
	const uint64_t wanted[] = {1, 2};

	(void)state;
	begin(PKD_QUEUE, 0);
	last = 2;
	n_frames = 3;
	drive(A);
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_READY);
	pkdi_node_fire(&run.nodes[NODE]);
	step_through(NODE);
	for (uint32_t i = 0; i < n_memories; i++) {
		go_on(memories[i], 3);
		assert_rows(2, wanted);
		assert_int_equal(drive(NODE), PKDI_POLL_LEFT);
		assert_int_equal(drive(SINK), PKDI_POLL_LEFT);
		assert_int_equal(drive(A), PKDI_POLL_LEFT);
	}
	forget();
}

static void a_lossy_node_may_die_at_any_instruction(void **state)
{
	(void)state;
	begin(PKD_LATEST, 0);
	n_frames = 3;
	drive(A);
	step_through(NODE);
	for (uint32_t i = 0; i < n_memories; i++) {
		const uint64_t wanted[] = {3, 5}, passed_over[] = {5};

		/* Two frames come before it is started again: what it had chosen it fires with. */
		each_map(memories[i], PUT_BACK, NULL);
		start(A);
		n_frames = 5;
		run.nodes[A].ctx.due_ns = 0;
		drive(A);
		keep();
		go_on(memories[--n_memories], 5);
		free(memories[n_memories]);
		if (n_rows == 1)
			assert_rows(1, passed_over);
		else
			assert_rows(2, wanted);
		/* Nothing was counted twice. */
		assert_int_equal(account_of(NODE, 0).dropped, 5 - n_rows);
		assert_int_equal(account_of(NODE, 0).delivered, n_rows);
	}
	forget();
}

static void a_thinned_node_may_die_at_any_instruction(void **state)
{
	const uint64_t wanted[] = {1, 4};

	(void)state;
	begin(PKD_QUEUE, 3000000);
	n_frames = 4;
	drive(A);
	for (uint32_t firing = 0; firing < 2; firing++) {
		step_through(NODE);
		for (uint32_t i = 0; i < n_memories; i++) {
			go_on(memories[i], 4);
			assert_rows(2, wanted);
			assert_int_equal(account_of(NODE, 0).delivered, 2);
			assert_int_equal(account_of(NODE, 0).thinned, 2);
			for (uint64_t seq = 1; seq <= 4; seq++)
				assert_int_equal(remembered(&run.nodes[NODE].inputs[0].why, seq),
				                 seq == 2 || seq == 3 ? PKDI_FATE_THINNED : 0);
		}
		/* The second one begins where the first was done. */
		each_map(memories[n_memories - 1], PUT_BACK, NULL);
		start(NODE);
		forget();
	}
}

static void a_frame_that_was_fatal_twice_is_counted_once(void **state)
{
	struct pkdi_span_copy step, next;

	(void)state;
	begin(PKD_QUEUE, 0);
	n_frames = 2;
	drive(A);
	run.orders[NODE].failed_number = 1;
	step_through(NODE);
	for (uint32_t i = 0; i < n_memories; i++) {
		struct pkdi_stream_account made;

		go_on(memories[i], 3);
		assert_int_equal(n_rows, 2);
		assert_int_equal(account_of(NODE, 0).failed, 1);
		assert_int_equal(account_of(NODE, 0).delivered, 2);
		assert_int_equal(firings_of(NODE).failed, 1);
		assert_int_equal(remembered(&run.nodes[NODE].why, 1), PKDI_LOST_FAILED);
		assert_int_equal(remembered(&run.nodes[NODE].why, 2), 0);
		assert_int_equal(remembered(&run.nodes[NODE].inputs[0].why, 1), PKDI_FATE_FAILED);
		/* Value 1 is of frame 2. */
		pkdi_spans_find(&run.nodes[NODE].outputs[0].steps, 1, false, &step, &next);
		assert_int_equal(step.from, 1);
		assert_int_equal(step.what, 2);
		assert_int_equal(firings_of(NODE).firings, 2);
		pkdi_account_stream(&run.nodes[NODE], 0, &made);
		assert_int_equal(made.firings, 3);
		assert_int_equal(made.failed, 1);
		assert_int_equal(made.published, 2);
	}
	forget();
}

static void a_frame_that_is_refused_is_counted_once(void **state)
{
	uint32_t n_refused = 0;

	(void)state;
	begin(PKD_QUEUE, 0);
	nodes[A].origin = PKD_LIVE;
	n_frames = ROOM;
	drive(A);
	n_frames++;
	run.nodes[A].ctx.due_ns = 0;
	step_through(A);
	for (uint32_t i = 0; i < n_memories; i++) {
		struct pkdi_stream_account made;
		uint64_t refused;

		/* There is room by the time it is started again: a frame whose refusal was not
		 * committed is published after all. */
		each_map(memories[i], PUT_BACK, NULL);
		n_rows = 0;
		start(NODE);
		drive(NODE);
		go_on_from_here(ROOM + 1);
		refused = firings_of(A).refused;
		assert_in_range(refused, 0, 1);
		n_refused += (uint32_t)refused;
		assert_int_equal(n_rows, ROOM + 1 - refused);
		assert_int_equal(pkdi_account_refused_for(&run.nodes[A], 0, 0), refused);
		assert_int_equal(remembered(&run.nodes[A].why, ROOM + 1),
		                 refused ? PKDI_LOST_REFUSED : 0);
		pkdi_account_stream(&run.nodes[A], 0, &made);
		assert_int_equal(made.firings, ROOM + 1);
		assert_int_equal(made.published, n_rows);
	}
	assert_in_range(n_refused, 1, n_memories - 1);
	forget();
}

#define TEST(name) cmocka_unit_test_teardown(name, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_node_may_die_at_any_instruction_of_a_firing),
		TEST(a_source_may_die_at_any_instruction_of_a_firing),
		TEST(a_node_may_die_at_any_instruction_of_its_last_firing),
		TEST(a_lossy_node_may_die_at_any_instruction),
		TEST(a_thinned_node_may_die_at_any_instruction),
		TEST(a_frame_that_was_fatal_twice_is_counted_once),
		TEST(a_frame_that_is_refused_is_counted_once),
	};

	return cmocka_run_group_tests_name("runtime_deaths", tests, NULL, NULL);
}
