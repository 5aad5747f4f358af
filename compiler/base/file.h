/* Files and paths. Functions return 0 or -errno. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/arena.h"
#include <stdbool.h>

/* The whole of a regular file, NUL-ended, in the arena. -EFBIG above max bytes, -EISDIR for a
 * directory, -EINVAL for what is no regular file. */
int file_read(struct arena *arena, const char *path, size_t max, char **ret_text,
              size_t *ret_length);

/* Replaces `path` by `text` all at once (a temporary file beside it, then rename), so that a full
 * disk leaves no half file. An equal file is left alone, time stamp included. A device or a pipe
 * stays what it is, and gets the text. */
int file_write(const char *path, const char *text, size_t length);

/* The same for a file of the user's: it must exist, a symbolic link stays one, and so do the bits
 * of its mode. */
int file_replace(const char *path, const char *text, size_t length);

bool file_exists(const char *path);
bool file_is_directory(const char *path);
int file_make_directories(const char *path);

/* Names of the entries in a directory that end in `suffix`, sorted, without it: n in *ret_n. */
int file_list(struct arena *arena, const char *directory, const char *suffix,
              const char ***ret_names, size_t *ret_n);

/* "a/b" of "a/b/c.pkd" ("." of "c.pkd"); "c.pkd"; "c"; directory + "/" + name ("name" alone when
 * the directory is "." or the name absolute). */
char *path_directory(struct arena *arena, const char *path);
const char *path_base(const char *path);
char *path_stem(struct arena *arena, const char *path);
char *path_join(struct arena *arena, const char *directory, const char *name);

#endif
