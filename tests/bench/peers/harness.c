#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	MAX_SAMPLES = 200000,
	WINDOW = 8192, /* messages: more than any queue holds */
	MIN_WINDOWS = 3,
	BATCH_NS = 100000, /* short, so that the median is of batches that nothing has disturbed */
	WARM_UP = 16,
	PAUSE_NS = 100000, /* for the receiver to fall asleep in */
	GRACE_S = 8,       /* beyond the time asked for, before a measurement counts as stuck */
	CANNOT = 77,
};

/* Stamps that are no times and no counts. */
#define STOP UINT64_MAX
#define MARK (UINT64_MAX - 1)

/* Shared by both sides, beside what the peer shares. Side 1 looks at `phase` once a message. */
enum phase { ECHOES, TAKES_TIMES, TAKES_ALL };
struct shared {
	_Alignas(128) _Atomic int phase;
	_Atomic int failed;
	_Alignas(128) uint64_t n_samples; /* side 1, read by side 0 between phases */
	uint64_t n_taken;
	int64_t window_ns; /* when the current window began */
	int64_t cpu_ns;
	double samples[MAX_SAMPLES];
};

struct run {
	const struct peer *peer;
	struct bench bench;
	struct shared *shared;
	int cpu[2];
	int64_t budget_ns;
	const char *mode;
};

static volatile sig_atomic_t child;

int64_t bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void bench_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static void end(int status)
{
	if (child > 0)
		kill((pid_t)child, SIGKILL);
	_exit(status);
}

void bench_fail(const char *what, int error)
{
	fprintf(stderr, "%s%s%s\n", what, error ? ": " : "", error ? strerror(error) : "");
	end(1);
	abort();
}

void bench_cannot(const char *reason)
{
	fprintf(stderr, "%s\n", reason);
	end(CANNOT);
	abort();
}

void bench_check(bool holds, const char *what)
{
	if (!holds)
		bench_fail(what, errno);
}

