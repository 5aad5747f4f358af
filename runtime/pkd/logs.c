/* pkd logs: the last lines of a program's log, and those that come. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/say.h"

enum { TIME_SIZE = 48 };

static void text_of(const struct talk *talk, uint32_t object, const char *name, char *ret_text,
                    size_t size)
{
	*ret_text = '\0';
	pkdi_json_string(&talk->json, pkdi_json_member(&talk->json, object, name), ret_text, size);
}

/* In UTC, as programs log it themselves, with milliseconds. */
static void show_time(uint64_t time_ns, char ret_text[TIME_SIZE])
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm tm;
	size_t n;

	*ret_text = '\0';
	if (!gmtime_r(&seconds, &tm))
		return;
	n = strftime(ret_text, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret_text + n, TIME_SIZE - n, ".%03uZ", (unsigned)(time_ns / 1000000 % 1000));
}

/* "2026-03-01T08:15:00.123Z warning found 812: no face": time, level, node, frame, text. */
static void print_line(const struct talk *talk, uint32_t line)
{
	char time[TIME_SIZE], level[16], who[TALK_NAME], text[TALK_LINE];
	uint64_t frame = 0, time_ns = 0;

	pkdi_json_unsigned(&talk->json, pkdi_json_member(&talk->json, line, "time_ns"), &time_ns);
	show_time(time_ns, time);
	text_of(talk, line, "level", level, sizeof(level));
	text_of(talk, line, "node", who, sizeof(who));
	if (!*who)
		text_of(talk, line, "process", who, sizeof(who));
	text_of(talk, line, "text", text, sizeof(text));
	pkdi_json_unsigned(&talk->json, pkdi_json_member(&talk->json, line, "frame"), &frame);
	printf("%s ", time);
	say_text(level);
	putchar(' ');
	say_text(who);
	if (frame)
		printf(" %" PRIu64, frame);
	fputs(*who ? ": " : "", stdout);
	say_text(text);
	putchar('\n');
}

static void print_raw(const struct talk *talk, uint32_t line)
{
	const struct pkdi_json_value *value = &talk->json.values[line];

	say_output(talk->json.text + value->start, value->end - value->start);
	putchar('\n');
}

static void print(const struct call *call, const struct talk *talk)
{
	uint32_t line = pkdi_json_member(&talk->json, talk->parameters, "line");
	uint64_t lost = 0;

	pkdi_json_unsigned(&talk->json, pkdi_json_member(&talk->json, talk->parameters, "lost"),
	                   &lost);
	if (lost && call->option[OPTION_JSON])
		printf("{\"lost\":%" PRIu64 "}\n", lost);
	else if (lost)
		printf("-- %" PRIu64 " lines are missing\n", lost);
	if (line == PKDI_JSON_NONE || talk->json.values[line].kind != PKDI_JSON_OBJECT)
		return;
	if (call->option[OPTION_JSON])
		print_raw(talk, line);
	else
		print_line(talk, line);
}

/* Who follows waits as long as nothing comes. False: there is no more, and no end of the answer. */
static bool next(struct talk *talk, bool follows)
{
	if (!follows)
		return talk_next(talk, TALK_PATIENCE_NS);
	for (;;) {
		struct pollfd one = {talk->fd, POLLIN, 0};
		enum talk_result result = talk_take(talk);

		if (result != TALK_NOTHING)
			return result == TALK_LINE_READ;
		fflush(stdout);
		if (poll(&one, 1, -1) < 0 && errno != EINTR)
			return talk_fault(talk, "failed", "cannot wait: %s", strerror(errno));
	}
}

static bool ask(const struct call *call, struct talk *talk, bool *ret_is_usage)
{
	uint64_t lines = UINT64_MAX;
	struct say_out say;
	char *text;
	bool asked;

	*ret_is_usage = !command_number(call, OPTION_LINES, &lines);
	if (*ret_is_usage)
		return false;
	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	if (call->option[OPTION_NODE])
		say_string(&say, "node", call->option[OPTION_NODE]);
	if (call->option[OPTION_LEVEL])
		say_string(&say, "level", call->option[OPTION_LEVEL]);
	if (call->option[OPTION_LINES])
		pkdi_out_unsigned(&say.out, "lines", lines);
	pkdi_out_bool(&say.out, "follow", call->option[OPTION_FOLLOW] != NULL);
	pkdi_out_close(&say.out, '}');
	text = say_take(&say);
	asked = talk_ask(talk, "logs", text);
	free(text);
	return asked;
}

int logs_command(struct call *call)
{
	struct talk *talk = find_program(command_operand(call));
	bool follows = call->option[OPTION_FOLLOW] != NULL, is_usage = false, answered;
	int status = 0;

	if (!talk)
		return STATUS_FAILED;
	answered = ask(call, talk, &is_usage);
	while (answered && (answered = next(talk, follows))) {
		print(call, talk);
		if (talk->is_last)
			break;
	}
	fflush(stdout);
	if (is_usage)
		status = STATUS_USAGE;
	else if (!answered && !(follows && talk->has_ended))
		status = talk_fail(talk);
	talk_close(talk);
	return status;
}
