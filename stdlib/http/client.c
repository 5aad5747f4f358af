/* The client of transfer.h: what it waits for, and when.
 *
 * libcurl says what descriptors it waits for, and until when; both are in an epoll descriptor, the
 * time by a timer, which also has the times of pauses. `drive` is called when that is ready. */
#include "attempt.h"
#include "slot.h"
#include "transfer.h"
#include "url.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MAX_EVENTS = 64, MAX_ROUNDS = 16 };

/* ---- What libcurl waits for ---- */

static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *to, void *known)
{
	struct http_client *client = to;
	struct epoll_event event = {.data.fd = fd};

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(client->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	event.events = (what & CURL_POLL_IN ? EPOLLIN : 0U) |
	               (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
	if (epoll_ctl(client->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0 &&
	    errno == (known ? ENOENT : EEXIST))
		epoll_ctl(client->epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
	if (!known)
		curl_multi_assign(client->multi, fd, client);
	return 0;
}

static int timer_changed(CURLM *multi, long ms, void *to)
{
	struct http_client *client = to;

	(void)multi;
	client->multi_due_ns = ms < 0 ? INT64_MAX : pkd_now() + (int64_t)ms * 1000000;
	return 0;
}

static void set_timer(struct http_client *client)
{
	int64_t due_ns = client->multi_due_ns;
	struct itimerspec timer = {0};

	for (uint32_t i = 0; i < client->n_open && client->n_waiting > 0; i++)
		if (client->slots[i].state == HTTP_WAITING && client->slots[i].due_ns < due_ns)
			due_ns = client->slots[i].due_ns;
	/* What was armed and has come is read before it is armed anew. */
	if (client->armed_ns <= due_ns)
		return;
	client->armed_ns = due_ns;
	if (due_ns != INT64_MAX) {
		timer.it_value.tv_sec = due_ns / 1000000000;
		timer.it_value.tv_nsec = due_ns % 1000000000;
	}
	timerfd_settime(client->timer, TFD_TIMER_ABSTIME, &timer, NULL);
}

/* ---- Going on ---- */

static bool collect(struct http_client *client)
{
	bool any = false;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left))) {
		CURLcode error = message->data.result;
		struct http_slot *slot = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
		curl_multi_remove_handle(client->multi, slot->easy);
		http_slot_judge(slot, error);
		any = true;
	}
	return any;
}

static bool begin_due(struct http_client *client)
{
	int64_t now_ns = client->n_waiting > 0 ? pkd_now() : 0;
	bool any = false;

	for (uint32_t i = 0; i < client->n_open && client->n_waiting > 0; i++) {
		struct http_slot *slot = &client->slots[i];

		if (slot->state != HTTP_WAITING || slot->due_ns > now_ns)
			continue;
		http_slot_begin(slot);
		any = true;
	}
	return any;
}

static bool take_events(struct http_client *client)
{
	struct epoll_event events[MAX_EVENTS];
	int n = epoll_wait(client->epoll, events, MAX_EVENTS, 0), running;
	uint64_t expired;

	for (int i = 0; i < n; i++) {
		uint32_t got = events[i].events;
		int mask = (got & EPOLLIN ? CURL_CSELECT_IN : 0) |
		           (got & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
		           (got & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

		if (events[i].data.fd != client->timer)
			curl_multi_socket_action(client->multi, events[i].data.fd, mask, &running);
		else if (read(client->timer, &expired, sizeof(expired)) > 0)
			client->armed_ns = INT64_MAX;
	}
	return n > 0;
}

static bool take_time(struct http_client *client)
{
	int running;

	if (client->multi_due_ns == INT64_MAX || client->multi_due_ns > pkd_now())
		return false;
	client->multi_due_ns = INT64_MAX;
	curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	return true;
}

static bool go_on(struct http_client *client)
{
	bool more = take_time(client);

	more |= collect(client);
	return begin_due(client) || more;
}

void http_client_drive(struct http_client *client)
{
	bool more = true;

	for (int i = 0; i < MAX_ROUNDS && more; i++) {
		more = take_events(client);
		more |= go_on(client);
	}
	set_timer(client);
}

void http_client_begin(struct http_client *client)
{
	for (int i = 0; i < MAX_ROUNDS && go_on(client); i++)
		;
	set_timer(client);
}

static struct http_slot *open_slot(struct http_client *client)
{
	struct http_slot *slot = &client->slots[client->n_open];

	slot->client = client;
	slot->easy = curl_easy_init();
	if (!slot->easy)
		return NULL;
	http_attempt_prepare(slot);
	client->n_open++;
	return slot;
}

struct http_slot *http_client_slot(struct http_client *client)
{
	if (client->n_in_flight >= client->options.at_once)
		return NULL;
	for (uint32_t i = 0; i < client->n_open; i++)
		if (client->slots[i].state == HTTP_FREE)
			return &client->slots[i];
	return client->n_open < client->n_slots ? open_slot(client) : NULL;
}

/* ---- Start and end ---- */

static bool has_control(const char *text, const char *allowed)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' || *text == 127) && !strchr(allowed, *text))
			return true;
	return false;
}

/* A line of n bytes: by which of these a request is told from the next one, or its host; NULL: by
 * none. */
static const char *reserved(const char *line, size_t n)
{
	static const char *const names[] = {"Host", "Content-Length", "Transfer-Encoding"};
	size_t from = strspn(line, " \t"), to = strcspn(line, ":;\r\n");

	to = to < n ? to : n;
	while (to > from && (line[to - 1] == ' ' || line[to - 1] == '\t'))
		to--;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (to > from && to - from == strlen(names[i]) &&
		    strncasecmp(line + from, names[i], to - from) == 0)
			return names[i];
	return NULL;
}

static int check_lines(const char *parameter, const char *lines, struct pkd_ctx *ctx)
{
	if (has_control(lines, "\t\r\n"))
		return pkd_error(ctx, EINVAL, "%s has a control character", parameter);
	while (*lines) {
		size_t n = strcspn(lines, "\r\n");
		const char *name = reserved(lines, n);

		if (name)
			return pkd_error(ctx, EINVAL,
			                 "%s has a line '%s:', which is made of the address and "
			                 "the body: leave it out",
			                 parameter, name);
		lines += n + (lines[n] != '\0');
	}
	return PKD_OK;
}

/* What would be more than one line of a header, or end it. */
static int check_texts(const struct http_options *options, struct pkd_ctx *ctx)
{
	const struct {
		const char *parameter, *text;
	} texts[] = {{"token", options->token},
	             {"user", options->user},
	             {"password", options->password},
	             {"type", options->type}};
	int error = PKD_OK;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].text && has_control(texts[i].text, ""))
			return pkd_error(ctx, EINVAL,
			                 "%s has a control character, as the end of a line: write "
			                 "it in one line, which ends with '\\n' alone in a file",
			                 texts[i].parameter);
	error = check_lines("header", options->header, ctx);
	return error ? error : check_lines("secret_header", options->secret_header, ctx);
}

