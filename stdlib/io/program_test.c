/* The words of a command, and programs with their keeper: what they print, how they end, and what
 * stays. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "program.h"

#include <pkd/command_words.h>

static struct pkd_ctx ctx;

/* ---- Words ---- */

static void has_words(const char *text, const char *const *words)
{
	char word[32];

	for (; *words; words++) {
		assert_int_equal(pkd_command_word(&text, word, sizeof(word)), 1);
		assert_string_equal(word, *words);
	}
	assert_int_equal(pkd_command_word(&text, word, sizeof(word)), 0);
}

static void words_are_separated_by_spaces_and_quoted(void **state)
{
	char word[4];
	const char *text;

	(void)state;
	has_words("", (const char *[]){NULL});
	has_words("  a  b\tc\n", (const char *[]){"a", "b", "c", NULL});
	has_words("'a b'c \"d e\"", (const char *[]){"a bc", "d e", NULL});
	has_words("'' \"\" x", (const char *[]){"", "", "x", NULL});
	has_words("'a\\b' \"c\\\"d\" e\\ f", (const char *[]){"a\\b", "c\"d", "e f", NULL});
	has_words("$HOME * ; | `x`", (const char *[]){"$HOME", "*", ";", "|", "`x`", NULL});
	has_words("\"it's\" 'say \"x\"'", (const char *[]){"it's", "say \"x\"", NULL});
	text = "'a";
	assert_int_equal(pkd_command_word(&text, word, sizeof(word)), -EINVAL);
	text = "a\\";
	assert_int_equal(pkd_command_word(&text, word, sizeof(word)), -EINVAL);
	text = "abcd";
	assert_int_equal(pkd_command_word(&text, word, sizeof(word)), -ENAMETOOLONG);
	text = "abc";
	assert_int_equal(pkd_command_word(&text, word, sizeof(word)), 1);
}

/* ---- Commands ---- */

static void a_command_that_is_none_is_told(void **state)
{
	static const char *const wrong[][3] = {
		{"", "", "command is empty: write a program and its arguments"},
		{"'a", "", "command: a quote is not closed"},
		{"no-such-program x", "", "command: there is no program 'no-such-program' in PATH"},
		{"/etc/passwd", "", "command: there is no program '/etc/passwd'"},
		{"cat", "A", "environment: a word of it is no NAME=VALUE"},
		{"cat", "'A=1", "environment: a quote is not closed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct io_command command = {0};

		ctx = (struct pkd_ctx){0};
		assert_true(io_command_init(&command, wrong[i][0], false,
		                            (const char *[]){wrong[i][1], ""}, &ctx) < 0);
		assert_string_equal(ctx.error, wrong[i][2]);
	}
}

/* ---- Programs ---- */

struct run {
	struct io_command command;
	struct io_program program;
	char out[4096];
};

static void start(struct run *run, const char *text, bool shell)
{
	memset(run, 0, sizeof(*run));
	ctx = (struct pkd_ctx){0};
	assert_int_equal(io_command_init(&run->command, text, shell,
	                                 (const char *[]){"MODE='a b'", "KEY=k"}, &ctx),
	                 0);
	assert_int_equal(io_program_start(&run->program, &run->command, run->command.words, true),
	                 0);
}

static void wait_for(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&ready, 1, 60000), 1);
}

static void read_all(struct run *run)
{
	size_t used = 0;
	ssize_t n;

	do {
		wait_for(run->program.out);
		n = read(run->program.out, run->out + used, sizeof(run->out) - 1 - used);
		used += n > 0 ? (size_t)n : 0;
	} while (n > 0);
}

static void wait_end(struct run *run)
{
	while (!io_program_look(&run->program))
		wait_for(run->program.news);
}

static void finish(struct run *run)
{
	io_program_finish(&run->program);
	io_command_finish(&run->command);
}

static void a_program_reads_prints_and_ends(void **state)
{
	struct run run;

	(void)state;
	start(&run, "tr a-z A-Z", false);
	assert_int_equal(write(run.program.in, "hello", 5), 5);
	io_program_close_in(&run.program);
	read_all(&run);
	assert_string_equal(run.out, "HELLO");
	wait_end(&run);
	assert_true(io_program_succeeded(&run.program));
	assert_int_equal(io_program_status(&run.program), 0);
	finish(&run);
}

static void how_it_ended_is_told(void **state)
{
	char reason[IO_REASON_SIZE];
	struct run run;

	(void)state;
	start(&run, "exit 3", true);
	wait_end(&run);
	assert_string_equal(io_program_reason(&run.program, reason), "exit status 3");
	assert_int_equal(io_program_status(&run.program), 3);
	finish(&run);
	start(&run, "kill -TERM $$", true);
	wait_end(&run);
	assert_string_equal(io_program_reason(&run.program, reason),
	                    "killed by signal 15 (Terminated)");
	assert_int_equal(io_program_status(&run.program), 143);
	assert_false(io_program_succeeded(&run.program));
	finish(&run);
}

