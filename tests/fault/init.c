/* Setting up a program, and its supervisor, with one system call failing after the other: either
 * says so in one line, and nothing is left in the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "supervisor/supervise.h"
#include "wrap.h"

/* ---- The program: a origin and a sink, each with persistent state ---- */

static const struct pkd_methods methods = {.abi = PKD_ABI, .self_size = 8};
static const struct pkd_input inputs[] = {
	{.name = "in", .at = "init.pkd:2:1", .policy = PKD_QUEUE, .window = 2},
};
static const struct pkd_output outputs[] = {{.name = "out", .stream = 0}};
static const struct pkd_reader readers[] = {{1, 0}};
static const struct pkd_stream streams[] = {
	{"a.out", "u64", 0, 0, 8, 128, 2, 3, NULL, readers, 1},
};
static const struct pkd_node nodes[] = {
	{.name = "a",
         .kind = "a",
         .at = "init.pkd:1:1",
         .methods = &methods,
         .outputs = outputs,
         .n_outputs = 1,
         .state_size = 16,
         .origin = PKD_PACED},
	{.name = "b",
         .kind = "b",
         .at = "init.pkd:2:1",
         .methods = &methods,
         .inputs = inputs,
         .n_inputs = 1,
         .n_ports = 1,
         .state_size = 16},
};
static const uint32_t indices[] = {0, 1};
static const struct pkd_process processes[] = {
	{.name = "a",
         .nodes = &indices[0],
         .n_nodes = 1,
         .n_restarts = 3,
         .cpu = -1,
         .cpu_last = -1},
	{.name = "b", .nodes = &indices[1], .n_nodes = 1, .cpu = -1, .cpu_last = -1},
};
static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "init",
	.doc = "",
	.source = "init.pkd",
	.streams = streams,
	.n_streams = 1,
	.nodes = nodes,
	.n_nodes = 2,
	.processes = processes,
	.n_processes = 2,
	.memory = 4096,
};

/* ---- What a process has ---- */

enum { MAX_FDS = 64, MAX_FAULTS = 200 };

struct things {
	struct {
		dev_t device;
		ino_t inode;
	} fds[MAX_FDS];
	int n_maps;
};

static void look(struct things *ret_things)
{
	FILE *maps = fopen("/proc/self/maps", "re");

	memset(ret_things, 0, sizeof(*ret_things));
	assert_non_null(maps);
	for (int c; (c = getc(maps)) != EOF;)
		ret_things->n_maps += c == '\n';
	fclose(maps);
	for (int fd = 0; fd < MAX_FDS; fd++) {
		struct stat file;

		if (fstat(fd, &file) < 0)
			continue;
		ret_things->fds[fd].device = file.st_dev;
		ret_things->fds[fd].inode = file.st_ino;
	}
}

/* ---- The faults ---- */

static struct fault plan;

/* Sets all up and takes it down again; returns what the setting up has returned. */
static int set_up(bool single_process)
{
	static const struct pkdi_title title;
	struct pkdi_supervisor supervisor;
	struct pkdi_run run;
	int r = pkdi_run_init(&run, &program,
	                      &(struct pkdi_options){.single_process = single_process});

	if (r < 0)
		return r;
	r = pkdi_supervisor_init(&supervisor, &run, &title, &(struct pkdi_options){0});
	/* Taking down is not the subject. */
	plan.from = 0;
	if (r == 0)
		pkdi_supervisor_finish(&supervisor);
	pkdi_run_finish(&run);
	return r;
}

/* The same with call number `n` failing; stderr goes to `said`. False without such a call. */
static bool set_up_with(uint32_t call, uint32_t n, bool single_process, FILE *said, int *ret_r)
{
	int kept = dup(STDERR_FILENO);

	rewind(said);
	assert_int_equal(ftruncate(fileno(said), 0), 0);
	assert_int_equal(dup2(fileno(said), STDERR_FILENO), STDERR_FILENO);
	plan = (struct fault){.call = call, .from = n, .to = n};
	fault = &plan;
	*ret_r = set_up(single_process);
	fault = NULL;
	dup2(kept, STDERR_FILENO);
	close(kept);
	return plan.n_failed > 0;
}

static int count_lines(FILE *said)
{
	int n = 0;

	rewind(said);
	for (int c; (c = getc(said)) != EOF;)
		n += c == '\n';
	return n;
}

static void try_all(bool single_process)
{
	FILE *said = tmpfile();
	struct things before, after;
	uint32_t n_failures = 0;
	int r;

	assert_non_null(said);
	/* What the C library makes once is made now. */
	set_up_with(N_CALLS, 1, single_process, said, &r);
	assert_int_equal(r, 0);
	look(&before);
	for (uint32_t call = 0; call < N_CALLS; call++) {
		/* A map that cannot be given up stays; how often it is tried is not asked here. */
		if (call == CALL_munmap)
			continue;
		for (uint32_t n = 1; n < MAX_FAULTS; n++) {
			if (!set_up_with(call, n, single_process, said, &r))
				break;
			if (r < 0 && count_lines(said) != 1)
				fail_msg("call %u, %u: %d lines", call, n, count_lines(said));
			look(&after);
			if (memcmp(before.fds, after.fds, sizeof(before.fds)) != 0)
				fail_msg("call %u, %u: other descriptors are open", call, n);
			if (after.n_maps != before.n_maps)
				fail_msg("call %u, %u: %d maps instead of %d", call, n,
				         after.n_maps, before.n_maps);
			n_failures += r < 0;
		}
	}
	assert_true(n_failures >= 40);
	fclose(said);
}

static void a_failure_leaves_nothing(void **state)
{
	(void)state;
	try_all(false);
}

static void a_failure_of_a_single_process_leaves_nothing(void **state)
{
	(void)state;
	try_all(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_leaves_nothing),
		cmocka_unit_test(a_failure_of_a_single_process_leaves_nothing),
	};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return 0; /* which have maps of their own */
#endif
	return cmocka_run_group_tests_name("fault_init", tests, NULL, NULL);
}
