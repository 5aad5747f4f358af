/* See client.h. */
#include "client.h"

#include "text.h"

/* 70000 years. */
#define MAX_TIME_US (INT64_C(1) << 61)

enum { SUBSCRIPTION = 1, BEST_LASTS_US = 30 * 1000 * 1000 };

void nt4_client_free(struct nt4_client *client)
{
	for (uint32_t i = 0; i < client->n_published; i++) {
		free(client->published[i].name);
		free(client->published[i].type);
		nt4_buffer_free(&client->published[i].value);
	}
	for (uint32_t i = 0; i < client->n_subscribed; i++)
		free(client->subscribed[i].name);
	free(client->published);
	free(client->subscribed);
	nt4_buffer_free(&client->text);
	nt4_buffer_free(&client->binary);
}

int nt4_client_add_published(struct nt4_client *client, const char *name, const char *type)
{
	struct nt4_published *larger = realloc(client->published,
	                                       (client->n_published + 1) * sizeof(*larger));
	struct nt4_published one = {.name = strdup(name), .type = strdup(type)};

	if (larger)
		client->published = larger;
	if (!larger || !one.name || !one.type) {
		free(one.name);
		free(one.type);
		return -1;
	}
	larger[client->n_published] = one;
	return (int)client->n_published++;
}

int nt4_client_add_subscribed(struct nt4_client *client, const char *name)
{
	struct nt4_subscribed *larger = realloc(client->subscribed,
	                                        (client->n_subscribed + 1) * sizeof(*larger));

	if (larger)
		client->subscribed = larger;
	if (!larger)
		return -1;
	larger[client->n_subscribed] = (struct nt4_subscribed){.name = strdup(name)};
	if (!larger[client->n_subscribed].name)
		return -1;
	return (int)client->n_subscribed++;
}

/* ---- Publishing ---- */

static void say_published(struct nt4_client *client, uint32_t k)
{
	struct nt4_published *published = &client->published[k];

	nt4_message_begin(&client->text, "publish");
	nt4_message_string(&client->text, "name", published->name);
	nt4_message_whole(&client->text, "pubuid", k);
	nt4_message_string(&client->text, "type", published->type);
	nt4_message_member(&client->text, "properties");
	nt4_buffer_text(&client->text, "{}");
	nt4_message_end(&client->text);
	published->is_said = true;
}

void nt4_client_put(struct nt4_client *client, uint32_t k, int64_t time_us, const char *value,
                    size_t n)
{
	struct nt4_published *published = &client->published[k];

	published->is_meant = published->has_value = true;
	published->time_us = time_us;
	published->value.n = 0;
	nt4_buffer_put(&published->value, value, n);
	if (published->value.failed) {
		nt4_buffer_free(&published->value);
		published->has_value = false;
	}
	if (client->is_ready && !published->is_said)
		say_published(client, k);
}

void nt4_client_withdraw(struct nt4_client *client, uint32_t k)
{
	struct nt4_published *published = &client->published[k];

	published->is_meant = published->has_value = false;
	if (!published->is_said)
		return;
	published->is_said = false;
	nt4_message_begin(&client->text, "unpublish");
	nt4_message_whole(&client->text, "pubuid", k);
	nt4_message_end(&client->text);
}

bool nt4_client_retype(struct nt4_client *client, uint32_t k, const char *type)
{
	char *copy = strdup(type);

	if (!copy)
		return false;
	nt4_client_withdraw(client, k);
	free(client->published[k].type);
	client->published[k].type = copy;
	return true;
}

