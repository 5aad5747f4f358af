/* Whole programs from tables written by hand, each node in a process of its own: loops, windows,
 * thinned inputs, firing by any input, and persistent state, with processes killed at random; what
 * a deploy says of a process; and the deaths of nodes and of the supervisor. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "node/node.h"
#include "runtime_nodes.h"

enum {
	MAX_NODES = 6,
	MAX_SLOTS = 6,
	MAX_READERS = 6,
	SLOT_SIZE = 128,
	N_FRAMES = 2000,
	MAX_RESTARTS = 100000,
	OUTPUT_SIZE = 1 << 20,
};

/* ---- Nodes ---- */

struct state {
	uint64_t n, offset;
};

static char path[64];      /* what the sink writes */
static uint64_t n_frames;  /* that a source makes */
static uint64_t stall_at;  /* frame at which the loop's step never ends, 0 = none */
static uint64_t damage_at; /* frame at which the loop damages the words of its process, 0 = none */
static void (*damage)(const struct pkdi_node *node); /* … in this way */
static uint64_t scribble_at;       /* frame at which the echo writes to its input, 0 = none */
static uint64_t scribble_for_sure; /* and after this one, as `latest` may pass it by */
static cpu_set_t *cpus_got;        /* shared with the children */

/* What a start has seen, shared with the children; NULL = nobody wants to know. */
struct beginning {
	_Atomic uint32_t source_is_ready, sink_is_ready, n_early;
};
static struct beginning *beginning;

/* What a node's processes have done, shared with the children. */
struct escaped {
	_Atomic uint32_t n;
	_Atomic int pids[8];
};
static struct escaped *escaped;

static void rest(void)
{
	nanosleep(&(struct timespec){0, 1000000}, NULL);
}

static int source_init(void *self, const void *given, struct pkd_ctx *ctx)
{
	(void)self, (void)given, (void)ctx;
	if (beginning)
		beginning->source_is_ready = 1;
	return PKD_OK;
}

static int source_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	uint64_t *const *outputs = out;

	(void)self, (void)in;
	if (beginning && !beginning->sink_is_ready)
		beginning->n_early++;
	if (pkd_number(ctx) > n_frames)
		return PKD_SKIP;
	pkd_set_time(ctx, (int64_t)pkd_number(ctx) * 1000000);
	if (outputs[0])
		*outputs[0] = pkd_number(ctx);
	return PKD_OK;
}

static uint64_t mix(uint64_t sum, const uint64_t *value)
{
	return (sum ^ (value ? *value : 77)) * UINT64_C(0x100000001b3) + 1;
}

static void name_no_node(const struct pkdi_node *node)
{
	atomic_store(node->calling, UINT32_C(1) << 30);
	abort();
}

static void name_another_node(const struct pkdi_node *node)
{
	atomic_store(node->calling, node->index + 3);
	abort();
}

static void name_another_node_and_fault(const struct pkdi_node *node)
{
	atomic_store(node->calling, UINT32_C(1) << 30);
	*(volatile int *)node->inputs[0].data = 0;
}

/* Whatever its step does: it began when no clock has been. */
static void begin_at_no_time(const struct pkdi_node *node)
{
	signal(SIGTERM, SIG_IGN);
	atomic_store(node->step_since_ns, INT64_MAX);
	for (;;)
		pause();
}

static void leave_without_a_word(const struct pkdi_node *node)
{
	atomic_store(&node->words->state, PKDI_LEFT);
	_exit(0);
}

static enum pkdi_call hang_in; /* where the loop never comes back from, and the source from ready */

static void hang(enum pkdi_call call)
{
	while (hang_in == call)
		pause();
}

static int loop_init(void *self, const void *given, struct pkd_ctx *ctx)
{
	(void)self, (void)given, (void)ctx;
	hang(PKDI_CALL_INIT);
	return PKD_OK;
}

static void loop_finish(void *self)
{
	(void)self;
	hang(PKDI_CALL_FINISH);
}

/* A source that is called between its steps, all the time. */
static int64_t ready_ns;

static int watching_init(void *self, const void *given, struct pkd_ctx *ctx)
{
	(void)self, (void)given;
	return pkd_watch(ctx, open("/dev/zero", O_RDONLY | O_CLOEXEC), POLLIN);
}

static int watching_ready(void *self, struct pkd_ctx *ctx)
{
	(void)self, (void)ctx;
	hang(PKDI_CALL_READY);
	rest();
	ready_ns = pkd_now();
	return PKD_OK;
}

static int watching_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	if (pkd_time(ctx) < ready_ns)
		return pkd_error(ctx, EINVAL, "it was called before it was told to be ready");
	return source_step(self, in, out, ctx);
}

struct loop_in {
	const uint64_t *const *window; /* of the source: three values */
	const uint64_t *own;           /* its last value */
	const uint64_t *echo;          /* the last value of the echo */
};

/* Its value depends on everything that it can see. */
static int loop_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	const struct loop_in *in = given;
	struct state *state = pkd_state(ctx);
	uint64_t *const *outputs = out;
	uint64_t sum = ++state->n;

	(void)self;
	if (pkd_number(ctx) == stall_at)
		pause();
	if (pkd_number(ctx) == damage_at)
		damage(ctx->node);
	for (uint32_t i = 0; i < 3; i++)
		sum = mix(sum, in->window[i]);
	sum = mix(mix(sum, in->own), in->echo);
	if (pkd_number(ctx) % 5 == 0)
		pkd_absent(ctx, 0);
	else
		*outputs[0] = sum;
	return PKD_OK;
}

static uint64_t abort_every; /* n: the echo aborts with each n-th frame, 0 = with none */

static int echo_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *in = given;
	uint64_t *const *outputs = out;

	(void)self;
	if (abort_every && pkd_number(ctx) % abort_every == 0)
		abort();
	if (pkd_number(ctx) == scribble_at || (scribble_at && pkd_number(ctx) > scribble_for_sure))
		*(uint64_t *)(uintptr_t)in[0] = 0;
	if (pkd_number(ctx) % 7 == 0)
		pkd_absent(ctx, 0);
	else if (outputs[0])
		*outputs[0] = *in[0] + 1;
	return PKD_OK;
}

static int merge_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *in = given;
	uint64_t *const *outputs = out;
	uint32_t fired = pkd_fired(ctx);

	(void)self;
	*outputs[0] = *in[fired] * 2 + fired;
	return PKD_OK;
}

enum { WATCHED = 4 };

/* Its first port is a window of a stream that counts, its second a single value: all of them are
 * what they are from the beginning of the step to its end. */
