#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/ros2msg.h"
#include "web/cdr_json.h"
#include "web/clock.h"
#include "web/foxglove.h"

/* ---- The server ---- */

/* The same as long as the program runs: what a client knows of it is right if that comes again. */
static void write_session(struct pkdw_foxglove *client, struct pkdi_out *out)
{
	char id[64];

	snprintf(id, sizeof(id), "%s-%lld", client->web->host->program->name,
	         (long long)client->web->session_ns);
	pkdi_out_text(out, "sessionId", id);
}

static void write_server(struct pkdw_foxglove *client, const void *what, struct pkdi_out *out)
{
	static const char *const capabilities[] = {"time", "parameters", "parametersSubscribe",
	                                           "services", "connectionGraph"};

	(void)what;
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "op", "serverInfo");
	pkdi_out_text(out, "name", client->web->host->program->name);
	pkdi_out_open(out, "capabilities", '[');
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
		pkdi_out_text(out, NULL, capabilities[i]);
	pkdi_out_close(out, ']');
	pkdi_out_open(out, "supportedEncodings", '[');
	pkdi_out_text(out, NULL, "json");
	pkdi_out_text(out, NULL, "cdr");
	pkdi_out_close(out, ']');
	pkdi_out_open(out, "metadata", '{');
	pkdi_out_text(out, "pkd", PKD_VERSION);
	pkdi_out_close(out, '}');
	write_session(client, out);
	pkdi_out_close(out, '}');
}

static void write_channels(struct pkdw_foxglove *client, const void *what, struct pkdi_out *out)
{
	const struct pkdw_channels *channels = client->web->channels;

	(void)what;
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "op", "advertise");
	pkdi_out_open(out, "channels", '[');
	for (uint32_t i = 0; i < channels->n; i++) {
		pkdi_out_open(out, NULL, '{');
		pkdi_out_unsigned(out, "id", i + 1);
		pkdi_out_text(out, "topic", channels->items[i].topic);
		pkdi_out_text(out, "encoding", "cdr");
		pkdi_out_text(out, "schemaName", channels->items[i].name);
		pkdi_out_text(out, "schemaEncoding", "ros2msg");
		pkdi_out_text(out, "schema", channels->items[i].schema);
		pkdi_out_close(out, '}');
	}
	pkdi_out_close(out, ']');
	pkdi_out_close(out, '}');
}

/* ---- Services ---- */

bool pkdw_service_find(const struct pkd_program *program, uint32_t id,
                       struct pkdw_service *ret_service)
{
	for (uint32_t i = 0; id && i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];

		if (id <= node->n_commands) {
			*ret_service = (struct pkdw_service){node, &node->commands[id - 1]};
			return true;
		}
		id -= node->n_commands;
	}
	return false;
}

bool pkdw_service_has_cdr(const struct pkdw_service *service)
{
	const struct pkd_type *args = service->command->args, *answer = service->command->answer;

	return pkdw_cdr_json_can(args) && pkdw_cdr_json_can(answer);
}

/* "/take/reset". */
static char *service_name(const struct pkdw_service *service)
{
	char suffix[256];

	snprintf(suffix, sizeof(suffix), ".%s", service->command->name);
	return pkdw_topic(service->node->name, suffix);
}

static const char *json_type(enum pkd_kind kind)
{
	static const char *const names[] = {
		[PKD_BOOL] = "boolean",  [PKD_I8] = "integer",    [PKD_I16] = "integer",
		[PKD_I32] = "integer",   [PKD_I64] = "integer",   [PKD_U8] = "integer",
		[PKD_U16] = "integer",   [PKD_U32] = "integer",   [PKD_U64] = "integer",
		[PKD_F32] = "number",    [PKD_F64] = "number",    [PKD_TIME] = "integer",
		[PKD_ENUM] = "string",   [PKD_STRING] = "string", [PKD_BYTES] = "string",
		[PKD_ARRAY] = "array",   [PKD_LIST] = "array",    [PKD_IMAGE] = "object",
		[PKD_RECORD] = "object",
	};

	return names[kind];
}

/* As JSON Schema; nested values only by their kind. */
static void write_type(const struct pkd_type *type, const char *name, struct pkdi_out *out)
{
	pkdi_out_open(out, name, '{');
	pkdi_out_text(out, "type", json_type(type->kind));
	if (type->kind == PKD_ENUM) {
		pkdi_out_open(out, "enum", '[');
		for (uint32_t i = 0; i < type->n; i++)
			pkdi_out_text(out, NULL, type->names[i]);
		pkdi_out_close(out, ']');
	}
	pkdi_out_close(out, '}');
}

static void write_schema(const struct pkdw_service *service, bool is_request, struct pkdi_out *out)
{
	const struct pkd_type *args = service->command->args;

	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "type", "object");
	pkdi_out_open(out, "properties", '{');
	if (is_request)
		for (uint32_t i = 0; args && i < args->n; i++)
			write_type(args->fields[i].type, args->fields[i].name, out);
	else if (service->command->answer)
		write_type(service->command->answer, "value", out);
	pkdi_out_close(out, '}');
	pkdi_out_close(out, '}');
}

