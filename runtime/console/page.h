/* What the server of --serve has at which path. */
#ifndef PKDI_PAGE_H
#define PKDI_PAGE_H

#include "console/http.h"
#include "console/out.h"
#include "run/run.h"

/* How far a page has been written; all zero is its beginning. */
struct pkdi_page_cursor {
	uint32_t part, index, sub_index;
	bool has_begun; /* the part */
};

struct pkdi_page {
	const char *path;
	const char *type; /* the value of Content-Type */
	/* Either: writes all of it, and returns the status, of HTTP. */
	int (*answer)(const struct pkdi_run *run, struct pkdi_out *out);
	/* Or: writes what is next; false: there is nothing behind it. What does not fit is not sent,
	 * and written again later. The status is 200. */
	bool (*write)(const struct pkdi_run *run, struct pkdi_page_cursor *cursor,
	              struct pkdi_out *out);
};

/* NULL: there is none at this path. */
const struct pkdi_page *pkdi_page_find(const struct pkdi_http_text *path);

/* All paths, for people. */
const char *pkdi_page_paths(void);

#endif
