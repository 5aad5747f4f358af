/* record.ring: packets into the blocks of a file.
 *
 * A firing writes its packet behind the last one, and its commit says so: what a killed firing has
 * written is cut off at the restart, and written again. A thread brings it to the disk. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "store.h"
#include "sync.h"

#include <errno.h>
#include <inttypes.h>
#include <record/ring.pkd.h>
#include <sys/random.h>
#include <time.h>

enum { SPANS = 8, SPANS_BLOCKS = 2 * SPANS };

struct record_ring {
	const struct record_ring_params *params;
	struct pkd_ctx *ctx;
	struct ring_store store;
	struct ring_sync sync;
	char file[RING_NAME_SIZE];
	int64_t synced_ns; /* when it was asked for */
	bool has_failed;
};

static int64_t wall_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int failed(struct record_ring *self, const char *what, int error)
{
	self->has_failed = true;
	return pkd_error(self->ctx, -error, "cannot %s '%s%s': %s", what, self->params->path,
	                 self->file, strerror(-error));
}

/* ---- Opening ---- */

static int refuse(struct record_ring *self, int error, const char *wrong)
{
	const struct record_ring_params *params = self->params;
	const struct ring_layout *layout = &self->store.look.layout;

	if (wrong)
		return pkd_error(self->ctx, EBADMSG,
		                 "cannot record to '%s%s': %s; it is left as it is: move it away, "
		                 "or write another name",
		                 params->path, self->file, wrong);
	if (error == -EWOULDBLOCK)
		return pkd_error(self->ctx, EBUSY,
		                 "cannot record to '%s%s': another program does; write another "
		                 "name",
		                 params->path, self->file);
	if (error == -EEXIST)
		return pkd_error(self->ctx, EEXIST,
		                 "'%s%s' has %" PRIu64 " bytes in blocks of %" PRIu64
		                 ", and they cannot change: write bytes: %" PRIu64
		                 ", block: %" PRIu64 ", or move it away",
		                 params->path, self->file, layout->n_blocks * layout->block_size,
		                 layout->block_size, layout->n_blocks * layout->block_size,
		                 layout->block_size);
	if (error == -ENOSPC || error == -EDQUOT || error == -EFBIG)
		return pkd_error(self->ctx, -error,
		                 "there is no room for '%s%s', which takes %" PRIu64
		                 " bytes: write fewer bytes, or make room",
		                 params->path, self->file, params->bytes);
	return failed(self, "make", error);
}

static int check(const struct record_ring *self)
{
	const struct record_ring_params *params = self->params;

	if (params->bytes / params->block < 3)
		return pkd_error(self->ctx, EINVAL,
		                 "a ring has at least three blocks: write bytes: %" PRIu64
		                 " or more, or a smaller block",
		                 3 * params->block);
	if (params->bytes / params->block > RING_BLOCKS_MAX)
		return pkd_error(self->ctx, EINVAL,
		                 "a ring has at most %d blocks: write block: %" PRIu64 " or more",
		                 RING_BLOCKS_MAX, params->bytes / RING_BLOCKS_MAX + RING_ALIGN);
	return PKD_OK;
}

static int new_id(uint64_t *ret_id)
{
	do {
		if (getrandom(ret_id, sizeof(*ret_id), 0) < 0)
			return -errno;
	} while (*ret_id == 0);
	return 0;
}

static int open_ring(struct record_ring *self)
{
	const struct record_ring_params *params = self->params;
	struct ring_layout layout = {.block_size = params->block / RING_ALIGN * RING_ALIGN,
	                             .made = wall_now()};
	const char *wrong = NULL;
	int folder, error = new_id(&layout.id);

	if (error)
		return failed(self, "make", error);
	layout.n_blocks = params->bytes / layout.block_size;
	if (!ring_name(params->name, self->file))
		return pkd_error(
			self->ctx, EINVAL,
			"name is '%s': a ring's name has letters, digits, '-', '_' and '.', "
			"88 at most, and does not begin with '.'",
			params->name);
	folder = below_open_root(self->ctx, params->path);
	if (folder < 0)
		return folder;
	error = ring_store_open(&self->store, folder, self->file, &layout, &wrong);
	close(folder);
	return error ? refuse(self, error, wrong) : PKD_OK;
}

static int resume(struct record_ring *self)
{
	const struct record_ring_state *state = record_ring_get_state(self->ctx);
	struct ring_mark mark = {state->id, state->sequence, state->at, state->number};
	uint64_t *run = record_ring_get_run(self->ctx);
	int error = *run ? 0 : new_id(run);

	if (mark.id && mark.id != self->store.look.layout.id)
		pkd_note(self->ctx,
		         "'%s%s' was removed or replaced: recorded to the one that is there now",
		         self->params->path, self->file);
	if (!error)
		error = ring_store_resume(&self->store, &mark, *run);
	if (error)
		return failed(self, "read", error);
	if (self->store.n_damaged > 0)
		pkd_log(self->ctx, PKD_LOG_WARNING,
		        "'%s%s' is damaged, in %" PRIu64
		        " places so far as is known: what is whole can be read until it is written over",
		        self->params->path, self->file, self->store.n_damaged);
	return PKD_OK;
}

