/* table.read_csv: cells by the rules of RFC 4180, columns by name.
 *
 * The fields of T, with those of records in it one by one, are the columns that are looked for.
 * Which cell of a row fills which of them is kept in persistent memory, as a pipe has no header any
 * more after a restart. */
#include "only.h"
#include "row_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <table/read_csv.pkd.h>

enum {
	MAX_COLUMNS = 4096, /* as read_csv.pkd says */
	NO_FIELD = -1,
	MAX_LIST = 300, /* bytes of the names in a message */
};

struct field {
	char *name;
	const struct pkd_type *type;
	uint32_t offset;
};

struct cell {
	const char *text;
	size_t n;
};

struct table_read_csv {
	struct pkd_ctx *ctx;
	const struct table_read_csv_params *params;
	struct row_source source;
	struct field *fields;
	uint32_t n_fields;
	char separator;
	int32_t *columns;    /* persistent memory: the field of each, or NO_FIELD */
	uint32_t *n_columns; /* likewise; 0: there was no header yet */
	int32_t *time;       /* likewise: the column that has the time */
	uint32_t n_cells;
	struct cell cells[MAX_COLUMNS];
	char *unquoted; /* cells with doubled quotation marks, as they are meant */
};

/* ---- Fields ---- */

static bool add_field(struct table_read_csv *self, const char *name, const struct pkd_type *type,
                      uint32_t offset)
{
	struct field *fields;

	if (type->kind == PKD_RECORD) {
		for (uint32_t i = 0; i < type->n; i++) {
			const struct pkd_field *field = &type->fields[i];
			char path[512];

			snprintf(path, sizeof(path), "%s%s%s", name, *name ? "." : "", field->name);
			if (!add_field(self, path, field->type, offset + field->offset))
				return false;
		}
		return true;
	}
	if (!*name)
		name = table_only_name(type);
	fields = realloc(self->fields, (self->n_fields + 1) * sizeof(*fields));
	if (!fields)
		return false;
	self->fields = fields;
	fields[self->n_fields] = (struct field){strdup(name), type, offset};
	return fields[self->n_fields++].name != NULL;
}

static int32_t find_field(const struct table_read_csv *self, struct cell name)
{
	for (uint32_t i = 0; i < 2 * self->n_fields; i++)
		if (parse_is_name(self->fields[i % self->n_fields].name, name.text, name.n,
		                  i < self->n_fields))
			return (int32_t)(i % self->n_fields);
	return NO_FIELD;
}

/* Beside the items of a list table.csv writes how many they are. */
static bool is_count(const struct table_read_csv *self, struct cell name)
{
	static const char suffix[] = "_count", items[] = TABLE_ONLY_ITEMS;
	size_t n = sizeof(suffix) - 1;
	int32_t field = NO_FIELD;

	if (parse_is_name(TABLE_ONLY_COUNT, name.text, name.n, true))
		field = find_field(self, (struct cell){items, sizeof(items) - 1});
	else if (name.n > n && memcmp(name.text + name.n - n, suffix, n) == 0)
		field = find_field(self, (struct cell){name.text, name.n - n});
	return field != NO_FIELD && self->fields[field].type->kind == PKD_LIST;
}

/* ---- Cells ---- */

/* The end of a row that is none, if it is there: that of the line that `at` is in. */
static enum row_result spoilt(struct table_read_csv *self, const char *text, size_t n, size_t at,
                              bool is_last, struct row_found *found, const char *why)
{
	const char *newline = memchr(text + at, '\n', n - at);

	if (!newline && !is_last)
		return ROW_MORE;
	found->used = newline ? (size_t)(newline + 1 - text) : n;
	snprintf(self->source.parse.why, PARSE_WHY_SIZE, "%s", why);
	return ROW_BAD;
}

/* Of a cell whose first byte is a quotation mark, at *at; it becomes what is behind the last one.
 * False: the end is not there. */
static bool unquote(struct table_read_csv *self, const char *text, size_t n, bool is_last,
                    size_t *at, size_t *used, struct cell *ret_cell)
{
	size_t start = *at + 1, i = start, begin = *used;
	bool is_copied = false;

	for (;;) {
		const char *mark = memchr(text + i, '"', n - i);
		size_t end = mark ? (size_t)(mark - text) : n;

		if (!mark || (end + 1 == n && !is_last))
			return false;
		if (end + 1 == n || text[end + 1] != '"') {
			if (is_copied) {
				memcpy(self->unquoted + *used, text + i, end - i);
				*used += end - i;
				*ret_cell = (struct cell){self->unquoted + begin, *used - begin};
			} else {
				*ret_cell = (struct cell){text + start, end - start};
			}
			*at = end + 1;
			return true;
		}
		memcpy(self->unquoted + *used, text + i, end + 1 - i);
		*used += end + 1 - i;
		is_copied = true;
		i = end + 2;
	}
}

static size_t plain_end(const struct table_read_csv *self, const char *text, size_t n, size_t at)
{
	while (at < n && text[at] != self->separator && text[at] != '\n')
		at++;
	return at;
}

