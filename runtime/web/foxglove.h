/* One client of the Foxglove protocol (subprotocols foxglove.websocket.v1 and foxglove.sdk.v1).
 * What it is sent beside messages of channels waits in a queue of limited size; of a channel, it is
 * sent what it can take, and else the newest. */
#ifndef PKDW_FOXGLOVE_H
#define PKDW_FOXGLOVE_H

#include "console/json.h"
#include "console/out.h"
#include "web/channels.h"
#include "web/encoder.h"
#include "web/lane.h"
#include "web/message.h"
#include "web/values.h"
#include "web/web.h"

enum {
	PKDW_MAX_REQUEST = 65536, /* bytes of a message of a client */
	PKDW_MAX_NOTES = 256,     /* that wait to be sent */
	PKDW_MAX_ASKS = 64,       /* that the console has not answered */
	PKDW_PENDING = 32,        /* messages that wait for a subscription … */
	PKDW_PENDING_VIDEO = 8,   /* … to video; of JPEGs it is one */
	PKDW_MAX_SUBSCRIPTIONS = 256,
	PKDW_TICK_MS = 100, /* between two times that it is told */
};

struct pkdw_foxglove;

struct pkdw_subscription {
	struct pkdw_subscription *next;
	struct pkdw_foxglove *client;
	uint32_t id; /* the client's */
	const struct pkdw_channel *channel;
	struct pkdw_viewer viewer; /* of an image */
	struct pkdw_reader reader; /* of another stream */
	struct pkdw_lane *lane;    /* of the log */
	bool needs_key;            /* of video: what comes before one cannot be shown */
	unsigned n_pending, most;
	struct pkdw_message *pending[PKDW_PENDING];
};

/* A text or a binary message that is not of a channel. */
struct pkdw_note {
	struct pkdw_note *next;
	bool is_binary;
	size_t n;
	char text[];
};

enum pkdw_ask_kind {
	PKDW_ASK_GET,  /* parameters that the client has asked for */
	PKDW_ASK_LOOK, /* parameters that it is told of when they change */
	PKDW_ASK_SET,
	PKDW_ASK_CALL,
};

/* What the console is asked, in the order of its answers. */
struct pkdw_ask {
	enum pkdw_ask_kind kind;
	char id[80]; /* the client's, as JSON; "": none */
	uint32_t service, call;
	int64_t asked_ns;
	bool is_cdr;      /* of a call, rather than JSON */
	bool is_given_up; /* of a call: its client was told that no answer has come */
};

struct pkdw_foxglove {
	struct pkdw_web *web;
	struct lws *wsi;
	struct pkdw_lane *lane;
	struct pkdw_subscription *subscriptions, *turn; /* turn: which is sent next */
	unsigned n_subscriptions;
	struct pkdw_note *notes, **last_note;
	unsigned n_notes;
	struct pkdw_ask asks[PKDW_MAX_ASKS];
	unsigned n_asks;
	char *answer; /* what the lines of the first ask have given so far: JSON, items of an array */
	size_t n_answer;
	bool watches_params, is_late; /* late: a time is to be told */
	bool overflows;               /* it takes nothing: it is closed */
	unsigned n_ticks;
	char **told;   /* by parameter: as it was told last; NULL: never */
	bool *watched; /* likewise: whether it is to be told; NULL: of all */
	lws_sorted_usec_list_t timer;
	size_t n; /* of a message that is not whole */
	char *text;
};

/* ---- Notes: foxglove.c ---- */

/* Writes JSON into `out`, which may be too small: then it is called again. */
typedef void pkdw_write(struct pkdw_foxglove *client, const void *what, struct pkdi_out *out);

void pkdw_note_json(struct pkdw_foxglove *client, pkdw_write *write, const void *what);
/* Takes `text` of malloc, with room before it as in struct pkdw_note. */
void pkdw_note_add(struct pkdw_foxglove *client, struct pkdw_note *note);
/* level: 0 for information, 1 for a warning, 2 for an error. */
void pkdw_note_status(struct pkdw_foxglove *client, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

int pkdw_foxglove_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                           size_t n);

