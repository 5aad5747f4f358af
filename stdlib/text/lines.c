/* text.lines: lines from a file, a pipe or what is still being written.
 *
 * A file is read by its position, which the persistent state has up to the last line that was
 * given; so a restart loses nothing and gives nothing twice. What was read of a pipe and not given
 * is lost with the process.
 *
 * Without `follow`, the text ends where the file does; its last line may lack its newline. With it,
 * that line waits for its newline. A file that has become shorter was emptied, and is read from its
 * start; another one at its path has taken its place, and comes next once nothing more can be read
 * of the old one, as tail -F does it. */
#include "../base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pkd/path.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <text/lines.pkd.h>
#include <unistd.h>

enum {
	READ_SIZE = 64 * 1024, /* bytes asked for at once */
	LOOK_NS = 100000000,   /* from one look at a file that is followed to the next */
	SKIPPED_AT_ONCE = 64,  /* reads of one step while a line's rest is left out */
};

struct text_lines {
	const struct text_lines_params *params;
	const char *path;
	int given; /* the descriptor that the program was given, -1: none */
	int fd;    /* -1: none yet */
	bool is_file, is_pipe, is_watched;
	bool has_ended;   /* read to its end; in a file that is followed, for now */
	bool is_replaced; /* another file is at the path */
	bool has_noted_long, has_noted_missing;
	struct text_lines_state mark; /* committed with each line */
	uint64_t at;                  /* of a file: where the next read begins */
	char *buffer;                 /* what was read and not given: [from, to) */
	size_t size, from, to;
};

static const char *name_of(const struct text_lines *self)
{
	return self->given == STDIN_FILENO ? "standard input" : self->path;
}

static int failed(struct text_lines *self, struct pkd_ctx *ctx, int error)
{
	return pkd_error(ctx, error, "cannot read '%s': %s%s", name_of(self), strerror(error),
	                 error == EACCES && self->params->follow
	                         ? "; a file that is followed lies below 'folder'"
	                         : "");
}

/* ---- The file ---- */

static void close_file(struct text_lines *self, struct pkd_ctx *ctx)
{
	if (self->is_watched)
		pkd_watch(ctx, self->fd, 0);
	if (self->fd >= 0)
		close(self->fd);
	self->fd = -1;
	self->is_watched = false;
}

/* What is opened has never been read, but for what the mark says. */
static int look_at(struct text_lines *self, struct pkd_ctx *ctx)
{
	struct stat now;
	struct text_lines_state *mark = &self->mark;
	off_t start = 0;

	if (fstat(self->fd, &now) < 0)
		return -errno;
	if (S_ISDIR(now.st_mode))
		return -EISDIR;
	self->is_file = S_ISREG(now.st_mode);
	self->is_pipe = S_ISFIFO(now.st_mode);
	self->has_ended = false;
	self->is_replaced = false;
	if (self->is_file && self->given >= 0)
		start = lseek(self->fd, 0, SEEK_CUR);
	if (mark->inode == now.st_ino && mark->device == now.st_dev &&
	    (!self->is_file || mark->end <= (uint64_t)now.st_size)) {
		self->at = mark->end;
		return 0;
	}
	if (mark->inode)
		pkd_note(ctx,
		         "'%s' is another file than before, or has become shorter: read from "
		         "its start",
		         name_of(self));
	mark->device = now.st_dev;
	mark->inode = now.st_ino;
	mark->end = self->at = start > 0 ? (uint64_t)start : 0;
	mark->is_cut = false;
	return 0;
}

