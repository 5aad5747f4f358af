/* table.csv: one row per firing. Lines end in LF; cells are quoted by the rules of RFC 4180.
 *
 * The columns: `frame,time_s`, for a sampled row `source_frame,age_ms`, then one per field of
 * the row's type, nested records with dots between the names. A list makes two, NAME_count and
 * NAME with its items as JSON (`count,items` where the row itself is a list). An absent row
 * leaves its cells empty.
 *
 * A row goes to the file within its firing, behind the last committed one, so that the commit of
 * the persistent state decides over both: a row that a killed firing wrote is cut off and written
 * again. The header belongs to the first row. */
#include "json.h"

#include "../base/sink_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <table/csv.pkd.h>

enum {
	ROW = 0, /* input numbers, in the order of csv.pkd */
	BUFFER_SIZE = 64 * 1024,
};

struct table_csv {
	struct pkd_ctx *ctx;
	const struct table_csv_params *params;
	struct sink_file file;
	bool sampled, reported;
	int error; /* errno of the first write that failed; nothing is written after it */
	struct table_sink plain, quoted; /* into the buffer; `quoted` doubles quotation marks */
	size_t n;
	char buffer[BUFFER_SIZE];
};

/* The way to a column's name, from the inside out. */
struct path {
	const struct path *parent;
	const char *name;
};

/* ---- The file ---- */

static void flush(struct table_csv *self)
{
	if (!self->error)
		self->error = -sink_file_append(&self->file, self->buffer, self->n);
	self->n = 0;
}

static void put_plain(void *to, const char *text, size_t n)
{
	struct table_csv *self = to;

	while (n) {
		size_t part = BUFFER_SIZE - self->n;

		part = part < n ? part : n;
		memcpy(self->buffer + self->n, text, part);
		self->n += part;
		text += part;
		n -= part;
		if (self->n == BUFFER_SIZE)
			flush(self);
	}
}

/* A quotation mark ends one run and starts the next, so that it is written twice. */
static void put_quoted(void *to, const char *text, size_t n)
{
	size_t start = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"') {
			put_plain(to, text + start, i + 1 - start);
			start = i;
		}
	}
	put_plain(to, text + start, n - start);
}

static void put(struct table_csv *self, const char *text)
{
	put_plain(self, text, strlen(text));
}

/* Closes the file and says what went wrong, once: later calls return the code alone. */
static int failed(struct table_csv *self, int error)
{
	self->error = error;
	sink_file_close(&self->file);
	if (self->reported)
		return -error;
	self->reported = true;
	return pkd_error(self->ctx, error, "cannot write '%s': %s", self->params->path,
	                 strerror(error));
}

/* ---- The header ---- */

static void put_name(struct table_csv *self, const struct path *path)
{
	if (path->parent) {
		put_name(self, path->parent);
		put(self, ".");
	}
	put(self, path->name);
}

static void put_column(struct table_csv *self, const struct path *path, const char *top,
                       const char *suffix)
{
	put(self, ",");
	if (path) {
		put_name(self, path);
		put(self, suffix);
	} else {
		put(self, top);
	}
}

static void put_columns(struct table_csv *self, const struct path *path,
                        const struct pkd_type *type)
{
	if (type->kind == PKD_RECORD) {
		for (uint32_t i = 0; i < type->n; i++) {
			struct path field = {path, type->fields[i].name};

			put_columns(self, &field, type->fields[i].type);
		}
	} else if (type->kind == PKD_LIST) {
		put_column(self, path, "count", "_count");
		put_column(self, path, "items", "");
	} else {
		put_column(self, path, type->kind == PKD_ARRAY ? "items" : "value", "");
	}
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
		table_scalar(type, value, text);
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

	snprintf(text, sizeof(text), "%" PRIu64 ",", pkd_number(self->ctx));
	put(self, text);
	table_seconds(pkd_time(self->ctx), text);
	put(self, text);
	if (self->sampled)
		put_source(self, row);
	if (self->params->T)
		put_value(self, self->params->T, row);
	put(self, "\n");
}

/* ---- The node ---- */

static int open_file(struct table_csv *self)
{
	const struct table_csv_state *state = table_csv_get_state(self->ctx);
	int error;

	self->file.device = state->device;
	self->file.inode = state->inode;
	self->file.end = state->end;
	error = sink_file_open(&self->file, self->params->path);
	if (!error && self->file.is_lost)
		pkd_note(self->ctx, "'%s' was removed, replaced or made shorter: begun anew",
		         self->params->path);
	return error;
}

static void put_header(struct table_csv *self)
{
	put(self, "frame,time_s");
	if (self->sampled)
		put(self, ",source_frame,age_ms");
	if (self->params->T)
		put_columns(self, NULL, self->params->T);
	put(self, "\n");
	flush(self);
}

int table_csv_init(struct table_csv *self, const struct table_csv_params *params,
                   struct pkd_ctx *ctx)
{
	int error;

	self->ctx = ctx;
	self->params = params;
	self->sampled = pkd_sampled(ctx, ROW);
	self->plain = (struct table_sink){put_plain, self};
	self->quoted = (struct table_sink){put_quoted, self};
	error = open_file(self);
	if (error)
		return failed(self, -error);
	if (!self->file.is_resumed)
		put_header(self);
	return self->error ? failed(self, self->error) : PKD_OK;
}

int table_csv_step(struct table_csv *self, const struct table_csv_in *in, struct table_csv_out *out,
                   struct pkd_ctx *ctx)
{
	struct table_csv_state *state = table_csv_get_state(ctx);
	uint64_t end = self->file.end;

	(void)out;
	self->ctx = ctx;
	if (self->error)
		return failed(self, self->error);
	put_row(self, in->row);
	flush(self);
	if (self->error) {
		sink_file_cut(&self->file, end);
		return failed(self, self->error);
	}
	state->device = self->file.device;
	state->inode = self->file.inode;
	state->end = self->file.end;
	return PKD_OK;
}

/* close reports what a network file system kept. The file is closed already after an error. */
void table_csv_finish(struct table_csv *self)
{
	int error = sink_file_close(&self->file);

	if (error)
		failed(self, -error);
}

PKD_NODE(table_csv);
