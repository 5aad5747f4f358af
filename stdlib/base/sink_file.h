/* A file that a node appends to and goes on with after a restart. Its persistent state has the
 * three numbers of the mark, set after each firing's last write: what a killed firing has written
 * lies behind `end`, and is cut off when the next incarnation opens the file. A write is in the
 * page cache when it returns, so it survives the process, but not a loss of power.
 *
 * The runtime opens the file and keeps it over restarts. Where nothing is committed yet, the mark
 * cannot say where the old content of a file that is added to ends: the file's position, which all
 * incarnations share and nothing else uses, is that place + 1.
 *
 * A pipe, a terminal or another device takes bytes for good: nothing is cut off there. Nor in
 * standard output or another descriptor that the program was given, wherever it leads. */
#ifndef PKD_BASE_SINK_FILE_H
#define PKD_BASE_SINK_FILE_H

#include <errno.h>
#include <fcntl.h>
#include <pkd/node.h>
#include <pkd/path.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct sink_file {
	int fd;          /* -1 = closed */
	bool is_stream;  /* bytes go to the only place there is, and stay */
	bool is_resumed; /* it holds what the mark says; otherwise it is as the node found it */
	bool is_lost;    /* the file of the mark is there no more, or was made shorter */
	uint64_t device, inode, end; /* the mark; all zero before the first commit */
};

/* Where the old content ends, for a node that has committed nothing. */
static inline uint64_t sink_file_start(const struct sink_file *file, uint64_t size)
{
	off_t place = lseek(file->fd, 0, SEEK_CUR);

	if (place > 0 && (uint64_t)place - 1 <= size)
		return (uint64_t)place - 1;
	/* A failure costs no more than a row that is there twice after a kill. */
	lseek(file->fd, (off_t)size + 1, SEEK_SET);
	return size;
}

/* `is_kept`: a file that the mark does not fit is an error, and stays as it is. */
static inline int sink_file_prepare(struct sink_file *file, const char *path, bool append,
                                    bool is_kept)
{
	bool is_marked = file->end > 0;
	struct stat now;
	uint64_t size;

	if (fstat(file->fd, &now) < 0)
		return -errno;
	size = (uint64_t)now.st_size;
	file->is_stream = !S_ISREG(now.st_mode) || pkd_path_given_fd(path, STDOUT_FILENO) >= 0;
	file->is_resumed = is_marked && file->device == now.st_dev && file->inode == now.st_ino &&
	                   (file->is_stream || size >= file->end);
	file->is_lost = is_marked && !file->is_resumed;
	if (file->is_lost && is_kept)
		return -ESTALE;
	file->device = now.st_dev;
	file->inode = now.st_ino;
#ifdef PKD_TEST_NO_RESUME
	file->is_resumed = false;
#endif
	if (!file->is_resumed)
		file->end = append && !file->is_stream ? sink_file_start(file, size) : 0;
#ifdef PKD_TEST_NO_CUT
	else
		file->end = size;
#endif
	if (file->is_stream || size == file->end)
		return 0;
	return ftruncate(file->fd, (off_t)file->end) < 0 ? -errno : 0;
}

static inline int sink_file_close(struct sink_file *file)
{
	int fd = file->fd;

	file->fd = -1;
	return fd >= 0 && close(fd) < 0 && errno != EINTR ? -errno : 0;
}

/* What went wrong, and where the system's words need it, why. */
static inline const char *sink_file_error(int error)
{
	switch (error) {
	case EPIPE:
		return "Broken pipe: its reader has gone";
	case ESTALE:
		return "it was made shorter while the program did not run";
	case EFBIG:
		return "File too large: beyond the limit that 'ulimit -f' shows, or the file system's";
	default:
		return strerror(error);
	}
}

/* With the mark filled in. With `append`, a file that the mark does not tell of keeps what it has,
 * which ends at `end`; otherwise it is emptied. 0 or a negative errno, after one line on stderr. */
static inline int sink_file_open(struct sink_file *file, struct pkd_ctx *ctx, const char *path,
                                 bool append)
{
	int error;

	file->fd = pkd_output_file(ctx, path);
	if (file->fd < 0)
		return file->fd;
	error = sink_file_prepare(file, path, append, pkd_resumes(ctx));
	if (!error && file->is_lost)
		pkd_note(ctx, "'%s' was removed, replaced or made shorter: %s", path,
		         append ? "added to as it is now" : "begun anew");
	if (!error)
		return 0;
	sink_file_close(file);
	return pkd_error(ctx, -error, "cannot write '%s': %s", path, sink_file_error(-error));
}

/* Writes at any place; in a stream, at the only one there is. `end` stays. */
static inline int sink_file_put(const struct sink_file *file, uint64_t at, const void *data,
                                size_t size)
{
	const char *from = (const char *)data;

	while (size) {
		ssize_t n = file->is_stream ? write(file->fd, from, size)
		                            : pwrite(file->fd, from, size, (off_t)at);

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
	if (!file->is_stream && ftruncate(file->fd, (off_t)end) < 0)
		return;
}

#endif
