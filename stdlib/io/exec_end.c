/* How a program of io.exec ends, by itself or by the node. */
#include "exec.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

/* Between two signals; and, at last, for what was killed to be gone. */
static const int64_t STOP_KILL_NS = 300000000, KILL_NS = 1000000000, LAST_NS = 500000000;

enum { IDLE_PROGRAMS = 3 }; /* in a row, after the end of the inputs, that read nothing */

/* ---- By itself ---- */

static int fail(const struct io_exec *self, const char *reason, struct pkd_ctx *ctx)
{
	const char *said = self->filter.said.last;

	return pkd_error(ctx, EPROTO, "'%s' has ended: %s%s%s", self->params->command, reason,
	                 *said ? ": " : "", said);
}

static void tell_next(const struct io_exec *self, const char *reason, struct io_unread unread,
                      struct pkd_ctx *ctx)
{
	char text[200] = "";
	int n = 0;

	if (unread.n_read)
		n = snprintf(text, sizeof(text),
		             "; up to %" PRIu64 " values that it had read may be lost (it printed "
		             "%" PRIu64 ")",
		             unread.n_read, self->filter.n_frames);
	if (unread.n_left)
		snprintf(text + n, sizeof(text) - (size_t)n,
		         "; %" PRIu64 " that it had not read are for the next one", unread.n_left);
	pkd_log(ctx, PKD_LOG_WARNING, "'%s' has ended: %s; starting it again%s",
	        self->params->command, reason, text);
}

static void plan_next(struct io_exec *self, const char *reason, struct io_unread unread,
                      struct pkd_ctx *ctx)
{
	if (pkd_now() - self->started_ns > self->retry.max_ns)
		retry_reset(&self->retry);
	self->retry_ns = pkd_now() + retry_pause(&self->retry);
	tell_next(self, reason, unread, ctx);
}

void io_exec_tell_dropped(struct io_exec *self, struct pkd_ctx *ctx)
{
	if (self->n_dropped)
		pkd_log(ctx, PKD_LOG_WARNING, "%" PRIu64 " values were not taken by '%s'",
		        self->n_dropped, self->params->command);
	self->n_dropped = 0;
}

void io_exec_drop_left(struct io_exec *self, struct pkd_ctx *ctx)
{
	uint64_t n = io_given_forget(&self->filter.given);

	self->n_dropped += n;
	io_exec_get_state(ctx)->n_dropped += n;
}

/* No program comes any more. */
static void plan_none(struct io_exec *self, const char *reason, struct io_unread unread,
                      struct pkd_ctx *ctx)
{
	self->is_over = true;
	io_exec_drop_left(self, ctx);
	if (self->is_flushing)
		return;
	pkd_note(ctx, "'%s' has ended%s: %s", self->params->command,
	         self->has_taken ? ", before its inputs" : "", reason);
	if (unread.n_read)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "'%s' had read %" PRIu64 " values, and printed %" PRIu64
		        ": what it did not answer is lost",
		        self->params->command, unread.n_read, self->filter.n_frames);
}

/* After the end of the inputs as long as one reads what those before it have left. */
static bool has_next(struct io_exec *self, struct io_unread unread)
{
	if (!self->params->again || !self->is_flushing)
		return self->params->again;
	self->n_idle = unread.n_read ? 0 : self->n_idle + 1;
	return unread.n_left && !self->stop_ns && self->n_idle < IDLE_PROGRAMS;
}

/* It was told to end by a signal, and did. */
static bool is_obedient(const struct io_exec *self)
{
	return self->stop_ns && self->ending != GOES_ON;
}

/* Of one that was ended for its silence, whatever it made of the signal. */
static void find_reason(struct io_exec *self, char reason[static IO_REASON_SIZE])
{
	const struct io_program *program = &self->filter.program;

	io_program_reason(program, reason);
	self->status = io_program_status(program);
	if (!self->has_stalled)
		return;
	snprintf(reason, IO_REASON_SIZE, "it printed nothing for %g s, and was killed",
	         (double)self->params->stall / 1e9);
	if (self->status < 128)
		self->status = 128 + SIGTERM;
}

int io_exec_end_program(struct io_exec *self, struct pkd_ctx *ctx)
{
	struct io_filter *filter = &self->filter;
	bool is_good = !self->has_stalled && io_program_succeeded(&filter->program);
	char reason[IO_REASON_SIZE];
	struct io_unread unread;

	find_reason(self, reason);
	self->has_status = pkd_wanted(ctx, IO_EXEC_ENDED);
	unread = io_filter_end(filter, ctx);
	is_good |= is_obedient(self);
	if (has_next(self, unread)) {
		plan_next(self, reason, unread, ctx);
		return 0;
	}
	if (!is_good && self->params->nonzero == io_Nonzero_fail &&
	    (self->is_flushing || !self->params->again)) {
		io_exec_drop_left(self, ctx);
		io_exec_tell_dropped(self, ctx);
		return fail(self, reason, ctx);
	}
	if (!is_good)
		pkd_log(ctx, PKD_LOG_WARNING, "'%s' has ended: %s", self->params->command, reason);
	plan_none(self, reason, unread, ctx);
	return 0;
}

/* ---- By the node ---- */

/* When the next of these is due. */
int64_t io_exec_due_of_ending(const struct io_exec *self)
{
	int64_t grace_ns = self->stop_ns ? IO_EXEC_STOP_NS : self->params->grace;
	int64_t kill_ns = self->stop_ns ? STOP_KILL_NS : KILL_NS;

	if (self->stop_ns && self->ending == GOES_ON)
		return self->stop_ns + grace_ns;
	return self->quiet_ns + (self->ending == GOES_ON      ? grace_ns
	                         : self->ending == TERMINATED ? kill_ns
	                                                      : LAST_NS);
}

/* When it has been silent for too long; or, where none runs, the next one is started. */
int64_t io_exec_due(struct io_exec *self)
{
	int64_t owes_ns;

	if (!self->filter.is_running)
		return self->retry_ns;
	if (self->has_stalled)
		return self->ending == GIVEN_UP ? INT64_MAX : io_exec_due_of_ending(self);
	owes_ns = self->params->stall ? io_filter_owes(&self->filter) : 0;
	return owes_ns ? owes_ns + self->params->stall : INT64_MAX;
}

void io_exec_press(struct io_exec *self, struct pkd_ctx *ctx)
{
	struct io_program *program = &self->filter.program;

	if (pkd_now() < io_exec_due_of_ending(self))
		return;
	if (self->ending == GOES_ON) {
		pkd_log(ctx, PKD_LOG_WARNING, "'%s' has not ended: SIGTERM", self->params->command);
		io_program_terminate(program);
	} else if (self->ending == TERMINATED) {
		pkd_log(ctx, PKD_LOG_WARNING, "'%s' ignores SIGTERM: SIGKILL",
		        self->params->command);
		io_program_kill(program);
	}
	self->ending++;
	self->quiet_ns = pkd_now();
}

/* Before the end of the inputs. */
void io_exec_end_stalled(struct io_exec *self, struct pkd_ctx *ctx)
{
	if (!self->filter.is_running || self->ending == GIVEN_UP || pkd_now() < io_exec_due(self))
		return;
	if (!self->has_stalled) {
		pkd_log(ctx, PKD_LOG_WARNING, "'%s' has printed nothing for %g s: SIGTERM",
		        self->params->command, (double)self->params->stall / 1e9);
		io_program_terminate(&self->filter.program);
		self->has_stalled = true;
		self->ending = TERMINATED;
		self->quiet_ns = pkd_now();
		return;
	}
	io_exec_press(self, ctx);
}
