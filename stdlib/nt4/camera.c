/* nt4.camera: seven topics, of which two change. */
#include "../draw/link_words.h"
#include "dial.h"

#include <errno.h>
#include <inttypes.h>
#include <nt4/camera.pkd.h>
#include <stdio.h>

enum { SOURCE, STREAMS, DESCRIPTION, CONNECTED, REASON, MODE, MODES, N_TOPICS };

static const char *const topics[N_TOPICS][2] = {
	[SOURCE] = {"source", "string"},           [STREAMS] = {"streams", "string[]"},
	[DESCRIPTION] = {"description", "string"}, [CONNECTED] = {"connected", "boolean"},
	[REASON] = {"reason", "string"},           [MODE] = {"mode", "string"},
	[MODES] = {"modes", "string[]"},
};

struct nt4_camera {
	const struct nt4_camera_params *params;
	struct nt4_dial dial;
	struct nt4_buffer content;
	bool is_connected;
	const char *reason; /* why it is not */
	uint32_t n_shown;   /* the connection that all is told by */
};

static void put(struct nt4_camera *self, uint32_t k)
{
	if (!self->content.failed)
		nt4_client_put(&self->dial.client, k, pkd_now() / 1000, self->content.data,
		               self->content.n);
	self->content.n = 0;
}

static void put_text(struct nt4_camera *self, const char *text)
{
	nt4_put_string(&self->content, text, strlen(text));
}

/* Between commas: an address with or without a path, of which the protocol is told. */
static void put_streams(struct nt4_camera *self)
{
	const char *at = self->params->streams;
	char stream[512];
	uint32_t n = 1;

	for (const char *comma = at; (comma = strchr(comma, ',')); comma++)
		n++;
	nt4_put_array(&self->content, n);
	for (; n > 0; n--) {
		size_t length = strcspn(at, ",");
		int shown = length < 400 ? (int)length : 400;

		snprintf(stream, sizeof(stream), "mjpg:%s%.*s%s",
		         strncmp(at, "http", 4) == 0 ? "" : "http://", shown, at,
		         memchr(at, '?', length) ? "" : "/?action=stream");
		put_text(self, stream);
		at += length + 1;
	}
}

static void put_mode(struct nt4_camera *self)
{
	char mode[64] = "";

	if (self->params->width && self->params->height)
		snprintf(mode, sizeof(mode), "%" PRIu32 "x%" PRIu32 " MJPEG %" PRIu32 " fps",
		         self->params->width, self->params->height, self->params->fps);
	put_text(self, mode);
	put(self, MODE);
	nt4_put_array(&self->content, *mode != 0);
	if (*mode)
		put_text(self, mode);
	put(self, MODES);
}

static void put_connected(struct nt4_camera *self)
{
	nt4_put_bool(&self->content, self->is_connected);
	put(self, CONNECTED);
	put_text(self, self->reason);
	put(self, REASON);
}

static void put_all(struct nt4_camera *self)
{
	char source[300];

	snprintf(source, sizeof(source), "usb:%.250s", self->params->name);
	put_text(self, source);
	put(self, SOURCE);
	put_streams(self);
	put(self, STREAMS);
	put_text(self, *self->params->description ? self->params->description : self->params->name);
	put(self, DESCRIPTION);
	put_connected(self);
	put_mode(self);
}

static int add_topics(struct nt4_camera *self, struct pkd_ctx *ctx)
{
	char name[400];

	if (!*self->params->name || strchr(self->params->name, '/') ||
	    strlen(self->params->name) > 250)
		return pkd_error(ctx, EINVAL,
		                 "name '%.32s' is none that a camera can have: write one word, "
		                 "without a /",
		                 self->params->name);
	if (!*self->params->streams)
		return pkd_error(ctx, EINVAL,
		                 "streams says where the pictures are, such as "
		                 "\"10.15.18.11:1181\"");
	for (int i = 0; i < N_TOPICS; i++) {
		snprintf(name, sizeof(name), "/CameraPublisher/%s/%s", self->params->name,
		         topics[i][0]);
		if (nt4_client_add_published(&self->dial.client, name, topics[i][1]) < 0)
			return pkd_error(ctx, ENOMEM, "no memory for topics");
	}
	return PKD_OK;
}

int nt4_camera_init(struct nt4_camera *self, const struct nt4_camera_params *params,
                    struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	self->reason = "";
	nt4_dial_init(&self->dial,
	              &(struct nt4_dial_options){.server = params->server,
	                                         .team = params->team,
	                                         .port = params->port,
	                                         .id = params->id,
	                                         .connect_ns = params->connect,
	                                         .retry_max_ns = params->retry_max},
	              ctx);
	error = add_topics(self, ctx);
	if (!error)
		error = nt4_dial_open(&self->dial, ctx);
	if (error)
		nt4_dial_close(&self->dial);
	else
		put_all(self);
	return error;
}

/* What does not change is said again with each connection. */
static void turn(struct nt4_camera *self, struct pkd_ctx *ctx)
{
	nt4_dial_turn(&self->dial, ctx, INT64_MAX);
	if (self->dial.n_connections == self->n_shown)
		return;
	self->n_shown = self->dial.n_connections;
	put_all(self);
	nt4_dial_turn(&self->dial, ctx, INT64_MAX);
}

int nt4_camera_step(struct nt4_camera *self, const struct nt4_camera_in *in,
                    struct nt4_camera_out *out, struct pkd_ctx *ctx)
{
	bool is_connected = in->link->state == video_LinkState_online;

	const char *reason = draw_link_words(in->link);

	(void)out;
	if (is_connected != self->is_connected || reason != self->reason) {
		self->is_connected = is_connected;
		self->reason = reason;
		put_connected(self);
	}
	turn(self, ctx);
	return PKD_OK;
}

int nt4_camera_ready(struct nt4_camera *self, struct pkd_ctx *ctx)
{
	turn(self, ctx);
	return PKD_OK;
}

void nt4_camera_finish(struct nt4_camera *self)
{
	nt4_dial_close(&self->dial);
	nt4_buffer_free(&self->content);
}

PKD_WATCHING_NODE(nt4_camera);
