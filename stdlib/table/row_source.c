/* See row_source.h. */
#include "row_source.h"

#include <inttypes.h>
#include <pkd/arith.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ROWS_AT_ONCE = 256, /* that are left out in one step */
	READS_AT_ONCE = 16,
	MAX_TOLD = 10, /* bad rows, one by one */
};

static int failed(struct row_source *source, int error)
{
	return pkd_error(source->ctx, error, "cannot read '%s': %s",
	                 source_file_name(&source->file), strerror(error));
}

int row_source_open(struct row_source *source, const char *path)
{
	char *buffer;
	int error;

	source->file.fd = -1;
	if (!parse_is_possible(&source->parse, source->T))
		return pkd_error(source->ctx, EINVAL, "cannot read a %s: %s", source->T->name,
		                 source->parse.why);
	source->parse.scratch_size = ROW_SOURCE_LONGEST + 8;
	source->parse.scratch = malloc(source->parse.scratch_size);
	buffer = malloc(ROW_SOURCE_LONGEST);
	source_file_init(&source->file, path, buffer, ROW_SOURCE_LONGEST);
	source->file.device = source->place.device;
	source->file.inode = source->place.inode;
	source->file.end = source->place.end;
	error = buffer && source->parse.scratch ? source_file_open(&source->file, source->ctx)
	                                        : -ENOMEM;
	if (error) {
		error = failed(source, -error);
		row_source_close(source);
		return error;
	}
	if (!source->file.is_resumed)
		source->place = (struct table_Place){0};
	else if (!source->file.is_file && source->place.lines)
		pkd_note(source->ctx,
		         "'%s' is no file: what was read of it and not given on is lost; goes on "
		         "with what comes next",
		         source_file_name(&source->file));
	return PKD_OK;
}

/* ---- Rows that are left out ---- */

static uint64_t count_lines(const char *text, size_t n)
{
	const char *end = text + n;
	uint64_t lines = 0;

	for (; (text = memchr(text, '\n', (size_t)(end - text))); text++)
		lines++;
	return lines + (n > 0 && end[-1] != '\n');
}

static void take(struct row_source *source, size_t n)
{
	source->place.lines += count_lines(source->file.buffer + source->file.from, n);
	source_file_take(&source->file, n);
}

/* The row at the place at hand. */
static int tell(struct row_source *source)
{
	uint64_t line = source->place.lines + 1;
	const char *name = source_file_name(&source->file);

	if (source->bad == table_Bad_fail)
		return pkd_error(source->ctx, EINVAL,
		                 "line %" PRIu64 " of '%s': %s; bad: skip leaves such a row out",
		                 line, name, source->parse.why);
	source->place.n_bad++;
	if (source->n_told < MAX_TOLD)
		pkd_log(source->ctx, PKD_LOG_WARNING, "line %" PRIu64 " of '%s' is left out: %s",
		        line, name, source->parse.why);
	else if (source->n_told == MAX_TOLD)
		pkd_log(source->ctx, PKD_LOG_WARNING,
		        "line %" PRIu64 " of '%s' is left out, too; of others the number is told "
		        "at the end",
		        line, name);
	source->n_told += source->n_told <= MAX_TOLD;
	return PKD_OK;
}

static int end(struct row_source *source)
{
	if (source->place.n_bad)
		pkd_log(source->ctx, PKD_LOG_WARNING, "%" PRIu64 " row%s of '%s' %s left out",
		        source->place.n_bad, source->place.n_bad == 1 ? "" : "s",
		        source_file_name(&source->file), source->place.n_bad == 1 ? "was" : "were");
	return PKD_SKIP;
}

/* ---- Rows ---- */

/* The clock of the rows stood at `first` when it was `begun`. A new speed counts from where it
 * stands. */
