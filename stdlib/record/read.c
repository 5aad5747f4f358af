/* record.read: the packets of a ring, on a clock of their own. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "../video/packet.h"
#include "look.h"
#include "moment.h"

#include <errno.h>
#include <inttypes.h>
#include <record/read.pkd.h>
#include <stdlib.h>

enum {
	MAX_TRIES = 5,            /* what is being written now is looked at again, … */
	TRY_NS = 5000000,         /* … so long later */
	LOOK_NS = 20000000,       /* from one look at the end of a ring to the next */
	LOOKS_TO_CATCH_UP = 50,   /* after so many the whole ring is looked at */
	FIRST_STEP_NS = 40000000, /* where it is not known how long a packet lasts */
	PASSED_AT_ONCE = 256,     /* packets that one step passes over */
};

struct record_read {
	const struct record_read_params *params;
	struct pkd_ctx *ctx;
	struct ring_look look;
	struct ring_block *blocks;
	struct ring_walk walk;
	struct ring_entry entry;     /* the packet in hand … */
	struct video_Packet *packet; /* … and what it is, with the setup that holds for it */
	struct media_gate gate;
	char file[RING_NAME_SIZE];
	uint64_t last_entry, last_run; /* of what was read */
	int64_t until;
	uint64_t end; /* the last number */
	uint32_t n_tries, n_looks;
	bool has_packet, has_gap, has_told_damage, has_told_over;
	bool has_given; /* since init … */
	int64_t first_ns, first_clock_ns;
};

/* ---- Opening ---- */

static int open_file(struct record_read *self)
{
	const struct record_read_params *params = self->params;
	const char *wrong;
	int folder, fd, error;

	if (!ring_name(params->name, self->file))
		return pkd_error(self->ctx, EINVAL, "name is '%s', which is no ring's name",
		                 params->name);
	folder = below_open_root(self->ctx, params->path);
	if (folder < 0)
		return folder;
	fd = below_open_short(folder, self->file, O_RDONLY, 0, BELOW_NO_LINKS);
	close(folder);
	if (fd < 0)
		return pkd_error(self->ctx, -fd, "cannot read the ring '%s%s': %s", params->path,
		                 self->file, strerror(-fd));
	wrong = ring_look_open(&self->look, fd, &error);
	self->look.fd = fd;
	if (wrong)
		return pkd_error(self->ctx, error ? -error : EBADMSG,
		                 "cannot read the ring '%s%s': %s", params->path, self->file,
		                 error ? strerror(-error) : wrong);
	self->blocks = calloc(self->look.layout.n_blocks, sizeof(*self->blocks));
	self->packet = calloc(1, sizeof(*self->packet));
	return self->blocks && self->packet ? PKD_OK : pkd_error(self->ctx, ENOMEM, "no memory");
}

static int unreadable(struct record_read *self, int error)
{
	return pkd_error(self->ctx, -error, "cannot read the ring '%s%s': %s", self->params->path,
	                 self->file, strerror(-error));
}

static int check_moment(struct record_read *self, const char *name, const char *text,
                        struct moment *ret_moment)
{
	*ret_moment = moment_read(text);
	if (ret_moment->kind == MOMENT_WRONG)
		return pkd_error(
			self->ctx, EINVAL,
			"`%s` is '%s': write a time, \"2026-11-30T14:03:05Z\", or how long "
			"before the newest packet, \"-10min\"%s",
			name, text, *name == 't' ? ", or behind `from`, \"+30s\"" : "");
	return PKD_OK;
}

static int64_t earlier(int64_t wall, int64_t ns)
{
	return __builtin_sub_overflow(wall, ns, &wall) ? INT64_MIN : wall;
}

static int64_t later(int64_t wall, int64_t ns)
{
	return __builtin_add_overflow(wall, ns, &wall) ? INT64_MAX : wall;
}

