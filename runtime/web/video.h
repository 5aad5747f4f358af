/* Packets of coded video (video.Packet) as foxglove_msgs/CompressedVideo, as they are. */
#ifndef PKDW_VIDEO_H
#define PKDW_VIDEO_H

#include <pkd/frame.h>
#include <stdbool.h>

#include "message/cdr.h"

/* Whether it is a record with a codec, which tells h264 from others, `key` and `data`. */
bool pkdw_video_can(const struct pkd_type *type);

/* Writes a value that is valid for its type. False: its codec is none of Foxglove's. */
bool pkdw_video_write(const struct pkd_type *type, const struct pkd_frame *frame, const char *name,
                      int64_t stamp_ns, struct pkdi_cdr *cdr, bool *ret_is_key);

#endif
