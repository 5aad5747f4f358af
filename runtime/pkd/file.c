#define _GNU_SOURCE
#include "pkd/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkd/command.h"
#include "pkd/say.h"

/* Returns false. */
static bool report(const char *path, int error)
{
	if (error == EEXIST)
		fail("exists", "%s is there already; --force replaces it", path);
	else
		fail("file", "cannot write %s: %s", path, strerror(error));
	return false;
}

bool file_check(struct new_file *file, const char *path, bool replaces)
{
	size_t n = strlen(path);
	struct stat status;

	*file = (struct new_file){.replaces = replaces};

	if (n >= sizeof(file->path))
		return report(path, ENAMETOOLONG);
	memcpy(file->path, path, n + 1);
	if (lstat(path, &status) < 0)
		return errno == ENOENT || report(path, errno);
	if (S_ISLNK(status.st_mode) && (!realpath(path, file->path) || stat(path, &status) < 0))
		return report(path, errno);
	if (!S_ISREG(status.st_mode)) {
		fail("file", "%s is no file that can be replaced", path);
		return false;
	}
	return replaces || report(path, EEXIST);
}

/* A new name beside the file, so that it can be renamed. */
static int open_beside(struct new_file *file)
{
	int fd, n = snprintf(file->name, sizeof(file->name), "%s.XXXXXX", file->path);

	if (n < 0 || (size_t)n >= sizeof(file->name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(file->name, O_CLOEXEC);
	if (fd >= 0) {
		mode_t mask = umask(0);

		umask(mask);
		fchmod(fd, 0666 & ~mask);
	}
	return fd;
}

bool file_open(struct new_file *file)
{
	int fd = open_beside(file), error;

	file->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (file->file)
		return true;
	error = errno;
	if (fd >= 0) {
		close(fd);
		unlink(file->name);
	}
	return report(file->path, error);
}

/* Without `replaces`, only where nothing has that name yet. 0, or -1 with errno. */
static int name_file(const struct new_file *file)
{
	if (file->replaces)
		return rename(file->name, file->path);
	if (renameat2(AT_FDCWD, file->name, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(file->name, file->path) < 0)
		return -1;
	unlink(file->name);
	return 0;
}

bool file_finish(struct new_file *file)
{
	bool is_whole;
	int error;

	errno = 0;
	is_whole = fflush(file->file) == 0 && !ferror(file->file) && fsync(fileno(file->file)) == 0;
	error = errno ? errno : EIO;
	if (fclose(file->file) != 0 && is_whole) {
		error = errno;
		is_whole = false;
	}
	if (is_whole && name_file(file) == 0)
		return true;
	if (is_whole)
		error = errno;
	unlink(file->name);
	return report(file->path, error);
}

void file_discard(struct new_file *file)
{
	fclose(file->file);
	unlink(file->name);
}
