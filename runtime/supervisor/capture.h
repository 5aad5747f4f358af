/* What processes write to standard error, and those that have no business on standard output write
 * there: read line by line, and put into the log under their names. It is always read, so that
 * nobody waits for the log; what is too much is left out and counted. */
#ifndef PKDI_CAPTURE_H
#define PKDI_CAPTURE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkdi_supervisor;

/* Bytes that are read in one turn, and at most of a process that has died; others may still
 * write. */
enum { PKDI_CAPTURE_TURN = 64 * 1024, PKDI_CAPTURE_REST = 1024 * 1024 };

/* One output of a process. */
struct pkdi_capture {
	int fd; /* -1: nobody writes there */
	uint32_t process;
	bool is_stdout;
	size_t n; /* bytes of a line that has no end yet */
	char line[PIPE_BUF];
};

/* Who has lines in the log: a node; or a process of several, of which it is not known which
 * writes. */
struct pkdi_voice {
	int64_t next_ns[2]; /* of errors, and of the rest: when a line at the allowed rate is due */
	uint64_t n_fast;    /* left out, as they were too many */
	uint64_t n_unread;  /* left out, as nobody reads the log */
	int64_t left_out_ns; /* since when; 0: nothing is left out that was not said */
	uint64_t wait;       /* which time of waiting `n_waiting` belongs to */
	size_t n_waiting;    /* bytes in the backlog, at most */
};

struct pkdi_captures {
	struct pkdi_capture *captures; /* two for each process */
	struct pkdi_voice *voices;     /* of all nodes, and behind them of all processes */
	uint32_t n_voices;
	uint64_t wait; /* counts up while nothing waits in the backlog */
	int64_t rate;  /* lines a second of a voice; 0: any number */
	int out[2];    /* the ends for the child that is being started; -1: none */
	char bytes[PKDI_CAPTURE_TURN];
};

/* 0 or -ENOMEM: then it is to be finished all the same. */
int pkdi_captures_init(struct pkdi_supervisor *supervisor, int64_t rate);
void pkdi_captures_finish(struct pkdi_supervisor *supervisor);

/* Before the fork of a process: makes its pipes; and after it, in the supervisor. 0 or -errno. */
int pkdi_capture_open(struct pkdi_supervisor *supervisor, uint32_t process);
void pkdi_capture_started(struct pkdi_supervisor *supervisor);

/* In the child, before its other descriptors are closed; as struct pkdi_spawner wants it. */
int pkdi_capture_redirect(void *context, uint32_t process);

/* Reads what is there, at most a turn. */
void pkdi_capture_take(struct pkdi_supervisor *supervisor, uint32_t index);

/* Of a process that has died: reads the rest, and ends its last lines. */
void pkdi_capture_drain(struct pkdi_supervisor *supervisor, uint32_t process);

/* Says what was left out, once a second, or at once. Returns when to look again, 0 = never. */
int64_t pkdi_capture_look(struct pkdi_supervisor *supervisor, int64_t now_ns, bool at_once);

/* In a child: closes what is the supervisor's. */
void pkdi_captures_close(struct pkdi_supervisor *supervisor);

#endif
