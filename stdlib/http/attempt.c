/* See attempt.h. */
#include "attempt.h"

#include "../base/utf8.h"
#include "url.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIRST_ROOM = 16 * 1024 };

/* ---- What comes ---- */

bool http_attempt_may_be_part(const struct http_slot *slot)
{
	return slot->request.sink || (slot->client->has_range && !slot->is_away);
}

static bool is_wanted(const struct http_slot *slot)
{
	const struct http_sink *sink = slot->request.sink;

	if (slot->status == 206)
		return http_attempt_may_be_part(slot);
	return (slot->status >= 200 && slot->status < 300) ||
	       (sink && sink->also && slot->status == sink->also);
}

/* By which it would depend on the reader where it ends. */
static bool has_two_lengths(struct http_slot *slot)
{
	static const char name[] = "Content-Length";
	const char *first = http_slot_header(slot, name);
	struct curl_header *other;

	for (size_t i = 1;
	     first && curl_easy_header(slot->easy, name, i, CURLH_HEADER, -1, &other) == CURLHE_OK;
	     i++)
		if (strcmp(other->value, first) != 0)
			return true;
	return false;
}

static bool begin_body(struct http_slot *slot)
{
	const struct http_sink *sink = slot->request.sink;

	slot->is_begun = true;
	if (has_two_lengths(slot)) {
		snprintf(slot->refusal_text, sizeof(slot->refusal_text),
		         "its header has two different Content-Length");
		return false;
	}
	return !sink || sink->begin(slot->request.to, slot);
}

static bool make_room(struct http_slot *slot, size_t n)
{
	size_t room = slot->room ? slot->room : FIRST_ROOM;
	char *body;

	while (room < slot->size + n)
		room *= 2;
	/* It is never more. */
	if (room > slot->request.limit)
		room = slot->request.limit > 0 ? (size_t)slot->request.limit : 1;
	if (room == slot->room)
		return true;
	body = realloc(slot->body, room);
	if (!body)
		return false;
	slot->body = body;
	slot->room = room;
	return true;
}

static bool keep(struct http_slot *slot, const char *bytes, size_t n)
{
	if (!make_room(slot, n))
		return false;
	memcpy(slot->body + slot->size, bytes, n);
	return true;
}

/* The body of an answer that is none is read to its end, so that the connection can be used again,
 * but for what is long. */
static size_t pass_over(struct http_slot *slot, size_t n)
{
	slot->refusal += n;
	slot->is_cut = slot->refusal > HTTP_MAX_REFUSAL;
	return slot->is_cut ? 0 : n;
}

/* What is given back is not `n` where it is to end here. */
static size_t take_body(char *bytes, size_t size, size_t n, void *to)
{
	struct http_slot *slot = to;
	const struct http_sink *sink = slot->request.sink;

	n *= size;
	if (!slot->is_begun) {
		curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &slot->status);
		if (!is_wanted(slot))
			return pass_over(slot, n);
		if (!begin_body(slot)) {
			slot->is_refused = true;
			return 0;
		}
	}
	if (n > slot->request.limit - slot->size) {
		slot->is_over = true;
		return 0;
	}
	if (sink && !sink->put(slot->request.to, slot, bytes, n)) {
		slot->is_refused = true;
		return 0;
	}
	if (!sink && !keep(slot, bytes, n))
		return 0;
	slot->size += n;
	return n;
}

static size_t take_header(char *line, size_t size, size_t n, void *to)
{
	struct http_slot *slot = to;

	n *= size;
	/* Its last line is empty; libcurl takes a header for whole whose connection was lost.
	 * Behind a body there may be more of it. */
	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0)
		slot->has_header = false;
	else if (n > 0 && (line[0] == '\r' || line[0] == '\n'))
		slot->has_header = true;
	slot->headers += n;
	return slot->headers > HTTP_MAX_HEADERS ? 0 : n;
}

/* libcurl would send a request once more, and more than once, where a connection that was used
 * before is dead. Each try is one request. */
