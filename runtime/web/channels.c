#define _GNU_SOURCE
#include "web/channels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/ros2msg.h"
#include "web/annotations.h"
#include "web/picture.h"
#include "web/video.h"

/* Beyond, a stream has no channel. */
enum { MAX_SCHEMA = 1 << 20 };

#define RULE "================================================================================\n"
#define TIME_PART RULE "MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n"

/* Both pictures have the same members: those of Foxglove's, and the number of the frame. */
static const char picture_schema[] = "builtin_interfaces/Time timestamp\nstring frame_id\n"
				     "uint8[] data\nstring format\nuint64 frame\n" TIME_PART;
static const char log_schema[] =
	"uint8 DEBUG=10\nuint8 INFO=20\nuint8 WARN=30\nuint8 ERROR=40\nuint8 FATAL=50\n"
	"builtin_interfaces/Time stamp\nuint8 level\nstring name\nstring msg\nstring file\n"
	"string function\nuint32 line\n" TIME_PART;

const struct pkd_type *pkdw_type_of(const struct pkd_program *program, uint32_t stream)
{
	const struct pkd_stream *decl = &program->streams[stream];

	return program->nodes[decl->writer].outputs[decl->output].type;
}

char *pkdw_topic(const char *name, const char *suffix)
{
	char *topic;

	if (asprintf(&topic, "/%s%s", name, suffix) < 0)
		return NULL;
	for (char *at = topic; *at; at++)
		if (*at == '.')
			*at = '/';
	return topic;
}

static bool add(struct pkdw_channels *channels, enum pkdw_channel_kind kind, uint32_t stream,
                const char *name, const char *suffix)
{
	struct pkdw_channel *channel = &channels->items[channels->n];

	channel->kind = kind;
	channel->stream = stream;
	channel->topic = pkdw_topic(name, suffix);
	channels->n += channel->topic != NULL;
	return channel->topic;
}

static bool set_schema(struct pkdw_channel *channel, const char *name, const char *schema)
{
	snprintf(channel->name, sizeof(channel->name), "%s", name);
	channel->schema = strdup(schema);
	return channel->schema;
}

/* False: no memory, or one that has too much in it. */
static bool make_schema(struct pkdw_channel *channel, const struct pkd_type *type,
                        const char *stream)
{
	size_t n = pkdi_ros2msg_stream(type, NULL, 0);

	if (!n || n > MAX_SCHEMA)
		return false;
	channel->schema = malloc(n + 1);
	if (!channel->schema)
		return false;
	pkdi_ros2msg_stream(type, channel->schema, n + 1);
	pkdi_ros2msg_name(stream, channel->name, sizeof(channel->name));
	return true;
}

static void forget_last(struct pkdw_channels *channels)
{
	free(channels->items[--channels->n].topic);
	channels->items[channels->n] = (struct pkdw_channel){.topic = NULL};
}

static void add_image(struct pkdw_channels *channels, uint32_t stream, const char *name)
{
	if (add(channels, PKDW_CHANNEL_JPEG, stream, name, "/jpeg") &&
	    !set_schema(&channels->items[channels->n - 1], "foxglove_msgs/msg/CompressedImage",
	                picture_schema))
		forget_last(channels);
	if (pkdw_picture_can(PKDW_H264) &&
	    add(channels, PKDW_CHANNEL_H264, stream, name, "/h264") &&
	    !set_schema(&channels->items[channels->n - 1], "foxglove_msgs/msg/CompressedVideo",
	                picture_schema))
		forget_last(channels);
}

/* A private stream has none, and nor has what orders a pool's: that has the name of its first
 * worker. */
static void add_stream(struct pkdw_channels *channels, const struct pkd_program *program,
                       uint32_t stream)
{
	const struct pkd_stream *decl = &program->streams[stream];
	const struct pkd_type *type = pkdw_type_of(program, stream);

	if (decl->private_at || program->nodes[decl->writer].orders)
		return;
	if (type && type->kind == PKD_IMAGE)
		add_image(channels, stream, decl->name);
	else if (add(channels, PKDW_CHANNEL_VALUE, stream, decl->name, "") &&
	         !make_schema(&channels->items[channels->n - 1], type, decl->name))
		forget_last(channels);
	if (pkdw_video_can(type) &&
	    add(channels, PKDW_CHANNEL_VIDEO, stream, decl->name, "/video") &&
	    !set_schema(&channels->items[channels->n - 1], "foxglove_msgs/msg/CompressedVideo",
	                picture_schema))
		forget_last(channels);
	if (pkdw_annotations_can(type) &&
	    add(channels, PKDW_CHANNEL_ANNOTATIONS, stream, decl->name, "/annotations") &&
	    !set_schema(&channels->items[channels->n - 1], "foxglove_msgs/msg/ImageAnnotations",
	                pkdw_annotations_schema))
		forget_last(channels);
}

const struct pkdw_channels *pkdw_channels(struct pkdw_web *web)
{
	const struct pkd_program *program = web->host->program;
	struct pkdw_channels *channels = web->channels;

	if (channels)
		return channels;
	channels = calloc(1, sizeof(*channels) + (2 * (size_t)program->n_streams + 1) *
	                                                 sizeof(*channels->items));
	if (!channels)
		return NULL;
	for (uint32_t i = 0; i < program->n_streams; i++)
		add_stream(channels, program, i);
	if (add(channels, PKDW_CHANNEL_LOG, PKD_NONE, "rosout", "") &&
	    !set_schema(&channels->items[channels->n - 1], "rcl_interfaces/msg/Log", log_schema))
		forget_last(channels);
	web->channels = channels;
	return channels;
}

void pkdw_channels_destroy(struct pkdw_channels *channels)
{
	for (uint32_t i = 0; channels && i < channels->n; i++) {
		free(channels->items[i].topic);
		free(channels->items[i].schema);
	}
	free(channels);
}
