/* Where a program is found: which directories are used, and whose sockets are removed. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/place.h"

static char root[64], path[PKDI_PLACE_PATH];

static int remove_one(const char *name, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(name);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/pkd-place.XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/pkd", root);
	setenv("PKD_DIR", path, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static bool has(const char *name)
{
	char whole[2 * PKDI_PLACE_PATH];

	snprintf(whole, sizeof(whole), "%s/%s", path, name);
	return access(whole, F_OK) == 0;
}

static void assert_opens_to(struct pkdi_rendezvous *place, gid_t group)
{
	char why[400];
	int r = pkdi_place_open(place, group, why, sizeof(why));

	if (r < 0)
		print_error("%s\n", why);
	assert_int_equal(r, 0);
}

static void assert_opens(struct pkdi_rendezvous *place)
{
	assert_opens_to(place, PKDI_NO_GROUP);
}

static void assert_refused_to(gid_t group, int error, const char *words)
{
	struct pkdi_rendezvous place;
	char why[400], wanted[400];

	assert_int_equal(pkdi_place_open(&place, group, why, sizeof(why)), -error);
	snprintf(wanted, sizeof(wanted), "%s%s", path, words);
	assert_string_equal(why, wanted);
	assert_int_equal(place.directory, -1);
	assert_int_equal(place.socket, -1);
}

static void assert_refused(int error, const char *words)
{
	assert_refused_to(PKDI_NO_GROUP, error, words);
}

/* Of a name in the directory, "." for itself. */
static void assert_mode(const char *name, unsigned mode, gid_t group)
{
	char whole[2 * PKDI_PLACE_PATH];
	struct stat status;

	snprintf(whole, sizeof(whole), "%s/%s", path, name);
	assert_int_equal(stat(whole, &status), 0);
	assert_int_equal(status.st_mode & 0777, mode);
	if (group != PKDI_NO_GROUP)
		assert_int_equal(status.st_gid, group);
}

static void a_socket_is_made_found_and_removed(void **state)
{
	struct pkdi_rendezvous place;
	char name[PKDI_PLACE_NAME];
	int client, server;
	mode_t mask = umask(0);

	(void)state;
	assert_opens(&place);
	umask(mask);
	snprintf(name, sizeof(name), "%ld.sock", (long)getpid());
	assert_string_equal(place.name, name);
	assert_mode(".", 0700, PKDI_NO_GROUP);
	assert_mode(name, 0600, PKDI_NO_GROUP);
	client = pkdi_place_connect(place.directory, name);
	assert_true(client >= 0);
	server = accept(place.socket, NULL, NULL);
	assert_true(server >= 0);
	assert_int_equal(write(client, "x", 1), 1);
	pkdi_place_remove(&place);
	assert_false(has(name));
	pkdi_place_close(&place);
	pkdi_place_remove(&place);
	close(client);
	close(server);
}

static void a_path_may_be_longer_than_an_address(void **state)
{
	struct pkdi_rendezvous place;
	size_t n = strlen(path);

	(void)state;
	memset(path + n, 'x', 150);
	path[n + 150] = '\0';
	setenv("PKD_DIR", path, 1);
	assert_opens(&place);
	assert_true(has(place.name));
	pkdi_place_remove(&place);
	pkdi_place_close(&place);
}

/* A process of which nothing is left but its number. */
static pid_t dead_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

