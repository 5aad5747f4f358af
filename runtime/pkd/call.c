/* pkd call: tells nodes to carry out a command of theirs, and prints what they answer. */
#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/order.h"
#include "pkd/say.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 512 };

/* NODE.COMMAND, as it is written in Python: two words. Returns how many there are then; `ret_node`
 * is the node, to be freed, or NULL. */
static size_t split_command(char *const *words, size_t n, char *ret_words[static MAX_WORDS],
                            char **ret_node)
{
	const char *dot = n > 0 ? strrchr(words[0], '.') : NULL;
	size_t k = 0;

	*ret_node = NULL;
	if (dot && dot[1] && !strchr(words[0], '=') && (n == 1 || strchr(words[1], '=')))
		*ret_node = strndup(words[0], (size_t)(dot - words[0]));
	if (*ret_node) {
		ret_words[k++] = *ret_node;
		ret_words[k++] = words[0] + (dot + 1 - words[0]);
	}
	for (size_t i = *ret_node ? 1 : 0; i < n && k < MAX_WORDS; i++)
		ret_words[k++] = words[i];
	return k;
}

int call_command(struct call *call)
{
	struct order order;
	struct talk *talk;
	bool is_program;
	char *words[MAX_WORDS], *node;
	size_t n;
	int64_t wait_ns;
	int status = STATUS_USAGE;

	if (!command_seconds(call, OPTION_WAIT, 0, 60, ORDER_CALL_WAIT_NS / 1e9, &wait_ns))
		return STATUS_USAGE;
	talk = find_program_or(command_operand(call), &is_program);
	if (!talk)
		return STATUS_FAILED;
	n = split_command(call->operands + is_program, (size_t)(call->n_operands - is_program),
	                  words, &node);
	if (order_call(&order, words, n, wait_ns))
		status = order_run(&order, call, talk);
	else
		complain("%s", order.why);
	order_finish(&order);
	free(node);
	talk_close(talk);
	return status;
}