static enum row_result split(struct table_read_csv *self, const char *text, size_t n, bool is_last,
                             bool is_full, struct row_found *found)
{
	size_t at = 0, used = 0;

	for (self->n_cells = 0;; at++) {
		struct cell cell;
		size_t start = at;

		if (at < n && text[at] == '"') {
			if (!unquote(self, text, n, is_last, &at, &used, &cell)) {
				if (!is_last && !is_full)
					return ROW_MORE;
				return spoilt(self, text, n, 0, is_last, found,
				              "a quotation mark that is not closed");
			}
			at += at + 1 < n && text[at] == '\r' && text[at + 1] == '\n';
			at += is_last && at + 1 == n && text[at] == '\r';
			if (at + 1 == n && text[at] == '\r')
				return ROW_MORE;
			if (at < n && text[at] != self->separator && text[at] != '\n')
				return spoilt(self, text, n, at, is_last, found,
				              "text behind the quotation mark that closes a cell");
		} else {
			at = plain_end(self, text, n, at);
			cell = (struct cell){text + start, at - start};
			cell.n -= cell.n > 0 && (at == n || text[at] == '\n') &&
			          text[at - 1] == '\r';
		}
		if (at == n && !is_last)
			return ROW_MORE;
		if (self->n_cells == MAX_COLUMNS)
			return spoilt(self, text, n, at, is_last, found, "more than 4096 cells");
		self->cells[self->n_cells++] = cell;
		if (at < n && text[at] == self->separator)
			continue;
		found->used = at < n ? at + 1 : n;
		return ROW_FOUND;
	}
}

/* ---- The header ---- */

/* "a, b, c" of what a message names, cut with an ellipsis. */
struct names {
	char text[MAX_LIST];
	size_t used;
};

static void add_name(struct names *names, const char *text, size_t n)
{
	size_t room = sizeof(names->text) - names->used;
	int used = snprintf(names->text + names->used, room, "%s%.*s", names->used ? ", " : "",
	                    n < room ? (int)n : (int)room, text);

	if ((size_t)used < room) {
		names->used += (size_t)used;
		return;
	}
	memcpy(names->text + sizeof(names->text) - 4, "…", 4);
	names->used = sizeof(names->text) - 1;
}

static int refuse(struct table_read_csv *self, const char *name)
{
	struct names names = {0};

	for (uint32_t c = 0; c < self->n_cells; c++)
		add_name(&names, self->cells[c].text, self->cells[c].n);
	return pkd_error(self->ctx, EINVAL, "'%s' has no column '%s'; %s %s",
	                 source_file_name(&self->source.file), name,
	                 self->params->header ? "its columns are" : "its first row is", names.text);
}

/* What table.csv writes before the fields: of that nobody needs to be told. */
static bool is_written(struct cell cell)
{
	return (cell.n == 5 && memcmp(cell.text, "frame", 5) == 0) ||
	       (cell.n == 6 && memcmp(cell.text, "time_s", 6) == 0);
}

/* Without a header the cells are in the order of the fields. */
static void place_columns(struct table_read_csv *self, struct names *ret_extra)
{
	bool *seen = calloc(self->n_fields + 1, sizeof(*seen));
	const char *time = self->params->time;

	for (uint32_t c = 0; c < self->n_cells; c++) {
		struct cell cell = self->cells[c];
		int32_t field = find_field(self, cell);
		bool is_time = *time && strlen(time) == cell.n &&
		               memcmp(time, cell.text, cell.n) == 0;

		if (field != NO_FIELD && seen && seen[field])
			field = NO_FIELD;
		if (field == NO_FIELD && !is_time && !is_count(self, cell) && !is_written(cell))
			add_name(ret_extra, cell.n ? cell.text : "''", cell.n ? cell.n : 2);
		if (field != NO_FIELD && seen)
			seen[field] = true;
		if (is_time)
			*self->time = (int32_t)c;
		self->columns[c] = field;
	}
	free(seen);
}

static int take_header(struct table_read_csv *self)
{
	struct names extra = {0};
	uint32_t n = self->n_cells;

	*self->time = NO_FIELD;
	if (self->params->header) {
		place_columns(self, &extra);
	} else {
		n = self->n_fields;
		for (uint32_t c = 0; c < n; c++) {
			self->columns[c] = (int32_t)c;
			if (strcmp(self->fields[c].name, self->params->time) == 0)
				*self->time = (int32_t)c;
		}
	}
	for (uint32_t i = 0; i < self->n_fields; i++) {
		uint32_t c = 0;

		while (c < n && self->columns[c] != (int32_t)i)
			c++;
		if (c == n)
			return refuse(self, self->fields[i].name);
	}
	if (*self->params->time && *self->time == NO_FIELD)
		return refuse(self, self->params->time);
	if (extra.used)
		pkd_note(self->ctx, "%s has no field for these columns, which are left out: %s",
		         self->params->T->name, extra.text);
	*self->n_columns = n;
	return PKD_OK;
}

/* ---- Rows ---- */

