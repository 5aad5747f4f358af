#define _GNU_SOURCE
#include "outgoing.h"

#include <errno.h>
#include <sys/socket.h>

static struct iovec ending_of(enum io_Ending ending)
{
	switch (ending) {
	case io_Ending_crlf:
		return (struct iovec){(char *)"\r\n", 2};
	case io_Ending_cr:
		return (struct iovec){(char *)"\r", 1};
	case io_Ending_nul:
		return (struct iovec){(char *)"", 1};
	case io_Ending_lf:
	default:
		return (struct iovec){(char *)"\n", 1};
	}
}

void io_outgoing_init(struct io_outgoing *outgoing, const struct io_framing *framing,
                      const struct io_value *value, size_t done)
{
	bool is_sized = framing->frame == io_Frame_sized && !value->is_line;
	struct iovec *parts = outgoing->parts;

	for (int i = 0; i < 4; i++)
		outgoing->length[i] = (unsigned char)(value->n >> (24 - 8 * i));
	parts[0] = (struct iovec){outgoing->length, is_sized ? sizeof(outgoing->length) : 0};
	parts[1] = (struct iovec){(void *)value->bytes, value->n};
	parts[2] = value->is_line ? ending_of(framing->ending) : (struct iovec){(char *)"", 0};
	outgoing->left = 0;
	for (int i = 0; i < IO_PARTS; i++) {
		size_t n = done < parts[i].iov_len ? done : parts[i].iov_len;

		parts[i].iov_base = (char *)parts[i].iov_base + n;
		parts[i].iov_len -= n;
		done -= n;
		outgoing->left += parts[i].iov_len;
	}
}

int io_outgoing_write(int fd, enum io_way way, const struct io_framing *framing,
                      const struct io_value *value, size_t *done)
{
	const int flags = MSG_NOSIGNAL | (way == IO_SOCKET_MORE ? MSG_MORE : 0);
	struct io_outgoing outgoing;

	for (;;) {
		const struct msghdr message = {.msg_iov = outgoing.parts, .msg_iovlen = IO_PARTS};
		ssize_t n;

		io_outgoing_init(&outgoing, framing, value, *done);
		if (outgoing.left == 0)
			return 1;
		n = way != IO_FILE ? sendmsg(fd, &message, flags)
		                   : writev(fd, outgoing.parts, IO_PARTS);
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		*done += n > 0 ? (size_t)n : 0;
	}
}
