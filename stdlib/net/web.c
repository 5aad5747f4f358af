/* See web.h. */
#include "web.h"

#include "web_http.h"
#include "web_judge.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(LWS_PRE <= WEB_PRE, "the library writes more before a message");

enum {
	SPARE_CONNECTIONS = 256, /* of those that are no WebSocket */
	HEADER_TIMEOUT_S = 5,
	KEEPALIVE_S = 10,  /* of TCP, for peers that are there no more */
	LOW_WATER = 32768, /* bytes that the kernel takes and has not sent */
	MAX_HEARD = 4096,  /* bytes of a message from a client */
};

static const int64_t TICK_NS = 200000000;

/* ---- WebSocket ---- */

static int path_of(struct lws *wsi, char path[static WEB_PATH_SIZE])
{
	return lws_hdr_copy(wsi, path, WEB_PATH_SIZE, WSI_TOKEN_GET_URI);
}

static int confirm(struct web *web, struct lws *wsi)
{
	char path[WEB_PATH_SIZE];
	unsigned status = path_of(wsi, path) > 0 ? web_judge(web, wsi, path, true)
	                                         : HTTP_STATUS_NOT_FOUND;

	if (!status && !web->owner->may_join)
		status = HTTP_STATUS_NOT_FOUND;
	web->loop.is_stirred = true;
	if (!status) {
		web->asking = wsi;
		status = (unsigned)web->owner->may_join(web->of, path);
		web->asking = NULL;
	}
	if (!status)
		return 0;
	return lws_return_http_status(wsi, status, NULL) < 0 ? -1 : 1;
}

static void set_up(struct web_peer *peer)
{
	const int on = 1, low = LOW_WATER;
	struct sockaddr_storage address;
	socklen_t n = sizeof(address);
	char host[46] = "", port[8] = "";
	int fd = lws_get_socket_fd(peer->wsi);

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &low, sizeof(low));
	if (getpeername(fd, (struct sockaddr *)&address, &n) == 0)
		getnameinfo((struct sockaddr *)&address, n, host, sizeof(host), port, sizeof(port),
		            NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(peer->address, sizeof(peer->address), "%s:%s", host, port);
}

static int welcome(struct web *web, struct lws *wsi, struct web_peer *peer)
{
	char path[WEB_PATH_SIZE];
	bool has_joined = false;

	memset(peer, 0, sizeof(*peer));
	peer->wsi = wsi;
	set_up(peer);
	if (path_of(wsi, path) > 0 && web->n_sockets < web->options.max_clients) {
		web->asking = wsi;
		has_joined = web->owner->join(web->of, peer, path);
		web->asking = NULL;
	}
	if (!has_joined)
		return -1;
	peer->is_socket = true;
	peer->taken_ns = pkd_now();
	peer->next = web->peers;
	web->peers = peer;
	web->n_sockets++;
	web_has_news(peer);
	return 0;
}

static void farewell(struct web *web, struct web_peer *peer)
{
	struct web_peer **at = &web->peers;

	if (!peer || !peer->is_socket)
		return;
	while (*at != peer)
		at = &(*at)->next;
	*at = peer->next;
	web->n_sockets--;
	peer->is_socket = false;
	web->owner->leave(web->of, peer);
}

static int send_message(struct web *web, struct web_peer *peer)
{
	struct web_content message = {0};
	int wrote;

	if (lws_partial_buffered(peer->wsi))
		return 0;
	peer->taken_ns = pkd_now();
	peer->has_more = web->owner->message(web->of, peer, &message);
	if (!peer->has_more)
		return 0;
	/* The library writes its own bytes before the message, which many may be sent. */
	wrote = lws_write(peer->wsi, (unsigned char *)(uintptr_t)message.data, message.n,
	                  message.type ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
	web->n_bytes += message.n;
	if (message.let_go)
		message.let_go(message.of);
	if (wrote < 0)
		return -1;
	lws_callback_on_writable(peer->wsi);
	return 0;
}

/* Nothing that a client says is of interest, and none may say much. */
static int hear(struct lws *wsi, size_t n)
{
	static const char why[] = "nothing is listened to here";

	if (n + lws_remaining_packet_payload(wsi) <= MAX_HEARD)
		return 0;
	lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, (unsigned char *)(uintptr_t)why,
	                 sizeof(why) - 1);
	return -1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n)
{
	struct web *web = lws_context_user(lws_get_context(wsi));
	struct web_peer *peer = user;
	int result;

	if (web)
		web->loop.is_stirred = true;
	switch ((int)reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return web->n_connections >= web->options.max_clients + SPARE_CONNECTIONS;
	case LWS_CALLBACK_WSI_CREATE:
		web->n_connections++;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		web->n_connections--;
		return 0;
	case LWS_CALLBACK_HTTP:
		web->asking = wsi;
		result = web_http_answer(web, wsi, peer, in);
		web->asking = NULL;
		return result;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return peer ? web_http_send(web, peer) : -1;
	case LWS_CALLBACK_CLOSED_HTTP:
		if (peer)
			web_http_let_go(peer);
		return 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return confirm(web, wsi);
	case LWS_CALLBACK_ESTABLISHED:
		return welcome(web, wsi, peer);
	case LWS_CALLBACK_RECEIVE:
		return hear(wsi, n);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return peer->is_socket ? send_message(web, peer) : -1;
	case LWS_CALLBACK_CLOSED:
		farewell(web, peer);
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, n);
	}
}

static const struct lws_protocols protocols[] = {
	{.name = "http", .callback = callback, .per_session_data_size = sizeof(struct web_peer)},
	{0},
};

/* ---- Turns ---- */

