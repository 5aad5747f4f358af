/* What a path means by its text alone: an address, a descriptor that the program was given, or a
 * file. The compiler, the runtime and the nodes all ask here, so that what is checked, what is
 * permitted and what is opened is the same. */
#ifndef PKD_PATH_H
#define PKD_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <string.h>

/* "file:///tmp/x" and "file:x": the path that it names; any other text itself. */
static inline const char *pkd_path_file(const char *text)
{
	return strncmp(text, "file:", 5) == 0 ? text + 5 : text;
}

/* "rtsp://…": a letter, then letters, digits, + . and -, then "://". Not a file's. */
static inline bool pkd_path_is_address(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789+.-";

	return pkd_path_file(text) == text && strspn(text, letters) > 0 &&
	       strncmp(text + strspn(text, rest), "://", 3) == 0;
}

/* The descriptor that "/dev/stdin", "/dev/fd/3" and the like name, -1 for any other text. "-" is
 * `dash`: 0 for what is read, 1 for what is written. */
static inline int pkd_path_given_fd(const char *text, int dash)
{
	static const char *const names[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
	static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};

	if (strcmp(text, "-") == 0)
		return dash;
	for (int i = 0; i < 3; i++)
		if (strcmp(text, names[i]) == 0)
			return i;
	for (int i = 0; i < 2; i++) {
		size_t n = strlen(folders[i]);
		int fd = 0;

		if (strncmp(text, folders[i], n) != 0 || !text[n])
			continue;
		for (text += n; *text; text++) {
			if (*text < '0' || *text > '9' || fd > (INT_MAX - 9) / 10)
				return -1;
			fd = 10 * fd + (*text - '0');
		}
		return fd;
	}
	return -1;
}

#endif
