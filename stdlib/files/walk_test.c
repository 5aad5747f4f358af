/* files.walk on trees that the test makes, killed between any two entries. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <files/walk.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods files_walk_methods;

enum { PATH = 64, MAX_PATH = 8192, ALL = 64 * 1024, PATH_OUT = 1, ERROR_OUT = 4 };

struct run {
	struct pkd_ctx ctx;
	struct files_walk_params params;
	void *self;
	struct files_walk_path *path;
	struct files_Entry *entry;
	struct files_walk_error *error;
	char root[128];
};

static void start_at(struct run *run, const char *root, struct files_walk_params params)
{
	*run = (struct run){.params = params};
	snprintf(run->root, sizeof(run->root), "%s/", root);
	run->params.root = run->root;
	run->params.hidden = !params.hidden;
	if (!params.PATH)
		run->params.PATH = PATH;
	if (!params.names)
		run->params.names = "";
	if (!params.skip)
		run->params.skip = "";
	run->ctx.memories[0] = calloc(2, run->params.PATH + 1032 + 8);
	run->ctx.memories[1] = calloc(run->params.PATH + 4, sizeof(uint64_t));
	run->self = fake_self(&files_walk_methods);
	run->path = fake_slot((uint32_t)sizeof(*run->path) + run->params.PATH + 1);
	run->entry = fake_slot(sizeof(*run->entry));
	run->error = fake_slot(sizeof(*run->error));
	assert_int_equal(files_walk_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static int step(struct run *run)
{
	struct files_walk_in in = {0};
	struct files_walk_out out = {run->path, run->entry, run->error};
	int result;

	do {
		run->ctx.absent = 0;
		run->path->len = 0;
		*run->entry = (struct files_Entry){0};
		run->error->len = 0;
		result = fake_fire(&files_walk_methods, run->self, &in, &out, &run->ctx);
	} while (result == PKD_LATER);
	return result;
}

static void restart(struct run *run)
{
	assert_int_equal(fake_restart(&files_walk_methods, &run->self, &run->params, &run->ctx),
	                 PKD_OK);
}

static void end(struct run *run)
{
	files_walk_methods.finish(run->self);
	free(run->self);
	free(run->ctx.memories[0]);
	free(run->ctx.memories[1]);
	fake_slot_free(run->path);
	fake_slot_free(run->entry);
	fake_slot_free(run->error);
}

/* All paths, each with its order and parent, where it has one with its error; killed before each
 * `kill_each`-th. */
static const char *all(struct run *run, int kill_each)
{
	static char text[ALL];
	size_t used = 0;
	int n = 0;

	*text = '\0';
	while (step(run) == PKD_OK) {
		bool has_failed = !(run->ctx.absent & ERROR_OUT);

		assert_int_equal(has_failed, (run->ctx.absent & PATH_OUT) != 0);
		assert_int_equal(run->entry->order, ++n);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s(%d) ",
		                         has_failed ? run->error->text : run->path->text,
		                         (int)run->entry->parent);
		if (kill_each && n % kill_each == 0)
			restart(run);
	}
	return text;
}

static const char *make_tree(const char *name)
{
	const char *root = fake_path(name);

	fake_run("mkdir -p '%s' && cd '%s' && mkdir -p a/b/c d e/.g && touch a/b/c/z a/b/y a/x a-b "
	         "d/q .h e/.g/i f.jpg && ln -s ../a d/up && ln -s nowhere d/lost",
	         root, root);
	return root;
}

#define IN_DEPTH                                                                             \
	".(0) .h(1) a(1) a/b(3) a/b/c(4) a/b/c/z(5) a/b/y(4) a/x(3) a-b(1) d(1) d/lost(10) " \
	"d/q(10) d/up(10) e(1) e/.g(14) e/.g/i(15) f.jpg(1) "
#define IN_BREADTH                                                                          \
	".(0) .h(1) a(1) a-b(1) d(1) e(1) f.jpg(1) a/b(3) a/x(3) d/lost(5) d/q(5) d/up(5) " \
	"e/.g(6) a/b/c(8) a/b/y(8) e/.g/i(13) a/b/c/z(14) "

static void a_directory_comes_before_what_is_in_it(void **state)
{
	const char *root = make_tree("depth");
	struct run run;

	(void)state;
	start_at(&run, root, (struct files_walk_params){0});
	assert_string_equal(all(&run, 0), IN_DEPTH);
	end(&run);
}

