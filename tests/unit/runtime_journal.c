/* The last lines of the log: what is read was written as it is, in order, and what is missing can
 * be counted, while another process writes as fast as it can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/journal.h"

enum { N_READ = 100000, N_LONG = 3 * PIPE_BUF };

static struct pkdi_journal *journal;
static struct pkdi_journal_line line;

static int begin(void **state)
{
	(void)state;
	journal = mmap(NULL, sizeof(*journal), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	               -1, 0);
	return journal == MAP_FAILED;
}

static int end(void **state)
{
	(void)state;
	return munmap(journal, sizeof(*journal));
}

static void keep(const char *text)
{
	pkdi_journal_keep(journal, &(struct pkdi_about){.level = PKD_LOG_INFO}, text);
}

static void a_line_is_read_as_it_was_written(void **state)
{
	const struct pkdi_about about = {
		.level = PKD_LOG_DEBUG,
		.process = "p",
		.node = "n",
		.at = "x.pkd:1:1",
		.frame = 812,
		.time_ns = 1234567890123456789,
		.is_subject = true,
	};

	(void)state;
	assert_false(pkdi_journal_read(journal, 0, &line));
	pkdi_journal_keep(journal, &about, "the text");
	keep("");
	assert_true(pkdi_journal_read(journal, 0, &line));
	assert_int_equal(line.number, 1);
	assert_int_equal(line.about.level, PKD_LOG_DEBUG);
	assert_string_equal(line.about.process, "p");
	assert_string_equal(line.about.node, "n");
	assert_string_equal(line.about.at, "x.pkd:1:1");
	assert_null(line.about.output);
	assert_int_equal(line.about.frame, 812);
	assert_int_equal(line.about.time_ns, about.time_ns);
	assert_true(line.about.is_subject);
	assert_false(line.about.is_bare);
	assert_string_equal(line.text, "the text");
	assert_true(pkdi_journal_read(journal, line.next, &line));
	assert_int_equal(line.number, 2);
	assert_null(line.about.node);
	assert_string_equal(line.text, "");
	assert_false(pkdi_journal_read(journal, line.next, &line));
}

static void the_oldest_lines_give_way(void **state)
{
	char text[64], longest[N_LONG];
	uint64_t at = 0, n = 0, first;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (int i = 1; i <= 20000; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		keep(i % 100 ? text : longest);
	}
	assert_true(pkdi_journal_read(journal, 0, &line));
	first = line.number;
	assert_true(first > 1 && first < 20000);
	while (pkdi_journal_read(journal, at, &line)) {
		snprintf(text, sizeof(text), "line %d", (int)(first + n));
		assert_int_equal(line.number, first + n);
		if ((first + n) % 100)
			assert_string_equal(line.text, text);
		else
			assert_true(strlen(line.text) < PIPE_BUF && *line.text == 'x');
		at = line.next;
		n++;
	}
	assert_int_equal(first + n - 1, 20000);
}

/* Each of the texts is one letter, a different one and of another length for each number. */
static _Noreturn void write_for_ever(void)
{
	char text[1024];

	for (uint64_t i = 1;; i++) {
		size_t n = 1 + i * 37 % 1000;

		memset(text, (int)('a' + i % 26), n);
		text[n] = '\0';
		keep(text);
	}
}

/* A reader that is overtaken in the middle of a line notices. */
static void what_is_written_over_meanwhile_is_not_read(void **state)
{
	uint64_t at = 0;
	pid_t writer = fork();

	(void)state;
	if (writer == 0)
		write_for_ever();
	alarm(60);
	for (int i = 0; i < N_READ;) {
		size_t n;

		if (!pkdi_journal_read(journal, at, &line))
			continue;
		/* From the oldest line on, which the writer is about to write over. */
		at = i % 16 ? line.next : 0;
		n = 1 + line.number * 37 % 1000;
		assert_int_equal(strlen(line.text), n);
		assert_int_equal(*line.text, 'a' + line.number % 26);
		assert_int_equal(strspn(line.text, (const char[]){*line.text, '\0'}), n);
		i++;
	}
	alarm(0);
	kill(writer, SIGKILL);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_is_read_as_it_was_written, begin, end),
		cmocka_unit_test_setup_teardown(the_oldest_lines_give_way, begin, end),
		cmocka_unit_test_setup_teardown(what_is_written_over_meanwhile_is_not_read, begin,
	                                        end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
