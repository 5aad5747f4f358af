/* The cache directory of a build. What lies in it is run, so nobody else may have put it there: it
 * belongs to this user, nobody else may write to it, and no link that another user made leads to
 * it. */
#define _GNU_SOURCE /* O_PATH */
#include "base/file.h"
#include "tool/build.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 40

/* What is wrong with a directory, in words; NULL: nothing. */
static const char *own_fault(const struct stat *status)
{
	if (S_ISLNK(status->st_mode))
		return "is a symbolic link";
	if (!S_ISDIR(status->st_mode))
		return "is not a directory";
	if (status->st_uid != geteuid())
		return "belongs to another user";
	return status->st_mode & 022 ? "can be written to by other users" : NULL;
}

/* The same of what leads to it: nobody else may be able to put another in its place. Who owns the
 * root directory could do that anyway (in a user namespace root may be an unknown user). */
static const char *way_fault(const struct stat *status, uid_t root)
{
	bool trusted = status->st_uid == 0 || status->st_uid == root || status->st_uid == geteuid();
	bool shared = (status->st_mode & 002) ||
	              ((status->st_mode & 020) && status->st_gid != getegid());

	if (S_ISLNK(status->st_mode))
		return trusted ? NULL : "is a link that another user made";
	if (!S_ISDIR(status->st_mode))
		return "is not a directory";
	if (!trusted)
		return "belongs to another user";
	return shared && !(status->st_mode & S_ISVTX) ? "can be written to by other users" : NULL;
}

static int refuse(const char *path, const char *culprit, const char *fault)
{
	complain(
		"cannot use the cache directory '%s': %s %s. Somebody else could have put a program "
		"there for you to run; remove it, or choose another by PKD_CACHE=DIRECTORY",
		path, culprit, fault);
	return STATUS_FAILED;
}

static int cannot_use(const char *path, int error)
{
	build_fail("cannot use the cache directory", path, error);
	complain("PKD_CACHE=DIRECTORY chooses another one");
	return STATUS_FAILED;
}

/* Opens `name` in a directory, following no link, and makes a directory where nothing is. */
static int open_entry(int at, const char *name, struct stat *ret_status, int *ret_fd)
{
	int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(at, name, flags);

	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(at, name, 0700) < 0 && errno != EEXIST)
			return -errno;
		fd = openat(at, name, flags);
	}
	if (fd < 0)
		return -errno;
	if (fstat(fd, ret_status) < 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	*ret_fd = fd;
	return 0;
}

/* Goes from the directory *fd, which it closes, into the part of the cache that `name` is there. */
static int enter_own(const char *path, const char *name, int *fd)
{
	struct stat status = {0};
	int entry = -1, error = open_entry(*fd, name, &status, &entry);

	close(*fd);
	*fd = entry;
	if (error)
		return cannot_use(path, error);
	const char *fault = own_fault(&status);
	return fault ? refuse(path, "it", fault) : 0;
}

/* A walk along $PKD_CACHE. */
struct walk {
	struct arena *arena;
	int fd;           /* of the directory so far */
	uid_t root;       /* the owner of / */
	const char *path; /* the user's, for messages */
	const char *rest; /* still to go */
	uint32_t n_links;
};

static int follow_link(struct walk *walk, int link)
{
	char target[4096];
	ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	if (++walk->n_links > MAX_LINKS)
		return -ELOOP;
	target[n] = '\0';
	walk->rest = arena_printf(walk->arena, "%s/%s", target, walk->rest);
	if (target[0] != '/')
		return 0;
	close(walk->fd);
	walk->fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return walk->fd < 0 ? -errno : 0;
}

