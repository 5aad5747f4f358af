/* What a program has not read: whole values, through many programs, in order and once. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "given.h"

struct pipe {
	int out, in;
};

static struct pipe begin(struct io_given *given)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
	io_given_start(given, fds[1]);
	return (struct pipe){fds[0], fds[1]};
}

static void give(struct io_given *given, struct pipe pipe, const char *text, bool is_whole)
{
	size_t n = strlen(text);

	assert_int_equal(write(pipe.in, text, n), n);
	io_given_add(given, n, is_whole);
}

static void reads(struct pipe pipe, const char *text)
{
	char bytes[64] = "";

	assert_int_equal(read(pipe.out, bytes, strlen(text)), strlen(text));
	assert_string_equal(bytes, text);
}

/* As its program's end has it: the end to read from is gone, and opened again. */
static struct io_unread end(struct io_given *given, struct pipe pipe)
{
	struct io_unread unread;
	int out;

	close(pipe.out);
	out = io_given_open(pipe.in);
	assert_true(out >= 0);
	close(pipe.in);
	unread = io_given_end(given, out);
	close(out);
	return unread;
}

static void is(struct io_unread unread, uint64_t n_read, uint64_t n_left)
{
	assert_int_equal(unread.n_read, n_read);
	assert_int_equal(unread.n_left, n_left);
}

static void whole_values_are_left(void **state)
{
	struct io_given given = {.ends = NULL};
	struct pipe pipe;

	(void)state;
	assert_int_equal(io_given_init(&given), 0);
	pipe = begin(&given);
	give(&given, pipe, "one\n", true);
	give(&given, pipe, "two\n", true);
	give(&given, pipe, "th", false);
	give(&given, pipe, "ree\n", true);
	give(&given, pipe, "", true);
	give(&given, pipe, "four", false);
	reads(pipe, "one\nt");
	is(end(&given, pipe), 2, 1);
	pipe = begin(&given);
	is(end(&given, pipe), 0, 1); /* which was not even written */
	pipe = begin(&given);
	assert_int_equal(io_given_write(&given, pipe.in), 1);
	give(&given, pipe, "four\n", true);
	reads(pipe, "three\n");
	is(end(&given, pipe), 1, 1);
	pipe = begin(&given);
	assert_int_equal(io_given_write(&given, pipe.in), 1);
	reads(pipe, "four\n");
	is(end(&given, pipe), 1, 0);
	assert_false(io_given_has_left(&given));
	io_given_finish(&given);
}

/* Lines of numbers until the pipe is full; the last one is written in part. */
static void fill(struct io_given *given, struct pipe pipe, int *next)
{
	char line[32];

	assert_true(io_given_write(given, pipe.in) >= 0);
	while (!io_given_has_left(given)) {
		int n = snprintf(line, sizeof(line), "%d\n", *next);
		ssize_t done = write(pipe.in, line, (size_t)n);

		if (done > 0)
			io_given_add(given, (size_t)done, done == n);
		if (done < n)
			return;
		++*next;
	}
}

static void nothing_is_lost_or_comes_twice(void **state)
{
	struct io_given given = {.ends = NULL};
	int next = 0, expected = 0;

	(void)state;
	assert_int_equal(io_given_init(&given), 0);
	for (int i = 0; i < 50; i++) {
		struct pipe pipe = begin(&given);
		uint64_t n_read = 0;

		fill(&given, pipe, &next);
		for (int j = 0; j < i * 97; j++) {
			char line[32];

			snprintf(line, sizeof(line), "%d\n", expected++);
			reads(pipe, line);
			n_read++;
		}
		is(end(&given, pipe), n_read, (uint64_t)(next - expected));
	}
	assert_int_equal(io_given_forget(&given), next - expected);
	io_given_finish(&given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_values_are_left),
		cmocka_unit_test(nothing_is_lost_or_comes_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