static void write_side(const struct pkdw_service *service, bool is_request, struct pkdi_out *out)
{
	char text[8192], name[200], stream[160];
	struct pkdi_out schema = {.text = text, .size = sizeof(text)};

	write_schema(service, is_request, &schema);
	snprintf(stream, sizeof(stream), "%s.%s", service->node->kind, service->command->name);
	pkdi_ros2msg_name(stream, name, sizeof(name));
	pkdi_out_open(out, is_request ? "request" : "response", '{');
	pkdi_out_text(out, "encoding", "json");
	pkdi_out_text(out, "schemaName", name);
	pkdi_out_text(out, "schemaEncoding", "jsonschema");
	if (schema.is_full)
		pkdi_out_text(out, "schema", "{}");
	else
		pkdi_out_text_of(out, "schema", text, schema.n);
	pkdi_out_close(out, '}');
}

/* For who calls it with CDR: both, or none, where something of them cannot be given so. */
static void write_ros2(const struct pkdw_service *service, struct pkdi_out *out)
{
	const struct pkd_type *args = service->command->args, *answer = service->command->answer;
	char request[8192] = "", response[8192] = "";

	if (!pkdw_service_has_cdr(service) ||
	    pkdi_ros2msg_request(args, request, sizeof(request)) >= sizeof(request) ||
	    pkdi_ros2msg_response(answer, response, sizeof(response)) >= sizeof(response))
		return;
	pkdi_out_text(out, "requestSchema", request);
	pkdi_out_text(out, "responseSchema", response);
}

static void write_service(const struct pkdw_service *service, uint32_t id, struct pkdi_out *out)
{
	char *name = service_name(service);

	pkdi_out_open(out, NULL, '{');
	pkdi_out_unsigned(out, "id", id);
	pkdi_out_text(out, "name", name ? name : "");
	pkdi_out_text(out, "type", service->node->kind);
	write_side(service, true, out);
	write_side(service, false, out);
	write_ros2(service, out);
	pkdi_out_close(out, '}');
	free(name);
}

static void write_services(struct pkdw_foxglove *client, const void *what, struct pkdi_out *out)
{
	struct pkdw_service service;

	(void)what;
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "op", "advertiseServices");
	pkdi_out_open(out, "services", '[');
	for (uint32_t id = 1; pkdw_service_find(client->web->host->program, id, &service); id++)
		write_service(&service, id, out);
	pkdi_out_close(out, ']');
	pkdi_out_close(out, '}');
}

/* ---- The graph ---- */

static void write_node(const char *list, const char *name, struct pkdi_out *out)
{
	pkdi_out_open(out, list, '[');
	pkdi_out_text(out, NULL, name);
	pkdi_out_close(out, ']');
}

static void write_published(const struct pkd_program *program, const struct pkdw_channel *channel,
                            struct pkdi_out *out)
{
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "name", channel->topic);
	write_node("publisherIds",
	           channel->stream == PKD_NONE
	                   ? program->name
	                   : program->nodes[program->streams[channel->stream].writer].name,
	           out);
	pkdi_out_close(out, '}');
}

static void write_subscribed(const struct pkd_program *program, const struct pkdw_channel *channel,
                             struct pkdi_out *out)
{
	const struct pkd_stream *stream;

	if (channel->stream == PKD_NONE)
		return;
	stream = &program->streams[channel->stream];
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "name", channel->topic);
	pkdi_out_open(out, "subscriberIds", '[');
	for (uint32_t i = 0; i < stream->n_readers; i++)
		pkdi_out_text(out, NULL, program->nodes[stream->readers[i].node].name);
	pkdi_out_close(out, ']');
	pkdi_out_close(out, '}');
}

static void write_provided(const struct pkdw_service *service, struct pkdi_out *out)
{
	char *name = service_name(service);

	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "name", name ? name : "");
	write_node("providerIds", service->node->name, out);
	pkdi_out_close(out, '}');
	free(name);
}

static void write_graph(struct pkdw_foxglove *client, const void *what, struct pkdi_out *out)
{
	const struct pkd_program *program = client->web->host->program;
	const struct pkdw_channels *channels = client->web->channels;
	struct pkdw_service service;

	(void)what;
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "op", "connectionGraphUpdate");
	pkdi_out_open(out, "publishedTopics", '[');
	for (uint32_t i = 0; i < channels->n; i++)
		write_published(program, &channels->items[i], out);
	pkdi_out_close(out, ']');
	pkdi_out_open(out, "subscribedTopics", '[');
	for (uint32_t i = 0; i < channels->n; i++)
		write_subscribed(program, &channels->items[i], out);
	pkdi_out_close(out, ']');
	pkdi_out_open(out, "advertisedServices", '[');
	for (uint32_t id = 1; pkdw_service_find(program, id, &service); id++)
		write_provided(&service, out);
	pkdi_out_close(out, ']');
	pkdi_out_open(out, "removedTopics", '[');
	pkdi_out_close(out, ']');
	pkdi_out_open(out, "removedServices", '[');
	pkdi_out_close(out, ']');
	pkdi_out_close(out, '}');
}

void pkdw_foxglove_greet(struct pkdw_foxglove *client)
{
	pkdw_note_json(client, write_server, NULL);
	pkdw_note_json(client, write_channels, NULL);
	pkdw_note_json(client, write_services, NULL);
}

void pkdw_foxglove_graph(struct pkdw_foxglove *client)
{
	pkdw_note_json(client, write_graph, NULL);
}