/* One name further. The last of them is the cache itself. */
static int walk_to(struct walk *walk, const char *name)
{
	struct stat status = {0};
	int entry = -1, error = open_entry(walk->fd, name, &status, &entry);

	if (error)
		return cannot_use(walk->path, error);
	bool link = S_ISLNK(status.st_mode), last = !*walk->rest && !link;
	const char *fault = last ? own_fault(&status) : way_fault(&status, walk->root);
	const char *culprit = last ? "it" : arena_printf(walk->arena, "'%s' on its way", name);
	if (!fault && link)
		error = follow_link(walk, entry);
	if (fault || link) {
		close(entry);
		return fault   ? refuse(walk->path, culprit, fault)
		       : error ? cannot_use(walk->path, error)
		               : 0;
	}
	close(walk->fd);
	walk->fd = entry;
	return 0;
}

/* Opens $PKD_CACHE, an absolute path. */
static int open_shared(struct build *b, const char *path, int *ret_fd)
{
	struct walk walk = {.arena = b->arena, .path = path, .rest = path};
	struct stat root;
	int status = 0;

	walk.fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (walk.fd < 0 || fstat(walk.fd, &root) < 0)
		return cannot_use(path, -errno);
	walk.root = root.st_uid;
	while (!status && *(walk.rest += strspn(walk.rest, "/"))) {
		size_t length = strcspn(walk.rest, "/");
		const char *name = arena_strndup(b->arena, walk.rest, length);
		walk.rest += length;
		walk.rest += strspn(walk.rest, "/");
		status = walk_to(&walk, name);
	}
	if (status && walk.fd >= 0)
		close(walk.fd);
	*ret_fd = walk.fd;
	return status;
}

/* The directory beside the source that holds the caches of its files. */
static int open_beside(const char *directory, const char *path, int *ret_fd)
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return cannot_use(path, -errno);
	*ret_fd = fd;
	return enter_own(path, ".pkd-cache", ret_fd);
}

/* One directory for each thing that may be built from a file. */
static const char *name_of(const struct build *b)
{
	const char *const options[] = {b->tool->option[OPTION_PIPELINE],
	                               b->tool->option[OPTION_DEPLOY]};
	const char *name = b->name;

	for (size_t i = 0; i < 2; i++)
		if (options[i])
			name = arena_printf(b->arena, "%s-%s", name, options[i]);
	return name;
}

/* $PKD_CACHE serves many directories, so there the file's own is part of the name. */
static const char *shared_name_of(const struct build *b, const char *directory)
{
	char *real = realpath(directory, NULL);
	const char *name = arena_printf(b->arena, "%s-%08x", name_of(b),
	                                build_hash(real ? real : directory));

	free(real);
	return name;
}

static const char *absolute(struct arena *arena, const char *path)
{
	char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);
	const char *whole = here ? path_join(arena, here, path) : path;

	free(here);
	return whole;
}

/* Held until the process ends or becomes another, so that two builds do not mix. */
static int lock(int directory)
{
	int fd = openat(directory, ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR) {
			int error = -errno;
			close(fd);
			return error;
		}
	return 0;
}

/* The directory of this build, below the one that is open, and the one of headers below that. */
static int open_build(struct build *b, int fd)
{
	int status = enter_own(b->cache, path_base(b->cache), &fd), error;

	if (status)
		goto out;
	error = lock(fd);
	if (error) {
		status = cannot_use(b->cache, error);
		goto out;
	}
	b->include = path_join(b->arena, b->cache, "include");
	status = enter_own(b->include, "include", &fd);
out:
	if (fd >= 0)
		close(fd);
	return status;
}

int build_open_cache(struct build *b)
{
	const char *directory = path_directory(b->arena, b->tool->operand);
	const char *shared = getenv("PKD_CACHE");
	int fd = -1, status;

	if (shared && *shared) {
		b->cache = path_join(b->arena, shared, shared_name_of(b, directory));
		status = open_shared(b, absolute(b->arena, shared), &fd);
	} else {
		const char *beside = path_join(b->arena, directory, ".pkd-cache");
		b->cache = path_join(b->arena, beside, name_of(b));
		status = open_beside(directory, beside, &fd);
	}
	return status ? status : open_build(b, fd);
}
