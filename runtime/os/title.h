/* What `ps` shows of a process. */
#ifndef PKDI_TITLE_H
#define PKDI_TITLE_H

#include <stddef.h>

/* Where the process title is: the memory of argv, and if that is too short, that of environ
 * after it, once that has been moved. */
struct pkdi_title {
	char *start;
	size_t argv_size;
	size_t size;
};

/* Makes room for titles; moves the environment for it, so that it stays readable. */
void pkdi_title_init(struct pkdi_title *title, int argc, char **argv);

/* Sets the title of the calling process to "PROGRAM: PROCESS", truncated to the room there is. */
void pkdi_title_set(const struct pkdi_title *title, const char *program, const char *process);

#endif
