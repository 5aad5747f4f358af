#define _GNU_SOURCE
#include "console/console.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "console/asks.h"
#include "console/calls.h"
#include "console/echo.h"
#include "console/method.h"
#include "console/place.h"
#include "console/set.h"
#include "console/web.h"
#include "console/web_host.h"
#include "os/event.h"

/* One more, and the one that has been quiet for longest is closed. */
enum { MAX_CLIENTS = 16 };

/* Those of libpkd_web.so are behind these; a request each at a time. */
enum { N_CLIENTS = MAX_CLIENTS + PKDI_WEB_LANES };

/* Requests of one that has gone: it costs the others no more than that. */
enum { MAX_REST = 64 };

/* How often a request is looked at that waits for nodes: soon at first, and then less often. */
enum { LOOK_MS = 1, LATER_MS = 20 };
#define SOON_NS INT64_C(20000000)

struct console {
	struct pkdi_run *run;
	int listener, end_fd;
	gid_t group;
	gid_t groups[NGROUPS_MAX]; /* of who connects */
	struct pkdi_json_value values[PKDI_MESSAGE_VALUES];
	struct pkdi_web_lender lender;
	struct pkdi_client clients[N_CLIENTS];
};

/* ---- Answers ---- */

/* A line that says what went wrong; it always fits, as it is written where nothing is unsent. */
static void answer_fault(struct pkdi_client *client, const char *id, const struct pkdi_fault *fault)
{
	struct pkdi_out line = pkdi_client_begin(client);

	pkdi_out_open(&line, NULL, '{');
	if (*id)
		pkdi_out_raw(&line, "id", id, strlen(id));
	pkdi_out_text(&line, "error", fault->name);
	pkdi_out_text(&line, "message", fault->text);
	pkdi_out_close(&line, '}');
	pkdi_client_add(client, &line);
}

/* A value as it lies in memory follows its line. */
static void append_bytes(struct pkdi_client *client, const struct pkdi_echo *echo)
{
	size_t n;
	const void *bytes = pkdi_echo_bytes(echo, &n);

	if (n)
		pkdi_client_append(client, bytes, n);
}

/* Writes the next line of an answer. False: there is no room for it. */
static bool answer_once(struct console *console, struct pkdi_client *client)
{
	struct pkdi_request *request = &client->request;
	struct pkdi_out line = pkdi_client_begin(client);
	struct pkdi_cursor next = request->cursor;
	bool more = pkdi_method_advance(console->run, request, &next);

	pkdi_out_open(&line, NULL, '{');
	if (*request->id)
		pkdi_out_raw(&line, "id", request->id, strlen(request->id));
	pkdi_out_open(&line, "parameters", '{');
	request->method->write(console->run, request, &line);
	pkdi_out_close(&line, '}');
	if (more)
		pkdi_out_bool(&line, "more", true);
	pkdi_out_close(&line, '}');
	if (pkdi_client_add(client, &line)) {
		request->cursor = next;
		if (request->echo)
			append_bytes(client, request->echo);
	} else if (client->n_out == 0) { /* not even alone */
		struct pkdi_fault fault;

		pkdi_refuse(&fault, "too_long", "the answer is longer than a line may be");
		answer_fault(client, request->id, &fault);
		more = false;
	} else {
		return false;
	}
	if (!more)
		pkdi_method_finish(request);
	return true;
}

/* The id is given back as it came: a number or a string, and short. */
static bool take_id(const struct pkdi_json *json, char ret_id[PKDI_ID_SIZE],
                    struct pkdi_fault *fault)
{
	uint32_t id = pkdi_json_member(json, 0, "id");
	const struct pkdi_json_value *value;
	bool is_text;

	if (id == PKDI_JSON_NONE)
		return true;
	value = &json->values[id];
	is_text = value->kind == PKDI_JSON_STRING;
	if ((!is_text && value->kind != PKDI_JSON_NUMBER) ||
	    value->end - value->start + 3 > PKDI_ID_SIZE)
		return pkdi_refuse(fault, "invalid_request",
		                   "the id is a number or a string of at most %d bytes",
		                   PKDI_ID_SIZE - 3);
	memcpy(ret_id, json->text + value->start - is_text,
	       value->end - value->start + 2 * is_text);
	return true;
}

