#define _GNU_SOURCE
#include "pkd/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "console/place.h"
#include "pkd/say.h"

/* As many as a line can have: a list of digits. */
enum { MAX_VALUES = TALK_LINE / 2 + 16 };

static struct pkdi_json_value values[MAX_VALUES];

int64_t talk_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

bool talk_fault(struct talk *talk, const char *error, const char *format, ...)
{
	va_list arguments;

	snprintf(talk->error, sizeof(talk->error), "%s", error);
	va_start(arguments, format);
	vsnprintf(talk->message, sizeof(talk->message), format, arguments);
	va_end(arguments);
	return false;
}

int talk_fail(const struct talk *talk)
{
	return fail(talk->error, "%s", talk->message);
}

/* "robot (4711)", or "process 4711" before it has said its name. */
static const char *who(const struct talk *talk)
{
	static char text[TALK_NAME + 32];

	if (*talk->name)
		snprintf(text, sizeof(text), "%s (%d)", talk->name, (int)talk->pid);
	else
		snprintf(text, sizeof(text), "process %d", (int)talk->pid);
	return text;
}

/* ---- Bytes ---- */

/* False: not within that time. */
static bool wait_for(const struct talk *talk, short events, int64_t until_ns)
{
	for (;;) {
		struct pollfd one = {talk->fd, events, 0};
		int64_t left = until_ns - talk_now();
		int r;

		if (left < 0)
			left = 0;
		r = poll(&one, 1, (int)((left + 999999) / 1000000));
		if (r > 0)
			return true;
		if (r == 0 || errno != EINTR)
			return false;
	}
}

/* It has closed the connection. */
static enum talk_result lose(struct talk *talk)
{
	if (talk->has_ended && talk->has_status)
		talk_fault(talk, "ended", "%s ended with status %d", who(talk), talk->status);
	else if (talk->has_ended)
		talk_fault(talk, "ended", "%s has ended", who(talk));
	else
		talk_fault(talk, "lost", "%s has closed the connection; it may have been killed",
		           who(talk));
	return TALK_FAILED;
}

static bool no_answer(struct talk *talk)
{
	return talk_fault(talk, "no_answer", "%s does not answer; is it suspended?", who(talk));
}

/* The next whole line with a NUL in place of its end; NULL: there is none yet. */
static char *next_line(struct talk *talk)
{
	char *start = talk->in + talk->n_taken;
	char *end = memchr(start, '\n', talk->n - talk->n_taken);

	if (!end)
		return NULL;
	*end = '\0';
	talk->n_taken = (size_t)(end - talk->in) + 1;
	return start;
}

static enum talk_result receive(struct talk *talk)
{
	ssize_t n;

	memmove(talk->in, talk->in + talk->n_taken, talk->n - talk->n_taken);
	talk->n -= talk->n_taken;
	talk->n_taken = 0;
	if (talk->n == sizeof(talk->in)) {
		talk_fault(talk, "protocol", "%s says a line that is too long", who(talk));
		return TALK_FAILED;
	}
	n = recv(talk->fd, talk->in + talk->n, sizeof(talk->in) - talk->n, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return TALK_NOTHING;
	if (n <= 0)
		return lose(talk);
	talk->n += (size_t)n;
	talk->n_answer += (size_t)n;
	return TALK_LINE_READ;
}

/* ---- Lines ---- */

static bool read_object(struct talk *talk, const char *line)
{
	talk->json = (struct pkdi_json){.values = values, .max_values = MAX_VALUES};
	return (pkdi_json_read(&talk->json, line, strlen(line)) &&
	        talk->json.values[0].kind == PKDI_JSON_OBJECT) ||
	       talk_fault(talk, "protocol", "%s says what is no JSON object", who(talk));
}

/* Whether it is an event; that the program ends is one. Those that are not known are let be. */
static bool take_event(struct talk *talk)
{
	const struct pkdi_json *json = &talk->json;
	uint32_t event = pkdi_json_member(json, 0, "event");
	uint64_t status;
	char word[32];

	if (event == PKDI_JSON_NONE)
		return false;
	if (!pkdi_json_string(json, event, word, sizeof(word)) || strcmp(word, "end") != 0)
		return true;
	talk->has_ended = true;
	talk->has_status = pkdi_json_unsigned(json, pkdi_json_member(json, 0, "status"), &status) &&
	                   status <= INT32_MAX;
	talk->status = talk->has_status ? (int)status : 0;
	return true;
}

/* A line of the answer, or of one that nobody has waited for. */
static enum talk_result take_answer(struct talk *talk)
{
	const struct pkdi_json *json = &talk->json;
	uint32_t error = pkdi_json_member(json, 0, "error");
	uint64_t id;
	bool more = false;

