/* pkd set: other values for live parameters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/gather.h"
#include "pkd/say.h"
#include "pkd/values.h"

static void print_clock(const struct pkdi_json *json, uint32_t clock, bool is_first)
{
	char origin[TALK_NAME] = "?";
	uint64_t frame = 0;

	pkdi_json_string(json, pkdi_json_member(json, clock, "origin"), origin, sizeof(origin));
	pkdi_json_unsigned(json, pkdi_json_member(json, clock, "frame"), &frame);
	fputs(is_first ? "set, from frame " : ", ", stdout);
	printf("%llu of ", (unsigned long long)frame);
	say_text(origin);
}

/* "set, from frame 812 of cam, 40 of imu", and who has not come so far. */
static void print_answer(const struct talk *talk)
{
	const struct pkdi_json *json = &talk->json;
	uint32_t clocks = pkdi_json_member(json, talk->parameters, "clocks");
	uint32_t pending = pkdi_json_member(json, talk->parameters, "pending");
	bool has_clocks = clocks != PKDI_JSON_NONE && json->values[clocks].n > 0;
	bool is_first = true;

	if (!has_clocks)
		fputs("set", stdout);
	for (uint32_t i = clocks + 1; has_clocks && i < json->values[clocks].next;
	     i = json->values[i].next) {
		print_clock(json, i, is_first);
		is_first = false;
	}
	putchar('\n');
	if (pending == PKDI_JSON_NONE || json->values[pending].n == 0)
		return;
	fputs("not yet there:", stdout);
	for (uint32_t i = pending + 1; i < json->values[pending].next; i = json->values[i].next) {
		char name[TALK_NAME] = "?";

		pkdi_json_string(json, i, name, sizeof(name));
		putchar(' ');
		say_text(name);
	}
	putchar('\n');
}

static int set(const struct call *call, struct talk *talk, const char *parameters, int64_t wait_ns)
{
	struct gather gather = {.n_kinds = 0};

	if (!talk_ask(talk, "set", parameters) || !talk_next(talk, TALK_PATIENCE_NS + wait_ns))
		return talk_fail(talk);
	if (!call->option[OPTION_JSON]) {
		print_answer(talk);
		return 0;
	}
	gather_line(&gather, talk);
	gather_end(&gather);
	return 0;
}

/* Whether all words behind the program's are NAME=VALUE. */
static bool check_words(const struct call *call, int first)
{
	if (first == call->n_operands) {
		complain("set needs NAME=VALUE, as in gain=1.5");
		return false;
	}
	for (int i = first; i < call->n_operands; i++) {
		const char *equals = strchr(call->operands[i], '=');

		if (equals && equals > call->operands[i])
			continue;
		complain("'%s' is no NAME=VALUE, as in gain=1.5", call->operands[i]);
		return false;
	}
	return true;
}

int set_command(struct call *call)
{
	const char *word = command_operand(call), *twice = NULL;
	bool is_program = !strchr(word, '=');
	uint64_t at = UINT64_MAX;
	int64_t wait_ns;
	struct talk *talk;
	char *parameters;
	int status;

	if (!command_number(call, OPTION_AT, &at) ||
	    !command_seconds(call, OPTION_WAIT, 0, 60, 1, &wait_ns) ||
	    !check_words(call, is_program))
		return STATUS_USAGE;
	parameters = values_settings(call->operands + is_program,
	                             (size_t)(call->n_operands - is_program), at,
	                             (uint64_t)wait_ns / 1000000, &twice);
	if (!parameters) {
		complain("'%.*s' is set twice", (int)strcspn(twice, "="), twice);
		return STATUS_USAGE;
	}
	talk = find_program(is_program ? word : NULL);
	status = talk ? set(call, talk, parameters, wait_ns) : STATUS_FAILED;
	talk_close(talk);
	free(parameters);
	return status;
}
