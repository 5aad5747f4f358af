/* files.hash beside the digests that are published, and on what is no file. */
#define _GNU_SOURCE
#include <errno.h>
#include <files/hash.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods files_hash_methods;

enum { PATH = 256, DIGEST = 1, ERROR = 2 };

struct run {
	struct pkd_ctx ctx;
	struct files_hash_params params;
	void *self;
	struct files_hash_path *path;
	struct files_hash_digest *digest;
	struct files_hash_error *error;
	char root[128];
	uint32_t n_steps;
};

static void start_with(struct run *run, const char *root, uint32_t algorithm, uint32_t threads,
                       uint32_t room)
{
	*run = (struct run){
		.params = {
			.algorithm = algorithm, .links = true, .threads = threads, .PATH = PATH}};
	run->ctx.ahead_room = room;
	snprintf(run->root, sizeof(run->root), "%s/", root);
	run->params.root = run->root;
	run->self = fake_self(&files_hash_methods);
	run->path = fake_slot(sizeof(*run->path) + PATH + 1);
	run->digest = fake_slot(sizeof(*run->digest));
	run->error = fake_slot(sizeof(*run->error));
	assert_int_equal(files_hash_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void start(struct run *run, const char *root, uint32_t algorithm)
{
	start_with(run, root, algorithm, 0, 0);
}

static int step_in(struct run *run, const struct files_hash_in *in)
{
	struct files_hash_out out = {run->digest, run->error};
	int result;

	run->n_steps = 0;
	do {
		run->ctx.absent = 0;
		run->digest->len = run->error->len = 0;
		run->n_steps++;
		result = fake_fire(&files_hash_methods, run->self, in, &out, &run->ctx);
		if (result == PKD_LATER)
			files_hash_methods.ready(run->self, &run->ctx);
	} while (result == PKD_LATER);
	return result;
}

static int step(struct run *run, const char *path)
{
	struct files_hash_in in = {.path = run->path};

	run->path->len = (uint32_t)strlen(path);
	memcpy(run->path->text, path, run->path->len + 1);
	return step_in(run, &in);
}

static void hashes(struct run *run, const char *path, const char *digest)
{
	assert_int_equal(step(run, path), PKD_OK);
	assert_int_equal(run->ctx.absent, ERROR);
	assert_string_equal(run->digest->text, digest);
	assert_int_equal(run->digest->len, strlen(digest));
}

static void fails(struct run *run, const char *path, const char *text)
{
	assert_int_equal(step(run, path), PKD_OK);
	assert_int_equal(run->ctx.absent, DIGEST);
	assert_string_equal(run->error->text, text);
}

static void end(struct run *run)
{
	files_hash_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->path);
	fake_slot_free(run->digest);
	fake_slot_free(run->error);
}

/* Those of "abc": FIPS 180-4, RFC 1321, RFC 7693. */
static void digests_are_those_of_the_standards(void **state)
{
	static const char *const digests[] = {
		[files_Algorithm_sha256] =
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		[files_Algorithm_sha512] =
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a2"
			"74fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		[files_Algorithm_sha1] = "a9993e364706816aba3e25717850c26c9cd0d89d",
		[files_Algorithm_md5] = "900150983cd24fb0d6963f7d28e17f72",
		[files_Algorithm_blake2b] =
			"ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392"
			"aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
	};
	const char *root = fake_path("abc");
	struct run run;

	(void)state;
	fake_run("mkdir '%s' && printf abc >'%s/abc'", root, root);
	for (uint32_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		start(&run, root, i);
		hashes(&run, "abc", digests[i]);
		hashes(&run, "abc", digests[i]);
		end(&run);
	}
}

/* Threads take what waits, in any order; what comes out is in that of the paths. */
static void threads_hash_what_waits(void **state)
{
	enum { MANY = 2000, AHEAD = 16 };
	static struct {
		uint32_t len;
		char text[24];
	} paths[MANY];
	const char *root = fake_path("threads");
	struct run run;
	FILE *sums;

	(void)state;
	fake_run("mkdir '%s' && cd '%s' && for i in $(seq 0 %d); do echo $i >$i; done && "
	         "yes | head -c 30000000 >7 && rm 100 && sha256sum $(seq 0 99) $(seq 101 %d) >sums",
	         root, root, MANY - 1, MANY - 1);
	sums = fopen(fake_path("threads/sums"), "r");
	start_with(&run, root, files_Algorithm_sha256, 3, AHEAD);
	for (uint32_t i = 0; i < MANY; i++)
		paths[i].len = (uint32_t)snprintf(paths[i].text, sizeof(paths[i].text), "%u", i);
	for (uint32_t i = 0; i < MANY; i++) {
		struct files_hash_in in = {(const void *)&paths[i]};
		char sum[80];

		run.ctx.n_ahead = 0;
		for (uint32_t k = 0; k < AHEAD && i + k + 1 < MANY; k++)
			run.ctx.ahead[run.ctx.n_ahead++] = &paths[i + k + 1];
		assert_int_equal(step_in(&run, &in), PKD_OK);
		assert_int_equal(run.ctx.absent, i == 100 ? DIGEST : ERROR);
		if (i == 100)
			continue;
		assert_int_equal(fscanf(sums, "%79s %*s", sum), 1);
		assert_string_equal(run.digest->text, sum);
		if (i == MANY / 2) /* what is in the threads is begun again */
			assert_int_equal(
				fake_restart(&files_hash_methods, &run.self, &run.params, &run.ctx),
				PKD_OK);
	}
	fclose(sums);
	end(&run);
}

/* A node at rest is passed by: what its threads have begun is of no use then. */
static void values_that_have_passed_by_are_forgotten(void **state)
{
	static struct {
		uint32_t len;
		char text[4];
	} a = {1, "a"}, b = {1, "b"}, c = {1, "c"};
	const char *root = fake_path("rest");
	struct files_hash_in in = {(const void *)&a};
	struct run run;

	(void)state;
	fake_run("mkdir '%s' && cd '%s' && echo 1 >a && echo 2 >b && echo 3 >c", root, root);
	start_with(&run, root, files_Algorithm_md5, 2, 2);
	run.ctx.n_ahead = 2;
	run.ctx.ahead[0] = &b;
	run.ctx.ahead[1] = &c;
	step_in(&run, &in);
	run.ctx.n_ahead = 0;
	hashes(&run, "c", fake_output("md5sum <'%s/c' | cut -d' ' -f1", root));
	hashes(&run, "b", fake_output("md5sum <'%s/b' | cut -d' ' -f1", root));
	end(&run);
}

static void threads_without_a_queue_are_told(void **state)
{
	struct run run;

	(void)state;
	start_with(&run, "/usr", files_Algorithm_sha256, 2, 0);
	assert_non_null(strstr(run.ctx.note, "its threads have no work"));
	end(&run);
}

/* A large one takes several steps, so that a stop is heard. */
static void files_of_any_size_are_hashed(void **state)
{
	static const char *const sizes[] = {"0", "1", "262143", "262144", "262145", "50000000"};
	const char *root = fake_path("sizes");
	struct run run;

	(void)state;
	fake_run("mkdir '%s'", root);
	start(&run, root, files_Algorithm_sha256);
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fake_run("yes pkd | head -c %s >'%s/%s'", sizes[i], root, sizes[i]);
		hashes(&run, sizes[i],
		       fake_output("sha256sum '%s/%s' | cut -d' ' -f1", root, sizes[i]));
	}
	assert_true(run.n_steps > 2);
	end(&run);
}

