/* pkd why: what became of one frame. */
#include <stdio.h>
#include <string.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/gather.h"
#include "pkd/say.h"
#include "pkd/words.h"

static bool is_number(const char *word)
{
	return *word && strspn(word, "0123456789") == strlen(word);
}

static void text_of(const struct talk *talk, uint32_t object, const char *name,
                    char ret_text[TALK_NAME])
{
	uint32_t value = pkdi_json_member(&talk->json, object, name);

	if (!pkdi_json_string(&talk->json, value, ret_text, TALK_NAME))
		*ret_text = '\0';
	say_clean(ret_text);
}

/* What the program says in a word, as people say it. */
static const char *words_for(const char *state)
{
	static const char *const words[][2] = {
		{"published", "published"},
		{"absent", "no value: the node made none"},
		{"not_fired", "no value: the node did not fire, for its input"},
		{"failed", "failed: the node died of it twice"},
		{"refused", "refused: there was no room for it at"},
		{"paused", "dropped: the node was paused"},
		{"rested", "passed by: the node was at rest"},
		{"not_yet", "not yet"},
		{"never", "there is no such frame"},
		{"unknown", "no longer known"},
		{"delivered", "delivered"},
		{"dropped", "dropped by latest"},
		{"thinned", "left out by every"},
		{"other_worker", "another worker's"},
		{"unjoined", "not joined, for lack of"},
		{"left", "came when the node had ended"},
		{"in_flight", "in hand, or waiting"},
		{"none", "no value"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i][0], state))
			return words[i][1];
	return state;
}

/* A line about a stream, or about an edge. */
static bool print_line(const struct talk *talk)
{
	uint32_t stream = pkdi_json_member(&talk->json, talk->parameters, "stream");
	uint32_t edge = pkdi_json_member(&talk->json, talk->parameters, "edge");
	uint32_t object = stream != PKDI_JSON_NONE ? stream : edge;
	char name[TALK_NAME], input[TALK_NAME], state[TALK_NAME], more[TALK_NAME];
	uint64_t instead;

	if (object == PKDI_JSON_NONE)
		return false;
	text_of(talk, object, "state", state);
	text_of(talk, object, stream != PKDI_JSON_NONE ? "name" : "stream", name);
	say_text(name);
	if (object == edge) {
		text_of(talk, object, "node", name);
		text_of(talk, object, "input", input);
		fputs(" -> ", stdout);
		say_text(name);
		putchar('.');
		say_text(input);
	}
	printf(": %s", words_for(state));
	text_of(talk, object, object == edge ? "lacked" : "input", more);
	if (!*more)
		text_of(talk, object, "for", more);
	if (*more) {
		putchar(' ');
		say_text(more);
	}
	if (pkdi_json_unsigned(&talk->json, pkdi_json_member(&talk->json, object, "instead"),
	                       &instead))
		printf(", which took frame %llu instead", (unsigned long long)instead);
	putchar('\n');
	return true;
}

static int ask(const struct call *call, struct talk *talk, const char *frame, const char *of)
{
	static const char *const kinds[] = {"stream", "edge", NULL};
	char text[2 * TALK_NAME + 64];
	struct pkdi_out out = {.text = text, .size = sizeof(text) - 1};

	pkdi_out_open(&out, NULL, '{');
	pkdi_out_raw(&out, "frame", frame, strlen(frame));
	if (of)
		pkdi_out_text(&out, "of", of);
	pkdi_out_close(&out, '}');
	if (out.is_full) {
		complain("there is no stream or node of such a long name");
		return STATUS_FAILED;
	}
	text[out.n] = '\0';
	if (call->option[OPTION_JSON])
		return gather_answer(talk, "why", text, kinds);
	if (!talk_ask(talk, "why", text))
		return talk_fail(talk);
	do {
		if (!talk_next(talk, TALK_PATIENCE_NS))
			return talk_fail(talk);
		print_line(talk);
	} while (!talk->is_last);
	return 0;
}

int why_command(struct call *call)
{
	/* The first word is a program where it is no number, or where a number follows. */
	bool is_program = call->n_operands > 1 &&
	                  (!is_number(call->operands[0]) || is_number(call->operands[1]));
	const char *frame = call->operands[is_program];
	const char *of = call->n_operands > is_program + 1 ? call->operands[is_program + 1] : NULL;
	struct talk *talk;
	int status;

	if (!is_number(frame) || (*frame == '0') || strlen(frame) > 18) {
		complain("'%s' is no number of a frame, from 1", frame);
		return STATUS_USAGE;
	}
	if (call->n_operands > is_program + 2) {
		complain("why takes one frame, and one stream or node");
		return STATUS_USAGE;
	}
	talk = find_program(is_program ? call->operands[0] : NULL);
	if (!talk)
		return STATUS_FAILED;
	status = ask(call, talk, frame, of);
	talk_close(talk);
	return status;
}
