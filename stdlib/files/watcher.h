/* Finds out what changes in a tree of directories: by inotify, which knows single directories
 * only, and by scans, at the start, of each new directory, and where inotify has lost something;
 * or by scans alone. What was found waits in a queue. */
#ifndef PKD_FILES_WATCHER_H
#define PKD_FILES_WATCHER_H

#include "known.h"
#include "tree.h"
#include "watcher_queue.h"

/* What a scan says of a file that was not known, or not as it is. */
enum watcher_report {
	WATCHER_NOTHING,
	WATCHER_AS_THERE,
	WATCHER_AS_WRITTEN,
	WATCHER_IF_NEWER, /* than `since`, or in a directory that is: written */
};

struct watcher {
	int root, inotify; /* inotify -1: it polls */
	struct tree_rules rules;
	const char *names;
	int64_t since;
	struct known_table known;
	struct watcher_queue found, to_scan;
	/* The scan at hand. */
	bool is_scanning;
	enum watcher_report report;
	struct tree tree;
	struct watcher_change *scanned; /* whose path is where it is */
	uint32_t n_scans, n_open, n_settling;
	char *path; /* room for one, of any entry */
};

/* Takes `root`. 0 or a negative errno, as all of these. */
int files_watcher_init(struct watcher *watcher, int root, const struct tree_rules *rules,
                       const char *names, bool polls);
void files_watcher_finish(struct watcher *watcher);

/* All of the tree is to be looked at. */
int files_watcher_scan(struct watcher *watcher, enum watcher_report report);
/* Adds a change without a file. */
int files_watcher_miss(struct watcher *watcher);

/* The next change, which is the caller's to free; NULL: none is known yet. */
struct watcher_change *files_watcher_take(struct watcher *watcher);

/* Looks for changes, for a short time. 1: call it again; 0: there is nothing to do, now.
 * -ENOENT: the root was moved. */
int files_watcher_work(struct watcher *watcher);

/* Whether all that has happened is known: no file is being written. */
bool files_watcher_is_settled(const struct watcher *watcher);

/* Whether the root was removed. Its descriptor keeps it, so nothing tells that. */
bool files_watcher_is_rootless(const struct watcher *watcher);

/* ---- For its parts ---- */

/* A scan has found a file, or a directory, which is watched from now on. */
int files_watcher_find_file(struct watcher *watcher, const char *path, size_t length,
                            const struct tree_entry *entry);
int files_watcher_find_directory(struct watcher *watcher, const char *path, size_t length);
/* A file was written, or moved here. */
int files_watcher_write_file(struct watcher *watcher, const char *path, size_t length,
                             const struct stat *stat);
/* One was made, by somebody who has not closed it. */
int files_watcher_open_file(struct watcher *watcher, const char *path, size_t length);
/* What was known of it is told as removed: one, which the caller takes out of the table; or a
 * directory with all that is in it; or, path NULL, what the last scan has not found. */
int files_watcher_lose(struct watcher *watcher, struct known *known);
int files_watcher_lose_in(struct watcher *watcher, const char *path, size_t length);

#endif
