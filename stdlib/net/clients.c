/* The connections: made, read, ended. See server.h. */
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

static const int64_t REST_NS = 1000000000;

enum {
	MOST_ACCEPTED = 64, /* at once; what else is to be done comes in between */
	LOW_WATER = 32768,  /* bytes that the kernel takes and has not sent */
};

/* ---- Start and end ---- */

static bool is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	return address->sa_family == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr)
	                                      : ntohl(v4->sin_addr.s_addr) >> 24 == 127;
}

static int open_socket(struct net_server *server, struct pkd_ctx *ctx)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	                               .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	const char *host = server->options.host;
	struct sockaddr_storage bound = {0};
	socklen_t size = sizeof(bound);
	char port[8], text[IO_ADDRESS_SIZE];
	struct addrinfo *list;

	snprintf(port, sizeof(port), "%u", server->options.port);
	if (!*host || getaddrinfo(host, port, &hints, &list))
		return pkd_error(ctx, EINVAL,
		                 "host: '%s' is no address in digits, such as 127.0.0.1 or 0.0.0.0",
		                 host);
	server->fd = io_address_listen_within(list, server->options.grace, host,
	                                      server->options.port, ctx);
	freeaddrinfo(list);
	if (server->fd < 0)
		return server->fd;
	getsockname(server->fd, (struct sockaddr *)&bound, &size);
	server->is_local = is_loopback((struct sockaddr *)&bound);
	pkd_note(ctx, "the pictures are at http://%s/%s",
	         io_address_text((struct sockaddr *)&bound, text),
	         server->is_local ? "" : ", without a password: whoever reaches it sees them");
	return 0;
}

static int add(const struct net_server *server, int fd, uint64_t what, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.u64 = what};

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event);
}

int net_server_open(struct net_server *server, const struct net_options *options,
                    struct pkd_ctx *ctx)
{
	int error;

	*server = (struct net_server){.options = *options, .fd = -1, .epoll = -1, .timer = -1};
	server->n_clients = options->max_clients + NET_SPARE;
	server->clients = calloc(server->n_clients, sizeof(*server->clients));
	if (!server->clients)
		return pkd_error(ctx, ENOMEM, "no memory for %u clients", server->n_clients);
	for (uint32_t i = 0; i < server->n_clients; i++)
		server->clients[i].fd = -1;
	server->jpegs = net_jpegs_create(options->format, options->width, options->height,
	                                 server->n_clients, ctx);
	if (!server->jpegs)
		return -ENOMEM;
	error = open_socket(server, ctx);
	if (error)
		return error;
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	server->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (server->epoll < 0 || server->timer < 0 ||
	    add(server, server->fd, NET_LISTENER, EPOLLIN) ||
	    add(server, server->timer, NET_TIMER, EPOLLIN))
		return pkd_error(ctx, errno, "cannot watch connections");
	server->arrived_ns = pkd_now();
	return 0;
}

static void end(struct net_client *client)
{
	net_jpeg_let_go(client->jpeg);
	if (client->fd >= 0)
		close(client->fd);
	*client = (struct net_client){.fd = -1};
}

void net_server_close(struct net_server *server)
{
	for (uint32_t i = 0; server->clients && i < server->n_clients; i++)
		end(&server->clients[i]);
	net_jpegs_destroy(server->jpegs);
	free(server->clients);
	if (server->fd >= 0)
		close(server->fd);
	if (server->epoll >= 0)
		close(server->epoll);
	if (server->timer >= 0)
		close(server->timer);
}

/* ---- Who comes and goes ---- */

void net_client_begin(struct net_client *client, enum net_phase phase, int64_t now_ns)
{
	client->phase = phase;
	client->since_ns = now_ns;
}

void net_server_drop(struct net_server *server, struct net_client *client, struct pkd_ctx *ctx,
                     const char *reason)
{
	if (client->phase == NET_WATCHING) {
		pkd_note(ctx, "client %u is gone: %s", client->number, reason);
		server->has_told_full = false;
	}
	end(client);
}

/* Who has not asked for anything yet, or is done, makes room: the one that has had longest. */
static struct net_client *find_place(struct net_server *server)
{
	struct net_client *oldest = NULL;

	for (uint32_t i = 0; i < server->n_clients; i++) {
		struct net_client *client = &server->clients[i];

		if (client->phase == NET_FREE)
			return client;
		if ((client->phase == NET_READING || client->phase == NET_LEAVING) &&
		    (!oldest || client->since_ns < oldest->since_ns))
			oldest = client;
	}
	if (oldest)
		end(oldest);
	return oldest;
}

