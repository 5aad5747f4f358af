#include "console/method.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/calls.h"
#include "console/describe.h"
#include "console/echo.h"
#include "console/logs.h"
#include "console/pause.h"
#include "console/restart.h"
#include "console/set.h"
#include "console/status.h"
#include "console/take.h"
#include "console/tracing.h"
#include "console/types.h"
#include "console/why.h"
#include "options/change.h"
#include "options/param.h"
#include "options/value.h"

enum {
	PROCESSES = 1 << PKDI_SECTION_PROCESS,
	NODES = 1 << PKDI_SECTION_NODE,
	STREAMS = 1 << PKDI_SECTION_STREAM,
	EDGES = 1 << PKDI_SECTION_EDGE,
	PARAMS = 1 << PKDI_SECTION_PARAM,
	COMMANDS = 1 << PKDI_SECTION_COMMAND,
	TYPES = 1 << PKDI_SECTION_TYPE,
	LINES = 1 << PKDI_SECTION_LINE,
	TRACE = 1 << PKDI_SECTION_TRACE,
	CHANGES = PKDI_METHOD_CHANGES,
};

/* How long a process has to answer a ping. */
enum { PING_MS = 500 };

bool pkdi_refuse(struct pkdi_fault *fault, const char *name, const char *format, ...)
{
	va_list arguments;

	fault->name = name;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return false;
}

/* ---- The way through a program ---- */

uint32_t pkdi_section_count(const struct pkdi_run *run, enum pkdi_section section)
{
	switch (section) {
	case PKDI_SECTION_PROCESS:
		return run->n_processes;
	case PKDI_SECTION_NODE:
	case PKDI_SECTION_EDGE:
	case PKDI_SECTION_COMMAND:
		return run->program->n_nodes;
	case PKDI_SECTION_STREAM:
		return run->program->n_streams;
	case PKDI_SECTION_PARAM:
		return pkdi_param_count(run->program);
	case PKDI_SECTION_TYPE:
	case PKDI_SECTION_LINE:
	case PKDI_SECTION_TRACE:
		return 0;
	case PKDI_SECTION_WHOLE:
		break;
	}
	return 1;
}

static uint32_t count(const struct pkdi_run *run, const struct pkdi_request *request,
                      enum pkdi_section section)
{
	if (section == PKDI_SECTION_LINE)
		return UINT32_MAX;
	if (section == PKDI_SECTION_TRACE)
		return pkdi_trace_lines(request);
	if (section == PKDI_SECTION_TYPE)
		return request->types ? (uint32_t)request->types->n : 0;
	return pkdi_section_count(run, section);
}

/* Of a node: its inputs, or its commands; else one. */
static uint32_t count_parts(const struct pkdi_run *run, const struct pkdi_cursor *cursor)
{
	const struct pkd_node *node;

	if (cursor->section != PKDI_SECTION_EDGE && cursor->section != PKDI_SECTION_COMMAND)
		return 1;
	node = &run->program->nodes[cursor->index];
	if (cursor->section == PKDI_SECTION_EDGE)
		return node->n_inputs;
	return node->n_commands;
}

/* Whether there is something at the cursor. */
static bool is_there(const struct pkdi_run *run, const struct pkdi_request *request,
                     const struct pkdi_cursor *cursor)
{
	unsigned sections = request->method->sections;

	if (cursor->section == PKDI_SECTION_WHOLE)
		return true;
	if (!(sections & 1U << cursor->section) ||
	    cursor->index >= count(run, request, cursor->section))
		return false;
	if (cursor->section == PKDI_SECTION_LINE)
		return pkdi_logs_goes_on(run, request, cursor->index);
	if (request->chosen)
		return request->chosen[cursor->index];
	if (cursor->part >= count_parts(run, cursor))
		return false;
	if (cursor->section == PKDI_SECTION_EDGE &&
	    run->program->nodes[cursor->index].inputs[cursor->part].stream == PKD_NONE)
		return false;
	return request->method->write != pkdi_write_why || pkdi_why_is_asked(run, request, cursor);
}

