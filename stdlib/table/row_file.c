/* See row_file.h. */
#include "row_file.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

int row_file_failed(struct row_file *file, int error)
{
	char part[PATH_MAX] = "";

	file->error = error;
	if (file->directory && file->mark.part)
		snprintf(part, sizeof(part), "%s-%06" PRIu64 "%s", file->rules.name,
		         file->mark.part, file->rules.suffix);
	sink_file_close(&file->file);
	if (file->is_reported)
		return -error;
	file->is_reported = true;
	return pkd_error(file->ctx, error, "cannot write '%s%s': %s", file->path, part,
	                 error == EWOULDBLOCK ? "another program is writing it"
	                                      : sink_file_error(error));
}

/* ---- A directory ---- */

static bool part_path(const struct row_file *file, uint64_t part, char ret_path[static PATH_MAX])
{
	return snprintf(ret_path, PATH_MAX, "%s%s-%06" PRIu64 "%s", file->directory,
	                file->rules.name, part, file->rules.suffix) < PATH_MAX;
}

/* The number in a file's name, 0 where it is called otherwise. */
static uint64_t part_of(const struct row_file *file, const char *name)
{
	size_t n = strlen(file->rules.name);
	char *end;
	uint64_t part;

	if (strncmp(name, file->rules.name, n) != 0 || name[n] != '-' || name[n + 1] < '0' ||
	    name[n + 1] > '9')
		return 0;
	part = strtoull(name + n + 1, &end, 10);
	return strcmp(end, file->rules.suffix) == 0 && part < INT64_MAX ? part : 0;
}

static int find_last_part(const struct row_file *file, uint64_t *ret_part)
{
	DIR *directory = opendir(file->directory);
	const struct dirent *entry;
	uint64_t last = 0;

	if (!directory)
		return -errno;
	while ((entry = readdir(directory))) {
		uint64_t part = part_of(file, entry->d_name);

		last = part > last ? part : last;
	}
	closedir(directory);
	*ret_part = last;
	return 0;
}