static int watch_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *window = *(const uint64_t *const *const *)given;
	const uint64_t *single = ((const uint64_t *const *)given)[1];
	uint64_t before = single ? *single : 0;

	(void)self, (void)out, (void)ctx;
	for (uint32_t look = 0; look < 2; look++) {
		for (uint32_t i = 1; i < WATCHED; i++)
			if (window[i] && window[i - 1] && *window[i] != *window[i - 1] + 1)
				return -84;
		if (window[WATCHED - 1] &&
		    pkd_frame_of(window[WATCHED - 1])->number != *window[WATCHED - 1])
			return -85;
		if (single && *single != before)
			return -86;
		for (volatile uint32_t i = 0; !look && i < 2000; i++)
			;
	}
	return PKD_OK;
}

struct sink {
	int fd;
};

/* Rows behind the last committed one were written by a firing that is done again. */
static int sink_init(void *self, const void *given, struct pkd_ctx *ctx)
{
	const struct state *state = pkd_state(ctx);
	struct sink *sink = self;

	(void)given;
	sink->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (sink->fd < 0 || ftruncate(sink->fd, (off_t)state->offset) < 0)
		return pkd_error(ctx, 5, "cannot open %s", path);
	if (cpus_got)
		sched_getaffinity(0, sizeof(*cpus_got), cpus_got);
	if (beginning) {
		int64_t until_ns;

		for (uint32_t i = 0; i < 10000 && !beginning->source_is_ready; i++)
			rest();
		/* Time enough for a frame. */
		until_ns = pkd_now() + 500000000;
		while (!beginning->n_early && pkd_now() < until_ns)
			rest();
		beginning->sink_is_ready = 1;
	}
	return PKD_OK;
}

static int sink_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *in = given;
	struct state *state = pkd_state(ctx);
	const struct sink *sink = self;
	char row[96];
	int n = snprintf(row, sizeof(row), "%llu %llu %llu\n", (unsigned long long)pkd_number(ctx),
	                 in[0] ? (unsigned long long)*in[0] : 0,
	                 in[1] ? (unsigned long long)*in[1] : 0);

	(void)out;
	if (pwrite(sink->fd, row, (size_t)n, (off_t)state->offset) != n)
		return -5;
	state->offset += (uint64_t)n;
	return PKD_OK;
}

static void sink_finish(void *self)
{
	close(((const struct sink *)self)->fd);
}

static const struct pkd_methods source_methods = METHODS(1, source_init, source_step, any_finish);
static const struct pkd_methods loop_methods = METHODS(1, loop_init, loop_step, loop_finish);
static const struct pkd_methods watching_methods = {
	PKD_ABI, 1, watching_init, watching_step, any_finish, watching_ready, NULL};
static const struct pkd_methods echo_methods = METHODS(1, any_init, echo_step, any_finish);
static const struct pkd_methods merge_methods = METHODS(1, any_init, merge_step, any_finish);
static const struct pkd_methods watch_methods = METHODS(1, any_init, watch_step, any_finish);
static const struct pkd_methods sink_methods = METHODS(sizeof(struct sink), sink_init, sink_step,
                                                       sink_finish);

/* ---- Tables: node i writes stream i and is process i ---- */

static struct pkd_input slots[MAX_NODES][MAX_SLOTS];
static struct pkd_output outputs[MAX_NODES];
static struct pkd_reader readers[MAX_NODES][MAX_READERS];
static struct pkd_stream streams[MAX_NODES];
static struct pkd_node nodes[MAX_NODES];
static uint32_t node_lists[MAX_NODES];
static struct pkd_process processes[MAX_NODES];
static struct pkd_program program;

static uint32_t limit_s; /* then the program is ended */

static void clear(void)
{
	program = (struct pkd_program){
		.abi = PKD_ABI,
		.name = "test",
		.doc = "",
		.source = "test.pkd",
		.streams = streams,
		.nodes = nodes,
		.processes = processes,
	};
	n_frames = N_FRAMES;
	stall_at = damage_at = scribble_at = abort_every = 0;
	damage = name_no_node;
	hang_in = PKDI_CALL_STEP;
	scribble_for_sure = UINT64_MAX;
	limit_s = 200;
}

static uint32_t add(const char *name, const struct pkd_methods *methods, uint32_t state_size)
{
	uint32_t i = program.n_nodes++;

	outputs[i] = (struct pkd_output){.name = "out", .stream = i};
	node_lists[i] = i;
	nodes[i] = (struct pkd_node){
		.name = name,
		.kind = name,
		.at = "test.pkd:1:1",
		.methods = methods,
		.inputs = slots[i],
		.outputs = &outputs[i],
		.n_outputs = 1,
		.state_size = state_size,
	};
	streams[i] = (struct pkd_stream){
		.name = name,
		.type = "u64",
		.writer = i,
		.value_size = sizeof(uint64_t),
		.slot_size = SLOT_SIZE,
		.ring_size = 1,
		.n_slots = 2,
		.readers = readers[i],
	};
	processes[i] = (struct pkd_process){
		.name = name,
		.nodes = &node_lists[i],
		.n_nodes = 1,
		.n_restarts = MAX_RESTARTS,
		.restart_per_ns = 1,
		.cpu = -1,
		.cpu_last = -1,
	};
	program.n_streams = program.n_processes = program.n_nodes;
	program.memory = UINT64_C(4096) * program.n_nodes;
	return i;
}

/* The last slot of the node reads the stream of node `from`, on the next port. */
static struct pkd_input *connect(uint32_t from, uint32_t to, uint32_t window, int32_t first,
                                 int32_t last)
{
	struct pkd_stream *stream = &streams[from];
	struct pkd_input *input = &slots[to][nodes[to].n_inputs];

	*input = (struct pkd_input){
		.name = "in",
		.at = "test.pkd:1:1",
		.stream = from,
		.policy = PKD_QUEUE,
		.window = window + (uint32_t)-first,
		.optional = true,
		.port = nodes[to].n_ports++,
		.many = first != last,
		.first = first,
		.last = last,
	};
	readers[from][stream->n_readers++] = (struct pkd_reader){to, nodes[to].n_inputs++};
	if (input->window > stream->ring_size) {
		stream->n_slots += input->window - stream->ring_size;
		stream->ring_size = input->window;
	}
	return input;
}

/* A slot of a node that fires any. */
static void connect_any(uint32_t from, uint32_t to)
{
	connect(from, to, 3, 0, 0)->n_pins = 1;
	streams[from].n_slots++;
}

