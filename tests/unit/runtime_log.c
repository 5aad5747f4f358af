/* What is said on standard error: whole lines that keep their end, and a supervisor that waits for
 * no reader, whatever standard error is. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "node/node.h"
#include "node/say.h"
#include "os/backlog.h"
#include "os/log.h"
#include "os/title.h"

enum { SIZE = 1 << 20, N_LINES = 3000 };

static struct pkdi_backlog backlog;
static struct pkdi_log backlog_log = {.program = "test", .backlog = &backlog};
static char text[SIZE];

static void on_alarm(int signal)
{
	(void)signal;
	fail_msg("it waits for a reader");
}

/* Ends the test, should a write wait for it. */
static void set_limit(void)
{
	signal(SIGALRM, on_alarm);
	alarm(10);
}

/* Reads what is there, without waiting, behind what was read before. */
static void take(int fd)
{
	size_t n = strlen(text);
	ssize_t r;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while ((r = read(fd, text + n, SIZE - 1 - n)) > 0)
		n += (size_t)r;
	text[n] = '\0';
}

/* Writes lines that nobody reads: must come back. Then they are read in turn with the flushing, and
 * each is there once, or counted in its place. */
static void nobody_reads(int in, int out, bool may_open)
{
	unsigned n_read = 0, n_lost = 0;

	text[0] = '\0';
	set_limit();
	pkdi_backlog_init(&backlog, in, "test", may_open);
	for (unsigned i = 0; i < N_LINES; i++)
		pkdi_log(&backlog_log, "line %u, which is made longer by some words", i);
	assert_true(pkdi_backlog_has_pending(&backlog));
	for (int i = 0; i < 10000 && pkdi_backlog_has_pending(&backlog); i++) {
		take(out);
		pkdi_backlog_flush(&backlog);
	}
	assert_false(pkdi_backlog_has_pending(&backlog));
	pkdi_log(&backlog_log, "line %u, which is made longer by some words", N_LINES);
	take(out);
	pkdi_backlog_finish(&backlog);
	alarm(0);
	for (char *rest = text, *line; (line = strsep(&rest, "\r\n"));) {
		unsigned number, n;

		if (!*line)
			continue;
		if (sscanf(line, "test: line %u, which", &number) == 1) {
			assert_int_equal(number, n_read + n_lost);
			assert_string_equal(line + strlen(line) - 5, "words");
			n_read++;
			continue;
		}
		assert_int_equal(sscanf(line, "test: %u lines were dropped because nobody", &n), 1);
		n_lost += n;
	}
	assert_int_equal(n_read + n_lost, N_LINES + 1);
	assert_true(n_lost > 0);
	close(in);
	close(out);
}

static void a_pipe_that_nobody_reads_holds_nobody_up(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	nobody_reads(fds[1], fds[0], true);
}

/* As one of another user may be. */
static void nor_does_one_that_may_not_be_opened_again(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	nobody_reads(fds[1], fds[0], false);
}

static void nor_does_a_socket(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	nobody_reads(fds[1], fds[0], true);
}

static void terminal(bool may_open)
{
	int own, other;

	assert_int_equal(openpty(&own, &other, NULL, NULL, NULL), 0);
	nobody_reads(other, own, may_open);
}

static void nor_does_a_terminal(void **state)
{
	(void)state;
	terminal(true);
	terminal(false);
}

