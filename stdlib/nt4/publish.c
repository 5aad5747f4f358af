/* nt4.publish: the newest value is what the connection has to send. */
#include "dial.h"
#include "fields.h"

#include <errno.h>
#include <nt4/publish.pkd.h>

struct nt4_publish {
	const struct nt4_publish_params *params;
	struct nt4_dial dial;
	struct nt4_fields fields;
	uint32_t heartbeat; /* its number as a topic; behind it come the schemas */
	int64_t init_ns;
	int64_t due_ns; /* when the topics are to go; INT64_MAX: they do not */
	struct nt4_buffer content;
};

static void put_string(struct nt4_publish *self, const char *text, bool is_raw)
{
	self->content.n = 0;
	if (is_raw)
		nt4_put_raw(&self->content, text, strlen(text));
	else
		nt4_put_string(&self->content, text, strlen(text));
}

static int add_topics(struct nt4_publish *self, struct pkd_ctx *ctx)
{
	struct nt4_client *client = &self->dial.client;
	char *name = nt4_topic_name(self->params->table, "heartbeat");
	char schema[NT4_WHY_SIZE];
	int k = name ? 0 : -1;

	/* The schemas come first, so that they are there before what needs them. */
	for (uint32_t i = 0; k >= 0 && i < self->fields.n_schemas; i++) {
		snprintf(schema, sizeof(schema), "/.schema/struct:%.120s",
		         self->fields.schemas[i].name);
		k = nt4_client_add_published(client, schema, "structschema");
	}
	for (uint32_t i = 0; k >= 0 && i < self->fields.n; i++) {
		if (strcmp(self->fields.items[i].name, name) == 0) {
			free(name);
			return pkd_error(ctx, EINVAL,
			                 "the topic heartbeat counts the values: call the field "
			                 "otherwise");
		}
		k = nt4_client_add_published(client, self->fields.items[i].name,
		                             self->fields.items[i].type);
	}
	if (k >= 0)
		k = nt4_client_add_published(client, name, "int");
	self->heartbeat = self->fields.n_schemas + self->fields.n;
	free(name);
	return k < 0 ? pkd_error(ctx, ENOMEM, "no memory for %u topics", self->fields.n) : PKD_OK;
}

int nt4_publish_init(struct nt4_publish *self, const struct nt4_publish_params *params,
                     struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	self->due_ns = INT64_MAX;
	self->init_ns = pkd_now();
	nt4_dial_init(&self->dial,
	              &(struct nt4_dial_options){.server = params->server,
	                                         .team = params->team,
	                                         .port = params->port,
	                                         .id = params->id,
	                                         .connect_ns = params->connect,
	                                         .retry_max_ns = params->retry_max},
	              ctx);
	if (!nt4_fields_make(&self->fields, params->T, params->table, (enum nt4_form)params->form))
		error = pkd_error(ctx, EINVAL, "cannot publish a %s: %s", params->T->name,
		                  *self->fields.why ? self->fields.why : "no memory");
	else if (!(error = add_topics(self, ctx)))
		error = nt4_dial_open(&self->dial, ctx);
	if (!error)
		return PKD_OK;
	nt4_dial_close(&self->dial);
	nt4_fields_free(&self->fields);
	return error;
}

/* A capture time from before the start is that of a file: no source has made anything by then. */
static int64_t time_of(const struct nt4_publish *self, const void *value, struct pkd_ctx *ctx)
{
	int64_t time_ns = pkd_time(ctx), now_ns = pkd_now();

	if (time_ns < self->init_ns || time_ns > now_ns)
		time_ns = pkd_frame_of(value)->publish_ns;
	return time_ns < now_ns ? time_ns : now_ns;
}

static void withdraw(struct nt4_publish *self)
{
	for (uint32_t k = self->fields.n_schemas; k <= self->heartbeat; k++)
		nt4_client_withdraw(&self->dial.client, k);
	self->due_ns = INT64_MAX;
}

static void put_schemas(struct nt4_publish *self, int64_t time_us)
{
	for (uint32_t i = 0; i < self->fields.n_schemas; i++) {
		if (self->dial.client.published[i].is_said)
			continue;
		put_string(self, self->fields.schemas[i].text, true);
		nt4_client_put(&self->dial.client, i, time_us, self->content.data, self->content.n);
	}
}

static void put_value(struct nt4_publish *self, const void *value, int64_t time_us, uint64_t n)
{
	struct nt4_client *client = &self->dial.client;

	put_schemas(self, time_us);
	for (uint32_t i = 0; i < self->fields.n; i++) {
		self->content.n = 0;
		nt4_field_put(&self->fields.items[i], value, &self->content);
		if (!self->content.failed)
			nt4_client_put(client, self->fields.n_schemas + i, time_us,
			               self->content.data, self->content.n);
	}
	self->content.n = 0;
	nt4_put_uint(&self->content, n);
	nt4_client_put(client, self->heartbeat, time_us, self->content.data, self->content.n);
}

static void turn(struct nt4_publish *self, struct pkd_ctx *ctx)
{
	if (pkd_now() >= self->due_ns)
		withdraw(self);
	nt4_dial_turn(&self->dial, ctx, self->due_ns);
}

int nt4_publish_step(struct nt4_publish *self, const struct nt4_publish_in *in,
                     struct nt4_publish_out *out, struct pkd_ctx *ctx)
{
	struct nt4_publish_state *state = nt4_publish_get_state(ctx);
	int64_t time_ns = time_of(self, in->value, ctx), max_age_ns = self->params->max_age;

	(void)out;
	if (!max_age_ns || pkd_now() < time_ns + max_age_ns) {
		self->due_ns = max_age_ns ? time_ns + max_age_ns : INT64_MAX;
		put_value(self, in->value, time_ns / 1000, ++state->n);
	}
	turn(self, ctx);
	return PKD_OK;
}

int nt4_publish_ready(struct nt4_publish *self, struct pkd_ctx *ctx)
{
	turn(self, ctx);
	return PKD_OK;
}

void nt4_publish_finish(struct nt4_publish *self)
{
	nt4_dial_close(&self->dial);
	nt4_fields_free(&self->fields);
	nt4_buffer_free(&self->content);
}

PKD_WATCHING_NODE(nt4_publish);
