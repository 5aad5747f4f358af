/* See listen.h. */
#include "listen.h"

#include "door.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
	MAX_MESSAGE = 4 << 20,               /* bytes of a frame, with all its fragments */
	SPARE_CONNECTIONS = NT4_MAX_WAITING, /* of those that are no clients yet */
	SILENT_TICKS = 5, /* a client of 4.1 that does not answer for so long is lost */
	HEADER_TIMEOUT_S = 5,
	MAX_TOLD = 10,    /* lines in a second on who comes and goes */
	KEEPALIVE_S = 10, /* of TCP, for peers that are there no more */
};

/* A place of one that was sent away is free with its next event. */
enum { LEAVING_CONNECTIONS = SPARE_CONNECTIONS };

static const int64_t TICK_NS = 200000000;
static const char PING[] = "pkd"; /* the library tells of no answer that is empty */

struct nt4_peer {
	struct nt4_peer *next;
	struct lws *wsi;
	struct nt4_session *session;
	struct nt4_buffer message, frame;
	bool pings; /* of version 4.1 */
	bool is_ping_due, awaits_pong;
	int silent; /* ticks */
};

static int64_t now_us(void)
{
	return pkd_now() / 1000;
}

/* ---- Who comes ---- */

static void address_of(struct lws *wsi, char *text, size_t size)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof(address);
	char host[64] = "", port[16] = "";

	if (getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&address, &n) == 0)
		getnameinfo((struct sockaddr *)&address, n, host, sizeof(host), port, sizeof(port),
		            NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(text, size, "%s:%s", host, port);
}

/* No more than a few lines a second, whoever comes and goes. */
static bool may_tell(struct nt4_listen *listen)
{
	int64_t second = pkd_now() / 1000000000;

	if (second != listen->told_s)
		listen->n_told = 0;
	listen->told_s = second;
	return listen->n_told++ < MAX_TOLD;
}

static void tell_of(struct nt4_listen *listen, const struct nt4_peer *peer, const char *what,
                    const char *address)
{
	if (!peer->session->is_rtt && may_tell(listen))
		pkd_log(listen->ctx, PKD_LOG_INFO, "the client '%s' %s %s", peer->session->name,
		        what, address);
}

static int welcome(struct nt4_listen *listen, struct lws *wsi, struct nt4_peer *peer)
{
	const char *protocol = lws_get_protocol(wsi)->name, *name;
	char path[NT4_MAX_NAME], address[96];

	name = nt4_door_name(wsi, path, sizeof(path));
	address_of(wsi, address, sizeof(address));
	if (!name || listen->n_peers >= listen->max_clients)
		return -1;
	peer->session = nt4_hub_join(&listen->hub, name, address, strncmp(protocol, "rtt", 3) == 0);
	if (!peer->session)
		return -1;
	peer->wsi = wsi;
	peer->pings = strncmp(protocol, "v4.1", 4) == 0;
	peer->next = listen->peers;
	listen->peers = peer;
	listen->n_peers++;
	tell_of(listen, peer, "is there, at", address);
	return 0;
}

static void farewell(struct nt4_listen *listen, struct nt4_peer *peer)
{
	struct nt4_peer **at = &listen->peers;

	if (!peer || !peer->session)
		return;
	tell_of(listen, peer, "has gone, at", peer->session->peer);
	while (*at != peer)
		at = &(*at)->next;
	*at = peer->next;
	listen->n_peers--;
	nt4_hub_leave(peer->session, now_us());
	peer->session = NULL;
	nt4_buffer_free(&peer->message);
	nt4_buffer_free(&peer->frame);
}

/* ---- What they say ---- */

static int refuse(struct nt4_listen *listen, struct nt4_peer *peer, const char *why)
{
	if (listen->n_damaged++ == 0)
		pkd_log(listen->ctx, PKD_LOG_WARNING, "the client '%s' is sent away: %s",
		        peer->session->name, why);
	lws_close_reason(peer->wsi, LWS_CLOSE_STATUS_PROTOCOL_ERR, (unsigned char *)(uintptr_t)why,
	                 strlen(why));
	return -1;
}

static void tell_of_conflict(struct nt4_listen *listen)
{
	char *text = listen->hub.conflict;

	if (!*text)
		return;
	for (char *at = text; *at; at++)
		*at = (unsigned char)*at < ' ' ? '?' : *at;
	if (may_tell(listen))
		pkd_log(listen->ctx, PKD_LOG_WARNING, "%s", text);
	*text = '\0';
}

