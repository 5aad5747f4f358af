/* video.write: H.264 by libx264, in fragments of MP4 with one frame each.
 *
 * A fragment goes to the file within its firing, behind the last committed one, and the
 * persistent state says where that ends: what a killed firing has written is cut off at the
 * restart. That needs an encoder that gives each frame back at once, so there are no B-frames
 * and no look-ahead. A new incarnation has a new encoder, which begins with a key frame; its
 * parameters being the same, the header of the file holds for it too. The first frame says how
 * colours are stored, and others are converted to that. */
#include "encoder.h"
#include "log.h"
#include "mp4.h"
#include "write_times.h"

#include "../base/sink_file.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
	MAX_SIDE = 16384, /* x264's limit, in pixels */
	MAX_ASPECT = 65535,
};

struct video_write {
	const struct video_write_params *params;
	struct pkd_ctx *ctx;
	struct sink_file file;
	struct video_write_state now; /* as the last firing left it; without the mark of `file` */
	struct mp4_index index;
	struct media_write_times times;
	struct media_encoder encoder;
	bool has_failed, has_no_index;
	int64_t synced_ns;       /* when the disk had all of it */
	AVRational pixel_aspect; /* 0:1 = as the frames say */
};

/* x264's own words are in the log, but for those about memory, which go to stderr. */
static const char *error_text(int error, char text[static MEDIA_TEXT_SIZE])
{
	if (error == AVERROR_EXTERNAL)
		return media_log_take(text) ? text : "x264 failed, probably out of memory";
	return error > -4096 ? sink_file_error(-error) : media_error_text(error, text);
}

/* Says it once. */
static int failed(struct video_write *self, int error)
{
	char text[MEDIA_TEXT_SIZE];
	int code = media_errno(error);

	if (self->has_failed)
		return -code;
	self->has_failed = true;
	return pkd_error(self->ctx, code, "cannot write '%s': %s", self->params->path,
	                 error_text(error, text));
}

/* ---- Opening ---- */

/* Makes ftyp and moov in memory, which the caller frees; returns how many bytes. */
static int mux_header(struct video_write *self, AVFormatContext *format, uint8_t **ret_header)
{
	AVStream *stream = avformat_new_stream(format, NULL);
	AVDictionary *options = NULL;
	int error, size;

	if (!stream)
		return AVERROR(ENOMEM);
	stream->time_base = self->encoder.codec->time_base;
	stream->sample_aspect_ratio = self->encoder.codec->sample_aspect_ratio;
	error = avcodec_parameters_from_context(stream->codecpar, self->encoder.codec);
	if (error >= 0)
		error = avio_open_dyn_buf(&format->pb);
	if (error < 0)
		return error;
	av_dict_set(&options, "movflags", "frag_custom+empty_moov+default_base_moof", 0);
	error = avformat_write_header(format, &options);
	av_dict_free(&options);
	if (error >= 0 && stream->time_base.den != MEDIA_TICKS_PER_SECOND)
		error = AVERROR_BUG;
	size = avio_close_dyn_buf(format->pb, ret_header);
	format->pb = NULL;
	return error < 0 ? error : size;
}

static int write_header(struct video_write *self)
{
	AVFormatContext *format = NULL;
	uint8_t *header = NULL;
	int error = avformat_alloc_output_context2(&format, NULL, "mp4", NULL);

	if (error >= 0)
		error = mux_header(self, format, &header);
	if (error >= 0)
		error = sink_file_append(&self->file, header, (size_t)error);
	av_free(header);
	avformat_free_context(format);
	return error;
}

