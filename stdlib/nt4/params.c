/* nt4.params: each parameter is a topic that is published and subscribed to. */
#include "dial.h"

#include <errno.h>
#include <inttypes.h>
#include <nt4/params.pkd.h>
#include <pkd/text.h>
#include <stdio.h>

enum { TEXT_SIZE = 256, REASON_SIZE = 256 };

static const int64_t REPEAT_NS = 1000000000, LOOK_NS = 50000000;

struct setting {
	char text[TEXT_SIZE];  /* that the topic shows */
	char asked[TEXT_SIZE]; /* by a dashboard, last; "": nothing */
	bool is_asked;         /* what becomes of it is not known yet */
};

struct nt4_params {
	const struct nt4_params_params *params;
	struct nt4_dial dial;
	struct setting *settings;
	uint32_t n;
	uint64_t version; /* of the parameters that the topics show */
	bool is_shown;
	uint32_t n_shown; /* the connection that they are shown by */
	int64_t ready_us; /* since when the connection is there */
	struct nt4_buffer content;
	struct io_Link link;
	int64_t told_ns;
	uint32_t n_seen;
};

/* ---- To the topics ---- */

static bool is_real(enum pkd_kind kind)
{
	return kind == PKD_F32 || kind == PKD_F64;
}

static bool is_whole(enum pkd_kind kind)
{
	return kind >= PKD_I8 && kind <= PKD_U64;
}

static const char *type_of(enum pkd_kind kind)
{
	return is_real(kind)      ? "double"
	       : is_whole(kind)   ? "int"
	       : kind == PKD_BOOL ? "boolean"
	                          : "string";
}

static void show(struct nt4_params *self, uint32_t k, struct pkd_ctx *ctx)
{
	enum pkd_kind kind = pkd_setting_kind(ctx, k);
	const char *text = self->settings[k].text;

	self->content.n = 0;
	if (is_real(kind))
		nt4_put_double(&self->content, strtod(text, NULL));
	else if (kind == PKD_U64)
		nt4_put_uint(&self->content, strtoull(text, NULL, 10));
	else if (is_whole(kind))
		nt4_put_int(&self->content, strtoll(text, NULL, 10));
	else if (kind == PKD_BOOL)
		nt4_put_bool(&self->content, strcmp(text, "true") == 0);
	else
		nt4_put_string(&self->content, text, strlen(text));
	if (!self->content.failed)
		nt4_client_put(&self->dial.client, k, pkd_now() / 1000, self->content.data,
		               self->content.n);
}

/* A dashboard may write a number otherwise, 5 for 5.0. */
static bool is_same(enum pkd_kind kind, const char *a, const char *b)
{
	if (is_real(kind) && *a && *b)
		return strtod(a, NULL) == strtod(b, NULL);
	return strcmp(a, b) == 0;
}

/* All at first, and with a connection; then those that have changed. */
static void show_changes(struct nt4_params *self, struct pkd_ctx *ctx)
{
	uint64_t version = pkd_settings_version(ctx);
	char text[TEXT_SIZE];

	if (self->is_shown && version == self->version)
		return;
	for (uint32_t k = 0; k < self->n; k++) {
		if (pkd_setting_get(ctx, k, text, sizeof(text)) < 0)
			return; /* it is just being changed: later */
		if (self->is_shown && strcmp(text, self->settings[k].text) == 0)
			continue;
		memcpy(self->settings[k].text, text, sizeof(text));
		/* What a dashboard has set is there already; said again, it would be newer than
		 * what that dashboard says next. */
		if (!self->is_shown ||
		    !is_same(pkd_setting_kind(ctx, k), text, self->settings[k].asked))
			show(self, k, ctx);
		self->settings[k].asked[0] = '\0';
	}
	self->version = version;
	self->is_shown = true;
}

/* ---- From the topics ---- */

/* As on the command line. False: it is none for the parameter. */
static bool put_text(enum pkd_kind kind, const struct nt4_item *item,
                     char ret_text[static TEXT_SIZE])
{
	double real = item->kind == NT4_ITEM_INT ? (double)item->whole : item->real;

	switch ((int)item->kind) {
	case NT4_ITEM_BOOL:
		snprintf(ret_text, TEXT_SIZE, "%s", item->truth ? "true" : "false");
		return kind == PKD_BOOL;
	case NT4_ITEM_STRING:
		snprintf(ret_text, TEXT_SIZE, "%.*s", (int)item->n, item->text);
		return item->n < TEXT_SIZE && strlen(ret_text) == item->n;
	case NT4_ITEM_INT:
	case NT4_ITEM_REAL:
		if (is_whole(kind) && real >= -9e15 && real <= 9e15 &&
		    real == (double)(int64_t)real)
			pkd_text_i64((int64_t)real, ret_text);
		else
			pkd_text_f64(real, ret_text);
		return is_real(kind) || is_whole(kind);
	default:
		return false;
	}
}

