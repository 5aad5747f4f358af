/* record.clip: packets into a buffer in memory, and around an event into a file.
 *
 * All packets go through the buffer, in which room for one more is kept free, so that a firing
 * that is done again finds what lies between tail and head as it was. While a clip is open they go
 * to its file, too, also behind its end, until it is known that no other event comes; then the
 * file is cut there. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "../video/log.h"
#include "../video/muxer.h"
#include "clip_buffer.h"
#include "clip_file.h"

#include <errno.h>
#include <inttypes.h>
#include <record/clip.pkd.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static const int64_t NS_PER_S = 1000000000;
static const int64_t USUAL_STEP_NS = 40000000; /* where times jump */
static const int64_t MAX_STEP_NS = 3600 * (int64_t)1000000000;

struct record_clip {
	const struct record_clip_params *params;
	struct pkd_ctx *ctx;
	struct record_clip_state *state; /* of the call in progress */
	struct clip_buffer buffer;
	struct clip_files files;
	struct media_muxer muxer;
	struct video_Packet *packet; /* out of the buffer */
	int64_t came_ns;             /* when the last packet did */
	bool has_name;               /* the file has it already: the firing is done again */
	bool has_told_room, has_failed;
};

static int64_t wall_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int failed(struct record_clip *self, int error)
{
	char text[MEDIA_TEXT_SIZE];
	int code = media_errno(error);

	if (self->has_failed)
		return -code;
	self->has_failed = true;
	return pkd_error(self->ctx, code, "cannot write a clip in '%s': %s", self->params->path,
	                 error > -4096 ? sink_file_error(-error) : media_error_text(error, text));
}

/* ---- Opening ---- */

static int check(const struct record_clip *self)
{
	uint64_t least = 3 * clip_item_max();

	if (!clip_name_is_valid(self->params->name))
		return pkd_error(self->ctx, EINVAL,
		                 "name is '%s': names of clips begin with letters, digits, '-', "
		                 "'_' and '.', %d at most, the first no '.'",
		                 self->params->name, CLIP_NAME_MAX);
	if (self->params->BYTES < least)
		return pkd_error(self->ctx, EINVAL,
		                 "BYTES is %" PRIu32 ", and the packets that wait need %" PRIu64
		                 " at least: write BYTES: 4MiB or more",
		                 self->params->BYTES, least);
	return PKD_OK;
}

static void tell_adopted(void *context, const char *name)
{
	struct record_clip *self = context;

	pkd_note(self->ctx, "'%s%s' was left by a program that was killed, and has its name now",
	         self->params->path, name);
}

static int open_again(struct record_clip *self, const struct record_clip_state *state)
{
	struct media_muxer *muxer = &self->muxer;
	int fd = clip_file_find(&self->files, state->serial, state->from, state->film.device,
	                        state->film.inode, &self->has_name);

	if (fd < 0)
		return fd;
	muxer->now = state->film;
	muxer->file = (struct sink_file){.fd = fd, .end = state->film.end};
	sink_file_cut(&muxer->file, state->film.end);
	return media_muxer_init(muxer);
}

static int go_on(struct record_clip *self)
{
	const struct record_clip_state *state = record_clip_get_state(self->ctx);
	int error;

	self->came_ns = pkd_now();
	error = clip_files_adopt(&self->files, state->serial, tell_adopted, self);
	if (error)
		return failed(self, error);
	if (!state->is_open)
		return PKD_OK;
	error = open_again(self, state);
	if (error == -ENOENT)
		pkd_note(self->ctx, "the clip that was being written in '%s' is gone",
		         self->params->path);
	else if (error)
		return failed(self, error);
	return pkd_wake(self->ctx, 0) < 0 ? -EINVAL : PKD_OK;
}

static void release(struct record_clip *self)
{
	media_muxer_release(&self->muxer);
	sink_file_close(&self->muxer.file);
	if (self->files.folder >= 0)
		close(self->files.folder);
	free(self->packet);
}