static void give_up(int signal)
{
	static const char text[] = "stuck: the time is over\n";

	(void)signal;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		end(1);
	end(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		bench_fail("cannot pin", errno);
}

static int64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- Side 1 ---- */

static void count(struct shared *shared)
{
	int64_t now_ns;

	if (shared->n_taken++ % WINDOW != 0)
		return;
	now_ns = bench_now();
	if (shared->n_taken > 1 && shared->n_samples < MAX_SAMPLES)
		shared->samples[shared->n_samples++] = (double)(now_ns - shared->window_ns) /
		                                       WINDOW;
	shared->window_ns = now_ns;
}

static void answer(const struct run *run, void *side)
{
	struct shared *shared = run->shared;

	for (;;) {
		uint64_t stamp = run->peer->receive(side);
		int phase = atomic_load_explicit(&shared->phase, memory_order_relaxed);

		if (phase == TAKES_TIMES && stamp < MARK && shared->n_samples < MAX_SAMPLES)
			shared->samples[shared->n_samples++] =
				(double)(bench_now() - (int64_t)stamp);
		if (stamp == STOP)
			return;
		if (phase == TAKES_ALL && stamp != MARK) {
			count(shared);
			continue;
		}
		/* A system call, which is not to be part of every exchange. */
		if (stamp == MARK)
			shared->cpu_ns = cpu_ns();
		run->peer->send(side, stamp);
	}
}

static void *be_side_1(void *argument)
{
	const struct run *run = argument;
	void *side;

	pin(run->cpu[1]);
	side = run->peer->open(&run->bench, 1);
	answer(run, side);
	if (run->peer->close)
		run->peer->close(side);
	return NULL;
}

/* ---- Side 0 ---- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const struct run *run, const char *what, double *samples, size_t n)
{
	if (!n)
		bench_fail("no sample", 0);
	qsort(samples, n, sizeof(*samples), compare);
	printf("peer=%s mode=%s size=%zu what=%s n=%zu p10=%.1f median=%.1f p90=%.1f\n",
	       run->peer->name, run->mode, run->bench.size, what, n, samples[n / 10],
	       samples[n / 2], samples[n * 9 / 10]);
}

static void exchange(const struct run *run, void *side, uint64_t stamp)
{
	run->peer->send(side, stamp);
	if (run->peer->receive(side) != stamp)
		bench_fail("another message came back", 0);
}

static uint64_t go_back_and_forth(const struct run *run, void *side, uint64_t *stamp, uint64_t n)
{
	int64_t start_ns = bench_now();

	for (uint64_t i = 0; i < n; i++)
		exchange(run, side, ++*stamp);
	return (uint64_t)(bench_now() - start_ns);
}

/* How many exchanges take about BATCH_NS when nothing disturbs them. */
static uint64_t size_of_batch(const struct run *run, void *side, uint64_t *stamp)
{
	int64_t until_ns = bench_now() + run->budget_ns / 4;
	uint64_t least = UINT64_MAX;

	do {
		uint64_t ns = go_back_and_forth(run, side, stamp, WARM_UP);

		if (ns < least)
			least = ns;
	} while (bench_now() < until_ns);
	return 1 + BATCH_NS * WARM_UP / (least + 1);
}

static void measure_ping_pong(const struct run *run, void *side)
{
	static double batches[MAX_SAMPLES];
	uint64_t stamp = 0, per_batch = size_of_batch(run, side, &stamp);
	int64_t until_ns = bench_now() + run->budget_ns;
	size_t n = 0;

	while (!n || (bench_now() < until_ns && n < MAX_SAMPLES))
		batches[n++] = (double)go_back_and_forth(run, side, &stamp, per_batch) / 2 /
		               (double)per_batch;
	print(run, "pingpong", batches, n);
}

/* From just before the message is sent until it has been received; the next one waits for the
 * answer. */
static void measure_one_way(const struct run *run, void *side)
{
	struct shared *shared = run->shared;
	const struct timespec pause = {0, PAUSE_NS};
	int64_t until_ns = bench_now() + run->budget_ns / 2;

	atomic_store(&shared->phase, TAKES_TIMES);
	do {
		if (!run->bench.polls)
			nanosleep(&pause, NULL);
		exchange(run, side, (uint64_t)bench_now());
	} while (bench_now() < until_ns);
	atomic_store(&shared->phase, ECHOES);
	print(run, "oneway", shared->samples, shared->n_samples);
}

/* As many messages as go through: the time of each window at the receiver, and the CPU's time of
 * both sides for each message. */
static void measure_throughput(const struct run *run, void *side)
{
	struct shared *shared = run->shared;
	int64_t until_ns, late_ns, own_ns, other_ns;
	uint64_t n = 0;
	double cpu;

	for (uint64_t i = 1; i <= WARM_UP; i++)
		exchange(run, side, i);
	exchange(run, side, MARK);
	atomic_store(&shared->phase, TAKES_ALL);
	other_ns = shared->cpu_ns;
	own_ns = cpu_ns();
	until_ns = bench_now() + run->budget_ns;
	late_ns = until_ns + 4 * run->budget_ns;
	do {
		for (int i = 0; i < WINDOW; i++)
			run->peer->send(side, ++n);
	} while (bench_now() < until_ns || (n <= MIN_WINDOWS * WINDOW && bench_now() < late_ns));
	run->peer->send(side, ++n);
	exchange(run, side, MARK);
	cpu = (double)(cpu_ns() - own_ns);
	if (!run->peer->in_threads)
		cpu += (double)(shared->cpu_ns - other_ns);
	if (shared->n_taken != n)
		bench_fail("messages were lost", 0);
	cpu /= (double)n;
	print(run, "gap", shared->samples, shared->n_samples);
	print(run, "cpu", &cpu, 1);
}

/* Sending and receiving in one thread: what the calls themselves cost. */
static void measure_hop(struct run *run)
{
	enum { HOPS = 1000 };
	static double batches[MAX_SAMPLES];
	int64_t until_ns;
	size_t n = 0;
	void *side[2];

	run->bench.together = true;
	if (run->peer->prepare)
		run->peer->prepare(&run->bench);
	for (int i = 0; i < 2; i++)
		side[i] = run->peer->open(&run->bench, i);
	until_ns = bench_now() + run->budget_ns;
	while (bench_now() < until_ns && n < MAX_SAMPLES) {
		int64_t start_ns = cpu_ns();

		for (uint64_t i = 1; i <= HOPS; i++) {
			run->peer->send(side[0], i);
			if (run->peer->receive(side[1]) != i)
				bench_fail("another message came", 0);
		}
		batches[n++] = (double)(cpu_ns() - start_ns) / HOPS;
	}
	/* The first tenth warms up. */
	print(run, "hop", batches + n / 10, n - n / 10);
	for (int i = 0; i < 2 && run->peer->close; i++)
		run->peer->close(side[i]);
}

static void measure(struct run *run, const char *what, void *side)
{
	if (!strcmp(what, "latency")) {
		measure_ping_pong(run, side);
		measure_one_way(run, side);
	} else {
		measure_throughput(run, side);
	}
	run->peer->send(side, STOP);
}

static void parse(struct run *run, int argc, char **argv)
{
	if (argc != 7)
		bench_fail("usage: PEER poll|sleep CPU CPU SIZE MILLISECONDS "
		           "latency|throughput|hop",
		           0);
	run->bench.polls = !strcmp(argv[1], "poll");
	run->cpu[0] = atoi(argv[2]);
	run->cpu[1] = atoi(argv[3]);
	run->mode = run->bench.polls ? "poll" : run->cpu[0] == run->cpu[1] ? "same" : "across";
	run->bench.size = (size_t)atoll(argv[4]);
	run->budget_ns = atoll(argv[5]) * 1000000;
}

static pid_t start_process(struct run *run)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		bench_fail("fork", errno);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	alarm((unsigned)(run->budget_ns / 1000000000) + GRACE_S);
	be_side_1(run);
	_exit(0);
}

int bench_main(const struct peer *peer, int argc, char **argv)
{
	struct run run = {.peer = peer};
	pthread_t thread;
	void *side;

	parse(&run, argc, argv);
	signal(SIGALRM, give_up);
	signal(SIGPIPE, SIG_IGN);
	alarm((unsigned)(run.budget_ns / 1000000000) + GRACE_S);
	if (!strcmp(argv[6], "hop")) {
		pin(run.cpu[0]);
		measure_hop(&run);
		return 0;
	}
	run.shared = mmap(NULL, sizeof(*run.shared), PROT_READ | PROT_WRITE,
	                  MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (run.shared == MAP_FAILED)
		bench_fail("mmap", errno);
	if (peer->prepare)
		peer->prepare(&run.bench);
	if (peer->in_threads)
		bench_check(pthread_create(&thread, NULL, be_side_1, &run) == 0, "pthread_create");
	else
		child = start_process(&run);
	pin(run.cpu[0]);
	side = peer->open(&run.bench, 0);
	measure(&run, argv[6], side);
	fflush(stdout);
	if (peer->in_threads) {
		pthread_join(thread, NULL);
	} else {
		int status = 0;

		waitpid((pid_t)child, &status, 0);
		child = 0;
		if (status)
			bench_fail("the other side has failed", 0);
	}
	if (peer->close)
		peer->close(side);
	return 0;
}
