#define _GNU_SOURCE
#include "clip_file.h"

#include "../base/below.h"
#include "../video/mp4.h"
#include "moment.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

enum { MAX_NAMES = 100, MAX_TRIES = 10 }; /* that are tried for one time, and for one file */

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

bool clip_name_is_valid(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= CLIP_NAME_MAX && strspn(name, letters) == n && *name != '.';
}

/* ---- Names ---- */

/* "clip-2026-11-30T14-03-05.123Z" */
static void base_name(const struct clip_files *files, int64_t from,
                      char ret_base[static CLIP_FILE_SIZE])
{
	char when[MOMENT_SIZE];

	moment_write(from, true, when);
	snprintf(ret_base, CLIP_FILE_SIZE, "%s-%s", files->name, when);
}

static void temporary_name(const struct clip_files *files, uint64_t serial, int64_t from,
                           char ret_name[static CLIP_FILE_SIZE])
{
	char base[CLIP_FILE_SIZE];

	base_name(files, from, base);
	snprintf(ret_name, CLIP_FILE_SIZE, ".%.100s.%016" PRIx64 "-%" PRIu64 ".part", base,
	         files->run, serial);
}

static void nth_name(const char *base, int n, char ret_name[static CLIP_FILE_SIZE])
{
	if (n == 0)
		snprintf(ret_name, CLIP_FILE_SIZE, "%.120s.mp4", base);
	else
		snprintf(ret_name, CLIP_FILE_SIZE, "%.120s-%d.mp4", base, n + 1);
}

static int give_name(const struct clip_files *files, const char *temporary, const char *base,
                     char ret_name[static CLIP_FILE_SIZE])
{
	int error = -EEXIST;

	for (int i = 0; i < MAX_NAMES && error == -EEXIST; i++) {
		nth_name(base, i, ret_name);
		error = below_rename_free(files->folder, temporary, ret_name);
	}
	return error;
}

/* ---- One file ---- */

static bool has_name(const struct clip_files *files, int fd, const char *name)
{
	struct stat file, named;

	return fstat(fd, &file) == 0 &&
	       fstatat(files->folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       file.st_dev == named.st_dev && file.st_ino == named.st_ino;
}

int clip_file_make(const struct clip_files *files, uint64_t serial, int64_t from)
{
	char name[CLIP_FILE_SIZE];
	int fd;

	temporary_name(files, serial, from, name);
	/* Whose run is gone is not locked: one that starts, and looks for those, may find this one
	 * before it is, and remove it. */
	for (int i = 0; i < MAX_TRIES; i++) {
		unlinkat(files->folder, name, 0); /* also of this firing, which was killed */
		fd = openat(files->folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		            0666);
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 && has_name(files, fd, name))
			return fd;
		close(fd);
	}
	return -EBUSY;
}

static bool is_file(int fd, uint64_t device, uint64_t inode)
{
	struct stat now;

	return fstat(fd, &now) == 0 && now.st_dev == device && now.st_ino == inode;
}

