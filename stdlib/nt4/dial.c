/* See dial.h. */
#include "dial.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

enum { MAX_MESSAGE = 4 << 20, SILENT_TICKS = 5, MEASURE_LOST = 3, MAX_ID = 120 };

static const int64_t TICK_NS = 200000000, SECOND_NS = 1000000000;
static const int64_t GOODBYE_NS = 200000000, FIRST_PAUSE_NS = 100000000;
static const int64_t MEASURE_NS = 1000000000;
static const char PING[] = "pkd"; /* the library tells of no answer that is empty */
static const char V41[] = "v4.1.networktables.first.wpi.edu";
static const char OFFERED[] = "v4.1.networktables.first.wpi.edu, networktables.first.wpi.edu";

static int64_t now_us(void)
{
	return pkd_now() / 1000;
}

static void enter(struct nt4_dial *dial, enum nt4_phase phase, int64_t due_ns)
{
	dial->phase = phase;
	dial->since_ns = pkd_now();
	dial->due_ns = due_ns;
}

/* ---- Losses ---- */

static void drop_lookup(struct nt4_dial *dial)
{
	if (!dial->lookup)
		return;
	epoll_ctl(dial->loop.fd, EPOLL_CTL_DEL, io_lookup_fd(dial->lookup), NULL);
	io_lookup_leave(dial->lookup);
	dial->lookup = NULL;
}

static void lose(struct nt4_dial *dial, const char *reason)
{
	struct lws *wsi = dial->wsi;

	drop_lookup(dial);
	dial->wsi = NULL; /* what still comes of it is nobody's */
	/* The library's own time-outs begin with its next event, and this is one. */
	if (wsi && lws_get_socket_fd(wsi) >= 0)
		shutdown(lws_get_socket_fd(wsi), SHUT_RDWR);
	nt4_client_close(&dial->client);
	dial->message.n = 0;
	if (dial->phase == NT4_ONLINE && pkd_now() - dial->since_ns >= SECOND_NS)
		retry_reset(&dial->retry);
	enter(dial, NT4_OFFLINE, pkd_now() + retry_pause(&dial->retry));
	dial->was_offline = true;
	/* A reason that lasts is told once. */
	if (strcmp(dial->reason, reason) == 0)
		return;
	snprintf(dial->reason, sizeof(dial->reason), "%s", reason);
	pkd_note(dial->ctx, "offline: %s; trying again", dial->reason);
}

static void lose_by(struct nt4_dial *dial, const char *format, const char *why)
{
	char reason[NT4_REASON_SIZE];

	snprintf(reason, sizeof(reason), format, dial->address.host, dial->address.port, why);
	lose(dial, reason);
}

/* ---- What the library calls ---- */

static int receive(struct nt4_dial *dial, const char *data, size_t n)
{
	struct nt4_buffer *message = &dial->message;
	bool is_good;

	dial->silent = 0;
	if (message->n + n > MAX_MESSAGE) {
		lose(dial, "the server has sent a message that is too long");
		return -1;
	}
	nt4_buffer_put(message, data, n);
	if (!lws_is_final_fragment(dial->wsi) || lws_remaining_packet_payload(dial->wsi) > 0)
		return 0;
	is_good = !message->failed &&
	          (lws_frame_is_binary(dial->wsi)
	                   ? nt4_client_binary(&dial->client, message->data, message->n, now_us())
	                   : nt4_client_text(&dial->client, message->data, message->n));
	message->n = 0;
	if (is_good)
		return 0;
	lose(dial, "the server has sent a damaged message");
	return -1;
}

