#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/cdr_json.h"
#include "web/clock.h"
#include "web/foxglove.h"

enum {
	SET_WAIT_MS = 200,   /* how long a client waits for nodes that take a value late */
	CALL_WAIT_MS = 5000, /* and for a command … */
	CALL_LATE_MS =
		8000, /* … also where others were before it, and the console does not answer */
	MAX_ANSWER = 4 << 20,
};

/* ---- Asking ---- */

/* The line may be as long as one can be; one thread writes them. */
static struct pkdi_out begin_line(const char *method)
{
	static char line[PKDW_MAX_LINE - 1];
	struct pkdi_out out = {.text = line, .size = sizeof(line)};

	pkdi_out_open(&out, NULL, '{');
	pkdi_out_text(&out, "method", method);
	pkdi_out_open(&out, "parameters", '{');
	return out;
}

static bool ask(struct pkdw_foxglove *client, const struct pkdw_ask *what, struct pkdi_out *line)
{
	pkdi_out_close(line, '}');
	pkdi_out_close(line, '}');
	if (line->is_full || client->n_asks == PKDW_MAX_ASKS || pkdw_lane_is_busy(client->lane) ||
	    !pkdw_lane_send(client->lane, line->text, line->n)) {
		if (what->kind == PKDW_ASK_CALL)
			pkdw_ask_fail(client, what, "too much is asked at once");
		else if (what->kind != PKDW_ASK_LOOK)
			pkdw_note_status(client, 2, "too much is asked at once");
		return false;
	}
	client->asks[client->n_asks] = *what;
	client->asks[client->n_asks++].asked_ns = pkdw_clock(CLOCK_MONOTONIC);
	return true;
}

static void put_raw(const struct pkdi_json *json, uint32_t value, const char *name,
                    struct pkdi_out *out)
{
	const struct pkdi_json_value *at = &json->values[value];
	bool is_text = at->kind == PKDI_JSON_STRING;

	pkdi_out_raw(out, name, json->text + at->start - is_text,
	             at->end - at->start + 2 * is_text);
}

void pkdw_ask_get(struct pkdw_foxglove *client, const struct pkdi_json *json, uint32_t names,
                  const char *id)
{
	struct pkdw_ask what = {.kind = PKDW_ASK_GET};
	struct pkdi_out line = begin_line("get");

	snprintf(what.id, sizeof(what.id), "%s", id);
	if (names != PKDI_JSON_NONE)
		put_raw(json, names, "names", &line);
	ask(client, &what, &line);
}

void pkdw_ask_look(struct pkdw_foxglove *client)
{
	const struct pkdw_ask what = {.kind = PKDW_ASK_LOOK};
	struct pkdi_out line = begin_line("get");

	if (client->n_asks == 0)
		ask(client, &what, &line);
}

/* An array is a text with commas to the console. */
static void put_array(const struct pkdi_json *json, uint32_t value, const char *name,
                      struct pkdi_out *out)
{
	uint32_t n = json->values[value].n, at = value + 1;
	char text[4096];
	size_t length = 0;

	for (; n && length < sizeof(text); n--, at = json->values[at].next) {
		const struct pkdi_json_value *item = &json->values[at];

		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%.*s",
		                           length ? "," : "", (int)(item->end - item->start),
		                           json->text + item->start);
	}
	pkdi_out_text_of(out, name, text, length < sizeof(text) ? length : sizeof(text) - 1);
}

static bool put_value(const struct pkdi_json *json, uint32_t parameter, struct pkdi_out *out)
{
	uint32_t value = pkdi_json_member(json, parameter, "value");
	char name[256];

	if (!pkdi_json_string(json, pkdi_json_member(json, parameter, "name"), name,
	                      sizeof(name)) ||
	    value == PKDI_JSON_NONE)
		return false;
	if (json->values[value].kind == PKDI_JSON_ARRAY)
		put_array(json, value, name, out);
	else
		put_raw(json, value, name, out);
	return true;
}

