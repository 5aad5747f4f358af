/* video.open: the frames of a video, with its own time stamps. */
#include "decode.h"
#include "log.h"
#include "picture.h"

#include <errno.h>
#include <inttypes.h>
#include <libavutil/display.h>
#include <string.h>
#include <video/open.pkd.h>

enum { PASSED_AT_ONCE = 16 }; /* frames that one step passes over after a restart */

struct video_open {
	const struct video_open_params *params;
	struct media_options options;
	struct media_source source;
	struct media_decode decode;
	struct media_picture picture;
	bool has_frame;     /* decoded and not yet given */
	uint64_t n_to_pass; /* after a restart: frames that were given before it */
	bool has_noted_pixel, has_noted_angle;
	bool has_given;   /* a frame, since init */
	int64_t first_ns; /* capture time and clock of that frame */
	int64_t first_clock_ns;
};

/* ---- Size and shape ---- */

static struct media_view view_of(const struct video_open *self, AVFrame *frame, int width,
                                 int height)
{
	AVStream *stream = self->decode.stream;
	const AVFrameSideData *side = NULL;
	const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);

	if (frame)
		side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
	if (side)
		matrix = side->data;
	return media_view_of(&self->options, width, height,
	                     av_guess_sample_aspect_ratio(self->source.format, stream, frame),
	                     (const int32_t *)(const void *)matrix);
}

static int check_size(struct video_open *self, const struct media_view *view)
{
	uint32_t W = self->params->W, H = self->params->H;

	if (view->width <= 0 || view->height <= 0)
		return PKD_OK; /* not known yet; asked again with each frame */
	if ((uint32_t)view->width <= W && (uint32_t)view->height <= H)
		return PKD_OK;
	return media_report_size(&self->source, view->width, view->height);
}

static void note_shape(struct video_open *self, const struct media_view *view)
{
	if (view->pixel.num && !self->has_noted_pixel) {
		self->has_noted_pixel = true;
		pkd_note(self->source.ctx,
		         "the pixels of '%s' are %d:%d, and the frames are as stored; square: true "
		         "stretches them",
		         self->source.name, view->pixel.num, view->pixel.den);
	}
	if (view->is_askew && !self->has_noted_angle) {
		self->has_noted_angle = true;
		pkd_note(self->source.ctx,
		         "'%s' is to be turned by an angle other than 90, 180 or 270 degrees; its "
		         "frames are as stored",
		         self->source.name);
	}
}

/* ---- Opening, and opening again ---- */

static void close_all(struct video_open *self)
{
	media_decode_close(&self->decode);
	media_source_close(&self->source);
}

static int open_all(struct video_open *self, struct pkd_ctx *ctx)
{
	const AVCodecParameters *parameters;
	struct media_view view;
	int error = media_source_open(&self->source, &self->options, ctx);

	if (!error)
		error = media_decode_open(&self->decode, &self->source);
	if (error)
		return error;
	parameters = self->decode.stream->codecpar;
	if (parameters->width > 0)
		view = view_of(self, NULL, parameters->width, parameters->height);
	else
		view = view_of(self, NULL, self->source.refused_width, self->source.refused_height);
	error = check_size(self, &view);
	return error ? error : media_decode_start(&self->decode);
}

/* A file is read again to the frame that was given last; in a pipe that one has gone by. */
static int go_on(struct video_open *self, struct pkd_ctx *ctx)
{
	const struct video_open_state *state = pkd_state(ctx);

	if (self->params->loop && !media_source_is_file(&self->source))
		return pkd_error(ctx, EINVAL,
		                 "'%s' is no file, so it cannot be read again: leave loop "
		                 "out",
		                 self->source.name);
	if (state->n_frames == 0)
		return PKD_OK;
	if (media_source_is_file(&self->source))
		self->n_to_pass = state->n_read;
	else
		media_timeline_join(&self->decode.times, state->last);
	return PKD_OK;
}

int video_open_init(struct video_open *self, const struct video_open_params *params,
                    struct pkd_ctx *ctx)
{
	uint64_t n_expected;
	int error;

