/* Where frames come from: a file, a pipe, an image sequence or an address, opened as what its name
 * promises. Its content opens nothing else: no playlist, no list of files, unless asked for. */
#ifndef PKD_VIDEO_SOURCE_H
#define PKD_VIDEO_SOURCE_H

#include <libavformat/avformat.h>
#include <pkd/node.h>
#include <video/link.pkd.h>

/* Who reads, where that is not the thread of the node, whose ctx is its own. */
struct media_thread {
	/* What would be an error of the node, with its errno … */
	void (*tell)(void *of, int error, const char *text);
	bool (*is_ending)(void *of); /* … and a stop of the program */
	void *of;
};

/* Of a recording's address: it is not waited for longer. */
#define MEDIA_SILENCE_NS INT64_C(10000000000)

/* What is read, and how. The strings live as long as the source. */
struct media_options {
	const char *node;   /* its name, for messages */
	const char *source; /* as a person writes it: "file:", "-", addresses */
	const char *folder; /* what a playlist may name lies below */
	uint32_t max_width, max_height;
	uint32_t track; /* from 1; 0 = the best */
	int32_t start;  /* of an image sequence; negative = its lowest number */
	bool playlists; /* may be followed */
	bool rotate, square;
	bool is_live;   /* of whatever kind: no frame may wait in the decoder */
	const char *ca; /* whose certificates are trusted; NULL, "" = who the system trusts */
	bool insecure;  /* any certificate will do */
	const char *transport; /* of rtsp, "tcp" or "udp"; NULL = tcp */
	int64_t open_ns;       /* an address that cannot be opened in so long has failed … */
	int64_t silence_ns;    /* … and one that delivers nothing for so long after that */
	const struct media_thread *thread; /* NULL = the node's own; ctx is not used otherwise */
};

struct media_source {
	const struct media_options *options;
	struct pkd_ctx *ctx; /* of the call in progress, for messages and stops */
	const char *path;    /* as options->source, without "file:"; or an address */
	char *name;          /* of the source in messages: without the password of an address */
	AVFormatContext *format;
	AVIOContext *pipe;                 /* NULL for all that libavformat opens itself */
	AVIOContext *connection;           /* of a camera over HTTP, else NULL */
	struct media_multipart *multipart; /* what it sends, where that is many JPEGs */
	int pipe_fd;
	bool pipe_is_inherited, pipe_has_begun;
	bool pipe_is_file;           /* … and can seek */
	int64_t file_start, file_at; /* its offset when it was inherited, and ours from there */
	bool is_address, is_live, is_silent, is_sequence;
	bool is_described; /* in SDP, as its kind may be */
	int entry_error;   /* of the first file that a playlist lists and that cannot be opened */
	bool is_refused;   /* media_source_read has reported that */
	enum video_LinkReason reason; /* of what was reported, where its errno does not say it */
	char *entry;                  /* its name, NULL where that is not known */
	int (*open_file)(AVFormatContext *format, AVIOContext **context, const char *name,
	                 int flags, AVDictionary **options); /* libavformat's own */
	bool is_cut;                                         /* its demuxer has missed its end */
	int64_t deadline_ns;               /* when an address has been silent too long … */
	int64_t waits_ns;                  /* … which is for so long */
	int refused_width, refused_height; /* a picture that is too large; 0 = none */
	int64_t first_number, last_number; /* of an image sequence, whose numbers may have holes */
};

/* The options live as long as the source. PKD_END when the program was stopped meanwhile; after an
 * error, too, media_source_close. */
int media_source_open(struct media_source *self, const struct media_options *options,
                      struct pkd_ctx *ctx);
void media_source_close(struct media_source *self);

/* Whether there is such a kind of source, and its server's certificate can be checked as is asked
 * for; media_source_open does that, too. PKD_OK, or a reported error. */
int media_source_check(const struct media_options *options, struct pkd_ctx *ctx);

/* As av_read_frame; an error that has been reported where the source is a playlist of files, and
 * one of these cannot be opened: libavformat would go on without it. */
int media_source_read(struct media_source *self, AVPacket *packet);

/* pkd_error and pkd_stopping, for whichever thread reads. Of a text beyond 1023 bytes the end is
 * left out. */
int media_fail(const struct media_source *self, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool media_is_ending(const struct media_source *self);

/* That a picture of this size has no room, and what to write. */
int media_report_size(const struct media_source *self, int width, int height);

/* Whether it is an address of a kind that can be opened. */
bool media_is_address(const char *source);

/* Whether the certificate of its server is looked at, where it has one: rtsps and
 * rtmps have no option for it in libavformat. */
bool media_checks_certificate(const char *source);

/* Whether it can be read once more from the start. */
bool media_source_is_file(const struct media_source *self);

/* As many pixels as a decoder may make; see media_log_take_size for one that was refused. */
int64_t media_max_pixels(const struct media_options *options);

#endif
