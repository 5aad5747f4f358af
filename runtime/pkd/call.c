/* pkd call: tells nodes to carry out a command of theirs, and prints what they answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/gather.h"
#include "pkd/say.h"

/* ---- The request ---- */

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

/* {"node":…,"command":…,"arguments":{…},"wait_ms":…}, to be freed. */
static char *write_request(char *const *words, int n, int64_t wait_ns)
{
	struct say_out say;

	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	say_string(&say, "node", words[0]);
	say_string(&say, "command", words[1]);
	pkdi_out_unsigned(&say.out, "wait_ms", (uint64_t)wait_ns / 1000000);
	pkdi_out_open(&say.out, "arguments", '{');
	for (int i = 2; i < n; i++) {
		const char *equals = strchr(words[i], '=');
		char *name = strndup(words[i], (size_t)(equals - words[i]));

		if (!name)
			abort();
		put_argument(&say, name, equals + 1);
		free(name);
	}
	pkdi_out_close(&say.out, '}');
	pkdi_out_close(&say.out, '}');
	return say_take(&say);
}

/* ---- The answers ---- */

/* One that is not printed yet: whether others follow decides how. */
struct answer {
	char node[TALK_NAME];
	char *value; /* to be freed; NULL: nothing is held */
};

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

static void print_held(struct answer *held, bool is_only)
{
	if (!held->value)
		return;
	if (!is_only) {
		say_text(held->node);
		fputs(": ", stdout);
	}
	say_text(held->value);
	putchar('\n');
	free(held->value);
	held->value = NULL;
}

/* Returns whether it was carried out. */
static bool take_answer(const struct pkdi_json *json, uint32_t answer, struct answer *held)
{
	char message[1024] = "";

	snprintf(held->node, sizeof(held->node), "?");
	pkdi_json_string(json, pkdi_json_member(json, answer, "node"), held->node,
	                 sizeof(held->node));
	if (pkdi_json_member(json, answer, "error") == PKDI_JSON_NONE) {
		held->value = text_of(json, pkdi_json_member(json, answer, "value"));
		return true;
	}
	pkdi_json_string(json, pkdi_json_member(json, answer, "message"), message,
	                 sizeof(message));
	complain("node '%s': %s", say_clean(held->node), say_clean(message));
	return false;
}

/* False: what follows did not come. */
static bool print_answers(struct talk *talk, int64_t patience_ns, bool *ret_all)
{
	struct answer held = {.value = NULL};
	uint32_t n = 0;
	bool came;

	*ret_all = true;
	while ((came = talk_next(talk, patience_ns))) {
		uint32_t answer = pkdi_json_member(&talk->json, talk->parameters, "answer");

		if (answer != PKDI_JSON_NONE) {
			print_held(&held, false);
			*ret_all &= take_answer(&talk->json, answer, &held);
			n++;
		}
		if (talk->is_last)
			break;
	}
	print_held(&held, n == 1);
	return came;
}

static bool gather_answers(struct talk *talk, int64_t patience_ns, bool *ret_all)
{
	struct gather gather = {.n_kinds = 0};

	*ret_all = true;
	gather_kind(&gather, "answer");
	do {
		uint32_t answer;

		if (!talk_next(talk, patience_ns))
			return false;
		gather_line(&gather, talk);
		answer = pkdi_json_member(&talk->json, talk->parameters, "answer");
		*ret_all &= pkdi_json_member(&talk->json, answer, "error") == PKDI_JSON_NONE;
	} while (!talk->is_last);
	gather_end(&gather);
	return true;
}

/* ---- The command ---- */

static bool check_words(char *const *words, int n)
{
	if (n < 2) {
		complain("call needs a NODE and a COMMAND, as in: pkd call count reset to=0");
		return false;
	}
	for (int i = 2; i < n; i++) {
		const char *equals = strchr(words[i], '=');

		if (!equals || equals == words[i]) {
			complain("'%s' is no NAME=VALUE, as in to=0", words[i]);
			return false;
		}
		for (int k = 2; k < i; k++)
			if (!strncmp(words[k], words[i], (size_t)(equals - words[i]) + 1)) {
				complain("'%.*s' is given twice", (int)(equals - words[i]),
				         words[i]);
				return false;
			}
	}
	return true;
}

static int ask(const struct call *call, struct talk *talk, int first, int64_t wait_ns)
{
	int64_t patience_ns = TALK_PATIENCE_NS + wait_ns;
	char *parameters = write_request(call->operands + first, call->n_operands - first,
	                                 wait_ns);
	bool came = talk_ask(talk, "call", parameters), all = false;

	free(parameters);
	if (came)
		came = call->option[OPTION_JSON] ? gather_answers(talk, patience_ns, &all)
		                                 : print_answers(talk, patience_ns, &all);
	return !came ? talk_fail(talk) : all ? 0 : STATUS_FAILED;
}

int call_command(struct call *call)
{
	struct talk *talk;
	bool is_program;
	int64_t wait_ns;
	int status = STATUS_USAGE;

	if (!command_seconds(call, OPTION_WAIT, 0, 60, 10, &wait_ns))
		return STATUS_USAGE;
	talk = find_program_or(command_operand(call), &is_program);
	if (!talk)
		return STATUS_FAILED;
	if (check_words(call->operands + is_program, call->n_operands - is_program))
		status = ask(call, talk, is_program, wait_ns);
	talk_close(talk);
	return status;
}
