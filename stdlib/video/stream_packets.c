/* video.stream_packets: what a camera of the network sends, undecoded, and what is known of its
 * connection. As in video.stream, only a thread of the connection waits for anything. */
#include "address.h"
#include "arrival.h"
#include "packet_head.h"
#include "receive.h"
#include "teller.h"

#include <errno.h>
#include <inttypes.h>
#include <libavutil/frame.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <video/stream_packets.pkd.h>

enum {
	MAX_WIDTH = 7680,
	MAX_HEIGHT = 4320,
	FEW = 3,      /* packets that wait: readers have room for them */
	CATCH_UP = 4, /* as many times as fast as they were captured, more of them are given */
};

static const int64_t LONGEST_PAUSE_NS = 50000000;

struct video_stream_packets {
	const struct video_stream_packets_params *params;
	struct pkd_ctx *ctx;
	struct media_connection *connection;
	struct media_receive *receive; /* the connection's */
	struct media_limits limits;
	struct media_teller teller;
	struct media_arrival arrival;
	AVFrame *none;             /* of a connection that decodes */
	uint32_t n_seen;           /* connections of this incarnation that gave a packet */
	uint32_t connection_given; /* which one the last packet came over */
	/* A firing that is refused, as a reader has no room, changes no persistent state; who looks
	 * at the numbers must see that it is missing. */
	uint64_t number;
	uint32_t session;
	int64_t last_dts_ns, due_ns; /* of the next packet, if many wait */
	uint64_t n_lost;
	struct media_tally lost;
	bool has_told_jump;
};

/* ---- Start ---- */

static int connect(struct video_stream_packets *self, struct pkd_ctx *ctx)
{
	static const char *const transports[] = {"tcp", "udp", "udp_multicast"};
	const struct video_stream_packets_params *params = self->params;
	char *address = media_address_with(params->source, params->user, params->password);
	struct media_connect connect = {.media = {.node = "video.stream_packets",
	                                          .source = address,
	                                          .folder = "",
	                                          .max_width = MAX_WIDTH,
	                                          .max_height = MAX_HEIGHT,
	                                          .is_live = true,
	                                          .ca = params->ca,
	                                          .insecure = params->insecure,
	                                          .transport = transports[params->transport],
	                                          .open_ns = params->connect,
	                                          .silence_ns = params->timeout},
	                                .retry_max_ns = params->retry_max};
	int error = -ENOMEM;

	self->receive = media_receive_create();
	if (self->receive) {
		connect.taker = media_receive_taker(self->receive);
		error = media_connection_start(&connect, &self->connection);
	}
	free(address);
	if (error)
		return pkd_error(ctx, -error, "cannot start the thread of a connection: %s",
		                 strerror(-error));
	return PKD_OK;
}

int video_stream_packets_init(struct video_stream_packets *self,
                              const struct video_stream_packets_params *params, struct pkd_ctx *ctx)
{
	const struct media_asked asked = {"video.stream_packets", params->source, params->user,
	                                  params->password,       params->ca,     params->insecure};
	const struct video_stream_packets_state *state = video_stream_packets_get_state(ctx);
	int error = media_teller_check(&asked, ctx);

	if (error)
		return error;
	self->params = params;
	self->ctx = ctx;
	self->limits = (struct media_limits){params->stalled_after, 0};
	self->number = state->number;
	self->session = state->session;
	self->arrival = (struct media_arrival){.has_begun = state->last != 0,
	                                       .time_ns = state->last};
	self->none = av_frame_alloc();
	if (!self->none)
		return pkd_error(ctx, ENOMEM, "out of memory");
	error = connect(self, ctx);
	self->teller.connection = self->connection;
	self->teller.limits = &self->limits;
	if (!error && pkd_watch(ctx, media_connection_fd(self->connection), POLLIN) < 0)
		error = pkd_error(ctx, ENOSPC, "this process watches too many descriptors");
	if (error) {
		media_connection_leave(self->connection);
		av_frame_free(&self->none);
	}
	return error;
}

/* ---- What is given ---- */

/* Before the first of another connection. */
static void begin_session(struct video_stream_packets *self, const struct media_received *received)
{
	if (self->connection_given == received->connection)
		return;
	self->connection_given = received->connection;
	media_arrival_begin(&self->arrival);
	if (self->number > 0)
		self->session++;
}

static void note_trouble(struct video_stream_packets *self, struct pkd_ctx *ctx)
{
	self->n_lost += media_receive_lost(self->receive);
	if (media_tally_is_due(&self->lost, self->n_lost, pkd_now()))
		pkd_log(ctx, PKD_LOG_WARNING,
		        "its readers are too slow: %" PRIu64
		        " packets are lost so far, each time up to a key frame",
		        self->n_lost);
	if (self->arrival.has_jumped && !self->has_told_jump)
		pkd_note(ctx, "the camera's time stamps leap, or fall behind: times go on by those "
		              "of the arrival");
	self->has_told_jump |= self->arrival.has_jumped;
	self->arrival.has_jumped = false;
}

