/* nt4.params: each parameter is a topic that is published and subscribed to. */
#include "dial.h"
#include "setting.h"

#include <errno.h>
#include <nt4/params.pkd.h>
#include <stdio.h>

enum { REASON_SIZE = 256 };

static const int64_t REPEAT_NS = 1000000000, LOOK_NS = 50000000;

struct setting {
	char held[NT4_SETTING_SIZE];  /* what the program has, as it was read last */
	char topic[NT4_SETTING_SIZE]; /* what the topic shows, be it a dashboard's */
	bool is_asked;                /* what becomes of the dashboard's is not known yet */
	bool is_answered;             /* it is, and `held` is not read yet */
	bool is_due;                  /* the topic is to be said again */
	int64_t shown_us;
};

struct nt4_params {
	const struct nt4_params_params *params;
	struct nt4_dial dial;
	struct setting *settings;
	uint32_t n;
	uint64_t version; /* of the parameters, as they were read last */
	bool is_read;
	uint32_t n_shown; /* the connection that they are shown by */
	int64_t ready_us; /* since when the connection is there */
	struct nt4_buffer content;
	struct io_Link link;
	int64_t told_ns;
	uint32_t n_seen;
};

/* ---- To the topics ---- */

static void show(struct nt4_params *self, uint32_t k, struct pkd_ctx *ctx)
{
	struct setting *setting = &self->settings[k];

	self->content.n = 0;
	nt4_setting_put(&self->content, pkd_setting_kind(ctx, k), setting->held,
	                nt4_type_code(self->dial.client.published[k].type));
	setting->shown_us = pkd_now() / 1000;
	if (self->content.n > 0 && !self->content.failed)
		nt4_client_put(&self->dial.client, k, setting->shown_us, self->content.data,
		               self->content.n);
	memcpy(setting->topic, setting->held, sizeof(setting->topic));
	setting->is_due = false;
}

/* False: some are just being changed. */
static bool read_all(struct nt4_params *self, struct pkd_ctx *ctx)
{
	uint64_t version = pkd_settings_version(ctx);
	char text[NT4_SETTING_SIZE];

	if (self->is_read && version == self->version)
		return true;
	for (uint32_t k = 0; k < self->n; k++) {
		if (pkd_setting_get(ctx, k, text, sizeof(text)) < 0)
			return false;
		memcpy(self->settings[k].held, text, sizeof(text));
	}
	self->version = version;
	return self->is_read = true;
}

/* What a dashboard has set is there already; said again, it would be newer than what that
 * dashboard says next. And as long as it is being carried out, the topic is the dashboard's. */
static void show_changes(struct nt4_params *self, struct pkd_ctx *ctx)
{
	if (!read_all(self, ctx))
		return;
	for (uint32_t k = 0; k < self->n; k++) {
		struct setting *setting = &self->settings[k];
		bool is_same = nt4_setting_is_same(pkd_setting_kind(ctx, k), setting->held,
		                                   setting->topic);

		if (setting->is_answered)
			setting->is_asked = setting->is_answered = false;
		if (!setting->is_asked && (setting->is_due || !is_same))
			show(self, k, ctx);
	}
}

/* A dashboard's topic of another type that numbers have as well. */
static void take_type(void *owner, uint32_t k, const char *type, bool is_there)
{
	struct nt4_params *self = owner;
	struct pkd_ctx *ctx = self->dial.ctx;

	if (!is_there || strcmp(type, self->dial.client.published[k].type) == 0)
		return;
	if (nt4_setting_fits(pkd_setting_kind(ctx, k), type) &&
	    nt4_client_retype(&self->dial.client, k, type))
		self->settings[k].is_due = true;
	else
		pkd_log(ctx, PKD_LOG_WARNING,
		        "the topic of %s is another program's, of the type '%s': it does not show "
		        "the parameter, which is of the type '%s'",
		        pkd_setting_name(ctx, k), type, self->dial.client.published[k].type);
}

/* ---- From the topics ---- */

static void take_value(void *owner, uint32_t k, int code, int64_t time_us, const char *value,
                       size_t n)
{
	struct nt4_params *self = owner;
	struct pkd_ctx *ctx = self->dial.ctx;
	struct setting *setting = &self->settings[k];
	enum pkd_kind kind = pkd_setting_kind(ctx, k);
	char text[NT4_SETTING_SIZE];

	(void)code;
	setting->is_due = true;
	if (time_us < self->ready_us)
		return;
	if (!nt4_setting_read(kind, value, n, text)) {
		pkd_log(ctx, PKD_LOG_WARNING, "what a dashboard gives for %s is no value of it",
		        pkd_setting_name(ctx, k));
		return;
	}
	/* While it is asked for another, the topic's is the one that will be. */
	if (!nt4_setting_is_same(kind, text, setting->is_asked ? setting->topic : setting->held)) {
		if (pkd_setting_set(ctx, k, text) != 0) {
			pkd_log(ctx, PKD_LOG_WARNING,
			        "%s cannot be set: the text is too long, or the "
			        "program has no console",
			        pkd_setting_name(ctx, k));
			return;
		}
		setting->is_asked = true;
		setting->is_answered = false;
	}
	/* Where what was said here is newer, the topic shows that, and is told what becomes of it. */
	setting->is_due = time_us < setting->shown_us;
	memcpy(setting->topic, text, sizeof(setting->topic));
}