static void step_on(const struct pkdi_run *run, const struct pkdi_request *request,
                    struct pkdi_cursor *cursor)
{
	bool is_asked = request->method->sections & 1U << cursor->section;

	if (is_asked && cursor->index < count(run, request, cursor->section) &&
	    cursor->part + 1 < count_parts(run, cursor)) {
		cursor->part++;
		return;
	}
	cursor->part = 0;
	if (cursor->section == PKDI_SECTION_LINE)
		is_asked = is_asked && pkdi_logs_has(run, request, cursor->index);
	if (is_asked && cursor->index + 1 < count(run, request, cursor->section)) {
		cursor->index++;
		return;
	}
	cursor->index = 0;
	cursor->section++;
}

void pkdi_method_start(const struct pkdi_run *run, struct pkdi_request *request)
{
	request->cursor = (struct pkdi_cursor){PKDI_SECTION_PROCESS, 0, 0};
	while (!is_there(run, request, &request->cursor))
		step_on(run, request, &request->cursor);
}

bool pkdi_method_advance(const struct pkdi_run *run, const struct pkdi_request *request,
                         struct pkdi_cursor *cursor)
{
	if (request->echo && pkdi_echo_goes_on(request->echo)) {
		cursor->index++;
		return true;
	}
	if (cursor->section == PKDI_SECTION_WHOLE)
		return false;
	do
		step_on(run, request, cursor);
	while (!is_there(run, request, cursor));
	return true;
}

void pkdi_method_finish(struct pkdi_request *request)
{
	request->method = NULL;
	free(request->chosen);
	free(request->before);
	request->chosen = NULL;
	request->before = NULL;
	pkdi_call_forget(request);
	pkdi_logs_finish(request->tail);
	request->tail = NULL;
	pkdi_echo_free(request->echo);
	request->echo = NULL;
	pkdi_types_destroy(request->types);
	request->types = NULL;
	pkdi_trace_forget(request);
}

/* ---- Requests without parameters ---- */

static bool begin_plain(struct pkdi_run *run, struct pkdi_request *request,
                        const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	(void)run;
	(void)request;
	if (parameters == PKDI_JSON_NONE || json->values[parameters].n == 0)
		return true;
	return pkdi_refuse(fault, "invalid_parameter", "this takes no parameters");
}

static bool begin_describe(struct pkdi_run *run, struct pkdi_request *request,
                           const struct pkdi_json *json, uint32_t parameters,
                           struct pkdi_fault *fault)
{
	if (!begin_plain(run, request, json, parameters, fault))
		return false;
	request->types = pkdi_types_create(run->program);
	return request->types || pkdi_refuse(fault, "failed", "there is not enough memory");
}

/* ---- Its end ---- */

static bool begin_stop(struct pkdi_run *run, struct pkdi_request *request,
                       const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	const uint64_t one = 1;

	if (!begin_plain(run, request, json, parameters, fault))
		return false;
	if (write(run->stop_fd, &one, sizeof(one)) != sizeof(one))
		return pkdi_refuse(fault, "failed", "the supervisor cannot be told");
	return true;
}

static void write_stop(struct pkdi_run *run, const struct pkdi_request *request,
                       struct pkdi_out *out)
{
	(void)run;
	(void)request;
	(void)out;
}

/* ---- Who is there ---- */

static bool begin_ping(struct pkdi_run *run, struct pkdi_request *request,
                       const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	if (!begin_plain(run, request, json, parameters, fault))
		return false;
	request->version = atomic_fetch_add(&run->live.wishes->ping, 1) + 1;
	request->since_ns = pkd_now();
	request->until_ns = request->since_ns + PING_MS * INT64_C(1000000);
	pkdi_run_ring_all(run);
	return true;
}

static bool has_answered(const struct pkdi_run *run, uint32_t process, uint64_t ping)
{
	return atomic_load(&run->processes[process].words->pong) >= ping;
}

static bool is_ping_ready(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns)
{
	for (uint32_t i = 0; i < run->n_processes; i++)
		if (!has_answered(run, i, request->version) && !pkdi_run_all_ended(run, i))
			return now_ns >= request->until_ns;
	return true;
}