void web_has_news(struct web_peer *peer)
{
	if (!peer->has_more)
		peer->taken_ns = pkd_now();
	peer->has_more = true;
	lws_callback_on_writable(peer->wsi);
}

void web_query(struct web *web, const char *key, char *value, size_t size)
{
	*value = '\0';
	if (web->asking)
		web_query_of(web->asking, key, value, size);
}

bool web_is_name(const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-_.";

	return *name && *name != '.' && strspn(name, good) == strlen(name);
}

static void tick(struct web *web, int64_t now_ns)
{
	const struct linger at_once = {.l_onoff = 1};

	for (struct web_peer *peer = web->peers; peer; peer = peer->next) {
		if (!peer->has_more || now_ns - peer->taken_ns < web->options.stall_ns)
			continue;
		if (web->n_stalled++ == 0)
			pkd_log(web->ctx, PKD_LOG_INFO,
			        "%s is given up: it takes nothing for %g s; it is counted, and so "
			        "are others",
			        peer->address, (double)web->options.stall_ns / 1e9);
		/* The library's own time-outs begin with its next event, and this is one. What it has
		 * not taken is not kept by the kernel either. */
		setsockopt(lws_get_socket_fd(peer->wsi), SOL_SOCKET, SO_LINGER, &at_once,
		           sizeof(at_once));
		shutdown(lws_get_socket_fd(peer->wsi), SHUT_RDWR);
	}
	web->tick_ns = now_ns + TICK_NS;
}

void web_turn(struct web *web, struct pkd_ctx *ctx)
{
	int64_t now_ns;

	web->ctx = ctx;
	nt4_loop_turn(&web->loop);
	now_ns = pkd_now();
	if (now_ns >= web->tick_ns)
		tick(web, now_ns);
	web->loop.is_stirred = false;
	nt4_loop_sleep(&web->loop, web->n_sockets ? web->tick_ns : INT64_MAX);
}

/* ---- Begin and end ---- */

/* Why the library cannot listen it does not tell; and a free port it would choose itself. */
static int find_port(struct web *web, struct pkd_ctx *ctx)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	                         .ai_flags = AI_NUMERICHOST | AI_PASSIVE};
	struct sockaddr_storage bound = {0};
	socklen_t size = sizeof(bound);
	struct addrinfo *address;
	char digits[16];
	int fd, error = 0, one = 1;

	snprintf(digits, sizeof(digits), "%" PRIu32, web->options.port);
	if (!*web->options.host || getaddrinfo(web->options.host, digits, &hints, &address) != 0)
		return pkd_error(ctx, EINVAL,
		                 "host '%s' is no address in digits: write \"127.0.0.1\" for this "
		                 "machine alone, or \"0.0.0.0\" for all that reach it",
		                 web->options.host);
	fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, 1) < 0 ||
	    getsockname(fd, (struct sockaddr *)&bound, &size) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	freeaddrinfo(address);
	if (error)
		return pkd_error(ctx, error, "cannot listen at '%s', port %" PRIu32,
		                 web->options.host, web->options.port);
	web->port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
	return PKD_OK;
}

static int listen_at(struct web *web, const struct web_options *options,
                     const struct web_owner *owner, void *of, struct pkd_ctx *ctx)
{
	static const lws_retry_bo_t never = {0};
	struct lws_context_creation_info info = {
		.protocols = protocols,
		.user = web,
		.timeout_secs = HEADER_TIMEOUT_S,
		.keepalive_timeout = HEADER_TIMEOUT_S,
		.ka_time = KEEPALIVE_S,
		.ka_probes = 3,
		.ka_interval = KEEPALIVE_S / 3,
		.max_http_header_pool = (unsigned short)(options->max_clients + SPARE_CONNECTIONS),
		.retry_and_idle_policy = &never};
	int error;

	*web = (struct web){.options = *options, .owner = owner, .of = of, .ctx = ctx};
	web->loop.fd = web->loop.timer_fd = -1;
	web->is_local = strncmp(options->host, "127.", 4) == 0 || strcmp(options->host, "::1") == 0;
	error = find_port(web, ctx);
	if (error)
		return error;
	info.port = web->port;
	info.iface = strcmp(options->host, "0.0.0.0") == 0 ? NULL : options->host;
	if (!strchr(options->host, ':'))
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	error = nt4_loop_open(&web->loop, &info, ctx);
	if (error == -EIO)
		return pkd_error(ctx, EIO,
		                 "libwebsockets does not listen at '%s', port %" PRIu32
		                 ": is its part for libuv there (Debian: libwebsockets-evlib-uv)?",
		                 options->host, web->port);
	if (!error)
		web_turn(web, ctx);
	return error;
}

int web_open(struct web *web, const struct web_options *options, const struct web_owner *owner,
             void *of, struct pkd_ctx *ctx)
{
	int error = listen_at(web, options, owner, of, ctx);

	if (!error && pkd_watch(ctx, web->loop.fd, POLLIN) < 0)
		error = pkd_error(ctx, ENOSPC, "this process watches too many descriptors");
	if (error)
		web_close(web);
	return error;
}

void web_close(struct web *web)
{
	nt4_loop_close(&web->loop);
}

void web_tell(const struct web *web, const char *what, const char *path, const char *seen)
{
	bool is_six = strchr(web->options.host, ':') != NULL;
	bool is_open = !*web->options.token && !web->is_local;

	pkd_note(web->ctx, "%s://%s%s%s:%u%s%s%s", what, is_six ? "[" : "", web->options.host,
	         is_six ? "]" : "", web->port, path,
	         is_open               ? ", without a token: whoever reaches it sees "
	         : *web->options.token ? "?token=…"
	                               : "",
	         is_open ? seen : "");
}
