/* files.watch on directories that the test changes: by inotify and by looking again and again. */
#define _GNU_SOURCE
#include <errno.h>
#include <files/watch.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods files_watch_methods;

enum { PATH = 64, PATH_OUT = 1, ERROR_OUT = 4, MANY = 20000 };

struct run {
	struct pkd_ctx ctx;
	struct files_watch_params params;
	void *self;
	struct files_watch_path *path;
	struct files_Change *change;
	struct files_watch_error *error;
	int64_t sure;
	char root[128];
};

static void start_with(struct run *run, const char *root, struct files_watch_params params)
{
	*run = (struct run){.params = params};
	snprintf(run->root, sizeof(run->root), "%s/", root);
	run->params.root = run->root;
	run->params.PATH = PATH;
	if (!params.names)
		run->params.names = "";
	if (!params.skip)
		run->params.skip = "";
	run->ctx.memories[0] = &run->sure;
	run->self = fake_self(&files_watch_methods);
	run->path = fake_slot(sizeof(*run->path) + PATH + 1);
	run->change = fake_slot(sizeof(*run->change));
	run->error = fake_slot(sizeof(*run->error));
	assert_int_equal(files_watch_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static int step_once(struct run *run)
{
	struct files_watch_in in = {0};
	struct files_watch_out out = {run->path, run->change, run->error};

	run->ctx.absent = 0;
	run->path->len = 0;
	*run->change = (struct files_Change){0};
	run->error->len = 0;
	return fake_fire(&files_watch_methods, run->self, &in, &out, &run->ctx);
}

/* The next change, as "written a/b"; NULL where nothing has changed. */
static const char *next(struct run *run)
{
	static const char *const whats[] = {"there", "written", "removed", "missed"};
	static char text[512];
	int result;

	do {
		run->ctx.due_ns = INT64_MAX;
		result = step_once(run);
	} while (result == PKD_LATER && run->ctx.due_ns <= pkd_now());
	if (result == PKD_LATER)
		return NULL;
	assert_int_equal(result, PKD_OK);
	if (!(run->ctx.absent & ERROR_OUT))
		return run->error->text;
	if (run->ctx.absent & PATH_OUT)
		return whats[run->change->what];
	snprintf(text, sizeof(text), "%s %s", whats[run->change->what], run->path->text);
	return text;
}

static void is_next(struct run *run, const char *text)
{
	const char *is = next(run);

	assert_non_null(is);
	assert_string_equal(is, text);
}

static void start(struct run *run, const char *root)
{
	start_with(run, root, (struct files_watch_params){.hidden = false});
	assert_null(next(run));
}

static void restart(struct run *run)
{
	assert_int_equal(fake_restart(&files_watch_methods, &run->self, &run->params, &run->ctx),
	                 PKD_OK);
}

static void end(struct run *run)
{
	files_watch_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->path);
	fake_slot_free(run->change);
	fake_slot_free(run->error);
}

static const char *make(const char *name)
{
	const char *root = fake_path(name);

	fake_run("mkdir -p '%s/a/b' && cd '%s' && echo >a/old && echo >a/b/old && echo >.hidden",
	         root, root);
	return root;
}

static void a_file_comes_once_it_is_whole(void **state)
{
	const char *root = make("whole");
	struct run run;
	FILE *file;

	(void)state;
	start(&run, root);
	file = fopen(fake_path("whole/a/new"), "w");
	fputs("12345", file);
	fflush(file);
	assert_null(next(&run));
	fclose(file);
	is_next(&run, "written a/new");
	assert_int_equal(run.change->size, 5);
	assert_int_equal(run.change->kind, files_Kind_file);
	fake_run(
		"cd '%s' && mv a/new a/b/moved && ln a/old a/hard && ln -s old a/soft && mkfifo pipe "
		"&& echo >.more",
		root);
	is_next(&run, "removed a/new");
	is_next(&run, "written a/b/moved");
	is_next(&run, "written a/hard");
	is_next(&run, "written a/soft");
	assert_int_equal(run.change->kind, files_Kind_link);
	is_next(&run, "written pipe");
	fake_run("rm '%s/a/old'", root);
	is_next(&run, "removed a/old");
	assert_null(next(&run));
	end(&run);
}

static void what_is_there_may_come_first(void **state)
{
	const char *root = make("there");
	struct run run;

	(void)state;
	start_with(&run, root, (struct files_watch_params){.existing = true, .hidden = true});
	is_next(&run, "there .hidden");
	is_next(&run, "there a/old");
	is_next(&run, "there a/b/old");
	assert_null(next(&run));
	end(&run);
	start_with(&run, root,
	           (struct files_watch_params){.existing = true, .names = "*.c|o*", .skip = "b"});
	is_next(&run, "there a/old");
	assert_null(next(&run));
	fake_run("cd '%s' && echo >a/x.c && echo >a/x.h && echo >a/b/y.c", root);
	is_next(&run, "written a/x.c");
	assert_null(next(&run));
	end(&run);
}

static void new_directories_are_watched(void **state)
{
	const char *root = make("new");
	struct run run;

	(void)state;
	start(&run, root);
	fake_run("cd '%s' && mkdir -p c/d/e && echo >c/d/e/f", root);
	is_next(&run, "written c/d/e/f");
	while (next(&run)) /* it may come once more */
		;
	fake_run("cd '%s' && mv c/d a/d2 && echo >a/d2/e/g", root);
	is_next(&run, "removed c/d/e/f");
	is_next(&run, "written a/d2/e/f");
	is_next(&run, "written a/d2/e/g");
	while (next(&run))
		;
	fake_run("echo >'%s/a/d2/e/i'", root);
	is_next(&run, "written a/d2/e/i");
	fake_run("rm -r '%s/a/d2/e'", root);
	for (int i = 0; i < 3; i++)
		assert_memory_equal(next(&run), "removed a/d2/e/", 15);
	assert_null(next(&run));
	end(&run);
}

static void lost_events_are_told_and_made_up_for(void **state)
{
	const char *root = make("lost");
	const char *text;
	struct run run;
	int n = 0, limit = atoi(fake_output("cat /proc/sys/fs/inotify/max_queued_events"));

	(void)state;
	if (limit > MANY)
		skip();
	start(&run, root);
	fake_run(
		"cd '%s' && rm a/b/old && echo longer >a/old && for i in $(seq %d); do : >n$i; done",
		root, MANY);
	while ((text = next(&run)) && strcmp(text, "missed") != 0)
		n += strncmp(text, "written n", 9) == 0;
	assert_non_null(text);
	while ((text = next(&run)))
		n += strncmp(text, "written n", 9) == 0;
	assert_int_equal(n, MANY);
	fake_run("echo >'%s/after'", root);
	is_next(&run, "written after");
	end(&run);
}

static void a_restart_tells_what_is_newer(void **state)
{
	const char *root = make("restarted");
	struct run run;

	(void)state;
	fake_run("touch -d @1000000000 '%s/a/old'; sleep 0.05", root);
	start(&run, root);
	restart(&run);
	is_next(&run, "missed");
	assert_null(next(&run));
	fake_run("sleep 0.05; echo >'%s/first'", root);
	is_next(&run, "written first");
	fake_run("sleep 0.05; cd '%s' && echo >a/second && mkdir c && mv a/old c/moved", root);
	restart(&run);
	is_next(&run, "missed");
	is_next(&run, "written first"); /* the last one, which may not have been taken */
	is_next(&run, "written a/second");
	is_next(&run, "written c/moved");
	is_next(&run, "written a/b/old"); /* "a" has changed: it may have been moved here */
	assert_null(next(&run));
	fake_run("rm '%s/first'", root);
	is_next(&run, "removed first");
	end(&run);
}

/* Neither changes the time of a file. */
static void a_restart_finds_late_ends_and_moved_directories(void **state)
{
	const char *root = make("late"), *from = fake_path("from");
	struct run run;
	FILE *file;

	(void)state;
	fake_run("mkdir -p '%s/d/e' && echo >'%s/d/e/moved' && sleep 0.05", from, from);
	start(&run, root);
	file = fopen(fake_path("late/slow"), "w");
	fputs("12345", file);
	fflush(file);
	fake_run("sleep 0.05; echo >'%s/quick'", root);
	is_next(&run, "written quick");
	assert_null(next(&run));
	fake_run("mv '%s/d' '%s/d'", from, root);
	fclose(file);
	restart(&run);
	is_next(&run, "missed");
	is_next(&run, "written quick");
	is_next(&run, "written slow");
	is_next(&run, "written d/e/moved");
	assert_null(next(&run));
	fake_run("sleep 0.05");
	assert_null(next(&run));
	restart(&run);
	is_next(&run, "missed");
	assert_null(next(&run));
	/* One that goes before it was given is nothing. */
	file = fopen(fake_path("late/gone"), "w");
	assert_null(next(&run));
	fake_run("rm '%s/gone'", root);
	fclose(file);
	assert_null(next(&run));
	end(&run);
}

static void it_may_look_again_and_again(void **state)
{
	const char *root = make("polled");
	struct run run;

	(void)state;
	fake_now_ns = 1000;
	start_with(&run, root, (struct files_watch_params){.poll = 100, .existing = true});
	is_next(&run, "there a/old");
	is_next(&run, "there a/b/old");
	fake_run("cd '%s' && echo more >>a/old && rm a/b/old && mkdir c && echo >c/new", root);
	for (int i = 0; i < 2 && !next(&run); i++)
		fake_now_ns += 100;
	assert_string_equal(run.path->text, "a/b/old");
	assert_int_equal(run.change->what, files_What_removed);
	assert_null(next(&run)); /* what is new is to be the same in the next look */
	fake_run("echo >>'%s/c/new'", root);
	fake_now_ns += 100;
	is_next(&run, "written a/old");
	assert_null(next(&run));
	fake_now_ns += 100;
	is_next(&run, "written c/new");
	assert_null(next(&run));
	fake_now_ns += 100;
	assert_null(next(&run));
	end(&run);
	fake_now_ns = 0;
}

static void what_cannot_be_watched_is_told(void **state)
{
	const char *root = make("failed");
	struct run run;

	(void)state;
	start(&run, root);
	fake_run(
		"cd '%s' && mkdir -p a/123456789012345678901234567890/123456789012345678901234567890 && "
		"echo >a/123456789012345678901234567890/123456789012345678901234567890/x",
		root);
	assert_non_null(strstr(next(&run), "write PATH: "));
	assert_int_equal(run.ctx.absent, PATH_OUT);
	while (next(&run))
		;
	fake_run("rm -r '%s'", root);
	while (step_once(&run) == PKD_OK || run.ctx.n_errors == 0)
		;
	assert_non_null(strstr(run.ctx.error, "it was removed or moved"));
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
		cmocka_unit_test(a_file_comes_once_it_is_whole),
		cmocka_unit_test(what_is_there_may_come_first),
		cmocka_unit_test(new_directories_are_watched),
		cmocka_unit_test(lost_events_are_told_and_made_up_for),
		cmocka_unit_test(a_restart_tells_what_is_newer),
		cmocka_unit_test(a_restart_finds_late_ends_and_moved_directories),
		cmocka_unit_test(it_may_look_again_and_again),
		cmocka_unit_test(what_cannot_be_watched_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, remove_all);
}
