#define _GNU_SOURCE
#include "sync.h"

#include "../base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int bring(int fd, off_t old_at, off_t old_n)
{
	/* Some files have no disk to wait for. */
	if (fdatasync(fd) < 0 && errno != EINVAL && errno != ENOSYS)
		return errno;
	if (old_n > 0)
		posix_fadvise(fd, old_at, old_n, POSIX_FADV_DONTNEED);
	return 0;
}

static void *run(void *context)
{
	struct ring_sync *self = context;

	pthread_mutex_lock(&self->lock);
	while (self->asks || !self->ends) {
		off_t old_at = self->old_at, old_n = self->old_n;
		int error;

		if (!self->asks) {
			pthread_cond_wait(&self->is_asked, &self->lock);
			continue;
		}
		self->asks = false;
		self->old_n = 0;
		pthread_mutex_unlock(&self->lock);
		error = bring(self->fd, old_at, old_n);
		pthread_mutex_lock(&self->lock);
		if (error)
			self->error = error;
	}
	pthread_mutex_unlock(&self->lock);
	return NULL;
}

int ring_sync_start(struct ring_sync *self, int fd)
{
	int error;

	self->fd = fd;
	pthread_mutex_init(&self->lock, NULL);
	pthread_cond_init(&self->is_asked, NULL);
	error = thread_start(&self->thread, run, self);
	self->has_started = error == 0;
	return error;
}

int ring_sync_ask(struct ring_sync *self, off_t old_at, off_t old_n)
{
	int error;

	pthread_mutex_lock(&self->lock);
	self->asks = true;
	if (old_n > 0) {
		self->old_at = old_at;
		self->old_n = old_n;
	}
	error = self->error;
	pthread_cond_signal(&self->is_asked);
	pthread_mutex_unlock(&self->lock);
	return -error;
}

int ring_sync_finish(struct ring_sync *self)
{
	if (!self->has_started)
		return 0;
	pthread_mutex_lock(&self->lock);
	self->ends = true;
	pthread_cond_signal(&self->is_asked);
	pthread_mutex_unlock(&self->lock);
	pthread_join(self->thread, NULL);
	self->has_started = false;
	return -self->error;
}
