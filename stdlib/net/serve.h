/* What net.mjpeg and net.mjpeg_packets have in common: a server, what it keeps and tells. */
#ifndef PKD_NET_SERVE_H
#define PKD_NET_SERVE_H

#include "server.h"

#include <net/kept.pkd.h>
#include <net/served.pkd.h>

struct net_serve {
	struct net_server server;
	int64_t counted_ns; /* when these were: */
	uint64_t n_sent, n_bytes;
	float rate, bits;
	uint64_t skipped, encoded; /* before this process began */
};

/* PKD_OK, or what pkd_error returns. */
int net_serve_open(struct net_serve *self, const struct net_options *options,
                   const struct net_Kept *kept, struct pkd_ctx *ctx);

/* A step, behind net_server_put where something has come. */
int net_serve_step(struct net_serve *self, bool has_come, struct net_Kept *kept,
                   struct net_Served *ret_served, struct pkd_ctx *ctx);

#endif
