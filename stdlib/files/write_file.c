/* files.write: whole files, or none.
 *
 * A file is written without a name, where the file system allows that, and moved to its own by
 * way of a temporary one that the firing alone decides, so that the same firing finds it again.
 * Before that, `last` tells which file it is: a firing that is done again, and finds that very
 * file under the name, has done it. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "../base/whole_write.h"
#include "item.h"

#include <errno.h>
#include <files/write.pkd.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>

enum {
	WRITTEN_OUT = 0, /* output numbers, in the order of write.pkd */
	ERROR_OUT,
	TEMPORARY_SIZE = 64,
};

struct files_write {
	const struct files_write_params *params;
	int root;
	bool by_name; /* files without names cannot be linked here */
	struct files_Last *last;
};

/* What one firing has at hand. */
struct target {
	int directory; /* -1: none; may be the root */
	int fd;
	const char *name;
	char temporary[TEMPORARY_SIZE]; /* "": the file has no name yet */
	uint64_t run, firing;
};

/* ---- Directories ---- */

/* The directory of the file, and its name. 0 or an errno. */
static int find_directory(struct files_write *self, const char *path, size_t length,
                          struct target *target)
{
	size_t n;
	int error = below_split(path, length, &n, &target->name);

	if (error)
		return -error;
	target->directory = self->root;
	if (n == 0)
		return 0;
	target->directory = below_open(self->root, path, n, O_PATH | O_DIRECTORY, 0,
	                               BELOW_NO_LINKS);
	if (target->directory == -ENOENT && self->params->directories)
		target->directory = below_make_directories(self->root, path, n, self->params->sync);
	return target->directory < 0 ? -target->directory : 0;
}

/* ---- The file ---- */

static void name_temporary(struct target *target)
{
	snprintf(target->temporary, sizeof(target->temporary), ".pkd-%016" PRIx64 "-%" PRIu64,
	         target->run, target->firing);
}

