/* files.read: a file of at most N bytes, as a value. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "item.h"

#include <errno.h>
#include <files/read.pkd.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

enum { DATA_OUT = 0, ERROR_OUT }; /* output numbers, in the order of read.pkd */

struct files_read {
	const struct files_read_params *params;
	int root;
	char why[96]; /* what an errno does not say */
};

static int failed(struct files_read *self, struct pkd_ctx *ctx, const struct files_read_in *in,
                  struct files_read_out *out, int error)
{
	out->data->len = 0;
	files_read_absent_data(ctx);
	return files_item_failed(ctx, ERROR_OUT, &out->error->len, out->error->text, error, "read",
	                         in->path->text, in->path->len,
	                         *self->why ? self->why : files_item_reason(error));
}

/* ---- One file ---- */

static int check(struct files_read *self, int fd, uint64_t *ret_size)
{
	struct stat now;

	if (fstat(fd, &now) < 0)
		return errno;
	if (!S_ISREG(now.st_mode)) {
		snprintf(self->why, sizeof(self->why), "it is %s",
		         S_ISDIR(now.st_mode) ? "a directory" : "no regular file");
		return EINVAL;
	}
	*ret_size = (uint64_t)now.st_size;
	if (*ret_size <= self->params->N)
		return 0;
	snprintf(self->why, sizeof(self->why),
	         "it has %" PRIu64 " bytes, more than N = %" PRIu32 ": write N: %" PRIu64,
	         *ret_size, self->params->N, *ret_size);
	return EMSGSIZE;
}

/* So many bytes at most: how many there were, or a negative errno. */
static ssize_t read_at_most(int fd, void *data, size_t n)
{
	ssize_t got;

	do
		got = read(fd, data, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* What its size says has come with one read; otherwise to the end, as it may be growing or
 * shrinking. */
static int read_all(struct files_read *self, int fd, uint64_t size, uint8_t *data, uint32_t *ret_n)
{
	uint32_t n = 0;
	ssize_t got = 1;
	uint8_t more;

	while (got > 0 && n < self->params->N) {
		got = read_at_most(fd, data + n, self->params->N - n);
		n += got > 0 ? (uint32_t)got : 0;
		if (got > 0 && n == size)
			break;
	}
	if (got > 0 && n == self->params->N && n != size)
		got = read_at_most(fd, &more, 1);
	else if (got > 0)
		got = 0;
	*ret_n = n;
	if (got <= 0)
		return (int)-got;
	snprintf(self->why, sizeof(self->why),
	         "it has grown beyond N = %" PRIu32 " bytes while it was read", self->params->N);
	return EMSGSIZE;
}

/* ---- The node ---- */

int files_read_init(struct files_read *self, const struct files_read_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	self->root = below_open_root(ctx, params->root);
	return self->root < 0 ? self->root : PKD_OK;
}

int files_read_step(struct files_read *self, const struct files_read_in *in,
                    struct files_read_out *out, struct pkd_ctx *ctx)
{
	int fd = -1, error = files_item_check_path(in->path->text, in->path->len);
	uint64_t size = 0;

	*self->why = '\0';
	if (!error) {
		fd = below_open(self->root, in->path->text, in->path->len,
		                O_RDONLY | O_NONBLOCK | O_NOCTTY, 0,
		                self->params->links ? BELOW_LINKS : BELOW_NO_LINKS);
		error = fd < 0 ? -fd : check(self, fd, &size);
	}
	if (!error)
		error = read_all(self, fd, size, out->data->data, &out->data->len);
	if (fd >= 0)
		close(fd);
	if (error)
		return failed(self, ctx, in, out, error);
	files_read_absent_error(ctx);
	return PKD_OK;
}

void files_read_finish(struct files_read *self)
{
	close(self->root);
}

PKD_NODE(files_read);
