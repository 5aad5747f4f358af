/* Where a frame stands in a file: where its capture time says, as long as capture times run on,
 * and a frame's period behind the last one where they do not. */
#ifndef PKD_VIDEO_WRITE_TIMES_H
#define PKD_VIDEO_WRITE_TIMES_H

#include <video/write.pkd.h>

enum { MEDIA_TICKS_PER_SECOND = 90000 }; /* time base of encoder and file */

/* Why a frame is not where its capture time says. */
enum media_bridge { MEDIA_STOOD_STILL, MEDIA_WENT_BACK, MEDIA_LEAPT, N_MEDIA_BRIDGES };

struct media_write_times {
	struct pkd_ctx *ctx; /* of the call in progress */
	const char *path;    /* of the file, for messages */
	bool has_said[N_MEDIA_BRIDGES];
};

/* Counts the frame of this firing and sets `ticks`, its time in the file, and `step`, how long
 * the one before it lasts. */
void media_write_times_take(struct media_write_times *self, struct video_write_state *now);

/* As long as the frames before it on average, until the next one shows how long it is. */
int64_t media_write_times_usual(const struct video_write_state *now);

#endif
