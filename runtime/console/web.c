#define _GNU_SOURCE
#include "console/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "console/client.h"
#include "console/http.h"
#include "console/judge.h"
#include "console/page.h"

/* How long the end of a connection waits for what is still on its way to here. */
#define LINGER_NS INT64_C(1000000000)

/* Of a part of a page in chunks: "ffff\r\n" before it, "\r\n" behind it, and "0\r\n\r\n" at the
 * end, for which there is always room, also for its NUL. */
enum { BEFORE_CHUNK = 6, BEHIND_CHUNK = 2, LAST_CHUNK = 6 };

struct connection {
	struct pkdi_client client;        /* its bytes, in and out */
	const struct pkdi_page *page;     /* that is being written; NULL: none */
	const struct pkdi_web_file *file; /* likewise … */
	size_t n_file;                    /* … and how much of it was written */
	struct pkdi_page_cursor cursor;   /* in it */
	bool is_head;                     /* the request: its answer has no body */
	bool is_chunked;
	bool has_rest;    /* at its end, something of a request is still to come */
	bool lingers;     /* all is said, and what comes is thrown away */
	int64_t since_ns; /* when the request began that is not whole, or the lingering */
	bool has_asked;   /* a whole request at least */
};

struct pkdi_web {
	const struct pkdi_run *run;
	const struct pkdi_serve *serve;
	struct pkdi_web_parts parts;
	struct connection connections[PKDI_WEB_CLIENTS];
};

/* ---- Answers ---- */

struct answer {
	int status;
	const char *type;  /* of its content */
	const char *extra; /* headers, each with its end; "" = none */
};

static const char *name_of(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 413:
		return "Content Too Large";
	case 421:
		return "Misdirected Request";
	case 426:
		return "Upgrade Required";
	case 431:
		return "Request Header Fields Too Large";
	case 503:
		return "Service Unavailable";
	case 505:
		return "HTTP Version Not Supported";
	default:
		return "Internal Server Error";
	}
}

/* As HTTP writes it, whatever the locale is. */
static void put_date(struct pkdi_out *out)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = time(NULL);
	struct tm date;

	if (!gmtime_r(&now, &date))
		return;
	pkdi_out_format(out, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d GMT\r\n",
	                days + 3 * date.tm_wday, date.tm_mday, months + 3 * date.tm_mon,
	                date.tm_year + 1900, date.tm_hour, date.tm_min, date.tm_sec);
}

/* The address of the page has the token: nothing may keep it, or pass it on. `length` < 0: in
 * chunks, or up to the end of the connection. */
static void put_head(struct connection *connection, const struct answer *answer, ssize_t length)
{
	struct pkdi_client *client = &connection->client;
	struct pkdi_out out = pkdi_client_begin(client);

	pkdi_out_format(&out, "HTTP/1.1 %d %s\r\n", answer->status, name_of(answer->status));
	put_date(&out);
	pkdi_out_format(&out,
	                "Content-Type: %s\r\nCache-Control: no-store\r\n"
	                "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n%s",
	                answer->type, answer->extra);
	if (length >= 0)
		pkdi_out_format(&out, "Content-Length: %zd\r\n", length);
	else if (connection->is_chunked)
		pkdi_out_format(&out, "Transfer-Encoding: chunked\r\n");
	if (client->ends)
		pkdi_out_format(&out, "Connection: close\r\n");
	pkdi_out_format(&out, "\r\n");
	client->n_out += out.n;
}

static void put_body(struct pkdi_client *client, const char *text, size_t n)
{
	struct pkdi_out out = pkdi_client_begin(client);

	pkdi_out_format(&out, "%.*s", (int)n, text);
	client->n_out += out.n;
}

/* A short answer, in whole. */
static void put_answer(struct connection *connection, const struct answer *answer, const char *body)
{
	put_head(connection, answer, (ssize_t)strlen(body));
	if (!connection->is_head)
		put_body(&connection->client, body, strlen(body));
}

static void put_page(struct pkdi_web *web, struct connection *connection,
                     const struct pkdi_page *page)
{
	static char text[PKDI_MESSAGE_SIZE / 2];
	struct answer answer = {200, page->type, ""};
	struct pkdi_out body = {.text = text, .size = sizeof(text) - 1};

	if (page->answer) {
		answer.status = page->answer(web->run, &body);
		text[body.n] = '\0';
		put_answer(connection, &answer, text);
		return;
	}
	put_head(connection, &answer, -1);
	connection->cursor = (struct pkdi_page_cursor){0};
	connection->page = connection->is_head ? NULL : page;
}

