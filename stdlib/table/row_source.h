/* What the origins of rows share: the text of a file in pieces, bad rows told by their line, the
 * pace of a time column, and the place that a restart goes on from. A node brings how a row is
 * found. */
#ifndef PKD_TABLE_ROW_SOURCE_H
#define PKD_TABLE_ROW_SOURCE_H

#include "../base/source_file.h"
#include "parse.h"

#include <table/bad.pkd.h>
#include <table/place.pkd.h>

#ifndef ROW_SOURCE_LONGEST               /* the fuzzer's is short */
#define ROW_SOURCE_LONGEST (1024 * 1024) /* bytes of a row */
#endif

enum row_result {
	ROW_MORE, /* its end is not there yet */
	ROW_FOUND,
	ROW_BAD,    /* `why` of the parse says why */
	ROW_NO_ROW, /* a header, an empty line */
	ROW_FAILED, /* `error` has what pkd_error said */
};

/* A row at the start of a text. */
struct row_found {
	size_t used;     /* its bytes, with the end of its line */
	int64_t time_ns; /* of a row that has a time */
	int error;
};

struct row_source {
	struct pkd_ctx *ctx;
	struct source_file file;
	struct table_Place place;
	struct parse parse;
	const struct pkd_type *T;
	enum table_Bad bad;
	float speed;
	bool is_paced;    /* rows have a time */
	bool is_skipping; /* the rest of a row that is too long */
	uint32_t n_told;
	/* `is_last`: nothing comes behind the text; `is_full`: no more of this row can be had. */
	enum row_result (*find)(void *node, const char *text, size_t n, bool is_last, bool is_full,
	                        void *row, struct row_found *ret_found);
	void *node;
};

/* With ctx, place, T, bad, is_paced, find and node filled in; `speed` before each step. */
int row_source_open(struct row_source *source, const char *path);

int row_source_step(struct row_source *source, void *row, struct table_Place *ret_place);

void row_source_close(struct row_source *source);

#endif