static int receive(struct nt4_listen *listen, struct nt4_peer *peer, const char *data, size_t n)
{
	struct nt4_buffer *message = &peer->message;
	bool is_binary = lws_frame_is_binary(peer->wsi);
	const char *why = "a message is too long";
	bool is_good;

	peer->silent = 0;
	if (message->n + n > MAX_MESSAGE)
		return refuse(listen, peer, why);
	nt4_buffer_put(message, data, n);
	if (message->failed)
		return -1;
	if (!lws_is_final_fragment(peer->wsi) || lws_remaining_packet_payload(peer->wsi) > 0)
		return 0;
	is_good = is_binary
	                  ? nt4_hub_binary(peer->session, message->data, message->n, now_us(), &why)
	                  : nt4_hub_text(peer->session, message->data, message->n, now_us(), &why);
	message->n = 0;
	tell_of_conflict(listen);
	return is_good ? 0 : refuse(listen, peer, why);
}

/* ---- What they are told ---- */

static int write_frame(struct nt4_peer *peer, enum lws_write_protocol protocol)
{
	size_t n = peer->frame.n - LWS_PRE;
	int wrote = lws_write(peer->wsi, (unsigned char *)peer->frame.data + LWS_PRE, n, protocol);

	peer->frame.n = 0;
	return wrote < 0 ? -1 : 0;
}

static int send_next(struct nt4_peer *peer)
{
	static const char pad[LWS_PRE];
	struct nt4_buffer content = {0};
	bool is_text;
	int result = 0;

	if (lws_partial_buffered(peer->wsi))
		return 0;
	peer->frame.n = 0;
	nt4_buffer_put(&peer->frame, pad, sizeof(pad));
	if (peer->is_ping_due) {
		peer->is_ping_due = false;
		peer->awaits_pong = true;
		nt4_buffer_put(&peer->frame, PING, sizeof(PING) - 1);
		result = write_frame(peer, LWS_WRITE_PING);
	} else if (nt4_hub_frame(peer->session, now_us(), &content, &is_text)) {
		nt4_buffer_put(&peer->frame, content.data, content.n);
		result = peer->frame.failed || content.failed
		                 ? -1
		                 : write_frame(peer, is_text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY);
	}
	nt4_buffer_free(&content);
	if (peer->frame.room > MAX_MESSAGE / 16)
		nt4_buffer_free(&peer->frame);
	if (nt4_hub_due(peer->session, now_us()) <= now_us())
		lws_callback_on_writable(peer->wsi);
	return result;
}

/* ---- Those that have not asked for anything yet ---- */

static void stop_waiting(struct nt4_listen *listen, const struct lws *wsi)
{
	uint32_t i = 0;

	while (i < listen->n_waiting && listen->waiting[i] != wsi)
		i++;
	if (i == listen->n_waiting)
		return;
	listen->n_waiting--;
	memmove(&listen->waiting[i], &listen->waiting[i + 1],
	        (listen->n_waiting - i) * sizeof(struct lws *));
}

/* Who says half of a request must not keep others out: the one that has had longest goes. */
static bool make_room(struct nt4_listen *listen)
{
	struct lws *oldest = listen->waiting[0];

	if (listen->n_connections >= listen->max_clients + SPARE_CONNECTIONS + LEAVING_CONNECTIONS)
		return false;
	if (listen->n_waiting < SPARE_CONNECTIONS)
		return true;
	stop_waiting(listen, oldest);
	shutdown(lws_get_socket_fd(oldest), SHUT_RDWR);
	return true;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n)
{
	struct nt4_listen *listen = lws_context_user(lws_get_context(wsi));
	struct nt4_peer *peer = user;

	if (listen)
		listen->loop.is_stirred = true;
	switch ((int)reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return !make_room(listen);
	case LWS_CALLBACK_WSI_CREATE:
		listen->n_connections++;
		return 0;
	case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
		if (listen->n_waiting < SPARE_CONNECTIONS)
			listen->waiting[listen->n_waiting++] = wsi;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		listen->n_connections--;
		stop_waiting(listen, wsi);
		return 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return nt4_door_confirm(listen, wsi);
	case LWS_CALLBACK_ESTABLISHED:
		stop_waiting(listen, wsi);
		return welcome(listen, wsi, peer);
	case LWS_CALLBACK_RECEIVE:
		return receive(listen, peer, in, n);
	case LWS_CALLBACK_RECEIVE_PONG:
		peer->awaits_pong = false;
		peer->silent = 0;
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return peer->session ? send_next(peer) : -1;
	case LWS_CALLBACK_CLOSED:
		farewell(listen, peer);
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, n);
	}
}

static const struct lws_protocols protocols[] = {
	{.name = "http", .callback = callback},
	{.name = "v4.1.networktables.first.wpi.edu",
         .callback = callback,
         .per_session_data_size = sizeof(struct nt4_peer)},
	{.name = "networktables.first.wpi.edu",
         .callback = callback,
         .per_session_data_size = sizeof(struct nt4_peer)},
	{.name = "rtt.networktables.first.wpi.edu",
         .callback = callback,
         .per_session_data_size = sizeof(struct nt4_peer)},
	{0},
};

