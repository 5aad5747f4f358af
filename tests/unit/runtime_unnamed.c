/* Files that get their name later: what is at the path before, at and after that moment. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/unnamed.h"

static char folder[] = "/tmp/pkd-unnamed.XXXXXX";
static struct pkdi_unnamed file;

static int enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static int clear(void **state)
{
	(void)state;
	pkdi_unnamed_finish(&file);
	return system("rm -rf ./* .[!.]*");
}

static void put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

/* What is at the path; "nothing" where there is nothing. */
static const char *content(const char *path)
{
	static char text[64];
	FILE *in = fopen(path, "r");
	size_t n;

	if (!in)
		return "nothing";
	n = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	text[n] = '\0';
	return text;
}

static int count_files(void)
{
	FILE *out = popen("ls -A | wc -l", "r");
	int n = -1;

	assert_int_equal(fscanf(out, "%d", &n), 1);
	pclose(out);
	return n;
}

static void create(const char *path)
{
	assert_int_equal(pkdi_unnamed_create(&file, path, false), 0);
	assert_int_equal(write(file.fd, "new", 3), 3);
}

static void nothing_is_there_before_it_has_its_name(void **state)
{
	(void)state;
	create("a");
	assert_string_equal(content("a"), "nothing");
	assert_int_equal(pkdi_unnamed_name(&file), 0);
	assert_string_equal(content("a"), "new");
	assert_int_equal(pkdi_unnamed_check(&file), 0);
	assert_int_equal(write(file.fd, "er", 2), 2);
	assert_string_equal(content("a"), "newer");
	assert_int_equal(count_files(), 1);
}

static void an_old_file_is_whole_until_then(void **state)
{
	struct stat now;

	(void)state;
	put("a", "old");
	chmod("a", 0640);
	create("a");
	assert_string_equal(content("a"), "old");
	assert_int_equal(pkdi_unnamed_name(&file), 0);
	assert_string_equal(content("a"), "new");
	assert_int_equal(stat("a", &now), 0);
	assert_int_equal(now.st_mode & 0777, 0640);
	assert_int_equal(count_files(), 1);
}

static void what_never_gets_a_name_leaves_nothing(void **state)
{
	(void)state;
	put("a", "old");
	create("a");
	pkdi_unnamed_finish(&file);
	assert_string_equal(content("a"), "old");
	assert_int_equal(count_files(), 1);
}

static void a_file_that_another_program_writes_is_refused(void **state)
{
	struct pkdi_unnamed second;

	(void)state;
	put("a", "old");
	create("a");
	assert_int_equal(pkdi_unnamed_create(&second, "a", false), -EWOULDBLOCK);
	assert_int_equal(pkdi_unnamed_create(&second, "a", true), -EWOULDBLOCK);
	assert_int_equal(pkdi_unnamed_name(&file), 0);
	assert_int_equal(pkdi_unnamed_create(&second, "a", false), -EWOULDBLOCK);
	assert_int_equal(second.fd, -1);
	pkdi_unnamed_finish(&file);
	assert_int_equal(pkdi_unnamed_create(&second, "a", false), 0);
	pkdi_unnamed_finish(&second);
}

static void of_two_new_files_the_second_gets_no_name(void **state)
{
	struct pkdi_unnamed second;

	(void)state;
	create("a");
	assert_int_equal(pkdi_unnamed_create(&second, "a", false), 0);
	assert_int_equal(pkdi_unnamed_name(&file), 0);
	assert_int_equal(pkdi_unnamed_name(&second), -EEXIST);
	pkdi_unnamed_finish(&second);
	assert_string_equal(content("a"), "new");
	assert_int_equal(count_files(), 1);
}

static void a_file_that_came_meanwhile_stays(void **state)
{
	(void)state;
	put("a", "old");
	create("a");
	put("b", "somebody else's");
	assert_int_equal(rename("b", "a"), 0);
	assert_int_equal(pkdi_unnamed_name(&file), -EEXIST);
	pkdi_unnamed_finish(&file);
	assert_string_equal(content("a"), "somebody else's");
	assert_int_equal(count_files(), 1);
}