static void set_clock(struct table_Place *place, int64_t now, int64_t time_ns, float speed)
{
	double passed = (double)(now - place->begun) * (double)place->speed;

	if (!place->has_begun)
		place->first = time_ns;
	else if (place->speed != speed)
		place->first = pkd_add_i64(place->first,
		                           passed < 9e18 ? (int64_t)passed : INT64_MAX);
	else
		return;
	place->has_begun = true;
	place->begun = now;
	place->speed = speed;
}

/* PKD_OK: now, or PKD_LATER. */
static int wait_for(struct row_source *source, int64_t time_ns)
{
	struct table_Place *place = &source->place;
	int64_t now = pkd_now();
	double after;

	set_clock(place, now, time_ns, source->speed);
	after = ((double)time_ns - (double)place->first) / (double)source->speed;
	if (after <= (double)(now - place->begun))
		return PKD_OK;
	return pkd_later(source->ctx,
	                 place->begun + (after < 1e18 ? (int64_t)after : INT64_MAX / 8));
}

static int give(struct row_source *source, const struct row_found *found,
                struct table_Place *ret_place)
{
	int result;

	if (source->is_paced && source->speed > 0) {
		result = wait_for(source, found->time_ns);
		if (result)
			return result;
	} else {
		source->place.has_begun = false;
	}
	if (source->is_paced)
		pkd_set_time(source->ctx, found->time_ns);
	take(source, found->used);
	source->place.device = source->file.device;
	source->place.inode = source->file.inode;
	source->place.end = source->file.end;
	*ret_place = source->place;
	return PKD_OK;
}

/* The rest of a row that is too long, up to the end of its line. */
static void skip(struct row_source *source)
{
	const char *text = source->file.buffer + source->file.from;
	size_t n = source->file.to - source->file.from;
	const char *newline = memchr(text, '\n', n);

	source->is_skipping = !newline;
	source_file_take(&source->file, newline ? (size_t)(newline + 1 - text) : n);
	source->place.lines += newline != NULL;
}

enum { NOT_YET = 1 << 16 }; /* the next row may be another; no value that a step returns */

static int find(struct row_source *source, void *row, struct table_Place *ret_place)
{
	struct source_file *file = &source->file;
	size_t n = file->to - file->from;
	bool is_full = n == file->size;
	struct row_found found = {0};
	enum row_result result;
	int error;

	result = source->find(source->node, file->buffer + file->from, n, file->has_ended, is_full,
	                      row, &found);
	if (result == ROW_FAILED)
		return found.error;
	if (result == ROW_FOUND)
		return give(source, &found, ret_place);
	if (result == ROW_MORE && !is_full)
		return NOT_YET;
	if (result == ROW_MORE)
		snprintf(source->parse.why, sizeof(source->parse.why),
		         "a row of more than %d bytes", ROW_SOURCE_LONGEST);
	if (result != ROW_NO_ROW) {
		memset(row, 0, source->T->size);
		error = tell(source);
		if (error)
			return error;
	}
	if (result == ROW_MORE)
		skip(source);
	else
		take(source, found.used);
	return NOT_YET;
}

int row_source_step(struct row_source *source, void *row, struct table_Place *ret_place)
{
	struct source_file *file = &source->file;
	int n_reads = 0;

	for (int n = 0; n < ROWS_AT_ONCE && n_reads < READS_AT_ONCE; n++) {
		size_t from = file->from;
		int result = NOT_YET;

		if (from < file->to && source->is_skipping)
			skip(source);
		else if (from < file->to)
			result = find(source, row, ret_place);
		if (result != NOT_YET)
			return result;
		if (file->from != from)
			continue;
		if (file->has_ended)
			return end(source);
		n_reads++;
		result = source_file_more(file, source->ctx);
		if (result)
			return result < 0 ? failed(source, -result) : result;
	}
	return pkd_later(source->ctx, pkd_now());
}

void row_source_close(struct row_source *source)
{
	source_file_close(&source->file, NULL);
	free(source->file.buffer);
	free(source->parse.scratch);
	source->file.buffer = source->parse.scratch = NULL;
}
