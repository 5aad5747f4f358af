#define _GNU_SOURCE
#include "console/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Of connections that the console has not taken yet. They outlive its death. */
enum { BACKLOG = 64 };

/* The lock is held for some system calls; who is stopped with it holds up nobody for longer. */
enum { LOCK_TRIES = 200 };

/* Names for one process number: two programs may have the same, in namespaces of their own. */
enum { MAX_NAMES = 16 };

/* ---- The directory ---- */

static void add(struct pkdi_candidates *found, const char *before, const char *after)
{
	char *path = found->paths[found->n];
	int n = snprintf(path, PKDI_PLACE_PATH, "%s%s", before, after);

	if (n <= 0 || n >= PKDI_PLACE_PATH)
		return;
	/* Behind a slash a link would be followed. */
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	found->n++;
}

struct pkdi_candidates pkdi_place_candidates(void)
{
	const char *own = getenv("PKD_DIR"), *runtime = getenv("XDG_RUNTIME_DIR");
	struct pkdi_candidates found = {0};
	char user[24];

	if (own && *own) {
		found.is_told = true;
		add(&found, own, "");
		return found;
	}
	if (runtime && *runtime == '/')
		add(&found, runtime, "/pkd");
	found.n_private = found.n;
	add(&found, "/run/pkd", "");
	snprintf(user, sizeof(user), "%u", (unsigned)geteuid());
	add(&found, "/tmp/pkd-", user);
	return found;
}

static const char *fault_of(const struct stat *status, enum pkdi_place_use use)
{
	if (S_ISLNK(status->st_mode))
		return "is a symbolic link";
	if (!S_ISDIR(status->st_mode))
		return "is not a directory";
	if (status->st_uid != geteuid() && use != PKDI_PLACE_LOOK_AS_TOLD)
		return "belongs to another user";
	if (status->st_uid != geteuid())
		return status->st_mode & (S_IWGRP | S_IWOTH)
		               ? "can be written by others than its owner"
		               : NULL;
	/* A group may look into it, see `share`: each socket says itself who connects. */
	if (status->st_mode & (S_IWGRP | S_IRWXO))
		return "is open to others: chmod 700 closes it";
	return NULL;
}

int pkdi_place_directory(const char *path, enum pkdi_place_use use, const char **ret_why)
{
	struct stat status;
	int fd;

	if (use == PKDI_PLACE_LISTEN && mkdir(path, 0700) < 0 && errno != EEXIST) {
		*ret_why = strerror(errno);
		return -errno;
	}
	/* A link is opened as itself. */
	fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		*ret_why = strerror(error);
		return -error;
	}
	*ret_why = fault_of(&status, use);
	if (!*ret_why)
		return fd;
	close(fd);
	return -EPERM;
}

/* Lets a group look into the directory. It is not taken from another group, whose programs are
 * there. */
static int share(int directory, gid_t group, const char **ret_why)
{
	struct stat status;

	if (fstat(directory, &status) < 0) {
		*ret_why = strerror(errno);
		return -errno;
	}
	if (status.st_gid != group && status.st_mode & S_IRWXG) {
		*ret_why = "is open to another group";
		return -EEXIST;
	}
	if ((status.st_gid != group &&
	     fchownat(directory, "", (uid_t)-1, group, AT_EMPTY_PATH) < 0) ||
	    fchmodat(directory, ".", S_IRWXU | S_IRGRP | S_IXGRP, 0) < 0) {
		int error = errno;

		*ret_why = error == EPERM ? "cannot be given to the group, which its user is not in"
		                          : strerror(error);
		return -error;
	}
	return 0;
}

/* ---- Sockets in it ---- */

/* By a short path, whatever the directory's is. */
static struct sockaddr_un address_of(int directory, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%.31s", directory,
	         name);
	return address;
}

