/* Runs a program again and again, each time with another of its system calls failing.
 *
 *   sweep [-v] [-p PROCESS] [-c CALL] [-r ROWS] LAST COMMAND...
 *
 * A first run without a fault counts the calls of each process. Then each of the first LAST of them
 * fails in turn, and the last; and once all, unless it is an interruption. Every run must end in
 * time and leave no process; it either writes the same rows as the first one, or ends with another
 * status and a line that says why. -v prints what became of each; -p and -c try one process or one
 * call only; -r is for a program that is stopped: it must have written that many rows, and no wrong
 * ones. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wrap.h"

/* A machine that is busy is given a second chance. */
enum { LIMIT_MS = 20000, LONG_LIMIT_MS = 60000, LEFT_MS = 10000, TEXT_SIZE = 1 << 16 };

static const struct {
	const char *name;
	int error;
} calls[N_CALLS] = {
#define CALL(name, failed, error) {#name, error},
#define NO_FAULT(name, reason)
#include "calls.def"
};

static struct fault *table;
static int expected_rows;    /* of the run without a fault */
static int expected_status;  /* likewise, a wait status */
static int wanted_rows;      /* -r */
static char said[TEXT_SIZE]; /* on stderr, by the last run */
static char **command;
static bool verbose;
static uint32_t n_runs, n_harmless, n_told, n_missed, n_wrong;

/* ---- One run ---- */

static void read_text(const char *path, char text[TEXT_SIZE])
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, TEXT_SIZE - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static _Noreturn void start(void)
{
	int fd = open("said", O_CREAT | O_TRUNC | O_WRONLY, 0600);

	setpgid(0, 0);
	/* Nothing of ours may be taken for a descriptor that was left open. */
	dup2(fd, 1);
	dup2(fd, 2);
	close_range(3, ~0U, 0);
	/* libpkd then opens /dev/null in its place. */
	close(0);
	execv(command[0], command);
	_exit(127);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for `child`, or with -1 for any process that is left; false when that takes too long. */
static bool wait_for(pid_t child, int limit_ms, int *ret_status)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	int64_t end_ms = now_ms() + limit_ms;

	for (;;) {
		pid_t pid = waitpid(child, ret_status, WNOHANG);

		if (pid == child || (pid < 0 && errno == ECHILD))
			return true;
		if (pid == 0 && now_ms() > end_ms)
			return false;
		if (pid == 0)
			nanosleep(&moment, NULL);
	}
}

static const char does_not_end[] = "it does not end";

/* Runs the command; returns its wait status, or says in *ret_wrong what no program may do. */
static int run(int limit_ms, const char **ret_wrong)
{
	int status = 0, ignored;
	pid_t child;

	*ret_wrong = NULL;
	table->n_failed = 0;
	memset(table->counts, 0, sizeof(table->counts));
	remove("died");
	unlink("rows");
	child = fork();
	if (child == 0)
		start();
	if (child < 0 || !wait_for(child, limit_ms, &status)) {
		*ret_wrong = does_not_end;
		kill(-child, SIGKILL);
		wait_for(child, LEFT_MS, &ignored);
	}
	/* What it leaves becomes our child. */
	if (!wait_for(-1, LEFT_MS, &ignored)) {
		if (!*ret_wrong)
			*ret_wrong = "it leaves a process";
		kill(-child, SIGKILL);
		wait_for(-1, LEFT_MS, &ignored);
	}
	read_text("said", said);
	return status;
}

/* ---- What it must have done ---- */

/* A line of the program says which error it was, or that memory ran out. */
static bool is_told(int error)
{
	for (char *line = said, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (strncmp(line, "fault: ", 7) == 0 &&
		    (strstr(line, strerror(error)) || strstr(line, "not enough memory") ||
		     strstr(line, "cannot allocate")))
			return true;
	}
	return false;
}

/* How many rows there are; -1 when they are not 1, 2, 3 ... */
static int count_rows(void)
{
	char text[TEXT_SIZE];
	int n = 0;

	read_text("rows", text);
	for (char *rest = text, *row; (row = strsep(&rest, "\n")) && *row; n++)
		if (atoi(row) != n + 1)
			return -1;
	return n;
}

