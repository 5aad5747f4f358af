/* pkd restart: processes of nodes are ended, and started again. */
#include <stdio.h>
#include <stdlib.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/gather.h"
#include "pkd/say.h"
#include "pkd/values.h"

static void print_process(const struct talk *talk, uint32_t process, bool has_ended)
{
	char name[TALK_NAME] = "?";
	uint64_t pid = 0;

	pkdi_json_string(&talk->json, pkdi_json_member(&talk->json, process, "name"), name,
	                 sizeof(name));
	pkdi_json_unsigned(&talk->json, pkdi_json_member(&talk->json, process, "pid"), &pid);
	say_text(name);
	if (pid)
		printf(" is back, as %llu\n", (unsigned long long)pid);
	else
		puts(has_ended ? " has ended" : " is not back yet");
}

static bool is_true(const struct pkdi_json *json, uint32_t object, const char *name)
{
	bool truth = false;

	return pkdi_json_bool(json, pkdi_json_member(json, object, name), &truth) && truth;
}

static int ask(const struct call *call, struct talk *talk, int first, int64_t wait_ns)
{
	char *parameters = values_words("nodes", call->operands + first,
	                                (size_t)(call->n_operands - first), wait_ns / 1000000);
	struct gather gather = {.n_kinds = 0};
	bool came = talk_ask(talk, "restart", parameters), all = true;

	free(parameters);
	if (!came)
		return talk_fail(talk);
	gather_kind(&gather, "process");
	do {
		uint32_t process;

		if (!talk_next(talk, TALK_PATIENCE_NS + wait_ns))
			return talk_fail(talk);
		process = pkdi_json_member(&talk->json, talk->parameters, "process");
		all &= !is_true(&talk->json, process, "pending");
		if (call->option[OPTION_JSON])
			gather_line(&gather, talk);
		else if (process != PKDI_JSON_NONE)
			print_process(talk, process, is_true(&talk->json, process, "ended"));
	} while (!talk->is_last);
	if (call->option[OPTION_JSON])
		gather_end(&gather);
	return all ? 0 : STATUS_FAILED;
}

int restart_command(struct call *call)
{
	bool is_program;
	struct talk *talk;
	int64_t wait_ns;
	int status = STATUS_USAGE;

	if (!command_seconds(call, OPTION_WAIT, 0, 60, 1, &wait_ns))
		return STATUS_USAGE;
	talk = find_program_or(command_operand(call), &is_program);
	if (!talk)
		return STATUS_FAILED;
	if (call->n_operands == is_program)
		complain("restart needs the name of a node");
	else
		status = ask(call, talk, is_program, wait_ns);
	talk_close(talk);
	return status;
}
