/* See hasher.h. */
#define _GNU_SOURCE
#include "hasher.h"

#include "../base/below.h"
#include "item.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { READ_SIZE = 256 * 1024 };

int files_hasher_init(struct hasher *hasher, int root, bool links, const EVP_MD *type)
{
	*hasher = (struct hasher){.root = root, .fd = -1, .links = links, .type = type};
	hasher->digest = EVP_MD_CTX_new();
	hasher->buffer = malloc(READ_SIZE);
	if (hasher->digest && hasher->buffer)
		return 0;
	files_hasher_finish(hasher);
	return -ENOMEM;
}

static void close_file(struct hasher *hasher)
{
	if (hasher->fd >= 0)
		close(hasher->fd);
	hasher->fd = -1;
}

void files_hasher_finish(struct hasher *hasher)
{
	close_file(hasher);
	EVP_MD_CTX_free(hasher->digest);
	free(hasher->buffer);
	hasher->digest = NULL;
	hasher->buffer = NULL;
}

/* 0 or an errno; *ret_why says what the errno does not. */
static int open_file(struct hasher *hasher, const char *path, uint32_t length, const char **ret_why)
{
	struct stat now;
	int error = files_item_check_path(path, length);

	if (error)
		return error;
	hasher->fd = below_open(hasher->root, path, length, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0,
	                        hasher->links ? BELOW_LINKS : BELOW_NO_LINKS);
	if (hasher->fd < 0) {
		error = -hasher->fd;
		hasher->fd = -1;
		return error;
	}
	if (fstat(hasher->fd, &now) < 0)
		return errno;
	if (!S_ISREG(now.st_mode)) {
		*ret_why = S_ISDIR(now.st_mode) ? "it is a directory" : "it is no regular file";
		return EINVAL;
	}
	hasher->size = (uint64_t)now.st_size;
	hasher->n_read = 0;
	if (EVP_DigestInit_ex2(hasher->digest, hasher->type, NULL))
		return 0;
	*ret_why = "libcrypto refuses this algorithm";
	return EINVAL;
}

/* 1: there is more; 0: at the end; a negative errno. A small file takes one read: what its size
 * says has come. */
static int read_part(struct hasher *hasher)
{
	ssize_t n = read(hasher->fd, hasher->buffer, READ_SIZE);

	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	if (n > 0 && !EVP_DigestUpdate(hasher->digest, hasher->buffer, (size_t)n))
		return -EIO;
	hasher->n_read += (uint64_t)n;
	return n > 0 && (n == READ_SIZE || hasher->n_read != hasher->size);
}

bool files_hasher_work(struct hasher *hasher, const char *path, uint32_t length,
                       struct hasher_result *result)
{
	int more = 1, error = 0;

	result->why = NULL;
	result->n = 0;
	if (hasher->fd < 0)
		error = open_file(hasher, path, length, &result->why);
	for (int i = 0; i < HASHER_SLICE && !error && more > 0; i++) {
		more = read_part(hasher);
		error = more < 0 ? -more : 0;
	}
	if (!error && more)
		return false;
	if (!error && !EVP_DigestFinal_ex(hasher->digest, result->digest, &result->n))
		error = EIO;
	result->error = error;
	close_file(hasher);
	return true;
}
