#include "pkd/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/say.h"

void table_begin(struct table *table, const char *layout)
{
	*table = (struct table){.layout = layout, .n_columns = strlen(layout)};
}

void table_add(struct table *table, const char *text)
{
	table->cells = realloc(table->cells, (table->n_cells + 1) * sizeof(*table->cells));
	if (!table->cells)
		abort();
	table->cells[table->n_cells] = strdup(text);
	if (!table->cells[table->n_cells])
		abort();
	say_clean(table->cells[table->n_cells++]);
}

void table_add_format(struct table *table, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	table_add(table, text);
}

/* Characters of UTF-8: bytes that begin one. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void print_row(const struct table *table, char *const *cells, const size_t *widths,
                      int indent)
{
	size_t last = table->n_columns, blanks = (size_t)indent;

	while (last > 0 && !*cells[last - 1])
		last--;
	for (size_t i = 0; i < last; i++) {
		size_t pad = widths[i] - width_of(cells[i]);

		blanks += table->layout[i] == 'r' ? pad : 0;
		for (; blanks > 0; blanks--)
			putchar(' ');
		say_text(cells[i]);
		blanks = 2 + (table->layout[i] == 'r' ? 0 : pad);
	}
	putchar('\n');
}

void table_end(struct table *table, int indent)
{
	size_t widths[TABLE_COLUMNS] = {0};

	for (size_t i = 0; i < table->n_cells; i++) {
		size_t width = width_of(table->cells[i]), *widest = &widths[i % table->n_columns];

		*widest = width > *widest ? width : *widest;
	}
	for (size_t i = 0; i + table->n_columns <= table->n_cells; i += table->n_columns)
		print_row(table, table->cells + i, widths, indent);
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct table){.n_columns = 0};
}
