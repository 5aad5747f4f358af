/* pkd call: tells nodes to carry out a command of theirs, and prints what they answer. */
#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/order.h"
#include "pkd/say.h"

int call_command(struct call *call)
{
	struct order order;
	struct talk *talk;
	bool is_program;
	int64_t wait_ns;
	int status = STATUS_USAGE;

	if (!command_seconds(call, OPTION_WAIT, 0, 60, ORDER_CALL_WAIT_NS / 1e9, &wait_ns))
		return STATUS_USAGE;
	talk = find_program_or(command_operand(call), &is_program);
	if (!talk)
		return STATUS_FAILED;
	if (order_call(&order, call->operands + is_program,
	               (size_t)(call->n_operands - is_program), wait_ns))
		status = order_run(&order, call, talk);
	else
		complain("%s", order.why);
	order_finish(&order);
	talk_close(talk);
	return status;
}