static void an_old_file_that_is_gone_is_no_obstacle(void **state)
{
	(void)state;
	put("a", "old");
	create("a");
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(pkdi_unnamed_name(&file), 0);
	assert_string_equal(content("a"), "new");
	assert_int_equal(count_files(), 1);
}

static void it_is_told_when_the_name_is_lost(void **state)
{
	(void)state;
	create("a");
	assert_int_equal(pkdi_unnamed_name(&file), 0);
	put("b", "other");
	assert_int_equal(rename("b", "a"), 0);
	assert_int_equal(pkdi_unnamed_check(&file), -ESTALE);
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(pkdi_unnamed_check(&file), -ENOENT);
}

static void appending_opens_what_is_there(void **state)
{
	(void)state;
	put("a", "old");
	assert_int_equal(pkdi_unnamed_create(&file, "a", true), 0);
	assert_true(file.named);
	assert_int_equal(lseek(file.fd, 0, SEEK_END), 3);
	assert_int_equal(write(file.fd, "er", 2), 2);
	assert_string_equal(content("a"), "older");
	pkdi_unnamed_finish(&file);
	assert_int_equal(pkdi_unnamed_create(&file, "b", true), 0);
	assert_false(file.named);
}

static void links_are_followed_to_where_the_file_would_be(void **state)
{
	char *at;

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(symlink("d/b", "a"), 0);
	assert_int_equal(symlink("c", "d/b"), 0);
	at = pkdi_follow_links("a");
	assert_string_equal(at, "d/c");
	create(at);
	free(at);
	assert_int_equal(pkdi_unnamed_name(&file), 0);
	assert_string_equal(content("d/c"), "new");
	assert_int_equal(symlink("y", "x"), 0);
	assert_int_equal(symlink("x", "y"), 0);
	assert_null(pkdi_follow_links("x"));
	assert_int_equal(errno, ELOOP);
}

static void what_can_be_no_file_is_refused(void **state)
{
	struct pkdi_unnamed other;

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(pkdi_unnamed_create(&other, "d", false), -EISDIR);
	assert_int_equal(pkdi_unnamed_create(&other, "d/", false), -EISDIR);
	assert_int_equal(pkdi_unnamed_create(&other, "e/a", false), -ENOENT);
	assert_int_equal(mkfifo("f", 0666), 0);
	assert_int_equal(pkdi_unnamed_create(&other, "f", false), -EINVAL);
	assert_int_equal(other.fd, -1);
}

static void a_file_that_may_not_be_written_is_not_replaced(void **state)
{
	struct pkdi_unnamed other;

	(void)state;
	if (geteuid() == 0)
		skip(); /* root may write anything */
	put("a", "old");
	assert_int_equal(chmod("a", 0444), 0);
	assert_int_equal(pkdi_unnamed_create(&other, "a", false), -EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nothing_is_there_before_it_has_its_name, clear),
		cmocka_unit_test_teardown(an_old_file_is_whole_until_then, clear),
		cmocka_unit_test_teardown(what_never_gets_a_name_leaves_nothing, clear),
		cmocka_unit_test_teardown(a_file_that_another_program_writes_is_refused, clear),
		cmocka_unit_test_teardown(of_two_new_files_the_second_gets_no_name, clear),
		cmocka_unit_test_teardown(a_file_that_came_meanwhile_stays, clear),
		cmocka_unit_test_teardown(an_old_file_that_is_gone_is_no_obstacle, clear),
		cmocka_unit_test_teardown(it_is_told_when_the_name_is_lost, clear),
		cmocka_unit_test_teardown(appending_opens_what_is_there, clear),
		cmocka_unit_test_teardown(links_are_followed_to_where_the_file_would_be, clear),
		cmocka_unit_test_teardown(what_can_be_no_file_is_refused, clear),
		cmocka_unit_test_teardown(a_file_that_may_not_be_written_is_not_replaced, clear),
	};

	file = (struct pkdi_unnamed){.fd = -1, .directory_fd = -1, .old_fd = -1};
	return cmocka_run_group_tests_name("runtime_unnamed", tests, enter_folder, leave_folder);
}