static int send_next(struct nt4_dial *dial)
{
	static const char pad[LWS_PRE];
	enum lws_write_protocol protocol = LWS_WRITE_PING;
	struct nt4_buffer content = {0}, *frame = &dial->frame;
	bool is_text, is_there = dial->is_ping_due;

	if (lws_partial_buffered(dial->wsi))
		return 0;
	if (dial->is_ping_due) {
		dial->is_ping_due = false;
		dial->awaits_pong = true;
		nt4_buffer_text(&content, PING);
	} else if (nt4_client_frame(&dial->client, &content, &is_text)) {
		protocol = is_text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY;
		is_there = true;
	}
	frame->n = 0;
	nt4_buffer_put(frame, pad, sizeof(pad));
	nt4_buffer_put(frame, content.data, content.n);
	nt4_buffer_free(&content);
	if (is_there &&
	    (frame->failed || lws_write(dial->wsi, (unsigned char *)frame->data + LWS_PRE,
	                                frame->n - LWS_PRE, protocol) < 0))
		return -1;
	if (nt4_client_has_frame(&dial->client))
		lws_callback_on_writable(dial->wsi);
	return 0;
}

/* Why there is no connection, in words of the network, not of the library. */
static void explain(struct nt4_dial *dial, struct lws *wsi)
{
	unsigned status = dial->has_asked ? lws_http_client_http_response(wsi) : 0;
	char why[64];

	dial->wsi = NULL;
	if (!dial->has_asked) {
		lose_by(dial,
		        "cannot connect to '%s' at port %s%s: nothing listens there, or it cannot "
		        "be reached",
		        "");
	} else if (dial->is_redirected || (status >= 300 && status < 400)) {
		lose_by(dial,
		        "'%s' at port %s answers with a redirect%s: it is no NetworkTables server",
		        "");
	} else if (status >= 400 || status == 200) {
		snprintf(why, sizeof(why), "%u", status);
		lose_by(dial,
		        "'%s' at port %s answers with the status %s of HTTP: it is no NetworkTables "
		        "server, or it takes no more clients",
		        why);
	} else {
		lose_by(dial,
		        "'%s' at port %s has ended the connection before it was made%s: is it a "
		        "NetworkTables server of version 4?",
		        "");
	}
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n)
{
	struct nt4_dial *dial = lws_context_user(lws_get_context(wsi));

	if (dial)
		dial->loop.is_stirred = true;
	if (!dial || !dial->wsi || wsi != dial->wsi)
		return reason == LWS_CALLBACK_CLIENT_ESTABLISHED ? -1 : 0;
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		dial->is_v41 = strcmp(lws_get_protocol(wsi)->name, V41) == 0;
		dial->is_ping_due = dial->awaits_pong = false;
		dial->silent = 0;
		nt4_client_open(&dial->client, now_us());
		return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return receive(dial, in, n);
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
		dial->awaits_pong = false;
		dial->silent = 0;
		return 0;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return send_next(dial);
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		dial->has_asked = true;
		return 0;
	case LWS_CALLBACK_CLIENT_HTTP_REDIRECT:
		dial->is_redirected = true;
		return -1;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		explain(dial, wsi);
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
		dial->wsi = NULL;
		lose_by(dial, "'%s' at port %s has ended the connection%s", "");
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, n);
	}
}

static const struct lws_protocols protocols[] = {
	{.name = "http", .callback = callback},
	{.name = V41, .callback = callback},
	{.name = "networktables.first.wpi.edu", .callback = callback},
	{0},
};

/* ---- Connecting ---- */

static void look(struct nt4_dial *dial)
{
	struct epoll_event event = {.events = EPOLLIN};

	enter(dial, NT4_LOOKING, pkd_now() + dial->options.connect_ns);
	if (io_lookup_start(&dial->address, SOCK_STREAM, &dial->lookup) < 0) {
		lose(dial, "no thread can be started");
		return;
	}
	event.data.fd = io_lookup_fd(dial->lookup);
	epoll_ctl(dial->loop.fd, EPOLL_CTL_ADD, event.data.fd, &event);
}

