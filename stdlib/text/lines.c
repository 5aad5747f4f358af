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
#include "../base/line.h"
#include "../base/source_file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <text/lines.pkd.h>

enum {
	READ_SIZE = 64 * 1024,         /* bytes asked for at once */
	LOOK_NS = SOURCE_FILE_LOOK_NS, /* at a file that is followed */
	SKIPPED_AT_ONCE = 64,          /* reads of one step while a line's rest is left out */
};

struct text_lines {
	const struct text_lines_params *params;
	struct source_file file;
	bool is_replaced; /* another file is at the path */
	bool has_noted_long, has_noted_missing;
	uint64_t n_lines; /* given, or left out */
	bool is_cut;      /* … the last one without its rest */
};

static int failed(struct text_lines *self, struct pkd_ctx *ctx, int error)
{
	return pkd_error(ctx, error, "cannot read '%s': %s%s", source_file_name(&self->file),
	                 strerror(error),
	                 error == EACCES && self->params->follow
	                         ? "; a file that is followed lies below 'folder'"
	                         : "");
}

/* ---- The file ---- */

/* 0 where there is nothing to open yet. */
static int open_file(struct text_lines *self, struct pkd_ctx *ctx)
{
	int error = source_file_open(&self->file, ctx);

	if (error == -ENOENT && self->params->follow && self->file.given < 0) {
		if (!self->has_noted_missing)
			pkd_note(ctx, "there is no '%s' yet; waiting for it", self->file.path);
		self->has_noted_missing = true;
		return 0;
	}
	if (error)
		return failed(self, ctx, -error);
	self->is_replaced = false;
	self->is_cut = self->is_cut && self->file.is_resumed;
	return 0;
}

/* Whether the file is not what it was, and why; a file that was only removed is read on. */
static int compare(struct text_lines *self, struct pkd_ctx *ctx)
{
	struct stat mine, there;

	if (fstat(self->file.fd, &mine) < 0)
		return failed(self, ctx, errno);
	if ((uint64_t)mine.st_size < self->file.at) {
		pkd_note(ctx, "'%s' has become shorter: read from its start",
		         source_file_name(&self->file));
		self->file.at = self->file.end = 0;
		self->file.from = self->file.to = 0;
		self->file.has_ended = false;
		self->is_cut = false;
		return PKD_OK;
	}
	if ((uint64_t)mine.st_size > self->file.at)
		self->file.has_ended = false;
	else if (self->file.given < 0 && stat(self->file.path, &there) == 0 &&
	         (there.st_ino != mine.st_ino || there.st_dev != mine.st_dev))
		self->is_replaced = true;
	return PKD_OK;
}

static int read_more(struct text_lines *self, struct pkd_ctx *ctx)
{
	int result = source_file_more(&self->file, ctx);

	return result < 0 ? failed(self, ctx, -result) : result;
}

/* ---- Lines ---- */

/* A line is longer than N, as it would be given: its first `n` bytes are in the buffer, of which
 * `has` are made. 1: it is to be given, cut. */