/* The page runs nothing and asks nobody but what this server has. */
static const char page_policy[] =
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
	"img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; "
	"worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n";

static void put_file(struct connection *connection, const struct pkdi_web_file *file)
{
	const struct answer answer = {200, file->type, page_policy};

	put_head(connection, &answer, (ssize_t)file->size);
	connection->n_file = 0;
	connection->file = connection->is_head ? NULL : file;
}

/* Fills the room behind what is unsent with the next bytes of the file. */
static void go_on_with_file(struct connection *connection)
{
	struct pkdi_client *client = &connection->client;
	struct pkdi_out room = pkdi_client_begin(client);
	size_t n = connection->file->size - connection->n_file;

	n = n < room.size ? n : room.size;
	memcpy(room.text, (const char *)connection->file->data + connection->n_file, n);
	client->n_out += n;
	connection->n_file += n;
	if (connection->n_file == connection->file->size)
		connection->file = NULL;
}

/* Fills the room behind what is unsent with the next parts of the page. */
static void go_on(struct pkdi_web *web, struct connection *connection)
{
	struct pkdi_client *client = &connection->client;
	struct pkdi_out room = pkdi_client_begin(client);
	bool is_chunked = connection->is_chunked, more = true;
	size_t around = BEFORE_CHUNK + BEHIND_CHUNK + LAST_CHUNK, n = 0;
	char *text = room.text + (is_chunked ? BEFORE_CHUNK : 0);
	char size[2 * BEFORE_CHUNK];

	if (room.size <= around)
		return;
	room.size -= around;
	while (more) {
		struct pkdi_out part = {.text = text + n, .size = room.size - n};
		struct pkdi_page_cursor next = connection->cursor;

		more = connection->page->write(web->run, &next, &part);
		/* What is larger than all there can be is left out. */
		if (part.is_full && (n || client->n_out)) {
			more = true;
			break;
		}
		n += part.is_full ? 0 : part.n;
		connection->cursor = next;
	}
	client->n_out += n;
	if (is_chunked && n) {
		snprintf(size, sizeof(size), "%04x\r\n", (unsigned)n & 0xffff);
		memcpy(room.text, size, BEFORE_CHUNK);
		memcpy(text + n, "\r\n", BEHIND_CHUNK);
		client->n_out += BEFORE_CHUNK + BEHIND_CHUNK;
	}
	if (!more && is_chunked)
		put_body(client, "0\r\n\r\n", LAST_CHUNK - 1);
	if (!more)
		connection->page = NULL;
}

/* ---- Requests ---- */

static void refuse(struct connection *connection, int status, const char *extra, const char *why)
{
	const struct answer answer = {status, "text/plain; charset=utf-8", extra};
	char body[768];

	snprintf(body, sizeof(body), "%s\n", *why ? why : name_of(status));
	put_answer(connection, &answer, body);
}

/* What cannot be read to its end is followed by what would be taken for a request. */
static void refuse_and_end(struct connection *connection, int status, const char *extra,
                           const char *why)
{
	connection->client.ends = connection->has_rest = true;
	refuse(connection, status, extra, why);
}

/* NULL: the page has no such file. "/" is its first one. */
static const struct pkdi_web_file *find_file(const struct pkdi_web *web,
                                             const struct pkdi_http_text *path)
{
	const struct pkdi_web_library *library = web->parts.part->library;
	bool is_root = pkdi_http_is(path, "/");

	for (const struct pkdi_web_file *file = library ? library->files : NULL; file && file->path;
	     file++)
		if (is_root ? !strcmp(file->path, "/index.html") : pkdi_http_is(path, file->path))
			return file;
	return NULL;
}

static const char *find_protocol(const struct pkdi_web_library *library,
                                 const struct pkdi_http_text *asked)
{
	for (const char *const *name = library->protocols; *name; name++)
		if (pkdi_http_lists(asked, *name))
			return *name;
	return NULL;
}

