/* "host:port" in its two parts. */
#ifndef PKD_IO_ADDRESS_H
#define PKD_IO_ADDRESS_H

#include <netdb.h>
#include <pkd/node.h>
#include <sys/socket.h>

enum { IO_HOST_SIZE = 256, IO_PORT_SIZE = 8, IO_ADDRESS_SIZE = 64 };

struct io_address {
	char host[IO_HOST_SIZE]; /* without the brackets of "[::1]"; "" is any */
	char port[IO_PORT_SIZE]; /* digits */
};

/* `name` is that of the parameter, for the message. 0, or what pkd_error returns. */
int io_address_parse(struct io_address *address, const char *name, const char *text,
                     struct pkd_ctx *ctx);

/* A socket that accepts connections there and does not block, or -errno. Connections of before,
 * which the system still keeps, hold nobody up. */
int io_address_listen(const struct addrinfo *info);

/* As that, but a port that another program has is waited for, with a line that says so; `host` and
 * `port` are for the messages. A descriptor, or what pkd_error returns. */
int io_address_listen_within(const struct addrinfo *info, int64_t grace_ns, const char *host,
                             uint32_t port, struct pkd_ctx *ctx);

/* "127.0.0.1:4001", "[::1]:4001". */
const char *io_address_text(const struct sockaddr *address, char text[static IO_ADDRESS_SIZE]);

#endif
