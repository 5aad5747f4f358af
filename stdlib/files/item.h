/* What becomes of an item that failed: a value where somebody reads it, else the end of the
 * node. */
#ifndef PKD_FILES_ITEM_H
#define PKD_FILES_ITEM_H

#include <pkd/node.h>
#include <stddef.h>

enum { ITEM_ERROR_SIZE = 201, ITEM_SHOWN_SIZE = 112 };

/* A path as a message shows it: without control characters and bytes that are no UTF-8, and without
 * its middle where it is long. */
const char *files_item_shown(const char *path, size_t n, char ret_shown[static ITEM_SHOWN_SIZE]);

/* `error` in words, for a path below a root. */
const char *files_item_reason(int error);

/* Of output number `output`, a string<200>: "cannot VERB 'PATH': WHY". What step returns, once the
 * other outputs are absent. */
int files_item_failed(struct pkd_ctx *ctx, uint32_t output, uint32_t *len, char *text, int error,
                      const char *verb, const char *path, size_t length, const char *why);

/* A path that came as a value: 0, or why it is none. */
int files_item_check_path(const char *text, uint32_t len);

#endif
