/* A value as it is written: with its line's end behind it, or its length before it. */
#ifndef PKD_IO_OUTGOING_H
#define PKD_IO_OUTGOING_H

#include "frames.h"

#include <sys/uio.h>

/* Of none, `bytes` is NULL. */
struct io_value {
	const void *bytes;
	uint32_t n;
	bool is_line;
};

enum { IO_PARTS = 3 };

struct io_outgoing {
	unsigned char length[4];
	struct iovec parts[IO_PARTS];
	size_t left; /* bytes in all parts */
};

/* Without its first `done` bytes. */
void io_outgoing_init(struct io_outgoing *outgoing, const struct io_framing *framing,
                      const struct io_value *value, size_t done);

enum io_way { IO_FILE, IO_SOCKET, IO_SOCKET_MORE }; /* more: another value follows at once */

/* Writes what it can, and adds that to *done. 1: all of it; 0: not yet; -errno. */
int io_outgoing_write(int fd, enum io_way way, const struct io_framing *framing,
                      const struct io_value *value, size_t *done);

#endif
