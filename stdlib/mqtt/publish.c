/* mqtt.publish: values wait in persistent memory until the broker has taken them.
 *
 * A firing stores one value, and says in the same commit how many were taken by then. So what is
 * between `taken` and `stored` of the last commit, and the value at hand, have places of their own
 * in the WAITING + 1. */
#include "../base/value.h"
#include "../table/json_text.h"
#include "connection.h"

#include <errno.h>
#include <inttypes.h>
#include <mqtt/publish.pkd.h>
#include <stdlib.h>

enum { PACKETS_AT_ONCE = 64, MQTT_MAX_PAYLOAD = 268435455 - 65537 };

/* Of a value that waits: how the library calls it. */
struct handed {
	int mid;
	bool is_taken;
};

struct mqtt_publish {
	const struct mqtt_publish_params *params;
	struct mqtt_connection connection;
	char *values;
	struct handed *handed;    /* number k at k % WAITING */
	uint64_t taken;           /* all before this one are */
	uint64_t next;            /* all before this one are handed to the library */
	uint64_t stored, dropped; /* as the last firing has left them */
	uint64_t n_told;          /* of those that were dropped */
	int64_t flush_until_ns;   /* 0: not yet */
	char *text;               /* JSON */
	size_t text_size;
};

/* ---- Values to the broker ---- */

static const char *place(const struct mqtt_publish *self, uint64_t k)
{
	return self->values + k % (self->params->WAITING + UINT64_C(1)) * self->params->T->size;
}

static struct handed *handed(struct mqtt_publish *self, uint64_t k)
{
	return &self->handed[k % self->params->WAITING];
}

/* The payload of a value, until the next. NULL: no memory. */
static const char *payload_of(struct mqtt_publish *self, const void *value, size_t *ret_n)
{
	const struct pkd_type *T = self->params->T;
	char *larger;

	if (T->kind == PKD_STRING || T->kind == PKD_BYTES) {
		*ret_n = pkd_length(value, T->n);
		return (const char *)value + sizeof(uint32_t);
	}
	*ret_n = table_json_text(T, value, self->text, self->text_size);
	if (*ret_n <= self->text_size)
		return self->text;
	larger = realloc(self->text, *ret_n);
	if (!larger)
		return NULL;
	self->text = larger;
	self->text_size = *ret_n;
	table_json_text(T, value, self->text, self->text_size);
	return self->text;
}

/* What the broker has taken in a row makes room. */
static void advance(struct mqtt_publish *self)
{
	while (self->taken < self->next && handed(self, self->taken)->is_taken)
		handed(self, self->taken++)->mid = 0;
}

/* False: the library has no memory, and it is tried again. */
static bool hand_one(struct mqtt_publish *self, uint64_t k)
{
	size_t n;
	const char *payload = payload_of(self, place(self, k), &n);
	int result;

	if (!payload)
		return false;
	handed(self, k)->is_taken = n > MQTT_MAX_PAYLOAD;
	if (n > MQTT_MAX_PAYLOAD) {
		pkd_log(self->connection.ctx, PKD_LOG_ERROR,
		        "a value of %zu bytes is left out: MQTT has room for %d", n,
		        MQTT_MAX_PAYLOAD);
		return true;
	}
	result = mosquitto_publish(self->connection.mosquitto, &handed(self, k)->mid,
	                           self->params->topic, (int)n, payload, (int)self->params->qos,
	                           self->params->retain);
	return result == MOSQ_ERR_SUCCESS;
}

static void hand(struct mqtt_publish *self)
{
	while (self->connection.phase == MQTT_ONLINE && self->next < self->stored &&
	       hand_one(self, self->next))
		self->next++;
	advance(self);
}

static void is_taken(void *owner, int mid)
{
	struct mqtt_publish *self = owner;

	for (uint64_t k = self->taken; k < self->next; k++)
		if (handed(self, k)->mid == mid)
			handed(self, k)->is_taken = true;
	advance(self);
}

static void is_online(void *owner)
{
	struct mqtt_publish *self = owner;

	if (self->dropped > self->n_told)
		pkd_log(self->connection.ctx, PKD_LOG_WARNING,
		        "%" PRIu64 " value%s left out while there was no connection",
		        self->dropped - self->n_told,
		        self->dropped - self->n_told == 1 ? " was" : "s were");
	self->n_told = self->dropped;
	hand(self);
}

/* What has a QoS the library sends again by itself; else it has forgotten it. */
static void is_lost(void *owner)
{
	struct mqtt_publish *self = owner;

	if (self->params->qos == 0)
		self->next = self->taken;
}

/* ---- The node ---- */

