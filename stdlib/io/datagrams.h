/* Sockets of UDP: as they are opened and bound, and what comes in. */
#ifndef PKD_IO_DATAGRAMS_H
#define PKD_IO_DATAGRAMS_H

#include "lookup.h"

#include <io/udp.pkd.h>

/* A socket that is bound to `address` and in the group, or what pkd_error returns. */
int io_datagrams_listen(const struct io_udp_params *params, const struct io_address *address,
                        struct pkd_ctx *ctx);

/* One to send from, or -errno. */
int io_datagrams_open(const struct io_udp_params *params, int family);

/* The socket's family. */
int io_datagrams_family(int fd);

/* How many datagrams it had no room for since it was opened; 0 where the system does not say. */
uint32_t io_datagrams_left_out(int fd);

struct io_datagram {
	const char *bytes; /* good until the next call */
	size_t n;          /* as it was sent */
	size_t has;        /* of these, in `bytes` */
	struct sockaddr_storage from;
};

/* 1, 0 where none is there, or -errno. */
int io_datagrams_receive(int fd, char *buffer, size_t size, struct io_datagram *ret_datagram);

#endif