/* A socket of that name, made by somebody else. */
static int listen_as(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	mkdir(path, 0700);
	assert_int_equal(chdir(path), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.31s", name);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(fchdir(here), 0);
	close(here);
	return fd;
}

static void what_killed_programs_leave_is_removed_and_nothing_else(void **state)
{
	char dead[32], alive[32], second[32], file[PKDI_PLACE_PATH + 64];
	struct pkdi_rendezvous place;
	int fd, live_fd, second_fd;
	pid_t pid = dead_process();

	(void)state;
	snprintf(dead, sizeof(dead), "%ld.sock", (long)pid);
	snprintf(second, sizeof(second), "%ld-2.sock", (long)pid);
	snprintf(alive, sizeof(alive), "%ld-3.sock", (long)pid);
	fd = listen_as(dead);
	second_fd = listen_as(second);
	live_fd = listen_as(alive);
	close(fd);
	close(second_fd);
	snprintf(file, sizeof(file), "%s/%ld-4.sock", path, (long)pid);
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_opens(&place);
	assert_false(has(dead));
	assert_false(has(second));
	/* Of a namespace of its own, say. */
	assert_true(has(alive));
	assert_int_equal(access(file, F_OK), 0);
	pkdi_place_remove(&place);
	pkdi_place_close(&place);
	close(live_fd);
}

/* Connects as soon as there is a name, until it is told to end. One that is removed just then may
 * refuse. */
static _Noreturn void connect_at_once(int end, atomic_uint *n_removed)
{
	char byte;

	for (;;) {
		unsigned before = atomic_load(n_removed);
		DIR *entries = opendir(path);
		const struct dirent *entry;

		while (entries && (entry = readdir(entries))) {
			int directory = strchr(entry->d_name, '.') > entry->d_name ? dirfd(entries)
			                                                           : -1;
			int r = directory < 0 ? 0 : pkdi_place_connect(directory, entry->d_name);

			if (r == -ECONNREFUSED && atomic_load(n_removed) == before)
				_exit(1);
			if (r > 0)
				close(r);
		}
		if (entries)
			closedir(entries);
		if (recv(end, &byte, 1, MSG_DONTWAIT) == 0)
			_exit(0);
	}
}

static void whoever_finds_a_socket_is_not_refused(void **state)
{
	int ends[2], status;
	atomic_uint *n_removed = mmap(NULL, sizeof(*n_removed), PROT_READ | PROT_WRITE,
	                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	(void)state;
	assert_true(n_removed != MAP_FAILED);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		connect_at_once(ends[1], n_removed);
	}
	close(ends[1]);
	for (int i = 0; i < 2000; i++) {
		struct pkdi_rendezvous place;

		assert_opens(&place);
		atomic_fetch_add(n_removed, 1);
		pkdi_place_remove(&place);
		pkdi_place_close(&place);
	}
	close(ends[0]);
	munmap(n_removed, sizeof(*n_removed));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_name_that_is_taken_gets_a_number(void **state)
{
	struct pkdi_rendezvous place;
	char first[32], second[32];
	int fd;

	(void)state;
	snprintf(first, sizeof(first), "%ld.sock", (long)getpid());
	snprintf(second, sizeof(second), "%ld-2.sock", (long)getpid());
	fd = listen_as(first);
	assert_opens(&place);
	assert_string_equal(place.name, second);
	pkdi_place_remove(&place);
	pkdi_place_close(&place);
	assert_true(has(first));
	close(fd);
	/* Nobody listens there any more. */
	assert_opens(&place);
	assert_string_equal(place.name, first);
	pkdi_place_remove(&place);
	pkdi_place_close(&place);
}

static void another_socket_of_that_name_stays(void **state)
{
	struct pkdi_rendezvous place;
	int fd;

	(void)state;
	assert_opens(&place);
	unlinkat(place.directory, place.name, 0);
	/* So that the number of the file is another one. */
	close(openat(place.directory, "other", O_CREAT | O_WRONLY, 0600));
	fd = listen_as(place.name);
	pkdi_place_remove(&place);
	assert_true(has(place.name));
	pkdi_place_close(&place);
	close(fd);
}

static void a_directory_must_be_of_this_user_alone(void **state)
{
	char other[PKDI_PLACE_PATH];

	(void)state;
	mkdir(path, 0700);
	chmod(path, 0770);
	assert_refused(EPERM, " is open to others: chmod 700 closes it");
	chmod(path, 0701);
	assert_refused(EPERM, " is open to others: chmod 700 closes it");
	rmdir(path);
	snprintf(other, sizeof(other), "%s/other", root);
	mkdir(other, 0700);
	assert_int_equal(symlink(other, path), 0);
	assert_refused(EPERM, " is a symbolic link");
	unlink(path);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_refused(EPERM, " is not a directory");
	unlink(path);
	if (geteuid() != 0)
		return;
	mkdir(path, 0700);
	assert_int_equal(chown(path, 12345, 12345), 0);
	assert_refused(EPERM, " belongs to another user");
}

/* Another group than that of this process, if it may give files to one. */
static gid_t other_group(void)
{
	gid_t groups[64];
	int n = getgroups(64, groups);

	if (geteuid() == 0)
		return 12345;
	for (int i = 0; i < n; i++)
		if (groups[i] != getegid())
			return groups[i];
	return getegid();
}

static void a_group_may_connect_and_look_but_not_write(void **state)
{
	struct pkdi_rendezvous place, own;
	gid_t group = other_group();

	(void)state;
	assert_int_equal(symlink(root, path), 0);
	assert_refused_to(group, EPERM, " is a symbolic link");
	unlink(path);
	assert_opens_to(&place, group);
	assert_mode(".", 0750, group);
	assert_mode(place.name, 0660, group);
	/* A program that is open to nobody else may be beside it. */
	assert_opens(&own);
	assert_mode(".", 0750, group);
	assert_mode(own.name, 0600, PKDI_NO_GROUP);
	pkdi_place_remove(&own);
	pkdi_place_close(&own);
	assert_refused_to(group + 1, EEXIST, " is open to another group");
	assert_mode(".", 0750, group);
	pkdi_place_remove(&place);
	pkdi_place_close(&place);
	chmod(path, 0770);
	assert_refused_to(group, EPERM, " is open to others: chmod 700 closes it");
}

static void a_directory_of_another_user_is_looked_into_as_told(void **state)
{
	const char *why = NULL;
	int fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	mkdir(path, 0750);
	assert_int_equal(chown(path, 12345, 12345), 0);
	assert_int_equal(pkdi_place_directory(path, PKDI_PLACE_LOOK, &why), -EPERM);
	assert_string_equal(why, "belongs to another user");
	assert_refused(EPERM, " belongs to another user");
	fd = pkdi_place_directory(path, PKDI_PLACE_LOOK_AS_TOLD, &why);
	assert_true(fd >= 0);
	close(fd);
	chmod(path, 0770);
	assert_int_equal(pkdi_place_directory(path, PKDI_PLACE_LOOK_AS_TOLD, &why), -EPERM);
	assert_string_equal(why, "can be written by others than its owner");
}

static void a_lock_that_is_held_is_not_waited_for_for_long(void **state)
{
	char name[PKDI_PLACE_PATH + 8];
	int fd;

	(void)state;
	mkdir(path, 0700);
	snprintf(name, sizeof(name), "%s/.lock", path);
	fd = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_refused(EBUSY, ": its lock is held by another program");
	close(fd);
}

static void without_a_word_the_usual_directories_are_tried(void **state)
{
	struct pkdi_candidates all;
	char user[32];

	(void)state;
	snprintf(user, sizeof(user), "/tmp/pkd-%u", (unsigned)geteuid());
	all = pkdi_place_candidates();
	assert_int_equal(all.n, 1);
	assert_string_equal(all.paths[0], path);
	assert_true(all.is_told);
	unsetenv("PKD_DIR");
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	all = pkdi_place_candidates();
	assert_int_equal(all.n, 3);
	assert_int_equal(all.n_private, 1);
	assert_false(all.is_told);
	assert_string_equal(all.paths[0], "/run/user/7/pkd");
	assert_string_equal(all.paths[1], "/run/pkd");
	assert_string_equal(all.paths[2], user);
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	all = pkdi_place_candidates();
	assert_int_equal(all.n, 2);
	unsetenv("XDG_RUNTIME_DIR");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_socket_is_made_found_and_removed),
		TEST(a_path_may_be_longer_than_an_address),
		TEST(what_killed_programs_leave_is_removed_and_nothing_else),
		TEST(whoever_finds_a_socket_is_not_refused),
		TEST(a_name_that_is_taken_gets_a_number),
		TEST(another_socket_of_that_name_stays),
		TEST(a_directory_must_be_of_this_user_alone),
		TEST(a_group_may_connect_and_look_but_not_write),
		TEST(a_directory_of_another_user_is_looked_into_as_told),
		TEST(a_lock_that_is_held_is_not_waited_for_for_long),
		TEST(without_a_word_the_usual_directories_are_tried),
	};

	return cmocka_run_group_tests_name("runtime_place", tests, NULL, NULL);
}