static void what_cannot_be_started_is_told(void **state)
{
	char reason[IO_REASON_SIZE];
	struct run run;

	(void)state;
	fake_run("printf '#!/no/interpreter\\n' >'%s'; chmod +x '%s'", fake_path("script"),
	         fake_path("script"));
	start(&run, fake_path("script"), false);
	wait_end(&run);
	assert_int_equal(run.program.error, ENOENT);
	assert_non_null(strstr(io_program_reason(&run.program, reason), "it cannot be started: "));
	assert_int_equal(io_program_status(&run.program), 127);
	finish(&run);
}

static void it_has_a_clean_environment_and_no_descriptors(void **state)
{
	struct run run;

	(void)state;
	setenv("SECRET", "x", 1);
	setenv("LC_TEST", "y", 1);
	start(&run, "echo $SECRET-$LC_TEST-$MODE-$KEY; ls /proc/self/fd | tr '\\n' ' '; trap",
	      true);
	io_program_close_in(&run.program);
	read_all(&run);
	assert_string_equal(run.out, "-y-a b-k\n0 1 2 3 "); /* 3 is that of ls */
	wait_end(&run);
	finish(&run);
}

/* ---- What stays ---- */

static bool is_there(pid_t pid)
{
	char path[32], state = 'X';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'X';
	fclose(file);
	return state != 'Z' && state != 'X';
}

static void is_gone(pid_t pid)
{
	for (int i = 0; i < 60000 && is_there(pid); i++)
		poll(NULL, 0, 1);
	assert_false(is_there(pid));
}

/* Prints the numbers of two that are not its children any more, one in a session of its own. */
static const char forks[] =
	"(setsid sleep 98765 >/dev/null & echo $!); (sleep 98765 >/dev/null & echo $!); ";

static void read_two(struct run *run, pid_t pids[2])
{
	size_t used = 0;
	int n_lines = 0;

	while (n_lines < 2) {
		wait_for(run->program.out);
		assert_int_equal(read(run->program.out, run->out + used, 1), 1);
		n_lines += run->out[used++] == '\n';
	}
	assert_int_equal(sscanf(run->out, "%d %d", &pids[0], &pids[1]), 2);
}

static void nothing_outlives_it(void **state)
{
	char text[256];
	struct run run;
	pid_t pids[2];

	(void)state;
	snprintf(text, sizeof(text), "%s exit 0", forks);
	start(&run, text, true);
	read_two(&run, pids);
	wait_end(&run);
	assert_int_equal(run.program.n_left, 2);
	is_gone(pids[0]);
	is_gone(pids[1]);
	finish(&run);
}

static void nothing_outlives_the_node(void **state)
{
	char text[256];
	struct run run;
	pid_t pids[2];

	(void)state;
	snprintf(text, sizeof(text), "%s trap '' TERM HUP; sleep 98765", forks);
	start(&run, text, true);
	read_two(&run, pids);
	/* As the node's death does it. */
	close(run.program.orders);
	run.program.orders = -1;
	wait_end(&run);
	is_gone(pids[0]);
	is_gone(pids[1]);
	is_gone(run.program.keeper);
	finish(&run);
}

/* The supervisor inherits them then, as this test does here. */
static void the_program_goes_with_its_keeper(void **state)
{
	struct run run;
	pid_t pid;

	(void)state;
	start(&run, "echo $$; exec sleep 98765", true);
	wait_for(run.program.out);
	assert_true(read(run.program.out, run.out, sizeof(run.out)) > 0);
	pid = (pid_t)atoi(run.out);
	assert_true(is_there(pid));
	kill(run.program.keeper, SIGKILL);
	is_gone(pid);
	wait_end(&run);
	assert_int_equal(io_program_status(&run.program), 128 + SIGKILL);
	finish(&run);
}

static void it_is_told_to_end_then_killed(void **state)
{
	struct run run;

	(void)state;
	start(&run, "sleep 98765", false);
	io_program_terminate(&run.program);
	wait_end(&run);
	assert_int_equal(io_program_status(&run.program), 128 + SIGTERM);
	finish(&run);
	start(&run, "trap '' TERM; echo; sleep 98765", true);
	wait_for(run.program.out);
	io_program_terminate(&run.program);
	io_program_kill(&run.program);
	wait_end(&run);
	assert_int_equal(io_program_status(&run.program), 128 + SIGKILL);
	finish(&run);
}

/* One that is left in order needs no signal. */
static void a_program_may_end_by_itself(void **state)
{
	struct run run;
	int status;

	(void)state;
	start(&run, "cat >/dev/null; exit 0", true);
	io_program_leave(&run.program);
	assert_int_equal(run.program.keeper, 0);
	status = io_program_status(&run.program);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	io_command_finish(&run.command);
}

static int tear_down(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_separated_by_spaces_and_quoted),
		cmocka_unit_test(a_command_that_is_none_is_told),
		cmocka_unit_test(a_program_reads_prints_and_ends),
		cmocka_unit_test(how_it_ended_is_told),
		cmocka_unit_test(what_cannot_be_started_is_told),
		cmocka_unit_test(it_has_a_clean_environment_and_no_descriptors),
		cmocka_unit_test(nothing_outlives_it),
		cmocka_unit_test(nothing_outlives_the_node),
		cmocka_unit_test(the_program_goes_with_its_keeper),
		cmocka_unit_test(it_is_told_to_end_then_killed),
		cmocka_unit_test(a_program_may_end_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
