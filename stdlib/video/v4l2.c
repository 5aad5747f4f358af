/* See v4l2.h. */
#include "v4l2.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_TRIES = 100 }; /* of a call that signals interrupt */

int camera_os_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void camera_os_close(int fd)
{
	close(fd);
}

int camera_os_ioctl(int fd, unsigned long request, void *argument)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		if (ioctl(fd, request, argument) >= 0)
			return 0;
		if (errno != EINTR)
			return -errno;
	}
	return -EIO;
}

void *camera_os_map(int fd, size_t size, uint32_t offset)
{
	void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);

	return data == MAP_FAILED ? NULL : data;
}

void camera_os_unmap(void *data, size_t size)
{
	munmap(data, size);
}

short camera_os_poll(int fd)
{
	struct pollfd device = {.fd = fd, .events = POLLIN};

	return poll(&device, 1, 0) > 0 ? device.revents : 0;
}

bool camera_os_list(uint32_t index, size_t size, char *ret_path)
{
	glob_t found = {0};
	bool is_there = glob("/dev/video[0-9]*", 0, NULL, &found) == 0 && index < found.gl_pathc;

	if (is_there)
		snprintf(ret_path, size, "%s", found.gl_pathv[index]);
	globfree(&found);
	return is_there;
}
