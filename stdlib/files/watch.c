/* files.watch: what the watcher finds, one by one. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "item.h"
#include "watcher.h"

#include <errno.h>
#include <files/watch.pkd.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	PATH_OUT = 0, /* output numbers, in the order of watch.pkd */
	CHANGE_OUT,
	ERROR_OUT,
	LOOK_NS = 1000000000, /* whether the root is there */
	COARSE_NS = 20000000, /* by which the time of a file may be behind the clock */
};

struct files_watch {
	const struct files_watch_params *params;
	struct watcher watcher;
	bool is_watched; /* its descriptor, by the runtime */
	int64_t due;     /* of the next look, where it polls */
	int64_t looked;  /* the time of day before the last look found nothing, or found it all */
};

static int64_t time_of_day(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int failed(struct files_watch *self, struct pkd_ctx *ctx, int error)
{
	return pkd_error(ctx, error, "cannot watch '%s': %s", self->params->root,
	                 error == ENOENT ? "it was removed or moved"
	                 : error == EMFILE
	                         ? "fs.inotify.max_user_instances is reached: raise it, or write "
	                           "poll: 5s"
	                         : strerror(error));
}

/* ---- What is given ---- */

static int give_error(struct files_watch *self, struct pkd_ctx *ctx,
                      const struct watcher_change *change, struct files_watch_out *out)
{
	const char *why = files_item_reason(change->error);
	char too_long[96];

	if (change->error == ENAMETOOLONG) {
		snprintf(too_long, sizeof(too_long),
		         "it has more than PATH = %" PRIu32 " bytes: write PATH: %" PRIu32,
		         self->params->PATH, change->length);
		why = too_long;
	} else if (change->error == ENOSPC) {
		why = "fs.inotify.max_user_watches is reached: raise it, or write poll: 5s";
	}
	return files_item_failed(ctx, ERROR_OUT, &out->error->len, out->error->text, change->error,
	                         change->verb, change->length ? change->path : ".",
	                         change->length ? change->length : 1, why);
}

static void fill_change(struct files_Change *to, const struct watcher_change *change)
{
	static const uint32_t whats[] = {
		[WATCHER_THERE] = files_What_there,     [WATCHER_WRITTEN] = files_What_written,
		[WATCHER_REMOVED] = files_What_removed, [WATCHER_MISSED] = files_What_missed,
		[WATCHER_FAILED] = files_What_missed,
	};
	static const uint32_t kinds[] = {
		[TREE_FILE] = files_Kind_file,
		[TREE_DIRECTORY] = files_Kind_directory,
		[TREE_LINK] = files_Kind_link,
		[TREE_OTHER] = files_Kind_other,
	};

	to->what = whats[change->what];
	to->kind = kinds[change->kind];
	to->size = change->size;
	to->modified = change->modified;
}

static int give(struct files_watch *self, struct pkd_ctx *ctx, const struct watcher_change *change,
                struct files_watch_out *out)
{
	fill_change(out->change, change);
	if (change->what == WATCHER_FAILED) {
		files_watch_absent_path(ctx);
		return give_error(self, ctx, change, out);
	}
	files_watch_absent_error(ctx);
	if (change->what == WATCHER_MISSED) {
		files_watch_absent_path(ctx);
		return PKD_OK;
	}
	memcpy(out->path->text, change->path, change->length);
	out->path->text[change->length] = '\0';
	out->path->len = change->length;
	return PKD_OK;
}

/* ---- The node ---- */

/* The first scan. After a restart, `sure` is the time before which all that has changed was
 * given. */
static int begin(struct files_watch *self, struct pkd_ctx *ctx)
{
	int64_t *sure = files_watch_get_sure(ctx);
	int error;

	self->looked = time_of_day();
	if (*sure == 0) {
		if (!self->params->existing)
			*sure = self->looked;
		return files_watcher_scan(&self->watcher, self->params->existing ? WATCHER_AS_THERE
		                                                                 : WATCHER_NOTHING);
	}
	self->watcher.since = *sure - COARSE_NS;
	error = files_watcher_miss(&self->watcher);
	return error ? error : files_watcher_scan(&self->watcher, WATCHER_IF_NEWER);
}

int files_watch_init(struct files_watch *self, const struct files_watch_params *params,
                     struct pkd_ctx *ctx)
{
	struct tree_rules rules = {.hidden = params->hidden,
	                           .skip = params->skip,
	                           .links = TREE_LINKS_GIVE,
	                           .longest = params->PATH,
	                           .stats = true};
	int error, root = below_open_root(ctx, params->root);

	if (root < 0)
		return root;
	self->params = params;
	error = files_watcher_init(&self->watcher, root, &rules, params->names, params->poll > 0);
	if (error)
		return failed(self, ctx, -error);
	error = begin(self, ctx);
	if (error)
		files_watcher_finish(&self->watcher);
	return error ? failed(self, ctx, -error) : PKD_OK;
}

/* Nothing is to be done now. */
static int rest(struct files_watch *self, struct pkd_ctx *ctx)
{
	int64_t now = pkd_now(), *sure = files_watch_get_sure(ctx);
	int error;

	if (files_watcher_is_rootless(&self->watcher))
		return failed(self, ctx, ENOENT);
	/* What was given counts by now. */
	if (files_watcher_is_settled(&self->watcher))
		*sure = self->looked;
	if (self->watcher.inotify >= 0) {
		if (!self->is_watched && pkd_watch(ctx, self->watcher.inotify, POLLIN) == 0)
			self->is_watched = true;
		return pkd_later(ctx, now + (self->is_watched ? LOOK_NS : COARSE_NS));
	}
	if (self->due == 0)
		self->due = now + self->params->poll;
	if (now < self->due)
		return pkd_later(ctx, self->due);
	self->due = 0;
	self->looked = time_of_day();
	error = files_watcher_scan(&self->watcher, WATCHER_AS_WRITTEN);
	return error ? failed(self, ctx, -error) : pkd_later(ctx, now);
}

int files_watch_step(struct files_watch *self, const struct files_watch_in *in,
                     struct files_watch_out *out, struct pkd_ctx *ctx)
{
	struct watcher_change *change = files_watcher_take(&self->watcher);
	int result;

	(void)in;
	if (!change && pkd_stopping(ctx))
		return PKD_SKIP;
	if (!change) {
		if (self->watcher.inotify >= 0)
			self->looked = time_of_day();
		result = files_watcher_work(&self->watcher);
		if (result < 0)
			return failed(self, ctx, -result);
		change = files_watcher_take(&self->watcher);
		if (!change)
			return result ? pkd_later(ctx, pkd_now()) : rest(self, ctx);
	}
	result = give(self, ctx, change, out);
	free(change);
	return result;
}

int files_watch_ready(struct files_watch *self, struct pkd_ctx *ctx)
{
	self->is_watched = false;
	return pkd_watch(ctx, self->watcher.inotify, 0);
}

void files_watch_finish(struct files_watch *self)
{
	files_watcher_finish(&self->watcher);
}

PKD_WATCHING_NODE(files_watch);
