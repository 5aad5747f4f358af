/* video.images: each frame as a picture of its own, whole or not at all.
 *
 * A firing that is done again, for the node died before it counted, finds its picture under its
 * name: one that has the very same bytes is its own. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "../base/whole_write.h"
#include "log.h"
#include "still.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <video/images.pkd.h>

enum { DIGITS_MAX = 18, NAME_SIZE = 256 };

/* "shot%04d.jpg": what is before the number and behind it, and how many digits it has at least. */
struct name_pattern {
	char before[NAME_SIZE], behind[NAME_SIZE];
	int n_digits;
	bool is_png;
};

struct video_images {
	const struct video_images_params *params;
	int folder;
	struct name_pattern pattern;
	struct media_still still;
};

/* ---- Names ---- */

/* The reason why it is none; NULL: it is one. */
static const char *read_pattern(const char *text, struct name_pattern *ret_pattern)
{
	const char *number = strchr(text, '%'), *end = number, *suffix = strrchr(text, '.');
	int n_digits = 0;

	if (strchr(text, '/'))
		return "the directory is `folder`";
	if (strlen(text) >= NAME_SIZE - DIGITS_MAX - sizeof(".new."))
		return "it is too long";
	if (number && isdigit((unsigned char)number[1])) {
		char *rest;
		long n = number[1] == '0' ? strtol(number + 1, &rest, 10) : -1;

		end = n > 0 && n <= DIGITS_MAX ? rest : NULL;
		n_digits = (int)n;
	} else if (number) {
		end = number + 1;
	}
	if (!end || *end != 'd' || strchr(end, '%'))
		return "it needs one %d for the number, or %06d for one of six digits";
	ret_pattern->is_png = suffix && strcasecmp(suffix, ".png") == 0;
	if (!suffix || suffix < end ||
	    (!ret_pattern->is_png && strcasecmp(suffix, ".jpg") != 0 &&
	     strcasecmp(suffix, ".jpeg") != 0))
		return "it ends with .jpg, .jpeg or .png";
	ret_pattern->n_digits = n_digits;
	snprintf(ret_pattern->before, NAME_SIZE, "%.*s", (int)(number - text), text);
	snprintf(ret_pattern->behind, NAME_SIZE, "%s", end + 1);
	return NULL;
}

static void make_name(const struct name_pattern *pattern, uint64_t number, char name[2 * NAME_SIZE])
{
	snprintf(name, 2 * NAME_SIZE, "%s%0*" PRIu64 "%s", pattern->before, pattern->n_digits,
	         number, pattern->behind);
}

/* Of a file that this pattern could have named. */
static bool has_number(const struct name_pattern *pattern, const char *name, uint64_t *ret_number)
{
	size_t n_before = strlen(pattern->before), n_behind = strlen(pattern->behind);
	size_t n = strlen(name), n_digits = n - n_before - n_behind;
	char digits[DIGITS_MAX + 1];

	if (n <= n_before + n_behind || n_digits > DIGITS_MAX ||
	    memcmp(name, pattern->before, n_before) != 0 ||
	    strcmp(name + n - n_behind, pattern->behind) != 0)
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)n_digits, name + n_before);
	if (strspn(digits, "0123456789") != n_digits)
		return false;
	*ret_number = strtoull(digits, NULL, 10);
	return true;
}

/* The number behind the highest in the directory; `first` where that is higher. 0 or an errno. */
static int find_next(const struct video_images *self, uint64_t first, uint64_t *ret_next)
{
	int fd = openat(self->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	uint64_t number;

	if (!directory) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return error;
	}
	*ret_next = first;
	while ((entry = readdir(directory)))
		if (has_number(&self->pattern, entry->d_name, &number) && number >= *ret_next)
			*ret_next = number + 1;
	closedir(directory);
	return 0;
}

/* ---- Files ---- */

static bool is_same(int folder, const char *name, const uint8_t *data, size_t size)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t piece[1 << 14];
	size_t n = 0;
	ssize_t got = 1;

	if (fd < 0)
		return false;
	while (n < size && got > 0) {
		got = read(fd, piece, size - n < sizeof(piece) ? size - n : sizeof(piece));
		if (got <= 0 || memcmp(piece, data + n, (size_t)got) != 0)
			break;
		n += (size_t)got;
	}
	got = n == size ? read(fd, piece, 1) : 1;
	close(fd);
	return got == 0;
}