/* ---- The greeting, services, the graph: foxglove_hello.c ---- */

void pkdw_foxglove_greet(struct pkdw_foxglove *client);
void pkdw_foxglove_graph(struct pkdw_foxglove *client);

/* Service i + 1: a command of a node. */
struct pkdw_service {
	const struct pkd_node *node;
	const struct pkd_command *command;
};
bool pkdw_service_find(const struct pkd_program *program, uint32_t id,
                       struct pkdw_service *ret_service);
/* Whether it can be called with CDR, too; always with JSON. */
bool pkdw_service_has_cdr(const struct pkdw_service *service);

/* ---- Subscriptions: subscription.c ---- */

struct pkdw_subscribe {
	uint32_t id, channel;
	struct pkdi_web_limits limits; /* of images */
};

void pkdw_subscribe(struct pkdw_foxglove *client, const struct pkdw_subscribe *wanted);
void pkdw_unsubscribe(struct pkdw_foxglove *client, uint32_t id);
void pkdw_unsubscribe_all(struct pkdw_foxglove *client);

/* The next message of a subscription, taken out of it; NULL: none waits. */
struct pkdw_message *pkdw_subscription_next(struct pkdw_foxglove *client,
                                            struct pkdw_subscription **ret_subscription);

/* The message stays the caller's. */
void pkdw_subscription_take(struct pkdw_subscription *subscription, struct pkdw_message *message);

/* ---- Requests: foxglove_request.c ---- */

void pkdw_foxglove_text(struct pkdw_foxglove *client, const char *text, size_t n);
void pkdw_foxglove_binary(struct pkdw_foxglove *client, const uint8_t *data, size_t n);

/* ---- What the console is asked: foxglove_ask.c ---- */

/* `names` is an array of `json`, or PKDI_JSON_NONE for all. `id` is JSON, or "". */
void pkdw_ask_get(struct pkdw_foxglove *client, const struct pkdi_json *json, uint32_t names,
                  const char *id);
void pkdw_ask_look(struct pkdw_foxglove *client);
/* It is told of changes of those in `names`, an array of `json`, or PKDI_JSON_NONE for all. */
void pkdw_ask_watch(struct pkdw_foxglove *client, const struct pkdi_json *json, uint32_t names,
                    bool watches);
void pkdw_ask_forget(struct pkdw_foxglove *client);
void pkdw_ask_set(struct pkdw_foxglove *client, const struct pkdi_json *json, uint32_t parameters,
                  const char *id);
void pkdw_ask_call(struct pkdw_foxglove *client, const struct pkdw_service *service,
                   const struct pkdw_ask *ask, const char *arguments, size_t n);
/* The client is told that a call has failed. */
void pkdw_ask_fail(struct pkdw_foxglove *client, const struct pkdw_ask *ask, const char *why);
void pkdw_ask_answer(struct pkdw_foxglove *client, const char *line, size_t n);
/* Gives up calls that have waited for too long, also for others before them. */
void pkdw_ask_give_up(struct pkdw_foxglove *client);

/* ---- Parameters: foxglove_param.c ---- */

/* By its name, "dim" or "n.step", and its number among all, those of the program first; NULL:
 * none. */
const struct pkd_param *pkdw_param_find(const struct pkd_program *program, const char *name,
                                        uint32_t *ret_number);
/* As an item of `parameterValues`; `text` is its value as the console tells it. */
void pkdw_param_put(const struct pkd_param *param, const char *name, const char *text,
                    struct pkdi_out *out);
/* Whether a client that watches it does not know this item yet, which it is told now. */
bool pkdw_param_is_news(struct pkdw_foxglove *client, uint32_t number, const char *text, size_t n);

/* ---- The log: foxglove_log.c ---- */

bool pkdw_log_begin(struct pkdw_subscription *subscription);
/* Lines that have come, as far as there is room for them. */
void pkdw_log_take(struct pkdw_subscription *subscription);

#endif
