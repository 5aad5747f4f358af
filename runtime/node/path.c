#define _GNU_SOURCE
#include "node/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_NS = 10000000, LOOKS_UNTIL_SAID = 100 };

void pkdi_path_look(struct pkdi_path *path, const char *text)
{
	struct stat file;

	path->fd = open(text, O_PATH | O_CLOEXEC);
	if (path->fd < 0 || fstat(path->fd, &file) < 0)
		return;
	path->kind = PKDI_PATH_THERE;
	path->device = file.st_dev;
	path->inode = file.st_ino;
}

static int duplicate(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return copy < 0 ? -errno : copy;
}

/* Reopens what a descriptor of O_PATH refers to, whatever is at its path now. */
static int reopen(const struct pkdi_path *path)
{
	char self[48];
	int fd;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", path->fd);
	fd = open(self, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool is_pipe(const struct pkdi_path *path)
{
	struct stat file;

	return fstat(path->fd, &file) == 0 && S_ISFIFO(file.st_mode);
}

static int open_stream(const struct pkdi_path *path, bool (*stopping)(const void *context),
                       void (*wait)(const void *context), const void *context)
{
	const struct timespec look = {.tv_nsec = LOOK_NS};
	int fd = reopen(path);

	/* A pipe without a reader. */
	for (int i = 1; fd == -ENXIO && is_pipe(path); i++) {
		if (stopping(context))
			return -EINTR;
		nanosleep(&look, NULL);
		if (i == LOOKS_UNTIL_SAID)
			wait(context);
		fd = reopen(path);
	}
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

int pkdi_path_open(const struct pkdi_path *path, bool (*stopping)(const void *context),
                   void (*wait)(const void *context), const void *context)
{
	switch (path->kind) {
	case PKDI_PATH_STANDARD:
		return duplicate(path->fd);
	case PKDI_PATH_OUTPUT:
		return duplicate(path->output.fd);
	case PKDI_PATH_STREAM:
		return open_stream(path, stopping, wait, context);
	case PKDI_PATH_NONE:
	case PKDI_PATH_URL:
	case PKDI_PATH_THERE:
		break;
	}
	return -EACCES;
}
