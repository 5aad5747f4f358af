/* See item.h. */
#include "item.h"

#include "../base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	HEAD = 30, /* bytes of a long path that are shown, and of its end */
	TAIL = 74,
};

static void clean(const char *path, size_t n, char *shown)
{
	for (size_t i = 0; i < n;) {
		size_t length = utf8_length(path + i, n - i);

		if (length == 0 || (unsigned char)path[i] < ' ' || path[i] == 0x7f) {
			shown[i++] = '?';
			continue;
		}
		memcpy(shown + i, path + i, length);
		i += length;
	}
}

static bool is_inside(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

const char *files_item_shown(const char *path, size_t n, char ret_shown[static ITEM_SHOWN_SIZE])
{
	static const char gap[] = "…";
	size_t head = HEAD, tail = TAIL;

	if (n < ITEM_SHOWN_SIZE) {
		clean(path, n, ret_shown);
		ret_shown[n] = '\0';
		return ret_shown;
	}
	while (head > 0 && is_inside(path[head]))
		head--;
	while (tail > 0 && is_inside(path[n - tail]))
		tail--;
	clean(path, head, ret_shown);
	memcpy(ret_shown + head, gap, sizeof(gap) - 1);
	clean(path + n - tail, tail, ret_shown + head + sizeof(gap) - 1);
	ret_shown[head + sizeof(gap) - 1 + tail] = '\0';
	return ret_shown;
}

const char *files_item_reason(int error)
{
	switch (error) {
	case ENOENT:
		return "there is none (any more)";
	case EXDEV:
		return "it leads out of 'root'";
	case ELOOP:
		return "a symbolic link is in the way";
	case EOVERFLOW:
		return "its name has more than 1024 bytes";
	case ENOSYS:
		return "the kernel has no openat2: Linux 5.6 is needed";
	default:
		return strerror(error);
	}
}

int files_item_failed(struct pkd_ctx *ctx, uint32_t output, uint32_t *len, char *text, int error,
                      const char *verb, const char *path, size_t length, const char *why)
{
	char shown[ITEM_SHOWN_SIZE], all[512];

	files_item_shown(path, length, shown);
	if (!pkd_wanted(ctx, output))
		return pkd_error(ctx, error, "cannot %s '%s': %s", verb, shown, why);
	snprintf(all, sizeof(all), "cannot %s '%s': %s", verb, shown, why);
	pkd_string_copy(len, text, ITEM_ERROR_SIZE, all);
	return PKD_OK;
}

int files_item_check_path(const char *text, uint32_t len)
{
	if (len == 0)
		return ENOENT;
	return memchr(text, '\0', len) ? EINVAL : 0;
}
