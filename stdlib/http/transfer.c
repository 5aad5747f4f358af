/* The slots of transfer.h: what becomes of a request, try by try. */
#include "transfer.h"

#include "../base/retry.h"
#include "attempt.h"
#include "retry.h"
#include "slot.h"
#include "url.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- The slots ---- */

static uint32_t is_in_flight(enum http_state state)
{
	return state == HTTP_WAITING || state == HTTP_RUNNING;
}

static void set_state(struct http_slot *slot, enum http_state state)
{
	struct http_client *client = slot->client;

	client->n_waiting -= slot->state == HTTP_WAITING;
	client->n_waiting += state == HTTP_WAITING;
	client->n_in_flight -= is_in_flight(slot->state);
	client->n_in_flight += is_in_flight(state);
	slot->state = state;
}

static void wait_until(struct http_slot *slot, int64_t due_ns)
{
	set_state(slot, HTTP_WAITING);
	slot->due_ns = due_ns;
}

static void end(struct http_slot *slot)
{
	slot->took_ns = pkd_now() - slot->begun_ns;
	set_state(slot, HTTP_DONE);
}

/* "cannot get 'http://host/path': " and the reason. */
static void fail(struct http_slot *slot, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void fail(struct http_slot *slot, const char *format, ...)
{
	char shown[HTTP_SHOWN_SIZE], reason[HTTP_WHY_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	http_url_show(slot->url ? slot->url : "", shown);
	http_attempt_say(slot, "cannot %s '%s': %s",
	                 strcmp(slot->request.method, "GET") == 0 ? "get" : slot->request.method,
	                 shown, reason);
	slot->is_failed = true;
	end(slot);
}

/* Whether it has its turn at the rate; else it waits for the one that it is given. */
static bool take_turn(struct http_slot *slot)
{
	struct http_client *client = slot->client;
	int64_t now_ns = pkd_now(), turn_ns = client->next_turn_ns;

	if (slot->has_turn || client->rate <= 0)
		return true;
	slot->has_turn = true;
	turn_ns = turn_ns > now_ns ? turn_ns : now_ns;
	client->next_turn_ns = turn_ns + (int64_t)(1e9 / (double)client->rate);
	if (turn_ns == now_ns)
		return true;
	wait_until(slot, turn_ns);
	return false;
}

void http_slot_begin(struct http_slot *slot)
{
	if (!take_turn(slot))
		return;
	set_state(slot, HTTP_RUNNING);
	slot->has_turn = false;
	slot->tries++;
	slot->is_fresh = slot->is_lost;
	if (!http_attempt_begin(slot))
		fail(slot, "out of memory");
}

/* Later, where the number of tries and the patience allow that; `why` is what came of this one. */
static void try_later(struct http_slot *slot, const char *why)
{
	const struct http_options *options = &slot->client->options;
	const char *asked = http_slot_header(slot, "Retry-After");
	int64_t asked_ns = asked ? http_retry_after(asked, time(NULL)) : 0;
	int64_t pause_ns = retry_pause_after(slot->tries, options->retry_first_ns,
	                                     options->retry_max_ns, &slot->client->random);
	int64_t left_ns = slot->begun_ns + options->patience_ns - pkd_now();

	pause_ns = asked_ns > pause_ns ? asked_ns : pause_ns;
	if (slot->tries > options->retries)
		fail(slot, "%s, after %" PRIu32 " tr%s", why, slot->tries,
		     slot->tries == 1 ? "y" : "ies");
	else if (asked_ns > left_ns)
		fail(slot, "%s, and asks for a pause of %" PRId64 " s, beyond the patience", why,
		     asked_ns / 1000000000);
	else if (pause_ns > left_ns)
		fail(slot, "%s, and the patience of %" PRId64 " s is at its end", why,
		     options->patience_ns / 1000000000);
	else
		wait_until(slot, pkd_now() + pause_ns);
}

/* A POST becomes a GET, and so does anything behind 303; 307 and 308 repeat the request as it was
 * (RFC 9110, 15.4), but nothing other than a GET is for a host that the program does not name. */
static void redirect(struct http_slot *slot, const char *location)
{
	char shown[HTTP_SHOWN_SIZE];
	const char *why;
	char *url = NULL;
	bool becomes_get;

	if (slot->n_redirects == slot->client->options.redirects) {
		fail(slot, "redirected more than %" PRIu32 " times", slot->n_redirects);
		return;
	}
	url = http_url_join(slot->url, location, &why);
	if (!url) {
		fail(slot, "redirected to where nothing is asked: %s", why);
		return;
	}
	becomes_get = slot->status == 303 ||
	              (slot->status <= 302 && strcmp(slot->request.method, "POST") == 0);
	if (!becomes_get && strcmp(slot->request.method, "GET") != 0 &&
	    !http_url_same_host(slot->url, url)) {
		http_url_show(url, shown);
		free(url);
		fail(slot, "redirected with its body to another host: write '%s'", shown);
		return;
	}
	slot->n_redirects++;
	slot->is_away |= !http_url_same_host(slot->url, url);
	free(slot->url);
	slot->url = url;
	if (becomes_get) {
		slot->request.method = "GET";
		slot->request.body = NULL;
		slot->key[0] = '\0';
	}
	slot->tries--;
	http_slot_begin(slot);
}

static bool is_redirect(long status)
{
	return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

static void judge_status(struct http_slot *slot)
{
	const char *location = is_redirect(slot->status) ? http_slot_header(slot, "Location")
	                                                 : NULL;
	char why[64];

	snprintf(why, sizeof(why), "the server answers %ld", slot->status);
	if (location)
		redirect(slot, location);
	else if (http_retry_status(slot->status))
		try_later(slot, why);
	else if (slot->status == 206 && !http_attempt_may_be_part(slot))
		fail(slot, "the server sends a part of it (206), which nobody asked for");
	else if ((slot->status >= 200 && slot->status < 300) || slot->is_begun)
		end(slot);
	else
		fail(slot, "%s", why);
}

void http_slot_judge(struct http_slot *slot, CURLcode error)
{
	const struct http_request *request = &slot->request;

	http_attempt_read(slot);
	if (error == CURLE_OK && slot->has_header && slot->is_begun && !slot->is_refused &&
	    request->sink)
		slot->is_refused = !request->sink->end(request->to, slot);
	if (slot->is_over)
		fail(slot, "the answer has more than %s = %" PRIu64 " bytes: raise it",
		     request->limit_name, request->limit);
	else if (slot->is_refused && slot->is_again)
		try_later(slot, slot->refusal_text);
	else if (slot->is_refused)
		fail(slot, "%s", slot->refusal_text);
	else if (slot->is_lost)
		try_later(slot, "the connection was lost before an answer came");
	else if (error == CURLE_OK && !slot->has_header)
		try_later(slot, "the connection was closed in the header");
	else if (error == CURLE_OK || slot->is_cut)
		judge_status(slot);
	else if (http_retry_error(error))
		try_later(slot, http_attempt_why(slot, error));
	else
		fail(slot, "%s", http_attempt_why(slot, error));
}

/* ---- For nodes ---- */

static void reset(struct http_slot *slot)
{
	slot->is_failed = slot->is_away = slot->has_turn = slot->is_lost = false;
	slot->n_redirects = slot->tries = 0;
	slot->status = 0;
	slot->size = 0;
	slot->took_ns = 0;
	slot->type[0] = slot->why[0] = '\0';
	slot->begun_ns = pkd_now();
}

void http_slot_skip(struct http_slot *slot)
{
	reset(slot);
	end(slot);
}

void http_slot_start(struct http_slot *slot, const struct http_request *request)
{
	const char *base = slot->client->options.base, *why = "out of memory";
	char *copy = strndup(request->url, request->url_n);

	reset(slot);
	slot->request = *request;
	snprintf(slot->key, sizeof(slot->key), "%s", request->key ? request->key : "");
	slot->url = copy ? http_url_join(base, copy, &why) : NULL;
	if (slot->url) {
		slot->is_away = *base && !http_url_same_host(base, slot->url);
		http_slot_begin(slot);
	} else {
		slot->url = copy; /* for the message */
		fail(slot, "%s", why);
		slot->url = NULL;
	}
	free(copy);
}

const char *http_slot_header(struct http_slot *slot, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(slot->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return NULL;
	return header->value;
}

void http_slot_leave(struct http_slot *slot)
{
	if (slot->state == HTTP_RUNNING)
		curl_multi_remove_handle(slot->client->multi, slot->easy);
	set_state(slot, HTTP_FREE);
	free(slot->url);
	slot->url = NULL;
}

char *http_slot_take_body(struct http_slot *slot)
{
	char *body = slot->size > 0 ? slot->body : NULL;

	if (!body)
		return NULL;
	slot->body = NULL;
	slot->room = 0;
	return body;
}
