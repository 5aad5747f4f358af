/* GStreamer: shmsink and shmsrc between processes; with -DQUEUE two threads of one process and a
 * `queue`, which is what a pipeline has inside. Buffers come from a pool; a queue passes them on,
 * shmsink copies each into its memory. appsink waits, and cannot be polled for less. */
#define _GNU_SOURCE
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <stdio.h>
#include <unistd.h>

#include "harness.h"

enum { ROOM = 16 };

struct side {
	GstAppSrc *out;
	GstAppSink *in;
	GstBufferPool *pool;
	GstElement *pipelines[2];
};

static char paths[2][64];
static GstElement *inner[2]; /* QUEUE: both sides use both pipelines */

static GstElement *launch(const char *text)
{
	GError *error = NULL;
	GstElement *pipeline = gst_parse_launch(text, &error);

	if (!pipeline || error)
		bench_cannot(error ? error->message : "no pipeline");
	if (gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
		bench_fail("a pipeline does not start", 0);
	return pipeline;
}

static void prepare(const struct bench *bench)
{
	for (int i = 0; i < 2; i++)
		snprintf(paths[i], sizeof(paths[i]), "/tmp/pkd-bench-gst-%d-%d", (int)getpid(), i);
		/* Without a fork GStreamer may be started here. */
#ifdef QUEUE
	gst_init(NULL, NULL);
	for (int i = 0; i < 2; i++)
		inner[i] = launch("appsrc name=out block=true max-bytes=0 max-buffers=64 "
		                  "format=time ! queue max-size-bytes=0 max-size-time=0 "
		                  "max-size-buffers=64 ! "
		                  "appsink name=in sync=false max-buffers=64");
#else
	(void)inner;
#endif
	(void)bench;
}

static GstBufferPool *make_pool(size_t size)
{
	GstBufferPool *pool = gst_buffer_pool_new();
	GstStructure *config = gst_buffer_pool_get_config(pool);

	gst_buffer_pool_config_set_params(config, NULL, (guint)size, 4, 0);
	gst_buffer_pool_set_config(pool, config);
	gst_buffer_pool_set_active(pool, TRUE);
	return pool;
}

static void open_shm(const struct bench *bench, struct side *side, int i)
{
	char text[512];

	gst_init(NULL, NULL);
	snprintf(text, sizeof(text),
	         "appsrc name=out block=true max-bytes=%zu format=time ! shmsink socket-path=%s "
	         "shm-size=%zu wait-for-connection=true sync=false",
	         2 * bench->size, paths[i], ROOM * bench->size + (1 << 20));
	side->pipelines[0] = launch(text);
	while (access(paths[1 - i], F_OK) < 0)
		usleep(1000);
	usleep(100000); /* the socket is there before it listens */
	snprintf(text, sizeof(text),
	         "shmsrc socket-path=%s ! appsink name=in sync=false max-buffers=4", paths[1 - i]);
	side->pipelines[1] = launch(text);
}

static void *open_side(const struct bench *bench, int i)
{
	static struct side sides[2];
	struct side *side = &sides[i];

#ifdef QUEUE
	(void)open_shm;
	side->pipelines[0] = inner[i];
	side->pipelines[1] = inner[1 - i];
#else
	open_shm(bench, side, i);
#endif
	side->out = GST_APP_SRC(gst_bin_get_by_name(GST_BIN(side->pipelines[0]), "out"));
	side->in = GST_APP_SINK(gst_bin_get_by_name(GST_BIN(side->pipelines[1]), "in"));
	side->pool = make_pool(bench->size);
	return side;
}

static void send(void *argument, uint64_t stamp)
{
	struct side *side = argument;
	GstBuffer *buffer = NULL;
	GstMapInfo map;

	if (gst_buffer_pool_acquire_buffer(side->pool, &buffer, NULL) != GST_FLOW_OK ||
	    !gst_buffer_map(buffer, &map, GST_MAP_WRITE))
		bench_fail("no buffer", 0);
	*(uint64_t *)(void *)map.data = stamp;
	gst_buffer_unmap(buffer, &map);
	if (gst_app_src_push_buffer(side->out, buffer) != GST_FLOW_OK)
		bench_fail("push", 0);
}

static uint64_t receive(void *argument)
{
	struct side *side = argument;
	GstSample *sample = gst_app_sink_pull_sample(side->in);
	uint64_t stamp;
	GstMapInfo map;

	if (!sample || !gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ))
		bench_fail("no sample", 0);
	stamp = *(uint64_t *)(void *)map.data;
	gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
	gst_sample_unref(sample);
	return stamp;
}

#ifndef QUEUE
static void close_side(void *argument)
{
	struct side *side = argument;

	usleep(100000); /* the last message must have left */
	for (int i = 0; i < 2; i++) {
		gst_element_set_state(side->pipelines[i], GST_STATE_NULL);
		unlink(paths[i]);
	}
}
#endif

int main(int argc, char **argv)
{
	static const struct peer peer = {
#ifdef QUEUE
		.name = "gst-queue",
		.in_threads = true,
#else
		.name = "gst-shm",
		.close = close_side,
#endif
		.prepare = prepare,
		.open = open_side,
		.send = send,
		.receive = receive,
	};

	return bench_main(&peer, argc, argv);
}
