/* What a program says on its standard error: line by line in the log, under the node's name. */
#ifndef PKD_IO_SAID_H
#define PKD_IO_SAID_H

#include <pkd/node.h>

enum { IO_SAID_SIZE = 512, IO_SAID_A_SECOND = 20 };

struct io_said {
	char line[IO_SAID_SIZE]; /* what has come of one */
	size_t n;
	bool is_long;            /* the rest of it is left out */
	char last[IO_SAID_SIZE]; /* the last whole one; "" where there is none */
	int64_t since_ns;        /* so many in the second from then on */
	uint32_t n_told;
	uint64_t n_left_out;
};

/* All that is there. False at the end. */
bool io_said_read(struct io_said *said, int fd, struct pkd_ctx *ctx);

/* A line without its end, and how many were left out. */
void io_said_finish(struct io_said *said, struct pkd_ctx *ctx);

#endif