/* `from` and `to` as times; of what is not there to begin with, too. */
static int take_moments(struct record_read *self, int64_t newest, int64_t *ret_from)
{
	struct moment from, to;
	int error = check_moment(self, "from", self->params->from, &from);

	if (!error)
		error = check_moment(self, "to", self->params->to, &to);
	if (error)
		return error;
	if (from.kind == MOMENT_BEHIND)
		return pkd_error(self->ctx, EINVAL,
		                 "`from` is '%s', and there is nothing that it is behind: write "
		                 "\"-%s\", or a time",
		                 self->params->from, self->params->from + 1);
	*ret_from = from.kind == MOMENT_NONE ? INT64_MIN
	            : from.kind == MOMENT_AT ? from.ns
	                                     : earlier(newest, from.ns);
	self->until = to.kind == MOMENT_NONE     ? INT64_MAX
	              : to.kind == MOMENT_AT     ? to.ns
	              : to.kind == MOMENT_BEFORE ? earlier(newest, to.ns)
	                                         : later(*ret_from, to.ns);
	return PKD_OK;
}

static int nothing_there(struct record_read *self, int64_t from, int64_t oldest, int64_t newest)
{
	char texts[3][MOMENT_SIZE];
	bool is_late = from > newest;

	moment_write(oldest, false, texts[0]);
	moment_write(newest, false, texts[1]);
	moment_write(is_late ? from : self->until, false, texts[2]);
	return pkd_error(self->ctx, ENODATA, "'%s%s' has nothing %s %s: it holds %s to %s",
	                 self->params->path, self->file, is_late ? "from" : "up to", texts[2],
	                 texts[0], texts[1]);
}

/* Where it begins, and where it ends. */
static int begin(struct record_read *self)
{
	const struct ring_block *oldest;
	struct ring_entry newest = {0};
	int64_t from = INT64_MIN;
	int error, found = ring_walk_last(&self->look, self->blocks, &newest);

	if (found < 0)
		return unreadable(self, found);
	if (found == RING_NONE && !self->params->follow)
		return pkd_error(self->ctx, ENODATA, "the ring '%s%s' is empty", self->params->path,
		                 self->file);
	error = take_moments(self, newest.wall, &from);
	if (error)
		return error;
	self->end = self->params->follow ? 0 : newest.number;
	oldest = ring_block_above(&self->look.layout, self->blocks, 0);
	if (oldest && (self->until < oldest->wall || (from > newest.wall && self->end)))
		return nothing_there(self, from, oldest->wall, newest.wall);
	if (from > self->until)
		return pkd_error(self->ctx, EINVAL, "`from` is later than `to`");
	self->walk = (struct ring_walk){1, RING_START}; /* of an empty one */
	found = ring_walk_seek(&self->walk, &self->look, self->blocks, from);
	return found < 0 ? unreadable(self, found) : PKD_OK;
}

/* The setup that holds at the walk's place: the last one before it in its block. */
static int find_setup(struct record_read *self)
{
	struct ring_walk walk = {self->walk.sequence,
	                         ring_block_at(&self->look.layout, self->walk.sequence)};
	struct ring_entry entry;
	int found = RING_FOUND;

	while (found == RING_FOUND && walk.sequence == self->walk.sequence &&
	       walk.at < self->walk.at) {
		found = ring_walk_next(&walk, &self->look, &entry);
		if (found == RING_BAD)
			found = ring_walk_skip(&walk, &self->look, &entry);
		if (found == RING_FOUND && entry.n_setup > 0)
			found = ring_look_body(&self->look, &entry, self->packet);
		found = found == RING_BAD ? RING_FOUND : found;
	}
	return found < 0 ? unreadable(self, found) : PKD_OK;
}

static int go_on(struct record_read *self)
{
	const struct record_read_state *state = record_read_get_state(self->ctx);
	const struct ring_layout *layout = &self->look.layout;

	self->walk = (struct ring_walk){state->sequence, state->at};
	self->until = state->until;
	self->end = state->last;
	self->last_entry = state->entry;
	self->last_run = state->run;
	self->gate = (struct media_gate){
		.has_begun = true, .number = state->number, .session = state->their_session};
	if (state->sequence == 0 || state->at < ring_block_at(layout, state->sequence) ||
	    state->at > ring_block_at(layout, state->sequence) + layout->block_size)
		return pkd_error(self->ctx, ESTALE, "the ring '%s%s' was replaced by another one",
		                 self->params->path, self->file);
	return find_setup(self);
}

static void close_all(struct record_read *self)
{
	free(self->blocks);
	free(self->packet);
	if (self->look.fd >= 0)
		close(self->look.fd);
}

