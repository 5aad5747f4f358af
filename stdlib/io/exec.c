/* io.exec: a program that runs as long as the node, and is written to and read from. */
#include "exec.h"
#include "../base/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- Start ---- */

int io_exec_init(struct io_exec *self, const struct io_exec_params *params, struct pkd_ctx *ctx)
{
	const struct io_framing framing = {params->frame, params->ending, params->longer,
	                                   params->N};
	const char *const environment[] = {params->environment, params->secrets};
	bool is_lines = params->frame == io_Frame_lines;
	size_t n = strlen(params->may_write);
	int error;

	self->params = params;
	if (pkd_wanted(ctx, is_lines ? IO_EXEC_DATA : IO_EXEC_LINE))
		return pkd_error(ctx, EINVAL, "%s",
		                 is_lines ? "data is read, and frame: lines gives only `line`: "
		                            "write frame: chunks, or frame: sized"
		                          : "line is read, and only frame: lines gives it");
	if (n > 0 && params->may_write[n - 1] != '/')
		return pkd_error(ctx, EINVAL, "may_write: '%s' has no / at its end: it is a folder",
		                 params->may_write);
	retry_init(&self->retry, IO_RETRY_FIRST_NS, params->retry_max,
	           (uint64_t)pkd_now() ^ (uint64_t)getpid() << 32);
	error = io_command_init(&self->filter.command, params->command, params->shell, environment,
	                        ctx);
	if (!error)
		error = io_frames_init(&self->filter.frames, &framing, ctx);
	if (!error && io_given_init(&self->filter.given) < 0)
		error = pkd_error(ctx, ENOMEM, "no memory for what a program is given");
	if (error) {
		io_given_finish(&self->filter.given);
		io_frames_finish(&self->filter.frames);
		io_command_finish(&self->filter.command);
	}
	pkd_wake(ctx, 0);
	return error;
}

static int start(struct io_exec *self, struct pkd_ctx *ctx)
{
	int r;

	if (self->filter.is_running || self->is_over || pkd_now() < self->retry_ns)
		return 0;
	r = io_filter_start(&self->filter);
	self->started_ns = pkd_now();
	self->has_stalled = self->has_told_in = false;
	self->ending = GOES_ON;
	self->quiet_ns = 0;
	return r < 0 ? pkd_error(ctx, -r, "cannot start '%s'", self->params->command) : 0;
}

/* ---- What it prints ---- */

static void put_frame(const struct io_exec *self, const struct io_frame *frame,
                      struct io_exec_out *out, struct pkd_ctx *ctx)
{
	if (self->params->frame == io_Frame_lines) {
		utf8_put(out->line->text, self->params->N, frame->bytes, frame->n, &out->line->len);
		io_exec_absent_data(ctx);
	} else {
		memcpy(out->data->data, frame->bytes, frame->n);
		out->data->len = (uint32_t)frame->n;
		io_exec_absent_line(ctx);
	}
	io_exec_absent_ended(ctx);
}

/* What is left at its end: a line without its end is one, if the program has ended well. */
static int give_rest(struct io_exec *self, struct io_exec_out *out, struct pkd_ctx *ctx)
{
	bool is_good = io_program_succeeded(&self->filter.program);
	struct io_frame rest;

	io_frames_end(&self->filter.frames, &rest);
	if (rest.n == 0)
		return 0;
	if (is_good && self->params->frame == io_Frame_lines) {
		put_frame(self, &rest, out, ctx);
		return 1;
	}
	pkd_log(ctx, PKD_LOG_WARNING, "its last %zu bytes were no whole value, and are left out",
	        rest.n);
	return 0;
}

static int give_status(struct io_exec *self, struct io_exec_out *out, struct pkd_ctx *ctx)
{
	if (!self->has_status)
		return 0;
	self->has_status = false;
	io_exec_absent_line(ctx);
	io_exec_absent_data(ctx);
	*out->ended = self->status;
	return 1;
}