int record_ring_init(struct record_ring *self, const struct record_ring_params *params,
                     struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	self->ctx = ctx;
	self->store.look.fd = -1;
	error = check(self);
	if (!error)
		error = open_ring(self);
	if (!error)
		error = resume(self);
	if (!error && ring_sync_start(&self->sync, self->store.look.fd) < 0)
		error = pkd_error(ctx, EAGAIN, "a thread cannot be started; see 'ulimit -u'");
	if (error)
		ring_store_close(&self->store);
	self->synced_ns = pkd_now();
	return error;
}

/* ---- Packets ---- */

static const struct ring_block *oldest_block(const struct record_ring *self)
{
	return ring_block_above(&self->store.look.layout, self->store.blocks, 0);
}

static int64_t age(int64_t wall, int64_t now)
{
	int64_t ns;

	return __builtin_sub_overflow(now, wall, &ns) ? INT64_MAX : ns;
}

/* A block is as old as its last packet, which the next one tells. */
static int forget_old(struct record_ring *self, int64_t now)
{
	int64_t keep = self->params->keep;
	int error = 0;

	while (keep > 0 && !error) {
		const struct ring_block *oldest = oldest_block(self), *next;

		if (!oldest)
			break;
		next = ring_block_above(&self->store.look.layout, self->store.blocks,
		                        oldest->sequence);
		if (!next || age(next->wall, now) <= keep)
			break;
		error = ring_store_forget(&self->store, oldest);
	}
	return error;
}

/* Where there are blocks enough, none has more than an eighth of `keep`: it goes as a whole. */
static bool is_long(const struct record_ring *self, int64_t now)
{
	const struct ring_layout *layout = &self->store.look.layout;
	uint64_t sequence = self->store.end.sequence;
	const struct ring_block *block;

	if (self->params->keep == 0 || sequence == 0 || layout->n_blocks < SPANS_BLOCKS)
		return false;
	block = &self->store.blocks[(sequence - 1) % layout->n_blocks];
	return age(block->wall, now) > self->params->keep / SPANS;
}

/* Behind the block that is full now, too. */
static int bring_to_disk(struct record_ring *self, bool is_new)
{
	const struct ring_layout *layout = &self->store.look.layout;
	int64_t now = pkd_now();
	off_t old = 0, n = 0;

	if (!is_new && (self->params->sync == 0 || now - self->synced_ns < self->params->sync))
		return 0;
	self->synced_ns = now;
	if (is_new && self->store.end.sequence > 1) {
		old = (off_t)ring_block_at(layout, self->store.end.sequence - 1);
		n = (off_t)layout->block_size;
	}
	return ring_sync_ask(&self->sync, old, n);
}

static void tell(const struct record_ring *self, int64_t now, struct record_Held *held)
{
	const struct ring_store *store = &self->store;
	const struct ring_block *oldest = oldest_block(self);
	uint64_t n = 0;

	for (uint64_t i = 0; i < store->look.layout.n_blocks; i++)
		n += store->blocks[i].sequence > 0;
	held->oldest = oldest ? oldest->wall : now;
	held->newest = now;
	held->n_packets = oldest ? store->end.number - oldest->number + 1 : 0;
	held->bytes = n * store->look.layout.block_size;
	held->recorded = store->end.number;
}

int record_ring_step(struct record_ring *self, const struct record_ring_in *in,
                     struct record_ring_out *out, struct pkd_ctx *ctx)
{
	struct record_ring_state *state = record_ring_get_state(ctx);
	int64_t now = wall_now();
	bool is_new;
	int error;

	self->ctx = ctx;
	if (self->has_failed)
		return -EIO;
	error = ring_store_add(&self->store, in->packet, now, is_long(self, now), &is_new);
	if (!error)
		error = forget_old(self, now);
	if (!error)
		error = bring_to_disk(self, is_new);
	if (error)
		return failed(self, "write", error);
	state->id = self->store.end.id;
	state->sequence = self->store.end.sequence;
	state->at = self->store.end.at;
	state->number = self->store.end.number;
	tell(self, now, out->held);
	return PKD_OK;
}

void record_ring_finish(struct record_ring *self)
{
	int error;

	ring_sync_ask(&self->sync, 0, 0);
	error = ring_sync_finish(&self->sync);
	if (error && !self->has_failed)
		failed(self, "write", error);
	ring_store_close(&self->store);
}

PKD_NODE(record_ring);
