/* A client's connection to a server, made again when it is lost. It never waits; a thread of io's
 * looks up the server's name. */
#ifndef PKD_NT4_DIAL_H
#define PKD_NT4_DIAL_H

#include "../base/retry.h"
#include "../io/lookup.h"
#include "client.h"
#include "loop.h"

enum { NT4_REASON_SIZE = 600, NT4_PATH_SIZE = 512 };

enum nt4_phase {
	NT4_LOOKING,    /* for the address, until `due_ns` at most */
	NT4_CONNECTING, /* and for the server's time; until then, too */
	NT4_ONLINE,
	NT4_OFFLINE, /* until `due_ns` */
};

struct nt4_dial_options {
	const char *server;
	uint32_t team, port;
	const char *id; /* the client's name */
	int64_t connect_ns, retry_max_ns;
};

struct nt4_dial {
	struct nt4_dial_options options;
	struct nt4_client client; /* the owner sets what it publishes, and its functions */
	struct pkd_ctx *ctx;      /* of the call at hand */
	struct nt4_loop loop;
	struct io_address address;
	struct io_lookup *lookup;
	struct lws *wsi;
	bool has_asked, is_redirected; /* of the attempt at hand */
	bool is_v41;
	bool is_ping_due, awaits_pong;
	int silent; /* ticks */
	int64_t tick_ns;
	enum nt4_phase phase;
	int64_t since_ns, due_ns;
	struct retry retry;
	bool was_offline;
	uint32_t n_tries, n_connections;
	char reason[NT4_REASON_SIZE]; /* told last; "" while it is online */
	char path[NT4_PATH_SIZE];
	struct nt4_buffer message, frame;
};

/* In memory that is zero. From then on nt4_dial_close may be called. */
void nt4_dial_init(struct nt4_dial *dial, const struct nt4_dial_options *options,
                   struct pkd_ctx *ctx);
/* With client filled in. The node's `ready` is called when there is something to do. 0, or what
 * pkd_error returns. */
int nt4_dial_open(struct nt4_dial *dial, struct pkd_ctx *ctx);
/* Does what there is to do; `ready` is called at `due_ns` of pkd_now at the latest. */
void nt4_dial_turn(struct nt4_dial *dial, struct pkd_ctx *ctx, int64_t due_ns);
/* Sends what waits, for 200 ms at most, and frees all. May be called after an open that failed. */
void nt4_dial_close(struct nt4_dial *dial);

#endif
