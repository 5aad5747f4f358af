/* Changes that were found and wait to be given; directories that wait for their scan. */
#ifndef PKD_FILES_WATCHER_QUEUE_H
#define PKD_FILES_WATCHER_QUEUE_H

#include "tree.h"

enum watcher_what {
	WATCHER_THERE,
	WATCHER_WRITTEN,
	WATCHER_REMOVED,
	WATCHER_MISSED,
	WATCHER_FAILED
};

struct watcher_change {
	struct watcher_change *next;
	enum watcher_what what;
	enum tree_kind kind;
	uint64_t size;
	int64_t modified; /* ns since 1970 */
	int error;
	const char *verb;
	uint32_t length;
	char path[];
};

struct watcher_queue {
	struct watcher_change *first, **end;
};

void files_watcher_queue_init(struct watcher_queue *queue);

/* NULL: there is none. The caller's to free. */
struct watcher_change *files_watcher_queue_take(struct watcher_queue *queue);
void files_watcher_queue_empty(struct watcher_queue *queue);

/* The last one from now on; NULL: no memory. */
struct watcher_change *files_watcher_queue_add(struct watcher_queue *queue, enum watcher_what what,
                                               const char *path, size_t length);
/* What could not be done with a path. 0 or -ENOMEM. */
int files_watcher_queue_fail(struct watcher_queue *queue, const char *path, size_t length,
                             int error, const char *verb);

#endif
