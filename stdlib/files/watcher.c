/* See watcher.h.
 *
 * A scan is breadth first: a directory is given before it is read, so that its watch is there
 * before and misses nothing; what comes into being in between is found twice. */
#define _GNU_SOURCE
#include "watcher.h"

#include "../base/below.h"
#include "watcher_queue.h"

#include <stdlib.h>
#include <sys/inotify.h>

enum {
	AT_ONCE = 256, /* entries of a scan */
	EVENTS = 16 * 1024,
};

/* ---- What there is to do ---- */

struct watcher_change *files_watcher_take(struct watcher *watcher)
{
	return files_watcher_queue_take(&watcher->found);
}

int files_watcher_miss(struct watcher *watcher)
{
	return files_watcher_queue_add(&watcher->found, WATCHER_MISSED, "", 0) ? 0 : -ENOMEM;
}

int files_watcher_scan(struct watcher *watcher, enum watcher_report report)
{
	watcher->report = report;
	return files_watcher_queue_add(&watcher->to_scan, WATCHER_THERE, "", 0) ? 0 : -ENOMEM;
}

/* ---- Scans ---- */

static int begin_scan(struct watcher *watcher)
{
	struct watcher_change *scanned = files_watcher_queue_take(&watcher->to_scan);
	int error, fd = below_open(watcher->root, scanned->length ? scanned->path : ".",
	                           scanned->length ? scanned->length : 1,
	                           O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0, BELOW_NO_LINKS);

	if (fd < 0) {
		error = fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP
		                ? 0
		                : files_watcher_queue_fail(&watcher->found, scanned->path,
		                                           scanned->length, -fd, "read");
		free(scanned);
		return error;
	}
	error = files_tree_init(&watcher->tree, fd, &watcher->rules, true);
	if (error) {
		free(scanned);
		return error;
	}
	watcher->n_scans++;
	if (scanned->length == 0)
		watcher->n_settling = 0;
	watcher->scanned = scanned;
	watcher->is_scanning = true;
	return 0;
}

static void end_scan(struct watcher *watcher)
{
	files_tree_finish(&watcher->tree);
	free(watcher->scanned);
	watcher->scanned = NULL;
	watcher->is_scanning = false;
}

/* The whole path of an entry, in watcher->path. */
static size_t whole_path(struct watcher *watcher, const struct tree_entry *entry)
{
	size_t length = watcher->scanned->length;

	memcpy(watcher->path, watcher->scanned->path, length);
	if (entry->depth == 0)
		return length;
	if (length > 0)
		watcher->path[length++] = '/';
	memcpy(watcher->path + length, entry->path, entry->length);
	return length + entry->length;
}

static bool is_newer(const struct watcher *watcher, const struct tree_entry *entry)
{
	return (int64_t)entry->stat.st_ctim.tv_sec * 1000000000 + entry->stat.st_ctim.tv_nsec >
	       watcher->since;
}

static int find(struct watcher *watcher, const struct tree_entry *entry)
{
	size_t length = whole_path(watcher, entry);

	if (entry->error == ENOENT || entry->error == ENOTDIR)
		return 0;
	if (entry->error)
		return files_watcher_queue_fail(&watcher->found, watcher->path, length,
		                                entry->error, entry->verb);
	/* What is in a directory that was moved has not changed itself. */
	if (entry->kind == TREE_DIRECTORY)
		files_tree_number(&watcher->tree,
		                  entry->parent || (entry->depth > 0 && is_newer(watcher, entry)));
	if (entry->kind == TREE_DIRECTORY)
		return files_watcher_find_directory(watcher, watcher->path, length);
	if (*watcher->names && !files_tree_matches(watcher->names, entry->name))
		return 0;
	if (length > watcher->rules.longest)
		return files_watcher_queue_fail(&watcher->found, watcher->path, length,
		                                ENAMETOOLONG, "give");
	return files_watcher_find_file(watcher, watcher->path, length, entry);
}

static int scan_on(struct watcher *watcher)
{
	struct tree_entry entry;
	int result = 1;

	for (int i = 0; i < AT_ONCE && result == 1; i++) {
		result = files_tree_next(&watcher->tree, &entry);
		if (result == 1 && entry.depth == 0 && entry.error && !watcher->scanned->length)
			return -entry.error;
		if (result == 1) {
			int error = find(watcher, &entry);

			result = error ? error : 1;
		}
	}
	if (result)
		return result;
	if (watcher->scanned->length == 0) {
		result = files_watcher_lose_in(watcher, NULL, 0);
		watcher->report = WATCHER_AS_WRITTEN;
	}
	end_scan(watcher);
	return result ? result : 1;
}

/* ---- Events ---- */

/* What was made by other means than writing comes when it is made: it is not written to and
 * closed. */
static bool is_whole(uint32_t mask, const struct stat *stat)
{
	return !(mask & IN_CREATE) || !S_ISREG(stat->st_mode) || stat->st_nlink > 1;
}

