#include "console/calls.h"

#include <pkd/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/names.h"
#include "console/read_value.h"
#include "console/take.h"
#include "console/value_json.h"
#include "node/typed.h"
#include "options/levels.h"
#include "options/value.h"

/* What a line has around a value, at most, and what its writer keeps free. */
enum { ROOM_OF_LINE = 1024 };

/* A request to one node. */
struct pkdi_asked {
	uint32_t node;
	const struct pkd_command *command;
	struct pkdi_calls *calls;
	uint64_t number;
	bool is_over;   /* answered, or it never will be */
	bool has_ended; /* the node, before it took the request */
	struct pkdi_answer_entry
		*answer; /* a copy, as the mailbox is used again; NULL: none came */
};

/* ---- Who is asked ---- */

static const struct pkd_command *find_command(const struct pkd_node *node, const char *name)
{
	for (uint32_t i = 0; i < node->n_commands; i++)
		if (!strcmp(node->commands[i].name, name))
			return &node->commands[i];
	return NULL;
}

/* What may be asked of the nodes that a name means, for people. */
static bool refuse_command(const struct pkdi_run *run, const char *name, const char *command,
                           struct pkdi_fault *fault)
{
	char names[256] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkd_node *node = &run->program->nodes[i];

		if (!pkdi_name_means(run->program, name, strlen(name), i))
			continue;
		for (uint32_t k = 0; k < node->n_commands && n < sizeof(names); k++)
			n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", n ? ", " : "",
			                      node->commands[k].name);
		if (n)
			break;
	}
	return pkdi_refuse(fault, "unknown_command", "node '%.100s' has no command '%.100s'%s%s",
	                   name, command, n ? ": it has " : "; it has none", names);
}

/* Chooses the nodes in request->chosen. Returns how many, 0 after a fault. */
static uint32_t choose(struct pkdi_run *run, struct pkdi_request *request, const char *name,
                       const char *command, struct pkdi_fault *fault)
{
	bool is_there = false, has_it = false;
	uint32_t n = 0;

	request->chosen = calloc(run->program->n_nodes + 1, sizeof(*request->chosen));
	if (!request->chosen)
		return pkdi_refuse(fault, "failed", "there is not enough memory");
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		if (!pkdi_name_means(run->program, name, strlen(name), i))
			continue;
		is_there = true;
		if (!find_command(&run->program->nodes[i], command))
			continue;
		has_it = true;
		request->chosen[i] = !pkdi_run_has_ended(run, i);
		n += request->chosen[i];
	}
	if (!is_there)
		pkdi_names_refuse_node(run->program, name, fault);
	else if (!has_it)
		refuse_command(run, name, command, fault);
	else if (!n)
		pkdi_refuse(fault, "ended", "node '%.160s' has ended", name);
	return n;
}

/* ---- Posting ---- */

/* Where its next request would be. Sixteen may wait, and nobody waits for the answer that its entry
 * still holds. */
static bool has_room(const struct pkdi_calls *calls)
{
	uint64_t next = atomic_load(&calls->requests->posted) + 1;

	return next - atomic_load(&calls->answers->answered) <= PKDI_CALLS &&
	       !(calls->awaited & 1U << next % PKDI_CALLS);
}

/* Writes the arguments where the next request will be: nobody reads there yet. */
static bool write_arguments(struct pkdi_calls *calls, const struct pkd_node *node,
                            const struct pkd_command *command, const struct pkdi_json *json,
                            uint32_t arguments, struct pkdi_fault *fault)
{
	uint64_t next = atomic_load(&calls->requests->posted) + 1;
	struct pkdi_request_entry *entry = pkdi_request_of(calls, next);

	memset(entry, 0, calls->request_size);
	entry->command = (uint32_t)(command - node->commands);
	if (command->args)
		return pkdi_read_arguments(json, arguments, command, entry->args, fault);
	return arguments == PKDI_JSON_NONE || json->values[arguments].n == 0 ||
	       pkdi_refuse(fault, "unknown_argument", "'%.160s' takes no arguments", command->name);
}

static void post(struct pkdi_calls *calls, struct pkdi_asked *asked)
{
	asked->number = atomic_load(&calls->requests->posted) + 1;
	asked->calls = calls;
	calls->awaited |= (uint16_t)(1U << asked->number % PKDI_CALLS);
	atomic_store_explicit(&calls->requests->posted, asked->number, memory_order_release);
}

static bool post_all(struct pkdi_run *run, struct pkdi_request *request, const char *command,
                     const struct pkdi_json *json, uint32_t arguments, struct pkdi_fault *fault)
{
	struct pkdi_asked *asked = request->asked;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkd_node *node = &run->program->nodes[i];
		struct pkdi_calls *calls = &run->nodes[i].calls;

		if (!request->chosen[i])
			continue;
		if (!has_room(calls))
			return pkdi_refuse(fault, "busy", "%d commands wait for node '%.160s'",
			                   PKDI_CALLS, node->name);
		asked->node = i;
		asked->command = find_command(node, command);
		if (!write_arguments(calls, node, asked->command, json, arguments, fault))
			return false;
		asked++;
	}
	for (uint32_t i = 0; i < request->n_asked; i++)
		post(&run->nodes[request->asked[i].node].calls, &request->asked[i]);
	pkdi_run_ring_all(run);
	return true;
}