/* Hands the connection over: the library answers, and has the descriptor from then on. */
static void take_socket(struct pkdi_web *web, struct connection *connection,
                        const struct pkdi_http *http, size_t size, bool is_read_only)
{
	const struct pkdi_web_part *part = web->parts.part;
	struct pkdi_client *client = &connection->client;
	const struct pkdi_web_arrival arrival = {
		.fd = client->fd,
		.head = client->in,
		.n_head = size,
		.is_read_only = is_read_only,
		.stream = PKD_NONE,
	};

	if (!part->library)
		refuse(connection, 404, "", part->why);
	else if (!http->upgrade.at || strncasecmp(http->upgrade.at, "websocket", http->upgrade.n) ||
	         http->upgrade.n != strlen("websocket"))
		refuse(connection, 426, "Upgrade: websocket\r\n", "this is for a WebSocket");
	else if (!find_protocol(part->library, &http->protocols))
		refuse(connection, 400, "",
		       "the subprotocol is pkd.v1, foxglove.websocket.v1 or foxglove.sdk.v1");
	else if (client->n_in > size)
		refuse_and_end(connection, 400, "", "nothing is sent before the answer");
	else if (!part->library->adopt(part->web, web->parts.host, &arrival))
		refuse_and_end(connection, 503, "", "there are too many WebSockets");
	else
		client->fd = -1;
}

/* A whole number in the query; 0: there is none. */
static uint32_t number_of(const struct pkdi_http *http, const char *name)
{
	struct pkdi_http_text text = pkdi_http_query(&http->query, name);
	uint32_t number = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] < '0' || text.at[i] > '9' || number > 100000)
			return 0;
		number = number * 10 + (uint32_t)(text.at[i] - '0');
	}
	return number;
}

/* The stream of images of "/stream/NAME.mjpg" that may be shown; PKD_NONE: there is none. */
static uint32_t find_images(const struct pkdi_web *web, const struct pkdi_http_text *path)
{
	static const char before[] = "/stream/", behind[] = ".mjpg";
	size_t around = sizeof(before) + sizeof(behind) - 2;
	const struct pkd_program *program = web->run->program;

	if (path->n <= around || memcmp(path->at, before, sizeof(before) - 1) != 0 ||
	    memcmp(path->at + path->n - sizeof(behind) + 1, behind, sizeof(behind) - 1) != 0)
		return PKD_NONE;
	for (uint32_t i = 0; i < program->n_streams; i++) {
		const struct pkd_stream *stream = &program->streams[i];
		const struct pkd_type *type =
			program->nodes[stream->writer].outputs[stream->output].type;
		size_t n = strlen(stream->name);

		if (n == path->n - around &&
		    !memcmp(stream->name, path->at + sizeof(before) - 1, n) && type &&
		    type->kind == PKD_IMAGE && !stream->private_at)
			return i;
	}
	return PKD_NONE;
}

static void take_images(struct pkdi_web *web, struct connection *connection,
                        const struct pkdi_http *http, uint32_t stream)
{
	const struct pkdi_web_part *part = web->parts.part;
	const struct pkdi_web_arrival arrival = {
		.fd = connection->client.fd,
		.head = connection->client.in,
		.is_read_only = true,
		.stream = stream,
		.limits = {number_of(http, "width"), number_of(http, "height"),
	                   number_of(http, "rate"), number_of(http, "quality")},
	};

	if (!part->library)
		refuse(connection, 404, "", part->why);
	else if (connection->is_head)
		refuse_and_end(connection, 405, "Allow: GET\r\n", "");
	else if (!part->library->adopt(part->web, web->parts.host, &arrival))
		refuse_and_end(connection, 503, "", "too many look");
	else
		connection->client.fd = -1;
}

/* Who has no token learns nothing of the program, not even which paths there are. The files of the
 * page are those of every program: their modules name each other without a token. */