/* Says what is wrong with a first frame. */
static int check_first(struct video_write *self, uint32_t width, uint32_t height)
{
	const char *wrong = NULL;

	if (width < 2 || height < 2)
		wrong = "small for H.264: the minimum is 2x2";
	else if (width > MAX_SIDE + 1 || height > MAX_SIDE + 1)
		wrong = "large for H.264: x264 accepts up to 16384 pixels a side";
	else if (av_image_check_size(width & ~1U, height & ~1U, 0, NULL) < 0)
		wrong = "large for H.264: FFmpeg accepts up to 2^28 pixels";
	if (!wrong)
		return PKD_OK;
	self->has_failed = true;
	return pkd_error(self->ctx, EINVAL, "a frame of %" PRIu32 "x%" PRIu32 " is too %s", width,
	                 height, wrong);
}

static int take_first(struct video_write *self, const struct pkd_image *image)
{
	int error = check_first(self, image->width, image->height);

	if (error)
		return error;
	self->now.width = image->width;
	self->now.height = image->height;
	if ((image->width | image->height) & 1)
		pkd_note(self->ctx,
		         "H.264 needs even dimensions: %" PRIu32 "x%" PRIu32
		         " is cropped to %" PRIu32 "x%" PRIu32,
		         image->width, image->height, image->width & ~1U, image->height & ~1U);
	return PKD_OK;
}

static int check_size(struct video_write *self, const struct pkd_image *image)
{
	if (image->width == self->now.width && image->height == self->now.height)
		return PKD_OK;
	self->has_failed = true;
	return pkd_error(self->ctx, EINVAL,
	                 "the frame is %" PRIu32 "x%" PRIu32 " but the video in '%s' is %" PRIu32
	                 "x%" PRIu32 ": its size cannot change",
	                 image->width, image->height, self->params->path, self->now.width,
	                 self->now.height);
}

static int encoder_failed(struct video_write *self, int error)
{
	int n = error == AVERROR_EXTERNAL ? media_encoder_missing_threads(&self->encoder) : 0;

	if (!n)
		return failed(self, error);
	self->has_failed = true;
	return pkd_error(self->ctx, EAGAIN,
	                 "cannot write '%s': x264 needs %d threads and no more can be started; see "
	                 "'ulimit -u' and pids.max of the control group",
	                 self->params->path, n);
}

static int open_video(struct video_write *self, const struct pkd_image *image)
{
	struct media_film film;
	AVRational *aspect = &self->pixel_aspect;
	char said[MEDIA_TEXT_SIZE];
	int error;

	if (aspect->num == 0 && image->pixel_width > 0 && image->pixel_height > 0)
		av_reduce(&aspect->num, &aspect->den, image->pixel_width, image->pixel_height,
		          MAX_ASPECT);
	film = (struct media_film){.width = self->now.width,
	                           .height = self->now.height,
	                           .quality = self->params->quality,
	                           .pixel_aspect = *aspect,
	                           .preset = "veryfast",
	                           .key_ticks = MEDIA_TICKS_PER_SECOND};
	media_film_colours(&film, image);
	media_log_take(said); /* by others */
	error = media_encoder_open(&self->encoder, &film);
	if (error < 0)
		return encoder_failed(self, error);
	if (self->now.n_frames == 0)
		error = write_header(self);
	return error < 0 ? failed(self, error) : PKD_OK;
}

/* ---- Frames ---- */

/* Done again after a kill, it writes the same. */
static int correct_duration(const struct video_write *self, uint64_t fragment, int64_t ticks)
{
	uint8_t duration[4];

	mp4_put_duration(duration, (uint64_t)ticks);
	return sink_file_put(&self->file, fragment + MP4_DURATION_AT, duration, sizeof(duration));
}

