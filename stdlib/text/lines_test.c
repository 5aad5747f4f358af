/* text.lines on files that the test writes, also while they are followed; text.print. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <text/lines.pkd.h>
#include <text/print.pkd.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods text_lines_methods, text_print_methods;

enum { N = 8 };

struct run {
	struct pkd_ctx ctx;
	struct text_lines_params params;
	void *self;
	struct text_lines_line *line;
};

static void put(const char *path, const char *mode, const char *text)
{
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int begin(struct run *run)
{
	run->self = fake_self(&text_lines_methods);
	run->line = fake_slot((uint32_t)(sizeof(*run->line) + N + 1));
	return text_lines_methods.init(run->self, &run->params, &run->ctx);
}

static void start(struct run *run, const char *path, bool follow)
{
	*run = (struct run){.params = {path, follow, "./", text_Longer_cut, N}};
	assert_int_equal(begin(run), PKD_OK);
}

static int step(struct run *run)
{
	struct text_lines_in in = {0};
	struct text_lines_out out = {run->line};

	run->line->len = 0;
	return fake_fire(&text_lines_methods, run->self, &in, &out, &run->ctx);
}

static void is_line(struct run *run, const char *text)
{
	assert_int_equal(step(run), PKD_OK);
	assert_string_equal(run->line->text, text);
	assert_int_equal(run->line->len, strlen(text));
}

static void restart(struct run *run)
{
	assert_int_equal(fake_restart(&text_lines_methods, &run->self, &run->params, &run->ctx),
	                 PKD_OK);
}

static void end(struct run *run)
{
	text_lines_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->line);
}

static void line_ends_are_no_part_of_lines(void **state)
{
	const char *path = fake_path("ends");
	struct run run;

	(void)state;
	put(path, "w", "a\r\n\nb\rc\nd");
	start(&run, path, false);
	is_line(&run, "a");
	is_line(&run, "");
	is_line(&run, "b\rc");
	is_line(&run, "d"); /* without its newline */
	assert_int_equal(step(&run), PKD_SKIP);
	end(&run);
}

static void an_empty_file_has_no_lines(void **state)
{
	const char *path = fake_path("empty");
	struct run run;

	(void)state;
	put(path, "w", "");
	start(&run, path, false);
	assert_int_equal(step(&run), PKD_SKIP);
	end(&run);
}

static void what_is_no_utf8_is_replaced(void **state)
{
	const char *path = fake_path("bytes");
	struct run run;

	(void)state;
	put(path, "w",
	    "a\xff"
	    "b\n\xc3\xa4\n\xc3\n");
	start(&run, path, false);
	is_line(&run, "a\xef\xbf\xbd"
	              "b");
	is_line(&run, "\xc3\xa4");
	is_line(&run, "\xef\xbf\xbd");
	end(&run);
	fake_run("printf 'a\\000b\\n' > '%s'", path);
	start(&run, path, false);
	is_line(&run, "a\xef\xbf\xbd"
	              "b");
	end(&run);
}

static void a_long_line_is_cut_between_characters(void **state)
{
	const char *path = fake_path("long");
	struct run run;

	(void)state;
	put(path, "w", "12345678\r\n1234567\xc3\xa4.\n123456789\nnext\n");
	start(&run, path, false);
	is_line(&run, "12345678");
	assert_int_equal(run.ctx.n_notes, 0);
	is_line(&run, "1234567");
	assert_non_null(strstr(run.ctx.note, "line 2 of"));
	assert_non_null(strstr(run.ctx.note, "longer than N = 8 bytes: it is cut"));
	is_line(&run, "12345678");
	is_line(&run, "next");
	assert_int_equal(run.ctx.n_notes, 1);
	end(&run);
}

/* Longer than what is read at once, also where a restart is in the middle of it. */
static void the_rest_of_a_huge_line_is_left_out(void **state)
{
	const char *path = fake_path("huge");
	struct run run;

	(void)state;
	fake_run("{ echo first; yes | head -c 1000000 | tr '\\n' x; echo; echo last; } > '%s'",
	         path);
	start(&run, path, false);
	is_line(&run, "first");
	is_line(&run, "yxyxyxyx");
	restart(&run);
	is_line(&run, "last");
	assert_int_equal(step(&run), PKD_SKIP);
	end(&run);
}