/* Gives the file its name; what is there under that counts as `existing` says. 0 or an errno. */
static int put(const struct video_images *self, const char *temporary, const char *name,
               const uint8_t *data, size_t size)
{
	bool replaces = self->params->existing == video_Numbering_replace;

	if (renameat2(self->folder, temporary, self->folder, name,
	              replaces ? 0 : RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == EINVAL && !replaces) /* the file system has no such rename */
		return linkat(self->folder, temporary, self->folder, name, 0) == 0 ||
		                       (errno == EEXIST && is_same(self->folder, name, data, size))
		               ? 0
		               : errno;
	if (errno == EEXIST && is_same(self->folder, name, data, size))
		return 0;
	return errno;
}

static int write_picture(const struct video_images *self, const char *name, const uint8_t *data,
                         size_t size)
{
	char temporary[2 * NAME_SIZE + 8];
	int fd, error;

	snprintf(temporary, sizeof(temporary), ".%s.new", name);
	unlinkat(self->folder, temporary, 0); /* of a node that was killed */
	fd = openat(self->folder, temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
	            0666);
	if (fd < 0)
		return errno;
	error = write_all(fd, data, size);
	if (!error && self->params->sync && fdatasync(fd) < 0)
		error = errno;
	if (close(fd) < 0 && !error)
		error = errno;
	if (!error)
		error = put(self, temporary, name, data, size);
	unlinkat(self->folder, temporary, 0); /* where it has not got its name */
	if (!error && self->params->sync && fsync(self->folder) < 0 && errno != EINVAL)
		error = errno;
	return error;
}

/* ---- The node ---- */

int video_images_init(struct video_images *self, const struct video_images_params *params,
                      struct pkd_ctx *ctx)
{
	const char *wrong = read_pattern(params->pattern, &self->pattern);

	self->params = params;
	self->folder = -1;
	media_log_begin(true);
	if (wrong)
		return pkd_error(ctx, EINVAL, "the pattern '%s' is none: %s", params->pattern,
		                 wrong);
	if (media_pixels(params->FORMAT) == AV_PIX_FMT_NONE)
		return pkd_error(ctx, EINVAL,
		                 "its frames are of bgr24, rgb24, gray8, i420 or nv12: "
		                 "image.convert makes them of others");
	self->folder = below_open_root(ctx, params->folder);
	return self->folder < 0 ? self->folder : PKD_OK;
}

static int fail(struct pkd_ctx *ctx, const struct video_images *self, int error, const char *name)
{
	if (error == EEXIST)
		return pkd_error(ctx, EEXIST,
		                 "'%s%s' is there already, and would be lost: `existing: append` "
		                 "goes on behind the last picture, `existing: replace` replaces it",
		                 self->params->folder, name);
	return pkd_error(ctx, error, "cannot write '%s%s': %s", self->params->folder, name,
	                 strerror(error));
}

int video_images_step(struct video_images *self, const struct video_images_in *in,
                      struct video_images_out *out, struct pkd_ctx *ctx)
{
	struct video_images_state *state = video_images_get_state(ctx);
	const struct video_images_params *params = self->params;
	char name[2 * NAME_SIZE];
	const uint8_t *data;
	const char *why = "";
	size_t size;
	int error = 0;

	if (!state->has_begun) {
		state->next = params->first;
		if (params->existing == video_Numbering_append)
			error = find_next(self, params->first, &state->next);
		if (error)
			return fail(ctx, self, error, "");
		state->has_begun = true;
	}
	make_name(&self->pattern, state->next, name);
	error = self->pattern.is_png ? media_still_png(&self->still, in->frame, &data, &size, &why)
	                             : media_still_jpeg(&self->still, in->frame, params->quality,
	                                                &data, &size, &why);
	if (error)
		return pkd_error(ctx, -error, "cannot make '%s': %s", name, why);
	error = write_picture(self, name, data, size);
	if (error)
		return fail(ctx, self, error, name);
	out->path->len = (uint32_t)snprintf(out->path->text, sizeof(out->path->text), "%s%s",
	                                    params->folder, name);
	if (out->path->len >= sizeof(out->path->text)) { /* the folder's path is longer */
		snprintf(out->path->text, sizeof(out->path->text), "%s", name);
		out->path->len = (uint32_t)strlen(out->path->text);
	}
	state->next++;
	return PKD_OK;
}

void video_images_finish(struct video_images *self)
{
	media_still_free(&self->still);
	if (self->folder >= 0)
		close(self->folder);
}

PKD_NODE(video_images);
