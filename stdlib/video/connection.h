/* A connection to an address, in a thread that reads and decodes all that comes, keeps the newest
 * frame, and connects again whenever that has ended. Nobody waits for that thread: it may be inside
 * the C library's look-up of a name, which nothing interrupts. */
#ifndef PKD_VIDEO_CONNECTION_H
#define PKD_VIDEO_CONNECTION_H

#include "link.h"
#include "source.h"

#include <libavcodec/codec_id.h>
#include <libavutil/frame.h>

enum { MEDIA_REASON_SIZE = 512 };

struct media_connection;

/* What takes the packets as they come, in the thread, in place of a decoder. */
struct media_taker {
	/* Of a new connection. 0, or what media_fail returns. */
	int (*begin)(void *of, const struct media_source *input, AVStream *stream);
	/* `packet` becomes its own. 1: a picture; 0: none; or what media_fail returns. NULL for
	 * `packet`: one is missing, and what follows can be of no use up to a key frame. */
	int (*take)(void *of, const struct media_source *input, AVPacket *packet);
	void (*end)(void *of);
	void (*release)(void *of); /* the thread is done with it */
	void *of;
};

struct media_connect {
	struct media_options media; /* `source` has user and password in it; copied */
	struct media_taker taker;   /* without `take` frames are made */
	int64_t retry_max_ns;       /* at least 100 ms */
	int64_t frozen_after_ns; /* the same picture for longer is no new frame; 0 = it always is */
};

/* Starts the thread. 0 and *ret_connection, or -errno; NULL for `source` is -ENOMEM. The taker is
 * its own in any case: where it fails, it has released it. `source` is copied. The other strings
 * are literals: the thread, which may go on behind media_connection_leave, has them as they are. */
int media_connection_start(const struct media_connect *connect,
                           struct media_connection **ret_connection);

/* Ready to be read (POLLIN) when something is new, until media_connection_hear. To be called before
 * media_connection_look, as what is new behind that makes it ready again. */
int media_connection_fd(const struct media_connection *self);
void media_connection_hear(const struct media_connection *self);

/* What is known now; true: and *frame has the newest frame, which nobody has got before, with its
 * arrival as `pts` (ns). It is the caller's, and replaces what was in *frame. */
bool media_connection_look(struct media_connection *self, struct media_news *ret_news,
                           AVFrame *frame);

/* Of the newest frame. */
enum AVCodecID media_connection_codec(struct media_connection *self);

/* Why it is lost, in words, without a password. */
void media_connection_reason(struct media_connection *self, char text[static MEDIA_REASON_SIZE]);

/* Ends it, and waits a moment at most: a thread that still waits for the C library frees it all
 * when that has returned. NULL: nothing. */
void media_connection_leave(struct media_connection *self);

#endif
