/* A file that gets its name once it is whole: whatever fails, what stood there stays as it was. */
#ifndef PKD_FILE_H
#define PKD_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct new_file {
	FILE *file; /* to be written to */
	bool replaces;
	char path[PATH_MAX]; /* where a link leads, so that the link stays */
	char name[PATH_MAX]; /* until then */
};

/* Each returns false after a message. The first only looks whether it can be written, so that
 * nobody works for nothing; a file that is there already is replaced only where `replaces`. */
bool file_check(struct new_file *file, const char *path, bool replaces);
bool file_open(struct new_file *file);

/* Gives it its name, if all was written. */
bool file_finish(struct new_file *file);

/* Removes it again. */
void file_discard(struct new_file *file);

#endif