/* Others write to the same pipe and wait, as they always have. */
static void nobody_else_is_told_not_to_wait(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	for (int may_open = 0; may_open <= 1; may_open++) {
		pkdi_backlog_init(&backlog, fds[1], "test", may_open);
		pkdi_log(&backlog_log, "a line");
		assert_int_equal(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
		pkdi_backlog_finish(&backlog);
	}
	close(fds[0]);
	close(fds[1]);
}

/* Between looking and writing another one may have filled the pipe. */
static void a_write_that_waits_nevertheless_is_cut_short(void **state)
{
	int fds[2];
	char page[4096];

	(void)state;
	memset(page, 'x', sizeof(page));
	assert_int_equal(pipe(fds), 0);
	set_limit();
	pkdi_backlog_init(&backlog, fds[1], "test", false);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	while (write(fds[1], page, sizeof(page)) > 0)
		;
	fcntl(fds[1], F_SETFL, 0);
	/* A terminal that says that it has room, for less than this. */
	assert_int_equal(read(fds[0], page, sizeof(page)), sizeof(page));
	for (int i = 0; i < 3; i++)
		pkdi_backlog_put(&backlog, page, sizeof(page));
	assert_true(pkdi_backlog_has_pending(&backlog));
	alarm(0);
	pkdi_backlog_finish(&backlog);
	close(fds[0]);
	close(fds[1]);
}

static void a_reader_that_has_left_is_no_reason_to_wait(void **state)
{
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	pkdi_backlog_init(&backlog, fds[1], "test", true);
	for (int i = 0; i < N_LINES; i++)
		pkdi_log(&backlog_log, "line %d", i);
	assert_false(pkdi_backlog_has_pending(&backlog));
	pkdi_backlog_finish(&backlog);
	close(fds[1]);
}

static void the_last_lines_wait_for_a_while(void **state)
{
	int64_t from_ns = pkd_now();
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	set_limit();
	pkdi_backlog_init(&backlog, fds[1], "test", true);
	pkdi_backlog_allow_waiting(&backlog, 50000000);
	for (int i = 0; i < 2 * N_LINES; i++)
		pkdi_log(&backlog_log, "line %d, which is made longer by some words", i);
	pkdi_backlog_drain(&backlog);
	assert_true(pkdi_backlog_has_pending(&backlog));
	assert_true(pkd_now() - from_ns >= 50000000);
	alarm(0);
	pkdi_backlog_finish(&backlog);
	close(fds[0]);
	close(fds[1]);
}

/* ---- Names of any length ---- */

static void what_is_shortened_keeps_both_ends(void **state)
{
	char out[16];

	(void)state;
	assert_string_equal(pkdi_shorten("123456789012345", out, sizeof(out)), "123456789012345");
	assert_string_equal(pkdi_shorten("1234567890123456", out, sizeof(out)), "123456...123456");
	assert_string_equal(pkdi_shorten("ääääääääää", out, sizeof(out)), "äää...äää");
	assert_string_equal(pkdi_shorten("aääääääääää", out, sizeof(out)), "aää...äää");
	assert_string_equal(pkdi_shorten("", out, sizeof(out)), "");
}

static const char *say(const char *program, const struct pkd_node *node, const char *words)
{
	static const char *const end = "the end";
	struct pkdi_log log = {.program = program, .backlog = &backlog};
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	text[0] = '\0';
	pkdi_backlog_init(&backlog, fds[1], program, true);
	pkdi_node_log(&log, node, "%s%s", words, end);
	take(fds[0]);
	pkdi_backlog_finish(&backlog);
	close(fds[0]);
	close(fds[1]);
	return text;
}

static void a_message_keeps_its_end(void **state)
{
	static char name[6001];
	struct pkd_node node = {.name = name, .at = name};

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	for (size_t length = sizeof(name) - 1; length > 0; length /= 2) {
		const char *line;

		name[length] = '\0';
		line = say(name, &node, name);
		assert_true(strlen(line) <= 4096);
		assert_non_null(strstr(line, "n: node 'n"));
		assert_non_null(strstr(line, "n' (n"));
		assert_non_null(strstr(line, "n): n"));
		assert_string_equal(line + strlen(line) - 8, "the end\n");
	}
}

static void a_title_keeps_its_end(void **state)
{
	char name[301], memory[512], *argv[] = {memory, NULL};
	struct pkdi_title title;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(memory, 'm', sizeof(memory) - 1);
	memory[sizeof(memory) - 1] = '\0';
	pkdi_title_init(&title, 1, argv);
	pkdi_title_set(&title, name, "the process");
	assert_string_equal(memory + strlen(memory) - 13, ": the process");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_that_nobody_reads_holds_nobody_up),
		cmocka_unit_test(nor_does_one_that_may_not_be_opened_again),
		cmocka_unit_test(nor_does_a_socket),
		cmocka_unit_test(nor_does_a_terminal),
		cmocka_unit_test(nobody_else_is_told_not_to_wait),
		cmocka_unit_test(a_write_that_waits_nevertheless_is_cut_short),
		cmocka_unit_test(a_reader_that_has_left_is_no_reason_to_wait),
		cmocka_unit_test(the_last_lines_wait_for_a_while),
		cmocka_unit_test(what_is_shortened_keeps_both_ends),
		cmocka_unit_test(a_message_keeps_its_end),
		cmocka_unit_test(a_title_keeps_its_end),
	};

	return cmocka_run_group_tests_name("runtime_log", tests, NULL, NULL);
}