/* Of several addresses each is tried in turn. */
static void connect_to(struct nt4_dial *dial, const struct addrinfo *list)
{
	const struct addrinfo *address = list;
	struct lws_client_connect_info info = {.context = dial->loop.context,
	                                       .port = (int)dial->options.port,
	                                       .path = dial->path,
	                                       .host = dial->address.host,
	                                       .protocol = OFFERED,
	                                       .pwsi = &dial->wsi};
	static const lws_retry_bo_t never = {0};
	uint32_t n = 0;
	char digits[64];

	for (const struct addrinfo *one = list; one; one = one->ai_next)
		n++;
	for (uint32_t i = dial->n_tries++ % n; i > 0; i--)
		address = address->ai_next;
	if (getnameinfo(address->ai_addr, address->ai_addrlen, digits, sizeof(digits), NULL, 0,
	                NI_NUMERICHOST) != 0)
		return;
	drop_lookup(dial);
	info.address = digits;
	/* Nobody sends a robot's client elsewhere. */
	info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
	dial->has_asked = dial->is_redirected = false;
	info.retry_and_idle_policy = &never;
	dial->phase = NT4_CONNECTING;
	if (!lws_client_connect_via_info(&info) && dial->phase == NT4_CONNECTING)
		lose_by(dial, "cannot connect to '%s' at port %s%s", "");
}

static void end_look(struct nt4_dial *dial)
{
	const struct addrinfo *list;
	const char *why;
	int answer = io_lookup_answer(dial->lookup, &list, &why);

	if (answer > 0)
		connect_to(dial, list);
	else if (answer < 0)
		lose_by(dial, "'%s' (port %s) is not found: %s", why);
}

/* ---- Turns ---- */

static void be_online(struct nt4_dial *dial)
{
	enter(dial, NT4_ONLINE, INT64_MAX);
	dial->reason[0] = '\0';
	dial->n_connections++;
	pkd_note(dial->ctx, "online: '%s' at port %s", dial->address.host, dial->address.port);
}

/* Of 4.1 both sides ping; of 4.0 a client only measures. */
static void tick(struct nt4_dial *dial)
{
	struct nt4_client *client = &dial->client;
	int64_t since_ns = pkd_now() - client->asked_us * 1000;

	dial->tick_ns = pkd_now() + TICK_NS;
	if (dial->phase != NT4_ONLINE)
		return;
	dial->silent += dial->awaits_pong || dial->is_ping_due || client->has_asked;
	if (dial->silent >= SILENT_TICKS * (dial->is_v41 ? 1 : MEASURE_LOST)) {
		lose_by(dial, "'%s' at port %s does not answer any more%s", "");
		return;
	}
	if (dial->is_v41 && !dial->awaits_pong)
		dial->is_ping_due = true;
	if (since_ns >= MEASURE_NS && !client->has_asked)
		nt4_client_measure(client, now_us());
}

static void look_at_time(struct nt4_dial *dial)
{
	if ((dial->phase == NT4_LOOKING || dial->phase == NT4_CONNECTING) &&
	    pkd_now() >= dial->due_ns)
		lose_by(dial, "'%s' at port %s does not answer%s", "");
	if (dial->phase == NT4_OFFLINE && pkd_now() >= dial->due_ns)
		look(dial);
	if (dial->phase == NT4_LOOKING)
		end_look(dial);
	if (dial->phase == NT4_CONNECTING && dial->client.is_ready)
		be_online(dial);
	if (pkd_now() >= dial->tick_ns)
		tick(dial);
}

static void ask_for_frames(struct nt4_dial *dial)
{
	if (!dial->wsi || (!dial->is_ping_due && !nt4_client_has_frame(&dial->client)))
		return;
	lws_callback_on_writable(dial->wsi);
	dial->loop.is_stirred = true;
}

void nt4_dial_turn(struct nt4_dial *dial, struct pkd_ctx *ctx, int64_t due_ns)
{
	dial->ctx = ctx;
	nt4_loop_turn(&dial->loop);
	look_at_time(dial);
	ask_for_frames(dial);
	if (dial->loop.is_stirred || dial->phase == NT4_CONNECTING)
		nt4_loop_turn(&dial->loop);
	look_at_time(dial);
	ask_for_frames(dial);
	if (dial->due_ns < due_ns)
		due_ns = dial->due_ns;
	if (dial->phase == NT4_ONLINE && dial->tick_ns < due_ns)
		due_ns = dial->tick_ns;
	nt4_loop_sleep(&dial->loop, due_ns);
}