bool pkdi_call_begin(struct pkdi_run *run, struct pkdi_request *request,
                     const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	char name[256] = "", command[256] = "";
	uint32_t arguments = pkdi_json_member(json, parameters, "arguments");

	if (!pkdi_json_string(json, pkdi_json_member(json, parameters, "node"), name,
	                      sizeof(name)) ||
	    !pkdi_json_string(json, pkdi_json_member(json, parameters, "command"), command,
	                      sizeof(command)) ||
	    (arguments != PKDI_JSON_NONE && json->values[arguments].kind != PKDI_JSON_OBJECT))
		return pkdi_refuse(
			fault, "invalid_parameter",
			"\"node\" and \"command\" are names, and \"arguments\" an object");
	if (!pkdi_take_wait(json, parameters, request, fault))
		return false;
	request->n_asked = choose(run, request, name, command, fault);
	if (!request->n_asked)
		return false;
	request->asked = calloc(request->n_asked, sizeof(*request->asked));
	if (!request->asked)
		return pkdi_refuse(fault, "failed", "there is not enough memory");
	return post_all(run, request, command, json, arguments, fault);
}

/* ---- Answers ---- */

static void release(struct pkdi_asked *asked)
{
	asked->calls->awaited &= (uint16_t) ~(1U << asked->number % PKDI_CALLS);
}

static bool is_answered(const struct pkdi_asked *asked)
{
	return atomic_load_explicit(&asked->calls->answers->answered, memory_order_acquire) >=
	       asked->number;
}

/* The copy is of memory that another process writes, and may have damaged. */
static void check(const struct pkd_command *command, struct pkdi_answer_entry *answer)
{
	struct pkdi_mismatch mismatch;

	answer->text[sizeof(answer->text) - 1] = '\0';
	if (answer->error || !command->answer ||
	    pkdi_typed_check(command->answer, answer->answer, &mismatch))
		return;
	answer->error = PKDI_CALL_INVALID;
	snprintf(answer->text, sizeof(answer->text), "its answer is damaged");
}

static void collect(struct pkdi_asked *asked)
{
	asked->answer = malloc(asked->calls->answer_size);
	if (asked->answer) {
		memcpy(asked->answer, pkdi_answer_of(asked->calls, asked->number),
		       asked->calls->answer_size);
		check(asked->command, asked->answer);
	}
	asked->is_over = true;
	release(asked);
}

static void look(const struct pkdi_run *run, struct pkdi_asked *asked)
{
	bool has_ended = pkdi_run_has_ended(run, asked->node);

	if (is_answered(asked)) /* looked at after the other */
		collect(asked);
	else if (has_ended)
		asked->is_over = asked->has_ended = true;
}

static void cancel(struct pkdi_calls *calls, uint64_t number)
{
	atomic_store(&pkdi_request_of(calls, number)->cancelled, 1);
}

bool pkdi_call_is_ready(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns)
{
	bool is_late = now_ns >= request->until_ns, all = true;

	for (uint32_t i = 0; i < request->n_asked; i++) {
		struct pkdi_asked *asked = &request->asked[i];

		if (!asked->is_over)
			look(run, asked);
		if (!asked->is_over && is_late)
			cancel(asked->calls, asked->number);
		all &= asked->is_over;
	}
	return all || is_late;
}

static void write_fault(struct pkdi_out *out, const char *name, const char *message)
{
	pkdi_out_text(out, "error", name);
	pkdi_out_text(out, "message", message);
}

static const char not_begun[] = "the node has not begun it, and will not any more";

static void write_failure(struct pkdi_out *out, const struct pkdi_answer_entry *answer)
{
	if (answer->error == PKDI_CALL_DIED)
		write_fault(out, "died",
		            "the node died in it, and what it had changed is undone; `pkd logs` "
		            "says of what");
	else if (answer->error == PKDI_CALL_INVALID)
		write_fault(out, "invalid_answer", answer->text);
	else if (answer->error == PKDI_CALL_CANCELLED)
		write_fault(out, "timeout", not_begun);
	else
		write_fault(out, "failed", *answer->text ? answer->text : strerror(answer->error));
}

/* Whether what was written does not fit even a line that is all its own. */
static bool is_too_long(const struct pkdi_out *out, const struct pkdi_out *before)
{
	return out->is_full && before->size + ROOM_OF_LINE >= PKDI_MESSAGE_SIZE;
}

