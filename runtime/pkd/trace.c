/* pkd trace: what the processes of a program did, and when, as a file for Perfetto. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pkd/command.h"
#include "pkd/file.h"
#include "pkd/find.h"
#include "pkd/say.h"

/* What the words behind the PROGRAM say. */
struct wish {
	bool on, off;     /* alone, or off before the file */
	const char *path; /* NULL: no file is written */
};

static bool take_words(char *const *words, int n, struct wish *ret_wish)
{
	struct wish wish = {.path = NULL};
	int at = 0;

	if (n > 0 && strcmp(words[0], "on") == 0)
		wish.on = ++at;
	else if (n > 0 && strcmp(words[0], "off") == 0)
		wish.off = ++at;
	if (!wish.on && at < n)
		wish.path = words[at++];
	*ret_wish = wish;
	if (at == n && n > 0)
		return true;
	complain("trace needs `on`, `off` with or without a FILE, or a FILE");
	return false;
}

/* ---- The program ---- */

/* Begins a session or ends it, or asks only; *ret_on is how it was after that. */
static bool ask_switch(struct talk *talk, const char *parameters, bool *ret_on)
{
	return talk_ask(talk, "trace", parameters) && talk_next(talk, TALK_PATIENCE_NS) &&
	       (pkdi_json_bool(&talk->json, pkdi_json_member(&talk->json, talk->parameters, "on"),
	                       ret_on) ||
	        talk_fault(talk, "protocol", "%s does not say whether it is traced", talk->name));
}

static void pause_for(int64_t ns)
{
	nanosleep(&(struct timespec){ns / 1000000000, ns % 1000000000}, NULL);
}

/* ---- The file ---- */

/* What is between the brackets of a value of the last line. */
static bool find_inner(const struct talk *talk, const char *name, const char **ret_text,
                       size_t *ret_size)
{
	uint32_t value = pkdi_json_member(&talk->json, talk->parameters, name);
	const struct pkdi_json_value *v = &talk->json.values[value];

	if (value == PKDI_JSON_NONE || (v->kind != PKDI_JSON_ARRAY && v->kind != PKDI_JSON_OBJECT))
		return false;
	*ret_text = talk->json.text + v->start + 1;
	*ret_size = v->end - v->start - 2;
	return v->n > 0;
}

static void take_number(const struct talk *talk, const char *name, uint64_t *ret_number)
{
	uint32_t other = pkdi_json_member(&talk->json, talk->parameters, "otherData");

	if (other != PKDI_JSON_NONE)
		pkdi_json_unsigned(&talk->json, pkdi_json_member(&talk->json, other, name),
		                   ret_number);
}

struct counts {
	uint64_t events, overwritten;
};

/* More than the rings of all processes hold. */
#define TRACE_MAX (UINT64_C(4) << 30)

/* The lines are JSON, and so is what is made of them. */
static bool write_events(struct talk *talk, FILE *file, struct counts *ret_counts)
{
	const char *text, *separator = "";
	uint64_t n_bytes = 0;
	size_t size;

	if (!talk_ask(talk, "trace", "{\"events\":true}"))
		return false;
	fputs("{\"traceEvents\":[", file);
	do {
		/* Each line may take its time: there are as many as there are events. */
		talk->asked_ns = talk_now();
		n_bytes += talk->n_answer;
		talk->n_answer = 0;
		if (n_bytes > TRACE_MAX)
			return talk_fault(talk, "protocol", "%s gives a trace without an end",
			                  talk->name);
		if (!talk_next(talk, TALK_PATIENCE_NS))
			return false;
		if (!find_inner(talk, "events", &text, &size))
			continue;
		fprintf(file, "%s\n%.*s", separator, (int)size, text);
		separator = ",";
	} while (!talk->is_last);
	fputs("],\"displayTimeUnit\":\"ms\",\"otherData\":{", file);
	if (find_inner(talk, "otherData", &text, &size))
		fprintf(file, "%.*s", (int)size, text);
	fputs("}}\n", file);
	take_number(talk, "events", &ret_counts->events);
	take_number(talk, "overwritten", &ret_counts->overwritten);
	return true;
}

static void tell(const struct call *call, const struct new_file *file, const struct counts *counts)
{
	struct say_out say;

	if (!call->option[OPTION_JSON]) {
		printf("%s has %" PRIu64 " events", file->path, counts->events);
		if (counts->overwritten)
			printf(", the newest; %" PRIu64 " before them were overwritten",
			       counts->overwritten);
		putchar('\n');
		return;
	}
	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	say_string(&say, "file", file->path);
	pkdi_out_unsigned(&say.out, "events", counts->events);
	pkdi_out_unsigned(&say.out, "overwritten", counts->overwritten);
	pkdi_out_close(&say.out, '}');
	say_end(&say);
}

static int write_file(const struct call *call, struct talk *talk, struct new_file *file)
{
	struct counts counts = {0, 0};

	if (!file_open(file))
		return STATUS_FAILED;
	if (!write_events(talk, file->file, &counts)) {
		file_discard(file);
		return talk_fail(talk);
	}
	if (!file_finish(file))
		return STATUS_FAILED;
	tell(call, file, &counts);
	return 0;
}

/* ---- The command ---- */

static int tell_switch(const struct call *call, bool on)
{
	struct say_out say;

	if (!call->option[OPTION_JSON]) {
		puts(on ? "traced from now on" : "traced no more");
		return 0;
	}
	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_bool(&say.out, "on", on);
	pkdi_out_close(&say.out, '}');
	say_end(&say);
	return 0;
}

/* A session for that time, unless there is one already. */
static bool trace_for(struct talk *talk, int64_t ns)
{
	bool was_on = false, on = false;

	if (!ask_switch(talk, NULL, &was_on) ||
	    (!was_on && !ask_switch(talk, "{\"on\":true}", &on)))
		return false;
	pause_for(ns);
	return was_on || ask_switch(talk, "{\"on\":false}", &on);
}

static int run(const struct call *call, struct talk *talk, const struct wish *wish, int64_t ns)
{
	bool replaces = call->option[OPTION_FORCE] != NULL, on = false;
	struct new_file file;
	bool done;

	if (wish->path && !file_check(&file, wish->path, replaces))
		return STATUS_FAILED;
	if (wish->on || wish->off)
		done = ask_switch(talk, wish->on ? "{\"on\":true}" : "{\"on\":false}", &on);
	else
		done = trace_for(talk, ns);
	if (!done)
		return talk_fail(talk);
	return wish->path ? write_file(call, talk, &file) : tell_switch(call, on);
}

int trace_command(struct call *call)
{
	struct talk *talk;
	struct wish wish;
	bool is_program;
	int64_t ns;
	int status = STATUS_USAGE;

	if (!command_seconds(call, OPTION_SECONDS, 0, 3600, 1, &ns))
		return STATUS_USAGE;
	talk = find_program_or(command_operand(call), &is_program);
	if (!talk)
		return STATUS_FAILED;
	if (take_words(call->operands + is_program, call->n_operands - is_program, &wish))
		status = run(call, talk, &wish, ns);
	talk_close(talk);
	return status;
}