static int check(const struct http_options *options, struct pkd_ctx *ctx)
{
	const char *why;
	char *base;

	if (*options->user == '\0' && *options->password)
		return pkd_error(ctx, EINVAL, "there is a password, but no user: write user: …");
	if (*options->user && *options->token)
		return pkd_error(ctx, EINVAL, "there is a token, and a user: write one of them");
	if ((*options->user || *options->token || *options->secret_header) && !*options->base)
		return pkd_error(ctx, EINVAL,
		                 "addresses come from a stream, so a token, password or secret "
		                 "header would be told to whatever host they name: write "
		                 "base: \"https://host/\" for the one that it is for");
	if (check_texts(options, ctx))
		return -EINVAL;
	if (!*options->base)
		return PKD_OK;
	base = http_url_join("", options->base, &why);
	if (!base)
		return pkd_error(ctx, EINVAL, "the address that it begins with is none: %s", why);
	free(base);
	return PKD_OK;
}

static void set_multi(struct http_client *client)
{
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)client->options.at_once);
}

static bool open_descriptors(struct http_client *client)
{
	struct epoll_event event = {.events = EPOLLIN};

	client->epoll = epoll_create1(EPOLL_CLOEXEC);
	client->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (client->epoll < 0 || client->timer < 0)
		return false;
	event.data.fd = client->timer;
	return epoll_ctl(client->epoll, EPOLL_CTL_ADD, client->timer, &event) == 0;
}

static int open_slots(struct http_client *client, struct pkd_ctx *ctx)
{
	client->slots = calloc(client->n_slots, sizeof(*client->slots));
	if (!client->slots || !http_attempt_lines(client))
		return pkd_error(ctx, ENOMEM, "out of memory");
	while (client->n_open < client->options.at_once)
		if (!open_slot(client))
			return pkd_error(ctx, ENOMEM, "out of memory");
	if (client->error)
		return pkd_error(ctx, EINVAL, "libcurl does not take an option: %s",
		                 curl_easy_strerror(client->error));
	return PKD_OK;
}

int http_client_open(struct http_client *client, const struct http_options *options,
                     struct pkd_ctx *ctx)
{
	int error = check(options, ctx);

	client->options = *options;
	client->n_slots = options->slots ? options->slots : options->at_once;
	client->n_open = 0;
	client->multi_due_ns = client->armed_ns = INT64_MAX;
	client->epoll = client->timer = -1;
	if (error)
		return error;
	if (getrandom(&client->random, sizeof(client->random), GRND_NONBLOCK) < 0)
		client->random = (uint64_t)pkd_now();
	client->random |= 1;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return pkd_error(ctx, ENOMEM, "libcurl cannot start");
	client->multi = curl_multi_init();
	if (!client->multi || !open_descriptors(client))
		error = pkd_error(ctx, errno, "cannot wait for connections");
	else
		set_multi(client);
	if (!error)
		error = open_slots(client, ctx);
	if (!error && pkd_watch(ctx, client->epoll, POLLIN) < 0)
		error = pkd_error(ctx, ENOSPC, "this process watches too many descriptors");
	if (error)
		http_client_close(client);
	return error;
}

void http_client_close(struct http_client *client)
{
	for (uint32_t i = 0; i < client->n_open; i++) {
		struct http_slot *slot = &client->slots[i];

		http_slot_leave(slot);
		curl_easy_cleanup(slot->easy);
		curl_slist_free_all(slot->lines);
		free(slot->body);
	}
	free(client->slots);
	client->slots = NULL;
	client->n_open = 0;
	curl_slist_free_all(client->lines);
	client->lines = NULL;
	if (client->multi)
		curl_multi_cleanup(client->multi);
	client->multi = NULL;
	if (client->epoll >= 0)
		close(client->epoll);
	if (client->timer >= 0)
		close(client->timer);
	client->epoll = client->timer = -1;
}
