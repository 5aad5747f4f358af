/* files.write: whole files, done again after a kill, and never outside of the root. */
#define _GNU_SOURCE
#include <errno.h>
#include <files/write.pkd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods files_write_methods;

enum { PATH = 512, N = 100000, WRITTEN = 1, ERROR = 2 };

struct run {
	struct pkd_ctx ctx;
	struct files_write_params params;
	void *self;
	struct files_write_path *path;
	struct files_write_data *data;
	uint32_t *written;
	struct files_write_error *error;
	struct files_Last last;
	char root[128];
};

static void start(struct run *run, const char *root, uint32_t existing)
{
	*run = (struct run){.params = {.existing = existing,
	                               .directories = true,
	                               .sync = true,
	                               .PATH = PATH,
	                               .N = N}};
	snprintf(run->root, sizeof(run->root), "%s/", root);
	run->params.root = run->root;
	run->ctx.memories[0] = &run->last;
	run->self = fake_self(&files_write_methods);
	run->path = fake_slot(sizeof(*run->path) + PATH + 1);
	run->data = fake_slot(sizeof(*run->data) + N);
	run->written = fake_slot(sizeof(*run->written));
	run->error = fake_slot(sizeof(*run->error));
	assert_int_equal(files_write_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

/* In place of the C library's: on some file systems a rename always replaces. */
static bool always_replaces;

int renameat2(int old_at, const char *old, int new_at, const char *new, unsigned flags)
{
	if (always_replaces && flags) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_renameat2, old_at, old, new_at, new, flags);
}

/* The firing at hand, or once more. */
static int again(struct run *run, const char *path, const char *text)
{
	struct files_write_in in = {run->path, run->data};
	struct files_write_out out = {run->written, run->error};

	run->path->len = (uint32_t)strlen(path);
	memcpy(run->path->text, path, run->path->len + 1);
	run->data->len = (uint32_t)strlen(text);
	memcpy(run->data->data, text, run->data->len);
	run->ctx.absent = 0;
	run->error->len = 0;
	return fake_fire(&files_write_methods, run->self, &in, &out, &run->ctx);
}

static void writes(struct run *run, const char *path, const char *text, uint32_t written)
{
	assert_int_equal(again(run, path, text), PKD_OK);
	assert_int_equal(run->ctx.absent, ERROR);
	assert_int_equal(*run->written, written);
}

static void fails(struct run *run, const char *path, const char *text)
{
	run->ctx.number++;
	assert_int_equal(again(run, path, "text"), PKD_OK);
	assert_int_equal(run->ctx.absent, WRITTEN);
	assert_string_equal(run->error->text, text);
}

static void restart(struct run *run)
{
	assert_int_equal(fake_restart(&files_write_methods, &run->self, &run->params, &run->ctx),
	                 PKD_OK);
}

static void end(struct run *run)
{
	files_write_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->path);
	fake_slot_free(run->data);
	fake_slot_free(run->written);
	fake_slot_free(run->error);
}

static void holds(const char *root, const char *path, const char *text)
{
	assert_string_equal(fake_output("cat '%s/%s'", root, path), text);
}

static void a_file_is_made_replaced_or_kept(void **state)
{
	const char *root = fake_path("made");
	struct run run;

	(void)state;
	fake_run("mkdir '%s'", root);
	start(&run, root, files_Existing_fail);
	run.ctx.number = 1;
	writes(&run, "a/b/c", "first", files_Written_made);
	writes(&run, "a/d", "", files_Written_made);
	holds(root, "a/b/c", "first");
	fails(&run, "a/b/c",
	      "cannot write 'a/b/c': it is there already: write existing: replace, or keep");
	holds(root, "a/b/c", "first");
	run.ctx.unread = ERROR;
	assert_int_equal(again(&run, "a/b/c", "text"), -EEXIST);
	end(&run);
	start(&run, root, files_Existing_keep);
	writes(&run, "a/b/c", "second", files_Written_kept);
	holds(root, "a/b/c", "first");
	fake_run(
		"cd '%s' && mkfifo fifo && ln -s none dangling && ln -s a/d link && ln -s a folder",
		root);
	fails(&run, "a/b", "cannot write 'a/b': Is a directory");
	fails(&run, "folder", "cannot write 'folder': Is a directory");
	fails(&run, "fifo", "cannot write 'fifo': what is there is no file");
	fails(&run, "dangling", "cannot write 'dangling': a symbolic link is in the way");
	run.ctx.number++;
	writes(&run, "link", "second", files_Written_kept);
	end(&run);
	start(&run, root, files_Existing_replace);
	writes(&run, "a/b/c", "third", files_Written_replaced);
	holds(root, "a/b/c", "third");
	run.ctx.number++;
	writes(&run, "e", "fourth", files_Written_made);
	end(&run);
	assert_string_equal(fake_output("cd '%s' && find . -type f | sort | tr '\\n' ' '", root),
	                    "./a/b/c ./a/d ./e ");
}

static void it_does_without_a_rename_that_replaces_nothing(void **state)
{
	const char *root = fake_path("old");
	struct run run;

	(void)state;
	fake_run("mkdir '%s'", root);
	always_replaces = true;
	start(&run, root, files_Existing_fail);
	run.ctx.number = 1;
	writes(&run, "a", "first", files_Written_made);
	holds(root, "a", "first");
	fails(&run, "a", "cannot write 'a': it is there already: write existing: replace, or keep");
	end(&run);
	always_replaces = false;
	assert_string_equal(fake_output("ls -A '%s' | tr '\\n' ' '", root), "a ");
}

