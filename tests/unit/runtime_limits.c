/* Memory limits of control groups, of both versions, from files made here; limits in words. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <ftw.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/cgroup.h"
#include "os/limits.h"

static char root[64];

static void make(const char *path, const char *text)
{
	char name[256];
	FILE *file;

	snprintf(name, sizeof(name), "%s/%s", root, path);
	for (char *slash = name + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(name, 0700);
		*slash = '/';
	}
	file = fopen(name, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct pkdi_cgroup look(const char *self)
{
	struct pkdi_cgroup cgroup;
	char name[128];

	make("self", self);
	snprintf(name, sizeof(name), "%s/self", root);
	pkdi_cgroup_find(&cgroup, root, name);
	return cgroup;
}

static int set_up(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/pkd-test-limits-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void the_least_limit_on_the_way_up_counts(void **state)
{
	(void)state;
	make("a/b/memory.events", "low 0\nmax 12\noom_kill 0\n");
	make("a/b/memory.max", "3000000\n");
	make("a/memory.max", "2000000\n");
	make("memory.max", "max\n");
	assert_int_equal(look("0::/a/b\n").limit, 2000000);
	make("a/memory.max", "max\n");
	assert_int_equal(look("0::/a/b\n").limit, 3000000);
	make("a/b/memory.max", "max\n");
	assert_true(look("0::/a/b\n").limit == UINT64_MAX);
}

static void version_one_has_a_tree_of_its_own(void **state)
{
	(void)state;
	make("memory/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");
	make("memory/a/memory.limit_in_bytes", "1000000\n");
	make("memory/memory.limit_in_bytes", "9223372036854771712\n");
	make("a/memory.max", "7\n");
	assert_int_equal(look("5:cpu,cpuacct:/b\n4:hugetlb,memory:/a\n0::/a\n").limit, 1000000);
	make("memory/a/memory.limit_in_bytes", "9223372036854771712\n");
	assert_true(look("4:memory:/a\n0::/\n").limit == UINT64_MAX);
}

static void each_kill_is_told_once(void **state)
{
	struct pkdi_cgroup cgroup;

	(void)state;
	make("a/memory.events", "oom 3\noom_kill 5\noom_group_kill 9\n");
	cgroup = look("0::/a\n");
	assert_false(pkdi_cgroup_has_killed(&cgroup));
	make("a/memory.events", "oom 4\noom_kill 7\noom_group_kill 9\n");
	assert_true(pkdi_cgroup_has_killed(&cgroup));
	assert_true(pkdi_cgroup_has_killed(&cgroup));
	assert_false(pkdi_cgroup_has_killed(&cgroup));
}

/* In a container the path is that of the host, and the tree begins where the process is. */
static void a_path_that_is_not_there_is_the_root(void **state)
{
	struct pkdi_cgroup cgroup;

	(void)state;
	make("memory.events", "oom_kill 0\n");
	make("memory.max", "4096\n");
	cgroup = look("0::/system.slice/docker-1.scope\n");
	assert_int_equal(cgroup.limit, 4096);
	make("memory.events", "oom_kill 1\n");
	assert_true(pkdi_cgroup_has_killed(&cgroup));
}

static void without_groups_there_is_no_limit(void **state)
{
	static const char *const texts[] = {"", "garbage", "0::", "0::/none\n", "1:memory:/none\n"};
	struct pkdi_cgroup cgroup;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cgroup = look(texts[i]);
		assert_true(cgroup.limit == UINT64_MAX);
		assert_false(pkdi_cgroup_has_killed(&cgroup));
	}
	pkdi_cgroup_find(&cgroup, root, "/nowhere");
	assert_true(cgroup.limit == UINT64_MAX);
}

static void bytes_are_shown_in_their_unit(void **state)
{
	char text[PKDI_BYTES_SIZE];

	(void)state;
	assert_string_equal(pkdi_bytes_show(12, text), "12 bytes");
	assert_string_equal(pkdi_bytes_show(64 << 10, text), "64 KiB");
	assert_string_equal(pkdi_bytes_show(UINT64_C(3) << 29, text), "1.5 GiB");
	assert_string_equal(pkdi_bytes_show(UINT64_C(5000) << 40, text), "5000 TiB");
}

static void a_limit_is_named(void **state)
{
	struct rlimit kept, low;
	char text[PKDI_LIMIT_SIZE];

	(void)state;
	getrlimit(RLIMIT_FSIZE, &kept);
	low = (struct rlimit){65536, kept.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	pkdi_limit_explain(EFBIG, text);
	setrlimit(RLIMIT_FSIZE, &kept);
	assert_string_equal(text,
	                    "the file size limit of 64 KiB (ulimit -f) also applies to shared "
	                    "memory");
	assert_string_equal(pkdi_limit_explain(EMFILE, text), "Too many open files (ulimit -n)");
	assert_string_equal(pkdi_limit_explain(ENOSPC, text), "No space left on device");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_least_limit_on_the_way_up_counts, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(version_one_has_a_tree_of_its_own, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(each_kill_is_told_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_path_that_is_not_there_is_the_root, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(without_groups_there_is_no_limit, set_up,
	                                        tear_down),
		cmocka_unit_test(bytes_are_shown_in_their_unit),
		cmocka_unit_test(a_limit_is_named),
	};

	return cmocka_run_group_tests_name("runtime_limits", tests, NULL, NULL);
}
