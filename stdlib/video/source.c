#define _GNU_SOURCE
#include "source.h"

#include "log.h"
#include "multipart.h"
#include "sequence.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pkd/path.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PIPE_BUFFER_SIZE = 32 * 1024,
	PIPE_LOOK_MS = 50, /* how soon a stop is seen while a pipe is silent */
	MAX_STREAMS = 16,
	BLOCK = 64,
	STRIP_MARGIN = 256,
	STRIP_HEIGHT = 512,
	MAX_MESSAGE = 1024,
};

/* What the content of a source may make FFmpeg open. */
static const struct kind {
	const char *scheme, *protocols, *in_playlists;
	bool is_live;
} kinds[] = {
	{"file", "file", "file,crypto,data", false},
	{"http", "http,https,httpproxy,tcp,tls", "http,https,httpproxy,tcp,tls,crypto,data", false},
	/* And not http, to which a server may lead: what is checked stays checked. */
	{"https", "https,httpproxy,tcp,tls", "https,httpproxy,tcp,tls,crypto,data", false},
	{"ftp", "ftp,tcp", "ftp,tcp", false},
	{"rtsp", "rtsp,rtp,udp,tcp", "rtsp,rtp,udp,tcp", true},
	{"rtsps", "rtsps,rtsp,srtp,rtp,udp,tcp,tls", "rtsps,rtsp,srtp,rtp,udp,tcp,tls", true},
	{"rtmp", "rtmp,tcp", "rtmp,tcp", true},
	{"rtmps", "rtmps,tcp,tls", "rtmps,tcp,tls", true},
	{"rtp", "rtp,udp", "rtp,udp", true},
	{"udp", "udp", "udp", true},
	{"srt", "srt", "srt", true},
	{"tcp", "tcp", "tcp", true},
};

/* Formats whose content names other files or addresses. Of these a playlist may be allowed. */
static const char *const playlists[] = {"hls", "concat", "dash", "webm_dash_manifest", "imf"};
static const char *const descriptions[] = {"sdp", "rtp", "sap", "vobsub"};

/* ---- Who reads ---- */

int media_fail(const struct media_source *self, int error, const char *format, ...)
{
	char text[MAX_MESSAGE];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	if (!self->options->thread) {
		/* In parentheses: the text is the whole reason, and no errno is added to it. */
		return (pkd_error)(self->ctx, error, "%s", text);
	}
	self->options->thread->tell(self->options->thread->of, error, text);
	return -error;
}

bool media_is_ending(const struct media_source *self)
{
	const struct media_thread *thread = self->options->thread;

	return thread ? thread->is_ending(thread->of) : pkd_stopping(self->ctx);
}

int media_report_size(const struct media_source *self, int width, int height)
{
	uint32_t W = self->options->max_width, H = self->options->max_height;

	return media_fail(self, EMSGSIZE,
	                  "the video is %dx%d, more than %" PRIu32 "x%" PRIu32
	                  ": write W: %d, H: %d",
	                  width, height, W, H, width, height);
}

/* ---- How much ---- */

/* Decoders check whole blocks, and the strips in which they work, by the same bound. */
int64_t media_max_pixels(const struct media_options *options)
{
	int64_t width = ((int64_t)options->max_width + BLOCK - 1) / BLOCK * BLOCK;
	int64_t height = ((int64_t)options->max_height + BLOCK - 1) / BLOCK * BLOCK;
	int64_t strip = ((width > height ? width : height) + STRIP_MARGIN) * STRIP_HEIGHT;

	return width * height > strip ? width * height : strip;
}

/* ---- Names ---- */

/* "rtsp://user:secret@camera/1" is shown as "rtsp://…@camera/1". */
static char *shown_name(const char *source)
{
	const char *start, *end, *at = NULL;
	char *name;

	if (!pkd_path_is_address(source))
		return strdup(source);
	start = strstr(source, "://") + strlen("://");
	end = start + strcspn(start, "/?#");
	for (const char *c = start; c < end; c++) {
		if (*c == '@')
			at = c;
	}
	if (!at)
		return strdup(source);
	if (asprintf(&name, "%.*s…%s", (int)(start - source), source, at) < 0)
		return NULL;
	return name;
}

