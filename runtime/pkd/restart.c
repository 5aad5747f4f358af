/* pkd restart: processes of nodes are ended, and started again. */
#include <stdio.h>
#include <stdlib.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/gather.h"
#include "pkd/say.h"
#include "pkd/values.h"

/* How long the console waits at most, by itself. */
#define WAIT_NS INT64_C(1000000000)

static void print_process(const struct talk *talk)
{
	uint32_t process = pkdi_json_member(&talk->json, talk->parameters, "process");
	char name[TALK_NAME] = "?";
	uint64_t pid = 0;

	if (process == PKDI_JSON_NONE)
		return;
	pkdi_json_string(&talk->json, pkdi_json_member(&talk->json, process, "name"), name,
	                 sizeof(name));
	pkdi_json_unsigned(&talk->json, pkdi_json_member(&talk->json, process, "pid"), &pid);
	say_text(name);
	if (pid)
		printf(" is back, as %llu\n", (unsigned long long)pid);
	else
		puts(" is not back yet");
}

static int ask(const struct call *call, struct talk *talk, int first)
{
	char *parameters = values_words("nodes", call->operands + first,
	                                (size_t)(call->n_operands - first));
	struct gather gather = {.n_kinds = 0};
	bool came = talk_ask(talk, "restart", parameters);

	free(parameters);
	if (!came)
		return talk_fail(talk);
	gather_kind(&gather, "process");
	do {
		if (!talk_next(talk, TALK_PATIENCE_NS + WAIT_NS))
			return talk_fail(talk);
		if (call->option[OPTION_JSON])
			gather_line(&gather, talk);
		else
			print_process(talk);
	} while (!talk->is_last);
	if (call->option[OPTION_JSON])
		gather_end(&gather);
	return 0;
}

int restart_command(struct call *call)
{
	bool is_program;
	struct talk *talk = find_program_or(command_operand(call), &is_program);
	int status = STATUS_USAGE;

	if (!talk)
		return STATUS_FAILED;
	if (call->n_operands == is_program)
		complain("restart needs the name of a node");
	else
		status = ask(call, talk, is_program);
	talk_close(talk);
	return status;
}
