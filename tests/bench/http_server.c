/* A fast server of HTTP for fetches.py: it answers each request with 200 and 64 bytes, and says its
 * port.
 *
 *     http_server        ends with its standard input */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FDS = 4096, MAX_EVENTS = 256 };

static const char answer[] =
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 64\r\n\r\n"
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* How much of the end of a header each connection has had. */
static unsigned char matched[MAX_FDS];

static int listen_on_loopback(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 512) < 0 || getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return -1;
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static void take_client(int epoll, int from)
{
	struct epoll_event event = {.events = EPOLLIN};
	int one = 1;

	event.data.fd = accept4(from, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (event.data.fd < 0)
		return;
	if (event.data.fd >= MAX_FDS) {
		close(event.data.fd);
		return;
	}
	matched[event.data.fd] = 0;
	setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
}

static void serve(int fd)
{
	char buffer[16384];
	ssize_t n = read(fd, buffer, sizeof(buffer));

	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			close(fd);
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		matched[fd] = buffer[i] == "\r\n\r\n"[matched[fd]] ? matched[fd] + 1
		                                                   : buffer[i] == '\r';
		if (matched[fd] < 4)
			continue;
		matched[fd] = 0;
		if (write(fd, answer, sizeof(answer) - 1) < 0) {
			close(fd);
			return;
		}
	}
}

int main(void)
{
	struct epoll_event events[MAX_EVENTS], event = {.events = EPOLLIN};
	int epoll = epoll_create1(EPOLL_CLOEXEC), from = listen_on_loopback();

	if (from < 0)
		return 1;
	event.data.fd = from;
	epoll_ctl(epoll, EPOLL_CTL_ADD, from, &event);
	event.data.fd = STDIN_FILENO;
	epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event);
	for (;;) {
		int n = epoll_wait(epoll, events, MAX_EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == STDIN_FILENO)
				return 0;
			if (events[i].data.fd == from)
				take_client(epoll, from);
			else
				serve(events[i].data.fd);
		}
	}
}
