#define _GNU_SOURCE
#include "given.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int io_given_init(struct io_given *given)
{
	given->ends = calloc(IO_GIVEN_RING / 64, sizeof(*given->ends));
	given->left = malloc(IO_GIVEN_PIPE);
	return given->ends && given->left ? 0 : -ENOMEM;
}

void io_given_finish(struct io_given *given)
{
	free(given->ends);
	free(given->left);
	*given = (struct io_given){.ends = NULL};
}

void io_given_start(struct io_given *given, int in)
{
	/* Where pages are large, pipes are. */
	if (fcntl(in, F_GETPIPE_SZ) > IO_GIVEN_PIPE)
		fcntl(in, F_SETPIPE_SZ, IO_GIVEN_PIPE);
	given->at = 0;
	given->n_values = 0;
}

/* ---- Where values end ---- */

static bool is_end(const struct io_given *given, uint64_t position)
{
	return given->ends[position % IO_GIVEN_RING / 64] >> position % 64 & 1;
}

static void set_end(struct io_given *given, uint64_t position, bool is_one)
{
	uint64_t *word = &given->ends[position % IO_GIVEN_RING / 64];
	uint64_t bit = (uint64_t)1 << position % 64;

	*word = is_one ? *word | bit : *word & ~bit;
}

void io_given_add(struct io_given *given, size_t n, bool is_whole)
{
	for (size_t i = 0; i < n; i++)
		set_end(given, given->n_bytes++, false);
	if (n == 0 || !is_whole)
		return;
	set_end(given, given->n_bytes - 1, true);
	given->n_values++;
}

/* ---- What is left ---- */

bool io_given_has_left(const struct io_given *given)
{
	return given->at < given->n_left;
}

int io_given_write(struct io_given *given, int in)
{
	while (io_given_has_left(given)) {
		ssize_t n = write(in, given->left + given->at, given->n_left - given->at);

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		for (ssize_t i = 0; i < n; i++)
			given->n_values += is_end(given, given->n_bytes++);
		given->at += n > 0 ? (size_t)n : 0;
	}
	return 1;
}

int io_given_open(int in)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", in);
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* The bytes that nobody has read, at the beginning of `left`, and those behind them that were not
 * written yet: how many. */
static size_t take_back(struct io_given *given, int out, size_t n_unread)
{
	size_t n_more = given->n_left - given->at, n = 0;

	if (n_more > 0) {
		n = given->at - n_unread;
		memmove(given->left, given->left + n, n_unread + n_more);
		return n_unread + n_more;
	}
	while (n < n_unread) {
		ssize_t r = read(out, given->left + n, n_unread - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		n += (size_t)r;
	}
	return n;
}

/* Half a value at the beginning was begun to be read; one at the end is in hand still. */
static uint64_t keep_whole(struct io_given *given, uint64_t from, size_t n)
{
	size_t begin = 0, end = 0;
	uint64_t n_values = 0;

	if (from > given->begin && !is_end(given, from - 1))
		while (begin < n && !is_end(given, from + begin++))
			continue;
	for (size_t i = begin; i < n; i++)
		if (is_end(given, from + i)) {
			end = i + 1;
			n_values++;
		}
	given->n_left = end > begin ? end - begin : 0;
	given->at = 0;
	given->begin = given->n_bytes = from + begin;
	memmove(given->left, given->left + begin, given->n_left);
	return n_values;
}

static uint64_t count_left(const struct io_given *given)
{
	uint64_t n = 0;

	for (size_t i = given->at; i < given->n_left; i++)
		n += is_end(given, given->begin + i);
	return n;
}

struct io_unread io_given_end(struct io_given *given, int out)
{
	struct io_unread unread = {.n_read = given->n_values + count_left(given)};
	uint64_t from;
	int n = 0;

	if (out < 0 || ioctl(out, FIONREAD, &n) < 0 || n > IO_GIVEN_PIPE)
		n = 0;
	from = given->n_bytes - (uint64_t)n;
	unread.n_left = keep_whole(given, from, take_back(given, out, (size_t)n));
	unread.n_read -= unread.n_left;
	return unread;
}

uint64_t io_given_forget(struct io_given *given)
{
	uint64_t n = count_left(given);

	given->n_left = given->at = 0;
	return n;
}
