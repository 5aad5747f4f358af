/* What FFmpeg says about errors: codes as text, and the lines of its log, which often have the only
 * reason. They are kept, not printed; PKD_FFMPEG_LOG in the environment prints them as well. */
#ifndef PKD_VIDEO_LOG_H
#define PKD_VIDEO_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum { MEDIA_TEXT_SIZE = 160 };

const char *media_error_text(int error, char text[static MEDIA_TEXT_SIZE]);

/* FFmpeg's codes are -errno or its own tags, far below any errno. */
int media_errno(int error);

/* `own`: what this thread does is kept apart, and taken by it alone. Else there is one log in a
 * process, for a decoder's threads write to it as well. */
void media_log_begin(bool own);

/* The first error since the last call, without the end of its line; false when there was none. */
bool media_log_take(char text[static MEDIA_TEXT_SIZE]);

/* A picture that was refused because it has too many pixels, since the last call. */
bool media_log_take_size(int *ret_width, int *ret_height);

/* Whether a demuxer has missed the end of its file, in this thread and since the last call: a
 * process may have several sources. */
bool media_log_take_cut(void);

/* How many packets of RTP were lost, as its receiver has said in this thread since the last
 * call. */
uint64_t media_log_take_missed(void);

#endif