/* 1: there is something to give; 0, or what pkd_error returns. */
static int find(struct io_exec *self, bool has_value, struct io_exec_out *out, struct pkd_ctx *ctx)
{
	struct io_filter *filter = &self->filter;
	struct io_frame frame;
	int r = io_frames_next(&filter->frames, &frame, ctx);

	if (r == 0 && filter->is_running &&
	    (filter->looks || !has_value || pkd_now() >= io_exec_due(self))) {
		io_filter_read(filter, ctx);
		r = io_frames_next(&filter->frames, &frame, ctx);
	}
	if (r > 0)
		put_frame(self, &frame, out, ctx);
	if (r == 0 && filter->is_running && io_filter_is_over(filter)) {
		r = give_rest(self, out, ctx);
		if (r == 0)
			r = io_exec_end_program(self, ctx);
	}
	return r ? r : give_status(self, out, ctx);
}

/* ---- What it is sent ---- */

static void drop(struct io_exec *self, struct pkd_ctx *ctx)
{
	self->n_dropped++;
	io_exec_get_state(ctx)->n_dropped++;
	self->filter.n_sent = 0;
	self->filter.is_blocked = false;
}

/* Whether the value is done with. */
static bool send_value(struct io_exec *self, const struct io_value *value, struct pkd_ctx *ctx)
{
	struct io_filter *filter = &self->filter;
	bool is_closed;

	if (self->stop_ns && pkd_now() - self->stop_ns >= IO_EXEC_STOP_NS) {
		drop(self, ctx);
		return true;
	}
	if (!filter->is_running || !io_filter_write(filter, value, ctx))
		return false;
	is_closed = filter->program.in < 0;
	if (is_closed && (filter->program.has_ended || self->params->again))
		return false; /* for the next one, if there is one */
	if (is_closed && !self->has_told_in)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "'%s' reads no more: what it is sent from here on is left out",
		        self->params->command);
	self->has_told_in |= is_closed;
	if (is_closed)
		drop(self, ctx);
	filter->n_sent = 0;
	return true;
}

/* ---- The end of the inputs ---- */

/* What those before it have left comes before the end of its input. */
static bool is_writing(struct io_exec *self, struct pkd_ctx *ctx)
{
	struct io_filter *filter = &self->filter;

	return filter->is_running && !self->stop_ns && !io_filter_write(filter, NULL, ctx);
}

static int flush(struct io_exec *self, bool found, struct pkd_ctx *ctx)
{
	bool has_left = io_given_has_left(&self->filter.given) && !self->stop_ns;

	if (is_writing(self, ctx) || (!self->filter.is_running && has_left)) {
		io_filter_watch(&self->filter, ctx);
		return found ? PKD_OK : pkd_later(ctx, io_exec_due(self));
	}
	if (self->filter.is_running && self->filter.program.in >= 0)
		io_filter_close_in(&self->filter, ctx);
	if (!self->quiet_ns || (found && self->ending == GOES_ON))
		self->quiet_ns = pkd_now();
	if (self->filter.is_running)
		io_exec_press(self, ctx);
	if (found)
		return PKD_OK;
	if (self->filter.is_running && self->ending != GIVEN_UP) {
		int64_t due_ns = io_exec_due_of_ending(self), silent_ns = io_exec_due(self);

		return pkd_later(ctx, silent_ns < due_ns ? silent_ns : due_ns);
	}
	io_exec_drop_left(self, ctx);
	io_exec_tell_dropped(self, ctx);
	return PKD_SKIP;
}

/* ---- The node ---- */

static void tell_restart(struct io_exec *self, struct pkd_ctx *ctx)
{
	if (io_exec_get_state(ctx)->n_starts && !self->has_told_restart)
		pkd_note(ctx,
		         "started again: what '%s' had taken and not answered, or printed and was "
		         "not given on, is lost",
		         self->params->command);
	self->has_told_restart = true;
}

