/* files.read on files that the test makes, and on what is none. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <files/read.pkd.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../base/utf8.h"
#include "../test/fake_ctx.h"

extern const struct pkd_methods files_read_methods;

enum { PATH = 8192, N = 1000, DATA = 1, ERROR = 2 };

struct run {
	struct pkd_ctx ctx;
	struct files_read_params params;
	void *self;
	struct files_read_path *path;
	struct files_read_data *data;
	struct files_read_error *error;
	char root[128];
};

static void start(struct run *run, const char *root)
{
	*run = (struct run){.params = {.links = true, .PATH = PATH, .N = N}};
	snprintf(run->root, sizeof(run->root), "%s/", root);
	run->params.root = run->root;
	run->self = fake_self(&files_read_methods);
	run->path = fake_slot(sizeof(*run->path) + PATH + 1);
	run->data = fake_slot(sizeof(*run->data) + N);
	run->error = fake_slot(sizeof(*run->error));
	assert_int_equal(files_read_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static int step(struct run *run, const char *path)
{
	struct files_read_in in = {run->path};
	struct files_read_out out = {run->data, run->error};

	run->path->len = (uint32_t)strlen(path);
	memcpy(run->path->text, path, run->path->len + 1);
	run->ctx.absent = 0;
	run->data->len = run->error->len = 0;
	return fake_fire(&files_read_methods, run->self, &in, &out, &run->ctx);
}

static void reads(struct run *run, const char *path, size_t n)
{
	assert_int_equal(step(run, path), PKD_OK);
	assert_int_equal(run->ctx.absent, ERROR);
	assert_int_equal(run->data->len, n);
}

static void fails(struct run *run, const char *path, const char *text)
{
	assert_int_equal(step(run, path), PKD_OK);
	assert_int_equal(run->ctx.absent, DATA);
	assert_string_equal(run->error->text, text);
}

static void end(struct run *run)
{
	files_read_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->path);
	fake_slot_free(run->data);
	fake_slot_free(run->error);
}

static void a_file_is_read_whole_or_not_at_all(void **state)
{
	const char *root = fake_path("whole");
	struct run run;

	(void)state;
	fake_run(
		"mkdir -p '%s/d' && cd '%s' && printf 'a\\0b' >d/three && : >empty && "
		"head -c 1000 /dev/zero >full && head -c 1001 /dev/zero >more && ln -s d/three link",
		root, root);
	start(&run, root);
	reads(&run, "d/three", 3);
	assert_memory_equal(run.data->data, "a\0b", 3);
	reads(&run, "empty", 0);
	reads(&run, "full", N);
	reads(&run, "link", 3);
	fails(&run, "more",
	      "cannot read 'more': it has 1001 bytes, more than N = 1000: write N: 1001");
	fails(&run, "d", "cannot read 'd': it is a directory");
	fails(&run, "none", "cannot read 'none': there is none (any more)");
	fails(&run, "", "cannot read '': there is none (any more)");
	run.params.links = false;
	fails(&run, "link", "cannot read 'link': a symbolic link is in the way");
	run.ctx.unread = ERROR;
	assert_int_equal(step(&run, "none"), -ENOENT);
	assert_non_null(strstr(run.ctx.error, "cannot read 'none'"));
	end(&run);
}

static void nothing_outside_of_the_root_is_read(void **state)
{
	const char *root = fake_path("inside");
	struct run run;

	(void)state;
	fake_run("mkdir -p '%s/d' && cd '%s' && echo >../outside && ln -s ../outside out && "
	         "ln -s /etc/passwd passwd && ln -s .. d/up && ln -s /proc/self/root magic",
	         root, root);
	start(&run, root);
	fails(&run, "../outside", "cannot read '../outside': it leads out of 'root'");
	fails(&run, "d/../../outside", "cannot read 'd/../../outside': it leads out of 'root'");
	fails(&run, "/etc/passwd", "cannot read '/etc/passwd': it leads out of 'root'");
	fails(&run, "out", "cannot read 'out': it leads out of 'root'");
	fails(&run, "passwd", "cannot read 'passwd': it leads out of 'root'");
	fails(&run, "d/up/../outside", "cannot read 'd/up/../outside': it leads out of 'root'");
	fails(&run, "magic/etc/passwd", "cannot read 'magic/etc/passwd': it leads out of 'root'");
	end(&run);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
	const char *root = fake_path("fifo");
	struct run run;

	(void)state;
	fake_run("mkdir '%s' && mkfifo '%s/pipe'", root, root);
	start(&run, root);
	fails(&run, "pipe", "cannot read 'pipe': it is no regular file");
	end(&run);
	start(&run, "/dev");
	fails(&run, "null", "cannot read 'null': it is no regular file");
	end(&run);
}

struct writer {
	const char *path;
	bool ends;
};

static void *write_on(void *to)
{
	struct writer *writer = to;

	while (!__atomic_load_n(&writer->ends, __ATOMIC_ACQUIRE)) {
		int fd = open(writer->path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

		for (int i = 0; i < 2 * N / 100; i++)
			assert_true(
				write(fd,
			              "0123456789012345678901234567890123456789012345678901234567890"
			              "123456789012345678901234567890123456789",
			              100) == 100);
		close(fd);
	}
	return NULL;
}

/* It grows, shrinks and goes: what is given has N bytes at most, and all else is told. */
static void a_file_that_is_written_meanwhile_is_no_harm(void **state)
{
	const char *root = fake_path("grows");
	struct writer writer = {.path = fake_path("grows/file")};
	struct run run;
	pthread_t thread;

	(void)state;
	fake_run("mkdir '%s'", root);
	start(&run, root);
	assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
	for (int i = 0; i < 5000; i++) {
		assert_int_equal(step(&run, "file"), PKD_OK);
		assert_true(run.ctx.absent == DATA || run.ctx.absent == ERROR);
		assert_true(run.data->len <= N);
		if (run.ctx.absent == DATA)
			assert_true(strstr(run.error->text, "more than N") ||
			            strstr(run.error->text, "grown beyond N") ||
			            strstr(run.error->text, "there is none"));
	}
	__atomic_store_n(&writer.ends, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	end(&run);
}

static void a_long_path_is_opened_and_shown_in_part(void **state)
{
	enum { DEPTH = 100, NAME = 60 };
	const char *root = fake_path("long");
	char path[PATH], name[NAME + 2];
	struct run run;
	int at;

	(void)state;
	memset(name, 'y', NAME);
	strcpy(name + NAME, "/");
	assert_int_equal(mkdir(root, 0755), 0);
	at = open(root, O_RDONLY | O_DIRECTORY);
	*path = '\0';
	for (int i = 0; i < DEPTH; i++) {
		int below;

		strcat(path, name);
		assert_int_equal(mkdirat(at, name, 0755), 0);
		below = openat(at, name, O_RDONLY | O_DIRECTORY);
		close(at);
		at = below;
	}
	assert_int_equal(write(openat(at, "f", O_CREAT | O_WRONLY, 0644), "long", 4), 4);
	close(at);
	start(&run, root);
	strcat(path, "f");
	reads(&run, path, 4);
	strcat(path, "\n");
	assert_int_equal(step(&run, path), PKD_OK);
	assert_non_null(strstr(run.error->text, "/f?': there is none"));
	end(&run);
}

/* However long, and whatever its bytes. */
static void any_path_can_be_shown(void **state)
{
	static const char *const bytes[] = {"\x80", "\xc3\xa4", "\xf0\x9f\x98\x80", "\n", "x"};
	const char *root = fake_path("shown");
	char path[PATH];
	struct run run;

	(void)state;
	fake_run("mkdir '%s'", root);
	start(&run, root);
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
		for (size_t n = 1; n < 300; n++) {
			size_t length = 0;

			for (size_t k = 0; k < n; k++, length += strlen(bytes[i]))
				strcpy(path + length, bytes[i]);
			assert_int_equal(step(&run, path), PKD_OK);
			assert_memory_equal(run.error->text, "cannot read '", 13);
			assert_non_null(strstr(run.error->text, "': "));
			assert_null(strchr(run.error->text, '\n'));
			for (size_t at = 0; at < run.error->len; at += length) {
				length = utf8_length(run.error->text + at, run.error->len - at);
				assert_true(length > 0);
			}
		}
	end(&run);
}

static int remove_all(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole_or_not_at_all),
		cmocka_unit_test(nothing_outside_of_the_root_is_read),
		cmocka_unit_test(what_is_no_file_is_refused_at_once),
		cmocka_unit_test(a_file_that_is_written_meanwhile_is_no_harm),
		cmocka_unit_test(any_path_can_be_shown),
		cmocka_unit_test(a_long_path_is_opened_and_shown_in_part),
	};

	return cmocka_run_group_tests(tests, NULL, remove_all);
}