static void breadth_first_goes_level_by_level(void **state)
{
	const char *root = make_tree("breadth");
	struct run run;

	(void)state;
	start_at(&run, root, (struct files_walk_params){.order = files_Order_breadth});
	assert_string_equal(all(&run, 0), IN_BREADTH);
	end(&run);
}

/* Fails with -DPKD_TEST_NO_RESUME. */
static void a_restart_goes_on_with_the_next(void **state)
{
	const char *root = make_tree("killed");
	struct run run;

	(void)state;
	for (int each = 1; each < 4; each++) {
		start_at(&run, root, (struct files_walk_params){0});
		assert_string_equal(all(&run, each), IN_DEPTH);
		end(&run);
		start_at(&run, root, (struct files_walk_params){.order = files_Order_breadth});
		assert_string_equal(all(&run, each), IN_BREADTH);
		end(&run);
	}
}

/* A firing that was not committed has written into persistent memory. */
static void a_firing_that_does_not_count_is_done_again(void **state)
{
	const char *root = make_tree("uncommitted");
	struct files_walk_in in = {0};
	struct run run;

	(void)state;
	for (uint32_t order = 0; order < 2; order++) {
		start_at(&run, root, (struct files_walk_params){.order = order});
		for (int n = 0;; n++) {
			struct files_walk_out out = {run.path, run.entry, run.error};
			uint64_t committed[8];
			int result;

			memcpy(committed, run.ctx.committed_state, sizeof(committed));
			memcpy(run.ctx.state, run.ctx.committed_state, sizeof(run.ctx.state));
			run.ctx.absent = 0;
			result = files_walk_methods.step(run.self, &in, &out, &run.ctx);
			assert_memory_equal(committed, run.ctx.committed_state, sizeof(committed));
			restart(&run);
			if (result == PKD_SKIP)
				break;
			assert_int_equal(step(&run), PKD_OK);
			assert_int_equal(run.entry->order, n + 1);
			restart(&run);
		}
		end(&run);
	}
}

static void it_finds_its_place_in_a_tree_that_has_changed(void **state)
{
	const char *root = make_tree("changed");
	struct run run;

	(void)state;
	for (uint32_t order = 0; order < 2; order++) {
		start_at(&run, root, (struct files_walk_params){.order = order});
		do
			assert_int_equal(step(&run), PKD_OK);
		while (strcmp(run.path->text, "a/b") != 0);
		fake_run("cd '%s' && rm -r a/b && touch .a0 z a/bb && mkdir a/bc && touch a/bc/n",
		         root);
		restart(&run);
		assert_int_equal(step(&run), PKD_OK);
		assert_string_equal(run.path->text, "a/bb");
		assert_int_equal(run.entry->parent, order ? 0 : 3);
		assert_int_equal(run.ctx.n_notes, order);
		assert_int_equal(step(&run), PKD_OK);
		assert_string_equal(run.path->text, "a/bc");
		end(&run);
		fake_run("rm -r '%s'", root);
		make_tree("changed");
	}
}

/* As many entries as before, but others. */
static void a_parent_that_is_not_sure_is_0(void **state)
{
	const char *root = make_tree("unsure");
	struct run run;

	(void)state;
	start_at(&run, root, (struct files_walk_params){.order = files_Order_breadth});
	do
		assert_int_equal(step(&run), PKD_OK);
	while (strcmp(run.path->text, "f.jpg") != 0);
	fake_run("cd '%s' && rm -r d && mkdir a-d && touch a-d/x", root);
	restart(&run);
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.path->text, "a/b");
	assert_int_equal(run.entry->parent, 0);
	assert_non_null(strstr(run.ctx.note, "has changed while this node was restarted"));
	end(&run);
}