/* The lock ends with the process: it tells two programs in one directory apart. */
static int open_part(struct row_file *file, uint64_t part, int flags)
{
	char path[PATH_MAX];
	int error;

	if (!part_path(file, part, path))
		return -ENAMETOOLONG;
	file->file.fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0666);
	if (file->file.fd < 0)
		return -errno;
	if (flock(file->file.fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	error = -errno;
	sink_file_close(&file->file);
	return error;
}

/* The file of the last committed row, which may have been moved away since. */
static int resume_part(struct row_file *file)
{
	int error = open_part(file, file->mark.part, 0);

	if (error == -ENOENT)
		return 0;
	if (!error)
		error = sink_file_prepare(&file->file, file->path, true, false);
	if (error || file->file.is_resumed)
		return error;
	pkd_note(file->ctx,
	         "file %" PRIu64 " in '%s' was replaced or made shorter: the next is begun",
	         file->mark.part, file->path);
	sink_file_close(&file->file);
	return 0;
}

static int open_directory(struct row_file *file)
{
	int error = 0;

	file->directory = pkd_path_file(file->path);
	if (file->append)
		return pkd_error(file->ctx, EINVAL,
		                 "'%s' is a directory, in which no file is replaced: leave out "
		                 "append, and each start begins a file",
		                 file->path);
	if (!*file->rules.name || strchr(file->rules.name, '/'))
		return pkd_error(file->ctx, EINVAL, "name '%s' cannot begin a file's name",
		                 file->rules.name);
	if (!*file->before) {
		error = find_last_part(file, file->before);
		if (!error)
			*file->before += 1;
	}
	if (!error && file->mark.part)
		error = resume_part(file);
	return error ? row_file_failed(file, -error) : PKD_OK;
}

/* Those that were left by a larger `keep`, too. */
static void remove_old(const struct row_file *file, uint64_t part)
{
	char path[PATH_MAX];

	if (!file->rules.keep || part <= file->rules.keep)
		return;
	for (part -= file->rules.keep; part && part_path(file, part, path); part--)
		if (unlink(path) < 0)
			return;
}

static bool is_full(const struct row_file *file)
{
	const struct row_rules *rules = &file->rules;
	int64_t lasted;

	return (rules->rows && file->mark.rows >= rules->rows) ||
	       (rules->bytes && file->file.end >= rules->bytes) ||
	       (rules->after_ns && file->mark.rows &&
	        (__builtin_sub_overflow(pkd_time(file->ctx), file->mark.since, &lasted) ||
	         lasted >= rules->after_ns));
}

/* Whether this run has made it, in a firing that was killed then. It may have been killed before
 * it could tell which file that is, and the file is empty then. */
static bool is_made(const struct row_file *file, uint64_t part)
{
	char path[PATH_MAX];
	struct stat now;

	return file->made->part == part && part_path(file, part, path) && lstat(path, &now) == 0 &&
	       (now.st_size == 0 ||
	        (now.st_dev == file->made->device && now.st_ino == file->made->inode));
}

/* Makes the first from `part` on that is not there: another program's is left alone. */
static int make_part(struct row_file *file, uint64_t part)
{
	int error;

	for (;; part++) {
		bool again = is_made(file, part);

		file->mark = (struct table_Mark){.part = part};
		file->made->part = part;
		error = open_part(file, part, again ? 0 : O_CREAT | O_EXCL);
		if (error != -EEXIST && error != -EWOULDBLOCK)
			break;
	}
	return error;
}

static int next_part(struct row_file *file)
{
	uint64_t part = (file->mark.part ? file->mark.part : *file->before - 1) + 1;
	int error = -sink_file_close(&file->file);

	if (error)
		return row_file_failed(file, error);
	file->file = (struct sink_file){.fd = -1};
	error = make_part(file, part);
	part = file->mark.part;
	if (!error)
		error = sink_file_prepare(&file->file, file->path, false, false);
	if (error)
		return row_file_failed(file, -error);
	file->made->device = file->file.device;
	file->made->inode = file->file.inode;
	remove_old(file, part);
	return PKD_OK;
}

/* ---- Any file ---- */

int row_file_open(struct row_file *file)
{
	size_t n = strlen(file->path);

	file->file = (struct sink_file){.fd = -1,
	                                .device = file->mark.device,
	                                .inode = file->mark.inode,
	                                .end = file->mark.end};
	if (n && file->path[n - 1] == '/')
		return open_directory(file);
	if (file->rules.rows || file->rules.bytes || file->rules.after_ns || file->rules.keep)
		return pkd_error(file->ctx, EINVAL,
		                 "rotate_… and keep are for the files of a directory, and '%s' is "
		                 "one file: write path: \"log/\"",
		                 file->path);
	return sink_file_open(&file->file, file->ctx, file->path, file->append);
}

bool row_file_has_old(const struct row_file *file)
{
	return !file->directory && !file->file.is_resumed && file->append &&
	       !file->file.is_stream && file->file.end > 0;
}

ssize_t row_file_read(const struct row_file *file, char *text, size_t size, uint64_t at)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = pread(file->file.fd, text + got, size - got, (off_t)(at + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

int row_file_lacks_newline(struct row_file *file, bool *ret_lacks)
{
	char last = '\n';
	ssize_t n = row_file_read(file, &last, 1, file->file.end - 1);

	if (n < 0) /* EBADF: it may be written, but not read */
		return row_file_failed(file, n == -EBADF ? EACCES : (int)-n);
	*ret_lacks = last != '\n';
	if (*ret_lacks)
		pkd_note(file->ctx, "the last line of '%s' had no newline at its end; it was added",
		         file->path);
	return PKD_OK;
}

int row_file_flush(struct row_file *file)
{
	if (!file->error)
		file->error = -sink_file_append(&file->file, file->buffer, file->n);
	file->n = 0;
	return file->error;
}

void row_file_put(void *to, const char *text, size_t n)
{
	struct row_file *file = to;

	while (n) {
		size_t part = ROW_FILE_BUFFER - file->n;

		part = part < n ? part : n;
		memcpy(file->buffer + file->n, text, part);
		file->n += part;
		text += part;
		n -= part;
		if (file->n == ROW_FILE_BUFFER)
			row_file_flush(file);
	}
}

int row_file_begin_row(struct row_file *file, bool *ret_is_new)
{
	int error = PKD_OK;

	*ret_is_new = false;
	if (file->error)
		return row_file_failed(file, file->error);
	if (file->directory && (file->file.fd < 0 || is_full(file))) {
		error = next_part(file);
		*ret_is_new = true;
	}
	file->row_start = file->file.end;
	return error;
}

int row_file_end_row(struct row_file *file)
{
	if (row_file_flush(file)) {
		sink_file_cut(&file->file, file->row_start);
		return row_file_failed(file, file->error);
	}
	if (file->mark.rows++ == 0)
		file->mark.since = pkd_time(file->ctx);
	file->mark.device = file->file.device;
	file->mark.inode = file->file.inode;
	file->mark.end = file->file.end;
	return PKD_OK;
}

void row_file_close(struct row_file *file)
{
	int error = sink_file_close(&file->file);

	if (error)
		row_file_failed(file, -error);
}
