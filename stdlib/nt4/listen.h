/* The server's side of the network: connections of WebSocket, and what a hub says to them. */
#ifndef PKD_NT4_LISTEN_H
#define PKD_NT4_LISTEN_H

#include "hub.h"
#include "loop.h"

struct nt4_peer;

enum { NT4_MAX_WAITING = 256 }; /* connections that are no clients yet */

struct nt4_listen {
	struct nt4_loop loop;
	struct nt4_hub hub;
	struct pkd_ctx *ctx; /* of the call at hand */
	struct nt4_peer *peers;
	uint32_t max_clients, n_peers;
	uint32_t n_connections;               /* also those that say nothing */
	struct lws *waiting[NT4_MAX_WAITING]; /* those, the oldest first */
	uint32_t n_waiting;
	int64_t tick_ns;     /* when those who are silent are looked at next */
	int64_t idle_ns;     /* of those that only measure; the owner sets it */
	bool is_local;       /* it listens to this machine alone */
	const char *origins; /* of pages elsewhere that may connect; the owner sets it */
	int64_t told_s;      /* when it was told who comes and goes */
	uint32_t n_told;
	uint64_t n_foreign, n_refused, n_lost, n_damaged;
};

/* `host` is an address in digits; "0.0.0.0" is all. A port that is taken is waited for. 0, or what
 * pkd_error returns. */
int nt4_listen_open(struct nt4_listen *listen, const char *host, uint32_t port,
                    uint32_t max_clients, int64_t grace_ns, struct pkd_ctx *ctx);
/* To be called when loop.fd is readable. */
void nt4_listen_turn(struct nt4_listen *listen, struct pkd_ctx *ctx);
void nt4_listen_close(struct nt4_listen *listen);

#endif