static int write_fragment(struct video_write *self)
{
	struct mp4_frame frame = {
		.number = (uint32_t)self->now.n_frames,
		.time = (uint64_t)self->now.ticks,
		.duration = (uint64_t)media_write_times_usual(&self->now),
		.size = (uint32_t)self->encoder.packet->size,
		.is_key = self->encoder.packet->flags & AV_PKT_FLAG_KEY,
	};
	uint64_t at = self->file.end;
	uint8_t head[MP4_HEAD_SIZE];
	int error = 0;

	mp4_put_head(head, &frame);
	/* The head comes last: until it is there, players take its place for the end of the
	 * file. */
	if (!self->file.is_stream)
		error = sink_file_put(&self->file, at + sizeof(head), self->encoder.packet->data,
		                      frame.size);
	if (!error)
		error = sink_file_put(&self->file, at, head, sizeof(head));
	if (!error && self->file.is_stream)
		error = sink_file_put(&self->file, 0, self->encoder.packet->data, frame.size);
	self->now.last = at;
	self->file.end = at + sizeof(head) + frame.size;
	return error;
}

/* What is on the disk outlives a power cut. A pipe, or a file system without that, has nothing to
 * wait for. */
static int sync_file(struct video_write *self)
{
	int64_t now_ns = pkd_now();

	if (self->params->sync == 0 || self->file.is_stream ||
	    now_ns - self->synced_ns < self->params->sync)
		return 0;
	self->synced_ns = now_ns;
	return fdatasync(self->file.fd) < 0 && errno != EINVAL && errno != ENOSYS ? -errno : 0;
}

static void index_frame(struct video_write *self)
{
	struct mp4_key key = {(uint64_t)self->now.ticks, self->now.last};

	if (self->encoder.packet->flags & AV_PKT_FLAG_KEY && !self->has_no_index)
		self->has_no_index = mp4_index_add(&self->index, key) < 0;
}

static int add(struct video_write *self, const struct pkd_image *image)
{
	uint64_t end = self->file.end, before = self->now.last;
	int error = media_encoder_take(&self->encoder, image);

	if (error < 0)
		return failed(self, error);
	media_write_times_take(&self->times, &self->now);
	error = media_encoder_encode(&self->encoder, self->now.ticks);
	if (error >= 0)
		error = write_fragment(self);
	if (error >= 0 && self->now.n_frames > 1 && !self->file.is_stream)
		error = correct_duration(self, before, self->now.step);
	if (error >= 0)
		error = sync_file(self);
	if (error >= 0)
		index_frame(self);
	else
		sink_file_cut(&self->file, end);
	av_packet_unref(self->encoder.packet);
	return error < 0 ? failed(self, error) : PKD_OK;
}

/* ---- The node ---- */

static void release(struct video_write *self)
{
	sink_file_close(&self->file);
	mp4_index_release(&self->index);
	media_encoder_close(&self->encoder);
}

/* Key frames of earlier incarnations. Without them no index is better than one with gaps. */
static void scan(struct video_write *self)
{
	self->has_no_index = mp4_index_scan(&self->index, self->file.fd, self->file.end) < 0;
}

static int open_file(struct video_write *self)
{
	const struct video_write_state *state = video_write_get_state(self->ctx);
	int error;

	self->now = *state;
	self->file.device = state->device;
	self->file.inode = state->inode;
	self->file.end = state->end;
	error = sink_file_open(&self->file, self->ctx, self->params->path, false);
	if (error)
		return error;
	if (self->file.is_lost)
		self->now = (struct video_write_state){0};
	if (self->file.is_resumed && self->file.is_stream)
		return pkd_error(
			self->ctx, ESPIPE,
			"'%s' is not a regular file: its video cannot continue after a restart",
			self->params->path);
	if (self->file.is_resumed)
		scan(self);
	return PKD_OK;
}

/* A number of 1 to 65535, as H.264 stores it; 0 for anything else. */
static int aspect_number(const char *text, const char *end)
{
	int number = 0;

	if (text == end || end - text > 5)
		return 0;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return 0;
		number = number * 10 + *text - '0';
	}
	return number <= MAX_ASPECT ? number : 0;
}

