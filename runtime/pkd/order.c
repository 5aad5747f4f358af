#define _GNU_SOURCE
#include "pkd/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/gather.h"
#include "pkd/say.h"
#include "pkd/values.h"

/* ---- Lines ---- */

/* A text that grows while it is written. */
struct line {
	FILE *file;
	char *text;
	size_t size;
};

static void begin(struct line *line)
{
	*line = (struct line){.file = NULL};
	line->file = open_memstream(&line->text, &line->size);
	if (!line->file)
		abort();
}

static void end(struct line *line, order_tell *tell, void *context)
{
	if (fclose(line->file) != 0)
		abort();
	tell(context, line->text, false);
	free(line->text);
}

/* "sum, view", or with another separator; false: the list is empty, or not there. */
static bool write_names(FILE *file, const struct talk *talk, const char *member, const char *before,
                        const char *between)
{
	const struct pkdi_json *json = &talk->json;
	uint32_t list = pkdi_json_member(json, talk->parameters, member);

	if (list == PKDI_JSON_NONE || json->values[list].n == 0)
		return false;
	for (uint32_t i = list + 1; i < json->values[list].next; i = json->values[i].next) {
		char name[TALK_NAME] = "?";

		pkdi_json_string(json, i, name, sizeof(name));
		fprintf(file, "%s%s", i == list + 1 ? before : between, name);
	}
	return true;
}

static bool tell_names(const struct talk *talk, const char *member, const char *before,
                       const char *between, order_tell *tell, void *context)
{
	struct line line;
	bool is_there;

	begin(&line);
	is_there = write_names(line.file, talk, member, before, between);
	if (is_there) {
		end(&line, tell, context);
	} else {
		fclose(line.file);
		free(line.text);
	}
	return is_there;
}

/* ---- Parameters ---- */

bool order_set(struct order *order, char *const *words, size_t n, uint64_t at, int64_t wait_ns)
{
	const char *twice = NULL;

	*order = (struct order){.method = "set", .patience_ns = TALK_PATIENCE_NS + wait_ns};
	if (n == 0)
		snprintf(order->why, sizeof(order->why), "set needs NAME=VALUE, as in gain=1.5");
	for (size_t i = 0; i < n; i++) {
		const char *equals = strchr(words[i], '=');

		if (equals && equals > words[i])
			continue;
		snprintf(order->why, sizeof(order->why), "'%s' is no NAME=VALUE, as in gain=1.5",
		         words[i]);
		break;
	}
	if (*order->why)
		return false;
	order->parameters = values_settings(words, n, at, (uint64_t)wait_ns / 1000000, &twice);
	if (!order->parameters)
		snprintf(order->why, sizeof(order->why), "'%.*s' is set twice",
		         (int)strcspn(twice, "="), twice);
	return order->parameters;
}

/* "set, from frame 812 of cam, 40 of imu", and who has not come so far. */
static void take_set(const struct talk *talk, order_tell *tell, void *context)
{
	const struct pkdi_json *json = &talk->json;
	uint32_t clocks = pkdi_json_member(json, talk->parameters, "clocks");
	struct line line;

	begin(&line);
	fputs("set", line.file);
	for (uint32_t i = clocks + 1; clocks != PKDI_JSON_NONE && i < json->values[clocks].next;
	     i = json->values[i].next) {
		char origin[TALK_NAME] = "?";
		uint64_t frame = 0;

		pkdi_json_string(json, pkdi_json_member(json, i, "origin"), origin, sizeof(origin));
		pkdi_json_unsigned(json, pkdi_json_member(json, i, "frame"), &frame);
		fprintf(line.file, "%s%llu of %s", i == clocks + 1 ? ", from frame " : ", ",
		        (unsigned long long)frame, origin);
	}
	if (clocks != PKDI_JSON_NONE && json->values[clocks].n == 0)
		fputs("; no origin has begun with it: paused, starting again, or at its end",
		      line.file);
	end(&line, tell, context);
	tell_names(talk, "pending", "not yet there: ", " ", tell, context);
	tell_names(talk, "restarted", "started again meanwhile, with these values: ", " ", tell,
	           context);
	tell_names(talk, "gone", "died meanwhile, and was given up: ", " ", tell, context);
}

