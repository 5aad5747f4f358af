/* See sqlite_table.h. */
#include "sqlite_table.h"

#include "../base/utf8.h"
#include "json.h"
#include "only.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAME = 512 };

const char *sqlite_affinity_word(enum sqlite_affinity affinity)
{
	static const char *const words[] = {"INTEGER", "REAL", "TEXT", "BLOB"};

	return words[affinity];
}

/* ---- Columns ---- */

void sqlite_table_add(struct sqlite_table *table, const char *name, enum sqlite_affinity affinity)
{
	struct sqlite_column *columns = realloc(table->columns, (table->n + 1) * sizeof(*columns));

	if (!columns) {
		table->is_out_of_memory = true;
		return;
	}
	table->columns = columns;
	columns[table->n] = (struct sqlite_column){strdup(name), affinity};
	if (columns[table->n].name)
		table->n++;
	else
		table->is_out_of_memory = true;
}

static enum sqlite_affinity affinity_of(const struct pkd_type *type)
{
	if (type->kind == PKD_F32 || type->kind == PKD_F64 || type->kind == PKD_TIME)
		return AFFINITY_REAL;
	if (table_is_scalar(type->kind))
		return AFFINITY_INTEGER;
	return type->kind == PKD_BYTES ? AFFINITY_BLOB : AFFINITY_TEXT;
}

static void add_type(struct sqlite_table *table, const char *name, const struct pkd_type *type)
{
	char path[MAX_NAME];

	if (type->kind == PKD_RECORD) {
		for (uint32_t i = 0; i < type->n; i++) {
			snprintf(path, sizeof(path), "%s%s%s", name, *name ? "." : "",
			         type->fields[i].name);
			add_type(table, path, type->fields[i].type);
		}
		return;
	}
	if (type->kind == PKD_LIST) {
		snprintf(path, sizeof(path), "%s%s" TABLE_ONLY_COUNT, name, *name ? "_" : "");
		sqlite_table_add(table, path, AFFINITY_INTEGER);
	}
	sqlite_table_add(table, *name ? name : table_only_name(type), affinity_of(type));
}

void sqlite_table_add_type(struct sqlite_table *table, const struct pkd_type *type)
{
	add_type(table, "", type);
}

char *sqlite_table_create_text(const struct sqlite_table *table)
{
	sqlite3_str *text = sqlite3_str_new(NULL);

	sqlite3_str_appendf(text, "CREATE TABLE \"%w\"(", table->name);
	for (uint32_t i = 0; i < table->n; i++)
		sqlite3_str_appendf(text, "%s\"%w\" %s", i ? ", " : "", table->columns[i].name,
		                    sqlite_affinity_word(table->columns[i].affinity));
	sqlite3_str_appendf(text, ")");
	return sqlite3_str_finish(text);
}

char *sqlite_table_insert_text(const struct sqlite_table *table)
{
	sqlite3_str *text = sqlite3_str_new(NULL);

	sqlite3_str_appendf(text, "INSERT INTO \"%w\" VALUES(", table->name);
	for (uint32_t i = 0; i < table->n; i++)
		sqlite3_str_appendf(text, i ? ",?" : "?");
	sqlite3_str_appendf(text, ")");
	return sqlite3_str_finish(text);
}

/* ---- A table that is there ---- */

static int compare_column(struct sqlite_table *table, uint32_t i, sqlite3_stmt *column)
{
	const char *name = (const char *)sqlite3_column_text(column, 1);
	const char *type = (const char *)sqlite3_column_text(column, 2);
	const struct sqlite_column *here = &table->columns[i];

	if (i >= table->n) {
		snprintf(table->why, sizeof(table->why), "it has a column more, '%.60s'",
		         name ? name : "");
		return SQLITE_MISMATCH;
	}
	if (name && type && strcmp(name, here->name) == 0 &&
	    sqlite3_stricmp(type, sqlite_affinity_word(here->affinity)) == 0)
		return SQLITE_OK;
	snprintf(table->why, sizeof(table->why),
	         "its column %" PRIu32 " is '%.60s %.20s', not '%.60s %s'", i + 1, name ? name : "",
	         type ? type : "", here->name, sqlite_affinity_word(here->affinity));
	return SQLITE_MISMATCH;
}