int record_read_init(struct record_read *self, const struct record_read_params *params,
                     struct pkd_ctx *ctx)
{
	const struct record_read_state *state = record_read_get_state(ctx);
	int error;

	self->params = params;
	self->ctx = ctx;
	self->look.fd = -1;
	error = open_file(self);
	if (!error) {
		error = ring_look_blocks(&self->look, self->blocks);
		if (error)
			error = unreadable(self, error);
	}
	if (!error)
		error = state->n > 0 ? go_on(self) : begin(self);
	if (error)
		close_all(self);
	return error;
}

/* ---- Packets ---- */

static void tell_damage(struct record_read *self, uint64_t at)
{
	self->has_gap = true;
	if (self->has_told_damage)
		return;
	self->has_told_damage = true;
	pkd_log(self->ctx, PKD_LOG_WARNING,
	        "'%s%s' is damaged at byte %" PRIu64
	        ": packets are missing, and it goes on with the next key frame",
	        self->params->path, self->file, at);
}

static int catch_up(struct record_read *self, bool is_over)
{
	int found = ring_walk_catch_up(&self->walk, &self->look, self->blocks);

	if (found == RING_FOUND && is_over && !self->has_told_over) {
		self->has_told_over = true;
		pkd_log(self->ctx, PKD_LOG_WARNING,
		        "'%s%s' is written over faster than it is read: packets are missing",
		        self->params->path, self->file);
	}
	return found;
}

/* Nothing is behind the last entry: the end, or it comes later. */
static int wait(struct record_read *self)
{
	int found = RING_NONE;

	if (pkd_stopping(self->ctx))
		return PKD_SKIP;
	/* A block may be missing as a whole. */
	if (self->end || ++self->n_looks % LOOKS_TO_CATCH_UP == 0)
		found = catch_up(self, false);
	if (found < 0)
		return unreadable(self, found);
	if (found == RING_FOUND)
		return PKD_OK;
	return self->end ? PKD_SKIP : pkd_later(self->ctx, pkd_now() + LOOK_NS);
}

/* What is not whole may be so in a moment. */
static bool may_be_whole_soon(struct record_read *self)
{
	if (self->n_tries++ < MAX_TRIES)
		return true;
	self->n_tries = 0;
	return false;
}

/* The next head. PKD_OK with RING_FOUND or RING_BAD in *ret_found, which is to be tried again. */
static int find_entry(struct record_read *self, int *ret_found)
{
	struct ring_walk before = self->walk;
	int found = ring_walk_next(&self->walk, &self->look, &self->entry);

	if (found == RING_BAD) {
		if (may_be_whole_soon(self))
			return pkd_later(self->ctx, pkd_now() + TRY_NS);
		found = ring_walk_skip(&self->walk, &self->look, &self->entry);
		if (found == RING_FOUND)
			tell_damage(self, before.at);
	}
	*ret_found = found;
	if (found == RING_OVER)
		found = catch_up(self, true);
	if (found < 0)
		return unreadable(self, found);
	return found == RING_NONE || found == RING_BAD ? wait(self) : PKD_OK;
}

static bool is_end(const struct record_read *self)
{
	return (self->end && self->entry.number > self->end) || self->entry.wall > self->until;
}

/* The entry is read, and passes; or *ret_passes is false. */
static int take_entry(struct record_read *self, bool *ret_passes)
{
	int found = ring_look_body(&self->look, &self->entry, self->packet);

	*ret_passes = false;
	if (found < 0)
		return unreadable(self, found);
	if (found == RING_BAD && may_be_whole_soon(self)) {
		self->walk = (struct ring_walk){self->entry.sequence, self->entry.at};
		return pkd_later(self->ctx, pkd_now() + TRY_NS);
	}
	self->n_tries = 0;
	if (found == RING_BAD) {
		tell_damage(self, self->entry.at);
		return PKD_OK;
	}
	if (self->last_entry > 0 &&
	    (self->entry.number != self->last_entry + 1 || self->entry.run != self->last_run))
		self->has_gap = true;
	self->last_entry = self->entry.number;
	self->last_run = self->entry.run;
	if (self->has_gap)
		self->packet->discontinuity = true;
	self->has_gap = false;
	*ret_passes = media_gate_take(&self->gate, self->packet) != MEDIA_DROPPED;
	return PKD_OK;
}

