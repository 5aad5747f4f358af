/* Files and paths. */
#define _GNU_SOURCE /* mkostemp */
#include "base/file.h"

#include "base/text.h"
#include "base/vec.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads up to `length` bytes; the file may have become shorter since it was measured. */
static int read_all(int fd, char *text, size_t length, size_t *ret_length)
{
	size_t n = 0;
	while (n < length) {
		ssize_t got = read(fd, text + n, length - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret_length = n;
	return 0;
}

int file_read(struct arena *arena, const char *path, size_t max, char **ret_text,
              size_t *ret_length)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	struct stat status;
	int error = 0;
	if (fstat(fd, &status) < 0)
		error = -errno;
	else if (S_ISDIR(status.st_mode))
		error = -EISDIR;
	else if (!S_ISREG(status.st_mode))
		error = -EINVAL;
	else if ((uintmax_t)status.st_size > max)
		error = -EFBIG;
	size_t length = 0;
	char *text = NULL;
	if (!error) {
		text = arena_alloc(arena, (size_t)status.st_size + 1);
		error = read_all(fd, text, (size_t)status.st_size, &length);
	}
	close(fd);
	if (error)
		return error;
	text[length] = '\0';
	*ret_text = text;
	*ret_length = length;
	return 0;
}

static bool has_content(const char *path, const char *text, size_t length)
{
	struct arena *arena = arena_create();
	char *old = NULL;
	size_t n = 0;
	bool same = file_read(arena, path, length, &old, &n) == 0 && old && n == length &&
	            memcmp(old, text, length) == 0;
	arena_destroy(arena);
	return same;
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t put = write(fd, text, length);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		text += put;
		length -= (size_t)put;
	}
	return 0;
}

/* Bits of a fresh file as the umask leaves them: mkstemp's 0600 is too narrow for a result. */
static mode_t fresh_mode(void)
{
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

static int write_with_mode(const char *path, const char *text, size_t length, mode_t mode)
{
	struct arena *arena = arena_create();
	char *temporary = arena_printf(arena, "%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	int error = fd < 0 ? -errno : 0;
	if (error)
		goto out;
	error = write_all(fd, text, length);
	if (!error && fchmod(fd, mode) < 0)
		error = -errno;
	/* A full disk may first be noticed here (NFS, quotas). */
	if (close(fd) < 0 && !error)
		error = -errno;
	if (!error && rename(temporary, path) < 0)
		error = -errno;
	if (error)
		unlink(temporary);
out:
	arena_destroy(arena);
	return error;
}

/* To a device or a pipe, which stays what it is. */
static int write_into(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = fd < 0 ? -errno : write_all(fd, text, length);
	if (fd >= 0 && close(fd) < 0 && !error)
		error = -errno;
	return error;
}

int file_write(const char *path, const char *text, size_t length)
{
	struct stat status;
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return S_ISDIR(status.st_mode) ? -EISDIR : write_into(path, text, length);
	if (has_content(path, text, length))
		return 0;
	return write_with_mode(path, text, length, fresh_mode());
}

int file_replace(const char *path, const char *text, size_t length)
{
	struct stat status;
	char *real = realpath(path, NULL);
	if (!real)
		return -errno;
	int error = stat(real, &status) < 0 || access(real, W_OK) < 0 ? -errno : 0;
	if (!error && !has_content(real, text, length))
		error = write_with_mode(real, text, length, status.st_mode & 07777);
	free(real);
	return error;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool file_is_directory(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int make_directory(const char *path)
{
	struct stat status;
	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (stat(path, &status) < 0)
		return -errno;
	return S_ISDIR(status.st_mode) ? 0 : -ENOTDIR;
}

int file_make_directories(const char *path)
{
	struct arena *arena = arena_create();
	char *part = arena_strdup(arena, path);
	int error = 0;
	for (char *c = part + 1; *part && *c && !error; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		error = make_directory(part);
		*c = '/';
	}
	if (!error && *part)
		error = make_directory(part);
	arena_destroy(arena);
	return error;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int file_list(struct arena *arena, const char *directory, const char *suffix,
              const char ***ret_names, size_t *ret_n)
{
	DIR *dir = opendir(directory);
	if (!dir)
		return -errno;
	VEC(const char *) names = {0};
	for (struct dirent *entry; (entry = readdir(dir));) {
		const char *name = entry->d_name;
		if (name[0] == '.' || !text_ends_with(name, suffix))
			continue;
		size_t length = strlen(name) - strlen(suffix);
		vec_push(arena, &names, arena_strndup(arena, name, length));
	}
	closedir(dir);
	if (names.n)
		qsort(names.items, names.n, sizeof *names.items, compare_names);
	*ret_names = names.items;
	*ret_n = names.n;
	return 0;
}

char *path_directory(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return arena_strdup(arena, ".");
	if (slash == path)
		return arena_strdup(arena, "/");
	return arena_strndup(arena, path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

char *path_stem(struct arena *arena, const char *path)
{
	const char *base = path_base(path);
	const char *dot = strrchr(base, '.');
	size_t length = dot && dot != base ? (size_t)(dot - base) : strlen(base);
	return arena_strndup(arena, base, length);
}

char *path_join(struct arena *arena, const char *directory, const char *name)
{
	if (name[0] == '/' || strcmp(directory, ".") == 0)
		return arena_strdup(arena, name);
	if (text_ends_with(directory, "/"))
		return arena_printf(arena, "%s%s", directory, name);
	return arena_printf(arena, "%s/%s", directory, name);
}