static void what_is_wanted_can_be_chosen(void **state)
{
	const char *root = make_tree("rules");
	struct run run;

	(void)state;
	start_at(&run, root, (struct files_walk_params){.stop_level = 1});
	assert_string_equal(all(&run, 1), ".(0) .h(1) a(1) a-b(1) d(1) e(1) f.jpg(1) ");
	end(&run);
	start_at(&run, root,
	         (struct files_walk_params){.stop_level = 1, .order = files_Order_breadth});
	assert_string_equal(all(&run, 1), ".(0) .h(1) a(1) a-b(1) d(1) e(1) f.jpg(1) ");
	end(&run);
	start_at(&run, root, (struct files_walk_params){.only = files_Only_files, .hidden = true});
	assert_string_equal(all(&run, 1), "a/b/c/z(0) a/b/y(0) a/x(0) a-b(0) d/q(0) f.jpg(0) ");
	end(&run);
	start_at(&run, root,
	         (struct files_walk_params){.only = files_Only_directories, .skip = "b|.g"});
	assert_string_equal(all(&run, 1), ".(0) a(1) d(1) e(1) ");
	end(&run);
	start_at(&run, root,
	         (struct files_walk_params){.names = "*.jpg|z", .links = files_Links_skip});
	assert_string_equal(all(&run, 1), ".(0) a(1) a/b(2) a/b/c(3) a/b/c/z(4) d(1) e(1) e/.g(7) "
	                                  "f.jpg(1) ");
	end(&run);
}

/* What is in "/proc", which is another file system. */
/* Who looks ahead changes nothing. */
static void threads_may_look_ahead(void **state)
{
	const char *root = make_tree("ahead");
	struct run run;

	(void)state;
	fake_run("mkdir '%s/z' && cd '%s/z' && touch $(seq 1000)", root, root);
	for (uint32_t order = 0; order < 2; order++) {
		static char without[ALL];

		for (uint32_t ahead = 0; ahead < 9; ahead += 4) {
			const char *text;

			start_at(&run, root,
			         (struct files_walk_params){.order = order, .ahead = ahead});
			text = all(&run, ahead == 4 ? 300 : 0);
			if (ahead == 0)
				memcpy(without, text, sizeof(without));
			assert_string_equal(text, without);
			end(&run);
		}
	}
}

static void other_file_systems_can_be_left_out(void **state)
{
	struct run run;

	(void)state;
	for (uint32_t mounts = 0; mounts < 3; mounts++) {
		uint32_t n_directories = 0, n_inside = 0;

		start_at(&run, "", (struct files_walk_params){.stop_level = 2, .mounts = mounts});
		while (step(&run) == PKD_OK) {
			n_directories += strcmp(run.path->text, "proc") == 0 && run.path->len > 0;
			n_inside += strncmp(run.path->text, "proc/", 5) == 0 && run.path->len > 0;
		}
		assert_int_equal(n_directories, mounts != files_Mounts_skip);
		assert_int_equal(n_inside > 0, mounts == files_Mounts_enter);
		end(&run);
	}
}

static void links_can_be_followed(void **state)
{
	const char *root = fake_path("links");
	struct run run;

	(void)state;
	fake_run(
		"mkdir -p '%s/a/b' '%s/c' && cd '%s' && touch c/f && ln -s ../c a/c && "
		"ln -s .. a/loop && ln -s ../.. a/b/up && ln -s /etc a/etc && ln -s nowhere a/none",
		root, root, root);
	for (uint32_t order = 0; order < 2; order++)
		for (int each = 0; each < 2; each++) {
			start_at(&run, root,
			         (struct files_walk_params){.links = files_Links_follow,
			                                    .order = order});
			assert_string_equal(
				all(&run, each),
				order ? ".(0) a(1) c(1) a/b(2) a/c(2) cannot follow 'a/etc': it leads "
					"out of 'root'(2) cannot enter 'a/loop': this link leads to itself, or to "
					"a directory that it is in(2) a/none(2) c/f(3) cannot enter "
					"'a/b/up': this link leads to itself, or to a directory that it is in(4) "
					"a/c/f(5) "
				      : ".(0) a(1) a/b(2) cannot enter 'a/b/up': this link leads to itself, or to "
					"a directory that it is in(3) a/c(2) a/c/f(5) cannot follow "
					"'a/etc': it leads out of 'root'(2) cannot enter 'a/loop': this "
					"link leads to itself, or to a directory that it is in(2) a/none(2) c(1) c/f(10) ");
			end(&run);
		}
}

