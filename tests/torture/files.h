/* What a program wrote, beside what it should have written. */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stddef.h>

enum compare {
	COMPARE_WHOLE, /* the same files, byte for byte */
	COMPARE_BEGUN, /* each file may end early */
	COMPARE_NOTHING,
};

/* Compares the *.out of two folders. False, and what is different in ret_text, when they differ. */
bool files_compare(const char *expected, const char *got, enum compare how, char *ret_text,
                   size_t size);

/* Is there a file `name` in the folder that holds `text`, or, where that is NULL, anything? */
bool files_hold(const char *folder, const char *name, const char *text);

/* Removes the files of a folder, or makes it. */
void files_clear(const char *folder);

#endif