static int find_packet(struct record_read *self)
{
	for (int i = 0; i < PASSED_AT_ONCE; i++) {
		int found = RING_BAD, result = find_entry(self, &found);

		if (result == PKD_OK && found == RING_FOUND && is_end(self))
			return PKD_SKIP;
		if (result == PKD_OK && found == RING_FOUND)
			result = take_entry(self, &self->has_packet);
		if (result != PKD_OK || self->has_packet)
			return result;
	}
	return pkd_later(self->ctx, pkd_now());
}

/* ---- Times ---- */

static bool is_above(int64_t a, int64_t b, int64_t *ret_ns)
{
	return !__builtin_sub_overflow(a, b, ret_ns) && *ret_ns > 0;
}

/* How long behind the packet before it. Where it follows that in the recording, as there. */
static int64_t step_of(const struct record_read *self, const struct record_read_state *state,
                       bool is_joint)
{
	int64_t step, gap, usual = state->step > 0 ? state->step : FIRST_STEP_NS;

	if (!is_joint)
		return is_above(self->packet->dts, state->their_dts, &step) ? step : 0;
	if (self->params->gaps && is_above(self->entry.wall, state->wall, &gap) && gap > usual)
		return gap;
	return usual;
}

static bool is_joint(const struct record_read *self, const struct record_read_state *state)
{
	return self->packet->discontinuity || self->packet->session != state->their_session ||
	       self->entry.run != state->run || self->packet->number != state->number + 1;
}

static int64_t dts_of(const struct record_read *self, const struct record_read_state *state)
{
	int64_t dts = 0;

	if (state->n > 0 &&
	    __builtin_add_overflow(state->dts, step_of(self, state, is_joint(self, state)), &dts))
		dts = INT64_MAX;
	return dts;
}

static int64_t due_time(const struct record_read *self, int64_t dts)
{
	double media_ns = (double)(dts - self->first_ns);

	return self->first_clock_ns + (int64_t)(media_ns / (double)self->params->speed);
}

/* ---- The node ---- */

static void give(struct record_read *self, int64_t dts, struct record_read_state *state,
                 struct record_read_out *out)
{
	struct video_Packet *packet = self->packet;
	bool joint = state->n > 0 && is_joint(self, state);
	int64_t shown;

	if (!is_above(packet->pts, packet->dts, &shown))
		shown = 0;
	if (state->n > 0 && !joint && dts > state->dts)
		state->step = dts - state->dts;
	state->session += state->n > 0 && (self->entry.run != state->run ||
	                                   packet->session != state->their_session);
	state->run = self->entry.run;
	state->number = packet->number;
	state->their_session = packet->session;
	state->their_dts = packet->dts;
	state->wall = self->entry.wall;
	state->entry = self->entry.number;
	state->sequence = self->walk.sequence;
	state->at = self->walk.at;
	state->dts = dts;
	state->until = self->until;
	state->last = self->end;
	state->n++;
	media_packet_copy(out->packet, packet);
	out->packet->number = state->n;
	out->packet->session = state->session;
	out->packet->discontinuity = joint;
	out->packet->dts = dts;
	out->packet->pts = later(dts, shown);
	*out->recorded = self->entry.wall;
}

int record_read_step(struct record_read *self, const struct record_read_in *in,
                     struct record_read_out *out, struct pkd_ctx *ctx)
{
	struct record_read_state *state = record_read_get_state(ctx);
	int64_t dts;

	(void)in;
	self->ctx = ctx;
	while (!self->has_packet) {
		int result = find_packet(self);

		if (result != PKD_OK)
			return result;
	}
	dts = dts_of(self, state);
	if (!self->has_given) {
		self->first_ns = dts;
		self->first_clock_ns = pkd_now();
	} else if (self->params->speed > 0 && pkd_now() < due_time(self, dts)) {
		return pkd_later(ctx, due_time(self, dts));
	}
	give(self, dts, state, out);
	self->has_packet = false;
	self->has_given = true;
	pkd_set_time(ctx, dts);
	return PKD_OK;
}

void record_read_finish(struct record_read *self)
{
	close_all(self);
}

PKD_NODE(record_read);
