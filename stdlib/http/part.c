/* See part.h. */
#define _GNU_SOURCE
#include "part.h"

#include "../base/below.h"

#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { MAX_TAG = 16 * 1024, OPEN_TRIES = 16 };

static const char already_there[] = "it is there already: write existing: replace, or keep";

/* What has come is sent on to the disk in pieces, so that little is left to wait for at the end. */
static const uint64_t PIECE = UINT64_C(8) << 20;

static bool fails(struct http_part *part, const char *what, int error)
{
	snprintf(part->why, sizeof(part->why), "%s: %s", what, strerror(error));
	return false;
}

static bool refuses(struct http_part *part, const char *why)
{
	snprintf(part->why, sizeof(part->why), "%s", why);
	return false;
}

/* ---- Where it lies ---- */

/* A descriptor, or -1 and errno. */
static int open_below(int folder, const char *name, int flags)
{
	int fd = below_open_short(folder, name, flags, 0666, BELOW_NO_LINKS);

	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}

static bool ends_with(const char *name, size_t n, const char *suffix)
{
	size_t suffix_n = strlen(suffix);

	return n > suffix_n && memcmp(name + n - suffix_n, suffix, suffix_n) == 0;
}

/* A name in the path, of n bytes. */
static bool is_name(struct http_part *part, const char *name, size_t n)
{
	if (n == 0 || memchr(name, '\0', n))
		return refuses(part, "its path is not one of names with '/' between them");
	if (n > NAME_MAX)
		return refuses(part, "a name in its path is too long");
	if (*name == '.' && (ends_with(name, n, ".part") || ends_with(name, n, ".tag")))
		return refuses(part, "a name in its path is as those of what is not whole yet, "
		                     "`.NAME.part` and `.NAME.tag`");
	return (n > 2 || memcmp(name, "..", n) != 0) || refuses(part, "its path has a '.' or '..'");
}

/* Its last name, to `part->name`; *ret_folder: the bytes before that and its slash. */
static bool take_apart(struct http_part *part, const char *path, size_t n, size_t *ret_folder)
{
	const char *at = path, *end = path + n, *slash;

	while ((slash = memchr(at, '/', (size_t)(end - at)))) {
		if (!is_name(part, at, (size_t)(slash - at)))
			return false;
		at = slash + 1;
	}
	if (at == end && n > 0)
		return refuses(part, "its path is that of a directory");
	if (!is_name(part, at, (size_t)(end - at)))
		return false;
	if ((size_t)(end - at) + sizeof("..part") > sizeof(part->name))
		return refuses(part, "its name is too long: `.NAME.part` is written beside it");
	*ret_folder = at == path ? 0 : (size_t)(at - path) - 1;
	memcpy(part->name, at, (size_t)(end - at));
	part->name[end - at] = '\0';
	return true;
}

/* ".NAME.part"; take_apart has seen to it that there is room. */
static void put_name(char *to, const char *name, const char *suffix)
{
	size_t n = strlen(name);

	*to = '.';
	memcpy(to + 1, name, n);
	memcpy(to + 1 + n, suffix, strlen(suffix) + 1);
}

static bool find_folder(struct http_part *part, int root, const char *path, size_t n)
{
	size_t folder_n;
	int folder;

	if (!take_apart(part, path, n, &folder_n))
		return false;
	folder = below_make_directories(root, path, folder_n, true);
	if (folder == root && (folder = fcntl(root, F_DUPFD_CLOEXEC, 3)) < 0)
		folder = -errno;
	if (folder < 0)
		return fails(part, "cannot enter its directory", -folder);
	part->folder = folder;
	put_name(part->part_name, part->name, ".part");
	put_name(part->tag_name, part->name, ".tag");
	return true;
}

/* ---- The tag ---- */

