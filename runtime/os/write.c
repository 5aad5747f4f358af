#define _GNU_SOURCE
#include "os/write.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

int pkdi_write_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, text, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		n -= (size_t)written;
	}
	return 0;
}

int pkdi_write_flush(void)
{
	bool lost = ferror(stdout) != 0;
	int r = fflush(stdout) != 0 ? -errno : lost ? -EIO : 0;

	fflush(NULL);
	return r;
}
