/* mqtt.subscribe: a message is read from the broker's socket when there is room for it, and not
 * before. */
#include "../base/utf8.h"
#include "connection.h"
#include "inbox.h"

#include <errno.h>
#include <inttypes.h>
#include <mqtt/subscribe.pkd.h>
#include <poll.h>
#include <string.h>

enum { TEXT = 1 }; /* output numbers, in the order of subscribe.pkd */

/* A link that stays as it is is told so often, too. */
static const int64_t REPEAT_NS = 1000000000;

struct mqtt_subscribe {
	const struct mqtt_subscribe_params *params;
	struct mqtt_connection connection;
	struct mqtt_inbox inbox;
	struct io_Link link; /* as it was told last */
	int64_t told_ns;     /* when; 0: not yet */
	uint32_t n_seen;     /* connections of this incarnation that are counted */
	uint64_t n_left;     /* messages without room, of this incarnation */
	int ask_result;      /* of the library, when it was asked for the topic */
	bool is_refused;     /* the broker does not give the topic */
};

/* ---- Of the connection ---- */

static void ask(void *owner)
{
	struct mqtt_subscribe *self = owner;

	self->ask_result = mosquitto_subscribe(self->connection.mosquitto, NULL,
	                                       self->params->topic, (int)self->params->qos);
}

static void is_refused(void *owner)
{
	struct mqtt_subscribe *self = owner;

	self->is_refused = true;
}

static void receive(void *owner, const struct mosquitto_message *message)
{
	struct mqtt_subscribe *self = owner;

	mqtt_inbox_add(&self->inbox, message, pkd_now());
}

static struct mqtt_options options_of(const struct mqtt_subscribe_params *params)
{
	return (struct mqtt_options){.server = params->server,
	                             .port = params->port,
	                             .id = params->id,
	                             .keeps_session = params->session,
	                             .user = params->user,
	                             .password = params->password,
	                             .tls = params->tls,
	                             .ca = params->ca,
	                             .status = params->status,
	                             .keepalive_ns = params->keepalive,
	                             .connect_ns = params->connect,
	                             .retry_max_ns = params->retry_max};
}

int mqtt_subscribe_init(struct mqtt_subscribe *self, const struct mqtt_subscribe_params *params,
                        struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	if (mosquitto_sub_topic_check(params->topic) != MOSQ_ERR_SUCCESS)
		return pkd_error(ctx, EINVAL,
		                 "topic '%s' cannot be subscribed to: a + stands for a level, a # "
		                 "for all that follow, and is the last",
		                 params->topic);
	mqtt_inbox_init(&self->inbox);
	self->connection.options = options_of(params);
	self->connection.owner = self;
	self->connection.is_online = ask;
	self->connection.is_refused = is_refused;
	self->connection.message = receive;
	error = mqtt_connection_open(&self->connection, ctx);
	if (error)
		mqtt_connection_close(&self->connection);
	return error;
}

/* ---- What is given ---- */

/* Capture times of a source go on. */
static void set_time(int64_t time_ns, struct pkd_ctx *ctx)
{
	struct mqtt_subscribe_state *state = mqtt_subscribe_get_state(ctx);

	state->last = time_ns > state->last ? time_ns : state->last + 1;
	pkd_set_time(ctx, state->last);
}

static enum io_LinkState link_state(const struct mqtt_connection *connection)
{
	if (connection->phase == MQTT_ONLINE)
		return io_LinkState_online;
	return connection->was_offline ? io_LinkState_offline : io_LinkState_connecting;
}

/* What the link is now, and whether that is new. */
static bool look(const struct mqtt_subscribe *self, struct pkd_ctx *ctx, struct io_Link *ret_link)
{
	const struct mqtt_subscribe_state *state = mqtt_subscribe_get_state(ctx);
	uint32_t n = state->n_connections + self->connection.n_connections - self->n_seen;

	*ret_link = (struct io_Link){.state = link_state(&self->connection),
	                             .since = self->connection.since_ns,
	                             .n_reconnects = n > 0 ? n - 1 : 0};
	if (!self->told_ns || ret_link->state != self->link.state ||
	    ret_link->n_reconnects != self->link.n_reconnects)
		return true;
	ret_link->since = self->link.since;
	return false;
}

static void tell(struct mqtt_subscribe *self, const struct io_Link *link, struct io_Link *out,
                 struct pkd_ctx *ctx)
{
	mqtt_subscribe_get_state(ctx)->n_connections += self->connection.n_connections -
	                                                self->n_seen;
	self->n_seen = self->connection.n_connections;
	self->told_ns = pkd_now();
	self->link = *out = *link;
}