/* 0 where there is nothing to open yet. */
static int open_file(struct text_lines *self, struct pkd_ctx *ctx)
{
	int error;

	if (self->given >= 0)
		self->fd = fcntl(self->given, F_DUPFD_CLOEXEC, 0);
	else
		self->fd = open(self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (self->fd < 0 && errno == ENOENT && self->params->follow && self->given < 0) {
		if (!self->has_noted_missing)
			pkd_note(ctx, "there is no '%s' yet; waiting for it", self->path);
		self->has_noted_missing = true;
		return 0;
	}
	error = self->fd < 0 ? -errno : look_at(self, ctx);
	if (!error)
		return 0;
	close_file(self, ctx);
	return failed(self, ctx, -error);
}

/* Whether the file is not what it was, and why; a file that was only removed is read on. */
static int compare(struct text_lines *self, struct pkd_ctx *ctx)
{
	struct stat mine, there;

	if (fstat(self->fd, &mine) < 0)
		return failed(self, ctx, errno);
	if ((uint64_t)mine.st_size < self->at) {
		pkd_note(ctx, "'%s' has become shorter: read from its start", name_of(self));
		self->at = self->mark.end = 0;
		self->from = self->to = 0;
		self->has_ended = false;
		self->mark.is_cut = false;
		return PKD_OK;
	}
	if ((uint64_t)mine.st_size > self->at)
		self->has_ended = false;
	else if (self->given < 0 && stat(self->path, &there) == 0 &&
	         (there.st_ino != mine.st_ino || there.st_dev != mine.st_dev))
		self->is_replaced = true;
	return PKD_OK;
}

/* ---- Reading ---- */

static bool has_input(int fd)
{
	struct pollfd pipe = {.fd = fd, .events = POLLIN};

	return poll(&pipe, 1, 0) > 0;
}

/* More in the buffer, or `has_ended`. PKD_LATER: nothing yet. */
static int read_more(struct text_lines *self, struct pkd_ctx *ctx)
{
	ssize_t n;

	if (self->from > 0)
		memmove(self->buffer, self->buffer + self->from, self->to - self->from);
	self->to -= self->from;
	self->from = 0;
	if (!self->is_file && !has_input(self->fd)) {
		if (!self->is_watched && pkd_watch(ctx, self->fd, POLLIN) == 0)
			self->is_watched = true;
		return self->is_watched ? PKD_LATER : pkd_later(ctx, pkd_now() + LOOK_NS);
	}
	do
		n = self->is_file ? pread(self->fd, self->buffer + self->to, self->size - self->to,
		                          (off_t)self->at)
		                  : read(self->fd, self->buffer + self->to, self->size - self->to);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return pkd_later(ctx, pkd_now() + LOOK_NS);
	if (n < 0)
		return failed(self, ctx, errno);
	self->to += (size_t)n;
	self->at += (uint64_t)n;
	self->has_ended = n == 0;
	return PKD_OK;
}

/* ---- Lines ---- */

/* With every byte that is none replaced; what has no room is left out. */
static void put_line(char *text, uint32_t *len, uint32_t N, const char *line, size_t n)
{
	uint32_t used = 0;

	while (n > 0) {
		size_t length = *line ? utf8_length(line, n) : 0;
		const char *from = length ? line : UTF8_REPLACEMENT;
		size_t size = length ? length : sizeof(UTF8_REPLACEMENT) - 1;

		if (used + size > N)
			break;
		memcpy(text + used, from, size);
		used += (uint32_t)size;
		line += length ? length : 1;
		n -= length ? length : 1;
	}
	text[used] = '\0';
	*len = used;
}

/* `n` bytes of the buffer are done with. */
static void take(struct text_lines *self, size_t n)
{
	self->from += n;
	self->mark.end += n;
}

/* A line is longer than N; its first `has` bytes are in the buffer. 1: it is to be given, cut. */
static int allow_long(struct text_lines *self, struct pkd_ctx *ctx, size_t has)
{
	if (self->params->longer == text_Longer_fail)
		return pkd_error(ctx, EMSGSIZE,
		                 "line %" PRIu64 " of '%s' has %s%zu bytes, more than N = %" PRIu32
		                 ": write N: %zu, or longer: cut",
		                 self->mark.n_lines, name_of(self), has < self->size ? "" : "over ",
		                 has, self->params->N, has < self->size ? has : 4 * self->size);
	if (!self->has_noted_long)
		pkd_note(ctx,
		         "line %" PRIu64 " of '%s' is longer than N = %" PRIu32
		         " bytes: it is %s, as any other that is",
		         self->mark.n_lines, name_of(self), self->params->N,
		         self->params->longer == text_Longer_cut ? "cut" : "left out");
	self->has_noted_long = true;
	return self->params->longer == text_Longer_cut;
}

enum found { NO_LINE = 1, GIVEN };

/* A line of n bytes in the buffer, of which `taken` are done with then. GIVEN, NO_LINE where it is
 * left out, or what pkd_error says. */
static int give(struct text_lines *self, struct pkd_ctx *ctx, size_t n, size_t taken,
                struct text_lines_out *out)
{
	const char *line = self->buffer + self->from;
	int allowed = 1;

	if (n > 0 && line[n - 1] == '\r')
		n--;
	self->mark.n_lines++;
	if (n > self->params->N)
		allowed = allow_long(self, ctx, n);
	if (allowed > 0)
		put_line(out->line->text, &out->line->len, self->params->N, line, n);
	if (allowed < 0)
		return allowed;
	take(self, taken);
	return allowed ? GIVEN : NO_LINE;
}

/* The next line of what was read; NO_LINE: there is none yet. */
static int find_line(struct text_lines *self, struct pkd_ctx *ctx, struct text_lines_out *out)
{
	while (self->from < self->to) {
		const char *line = self->buffer + self->from;
		size_t has = self->to - self->from;
		const char *newline = memchr(line, '\n', has);
		size_t n = newline ? (size_t)(newline - line) : has;
		bool is_full = !newline && has == self->size;
		bool is_last = !newline && self->has_ended &&
		               (!self->params->follow || self->is_replaced || self->is_pipe);
		int found;

		if (self->mark.is_cut) {
			take(self, newline ? n + 1 : n);
			self->mark.is_cut = !newline;
			continue;
		}
		if (!newline && !is_full && !is_last)
			return NO_LINE;
		found = give(self, ctx, n, newline ? n + 1 : n, out);
		if (found != NO_LINE && found != GIVEN)
			return found;
		self->mark.is_cut = is_full;
		if (found == GIVEN)
			return GIVEN;
	}
	return NO_LINE;
}

/* ---- The node ---- */

int text_lines_init(struct text_lines *self, const struct text_lines_params *params,
                    struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	self->path = pkd_path_file(params->source);
	self->given = pkd_path_given_fd(params->source, STDIN_FILENO);
	self->fd = -1;
	self->mark = *(const struct text_lines_state *)text_lines_get_state(ctx);
	self->size = params->N + 2 > READ_SIZE ? params->N + 2 : READ_SIZE;
	self->buffer = malloc(self->size);
	if (!self->buffer)
		return pkd_error(ctx, ENOMEM, "no memory for a line of %" PRIu32 " bytes",
		                 params->N);
	error = open_file(self, ctx);
	if (!error && self->fd >= 0 && !self->is_file && self->mark.n_lines)
		pkd_note(ctx, "'%s' is no file: goes on with what comes next", name_of(self));
	if (error)
		free(self->buffer);
	return error;
}

/* At the end of what there is. PKD_OK: there may be more now. */
static int go_on(struct text_lines *self, struct pkd_ctx *ctx)
{
	bool was_replaced = self->is_replaced;
	int error;

	if (!self->params->follow || (self->given >= 0 && !self->is_file))
		return PKD_SKIP;
	if (self->is_file && !was_replaced) {
		error = compare(self, ctx);
		if (error || !self->has_ended)
			return error;
		if (!self->is_replaced)
			return pkd_later(ctx, pkd_now() + LOOK_NS);
		self->has_ended =
			false; /* once more: it may have got more before it was replaced */
		return PKD_OK;
	}
	close_file(self, ctx);
	self->from = self->to = 0;
	if (self->is_file)
		pkd_note(ctx, "another file is at '%s' now, and comes next", self->path);
	self->mark = (struct text_lines_state){.n_lines = self->mark.n_lines};
	error = open_file(self, ctx);
	return error || self->fd >= 0 ? error : pkd_later(ctx, pkd_now() + LOOK_NS);
}

int text_lines_step(struct text_lines *self, const struct text_lines_in *in,
                    struct text_lines_out *out, struct pkd_ctx *ctx)
{
	int result = PKD_OK;

	(void)in;
	for (int n = 0; n < SKIPPED_AT_ONCE && result == PKD_OK; n++) {
		if (self->fd < 0) {
			result = open_file(self, ctx);
			if (!result && self->fd < 0)
				return pkd_later(ctx, pkd_now() + LOOK_NS);
			continue;
		}
		result = find_line(self, ctx, out);
		if (result == GIVEN) {
			*text_lines_get_state(ctx) = self->mark;
			return PKD_OK;
		}
		if (result != NO_LINE)
			return result;
		result = self->has_ended ? go_on(self, ctx) : read_more(self, ctx);
	}
	return result ? result : pkd_later(ctx, pkd_now());
}

/* The step is called then. */
int text_lines_ready(struct text_lines *self, struct pkd_ctx *ctx)
{
	self->is_watched = false;
	return pkd_watch(ctx, self->fd, 0);
}

void text_lines_finish(struct text_lines *self)
{
	if (self->fd >= 0)
		close(self->fd);
	free(self->buffer);
}

PKD_WATCHING_NODE(text_lines);
