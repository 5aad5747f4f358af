/* The ring of a trace: whole events, whoever dies, and the newest of them. */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "node/trace.h"

static struct pkdi_trace_ring *ring;
static struct pkdi_trace trace;

static int setup(void **state)
{
	(void)state;
	ring = mmap(NULL, PKDI_TRACE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	            0);
	assert_ptr_not_equal(ring, MAP_FAILED);
	trace = (struct pkdi_trace){.ring = ring};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return munmap(ring, PKDI_TRACE_SIZE);
}

/* Number n, of which every word tells which it is. */
static void write_event(uint64_t n)
{
	pkdi_trace_write(&trace,
	                 &(struct pkdi_trace_event){.start_ns = (int64_t)n,
	                                            .duration_ns = (int64_t)(n * 3),
	                                            .frame = n * 5,
	                                            .kind = PKDI_TRACE_FIRING,
	                                            .links = {n * 7, n * 9, n * 11, n * 13}});
}

static void check_event(const struct pkdi_trace_event *event, uint64_t n)
{
	assert_int_equal(event->start_ns, n);
	assert_int_equal(event->duration_ns, n * 3);
	assert_int_equal(event->frame, n * 5);
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(event->links[i], n * (7 + 2 * i));
}

static void nothing_is_there_without_a_session(void **state)
{
	struct pkdi_trace_copy copy;

	(void)state;
	assert_false(pkdi_trace_look(&trace, 0));
	assert_false(trace.on);
	assert_int_equal(pkdi_trace_copy(ring, 1, &copy), 0);
	assert_int_equal(copy.n, 0);
	assert_null(copy.events);
}

static void a_session_has_what_was_written_in_it(void **state)
{
	struct pkdi_trace_copy copy;

	(void)state;
	assert_true(pkdi_trace_look(&trace, 1));
	assert_true(trace.on);
	write_event(1);
	assert_false(pkdi_trace_look(&trace, 2));
	assert_false(trace.on);
	assert_true(pkdi_trace_look(&trace, 3));
	assert_false(pkdi_trace_look(&trace, 3));
	write_event(2);
	write_event(3);
	assert_int_equal(pkdi_trace_copy(ring, 1, &copy), 0);
	assert_int_equal(copy.n, 0);
	assert_int_equal(pkdi_trace_copy(ring, 3, &copy), 0);
	assert_int_equal(copy.n, 2);
	assert_int_equal(copy.n_overwritten, 0);
	check_event(&copy.events[0], 2);
	check_event(&copy.events[1], 3);
	free(copy.events);
}

/* One less than the ring has: who writes it may be in the middle of the next. */
static void the_oldest_are_overwritten_and_counted(void **state)
{
	struct pkdi_trace_copy copy;
	uint64_t n = PKDI_TRACE_EVENTS + 1000;

	(void)state;
	pkdi_trace_look(&trace, 1);
	for (uint64_t i = 1; i <= n; i++)
		write_event(i);
	assert_int_equal(pkdi_trace_copy(ring, 1, &copy), 0);
	assert_int_equal(copy.n, PKDI_TRACE_EVENTS - 1);
	assert_int_equal(copy.n_overwritten, 1001);
	for (uint32_t i = 0; i < copy.n; i++)
		check_event(&copy.events[i], 1002 + i);
	free(copy.events);
}

static _Noreturn void write_for_ever(void)
{
	pkdi_trace_look(&trace, 1);
	for (uint64_t n = atomic_load(&ring->n) + 1;; n++)
		write_event(n);
}

static void check_copy(void)
{
	struct pkdi_trace_copy copy;

	assert_int_equal(pkdi_trace_copy(ring, 1, &copy), 0);
	for (uint32_t i = 0; i < copy.n; i++)
		check_event(&copy.events[i], copy.n_overwritten + 1 + i);
	free(copy.events);
}

static void every_event_is_whole_when_its_writer_dies_and_goes_on(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		uint64_t before = atomic_load(&ring->n);
		pid_t pid = fork();

		if (pid == 0)
			write_for_ever();
		assert_true(pid > 0);
		while (atomic_load(&ring->n) < before + 100)
			sched_yield();
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		check_copy();
	}
}

static void every_event_is_whole_while_others_are_written(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		write_for_ever();
	assert_true(pid > 0);
	while (atomic_load(&ring->n) < 4 * PKDI_TRACE_EVENTS)
		check_copy();
	for (int i = 0; i < 100; i++)
		check_copy();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Whatever a process has put there. */
static void damaged_words_are_no_danger(void **state)
{
	static const uint64_t numbers[] = {0, 1, PKDI_TRACE_EVENTS, UINT64_MAX, UINT64_MAX - 1};
	struct pkdi_trace_copy copy;

	(void)state;
	atomic_store(&ring->session, 1);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
			atomic_store(&ring->n, numbers[i]);
			atomic_store(&ring->began, numbers[k]);
			assert_int_equal(pkdi_trace_copy(ring, 1, &copy), 0);
			assert_true(copy.n <= PKDI_TRACE_EVENTS);
			free(copy.events);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_there_without_a_session, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_session_has_what_was_written_in_it, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(the_oldest_are_overwritten_and_counted, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(
			every_event_is_whole_when_its_writer_dies_and_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(every_event_is_whole_while_others_are_written,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(damaged_words_are_no_danger, setup, teardown),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
