/* pkd pause, pkd rest and pkd resume: nodes are held, and go on. */
#include <stdio.h>
#include <stdlib.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/gather.h"
#include "pkd/say.h"
#include "pkd/values.h"

static bool is_empty(const struct talk *talk, const char *member)
{
	uint32_t list = pkdi_json_member(&talk->json, talk->parameters, member);

	return list == PKDI_JSON_NONE || talk->json.values[list].n == 0;
}

/* "paused: sum, view"; nothing where the list is empty. */
static void print_list(const struct talk *talk, const char *member, const char *words)
{
	const struct pkdi_json *json = &talk->json;
	uint32_t list = pkdi_json_member(json, talk->parameters, member);

	if (is_empty(talk, member))
		return;
	fputs(words, stdout);
	for (uint32_t i = list + 1; i < json->values[list].next; i = json->values[i].next) {
		char name[TALK_NAME] = "?";

		pkdi_json_string(json, i, name, sizeof(name));
		fputs(i == list + 1 ? " " : ", ", stdout);
		say_text(name);
	}
	putchar('\n');
}

static void print_answer(const struct talk *talk)
{
	if (is_empty(talk, "paused") && is_empty(talk, "resting"))
		puts("no node is held");
	print_list(talk, "paused", "paused:");
	print_list(talk, "resting", "at rest:");
	print_list(talk, "wait", "come to wait for the paused:");
	print_list(talk, "refuse", "come to lose frames:");
}

static int ask(const struct call *call, struct talk *talk, const char *method, int first)
{
	size_t n = (size_t)(call->n_operands - first);
	char *parameters = n ? values_words("nodes", call->operands + first, n, -1) : NULL;
	struct gather gather = {.n_kinds = 0};
	bool answered = talk_ask(talk, method, parameters) && talk_next(talk, TALK_PATIENCE_NS);

	free(parameters);
	if (!answered)
		return talk_fail(talk);
	if (!call->option[OPTION_JSON]) {
		print_answer(talk);
		return 0;
	}
	gather_line(&gather, talk);
	gather_end(&gather);
	return 0;
}

static int run(struct call *call, const char *method, bool needs_nodes)
{
	bool is_program;
	struct talk *talk = find_program_or(command_operand(call), &is_program);
	int status = STATUS_USAGE;

	if (!talk)
		return STATUS_FAILED;
	if (needs_nodes && call->n_operands == is_program)
		complain("%s needs the name of a node", method);
	else
		status = ask(call, talk, method, is_program);
	talk_close(talk);
	return status;
}

int pause_command(struct call *call)
{
	return run(call, "pause", true);
}

int rest_command(struct call *call)
{
	return run(call, "rest", true);
}

int resume_command(struct call *call)
{
	return run(call, "resume", false);
}