static void a_name_may_be_any_bytes(void **state)
{
	const char *root = fake_path("names");
	char name[256], path[512];
	struct run run;

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	assert_int_equal(mkdir(root, 0755), 0);
	snprintf(path, sizeof(path), "%s/\xff\xfe", root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/\xff\xfe/two\nlines", root);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0644)), 0);
	snprintf(path, sizeof(path), "%s/%s", root, name);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0644)), 0);
	start_at(&run, root, (struct files_walk_params){.PATH = 300});
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.path->text, name);
	assert_string_equal(run.entry->name.text, name);
	restart(&run);
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.path->text, "\xff\xfe");
	restart(&run);
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.path->text, "\xff\xfe/two\nlines");
	restart(&run);
	assert_int_equal(step(&run), PKD_SKIP);
	end(&run);
}

static void a_path_without_room_is_an_error_of_its_own(void **state)
{
	const char *root = fake_path("room");
	struct run run;

	(void)state;
	fake_run("mkdir -p '%s/aaaa/bbbb/cccc' && touch '%s/z'", root, root);
	for (uint32_t order = 0; order < 2; order++) {
		start_at(&run, root, (struct files_walk_params){.PATH = 6, .order = order});
		assert_string_equal(
			all(&run, 1),
			order ? ".(0) aaaa(1) z(1) cannot give 'aaaa/bbbb': it has 9 bytes, "
				"more than PATH = 6: write PATH: 9(2) "
			      : ".(0) aaaa(1) cannot give 'aaaa/bbbb': it has 9 bytes, "
				"more than PATH = 6: write PATH: 9(2) z(1) ");
		end(&run);
		start_at(&run, root, (struct files_walk_params){.PATH = 6, .order = order});
		run.ctx.unread = ERROR_OUT;
		for (uint32_t i = 0; i < 2 + order; i++)
			assert_int_equal(step(&run), PKD_OK);
		assert_int_equal(step(&run), -ENAMETOOLONG);
		assert_non_null(strstr(run.ctx.error, "write PATH: 9"));
		end(&run);
	}
}

static void a_directory_that_cannot_be_read_is_told(void **state)
{
	const char *root = make_tree("closed");
	struct run run;

	(void)state;
	fake_run("chmod 755 '%s' && chmod 700 '%s/a/b' && chmod 0 '%s/d'", fake_directory(), root,
	         root);
	if (getuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	for (uint32_t order = 0; order < 2; order++) {
		const char *text;

		start_at(&run, root,
		         (struct files_walk_params){.only = files_Only_files, .order = order});
		if (getuid() != 0)
			fake_run("chmod 0 '%s/a/b'", root);
		text = all(&run, 1);
		assert_non_null(strstr(text, "cannot read 'a/b': Permission denied(0)"));
		assert_non_null(strstr(text, "cannot read 'd': Permission denied(0)"));
		assert_null(strstr(text, "a/b/y"));
		assert_non_null(strstr(text, "f.jpg"));
		end(&run);
	}
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	fake_run("chmod -R u+rwx '%s'", root);
}

static void what_vanishes_is_told(void **state)
{
	const char *root = make_tree("vanished");
	struct run run;

	(void)state;
	start_at(&run, root, (struct files_walk_params){0});
	do
		assert_int_equal(step(&run), PKD_OK);
	while (strcmp(run.path->text, "a/b/c") != 0);
	fake_run("rm -r '%s/a/b' '%s/d'", root, root);
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.error->text, "cannot look at 'a/b/c/z': there is none (any more)");
	assert_string_equal(run.entry->name.text, "z");
	do
		assert_int_equal(step(&run), PKD_OK);
	while (run.path->len == 0 || strcmp(run.path->text, "a-b") != 0);
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.error->text, "cannot read 'd': there is none (any more)");
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.path->text, "e");
	end(&run);
	fake_run("rm -r '%s'", root);
	make_tree("vanished");
	start_at(&run, root, (struct files_walk_params){.order = files_Order_breadth});
	do
		assert_int_equal(step(&run), PKD_OK);
	while (strcmp(run.path->text, "f.jpg") != 0);
	fake_run("rm -r '%s/d'", root);
	for (int i = 0; i < 3; i++)
		assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.error->text,
	                    "cannot read the rest of 'd': there is none (any more)");
	restart(&run);
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.path->text, "e/.g");
	end(&run);
}