static const struct kind *kind_of(const char *source)
{
	size_t n_kinds = sizeof(kinds) / sizeof(kinds[0]);
	size_t size = strcspn(source, ":");

	if (!pkd_path_is_address(source))
		return &kinds[0];
	for (size_t i = 0; i < n_kinds; i++) {
		if (size == strlen(kinds[i].scheme) && !strncmp(source, kinds[i].scheme, size))
			return &kinds[i];
	}
	return NULL;
}

bool media_is_address(const char *source)
{
	const struct kind *kind = kind_of(source);

	return kind && kind != &kinds[0];
}

bool media_checks_certificate(const char *source)
{
	return strncmp(source, "rtsps:", 6) != 0 && strncmp(source, "rtmps:", 6) != 0;
}

/* A name with a colon in it would be taken for a protocol. */
static char *url_of(const struct media_source *self)
{
	bool is_address = pkd_path_is_address(self->options->source);
	char *url;

	return asprintf(&url, "%s%s", is_address ? "" : "file:", self->path) < 0 ? NULL : url;
}

/* ---- Pipes and standard input ---- */

/* libavformat would open and read a pipe without asking for a stop, and its open waits for a
 * writer. Here, until the first byte, a pipe without a writer is one whose writer is still to
 * come; from then on it has ended. What was inherited may block, and is read only when it has
 * something to say. */
static int read_pipe(void *opaque, uint8_t *buffer, int size)
{
	struct media_source *self = opaque;
	struct pollfd pipe = {.fd = self->pipe_fd, .events = POLLIN};

	while (!media_is_ending(self)) {
		bool must_wait = self->pipe_is_inherited || !self->pipe_has_begun;
		ssize_t n;

		if (poll(&pipe, 1, PIPE_LOOK_MS) <= 0 && must_wait)
			continue;
		n = read(self->pipe_fd, buffer, (size_t)size);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		self->pipe_has_begun = true;
		if (n < 0)
			return AVERROR(errno);
		return n > 0 ? (int)n : AVERROR_EOF;
	}
	return AVERROR_EXIT;
}

/* An inherited file. Its own offset stays where it was, for a restart. */
static int read_file(void *opaque, uint8_t *buffer, int size)
{
	struct media_source *self = opaque;
	ssize_t n = pread(self->pipe_fd, buffer, (size_t)size, self->file_start + self->file_at);

	if (n < 0)
		return AVERROR(errno);
	self->file_at += n;
	return n > 0 ? (int)n : AVERROR_EOF;
}

static int64_t seek_file(void *opaque, int64_t offset, int whence)
{
	struct media_source *self = opaque;
	struct stat file;

	if (fstat(self->pipe_fd, &file) < 0)
		return AVERROR(errno);
	switch (whence & ~AVSEEK_FORCE) {
	case AVSEEK_SIZE:
		return file.st_size - self->file_start;
	case SEEK_CUR:
		offset += self->file_at;
		break;
	case SEEK_END:
		offset += file.st_size - self->file_start;
		break;
	default:
		break;
	}
	if (offset < 0)
		return AVERROR(EINVAL);
	self->file_at = offset;
	return offset;
}

/* -1 for what is opened by name. A process that is confined to its files may not open a
 * descriptor's file once more, but read it. */
static int inherited_fd(const struct media_source *self)
{
	return pkd_path_given_fd(self->options->source, STDIN_FILENO);
}

static bool is_pipe(const struct media_source *self)
{
	struct stat file;

	return inherited_fd(self) >= 0 || (stat(self->path, &file) == 0 && S_ISFIFO(file.st_mode));
}