	if (pkdi_json_unsigned(json, pkdi_json_member(json, 0, "id"), &id) && id != talk->id)
		return TALK_NOTHING;
	if (error != PKDI_JSON_NONE) {
		if (!pkdi_json_string(json, error, talk->error, sizeof(talk->error)))
			snprintf(talk->error, sizeof(talk->error), "failed");
		if (!strcmp(talk->error, "unknown_method"))
			talk_fault(talk, "unknown_method",
			           "%s was built with pkd %s, which cannot do that: build "
			           "the program again",
			           who(talk), talk->version);
		else if (!pkdi_json_string(json, pkdi_json_member(json, 0, "message"),
		                           talk->message, sizeof(talk->message)))
			talk_fault(talk, "failed", "%s refuses that", who(talk));
		return TALK_FAILED;
	}
	pkdi_json_bool(json, pkdi_json_member(json, 0, "more"), &more);
	talk->is_last = !more;
	talk->parameters = pkdi_json_member(json, 0, "parameters");
	return TALK_LINE_READ;
}

enum talk_result talk_take(struct talk *talk)
{
	for (;;) {
		const char *line = next_line(talk);
		enum talk_result result;

		if (!line) {
			result = receive(talk);
			if (result != TALK_LINE_READ)
				return result;
			continue;
		}
		if (!read_object(talk, line))
			return TALK_FAILED;
		talk->n_unasked += strlen(line);
		if (talk->n_unasked > TALK_ANSWER) {
			talk_fault(talk, "protocol", "%s says only what nobody has asked for",
			           who(talk));
			return TALK_FAILED;
		}
		/* Its end is the last that it says. */
		if (take_event(talk) && talk->has_ended)
			return lose(talk);
		/* A greeting is read here where nobody has waited for it. */
		if (pkdi_json_member(&talk->json, 0, "event") != PKDI_JSON_NONE ||
		    pkdi_json_member(&talk->json, 0, "pkd") != PKDI_JSON_NONE)
			continue;
		result = take_answer(talk);
		if (result != TALK_NOTHING) {
			talk->n_unasked = 0;
			return result;
		}
	}
}

bool talk_next(struct talk *talk, int64_t patience_ns)
{
	int64_t until_ns = talk_now() + patience_ns;

	if (talk_now() > talk->asked_ns + patience_ns + TALK_WHOLE_NS ||
	    talk->n_answer > TALK_ANSWER)
		return talk_fault(talk, "protocol", "%s gives an answer without an end", who(talk));

	for (;;) {
		enum talk_result result = talk_take(talk);

		if (result != TALK_NOTHING)
			return result == TALK_LINE_READ;
		/* One that always has a little more to say does not hold up either. */
		if (!wait_for(talk, POLLIN, until_ns) || talk_now() > until_ns + TALK_WHOLE_NS)
			return no_answer(talk);
	}
}

bool talk_wait_end(struct talk *talk, int64_t until_ns)
{
	for (;;) {
		enum talk_result result = talk_take(talk);

		if (talk->has_ended || (result == TALK_FAILED && !strcmp(talk->error, "lost")))
			return true;
		if (result == TALK_FAILED && !strcmp(talk->error, "protocol"))
			return false;
		if (result == TALK_NOTHING && !wait_for(talk, POLLIN, until_ns))
			return false;
		if (talk_now() > until_ns + TALK_PATIENCE_NS)
			return false;
	}
}

/* ---- Connections ---- */

struct talk *talk_open(int directory, const char *socket, int *ret_error)
{
	int fd = pkdi_place_connect(directory, socket);
	struct talk *talk;

	*ret_error = fd == -ECONNREFUSED || fd == -ENOENT ? 0 : -fd;
	if (fd < 0)
		return NULL;
	talk = calloc(1, sizeof(*talk));
	if (!talk)
		abort();
	talk->fd = fd;
	talk->directory = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	snprintf(talk->socket, sizeof(talk->socket), "%s", socket);
	talk->pid = (pid_t)strtol(socket, NULL, 10);
	return talk;
}

struct talk *talk_again(const struct talk *talk, int *ret_error)
{
	struct talk *again = talk_open(talk->directory, talk->socket, ret_error);