static int file_event(struct watcher *watcher, uint32_t mask, size_t length)
{
	struct stat stat;
	int fd, error;

	if (length > watcher->rules.longest)
		return files_watcher_queue_fail(&watcher->found, watcher->path, length,
		                                ENAMETOOLONG, "give");
	fd = below_open(watcher->root, watcher->path, length, O_PATH | O_NOFOLLOW, 0,
	                BELOW_NO_LINKS);
	if (fd < 0)
		return 0; /* it is gone again, which comes next */
	error = fstat(fd, &stat);
	close(fd);
	if (error || S_ISDIR(stat.st_mode))
		return 0;
	if (!is_whole(mask, &stat))
		return files_watcher_open_file(watcher, watcher->path, length);
	return files_watcher_write_file(watcher, watcher->path, length, &stat);
}

static int name_event(struct watcher *watcher, uint32_t mask, size_t length, const char *name)
{
	struct known *known;
	int error;

	if (mask & (IN_DELETE | IN_MOVED_FROM) && mask & IN_ISDIR)
		return files_watcher_lose_in(watcher, watcher->path, length);
	if (mask & IN_ISDIR)
		return mask & (IN_CREATE | IN_MOVED_TO) &&
		                       !files_watcher_queue_add(&watcher->to_scan, WATCHER_THERE,
		                                                watcher->path, length)
		               ? -ENOMEM
		               : 0;
	if (*watcher->names && !files_tree_matches(watcher->names, name))
		return 0;
	if (!(mask & (IN_DELETE | IN_MOVED_FROM)))
		return file_event(watcher, mask, length);
	known = files_known_find(&watcher->known, watcher->path, length);
	if (!known || known->is_directory)
		return 0;
	error = files_watcher_lose(watcher, known);
	files_known_remove(&watcher->known, known);
	return error;
}

static int overflow(struct watcher *watcher)
{
	int error = files_watcher_miss(watcher);

	if (watcher->is_scanning)
		end_scan(watcher);
	files_watcher_queue_empty(&watcher->to_scan);
	return error ? error : files_watcher_scan(watcher, WATCHER_AS_WRITTEN);
}

static int event(struct watcher *watcher, const struct inotify_event *event)
{
	struct known *directory;
	size_t length, n;

	if (event->mask & IN_Q_OVERFLOW)
		return overflow(watcher);
	directory = files_known_find_watch(&watcher->known, event->wd);
	if (!directory)
		return 0; /* of one that is gone */
	if (directory->length == 0 && event->mask & (IN_MOVE_SELF | IN_UNMOUNT))
		return -ENOENT;
	if (event->mask & IN_IGNORED)
		files_known_set_watch(&watcher->known, directory, -1);
	if (event->len == 0 || files_tree_leaves_out(&watcher->rules, event->name))
		return 0;
	length = directory->length;
	n = strlen(event->name);
	if (length + 1 + n > (size_t)watcher->rules.longest + TREE_NAME)
		return files_watcher_queue_fail(&watcher->found, directory->path, length,
		                                ENAMETOOLONG, "watch all in");
	memcpy(watcher->path, directory->path, length);
	if (length > 0)
		watcher->path[length++] = '/';
	memcpy(watcher->path + length, event->name, n + 1);
	return name_event(watcher, event->mask, length + n, event->name);
}

/* 1: some came; 0: none. */
static int read_events(struct watcher *watcher)
{
	char buffer[EVENTS] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(watcher->inotify, buffer, sizeof(buffer));
	int error = 0;

	if (n < 0)
		return errno == EAGAIN ? 0 : errno == EINTR ? 1 : -errno;
	for (ssize_t at = 0; at < n && !error;) {
		const struct inotify_event *next = (const void *)(buffer + at);

		error = event(watcher, next);
		at += (ssize_t)(sizeof(*next) + next->len);
	}
	return error ? error : 1;
}

/* ---- The watcher ---- */

int files_watcher_init(struct watcher *watcher, int root, const struct tree_rules *rules,
                       const char *names, bool polls)
{
	int error;

	*watcher = (struct watcher){.root = root, .inotify = -1, .rules = *rules, .names = names};
	files_watcher_queue_init(&watcher->found);
	files_watcher_queue_init(&watcher->to_scan);
	watcher->path = malloc(2 * ((size_t)rules->longest + TREE_NAME + 2));
	error = watcher->path ? files_known_init(&watcher->known) : -ENOMEM;
	if (!error && !polls) {
		watcher->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		if (watcher->inotify < 0)
			error = -errno;
	}
	if (error)
		files_watcher_finish(watcher);
	return error;
}

void files_watcher_finish(struct watcher *watcher)
{
	if (watcher->is_scanning)
		end_scan(watcher);
	files_watcher_queue_empty(&watcher->found);
	files_watcher_queue_empty(&watcher->to_scan);
	files_known_finish(&watcher->known);
	if (watcher->inotify >= 0)
		close(watcher->inotify);
	close(watcher->root);
	free(watcher->path);
}

int files_watcher_work(struct watcher *watcher)
{
	if (watcher->is_scanning)
		return scan_on(watcher);
	if (watcher->to_scan.first) {
		int error = begin_scan(watcher);

		return error ? error : 1;
	}
	return watcher->inotify >= 0 ? read_events(watcher) : 0;
}

bool files_watcher_is_settled(const struct watcher *watcher)
{
	return !watcher->is_scanning && !watcher->to_scan.first && !watcher->found.first &&
	       watcher->n_open == 0 && watcher->n_settling == 0;
}

bool files_watcher_is_rootless(const struct watcher *watcher)
{
	struct stat root;

	return fstat(watcher->root, &root) == 0 && root.st_nlink == 0;
}