static bool take_request(struct console *console, struct pkdi_client *client, const char *text,
                         size_t size, struct pkdi_fault *fault)
{
	struct pkdi_json json = {.values = console->values, .max_values = PKDI_MESSAGE_VALUES};
	struct pkdi_request *request = &client->request;
	char name[64] = "";
	uint32_t parameters;
	const struct pkdi_method *method;

	*request = (struct pkdi_request){.method = NULL, .takes_bytes = client->takes_bytes};
	if (!pkdi_json_read(&json, text, size))
		return pkdi_refuse(fault, "invalid_json", "at byte %u, this %s", json.fault_at + 1,
		                   json.fault);
	if (json.values[0].kind != PKDI_JSON_OBJECT)
		return pkdi_refuse(fault, "invalid_request", "a request is an object");
	if (!take_id(&json, request->id, fault))
		return false;
	if (!pkdi_json_string(&json, pkdi_json_member(&json, 0, "method"), name, sizeof(name)))
		return pkdi_refuse(fault, "invalid_request", "a request has a \"method\"");
	parameters = pkdi_json_member(&json, 0, "parameters");
	if (parameters != PKDI_JSON_NONE && json.values[parameters].kind != PKDI_JSON_OBJECT)
		return pkdi_refuse(fault, "invalid_request", "\"parameters\" is an object");
	method = pkdi_method_find(name);
	if (!method)
		return pkdi_refuse(fault, "unknown_method",
		                   "there is no method '%.60s': there are %s", name,
		                   pkdi_method_names());
	if (client->is_read_only && method->sections & PKDI_METHOD_CHANGES)
		return pkdi_refuse(fault, "read_only", "'%s' is not for who may only look", name);
	if (!method->begin(console->run, request, &json, parameters, fault)) {
		pkdi_method_finish(request);
		return false;
	}
	request->method = method;
	pkdi_method_start(console->run, request);
	return true;
}

static bool can_answer(const struct console *console, const struct pkdi_client *client)
{
	const struct pkdi_request *request = &client->request;

	return request->method && (!request->method->is_ready ||
	                           request->method->is_ready(console->run, request, pkd_now()));
}

/* It has asked something else meanwhile. */
static bool has_more_to_say(const struct pkdi_client *client)
{
	return pkdi_client_has_line(client) || pkdi_client_overflows(client);
}

/* Answers what can be answered, request after request. */
static void serve(struct console *console, struct pkdi_client *client)
{
	struct pkdi_fault fault;
	size_t size;
	const char *text;

	while (!pkdi_client_has_bytes(client) &&
	       (!pkdi_client_has_unsent(client) || client->request.method)) {
		if (client->request.echo && has_more_to_say(client))
			pkdi_echo_end(client->request.echo);
		if (client->request.method) {
			if (!can_answer(console, client) || !answer_once(console, client))
				return;
			continue;
		}
		text = pkdi_client_line(client, &size);
		if (!text && pkdi_client_overflows(client)) {
			pkdi_refuse(&fault, "too_long", "a line has at most %d bytes",
			            PKDI_MESSAGE_SIZE);
			answer_fault(client, "", &fault);
			client->ends = true;
		}
		client->ends |= !text && client->is_read;
		if (!text)
			return;
		if (size > 0 && !take_request(console, client, text, size, &fault))
			answer_fault(client, client->request.id, &fault);
	}
}

/* ---- Clients ---- */

static void forget(struct pkdi_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	pkdi_client_drop(client);
	pkdi_method_finish(&client->request);
}

/* A stream may go on for ever: others have their turn before it is looked at again. */
static bool goes_on(const struct pkdi_client *client)
{
	return !client->request.echo || pkdi_echo_has_pixels(client->request.echo);
}

/* What it has asked for before it went is done all the same, in its order; nobody hears of it. */
static void carry_out_rest(struct console *console, struct pkdi_client *client)
{
	struct pkdi_fault fault;
	size_t size;
	const char *text;
	int n = 0;

	do {
		pkdi_method_finish(&client->request);
		pkdi_client_drop(client);
		text = pkdi_client_line(client, &size);
		if (!text && !pkdi_client_overflows(client) && !client->is_read &&
		    pkdi_client_receive(client))
			text = pkdi_client_line(client, &size);
		if (text && size > 0)
			take_request(console, client, text, size, &fault);
	} while (text && ++n < MAX_REST);
	forget(client);
}

static void advance(struct console *console, struct pkdi_client *client)
{
	size_t sent;

	do {
		serve(console, client);
		sent = client->n_out;
		if (!pkdi_client_send(client)) {
			carry_out_rest(console, client);
			return;
		}
		if (client->ends && client->n_out == 0) {
			forget(client);
			return;
		}
		/* Who looks at a stream is not quiet. */
		if (client->n_out < sent)
			client->used_ns = pkd_now();
	} while (sent && !pkdi_client_has_unsent(client) && goes_on(client));
}

