/* See listen.h. */
#include "listen.h"

#include "origin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	MAX_MESSAGE = 4 << 20,   /* bytes of a frame, with all its fragments */
	SPARE_CONNECTIONS = 256, /* of those that are no clients yet */
	SILENT_TICKS = 5,        /* a client of 4.1 that does not answer for so long is lost */
	HEADER_TIMEOUT_S = 5,
	MAX_TOLD = 10,    /* lines in a second on who comes and goes */
	KEEPALIVE_S = 10, /* of TCP, for peers that are there no more */
};

static const int64_t TICK_NS = 200000000;
static const char PATH[] = "/nt/";
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

/* The client's name, behind /nt/; NULL: another address. */
static const char *name_of(struct lws *wsi, char *path, int size)
{
	const char *name;

	if (lws_hdr_copy(wsi, path, size, WSI_TOKEN_GET_URI) <= 0)
		return NULL;
	name = path + strlen(PATH);
	return strncmp(path, PATH, strlen(PATH)) == 0 && *name ? name : NULL;
}

/* Any page on the internet can have a browser of this machine connect to it. */
static bool is_from_here(struct nt4_listen *listen, struct lws *wsi)
{
	char origin[256] = "", host[256] = "";
	bool has_origin = lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) > 0, is_good;

	is_good = lws_hdr_copy(wsi, host, sizeof(host), WSI_TOKEN_HOST) >= 0 &&
	          (!has_origin || lws_hdr_copy(wsi, origin, sizeof(origin), WSI_TOKEN_ORIGIN) > 0);
	if (is_good && listen->is_local)
		is_good = nt4_host_is_local(host);
	if (is_good && has_origin)
		is_good = nt4_origin_is_good(origin, host, listen->origins);
	if (is_good || listen->n_foreign++ > 0)
		return is_good;
	for (char *at = origin; *at; at++)
		*at = *at < ' ' || *at > '~' ? '?' : *at;
	if (*origin)
		pkd_log(listen->ctx, PKD_LOG_WARNING,
		        "a web page of '%s' is refused: name it in `origins` where it is a dashboard "
		        "that may read and write",
		        origin);
	else
		pkd_log(listen->ctx, PKD_LOG_WARNING,
		        "a client is refused that knows this machine by another name than "
		        "localhost or 127.0.0.1");
	return false;
}

/* 0: welcome; 1: an answer has said no. */
static int confirm(struct nt4_listen *listen, struct lws *wsi)
{
	char path[NT4_MAX_NAME];
	unsigned status = 0;

	if (!name_of(wsi, path, sizeof(path)))
		status = HTTP_STATUS_NOT_FOUND;
	else if (!is_from_here(listen, wsi))
		status = HTTP_STATUS_FORBIDDEN;
	else if (lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) <= 0)
		status = HTTP_STATUS_BAD_REQUEST;
	else if (listen->n_peers >= listen->max_clients)
		status = HTTP_STATUS_SERVICE_UNAVAILABLE;
	if (!status)
		return 0;
	if (status == HTTP_STATUS_SERVICE_UNAVAILABLE && listen->n_refused++ == 0)
		pkd_log(listen->ctx, PKD_LOG_WARNING,
		        "a client is refused, as max_clients = %" PRIu32
		        " are there: it is counted, and so are others",
		        listen->max_clients);
	return lws_return_http_status(wsi, status, NULL) < 0 ? -1 : 1;
}

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
static void tell_of(struct nt4_listen *listen, const struct nt4_peer *peer, const char *what,
                    const char *address)
{
	int64_t second = pkd_now() / 1000000000;

	if (second != listen->told_s)
		listen->n_told = 0;
	listen->told_s = second;
	if (!peer->session->is_rtt && listen->n_told++ < MAX_TOLD)
		pkd_log(listen->ctx, PKD_LOG_INFO, "the client '%s' %s %s", peer->session->name,
		        what, address);
}

static int welcome(struct nt4_listen *listen, struct lws *wsi, struct nt4_peer *peer)
{
	const char *protocol = lws_get_protocol(wsi)->name, *name;
	char path[NT4_MAX_NAME], address[96];

	name = name_of(wsi, path, sizeof(path));
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

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n)
{
	struct nt4_listen *listen = lws_context_user(lws_get_context(wsi));
	struct nt4_peer *peer = user;

	if (listen)
		listen->loop.is_stirred = true;
	switch ((int)reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return listen->n_connections >= listen->max_clients + SPARE_CONNECTIONS;
	case LWS_CALLBACK_WSI_CREATE:
		listen->n_connections++;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		listen->n_connections--;
		return 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return confirm(listen, wsi);
	case LWS_CALLBACK_ESTABLISHED:
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

/* Why the library cannot listen it does not tell. */
static int explain(const char *host, uint32_t port, struct pkd_ctx *ctx)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	                         .ai_flags = AI_NUMERICHOST | AI_PASSIVE};
	struct addrinfo *address;
	char digits[16];
	int fd, error = 0, one = 1;

	snprintf(digits, sizeof(digits), "%" PRIu32, port);
	if (getaddrinfo(host, digits, &hints, &address) != 0)
		return pkd_error(ctx, EINVAL,
		                 "host '%s' is no address in digits: write \"127.0.0.1\" for this "
		                 "machine alone, or \"0.0.0.0\" for all that reach it",
		                 host);
	fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, 1) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	freeaddrinfo(address);
	if (error)
		return pkd_error(ctx, error, "cannot listen at '%s', port %" PRIu32, host, port);
	return PKD_OK;
}

int nt4_listen_open(struct nt4_listen *listen, const char *host, uint32_t port,
                    uint32_t max_clients, struct pkd_ctx *ctx)
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
		.max_http_header_pool = (unsigned short)(max_clients + SPARE_CONNECTIONS),
		.retry_and_idle_policy = &never};
	int error;

	listen->loop.fd = listen->loop.timer_fd = -1;
	listen->ctx = ctx;
	listen->max_clients = max_clients;
	listen->is_local = strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
	nt4_hub_init(&listen->hub);
	error = explain(host, port, ctx);
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