int record_clip_init(struct record_clip *self, const struct record_clip_params *params,
                     struct pkd_ctx *ctx)
{
	uint64_t *run = record_clip_get_run(ctx);
	int error;

	media_log_begin(false);
	self->params = params;
	self->ctx = ctx;
	self->muxer.file.fd = -1;
	self->files = (struct clip_files){.folder = -1, .name = params->name};
	self->buffer = (struct clip_buffer){record_clip_get_buffer(ctx), params->BYTES};
	while (*run == 0)
		if (getrandom(run, sizeof(*run), 0) < 0)
			return pkd_error(ctx, errno, "cannot get a random number");
	self->files.run = *run;
	error = check(self);
	if (error)
		return error;
	self->files.folder = below_open_root(ctx, params->path);
	if (self->files.folder < 0)
		return self->files.folder;
	self->packet = calloc(1, sizeof(*self->packet));
	error = self->packet ? go_on(self) : pkd_error(ctx, ENOMEM, "no memory");
	if (error)
		release(self);
	return error;
}

/* ---- The file ---- */

static void close_film(struct record_clip *self)
{
	media_muxer_release(&self->muxer);
	sink_file_close(&self->muxer.file);
	self->muxer = (struct media_muxer){.file.fd = -1};
	self->has_name = false;
	self->state->is_open = false;
	self->state->film = self->state->kept = (struct video_Muxed){0};
}

static int64_t window(const struct record_clip *self)
{
	return self->params->before + self->params->gap;
}

static int open_film(struct record_clip *self, const struct clip_item *first)
{
	struct record_clip_state *state = self->state;
	struct stat now;
	int fd = clip_file_make(&self->files, state->serial + 1, first->wall);

	if (fd < 0)
		return fd;
	self->muxer = (struct media_muxer){.file.fd = fd, .created_ns = first->wall};
	if (fstat(fd, &now) < 0)
		return -errno;
	state->serial++;
	state->is_open = true;
	state->began = first->time;
	state->from = state->to = first->wall;
	self->muxer.now.device = now.st_dev;
	self->muxer.now.inode = now.st_ino;
	return media_muxer_init(&self->muxer);
}

/* All that is in the buffer from that place on. */
static int write_buffer(struct record_clip *self, uint64_t at)
{
	struct record_clip_state *state = self->state;
	struct clip_item item;
	int result = 0;

	for (; result >= 0 && clip_buffer_item(&self->buffer, at, state->head, &item);
	     at += item.size) {
		clip_buffer_get(&self->buffer, at, &item, self->packet);
		result = media_muxer_add(&self->muxer, self->packet);
		state->to = item.wall;
	}
	return result < 0 ? result : 0;
}

/* Packets of another codec or size than the last one have no place in its film. */
static uint64_t begin_of(const struct record_clip *self)
{
	const struct record_clip_state *state = self->state;
	uint64_t at = state->tail > state->next ? state->tail : state->next, from = at;
	struct clip_item item;
	uint32_t codec = 0, width = 0, height = 0;

	for (bool is_first = true; clip_buffer_item(&self->buffer, at, state->head, &item);
	     at += item.size, is_first = false) {
		clip_buffer_get(&self->buffer, at, &item, self->packet);
		if (!is_first && (self->packet->codec != codec || self->packet->width != width ||
		                  self->packet->height != height))
			from = at;
		codec = self->packet->codec;
		width = self->packet->width;
		height = self->packet->height;
	}
	return from;
}

/* With the key frame at or before `before`. */
static int begin(struct record_clip *self)
{
	struct record_clip_state *state = self->state;
	uint64_t at = begin_of(self);
	struct clip_item item;
	int error;

	while (clip_buffer_item(&self->buffer, at, state->head, &item) && !item.is_key)
		at += item.size;
	if (!clip_buffer_item(&self->buffer, at, state->head, &item))
		return 0;
	error = open_film(self, &item);
	if (!error)
		error = write_buffer(self, at);
	if (error)
		return error;
	state->film = state->kept = self->muxer.now;
	pkd_wake(self->ctx, pkd_now() + self->params->after + window(self) + NS_PER_S);
	return 0;
}