static void take_value(void *owner, uint32_t k, int code, int64_t time_us, const char *value,
                       size_t n)
{
	struct nt4_params *self = owner;
	struct pkd_ctx *ctx = self->dial.ctx;
	struct setting *setting = &self->settings[k];
	char text[TEXT_SIZE];
	struct nt4_item item;

	(void)code;
	if (time_us < self->ready_us || !nt4_item_read(&value, value + n, &item))
		return;
	if (!put_text(pkd_setting_kind(ctx, k), &item, text)) {
		pkd_log(ctx, PKD_LOG_WARNING, "what a dashboard gives for %s is no value of it",
		        pkd_setting_name(ctx, k));
	} else if (is_same(pkd_setting_kind(ctx, k), text, setting->text)) {
		return;
	} else if (pkd_setting_set(ctx, k, text) == 0) {
		setting->is_asked = true;
		memcpy(setting->asked, text, sizeof(text));
		return;
	} else {
		pkd_log(ctx, PKD_LOG_WARNING,
		        "%s cannot be set: the text is too long, or the "
		        "program has no console",
		        pkd_setting_name(ctx, k));
	}
	show(self, k, ctx);
}

static void look_at_results(struct nt4_params *self, struct pkd_ctx *ctx)
{
	char reason[REASON_SIZE];

	for (uint32_t k = 0; k < self->n; k++) {
		struct setting *setting = &self->settings[k];
		int result;

		if (!setting->is_asked)
			continue;
		result = pkd_setting_result(ctx, k, reason, sizeof(reason));
		if (result == -EINPROGRESS)
			continue;
		setting->is_asked = false;
		if (result == 0)
			continue;
		setting->asked[0] = '\0';
		pkd_log(ctx, PKD_LOG_WARNING, "a dashboard's value for %s is refused: %s",
		        pkd_setting_name(ctx, k), reason);
		show(self, k, ctx);
	}
}

/* ---- The node ---- */

static int add_topics(struct nt4_params *self, struct pkd_ctx *ctx)
{
	struct nt4_client *client = &self->dial.client;
	const char *table = self->params->table;
	char name[600];

	while (*table == '/')
		table++;
	self->n = pkd_n_settings(ctx);
	if (!*table || strlen(table) > 200 || self->n == 0)
		return pkd_error(
			ctx, EINVAL,
			"write where the topics are, table: \"SmartDashboard/tuning\", and "
			"which parameters there are, names: \"green.low\"");
	self->settings = calloc(self->n, sizeof(*self->settings));
	for (uint32_t k = 0; k < self->n; k++) {
		snprintf(name, sizeof(name), "/%s%s%s", table,
		         table[strlen(table) - 1] == '/' ? "" : "/", pkd_setting_name(ctx, k));
		for (char *at = name + 1 + strlen(table); *at; at++)
			*at = *at == '.' ? '/' : *at;
		if (!self->settings ||
		    nt4_client_add_published(client, name, type_of(pkd_setting_kind(ctx, k))) < 0 ||
		    nt4_client_add_subscribed(client, name) < 0)
			return pkd_error(ctx, ENOMEM, "no memory for topics");
	}
	client->owner = self;
	client->value = take_value;
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
	self->dial.loop.fd = self->dial.loop.timer_fd = -1;
	self->dial.ctx = ctx;
	self->dial.options = (struct nt4_dial_options){.server = params->server,
	                                               .team = params->team,
	                                               .port = params->port,
	                                               .id = params->id,
	                                               .connect_ns = params->connect,
	                                               .retry_max_ns = params->retry_max};
	error = add_topics(self, ctx);
	if (!error)
		error = nt4_dial_open(&self->dial, ctx);
	if (!error)
		error = pkd_watch(ctx, self->dial.loop.fd, POLLIN);
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
		self->ready_us = self->dial.since_ns / 1000;
		self->is_shown = false;
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