	self->params = params;
	self->options = (struct media_options){.node = "video.open",
	                                       .source = params->source,
	                                       .folder = params->folder,
	                                       .max_width = params->W,
	                                       .max_height = params->H,
	                                       .track = params->track,
	                                       .start = params->start,
	                                       .playlists = params->playlists,
	                                       .ca = params->ca,
	                                       .insecure = params->insecure,
	                                       .open_ns = MEDIA_SILENCE_NS,
	                                       .silence_ns = MEDIA_SILENCE_NS,
	                                       .rotate = params->rotate,
	                                       .square = params->square};
	error = media_picture_check(params->FORMAT, "video.open", ctx);
	if (!error)
		error = open_all(self, ctx);
	if (!error)
		error = go_on(self, ctx);
	if (error) { /* finish would not undo it: it is called after a good init only */
		close_all(self);
		return error;
	}
	n_expected = media_decode_expected(&self->decode);
	if (n_expected && !params->loop)
		pkd_expect_frames(ctx, n_expected);
	return PKD_OK;
}

/* The file once more, behind the last frame. */
static int begin_again(struct video_open *self, struct pkd_ctx *ctx)
{
	struct video_open_state *state = pkd_state(ctx);
	const struct media_timeline before = self->decode.times;
	int error = media_decode_verdict(&self->decode, 0);

	if (error != PKD_SKIP || pkd_stopping(ctx))
		return error;
	close_all(self);
	error = open_all(self, ctx);
	if (error)
		return error;
	memcpy(self->decode.times.steps_ns, before.steps_ns, sizeof(before.steps_ns));
	media_timeline_join(&self->decode.times, state->last);
	state->n_read = 0;
	self->n_to_pass = 0;
	return PKD_OK;
}

/* ---- Frames ---- */

static bool is_dropped(const struct video_open *self)
{
	return self->params->corrupt == video_Corrupt_drop &&
	       media_decode_is_corrupt(&self->decode);
}

/* Makes has_frame true, or says why not; PKD_LATER while there are frames to pass over. */
static int find_frame(struct video_open *self, struct pkd_ctx *ctx)
{
	const struct video_open_state *state = pkd_state(ctx);

	for (int n = 0; n < PASSED_AT_ONCE; n++) {
		int result = media_decode_next(&self->decode);

		if (result == PKD_SKIP && self->params->loop && !pkd_stopping(ctx))
			return begin_again(self, ctx);
		if (result == PKD_SKIP)
			return media_decode_verdict(&self->decode, state->n_frames);
		if (result)
			return result;
		if (self->decode.n_frames == self->n_to_pass)
			self->decode.times.time_ns = state->last;
		if (self->decode.n_frames <= self->n_to_pass || is_dropped(self))
			continue;
		self->has_frame = true;
		return PKD_OK;
	}
	return pkd_later(ctx, pkd_now());
}

/* When the frame at hand is due, by the clock. */
static int64_t due_time(const struct video_open *self)
{
	double media_ns = (double)(self->decode.times.time_ns - self->first_ns);

	return self->first_clock_ns + (int64_t)(media_ns / (double)self->params->speed);
}

static int give(struct video_open *self, struct pkd_image *image, struct pkd_ctx *ctx)
{
	AVFrame *frame = self->decode.frame;
	struct video_open_state *state = pkd_state(ctx);
	struct media_view view = view_of(self, frame, frame->width, frame->height);
	int error = check_size(self, &view);

	note_shape(self, &view);
	if (!error && image)
		error = media_picture_convert(&self->picture, frame, self->decode.decoder->codec_id,
		                              &view, self->params->FORMAT, image, ctx);
	av_frame_unref(frame);
	self->has_frame = false;
	if (error)
		return error;
	self->has_given = true;
	state->n_frames++;
	state->n_read = self->decode.n_frames;
	state->last = self->decode.times.time_ns;
	pkd_set_time(ctx, state->last);
	return PKD_OK;
}

int video_open_step(struct video_open *self, const struct video_open_in *in,
                    struct video_open_out *out, struct pkd_ctx *ctx)
{
	int result;

	(void)in;
	self->source.ctx = ctx;
	while (!self->has_frame) {
		result = find_frame(self, ctx);
		if (result)
			return result;
	}
	if (!self->has_given) {
		self->first_ns = self->decode.times.time_ns;
		self->first_clock_ns = pkd_now();
	} else if (self->params->speed > 0 && pkd_now() < due_time(self)) {
		return pkd_later(ctx, due_time(self));
	}
	return give(self, pkd_wanted(ctx, 0) ? out->frame : NULL, ctx);
}

void video_open_finish(struct video_open *self)
{
	media_picture_free(&self->picture);
	close_all(self);
}

PKD_NODE(video_open);
