/* Pictures with numbers in their names: "shots/shot%04d.png". */
#ifndef PKD_VIDEO_SEQUENCE_H
#define PKD_VIDEO_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

struct media_sequence {
	int64_t first, last; /* the numbers that there are */
	uint64_t n;          /* how many */
	bool has_start;      /* whether the number asked for is one of them */
};

/* Whether the name is a pattern and no file. */
bool media_is_sequence(const char *path);

/* Looks in the directory; `start` is a number that the caller wants to begin with. 0, with
 * *ret_sequence filled in, which may be empty, or -errno. */
int media_sequence_find(const char *path, int64_t start, struct media_sequence *ret_sequence);

#endif