static int check(const struct mqtt_publish_params *params, struct pkd_ctx *ctx)
{
	if (!*params->topic || mosquitto_pub_topic_check(params->topic) != MOSQ_ERR_SUCCESS)
		return pkd_error(ctx, EINVAL,
		                 "topic '%s' is none to publish to: it has a + or a #, or is empty",
		                 params->topic);
	if (!table_json_is_whole(params->T))
		return pkd_error(ctx, EINVAL,
		                 "JSON has no images: give the other fields of %s alone, or make a "
		                 "JPEG of the image by image.jpeg",
		                 params->T->name);
	return PKD_OK;
}

static void set_options(struct mqtt_publish *self)
{
	const struct mqtt_publish_params *params = self->params;

	self->connection = (struct mqtt_connection){.options = {.server = params->server,
	                                                        .port = params->port,
	                                                        .id = params->id,
	                                                        .user = params->user,
	                                                        .password = params->password,
	                                                        .tls = params->tls,
	                                                        .ca = params->ca,
	                                                        .status = params->status,
	                                                        .keepalive_ns = params->keepalive,
	                                                        .connect_ns = params->connect,
	                                                        .retry_max_ns = params->retry_max},
	                                            .owner = self,
	                                            .is_online = is_online,
	                                            .is_lost = is_lost,
	                                            .published = is_taken};
}

static void release(struct mqtt_publish *self)
{
	mqtt_connection_close(&self->connection);
	free(self->handed);
	free(self->text);
}

int mqtt_publish_init(struct mqtt_publish *self, const struct mqtt_publish_params *params,
                      struct pkd_ctx *ctx)
{
	const struct mqtt_publish_state *state = mqtt_publish_get_state(ctx);
	int error = check(params, ctx);

	if (error)
		return error;
	self->params = params;
	self->values = mqtt_publish_get_values(ctx);
	self->taken = self->next = state->taken;
	self->stored = state->stored;
	self->dropped = self->n_told = state->dropped;
	self->handed = calloc(params->WAITING, sizeof(self->handed[0]));
	if (!self->handed)
		return pkd_error(ctx, ENOMEM, "no memory for %u values", params->WAITING);
	set_options(self);
	error = mqtt_connection_open(&self->connection, ctx);
	if (error)
		release(self);
	return error;
}

/* What the library is handed it sends in the next turn. */
int mqtt_publish_ready(struct mqtt_publish *self, struct pkd_ctx *ctx)
{
	uint64_t next = self->next;

	mqtt_connection_turn(&self->connection, ctx, PACKETS_AT_ONCE);
	hand(self);
	if (self->next != next)
		mqtt_connection_turn(&self->connection, ctx, PACKETS_AT_ONCE);
	return PKD_OK;
}

/* At the end of the inputs. */
static int give_out(struct mqtt_publish *self, struct pkd_ctx *ctx)
{
	if (!self->flush_until_ns)
		self->flush_until_ns = pkd_now() + self->params->grace;
	if (self->taken == self->stored || pkd_now() >= self->flush_until_ns)
		return PKD_SKIP;
	return pkd_later(ctx, self->flush_until_ns);
}

static int leave_out(struct mqtt_publish *self, struct mqtt_publish_state *state,
                     struct pkd_ctx *ctx)
{
	if (self->dropped == self->n_told)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "there is no connection: values are left out until there is one");
	self->dropped = ++state->dropped;
	state->taken = self->taken;
	return PKD_OK;
}

int mqtt_publish_step(struct mqtt_publish *self, const struct mqtt_publish_in *in,
                      struct mqtt_publish_out *out, struct pkd_ctx *ctx)
{
	struct mqtt_publish_state *state = mqtt_publish_get_state(ctx);

	(void)out;
	self->connection.ctx = ctx;
	if (pkd_flushing(ctx))
		return give_out(self, ctx);
	if (self->connection.phase != MQTT_ONLINE && self->params->offline == io_Offline_drop)
		return leave_out(self, state, ctx);
	if (self->stored - self->taken >= self->params->WAITING)
		return PKD_LATER; /* the connection's descriptor says when */
	value_copy(self->params->T, (char *)place(self, self->stored), in->value);
	self->stored = ++state->stored;
	state->taken = self->taken;
	hand(self);
	mqtt_connection_turn(&self->connection, ctx, PACKETS_AT_ONCE);
	return PKD_OK;
}

void mqtt_publish_finish(struct mqtt_publish *self)
{
	uint64_t n = self->stored - self->taken, dropped = self->dropped - self->n_told;

	if (n > 0)
		pkd_log(self->connection.ctx, PKD_LOG_WARNING,
		        "the broker has not taken the last %" PRIu64 " value%s", n,
		        n == 1 ? "" : "s");
	if (dropped > 0)
		pkd_log(self->connection.ctx, PKD_LOG_WARNING,
		        "%" PRIu64 " value%s left out while there was no connection", dropped,
		        dropped == 1 ? " was" : "s were");
	release(self);
}

PKD_WATCHING_NODE(mqtt_publish);
