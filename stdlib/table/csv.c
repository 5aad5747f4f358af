/* table.csv: one row per firing. Lines end in LF; cells are quoted by the rules of RFC 4180.
 *
 * The columns: `frame`, unless `untimed` `time_s`, on demand `wall_clock`, for a sampled row
 * `source_frame,age_ms`, then one per field of the row's type, nested records with dots between the
 * names. A list makes two, NAME_count and NAME with its items as JSON (`count,items` where the row
 * itself is a list). An absent row leaves its cells empty.
 *
 * A file that is added to is not touched before its first row: what the old content lacks, a
 * header or the end of its last line, goes before that. */
#include "json.h"
#include "only.h"
#include "row_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <table/csv.pkd.h>

enum {
	ROW = 0,        /* input numbers, in the order of csv.pkd */
	MAX_SHOWN = 40, /* characters of a foreign column in a message */
};

struct table_csv {
	struct pkd_ctx *ctx;
	const struct table_csv_params *params;
	struct row_file file;
	bool sampled;
	char *header;
	size_t header_size;
	const char *first;   /* what goes before the next row */
	uint64_t n_replaced; /* bytes of texts that are no part of UTF-8 */
	bool has_told_replaced;
	struct table_sink plain, quoted; /* into the file; `quoted` doubles quotation marks */
};

/* The way to a column's name, from the inside out. */
struct path {
	const struct path *parent;
	const char *name;
};

/* ---- Text ---- */

/* A quotation mark ends one run and starts the next, so that it is written twice. */
static void put_quoted(void *to, const char *text, size_t n)
{
	struct table_csv *self = to;
	size_t start = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"') {
			row_file_put(&self->file, text + start, i + 1 - start);
			start = i;
		}
	}
	row_file_put(&self->file, text + start, n - start);
}

static void put(struct table_csv *self, const char *text)
{
	row_file_put(&self->file, text, strlen(text));
}

/* ---- The header ---- */

static void print_name(FILE *to, const struct path *path)
{
	if (path->parent) {
		print_name(to, path->parent);
		fputc('.', to);
	}
	fputs(path->name, to);
}

static void print_column(FILE *to, const struct path *path, const char *top, const char *suffix)
{
	fputc(',', to);
	if (path) {
		print_name(to, path);
		fputs(suffix, to);
	} else {
		fputs(top, to);
	}
}

static void print_columns(FILE *to, const struct path *path, const struct pkd_type *type)
{
	if (type->kind == PKD_RECORD) {
		for (uint32_t i = 0; i < type->n; i++) {
			struct path field = {path, type->fields[i].name};

			print_columns(to, &field, type->fields[i].type);
		}
	} else if (type->kind == PKD_LIST) {
		print_column(to, path, TABLE_ONLY_COUNT, "_count");
		print_column(to, path, table_only_name(type), "");
	} else {
		print_column(to, path, table_only_name(type), "");
	}
}

static int make_header(struct table_csv *self)
{
	FILE *to = open_memstream(&self->header, &self->header_size);

	if (!to)
		return -errno;
	fputs(self->params->untimed ? "frame" : "frame,time_s", to);
	if (self->params->wall_clock)
		fputs(",wall_clock", to);
	if (self->sampled)
		fputs(",source_frame,age_ms", to);
	if (self->params->T)
		print_columns(to, NULL, self->params->T);
	fputc('\n', to);
	return fclose(to) < 0 ? -errno : 0;
}

/* ---- The rows ---- */

static void put_string_cell(struct table_csv *self, const char *text, uint32_t n)
{
	bool quote = false;

	for (uint32_t i = 0; i < n && !quote; i++)
		quote = text[i] && strchr("\",\r\n", text[i]);
	if (!quote) {
		table_put_utf8(&self->plain, text, n);
		return;
	}
	put(self, "\"");
	table_put_utf8(&self->quoted, text, n);
	put(self, "\"");
}

static void put_json_cell(struct table_csv *self, const struct pkd_type *type, const void *value)
{
	put(self, "\"");
	table_put_json(&self->quoted, type, value);
	put(self, "\"");
}

static void put_enum_cell(struct table_csv *self, const struct pkd_type *type, const void *value)
{
	const struct pkd_type number = {.kind = PKD_U32};
	const char *name = table_enum_name(type, value);
	char text[TABLE_SCALAR_SIZE];

	if (name) {
		put_string_cell(self, name, (uint32_t)strlen(name));
	} else {
		table_scalar(&number, value, text);
		put(self, text);
	}
}