	if (!again)
		return NULL;
	again->pid = talk->pid;
	again->is_near = talk->is_near;
	memcpy(again->name, talk->name, sizeof(again->name));
	memcpy(again->version, talk->version, sizeof(again->version));
	return again;
}

void talk_close(struct talk *talk)
{
	if (!talk)
		return;
	close(talk->fd);
	if (talk->directory >= 0)
		close(talk->directory);
	free(talk);
}

static bool check_protocol(struct talk *talk, uint64_t protocol)
{
	if (protocol > TALK_PROTOCOL)
		return talk_fault(talk, "protocol",
		                  "%s was built with a newer pkd, %s, and speaks protocol %" PRIu64
		                  ", this pkd %d: update pkd",
		                  who(talk), talk->version, protocol, TALK_PROTOCOL);
	return protocol == TALK_PROTOCOL ||
	       talk_fault(talk, "protocol",
	                  "%s was built with an older pkd, %s, and speaks protocol %" PRIu64
	                  ", this pkd %d: build the program again",
	                  who(talk), talk->version, protocol, TALK_PROTOCOL);
}

bool talk_greet(struct talk *talk, int64_t until_ns)
{
	const struct pkdi_json *json = &talk->json;
	uint64_t protocol, pid;
	struct ucred peer;
	socklen_t size = sizeof(peer);
	const char *line;

	while (!(line = next_line(talk))) {
		enum talk_result result = receive(talk);

		if (result == TALK_FAILED)
			return false;
		if (result == TALK_NOTHING && !wait_for(talk, POLLIN, until_ns))
			return no_answer(talk);
	}
	if (!read_object(talk, line))
		return false;
	if (!pkdi_json_unsigned(json, pkdi_json_member(json, 0, "pkd"), &protocol))
		return talk_fault(talk, "protocol", "%s is no pkd program", who(talk));
	if (!pkdi_json_string(json, pkdi_json_member(json, 0, "program"), talk->name,
	                      sizeof(talk->name)))
		snprintf(talk->name, sizeof(talk->name), "?");
	say_clean(talk->name);
	if (!pkdi_json_string(json, pkdi_json_member(json, 0, "version"), talk->version,
	                      sizeof(talk->version)))
		snprintf(talk->version, sizeof(talk->version), "?");
	say_clean(talk->version);
	if (pkdi_json_unsigned(json, pkdi_json_member(json, 0, "pid"), &pid) && pid <= INT32_MAX)
		talk->pid = (pid_t)pid;
	/* Of who listens, as it is numbered here. */
	talk->is_near = getsockopt(talk->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	                peer.pid == talk->pid;
	return check_protocol(talk, protocol);
}

bool talk_ask(struct talk *talk, const char *method, const char *parameters)
{
	size_t size = strlen(method) + (parameters ? strlen(parameters) : 0) + 100, sent = 0;
	int64_t until_ns = talk_now() + TALK_PATIENCE_NS;
	char *line = malloc(size);
	int n;

	if (!line)
		abort();
	talk->asked_ns = talk_now();
	talk->n_answer = 0;
	n = snprintf(line, size, "{\"id\":%" PRIu64 ",\"method\":\"%s\"%s%s}\n", ++talk->id, method,
	             parameters ? ",\"parameters\":" : "", parameters ? parameters : "");
	while (n > 0 && n <= TALK_LINE && sent < (size_t)n) {
		ssize_t m = send(talk->fd, line + sent, (size_t)n - sent,
		                 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (m > 0)
			sent += (size_t)m;
		else if (errno != EAGAIN && errno != EINTR)
			break;
		else if (!wait_for(talk, POLLOUT, until_ns))
			break;
	}
	free(line);
	if (n > TALK_LINE)
		return talk_fault(talk, "too_long", "that is more than fits in a request");
	if (sent == (size_t)n)
		return true;
	/* What it has said last tells why, if it has ended. */
	if (talk_now() >= until_ns)
		return no_answer(talk);
	while (talk->n_answer <= TALK_ANSWER && talk_take(talk) == TALK_LINE_READ)
		;
	lose(talk);
	return false;
}
