/* nt4.subscribe: the newest value of each topic is put together as they come. */
#include "../base/value.h"
#include "dial.h"
#include "fields.h"

#include <errno.h>
#include <nt4/subscribe.pkd.h>

static const int64_t REPEAT_NS = 1000000000;
/* A value that is sent again after a reconnection is known by its time, as far as that is known. */
static const int64_t SAME_US = 50000;

struct arrived {
	bool is_there, is_announced, has_told;
	int64_t time_us;
	struct nt4_buffer raw; /* as it came last */
};

struct nt4_subscribe {
	const struct nt4_subscribe_params *params;
	struct nt4_dial dial;
	struct nt4_fields fields;
	struct arrived *arrived; /* of each field */
	char *value;             /* of type T */
	bool is_new;
	struct io_Link link; /* as they were told last */
	enum nt4_State state;
	int64_t told_ns; /* when; 0: not yet */
	uint32_t n_seen; /* connections of this incarnation that are counted */
};

/* ---- What comes ---- */

static void take_announcement(void *owner, uint32_t k, const char *type, bool is_there)
{
	struct nt4_subscribe *self = owner;

	(void)type;
	self->arrived[k].is_announced = is_there;
	if (!is_there)
		self->arrived[k].is_there = false;
}

static bool is_known(const struct arrived *arrived, int64_t time_us, const char *value, size_t n)
{
	int64_t apart_us = time_us - arrived->time_us;

	return arrived->raw.n == n && n > 0 && memcmp(arrived->raw.data, value, n) == 0 &&
	       apart_us < SAME_US && apart_us > -SAME_US && !arrived->is_there;
}

static void take_value(void *owner, uint32_t k, int code, int64_t time_us, const char *value,
                       size_t n)
{
	struct nt4_subscribe *self = owner;
	struct arrived *arrived = &self->arrived[k];
	const struct nt4_field *field = &self->fields.items[k];
	bool was_known = is_known(arrived, time_us, value, n);

	arrived->is_there = nt4_field_take(&self->fields, field, code, value, n, self->value);
	if (!arrived->is_there) {
		if (!arrived->has_told)
			pkd_log(self->dial.ctx, PKD_LOG_WARNING,
			        "what comes of '%s' is no %s: it is left out", field->name,
			        field->of->name);
		arrived->has_told = true;
		return;
	}
	arrived->time_us = time_us;
	arrived->raw.n = 0;
	nt4_buffer_put(&arrived->raw, value, n);
	self->is_new |= !was_known;
}

/* ---- The node ---- */

static void close_all(struct nt4_subscribe *self)
{
	nt4_dial_close(&self->dial);
	for (uint32_t i = 0; self->arrived && i < self->fields.n; i++)
		nt4_buffer_free(&self->arrived[i].raw);
	nt4_fields_free(&self->fields);
	free(self->arrived);
	free(self->value);
}

static int add_topics(struct nt4_subscribe *self, struct pkd_ctx *ctx)
{
	struct nt4_client *client = &self->dial.client;
	int k = 0;

	if (!nt4_fields_make(&self->fields, self->params->T, self->params->table,
	                     (enum nt4_form)self->params->form) ||
	    (self->params->form == nt4_Form_json &&
	     !parse_is_possible(&self->fields.parse, self->params->T)))
		return pkd_error(ctx, EINVAL, "cannot read a %s: %s", self->params->T->name,
		                 *self->fields.why         ? self->fields.why
		                 : *self->fields.parse.why ? self->fields.parse.why
		                                           : "no memory");
	self->value = calloc(1, self->params->T->size);
	self->arrived = calloc(self->fields.n + 1, sizeof(*self->arrived));
	for (uint32_t i = 0; k >= 0 && i < self->fields.n; i++)
		k = nt4_client_add_subscribed(client, self->fields.items[i].name);
	if (k < 0 || !self->value || !self->arrived)
		return pkd_error(ctx, ENOMEM, "no memory for a %s", self->params->T->name);
	client->owner = self;
	client->value = take_value;
	client->announced = take_announcement;
	client->period_us = self->params->period / 1000;
	return PKD_OK;
}

