/* What becomes of each client in turn, and how long it may take. See server.h. */
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

static const int64_t REQUEST_NS = 5000000000; /* for a request to come, from its first wait on */
static const int64_t LEAVE_NS = 1000000000;   /* for who is done to read the last of it */
static const int64_t PICTURE_NS = 2000000000; /* for the first picture */

enum { MOST_EVENTS = 64 };

/* When it has had enough time; INT64_MAX: it may take any. */
static int64_t limit_of(const struct net_server *server, const struct net_client *client)
{
	switch (client->phase) {
	case NET_READING:
		return client->since_ns + REQUEST_NS;
	case NET_LEAVING:
		return client->since_ns + LEAVE_NS;
	case NET_WAITING:
		return client->since_ns + PICTURE_NS;
	case NET_ANSWERING:
	case NET_WATCHING:
		return net_client_sends(client) || client->has_no_room
		               ? client->taken_ns + server->options.stall
		               : INT64_MAX;
	case NET_ASKING:
	case NET_FREE:
	default:
		return INT64_MAX;
	}
}

static void end_late(struct net_server *server, struct net_client *client, struct pkd_ctx *ctx)
{
	char reason[64];

	if (client->phase == NET_WAITING) {
		net_client_answer(client, 503, "text/plain", "there is no picture yet\n");
		return;
	}
	if (client->phase == NET_READING && client->n_in) {
		client->keeps_alive = client->is_head = false;
		client->n_in = 0;
		net_client_answer(client, 408, "text/plain", "the request is not whole\n");
		return;
	}
	snprintf(reason, sizeof(reason), "it took nothing of what it is sent for %g s",
	         (double)server->options.stall / 1e9);
	net_server_drop(server, client, ctx, reason);
}

static void watch(struct net_server *server, struct net_client *client)
{
	bool reads = client->phase != NET_ANSWERING && client->phase != NET_WAITING &&
	             client->phase != NET_ASKING;
	bool writes = net_client_sends(client) || client->has_no_room;
	uint32_t events = (reads ? EPOLLIN : 0u) | (writes ? EPOLLOUT : 0u);
	struct epoll_event event = {.events = events,
	                            .data.u64 = (uint64_t)(client - server->clients)};

	if (client->phase == NET_FREE || client->events == events)
		return;
	client->events = events;
	epoll_ctl(server->epoll, EPOLL_CTL_MOD, client->fd, &event);
}

static void handle(struct net_server *server, const struct epoll_event *event, int64_t now_ns,
                   struct pkd_ctx *ctx)
{
	struct net_client *client = &server->clients[event->data.u64];

	if (client->phase == NET_FREE)
		return;
	if (event->events & (EPOLLERR | EPOLLHUP)) {
		net_server_drop(server, client, ctx, "it has closed the connection");
		return;
	}
	if (event->events & EPOLLOUT) {
		client->has_no_room = false;
		client->taken_ns = now_ns;
		if (net_client_sends(client) && !net_server_send(server, client, now_ns)) {
			net_server_drop(server, client, ctx, strerror(errno));
			return;
		}
	}
	if (event->events & EPOLLIN)
		net_server_read(server, client, now_ns, ctx);
}

static void set_timer(const struct net_server *server, int64_t due_ns)
{
	struct itimerspec when = {.it_value = {0, 0}};

	if (due_ns < 1)
		due_ns = 1;
	if (due_ns < INT64_MAX)
		when.it_value = (struct timespec){due_ns / 1000000000, due_ns % 1000000000};
	timerfd_settime(server->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

void net_server_go(struct net_server *server, struct pkd_ctx *ctx)
{
	struct epoll_event events[MOST_EVENTS];
	int64_t now_ns = pkd_now(), due_ns, command_ns;
	int n = epoll_wait(server->epoll, events, MOST_EVENTS, 0);

	net_server_end_rest(server, now_ns);
	for (int i = 0; i < n; i++)
		if (events[i].data.u64 < server->n_clients)
			handle(server, &events[i], now_ns, ctx);
	for (int i = 0; i < n; i++)
		if (events[i].data.u64 == NET_LISTENER)
			net_server_accept(server, now_ns, ctx);
	for (uint32_t i = 0; i < server->n_clients; i++) {
		struct net_client *client = &server->clients[i];

		net_server_go_on(server, client, now_ns, ctx);
		if (limit_of(server, client) <= now_ns)
			end_late(server, client, ctx);
	}
	command_ns = net_server_look_at_command(server, now_ns, ctx);
	net_server_show(server, now_ns, ctx);
	due_ns = net_server_show_due(server, now_ns);
	due_ns = command_ns < due_ns ? command_ns : due_ns;
	if (server->rests_until_ns && server->rests_until_ns < due_ns)
		due_ns = server->rests_until_ns;
	for (uint32_t i = 0; i < server->n_clients; i++) {
		int64_t limit_ns = limit_of(server, &server->clients[i]);

		watch(server, &server->clients[i]);
		due_ns = limit_ns < due_ns ? limit_ns : due_ns;
	}
	set_timer(server, due_ns);
}