/* A free place, or that of who has been quiet for longest. */
static struct pkdi_client *find_place(struct console *console)
{
	struct pkdi_client *found = &console->clients[0];

	for (int i = 0; i < MAX_CLIENTS; i++) {
		struct pkdi_client *client = &console->clients[i];
		bool waits = client->request.method, found_waits = found->request.method;

		if (client->fd < 0)
			return client;
		/* Who waits for an answer is quiet because it waits. */
		if (waits != found_waits ? found_waits : client->used_ns < found->used_ns)
			found = client;
	}
	forget(found);
	return found;
}

/* Whether the group is one of those that the peer had when it connected. */
static bool is_member(struct console *console, int fd, const struct ucred *peer)
{
	socklen_t size = sizeof(console->groups);

	if (console->group == PKDI_NO_GROUP)
		return false;
	if (peer->gid == console->group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, console->groups, &size) < 0)
		return false;
	for (size_t i = 0; i < size / sizeof(console->groups[0]); i++)
		if (console->groups[i] == console->group)
			return true;
	return false;
}

/* The socket lets in nobody else already, unless somebody has changed its mode. Root reaches
 * everything. */
static bool is_trusted(struct console *console, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       (peer.uid == geteuid() || peer.uid == 0 || is_member(console, fd, &peer));
}

static void greet(struct console *console, struct pkdi_client *client, int fd, bool is_read_only)
{
	struct pkdi_out line;

	client->fd = fd;
	client->ends = client->is_read = false;
	client->is_read_only = is_read_only;
	client->n_in = 0;
	pkdi_client_drop(client);
	client->used_ns = pkd_now();
	line = pkdi_client_begin(client);
	pkdi_out_open(&line, NULL, '{');
	pkdi_greet(console->run, &line);
	pkdi_out_close(&line, '}');
	pkdi_client_add(client, &line);
	advance(console, client);
}

static void accept_one(struct console *console)
{
	struct pkdi_client *client;
	int fd = accept4(console->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		/* Where the system has no descriptor, it has none a moment later, either. */
		if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
			poll(NULL, 0, LOOK_MS);
		return;
	}
	if (!is_trusted(console, fd)) {
		close(fd);
		return;
	}
	client = find_place(console);
	client->takes_bytes = true;
	greet(console, client, fd, false);
}

/* NULL: each has one. Nobody gives way: the library has no more than there are places, and those
 * that it has closed are free soon. */
static struct pkdi_client *find_lane(struct console *console)
{
	for (int i = MAX_CLIENTS; i < N_CLIENTS; i++)
		if (console->clients[i].fd < 0)
			return &console->clients[i];
	return NULL;
}

/* What the library's threads have asked for; see web_host.h. */
static void take_lanes(struct console *console)
{
	struct pkdi_client *client;
	struct pkdi_web_call call;

	while ((client = find_lane(console)) && pkdi_web_lender_take(&console->lender, &call)) {
		client->takes_bytes = false; /* a WebSocket's messages are lines */
		greet(console, client, call.fd, call.is_read_only);
	}
}

static void take_events(struct console *console, struct pkdi_client *client, short events)
{
	if (!events)
		return;
	client->used_ns = pkd_now();
	if (events & POLLIN && !pkdi_client_receive(client)) {
		forget(client);
		return;
	}
	if (!(events & (POLLIN | POLLOUT)) && events & (POLLHUP | POLLERR | POLLNVAL)) {
		carry_out_rest(console, client);
		return;
	}
	advance(console, client);
}

/* ---- The loop ---- */

/* The last line of each client that reads. */
static void say_end(struct console *console)
{
	int status = 0;
	ssize_t n = read(console->end_fd, &status, sizeof(status));

	for (int i = 0; i < N_CLIENTS; i++) {
		struct pkdi_client *client = &console->clients[i];
		struct pkdi_out line;

		/* What there is still to be told: the last lines of the log, the last values of a
		 * stream. */
		if (client->fd >= 0)
			advance(console, client);
		if (client->fd < 0)
			continue;
		/* Who reads so slowly has half a value, and no line behind it. */
		if (!pkdi_client_has_bytes(client)) {
			line = pkdi_client_begin(client);
			pkdi_out_open(&line, NULL, '{');
			pkdi_out_text(&line, "event", "end");
			if (n == sizeof(status))
				pkdi_out_signed(&line, "status", status);
			pkdi_out_close(&line, '}');
			pkdi_client_add(client, &line);
			pkdi_client_send(client);
		}
		forget(client);
	}
}

