/* What a program was given by its pipe: which of it was never read, and is for the next one. */
#ifndef PKD_IO_GIVEN_H
#define PKD_IO_GIVEN_H

#include <pkd/node.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IO_GIVEN_PIPE = 65536,             /* bytes that a pipe has at most */
	IO_GIVEN_RING = 2 * IO_GIVEN_PIPE, /* positions that are known */
};

/* Each byte that is written has a position. What is left for a program is written first, and has
 * its positions already. */
struct io_given {
	uint64_t *ends; /* a bit for each position modulo IO_GIVEN_RING: a value ends with it */
	char *left;     /* of the program before */
	size_t n_left, at;
	uint64_t begin, n_bytes; /* positions: of the program's first byte, and of the next one */
	uint64_t n_values;       /* whole ones that were written to it */
};

struct io_unread {
	uint64_t n_read; /* values of which it has read at least a part: an upper bound */
	uint64_t n_left; /* whole values that it has not */
};

/* 0 or -ENOMEM. */
int io_given_init(struct io_given *given);
void io_given_finish(struct io_given *given);

/* A program begins, whose pipe `in` is: may shrink that. */
void io_given_start(struct io_given *given, int in);

/* `n` bytes were written; the last of them ends a value. */
void io_given_add(struct io_given *given, size_t n, bool is_whole);

/* Writes what is left. 1: all of it; 0: not yet; -errno. */
int io_given_write(struct io_given *given, int in);
bool io_given_has_left(const struct io_given *given);

/* An end to read from, of a pipe whose end to write to is `in`; -1 where there is none. */
int io_given_open(int in);

/* The program has ended. What is in its pipe, `out`, that has whole values, is left from now on. */
struct io_unread io_given_end(struct io_given *given, int out);
/* How many values that were. */
uint64_t io_given_forget(struct io_given *given);

#endif