static int before_request(void *to, char *their_ip, char *our_ip, int their_port, int our_port)
{
	struct http_slot *slot = to;

	(void)their_ip;
	(void)our_ip;
	(void)their_port;
	(void)our_port;
	slot->is_lost = slot->is_sent;
	slot->is_sent = true;
	return slot->is_lost ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* ---- What is told ---- */

static struct curl_slist *add_line(struct curl_slist *lines, const char *line)
{
	struct curl_slist *longer = curl_slist_append(lines, line);

	if (!longer)
		curl_slist_free_all(lines);
	return longer;
}

/* The name has its colon. */
static struct curl_slist *add_pair(struct curl_slist *lines, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 2;
	char *line = malloc(size);

	if (line)
		snprintf(line, size, "%s %s", name, value);
	if (line)
		lines = add_line(lines, line);
	free(line);
	return lines;
}

static bool add_lines(struct http_client *client, const char *at)
{
	while (*at) {
		size_t n = strcspn(at, "\r\n");
		char *line = strndup(at, n);

		client->has_range |= n >= 6 && strncasecmp(at, "Range:", 6) == 0;
		if (n > 0 && line)
			client->lines = add_line(client->lines, line);
		free(line);
		if (!line || (n > 0 && !client->lines))
			return false;
		at += n + (at[n] != '\0');
	}
	return true;
}

bool http_attempt_lines(struct http_client *client)
{
	if (!add_lines(client, client->options.header) ||
	    !add_lines(client, client->options.secret_header))
		return false;
	if (*client->options.token)
		client->lines = add_pair(client->lines, "Authorization: Bearer",
		                         client->options.token);
	return client->lines || !*client->options.token;
}

static void set(struct http_slot *slot, CURLcode error)
{
	if (error)
		slot->client->error = error;
}

static void set_limits(struct http_slot *slot)
{
	const struct http_options *options = &slot->client->options;
	long stall = (long)((options->stall_ns + 999999999) / 1000000000);

	set(slot, curl_easy_setopt(slot->easy, CURLOPT_CONNECTTIMEOUT_MS,
	                           (long)(options->connect_ns / 1000000)));
	set(slot, curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS,
	                           (long)(options->timeout_ns / 1000000)));
	set(slot, curl_easy_setopt(slot->easy, CURLOPT_LOW_SPEED_LIMIT, 1L));
	set(slot, curl_easy_setopt(slot->easy, CURLOPT_LOW_SPEED_TIME, stall));
}

/* No name from a file or the environment is used but what the options say. */
static void set_origins(struct http_slot *slot)
{
	const struct http_options *options = &slot->client->options;
	bool from_environment = strcmp(options->proxy, "environment") == 0;

	set(slot, curl_easy_setopt(slot->easy, CURLOPT_PROTOCOLS_STR, "http,https"));
	set(slot, curl_easy_setopt(slot->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED));
	if (!from_environment)
		set(slot, curl_easy_setopt(slot->easy, CURLOPT_PROXY, options->proxy));
	if (!from_environment)
		set(slot, curl_easy_setopt(slot->easy, CURLOPT_NOPROXY, ""));
	if (*options->ca)
		set(slot, curl_easy_setopt(slot->easy, CURLOPT_CAINFO, options->ca));
}

void http_attempt_prepare(struct http_slot *slot)
{
	CURL *easy = slot->easy;

	set(slot, curl_easy_setopt(easy, CURLOPT_PRIVATE, slot));
	set(slot, curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->message));
	set(slot, curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body));
	set(slot, curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot));
	set(slot, curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header));
	set(slot, curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot));
	set(slot, curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request));
	set(slot, curl_easy_setopt(easy, CURLOPT_PREREQDATA, slot));
	set(slot, curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
	set(slot, curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L));
	/* A look-up of a name that hangs in its thread does not hold up who leaves it. */
	set(slot, curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L));
	set(slot, curl_easy_setopt(easy, CURLOPT_USERAGENT, "pkd"));
	set_limits(slot);
	set_origins(slot);
}

/* Each of `lines` once more, before others. */
static bool copy_lines(struct http_slot *slot, const struct curl_slist *lines)
{
	for (; lines; lines = lines->next) {
		slot->lines = add_line(slot->lines, lines->data);
		if (!slot->lines)
			return false;
	}
	return true;
}

