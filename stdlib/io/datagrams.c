#define _GNU_SOURCE
#include "datagrams.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

enum { RECEIVE_SIZE = 4 * 1024 * 1024 }; /* as far as the system allows it */

/* ---- Multicast ---- */

static unsigned interface_of(const struct io_udp_params *params)
{
	return *params->interface ? if_nametoindex(params->interface) : 0;
}

static int join(int fd, const struct io_udp_params *params)
{
	struct ip_mreqn v4 = {.imr_ifindex = (int)interface_of(params)};
	struct ipv6_mreq v6 = {.ipv6mr_interface = interface_of(params)};

	if (*params->interface && !interface_of(params))
		return -1;
	if (inet_pton(AF_INET, params->group, &v4.imr_multiaddr) == 1)
		return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &v4, sizeof(v4));
	if (inet_pton(AF_INET6, params->group, &v6.ipv6mr_multiaddr) == 1)
		return setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &v6, sizeof(v6));
	errno = EINVAL;
	return -1;
}

/* Where multicast is sent to, and how far; nothing of it concerns what is sent to one. */
static int set_way(int fd, int family, const struct io_udp_params *params)
{
	const struct ip_mreqn v4 = {.imr_ifindex = (int)interface_of(params)};
	const int v6 = (int)interface_of(params), hops = (int)params->hops, on = 1;
	bool is_v6 = family == AF_INET6;
	int level = is_v6 ? IPPROTO_IPV6 : IPPROTO_IP;

	if (*params->interface && !v6)
		return -1;
	if (params->broadcast && setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) < 0)
		return -1;
	if (setsockopt(fd, level, is_v6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL, &hops,
	               sizeof(hops)) < 0)
		return -1;
	if (!*params->interface)
		return 0;
	return is_v6 ? setsockopt(fd, level, IPV6_MULTICAST_IF, &v6, sizeof(v6))
	             : setsockopt(fd, level, IP_MULTICAST_IF, &v4, sizeof(v4));
}

/* ---- Sockets ---- */

int io_datagrams_open(const struct io_udp_params *params, int family)
{
	const int size = RECEIVE_SIZE;
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (set_way(fd, family, params) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

static int bind_it(int fd, const struct addrinfo *info, const struct io_udp_params *params)
{
	const int on = 1;

	/* Of a group, each program of this machine gets its own copy. */
	if (*params->group && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -1;
	if (bind(fd, info->ai_addr, info->ai_addrlen) < 0)
		return -1;
	return *params->group ? join(fd, params) : 0;
}

int io_datagrams_listen(const struct io_udp_params *params, const struct io_address *address,
                        struct pkd_ctx *ctx)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM,
	                               .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	struct addrinfo *list;
	int error, fd;

	if (getaddrinfo(*address->host ? address->host : NULL, address->port, &hints, &list))
		return pkd_error(ctx, EINVAL,
		                 "listen: '%s' is no address in digits, such as 127.0.0.1:9000",
		                 params->listen);
	fd = io_datagrams_open(params, list->ai_family);
	error = fd < 0 ? -fd : bind_it(fd, list, params) < 0 ? errno : 0;
	freeaddrinfo(list);
	if (!error)
		return fd;
	if (fd >= 0)
		close(fd);
	return pkd_error(ctx, error, "cannot receive at '%s'%s%s: %s", params->listen,
	                 *params->group ? " for " : "", params->group, strerror(error));
}

int io_datagrams_family(int fd)
{
	int family = AF_UNSPEC;
	socklen_t size = sizeof(family);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) < 0 ? AF_UNSPEC : family;
}

uint32_t io_datagrams_left_out(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = {0};
	socklen_t size = sizeof(info);

	return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size) < 0 ? 0 : info[SK_MEMINFO_DROPS];
}

/* ---- What comes in ---- */

int io_datagrams_receive(int fd, char *buffer, size_t size, struct io_datagram *ret_datagram)
{
	struct iovec part = {buffer, size};
	struct msghdr message = {.msg_name = &ret_datagram->from,
	                         .msg_namelen = sizeof(ret_datagram->from),
	                         .msg_iov = &part,
	                         .msg_iovlen = 1};
	ssize_t n;

	do
		n = recvmsg(fd, &message, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	ret_datagram->bytes = buffer;
	ret_datagram->n = (size_t)n;
	ret_datagram->has = (size_t)n < size ? (size_t)n : size;
	return 1;
}