/* ---- Turns ---- */

static void drop(struct nt4_listen *listen, struct nt4_peer *peer, const char *why)
{
	if (listen->n_lost++ == 0)
		pkd_log(listen->ctx, PKD_LOG_INFO, "the client '%s' is given up: %s",
		        peer->session->name, why);
	/* The library's own time-outs begin with its next event, and this is one. */
	shutdown(lws_get_socket_fd(peer->wsi), SHUT_RDWR);
}

/* Counted in ticks, so that a server that was stopped for a while blames nobody. */
static void tick(struct nt4_listen *listen)
{
	for (struct nt4_peer *peer = listen->peers; peer; peer = peer->next) {
		if (nt4_hub_is_lost(peer->session))
			drop(listen, peer, "it reads too slowly");
		/* One that only measures does so every few seconds. One of 4.0 may have nothing
		 * to say: TCP tells whether it is there. */
		if (peer->session->is_rtt && ++peer->silent * TICK_NS >= listen->idle_ns)
			drop(listen, peer, "it measures nothing");
		if (!peer->pings)
			continue;
		if (peer->awaits_pong || peer->is_ping_due) {
			if (++peer->silent == SILENT_TICKS)
				drop(listen, peer, "it does not answer");
			continue;
		}
		peer->is_ping_due = true;
	}
	listen->tick_ns = pkd_now() + TICK_NS;
}

/* The time of the next frame, in ns. */
static int64_t ask_for_frames(struct nt4_listen *listen)
{
	int64_t now = now_us(), next_us = INT64_MAX / 1000;

	nt4_hub_tell_meta(&listen->hub, now);
	for (struct nt4_peer *peer = listen->peers; peer; peer = peer->next) {
		int64_t due_us = nt4_hub_due(peer->session, now);

		if (due_us <= now || peer->is_ping_due) {
			lws_callback_on_writable(peer->wsi);
			listen->loop.is_stirred = true;
		} else if (due_us < next_us) {
			next_us = due_us;
		}
	}
	return next_us * 1000;
}

void nt4_listen_turn(struct nt4_listen *listen, struct pkd_ctx *ctx)
{
	int64_t due_ns;

	listen->ctx = ctx;
	nt4_loop_turn(&listen->loop);
	if (pkd_now() >= listen->tick_ns)
		tick(listen);
	due_ns = ask_for_frames(listen);
	if (listen->loop.is_stirred) {
		nt4_loop_turn(&listen->loop);
		due_ns = ask_for_frames(listen);
	}
	listen->loop.is_stirred = false;
	nt4_loop_sleep(&listen->loop, due_ns < listen->tick_ns ? due_ns : listen->tick_ns);
}

/* ---- Begin and end ---- */

int nt4_listen_open(struct nt4_listen *listen, const char *host, uint32_t port,
                    uint32_t max_clients, int64_t grace_ns, struct pkd_ctx *ctx)
{
	static const lws_retry_bo_t never = {0}; /* pings are ours */
	bool is_all = strcmp(host, "0.0.0.0") == 0;
	struct lws_context_creation_info info = {
		.port = (int)port,
		.iface = is_all ? NULL : host,
		.protocols = protocols,
		.user = listen,
		.timeout_secs = HEADER_TIMEOUT_S,
		.keepalive_timeout = 1,
		.ka_time = KEEPALIVE_S,
		.ka_probes = 3,
		.ka_interval = KEEPALIVE_S / 3,
		.max_http_header_pool =
			(unsigned short)(max_clients + SPARE_CONNECTIONS + LEAVING_CONNECTIONS),
		.retry_and_idle_policy = &never};
	int error;

	listen->loop.fd = listen->loop.timer_fd = -1;
	listen->ctx = ctx;
	listen->max_clients = max_clients;
	listen->is_local = strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
	nt4_hub_init(&listen->hub);
	error = nt4_door_check(host, port, grace_ns, ctx);
	if (error)
		return error;
	if (!strchr(host, ':'))
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	error = nt4_loop_open(&listen->loop, &info, ctx);
	if (error == -EIO)
		return pkd_error(ctx, EIO,
		                 "libwebsockets does not listen at '%s', port %" PRIu32
		                 ": is its part for libuv there (Debian: libwebsockets-evlib-uv)?",
		                 host, port);
	if (!error)
		nt4_listen_turn(listen, ctx);
	return error;
}

void nt4_listen_close(struct nt4_listen *listen)
{
	nt4_loop_close(&listen->loop);
	nt4_hub_free(&listen->hub);
}
