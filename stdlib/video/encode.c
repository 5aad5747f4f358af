/* video.encode: packets of frames.
 *
 * The encoder counts in ticks of 90 kHz, which always grow; which capture time a tick stands for is
 * kept until its packet has come. */
#include "encoder.h"
#include "log.h"
#include "packet_colours.h"
#include "write_times.h"

#include <errno.h>
#include <inttypes.h>
#include <libavutil/imgutils.h>
#include <string.h>
#include <video/encode.pkd.h>
#include <video/packet.pkd.h>

enum {
	N_PENDING = 1024, /* frames; x264 keeps at most about 250 + 16 + threads */
	MAX_SIDE = 16384, /* x264's limit, in pixels */
	MAX_PACKET = sizeof(((struct video_Packet *)0)->data.data),
	MAX_SETUP = sizeof(((struct video_Packet *)0)->setup.data),
};

static const int64_t NS_PER_S = 1000000000;

struct video_encode {
	const struct video_encode_params *params;
	struct pkd_ctx *ctx; /* of the call in progress */
	struct media_encoder encoder;
	struct video_Packet *head; /* what all packets have in common; without data */
	uint32_t width, height;    /* of the images */
	bool is_resumed;           /* the next packet begins a session */
	bool is_skipping;          /* to the next key frame */
	struct {
		int64_t ticks, time_ns;
	} pending[N_PENDING]; /* a ring */
	uint64_t n_frames;
	uint64_t n_too_large;
	int64_t last_ticks;
};

/* ---- Opening ---- */

static int check_params(const struct video_encode_params *params, struct pkd_ctx *ctx)
{
	static const char *const presets[] = {"ultrafast", "superfast", "veryfast", "faster",
	                                      "fast",      "medium",    "slow",     "slower",
	                                      "veryslow",  "placebo"};
	size_t i = 0, n = sizeof(presets) / sizeof(presets[0]);

	if (media_pixels(params->FORMAT) == AV_PIX_FMT_NONE)
		return pkd_error(ctx, EINVAL,
		                 "video.encode takes no such pixels: they may be bgr24, rgb24, "
		                 "gray8, i420 or nv12");
	if (params->codec != video_Codec_h264 && params->codec != video_Codec_mjpeg)
		return pkd_error(ctx, ENOTSUP, "video.encode makes h264 or mjpeg");
	while (i < n && strcmp(params->preset, presets[i]) != 0)
		i++;
	if (i == n)
		return pkd_error(ctx, EINVAL,
		                 "preset is '%s': write ultrafast, superfast, veryfast, faster, "
		                 "fast, medium, slow, slower, veryslow or placebo",
		                 params->preset);
	if (params->codec == video_Codec_h264 && !media_encoder_is_there())
		return pkd_error(ctx, ENOTSUP,
		                 "cannot encode H.264: this FFmpeg was built without libx264; "
		                 "codec: mjpeg needs none");
	return PKD_OK;
}

static int check_first(struct video_encode *self, const struct pkd_image *image)
{
	if (image->width >= 2 && image->height >= 2 && image->width <= MAX_SIDE + 1 &&
	    image->height <= MAX_SIDE + 1 &&
	    av_image_check_size(image->width & ~1U, image->height & ~1U, 0, NULL) >= 0)
		return PKD_OK;
	return pkd_error(self->ctx, EINVAL,
	                 "a frame of %" PRIu32 "x%" PRIu32
	                 " cannot be encoded: each side has 2 to 16384 pixels",
	                 image->width, image->height);
}

static void take_head(struct video_encode *self, const struct pkd_image *image)
{
	const AVCodecContext *codec = self->encoder.codec;
	struct video_Packet *head = self->head;

	head->codec = self->params->codec;
	head->width = (uint32_t)codec->width;
	head->height = (uint32_t)codec->height;
	head->pixel_width = image->pixel_width;
	head->pixel_height = image->pixel_height;
	head->matrix = media_packet_matrix(codec->colorspace);
	head->range = media_packet_range(codec->color_range);
	head->setup.len = (uint32_t)av_clip(codec->extradata_size, 0, MAX_SETUP);
	if (head->setup.len > 0)
		memcpy(head->setup.data, codec->extradata, head->setup.len);
}

