/* pkd set: other values for live parameters. */
#include <string.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/order.h"
#include "pkd/say.h"

int set_command(struct call *call)
{
	const char *word = command_operand(call);
	bool is_program = !strchr(word, '=');
	uint64_t at = UINT64_MAX;
	struct order order;
	struct talk *talk;
	int64_t wait_ns;
	int status = STATUS_USAGE;

	if (!command_number(call, OPTION_AT, &at) ||
	    !command_seconds(call, OPTION_WAIT, 0, 60, ORDER_SET_WAIT_NS / 1e9, &wait_ns))
		return STATUS_USAGE;
	if (order_set(&order, call->operands + is_program, (size_t)(call->n_operands - is_program),
	              at, wait_ns)) {
		talk = find_program(is_program ? word : NULL);
		status = talk ? order_run(&order, call, talk) : STATUS_FAILED;
		talk_close(talk);
	} else {
		complain("%s", order.why);
	}
	order_finish(&order);
	return status;
}
