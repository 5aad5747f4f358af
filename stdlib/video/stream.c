/* video.stream: a camera of the network as it is now, and what is known of its connection.
 *
 * The connection has a thread of its own, and only that waits for anything. A step takes what it
 * has left: the newest frame, if nobody has had it and it is not too old, or a new state. */
#include "address.h"
#include "connection.h"
#include "picture.h"
#include "teller.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <video/stream.pkd.h>

struct video_stream {
	const struct video_stream_params *params;
	struct pkd_ctx *ctx;
	struct media_connection *connection;
	struct media_limits limits;
	struct media_picture picture;
	AVFrame *frame; /* empty: none at hand */
	struct media_teller teller;
	int width, height; /* of the pictures; 0: none came yet */
	uint32_t n_seen;   /* connections of this incarnation that gave a frame */
};

/* ---- Start ---- */

static int connect(struct video_stream *self, struct pkd_ctx *ctx)
{
	static const char *const transports[] = {"tcp", "udp", "udp_multicast"};
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
	                  .transport = transports[params->transport],
	                  .open_ns = params->connect,
	                  .silence_ns = params->timeout},
		.retry_max_ns = params->retry_max,
		.frozen_after_ns = params->frozen_after,
	};
	int error = media_connection_start(&connect, &self->connection);

	free(address);
	if (error)
		return pkd_error(ctx, -error, "cannot start the thread of a connection: %s",
		                 strerror(-error));
	return PKD_OK;
}

int video_stream_init(struct video_stream *self, const struct video_stream_params *params,
                      struct pkd_ctx *ctx)
{
	const struct media_asked asked = {"video.stream",   params->source, params->user,
	                                  params->password, params->ca,     params->insecure};
	int error;

	self->params = params;
	self->ctx = ctx;
	self->limits = (struct media_limits){params->stalled_after, params->frozen_after};
	error = media_picture_check(params->FORMAT, "video.stream", ctx);
	if (!error)
		error = media_teller_check(&asked, ctx);
	if (error)
		return error;
	self->frame = av_frame_alloc();
	if (!self->frame)
		return pkd_error(ctx, ENOMEM, "out of memory");
	error = connect(self, ctx);
	self->teller.connection = self->connection;
	self->teller.limits = &self->limits;
	if (!error && pkd_watch(ctx, media_connection_fd(self->connection), POLLIN) < 0)
		error = pkd_error(ctx, ENOSPC, "this process watches too many descriptors");
	if (error) {
		media_connection_leave(self->connection);
		av_frame_free(&self->frame);
	}
	return error;
}

/* ---- What is given ---- */

/* Capture times of a source go on. */
static void set_time(int64_t time_ns, struct pkd_ctx *ctx)
{
	struct video_stream_state *state = video_stream_get_state(ctx);

	state->last = time_ns > state->last ? time_ns : state->last + 1;
	pkd_set_time(ctx, state->last);
}

static void tell(struct video_stream *self, const struct video_Link *now, const char *what,
                 struct video_Link *out, struct pkd_ctx *ctx)
{
	media_teller_tell(&self->teller, now, video_stream_get_state(ctx)->n_connections, what, out,
	                  ctx);
}

static int give_frame(struct video_stream *self, struct video_stream_out *out, struct pkd_ctx *ctx)
{
	static const struct media_options as_it_is = {0};
	AVFrame *frame = self->frame;
	struct media_view view = media_view_of(&as_it_is, frame->width, frame->height,
	                                       frame->sample_aspect_ratio, NULL);
	int64_t arrived_ns = frame->pts;
	char size[32];
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
		snprintf(size, sizeof(size), "%dx%d", frame->width, frame->height);
		tell(self,
		     &(struct video_Link){.state = video_LinkState_online, .since = arrived_ns},
		     size, out->link, ctx);
	}
	av_frame_unref(frame);
	return error;
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
	media_teller_damage(&self->teller, &news, now_ns, ctx);
	state->n_connections += news.n_connections - self->n_seen;
	if (has_frame && now_ns - self->frame->pts < self->limits.stalled_after_ns) {
		self->n_seen = news.n_connections;
		return give_frame(self, out, ctx);
	}
	av_frame_unref(self->frame);
	link = media_link_of(&news, &self->limits, now_ns);
	if (!media_teller_is_due(&self->teller, &link, now_ns, ctx))
		return pkd_later(ctx, media_teller_due(&self->teller, &link));
	is_known = media_teller_knows(&self->teller, &link);
	self->n_seen = news.n_connections;
	video_stream_absent_frame(ctx);
	set_time(is_known ? now_ns : link.since_ns, ctx);
	tell(self,
	     &(struct video_Link){
		     .state = link.state, .since = link.since_ns, .reason = news.reason},
	     "", out->link, ctx);
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
	struct media_news news;

	media_connection_look(self->connection, &news, self->frame);
	media_teller_total(&news, self->ctx);
	media_connection_leave(self->connection);
	media_picture_free(&self->picture);
	av_frame_free(&self->frame);
}

PKD_WATCHING_NODE(video_stream);