int nt4_subscribe_init(struct nt4_subscribe *self, const struct nt4_subscribe_params *params,
                       struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	nt4_dial_init(&self->dial,
	              &(struct nt4_dial_options){.server = params->server,
	                                         .team = params->team,
	                                         .port = params->port,
	                                         .id = params->id,
	                                         .connect_ns = params->connect,
	                                         .retry_max_ns = params->retry_max},
	              ctx);
	error = add_topics(self, ctx);
	if (!error)
		error = nt4_dial_open(&self->dial, ctx);
	if (error)
		close_all(self);
	return error;
}

/* The time of the newest field; INT64_MIN: there is no value. */
static int64_t time_of_value(const struct nt4_subscribe *self)
{
	int64_t time_us = INT64_MIN / 1000;

	for (uint32_t i = 0; i < self->fields.n; i++) {
		if (!self->arrived[i].is_there)
			return INT64_MIN;
		if (self->arrived[i].time_us > time_us)
			time_us = self->arrived[i].time_us;
	}
	return time_us * 1000;
}

static enum nt4_State state_at(const struct nt4_subscribe *self, int64_t time_ns, int64_t now_ns)
{
	if (time_ns == INT64_MIN)
		return nt4_State_none;
	if (self->params->max_age && time_ns < now_ns - self->params->max_age)
		return nt4_State_stale;
	return nt4_State_fresh;
}

static bool look_at_link(const struct nt4_subscribe *self, struct pkd_ctx *ctx,
                         struct io_Link *ret_link)
{
	const struct nt4_subscribe_state *state = nt4_subscribe_get_state(ctx);
	uint32_t n = state->n_connections + self->dial.n_connections - self->n_seen;

	*ret_link = (struct io_Link){.state = self->dial.phase == NT4_ONLINE ? io_LinkState_online
	                                      : self->dial.was_offline       ? io_LinkState_offline
	                                                               : io_LinkState_connecting,
	                             .since = self->dial.since_ns,
	                             .n_reconnects = n > 0 ? n - 1 : 0};
	if (!self->told_ns || ret_link->state != self->link.state ||
	    ret_link->n_reconnects != self->link.n_reconnects)
		return true;
	ret_link->since = self->link.since;
	return false;
}

/* When something is to be said, if nothing comes. */
static int64_t next_time(const struct nt4_subscribe *self, int64_t time_ns)
{
	int64_t due_ns = self->told_ns + REPEAT_NS;

	if (self->state == nt4_State_fresh && self->params->max_age &&
	    time_ns + self->params->max_age + 1 < due_ns)
		due_ns = time_ns + self->params->max_age + 1;
	return due_ns;
}

int nt4_subscribe_step(struct nt4_subscribe *self, const struct nt4_subscribe_in *in,
                       struct nt4_subscribe_out *out, struct pkd_ctx *ctx)
{
	int64_t time_ns, now_ns = pkd_now();
	enum nt4_State state;
	struct io_Link link;
	bool is_news;

	(void)in;
	if (pkd_stopping(ctx))
		return PKD_SKIP;
	self->dial.ctx = ctx;
	time_ns = time_of_value(self);
	state = state_at(self, time_ns, now_ns);
	is_news = look_at_link(self, ctx, &link) || state != self->state;
	self->is_new &= state == nt4_State_fresh;
	if (!self->is_new && !is_news && now_ns < self->told_ns + REPEAT_NS)
		return pkd_later(ctx, next_time(self, time_ns));
	if (self->is_new) {
		value_copy(self->params->T, out->value, self->value);
		pkd_set_time(ctx, time_ns < now_ns ? time_ns : now_ns);
	} else {
		nt4_subscribe_absent_value(ctx);
		pkd_set_time(ctx, now_ns);
	}
	self->is_new = false;
	nt4_subscribe_get_state(ctx)->n_connections += self->dial.n_connections - self->n_seen;
	self->n_seen = self->dial.n_connections;
	self->told_ns = now_ns;
	self->link = *out->link = link;
	self->state = *out->state = state;
	return PKD_OK;
}

/* The step is called then, too. */
int nt4_subscribe_ready(struct nt4_subscribe *self, struct pkd_ctx *ctx)
{
	nt4_dial_turn(&self->dial, ctx, INT64_MAX);
	return PKD_OK;
}

void nt4_subscribe_finish(struct nt4_subscribe *self)
{
	close_all(self);
}

PKD_WATCHING_NODE(nt4_subscribe);