/* The values are those that an answer is about before it is there. */
static void look_at_results(struct nt4_params *self, struct pkd_ctx *ctx)
{
	char reason[REASON_SIZE];

	for (uint32_t k = 0; k < self->n; k++) {
		struct setting *setting = &self->settings[k];
		int result;

		if (!setting->is_asked || setting->is_answered)
			continue;
		result = pkd_setting_result(ctx, k, reason, sizeof(reason));
		if (result == -EINPROGRESS)
			continue;
		setting->is_answered = true;
		if (result == 0)
			continue;
		setting->is_due = true;
		pkd_log(ctx, PKD_LOG_WARNING, "a dashboard's value for %s is refused: %s",
		        pkd_setting_name(ctx, k), reason);
	}
}

/* ---- The node ---- */

static int add_topics(struct nt4_params *self, struct pkd_ctx *ctx)
{
	struct nt4_client *client = &self->dial.client;
	const char *table = self->params->table;
	char name[600];
	bool ends; /* with a slash of its own */

	while (*table == '/')
		table++;
	self->n = pkd_n_settings(ctx);
	if (!*table || strlen(table) > 200 || self->n == 0)
		return pkd_error(
			ctx, EINVAL,
			"write where the topics are, table: \"SmartDashboard/tuning\", and "
			"which parameters there are, names: \"green.low\"");
	ends = table[strlen(table) - 1] == '/';
	self->settings = calloc(self->n, sizeof(*self->settings));
	for (uint32_t k = 0; k < self->n; k++) {
		const char *setting = pkd_setting_name(ctx, k);

		snprintf(name, sizeof(name), ends ? "/%s%s" : "/%s/%s", table,
		         setting ? setting : "");
		for (char *at = name + 1 + strlen(table); *at; at++)
			*at = *at == '.' ? '/' : *at;
		if (!self->settings ||
		    nt4_client_add_published(client, name,
		                             nt4_setting_type(pkd_setting_kind(ctx, k))) < 0 ||
		    nt4_client_add_subscribed(client, name) < 0)
			return pkd_error(ctx, ENOMEM, "no memory for topics");
	}
	client->owner = self;
	client->value = take_value;
	client->announced = take_type;
	client->period_us = LOOK_NS / 1000;
	return PKD_OK;
}

static void close_all(struct nt4_params *self)
{
	nt4_dial_close(&self->dial);
	nt4_buffer_free(&self->content);
	free(self->settings);
}

int nt4_params_init(struct nt4_params *self, const struct nt4_params_params *params,
                    struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	self->ready_us = INT64_MAX;
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

static void turn(struct nt4_params *self, struct pkd_ctx *ctx)
{
	nt4_dial_turn(&self->dial, ctx, pkd_now() + LOOK_NS);
	if (self->dial.phase != NT4_ONLINE) {
		self->ready_us = INT64_MAX;
	} else if (self->n_shown != self->dial.n_connections) {
		self->n_shown = self->dial.n_connections;
		/* The server's time is known as well as the round trip is short. */
		self->ready_us = self->dial.since_ns / 1000 - self->dial.client.best_us;
		for (uint32_t k = 0; k < self->n; k++)
			self->settings[k].is_due = true;
	}
	look_at_results(self, ctx);
	show_changes(self, ctx);
	if (nt4_client_has_frame(&self->dial.client))
		nt4_dial_turn(&self->dial, ctx, pkd_now() + LOOK_NS);
}

int nt4_params_step(struct nt4_params *self, const struct nt4_params_in *in,
                    struct nt4_params_out *out, struct pkd_ctx *ctx)
{
	struct nt4_params_state *state = nt4_params_get_state(ctx);
	uint32_t n;

	(void)in;
	if (pkd_stopping(ctx))
		return PKD_SKIP;
	turn(self, ctx);
	n = state->n_connections + self->dial.n_connections - self->n_seen;
	*out->link = (struct io_Link){.state = self->dial.phase == NT4_ONLINE ? io_LinkState_online
	                                       : self->dial.was_offline       ? io_LinkState_offline
	                                                                : io_LinkState_connecting,
	                              .since = self->dial.since_ns,
	                              .n_reconnects = n > 0 ? n - 1 : 0};
	if (self->told_ns && out->link->state == self->link.state &&
	    out->link->n_reconnects == self->link.n_reconnects) {
		out->link->since = self->link.since;
		if (pkd_now() < self->told_ns + REPEAT_NS)
			return pkd_later(ctx, self->told_ns + REPEAT_NS);
	}
	state->n_connections = n;
	self->n_seen = self->dial.n_connections;
	self->told_ns = pkd_now();
	self->link = *out->link;
	return PKD_OK;
}

int nt4_params_ready(struct nt4_params *self, struct pkd_ctx *ctx)
{
	turn(self, ctx);
	return PKD_OK;
}

void nt4_params_finish(struct nt4_params *self)
{
	close_all(self);
}

PKD_WATCHING_NODE(nt4_params);