/* Where nobody reads the entries, nothing is looked at. */
static void entries_say_what_is_there(void **state)
{
	const char *root = make_tree("stats");
	struct run run;

	(void)state;
	fake_run("cd '%s' && printf 12345 >f.jpg && touch -d @1000000000.5 f.jpg && mkfifo e/fifo",
	         root);
	start_at(&run, root, (struct files_walk_params){.names = "f*"});
	for (int i = 0; i < 7; i++)
		assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.path->text, "e/.g");
	assert_int_equal(run.entry->kind, files_Kind_directory);
	assert_int_equal(run.entry->size, 0);
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.path->text, "e/fifo");
	assert_int_equal(run.entry->kind, files_Kind_other);
	assert_int_equal(step(&run), PKD_OK);
	assert_string_equal(run.entry->name.text, "f.jpg");
	assert_int_equal(run.entry->kind, files_Kind_file);
	assert_int_equal(run.entry->size, 5);
	assert_int_equal(run.entry->depth, 1);
	assert_int_equal(run.entry->modified, INT64_C(1000000000500000000));
	end(&run);
}

/* Far beyond PATH_MAX, as a tree that is made by steps; on the way up descriptors are opened
 * again. */
static void a_tree_may_be_deep(void **state)
{
	enum { DEPTH = 2000, NAME = 30 };
	const char *root = fake_path("deep");
	char name[NAME + 1];
	struct run run;
	int at, n = 0;

	(void)state;
	memset(name, 'x', NAME);
	name[NAME] = '\0';
	assert_int_equal(mkdir(root, 0755), 0);
	at = open(root, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < DEPTH; i++) {
		int below;

		assert_int_equal(mkdirat(at, name, 0755), 0);
		below = openat(at, name, O_RDONLY | O_DIRECTORY);
		assert_true(below >= 0);
		assert_int_equal(close(openat(at, "y", O_CREAT | O_WRONLY, 0644)), 0);
		close(at);
		at = below;
	}
	close(at);
	for (uint32_t order = 0; order < 2; order++) {
		start_at(&run, root,
		         (struct files_walk_params){.PATH = DEPTH * (NAME + 1), .order = order});
		for (n = 0; step(&run) == PKD_OK; n++) {
			if (n % 500 == 499 || n == 2010)
				restart(&run);
			assert_int_equal(run.ctx.absent, ERROR_OUT);
			assert_int_equal(run.entry->depth, order        ? (n + 1) / 2
			                                   : n <= DEPTH ? n
			                                                : 2 * DEPTH + 1 - n);
		}
		assert_int_equal(n, 2 * DEPTH + 1);
		end(&run);
	}
}

static void the_root_must_be_a_directory(void **state)
{
	struct run run = {.params = {.root = "/etc/passwd", .names = "", .skip = "", .PATH = PATH}};

	(void)state;
	run.ctx.memories[0] = calloc(2, PATH + 1032 + 8);
	run.ctx.memories[1] = calloc(PATH + 4, sizeof(uint64_t));
	run.self = fake_self(&files_walk_methods);
	assert_int_equal(files_walk_methods.init(run.self, &run.params, &run.ctx), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "write \"/etc/passwd/\""));
	run.params.root = "/nowhere/";
	assert_int_equal(files_walk_methods.init(run.self, &run.params, &run.ctx), -ENOENT);
	free(run.self);
	free(run.ctx.memories[0]);
	free(run.ctx.memories[1]);
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
		cmocka_unit_test(a_directory_comes_before_what_is_in_it),
		cmocka_unit_test(breadth_first_goes_level_by_level),
		cmocka_unit_test(a_restart_goes_on_with_the_next),
		cmocka_unit_test(a_firing_that_does_not_count_is_done_again),
		cmocka_unit_test(it_finds_its_place_in_a_tree_that_has_changed),
		cmocka_unit_test(a_parent_that_is_not_sure_is_0),
		cmocka_unit_test(what_is_wanted_can_be_chosen),
		cmocka_unit_test(threads_may_look_ahead),
		cmocka_unit_test(other_file_systems_can_be_left_out),
		cmocka_unit_test(links_can_be_followed),
		cmocka_unit_test(a_name_may_be_any_bytes),
		cmocka_unit_test(a_path_without_room_is_an_error_of_its_own),
		cmocka_unit_test(a_directory_that_cannot_be_read_is_told),
		cmocka_unit_test(what_vanishes_is_told),
		cmocka_unit_test(entries_say_what_is_there),
		cmocka_unit_test(a_tree_may_be_deep),
		cmocka_unit_test(the_root_must_be_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, remove_all);
}
