/* The columns of a table in SQLite that a type makes, and their values. */
#ifndef PKD_TABLE_SQLITE_TABLE_H
#define PKD_TABLE_SQLITE_TABLE_H

#include <pkd/node.h>
#include <sqlite3.h>

enum sqlite_affinity { AFFINITY_INTEGER, AFFINITY_REAL, AFFINITY_TEXT, AFFINITY_BLOB };

struct sqlite_column {
	char *name;
	enum sqlite_affinity affinity;
};

struct sqlite_table {
	const char *name; /* the caller's */
	struct sqlite_column *columns;
	uint32_t n;
	bool is_out_of_memory;
	/* Of the values: JSON on its way, and why a value has no place. */
	uint64_t n_replaced; /* bytes of texts that are no part of UTF-8 */
	char *text;
	size_t text_n, text_size;
	char why[200];
};

const char *sqlite_affinity_word(enum sqlite_affinity affinity);

void sqlite_table_add(struct sqlite_table *table, const char *name, enum sqlite_affinity affinity);

/* The columns of a row: of a record one for each field, of a list two. */
void sqlite_table_add_type(struct sqlite_table *table, const struct pkd_type *type);

/* "CREATE TABLE …" and "INSERT …"; to be freed by sqlite3_free, NULL where there is no memory. */
char *sqlite_table_create_text(const struct sqlite_table *table);
char *sqlite_table_insert_text(const struct sqlite_table *table);

/* Compares with what the database has. SQLITE_OK: the same; SQLITE_NOTFOUND: it has no such table;
 * SQLITE_MISMATCH: `why` says what is different; or what SQLite says. */
int sqlite_table_compare(struct sqlite_table *table, sqlite3 *db);

/* Binds a value, or NULL for each of its columns, from *column on, which then is behind them.
 * False: `why` says why not. */
bool sqlite_table_bind(struct sqlite_table *table, sqlite3_stmt *insert, int *column,
                       const struct pkd_type *type, const void *value);

void sqlite_table_free(struct sqlite_table *table);

#endif