int sqlite_table_compare(struct sqlite_table *table, sqlite3 *db)
{
	static const char query[] = "SELECT * FROM pragma_table_info(?)";
	sqlite3_stmt *columns = NULL;
	uint32_t n = 0;
	int result = sqlite3_prepare_v2(db, query, -1, &columns, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_bind_text(columns, 1, table->name, -1, SQLITE_STATIC);
	while (result == SQLITE_OK && (result = sqlite3_step(columns)) == SQLITE_ROW)
		result = compare_column(table, n++, columns);
	sqlite3_finalize(columns);
	if (result != SQLITE_DONE)
		return result;
	if (n == 0)
		return SQLITE_NOTFOUND;
	if (n == table->n)
		return SQLITE_OK;
	snprintf(table->why, sizeof(table->why), "it has no column '%.60s'",
	         table->columns[n].name);
	return SQLITE_MISMATCH;
}

/* ---- Values ---- */

static void put(void *to, const char *text, size_t n)
{
	struct sqlite_table *table = to;
	char *larger;

	if (n > table->text_size - table->text_n) {
		table->text_size = 2 * (table->text_n + n) + 256;
		larger = realloc(table->text, table->text_size);
		if (!larger) {
			table->is_out_of_memory = true;
			table->text_size = table->text_n = 0;
			free(table->text);
			table->text = NULL;
			return;
		}
		table->text = larger;
	}
	memcpy(table->text + table->text_n, text, n);
	table->text_n += n;
}

/* The double that a person reads as the float: 0.1 for 0.1f, which it becomes again as a float. */
static double as_written(float number)
{
	static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
	double wide = (double)number;
	char text[TABLE_SCALAR_SIZE];

	if (!isfinite(wide))
		return wide;
	for (size_t i = 0; fabs(wide) < 1e7 && i < sizeof(powers) / sizeof(powers[0]); i++) {
		double near = nearbyint(wide * powers[i]) / powers[i];

		if ((float)near == number)
			return near;
	}
	pkd_text_f32(number, text);
	return strtod(text, NULL);
}

static bool is_utf8(const char *text, size_t n)
{
	while (n > 0) {
		size_t length = utf8_length(text, n);

		if (!length)
			return false;
		text += length;
		n -= length;
	}
	return true;
}

static int bind_string(struct sqlite_table *table, sqlite3_stmt *insert, int column,
                       const char *text, uint32_t n)
{
	struct table_sink sink = {put, table, 0, &table->n_replaced};

	if (is_utf8(text, n))
		return sqlite3_bind_text(insert, column, text, (int)n, SQLITE_STATIC);
	table->text_n = 0;
	table_put_utf8(&sink, text, n);
	return sqlite3_bind_text(insert, column, table->text, (int)table->text_n, SQLITE_TRANSIENT);
}

static int bind_json(struct sqlite_table *table, sqlite3_stmt *insert, int column,
                     const struct pkd_type *type, const void *value)
{
	struct table_sink sink = {put, table, 0, &table->n_replaced};

	table->text_n = 0;
	table_put_json(&sink, type, value);
	return sqlite3_bind_text(insert, column, table->text, (int)table->text_n, SQLITE_TRANSIENT);
}

static int bind_fraction(sqlite3_stmt *insert, int column, const struct pkd_type *type,
                         const void *value)
{
	double wide;
	float single;
	int64_t ns;

	if (type->kind == PKD_TIME) {
		memcpy(&ns, value, sizeof(ns));
		wide = (double)ns / 1e9;
	} else if (type->kind == PKD_F32) {
		memcpy(&single, value, sizeof(single));
		wide = as_written(single);
	} else {
		memcpy(&wide, value, sizeof(wide));
	}
	return sqlite3_bind_double(insert, column, wide); /* nan becomes NULL there */
}

/* SQLITE_TOOBIG: a u64 that no INTEGER holds. */
static int bind_whole(struct sqlite_table *table, sqlite3_stmt *insert, int column,
                      const struct pkd_type *type, const void *value)
{
	int64_t number;

	if (type->kind == PKD_BOOL)
		return sqlite3_bind_int64(insert, column, *(const uint8_t *)value);
	number = table_whole(type, value);
	if (type->kind != PKD_U64 || number >= 0)
		return sqlite3_bind_int64(insert, column, number);
	snprintf(table->why, sizeof(table->why),
	         "column '%.60s': %" PRIu64 " is more than an INTEGER of SQLite holds: give "
	         "text(…) of it",
	         table->columns[column - 1].name, (uint64_t)number);
	return SQLITE_TOOBIG;
}

static int bind_text(struct sqlite_table *table, sqlite3_stmt *insert, int column,
                     const struct pkd_type *type, const void *value)
{
	const struct pkd_type number = {.kind = PKD_U32};
	char text[TABLE_SCALAR_SIZE];
	const char *name;
	uint32_t n;

	if (type->kind == PKD_ENUM) {
		name = table_enum_name(type, value);
		if (name)
			return sqlite3_bind_text(insert, column, name, -1, SQLITE_STATIC);
		table_scalar(&number, value, text);
		return sqlite3_bind_text(insert, column, text, -1, SQLITE_TRANSIENT);
	}
	if (type->kind == PKD_IMAGE) {
		const struct pkd_image *image = value;

		snprintf(text, sizeof(text), "%" PRIu32 "x%" PRIu32, image->width, image->height);
		return sqlite3_bind_text(insert, column, text, -1, SQLITE_TRANSIENT);
	}
	if (type->kind != PKD_STRING)
		return bind_json(table, insert, column, type, value);
	name = table_text(type, value, &n);
	return bind_string(table, insert, column, name, n);
}

static int bind_value(struct sqlite_table *table, sqlite3_stmt *insert, int column,
                      const struct pkd_type *type, const void *value)
{
	const char *bytes;
	uint32_t n;

	switch (affinity_of(type)) {
	case AFFINITY_INTEGER:
		return bind_whole(table, insert, column, type, value);
	case AFFINITY_REAL:
		return bind_fraction(insert, column, type, value);
	case AFFINITY_TEXT:
		return bind_text(table, insert, column, type, value);
	case AFFINITY_BLOB:
		break;
	}
	bytes = table_text(type, value, &n);
	return sqlite3_bind_blob(insert, column, bytes, (int)n, SQLITE_STATIC);
}

bool sqlite_table_bind(struct sqlite_table *table, sqlite3_stmt *insert, int *column,
                       const struct pkd_type *type, const void *value)
{
	const char *from = value;
	int result = SQLITE_OK;
	uint32_t n;

	if (type->kind == PKD_RECORD) {
		for (uint32_t i = 0; i < type->n; i++)
			if (!sqlite_table_bind(table, insert, column, type->fields[i].type,
			                       from ? from + type->fields[i].offset : NULL))
				return false;
		return true;
	}
	if (type->kind == PKD_LIST && value) {
		table_text(type, value, &n);
		result = sqlite3_bind_int64(insert, (*column)++, n);
	} else if (type->kind == PKD_LIST) {
		result = sqlite3_bind_null(insert, (*column)++);
	}
	if (result == SQLITE_OK)
		result = value ? bind_value(table, insert, (*column)++, type, value)
		               : sqlite3_bind_null(insert, (*column)++);
	if (result != SQLITE_OK && result != SQLITE_TOOBIG)
		snprintf(table->why, sizeof(table->why), "%s", sqlite3_errstr(result));
	return result == SQLITE_OK && !table->is_out_of_memory;
}

void sqlite_table_free(struct sqlite_table *table)
{
	for (uint32_t i = 0; i < table->n; i++)
		free(table->columns[i].name);
	free(table->columns);
	free(table->text);
	*table = (struct sqlite_table){.name = table->name};
}
