/* Who is rung when, and who sleeps: a process runs in this one, without ever sleeping, as system
 * calls end here. What other processes store comes exactly between two of its operations. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process/process.h"
#include "runtime_nodes.h"
#include "runtime_trap.h"

enum { A, MIDDLE, SINK, N_NODES };
enum { ROOM = 8, SLOT_SIZE = 128 };

/* ---- Futexes ---- */

static uint32_t n_slept;
static void (*at_sleep)(void);                        /* called when the process would sleep */
static void (*at_ring)(const _Atomic uint32_t *bell); /* called after a ring */

/* In place of the C library's, for the runtime too: this kernel has futexes, and no landlock. */
long syscall(long number, ...)
{
	const _Atomic uint32_t *bell;
	uint32_t value;
	va_list arguments;
	int operation;

	if (number != SYS_futex) {
		errno = ENOSYS;
		return -1;
	}
	va_start(arguments, number);
	bell = va_arg(arguments, const _Atomic uint32_t *);
	operation = va_arg(arguments, int);
	value = va_arg(arguments, uint32_t);
	va_end(arguments);
	if (operation == FUTEX_WAIT && atomic_load(bell) == value) {
		n_slept++;
		if (at_sleep)
			at_sleep();
	} else if (operation == FUTEX_WAKE && at_ring) {
		at_ring(bell);
	}
	return 0;
}

/* ---- The program: a -> middle -> sink, each a process ---- */

/* Of a, a letter per frame: 'x' a value, '.' absent, 'E' the last, '!' the last and absent. */
static const char *script;
static uint32_t n_fired;

static int a_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	uint64_t number = pkd_number(ctx);

	(void)self, (void)in, (void)out;
	if (number > strlen(script))
		return pkd_later(ctx, INT64_MAX - 1);
	if (strchr(".!", script[number - 1]))
		pkd_absent(ctx, 0);
	return strchr("E!", script[number - 1]) ? PKD_END : PKD_OK;
}

static int middle_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in, (void)out, (void)ctx;
	n_fired++;
	return PKD_OK;
}

static const struct pkd_methods a_methods = METHODS(1, any_init, a_step, any_finish);
static const struct pkd_methods middle_methods = METHODS(1, any_init, middle_step, any_finish);
static const struct pkd_output outputs[] = {{.name = "out", .stream = 0},
                                            {.name = "out", .stream = 1}};
static const struct pkd_reader readers[] = {{MIDDLE, 0}, {SINK, 0}};
static const struct pkd_input inputs[] = {
	{.name = "in", .at = "", .stream = 0, .policy = PKD_QUEUE, .window = ROOM},
	{.name = "in", .at = "", .stream = 1, .policy = PKD_QUEUE, .window = 1},
};

#define STREAM(name, node, size)                                                              \
	{                                                                                     \
		name, "u64", node, 0, 8, SLOT_SIZE, size, (size) + 1, NULL, &readers[node], 1 \
	}
static const struct pkd_stream streams[] = {
	STREAM("a.out", A, ROOM),
	STREAM("middle.out", MIDDLE, 1),
};
static const struct pkd_node nodes[N_NODES] = {
	{.name = "a",
         .kind = "a",
         .at = "",
         .methods = &a_methods,
         .outputs = &outputs[0],
         .n_outputs = 1,
         .origin = PKD_PACED},
	{.name = "middle",
         .kind = "middle",
         .at = "",
         .methods = &middle_methods,
         .inputs = &inputs[0],
         .n_inputs = 1,
         .n_ports = 1,
         .outputs = &outputs[1],
         .n_outputs = 1},
	{.name = "sink",
         .kind = "sink",
         .at = "",
         .methods = &middle_methods,
         .inputs = &inputs[1],
         .n_inputs = 1,
         .n_ports = 1},
};
static const uint32_t lists[] = {A, MIDDLE, SINK};
static const struct pkd_process processes[] = {
	{.name = "a", .nodes = &lists[A], .n_nodes = 1, .cpu = -1, .cpu_last = -1},
	{.name = "middle", .nodes = &lists[MIDDLE], .n_nodes = 1, .cpu = -1, .cpu_last = -1},
	{.name = "sink", .nodes = &lists[SINK], .n_nodes = 1, .cpu = -1, .cpu_last = -1},
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
	.n_processes = N_NODES,
	.memory = 2 * 4096,
};

