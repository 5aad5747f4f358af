/* What `ps` shows of a process. */
#ifndef PKDI_TITLE_H
#define PKDI_TITLE_H

#include <stddef.h>

/* Where the process title lies: the memory of argv, and where that is too short, of environ behind
 * it, once that has been moved. */
struct pkdi_title {
	char *start;
	size_t argv_size;
	size_t size;
};

/* Finds room for titles; moves the environment for it, so that it stays readable. */
void pkdi_title_init(struct pkdi_title *title, int argc, char **argv);

/* Names the calling process "PROGRAM: PROCESS", cut to the room there is. */
void pkdi_title_set(const struct pkdi_title *title, const char *program, const char *process);

#endif