static int take_pixel_aspect(struct video_write *self)
{
	const char *text = self->params->pixel_aspect, *colon = strchr(text, ':');
	AVRational aspect = {0, 1};

	if (strcmp(text, "auto") == 0)
		return PKD_OK;
	if (colon) {
		aspect.num = aspect_number(text, colon);
		aspect.den = aspect_number(colon + 1, text + strlen(text));
	}
	if (aspect.num == 0 || aspect.den == 0)
		return pkd_error(self->ctx, EINVAL,
		                 "pixel_aspect is '%s': write auto, or the width and height of a "
		                 "pixel (1 to 65535), such as 64:45",
		                 text);
	av_reduce(&self->pixel_aspect.num, &self->pixel_aspect.den, aspect.num, aspect.den,
	          MAX_ASPECT);
	return PKD_OK;
}

/* What the name promises must be what is in the file, unless it goes to a pipe or a device. */
static int check_name(const struct video_write *self)
{
	static const char *const ours[] = {"mp4", "m4v", "mov"};
	const char *path = self->params->path, *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

	if (self->file.is_stream || !dot || dot == name || !isalpha((unsigned char)dot[1]))
		return PKD_OK;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcasecmp(dot + 1, ours[i]) == 0)
			return PKD_OK;
	return pkd_error(self->ctx, EINVAL,
	                 "cannot write '%s': a file of H.264 in MP4 ends with .mp4, so write "
	                 "'%.*s.mp4'",
	                 path, (int)(dot - path), path);
}

int video_write_init(struct video_write *self, const struct video_write_params *params,
                     struct pkd_ctx *ctx)
{
	int error;

	media_log_begin(false);
	self->params = params;
	self->ctx = ctx;
	self->times.path = params->path;
	self->file.fd = -1;
	if (!media_encoder_is_there())
		return pkd_error(ctx, ENOTSUP,
		                 "cannot write H.264: this FFmpeg was built without libx264");
	if (media_pixels(params->FORMAT) == AV_PIX_FMT_NONE)
		return pkd_error(
			ctx, EINVAL,
			"video.write takes no such pixels: they may be bgr24, rgb24, gray8, "
			"i420 or nv12");
	self->pixel_aspect.den = 1;
	error = take_pixel_aspect(self);
	if (!error)
		error = open_file(self);
	if (!error)
		error = check_name(self);
	if (error)
		release(self);
	return error;
}

int video_write_step(struct video_write *self, const struct video_write_in *in,
                     struct video_write_out *out, struct pkd_ctx *ctx)
{
	struct video_write_state *state = video_write_get_state(ctx);
	int error;

	(void)out;
	self->ctx = self->times.ctx = ctx;
	if (self->has_failed)
		return -EIO;
	error = self->now.n_frames == 0 ? take_first(self, in->frame) : check_size(self, in->frame);
	if (!error && !self->encoder.codec)
		error = open_video(self, in->frame);
	if (!error)
		error = add(self, in->frame);
	if (error)
		return error;
	*state = self->now;
	state->device = self->file.device;
	state->inode = self->file.inode;
	state->end = self->file.end;
	return PKD_OK;
}

/* A file without is whole too: players find the key frames by themselves. */
static void write_index(struct video_write *self)
{
	uint64_t end = self->file.end;
	size_t size = 0;
	uint8_t *box = NULL;

	if (!self->has_no_index && self->index.n > 0)
		box = mp4_index_box(&self->index, &size);
	if (box && sink_file_append(&self->file, box, size) < 0) {
		sink_file_cut(&self->file, end);
		if (!self->has_failed)
			pkd_note(self->ctx,
			         "no space for the index of '%s'; all its frames are complete",
			         self->params->path);
	}
	free(box);
}

/* After a change of size, too, the file is ended well. close reports what a network file system
 * kept. */
void video_write_finish(struct video_write *self)
{
	int error;

	write_index(self);
	error = sink_file_close(&self->file);
	if (error)
		failed(self, error);
	release(self);
}

PKD_NODE(video_write);