static int begin(void **state)
{
	(void)state;
	n_slept = n_fired = 0;
	at_sleep = NULL;
	at_ring = NULL;
	script = "";
	assert_int_equal(pkdi_run_init(&run, &program, &(struct pkdi_options){0}), 0);
	run.n_cpus = 1; /* who has nothing to do sleeps at once */
	/* Not attached: this process plays all of them. */
	for (uint32_t i = 0; i < program.n_streams; i++)
		assert_int_equal(pkdi_map_view(&run.streams[i].map, run.streams[i].view), 0);
	assert_int_equal(pkdi_map_view(&run.control_map, run.control_view), 0);
	for (uint32_t i = 0; i < N_NODES; i++) {
		pkdi_node_recover(&run.nodes[i]);
		if (i != MIDDLE)
			assert_int_equal(pkdi_node_start(&run.nodes[i]), 0);
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	trap_was_touched(0);
	trap_was_touched(1);
	pkdi_run_finish(&run);
	return 0;
}

/* Lets a go on to the end of `text`, which begins with what it was before. */
static void play(const char *text)
{
	struct pkdi_node *a = &run.nodes[A];

	script = text;
	a->ctx.due_ns = 0;
	while (pkdi_node_poll(a, true) == PKDI_POLL_READY && pkdi_node_fire(a) > 0)
		;
}

static uint32_t rings(uint32_t process)
{
	return atomic_load(&run.bells[process].count);
}

static void set_asleep(uint32_t process, uint32_t epoch)
{
	atomic_store(&run.processes[process].words->sleep, epoch);
}

/* ---- Ringing ---- */

static void a_sleeper_is_rung_once_for_each_sleep(void **state)
{
	_Atomic uint32_t sleep = 0, bell = 0;
	struct pkdi_neighbour neighbour = {.sleep = &sleep, .bell = {&bell, -1}};
	const uint32_t wanted[] = {0, 1, 1, 2, 2, 3};

	(void)state;
	for (uint32_t epoch = 0; epoch < 6; epoch++) {
		sleep = epoch;
		for (uint32_t i = 0; i < 3; i++)
			pkdi_wake(&neighbour);
		assert_int_equal(bell, wanted[epoch]);
	}
}

static void a_firing_rings_its_readers(void **state)
{
	(void)state;
	play("x");
	assert_int_equal(rings(MIDDLE), 0);
	set_asleep(MIDDLE, 1);
	play("xxx");
	assert_int_equal(rings(MIDDLE), 1);
	/* What is absent matters to a join as much. */
	set_asleep(MIDDLE, 3);
	play("xxx.");
	assert_int_equal(rings(MIDDLE), 2);
	/* It does not read the sink. */
	set_asleep(SINK, 1);
	play("xxx.x");
	assert_int_equal(rings(SINK), 0);
}

static uint32_t rings_at_sleep;

/* The first sleep is the end. */
static void note_rings_and_stop(void)
{
	rings_at_sleep = rings(A);
	atomic_store(&run.program_words->phase, PKDI_PHASE_STOP);
}

static void a_writer_is_rung_before_its_reader_sleeps(void **state)
{
	(void)state;
	play("xxxxxxxxx");
	set_asleep(A, 1);
	at_sleep = note_rings_and_stop;
	assert_int_equal(pkdi_process_run(&run, MIDDLE), 0);
	/* It has fired once and has no room for more; most of its window is still full. */
	assert_int_equal(n_fired, 1);
	assert_int_equal(n_slept, 1);
	/* Once when it had started, as everyone is, and once before it slept. */
	assert_int_equal(rings_at_sleep, 2);
}

/* ---- Between two operations of a process that is about to sleep ---- */

static void publish(void)
{
	play("x");
}

static void watch_its_bell_again(void)
{
	trap_set(0, run.bells_map.address, PROT_NONE, publish);
}

static void watch_its_announcement(void)
{
	trap_set(1, run.processes[MIDDLE].control.address, PROT_READ, watch_its_bell_again);
}

static void (*at_its_bell)(void);

/* It has started: the next time that it touches its bell, it is about to sleep. */
static void watch_its_bell(const _Atomic uint32_t *bell)
{
	if (bell != &run.bells[N_NODES - 1].count)
		return;
	at_ring = NULL;
	trap_set(0, run.bells_map.address, PROT_NONE, at_its_bell);
}

/* Has that happen when it is about to sleep, and that when it does, or would. */
static void run_into_sleep(void (*before)(void), void (*then)(void))
{
	at_ring = watch_its_bell;
	at_its_bell = before;
	at_sleep = then;
	assert_int_equal(pkdi_process_run(&run, MIDDLE), 0);
}

static void what_was_stored_before_the_announcement_is_seen(void **state)
{
	(void)state;
	run_into_sleep(publish, note_rings_and_stop);
	/* It has not slept before, though nobody has seen it asleep and rung. */
	assert_int_equal(n_fired, 1);
	assert_int_equal(rings(MIDDLE), 1);
}

static void a_ring_after_the_announcement_ends_the_sleep(void **state)
{
	(void)state;
	/* The next look at the bell is the kernel's, before it puts the process to sleep. */
	run_into_sleep(watch_its_announcement, note_rings_and_stop);
	assert_int_equal(n_fired, 1);
	assert_int_equal(rings(MIDDLE), 2);
}

/* ---- Watermarks, of which a round that finds no value does not always take notice ---- */

static void settle(void)
{
	play(".");
}

static uint64_t settled_at_sleep;

static void note_watermark_and_stop(void)
{
	settled_at_sleep = pkdi_read(&run.streams[1].words->settled);
	atomic_store(&run.program_words->phase, PKDI_PHASE_STOP);
}

static void all_watermarks_are_looked_at_before_a_sleep(void **state)
{
	(void)state;
	run_into_sleep(settle, note_watermark_and_stop);
	/* Nobody has seen it asleep and rung, and it has told its own reader. */
	assert_int_equal(n_slept, 1);
	assert_int_equal(settled_at_sleep, 1);
}

static void a_process_that_spins_looks_at_watermarks_now_and_then(void **state)
{
	(void)state;
	run.spin_ns = 200000000;
	run.n_cpus = 2;
	/* In none of its next rounds, so that the first one does not find it. */
	run.processes[MIDDLE].n_rounds = 1;
	at_sleep = note_watermark_and_stop;
	play("!");
	assert_int_equal(pkdi_process_run(&run, MIDDLE), 0);
	assert_int_equal(pkdi_read(&run.streams[1].words->settled), PKDI_ENDED);
	/* It has not even been about to sleep, before it ended. */
	assert_int_equal(run.processes[MIDDLE].words->sleep, 1);
}

static void who_would_take_a_cpu_from_others_sleeps(void **state)
{
	(void)state;
	run.n_cpus = run.n_processes - 1; /* all are awake */
	run.processes[MIDDLE].n_rounds = 1;
	at_sleep = note_watermark_and_stop;
	play("!");
	assert_int_equal(pkdi_process_run(&run, MIDDLE), 0);
	/* It was about to, and then at its end. */
	assert_int_equal(run.processes[MIDDLE].words->sleep, 3);
}

static void who_takes_a_cpu_from_nobody_looks(void **state)
{
	(void)state;
	run.n_cpus = run.n_processes;
	run.processes[MIDDLE].n_rounds = 1;
	at_sleep = note_watermark_and_stop;
	play("!");
	assert_int_equal(pkdi_process_run(&run, MIDDLE), 0);
	assert_int_equal(run.processes[MIDDLE].words->sleep, 1);
}

/* ---- When it is due ---- */

/* Otherwise its process would not sleep: what it waited for is over. */
static void one_that_is_held_is_not_due(void **state)
{
	static const enum pkdi_held held[] = {PKDI_HELD_PAUSED, PKDI_HELD_RESTS};
	struct pkdi_node *a = &run.nodes[A];

	(void)state;
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		a->ctx.due_ns = a->due_ns = pkd_now() - 1;
		atomic_store(&run.held[A], held[i]);
		assert_int_equal(pkdi_node_poll(a, true), PKDI_POLL_IDLE);
		assert_int_equal(a->due_ns, INT64_MAX);
		atomic_store(&run.held[A], PKDI_HELD_NOT);
		assert_int_equal(pkdi_node_poll(a, true), PKDI_POLL_READY);
		a->chosen = false;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sleeper_is_rung_once_for_each_sleep),
		TEST(a_firing_rings_its_readers),
		TEST(a_writer_is_rung_before_its_reader_sleeps),
		TEST(what_was_stored_before_the_announcement_is_seen),
		TEST(a_ring_after_the_announcement_ends_the_sleep),
		TEST(all_watermarks_are_looked_at_before_a_sleep),
		TEST(a_process_that_spins_looks_at_watermarks_now_and_then),
		TEST(who_would_take_a_cpu_from_others_sleeps),
		TEST(who_takes_a_cpu_from_nobody_looks),
		TEST(one_that_is_held_is_not_due),
	};

	return cmocka_run_group_tests_name("runtime_wake", tests, NULL, NULL);
}
