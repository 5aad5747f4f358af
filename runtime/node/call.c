#include "node/call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "node/node.h"
#include "node/record.h"
#include "node/say.h"
#include "node/typed.h"

/* Behind each answer: what it overwrites does not belong to it. */
static const uint64_t canary = UINT64_C(0x9d3c58a1f07be264);

/* ---- Sizes ---- */

static uint32_t round_up(uint32_t size)
{
	return (size + 7) / 8 * 8;
}

uint32_t pkdi_call_request_size(const struct pkd_node *decl)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < decl->n_commands; i++)
		if (decl->commands[i].args && decl->commands[i].args->size > most)
			most = decl->commands[i].args->size;
	return decl->n_commands ? round_up((uint32_t)sizeof(struct pkdi_request_entry) + most) : 0;
}

uint32_t pkdi_call_answer_size(const struct pkd_node *decl)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < decl->n_commands; i++)
		if (decl->commands[i].answer && decl->commands[i].answer->size > most)
			most = decl->commands[i].answer->size;
	if (!decl->n_commands)
		return 0;
	return round_up((uint32_t)(sizeof(struct pkdi_answer_entry) + most + sizeof(canary)));
}

size_t pkdi_call_requests_size(const struct pkd_node *decl)
{
	size_t entries = (size_t)PKDI_CALLS * pkdi_call_request_size(decl);

	return entries ? sizeof(struct pkdi_request_words) + entries : 0;
}

size_t pkdi_call_answers_size(const struct pkd_node *decl)
{
	size_t entries = (size_t)PKDI_CALLS * pkdi_call_answer_size(decl);

	return entries ? sizeof(struct pkdi_answer_words) + entries : 0;
}

/* ---- A request ---- */

static void commit(struct pkdi_node *node, uint64_t request)
{
	node->calls.done = request;
	pkdi_record_commit_call(node);
}

/* Whether nobody waits for it any more. To be asked once `begun` is stored. */
static bool is_cancelled(const struct pkdi_node *node, uint64_t n)
{
	return atomic_load(&pkdi_request_of(&node->calls, n)->cancelled);
}

/* Returns what the answer's `error` is. */
static int call(struct pkdi_node *node, const struct pkd_command *command, const void *args,
                struct pkdi_answer_entry *answer)
{
	struct pkdi_mismatch mismatch;
	int r;

	node->ctx.answer = answer;
	r = command->call(node->self, args, answer->answer, &node->ctx);
	node->ctx.answer = NULL;
	if (r < 0)
		return -r;
	if (r != PKD_OK)
		snprintf(answer->text, sizeof(answer->text),
		         "it returned %d: a command returns PKD_OK, or what pkd_error returns", r);
	else if (command->answer && !pkdi_typed_check(command->answer, answer->answer, &mismatch))
		snprintf(answer->text, sizeof(answer->text), "its answer%.60s %.180s",
		         mismatch.place, mismatch.text);
	else
		return 0;
	return PKDI_CALL_INVALID;
}

/* The console has looked, too; nobody has to trust it. */
static bool is_valid(const struct pkdi_node *node, const struct pkdi_request_entry *request)
{
	const struct pkd_command *command;
	struct pkdi_mismatch mismatch;

	if (request->command >= node->decl->n_commands)
		return false;
	command = &node->decl->commands[request->command];
	if (!command->args)
		return true;
	if (!pkdi_typed_check(command->args, request->args, &mismatch))
		return false;
	for (uint32_t i = 0; i < command->args->n; i++)
		if (command->arguments[i].has_range &&
		    !node->calls.fits(&command->arguments[i], request->args))
			return false;
	return true;
}

static char *canary_of(const struct pkd_command *command, struct pkdi_answer_entry *answer)
{
	return answer->answer + (command->answer ? command->answer->size : 0);
}

/* As with outputs: whoever writes beyond its memory has damaged what is not its own. */
static __attribute__((cold)) int say_overrun(struct pkdi_node *node,
                                             const struct pkd_command *command)
{
	pkdi_node_log(node->log, node->decl, "wrote beyond the answer of its command '%s': %s",
	              command->name, command->answer ? command->answer->name : "it has none");
	node->ctx.reported = true;
	return -EOVERFLOW;
}

int pkdi_call_carry_out(struct pkdi_node *node)
{
	uint64_t n = node->calls.done + 1, in_hand = pkdi_read(&node->words->in_hand);
	const struct pkdi_request_entry *request = node->calls.request;
	struct pkdi_answer_entry *answer = pkdi_answer_of(&node->calls, n);
	struct pkd_ctx before = node->ctx;
	const struct pkd_command *command;

	memcpy(node->calls.request, pkdi_request_of(&node->calls, n), node->calls.request_size);
	memset(answer, 0, node->calls.answer_size);
	snprintf(answer->text, sizeof(answer->text), "the request is damaged");
	answer->error = PKDI_CALL_INVALID;
	if (is_valid(node, request)) {
		command = &node->decl->commands[request->command];
		answer->text[0] = '\0';
		node->ctx.state = node->states[0] ? pkdi_record_spare_state(node) : NULL;
		node->ctx.reported = false;
		/* Should the node die in it, that is no fault of its frame. */
		atomic_store_explicit(&node->words->in_hand, 0, memory_order_relaxed);
		atomic_store(&node->calls.answers->begun, n);
		memcpy(canary_of(command, answer), &canary, sizeof(canary));
		if (is_cancelled(node, n)) {
			answer->error = PKDI_CALL_CANCELLED;
		} else {
			pkdi_node_begin_call(node, PKDI_CALL_COMMAND);
			answer->error = call(node, command, request->args, answer);
			pkdi_node_end_call(node);
		}
		if (memcmp(canary_of(command, answer), &canary, sizeof(canary)) != 0)
			return say_overrun(node, command);
		atomic_store_explicit(&node->words->in_hand, in_hand, memory_order_relaxed);
	}
	/* What it has changed does not count, then. */
	if (answer->error)
		pkdi_record_spare_state(node);
	node->ctx = before;
	node->ctx.due_ns = 0; /* it may have something to make now */
	commit(node, n);
	return 0;
}

void pkdi_call_recover(struct pkdi_node *node)
{
	struct pkdi_calls *calls = &node->calls;
	uint64_t begun = pkdi_read(&calls->answers->begun);

	calls->done = pkdi_read(&calls->answers->answered);
	if (begun <= calls->done)
		return;
	pkdi_answer_of(calls, begun)->error = PKDI_CALL_DIED;
	pkdi_record_spare_state(node);
	commit(node, begun);
}