/* What a kill between the name and the commit has left undone is found. */
static int put_name(struct record_clip *self, char name[static CLIP_FILE_SIZE])
{
	const struct record_clip_state *state = self->state;
	int error;

	if (self->params->sync && fsync(self->muxer.file.fd) < 0)
		return -errno;
	error = self->has_name ? clip_file_named(&self->files, state->from, state->film.device,
	                                         state->film.inode, name)
	                       : clip_file_name(&self->files, state->serial, state->from, name);
	if (!error && self->params->sync)
		below_sync(self->files.folder); /* some file systems cannot */
	return error;
}

static int finish_clip(struct record_clip *self, struct record_Clip *clip)
{
	struct record_clip_state *state = self->state;
	char name[CLIP_FILE_SIZE], path[sizeof(clip->path.text)];
	int error;

	media_muxer_go_back(&self->muxer, &state->kept);
	media_muxer_end(&self->muxer); /* without an index it is whole, too */
	error = put_name(self, name);
	if (error)
		return error;
	snprintf(path, sizeof(path), "%s%s", self->params->path, name);
	pkd_string_set(&clip->path, path);
	clip->from = state->from;
	clip->to = state->to;
	clip->n_packets = state->kept.n_packets;
	clip->n_events = state->n_events;
	close_film(self);
	state->n_events = 0;
	return 0;
}

/* ---- The buffer ---- */

/* A clock that goes on where the times of the packets jump. */
static void take_time(struct record_clip_state *state, const struct video_Packet *packet)
{
	int64_t step;

	if (!state->has_packet)
		step = 0;
	else if (packet->session != state->session ||
	         __builtin_sub_overflow(packet->dts, state->dts, &step) || step < 0 ||
	         step > MAX_STEP_NS)
		step = USUAL_STEP_NS;
	state->has_packet = true;
	state->session = packet->session;
	state->dts = packet->dts;
	state->now += step;
}

static uint64_t free_bytes(const struct record_clip *self)
{
	return self->buffer.size - (self->state->head - self->state->tail);
}

static void tell_room(struct record_clip *self, int64_t held)
{
	if (self->has_told_room)
		return;
	self->has_told_room = true;
	pkd_log(self->ctx, PKD_LOG_WARNING,
	        "%" PRIu32 " bytes hold %.1f s of these packets, and `before` is %.1f s: write "
	        "BYTES: %" PRIu64 " or more, or key frames that are closer",
	        self->params->BYTES, (double)held / 1e9, (double)self->params->before / 1e9,
	        2 * (uint64_t)self->params->BYTES);
}

/* Whole groups go from the tail: what is older than `before` needs, and what has no room. */
static void drop(struct record_clip *self)
{
	struct record_clip_state *state = self->state;
	int64_t oldest = state->now - self->params->before, time = 0;
	struct clip_item first;

	while (clip_buffer_item(&self->buffer, state->tail, state->head, &first)) {
		uint64_t key = clip_buffer_next_key(&self->buffer, state->tail, state->head, &time);
		bool is_old = key < state->head && time <= oldest;

		if (!is_old && free_bytes(self) >= clip_item_max())
			break;
		if (!is_old)
			tell_room(self, state->now - first.time);
		state->tail = key;
	}
}

static void keep(struct record_clip *self, const struct video_Packet *packet, int64_t wall)
{
	struct record_clip_state *state = self->state;

	/* What follows no key frame cannot be decoded. */
	if (state->head > state->tail || packet->key)
		state->head = clip_buffer_put(&self->buffer, state->head, packet, state->now, wall);
}

/* ---- Packets and events ---- */

