/* Rows of text in a file that goes on after a restart, or in the files of a directory, one after
 * the other. A row goes to the file within its firing, behind the last committed one, so that the
 * commit of the mark decides over both: a row that a killed firing wrote is cut off and written
 * again.
 *
 * In a directory a file is made with its first row. Its number is one more than that of the mark, or
 * than what the first init of the run has found, or the next that is free where another program has
 * made one since. A firing that is done again knows its file by `made`. */
#ifndef PKD_TABLE_ROW_FILE_H
#define PKD_TABLE_ROW_FILE_H

#include "../base/sink_file.h"

#include <table/mark.pkd.h>

enum { ROW_FILE_BUFFER = 64 * 1024 };

/* When a file in a directory is full, and how it is called. 0: no limit. */
struct row_rules {
	uint64_t rows, bytes;
	int64_t after_ns;
	const char *name, *suffix;
	uint32_t keep;
};

struct row_file {
	struct pkd_ctx *ctx;
	const char *path;
	bool append;
	struct row_rules rules;
	struct sink_file file; /* in a directory closed until there is a row for it */
	struct table_Mark mark;
	uint64_t *before;        /* persistent memory … */
	struct table_Mark *made; /* … of the file that was made last: part, device and inode */
	const char *directory;   /* NULL: `path` is the file */
	uint64_t row_start;
	bool is_reported;
	int error; /* errno of the first write that failed; nothing is written after it */
	size_t n;
	char buffer[ROW_FILE_BUFFER];
};

/* What the directions of a node's params and state are, for the nodes that have them all. */
#define ROW_FILE_RULES(params, SUFFIX)                                                 \
	(struct row_rules)                                                             \
	{                                                                              \
		(params)->rotate_rows, (params)->rotate_bytes, (params)->rotate_after, \
			(params)->name, (SUFFIX), (params)->keep                       \
	}

/* With ctx, path, append, rules, mark, before and made filled in. PKD_OK, or an error that was
 * told. */
int row_file_open(struct row_file *file);

/* Whether the file was there before this run, and is added to: the caller looks at what it has. */
bool row_file_has_old(const struct row_file *file);

/* Reads what is at a place, less where the file ends before; a negative errno. */
ssize_t row_file_read(const struct row_file *file, char *text, size_t size, uint64_t at);

/* Of a file that is added to: whether its last line lacks its end, which is noted. */
int row_file_lacks_newline(struct row_file *file, bool *ret_lacks);

/* Before a row. *ret_is_new: it is the first of a file in a directory. */
int row_file_begin_row(struct row_file *file, bool *ret_is_new);

/* To the buffer, and on to the file when that is full; `to` is a struct row_file. */
void row_file_put(void *to, const char *text, size_t n);

/* Writes what is in the buffer. */
int row_file_flush(struct row_file *file);

/* Behind a row: it is in the file, and `mark` says so; or no part of it is. */
int row_file_end_row(struct row_file *file);

/* Closes the file and says what went wrong, once: later calls return the code alone. */
int row_file_failed(struct row_file *file, int error);

/* close reports what a network file system kept. */
void row_file_close(struct row_file *file);

#endif