static void welcome(struct net_server *server, int fd, const struct sockaddr *address,
                    int64_t now_ns)
{
	const int on = 1, low = LOW_WATER;
	struct net_client *client = find_place(server);

	if (!client || add(server, fd, (uint64_t)(client - server->clients), EPOLLIN) < 0) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &low, sizeof(low));
	client->fd = fd;
	client->events = EPOLLIN;
	io_address_text(address, client->address);
	net_client_begin(client, NET_READING, now_ns);
}

void net_server_accept(struct net_server *server, int64_t now_ns, struct pkd_ctx *ctx)
{
	for (int i = 0; i < MOST_ACCEPTED; i++) {
		struct sockaddr_storage address = {0};
		socklen_t size = sizeof(address);
		int fd = accept4(server->fd, (struct sockaddr *)&address, &size,
		                 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			welcome(server, fd, (struct sockaddr *)&address, now_ns);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno != EAGAIN) {
			/* No descriptors, or no memory: who waits would wake it at once. */
			struct epoll_event none = {.data.u64 = NET_LISTENER};

			pkd_log(ctx, PKD_LOG_WARNING,
			        "cannot accept a client: %s; trying again in a second",
			        strerror(errno));
			epoll_ctl(server->epoll, EPOLL_CTL_MOD, server->fd, &none);
			server->rests_until_ns = now_ns + REST_NS;
		}
		return;
	}
}

void net_server_end_rest(struct net_server *server, int64_t now_ns)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = NET_LISTENER};

	if (!server->rests_until_ns || now_ns < server->rests_until_ns)
		return;
	server->rests_until_ns = 0;
	epoll_ctl(server->epoll, EPOLL_CTL_MOD, server->fd, &event);
}

/* ---- What comes ---- */

static void take_requests(struct net_server *server, struct net_client *client, struct pkd_ctx *ctx)
{
	struct net_request request;
	size_t size = 0, n = client->body < client->n_in ? client->body : client->n_in;
	char body[NET_WRONG_SIZE];

	client->body -= (uint32_t)n;
	client->n_in -= n;
	memmove(client->in, client->in + n, client->n_in);
	if (client->body || client->n_in == 0)
		return;
	switch (net_request_read(client->in, client->n_in, &request, &size)) {
	case NET_PART:
		return;
	case NET_BAD:
		client->keeps_alive = client->is_head = false;
		snprintf(body, sizeof(body), "%s\n", request.wrong);
		net_client_answer(client, request.status, "text/plain", body);
		client->n_in = 0;
		return;
	case NET_WHOLE:
	default:
		net_server_take(server, client, &request, ctx);
		client->n_in -= size;
		memmove(client->in, client->in + size, client->n_in);
	}
}

/* What comes while it is answered waits, but of one who watches counts for nothing. */
void net_server_read(struct net_server *server, struct net_client *client, int64_t now_ns,
                     struct pkd_ctx *ctx)
{
	bool is_asking = client->phase == NET_READING;
	size_t room = is_asking ? sizeof(client->in) - client->n_in : sizeof(client->in);
	ssize_t n;

	if (client->phase == NET_ANSWERING || client->phase == NET_WAITING ||
	    client->phase == NET_ASKING)
		return;
	if (!is_asking)
		client->n_in = 0;
	do
		n = recv(client->fd, client->in + client->n_in, room, 0);
	while (n < 0 && errno == EINTR);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		net_server_drop(server, client, ctx,
		                n == 0 ? "it has closed the connection" : strerror(errno));
		return;
	}
	if (n < 0 || !is_asking)
		return;
	/* Its time counts from there: a connection may be kept long before. */
	if (client->n_in == 0)
		client->since_ns = now_ns;
	client->n_in += (size_t)n;
	take_requests(server, client, ctx);
}

/* What has come before the answer was out. */
void net_server_go_on(struct net_server *server, struct net_client *client, int64_t now_ns,
                      struct pkd_ctx *ctx)
{
	while (client->phase == NET_READING && client->n_in) {
		take_requests(server, client, ctx);
		if (client->phase == NET_READING)
			break;
		if (net_client_sends(client) && !net_server_send(server, client, now_ns))
			net_server_drop(server, client, ctx, strerror(errno));
	}
	if (client->phase == NET_ANSWERING && client->done == 0 && net_client_sends(client) &&
	    !net_server_send(server, client, now_ns))
		net_server_drop(server, client, ctx, strerror(errno));
}