int pkdi_place_connect(int directory, const char *name)
{
	struct sockaddr_un address = address_of(directory, name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

/* Whether nobody listens there any more. A full backlog is a sign of life. */
static bool is_dead(int directory, const char *name)
{
	struct stat status;
	int fd;

	/* A file refuses, too. */
	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISSOCK(status.st_mode))
		return false;
	fd = pkdi_place_connect(directory, name);
	if (fd >= 0)
		close(fd);
	return fd == -ECONNREFUSED;
}

/* The number that "1234.sock" and "1234-2.sock" begin with; 0 = it is no such name. */
static pid_t process_of(const char *name)
{
	const char *end = strchr(name, '.');
	long pid = strtol(name, NULL, 10);

	if (!end || strcmp(end, ".sock") != 0 || strlen(name) >= PKDI_PLACE_NAME || pid <= 0 ||
	    pid > INT32_MAX)
		return 0;
	return (pid_t)pid;
}

static void remove_dead(int directory)
{
	int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	if (!entries) {
		if (copy >= 0)
			close(copy);
		return;
	}
	while ((entry = readdir(entries))) {
		pid_t pid = process_of(entry->d_name);

		/* One of a namespace that is not this one's may be alive all the same. */
		if (pid && kill(pid, 0) < 0 && errno == ESRCH && is_dead(directory, entry->d_name))
			unlinkat(directory, entry->d_name, 0);
	}
	closedir(entries);
}

static int lock(int directory)
{
	int fd = openat(directory, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	for (int i = 0; i < LOCK_TRIES; i++) {
		const struct timespec pause = {0, 1000000};

		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return -EBUSY;
}

/* Who may connect, whatever the umask is. Nobody can before it has its name, and nobody else can
 * put another file there. */
static int open_to(int directory, const char *name, gid_t group)
{
	bool is_shared = group != PKDI_NO_GROUP;

	if (is_shared && fchownat(directory, name, (uid_t)-1, group, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return fchmodat(directory, name, is_shared ? 0660 : 0600, 0);
}

/* It has its name only once it listens, or who finds it a moment before would be refused. The name
 * before that, and who has which name, is nobody else's to change while the directory is locked. */
static int listen_as(struct pkdi_rendezvous *place, const char *name, gid_t group)
{
	static const char before[] = ".new";
	struct sockaddr_un address = address_of(place->directory, before);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat status;

	if (fd < 0)
		return -errno;
	if (fstatat(place->directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
		close(fd);
		return -EEXIST;
	}
	unlinkat(place->directory, before, 0); /* of one that was killed here */
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    open_to(place->directory, before, group) < 0 || listen(fd, BACKLOG) < 0 ||
	    fstatat(place->directory, before, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
	    renameat(place->directory, before, place->directory, name) < 0) {
		int error = errno;

		unlinkat(place->directory, before, 0);
		close(fd);
		return -error;
	}
	snprintf(place->name, sizeof(place->name), "%s", name);
	place->inode = status.st_ino;
	place->socket = fd;
	return 0;
}

/* Under the first free name. What stands there already is another program, or one that was
 * killed. */
static int listen_somewhere(struct pkdi_rendezvous *place, gid_t group)
{
	char name[PKDI_PLACE_NAME];
	int r = -EEXIST;

	for (int i = 1; i <= MAX_NAMES && r == -EEXIST; i++) {
		if (i == 1)
			snprintf(name, sizeof(name), "%ld.sock", (long)getpid());
		else
			snprintf(name, sizeof(name), "%ld-%d.sock", (long)getpid(), i);
		if (is_dead(place->directory, name))
			unlinkat(place->directory, name, 0);
		r = listen_as(place, name, group);
	}
	return r;
}

/* ---- The place ---- */

static int open_in(struct pkdi_rendezvous *place, const char *path, gid_t group, char *ret_why,
                   size_t size)
{
	const char *why = NULL;
	int locked, r = place->directory = pkdi_place_directory(path, PKDI_PLACE_LISTEN, &why);

	if (r < 0) {
		snprintf(ret_why, size, "%s %s", path, why);
		pkdi_place_close(place);
		return r;
	}
	snprintf(place->path, sizeof(place->path), "%s", path);
	locked = lock(place->directory);
	if (locked >= 0) {
		remove_dead(place->directory);
		r = group == PKDI_NO_GROUP ? 0 : share(place->directory, group, &why);
		if (r >= 0)
			r = listen_somewhere(place, group);
		close(locked);
	} else {
		r = locked;
	}
	if (r < 0) {
		snprintf(ret_why, size, "%s%s%s", path, why ? " " : ": ",
		         why           ? why
		         : r == -EBUSY ? "its lock is held by another program"
		                       : strerror(-r));
		pkdi_place_close(place);
	}
	return r < 0 ? r : 0;
}

int pkdi_place_open(struct pkdi_rendezvous *place, gid_t group, char *ret_why, size_t size)
{
	struct pkdi_candidates all = pkdi_place_candidates();
	int r = -ENAMETOOLONG;

	*place = (struct pkdi_rendezvous){.directory = -1, .socket = -1};
	snprintf(ret_why, size, "the path is too long");
	/* Where no other user gets, a group does not, either. */
	for (unsigned i = group == PKDI_NO_GROUP ? 0 : all.n_private; i < all.n && r < 0; i++)
		r = open_in(place, all.paths[i], group, ret_why, size);
	return r;
}

void pkdi_place_remove(struct pkdi_rendezvous *place)
{
	struct stat status;

	if (place->directory < 0)
		return;
	if (fstatat(place->directory, place->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    status.st_ino == place->inode)
		unlinkat(place->directory, place->name, 0);
}

void pkdi_place_close(struct pkdi_rendezvous *place)
{
	if (place->directory >= 0)
		close(place->directory);
	if (place->socket >= 0)
		close(place->socket);
	place->directory = place->socket = -1;
}