static void write_ping(struct pkdi_run *run, const struct pkdi_request *request,
                       struct pkdi_out *out)
{
	const struct pkdi_process *process = &run->processes[request->cursor.index];
	const struct pkdi_node *calling;
	int64_t since_ns;

	if (request->cursor.section == PKDI_SECTION_WHOLE) {
		pkdi_out_signed(out, "took_ns", pkd_now() - request->since_ns);
		return;
	}
	pkdi_out_open(out, "process", '{');
	pkdi_out_text(out, "name", process->decl->name);
	if (pkdi_run_all_ended(run, request->cursor.index))
		pkdi_out_bool(out, "ended", true);
	else
		pkdi_out_bool(out, "answers",
		              has_answered(run, request->cursor.index, request->version));
	calling = pkdi_run_calling(run, request->cursor.index);
	since_ns = atomic_load(&process->words->step_since_ns);
	if (calling && since_ns) {
		pkdi_out_text(out, "calling", calling->decl->name);
		pkdi_out_signed(out, "for_ns", pkd_now() - since_ns);
	}
	pkdi_out_close(out, '}');
}

/* ---- Nodes that are held ---- */

static bool hold(struct pkdi_run *run, const struct pkdi_json *json, uint32_t parameters,
                 enum pkdi_held held, struct pkdi_fault *fault)
{
	uint32_t nodes = pkdi_take_array(json, parameters, "nodes");

	if (nodes == PKDI_JSON_NONE || json->values[nodes].n == 0)
		return pkdi_refuse(fault, "invalid_parameter", "\"nodes\" is an array of names");
	return pkdi_hold_nodes(run, json, nodes, held, fault);
}

static bool begin_pause(struct pkdi_run *run, struct pkdi_request *request,
                        const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	(void)request;
	return hold(run, json, parameters, PKDI_HELD_PAUSED, fault);
}

static bool begin_rest(struct pkdi_run *run, struct pkdi_request *request,
                       const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	(void)request;
	return hold(run, json, parameters, PKDI_HELD_RESTS, fault);
}

static void write_held(struct pkdi_run *run, const struct pkdi_request *request,
                       struct pkdi_out *out)
{
	(void)request;
	pkdi_hold_tell(run, out);
}

static bool begin_resume(struct pkdi_run *run, struct pkdi_request *request,
                         const struct pkdi_json *json, uint32_t parameters,
                         struct pkdi_fault *fault)
{
	uint32_t nodes = pkdi_take_array(json, parameters, "nodes");

	if (nodes != PKDI_JSON_NONE)
		return pkdi_hold_nodes(run, json, nodes, PKDI_HELD_NOT, fault);
	if (!begin_plain(run, request, json, parameters, fault))
		return false;
	pkdi_resume_all(run);
	return true;
}

/* ---- Parameters ---- */

static void tell_param(const struct pkdi_run *run, uint32_t index, struct pkdi_out *out)
{
	char name[PKDI_NAME_SIZE], text[PKDI_SET_TEXT];
	struct pkdi_param target;
	const char *why;
	bool secret;

	pkdi_param_nth(run->program, index, &target);
	pkdi_param_name(&target, name);
	pkdi_out_text(out, "name", name);
	secret = pkdi_param_is_secret(run->program, &target);
	if (!secret && pkdi_set_text(&target, text) && pkdi_out_is_utf8(text))
		pkdi_out_text(out, "value", text);
	else
		pkdi_out_bool(out, "untold", true);
	if (secret)
		pkdi_out_bool(out, "secret", true);
	pkdi_out_bool(out, "live", pkdi_may_change(run->program, index, &why));
	pkdi_out_bool(out, "set", run->live.is_set[index]);
}

