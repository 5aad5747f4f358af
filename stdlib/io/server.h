/* The clients of a server: those that are there, what each has sent, and what each is sent. */
#ifndef PKD_IO_SERVER_H
#define PKD_IO_SERVER_H

#include "address.h"
#include "outgoing.h"
#include "watch.h"

enum { IO_MAX_CLIENTS = 60 };

struct io_client {
	int fd; /* -1: it is gone */
	uint32_t number;
	char address[IO_ADDRESS_SIZE];
	struct io_frames frames;
	struct io_watch watch;
	bool is_told;     /* that it has come */
	bool is_used;     /* else it is a free place */
	bool is_blocked;  /* does not take what it is sent … */
	int64_t taken_ns; /* … since it last took some of it */
	int64_t heard_ns;
	size_t n_sent; /* of the value in hand */
};

struct io_server_options {
	struct io_framing framing;
	uint32_t max_clients;
	int64_t slow_ns, stall_ns; /* stall 0: none */
};

struct io_server {
	struct io_server_options options;
	int fd;
	struct io_watch watch;
	struct io_client *clients; /* max_clients of them */
	uint32_t next;             /* whose turn it is */
	bool is_sending;           /* a value is in hand, and some have not got all of it */
	uint32_t last_number;      /* of the clients so far */
	bool has_told_full;
	int64_t rests_until_ns; /* nobody is accepted */
};

/* 0, or what pkd_error returns. `fd` listens. */
int io_server_init(struct io_server *server, int fd, const struct io_server_options *options,
                   struct pkd_ctx *ctx);
void io_server_finish(struct io_server *server);

/* Takes those that wait to be, as far as there are places. */
void io_server_accept(struct io_server *server, struct pkd_ctx *ctx);

uint32_t io_server_count(const struct io_server *server);

/* The next value or change of any client: 1, 0, or what pkd_error returns. *ret_frame is a value,
 * or its bytes are NULL: the client has come, or (its fd is -1) has gone, and its place is free. */
int io_server_next(struct io_server *server, struct io_client **ret_client,
                   struct io_frame *ret_frame, struct pkd_ctx *ctx);

/* Whether all that are there have the value. */
bool io_server_send(struct io_server *server, const struct io_value *value, struct pkd_ctx *ctx);

/* When there is something to do if nothing comes. */
int64_t io_server_due(const struct io_server *server);
void io_server_watch(struct io_server *server, struct pkd_ctx *ctx);
void io_server_unwatch(struct io_server *server, struct pkd_ctx *ctx);

#endif