static void make_loop(void)
{
	uint32_t source, loop, echo, sink;

	clear();
	source = add("source", &source_methods, 0);
	loop = add("loop", &loop_methods, sizeof(struct state));
	echo = add("echo", &echo_methods, 0);
	sink = add("sink", &sink_methods, sizeof(struct state));
	nodes[source].origin = PKD_PACED;
	connect(source, loop, 3, -2, 0)->optional = false;
	connect(loop, loop, 1, -1, -1);
	connect(echo, loop, 1, -1, -1);
	connect(loop, echo, 2, 0, 0)->optional = false;
	connect(loop, sink, 3, 0, 0);
	connect(source, sink, 8, 0, 0)->every_ns = 3000000;
}

static void make_merge(void)
{
	uint32_t a, b, merge, sink;

	clear();
	a = add("a", &source_methods, 0);
	b = add("b", &source_methods, 0);
	merge = add("merge", &merge_methods, 0);
	sink = add("sink", &sink_methods, sizeof(struct state));
	nodes[a].origin = nodes[b].origin = nodes[merge].origin = PKD_PACED;
	nodes[merge].fires_any = true;
	connect_any(a, merge);
	connect_any(b, merge);
	connect(merge, sink, 3, 0, 0);
	connect(merge, sink, 3, -1, -1);
}

/* Two writers that nobody holds up but the other. */
static void make_watch(bool any)
{
	uint32_t a, b, watch;
	struct pkd_input *window, *single;

	clear();
	a = add("a", &source_methods, 0);
	b = add("b", &source_methods, 0);
	watch = add("watch", &watch_methods, 0);
	nodes[a].origin = nodes[b].origin = PKD_PACED;
	outputs[watch].stream = PKD_NONE;
	window = connect(a, watch, 1, 1 - WATCHED, 0);
	single = connect(b, watch, any ? 4 : 1, 0, 0);
	window->policy = PKD_LATEST;
	single->policy = any ? PKD_QUEUE : PKD_SAMPLE;
	nodes[watch].fires_any = any;
	nodes[watch].origin = any ? PKD_LIVE : PKD_NOT_ORIGIN;
	window->n_pins = WATCHED;
	streams[a].n_slots += WATCHED;
	single->n_pins = 1;
	streams[b].n_slots++;
	n_frames = 50 * (uint64_t)N_FRAMES;
}

/* ---- Running it ---- */

static char messages[OUTPUT_SIZE]; /* what the program wrote to stderr */

enum { MAX_CHILDREN = 16 };

static uint32_t find_children(pid_t parent, pid_t *ret_pids)
{
	char name[64], line[256] = "";
	uint32_t n = 0;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/task/%d/children", parent, parent);
	file = fopen(name, "re");
	if (!file)
		return 0;
	if (fgets(line, sizeof(line), file))
		for (char *word = strtok(line, " \n"); word && n < MAX_CHILDREN;
		     word = strtok(NULL, " \n"))
			ret_pids[n++] = (pid_t)strtol(word, NULL, 10);
	fclose(file);
	return n;
}

/* Kills one child of the program, chosen at random. */
static void kill_one(pid_t program_pid)
{
	pid_t pids[MAX_CHILDREN];
	uint32_t n = find_children(program_pid, pids);

	if (n)
		kill(pids[(uint32_t)rand() % n], SIGKILL);
}

static int start_program(const char *option, int errors_fd)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		char own_name[128] = "test", own_option[64] = "";
		char *argv[] = {own_name, own_option, NULL};

		snprintf(own_option, sizeof(own_option), "%s", option);
		dup2(errors_fd, STDERR_FILENO);
		alarm(limit_s);
		_exit(pkd_main(&program, 2, argv));
	}
	return pid;
}

/* So many kills, and then it may end: a process that starts slowly, as with a sanitizer, would
 * never come to anything. */
enum { MAX_KILLS = 2000 };

/* Runs the program to its end, with one process killed every `kill_us`, 0 = none. Returns the
 * status; the number of kills is in *ret_kills. */