static void put_list_cells(struct table_csv *self, const struct pkd_type *type, const void *value)
{
	char count[TABLE_SCALAR_SIZE];
	uint32_t n;

	table_text(type, value, &n);
	snprintf(count, sizeof(count), "%" PRIu32 ",", n);
	put(self, count);
	put_json_cell(self, type, value);
}

static void put_text_cell(struct table_csv *self, const struct pkd_type *type, const void *value)
{
	uint32_t n;
	const char *text = table_text(type, value, &n);

	if (type->kind == PKD_STRING)
		put_string_cell(self, text, n);
	else
		table_put_hex(&self->plain, text, n);
}

/* A value that is no record, after its comma. */
static void put_cells(struct table_csv *self, const struct pkd_type *type, const void *value)
{
	char text[TABLE_SCALAR_SIZE];

	if (table_is_scalar(type->kind)) {
		table_number(type, value, self->params->digits, text);
		put(self, text);
	} else if (type->kind == PKD_ENUM) {
		put_enum_cell(self, type, value);
	} else if (type->kind == PKD_STRING || type->kind == PKD_BYTES) {
		put_text_cell(self, type, value);
	} else if (type->kind == PKD_LIST) {
		put_list_cells(self, type, value);
	} else if (type->kind == PKD_IMAGE) {
		const struct pkd_image *image = value;

		snprintf(text, sizeof(text), "%" PRIu32 "x%" PRIu32, image->width, image->height);
		put(self, text);
	} else {
		put_json_cell(self, type, value);
	}
}

static void put_value(struct table_csv *self, const struct pkd_type *type, const char *value)
{
	if (type->kind == PKD_RECORD) {
		for (uint32_t i = 0; i < type->n; i++) {
			const struct pkd_field *field = &type->fields[i];

			put_value(self, field->type, value ? value + field->offset : NULL);
		}
		return;
	}
	put(self, ",");
	if (value)
		put_cells(self, type, value);
	else if (type->kind == PKD_LIST)
		put(self, ",");
}

/* Milliseconds with three decimals, cut and not rounded, so that the text depends on nothing. */
static void put_source(struct table_csv *self, const void *row)
{
	char text[3 * TABLE_SCALAR_SIZE] = ",,";
	int64_t age_us;

	if (row) {
		age_us = pkd_age(self->ctx, row) / 1000;
		snprintf(text, sizeof(text), ",%" PRIu64 ",%s%" PRId64 ".%03" PRId64,
		         pkd_frame_of(row)->number, age_us < 0 ? "-" : "",
		         (age_us < 0 ? -age_us : age_us) / 1000,
		         (age_us < 0 ? -age_us : age_us) % 1000);
	}
	put(self, text);
}

static void put_row(struct table_csv *self, const void *row)
{
	char text[TABLE_SCALAR_SIZE];

	if (self->first)
		put(self, self->first);
	snprintf(text, sizeof(text), "%" PRIu64, pkd_number(self->ctx));
	put(self, text);
	if (!self->params->untimed) {
		table_seconds(pkd_time(self->ctx), self->params->digits, text);
		put(self, ",");
		put(self, text);
	}
	if (self->params->wall_clock) {
		table_date(table_time_of_day(), text);
		put(self, ",");
		put(self, text);
	}
	if (self->sampled)
		put_source(self, row);
	if (self->params->T)
		put_value(self, self->params->T, row);
	put(self, "\n");
}

/* ---- Adding to a file ---- */

/* One column's name, for a message. */
struct column {
	const char *name;
	int n;
};

/* Number `number` of a line, from 0; without a name where it has fewer. */
static struct column column_of(const char *line, size_t size, uint32_t number)
{
	const char *end = line + size;
	size_t n = 0;

	for (; number > 0; number--) {
		const char *comma = memchr(line, ',', (size_t)(end - line));

		if (!comma)
			return (struct column){NULL, 0};
		line = comma + 1;
	}
	while (line + n < end && !strchr(",\r\n", line[n]) && n < MAX_SHOWN)
		n++;
	return (struct column){line, (int)n};
}

static bool is_same(struct column a, struct column b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.name, b.name, (size_t)a.n) == 0);
}

