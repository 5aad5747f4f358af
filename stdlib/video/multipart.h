/* A camera's multipart stream over HTTP, read as FFmpeg's demuxer wants it: each JPEG in a part of
 * its own, with its length. Cameras write their parts in many ways, of which that demuxer takes a
 * few. */
#ifndef PKD_VIDEO_MULTIPART_H
#define PKD_VIDEO_MULTIPART_H

#include <libavformat/avio.h>

struct media_multipart;

/* Whether what an open connection sends is such a stream. */
int media_is_multipart(AVIOContext *connection);

/* Pictures of up to `most` bytes; the connection stays the caller's. NULL: no memory. */
struct media_multipart *media_multipart_create(AVIOContext *connection, size_t most);
void media_multipart_destroy(struct media_multipart *multipart);

/* What the demuxer reads. */
AVIOContext *media_multipart_context(struct media_multipart *multipart);

#endif