static int run_program(const char *option, uint32_t kill_us, uint32_t *ret_kills)
{
	int errors_fd = memfd_create("errors", 0), status = 0;
	struct timespec pause_time = {0, (long)kill_us * 1000};
	uint32_t n_kills = 0;
	ssize_t n;
	pid_t pid;

	snprintf(path, sizeof(path), "/dev/shm/pkd-test-%d", getpid());
	unlink(path);
	pid = start_program(option, errors_fd);
	while (kill_us && waitpid(pid, &status, WNOHANG) == 0) {
		nanosleep(&pause_time, NULL);
		if (n_kills == MAX_KILLS)
			continue;
		kill_one(pid);
		n_kills++;
	}
	if (!kill_us)
		waitpid(pid, &status, 0);
	n = pread(errors_fd, messages, sizeof(messages) - 1, 0);
	messages[n > 0 ? n : 0] = '\0';
	close(errors_fd);
	if (ret_kills)
		*ret_kills = n_kills;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

/* What the sink wrote; the caller frees it. */
static char *take_output(void)
{
	char *text = calloc(1, OUTPUT_SIZE);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_non_null(text);
	assert_true(fd >= 0);
	assert_true(read(fd, text, OUTPUT_SIZE - 1) >= 0);
	close(fd);
	unlink(path);
	return text;
}

static uint32_t count_lines(const char *text)
{
	uint32_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* ---- Tests ---- */

static void loops_are_the_same_in_one_process_and_in_many_and_with_kills(void **state)
{
	char *alone, *many, *killed;
	uint32_t n_kills;

	(void)state;
	make_loop();
	assert_int_equal(run_program("--single-process", 0, NULL), 0);
	alone = take_output();
	/* Frames without a value of the loop have a row where the other input has one. */
	assert_in_range(count_lines(alone), N_FRAMES * 4 / 5, N_FRAMES);
	assert_int_equal(run_program("--quiet", 0, NULL), 0);
	many = take_output();
	assert_string_equal(alone, many);
	assert_int_equal(run_program("--quiet", 3000, &n_kills), 0);
	killed = take_output();
	assert_string_equal(alone, killed);
	print_message("# killed %u times\n", n_kills);
	assert_true(n_kills >= 5);
	free(alone);
	free(many);
	free(killed);
}

static void merged_streams_lose_nothing_and_double_nothing(void **state)
{
	static bool seen[2 * N_FRAMES + 2];
	unsigned long long number, value, before, last = 0, n = 0;
	uint32_t n_kills;
	char *text;

	(void)state;
	make_merge();
	memset(seen, 0, sizeof(seen));
	assert_int_equal(run_program("--quiet", 3000, &n_kills), 0);
	text = take_output();
	for (char *row = strtok(text, "\n"); row; row = strtok(NULL, "\n")) {
		assert_int_equal(sscanf(row, "%llu %llu %llu", &number, &value, &before), 3);
		assert_int_equal(number, ++n);
		assert_int_equal(before, last);
		assert_in_range(value, 2, 2 * N_FRAMES + 1);
		assert_false(seen[value]);
		seen[value] = true;
		last = value;
	}
	assert_int_equal(n, 2 * N_FRAMES);
	print_message("# killed %u times\n", n_kills);
	free(text);
}

static void what_is_in_hand_is_never_overwritten(void **state)
{
	(void)state;
	for (int any = 0; any < 2; any++) {
		make_watch(any);
		assert_int_equal(run_program("--quiet", 0, NULL), 0);
		assert_string_equal(messages, "");
		assert_int_equal(run_program("--quiet", 2000, NULL), 0);
		assert_null(strstr(messages, "step failed"));
	}
}

static void a_stalled_step_is_ended_and_named(void **state)
{
	char *text;

	(void)state;
	make_loop();
	n_frames = 20;
	stall_at = 6;
	processes[1].stall_ns = 500000000;
	processes[1].n_restarts = 5;
	processes[1].restart_per_ns = 0;
	limit_s = 30;
	assert_int_equal(run_program("--quiet", 0, NULL), 0);
	/* Twice the same frame: it is given up. */
	assert_non_null(strstr(messages,
	                       "test: node 'loop' (test.pkd:1:1) was killed: its step "
	                       "took longer than 500ms; it is started again (restart 2)\n"));
	assert_null(strstr(messages, "restart 3"));
	text = take_output();
	assert_null(strstr(text, "\n6 "));
	assert_non_null(strstr(text, "\n8 "));
	free(text);

	processes[1].n_restarts = 0;
	assert_int_equal(run_program("--quiet", 0, NULL), 137);
	assert_non_null(strstr(messages, "was killed: its step took longer than 500ms; the rest "
	                                 "was stopped\n"));
	unlink(path);
}

/* init, ready and finish are watched as step is. */
static void a_call_that_hangs_is_ended_and_named(void **state)
{
	static const struct {
		enum pkdi_call call;
		const char *says;
		uint32_t process;
	} calls[] = {
		{PKDI_CALL_INIT, "'loop' (test.pkd:1:1) was killed: its init took", 1},
		{PKDI_CALL_READY, "'source' (test.pkd:1:1) was killed: its ready took", 0},
		{PKDI_CALL_FINISH, "'loop' (test.pkd:1:1) was killed: its finish took", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct pkd_process *process = &processes[calls[i].process];

		make_loop();
		nodes[0].methods = &watching_methods;
		n_frames = 20;
		hang_in = calls[i].call;
		process->stall_ns = 50000000;
		process->n_restarts = 0;
		limit_s = 10;
		assert_int_equal(run_program("--quiet", 0, NULL), 137);
		assert_non_null(strstr(messages, calls[i].says));
		assert_non_null(strstr(messages, " longer than 50ms; the rest was stopped\n"));
		unlink(path);
	}
}

/* A node whose finish hangs has left nevertheless: the next incarnation has nothing to do. */
static void a_finish_that_hangs_costs_one_restart(void **state)
{
	(void)state;
	make_loop();
	n_frames = 20;
	hang_in = PKDI_CALL_FINISH;
	processes[1].stall_ns = 50000000;
	limit_s = 10;
	assert_int_equal(run_program("--quiet", 0, NULL), 0);
	assert_string_equal(messages, "test: node 'loop' (test.pkd:1:1) was killed: its finish "
	                              "took longer than 50ms; it is started again (restart 1)\n");
	unlink(path);
}

/* A frame has the time at which it was asked for, whatever was called before. */
static void the_clock_is_read_after_ready(void **state)
{
	(void)state;
	make_loop();
	nodes[0].methods = &watching_methods;
	processes[0].n_restarts = 0;
	n_frames = 200;
	/* Where no other process is woken, which takes a while and has the clock read, too. */
	assert_int_equal(run_program("--single-process", 0, NULL), 0);
	assert_null(strstr(messages, "before it was told"));
	unlink(path);
}

/* What the compiler's refusal (E0601) saves from: with it off, such a program stands still. The
 * same table with a history in its place comes to its end, in the first test. */
static void a_cycle_without_a_history_stands_still(void **state)
{
	struct timespec half_a_second = {0, 500000000};
	int errors_fd = memfd_create("errors", 0), status = 0;
	pid_t pid, pids[MAX_CHILDREN];
	char *text;

	(void)state;
	make_loop();
	slots[1][2].first = slots[1][2].last = 0; /* the echo's value of this frame */
	slots[1][2].optional = false;
	snprintf(path, sizeof(path), "/dev/shm/pkd-test-%d", getpid());
	unlink(path);
	pid = start_program("--quiet", errors_fd);
	for (uint32_t i = 0; i < 10000 && find_children(pid, pids) < program.n_processes; i++)
		rest();
	nanosleep(&half_a_second, NULL);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	kill(pid, SIGINT);
	waitpid(pid, &status, 0);
	close(errors_fd);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	text = take_output();
	assert_string_equal(text, "");
	free(text);
}

static void a_process_runs_on_its_cpus(void **state)
{
	cpu_set_t all;
	int first = 0;

	(void)state;
	cpus_got = mmap(NULL, sizeof(*cpus_got), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	                -1, 0);
	assert_true(cpus_got != MAP_FAILED);
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET((size_t)first, &all))
		first++;
	make_loop();
	n_frames = 20;
	processes[3].cpu = processes[3].cpu_last = first;
	assert_int_equal(run_program("--quiet", 0, NULL), 0);
	assert_string_equal(messages, "");
	assert_int_equal(CPU_COUNT(cpus_got), 1);
	assert_true(CPU_ISSET((size_t)first, cpus_got));
	/* One that does not exist is said, once, and the program goes on. */
	processes[3].cpu = processes[3].cpu_last = CPU_SETSIZE - 1;
	assert_int_equal(run_program("--quiet", 0, NULL), 0);
	assert_string_equal(messages,
	                    "test: process 'sink': CPU 1023 is not available; it runs on any\n");
	assert_true(CPU_EQUAL(cpus_got, &all));
	unlink(path);
	munmap(cpus_got, sizeof(*cpus_got));
	cpus_got = NULL;
}

/* Whether it may be had depends on who runs the test: the program goes on either way. */
static void a_priority_that_is_not_permitted_is_said(void **state)
{
	(void)state;
	make_loop();
	n_frames = 20;
	processes[3].priority = 1;
	assert_int_equal(run_program("--quiet", 0, NULL), 0);
	if (*messages)
		assert_string_equal(messages,
		                    "test: process 'sink': priority 1 is not permitted (Operation "
		                    "not permitted); using normal priority\n");
	unlink(path);
}

static void a_program_that_spins_gives_the_same(void **state)
{
	static const int64_t spins[] = {PKD_NO_SPIN, 0, 20000};
	char *given[3];

	(void)state;
	make_loop();
	for (int i = 0; i < 3; i++) {
		program.spin_ns = spins[i];
		assert_int_equal(run_program("--quiet", 0, NULL), 0);
		given[i] = take_output();
		assert_string_equal(given[i], given[0]);
	}
	for (int i = 0; i < 3; i++)
		free(given[i]);
}

/* ---- Deaths ---- */

static void who_writes_to_an_input_is_named(void **state)
{
	(void)state;
	make_loop();
	scribble_at = 6;
	processes[2].n_restarts = 0;
	assert_int_equal(run_program("--quiet", 0, NULL), 128 + SIGSEGV);
	assert_non_null(strstr(messages, "test: node 'echo' (test.pkd:1:1) wrote to its input 'in' "
	                                 "(stream loop, frame 6): published values never change; "
	                                 "copy it first\n"));
	assert_non_null(strstr(messages, "test: node 'echo' (test.pkd:1:1) was killed by SIGSEGV; "
	                                 "the rest was stopped\n"));
	unlink(path);
}

/* What a lossy reader is given of small values is a copy of its own. */
static void who_writes_to_its_copy_is_named(void **state)
{
	uint32_t source, echo;
	struct pkd_input *input;

	(void)state;
	clear();
	source = add("source", &source_methods, 0);
	echo = add("echo", &echo_methods, 0);
	nodes[source].origin = PKD_PACED;
	outputs[echo].stream = PKD_NONE;
	input = connect(source, echo, 1, 0, 0);
	input->policy = PKD_LATEST;
	input->optional = false;
	input->n_pins = 1;
	streams[source].n_slots++;
	processes[echo].n_restarts = 0;
	scribble_at = scribble_for_sure = 6;
	assert_int_equal(run_program("--quiet", 0, NULL), 128 + SIGSEGV);
	assert_non_null(strstr(messages, "test: node 'echo' (test.pkd:1:1) wrote to its input 'in' "
	                                 "(stream source, frame "));
	assert_non_null(strstr(messages, "): published values never change; copy it first\n"));
	unlink(path);
}

static void damaged_words_of_a_process_do_the_supervisor_no_harm(void **state)
{
	(void)state;
	make_loop();
	damage_at = 6;
	processes[1].n_restarts = 0;
	assert_int_equal(run_program("--quiet", 0, NULL), 128 + SIGABRT);
	assert_string_equal(messages, "test: node 'loop' (test.pkd:1:1) was killed by SIGABRT; "
	                              "the rest was stopped\n");
	damage = name_another_node;
	assert_int_equal(run_program("--quiet", 0, NULL), 128 + SIGABRT);
	assert_string_equal(messages, "test: node 'loop' (test.pkd:1:1) was killed by SIGABRT; "
	                              "the rest was stopped\n");
	damage = name_another_node_and_fault;
	assert_int_equal(run_program("--quiet", 0, NULL), 128 + SIGSEGV);
	assert_non_null(strstr(messages, "test: node 'loop' (test.pkd:1:1) wrote to its input "));
	unlink(path);
}

/* With the alarm of one process set for never, no other's would ring. */
static void a_step_that_claims_to_begin_at_no_time_is_ended_and_named(void **state)
{
	char *text;

	(void)state;
	make_loop();
	n_frames = 20;
	damage_at = 6;
	damage = begin_at_no_time;
	processes[1].stall_ns = 50000000;
	processes[1].n_restarts = 5;
	processes[1].restart_per_ns = 0;
	limit_s = 10;
	assert_int_equal(run_program("--quiet", 0, NULL), 0);
	assert_non_null(strstr(messages, "test: node 'loop' (test.pkd:1:1) was killed: it damaged "
	                                 "shared memory; it is started again (restart 2)\n"));
	assert_null(strstr(messages, "restart 3"));
	text = take_output();
	assert_null(strstr(text, "\n6 "));
	assert_non_null(strstr(text, "\n8 "));
	free(text);
}

static void a_node_that_has_not_left_does_not_count_as_ended(void **state)
{
	(void)state;
	make_loop();
	damage_at = 6;
	damage = leave_without_a_word;
	processes[1].n_restarts = 0;
	limit_s = 10;
	assert_int_equal(run_program("--quiet", 0, NULL), 1);
	assert_string_equal(messages, "test: node 'loop' (test.pkd:1:1) exited before its streams "
	                              "had ended; the rest was stopped\n");
	unlink(path);
}

/* Where the system writes it to a file, which is here then. */
static void a_core_dump_is_named(void **state)
{
	const struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY}, none = {0, RLIM_INFINITY};
	char directory[] = "/dev/shm/pkd-test-core-XXXXXX", *place, *end;
	struct stat core;

	(void)state;
	assert_non_null(mkdtemp(directory));
	if (chdir(directory) < 0 || setrlimit(RLIMIT_CORE, &most) < 0) {
		rmdir(directory);
		skip();
	}
	make_loop();
	abort_every = 6;
	processes[2].n_restarts = 0;
	assert_int_equal(run_program("--no-sandbox", 0, NULL), 128 + SIGABRT);
	setrlimit(RLIMIT_CORE, &none);
	place = strstr(messages, "was killed by SIGABRT (core dumped: ");
	assert_non_null(place);
	place += strlen("was killed by SIGABRT (core dumped: ");
	end = strchr(place, ')');
	assert_non_null(end);
	*end = '\0';
	if (!strchr(place, '*') && strncmp(place, "it was", 6) != 0) {
		assert_int_equal(stat(place, &core), 0);
		unlink(place);
	}
	assert_int_equal(chdir("/"), 0);
	rmdir(directory);
	unlink(path);
}

/* ---- Nobody reads what it says ---- */

/* A pipe, full; its reading end is in *ret_out. */
static int make_full_pipe(int *ret_out)
{
	char page[4096];
	int fds[2];

	memset(page, 'x', sizeof(page));
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	while (write(fds[1], page, sizeof(page)) > 0)
		;
	assert_int_equal(fcntl(fds[1], F_SETFL, 0), 0);
	*ret_out = fds[0];
	return fds[1];
}

static int wait_for_end(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

/* Each second frame is one that the echo dies of, twice, with a line each time. */
static void a_full_pipe_delays_no_restart(void **state)
{
	int out, in = make_full_pipe(&out);
	char *text, *with_reader;
	pid_t pid;

	(void)state;
	make_loop();
	n_frames = 100;
	abort_every = 2;
	limit_s = 20;
	snprintf(path, sizeof(path), "/dev/shm/pkd-test-%d", getpid());
	unlink(path);
	pid = start_program("--freeze=off", in);
	assert_int_equal(wait_for_end(pid), 0);
	text = take_output();
	assert_int_equal(run_program("--freeze=off", 0, NULL), 0);
	assert_non_null(strstr(messages, " (restart 80)\n"));
	with_reader = take_output();
	assert_string_equal(text, with_reader);
	free(text);
	free(with_reader);
	close(in);
	close(out);
}

static void a_full_pipe_delays_no_stop(void **state)
{
	int out, in = make_full_pipe(&out);
	pid_t pid;

	(void)state;
	for (int signal = SIGINT; signal; signal = signal == SIGINT ? SIGTERM : 0) {
		make_loop();
		n_frames = UINT64_MAX;
		abort_every = 2;
		limit_s = 20;
		snprintf(path, sizeof(path), "/dev/shm/pkd-test-%d", getpid());
		unlink(path);
		pid = start_program("--freeze=off", in);
		for (uint32_t i = 0; i < 10000 && access(path, F_OK) < 0; i++)
			rest();
		kill(pid, signal);
		/* A process that dies while it is stopped decides the status. */
		assert_int_not_equal(wait_for_end(pid), 1000);
	}
	close(in);
	close(out);
	unlink(path);
}

/* ---- Calls of the supervisor that fail ---- */

static bool epoll_fails, alarm_fails;

/* In place of those of the C library, for the runtime too. */
int epoll_wait(int fd, struct epoll_event *events, int n, int timeout)
{
	if (epoll_fails) {
		errno = EFAULT;
		return -1;
	}
	return epoll_pwait(fd, events, n, timeout, NULL);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
	if (alarm_fails && flags == TFD_TIMER_ABSTIME) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_timerfd_settime, fd, flags, new, old);
}

static void a_supervisor_that_learns_of_nothing_ends_all(void **state)
{
	pid_t pids[MAX_CHILDREN];

	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	make_loop();
	n_frames = UINT64_MAX;
	limit_s = 10;
	epoll_fails = true;
	assert_int_equal(run_program("--quiet", 0, NULL), 1);
	epoll_fails = false;
	assert_string_equal(messages, "test: the supervisor cannot continue: epoll_wait: Bad "
	                              "address; all processes were killed\n");
	assert_int_equal(find_children(getpid(), pids), 0);
	alarm_fails = true;
	assert_int_equal(run_program("--quiet", 0, NULL), 1);
	alarm_fails = false;
	assert_string_equal(messages, "test: the supervisor cannot continue: timerfd_settime: "
	                              "Invalid argument; all processes were killed\n");
	assert_int_equal(find_children(getpid(), pids), 0);
	unlink(path);
}

/* The sink joins what the source and the echo make. */
static void a_join_goes_on_without_a_process_that_was_given_up(void **state)
{
	uint32_t source, echo, sink;
	char *text;

	(void)state;
	clear();
	source = add("source", &source_methods, 0);
	echo = add("echo", &echo_methods, 0);
	sink = add("sink", &sink_methods, sizeof(struct state));
	nodes[source].origin = PKD_PACED;
	connect(source, echo, 2, 0, 0)->optional = false;
	connect(echo, sink, 3, 0, 0);
	connect(source, sink, 8, 0, 0);
	processes[echo].n_restarts = 0;
	processes[echo].end = PKD_FAIL_ABSENT;
	n_frames = 50;
	scribble_at = 6;
	limit_s = 30;
	assert_int_equal(run_program("--quiet", 0, NULL), 3);
	text = take_output();
	assert_int_equal(count_lines(text), 50);
	assert_non_null(strstr(text, "\n5 6 5\n"));
	assert_non_null(strstr(text, "\n6 0 6\n"));
	free(text);
}

static void no_frame_is_made_before_all_nodes_are_initialised(void **state)
{
	(void)state;
	beginning = mmap(NULL, sizeof(*beginning), PROT_READ | PROT_WRITE,
	                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(beginning != MAP_FAILED);
	make_loop();
	n_frames = 20;
	assert_int_equal(run_program("--quiet", 0, NULL), 0);
	assert_int_equal(beginning->sink_is_ready, 1);
	assert_int_equal(beginning->n_early, 0);
	unlink(path);
	munmap(beginning, sizeof(*beginning));
	beginning = NULL;
}

static uint32_t fork_fails; /* from the n-th on, 0 = none does */

/* In place of the one of the C library, for the runtime too. */
pid_t fork(void)
{
	if (fork_fails && --fork_fails == 0) {
		fork_fails = 1;
		errno = EAGAIN;
		return -1;
	}
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL,
	                      NULL); /* not all architectures have SYS_fork */
}

/* The fifth fork is a restart. */
static void a_restart_that_the_system_refuses_waits(void **state)
{
	(void)state;
	make_loop();
	n_frames = 20;
	abort_every = 6;
	processes[2].n_restarts = 4;
	processes[2].restart_per_ns = 0;
	limit_s = 20;
	fork_fails = 6;
	assert_int_equal(run_program("--quiet", 0, NULL), 1);
	fork_fails = 0;
	/* The death, and three starts that were refused, each after another wait. */
	assert_int_equal(count_lines(messages), 5);
	assert_non_null(strstr(messages, "test: node 'echo' (test.pkd:1:1) could not be started: "
	                                 "Resource temporarily unavailable; it is started again "
	                                 "(restart 4)\n"));
	assert_non_null(strstr(messages, "could not be started: Resource temporarily unavailable; "
	                                 "the rest was stopped\n"));
	unlink(path);
}

/* The child of that name, 0 = none yet. */
static pid_t find_named(pid_t parent, const char *line)
{
	pid_t pids[MAX_CHILDREN], found = 0;

	for (uint32_t i = find_children(parent, pids); i-- > 0;) {
		char comm[64] = "", name[64];
		FILE *file;

		snprintf(name, sizeof(name), "/proc/%d/comm", pids[i]);
		file = fopen(name, "re");
		if (file && fgets(comm, sizeof(comm), file) && strcmp(comm, line) == 0)
			found = pids[i];
		if (file)
			fclose(file);
	}
	return found;
}

/* A tracer that does not look after it keeps a process that was killed, as the kernel does one that
 * waits for a device. */
static void who_cannot_be_ended_is_named_and_left(void **state)
{
	int errors_fd = memfd_create("errors", 0);
	pid_t pid, held = 0;
	int status;
	ssize_t n;

	(void)state;
	make_loop();
	stall_at = 6;
	limit_s = 15;
	snprintf(path, sizeof(path), "/dev/shm/pkd-test-%d", getpid());
	unlink(path);
	pid = start_program("--grace=100ms", errors_fd);
	for (uint32_t i = 0; i < 10000 && access(path, F_OK) < 0; i++)
		rest();
	for (uint32_t i = 0; i < 10000 && !held; i++) {
		rest();
		held = find_named(pid, "loop\n");
	}
	assert_int_not_equal(held, 0);
	if (ptrace(PTRACE_SEIZE, held, NULL, NULL) < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		close(errors_fd);
		skip();
	}
	kill(pid, SIGTERM);
	status = wait_for_end(pid);
	/* Lets it go. */
	while (waitpid(held, NULL, __WALL) == held && kill(held, 0) == 0)
		;
	n = pread(errors_fd, messages, sizeof(messages) - 1, 0);
	messages[n > 0 ? n : 0] = '\0';
	close(errors_fd);
	assert_int_equal(status, 137);
	assert_non_null(strstr(messages, "test: node 'loop' (test.pkd:1:1) was killed but has not "
	                                 "exited: it is blocked in the kernel"));
	assert_non_null(strstr(
		messages, "test: node 'loop' (test.pkd:1:1) does not exit and is left behind\n"));
	unlink(path);
}

/* ---- What nodes start ---- */

/* Starts a process that stays, and has a child of its own; both are written down. */
static void start_helper(void)
{
	if (fork() > 0)
		return;
	atomic_store(&escaped->pids[atomic_fetch_add(&escaped->n, 1)], getpid());
	if (fork() == 0)
		atomic_store(&escaped->pids[atomic_fetch_add(&escaped->n, 1)], getpid());
	for (;;)
		pause();
}

static bool is_there(pid_t pid)
{
	return kill(pid, 0) == 0;
}

/* Starts helpers and dies, once; the next incarnation finds none of them. */
static int leaving_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *in = given;
	uint64_t *const *made = out;

	(void)self;
	if (pkd_number(ctx) == 6 && !atomic_load(&escaped->n)) {
		start_helper();
		while (atomic_load(&escaped->n) < 2 || !atomic_load(&escaped->pids[1]))
			rest();
		abort();
	}
	for (uint32_t i = 0; i < atomic_load(&escaped->n); i++)
		if (pkd_number(ctx) == 6 && is_there(escaped->pids[i]))
			return pkd_error(ctx, EBUSY, "helper %u is still there", i);
	*made[0] = *in[0];
	return PKD_OK;
}

