/* A walk that keeps no list but the one at hand; names in the order of bytes; a spool. */
#define _GNU_SOURCE
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

/* All paths of a walk with so many bytes of lists. */
static void walk(const char *root, size_t most_held, char *ret_text, size_t size)
{
	struct tree_rules rules = {.hidden = true, .skip = "", .longest = 1024};
	struct tree_entry entry;
	struct tree tree;
	size_t used = 0;
	int n_open = 0;

	assert_int_equal(files_tree_init(&tree, open(root, O_RDONLY | O_DIRECTORY), &rules, false),
	                 0);
	tree.most_held = most_held;
	while (files_tree_next(&tree, &entry) == 1) {
		assert_int_equal(entry.error, 0);
		used += (size_t)snprintf(ret_text + used, size - used, "%s ", entry.path);
		if (most_held == 0)
			for (uint32_t i = 0; i + 1 < tree.n; i++)
				assert_null(tree.levels[i].list.items);
	}
	for (int fd = 3; fd < 256; fd++)
		n_open += fcntl(fd, F_GETFD) >= 0;
	assert_true(n_open < 64);
	files_tree_finish(&tree);
}

static void lists_that_are_dropped_are_read_again(void **state)
{
	static char kept[1 << 16], dropped[1 << 16];
	const char *root = fake_path("tree");

	(void)state;
	fake_run("for a in a b c; do for b in x y z; do mkdir -p '%s'/$a/$b/d && "
	         "touch '%s'/$a/$b/d/1 '%s'/$a/$b/2 '%s'/$a/3; done; done",
	         root, root, root, root);
	walk(root, 1 << 20, kept, sizeof(kept));
	walk(root, 0, dropped, sizeof(dropped));
	assert_string_equal(kept, dropped);
	assert_non_null(strstr(kept, "a a/3 a/x a/x/2 a/x/d a/x/d/1 a/y "));
}

/* In place of the C library's: one name with so many bytes, or what there is. */
static size_t long_name;

ssize_t getdents64(int fd, void *buffer, size_t size)
{
	struct dirent64 *entry = buffer;
	size_t n = offsetof(struct dirent64, d_name) + long_name + 8;

	if (long_name == 0)
		return syscall(SYS_getdents64, fd, buffer, size);
	memset(entry, 0, n);
	entry->d_reclen = (unsigned short)(n / 8 * 8);
	entry->d_type = DT_REG;
	memset((char *)buffer + offsetof(struct dirent64, d_name), 'x', long_name);
	long_name = 0;
	return entry->d_reclen;
}

/* As a FUSE file system may give it. */
static void a_name_without_room_is_cut(void **state)
{
	static const size_t lengths[] = {4095, LISTING_NAME + 1, LISTING_NAME};
	const struct tree_rules rules = {.hidden = true, .skip = "", .longest = 8};
	const char *root = fake_path("long");

	(void)state;
	fake_run("mkdir -p '%s/12345678'", root);
	for (size_t i = 0; i < 3; i++) {
		struct tree_entry entry;
		struct tree tree;

		assert_int_equal(
			files_tree_init(&tree, open(root, O_RDONLY | O_DIRECTORY), &rules, false),
			0);
		assert_int_equal(files_tree_next(&tree, &entry), 1);
		long_name = lengths[i];
		assert_int_equal(files_tree_next(&tree, &entry), 1);
		assert_int_equal(files_tree_next(&tree, &entry), 1);
		assert_int_equal(entry.error, i < 2 ? EOVERFLOW : ENAMETOOLONG);
		assert_int_equal(entry.length, 9 + LISTING_NAME);
		assert_memory_equal(entry.path, "12345678/xxx", 12);
		assert_int_equal(files_tree_next(&tree, &entry), 0);
		files_tree_finish(&tree);
	}
}

static void names_are_compared_as_bytes(void **state)
{
	static const char *const names[] = {"-",        "A", "aaaaaaaa", "aaaaaaaa!", "aaaaaaaab",
	                                    "aaaaaaab", "b", "\x7f",     "\xc3\xa4",  "\xff"};
	const char *root = fake_path("bytes");
	struct listing listing = {0};
	int fd;

	(void)state;
	fake_run("mkdir '%s'", root);
	fd = open(root, O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		close(openat(fd, names[9 - i], O_CREAT | O_WRONLY, 0644));
	assert_int_equal(files_listing_read(&listing, fd, NULL, NULL), 0);
	assert_int_equal(listing.n, 10);
	for (uint32_t i = 0; i < 10; i++) {
		assert_string_equal(files_listing_name(&listing, i), names[i]);
		assert_int_equal(files_listing_behind(&listing, names[i], strlen(names[i])), i + 1);
	}
	assert_int_equal(files_listing_behind(&listing, "", 0), 0);
	assert_int_equal(files_listing_behind(&listing, "B", 1), 2);
	files_listing_free(&listing);
	close(fd);
}

static void places_are_compared_by_level_then_by_name(void **state)
{
	static const char *const paths[] = {".",   "",    "a",    "a!", "b",   "a/",
	                                    "a/b", "a/c", "a!/b", "b/", "b/a", "a/b/c"};
	enum { N = sizeof(paths) / sizeof(paths[0]) };

	(void)state;
	for (int a = 0; a < N; a++)
		for (int b = 0; b < N; b++)
			assert_int_equal(files_tree_compare(paths[a], strlen(paths[a]), paths[b],
			                                    strlen(paths[b])),
			                 (a > b) - (a < b));
}

static void a_spool_gives_back_what_was_put(void **state)
{
	static struct spool spool;
	uint32_t value, n = 100000;

	(void)state;
	assert_int_equal(files_spool_init(&spool), 0);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(files_spool_put(&spool, &i, sizeof(i) - i % 2), 0);
		assert_int_equal(files_spool_turn(&spool), 0);
		for (uint32_t i = 0; i < n; i++) {
			value = 0;
			assert_int_equal(files_spool_get(&spool, &value, sizeof(i) - i % 2), 1);
			assert_int_equal(value, i);
		}
		assert_int_equal(files_spool_get(&spool, &value, 1), 0);
		assert_int_equal(files_spool_empty(&spool), 0);
	}
	files_spool_finish(&spool);
}

static void globs_are_separated_by_bars(void **state)
{
	(void)state;
	assert_true(files_tree_matches("*.jpg|*.png", "a.png"));
	assert_true(files_tree_matches("*.jpg|", "a.jpg"));
	assert_false(files_tree_matches("*.jpg|*.png", "a.png.txt"));
	assert_true(files_tree_matches("[a-c]?", "b\xff"));
	assert_false(files_tree_matches("", "a"));
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
		cmocka_unit_test(lists_that_are_dropped_are_read_again),
		cmocka_unit_test(a_name_without_room_is_cut),
		cmocka_unit_test(names_are_compared_as_bytes),
		cmocka_unit_test(places_are_compared_by_level_then_by_name),
		cmocka_unit_test(a_spool_gives_back_what_was_put),
		cmocka_unit_test(globs_are_separated_by_bars),
	};

	return cmocka_run_group_tests(tests, NULL, remove_all);
}