/* Without a name where the file system allows that. */
static int create(struct target *target, bool by_name)
{
	if (!by_name) {
		target->fd = openat(target->directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
		if (target->fd >= 0)
			return 0;
		if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
			return errno;
	}
	name_temporary(target);
	unlinkat(target->directory, target->temporary, 0); /* of this firing, which was killed */
	target->fd = openat(target->directory, target->temporary,
	                    O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0666);
	return target->fd < 0 ? errno : 0;
}

static int link_by(struct target *target, const char *name)
{
	char self[48];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", target->fd);
	return linkat(AT_FDCWD, self, target->directory, name, AT_SYMLINK_FOLLOW) < 0 ? errno : 0;
}

/* Under a temporary name first: a file that is moved to its name is told to those who watch its
 * directory, one that is linked to it not in the same way. */
static int name_file(struct target *target)
{
	int error;

	if (*target->temporary)
		return 0;
	name_temporary(target);
	error = link_by(target, target->temporary);
	if (error == EEXIST && unlinkat(target->directory, target->temporary, 0) == 0)
		error = link_by(target, target->temporary);
	if (error)
		*target->temporary = '\0';
	return error;
}

/* To its own name, in the place of what is there, or EEXIST. */
static int put(struct target *target, bool replaces)
{
	int error = name_file(target);

	if (error)
		return error;
	if (!replaces)
		error = -below_rename_free(target->directory, target->temporary, target->name);
	else if (renameat(target->directory, target->temporary, target->directory, target->name) <
	         0)
		error = errno;
	if (!error)
		*target->temporary = '\0';
	return error;
}

static int sync_all(const struct files_write *self, const struct target *target)
{
	if (!self->params->sync)
		return 0;
	return fsync(target->fd) < 0 ? errno : 0;
}

static int sync_directory(const struct files_write *self, const struct target *target)
{
	return self->params->sync ? -below_sync(target->directory) : 0;
}

/* ---- One firing ---- */

static bool is_last(const struct files_write *self, const struct target *target,
                    const struct stat *there)
{
	const struct files_Last *last = self->last;

#ifdef PKD_TEST_NO_RESUME
	return false;
#endif
	return last->firing == target->firing && last->device == there->st_dev &&
	       last->inode == there->st_ino &&
	       last->modified ==
	               (int64_t)there->st_mtim.tv_sec * 1000000000 + there->st_mtim.tv_nsec;
}

/* Tells which file is about to get the name. The firing comes last: until then, what is there is of
 * another one. */
static int tell(struct files_write *self, const struct target *target, uint32_t written)
{
	struct stat now;

	if (fstat(target->fd, &now) < 0)
		return errno;
	self->last->firing = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	self->last->device = now.st_dev;
	self->last->inode = now.st_ino;
	self->last->modified = (int64_t)now.st_mtim.tv_sec * 1000000000 + now.st_mtim.tv_nsec;
	self->last->written = written;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	self->last->firing = target->firing;
	return 0;
}

/* Only what is a file, be it by a link. */
static int keep(const struct target *target, const struct stat *there, uint32_t *ret_written)
{
	struct stat led_to = *there;

	if (S_ISLNK(there->st_mode) && fstatat(target->directory, target->name, &led_to, 0) < 0)
		return ELOOP;
	*ret_written = files_Written_kept;
	return S_ISREG(led_to.st_mode) ? 0 : S_ISDIR(led_to.st_mode) ? EISDIR : EMEDIUMTYPE;
}

static int put_or_replace(struct files_write *self, struct target *target, bool is_there,
                          uint32_t *ret_written)
{
	struct stat there;
	int error;

	*ret_written = is_there ? files_Written_replaced : files_Written_made;
	error = tell(self, target, *ret_written);
	if (error)
		return error;
	error = put(target, is_there);
	if (error != EEXIST || is_there || self->params->existing == files_Existing_fail)
		return error;
	if (self->params->existing == files_Existing_replace)
		return put_or_replace(self, target, true, ret_written);
	if (fstatat(target->directory, target->name, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return errno;
	return keep(target, &there, ret_written);
}

/* A new file with the data. */
static int fill(const struct files_write *self, const struct files_write_in *in,
                struct target *target)
{
	int error = create(target, self->by_name);

	if (!error)
		error = write_all(target->fd, in->data->data, in->data->len);
	return error ? error : sync_all(self, target);
}

/* Where /proc is not there, or its links are refused. */
static bool is_refused(int error)
{
	return error == ENOENT || error == EACCES || error == EPERM || error == EXDEV;
}

static int write_file(struct files_write *self, const struct files_write_in *in,
                      struct target *target, uint32_t *ret_written)
{
	struct stat there;
	bool is_there = fstatat(target->directory, target->name, &there, AT_SYMLINK_NOFOLLOW) == 0;
	int error;

	if (is_there && is_last(self, target, &there)) {
		*ret_written = self->last->written;
		name_temporary(target); /* which a link may have left */
		unlinkat(target->directory, target->temporary, 0);
		*target->temporary = '\0';
		return sync_directory(self, target);
	}
	if (is_there && self->params->existing == files_Existing_fail)
		return EEXIST;
	if (is_there && S_ISDIR(there.st_mode))
		return EISDIR;
	if (is_there && self->params->existing == files_Existing_keep)
		return keep(target, &there, ret_written);
	error = fill(self, in, target);
	if (!error)
		error = put_or_replace(self, target, is_there, ret_written);
	if (!self->by_name && !*target->temporary && is_refused(error)) {
		close(target->fd);
		self->by_name = true;
		error = fill(self, in, target);
		if (!error)
			error = put_or_replace(self, target, is_there, ret_written);
	}
	return error ? error : sync_directory(self, target);
}

static void close_target(const struct files_write *self, struct target *target)
{
	if (*target->temporary)
		unlinkat(target->directory, target->temporary, 0);
	if (target->fd >= 0)
		close(target->fd);
	if (target->directory >= 0 && target->directory != self->root)
		close(target->directory);
}

static const char *reason(int error)
{
	if (error == EMEDIUMTYPE)
		return "what is there is no file";
	return error == EEXIST ? "it is there already: write existing: replace, or keep"
	                       : files_item_reason(error);
}

/* ---- The node ---- */

int files_write_init(struct files_write *self, const struct files_write_params *params,
                     struct pkd_ctx *ctx)
{
	self->params = params;
	self->last = files_write_get_last(ctx);
	if (!self->last->run && getrandom(&self->last->run, sizeof(self->last->run), 0) < 0)
		self->last->run = (uint64_t)pkd_now();
	self->root = below_open_root(ctx, params->root);
	return self->root < 0 ? self->root : PKD_OK;
}

int files_write_step(struct files_write *self, const struct files_write_in *in,
                     struct files_write_out *out, struct pkd_ctx *ctx)
{
	struct target target = {
		.directory = -1, .fd = -1, .run = self->last->run, .firing = pkd_number(ctx)};
	int error = files_item_check_path(in->path->text, in->path->len);
	uint32_t written = files_Written_made;

	if (!error)
		error = find_directory(self, in->path->text, in->path->len, &target);
	if (!error)
		error = write_file(self, in, &target, &written);
	close_target(self, &target);
	*out->written = written;
	if (!error) {
		files_write_absent_error(ctx);
		return PKD_OK;
	}
	files_write_absent_written(ctx);
	return files_item_failed(ctx, ERROR_OUT, &out->error->len, out->error->text, error, "write",
	                         in->path->text, in->path->len, reason(error));
}

void files_write_finish(struct files_write *self)
{
	close(self->root);
}

PKD_NODE(files_write);