static int encoder_failed(struct video_encode *self, int error)
{
	char text[MEDIA_TEXT_SIZE];
	int n = error == AVERROR_EXTERNAL ? media_encoder_missing_threads(&self->encoder) : 0;

	if (n)
		return pkd_error(
			self->ctx, EAGAIN,
			"x264 needs %d threads and no more can be started; see 'ulimit -u' "
			"and pids.max of the control group",
			n);
	if (error != AVERROR_EXTERNAL || !media_log_take(text))
		media_error_text(error, text);
	return pkd_error(self->ctx, media_errno(error), "cannot encode: %s", text);
}

static int open_encoder(struct video_encode *self, const struct pkd_image *image)
{
	const struct video_encode_params *params = self->params;
	struct media_film film = {
		.width = image->width,
		.height = image->height,
		.quality = params->quality,
		.bit_rate = params->bit_rate,
		.pixel_aspect = {(int)image->pixel_width, (int)FFMAX(image->pixel_height, 1)},
		.preset = params->preset,
		.key_ticks = av_rescale(params->key_every, MEDIA_TICKS_PER_SECOND, NS_PER_S),
		.is_jpeg = params->codec == video_Codec_mjpeg,
		.has_delay = !params->zero_latency,
		.has_start_codes = true,
	};
	int error = check_first(self, image);

	if (error)
		return error;
	self->width = image->width;
	self->height = image->height;
	media_film_colours(&film, image);
	error = media_encoder_open(&self->encoder, &film);
	if (error < 0)
		return encoder_failed(self, error);
	take_head(self, image);
	return PKD_OK;
}

static int check_size(struct video_encode *self, const struct pkd_image *image)
{
	if (image->width == self->width && image->height == self->height)
		return PKD_OK;
	return pkd_error(self->ctx, EINVAL,
	                 "the frame is %" PRIu32 "x%" PRIu32 " and those before it were %" PRIu32
	                 "x%" PRIu32 ": the size of a stream of packets cannot change",
	                 image->width, image->height, self->width, self->height);
}

/* ---- Times ---- */

/* Where the frame of this firing stands. */
static int64_t take_ticks(struct video_encode *self, int64_t time_ns)
{
	int64_t ticks = av_rescale(time_ns, MEDIA_TICKS_PER_SECOND, NS_PER_S);
	size_t at = self->n_frames % N_PENDING;

	if (self->n_frames > 0 && ticks <= self->last_ticks)
		ticks = self->last_ticks + 1;
	self->last_ticks = self->pending[at].ticks = ticks;
	self->pending[at].time_ns = time_ns;
	self->n_frames++;
	return ticks;
}

static int64_t time_of(const struct video_encode *self, int64_t ticks)
{
	for (size_t i = 0; i < N_PENDING && i < self->n_frames; i++) {
		if (self->pending[i].ticks == ticks)
			return self->pending[i].time_ns;
	}
	return av_rescale(ticks, NS_PER_S, MEDIA_TICKS_PER_SECOND);
}

/* ---- Packets ---- */

/* One that does not fit is never cut: what needs it is left out as well. */
static bool is_left_out(struct video_encode *self, const AVPacket *packet, uint32_t n_setup)
{
	if ((uint64_t)packet->size + n_setup > MAX_PACKET) {
		if (self->n_too_large++ == 0)
			pkd_note(
				self->ctx,
				"a frame takes %d bytes, and a packet has room for %d: it goes on with "
				"the next key frame; write a higher quality number, or a bit_rate",
				packet->size, MAX_PACKET);
		self->is_skipping = true;
		self->encoder.has_key = false; /* asks for one */
		return true;
	}
	if (packet->flags & AV_PKT_FLAG_KEY)
		self->is_skipping = false;
	return self->is_skipping;
}

