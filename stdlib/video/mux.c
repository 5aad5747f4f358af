/* video.mux: packets into an MP4, as they are. */
#include "log.h"
#include "muxer.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <libavutil/error.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <video/mux.pkd.h>

struct video_mux {
	const struct video_mux_params *params;
	struct pkd_ctx *ctx;
	struct media_muxer muxer;
	bool has_failed, has_noted;
	int64_t synced_ns;
};

/* Says it once. */
static int failed(struct video_mux *self, int error)
{
	char text[MEDIA_TEXT_SIZE];
	int code = media_errno(error);

	if (self->has_failed)
		return -code;
	self->has_failed = true;
	return pkd_error(self->ctx, code, "cannot write '%s': %s", self->params->path,
	                 error > -4096 ? sink_file_error(-error) : media_error_text(error, text));
}

/* What the name promises must be what is in the file, unless it goes to a pipe or a device. */
static int check_name(const struct video_mux *self)
{
	static const char *const ours[] = {"mp4", "m4v", "mov"};
	const char *path = self->params->path, *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

	if (self->muxer.file.is_stream || !dot || dot == name || !isalpha((unsigned char)dot[1]))
		return PKD_OK;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcasecmp(dot + 1, ours[i]) == 0)
			return PKD_OK;
	return pkd_error(self->ctx, EINVAL,
	                 "cannot write '%s': video.mux makes an MP4, so write '%.*s.mp4'", path,
	                 (int)(dot - path), path);
}

static int open_file(struct video_mux *self)
{
	struct media_muxer *muxer = &self->muxer;
	int error;

	muxer->now = video_mux_get_state(self->ctx)->film;
	muxer->file = (struct sink_file){.fd = -1,
	                                 .device = muxer->now.device,
	                                 .inode = muxer->now.inode,
	                                 .end = muxer->now.end};
	error = sink_file_open(&muxer->file, self->ctx, self->params->path, false);
	if (error)
		return error;
	if (muxer->file.is_lost)
		muxer->now = (struct video_Muxed){0};
	if (muxer->file.is_resumed && muxer->file.is_stream)
		return pkd_error(
			self->ctx, ESPIPE,
			"'%s' is not a regular file: its video cannot continue after a restart",
			self->params->path);
	return check_name(self);
}

int video_mux_init(struct video_mux *self, const struct video_mux_params *params,
                   struct pkd_ctx *ctx)
{
	int error;

	media_log_begin(false);
	self->params = params;
	self->ctx = ctx;
	self->muxer.file.fd = -1;
	error = open_file(self);
	if (!error && media_muxer_init(&self->muxer) < 0)
		error = pkd_error(ctx, ENOMEM, "no memory");
	if (error) {
		sink_file_close(&self->muxer.file);
		media_muxer_release(&self->muxer);
	}
	return error;
}

/* A pipe, or a file system without that, has nothing to wait for. */
static int sync_file(struct video_mux *self)
{
	int64_t now_ns = pkd_now();

	if (self->params->sync == 0 || self->muxer.file.is_stream ||
	    now_ns - self->synced_ns < self->params->sync)
		return 0;
	self->synced_ns = now_ns;
	return fdatasync(self->muxer.file.fd) < 0 && errno != EINVAL && errno != ENOSYS ? -errno
	                                                                                : 0;
}

static int refuse(struct video_mux *self, const struct video_Packet *packet)
{
	const struct video_Muxed *film = &self->muxer.now;

	self->has_failed = true;
	return pkd_error(
		self->ctx, EINVAL,
		"packet %" PRIu64 " is of %s %" PRIu32 "x%" PRIu32
		", but those in '%s' are %" PRIu32 "x%" PRIu32
		": codec and size cannot change; what came before is in the file",
		packet->number, packet->codec == film->codec ? "a size of" : "another codec,",
		packet->width, packet->height, self->params->path, film->width, film->height);
}

int video_mux_step(struct video_mux *self, const struct video_mux_in *in, struct video_mux_out *out,
                   struct pkd_ctx *ctx)
{
	struct video_Muxed *film = &video_mux_get_state(ctx)->film;
	int result;

	(void)out;
	self->ctx = ctx;
	if (self->has_failed)
		return -EIO;
	result = media_muxer_add(&self->muxer, in->packet);
	if (result == MEDIA_OTHER)
		return refuse(self, in->packet);
	if (result == MEDIA_WAITS && !self->has_noted) {
		self->has_noted = true;
		pkd_note(ctx,
		         "packets are missing before packet %" PRIu64
		         ": '%s' goes on with the next key frame",
		         in->packet->number, self->params->path);
	}
	if (result == MEDIA_MUXED)
		result = sync_file(self);
	if (result < 0)
		return failed(self, result);
	*film = self->muxer.now;
	film->device = self->muxer.file.device;
	film->inode = self->muxer.file.inode;
	return PKD_OK;
}

/* close reports what a network file system kept. */
void video_mux_finish(struct video_mux *self)
{
	int error;

	if (media_muxer_end(&self->muxer) < 0 && !self->has_failed)
		pkd_note(self->ctx, "no space for the index of '%s'; all its frames are complete",
		         self->params->path);
	error = sink_file_close(&self->muxer.file);
	if (error)
		failed(self, error);
	media_muxer_release(&self->muxer);
}

PKD_NODE(video_mux);