static void fire(struct io_exec *self, bool found, struct pkd_ctx *ctx)
{
	struct io_exec_state *state = io_exec_get_state(ctx);
	int64_t now_ns = pkd_now();

	state->last = now_ns > state->last ? now_ns : state->last;
	state->n_starts += !state->n_starts;
	pkd_set_time(ctx, state->last);
	if (!found) {
		io_exec_absent_line(ctx);
		io_exec_absent_data(ctx);
		io_exec_absent_ended(ctx);
	}
	if (!self->is_flushing)
		pkd_wake(ctx, found ? 0 : io_exec_due(self));
}

static int wait(struct io_exec *self, struct pkd_ctx *ctx)
{
	int64_t due_ns = io_exec_due(self);

	if (self->stop_ns && due_ns > self->stop_ns + IO_EXEC_STOP_NS)
		due_ns = self->stop_ns + IO_EXEC_STOP_NS;
	return pkd_later(ctx, due_ns);
}

static struct io_value value_of(const struct io_exec_in *in, const struct pkd_ctx *ctx)
{
	if (in->send && pkd_fired(ctx) == 0)
		return (struct io_value){in->send->text, in->send->len, true};
	if (in->send_bytes && pkd_fired(ctx) == 1)
		return (struct io_value){in->send_bytes->data, in->send_bytes->len, false};
	return (struct io_value){NULL, 0, false};
}

/* At the end of the inputs only one that has something to read, or the first. */
static bool is_wanted(const struct io_exec *self)
{
	return !self->is_flushing || !self->retry_ns ||
	       (io_given_has_left(&self->filter.given) && !self->stop_ns);
}

int io_exec_step(struct io_exec *self, const struct io_exec_in *in, struct io_exec_out *out,
                 struct pkd_ctx *ctx)
{
	struct io_value value = value_of(in, ctx);
	bool has_value = value.bytes, sent = false;
	int found, r;

	self->is_flushing |= pkd_flushing(ctx);
	tell_restart(self, ctx);
	if (pkd_stopping(ctx) && !self->stop_ns)
		self->stop_ns = pkd_now();
	r = is_wanted(self) ? start(self, ctx) : 0;
	found = r < 0 ? r : find(self, has_value, out, ctx);
	if (found < 0)
		return found;
	self->has_taken |= has_value;
	if (has_value)
		sent = send_value(self, &value, ctx);
	else if (self->filter.is_running && !self->is_flushing)
		io_filter_write(&self->filter, NULL, ctx);
	/* What waits here for those who read is no silence. */
	if (found)
		self->filter.owes_ns = 0;
	else
		io_exec_end_stalled(self, ctx);
	if (!found)
		io_filter_watch(&self->filter, ctx);
	if (found || sent)
		fire(self, found, ctx);
	if (self->is_flushing)
		return flush(self, found, ctx);
	if (self->is_over && !self->has_status) {
		self->n_dropped += has_value && !sent;
		io_exec_tell_dropped(self, ctx);
		fire(self, found, ctx);
		return PKD_END;
	}
	if (!found && !sent)
		return wait(self, ctx);
	return has_value && !sent ? PKD_MORE : PKD_OK;
}

/* The step is called then. */
int io_exec_ready(struct io_exec *self, struct pkd_ctx *ctx)
{
	io_filter_unwatch(&self->filter, ctx);
	self->filter.looks = true;
	if (!self->is_flushing)
		pkd_wake(ctx, 0);
	return PKD_OK;
}

void io_exec_finish(struct io_exec *self)
{
	/* Of a source, which has no flush, a stop ends it here. */
	io_program_leave(&self->filter.program);
	io_command_finish(&self->filter.command);
	io_frames_finish(&self->filter.frames);
	io_given_finish(&self->filter.given);
}

PKD_WATCHING_NODE(io_exec);