static bool is_wanted(const struct record_clip_state *state)
{
	return state->has_event && state->now <= state->until;
}

/* Whether the clip ends before this packet: with a key frame where it goes on in another one. */
static bool ends_before(const struct record_clip *self, const struct video_Packet *packet)
{
	const struct record_clip_state *state = self->state;
	int64_t length = state->now - state->began, most = self->params->max;

	if (state->now - state->until > window(self) || !state->has_event)
		return true;
	return (length >= most && packet->key) || length / 2 >= most;
}

/* Behind the buffer's last packet, which is this one. */
static int add(struct record_clip *self, const struct video_Packet *packet, int64_t wall)
{
	struct record_clip_state *state = self->state;
	int result = media_muxer_add(&self->muxer, packet);

	if (result < 0 || result == MEDIA_OTHER)
		return result;
	state->film = self->muxer.now;
	if (is_wanted(state)) {
		state->kept = state->film;
		state->to = wall;
	}
	return result;
}

/* *ret_is_done: `clip` is one. */
static int take_packet(struct record_clip *self, const struct video_Packet *packet,
                       struct record_Clip *clip, bool *ret_is_done)
{
	struct record_clip_state *state = self->state;
	int64_t wall = wall_now();
	uint64_t at = state->head;
	int result = 0;

	take_time(state, packet);
	state->wall = wall;
	keep(self, packet, wall);
	self->came_ns = pkd_now();
	if (state->is_open && ends_before(self, packet))
		*ret_is_done = true;
	else if (state->is_open)
		result = add(self, packet, wall);
	if (result == MEDIA_OTHER)
		*ret_is_done = true;
	if (*ret_is_done) {
		if (is_wanted(state)) /* the next one begins where this one ends */
			state->next = at;
		result = finish_clip(self, clip);
	}
	if (result >= 0 && !state->is_open && is_wanted(state))
		result = begin(self);
	drop(self);
	return result < 0 ? result : 0;
}

static int take_event(struct record_clip *self)
{
	struct record_clip_state *state = self->state;

	state->has_event = true;
	state->until = state->now + self->params->after;
	state->n_events++;
	if (!state->is_open)
		return begin(self);
	state->kept = state->film;
	state->to = state->wall;
	return 0;
}

/* No packets have come for so long: the clip is what there is. */
static int take_wake(struct record_clip *self, struct record_Clip *clip, bool *ret_is_done)
{
	int64_t due = self->came_ns + self->params->after + window(self) + NS_PER_S;

	if (!self->state->is_open)
		return 0;
	if (pkd_now() < due)
		return pkd_wake(self->ctx, due);
	*ret_is_done = true;
	return finish_clip(self, clip);
}

int record_clip_step(struct record_clip *self, const struct record_clip_in *in,
                     struct record_clip_out *out, struct pkd_ctx *ctx)
{
	struct record_clip_state *state = record_clip_get_state(ctx);
	bool flushes = pkd_flushing(ctx), is_done = false;
	int error = 0;

	self->ctx = ctx;
	self->state = state;
	if (self->has_failed)
		return -EIO;
	if (state->is_open && self->muxer.file.fd < 0)
		close_film(self); /* it is gone */
	if (flushes) {
		is_done = state->is_open;
		if (is_done)
			error = finish_clip(self, out->clip);
	} else if (pkd_woken(ctx)) {
		error = take_wake(self, out->clip, &is_done);
	} else if (pkd_fired(ctx) == 0) {
		error = take_packet(self, in->packet, out->clip, &is_done);
	} else if (*in->event) {
		error = take_event(self);
	}
	if (error < 0)
		return failed(self, error);
	if (!is_done)
		record_clip_absent_clip(ctx);
	return flushes ? is_done ? PKD_END : PKD_SKIP : PKD_OK;
}

void record_clip_finish(struct record_clip *self)
{
	/* An open one stays for the next start. */
	release(self);
}

PKD_NODE(record_clip);
