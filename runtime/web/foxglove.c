#include "web/foxglove.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/clock.h"

enum { FIRST_ROOM = 4096, MOST_ROOM = 8 << 20, HEADER = 13 };
enum { OP_MESSAGE = 1, OP_TIME = 2 };

/* ---- Notes ---- */

static struct pkdw_note *make_note(size_t n)
{
	struct pkdw_note *note = malloc(sizeof(*note) + n);

	if (note)
		*note = (struct pkdw_note){.n = n};
	return note;
}

void pkdw_note_add(struct pkdw_foxglove *client, struct pkdw_note *note)
{
	if (!note || client->n_notes == PKDW_MAX_NOTES) {
		client->overflows = true;
		free(note);
	} else {
		note->next = NULL;
		*client->last_note = note;
		client->last_note = &note->next;
		client->n_notes++;
	}
	lws_callback_on_writable(client->wsi);
}

void pkdw_note_json(struct pkdw_foxglove *client, pkdw_write *write, const void *what)
{
	struct pkdw_note *note = NULL;

	for (size_t room = FIRST_ROOM; room <= MOST_ROOM; room *= 4) {
		struct pkdi_out out = {.size = room};

		free(note);
		note = make_note(room);
		if (!note)
			break;
		out.text = note->text;
		write(client, what, &out);
		note->n = out.n;
		if (!out.is_full) {
			pkdw_note_add(client, note);
			return;
		}
	}
	free(note);
	client->overflows = true;
	lws_callback_on_writable(client->wsi);
}

struct status {
	int level;
	char text[400];
};

static void write_status(struct pkdw_foxglove *client, const void *what, struct pkdi_out *out)
{
	const struct status *status = what;

	(void)client;
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "op", "status");
	pkdi_out_signed(out, "level", status->level);
	pkdi_out_text(out, "message", status->text);
	pkdi_out_close(out, '}');
}

void pkdw_note_status(struct pkdw_foxglove *client, int level, const char *format, ...)
{
	struct status status = {.level = level};
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(status.text, sizeof(status.text), format, arguments);
	va_end(arguments);
	pkdw_note_json(client, write_status, &status);
}

/* ---- Sending ---- */

