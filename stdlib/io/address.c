#define _GNU_SOURCE
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const int64_t FIRST_PAUSE_NS = 20000000, MAX_PAUSE_NS = 200000000;

static bool is_port(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n <= 5 && strspn(text, "0123456789") == n && atoi(text) <= 65535;
}

int io_address_parse(struct io_address *address, const char *name, const char *text,
                     struct pkd_ctx *ctx)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;

	if (!colon || !is_port(colon + 1) || n >= IO_HOST_SIZE)
		return pkd_error(ctx, EINVAL, "%s: '%s' is no HOST:PORT, such as sensor.local:4001",
		                 name, text);
	if (n > 1 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	} else if (memchr(text, ':', n)) {
		return pkd_error(ctx, EINVAL, "%s: '%s': write [%.*s]:%s", name, text, (int)n, text,
		                 colon + 1);
	}
	memcpy(address->host, text, n);
	address->host[n] = '\0';
	snprintf(address->port, sizeof(address->port), "%s", colon + 1);
	return 0;
}

const char *io_address_text(const struct sockaddr *address, char text[static IO_ADDRESS_SIZE])
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;
	char host[INET6_ADDRSTRLEN] = "?";

	if (address->sa_family == AF_INET6) {
		/* "::ffff:127.0.0.1" of a socket for both is 127.0.0.1. */
		bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);

		inet_ntop(is_v4 ? AF_INET : AF_INET6,
		          is_v4 ? (const void *)&v6->sin6_addr.s6_addr[12]
		                : (const void *)&v6->sin6_addr,
		          host, sizeof(host));
		snprintf(text, IO_ADDRESS_SIZE, is_v4 ? "%s:%u" : "[%s]:%u", host,
		         ntohs(v6->sin6_port));
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(text, IO_ADDRESS_SIZE, "%s:%u", host, ntohs(v4->sin_port));
	}
	return text;
}

int io_address_listen(const struct addrinfo *info)
{
	const int on = 1;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

static void rest(int64_t ns)
{
	const struct timespec pause = {ns / 1000000000, ns % 1000000000};

	nanosleep(&pause, NULL);
}

int io_address_listen_within(const struct addrinfo *info, int64_t grace_ns, const char *host,
                             uint32_t port, struct pkd_ctx *ctx)
{
	int64_t end_ns = pkd_now() + grace_ns, pause_ns = FIRST_PAUSE_NS;
	int fd = io_address_listen(info);

	if (fd == -EADDRINUSE && grace_ns > 0)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "another program has port %u of '%s': it is waited for, %g s at most", port,
		        host, (double)grace_ns / 1e9);
	while (fd == -EADDRINUSE && pkd_now() < end_ns && !pkd_stopping(ctx)) {
		rest(pause_ns);
		pause_ns = pause_ns < MAX_PAUSE_NS / 2 ? 2 * pause_ns : MAX_PAUSE_NS;
		fd = io_address_listen(info);
	}
	if (fd < 0)
		return pkd_error(ctx, -fd, "cannot listen at '%s', port %u", host, port);
	return fd;
}