static void leave_out(struct mqtt_subscribe *self, const struct mosquitto_message *message,
                      struct pkd_ctx *ctx)
{
	self->n_left++;
	if (self->n_left == 1)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "a message of %d bytes of '%.256s' has no room, with N = %" PRIu32
		        ": it is left out, as any other that has none",
		        message->payloadlen, message->topic, self->params->N);
}

/* Whether it has room. */
static bool put_message(const struct mqtt_subscribe *self, const struct mosquitto_message *message,
                        struct mqtt_subscribe_out *out, struct pkd_ctx *ctx)
{
	size_t n = message->payloadlen > 0 ? (size_t)message->payloadlen : 0;

	if (n > self->params->N || strlen(message->topic) >= sizeof(out->message->topic.text))
		return false;
	if (pkd_wanted(ctx, TEXT) &&
	    !utf8_put(out->text->text, self->params->N, message->payload, n, &out->text->len))
		return false;
	if (n > 0)
		memcpy(out->payload->data, message->payload, n);
	out->payload->len = (uint32_t)n;
	pkd_string_set(&out->message->topic, message->topic);
	out->message->qos = (uint32_t)message->qos;
	out->message->retained = message->retain;
	return true;
}

static bool give_message(struct mqtt_subscribe *self, struct mqtt_subscribe_out *out,
                         struct pkd_ctx *ctx)
{
	struct mqtt_inbox_message *first = self->inbox.first;
	bool fits = put_message(self, &first->message, out, ctx);

	if (fits)
		set_time(first->arrived_ns, ctx);
	else
		leave_out(self, &first->message, ctx);
	mqtt_inbox_drop(&self->inbox);
	return fits;
}

static void give_none(struct pkd_ctx *ctx)
{
	mqtt_subscribe_absent_payload(ctx);
	mqtt_subscribe_absent_text(ctx);
	mqtt_subscribe_absent_message(ctx);
	set_time(pkd_now(), ctx);
}

/* There is a connection over which nothing will come. */
static int check_topic(const struct mqtt_subscribe *self, struct pkd_ctx *ctx)
{
	if (self->is_refused)
		return pkd_error(ctx, EACCES,
		                 "the broker refuses to give '%s': write a topic that %s may read",
		                 self->params->topic,
		                 *self->params->user ? self->params->user : "who has no user");
	if (self->ask_result != MOSQ_ERR_SUCCESS && self->ask_result != MOSQ_ERR_NO_CONN &&
	    self->ask_result != MOSQ_ERR_CONN_LOST)
		return pkd_error(ctx, EIO, "cannot ask for '%s': %s", self->params->topic,
		                 mosquitto_strerror(self->ask_result));
	return PKD_OK;
}

int mqtt_subscribe_step(struct mqtt_subscribe *self, const struct mqtt_subscribe_in *in,
                        struct mqtt_subscribe_out *out, struct pkd_ctx *ctx)
{
	struct io_Link link;
	bool is_new, has_message = false;
	int error;

	(void)in;
	if (pkd_stopping(ctx))
		return PKD_SKIP;
	if (!self->inbox.first)
		mqtt_connection_turn(&self->connection, ctx, 1);
	error = check_topic(self, ctx);
	if (error)
		return error;
	is_new = look(self, ctx, &link);
	if (self->inbox.first)
		has_message = give_message(self, out, ctx);
	if (!has_message && !is_new && pkd_now() < self->told_ns + REPEAT_NS) {
		pkd_watch(ctx, self->connection.fd, POLLIN);
		return pkd_later(ctx, self->inbox.first ? pkd_now() : self->told_ns + REPEAT_NS);
	}
	if (!has_message)
		give_none(ctx);
	tell(self, &link, out->link, ctx);
	return PKD_OK;
}

/* The step is called then, as soon as there is room. */
int mqtt_subscribe_ready(struct mqtt_subscribe *self, struct pkd_ctx *ctx)
{
	return pkd_watch(ctx, self->connection.fd, 0);
}

void mqtt_subscribe_finish(struct mqtt_subscribe *self)
{
	uint64_t n = self->n_left + self->inbox.n_lost;

	if (n > 0)
		pkd_log(self->connection.ctx, PKD_LOG_WARNING,
		        "%" PRIu64 " message%s had no room and %s left out", n, n == 1 ? "" : "s",
		        n == 1 ? "was" : "were");
	mqtt_connection_close(&self->connection);
	mqtt_inbox_free(&self->inbox);
}

PKD_WATCHING_NODE(mqtt_subscribe);
