/* See found.h. */
#include "found.h"

#include <errno.h>
#include <string.h>

/* The head: lines "NAME: VALUE" up to an empty one. NULL, or why it is none. */
static const char *read_head(FILE *file, struct study_Found *found)
{
	static const char modality[] = "Modality: ";
	char line[1024];

	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (!*line)
			return found->modality.len ? NULL : "its head names no modality";
		if (strncmp(line, modality, strlen(modality)) == 0)
			pkd_string_set(&found->modality, line + strlen(modality));
	}
	return ferror(file) ? strerror(errno) : "its head has no end";
}

static const char *read_data(FILE *file, struct study_Found *found)
{
	int c;

	while ((c = getc(file)) != EOF) {
		found->sum = 31 * found->sum + (uint32_t)c;
		found->bytes++;
	}
	return ferror(file) ? strerror(errno) : NULL;
}

const char *found_read(FILE *file, struct study_Found *found)
{
	const char *why = read_head(file, found);

	return why ? why : read_data(file, found);
}
