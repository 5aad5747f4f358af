/* pkd ping: whether the processes of a program go round. */
#include <stdio.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/gather.h"
#include "pkd/say.h"
#include "pkd/words.h"

static void print_process(const struct pkdi_json *json, uint32_t process, bool *answers,
                          bool *ended)
{
	char name[TALK_NAME] = "?", node[TALK_NAME] = "", text[WORDS_SIZE];
	uint64_t for_ns = 0;

	pkdi_json_string(json, pkdi_json_member(json, process, "name"), name, sizeof(name));
	pkdi_json_bool(json, pkdi_json_member(json, process, "answers"), answers);
	pkdi_json_string(json, pkdi_json_member(json, process, "calling"), node, sizeof(node));
	pkdi_json_unsigned(json, pkdi_json_member(json, process, "for_ns"), &for_ns);
	pkdi_json_bool(json, pkdi_json_member(json, process, "ended"), ended);
	if (*answers || *ended)
		return;
	say_text(name);
	words_step((int64_t)for_ns, text);
	if (*node) {
		fputs(" is in the code of ", stdout);
		say_text(node);
		printf(" for %s\n", text);
	} else {
		puts(" does not answer");
	}
}

static int print(struct talk *talk)
{
	unsigned n = 0, n_silent = 0;
	uint64_t took_ns = 0;
	char text[WORDS_SIZE];

	do {
		uint32_t process;
		bool answers = false, ended = false;

		if (!talk_next(talk, TALK_PATIENCE_NS))
			return talk_fail(talk);
		process = pkdi_json_member(&talk->json, talk->parameters, "process");
		if (process == PKDI_JSON_NONE)
			continue;
		print_process(&talk->json, process, &answers, &ended);
		n += !ended;
		n_silent += !answers && !ended;
	} while (!talk->is_last);
	pkdi_json_unsigned(&talk->json, pkdi_json_member(&talk->json, talk->parameters, "took_ns"),
	                   &took_ns);
	words_step((int64_t)took_ns, text);
	if (n_silent == 0)
		printf("%u processes answer, after %s\n", n, text);
	return n_silent ? STATUS_FAILED : 0;
}

int ping_command(struct call *call)
{
	static const char *const kinds[] = {"process", NULL};
	struct talk *talk = find_program(command_operand(call));
	int status = STATUS_FAILED;

	if (!talk)
		return STATUS_FAILED;
	if (call->option[OPTION_JSON])
		status = gather_answer(talk, "ping", NULL, kinds);
	else
		status = talk_ask(talk, "ping", NULL) ? print(talk) : talk_fail(talk);
	talk_close(talk);
	return status;
}
