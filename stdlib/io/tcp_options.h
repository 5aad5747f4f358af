/* What io sets of a TCP connection, and how it finds out that nobody is there any more. */
#ifndef PKD_IO_TCP_OPTIONS_H
#define PKD_IO_TCP_OPTIONS_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>

/* A peer that is gone without a word is found out within half a minute, also where nothing is
 * sent. */
static inline void io_tcp_set_options(int fd)
{
	const int on = 1, idle = 10, interval = 5, count = 4;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

/* Whether nothing answers what was sent, six times in a row, for some 15 s. Not TCP_USER_TIMEOUT:
 * that gives up a peer as well that is there and does not read. */
static inline bool io_tcp_is_lost(int fd)
{
	struct tcp_info info = {.tcpi_state = 0};
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return false;
	return info.tcpi_retransmits >= 6 || info.tcpi_probes >= 6;
}

#endif