void pkdw_ask_set(struct pkdw_foxglove *client, const struct pkdi_json *json, uint32_t parameters,
                  const char *id)
{
	struct pkdw_ask what = {.kind = PKDW_ASK_SET};
	struct pkdi_out line = begin_line("set");
	uint32_t n = json->values[parameters].n, at = parameters + 1;

	snprintf(what.id, sizeof(what.id), "%s", id);
	pkdi_out_open(&line, "values", '{');
	for (; n; n--, at = json->values[at].next)
		if (!put_value(json, at, &line)) {
			pkdw_note_status(client, 2, "a parameter has a name and a value");
			return;
		}
	pkdi_out_close(&line, '}');
	pkdi_out_unsigned(&line, "wait_ms", SET_WAIT_MS);
	ask(client, &what, &line);
}

static bool put_cdr(const struct pkd_type *args, const char *data, size_t n, struct pkdi_out *line)
{
	static char text[PKDW_MAX_LINE];
	struct pkdi_out out = {.text = text, .size = sizeof(text)};

	if (!pkdw_cdr_to_json(args, (const uint8_t *)data, n, &out) || out.is_full)
		return false;
	pkdi_out_raw(line, "arguments", text, out.n);
	return true;
}

/* Arguments are read before they are passed on: they must be one object, and nothing beside it. */
void pkdw_ask_call(struct pkdw_foxglove *client, const struct pkdw_service *service,
                   const struct pkdw_ask *what, const char *arguments, size_t n)
{
	static struct pkdi_json_value values[4096];
	struct pkdi_json json = {.values = values, .max_values = 4096};
	struct pkdi_out line = begin_line("call");

	pkdi_out_text(&line, "node", service->node->name);
	pkdi_out_text(&line, "command", service->command->name);
	pkdi_out_unsigned(&line, "wait_ms", CALL_WAIT_MS);
	if (what->is_cdr) {
		if (service->command->args &&
		    !put_cdr(service->command->args, arguments, n, &line)) {
			pkdw_ask_fail(client, what, "the arguments are not what its schema says");
			return;
		}
	} else if (n) {
		if (!pkdi_json_read(&json, arguments, n) || values[0].kind != PKDI_JSON_OBJECT) {
			pkdw_ask_fail(client, what, "arguments are an object of JSON");
			return;
		}
		pkdi_out_raw(&line, "arguments", arguments, n);
	}
	ask(client, what, &line);
}

/* ---- Answers ---- */

/* Adds an item to what the answer gives. */
static void add(struct pkdw_foxglove *client, const char *text, size_t n)
{
	char *more = n < MAX_ANSWER - client->n_answer
	                     ? realloc(client->answer, client->n_answer + n + 2)
	                     : NULL;

	if (!more)
		return;
	if (client->n_answer)
		more[client->n_answer++] = ',';
	memcpy(more + client->n_answer, text, n);
	client->answer = more;
	client->n_answer += n;
	more[client->n_answer] = '\0';
}

/* Only those that can be set. */
static void take_param(struct pkdw_foxglove *client, const struct pkdw_ask *what,
                       const struct pkdi_json *json, uint32_t told)
{
	static char value[PKDW_MAX_LINE], text[PKDW_MAX_LINE];
	struct pkdi_out out = {.text = text, .size = sizeof(text)};
	const struct pkd_param *param;
	char name[256];
	uint32_t number;
	bool is_live = false;

	if (!pkdi_json_string(json, pkdi_json_member(json, told, "name"), name, sizeof(name)) ||
	    !pkdi_json_string(json, pkdi_json_member(json, told, "value"), value, sizeof(value)) ||
	    !pkdi_json_bool(json, pkdi_json_member(json, told, "live"), &is_live) || !is_live)
		return;
	param = pkdw_param_find(client->web->host->program, name, &number);
	if (!param)
		return;
	pkdw_param_put(param, name, value, &out);
	if (!out.is_full &&
	    (what->kind != PKDW_ASK_LOOK || pkdw_param_is_news(client, number, out.text, out.n)))
		add(client, out.text, out.n);
}

struct params {
	const char *id, *items;
	size_t n;
};

static void write_params(struct pkdw_foxglove *client, const void *what, struct pkdi_out *out)
{
	const struct params *params = what;

	(void)client;
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "op", "parameterValues");
	pkdi_out_open(out, "parameters", '[');
	if (params->n)
		pkdi_out_raw(out, NULL, params->items, params->n);
	pkdi_out_close(out, ']');
	if (*params->id)
		pkdi_out_raw(out, "id", params->id, strlen(params->id));
	pkdi_out_close(out, '}');
}