/* The lines of this try. What proves who asks is for the first host alone. */
static bool set_lines(struct http_slot *slot)
{
	const struct http_options *options = &slot->client->options;
	const struct http_request *request = &slot->request;
	bool has_user = *options->user && !slot->is_away;

	curl_slist_free_all(slot->lines);
	slot->lines = NULL;
	if (!slot->is_away && !copy_lines(slot, slot->client->lines))
		return false;
	/* libcurl would ask first whether a body is welcome, and wait. */
	if (request->body)
		slot->lines = add_line(slot->lines, "Expect:");
	/* Without a type, libcurl would tell one. */
	if (request->body)
		slot->lines = add_pair(slot->lines, "Content-Type:", request->type);
	if (*slot->key)
		slot->lines = add_pair(slot->lines, "Idempotency-Key:", slot->key);
	if (request->sink)
		slot->lines = request->sink->lines(request->to, slot->lines);
	curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->lines);
	curl_easy_setopt(slot->easy, CURLOPT_USERNAME, has_user ? options->user : NULL);
	curl_easy_setopt(slot->easy, CURLOPT_PASSWORD, has_user ? options->password : NULL);
	return slot->lines || !request->body;
}

static void set_method(struct http_slot *slot)
{
	const struct http_request *request = &slot->request;

	if (!request->body) {
		curl_easy_setopt(slot->easy, CURLOPT_HTTPGET, 1L);
	} else {
		curl_easy_setopt(slot->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, request->body);
		curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		                 (curl_off_t)request->body_size);
	}
	curl_easy_setopt(slot->easy, CURLOPT_CUSTOMREQUEST,
	                 strcmp(request->method, "GET") == 0 ? NULL : request->method);
	/* A part of a file is a part of what the server has. */
	curl_easy_setopt(slot->easy, CURLOPT_ACCEPT_ENCODING, request->sink ? NULL : "");
}

/* A GET without any line of its own: nothing but the address is different from the last one. */
static bool is_bare(const struct http_slot *slot)
{
	const struct http_client *client = slot->client;

	return !slot->request.body && !slot->request.sink && !*slot->key && !client->lines &&
	       !*client->options.user && strcmp(slot->request.method, "GET") == 0;
}

static bool set_request(struct http_slot *slot)
{
	bool bare = is_bare(slot);

	if (bare && slot->is_bare)
		return true;
	slot->is_bare = bare;
	set_method(slot);
	return set_lines(slot);
}

bool http_attempt_begin(struct http_slot *slot)
{
	slot->headers = 0;
	slot->has_header = false;
	slot->refusal = 0;
	slot->size = 0;
	slot->status = 0;
	slot->is_over = slot->is_cut = slot->is_begun = false;
	slot->is_refused = slot->is_again = false;
	slot->is_sent = slot->is_lost = false;
	slot->message[0] = '\0';
	return set_request(slot) &&
	       curl_easy_setopt(slot->easy, CURLOPT_FRESH_CONNECT, (long)slot->is_fresh) ==
	               CURLE_OK &&
	       curl_easy_setopt(slot->easy, CURLOPT_URL, slot->url) == CURLE_OK &&
	       curl_multi_add_handle(slot->client->multi, slot->easy) == CURLM_OK;
}

/* ---- What came of it ---- */

/* Printable characters of ASCII, others as '?': it is text of a stranger. */
static void copy_plain(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; n + 1 < size && from[n]; n++)
		to[n] = from[n];
	to[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)to[i] < ' ' || (unsigned char)to[i] > '~')
			to[i] = '?';
}

void http_attempt_read(struct http_slot *slot)
{
	const char *type = NULL;

	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &slot->status);
	curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_TYPE, &type);
	copy_plain(slot->type, sizeof(slot->type), type ? type : "");
	if (!slot->is_begun && is_wanted(slot)) /* an empty body */
		slot->is_refused = !begin_body(slot);
}

const char *http_attempt_why(struct http_slot *slot, CURLcode error)
{
	if (slot->headers > HTTP_MAX_HEADERS)
		return "its header is too long";
	/* libcurl's limit. */
	if (error == CURLE_OUT_OF_MEMORY && slot->is_sent && !slot->has_header)
		return "a line of its header is too long, or has no end";
	if (error == CURLE_WRITE_ERROR)
		return "out of memory for its answer";
	if (slot->message[0])
		copy_plain(slot->message, sizeof(slot->message), slot->message);
	return slot->message[0] ? slot->message : curl_easy_strerror(error);
}

void http_attempt_say(struct http_slot *slot, const char *format, ...)
{
	char text[512];
	size_t used = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	while (text[used]) {
		size_t length = utf8_length(text + used, strlen(text + used));

		length = length ? length : 1;
		if (used + length >= sizeof(slot->why))
			break;
		used += length;
	}
	memcpy(slot->why, text, used);
	slot->why[used] = '\0';
}
