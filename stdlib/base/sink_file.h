/* A file that a node appends to and goes on with after a restart. Its persistent state has the
 * three numbers of the mark, set after each firing's last write: what a killed firing has written
 * lies behind `end`, and is cut off when the next incarnation opens the file. A write is in the
 * page cache when it returns, so it survives the process, but not a loss of power.
 *
 * A pipe, a terminal or another device takes bytes for good: nothing is cut off there. */
#ifndef PKD_BASE_SINK_FILE_H
#define PKD_BASE_SINK_FILE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

struct sink_file {
	int fd; /* -1 = closed */
	bool is_regular;
	bool is_resumed; /* it holds what the mark says; otherwise it is empty */
	bool is_lost;    /* the file of the mark is there no more, or was made shorter */
	uint64_t device, inode, end; /* the mark; all zero before the first commit */
};

static inline int sink_file_prepare(struct sink_file *file)
{
	bool is_marked = file->end > 0;
	struct stat now;

	if (fstat(file->fd, &now) < 0)
		return -errno;
	file->is_regular = S_ISREG(now.st_mode);
	file->is_resumed = is_marked && file->device == now.st_dev && file->inode == now.st_ino &&
	                   (!file->is_regular || (uint64_t)now.st_size >= file->end);
	file->is_lost = is_marked && !file->is_resumed;
	file->device = now.st_dev;
	file->inode = now.st_ino;
#ifdef PKD_TEST_NO_RESUME
	file->is_resumed = false;
#endif
	if (!file->is_resumed)
		file->end = 0;
#ifdef PKD_TEST_NO_CUT
	else
		file->end = (uint64_t)now.st_size;
#endif
	return file->is_regular && ftruncate(file->fd, (off_t)file->end) < 0 ? -errno : 0;
}

static inline int sink_file_close(struct sink_file *file)
{
	int fd = file->fd;

	file->fd = -1;
	return fd >= 0 && close(fd) < 0 && errno != EINTR ? -errno : 0;
}

/* With the mark filled in. Not truncated by open: what the file holds decides. */
static inline int sink_file_open(struct sink_file *file, const char *path)
{
	int error;

	file->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (file->fd < 0)
		return -errno;
	error = sink_file_prepare(file);
	if (error)
		sink_file_close(file);
	return error;
}

/* Writes at any place; in what is no regular file, at the only one there is. `end` stays. */
static inline int sink_file_put(const struct sink_file *file, uint64_t at, const void *data,
                                size_t size)
{
	const char *from = (const char *)data;

	while (size) {
		ssize_t n = file->is_regular ? pwrite(file->fd, from, size, (off_t)at)
		                             : write(file->fd, from, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		from += n;
		at += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

static inline int sink_file_append(struct sink_file *file, const void *data, size_t size)
{
	int error = sink_file_put(file, file->end, data, size);

	if (!error)
		file->end += size;
	return error;
}

/* After a write that failed: leaves no part of it. */
static inline void sink_file_cut(struct sink_file *file, uint64_t end)
{
	file->end = end;
	/* The failure is reported already, and a restart cuts once more. */
	if (file->is_regular && ftruncate(file->fd, (off_t)end) < 0)
		return;
}

#endif
