/* See watcher.h: what is known of the files, and what of it is to be given. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "watcher.h"

#include <stdio.h>
#include <sys/inotify.h>

enum {
	MASK = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR,
};

static int64_t ns_of(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int add_file(struct watcher *watcher, enum watcher_what what, const char *path,
                    size_t length, enum tree_kind kind, const struct stat *stat)
{
	struct watcher_change *change = files_watcher_queue_add(&watcher->found, what, path,
	                                                        length);

	if (!change)
		return -ENOMEM;
	change->kind = kind;
	change->size = (uint64_t)stat->st_size;
	change->modified = ns_of(stat->st_mtim);
	return 0;
}

/* Whether it is not as it was, which it is from now on. */
static bool update(struct known *known, const struct stat *stat, bool is_new)
{
	bool is_other = is_new || known->inode != stat->st_ino ||
	                known->size != (uint64_t)stat->st_size ||
	                known->modified != ns_of(stat->st_mtim);

	known->is_unseen = false;
	known->inode = stat->st_ino;
	known->size = (uint64_t)stat->st_size;
	known->modified = ns_of(stat->st_mtim);
	return is_other;
}

static void set_open(struct watcher *watcher, struct known *known, bool is_open)
{
	watcher->n_open += (uint32_t)is_open - (uint32_t)known->is_open;
	known->is_open = is_open;
}

int files_watcher_open_file(struct watcher *watcher, const char *path, size_t length)
{
	bool is_new;
	struct known *known = files_known_add(&watcher->known, path, length, &is_new);

	if (!known)
		return -ENOMEM;
	known->is_unseen = known->is_unseen || is_new;
	known->is_directory = false;
	set_open(watcher, known, true);
	return 0;
}

int files_watcher_find_file(struct watcher *watcher, const char *path, size_t length,
                            const struct tree_entry *entry)
{
	const struct stat *stat = &entry->stat;
	enum tree_kind kind = entry->kind;
	bool is_new, is_other, is_settled;
	struct known *known = files_known_add(&watcher->known, path, length, &is_new);
	enum watcher_report report = watcher->report;

	if (!known)
		return -ENOMEM;
	is_other = update(known, stat, is_new);
	is_settled = known->is_settling && !is_other;
	known->seen = watcher->n_scans;
	known->kind = (uint8_t)kind;
	known->is_directory = false;
	if (report == WATCHER_AS_THERE && is_other)
		return add_file(watcher, WATCHER_THERE, path, length, kind, stat);
	if (report == WATCHER_IF_NEWER && entry->parent == 0 &&
	    ns_of(stat->st_ctim) <= watcher->since)
		is_other = false;
	if (report == WATCHER_NOTHING)
		is_other = false;
	known->is_settling = is_other && watcher->inotify < 0;
	watcher->n_settling += known->is_settling;
	if (is_settled || (is_other && watcher->inotify >= 0))
		return add_file(watcher, WATCHER_WRITTEN, path, length, kind, stat);
	return 0;
}

static enum tree_kind kind_of(mode_t mode)
{
	return S_ISREG(mode) ? TREE_FILE : S_ISLNK(mode) ? TREE_LINK : TREE_OTHER;
}

int files_watcher_write_file(struct watcher *watcher, const char *path, size_t length,
                             const struct stat *stat)
{
	bool is_new;
	struct known *known = files_known_add(&watcher->known, path, length, &is_new);

	if (!known)
		return -ENOMEM;
	update(known, stat, is_new);
	set_open(watcher, known, false);
	known->seen = watcher->n_scans;
	known->kind = (uint8_t)kind_of(stat->st_mode);
	known->is_directory = false;
	return add_file(watcher, WATCHER_WRITTEN, path, length, kind_of(stat->st_mode), stat);
}

static int watch_directory(struct watcher *watcher, struct known *known)
{
	char self[48];
	int watch, error,
		fd = below_open(watcher->root, known->length ? known->path : ".",
	                        known->length ? known->length : 1, O_PATH | O_DIRECTORY, 0,
	                        BELOW_NO_LINKS);

	if (fd < 0)
		return fd;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	watch = inotify_add_watch(watcher->inotify, self,
	                          (uint32_t)(MASK | (known->length ? 0 : IN_MOVE_SELF)));
	error = watch < 0 ? -errno : 0;
	close(fd);
	if (!error)
		files_known_set_watch(&watcher->known, known, watch);
	return error;
}

int files_watcher_find_directory(struct watcher *watcher, const char *path, size_t length)
{
	bool is_new;
	struct known *known = files_known_add(&watcher->known, path, length, &is_new);
	int error = 0;

	if (!known)
		return -ENOMEM;
	known->seen = watcher->n_scans;
	known->is_directory = true;
	if (watcher->inotify >= 0)
		error = watch_directory(watcher, known);
	if (error && error != -ENOENT && error != -ENOTDIR)
		return files_watcher_queue_fail(&watcher->found, path, length, -error, "watch");
	return 0;
}

/* A file or a directory is gone. */
int files_watcher_lose(struct watcher *watcher, struct known *known)
{
	struct watcher_change *change;

	if (known->watch >= 0)
		inotify_rm_watch(watcher->inotify, known->watch);
	set_open(watcher, known, false);
	if (known->is_directory || known->is_unseen)
		return 0;
	change = files_watcher_queue_add(&watcher->found, WATCHER_REMOVED, known->path,
	                                 known->length);
	if (!change)
		return -ENOMEM;
	change->kind = (enum tree_kind)known->kind;
	change->size = known->size;
	change->modified = known->modified;
	return 0;
}

struct sweep {
	struct watcher *watcher;
	const char
		*path; /* a directory, with all that is in it; NULL: what the scan has not seen */
	size_t length;
	int error;
};

static bool is_lost(void *to, struct known *known)
{
	struct sweep *sweep = to;
	bool is_in = known->length >= sweep->length && sweep->path &&
	             memcmp(known->path, sweep->path, sweep->length) == 0 &&
	             (known->length == sweep->length || known->path[sweep->length] == '/');

	if (sweep->path ? !is_in : known->seen == sweep->watcher->n_scans)
		return false;
	if (!sweep->error)
		sweep->error = files_watcher_lose(sweep->watcher, known);
	return true;
}

int files_watcher_lose_in(struct watcher *watcher, const char *path, size_t length)
{
	struct sweep sweep = {watcher, path, length, 0};

	files_known_sweep(&watcher->known, is_lost, &sweep);
	return sweep.error;
}