/* ---- Nodes ---- */

void order_nodes(struct order *order, const char *method, char *const *nodes, size_t n)
{
	*order = (struct order){.method = method, .patience_ns = TALK_PATIENCE_NS};
	order->parameters = n ? values_words("nodes", nodes, n, -1) : NULL;
}

static void take_nodes(const struct talk *talk, bool is_resume, order_tell *tell, void *context)
{
	bool pauses = tell_names(talk, "paused", "paused: ", ", ", tell, context);
	bool rests = tell_names(talk, "resting", "at rest: ", ", ", tell, context);

	if (!pauses && !rests)
		tell(context, is_resume ? "resumed: no node is held" : "no node is held", false);
	tell_names(talk, "wait", "come to wait for the paused: ", ", ", tell, context);
	tell_names(talk, "refuse", "come to lose frames: ", ", ", tell, context);
}

void order_stop(struct order *order)
{
	*order = (struct order){.method = "stop", .patience_ns = TALK_PATIENCE_NS};
}

/* ---- Commands of nodes ---- */

static bool check_call(struct order *order, char *const *words, size_t n)
{
	if (n < 2) {
		snprintf(order->why, sizeof(order->why),
		         "call needs a NODE and a COMMAND, as in: pkd call count reset to=0");
		return false;
	}
	for (size_t i = 2; i < n; i++) {
		const char *equals = strchr(words[i], '=');

		if (!equals || equals == words[i]) {
			snprintf(order->why, sizeof(order->why),
			         "'%s' is no NAME=VALUE, as in to=0", words[i]);
			return false;
		}
		for (size_t k = 2; k < i; k++)
			if (!strncmp(words[k], words[i], (size_t)(equals - words[i]) + 1)) {
				snprintf(order->why, sizeof(order->why), "'%.*s' is given twice",
				         (int)(equals - words[i]), words[i]);
				return false;
			}
	}
	return true;
}

/* JSON of a record or of a list. */
static bool is_structured(const char *text)
{
	struct pkdi_json json = {.max_values = TALK_LINE};
	bool is_json;

	if (*text != '{' && *text != '[')
		return false;
	json.values = calloc(json.max_values, sizeof(*json.values));
	if (!json.values)
		abort();
	is_json = pkdi_json_read(&json, text, strlen(text));
	free(json.values);
	return is_json;
}

/* A record or a list is written in JSON; all else is text, which the program reads as it does its
 * command line. */
static void put_argument(struct say_out *say, const char *name, const char *text)
{
	if (is_structured(text)) {
		say_room(say, 6 * strlen(name) + strlen(text) + 8);
		pkdi_out_raw(&say->out, name, text, strlen(text));
	} else {
		say_string(say, name, text);
	}
}

/* {"node":…,"command":…,"arguments":{…},"wait_ms":…} */
bool order_call(struct order *order, char *const *words, size_t n, int64_t wait_ns)
{
	struct say_out say;

	*order = (struct order){.method = "call", .patience_ns = TALK_PATIENCE_NS + wait_ns};
	if (!check_call(order, words, n))
		return false;
	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	say_string(&say, "node", words[0]);
	say_string(&say, "command", words[1]);
	pkdi_out_unsigned(&say.out, "wait_ms", (uint64_t)wait_ns / 1000000);
	pkdi_out_open(&say.out, "arguments", '{');
	for (size_t i = 2; i < n; i++) {
		const char *equals = strchr(words[i], '=');
		char *name = strndup(words[i], (size_t)(equals - words[i]));

		if (!name)
			abort();
		put_argument(&say, name, equals + 1);
		free(name);
	}
	pkdi_out_close(&say.out, '}');
	pkdi_out_close(&say.out, '}');
	order->parameters = say_take(&say);
	return true;
}