/* How long until a request is to be looked at again; -1: none waits. */
static int wait_ms(const struct console *console)
{
	int ms = -1, next_ms;

	for (int i = 0; i < N_CLIENTS; i++) {
		const struct pkdi_client *client = &console->clients[i];

		if (client->fd < 0 || !client->request.method ||
		    !client->request.method->is_ready || pkdi_client_has_unsent(client))
			continue;
		next_ms = client->request.echo ? pkdi_echo_wait_ms(client->request.echo, pkd_now())
		          : pkd_now() - client->request.since_ns < SOON_NS ? LOOK_MS
		                                                           : LATER_MS;
		ms = ms < 0 || next_ms < ms ? next_ms : ms;
	}
	return ms;
}

static short events_of(const struct pkdi_client *client)
{
	if (pkdi_client_has_unsent(client))
		return POLLOUT;
	return (client->request.method && !client->request.echo) || client->is_read ? 0 : POLLIN;
}

/* The earlier of both: in milliseconds from now, with -1 for never; at a time, with 0 for never. */
static int earlier(int timeout_ms, int64_t until_ns)
{
	int64_t ms = (until_ns - pkd_now()) / 1000000 + 1;

	if (!until_ns || (timeout_ms >= 0 && timeout_ms <= ms))
		return timeout_ms;
	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

int pkdi_console_run(struct pkdi_run *run, int listener, int end_fd, gid_t group,
                     const struct pkdi_serve *serve, const struct pkdi_web_part *part)
{
	enum { END, LISTENER, ASKS, LANES, FIRST, WEB = FIRST + N_CLIENTS };
	struct console *console = calloc(1, sizeof(*console));
	struct pkdi_web *web = NULL;
	struct pollfd fds[WEB + PKDI_WEB_FDS];
	bool asks_wait;
	nfds_t n_fds = WEB;

	if (console && serve->socket >= 0 && pkdi_web_lender_init(&console->lender, run) == 0) {
		const struct pkdi_web_parts parts = {part, &console->lender.host};

		web = pkdi_web_create(run, serve, parts);
		n_fds = WEB + PKDI_WEB_FDS;
	}
	if (!console || (serve->socket >= 0 && !web)) {
		free(console);
		return 1;
	}
	console->run = run;
	console->listener = listener;
	console->group = group;
	console->end_fd = end_fd;
	for (int i = 0; i < N_CLIENTS; i++)
		console->clients[i].fd = -1;
	pkdi_set_recover(run);
	pkdi_call_cancel_all(run);
	asks_wait = pkdi_asks_carry_out(run, console->values, PKDI_MESSAGE_VALUES);
	for (;;) {
		int timeout_ms = wait_ms(console);
		int64_t until_ns = 0;

		fds[END] = (struct pollfd){end_fd, POLLIN, 0};
		fds[LISTENER] = (struct pollfd){listener, POLLIN, 0};
		fds[ASKS] = (struct pollfd){run->console_fd, POLLIN, 0};
		fds[LANES] = (struct pollfd){
			web && find_lane(console) ? console->lender.ends[0] : -1, POLLIN, 0};
		for (int i = 0; i < N_CLIENTS; i++)
			fds[FIRST + i] = (struct pollfd){console->clients[i].fd,
			                                 events_of(&console->clients[i]), 0};
		if (web)
			until_ns = pkdi_web_watch(web, &fds[WEB]);
		if (asks_wait && (timeout_ms < 0 || timeout_ms > LATER_MS))
			timeout_ms = LATER_MS;
		if (poll(fds, n_fds, earlier(timeout_ms, until_ns)) < 0 && errno != EINTR)
			break;
		if (fds[END].revents) {
			say_end(console);
			break;
		}
		if (fds[ASKS].revents)
			pkdi_event_take(run->console_fd);
		if (fds[ASKS].revents || asks_wait)
			asks_wait = pkdi_asks_carry_out(run, console->values, PKDI_MESSAGE_VALUES);
		for (int i = 0; i < N_CLIENTS; i++) {
			take_events(console, &console->clients[i], fds[FIRST + i].revents);
			if (timeout_ms >= 0 && console->clients[i].fd >= 0)
				advance(console, &console->clients[i]);
		}
		if (fds[LISTENER].revents & POLLIN)
			accept_one(console);
		if (fds[LANES].revents & POLLIN)
			take_lanes(console);
		if (web)
			pkdi_web_look(web, &fds[WEB], pkd_now());
	}
	pkdi_web_destroy(web);
	/* A thread that is late still looks at streams by the lender, in the console: the process ends
	 * right after this, and takes both with it. */
	if (part->library && !part->library->close(part->web))
		return 0;
	if (web)
		pkdi_web_lender_finish(&console->lender);
	free(console);
	return 0;
}