static int allow_long(struct text_lines *self, struct pkd_ctx *ctx, size_t n, size_t has)
{
	bool is_whole = n < self->file.size;

	if (self->params->longer == text_Longer_fail)
		return pkd_error(
			ctx, EMSGSIZE,
			"line %" PRIu64 " of '%s' has %s%zu bytes%s, more than N = %" PRIu32
			": write N: %zu, or longer: cut",
			self->n_lines, source_file_name(&self->file), is_whole ? "" : "over ", has,
			has > n ? ", with U+FFFD for each that is no UTF-8" : "", self->params->N,
			is_whole ? has : 4 * self->file.size);
	if (!self->has_noted_long)
		pkd_note(ctx,
		         "line %" PRIu64 " of '%s' is longer than N = %" PRIu32
		         " bytes: it is %s, as any other that is",
		         self->n_lines, source_file_name(&self->file), self->params->N,
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
	const char *line = self->file.buffer + self->file.from;
	size_t length;
	int allowed = 1;

	if (n > 0 && line[n - 1] == '\r')
		n--;
	self->n_lines++;
	length = line_length_within(line, n, self->params->N);
	if (length > self->params->N)
		allowed = allow_long(self, ctx, n, length);
	if (allowed > 0)
		utf8_put(out->line->text, self->params->N, line, n, &out->line->len);
	if (allowed < 0)
		return allowed;
	source_file_take(&self->file, taken);
	return allowed ? GIVEN : NO_LINE;
}

/* The next line of what was read; NO_LINE: there is none yet. */
static int find_line(struct text_lines *self, struct pkd_ctx *ctx, struct text_lines_out *out)
{
	while (self->file.from < self->file.to) {
		const char *line = self->file.buffer + self->file.from;
		size_t has = self->file.to - self->file.from;
		const char *newline = memchr(line, '\n', has);
		size_t n = newline ? (size_t)(newline - line) : has;
		bool is_full = !newline && has == self->file.size;
		bool is_last = !newline && self->file.has_ended &&
		               (!self->params->follow || self->is_replaced || self->file.is_pipe);
		int found;

		if (self->is_cut) {
			source_file_take(&self->file, newline ? n + 1 : n);
			self->is_cut = !newline;
			continue;
		}
		if (!newline && !is_full && !is_last)
			return NO_LINE;
		found = give(self, ctx, n, newline ? n + 1 : n, out);
		if (found != NO_LINE && found != GIVEN)
			return found;
		self->is_cut = is_full;
		if (found == GIVEN)
			return GIVEN;
	}
	return NO_LINE;
}

/* ---- The node ---- */

int text_lines_init(struct text_lines *self, const struct text_lines_params *params,
                    struct pkd_ctx *ctx)
{
	const struct text_lines_state *state = text_lines_get_state(ctx);
	size_t size = params->N + 2 > READ_SIZE ? params->N + 2 : READ_SIZE;
	char *buffer;
	int error;

	self->params = params;
	self->n_lines = state->n_lines;
	self->is_cut = state->is_cut;
	buffer = malloc(size);
	if (!buffer)
		return pkd_error(ctx, ENOMEM, "no memory for a line of %" PRIu32 " bytes",
		                 params->N);
	source_file_init(&self->file, params->source, buffer, size);
	self->file.device = state->device;
	self->file.inode = state->inode;
	self->file.end = state->end;
	error = open_file(self, ctx);
	if (!error && self->file.fd >= 0 && !self->file.is_file && self->n_lines)
		pkd_note(ctx,
		         "'%s' is no file: what was read of it and not given on is lost; goes on "
		         "with what comes next",
		         source_file_name(&self->file));
	if (error)
		free(self->file.buffer);
	return error;
}

/* At the end of what there is. PKD_OK: there may be more now. */
static int go_on(struct text_lines *self, struct pkd_ctx *ctx)
{
	bool was_replaced = self->is_replaced;
	int error;

	if (!self->params->follow || (self->file.given >= 0 && !self->file.is_file))
		return PKD_SKIP;
	if (self->file.is_file && !was_replaced) {
		error = compare(self, ctx);
		if (error || !self->file.has_ended)
			return error;
		if (!self->is_replaced)
			return pkd_later(ctx, pkd_now() + LOOK_NS);
		self->file.has_ended =
			false; /* once more: it may have got more before it was replaced */
		return PKD_OK;
	}
	source_file_close(&self->file, ctx);
	self->file.from = self->file.to = 0;
	if (self->file.is_file)
		pkd_note(ctx, "another file is at '%s' now, and comes next", self->file.path);
	self->file.device = self->file.inode = self->file.end = 0;
	self->is_cut = false;
	error = open_file(self, ctx);
	return error || self->file.fd >= 0 ? error : pkd_later(ctx, pkd_now() + LOOK_NS);
}

int text_lines_step(struct text_lines *self, const struct text_lines_in *in,
                    struct text_lines_out *out, struct pkd_ctx *ctx)
{
	int result = PKD_OK;

	(void)in;
	for (int n = 0; n < SKIPPED_AT_ONCE && result == PKD_OK; n++) {
		if (self->file.fd < 0) {
			result = open_file(self, ctx);
			if (!result && self->file.fd < 0)
				return pkd_later(ctx, pkd_now() + LOOK_NS);
			continue;
		}
		result = find_line(self, ctx, out);
		if (result == GIVEN) {
			*text_lines_get_state(ctx) = (struct text_lines_state){
				self->file.device, self->file.inode, self->file.end, self->n_lines,
				self->is_cut};
			return PKD_OK;
		}
		if (result != NO_LINE)
			return result;
		result = self->file.has_ended ? go_on(self, ctx) : read_more(self, ctx);
	}
	return result ? result : pkd_later(ctx, pkd_now());
}

int text_lines_ready(struct text_lines *self, struct pkd_ctx *ctx)
{
	return source_file_ready(&self->file, ctx);
}

void text_lines_finish(struct text_lines *self)
{
	source_file_close(&self->file, NULL);
	free(self->file.buffer);
}

PKD_WATCHING_NODE(text_lines);
