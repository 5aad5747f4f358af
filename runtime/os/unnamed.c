#define _GNU_SOURCE
#include "os/unnamed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_LINKS = 40, MAX_TEMPORARIES = 100 };

/* ---- Paths ---- */

/* The length of the directory part, including its last slash; 0 = none. */
static size_t directory_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

char *pkdi_follow_links(const char *path)
{
	char *at = strdup(path);
	char to[PATH_MAX];

	for (int i = 0; at && i < MAX_LINKS; i++) {
		ssize_t n = readlink(at, to, sizeof(to) - 1);
		char *next;
		int keep;

		if (n < 0)
			return at; /* not a link, or missing */
		to[n] = '\0';
		keep = to[0] == '/' ? 0 : (int)directory_length(at);
		if (asprintf(&next, "%.*s%s", keep, at, to) < 0)
			next = NULL;
		free(at);
		at = next;
	}
	if (at)
		errno = ELOOP;
	free(at);
	return NULL;
}

static int open_directory(const char *path)
{
	size_t n = directory_length(path);
	char *directory = n ? strndup(path, n) : strdup(".");
	int fd, error;

	if (!directory)
		return -ENOMEM;
	fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	error = errno;
	free(directory);
	return fd < 0 ? -error : fd;
}

/* ---- The old file ---- */

static int lock(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	/* On file systems without locks, concurrent writers cannot be detected. */
	return errno == EWOULDBLOCK ? -EWOULDBLOCK : 0;
}

static bool is_mounted(const struct pkdi_unnamed *file)
{
#if defined(STATX_ATTR_MOUNT_ROOT)
	struct statx at;

	return statx(file->directory_fd, file->name, AT_SYMLINK_NOFOLLOW, 0, &at) == 0 &&
	       (at.stx_attributes & STATX_ATTR_MOUNT_ROOT);
#else
	(void)file;
	return false;
#endif
}

/* A user may not replace what he may not write. */
static int hold_old(struct pkdi_unnamed *file, bool as_it_is)
{
	const int flags = O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC;
	struct stat old;

	if (faccessat(file->directory_fd, file->name, W_OK, AT_EACCESS) < 0)
		return errno == ENOENT ? 0 : -errno;
	/* For writing as well, if permitted: over NFS, a lock requires write access. */
	file->old_fd = openat(file->directory_fd, file->name, O_RDWR | flags);
	if (file->old_fd < 0 && errno == EACCES && !as_it_is)
		file->old_fd = openat(file->directory_fd, file->name, O_WRONLY | flags);
	if (file->old_fd < 0 || fstat(file->old_fd, &old) < 0)
		return -errno;
	if (!S_ISREG(old.st_mode))
		return S_ISDIR(old.st_mode) ? -EISDIR : -EINVAL;
	file->old_device = old.st_dev;
	file->old_inode = old.st_ino;
	return lock(file->old_fd);
}

/* ---- The new one ---- */

/* Has `place` create something at an unused name: `place` returns 0 or -errno. */
static int take_temporary(struct pkdi_unnamed *file, int (*place)(struct pkdi_unnamed *file))
{
	int r = -EEXIST;

	for (int i = 0; i < MAX_TEMPORARIES && r == -EEXIST; i++) {
		free(file->temporary);
		if (asprintf(&file->temporary, ".%.200s.%d-%d", file->name, (int)getpid(), i) < 0) {
			file->temporary = NULL;
			return -ENOMEM;
		}
		r = place(file);
	}
	if (r < 0) {
		free(file->temporary);
		file->temporary = NULL;
	}
	return r;
}

