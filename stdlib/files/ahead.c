/* See ahead.h. */
#define _GNU_SOURCE
#include "ahead.h"

#include "../base/thread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 32 * 1024 };

/* Of a directory also its first names. */
static void look(int in, const char *name, bool is_directory)
{
	char buffer[BUFFER] __attribute__((aligned(8)));
	struct stat now;
	int fd;

	if (!is_directory) {
		(void)!fstatat(in, name, &now, AT_SYMLINK_NOFOLLOW);
		return;
	}
	fd = openat(in, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)!getdents64(fd, buffer, sizeof(buffer));
	close(fd);
}

/* With the lock. */
static void let_go(struct ahead_directory *in)
{
	if (--in->n_waiting > 0)
		return;
	close(in->fd);
	in->fd = -1;
}

static void *look_on(void *to)
{
	struct ahead *ahead = to;

	pthread_mutex_lock(&ahead->lock);
	while (!ahead->ends) {
		struct ahead_name name;

		if (ahead->taken == ahead->added) {
			pthread_cond_wait(&ahead->more, &ahead->lock);
			continue;
		}
		name = ahead->names[ahead->taken++ % AHEAD_ROOM];
		pthread_mutex_unlock(&ahead->lock);
		look(name.in->fd, name.name, name.is_directory);
		pthread_mutex_lock(&ahead->lock);
		let_go(name.in);
	}
	pthread_mutex_unlock(&ahead->lock);
	return NULL;
}

int files_ahead_init(struct ahead *ahead, uint32_t n_threads)
{
	int error = 0;

	memset(ahead, 0, sizeof(*ahead));
	for (size_t i = 0; i < sizeof(ahead->directories) / sizeof(ahead->directories[0]); i++)
		ahead->directories[i].fd = -1;
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->more, NULL);
	while (ahead->n_threads < n_threads && !error) {
		error = thread_start(&ahead->threads[ahead->n_threads], look_on, ahead);
		ahead->n_threads += !error;
	}
	if (error)
		files_ahead_finish(ahead);
	return error;
}

void files_ahead_finish(struct ahead *ahead)
{
	pthread_mutex_lock(&ahead->lock);
	ahead->ends = true;
	pthread_cond_broadcast(&ahead->more);
	pthread_mutex_unlock(&ahead->lock);
	for (uint32_t i = 0; i < ahead->n_threads; i++)
		pthread_join(ahead->threads[i], NULL);
	for (size_t i = 0; i < sizeof(ahead->directories) / sizeof(ahead->directories[0]); i++)
		if (ahead->directories[i].fd >= 0)
			close(ahead->directories[i].fd);
	pthread_cond_destroy(&ahead->more);
	pthread_mutex_destroy(&ahead->lock);
}

bool files_ahead_wants_more(struct ahead *ahead)
{
	bool wants;

	pthread_mutex_lock(&ahead->lock);
	wants = ahead->added - ahead->taken <= AHEAD_ROOM / 2;
	pthread_mutex_unlock(&ahead->lock);
	return wants;
}

struct ahead_directory *files_ahead_begin(struct ahead *ahead, int fd)
{
	struct ahead_directory *in = NULL;

	pthread_mutex_lock(&ahead->lock);
	for (size_t i = 0; i < AHEAD_ROOM / 4 && !in; i++)
		if (ahead->directories[i].fd < 0)
			in = &ahead->directories[i];
	if (in)
		in->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (!in || in->fd < 0) {
		pthread_mutex_unlock(&ahead->lock);
		return NULL;
	}
	in->n_waiting = 1; /* the one who adds */
	return in;
}

bool files_ahead_add(struct ahead *ahead, struct ahead_directory *in, const char *name,
                     size_t length, bool is_directory)
{
	struct ahead_name *to = &ahead->names[ahead->added % AHEAD_ROOM];

	if (ahead->added - ahead->taken == AHEAD_ROOM)
		return false;
	if (length >= sizeof(to->name))
		return true;
	to->in = in;
	to->is_directory = is_directory;
	memcpy(to->name, name, length + 1);
	in->n_waiting++;
	ahead->added++;
	return true;
}

void files_ahead_end(struct ahead *ahead, struct ahead_directory *in)
{
	let_go(in);
	pthread_cond_broadcast(&ahead->more);
	pthread_mutex_unlock(&ahead->lock);
}