/* ---- Begin and end ---- */

static int set_address(struct nt4_dial *dial, struct pkd_ctx *ctx)
{
	const struct nt4_dial_options *options = &dial->options;
	struct io_address *address = &dial->address;

	if (!*options->server == !options->team || strstr(options->server, "://"))
		return pkd_error(ctx, EINVAL,
		                 "where is the server? Write server: \"10.15.18.2\", its name or "
		                 "address without a port, or team: 1518, and not both");
	if (strlen(options->server) >= sizeof(address->host))
		return pkd_error(ctx, EINVAL, "server '%.32s…' is too long for a name",
		                 options->server);
	if (options->team)
		snprintf(address->host, sizeof(address->host), "10.%" PRIu32 ".%" PRIu32 ".2",
		         options->team / 100, options->team % 100);
	else
		snprintf(address->host, sizeof(address->host), "%s", options->server);
	snprintf(address->port, sizeof(address->port), "%" PRIu32, options->port);
	return PKD_OK;
}

/* As a part of an address: what is no letter or digit is %XX. */
static int set_path(struct nt4_dial *dial, struct pkd_ctx *ctx)
{
	const char *id = dial->options.id;
	size_t n = (size_t)snprintf(dial->path, sizeof(dial->path), "/nt/");

	if (!*id || strlen(id) > MAX_ID)
		return pkd_error(ctx, EINVAL,
		                 "id '%.32s' is no name of a client: write one of 1 to %d bytes",
		                 id, MAX_ID);
	for (; *id; id++) {
		unsigned char byte = (unsigned char)*id;
		bool is_plain = (byte >= '0' && byte <= '9') || strchr("-_.", byte) ||
		                ((byte | 32) >= 'a' && (byte | 32) <= 'z');

		n += (size_t)snprintf(dial->path + n, sizeof(dial->path) - n,
		                      is_plain ? "%c" : "%%%02X", byte);
	}
	return PKD_OK;
}

void nt4_dial_init(struct nt4_dial *dial, const struct nt4_dial_options *options,
                   struct pkd_ctx *ctx)
{
	dial->options = *options;
	dial->ctx = ctx;
	dial->loop.fd = dial->loop.timer_fd = -1;
}

int nt4_dial_open(struct nt4_dial *dial, struct pkd_ctx *ctx)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN, .protocols = protocols, .user = dial};
	uint64_t seed = 0;
	int error;

	error = set_address(dial, ctx);
	if (!error)
		error = set_path(dial, ctx);
	if (error)
		return error;
	error = nt4_loop_open(&dial->loop, &info, ctx);
	if (error == -EIO)
		return pkd_error(ctx, EIO,
		                 "libwebsockets does not start: is its part for libuv there "
		                 "(Debian: libwebsockets-evlib-uv)?");
	if (error)
		return error;
	(void)!getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
	retry_init(&dial->retry, FIRST_PAUSE_NS, dial->options.retry_max_ns,
	           seed ^ (uint64_t)pkd_now());
	look(dial);
	nt4_dial_turn(dial, ctx, INT64_MAX);
	return pkd_watch(ctx, dial->loop.fd, POLLIN);
}

void nt4_dial_close(struct nt4_dial *dial)
{
	int64_t until_ns = pkd_now() + GOODBYE_NS;

	while (dial->wsi && dial->client.is_ready && pkd_now() < until_ns &&
	       (nt4_client_has_frame(&dial->client) || lws_partial_buffered(dial->wsi))) {
		nt4_dial_turn(dial, dial->ctx, until_ns);
		if (nt4_client_has_frame(&dial->client))
			nt4_loop_wait(&dial->loop, until_ns);
	}
	drop_lookup(dial);
	dial->wsi = NULL;
	nt4_loop_close(&dial->loop);
	nt4_client_free(&dial->client);
	nt4_buffer_free(&dial->message);
	nt4_buffer_free(&dial->frame);
}