static bool begin_get(struct pkdi_run *run, struct pkdi_request *request,
                      const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	uint32_t names = pkdi_json_member(json, parameters, "names");

	if (names == PKDI_JSON_NONE)
		return begin_plain(run, request, json, parameters, fault);
	if (json->values[names].kind != PKDI_JSON_ARRAY)
		return pkdi_refuse(fault, "invalid_parameter", "\"names\" is an array of names");
	request->chosen = calloc(pkdi_param_count(run->program) + 1, sizeof(*request->chosen));
	if (!request->chosen)
		return pkdi_refuse(fault, "failed", "there is not enough memory");
	for (uint32_t v = names + 1; v < json->values[names].next; v = json->values[v].next) {
		struct pkdi_param target;

		if (!pkdi_set_find(run, json, v, &target, fault))
			return false;
		request->chosen[target.index] = true;
	}
	return true;
}

static void write_get(struct pkdi_run *run, const struct pkdi_request *request,
                      struct pkdi_out *out)
{
	if (request->cursor.section == PKDI_SECTION_WHOLE) {
		pkdi_out_unsigned(out, "version",
		                  run->live.n ? atomic_load(&run->live.wishes->newest) : 0);
		return;
	}
	pkdi_out_open(out, "param", '{');
	tell_param(run, request->cursor.index, out);
	pkdi_out_close(out, '}');
}

static bool begin_set(struct pkdi_run *run, struct pkdi_request *request,
                      const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	uint64_t at = 0;
	uint32_t values = pkdi_json_member(json, parameters, "values");

	if (values == PKDI_JSON_NONE || json->values[values].kind != PKDI_JSON_OBJECT)
		return pkdi_refuse(fault, "invalid_parameter",
		                   "\"values\" is an object of names and values");
	if (!pkdi_take_number(json, parameters, "at", 0, UINT64_MAX, &at, fault) ||
	    !pkdi_take_wait(json, parameters, request, fault))
		return false;
	if (!pkdi_set_remember(run, request))
		return pkdi_refuse(fault, "failed", "there is not enough memory");
	return pkdi_set_values(run, json, values, at, &request->version, fault);
}

static bool is_set_ready(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns)
{
	if (pkdi_set_next_pending(run, request->version, PKD_NONE) == PKD_NONE)
		return true;
	/* Who has been woken before its origin had taken the values sleeps again. */
	pkdi_run_ring_all(run);
	return now_ns >= request->until_ns;
}

static void write_set(struct pkdi_run *run, const struct pkdi_request *request,
                      struct pkdi_out *out)
{
	uint32_t behind = PKD_NONE;

	pkdi_out_unsigned(out, "version", request->version);
	pkdi_out_open(out, "clocks", '[');
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkdi_live_words *words = &run->nodes[i].words->live;

		if (!run->nodes[i].live.leads || atomic_load(&words->newest) < request->version)
			continue;
		pkdi_out_open(out, NULL, '{');
		pkdi_out_text(out, "origin", run->program->nodes[i].name);
		pkdi_out_unsigned(out, "frame",
		                  pkdi_read(&words->from[request->version % PKDI_WISHES]));
		pkdi_out_close(out, '}');
	}
	pkdi_out_close(out, ']');
	pkdi_out_open(out, "pending", '[');
	while ((behind = pkdi_set_next_pending(run, request->version, behind)) != PKD_NONE)
		pkdi_out_text(out, NULL, run->program->nodes[behind].name);
	pkdi_out_close(out, ']');
	pkdi_set_tell_dead(run, request, out);
}

/* ---- All of them ---- */

static const struct pkdi_method methods[] = {
#define METHOD(name, sections, begin, write, waits) {name, sections, begin, write, waits},
#include "console/method.def"
#undef METHOD
};

const struct pkdi_method *pkdi_method_find(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(methods[i].name, name))
			return &methods[i];
	return NULL;
}

const char *pkdi_method_names(void)
{
	static char names[256];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "",
		                      methods[i].name);
	return names;
}

void pkdi_greet(const struct pkdi_run *run, struct pkdi_out *out)
{
	pkdi_out_unsigned(out, "pkd", PKDI_PROTOCOL);
	pkdi_out_text(out, "version", PKD_VERSION);
	pkdi_out_unsigned(out, "abi", PKD_ABI);
	pkdi_out_text(out, "program", run->program->name);
	pkdi_out_signed(out, "pid", run->supervisor);
}
