/* Files that are written whole, or not at all. */
#ifndef PKD_BASE_WHOLE_WRITE_H
#define PKD_BASE_WHOLE_WRITE_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

/* 0 or an errno. */
static inline int write_all(int fd, const void *data, size_t n)
{
	const char *at = (const char *)data;

	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

/* In a directory's descriptor, in the place of what is there: as `.NAME.new`, which is moved to its
 * own name when it is on the disk. What was there stays where that fails. 0 or an errno. */
static inline int whole_write_at(int folder, const char *name, const void *data, size_t n)
{
	char other[NAME_MAX + 1];
	int fd, error, length = snprintf(other, sizeof(other), ".%s.new", name);

	if (length < 0 || (size_t)length >= sizeof(other))
		return ENAMETOOLONG;
	unlinkat(folder, other, 0); /* of a run that was killed */
	fd = openat(folder, other, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return errno;
	error = write_all(fd, data, n);
	if (!error && fsync(fd) < 0)
		error = errno;
	if (close(fd) < 0 && !error)
		error = errno;
	if (!error && renameat(folder, other, folder, name) < 0)
		error = errno;
	if (error)
		unlinkat(folder, other, 0);
	else if (fsync(folder) < 0 && errno != EINVAL) /* some file systems cannot */
		error = errno;
	return error;
}

/* The same, in the directory of that path. */
static inline int whole_write(const char *folder, const char *name, const void *data, size_t n)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;

	if (fd < 0)
		return errno;
	error = whole_write_at(fd, name, data, n);
	close(fd);
	return error;
}

#endif