static int open_if(const struct clip_files *files, const char *name, uint64_t device,
                   uint64_t inode)
{
	int fd = openat(files->folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (is_file(fd, device, inode))
		return fd;
	close(fd);
	return -ENOENT;
}

int clip_file_find(const struct clip_files *files, uint64_t serial, int64_t from, uint64_t device,
                   uint64_t inode, bool *ret_has_name)
{
	char name[CLIP_FILE_SIZE], base[CLIP_FILE_SIZE];
	int fd;

	temporary_name(files, serial, from, name);
	fd = open_if(files, name, device, inode);
	*ret_has_name = fd < 0;
	base_name(files, from, base);
	for (int i = 0; i < MAX_NAMES && fd == -ENOENT; i++) {
		nth_name(base, i, name);
		fd = open_if(files, name, device, inode);
	}
	if (fd >= 0)
		flock(fd, LOCK_EX | LOCK_NB);
	return fd;
}

int clip_file_name(const struct clip_files *files, uint64_t serial, int64_t from,
                   char ret_name[static CLIP_FILE_SIZE])
{
	char temporary[CLIP_FILE_SIZE], base[CLIP_FILE_SIZE];

	temporary_name(files, serial, from, temporary);
	base_name(files, from, base);
	return give_name(files, temporary, base, ret_name);
}

int clip_file_named(const struct clip_files *files, int64_t from, uint64_t device, uint64_t inode,
                    char ret_name[static CLIP_FILE_SIZE])
{
	char base[CLIP_FILE_SIZE];

	base_name(files, from, base);
	for (int i = 0; i < MAX_NAMES; i++) {
		int fd;

		nth_name(base, i, ret_name);
		fd = open_if(files, ret_name, device, inode);
		if (fd >= 0) {
			close(fd);
			return 0;
		}
	}
	return -ENOENT;
}

void clip_file_drop(const struct clip_files *files, uint64_t serial, int64_t from)
{
	char name[CLIP_FILE_SIZE];

	temporary_name(files, serial, from, name);
	unlinkat(files->folder, name, 0);
}

/* ---- What is left of others ---- */

/* ".BASE.RUN-SERIAL.part" of this name. */
static bool read_temporary(const struct clip_files *files, const char *file,
                           char ret_base[static CLIP_FILE_SIZE], uint64_t *ret_run,
                           uint64_t *ret_serial)
{
	size_t n = strlen(files->name), length = strlen(file);
	const char *run;
	int end = 0;

	if (length >= CLIP_FILE_SIZE || *file != '.' || strncmp(file + 1, files->name, n) != 0 ||
	    file[1 + n] != '-' || length < 6 || strcmp(file + length - 5, ".part") != 0)
		return false;
	for (run = file + length - 6; run > file && *run != '.'; run--)
		;
	if (sscanf(run, ".%16" SCNx64 "-%" SCNu64 ".part%n", ret_run, ret_serial, &end) != 2 ||
	    run[end] || run <= file + n + 2)
		return false;
	snprintf(ret_base, CLIP_FILE_SIZE, "%.*s", (int)(run - file - 1), file + 1);
	return strspn(ret_base, letters) == strlen(ret_base);
}

/* Ended as a film that has come to its end. 1: nothing is in it; 0 or a negative errno. */
static int end_film(int fd)
{
	struct mp4_index index = {0};
	uint64_t end = mp4_whole(fd);
	size_t size = 0;
	uint8_t *box = NULL;
	int error = end == 0 ? 1 : 0;

	if (!error && ftruncate(fd, (off_t)end) < 0)
		error = -errno;
	if (!error && mp4_index_scan(&index, fd, end) == 0 && index.n > 0)
		box = mp4_index_box(&index, &size);
	if (box && pwrite(fd, box, size, (off_t)end) != (ssize_t)size &&
	    ftruncate(fd, (off_t)end) < 0)
		error = -errno;
	free(box);
	mp4_index_release(&index);
	return !error && fsync(fd) < 0 ? -errno : error;
}

static int adopt(const struct clip_files *files, const char *file, const char *base,
                 char ret_name[static CLIP_FILE_SIZE])
{
	int fd = openat(files->folder, file, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), error;
	struct stat now;

	if (fd < 0)
		return -errno;
	/* Another run may have adopted it meanwhile. */
	error = fstat(fd, &now) < 0 || !S_ISREG(now.st_mode) || flock(fd, LOCK_EX | LOCK_NB) < 0 ||
	                        !has_name(files, fd, file)
	                ? -EBUSY
	                : end_film(fd);
	if (error == 1)
		unlinkat(files->folder, file, 0);
	if (!error)
		error = give_name(files, file, base, ret_name);
	close(fd);
	return error;
}

int clip_files_adopt(const struct clip_files *files, uint64_t serial,
                     void (*tell)(void *context, const char *name), void *context)
{
	int fd = openat(files->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return -error;
	}
	while ((entry = readdir(folder))) {
		char base[CLIP_FILE_SIZE], name[CLIP_FILE_SIZE];
		uint64_t run, number;

		if (!read_temporary(files, entry->d_name, base, &run, &number))
			continue;
		if (run == files->run && number > serial)
			unlinkat(files->folder, entry->d_name, 0);
		if (run != files->run && adopt(files, entry->d_name, base, name) == 0)
			tell(context, name);
	}
	closedir(folder);
	return 0;
}
