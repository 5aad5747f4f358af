/* The files of a page: those that are built in, and a folder of one's own, read once. */
#ifndef PKD_NET_WEB_PAGE_H
#define PKD_NET_WEB_PAGE_H

#include "web.h"

struct web_page {
	struct web_page_file *files;
	uint32_t n_files;
};

/* `folder` "": only what is built in. 0, or what pkd_error returns. */
int web_page_open(struct web_page *page, const char *folder, struct pkd_ctx *ctx);
void web_page_close(struct web_page *page);

/* `path` as "/index.html"; "/" is that. A file of the folder comes before one that is built in. */
bool web_page_find(const struct web_page *page, const char *path, struct web_content *ret_content);

#endif