static void take_request(struct pkdi_web *web, struct connection *connection,
                         const struct pkdi_http *http, size_t size)
{
	const struct pkdi_web_file *file = find_file(web, &http->path);
	bool is_get = pkdi_http_is(&http->method, "GET");
	const struct pkdi_page *page;
	enum pkdi_may may;
	uint32_t stream;
	char why[640];

	connection->is_head = pkdi_http_is(&http->method, "HEAD");
	connection->is_chunked = http->minor > 0;
	connection->client.ends = http->closes;
	if (!pkdi_judge_host(connection->client.fd, &http->host)) {
		refuse_and_end(connection, 421, "",
		               "the host must be the address of this server, with its port");
	} else if (!pkdi_judge_origin(web->serve, http)) {
		refuse_and_end(connection, 403, "", "");
	} else if (file && (is_get || connection->is_head) && !http->has_body) {
		put_file(connection, file);
	} else if ((may = pkdi_judge_token(web->serve, http)) == PKDI_MAY_NOTHING) {
		refuse_and_end(connection, 401, "WWW-Authenticate: Bearer\r\n", "");
	} else if (!connection->is_head && !is_get) {
		refuse_and_end(connection, 405, "Allow: GET, HEAD\r\n", "");
	} else if (http->has_body) {
		refuse_and_end(connection, 413, "", "a request has no body here");
	} else if (pkdi_http_is(&http->path, "/ws")) {
		take_socket(web, connection, http, size, may == PKDI_MAY_VIEW);
	} else if ((stream = find_images(web, &http->path)) != PKD_NONE) {
		take_images(web, connection, http, stream);
	} else if (!(page = pkdi_page_find(&http->path))) {
		const char *missed = web->parts.part->why;

		snprintf(why, sizeof(why), "there are %s%s%s%s", pkdi_page_paths(),
		         web->parts.part->library ? ", /, /ws, /stream/NAME.mjpg" : "",
		         *missed ? "; " : "", missed);
		refuse(connection, 404, "", why);
	} else {
		put_page(web, connection, page);
	}
}

/* False: nothing whole is there. */
static bool take_next(struct pkdi_web *web, struct connection *connection, int64_t now_ns)
{
	struct pkdi_client *client = &connection->client;
	struct pkdi_http http;
	size_t size;

	connection->is_head = false;
	switch (pkdi_http_read(client->in, client->n_in, &http, &size)) {
	case PKDI_HTTP_PART:
		client->ends |= client->is_read;
		return false;
	case PKDI_HTTP_TOO_LARGE:
		refuse_and_end(connection, 431, "", "");
		break;
	case PKDI_HTTP_BAD:
		refuse_and_end(connection, 400, "", "");
		break;
	case PKDI_HTTP_VERSION:
		refuse_and_end(connection, 505, "", "");
		break;
	case PKDI_HTTP_WHOLE:
		take_request(web, connection, &http, size);
		client->n_in -= size;
		memmove(client->in, client->in + size, client->n_in);
		connection->since_ns = now_ns;
		connection->has_asked = true;
		break;
	}
	return true;
}

/* Writes what can be written, up to the end of an answer or of the room for it. */
static void answer(struct pkdi_web *web, struct connection *connection, int64_t now_ns)
{
	struct pkdi_client *client = &connection->client;

	if (!connection->page && !connection->file && !client->ends &&
	    !pkdi_client_has_unsent(client) && !take_next(web, connection, now_ns))
		return;
	if (connection->page)
		go_on(web, connection);
	if (connection->file)
		go_on_with_file(connection);
}

/* ---- Connections ---- */

static void forget(struct connection *connection)
{
	if (connection->client.fd >= 0)
		close(connection->client.fd);
	connection->client.fd = -1;
	connection->page = NULL;
	connection->file = NULL;
}

/* Whether there is more of an answer to be written. */
static bool has_more(const struct connection *connection)
{
	return connection->page || connection->file;
}

/* Closed at once, what the other end has sent meanwhile would throw away what it was sent. */
static void finish(struct connection *connection, int64_t now_ns)
{
	if (!connection->has_rest || connection->client.is_read ||
	    shutdown(connection->client.fd, SHUT_WR) < 0) {
		forget(connection);
		return;
	}
	connection->lingers = true;
	connection->since_ns = now_ns;
}

/* A long page goes on in the next round, however fast its reader is. */
static void advance(struct pkdi_web *web, struct connection *connection, int64_t now_ns)
{
	struct pkdi_client *client = &connection->client;
	size_t written;

	do {
		answer(web, connection, now_ns);
		if (client->fd < 0)
			return;
		written = client->n_out;
		if (!pkdi_client_send(client)) {
			forget(connection);
			return;
		}
	} while (written && !pkdi_client_has_unsent(client) && !has_more(connection) &&
	         !client->ends);
	if (client->ends && !has_more(connection) && !pkdi_client_has_unsent(client))
		finish(connection, now_ns);
}