/* `line` begins the file, whose header it is not. */
static int refuse(struct table_csv *self, const char *line, size_t size)
{
	struct column here, there;
	uint32_t i = 0;

	do {
		here = column_of(self->header, self->header_size, i);
		there = column_of(line, size, i++);
	} while (here.name && there.name && is_same(here, there));
	self->file.is_reported = true;
	if (here.name && there.name)
		return pkd_error(self->ctx, EEXIST,
		                 "cannot append to '%s': its column %" PRIu32
		                 " is '%.*s', not '%.*s'; choose another file",
		                 self->params->path, i, there.n, there.name, here.n, here.name);
	return pkd_error(self->ctx, EEXIST,
	                 "cannot append to '%s': it has %s columns than this table; "
	                 "choose another file",
	                 self->params->path, there.name ? "more" : "fewer");
}

/* Whether the text begins with the header; an editor may have put CR LF at its end. */
static bool has_header(const struct table_csv *self, const char *text, size_t size)
{
	size_t names = self->header_size - 1;

	if (size < names || memcmp(text, self->header, names) != 0)
		return false;
	if (size > names && text[names] == '\r')
		names++;
	return size == names || text[names] == '\n';
}

static int check_old(struct table_csv *self)
{
	size_t size = self->header_size + MAX_SHOWN;
	bool lacks_newline = false;
	char *text;
	ssize_t n;
	int error = 0;

	size = size < self->file.file.end ? size : (size_t)self->file.file.end;
	text = malloc(size);
	if (!text)
		return row_file_failed(&self->file, ENOMEM);
	n = row_file_read(&self->file, text, size, 0);
	if (n < 0) /* EBADF: it may be written, but not read */
		error = row_file_failed(&self->file, n == -EBADF ? EACCES : (int)-n);
	else if (!has_header(self, text, (size_t)n))
		error = refuse(self, text, (size_t)n);
	free(text);
	if (!error)
		error = row_file_lacks_newline(&self->file, &lacks_newline);
	if (lacks_newline)
		self->first = "\n";
	return error;
}

/* ---- The node ---- */

static int write_header(struct table_csv *self)
{
	int error;

	put(self, self->header);
	error = row_file_flush(&self->file);
	return error ? row_file_failed(&self->file, error) : PKD_OK;
}

static int begin(struct table_csv *self)
{
	if (self->file.file.is_resumed || self->file.directory)
		return PKD_OK;
	if (!self->params->append || self->file.file.is_stream)
		return write_header(self);
	if (row_file_has_old(&self->file))
		return check_old(self);
	self->first = self->header;
	return PKD_OK;
}

static void release(struct table_csv *self)
{
	row_file_close(&self->file);
	free(self->header);
}

int table_csv_init(struct table_csv *self, const struct table_csv_params *params,
                   struct pkd_ctx *ctx)
{
	const struct table_csv_state *state = table_csv_get_state(ctx);
	int error;

	self->ctx = self->file.ctx = ctx;
	self->params = params;
	self->file.path = params->path;
	self->file.append = params->append;
	self->file.rules = ROW_FILE_RULES(params, ".csv");
	self->file.mark = state->mark;
	self->file.before = table_csv_get_before(ctx);
	self->file.made = table_csv_get_made(ctx);
	self->file.file.fd = -1;
	self->sampled = pkd_sampled(ctx, ROW);
	self->plain = (struct table_sink){row_file_put, &self->file, params->digits,
	                                  &self->n_replaced};
	self->quoted = (struct table_sink){put_quoted, self, params->digits, &self->n_replaced};
	error = make_header(self);
	if (error)
		return row_file_failed(&self->file, -error);
	error = row_file_open(&self->file);
	if (!error)
		error = begin(self);
	if (error)
		release(self);
	return error;
}

int table_csv_step(struct table_csv *self, const struct table_csv_in *in, struct table_csv_out *out,
                   struct pkd_ctx *ctx)
{
	struct table_csv_state *state = table_csv_get_state(ctx);
	bool is_new;
	int error;

	(void)out;
	self->ctx = self->file.ctx = ctx;
	error = row_file_begin_row(&self->file, &is_new);
	if (error)
		return error;
	if (is_new)
		self->first = self->header;
	put_row(self, in->row);
	error = row_file_end_row(&self->file);
	if (error)
		return error;
	table_tell_replaced(ctx, pkd_number(ctx), self->n_replaced, &self->has_told_replaced);
	self->first = NULL;
	state->mark = self->file.mark;
	return PKD_OK;
}

void table_csv_finish(struct table_csv *self)
{
	release(self);
}

PKD_NODE(table_csv);