/* Key frames have the parameter sets before them. */
static bool fill(struct video_encode *self, struct video_Packet *to)
{
	const AVPacket *packet = self->encoder.packet;
	bool is_key = packet->flags & AV_PKT_FLAG_KEY;
	uint32_t n_setup = is_key ? self->head->setup.len : 0;
	struct video_encode_state *state = pkd_state(self->ctx);
	bool skipped = self->is_skipping;
	int64_t late;

	if (is_left_out(self, packet, n_setup))
		return false;
	memcpy(to, self->head, offsetof(struct video_Packet, setup.data) + self->head->setup.len);
	to->key = is_key;
	to->discontinuity = skipped || (self->is_resumed && state->number > 0);
	if (self->is_resumed && state->number > 0)
		state->session++;
	self->is_resumed = false;
	to->session = state->session;
	to->number = ++state->number;
	late = av_rescale(packet->pts - packet->dts, NS_PER_S, MEDIA_TICKS_PER_SECOND);
	to->pts = time_of(self, packet->pts);
	to->dts = to->pts - FFMAX(late, 0);
	to->duration = 0;
	memcpy(to->data.data, self->head->setup.data, n_setup);
	memcpy(to->data.data + n_setup, packet->data, (size_t)packet->size);
	to->data.len = n_setup + (uint32_t)packet->size;
	return true;
}

/* Hands on what the encoder has made, or nothing. */
static int give(struct video_encode *self, int error, struct video_encode_out *out)
{
	struct video_encode_state *state = pkd_state(self->ctx);
	bool is_there = error == 0 && fill(self, out->packet);

	if (error < 0 && error != AVERROR(EAGAIN))
		return encoder_failed(self, error);
	if (is_there)
		state->last = FFMAX(state->last, out->packet->dts);
	else
		video_encode_absent_packet(self->ctx);
	pkd_set_time(self->ctx, state->last);
	av_packet_unref(self->encoder.packet);
	return PKD_OK;
}

/* ---- The node ---- */

int video_encode_init(struct video_encode *self, const struct video_encode_params *params,
                      struct pkd_ctx *ctx)
{
	const struct video_encode_state *state = pkd_state(ctx);
	int error;

	self->params = params;
	self->ctx = ctx;
	media_log_begin(false);
	error = check_params(params, ctx);
	if (error)
		return error;
	self->head = av_mallocz(sizeof(*self->head));
	if (!self->head)
		return pkd_error(ctx, ENOMEM, "out of memory");
	self->is_resumed = state->has_begun;
	if (state->has_begun)
		pkd_note(ctx, "has been started again, and goes on with a key frame%s",
		         state->is_pending ? "; frames that it had not given yet are lost" : "");
	return PKD_OK;
}

int video_encode_step(struct video_encode *self, const struct video_encode_in *in,
                      struct video_encode_out *out, struct pkd_ctx *ctx)
{
	struct video_encode_state *state = pkd_state(ctx);
	int error = PKD_OK;

	self->ctx = ctx;
	if (pkd_flushing(ctx)) {
		error = self->encoder.codec ? media_encoder_drain(&self->encoder) : AVERROR_EOF;
		state->is_pending = false;
		return error == AVERROR_EOF ? PKD_SKIP : give(self, error, out);
	}
	if (!state->has_begun) {
		state->has_begun = true;
		state->last = pkd_time(ctx);
	}
	if (!self->encoder.codec)
		error = open_encoder(self, in->frame);
	if (!error)
		error = check_size(self, in->frame);
	if (error)
		return error;
	error = media_encoder_take(&self->encoder, in->frame);
	if (error < 0)
		return encoder_failed(self, error);
	error = media_encoder_encode(&self->encoder, take_ticks(self, pkd_time(ctx)));
	state->is_pending = self->params->zero_latency == false;
	return give(self, error, out);
}

void video_encode_finish(struct video_encode *self)
{
	media_encoder_close(&self->encoder);
	av_freep(&self->head);
}

PKD_NODE(video_encode);
