/* Where frames come from: a file, a pipe, an image sequence or an address, opened as what its name
 * promises. Its content opens nothing else: no playlist, no list of files, unless asked for. */
#ifndef PKD_VIDEO_SOURCE_H
#define PKD_VIDEO_SOURCE_H

#include <libavformat/avformat.h>
#include <video/open.pkd.h>

struct media_source {
	const struct video_open_params *params;
	struct pkd_ctx *ctx; /* of the call in progress, for messages and stops */
	const char *path;    /* as params->source, without "file:"; or an address */
	char *name;          /* of the source in messages: without the password of an address */
	AVFormatContext *format;
	AVIOContext *pipe; /* NULL for all that libavformat opens itself */
	int pipe_fd;
	bool pipe_is_inherited, pipe_has_begun;
	bool pipe_is_file;           /* … and can seek */
	int64_t file_start, file_at; /* its offset when it was inherited, and ours from there */
	bool is_address, is_live, is_silent, is_sequence;
	int entry_error; /* of the first file that a playlist lists and that cannot be opened */
	bool is_refused; /* media_source_read has reported that */
	char *entry;     /* its name, NULL where that is not known */
	int (*open_file)(AVFormatContext *format, AVIOContext **context, const char *name,
	                 int flags, AVDictionary **options); /* libavformat's own */
	bool is_cut;                       /* its demuxer has missed its end */
	int64_t deadline_ns;               /* when an address has been silent too long */
	int refused_width, refused_height; /* a picture that is too large; 0 = none */
	int64_t first_number, last_number; /* of an image sequence, whose numbers may have holes */
};

/* PKD_END when the program was stopped meanwhile; after an error, too, media_source_close. */
int media_source_open(struct media_source *self, const struct video_open_params *params,
                      struct pkd_ctx *ctx);
void media_source_close(struct media_source *self);

/* As av_read_frame; an error that has been reported where the source is a playlist of files, and
 * one of these cannot be opened: libavformat would go on without it. */
int media_source_read(struct media_source *self, AVPacket *packet);

/* Whether it can be read once more from the start. */
bool media_source_is_file(const struct media_source *self);

/* As many pixels as a decoder may make; see media_log_take_size for one that was refused. */
int64_t media_max_pixels(const struct video_open_params *params);

#endif