static bool has_rows(void)
{
	return wanted_rows ? count_rows() >= wanted_rows : count_rows() == expected_rows;
}

static void try_fault(uint32_t process, uint32_t call, uint32_t from, uint32_t to)
{
	const char *wrong;
	char first[200];
	int status;

	table->process = process;
	table->call = call;
	table->from = from;
	table->to = to;
	status = run(LIMIT_MS, &wrong);
	if (wrong == does_not_end)
		status = run(LONG_LIMIT_MS, &wrong);
	n_runs++;
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(said, "\n"), said);
	if (!wrong && WIFSIGNALED(status))
		wrong = "the supervisor dies of a signal";
	else if (!wrong && status == expected_status && !has_rows())
		wrong = "it ends as without the fault, with other rows";
	else if (!wrong && status != expected_status && !is_told(calls[call].error))
		wrong = "it fails and does not say why";
	if (wrong)
		n_wrong++;
	else if (!table->n_failed)
		n_missed++;
	else if (status == expected_status)
		n_harmless++;
	else
		n_told++;
	if (wrong || verbose)
		printf("process %u, %s %u to %u: %s (status %d): %s\n", process, calls[call].name,
		       from, to == UINT32_MAX ? 0 : to, wrong ? wrong : "ok",
		       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), first);
}

/* All faults of one call in one process. */
static void try_call(uint32_t process, uint32_t call, uint32_t n, uint32_t last)
{
	for (uint32_t i = 1; i <= n && i <= last; i++)
		try_fault(process, call, i, i);
	if (n > last)
		try_fault(process, call, n, n);
	if (n > 1 && calls[call].error != EINTR)
		try_fault(process, call, 1, UINT32_MAX);
}

static bool set_up(void)
{
	int fd = open("fault", O_CREAT | O_TRUNC | O_RDWR, 0600);

	if (fd < 0 || ftruncate(fd, sizeof(*table)) < 0)
		return false;
	table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	setvbuf(stdout, NULL, _IOLBF, 0);
	return table != MAP_FAILED && setenv("FAULT", "fault", 1) == 0 &&
	       setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) == 0 &&
	       prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
}

int main(int argc, char **argv)
{
	uint32_t counts[MAX_PROCESSES][N_CALLS];
	uint32_t first = 0, end = MAX_PROCESSES, last;
	const char *wrong, *only = NULL;
	int option, status;

	while ((option = getopt(argc, argv, "+vp:c:r:")) != -1) {
		if (option == 'v')
			verbose = true;
		else if (option == 'p')
			end = 1 + (first = (uint32_t)atoi(optarg));
		else if (option == 'c')
			only = optarg;
		else if (option == 'r')
			wanted_rows = atoi(optarg);
		else
			return 2;
	}
	if (argc - optind < 2 || !set_up())
		return 2;
	last = (uint32_t)atoi(argv[optind]);
	command = argv + optind + 1;
	status = run(LONG_LIMIT_MS, &wrong);
	expected_status = status;
	expected_rows = count_rows();
	/* A program that has to be killed has another status than 0; it is one that is stopped. */
	if (wrong || (status != 0 && !wanted_rows) || expected_rows <= 0 || !has_rows()) {
		printf("without a fault: %s (status %d)\n%s", wrong ? wrong : "it fails", status,
		       said);
		return 1;
	}
	memcpy(counts, table->counts, sizeof(counts));
	for (uint32_t call = 0; call < N_CALLS; call++) {
		uint32_t n = 0;

		if (only && strcmp(only, calls[call].name) != 0)
			continue;
		for (uint32_t process = first; process < end && process < MAX_PROCESSES;
		     process++) {
			try_call(process, call, counts[process][call], last);
			n += counts[process][call];
		}
		if (!n)
			printf("%s is never called\n", calls[call].name);
	}
	printf("%u runs: %u as without the fault, %u failed and said why, %u without the call, "
	       "%u wrong\n",
	       n_runs, n_harmless, n_told, n_missed, n_wrong);
	return n_wrong ? 1 : 0;
}