static int open_pipe(struct media_source *self)
{
	int inherited = inherited_fd(self);
	struct stat file;
	uint8_t *buffer;

	self->pipe_is_inherited = inherited >= 0;
	if (self->pipe_is_inherited)
		self->pipe_fd = fcntl(inherited, F_DUPFD_CLOEXEC, 0);
	else
		self->pipe_fd = open(self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (self->pipe_fd < 0 || fstat(self->pipe_fd, &file) < 0)
		return AVERROR(errno);
	self->pipe_is_file = S_ISREG(file.st_mode);
	if (self->pipe_is_file)
		self->file_start = lseek(self->pipe_fd, 0, SEEK_CUR);
	buffer = av_malloc(PIPE_BUFFER_SIZE);
	if (buffer)
		self->pipe = avio_alloc_context(buffer, PIPE_BUFFER_SIZE, 0, self,
		                                self->pipe_is_file ? read_file : read_pipe, NULL,
		                                self->pipe_is_file ? seek_file : NULL);
	if (!self->pipe) {
		av_free(buffer);
		return AVERROR(ENOMEM);
	}
	self->format->pb = self->pipe;
	return 0;
}

static void close_pipe(struct media_source *self)
{
	if (self->pipe)
		av_freep(&self->pipe->buffer);
	avio_context_free(&self->pipe);
	if (self->pipe_fd >= 0)
		close(self->pipe_fd);
	self->pipe_fd = -1;
}

bool media_source_is_file(const struct media_source *self)
{
	return !self->is_address && (!self->pipe || self->pipe_is_file);
}

/* ---- Stops and silence ---- */

static int interrupted(void *opaque)
{
	struct media_source *self = opaque;

	if (media_is_ending(self))
		return 1;
	self->is_silent = self->is_address && pkd_now() > self->deadline_ns;
	return self->is_silent;
}

static void expect_within(struct media_source *self, int64_t waits_ns)
{
	self->waits_ns = waits_ns;
	self->deadline_ns = pkd_now() + waits_ns;
}

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/* ---- What playlists list ---- */

static bool is_playlist(const char *format)
{
	return is_one_of(format, playlists, sizeof(playlists) / sizeof(playlists[0]));
}

/* Also where one address of http leads to another, of https. Others have no such options. */
static int open_checked(struct media_source *self, AVIOContext **context, const char *name,
                        int flags, AVDictionary **options)
{
	AVDictionary *checked = NULL;
	const char *ca = self->options->ca;
	int error;

	if (options)
		av_dict_copy(&checked, *options, 0);
	av_dict_set_int(&checked, "tls_verify", !self->options->insecure, 0);
	if (ca && *ca)
		av_dict_set(&checked, "ca_file", ca, 0);
	error = self->open_file(self->format, context, name, flags, &checked);
	av_dict_free(&checked);
	return error;
}

/* As libavformat calls it for each file; not for those of ffconcat. */
static int open_entry(AVFormatContext *format, AVIOContext **context, const char *name, int flags,
                      AVDictionary **options)
{
	struct media_source *self = format->opaque;
	int error = self->is_address && !self->is_described
	                    ? open_checked(self, context, name, flags, options)
	                    : self->open_file(format, context, name, flags, options);

	if (error < 0 && error != AVERROR_EXIT && !self->entry_error && format->iformat &&
	    is_playlist(format->iformat->name)) {
		self->entry_error = error;
		self->entry = strdup(name);
	}
	return error;
}

static int report_entry(struct media_source *self)
{
	char text[MEDIA_TEXT_SIZE];

	return media_fail(
		self, media_errno(self->entry_error),
		"'%s' lists a file that cannot be opened%s%s%s: %s; what it names must be "
		"there, below folder, which is '%s'",
		self->name, self->entry ? ", '" : "", self->entry ? pkd_path_file(self->entry) : "",
		self->entry ? "'" : "", media_error_text(self->entry_error, text),
		self->options->folder);
}

/* ffconcat opens the next file as it comes to it, and hands on why it cannot. */
static bool is_of_entry(const struct media_source *self, int error)
{
	return !strcmp(self->format->iformat->name, "concat") &&
	       (error == AVERROR(ENOENT) || error == AVERROR(EACCES) || error == AVERROR(EPERM));
}

int media_source_read(struct media_source *self, AVPacket *packet)
{
	int error;

	expect_within(self, self->options->silence_ns);
	error = av_read_frame(self->format, packet);
	self->is_cut |= media_log_take_cut();
	if (!self->entry_error && is_of_entry(self, error))
		self->entry_error = error;
	/* Of an address, one that is missing is left out, as players do. */
	if (!self->entry_error || self->is_address || media_is_ending(self))
		return error;
	av_packet_unref(packet);
	self->is_refused = true;
	return report_entry(self);
}

/* ---- What FFmpeg is told ---- */

static bool may_read(const struct media_source *self, const char *name)
{
	if (!self->options->playlists && is_playlist(name))
		return false;
	return self->is_described ||
	       !is_one_of(name, descriptions, sizeof(descriptions) / sizeof(descriptions[0]));
}

/* The names of all demuxers that may read the source, as format_whitelist wants them. */
static char *formats(const struct media_source *self)
{
	const AVInputFormat *format;
	void *position = NULL;
	char *list = NULL;
	size_t size = 0;
	FILE *text = open_memstream(&list, &size);

	if (!text)
		return NULL;
	while ((format = av_demuxer_iterate(&position))) {
		if (may_read(self, format->name))
			fprintf(text, "%s,", format->name);
	}
	return fclose(text) ? NULL : list;
}

static int number_sequence(struct media_source *self, AVDictionary **options)
{
	const char *source = self->path;
	int64_t start = self->options->start;
	struct media_sequence found;
	int error = media_sequence_find(source, start, &found);

	if (error)
		return media_fail(self, -error, "cannot open '%s': %s", source, strerror(-error));
	if (found.n == 0)
		return media_fail(self, ENOENT, "no file has a name like '%s'", source);
	if (start >= 0 && !found.has_start)
		return media_fail(self, ENOENT,
		                  "'%s' has no number %" PRId64 ": write start: %" PRId64
		                  ", the lowest that there is",
		                  source, start, found.first);
	if (start < 0)
		start = found.first;
	self->is_sequence = true;
	self->first_number = start;
	self->last_number = found.last;
	av_dict_set(options, "pattern_type", "sequence", 0);
	av_dict_set_int(options, "start_number", start, 0);
	av_dict_set_int(options, "start_number_range", 1, 0);
	return 0;
}

static int set_options(struct media_source *self, const struct kind *kind, AVDictionary **options)
{
	char *list = formats(self);
	const char *protocols = self->options->playlists ? kind->in_playlists : kind->protocols;

	if (!list)
		return media_fail(self, ENOMEM, "out of memory");
	av_dict_set(options, "format_whitelist", list, AV_DICT_DONT_STRDUP_VAL);
	av_dict_set(options, "protocol_whitelist", protocols, 0);
	av_dict_set_int(options, "max_streams", MAX_STREAMS, 0);
	/* Of what is looked at, the last frame may be the newest that there is. */
	if (self->is_live && !self->options->is_live)
		av_dict_set(options, "fflags", "nobuffer", 0);
	if (!strncmp(kind->scheme, "rtsp", 4)) {
		const char *transport = self->options->transport;

		av_dict_set(options, "rtsp_transport", transport ? transport : "tcp", 0);
		av_dict_set(options, "allowed_media_types", "video", 0);
	}
	if (!self->is_address && media_is_sequence(self->path))
		return number_sequence(self, options);
	av_dict_set(options, "pattern_type", "none", 0); /* a % in a picture's name is a % */
	return 0;
}

/* ---- Opening ---- */

/* What FFmpeg's own codes say, or only its log. */
static enum video_LinkReason reason_of(int error, const char *line)
{
	if (error == AVERROR_HTTP_UNAUTHORIZED || error == AVERROR_HTTP_FORBIDDEN)
		return video_LinkReason_denied;
	if (error == AVERROR_HTTP_NOT_FOUND)
		return video_LinkReason_not_found;
	if (error == AVERROR(EIO) && !strncmp(line, "Failed to resolve hostname", 26))
		return video_LinkReason_unknown_host;
	if (error == AVERROR(EIO) && strstr(line, "certificate"))
		return video_LinkReason_untrusted;
	return video_LinkReason_none;
}

/* Why opening or looking into the source failed. */
static int report(struct media_source *self, const char *what, int error)
{
	char text[MEDIA_TEXT_SIZE], line[MEDIA_TEXT_SIZE] = "";
	bool has_line = media_log_take(line);

	self->reason = reason_of(error, line);
	if (media_is_ending(self))
		return PKD_END;
	if (self->is_silent)
		return media_fail(self, ETIMEDOUT, "'%s' has said nothing for %g s", self->name,
		                  (double)self->waits_ns / 1e9);
	if (has_line && !strncmp(line, "Format not on whitelist", 23))
		return media_fail(self, EPERM,
		                  self->options->playlists || self->options->is_live
		                          ? "'%s' describes other sources, which %s does not open"
		                          : "'%s' is a list of other files or addresses: write "
		                            "playlists: true to have them opened",
		                  self->name, self->options->node);
	if (has_line && strstr(line, "max_streams"))
		return media_fail(self, E2BIG, "'%s' has more than %d streams", self->name,
		                  MAX_STREAMS);
	if (has_line && self->options->playlists && !self->is_address)
		return media_fail(
			self, EINVAL,
			"cannot %s '%s' (%s); what a playlist names must lie below folder, "
			"which is '%s'",
			what, self->name, line, self->options->folder);
	if (error == AVERROR_INVALIDDATA || error == AVERROR_EOF)
		return media_fail(self, EINVAL,
		                  "'%s' is not a video that FFmpeg can read, or is cut off%s%s%s",
		                  self->name, has_line ? " (" : "", has_line ? line : "",
		                  has_line ? ")" : "");
	/* As where a name is not known. */
	if (error == AVERROR(EIO) && has_line)
		return media_fail(self, EIO, "cannot %s '%s': %s", what, self->name, line);
	return media_fail(self, media_errno(error), "cannot %s '%s': %s", what, self->name,
	                  media_error_text(error, text));
}

/* A camera's address is asked first what it sends: there are parts that FFmpeg's demuxer would not
 * take. All else it reads as ever. */
static int open_camera(struct media_source *self, const char *url, const struct kind *kind,
                       AVDictionary **options, const AVInputFormat **ret_format)
{
	size_t most = (size_t)media_max_pixels(self->options) * 4;
	int error;

	/* As avformat_open_input would take it from the options. */
	self->format->protocol_whitelist = av_strdup(kind->protocols);
	self->format->url = av_strdup(url);
	if (!self->format->protocol_whitelist || !self->format->url)
		return AVERROR(ENOMEM);
	error = open_checked(self, &self->connection, url, AVIO_FLAG_READ, options);
	av_freep(&self->format->url);
	if (error < 0)
		return error;
	self->format->pb = self->connection;
	if (!media_is_multipart(self->connection))
		return 0;
	self->multipart = media_multipart_create(self->connection, most);
	if (!self->multipart)
		return AVERROR(ENOMEM);
	self->format->pb = media_multipart_context(self->multipart);
	*ret_format = av_find_input_format("mpjpeg");
	return 0;
}

static int open_container(struct media_source *self, const struct kind *kind)
{
	bool is_camera = self->options->is_live && !strncmp(kind->scheme, "http", 4);
	const AVInputFormat *input = NULL;
	AVDictionary *options = NULL;
	char *url = url_of(self);
	int error;

	self->format = avformat_alloc_context();
	if (!url || !self->format) {
		free(url);
		return media_fail(self, ENOMEM, "out of memory");
	}
	self->format->opaque = self;
	self->open_file = self->format->io_open;
	self->format->io_open = open_entry;
	self->format->interrupt_callback = (AVIOInterruptCB){interrupted, self};
	error = set_options(self, kind, &options);
	if (!error) {
		error = is_pipe(self) ? open_pipe(self) : 0;
		expect_within(self, self->options->open_ns);
		if (error >= 0 && is_camera)
			error = open_camera(self, url, kind, &options, &input);
		if (error >= 0)
			error = avformat_open_input(&self->format, url, input, &options);
		if (error < 0)
			error = report(self, "open", error);
	}
	av_dict_free(&options);
	free(url);
	return error;
}

/* Then nothing needs to be read before the first frame. */
static bool says_codec(const AVFormatContext *format)
{
	for (unsigned i = 0; i < format->nb_streams; i++) {
		const AVCodecParameters *parameters = format->streams[i]->codecpar;

		if (parameters->codec_type == AVMEDIA_TYPE_VIDEO &&
		    parameters->codec_id != AV_CODEC_ID_NONE)
			return true;
	}
	return false;
}

/* A picture that is too large is not decoded to find that out. */
static int look_inside(struct media_source *self)
{
	unsigned n = self->format->nb_streams;
	AVDictionary **options;
	int error;

	if (self->options->is_live && says_codec(self->format))
		return PKD_OK;
	options = calloc(n + 1, sizeof(AVDictionary *));
	if (!options)
		return media_fail(self, ENOMEM, "out of memory");
	for (unsigned i = 0; i < n; i++)
		av_dict_set_int(&options[i], "max_pixels", media_max_pixels(self->options), 0);
	expect_within(self, self->options->silence_ns);
	error = avformat_find_stream_info(self->format, options);
	for (unsigned i = 0; i < n; i++)
		av_dict_free(&options[i]);
	free(options);
	media_log_take_size(&self->refused_width, &self->refused_height);
	return error < 0 || media_is_ending(self) ? report(self, "read", error) : PKD_OK;
}

/* ---- What can be known before it is opened ---- */

static int check(const struct media_source *self, const struct kind *kind)
{
	const struct media_options *options = self->options;

	if (!kind)
		return media_fail(
			self, EPROTONOSUPPORT,
			"'%s': %s reads files and the addresses of http, https, ftp, rtsp, "
			"rtsps, rtmp, rtmps, rtp, udp, srt and tcp",
			self->name, options->node);
	if (!options->insecure && !media_checks_certificate(options->source))
		return media_fail(
			self, EPERM,
			"'%s': FFmpeg cannot check the certificate of %s; write insecure: "
			"true to trust any",
			self->name, kind->scheme);
	if (options->ca && *options->ca && access(options->ca, R_OK) < 0)
		return media_fail(self, errno, "cannot read the certificates of ca, '%s': %s",
		                  options->ca, strerror(errno));
	return PKD_OK;
}

int media_source_check(const struct media_options *options, struct pkd_ctx *ctx)
{
	struct media_source source = {.options = options, .ctx = ctx};
	int error;

	source.name = shown_name(options->source);
	error = source.name ? check(&source, kind_of(options->source))
	                    : media_fail(&source, ENOMEM, "out of memory");
	free(source.name);
	return error;
}

int media_source_open(struct media_source *self, const struct media_options *options,
                      struct pkd_ctx *ctx)
{
	const struct kind *kind = kind_of(options->source);
	int error;

	*self = (struct media_source){.options = options, .ctx = ctx, .pipe_fd = -1};
	self->path = pkd_path_file(options->source);
	self->name = shown_name(options->source);
	if (!self->name)
		return media_fail(self, ENOMEM, "out of memory");
	error = check(self, kind);
	if (error)
		return error;
	self->is_address = kind != &kinds[0];
	self->is_described = kind->is_live;
	self->is_live = kind->is_live || options->is_live;
	media_log_begin(options->thread != NULL);
	media_log_take_cut(); /* of others */
	error = open_container(self, kind);
	if (!error)
		error = look_inside(self);
	self->is_cut = media_log_take_cut();
	return error;
}

void media_source_close(struct media_source *self)
{
	avformat_close_input(&self->format);
	close_pipe(self);
	media_multipart_destroy(self->multipart);
	avio_closep(&self->connection);
	self->multipart = NULL;
	free(self->entry);
	free(self->name);
	self->entry = self->name = NULL;
}