static int create_here(struct pkdi_unnamed *file)
{
	file->fd = openat(file->directory_fd, file->temporary,
	                  O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return file->fd < 0 ? -errno : 0;
}

static int create_new(struct pkdi_unnamed *file)
{
	struct stat old;
	int r = 0;

	file->fd = openat(file->directory_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	if (file->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT))
		r = take_temporary(file, create_here);
	else if (file->fd < 0)
		r = -errno;
	if (r < 0)
		return r;
	/* The new file has the permissions of the old one. */
	if (file->old_fd >= 0 && fstat(file->old_fd, &old) == 0) {
		if (fchown(file->fd, old.st_uid, old.st_gid) < 0 &&
		    fchown(file->fd, (uid_t)-1, old.st_gid) < 0 && errno != EPERM)
			return -errno;
		fchmod(file->fd, old.st_mode & 0777);
	}
	return lock(file->fd);
}

int pkdi_unnamed_create(struct pkdi_unnamed *file, const char *path, bool as_it_is)
{
	int r;

	*file = (struct pkdi_unnamed){.fd = -1, .directory_fd = -1, .old_fd = -1};
	file->name = strdup(path + directory_length(path));
	if (!file->name)
		return -ENOMEM;
	r = *file->name ? open_directory(path) : -EISDIR;
	if (r < 0)
		goto finish;
	file->directory_fd = r;
	r = hold_old(file, as_it_is);
	if (r < 0)
		goto finish;
	if (as_it_is && file->old_fd >= 0) {
		file->fd = file->old_fd;
		file->old_fd = -1;
		file->named = true;
		return 0;
	}
	r = is_mounted(file) ? -EBUSY : create_new(file);
	if (r == 0)
		return 0;

finish:
	pkdi_unnamed_finish(file);
	return r;
}

static int link_here(struct pkdi_unnamed *file);

int pkdi_unnamed_keep(struct pkdi_unnamed *file)
{
	return file->named || file->temporary ? 0 : take_temporary(file, link_here);
}

/* Is that the file? Then it is open and locked. */
static int open_same(struct pkdi_unnamed *file, const char *name, dev_t device, ino_t inode)
{
	struct stat status;
	int r = 0;

	file->fd = openat(file->directory_fd, name,
	                  O_RDWR | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	if (file->fd < 0)
		return -errno;
	if (fstat(file->fd, &status) < 0)
		r = -errno;
	else if (status.st_dev != device || status.st_ino != inode)
		r = -ESTALE;
	if (r == 0)
		r = lock(file->fd);
	if (r == 0)
		return 0;
	close(file->fd);
	file->fd = -1;
	return r;
}

static int reopen(struct pkdi_unnamed *file, const char *temporary, dev_t device, ino_t inode)
{
	int r = open_same(file, file->name, device, inode);

	if (r == 0) {
		file->named = true;
		return 0;
	}
	if ((r != -ENOENT && r != -ESTALE) || !*temporary)
		return r;
	if (open_same(file, temporary, device, inode) < 0)
		return r;
	file->temporary = strdup(temporary);
	return file->temporary ? hold_old(file, false) : -ENOMEM;
}

int pkdi_unnamed_reopen(struct pkdi_unnamed *file, const char *path, const char *temporary,
                        dev_t device, ino_t inode)
{
	int r;

	*file = (struct pkdi_unnamed){.fd = -1, .directory_fd = -1, .old_fd = -1};
	file->name = strdup(path + directory_length(path));
	if (!file->name)
		return -ENOMEM;
	r = open_directory(path);
	if (r >= 0) {
		file->directory_fd = r;
		r = reopen(file, temporary, device, inode);
	}
	if (r < 0) {
		pkdi_unnamed_leave(file);
		pkdi_unnamed_finish(file);
	}
	return r;
}

void pkdi_unnamed_leave(struct pkdi_unnamed *file)
{
	free(file->temporary);
	file->temporary = NULL;
}

/* ---- Its name ---- */

static int link_here(struct pkdi_unnamed *file)
{
	char self[48];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", file->fd);
	return linkat(AT_FDCWD, self, file->directory_fd, file->temporary, AT_SYMLINK_FOLLOW) < 0
	               ? -errno
	               : 0;
}

/* Replaces the old file, unless another one is there by now. */
static int exchange(struct pkdi_unnamed *file)
{
	const unsigned swap = RENAME_EXCHANGE;
	struct stat there;

	if (renameat2(file->directory_fd, file->temporary, file->directory_fd, file->name, swap) <
	    0) {
		/* It was removed meanwhile, or the file system cannot exchange. */
		if (fstatat(file->directory_fd, file->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (there.st_dev != file->old_device || there.st_ino != file->old_inode))
			return -EEXIST;
		return renameat(file->directory_fd, file->temporary, file->directory_fd,
		                file->name) < 0
		               ? -errno
		               : 0;
	}
	if (fstatat(file->directory_fd, file->temporary, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (there.st_dev != file->old_device || there.st_ino != file->old_inode) {
		/* If that fails, the temporary name is not ours to remove. */
		if (renameat2(file->directory_fd, file->temporary, file->directory_fd, file->name,
		              swap) < 0) {
			free(file->temporary);
			file->temporary = NULL;
		}
		return -EEXIST;
	}
	return unlinkat(file->directory_fd, file->temporary, 0) < 0 ? -errno : 0;
}

/* A link never replaces a file; not all file systems have links, or a rename that does not
 * replace. */
static int take_free_name(struct pkdi_unnamed *file)
{
	struct stat there;
	int at = file->directory_fd;

	if (renameat2(at, file->temporary, at, file->name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == EEXIST || (errno != EINVAL && errno != ENOSYS))
		return -errno;
	if (linkat(at, file->temporary, at, file->name, 0) == 0) {
		unlinkat(at, file->temporary, 0);
		return 0;
	}
	if (errno == EEXIST || fstatat(at, file->name, &there, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return renameat(at, file->temporary, at, file->name) < 0 ? -errno : 0;
}

int pkdi_unnamed_name(struct pkdi_unnamed *file)
{
	/* A link cannot replace a file; a rename can, from a temporary name. */
	int r = file->temporary ? 0 : take_temporary(file, link_here);

	if (r < 0)
		return r;
	if (file->old_fd >= 0)
		r = exchange(file);
	else
		r = take_free_name(file);
	if (r < 0)
		return r;
	free(file->temporary);
	file->temporary = NULL;
	file->named = true;
	if (file->old_fd >= 0)
		close(file->old_fd);
	file->old_fd = -1;
	return 0;
}

int pkdi_unnamed_check(const struct pkdi_unnamed *file)
{
	struct stat own, there;
	bool has_name;

	if (fstat(file->fd, &own) < 0)
		return -errno;
	has_name = fstatat(file->directory_fd, file->name, &there, AT_SYMLINK_NOFOLLOW) == 0;
	if (has_name && there.st_dev == own.st_dev && there.st_ino == own.st_ino)
		return 0;
	if (own.st_nlink > 0)
		return -EXDEV;
	return has_name ? -ESTALE : -ENOENT;
}

void pkdi_unnamed_finish(struct pkdi_unnamed *file)
{
	if (file->temporary && file->directory_fd >= 0)
		unlinkat(file->directory_fd, file->temporary, 0);
	if (file->fd >= 0)
		close(file->fd);
	if (file->old_fd >= 0)
		close(file->old_fd);
	if (file->directory_fd >= 0)
		close(file->directory_fd);
	free(file->temporary);
	free(file->name);
	*file = (struct pkdi_unnamed){.fd = -1, .directory_fd = -1, .old_fd = -1};
}
