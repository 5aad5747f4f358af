/* A connection that is made again whenever it has ended, and values in both directions over it:
 * what io.serial, io.tcp and io.unix share. How it is made they say by their peer.
 *
 * All of it happens in step. `ready` only takes note, so that nothing is read for which a reader
 * has no room: the peer waits then. A value to be sent stays in hand until the kernel has the
 * last of its bytes. */
#ifndef PKD_IO_DUPLEX_H
#define PKD_IO_DUPLEX_H

#include "frames.h"
#include "outgoing.h"
#include "retry.h"
#include "watch.h"

enum { IO_REASON = 200 };

/* ---- What is at the other end ---- */

struct io_opening {
	int fd; /* the connection; or what to wait for, for `events`, -1: only for the time */
	short events;
	char reason[IO_REASON]; /* of a failure */
};

struct io_peer {
	/* Begins to make a connection, or goes on: 1, 0: not yet, or -errno with the reason. */
	int (*open)(void *self, struct io_opening *opening);
	/* What has begun is ended. Also after a failure. */
	void (*give_up)(void *self);
	/* Of a socket; else that of a file. */
	bool is_socket;
	/* No more is sent: says so to the peer, where that can be said. May be NULL. */
	void (*end)(void *self, int fd);
	/* Whether the last bytes have left. May be NULL: they have. */
	bool (*is_sent)(void *self, int fd);
	/* Whether nobody is there any more; asked every few seconds. May be NULL. */
	bool (*is_lost)(void *self, int fd);
	/* Before it is closed. May be NULL. */
	void (*leave)(void *self, int fd);
};

/* ---- The connection ---- */

struct io_duplex_options {
	struct io_framing framing;
	enum io_Offline offline;
	bool reconnect;
	int64_t connect_ns, stall_ns, grace_ns, retry_max_ns; /* stall 0: none */
	const char *name; /* what it is connected to, for messages; the caller's */
};

enum io_phase {
	IO_WAITING, /* until retry_ns */
	IO_OPENING,
	IO_OPEN,
	IO_LOST, /* closed; what came before that is still to be given */
	IO_OVER, /* and not made again */
};

struct io_duplex {
	const struct io_peer *peer;
	void *peer_self;
	struct io_duplex_options options;
	struct io_frames frames;
	struct retry retry;
	enum io_phase phase;
	struct io_opening opening;
	int fd;
	int64_t retry_ns, opening_ns, heard_ns;
	bool has_heard;
	bool looks; /* something may have come: `ready` says so */

	struct io_Link link; /* now */
	bool is_news;        /* … and not given yet */
	uint32_t n_new;      /* connections that the state does not count yet */
	bool is_told_lost;   /* that a restart may have lost something */
	char said[IO_REASON];

	size_t n_sent; /* of the value in hand */
	bool is_blocked;
	uint64_t n_dropped;        /* since that was told */
	int64_t stop_ns, flush_ns; /* when each began; 0: not yet */

	struct io_watch watch;
};

/* The outputs, numbered from 0 as they stand here. */
struct io_received {
	char *line;
	uint32_t *line_len;
	uint8_t *data;
	uint32_t *data_len;
	struct io_Link *link;
};

int io_duplex_init(struct io_duplex *duplex, const struct io_duplex_options *options,
                   const struct io_peer *peer, void *peer_self, struct pkd_ctx *ctx);
int io_duplex_step(struct io_duplex *duplex, const struct io_value *value,
                   const struct io_received *out, struct io_Kept *kept, struct pkd_ctx *ctx);
int io_duplex_ready(struct io_duplex *duplex, struct pkd_ctx *ctx);
void io_duplex_finish(struct io_duplex *duplex);

/* ---- Between its files ---- */

/* Makes the connection, reads from it, and notes its end. */
void io_duplex_go(struct io_duplex *duplex, struct pkd_ctx *ctx);
/* The reason is a format's. */
void io_duplex_lose(struct io_duplex *duplex, struct pkd_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* After IO_LOST, when all has been given. */
void io_duplex_let_go(struct io_duplex *duplex, struct pkd_ctx *ctx);
/* When there is something to do if nothing comes. */
int64_t io_duplex_due(const struct io_duplex *duplex);
void io_duplex_watch(struct io_duplex *duplex, struct pkd_ctx *ctx);
void io_duplex_unwatch(struct io_duplex *duplex, struct pkd_ctx *ctx);

/* Whether the value is done with: 1, 0, or what pkd_error returns. */
int io_duplex_send(struct io_duplex *duplex, const struct io_value *value, struct io_Kept *kept,
                   struct pkd_ctx *ctx);

#endif
