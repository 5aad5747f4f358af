/* io.exec, in two files: what a program reads and prints, and how it ends. */
#ifndef PKD_IO_EXEC_H
#define PKD_IO_EXEC_H

#include "filter.h"
#include "retry.h"

#include <io/exec.pkd.h>

enum { IO_EXEC_LINE, IO_EXEC_DATA, IO_EXEC_ENDED };

#define IO_EXEC_STOP_NS INT64_C(500000000) /* that it has at a stop, for what is in hand */

enum ending { GOES_ON, TERMINATED, KILLED, GIVEN_UP };

struct io_exec {
	const struct io_exec_params *params;
	struct io_filter filter;
	struct retry retry;
	int64_t retry_ns; /* while it does not run: when it is started */
	int64_t started_ns;
	int64_t quiet_ns,
		stop_ns; /* in a flush, since when it prints nothing; the stop; 0: not yet */
	enum ending ending;
	bool has_status, is_over; /* to be given; no program comes any more */
	int32_t status;
	bool is_flushing; /* from the first flush on, also when woken in between */
	bool has_stalled; /* which is why it was ended */
	bool has_told_restart, has_told_in, has_taken;
	uint32_t n_idle;    /* programs since the end of the inputs that read nothing */
	uint64_t n_dropped; /* since that was told */
};

/* It has ended: what is told of that, and what comes next. 0, or what pkd_error returns. */
int io_exec_end_program(struct io_exec *self, struct pkd_ctx *ctx);

/* Values that nobody has taken are counted, and told. */
void io_exec_drop_left(struct io_exec *self, struct pkd_ctx *ctx);
void io_exec_tell_dropped(struct io_exec *self, struct pkd_ctx *ctx);

/* When it has been silent for too long; or, where none runs, the next one is started. */
int64_t io_exec_due(struct io_exec *self);

/* After the end of its input: when it is pressed to end, and that. */
int64_t io_exec_due_of_ending(const struct io_exec *self);
void io_exec_press(struct io_exec *self, struct pkd_ctx *ctx);

/* Ends it where it has been silent for too long. */
void io_exec_end_stalled(struct io_exec *self, struct pkd_ctx *ctx);

#endif