/* Where it is too long, that is said instead: it was carried out. */
static void write_answer(struct pkdi_out *out, const struct pkdi_asked *asked)
{
	const struct pkdi_out before = *out;

	pkdi_write_value(asked->command->answer, asked->answer->answer, "value", out);
	if (!is_too_long(out, &before))
		return;
	*out = before;
	write_fault(out, "too_long", "it was carried out; its answer is longer than a line may be");
}

static void write_one(struct pkdi_out *out, const struct pkdi_asked *asked)
{
	const struct pkdi_calls *calls = asked->calls;
	/* Looked at behind the cancelling. */
	bool has_begun = atomic_load(&calls->answers->begun) >= asked->number;

	if (asked->answer && asked->answer->error)
		write_failure(out, asked->answer);
	else if (asked->answer && asked->command->answer)
		write_answer(out, asked);
	else if (asked->answer)
		return;
	else if (asked->has_ended && has_begun)
		write_fault(out, "died", "the node died in it, and was given up");
	else if (asked->has_ended)
		write_fault(out, "ended", "the node has ended before it");
	else if (asked->is_over)
		write_fault(out, "failed", "there is not enough memory for the answer");
	else
		write_fault(out, "timeout",
		            has_begun ? "it is still running, and may finish later" : not_begun);
}

void pkdi_call_write(struct pkdi_run *run, const struct pkdi_request *request, struct pkdi_out *out)
{
	const struct pkdi_asked *asked = request->asked;

	if (request->cursor.section != PKDI_SECTION_NODE)
		return;
	while (asked->node != request->cursor.index)
		asked++;
	pkdi_out_open(out, "answer", '{');
	pkdi_out_text(out, "node", run->program->nodes[asked->node].name);
	write_one(out, asked);
	pkdi_out_close(out, '}');
}

void pkdi_call_forget(struct pkdi_request *request)
{
	for (uint32_t i = 0; i < request->n_asked; i++) {
		if (!request->asked[i].is_over && request->asked[i].number) {
			cancel(request->asked[i].calls, request->asked[i].number);
			release(&request->asked[i]);
		}
		free(request->asked[i].answer);
	}
	free(request->asked);
	request->asked = NULL;
	request->n_asked = 0;
}

void pkdi_call_cancel_all(struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		struct pkdi_calls *calls = &run->nodes[i].calls;
		uint64_t n = calls->requests ? atomic_load(&calls->answers->answered) : 0;

		if (!calls->requests)
			continue;
		/* What is damaged is no reason to go on for ever. */
		for (int k = 0; k < PKDI_CALLS && n < atomic_load(&calls->requests->posted); k++)
			cancel(calls, ++n);
	}
}

/* ---- What there is to ask ---- */

/* One that `arguments` of a call could have; a time in its words. It is not there where it is too
 * long for the line. */
static void describe_default(const struct pkd_command *command, uint32_t i, struct pkdi_out *out)
{
	const struct pkd_param *argument = &command->arguments[i];
	const struct pkdi_out before = *out;
	char text[PKD_NUMBER_SIZE];

	if (!argument->initial)
		return;
	if (argument->kind == PKD_TIME && !argument->n) {
		pkdi_value_show(argument, command->defaults, text, sizeof(text));
		pkdi_out_text(out, "default", text);
		return;
	}
	pkdi_write_value(command->args->fields[i].type,
	                 (const char *)command->defaults + argument->offset, "default", out);
	if (is_too_long(out, &before))
		*out = before;
}

static void describe_argument(const struct pkd_command *command, uint32_t i, struct pkdi_out *out)
{
	char range[128], takes[160];

	pkdi_out_open(out, NULL, '{');
	pkdi_out_text(out, "name", command->args->fields[i].name);
	pkdi_out_text(out, "type", command->args->fields[i].type->name);
	pkdi_read_takes(command->args->fields[i].type, takes, sizeof(takes));
	if (*takes)
		pkdi_out_text(out, "takes", takes);
	describe_default(command, i, out);
	pkdi_value_range(&command->arguments[i], range, sizeof(range));
	if (*range)
		pkdi_out_text(out, "range", range);
	pkdi_out_close(out, '}');
}

void pkdi_call_describe(const struct pkdi_run *run, const struct pkdi_cursor *cursor,
                        struct pkdi_out *out)
{
	const struct pkd_node *node = &run->program->nodes[cursor->index];
	const struct pkd_command *command = &node->commands[cursor->part];
	uint32_t n = command->args ? command->args->n : 0;

	pkdi_out_text(out, "node", node->name);
	pkdi_out_text(out, "name", command->name);
	if (*command->doc)
		pkdi_out_text(out, "doc", command->doc);
	pkdi_out_open(out, "arguments", '[');
	for (uint32_t i = 0; i < n; i++)
		describe_argument(command, i, out);
	pkdi_out_close(out, ']');
	if (command->answer)
		pkdi_out_text(out, "answer", command->answer->name);
}
