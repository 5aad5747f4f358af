/* video.stream: a camera of the network as it is now, and what is known of its connection.
 *
 * The connection has a thread of its own, and only that waits for anything. A step takes what it
 * has left: the newest frame, if nobody has had it and it is not too old, or a new state. */
#include "address.h"
#include "connection.h"
#include "picture.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <video/stream.pkd.h>

/* A firing may be refused where a reader has no room, and a state that lasts is told only once. */
static const int64_t REPEAT_NS = 1000000000;

enum { MAX_REASONS = 3 }; /* that are said while it is offline; often the second one is the cause */

struct video_stream {
	const struct video_stream_params *params;
	struct media_connection *connection;
	struct media_limits limits;
	struct media_picture picture;
	AVFrame *frame;                 /* empty: none at hand */
	struct video_Link link;         /* as it was told last */
	int64_t told_ns;                /* when; 0 = not yet */
	int width, height;              /* of the pictures; 0: none came yet */
	uint32_t n_seen;                /* connections of this incarnation that gave a frame */
	unsigned n_reasons;             /* said since it was lost, … */
	char reason[MEDIA_REASON_SIZE]; /* … the last of them */
};

/* ---- Start ---- */

static int check(const struct video_stream_params *params, struct pkd_ctx *ctx)
{
	bool has_user = *params->user || *params->password;

	if (!media_is_address(params->source))
		return pkd_error(ctx, EPROTONOSUPPORT,
		                 "source is no address of http, https, rtsp, rtsps, rtmp, rtmps, "
		                 "rtp, udp, srt or tcp: video.open reads what is not live");
	if (has_user && media_address_has_user(params->source))
		return pkd_error(ctx, EINVAL,
		                 "source names a user, and so does 'user': write one of them");
	if (!params->insecure && !media_checks_certificate(params->source))
		return pkd_error(
			ctx, EPERM,
			"FFmpeg cannot check the certificate of this address: write insecure: "
			"true to trust any");
	if (*params->ca && access(params->ca, R_OK) < 0)
		return pkd_error(ctx, errno, "cannot read the certificates of ca, '%s'",
		                 params->ca);
	if (*params->password && !*params->user)
		return pkd_error(ctx, EINVAL, "there is a password, but no user: write user: …");
	return PKD_OK;
}

static int connect(struct video_stream *self, struct pkd_ctx *ctx)
{
	const struct video_stream_params *params = self->params;
	char *address = media_address_with(params->source, params->user, params->password);
	const struct media_connect connect = {
		.media = {.node = "video.stream",
	                  .source = address,
	                  .folder = "",
	                  .max_width = params->W,
	                  .max_height = params->H,
	                  .is_live = true,
	                  .ca = params->ca,
	                  .insecure = params->insecure,
	                  .transport = params->transport == video_Transport_udp ? "udp" : "tcp",
	                  .open_ns = params->connect,
	                  .silence_ns = params->timeout},
		.retry_max_ns = params->retry_max,
		.frozen_after_ns = params->frozen_after,
	};
	int error = address ? media_connection_start(&connect, &self->connection) : -ENOMEM;

	free(address);
	if (error)
		return pkd_error(ctx, -error, "cannot start the thread of a connection: %s",
		                 strerror(-error));
	return PKD_OK;
}

int video_stream_init(struct video_stream *self, const struct video_stream_params *params,
                      struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	self->limits = (struct media_limits){params->stalled_after, params->frozen_after};
	error = media_picture_check(params->FORMAT, "video.stream", ctx);
	if (!error)
		error = check(params, ctx);
	if (error)
		return error;
	self->frame = av_frame_alloc();
	if (!self->frame)
		return pkd_error(ctx, ENOMEM, "out of memory");
	error = connect(self, ctx);
	if (!error && pkd_watch(ctx, media_connection_fd(self->connection), POLLIN) < 0)
		error = pkd_error(ctx, ENOSPC, "this process watches too many descriptors");
	if (error) {
		media_connection_leave(self->connection);
		av_frame_free(&self->frame);
	}
	return error;
}

/* ---- What is given ---- */

/* Where it is another one than was said. */
static void say_reason(struct video_stream *self, struct pkd_ctx *ctx)
{
	char reason[MEDIA_REASON_SIZE];

	media_connection_reason(self->connection, reason);
	if (self->n_reasons == MAX_REASONS ||
	    (self->n_reasons > 0 && !strcmp(reason, self->reason)))
		return;
	self->n_reasons++;
	memcpy(self->reason, reason, sizeof(reason));
	pkd_note(ctx, "offline: %s; trying again", reason);
}

