/* pkd stop: ends a program in order, and waits for its end. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/say.h"
#include "pkd/words.h"

/* How long a process may still be there once it has said that it ends. */
enum { LEAVE_MS = 5000 };

static void tell(const struct call *call, const struct talk *talk, bool has_ended)
{
	struct say_out say;

	if (!call->option[OPTION_JSON]) {
		if (!has_ended)
			printf("%s (%d) is told to stop\n", talk->name, (int)talk->pid);
		else if (talk->has_status)
			printf("%s (%d) ended with status %d\n", talk->name, (int)talk->pid,
			       talk->status);
		else
			printf("%s (%d) has ended; its status is not known\n", talk->name,
			       (int)talk->pid);
		return;
	}
	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_text(&say.out, "program", talk->name);
	pkdi_out_signed(&say.out, "pid", talk->pid);
	pkdi_out_bool(&say.out, "ended", has_ended);
	if (talk->has_status)
		pkdi_out_signed(&say.out, "status", talk->status);
	else
		say_null(&say, "status");
	pkdi_out_close(&say.out, '}');
	say_end(&say);
}

/* False after a message: it has not ended, or nobody knows. */
static bool wait_for_end(struct talk *talk, int process, int64_t patience_ns)
{
	struct pollfd gone = {process, POLLIN, 0};
	char limit[WORDS_SIZE];

	words_duration(patience_ns, limit);
	if (!talk_wait_end(talk, talk_now() + patience_ns)) {
		fail("no_end", "%s (%d) has not ended after %s; it still drains, or hangs",
		     talk->name, (int)talk->pid, limit);
		return false;
	}
	if (process >= 0 && poll(&gone, 1, LEAVE_MS) == 0) {
		fail("no_end", "%s (%d) does not answer any more, but is still there", talk->name,
		     (int)talk->pid);
		return false;
	}
	return true;
}

static int stop(const struct call *call, struct talk *talk, int64_t patience_ns)
{
	/* Held before it ends, so that it is no other process of the same number. */
	int process = talk->is_near ? (int)syscall(SYS_pidfd_open, talk->pid, 0) : -1;
	int status = 0;

	/* One that ends at the same moment has ended, too. */
	if ((!talk_ask(talk, "stop", NULL) || !talk_next(talk, TALK_PATIENCE_NS)) &&
	    !talk->has_ended)
		status = talk_fail(talk);
	else if (call->option[OPTION_NO_WAIT])
		tell(call, talk, talk->has_ended);
	else if (wait_for_end(talk, process, patience_ns))
		tell(call, talk, true);
	else
		status = STATUS_FAILED;
	if (process >= 0)
		close(process);
	return status;
}

int stop_command(struct call *call)
{
	int64_t patience_ns;
	struct talk *talk;
	int status;

	if (!command_seconds(call, OPTION_TIMEOUT, 0, 1e6, 60, &patience_ns))
		return STATUS_USAGE;
	talk = find_program(command_operand(call));
	if (!talk)
		return STATUS_FAILED;
	status = stop(call, talk, patience_ns);
	talk_close(talk);
	return status;
}