static enum row_result fill(struct table_read_csv *self, char *row, struct row_found *found)
{
	static const struct pkd_type time_type = {.kind = PKD_TIME};
	struct parse *parse = &self->source.parse;
	char why[PARSE_WHY_SIZE];

	if (self->n_cells != *self->n_columns) {
		snprintf(parse->why, sizeof(parse->why),
		         "%" PRIu32 " cells, where there are %" PRIu32 " columns", self->n_cells,
		         *self->n_columns);
		return ROW_BAD;
	}
	for (uint32_t c = 0; c < self->n_cells; c++) {
		const struct cell *cell = &self->cells[c];
		const struct field *field = self->columns[c] == NO_FIELD
		                                    ? NULL
		                                    : &self->fields[self->columns[c]];
		bool is_good = !field || parse_text(parse, field->type, cell->text, cell->n,
		                                    row + field->offset);

		if (is_good && (int32_t)c == *self->time)
			is_good = parse_text(parse, &time_type, cell->text, cell->n,
			                     &found->time_ns);
		if (is_good)
			continue;
		snprintf(why, sizeof(why), "%s", parse->why);
		snprintf(parse->why, sizeof(parse->why), "column '%.60s': %.120s",
		         field ? field->name : self->params->time, why);
		return ROW_BAD;
	}
	return ROW_FOUND;
}

static enum row_result find_row(void *node, const char *text, size_t n, bool is_last, bool is_full,
                                void *row, struct row_found *ret_found)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of the byte order */
	struct table_read_csv *self = node;
	size_t skipped = 0;
	enum row_result result;

	if (self->source.place.lines == 0 && n < 3 && !is_last)
		return ROW_MORE;
	if (self->source.place.lines == 0 && n >= 3 && memcmp(text, mark, 3) == 0)
		skipped = 3;
	result = split(self, text + skipped, n - skipped, is_last, is_full, ret_found);
	ret_found->used += skipped;
	if (result != ROW_FOUND)
		return result;
	if (self->n_cells == 1 && self->cells[0].n == 0 && (n == skipped || text[skipped] != '"'))
		return ROW_NO_ROW;
	if (*self->n_columns == 0) {
		ret_found->error = take_header(self);
		if (ret_found->error)
			return ROW_FAILED;
		if (self->params->header)
			return ROW_NO_ROW;
	}
	return fill(self, row, ret_found);
}

/* ---- The node ---- */

static void release(struct table_read_csv *self)
{
	for (uint32_t i = 0; i < self->n_fields; i++)
		free(self->fields[i].name);
	free(self->fields);
	free(self->unquoted);
	row_source_close(&self->source);
}

static int prepare(struct table_read_csv *self)
{
	const char *separator = self->params->separator;

	if (strlen(separator) != 1 || strchr("\"\r\n", *separator))
		return pkd_error(self->ctx, EINVAL,
		                 "separator '%s' is not one byte that can separate cells: write "
		                 "\",\", \";\" or \"\\t\"",
		                 separator);
	self->separator = *separator;
	self->unquoted = malloc(ROW_SOURCE_LONGEST);
	if (!self->unquoted || !add_field(self, "", self->params->T, 0))
		return pkd_error(self->ctx, ENOMEM, "no memory for the columns of %s",
		                 self->params->T->name);
	if (self->n_fields > MAX_COLUMNS)
		return pkd_error(self->ctx, EINVAL, "%s has %" PRIu32 " fields, more than %d",
		                 self->params->T->name, self->n_fields, MAX_COLUMNS);
	return row_source_open(&self->source, self->params->source);
}

int table_read_csv_init(struct table_read_csv *self, const struct table_read_csv_params *params,
                        struct pkd_ctx *ctx)
{
	const struct table_read_csv_state *state = table_read_csv_get_state(ctx);
	struct row_source *source = &self->source;
	int error;

	self->ctx = source->ctx = ctx;
	self->params = params;
	self->columns = table_read_csv_get_columns(ctx);
	self->n_columns = table_read_csv_get_n_columns(ctx);
	self->time = table_read_csv_get_time_column(ctx);
	source->file.fd = -1;
	source->place = state->place;
	source->T = params->T;
	source->bad = params->bad;
	source->is_paced = *params->time;
	source->find = find_row;
	source->node = self;
	error = prepare(self);
	if (error) {
		release(self);
		return error;
	}
	if (source->place.lines == 0 && source->file.is_file)
		*self->n_columns = 0; /* the header is read once more */
	return PKD_OK;
}

int table_read_csv_step(struct table_read_csv *self, const struct table_read_csv_in *in,
                        struct table_read_csv_out *out, struct pkd_ctx *ctx)
{
	struct table_read_csv_state *state = table_read_csv_get_state(ctx);

	(void)in;
	self->ctx = self->source.ctx = ctx;
	self->source.speed = self->params->speed;
	return row_source_step(&self->source, out->row, &state->place);
}

int table_read_csv_ready(struct table_read_csv *self, struct pkd_ctx *ctx)
{
	return source_file_ready(&self->source.file, ctx);
}

void table_read_csv_finish(struct table_read_csv *self)
{
	release(self);
}

PKD_WATCHING_NODE(table_read_csv);
