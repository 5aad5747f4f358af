/* A file, a FIFO or a descriptor that an origin reads from its start to its end, and goes on with
 * after a restart. Its persistent state has the three numbers of the mark: where what it has given
 * ends in a file, which so loses nothing and gives nothing twice. What was read of a pipe and not
 * given is lost with the process.
 *
 * What was read and not given lies in [from, to) of the buffer. */
#ifndef PKD_BASE_SOURCE_FILE_H
#define PKD_BASE_SOURCE_FILE_H

#include <errno.h>
#include <fcntl.h>
#include <pkd/node.h>
#include <pkd/path.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOURCE_FILE_LOOK_NS = 100000000 }; /* from one look at what cannot be watched to the next */

struct source_file {
	const char *path;
	int given; /* the descriptor that the program was given, -1: none */
	int fd;    /* -1: none yet */
	bool is_file, is_pipe, is_watched;
	bool has_ended;              /* read to its end */
	bool is_resumed;             /* it is the file of the mark */
	uint64_t device, inode, end; /* the mark; all zero before the first commit */
	uint64_t at;                 /* of a file: where the next read begins */
	char *buffer;
	size_t size, from, to;
};

/* With the mark filled in. */
static inline void source_file_init(struct source_file *file, const char *source, char *buffer,
                                    size_t size)
{
	file->path = pkd_path_file(source);
	file->given = pkd_path_given_fd(source, STDIN_FILENO);
	file->fd = -1;
	file->buffer = buffer;
	file->size = size;
}

static inline const char *source_file_name(const struct source_file *file)
{
	return file->given == STDIN_FILENO ? "standard input" : file->path;
}

static inline void source_file_close(struct source_file *file, struct pkd_ctx *ctx)
{
	if (file->is_watched && ctx)
		pkd_watch(ctx, file->fd, 0);
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	file->is_watched = false;
}

/* What is opened has never been read, but for what the mark says. */
static inline int source_file_look(struct source_file *file, struct pkd_ctx *ctx)
{
	struct stat now;
	off_t start = 0;

	if (fstat(file->fd, &now) < 0)
		return -errno;
	if (S_ISDIR(now.st_mode))
		return -EISDIR;
	file->is_file = S_ISREG(now.st_mode);
	file->is_pipe = S_ISFIFO(now.st_mode);
	file->has_ended = false;
	if (file->is_file && file->given >= 0)
		start = lseek(file->fd, 0, SEEK_CUR);
	file->is_resumed = file->inode == now.st_ino && file->device == now.st_dev &&
	                   (!file->is_file || file->end <= (uint64_t)now.st_size);
	if (file->is_resumed) {
		file->at = file->end;
		return 0;
	}
	if (file->inode)
		pkd_note(ctx,
		         "'%s' is another file than before, or has become shorter: read from "
		         "its start",
		         source_file_name(file));
	file->device = now.st_dev;
	file->inode = now.st_ino;
	file->end = file->at = start > 0 ? (uint64_t)start : 0;
	return 0;
}

/* 0 or a negative errno, which is not told yet. */
static inline int source_file_open(struct source_file *file, struct pkd_ctx *ctx)
{
	int error;

	if (file->given >= 0)
		file->fd = fcntl(file->given, F_DUPFD_CLOEXEC, 0);
	else
		file->fd = open(file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	error = file->fd < 0 ? -errno : source_file_look(file, ctx);
	if (error)
		source_file_close(file, ctx);
	return error;
}

static inline bool source_file_has_input(const struct source_file *file)
{
	struct pollfd pipe = {.fd = file->fd, .events = POLLIN};

	return poll(&pipe, 1, 0) > 0;
}

/* More in the buffer, which is not full, or `has_ended`. PKD_LATER: nothing yet; a negative errno,
 * which is not told yet. */
static inline int source_file_more(struct source_file *file, struct pkd_ctx *ctx)
{
	char *to;
	ssize_t n;

	if (file->from > 0)
		memmove(file->buffer, file->buffer + file->from, file->to - file->from);
	file->to -= file->from;
	file->from = 0;
	if (!file->is_file && !source_file_has_input(file)) {
		if (!file->is_watched && pkd_watch(ctx, file->fd, POLLIN) == 0)
			file->is_watched = true;
		return file->is_watched ? PKD_LATER
		                        : pkd_later(ctx, pkd_now() + SOURCE_FILE_LOOK_NS);
	}
	to = file->buffer + file->to;
	do
		n = file->is_file ? pread(file->fd, to, file->size - file->to, (off_t)file->at)
		                  : read(file->fd, to, file->size - file->to);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return pkd_later(ctx, pkd_now() + SOURCE_FILE_LOOK_NS);
	if (n < 0)
		return -errno;
	file->to += (size_t)n;
	file->at += (uint64_t)n;
	file->has_ended = n == 0;
	return PKD_OK;
}

/* `n` bytes of the buffer are done with. */
static inline void source_file_take(struct source_file *file, size_t n)
{
	file->from += n;
	file->end += n;
}

/* In `ready`: the step is called then. */
static inline int source_file_ready(struct source_file *file, struct pkd_ctx *ctx)
{
	file->is_watched = false;
	return pkd_watch(ctx, file->fd, 0);
}

#endif