static const struct pkd_methods leaving_methods = METHODS(1, any_init, leaving_step, any_finish);

static void run_with_helpers(const struct pkd_methods *methods)
{
	escaped = mmap(NULL, sizeof(*escaped), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	               -1, 0);
	assert_true(escaped != MAP_FAILED);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	make_loop();
	nodes[2].methods = methods;
	processes[2].n_restarts = 1;
	processes[2].restart_per_ns = 0;
	processes[2].backoff_ns = 100000000;
	n_frames = 20;
	limit_s = 20;
	assert_int_equal(run_program("--no-sandbox", 0, NULL), 0);
	unlink(path);
}

static void what_a_process_leaves_ends_before_it_is_started_again(void **state)
{
	(void)state;
	run_with_helpers(&leaving_methods);
	assert_int_equal(escaped->n, 2);
	assert_null(strstr(messages, "is still there"));
	/* The second is a child of the first, and may be inherited while that is killed. */
	assert_true(strstr(messages, "process 'echo' left 1 process running that it had started: "
	                             "killed\n") ||
	            strstr(messages, "process 'echo' left 2 processes running that it had started: "
	                             "killed\n"));
	munmap(escaped, sizeof(*escaped));
}

/* Starts a process that detaches itself and ends; and later one that stays beyond the end. */
static int detaching_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	const uint64_t *const *in = given;
	uint64_t *const *made = out;

	(void)self;
	if (pkd_number(ctx) == 6 && fork() == 0) {
		pid_t parent = getpid();

		if (fork() == 0) {
			while (getppid() == parent)
				rest();
			atomic_store(&escaped->pids[1], getpid());
			_exit(0);
		}
		_exit(0);
	}
	if (pkd_number(ctx) == 6)
		while (!atomic_load(&escaped->pids[1]) || is_there(escaped->pids[1]))
			rest();
	if (pkd_number(ctx) == 11)
		start_helper();
	*made[0] = *in[0];
	return PKD_OK;
}