static void a_long_line_may_be_dropped_or_an_error(void **state)
{
	const char *path = fake_path("rules");
	struct run run;

	(void)state;
	put(path, "w", "123456789\nnext\n");
	start(&run, path, false);
	run.params.longer = text_Longer_drop;
	is_line(&run, "next");
	end(&run);
	start(&run, path, false);
	run.params.longer = text_Longer_fail;
	assert_int_equal(step(&run), -EMSGSIZE);
	assert_non_null(strstr(run.ctx.error, "line 1 of"));
	assert_non_null(strstr(run.ctx.error, "has 9 bytes, more than N = 8: write N: 9"));
	end(&run);
}

/* Each bad byte becomes three: what has no room so is not cut without a word. */
static void a_line_that_grows_is_a_long_one(void **state)
{
	const char *path = fake_path("grows");
	struct run run;

	(void)state;
	put(path, "w", "\xff\xff\xff\nok\xff\xff\nnext\n");
	start(&run, path, false);
	run.params.longer = text_Longer_drop;
	is_line(&run, "ok\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(run.ctx.n_notes, 1);
	is_line(&run, "next");
	end(&run);
	start(&run, path, false);
	run.params.longer = text_Longer_fail;
	assert_int_equal(step(&run), -EMSGSIZE);
	assert_non_null(strstr(run.ctx.error, "has 9 bytes, with U+FFFD for each that is no UTF-8, "
	                                      "more than N = 8: write N: 9"));
	end(&run);
	start(&run, path, false);
	is_line(&run, "\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(run.ctx.n_notes, 1);
	end(&run);
}

static void a_restart_goes_on_with_the_next_line(void **state)
{
	const char *path = fake_path("restart");
	struct run run;

	(void)state;
	put(path, "w", "one\ntwo\nthree\n");
	start(&run, path, false);
	is_line(&run, "one");
	restart(&run);
	is_line(&run, "two");
	restart(&run);
	is_line(&run, "three");
	assert_int_equal(step(&run), PKD_SKIP);
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);
}

static void another_file_at_a_restart_is_read_from_its_start(void **state)
{
	const char *path = fake_path("other");
	struct run run;

	(void)state;
	put(path, "w", "one\ntwo\n");
	start(&run, path, false);
	is_line(&run, "one");
	fake_run("mv '%s' '%s.1'; echo new > '%s'", path, path, path);
	restart(&run);
	assert_non_null(strstr(run.ctx.note, "another file than before"));
	is_line(&run, "new");
	end(&run);
}

static void what_cannot_be_read_is_told(void **state)
{
	struct run run = {.params = {fake_path("none"), false, "./", text_Longer_cut, N}};

	(void)state;
	assert_int_equal(begin(&run), -ENOENT);
	assert_non_null(strstr(run.ctx.error, "none': No such file or directory"));
	free(run.self);
	fake_slot_free(run.line);
	run.params.source = fake_directory();
	assert_int_equal(begin(&run), -EISDIR);
	free(run.self);
	fake_slot_free(run.line);
}

/* ---- follow ---- */

static void a_followed_line_waits_for_its_newline(void **state)
{
	const char *path = fake_path("grows");
	struct run run;

	(void)state;
	put(path, "w", "one\ntw");
	start(&run, path, true);
	is_line(&run, "one");
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(step(&run), PKD_LATER);
	put(path, "a", "o\nthree");
	is_line(&run, "two");
	assert_int_equal(step(&run), PKD_LATER);
	restart(&run);
	put(path, "a", "\n");
	is_line(&run, "three");
	end(&run);
}

static void a_file_that_is_not_there_is_waited_for(void **state)
{
	const char *path = fake_path("later");
	struct run run;

	(void)state;
	start(&run, path, true);
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(run.ctx.n_notes, 1);
	put(path, "w", "here\n");
	is_line(&run, "here");
	end(&run);
}

static void a_truncated_file_is_read_from_its_start(void **state)
{
	const char *path = fake_path("short");
	struct run run;

	(void)state;
	put(path, "w", "one\ntwo\nthr");
	start(&run, path, true);
	is_line(&run, "one");
	is_line(&run, "two");
	assert_int_equal(step(&run), PKD_LATER);
	put(path, "w", "new\n");
	is_line(&run, "new");
	assert_non_null(strstr(run.ctx.note, "has become shorter"));
	assert_int_equal(step(&run), PKD_LATER);
	end(&run);
}

/* What the writer still puts into the old file comes before the new one; a line without its newline
 * is given. */
static void a_rotated_file_is_read_to_its_end_first(void **state)
{
	const char *path = fake_path("rotated");
	struct run run;

	(void)state;
	put(path, "w", "one\n");
	start(&run, path, true);
	is_line(&run, "one");
	assert_int_equal(step(&run), PKD_LATER);
	fake_run("mv '%s' '%s.1'", path, path);
	assert_int_equal(step(&run), PKD_LATER);
	fake_run("echo new > '%s'; printf 'two\\nlast' >> '%s.1'", path, path);
	is_line(&run, "two");
	is_line(&run, "last");
	is_line(&run, "new");
	assert_non_null(strstr(run.ctx.note, "comes next"));
	assert_int_equal(step(&run), PKD_LATER);
	restart(&run);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_int_equal(step(&run), PKD_LATER);
	end(&run);
}

/* ---- FIFO ---- */

static void a_fifo_ends_with_its_writer_or_waits_for_the_next(void **state)
{
	const char *path = fake_path("fifo");
	struct run run;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	for (int follow = 0; follow < 2; follow++) {
		start(&run, path, follow);
		assert_int_equal(step(&run), PKD_LATER);
		fd = open(path, O_WRONLY);
		assert_int_equal(write(fd, "a\nb", 3), 3);
		is_line(&run, "a");
		assert_int_equal(step(&run), PKD_LATER);
		close(fd);
		is_line(&run, "b");
		assert_int_equal(step(&run), follow ? PKD_LATER : PKD_SKIP);
		if (follow) {
			fd = open(path, O_WRONLY);
			assert_int_equal(write(fd, "c\n", 2), 2);
			is_line(&run, "c");
			close(fd);
		}
		end(&run);
	}
}

/* ---- print ---- */

static void a_line_is_printed_whole(void **state)
{
	const char *path = fake_path("printed");
	struct pkd_ctx ctx = {0};
	struct text_print_params params = {N};
	struct text_print_line *line = fake_slot((uint32_t)(sizeof(*line) + N + 1));
	struct text_print_in in = {line};
	struct text_print_out out;
	void *self = fake_self(&text_print_methods);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), old = dup(STDOUT_FILENO);

	(void)state;
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	assert_int_equal(text_print_methods.init(self, &params, &ctx), PKD_OK);
	memcpy(line->text,
	       "a\x1b\xff"
	       "b",
	       5);
	line->len = 4;
	assert_int_equal(fake_fire(&text_print_methods, self, &in, &out, &ctx), PKD_OK);
	line->len = 0;
	assert_int_equal(fake_fire(&text_print_methods, self, &in, &out, &ctx), PKD_OK);
	text_print_methods.finish(self);
	dup2(old, STDOUT_FILENO);
	close(old);
	close(fd);
	assert_string_equal(fake_output("od -An -tx1 '%s'", path), " 61 1b ef bf bd 62 0a 0a");
	free(self);
	fake_slot_free(line);
}

static int remove_directory(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_ends_are_no_part_of_lines),
		cmocka_unit_test(an_empty_file_has_no_lines),
		cmocka_unit_test(what_is_no_utf8_is_replaced),
		cmocka_unit_test(a_long_line_is_cut_between_characters),
		cmocka_unit_test(the_rest_of_a_huge_line_is_left_out),
		cmocka_unit_test(a_long_line_may_be_dropped_or_an_error),
		cmocka_unit_test(a_line_that_grows_is_a_long_one),
		cmocka_unit_test(a_restart_goes_on_with_the_next_line),
		cmocka_unit_test(another_file_at_a_restart_is_read_from_its_start),
		cmocka_unit_test(what_cannot_be_read_is_told),
		cmocka_unit_test(a_followed_line_waits_for_its_newline),
		cmocka_unit_test(a_file_that_is_not_there_is_waited_for),
		cmocka_unit_test(a_truncated_file_is_read_from_its_start),
		cmocka_unit_test(a_rotated_file_is_read_to_its_end_first),
		cmocka_unit_test(a_fifo_ends_with_its_writer_or_waits_for_the_next),
		cmocka_unit_test(a_line_is_printed_whole),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