static void say_subscribed(struct nt4_client *client)
{
	struct nt4_buffer *text = &client->text;

	if (client->n_subscribed == 0)
		return;
	nt4_message_begin(text, "subscribe");
	nt4_message_member(text, "topics");
	nt4_buffer_text(text, "[");
	for (uint32_t i = 0; i < client->n_subscribed; i++) {
		if (i)
			nt4_buffer_text(text, ",");
		nt4_json_put_string(text, client->subscribed[i].name,
		                    strlen(client->subscribed[i].name));
	}
	nt4_buffer_text(text, "]");
	nt4_message_whole(text, "subuid", SUBSCRIPTION);
	nt4_message_member(text, "options");
	nt4_buffer_text(text, "{");
	nt4_message_member(text, "periodic");
	nt4_json_put_number(text, (double)client->period_us / 1e6);
	nt4_message_member(text, "all");
	nt4_buffer_text(text, client->wants_all ? "true}" : "false}");
	nt4_message_end(text);
}

/* ---- The connection ---- */

void nt4_client_measure(struct nt4_client *client, int64_t now_us)
{
	struct nt4_buffer own = {0};

	nt4_put_int(&own, now_us);
	nt4_update_put(&client->binary, NT4_RTT_ID, 0, NT4_INT, own.data, own.n);
	nt4_buffer_free(&own);
	client->asked_us = now_us;
	client->has_asked = true;
}

void nt4_client_open(struct nt4_client *client, int64_t now_us)
{
	client->text.n = client->binary.n = 0;
	client->is_open = true;
	nt4_client_measure(client, now_us);
}

void nt4_client_close(struct nt4_client *client)
{
	client->is_open = client->is_ready = client->has_asked = false;
	client->text.n = client->binary.n = 0;
	client->best_us = 0;
	for (uint32_t i = 0; i < client->n_published; i++)
		client->published[i].is_said = false;
	for (uint32_t i = 0; i < client->n_subscribed; i++) {
		bool was_there = client->subscribed[i].is_announced;

		client->subscribed[i].is_announced = false;
		if (was_there && client->announced)
			client->announced(client->owner, i, "", false);
	}
}

/* Of a clock that can be; with others of its kind it makes no overflow. */
static bool is_time(int64_t time_us)
{
	return time_us >= 0 && time_us <= MAX_TIME_US;
}

/* What the answer says is best known by the shortest round trip, which is forgotten after a while,
 * as clocks drift. */
static void take_time(struct nt4_client *client, const struct nt4_update *update, int64_t now_us)
{
	const char *at = update->value;
	struct nt4_item item;
	int64_t trip_us;

	if (!nt4_item_read(&at, at + update->n, &item) || item.kind != NT4_ITEM_INT ||
	    !client->has_asked || item.whole != client->asked_us || !is_time(update->time_us))
		return;
	client->has_asked = false;
	trip_us = now_us - client->asked_us;
	if (!client->is_ready || trip_us <= client->best_us ||
	    now_us - client->best_since_us > BEST_LASTS_US) {
		client->best_us = trip_us;
		client->best_since_us = now_us;
		client->offset_us = update->time_us + trip_us / 2 - now_us;
	}
	if (client->is_ready)
		return;
	client->is_ready = true;
	say_subscribed(client);
	for (uint32_t i = 0; i < client->n_published; i++)
		if (client->published[i].is_meant)
			say_published(client, i);
}

static void take_value(struct nt4_client *client, const struct nt4_update *update)
{
	struct nt4_buffer value = {0};

	for (uint32_t i = 0; i < client->n_subscribed; i++) {
		struct nt4_subscribed *subscribed = &client->subscribed[i];

		if (!subscribed->is_announced || subscribed->id != update->id || !client->value ||
		    !is_time(update->time_us) || update->type != subscribed->code)
			continue;
		value.n = 0;
		if (nt4_value_put(&value, update->type, update->value, update->n) && !value.failed)
			client->value(client->owner, i, update->type,
			              update->time_us - client->offset_us, value.data, value.n);
	}
	nt4_buffer_free(&value);
}

bool nt4_client_binary(struct nt4_client *client, const char *data, size_t n, int64_t now_us)
{
	const char *at = data, *end = data + n;
	struct nt4_update update;
	int got;

	while ((got = nt4_update_read(&at, end, &update)) > 0)
		if (update.id == NT4_RTT_ID)
			take_time(client, &update, now_us);
		else if (client->is_ready)
			take_value(client, &update);
	return got == 0;
}