static const struct pkd_methods detaching_methods = METHODS(1, any_init, detaching_step,
                                                            any_finish);

static void what_is_inherited_and_ends_is_reaped(void **state)
{
	(void)state;
	run_with_helpers(&detaching_methods);
	munmap(escaped, sizeof(*escaped));
}

static void nothing_is_left_at_the_end(void **state)
{
	pid_t pids[MAX_CHILDREN];

	(void)state;
	run_with_helpers(&detaching_methods);
	assert_int_equal(find_children(getpid(), pids), 0);
	munmap(escaped, sizeof(*escaped));
}

/* Orphans come to this process, which is their subreaper: true when all have ended soon. */
static bool all_end(void)
{
	int64_t until_ns = pkd_now() + 10000000000;
	pid_t pids[MAX_CHILDREN];
	uint32_t n;

	while (pkd_now() < until_ns) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (!find_children(getpid(), pids))
			return true;
		rest();
	}
	n = find_children(getpid(), pids);
	for (uint32_t i = 0; i < n; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	return false;
}

/* Those of make_loop, and the console. */
enum { N_LOOP_CHILDREN = 5 };

static void no_process_outlives_the_supervisor(void **state)
{
	pid_t pids[MAX_CHILDREN];
	pid_t pid;

	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	make_loop();
	n_frames = UINT64_MAX;
	snprintf(path, sizeof(path), "/dev/shm/pkd-test-%d", getpid());
	unlink(path);
	pid = start_program("--quiet", STDERR_FILENO);
	/* Begun, not only forked: a row is there. */
	for (uint32_t i = 0;
	     i < 10000 && (access(path, F_OK) < 0 || find_children(pid, pids) < N_LOOP_CHILDREN);
	     i++)
		rest();
	assert_int_equal(find_children(pid, pids), N_LOOP_CHILDREN);
	kill(pid, SIGKILL);
	assert_true(all_end());
	unlink(path);
}