static void what_cannot_be_hashed_is_told(void **state)
{
	const char *root = fake_path("failed");
	struct run run;

	(void)state;
	fake_run("mkdir -p '%s/d' && cd '%s' && mkfifo pipe && echo >x && ln -s x link && "
	         "ln -s /etc/passwd out",
	         root, root);
	start(&run, root, files_Algorithm_md5);
	fails(&run, "none", "cannot hash 'none': there is none (any more)");
	fails(&run, "pipe", "cannot hash 'pipe': it is no regular file");
	fails(&run, "d", "cannot hash 'd': it is a directory");
	fails(&run, "out", "cannot hash 'out': it leads out of 'root'");
	fails(&run, "../x", "cannot hash '../x': it leads out of 'root'");
	hashes(&run, "link", "68b329da9893e34099c7d8ad5cb9c940");
	run.params.links = false;
	assert_int_equal(fake_restart(&files_hash_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	fails(&run, "link", "cannot hash 'link': a symbolic link is in the way");
	run.ctx.unread = ERROR;
	assert_int_equal(step(&run, "pipe"), -EINVAL);
	assert_string_equal(run.ctx.error, "cannot hash 'pipe': it is no regular file");
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
		cmocka_unit_test(digests_are_those_of_the_standards),
		cmocka_unit_test(threads_hash_what_waits),
		cmocka_unit_test(values_that_have_passed_by_are_forgotten),
		cmocka_unit_test(threads_without_a_queue_are_told),
		cmocka_unit_test(files_of_any_size_are_hashed),
		cmocka_unit_test(what_cannot_be_hashed_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, remove_all);
}
