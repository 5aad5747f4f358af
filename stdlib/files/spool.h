/* A queue of bytes in memory that has no name, too long for a buffer: the directories of a
 * level. */
#ifndef PKD_FILES_SPOOL_H
#define PKD_FILES_SPOOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SPOOL_BUFFER = 16 * 1024 };

struct spool {
	int fd;
	size_t from, to; /* in the buffer: what is not written yet, or not read */
	off_t at;        /* of the next write or read */
	char buffer[SPOOL_BUFFER];
};

/* 0 or a negative errno, as all of these. */
int files_spool_init(struct spool *spool);
void files_spool_finish(struct spool *spool);

/* First all is put, then got from the start, until it is emptied. */
int files_spool_put(struct spool *spool, const void *data, size_t n);
int files_spool_turn(struct spool *spool);
/* 1: got; 0: at the end. */
int files_spool_get(struct spool *spool, void *data, size_t n);
int files_spool_empty(struct spool *spool);

#endif
