/* What is on its way to a client: a text, a JPEG, a text. See server.h. */
#include "server.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { PARTS = 3 };

/* A browser shows a picture when the next one's header has come. */
static const char TAIL_AHEAD[] = "\r\n--boundarydonotcross\r\nContent-Type: image/jpeg\r\n\r\n";
static const char TAIL[] = "\r\n--boundarydonotcross\r\n";

void net_client_write_head(struct net_client *client)
{
	const struct net_jpeg *jpeg = client->jpeg;
	bool is_negative = jpeg->time_ns < 0;
	uint64_t us = (is_negative ? 0 - (uint64_t)jpeg->time_ns : (uint64_t)jpeg->time_ns) / 1000;
	int n;

	client->tail = NULL;
	if (client->phase == NET_WATCHING && client->wish.is_ahead) {
		client->n_out = 0;
		client->tail = TAIL_AHEAD;
		return;
	}
	n = snprintf(client->out, sizeof(client->out),
	             "%sContent-Type: image/jpeg\r\nContent-Length: %zu\r\nX-Timestamp: %s%" PRIu64
	             ".%06" PRIu64 "\r\n%s\r\n",
	             client->phase == NET_WATCHING ? ""
	             : client->keeps_alive         ? "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n"
	                                           : "HTTP/1.1 200 OK\r\nConnection: close\r\n",
	             jpeg->n, is_negative ? "-" : "", us / 1000000, us % 1000000,
	             client->phase == NET_WATCHING ? "" : "Cache-Control: no-store\r\n");
	client->n_out = (size_t)n;
	if (client->phase == NET_WATCHING)
		client->tail = TAIL;
}

static size_t total_of(const struct net_client *client)
{
	return client->n_out + (client->jpeg ? client->jpeg->n : 0) +
	       (client->tail ? strlen(client->tail) : 0);
}

bool net_client_sends(const struct net_client *client)
{
	return total_of(client) > 0;
}

static void finish(struct net_client *client, int64_t now_ns)
{
	net_jpeg_let_go(client->jpeg);
	client->jpeg = NULL;
	client->tail = NULL;
	client->n_out = client->done = 0;
	if (client->phase != NET_ANSWERING)
		return;
	if (client->keeps_alive) {
		net_client_begin(client, NET_READING, now_ns);
		return;
	}
	shutdown(client->fd, SHUT_WR);
	net_client_begin(client, NET_LEAVING, now_ns);
}

bool net_server_send(struct net_server *server, struct net_client *client, int64_t now_ns)
{
	struct iovec parts[PARTS] = {
		{client->out, client->n_out},
		{client->jpeg ? client->jpeg->data : NULL, client->jpeg ? client->jpeg->n : 0},
		{(void *)(uintptr_t)client->tail, client->tail ? strlen(client->tail) : 0}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = PARTS};
	size_t done = client->done;
	ssize_t n;

	for (int i = 0; i < PARTS; i++) {
		size_t less = done < parts[i].iov_len ? done : parts[i].iov_len;

		parts[i].iov_base = (char *)parts[i].iov_base + less;
		parts[i].iov_len -= less;
		done -= less;
	}
	do
		n = sendmsg(client->fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN;
	client->done += (size_t)n;
	server->n_bytes += (uint64_t)n;
	client->taken_ns = now_ns;
	if (client->done == total_of(client))
		finish(client, now_ns);
	return true;
}