/* A string as it is, all else in JSON; "done" where there is nothing to say. To be freed. */
static char *text_of(const struct pkdi_json *json, uint32_t value)
{
	char *text = calloc(1, TALK_LINE);

	if (!text)
		abort();
	if (value == PKDI_JSON_NONE) {
		snprintf(text, TALK_LINE, "done");
	} else if (!pkdi_json_string(json, value, text, TALK_LINE)) {
		const struct pkdi_json_value *v = &json->values[value];

		snprintf(text, TALK_LINE, "%.*s", (int)(v->end - v->start), json->text + v->start);
	}
	return text;
}

static void tell_held(struct order *order, bool is_only, order_tell *tell, void *context)
{
	struct line line;

	if (!order->value)
		return;
	begin(&line);
	if (!is_only)
		fprintf(line.file, "%s: ", order->node);
	fputs(order->value, line.file);
	end(&line, tell, context);
	free(order->value);
	order->value = NULL;
}

static bool is_refused(const struct talk *talk, uint32_t answer)
{
	return answer != PKDI_JSON_NONE &&
	       pkdi_json_member(&talk->json, answer, "error") != PKDI_JSON_NONE;
}

/* Returns whether it was carried out. */
static bool take_answer(struct order *order, const struct pkdi_json *json, uint32_t answer,
                        bool is_refused, order_tell *tell, void *context)
{
	char message[1024] = "", text[TALK_NAME + 1100];

	snprintf(order->node, sizeof(order->node), "?");
	pkdi_json_string(json, pkdi_json_member(json, answer, "node"), order->node,
	                 sizeof(order->node));
	if (!is_refused) {
		order->value = text_of(json, pkdi_json_member(json, answer, "value"));
		return true;
	}
	pkdi_json_string(json, pkdi_json_member(json, answer, "message"), message, sizeof(message));
	snprintf(text, sizeof(text), "node '%s': %s", order->node, message);
	tell(context, text, true);
	return false;
}

static bool take_call(struct order *order, const struct talk *talk, order_tell *tell, void *context)
{
	uint32_t answer = pkdi_json_member(&talk->json, talk->parameters, "answer");
	bool done = true;

	if (answer != PKDI_JSON_NONE) {
		tell_held(order, false, tell, context);
		done = take_answer(order, &talk->json, answer, is_refused(talk, answer), tell,
		                   context);
		order->n_answers++;
	}
	if (talk->is_last)
		tell_held(order, order->n_answers == 1, tell, context);
	return done;
}

/* ---- Answers ---- */

bool order_take(struct order *order, const struct talk *talk, order_tell *tell, void *context)
{
	if (!strcmp(order->method, "call"))
		return take_call(order, talk, tell, context);
	if (!strcmp(order->method, "set"))
		take_set(talk, tell, context);
	else if (!strcmp(order->method, "stop"))
		tell(context, "told to stop", false);
	else
		take_nodes(talk, !strcmp(order->method, "resume"), tell, context);
	return true;
}

void order_finish(struct order *order)
{
	free(order->parameters);
	free(order->value);
	*order = (struct order){.method = NULL};
}

static void print(void *context, const char *text, bool is_fault)
{
	(void)context;
	if (is_fault) {
		complain("%s", text);
		return;
	}
	say_text(text);
	putchar('\n');
}

int order_run(struct order *order, const struct call *call, struct talk *talk)
{
	struct gather gather = {.n_kinds = 0};
	bool all = true;

	if (!strcmp(order->method, "call"))
		gather_kind(&gather, "answer");
	if (!talk_ask(talk, order->method, order->parameters))
		return talk_fail(talk);
	do {
		if (!talk_next(talk, order->patience_ns)) {
			tell_held(order, false, print, NULL);
			return talk_fail(talk);
		}
		if (!call->option[OPTION_JSON]) {
			all &= order_take(order, talk, print, NULL);
			continue;
		}
		gather_line(&gather, talk);
		all &= !is_refused(talk, pkdi_json_member(&talk->json, talk->parameters, "answer"));
	} while (!talk->is_last);
	if (call->option[OPTION_JSON])
		gather_end(&gather);
	return all ? 0 : STATUS_FAILED;
}