static void tell_params(struct pkdw_foxglove *client, const struct pkdw_ask *what)
{
	const struct params params = {what->id, client->answer, client->n_answer};

	if (what->kind != PKDW_ASK_LOOK || client->n_answer)
		pkdw_note_json(client, write_params, &params);
}

struct called {
	const struct pkdw_ask *ask;
	const char *text; /* why not, as JSON; or the answer */
	size_t n;
};

static void write_fault(struct pkdw_foxglove *client, const void *what, struct pkdi_out *out)
{
	const struct called *called = what;

	(void)client;
	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "op", "serviceCallFailure");
	pkdi_out_unsigned(out, "serviceId", called->ask->service);
	pkdi_out_unsigned(out, "callId", called->ask->call);
	pkdi_out_text_of(out, "message", called->text, called->n);
	pkdi_out_close(out, '}');
}

void pkdw_ask_fail(struct pkdw_foxglove *client, const struct pkdw_ask *what, const char *why)
{
	const struct called called = {what, why, strlen(why)};

	if (!what->is_given_up)
		pkdw_note_json(client, write_fault, &called);
}

void pkdw_ask_give_up(struct pkdw_foxglove *client)
{
	int64_t now_ns = pkdw_clock(CLOCK_MONOTONIC);

	for (unsigned i = 0; i < client->n_asks; i++) {
		struct pkdw_ask *what = &client->asks[i];

		if (what->kind != PKDW_ASK_CALL ||
		    now_ns - what->asked_ns < CALL_LATE_MS * INT64_C(1000000))
			continue;
		pkdw_ask_fail(client, what,
		              "no answer has come; it waits for calls before it, and may be "
		              "carried out later");
		what->is_given_up = true;
	}
}

/* The answer of a node, as {"value":…}; several workers of a pool: the first one's. */
static void take_called(struct pkdw_foxglove *client, const struct pkdi_json *json, uint32_t told)
{
	uint32_t value = pkdi_json_member(json, told, "value");
	static char text[PKDW_MAX_LINE];
	struct pkdi_out out = {.text = text, .size = sizeof(text)};
	char why[600] = "";

	if (client->n_answer)
		return;
	if (pkdi_json_string(json, pkdi_json_member(json, told, "message"), why, sizeof(why)) ||
	    pkdi_json_string(json, pkdi_json_member(json, told, "error"), why, sizeof(why))) {
		add(client, "!", 1);
		add(client, why, strlen(why));
		return;
	}
	pkdi_out_open(&out, NULL, '{');
	if (value != PKDI_JSON_NONE)
		put_raw(json, value, "value", &out);
	pkdi_out_close(&out, '}');
	if (!out.is_full)
		add(client, out.text, out.n);
}

/* The answer, {"value":…}, as a message in CDR; 0: it is not of its type, or does not fit. */
static size_t make_cdr(const struct pkdw_foxglove *client, const struct pkdw_ask *what,
                       uint8_t *ret_data, size_t size)
{
	static struct pkdi_json_value values[16384];
	struct pkdi_json json = {.values = values, .max_values = 16384};
	struct pkdi_cdr cdr = {.data = ret_data, .size = size};
	struct pkdw_service service;

	pkdi_cdr_begin(&cdr);
	if (!pkdw_service_find(client->web->host->program, what->service, &service) ||
	    !pkdi_json_read(&json, client->answer, client->n_answer))
		return 0;
	if (!service.command->answer) /* a message without members has one all the same */
		pkdi_cdr_u8(&cdr, 0);
	else if (pkdi_json_member(&json, 0, "value") == PKDI_JSON_NONE ||
	         !pkdw_json_to_cdr(service.command->answer, &json,
	                           pkdi_json_member(&json, 0, "value"), &cdr))
		return 0;
	return cdr.is_full ? 0 : cdr.n;
}