static int send_bytes(struct pkdw_foxglove *client, const void *head, size_t n_head,
                      const void *data, size_t n, bool is_binary)
{
	unsigned char *at = pkdw_room(client->web, n_head + n);

	if (!at)
		return -1;
	if (n_head)
		memcpy(at, head, n_head);
	memcpy(at + n_head, data, n);
	return lws_write(client->wsi, at, n_head + n,
	                 is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < (int)(n_head + n)
	               ? -1
	               : 0;
}

static int send_note(struct pkdw_foxglove *client)
{
	struct pkdw_note *note = client->notes;
	int r = send_bytes(client, NULL, 0, note->text, note->n, note->is_binary);

	client->notes = note->next;
	if (!client->notes)
		client->last_note = &client->notes;
	client->n_notes--;
	free(note);
	return r;
}

static int send_message(struct pkdw_foxglove *client, const struct pkdw_subscription *subscription,
                        struct pkdw_message *message)
{
	uint8_t head[HEADER] = {OP_MESSAGE};
	uint64_t log_ns = (uint64_t)message->log_ns;
	int r;

	memcpy(head + 1, &subscription->id, sizeof(subscription->id));
	memcpy(head + 5, &log_ns, sizeof(log_ns));
	r = send_bytes(client, head, sizeof(head), message->data, message->n, true);
	pkdw_message_let_go(message);
	return r;
}

static int send_time(struct pkdw_foxglove *client)
{
	uint64_t now_ns = (uint64_t)pkdw_clock(CLOCK_REALTIME);
	uint8_t message[9] = {OP_TIME};

	client->is_late = false;
	memcpy(message + 1, &now_ns, sizeof(now_ns));
	return send_bytes(client, NULL, 0, message, sizeof(message), true);
}

static void take_lines(struct pkdw_foxglove *client)
{
	size_t n;
	const char *line;

	while (client->n_notes < PKDW_MAX_NOTES / 2 && (line = pkdw_lane_line(client->lane, &n)))
		pkdw_ask_answer(client, line, n);
	for (struct pkdw_subscription *i = client->subscriptions; i; i = i->next)
		if (i->lane)
			pkdw_log_take(i);
}

/* One message at a time: libwebsockets asks again when it has gone. */
static int send_next(struct pkdw_foxglove *client)
{
	struct pkdw_subscription *subscription;
	struct pkdw_message *message;
	int r;

	take_lines(client);
	if (client->overflows)
		return pkdw_close(client->wsi, LWS_CLOSE_STATUS_POLICY_VIOLATION,
		                  "it does not take what it has asked for");
	if (client->notes)
		r = send_note(client);
	else if (client->is_late)
		r = send_time(client);
	else if ((message = pkdw_subscription_next(client, &subscription)))
		r = send_message(client, subscription, message);
	else if (pkdw_lane_has_ended(client->lane))
		return pkdw_close(client->wsi, LWS_CLOSE_STATUS_GOINGAWAY, "the program has ended");
	else
		return 0;
	lws_callback_on_writable(client->wsi);
	return r;
}

static void tick(lws_sorted_usec_list_t *timer)
{
	struct pkdw_foxglove *client = lws_container_of(timer, struct pkdw_foxglove, timer);

	client->is_late = true;
	pkdw_ask_give_up(client);
	if (client->watches_params && ++client->n_ticks % 5 == 0)
		pkdw_ask_look(client);
	lws_callback_on_writable(client->wsi);
	lws_sul_schedule(client->web->context, 0, timer, tick, PKDW_TICK_MS * 1000);
}

/* ---- The connection ---- */

static int begin(struct lws *wsi, struct pkdw_foxglove *client)
{
	const struct pkdw_arrival *arrival = lws_get_opaque_user_data(wsi);

	*client = (struct pkdw_foxglove){.wsi = wsi, .text = malloc(PKDW_MAX_REQUEST)};
	client->last_note = &client->notes;
	if (!client->text || !arrival)
		return -1;
	client->web = arrival->web;
	client->lane = pkdw_lane_create(arrival->web, wsi, arrival->is_read_only);
	if (!client->lane || !pkdw_channels(client->web))
		return pkdw_close(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION,
		                  "there is no place or no memory for it");
	pkdw_foxglove_greet(client);
	lws_sul_schedule(client->web->context, 0, &client->timer, tick, PKDW_TICK_MS * 1000);
	return 0;
}

static void end(struct pkdw_foxglove *client)
{
	struct pkdw_note *next;

	if (client->web) {
		lws_sul_schedule(client->web->context, 0, &client->timer, tick,
		                 LWS_SET_TIMER_USEC_CANCEL);
		pkdw_unsubscribe_all(client);
	}
	for (; client->notes; client->notes = next) {
		next = client->notes->next;
		free(client->notes);
	}
	pkdw_lane_destroy(client->lane);
	free(client->answer);
	pkdw_ask_forget(client);
	free(client->text);
	*client = (struct pkdw_foxglove){.web = NULL};
}

static int receive(struct lws *wsi, struct pkdw_foxglove *client, const char *in, size_t n)
{
	if (lws_is_first_fragment(wsi))
		client->n = 0;
	if (n > PKDW_MAX_REQUEST - client->n)
		return pkdw_close(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE,
		                  "a message has at most 65536 bytes");
	memcpy(client->text + client->n, in, n);
	client->n += n;
	if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
		return 0;
	if (lws_frame_is_binary(wsi))
		pkdw_foxglove_binary(client, (const uint8_t *)client->text, client->n);
	else
		pkdw_foxglove_text(client, client->text, client->n);
	client->n = 0;
	return 0;
}

int pkdw_foxglove_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                           size_t n)
{
	struct pkdw_foxglove *client = user;

	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		return begin(wsi, client);
	case LWS_CALLBACK_RECEIVE:
		return client->lane ? receive(wsi, client, in, n) : -1;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return client->lane ? send_next(client) : -1;
	case LWS_CALLBACK_CLOSED:
		end(client);
		return 0;
	default:
		return 0;
	}
}
