#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.pkd.h"

struct middle {
	const struct middle_params *params;
};

/* A child has nothing open but what every program has, the eventfds of pkd_stop and of news for the
 * supervisor, and the pipe by which it ends with the supervisor; where sweep started the program,
 * and it had nothing else before. */
static int look_at_descriptors(struct pkd_ctx *ctx)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;
	int n_eventfds = 0, n_pipes = 0, r = 0;

	if (!directory)
		return pkd_error(ctx, errno, "cannot look at /proc/self/fd");
	while (r == 0 && (entry = readdir(directory))) {
		char text[128] = "";
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd <= 2 || fd == dirfd(directory))
			continue;
		if (readlinkat(dirfd(directory), entry->d_name, text, sizeof(text) - 1) < 0)
			text[0] = '\0';
		n_eventfds += strcmp(text, "anon_inode:[eventfd]") == 0;
		n_pipes += strncmp(text, "pipe:", 5) == 0;
		if ((strncmp(text, "pipe:", 5) != 0 && strcmp(text, "anon_inode:[eventfd]") != 0) ||
		    n_eventfds > 2 || n_pipes > 1)
			r = pkd_error(ctx, EBADF, "descriptor %d is left open: %s", fd, text);
	}
	closedir(directory);
	return r;
}

int middle_init(struct middle *self, const struct middle_params *params, struct pkd_ctx *ctx)
{
	self->params = params;
	return getenv("FAULT") ? look_at_descriptors(ctx) : PKD_OK;
}

int middle_step(struct middle *self, const struct middle_in *in, struct middle_out *out,
                struct pkd_ctx *ctx)
{
	*out->same = *in->value;
	/* Only the first incarnation can make it. A directory: no fault is for that call. */
	if (pkd_number(ctx) == 7 && mkdir("died", 0700) == 0)
		abort();
	if (!self->params->stops || pkd_number(ctx) != self->params->stops)
		return PKD_OK;
	pkd_stop(ctx);
	while (self->params->hangs)
		pause();
	return PKD_OK;
}

void middle_finish(struct middle *self)
{
	(void)self;
}

PKD_NODE(middle);