static void answer_call(struct pkdw_foxglove *client, const struct pkdw_ask *what)
{
	static uint8_t cdr[2 * PKDW_MAX_LINE];
	const char *encoding = what->is_cdr ? "cdr" : "json";
	uint32_t n_encoding = (uint32_t)strlen(encoding);
	size_t n_head = 13 + n_encoding, n;
	struct pkdw_note *note;
	uint8_t head[17] = {3};

	if (what->is_given_up)
		return;
	if (!client->n_answer || client->answer[0] == '!') {
		pkdw_ask_fail(client, what,
		              client->n_answer > 2 ? client->answer + 2 : "no answer");
		return;
	}
	n = what->is_cdr ? make_cdr(client, what, cdr, sizeof(cdr)) : client->n_answer;
	if (!n) {
		pkdw_ask_fail(client, what,
		              "it was carried out; its answer cannot be given as cdr");
		return;
	}
	memcpy(head + 1, &what->service, sizeof(what->service));
	memcpy(head + 5, &what->call, sizeof(what->call));
	memcpy(head + 9, &n_encoding, sizeof(n_encoding));
	memcpy(head + 13, encoding, n_encoding);
	note = malloc(sizeof(*note) + n_head + n);
	if (note) {
		*note = (struct pkdw_note){.is_binary = true, .n = n_head + n};
		memcpy(note->text, head, n_head);
		memcpy(note->text + n_head, what->is_cdr ? (const char *)cdr : client->answer, n);
	}
	pkdw_note_add(client, note);
}

/* It has been refused. */
static void take_error(struct pkdw_foxglove *client, const struct pkdw_ask *what, const char *why)
{
	struct pkdw_ask again = *what;
	struct pkdi_out line;

	if (what->kind == PKDW_ASK_CALL) {
		pkdw_ask_fail(client, what, why);
		return;
	}
	if (what->kind != PKDW_ASK_LOOK)
		pkdw_note_status(client, 2, "%s", why);
	/* What a client shows is what there is, not what it wanted. */
	if (what->kind == PKDW_ASK_SET) {
		again.kind = PKDW_ASK_GET;
		line = begin_line("get");
		ask(client, &again, &line);
	}
}

static void finish(struct pkdw_foxglove *client, const struct pkdw_ask *what)
{
	struct pkdw_ask again = *what;
	struct pkdi_out line;

	switch (what->kind) {
	case PKDW_ASK_GET:
	case PKDW_ASK_LOOK:
		tell_params(client, what);
		break;
	case PKDW_ASK_SET:
		again.kind = PKDW_ASK_GET;
		line = begin_line("get");
		if (*what->id)
			ask(client, &again, &line);
		break;
	case PKDW_ASK_CALL:
		answer_call(client, what);
		break;
	}
}

/* A line of the answer to the first ask; but the greeting, which answers none. */
void pkdw_ask_answer(struct pkdw_foxglove *client, const char *line, size_t n)
{
	static struct pkdi_json_value values[16384];
	struct pkdi_json json = {.values = values, .max_values = 16384};
	uint32_t parameters, told;
	struct pkdw_ask first;
	char why[600];
	bool more = false;

	if (!client->n_asks || !pkdi_json_read(&json, line, n) ||
	    pkdi_json_member(&json, 0, "pkd") != PKDI_JSON_NONE ||
	    pkdi_json_member(&json, 0, "event") != PKDI_JSON_NONE)
		return;
	first = client->asks[0];
	parameters = pkdi_json_member(&json, 0, "parameters");
	if (parameters != PKDI_JSON_NONE) {
		told = pkdi_json_member(&json, parameters, "param");
		if (told != PKDI_JSON_NONE)
			take_param(client, &first, &json, told);
		told = pkdi_json_member(&json, parameters, "answer");
		if (told != PKDI_JSON_NONE)
			take_called(client, &json, told);
	}
	pkdi_json_bool(&json, pkdi_json_member(&json, 0, "more"), &more);
	if (more)
		return;
	client->n_asks--;
	memmove(client->asks, client->asks + 1, client->n_asks * sizeof(*client->asks));
	if (pkdi_json_string(&json, pkdi_json_member(&json, 0, "message"), why, sizeof(why)))
		take_error(client, &first, why);
	else
		finish(client, &first);
	free(client->answer);
	client->answer = NULL;
	client->n_answer = 0;
}