/* ---- What the server says ---- */

static void set_announced(struct nt4_client *client, const char *name, const char *type, int64_t id,
                          bool is_there)
{
	for (uint32_t i = 0; i < client->n_subscribed; i++) {
		struct nt4_subscribed *subscribed = &client->subscribed[i];

		if (strcmp(subscribed->name, name) != 0)
			continue;
		subscribed->is_announced = is_there;
		subscribed->id = id;
		subscribed->code = nt4_type_code(type);
		if (client->announced)
			client->announced(client->owner, i, type, is_there);
	}
}

static void take_announcement(struct nt4_client *client, const struct nt4_json *params,
                              bool is_there)
{
	struct nt4_json json, id_json;
	char *name = NULL, *type = NULL;
	int64_t id = 0;

	if (nt4_json_member(params, "name", &json))
		name = nt4_json_string(&json);
	if (nt4_json_member(params, "type", &json))
		type = nt4_json_string(&json);
	if (name && (!is_there || (type && nt4_json_member(params, "id", &id_json) &&
	                           nt4_json_whole(&id_json, &id))))
		set_announced(client, name, type ? type : "", id, is_there);
	free(name);
	free(type);
}

bool nt4_client_text(struct nt4_client *client, const char *text, size_t n)
{
	struct nt4_json frame = {text, n}, message, method, params;
	size_t at = 0;

	if (!nt4_json_is_good(text, n) || *text != '[')
		return false;
	while (nt4_json_item(&frame, &at, &message)) {
		if (*message.at != '{' || !nt4_json_member(&message, "method", &method) ||
		    !nt4_json_member(&message, "params", &params) || *params.at != '{')
			continue;
		if (nt4_json_is(&method, "\"announce\""))
			take_announcement(client, &params, true);
		else if (nt4_json_is(&method, "\"unannounce\""))
			take_announcement(client, &params, false);
	}
	return true;
}

/* ---- Frames ---- */

static bool has_values(const struct nt4_client *client)
{
	for (uint32_t i = 0; client->is_ready && i < client->n_published; i++)
		if (client->published[i].has_value && client->published[i].is_said)
			return true;
	return false;
}

bool nt4_client_has_frame(const struct nt4_client *client)
{
	return client->is_open &&
	       (client->binary.n > 0 || client->text.n > 0 || has_values(client));
}

/* A time of 0 would be that of a default value. */
static int64_t server_time(const struct nt4_client *client, int64_t time_us)
{
	int64_t known_us = time_us < -MAX_TIME_US  ? -MAX_TIME_US
	                   : time_us > MAX_TIME_US ? MAX_TIME_US
	                                           : time_us;
	int64_t server_us = known_us + client->offset_us;

	return server_us > 0 ? server_us : 1;
}

/* All that belongs to one value goes into one frame. */
static void take_values(struct nt4_client *client, struct nt4_buffer *frame)
{
	for (uint32_t i = 0; i < client->n_published; i++) {
		struct nt4_published *published = &client->published[i];

		if (!published->has_value || !published->is_said)
			continue;
		nt4_update_put(frame, i, server_time(client, published->time_us),
		               nt4_type_code(published->type), published->value.data,
		               published->value.n);
		published->has_value = false;
	}
}

bool nt4_client_frame(struct nt4_client *client, struct nt4_buffer *frame, bool *ret_is_text)
{
	*ret_is_text = false;
	if (!client->is_open)
		return false;
	if (client->binary.n > 0) {
		nt4_buffer_put(frame, client->binary.data, client->binary.n);
		client->binary.n = 0;
	} else if (client->text.n > 0) {
		size_t at = 0;

		*ret_is_text = true;
		nt4_messages_take(&client->text, &at, UINT32_MAX, frame);
	} else if (client->is_ready) {
		take_values(client, frame);
	}
	return frame->n > 0;
}
