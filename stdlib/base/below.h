/* Opens what lies below a directory, by a relative path that may come from data and be of any
 * length: one above PATH_MAX goes in parts. What leads out of the directory is refused by the kernel
 * (EXDEV), and with BELOW_NO_LINKS so is any symbolic link (ELOOP). Makes directories there, too. */
#ifndef PKD_BASE_BELOW_H
#define PKD_BASE_BELOW_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pkd/node.h>
#include <pkd/path.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	BELOW_LINKS = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	BELOW_NO_LINKS = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
	BELOW_TRIES = 16, /* the kernel gives up where something is renamed meanwhile */
};

/* A descriptor or a negative errno. */
static inline int below_open_short(int at, const char *path, int flags, mode_t mode,
                                   unsigned resolve)
{
	bool creates = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.mode = creates ? mode : 0,
		.resolve = resolve,
	};
	long fd = -1;

	for (int i = 0; i < BELOW_TRIES && fd < 0; i++) {
		fd = syscall(SYS_openat2, at, path, &how, sizeof(how));
		if (fd < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return fd < 0 ? -errno : (int)fd;
}

/* The part of a path that the kernel takes at once, up to a slash; 0: a name is too long. */
static inline size_t below_part(const char *path)
{
	size_t n = PATH_MAX - 1;

	while (n > 0 && path[n] != '/')
		n--;
	return n;
}

/* The path has `length` bytes; no NUL need follow. */
static inline int below_open(int root, const char *path, size_t length, int flags, mode_t mode,
                             unsigned resolve)
{
	char part[PATH_MAX];
	int at = root, fd;

	while (length >= PATH_MAX) {
		size_t n = below_part(path);

		memcpy(part, path, n);
		part[n] = '\0';
		fd = n == 0 ? -ENAMETOOLONG
		            : below_open_short(at, part, O_PATH | O_DIRECTORY, 0, resolve);
		if (at != root)
			close(at);
		if (fd < 0)
			return fd;
		at = fd;
		path += n + 1;
		length -= n + 1;
	}
	memcpy(part, path, length);
	part[length] = '\0';
	fd = below_open_short(at, part, flags, mode, resolve);
	if (at != root)
		close(at);
	return fd;
}

/* Takes a path apart: *ret_name is its last name, which ends with the path, and *ret_directory the
 * length of what is before the slash in front of that (0: nothing). 0; -EXDEV: it begins with "/";
 * -EISDIR: its end is that of a directory. */
static inline int below_split(const char *path, size_t length, size_t *ret_directory,
                              const char **ret_name)
{
	size_t at = length, n;

	while (at > 0 && path[at - 1] != '/')
		at--;
	n = length - at;
	*ret_name = path + at;
	*ret_directory = at > 0 ? at - 1 : 0;
	if (length > 0 && path[0] == '/')
		return -EXDEV;
	return n == 0 || (n <= 2 && memcmp(path + at, "..", n) == 0) ? -EISDIR : 0;
}

/* What a directory, a descriptor of any kind, has been given is on its disk. 0 or a negative
 * errno. */
static inline int below_sync(int directory)
{
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

	if (fd < 0 || fsync(fd) < 0)
		error = -errno;
	if (fd >= 0)
		close(fd);
	return error;
}

/* A directory in another one, made where there is none. One that another process makes meanwhile
 * is as good. */
static inline int below_make_one(int at, const char *name, bool syncs)
{
	int fd = below_open_short(at, name, O_PATH | O_DIRECTORY, 0, BELOW_NO_LINKS), error = 0;

	if (fd != -ENOENT)
		return fd;
	if (mkdirat(at, name, 0777) < 0 && errno != EEXIST)
		return -errno;
	if (syncs)
		error = below_sync(at);
	return error ? error : below_open_short(at, name, O_PATH | O_DIRECTORY, 0, BELOW_NO_LINKS);
}

/* Whether some way along the path leads above where it begins. */
static inline bool below_leads_out(const char *path, size_t length)
{
	size_t depth = 0;

	for (size_t i = 0; i < length;) {
		const char *slash = memchr(path + i, '/', length - i);
		size_t n = slash ? (size_t)(slash - (path + i)) : length - i;

		if (n == 2 && memcmp(path + i, "..", 2) == 0) {
			if (depth-- == 0)
				return true;
		} else if (n > 0 && !(n == 1 && path[i] == '.')) {
			depth++;
		}
		i += n + 1;
	}
	return false;
}

/* The directory with this path of `length` bytes, and all that lead to it, made where they are not
 * there, which is on the disk if `syncs`; of one that leads out none is made. A descriptor (O_PATH;
 * `root` itself where the path is empty) or a negative errno. */
static inline int below_make_directories(int root, const char *path, size_t length, bool syncs)
{
	char name[NAME_MAX + 1];
	int at = root;

	if (below_leads_out(path, length))
		return -EXDEV;
	for (size_t i = 0; i < length;) {
		const char *slash = memchr(path + i, '/', length - i);
		size_t n = slash ? (size_t)(slash - (path + i)) : length - i;
		int fd = -ENAMETOOLONG;

		if (n <= NAME_MAX) {
			memcpy(name, path + i, n);
			name[n] = '\0';
			fd = below_make_one(at, n ? name : ".", syncs);
		}
		if (at != root)
			close(at);
		if (fd < 0)
			return fd;
		at = fd;
		i += n + 1;
	}
	return at;
}

/* "." and "..", which can be nothing but directories. */
static inline bool below_is_dots(const char *path, size_t n)
{
	return (n == 1 && path[0] == '.') || (n == 2 && memcmp(path, "..", 2) == 0);
}

/* Gives a file another name in its directory, if nothing has that; else -EEXIST. A link never
 * replaces a file; not all file systems have links, or a rename that does not replace. 0 or a
 * negative errno. */
static inline int below_rename_free(int at, const char *from, const char *to)
{
	struct stat there;

	if (renameat2(at, from, at, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (linkat(at, from, at, to, 0) == 0) {
		unlinkat(at, from, 0);
		return 0;
	}
	if (errno == EEXIST || fstatat(at, to, &there, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return renameat(at, from, at, to) < 0 ? -errno : 0;
}

/* The descriptor of `root`, a parameter, which ends with "/" so that its rights are those of a
 * directory, or is one by its name; or what pkd_error returned. */
static inline int below_open_root(struct pkd_ctx *ctx, const char *root)
{
	const char *file = pkd_path_file(root);
	size_t n = strlen(file);
	int fd;

	if (n == 0 || (file[n - 1] != '/' && !below_is_dots(file, n)))
		return pkd_error(
			ctx, EINVAL,
			"'%s' is no directory as it stands: that ends with '/', write \"%s/\"",
			file, n ? file : ".");
	fd = open(file, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? pkd_error(ctx, errno, "cannot open the directory '%s'", file) : fd;
}

#endif