/* The reason begins where the path ends. */
static void a_path_may_look_like_a_reason(void **state)
{
	const char *root = fake_path("colon");
	struct run run;

	(void)state;
	fake_run("mkdir '%s'", root);
	start(&run, root, files_Existing_fail);
	run.ctx.number = 1;
	run.ctx.unread = ERROR;
	assert_true(again(&run, "a: b/..", "text") < 0);
	assert_string_equal(run.ctx.error, "cannot write 'a: b/..': Is a directory");
	end(&run);
}

/* The node is killed after the file has its name, and before the firing counts. */
static void a_firing_that_is_done_again_finds_its_own_file(void **state)
{
	const char *root = fake_path("again");
	struct run run;

	(void)state;
	fake_run("mkdir '%s'", root);
	start(&run, root, files_Existing_fail);
	run.ctx.number = 7;
	writes(&run, "a", "text", files_Written_made);
	restart(&run);
	writes(&run, "a", "text", files_Written_made);
	run.ctx.number = 8;
	fails(&run, "a", "cannot write 'a': it is there already: write existing: replace, or keep");
	/* Another one has taken its place. */
	run.ctx.number = 10;
	writes(&run, "b", "text", files_Written_made);
	fake_run("cd '%s' && cp b c && mv c b", root);
	restart(&run);
	run.ctx.number = 9;
	fails(&run, "b", "cannot write 'b': it is there already: write existing: replace, or keep");
	end(&run);
}

/* A kill between two calls leaves a temporary file, which the same firing uses up. */
static void a_temporary_file_is_left_by_nobody(void **state)
{
	const char *root = fake_path("temporary");
	struct run run;

	(void)state;
	fake_run("mkdir '%s'", root);
	start(&run, root, files_Existing_fail);
	run.ctx.number = 3;
	fake_run("printf half >'%s/.pkd-%016llx-3'", root, (unsigned long long)run.last.run);
	restart(&run);
	writes(&run, "a", "text", files_Written_made);
	holds(root, "a", "text");
	assert_string_equal(fake_output("ls -A '%s' | tr '\\n' ' '", root), "a ");
	end(&run);
}

static void nothing_is_written_outside_of_the_root(void **state)
{
	const char *root = fake_path("inside/root");
	struct run run;

	(void)state;
	fake_run(
		"mkdir -p '%s' && cd '%s' && ln -s .. up && ln -s ../there link && mkdir d && echo x >f",
		root, root);
	start(&run, root, files_Existing_replace);
	fails(&run, "../a", "cannot write '../a': it leads out of 'root'");
	fails(&run, "new/../../a", "cannot write 'new/../../a': it leads out of 'root'");
	fails(&run, "new/d/../../../a", "cannot write 'new/d/../../../a': it leads out of 'root'");
	assert_string_equal(fake_output("ls -d '%s/new' 2>&1 | grep -c 'No such'", root), "1");
	fails(&run, "/tmp/pkd-a", "cannot write '/tmp/pkd-a': it leads out of 'root'");
	fails(&run, "up/a", "cannot write 'up/a': a symbolic link is in the way");
	fails(&run, "up/new/a", "cannot write 'up/new/a': a symbolic link is in the way");
	fails(&run, "d", "cannot write 'd': Is a directory");
	fails(&run, "d/", "cannot write 'd/': Is a directory");
	fails(&run, "..", "cannot write '..': Is a directory");
	fails(&run, "f/a", "cannot write 'f/a': Not a directory");
	fails(&run, "", "cannot write '': there is none (any more)");
	/* A link is replaced itself, and not what it leads to. */
	run.ctx.number++;
	writes(&run, "link", "text", files_Written_replaced);
	run.params.directories = false;
	fails(&run, "x/y", "cannot write 'x/y': there is none (any more)");
	end(&run);
	assert_string_equal(fake_output("ls '%s/..' | tr '\\n' ' '", root), "root ");
}

static void a_file_that_has_no_room_is_not_there(void **state)
{
	const char *root = fake_path("full");
	struct rlimit before, limit = {1000, RLIM_INFINITY};
	static char text[5000];
	struct run run;

	(void)state;
	fake_run("mkdir '%s'", root);
	memset(text, 'x', sizeof(text) - 1);
	start(&run, root, files_Existing_fail);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(again(&run, "large", text), PKD_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_string_equal(run.error->text, "cannot write 'large': File too large");
	assert_string_equal(fake_output("ls -A '%s'; echo .", root), ".");
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
		cmocka_unit_test(a_file_is_made_replaced_or_kept),
		cmocka_unit_test(it_does_without_a_rename_that_replaces_nothing),
		cmocka_unit_test(a_path_may_look_like_a_reason),
		cmocka_unit_test(a_firing_that_is_done_again_finds_its_own_file),
		cmocka_unit_test(a_temporary_file_is_left_by_nobody),
		cmocka_unit_test(nothing_is_written_outside_of_the_root),
		cmocka_unit_test(a_file_that_has_no_room_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, remove_all);
}
