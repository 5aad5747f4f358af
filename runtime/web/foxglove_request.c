/* What clients send: read as what anybody may have sent. */
#include <stdio.h>
#include <string.h>

#include "web/foxglove.h"

enum { OP_CALL = 2, CALL_HEAD = 13, MAX_ITEMS = 1024 };

static uint32_t number(const struct pkdi_json *json, uint32_t object, const char *name)
{
	uint64_t value;

	return pkdi_json_unsigned(json, pkdi_json_member(json, object, name), &value) &&
	                       value <= UINT32_MAX
	               ? (uint32_t)value
	               : 0;
}

static bool has_number(const struct pkdi_json *json, uint32_t object, const char *name)
{
	uint64_t value;

	return pkdi_json_unsigned(json, pkdi_json_member(json, object, name), &value) &&
	       value <= UINT32_MAX;
}

/* The members of an array: its number, and how many; 0 where it is none. */
static uint32_t array(const struct pkdi_json *json, const char *name, uint32_t *ret_first)
{
	uint32_t found = pkdi_json_member(json, 0, name);

	if (found == PKDI_JSON_NONE || json->values[found].kind != PKDI_JSON_ARRAY)
		return 0;
	*ret_first = found + 1;
	return json->values[found].n < MAX_ITEMS ? json->values[found].n : MAX_ITEMS;
}

static void subscribe(struct pkdw_foxglove *client, const struct pkdi_json *json)
{
	uint32_t at = 0, n = array(json, "subscriptions", &at);

	for (; n; n--, at = json->values[at].next) {
		const struct pkdw_subscribe wanted = {
			.id = number(json, at, "id"),
			.channel = number(json, at, "channelId"),
			.limits = {number(json, at, "width"), number(json, at, "height"),
		                   number(json, at, "rate"), number(json, at, "quality")},
		};

		if (has_number(json, at, "id") && has_number(json, at, "channelId"))
			pkdw_subscribe(client, &wanted);
		else
			pkdw_note_status(client, 2, "a subscription has an id and a channelId");
	}
}

static void unsubscribe(struct pkdw_foxglove *client, const struct pkdi_json *json)
{
	uint32_t at = 0, n = array(json, "subscriptionIds", &at);
	uint64_t id;

	for (; n; n--, at = json->values[at].next)
		if (pkdi_json_unsigned(json, at, &id) && id <= UINT32_MAX)
			pkdw_unsubscribe(client, (uint32_t)id);
}

/* As it came: a string, with its quotes; "" where there is none, or a long one. */
static void take_id(const struct pkdi_json *json, char ret_id[80])
{
	uint32_t id = pkdi_json_member(json, 0, "id");
	const struct pkdi_json_value *value;

	*ret_id = '\0';
	if (id == PKDI_JSON_NONE || json->values[id].kind != PKDI_JSON_STRING)
		return;
	value = &json->values[id];
	if (value->end - value->start + 3 <= 80)
		snprintf(ret_id, 80, "\"%.*s\"", (int)(value->end - value->start),
		         json->text + value->start);
}

/* PKDI_JSON_NONE: all, which is what none means. */
static uint32_t parameter_names(const struct pkdi_json *json)
{
	uint32_t names = pkdi_json_member(json, 0, "parameterNames");

	return names != PKDI_JSON_NONE && json->values[names].kind == PKDI_JSON_ARRAY &&
	                       json->values[names].n
	               ? names
	               : PKDI_JSON_NONE;
}

static void get_parameters(struct pkdw_foxglove *client, const struct pkdi_json *json)
{
	char id[80];

	take_id(json, id);
	pkdw_ask_get(client, json, parameter_names(json), id);
}

static void set_parameters(struct pkdw_foxglove *client, const struct pkdi_json *json)
{
	uint32_t parameters = pkdi_json_member(json, 0, "parameters");
	char id[80];

	take_id(json, id);
	if (parameters == PKDI_JSON_NONE || json->values[parameters].kind != PKDI_JSON_ARRAY)
		pkdw_note_status(client, 2, "\"parameters\" is an array");
	else
		pkdw_ask_set(client, json, parameters, id);
}

static void take(struct pkdw_foxglove *client, const struct pkdi_json *json, const char *op)
{
	if (!strcmp(op, "subscribe"))
		subscribe(client, json);
	else if (!strcmp(op, "unsubscribe"))
		unsubscribe(client, json);
	else if (!strcmp(op, "getParameters"))
		get_parameters(client, json);
	else if (!strcmp(op, "setParameters"))
		set_parameters(client, json);
	else if (!strcmp(op, "subscribeParameterUpdates"))
		pkdw_ask_watch(client, json, parameter_names(json), true);
	else if (!strcmp(op, "unsubscribeParameterUpdates"))
		pkdw_ask_watch(client, json, parameter_names(json), false);
	else if (!strcmp(op, "subscribeConnectionGraph"))
		pkdw_foxglove_graph(client);
	else if (strcmp(op, "unsubscribeConnectionGraph") != 0)
		pkdw_note_status(client, 1, "'%.40s' is not for this server", op);
}

void pkdw_foxglove_text(struct pkdw_foxglove *client, const char *text, size_t n)
{
	static struct pkdi_json_value values[16384];
	struct pkdi_json json = {.values = values, .max_values = 16384};
	char op[64];

	if (!pkdi_json_read(&json, text, n))
		pkdw_note_status(client, 2, "at byte %u, this %s", json.fault_at + 1, json.fault);
	else if (!pkdi_json_string(&json, pkdi_json_member(&json, 0, "op"), op, sizeof(op)))
		pkdw_note_status(client, 2, "a message is an object with an \"op\"");
	else
		take(client, &json, op);
}

/* A call of a service; nothing else is binary. */
void pkdw_foxglove_binary(struct pkdw_foxglove *client, const uint8_t *data, size_t n)
{
	struct pkdw_service service;
	struct pkdw_ask ask = {.kind = PKDW_ASK_CALL};
	const char *why = NULL;
	uint32_t n_encoding;

	if (n < CALL_HEAD || data[0] != OP_CALL) {
		pkdw_note_status(client, 2, "no channels are advertised to this server");
		return;
	}
	memcpy(&ask.service, data + 1, sizeof(ask.service));
	memcpy(&ask.call, data + 5, sizeof(ask.call));
	memcpy(&n_encoding, data + 9, sizeof(n_encoding));
	data += CALL_HEAD;
	n -= CALL_HEAD;
	ask.is_cdr = n_encoding == 3 && n >= 3 && !memcmp(data, "cdr", 3);
	if (!ask.is_cdr && (n_encoding != 4 || n < 4 || memcmp(data, "json", 4) != 0))
		why = "the encoding of a call is json or cdr";
	else if (!pkdw_service_find(client->web->host->program, ask.service, &service))
		why = "there is no such service";
	else if (ask.is_cdr && !pkdw_service_has_cdr(&service))
		why = "the encoding of this call is json";
	if (why)
		pkdw_ask_fail(client, &ask, why);
	else
		pkdw_ask_call(client, &service, &ask, (const char *)data + n_encoding,
		              n - n_encoding);
}