static void fill(struct video_stream_packets *self, const struct media_received *received,
                 struct video_Packet *packet)
{
	bool has_stamp = received->has_dts || received->has_pts;
	int64_t stamp_ns = received->has_dts ? received->dts_ns : received->pts_ns;

	begin_session(self, received);
	memcpy(packet, received->head, offsetof(struct video_Packet, setup));
	packet->setup.len = ((const struct video_Packet *)received->head)->setup.len;
	memcpy(packet->setup.data, ((const struct video_Packet *)received->head)->setup.data,
	       packet->setup.len);
	packet->key = received->packet->flags & AV_PKT_FLAG_KEY;
	packet->discontinuity = received->has_gap && self->number > 0;
	packet->number = ++self->number;
	packet->session = self->session;
	packet->dts = media_arrival_time(&self->arrival, has_stamp, stamp_ns, received->arrived_ns);
	packet->pts = packet->dts;
	if (received->has_pts && received->has_dts && received->pts_ns > received->dts_ns)
		packet->pts += received->pts_ns - received->dts_ns;
	packet->duration = 0;
	media_packet_put(received->packet, packet);
}

/* What a network has held back comes all at once, and a reader that keeps up has no room for it. */
static void pace(struct video_stream_packets *self, int64_t dts_ns)
{
	int64_t pause_ns = (dts_ns - self->last_dts_ns) / CATCH_UP;

	self->due_ns = pkd_now() + (pause_ns < LONGEST_PAUSE_NS ? pause_ns : LONGEST_PAUSE_NS);
	self->last_dts_ns = dts_ns;
}

static bool is_early(struct video_stream_packets *self)
{
	return media_receive_n(self->receive) > FEW && pkd_now() < self->due_ns;
}

/* Capture times of a source go on. */
static void set_time(int64_t time_ns, struct pkd_ctx *ctx)
{
	struct video_stream_packets_state *state = video_stream_packets_get_state(ctx);

	state->last = time_ns > state->last ? time_ns : state->last + 1;
	pkd_set_time(ctx, state->last);
}

static int give(struct video_stream_packets *self, struct media_received *received,
                struct video_stream_packets_out *out, struct pkd_ctx *ctx)
{
	struct video_stream_packets_state *state = video_stream_packets_get_state(ctx);
	char what[64];

	fill(self, received, out->packet);
	note_trouble(self, ctx);
	state->number = self->number;
	state->session = self->session;
	pace(self, out->packet->dts);
	set_time(out->packet->dts, ctx);
	snprintf(what, sizeof(what), "%" PRIu32 "x%" PRIu32, out->packet->width,
	         out->packet->height);
	media_teller_tell(&self->teller,
	                  &(struct video_Link){.state = video_LinkState_online,
	                                       .since = received->arrived_ns},
	                  state->n_connections, what, out->link, ctx);
	media_received_free(received);
	return PKD_OK;
}

int video_stream_packets_step(struct video_stream_packets *self,
                              const struct video_stream_packets_in *in,
                              struct video_stream_packets_out *out, struct pkd_ctx *ctx)
{
	struct video_stream_packets_state *state = video_stream_packets_get_state(ctx);
	struct media_received *received;
	struct media_news news;
	struct media_link link;
	int64_t now_ns;

	(void)in;
	if (pkd_stopping(ctx))
		return PKD_SKIP;
	if (is_early(self))
		return pkd_later(ctx, self->due_ns);
	received = media_receive_next(self->receive);
	media_connection_look(self->connection, &news, self->none);
	now_ns = pkd_now();
	media_teller_damage(&self->teller, &news, now_ns, ctx);
	state->n_connections += news.n_connections - self->n_seen;
	if (received) {
		self->n_seen = news.n_connections;
		return give(self, received, out, ctx);
	}
	link = media_link_of(&news, &self->limits, now_ns);
	if (!media_teller_is_due(&self->teller, &link, now_ns, ctx))
		return pkd_later(ctx, media_teller_due(&self->teller, &link));
	self->n_seen = news.n_connections;
	video_stream_packets_absent_packet(ctx);
	set_time(media_teller_knows(&self->teller, &link) ? now_ns : link.since_ns, ctx);
	media_teller_tell(&self->teller,
	                  &(struct video_Link){.state = link.state,
	                                       .since = link.since_ns,
	                                       .reason = news.reason},
	                  state->n_connections, "", out->link, ctx);
	return PKD_OK;
}

/* The step is called then. */
int video_stream_packets_ready(struct video_stream_packets *self, struct pkd_ctx *ctx)
{
	(void)ctx;
	media_connection_hear(self->connection);
	return PKD_OK;
}

void video_stream_packets_finish(struct video_stream_packets *self)
{
	struct media_news news;

	media_connection_look(self->connection, &news, self->none);
	media_teller_total(&news, self->ctx);
	self->n_lost += media_receive_lost(self->receive);
	if (self->n_lost != self->lost.n_told)
		pkd_log(self->ctx, PKD_LOG_WARNING,
		        "its readers were too slow: %" PRIu64 " packets are lost in all",
		        self->n_lost);
	media_connection_leave(self->connection);
	av_frame_free(&self->none);
}

PKD_WATCHING_NODE(video_stream_packets);