static pid_t tester;
static bool supervisor_dies; /* when its first child is about to say that it would die with it */

/* In place of the one of the C library, for the runtime too. */
int prctl(int option, ...)
{
	pid_t parent = getppid();
	unsigned long given[4];
	va_list arguments;

	va_start(arguments, option);
	for (uint32_t i = 0; i < 4; i++)
		given[i] = va_arg(arguments, unsigned long);
	va_end(arguments);
	/* Another child may have done it: then the parent is this test. */
	if (option == PR_SET_PDEATHSIG && supervisor_dies && parent != tester) {
		kill(parent, SIGKILL);
		while (getppid() == parent)
			rest();
	}
	return (int)syscall(SYS_prctl, option, given[0], given[1], given[2], given[3]);
}

static void (*escape)(void); /* what the loop does in init to stay */

static void undo_death_signal(void)
{
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	/* And another user where that is allowed, which the supervisor may not signal. */
	if (setresuid(65534, 65534, 65534) < 0)
		return;
}

static void close_all(void)
{
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	close_range(3, ~0U, 0);
}

/* Like undo_death_signal, but in a step, which nothing comes after. */
static int escaping_step(void *self, const void *given, void *out, struct pkd_ctx *ctx)
{
	sigset_t all;

	(void)self, (void)given, (void)out, (void)ctx;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (escape)
		escape();
	atomic_store(&escaped->n, 1);
	while (escaped)
		;
	return PKD_OK;
}

