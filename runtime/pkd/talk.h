/* A conversation with one program, as docs/protocol.md has it. Nothing here waits for longer than
 * it is told to. */
#ifndef PKD_TALK_H
#define PKD_TALK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "console/json.h"

/* The version of the protocol; bytes of a line with its end; of a program's name. */
enum { TALK_PROTOCOL = 1, TALK_LINE = 65536, TALK_NAME = 256 };

/* Bytes of a whole answer, and of lines that nobody has asked for between two that somebody has. */
enum { TALK_ANSWER = 64 << 20 };

/* How long an answer may take. */
#define TALK_PATIENCE_NS INT64_C(5000000000)

/* And how much longer one of many lines takes at most. */
#define TALK_WHOLE_NS INT64_C(10000000000)

enum talk_result {
	TALK_LINE_READ, /* `parameters` is its object; `is_last` says whether the answer ends */
	TALK_NOTHING,   /* not yet */
	TALK_FAILED,    /* `error` and `message` say why */
};

struct talk {
	int fd;
	int directory; /* and `socket` in it: where the program listens */
	char socket[32];
	pid_t pid;            /* of the program, as it says itself */
	bool is_near;         /* that number means the same process here */
	char name[TALK_NAME]; /* of the program */
	char version[32];     /* of its pkd */
	uint64_t id;          /* of the last request */
	int64_t asked_ns;     /* when */
	uint64_t n_answer;    /* bytes that came since then */
	uint64_t n_unasked;   /* bytes of lines that came since the last of an answer */
	bool has_ended;       /* the program has said so, */
	bool has_status;      /* with its exit status */
	int status;
	bool is_last;
	struct pkdi_json json; /* of the last line; it is gone with the next */
	uint32_t parameters;   /* number of its object in `json` */
	char error[64];        /* for programs */
	char message[1024];    /* for people */
	size_t n, n_taken;
	char in[TALK_LINE];
};

/* A clock that never goes back. */
int64_t talk_now(void);

/* Connects to a socket in the directory. NULL: nobody listens there any more, *ret_error is 0 then,
 * or it cannot be reached, which the errno says. */
struct talk *talk_open(int directory, const char *socket, int *ret_error);
void talk_close(struct talk *talk);

/* One more conversation with the same program, without a wait: what is asked in it holds up nothing
 * else. NULL: the program listens no more, or cannot be reached; *ret_error as of `talk_open`. */
struct talk *talk_again(const struct talk *talk, int *ret_error);

/* Reads what a program says first, until then. False: it is none that this pkd can talk to. */
bool talk_greet(struct talk *talk, int64_t until_ns);

/* Sends a request; `parameters` is an object in JSON, or NULL. */
bool talk_ask(struct talk *talk, const char *method, const char *parameters);

/* The next line of the answer, if it is there already. */
enum talk_result talk_take(struct talk *talk);

/* The next line of the answer, waiting for it as long as that. False: there is none. */
bool talk_next(struct talk *talk, int64_t patience_ns);

/* Waits until the program says that it ends, or has gone. False: it has not. */
bool talk_wait_end(struct talk *talk, int64_t until_ns);

/* Sets what has failed. Returns false. */
bool talk_fault(struct talk *talk, const char *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Says what has failed, and returns STATUS_FAILED. */
int talk_fail(const struct talk *talk);

#endif
