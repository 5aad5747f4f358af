/* A program that is written to and read from as long as it runs: what io.exec has. */
#ifndef PKD_IO_FILTER_H
#define PKD_IO_FILTER_H

#include "frames.h"
#include "given.h"
#include "outgoing.h"
#include "program.h"
#include "said.h"
#include "watch.h"

struct io_filter {
	struct io_command command;
	struct io_program program;
	struct io_frames frames;
	struct io_said said;
	struct io_watch in, out, err, news;
	bool is_running;
	bool is_blocked; /* by a program that does not read */
	bool looks;      /* something may have come: `ready` says so */
	size_t n_sent;   /* of the value in hand */
	struct io_given given;
	int unread;        /* an end of its input to read from, once ours is closed; -1: none */
	uint64_t n_frames; /* which it has printed */
	int64_t owes_ns;   /* since when it prints nothing, though it was given something; 0: not */
};

/* 0 or -errno. */
int io_filter_start(struct io_filter *filter);

/* Reads where nothing whole is left of what was read before, and what it says, and looks whether it
 * has ended. */
void io_filter_read(struct io_filter *filter, struct pkd_ctx *ctx);

/* Whether it has ended, and all that it printed was read. */
bool io_filter_is_over(const struct io_filter *filter);

/* What the program before has left, then the value, where there is one. 1: it has all of it, or
 * reads no more (then `in` is closed); 0: not yet. */
int io_filter_write(struct io_filter *filter, const struct io_value *value, struct pkd_ctx *ctx);

void io_filter_close_in(struct io_filter *filter, struct pkd_ctx *ctx);
void io_filter_watch(struct io_filter *filter, struct pkd_ctx *ctx);
void io_filter_unwatch(struct io_filter *filter, struct pkd_ctx *ctx);

/* Since when it owes something that it prints; 0: it does not. */
int64_t io_filter_owes(struct io_filter *filter);

/* After its end: waits for the keeper, tells what was left running. */
struct io_unread io_filter_end(struct io_filter *filter, struct pkd_ctx *ctx);

#endif