static void say(struct video_stream *self, const struct video_Link *link, struct pkd_ctx *ctx)
{
	switch ((enum video_LinkState)link->state) {
	case video_LinkState_online:
		pkd_note(ctx, "online: %dx%d", self->frame->width, self->frame->height);
		break;
	case video_LinkState_stalled:
		pkd_note(ctx, "stalled: no frame for %g s",
		         (double)self->limits.stalled_after_ns / 1e9);
		break;
	case video_LinkState_frozen:
		pkd_note(ctx, "frozen: the same picture for %g s",
		         (double)self->limits.frozen_after_ns / 1e9);
		break;
	case video_LinkState_offline:
		self->n_reasons = 0;
		say_reason(self, ctx);
		break;
	case video_LinkState_connecting:
	default:
		break;
	}
}

/* Capture times of a source go on. */
static void set_time(int64_t time_ns, struct pkd_ctx *ctx)
{
	struct video_stream_state *state = video_stream_get_state(ctx);

	state->last = time_ns > state->last ? time_ns : state->last + 1;
	pkd_set_time(ctx, state->last);
}

static void tell(struct video_stream *self, enum video_LinkState state, int64_t since_ns,
                 struct video_Link *out, struct pkd_ctx *ctx)
{
	const struct video_stream_state *kept = video_stream_get_state(ctx);
	struct video_Link link = {.state = state, .since = since_ns};

	link.n_reconnects = kept->n_connections > 0 ? kept->n_connections - 1 : 0;
	if (self->told_ns && self->link.state == link.state &&
	    self->link.n_reconnects == link.n_reconnects)
		link.since = self->link.since;
	else
		say(self, &link, ctx);
	self->link = link;
	self->told_ns = pkd_now();
	*out = link;
}

static int give_frame(struct video_stream *self, struct video_stream_out *out, struct pkd_ctx *ctx)
{
	static const struct media_options as_it_is = {0};
	AVFrame *frame = self->frame;
	struct media_view view = media_view_of(&as_it_is, frame->width, frame->height,
	                                       frame->sample_aspect_ratio, NULL);
	int64_t arrived_ns = frame->pts;
	int error = PKD_OK;

	if (pkd_wanted(ctx, 0))
		error = media_picture_convert(&self->picture, frame,
		                              media_connection_codec(self->connection), &view,
		                              self->params->FORMAT, out->frame, ctx);
	if (self->width && (self->width != frame->width || self->height != frame->height))
		pkd_note(ctx, "the pictures are %d x %d now, and were %d x %d", frame->width,
		         frame->height, self->width, self->height);
	self->width = frame->width;
	self->height = frame->height;
	if (!error) {
		set_time(arrived_ns, ctx);
		tell(self, video_LinkState_online, arrived_ns, out->link, ctx);
	}
	av_frame_unref(frame);
	return error;
}

/* No frame is at hand. When there is something to tell, if nothing comes. */
static int wait(const struct video_stream *self, const struct media_link *link, struct pkd_ctx *ctx)
{
	int64_t repeat_ns = self->told_ns + REPEAT_NS;

	if (link->state == video_LinkState_online || link->until_ns < repeat_ns)
		return pkd_later(ctx, link->until_ns);
	return pkd_later(ctx, repeat_ns);
}

int video_stream_step(struct video_stream *self, const struct video_stream_in *in,
                      struct video_stream_out *out, struct pkd_ctx *ctx)
{
	struct video_stream_state *state = video_stream_get_state(ctx);
	struct media_news news;
	struct media_link link;
	bool has_frame, is_known;
	int64_t now_ns;

	(void)in;
	if (pkd_stopping(ctx))
		return PKD_SKIP;
	has_frame = media_connection_look(self->connection, &news, self->frame);
	now_ns = pkd_now();
	state->n_connections += news.n_connections - self->n_seen;
	if (has_frame && now_ns - self->frame->pts < self->limits.stalled_after_ns) {
		self->n_seen = news.n_connections;
		return give_frame(self, out, ctx);
	}
	av_frame_unref(self->frame);
	link = media_link_of(&news, &self->limits, now_ns);
	is_known = self->told_ns && link.state == self->link.state;
	if (is_known && link.state == video_LinkState_offline)
		say_reason(self, ctx);
	if (is_known &&
	    (link.state == video_LinkState_online || now_ns < self->told_ns + REPEAT_NS))
		return wait(self, &link, ctx);
	self->n_seen = news.n_connections;
	video_stream_absent_frame(ctx);
	set_time(is_known ? now_ns : link.since_ns, ctx);
	tell(self, link.state, link.since_ns, out->link, ctx);
	return PKD_OK;
}

/* The step is called then. */
int video_stream_ready(struct video_stream *self, struct pkd_ctx *ctx)
{
	(void)ctx;
	media_connection_hear(self->connection);
	return PKD_OK;
}

void video_stream_finish(struct video_stream *self)
{
	media_connection_leave(self->connection);
	media_picture_free(&self->picture);
	av_frame_free(&self->frame);
}

PKD_WATCHING_NODE(video_stream);