/* Hangs where the death signal has not been set again yet. */
static void close_all_and_hang(void)
{
	close_range(3, ~0U, 0);
	atomic_store(&escaped->n, 1);
	while (escaped)
		;
}

static int escaping_init(void *self, const void *given, struct pkd_ctx *ctx)
{
	(void)self, (void)given, (void)ctx;
	if (escape)
		escape();
	escape = NULL;
	return PKD_OK;
}

static const struct pkd_methods escaping_methods = METHODS(1, any_init, escaping_step, any_finish);
static const struct pkd_methods closing_methods = METHODS(1, escaping_init, escaping_step,
                                                          any_finish);

static void outlive(const struct pkd_methods *methods, void (*how)(void))
{
	pid_t pids[MAX_CHILDREN];
	pid_t pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	escaped = mmap(NULL, sizeof(*escaped), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	               -1, 0);
	assert_true(escaped != MAP_FAILED);
	make_loop();
	nodes[1].methods = methods;
	escape = how;
	n_frames = UINT64_MAX;
	snprintf(path, sizeof(path), "/dev/shm/pkd-test-%d", getpid());
	unlink(path);
	pid = start_program("--no-sandbox", STDERR_FILENO);
	for (uint32_t i = 0;
	     i < 10000 && (!atomic_load(&escaped->n) || find_children(pid, pids) < N_LOOP_CHILDREN);
	     i++)
		rest();
	assert_int_equal(find_children(pid, pids), N_LOOP_CHILDREN);
	kill(pid, SIGKILL);
	assert_true(all_end());
	unlink(path);
	munmap(escaped, sizeof(*escaped));
}

static void no_process_outlives_the_supervisor_by_undoing_its_death_signal(void **state)
{
	(void)state;
	outlive(&escaping_methods, undo_death_signal);
}

static void nor_by_closing_all_descriptors(void **state)
{
	(void)state;
	outlive(&closing_methods, close_all);
}

static void nor_by_closing_all_descriptors_in_init(void **state)
{
	(void)state;
	outlive(&closing_methods, close_all_and_hang);
}

static void a_supervisor_that_dies_at_once_leaves_no_process(void **state)
{
	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	make_loop();
	tester = getpid();
	supervisor_dies = true;
	start_program("--quiet", STDERR_FILENO);
	supervisor_dies = false;
	assert_true(all_end());
	unlink(path);
}

/* Also of a test that has failed. */
static void remove_output(void)
{
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loops_are_the_same_in_one_process_and_in_many_and_with_kills),
		cmocka_unit_test(merged_streams_lose_nothing_and_double_nothing),
		cmocka_unit_test(what_is_in_hand_is_never_overwritten),
		cmocka_unit_test(a_stalled_step_is_ended_and_named),
		cmocka_unit_test(a_call_that_hangs_is_ended_and_named),
		cmocka_unit_test(a_finish_that_hangs_costs_one_restart),
		cmocka_unit_test(the_clock_is_read_after_ready),
		cmocka_unit_test(a_cycle_without_a_history_stands_still),
		cmocka_unit_test(a_process_runs_on_its_cpus),
		cmocka_unit_test(a_priority_that_is_not_permitted_is_said),
		cmocka_unit_test(a_program_that_spins_gives_the_same),
		cmocka_unit_test(who_writes_to_an_input_is_named),
		cmocka_unit_test(who_writes_to_its_copy_is_named),
		cmocka_unit_test(damaged_words_of_a_process_do_the_supervisor_no_harm),
		cmocka_unit_test(a_step_that_claims_to_begin_at_no_time_is_ended_and_named),
		cmocka_unit_test(a_node_that_has_not_left_does_not_count_as_ended),
		cmocka_unit_test(a_core_dump_is_named),
		cmocka_unit_test(a_full_pipe_delays_no_restart),
		cmocka_unit_test(a_full_pipe_delays_no_stop),
		cmocka_unit_test(a_supervisor_that_learns_of_nothing_ends_all),
		cmocka_unit_test(a_join_goes_on_without_a_process_that_was_given_up),
		cmocka_unit_test(no_frame_is_made_before_all_nodes_are_initialised),
		cmocka_unit_test(a_restart_that_the_system_refuses_waits),
		cmocka_unit_test(who_cannot_be_ended_is_named_and_left),
		cmocka_unit_test(no_process_outlives_the_supervisor),
		cmocka_unit_test(no_process_outlives_the_supervisor_by_undoing_its_death_signal),
		cmocka_unit_test(nor_by_closing_all_descriptors),
		cmocka_unit_test(nor_by_closing_all_descriptors_in_init),
		cmocka_unit_test(what_a_process_leaves_ends_before_it_is_started_again),
		cmocka_unit_test(what_is_inherited_and_ends_is_reaped),
		cmocka_unit_test(nothing_is_left_at_the_end),
		cmocka_unit_test(a_supervisor_that_dies_at_once_leaves_no_process),
	};

	atexit(remove_output);
	return cmocka_run_group_tests_name("runtime_program", tests, NULL, NULL);
}