static void accept_one(struct pkdi_web *web, int64_t now_ns)
{
	int fd = accept4(web->serve->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct connection *found = &web->connections[0];

	if (fd < 0) {
		/* Where the system has no descriptor, it has none a moment later, either. */
		if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
			poll(NULL, 0, 1);
		return;
	}
	for (int i = 0; i < PKDI_WEB_CLIENTS && found->client.fd >= 0; i++)
		if (web->connections[i].client.fd < 0 ||
		    web->connections[i].client.used_ns < found->client.used_ns)
			found = &web->connections[i];
	forget(found);
	found->client.fd = fd;
	found->client.ends = found->client.is_read = false;
	found->client.n_in = found->client.n_out = found->client.n_sent = 0;
	found->client.used_ns = found->since_ns = now_ns;
	found->has_rest = found->lingers = found->has_asked = false;
}

static short events_of(const struct connection *connection)
{
	if (has_more(connection) || pkdi_client_has_unsent(&connection->client))
		return POLLOUT;
	return connection->client.is_read ? 0 : POLLIN;
}

static void take_events(struct pkdi_web *web, struct connection *connection, short events,
                        int64_t now_ns)
{
	struct pkdi_client *client = &connection->client;
	bool was_empty = client->n_in == 0;

	if (client->fd < 0 || !events)
		return;
	client->used_ns = now_ns;
	if (connection->lingers)
		client->n_in = 0;
	if ((events & POLLIN && !pkdi_client_receive(client)) ||
	    (!(events & (POLLIN | POLLOUT)) && events & (POLLHUP | POLLERR | POLLNVAL)) ||
	    (connection->lingers && client->is_read)) {
		forget(connection);
		return;
	}
	if (connection->lingers)
		return;
	if (was_empty && connection->has_asked)
		connection->since_ns = now_ns;
	advance(web, connection, now_ns);
}

/* When the connection has taken too long for what it does. */
static int64_t deadline_of(const struct connection *connection)
{
	const struct pkdi_client *client = &connection->client;

	if (connection->lingers)
		return connection->since_ns + LINGER_NS;
	if (has_more(connection) || pkdi_client_has_unsent(client))
		return client->used_ns + PKDI_WEB_ANSWER_NS;
	if (connection->has_asked && client->n_in == 0)
		return client->used_ns + PKDI_WEB_IDLE_NS;
	return connection->since_ns + PKDI_WEB_REQUEST_NS;
}

/* ---- The server ---- */

struct pkdi_web *pkdi_web_create(const struct pkdi_run *run, const struct pkdi_serve *serve,
                                 struct pkdi_web_parts parts)
{
	struct pkdi_web *web = calloc(1, sizeof(*web));

	if (!web)
		return NULL;
	web->run = run;
	web->serve = serve;
	web->parts = parts;
	for (int i = 0; i < PKDI_WEB_CLIENTS; i++)
		web->connections[i].client.fd = -1;
	return web;
}

void pkdi_web_destroy(struct pkdi_web *web)
{
	for (int i = 0; web && i < PKDI_WEB_CLIENTS; i++)
		forget(&web->connections[i]);
	free(web);
}

int64_t pkdi_web_watch(const struct pkdi_web *web, struct pollfd fds[PKDI_WEB_FDS])
{
	int64_t until_ns = 0;

	fds[0] = (struct pollfd){web->serve->socket, POLLIN, 0};
	for (int i = 0; i < PKDI_WEB_CLIENTS; i++) {
		const struct connection *connection = &web->connections[i];
		int64_t deadline_ns = deadline_of(connection);

		fds[1 + i] = (struct pollfd){connection->client.fd, events_of(connection), 0};
		if (connection->client.fd >= 0 && (!until_ns || deadline_ns < until_ns))
			until_ns = deadline_ns;
	}
	return until_ns;
}

void pkdi_web_look(struct pkdi_web *web, const struct pollfd fds[PKDI_WEB_FDS], int64_t now_ns)
{
	for (int i = 0; i < PKDI_WEB_CLIENTS; i++) {
		struct connection *connection = &web->connections[i];

		take_events(web, connection, fds[1 + i].revents, now_ns);
		if (connection->client.fd >= 0 && now_ns >= deadline_of(connection))
			forget(connection);
	}
	if (fds[0].revents & POLLIN)
		accept_one(web, now_ns);
}
