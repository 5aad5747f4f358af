/* Tables of text, whose columns are as wide as what is in them. */
#ifndef PKD_TABLE_H
#define PKD_TABLE_H

#include <stddef.h>

enum { TABLE_COLUMNS = 12 };

struct table {
	const char *layout; /* a letter per column: 'l' or 'r', to which side */
	size_t n_columns, n_cells;
	char **cells; /* row after row; the first row is the head */
};

/* Begins a table; the layout says how many columns it has. */
void table_begin(struct table *table, const char *layout);

/* The next cell. */
void table_add(struct table *table, const char *text);
void table_add_format(struct table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints it to standard output, each line behind `indent` spaces, and forgets it. */
void table_end(struct table *table, int indent);

#endif
