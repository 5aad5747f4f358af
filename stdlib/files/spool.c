/* See spool.h. */
#define _GNU_SOURCE
#include "spool.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int files_spool_init(struct spool *spool)
{
	spool->from = spool->to = 0;
	spool->at = 0;
	spool->fd = memfd_create("directories", MFD_CLOEXEC);
	return spool->fd < 0 ? -errno : 0;
}

void files_spool_finish(struct spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	spool->fd = -1;
}

static int flush(struct spool *spool)
{
	while (spool->from < spool->to) {
		ssize_t n = pwrite(spool->fd, spool->buffer + spool->from, spool->to - spool->from,
		                   spool->at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		spool->from += (size_t)n;
		spool->at += n;
	}
	spool->from = spool->to = 0;
	return 0;
}

int files_spool_put(struct spool *spool, const void *data, size_t n)
{
	const char *from = data;

	while (n > 0) {
		size_t room = sizeof(spool->buffer) - spool->to, part = n < room ? n : room;
		int error = 0;

		memcpy(spool->buffer + spool->to, from, part);
		spool->to += part;
		from += part;
		n -= part;
		if (spool->to == sizeof(spool->buffer))
			error = flush(spool);
		if (error)
			return error;
	}
	return 0;
}

int files_spool_turn(struct spool *spool)
{
	int error = flush(spool);

	spool->at = 0;
	return error;
}

int files_spool_get(struct spool *spool, void *data, size_t n)
{
	char *to = data;

	while (n > 0) {
		size_t has = spool->to - spool->from, part = n < has ? n : has;
		ssize_t more = 1;

		memcpy(to, spool->buffer + spool->from, part);
		spool->from += part;
		to += part;
		n -= part;
		if (n == 0)
			break;
		do
			more = pread(spool->fd, spool->buffer, sizeof(spool->buffer), spool->at);
		while (more < 0 && errno == EINTR);
		if (more <= 0)
			return more < 0 ? -errno : 0;
		spool->from = 0;
		spool->to = (size_t)more;
		spool->at += more;
	}
	return 1;
}

int files_spool_empty(struct spool *spool)
{
	spool->from = spool->to = 0;
	spool->at = 0;
	return ftruncate(spool->fd, 0) < 0 ? -errno : 0;
}
