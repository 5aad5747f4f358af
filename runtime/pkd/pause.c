/* pkd pause, pkd rest and pkd resume: nodes are held, and go on. */
#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/order.h"
#include "pkd/say.h"

static int run(struct call *call, const char *method, bool needs_nodes)
{
	bool is_program;
	struct talk *talk = find_program_or(command_operand(call), &is_program);
	struct order order;
	int status = STATUS_USAGE;

	if (!talk)
		return STATUS_FAILED;
	if (needs_nodes && call->n_operands == is_program) {
		complain("%s needs the name of a node", method);
	} else {
		order_nodes(&order, method, call->operands + is_program,
		            (size_t)(call->n_operands - is_program));
		status = order_run(&order, call, talk);
		order_finish(&order);
	}
	talk_close(talk);
	return status;
}

int pause_command(struct call *call)
{
	return run(call, "pause", true);
}

int rest_command(struct call *call)
{
	return run(call, "rest", true);
}

int resume_command(struct call *call)
{
	return run(call, "resume", false);
}