/* What has not been on a disk may have been lost with the machine, and be zeroes. */
static void boot(char ret_id[static 64])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret_id, 63);

	ret_id[n > 0 ? n : 0] = '\0';
	ret_id[strcspn(ret_id, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

static bool write_tag(struct http_part *part, const char *url, const char *validator)
{
	char text[MAX_TAG], id[64];
	int n, fd;
	bool is_well;

	boot(id);
	n = snprintf(text, sizeof(text), "%s\n%s\n%s\n", id, url, validator);
	if (n < 0 || n >= (int)sizeof(text) || !*id)
		return unlinkat(part->folder, part->tag_name, 0) == 0 || errno == ENOENT ||
		       fails(part, "cannot remove its tag", errno);
	fd = open_below(part->folder, part->tag_name, O_WRONLY | O_CREAT | O_TRUNC);
	if (fd < 0)
		return fails(part, "cannot write its tag", errno);
	is_well = write(fd, text, (size_t)n) == n || fails(part, "cannot write its tag", errno);
	close(fd);
	return is_well;
}

/* Its three lines, of which the first two must be these; the third is the validator. False: there
 * is none, or it says something else. */
static bool read_tag(struct http_part *part, const char *url)
{
	char text[MAX_TAG], id[64];
	int fd = open_below(part->folder, part->tag_name, O_RDONLY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	size_t id_n, url_n, validator_n;
	char *at = text;

	part->validator[0] = '\0';
	if (fd >= 0)
		close(fd);
	if (n <= 0 || text[n - 1] != '\n')
		return false;
	text[n] = '\0';
	boot(id);
	id_n = strlen(id);
	url_n = strlen(url);
	if (!*id || strncmp(at, id, id_n) != 0 || at[id_n] != '\n')
		return false;
	at += id_n + 1;
	if (strncmp(at, url, url_n) != 0 || at[url_n] != '\n')
		return false;
	at += url_n + 1;
	validator_n = strcspn(at, "\n");
	if (validator_n >= sizeof(part->validator))
		return false;
	memcpy(part->validator, at, validator_n);
	part->validator[validator_n] = '\0';
	return true;
}

/* ---- The file ---- */

static bool is_there(const struct http_part *part)
{
	struct stat now;

	return fstatat(part->folder, part->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(now.st_mode);
}

/* Whoever had the lock before may have given the part the file's name, or removed it. */
static bool has_its_name(const struct http_part *part, const struct stat *open)
{
	struct stat now;

	return fstatat(part->folder, part->part_name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       now.st_dev == open->st_dev && now.st_ino == open->st_ino;
}

static enum http_part_opened fails_to_open(struct http_part *part, const char *what, int error)
{
	fails(part, what, error);
	return HTTP_PART_FAILED;
}

/* Opens the part and locks it; *ret_size: what it has. */
static enum http_part_opened lock(struct http_part *part, off_t *ret_size)
{
	struct stat now;

	for (int i = 0; i < OPEN_TRIES; i++) {
		part->fd = open_below(part->folder, part->part_name, O_RDWR | O_CREAT | O_NONBLOCK);
		if (part->fd < 0 || fstat(part->fd, &now) < 0)
			return fails_to_open(part, "cannot write it", errno);
		if (!S_ISREG(now.st_mode)) {
			refuses(part, "what lies where it would be written is no file");
			return HTTP_PART_FAILED;
		}
		if (flock(part->fd, LOCK_EX | LOCK_NB) < 0)
			return errno == EWOULDBLOCK ? HTTP_PART_BUSY
			                            : fails_to_open(part, "cannot lock it", errno);
		part->is_own = fstat(part->fd, &now) == 0 && has_its_name(part, &now);
		*ret_size = now.st_size;
		if (part->is_own && now.st_nlink == 1)
			return HTTP_PART_OPEN;
		if (part->is_own) /* a kill has left it beside the file that it has become */
			unlinkat(part->folder, part->part_name, 0);
		part->is_own = false;
		close(part->fd);
		part->fd = -1;
	}
	return HTTP_PART_BUSY;
}

/* The file is there, by someone else. */
static enum http_part_opened find_other(struct http_part *part, enum http_part_rule rule)
{
	part->is_kept = rule == HTTP_PART_KEEP;
	if (!part->is_kept)
		refuses(part, already_there);
	return part->is_kept ? HTTP_PART_THERE : HTTP_PART_FAILED;
}

/* The file is there, by someone else, or by this node, which was killed then. */
static enum http_part_opened find_file(struct http_part *part, const char *url,
                                       enum http_part_rule rule)
{
	if (rule != HTTP_PART_FAIL || !read_tag(part, url))
		return find_other(part, rule);
	part->is_kept = true;
	return HTTP_PART_THERE;
}

enum http_part_opened http_part_open(struct http_part *part, int root, const char *path, size_t n,
                                     const char *url, enum http_part_rule rule)
{
	enum http_part_opened opened;
	off_t size;

	part->have = part->n_sent_on = 0;
	part->validator[0] = part->why[0] = '\0';
	part->is_kept = part->is_own = false;
	if (!find_folder(part, root, path, n))
		return HTTP_PART_FAILED;
	if (rule != HTTP_PART_REPLACE && is_there(part))
		return find_file(part, url, rule);
	opened = lock(part, &size);
	if (opened != HTTP_PART_OPEN)
		return opened;
	if (rule != HTTP_PART_REPLACE && is_there(part))
		return find_other(part, rule);
	read_tag(part, url);
	part->have = part->validator[0] ? (uint64_t)size : 0;
	return HTTP_PART_OPEN;
}

bool http_part_begin(struct http_part *part, const char *url, const char *validator)
{
	part->have = part->n_sent_on = 0;
	if (ftruncate(part->fd, 0) < 0)
		return fails(part, "cannot write it", errno);
	snprintf(part->validator, sizeof(part->validator), "%s", validator);
	if (strlen(validator) >= sizeof(part->validator) || strchr(validator, '\n'))
		part->validator[0] = '\0';
	return write_tag(part, url, part->validator);
}

/* Tells the disk to begin with what it has not been told of. It does not wait for that, but where
 * the disk is so far behind that it takes no more. */
static void send_on(struct http_part *part)
{
	if (part->have < part->n_sent_on + PIECE)
		return;
	sync_file_range(part->fd, (off_t)part->n_sent_on, (off_t)(part->have - part->n_sent_on),
	                SYNC_FILE_RANGE_WRITE);
	part->n_sent_on = part->have;
}

bool http_part_add(struct http_part *part, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t written = pwrite(part->fd, bytes, n, (off_t)part->have);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fails(part, "cannot write it", errno);
		part->have += (uint64_t)written;
		bytes += written;
		n -= (size_t)written;
	}
	send_on(part);
	return true;
}

/* Its own name; 0 or a negative errno. */
static int rename_part(struct http_part *part, enum http_part_rule rule)
{
	if (rule != HTTP_PART_REPLACE)
		return below_rename_free(part->folder, part->part_name, part->name);
	return renameat(part->folder, part->part_name, part->folder, part->name) < 0 ? -errno : 0;
}

/* A part that is longer is cut: another try may have left more. */
bool http_part_store(struct http_part *part, enum http_part_rule rule)
{
	int error;

	if (ftruncate(part->fd, (off_t)part->have) < 0 || fdatasync(part->fd) < 0)
		return fails(part, "cannot write it", errno);
	error = rename_part(part, rule);
	if (error == -EEXIST && rule == HTTP_PART_FAIL)
		return refuses(part, already_there);
	part->is_kept = error == -EEXIST && rule == HTTP_PART_KEEP;
	if (error && !part->is_kept)
		return fails(part, "cannot give it its name", -error);
	part->is_own = part->is_kept;
	if (rule != HTTP_PART_FAIL)
		unlinkat(part->folder, part->tag_name, 0);
	error = below_sync(part->folder);
	return error == 0 || error == -EINVAL || fails(part, "cannot write its directory", -error);
}

void http_part_settle(struct http_part *part)
{
	unlinkat(part->folder, part->tag_name, 0);
}

void http_part_close(struct http_part *part)
{
	if (part->is_own && (part->have == 0 || part->is_kept)) {
		unlinkat(part->folder, part->part_name, 0);
		unlinkat(part->folder, part->tag_name, 0);
	}
	if (part->fd >= 0)
		close(part->fd);
	if (part->folder >= 0)
		close(part->folder);
	part->fd = part->folder = -1;
	part->is_own = false;
}
