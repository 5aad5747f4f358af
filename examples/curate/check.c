/* check: the head of a file, and a sum of what is behind it. Each worker has its own descriptor of
 * the study, made in its own process. */
#include "found.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct study_check {
	const struct study_check_params *params;
	int root;
};

/* The path comes from data: no ".." and no link in it leads out of the study. What was a file when
 * the walk saw it may be a FIFO by now, at which an open would wait for a writer. */
static int open_below(int root, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* A table has U+FFFD for a byte that is no UTF-8, so again.pkd cannot know what it was. */
static const char *why_not_open(int error, const char *path)
{
	if (error == ENOENT && strstr(path, "\xef\xbf\xbd"))
		return "no file has this name: U+FFFD stands in it for bytes that are no UTF-8";
	return strerror(error);
}

static const char *check(const struct study_check *self, const char *path,
                         struct study_Found *found)
{
	int fd = open_below(self->root, path);
	struct stat status;
	FILE *file;
	const char *why;

	if (fd < 0)
		return why_not_open(errno, path);
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return "it is no regular file any more";
	}
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return strerror(ENOMEM);
	}
	why = found_read(file, found);
	fclose(file);
	return why;
}

int study_check_init(struct study_check *self, const struct study_check_params *params,
                     struct pkd_ctx *ctx)
{
	self->params = params;
	self->root = open(params->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self->root < 0)
		return pkd_error(ctx, errno, "cannot open '%s'", params->root);
	return PKD_OK;
}

int study_check_step(struct study_check *self, const struct study_check_in *in,
                     struct study_check_out *out, struct pkd_ctx *ctx)
{
	const struct study_check_params *params = self->params;
	const struct timespec takes = {params->takes / 1000000000, params->takes % 1000000000};
	const char *path = in->item->path.text, *why;
	struct study_Found found = {0};

	nanosleep(&takes, NULL);
	if (strcmp(path, params->crash_at) == 0)
		abort();
	why = check(self, path, &found);
	if (why && !pkd_wanted(ctx, 1))
		return pkd_error(ctx, EINVAL, "'%s': %s", path, why);
	*out->found = found;
	if (why)
		study_check_absent_found(ctx);
	else
		study_check_absent_error(ctx);
	if (why)
		out->error->len = (uint32_t)snprintf(out->error->text, sizeof(out->error->text),
		                                     "%.110s: %.85s", path, why);
	return PKD_OK;
}

void study_check_finish(struct study_check *self)
{
	close(self->root);
}

PKD_NODE(study_check);
